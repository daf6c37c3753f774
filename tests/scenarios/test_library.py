"""The scenarios that come with the program: each can be read, is a good one, and prints what stands there, every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker_shell.scenarios import library, linting
from fakedocker_shell.scenarios.model import INCIDENT, LESSON, SOLUTION
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.replaying import SimulatedStage, difference, play
from helpers.paths import ROOT
from helpers.repl_screen import Terminal

FOLDER = ROOT / "scenarios"
FILES = [pytest.param(path, id=path.stem) for path in library.paths([str(FOLDER)])]


@pytest.mark.parametrize("path", FILES)
def test_it_prints_what_stands_there(path: Path) -> None:
    scenario = parse_file(path)
    played = list(play(scenario, SimulatedStage(scenario)))
    assert not [difference(scenario, each) for each in played if not each.matches]


@pytest.mark.parametrize("path", FILES)
def test_it_is_a_good_one(path: Path) -> None:
    assert [str(problem) for problem in linting.lint_one(parse_file(path))] == []


@pytest.mark.parametrize("path", FILES)
def test_a_lesson_says_what_it_corrects_and_why(path: Path) -> None:
    scenario = parse_file(path)
    if scenario.kind in (LESSON, INCIDENT):
        assert scenario.misconception
        assert scenario.explanation
        assert scenario.basics, "somebody who has never used a shell needs the words explained"
        assert scenario.par
        assert len(scenario.hints) >= 2 or path.parent.name == "exam"
        assert path.stem.lstrip("0123456789-") == scenario.id


def test_ids_are_unique() -> None:
    scenarios = [parse_file(path) for path in library.paths([str(FOLDER)])]
    assert len({scenario.id for scenario in scenarios}) == len(scenarios)


def test_the_same_bytes_in_any_order_and_process() -> None:
    paths = [str(path) for path in library.paths([str(FOLDER)])]

    def run(names: list[str], hash_seed: str) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "helpers.scenario_fingerprints", *names],
            capture_output=True, text=True, timeout=300, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        return dict(line.split(" ") for line in done.stdout.splitlines())

    some = paths[::2]  # all of them print what stands there, in whichever order they are played elsewhere
    assert run(some, "1") == run(some[::-1], "2")


@pytest.mark.parametrize("identifier", library.ids())
def test_its_solution_is_one_at_the_terminal_too(identifier: str, tmp_path: Path) -> None:
    """Where time leaps at the wall's pace, output is a terminal's, and the goal is looked at after each command."""
    terminal = Terminal(tmp_path)
    assert f"{identifier}: " in terminal.run(f":lesson {identifier}")
    lesson = terminal.console.lesson
    assert lesson is not None
    shown = [terminal.run(step.command) for step in lesson.scenario.blocks_of(SOLUTION)[0].steps]
    assert lesson.is_solved, "\n".join(shown)
    assert terminal.reports() == []
    told = next(text for text in shown if "✓ Done with" in text)
    assert "Often believed, and wrong:" in told
