"""Reading a scenario from a file's text."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path

from fakedocker_shell.scenarios import markdown
from fakedocker_shell.scenarios.front_matter import FrontMatter
from fakedocker_shell.scenarios.model import PLAIN, REPLAY, Block, Scenario
from fakedocker_shell.scenarios.player import OWN_COMMANDS
from fakedocker_shell.scenarios.problems import ScenarioProblem

MARK = "+++"


def parse_file(path: Path | str | Traversable) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioProblem: it cannot be read, or something in it is wrong.
    """
    try:
        data = (Path(path) if isinstance(path, str) else path).read_bytes()
    except OSError as problem:
        raise ScenarioProblem(str(path), 0, str(problem.strerror)) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ScenarioProblem(str(path), line, "text in UTF-8 was expected") from None
    return parse(str(path), text)


def parse(path: str, text: str) -> Scenario:
    """Read a scenario from text; `path` is named in problems.

    Raises:
        ScenarioProblem: something in it is wrong.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != MARK:
        raise ScenarioProblem(path, 1, f"a line {MARK} was expected, and TOML below it")
    try:
        end = next(number for number, line in enumerate(lines[1:], 1) if line.rstrip() == MARK)
    except StopIteration:
        raise ScenarioProblem(path, len(lines), f"a second line {MARK} was expected, where the TOML ends") from None
    head = FrontMatter(path, lines[1:end], 2)
    body = markdown.read(path, lines[end + 1 :], end + 2)
    _check_commands(path, body.blocks)
    kind = head.kind
    if kind == REPLAY:
        marked = [block for block in body.blocks if block.kind != PLAIN]
        if marked:
            raise ScenarioProblem(path, marked[0].line, f"without a [goal] there is no {marked[0].kind} block")
        if not body.blocks:
            raise ScenarioProblem(path, end + 1, "a replay has a block of commands (```console)")
    return Scenario(
        path=path, text=text, id=head.id, title=head.title, kind=kind, seed=head.seed, clock_ns=head.clock_ns, par=head.par,
        profile=head.profile, storage=head.storage,
        misconception=head.misconception, hints=head.hints, faults=head.faults, setup=head.setup, goal=head.goal,
        prose="\n".join(body.prose).strip("\n"), explanation="\n".join(body.explanation).strip("\n"),
        basics="\n".join(body.basics).strip("\n"),
        blocks=tuple(body.blocks), files=tuple(body.files),
    )  # fmt: skip


def _check_commands(path: str, blocks: Iterable[Block]) -> None:
    """Of the terminal's own commands only some can stand in a block."""
    for step in (step for block in blocks for step in block.steps):
        name = step.command.strip().partition(" ")[0]
        if name.startswith(":") and name[1:] not in OWN_COMMANDS and name[1:].isalpha():
            known = ", ".join(f":{known}" for known in OWN_COMMANDS)
            raise ScenarioProblem(path, step.line, f"{name} is no command for a scenario; there are {known}")
