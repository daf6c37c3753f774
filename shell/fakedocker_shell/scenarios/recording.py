"""Writing a recorded session as a scenario: played once, so that it holds what it prints wherever it is replayed."""

from __future__ import annotations

from pathlib import Path

from fakedocker_shell.repl.recorder import Recorder
from fakedocker_shell.scenarios import replaying
from fakedocker_shell.scenarios.parsing import parse
from fakedocker_shell.scenarios.problems import ScenarioProblem


def write(recorder: Recorder, folder: Path) -> tuple[Path, list[str]]:
    """Write the scenario's file.

    Returns:
        the file, and the commands that end otherwise when they are played (they wanted a terminal, say).

    Raises:
        ScenarioProblem: nothing was typed, or it cannot be played again.
        OSError: the file is there already, or cannot be written.
    """
    path = folder / f"{recorder.name}.md"
    if not recorder.lines:
        raise ScenarioProblem(path.name, 0, "nothing was typed")
    scenario = parse(path.name, recorder.text())
    played = list(replaying.play(scenario, replaying.SimulatedStage(scenario)))
    text = replaying.update(scenario, played)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    pairs = zip(recorder.lines, played, strict=True)
    return path, [line for (line, status), each in pairs if status is not None and each.status != status]
