"""`fakedocker replay` and `fakedocker lint`: what is asked for, and what is told of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fakedocker_shell.scenarios import library, linting, replaying
from fakedocker_shell.scenarios.model import Scenario
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.problems import ScenarioProblem

REPLAY_USAGE = """Usage: fakedocker replay [OPTIONS] FILE|FOLDER...

Play every block of scenarios, and show where the output differs from what stands there.

Options:
      --update             Write what is printed into the files; wildcards that still match stay
      --help               Show this
"""
LINT_USAGE = """Usage: fakedocker lint FILE|FOLDER...

Refuse scenarios that cannot be read, whose goal holds after the setup or after a wrong answer, or does not hold after
a solution.
"""
_WRONG_USAGE = 2


def learn(arguments: Sequence[str], seed: int) -> int:
    """Open the terminal in a lesson, or list them."""
    from fakedocker_shell.scenarios import learning
    from fakedocker_shell.scenarios.progress import Progress

    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(learning.LEARN_USAGE)
        return 0
    options = [word for word in arguments if word.startswith("-")]
    if list(arguments) == ["--list"]:
        sys.stdout.write("\n".join(learning.listing(Progress(os.environ))) + "\n")
        return 0
    if options or len(arguments) > 1:
        return _usage(f"unknown option {options[0]}" if options else "one lesson was expected", "learn")
    try:
        scenario = learning.choose(arguments, os.environ)
        if scenario is None:
            sys.stdout.write("All lessons are solved: `fakedocker learn --list` shows them.\n")
            return 0
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _usage("a terminal was expected; `fakedocker learn --list` does without", "learn")
        from fakedocker_shell.repl.app import run

        return run(seed, lambda console: console.announce(learning.begin(console, scenario)))
    except ScenarioProblem as problem:
        return _tell(problem)


def replay(arguments: Sequence[str]) -> int:
    """The exit status is 1 where something differs, 2 where a scenario or the command line is wrong."""
    places, updating = [], False
    for word in arguments:
        if word in ("--help", "-h"):
            sys.stdout.write(REPLAY_USAGE)
            return 0
        if word == "--update":
            updating = True
        elif word.startswith("-"):
            return _usage(f"unknown option {word}", "replay")
        else:
            places.append(word)
    if not places:
        return _usage("a file or folder of scenarios was expected", "replay")
    worst = 0
    for scenario in _read(places):
        if isinstance(scenario, ScenarioProblem):
            status = _tell(scenario)
        else:
            try:
                status = _replay_one(scenario, updating)
            except ScenarioProblem as problem:
                status = _tell(problem)
        worst = max(worst, status)
    return worst


def _replay_one(scenario: Scenario, updating: bool) -> int:
    played = list(replaying.play(scenario, replaying.SimulatedStage(scenario)))
    differing = [each for each in played if not each.matches]
    if not differing:
        sys.stdout.write(f"{scenario.path}: {len(played)} commands, as they stand there\n")
        return 0
    if updating:
        Path(scenario.path).write_text(replaying.update(scenario, played), encoding="utf-8")
        sys.stdout.write(f"{scenario.path}: {len(differing)} of {len(played)} commands updated\n")
        return 0
    for each in differing:
        sys.stdout.write(replaying.difference(scenario, each) + "\n\n")
    sys.stdout.write(f"{scenario.path}: {len(differing)} of {len(played)} commands differ\n")
    return 1


def lint(arguments: Sequence[str]) -> int:
    """The exit status is 1 where something is wrong, 2 where the command line is."""
    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(LINT_USAGE)
        return 0
    options = [word for word in arguments if word.startswith("-")]
    if options or not arguments:
        return _usage(
            f"unknown option {options[0]}" if options else "a file or folder of scenarios was expected", "lint"
        )
    found = list(_read(arguments))
    scenarios = [scenario for scenario in found if isinstance(scenario, Scenario)]
    problems = [problem for problem in found if isinstance(problem, ScenarioProblem)] + linting.lint(scenarios)
    for problem in problems:
        _tell(problem)
    sys.stdout.write(f"{len(found)} scenarios, {len(problems)} problems\n")
    return 1 if problems else 0


def _read(places: Sequence[str]) -> list[Scenario | ScenarioProblem]:
    """Each scenario, or what is wrong with its file."""
    found: list[Scenario | ScenarioProblem] = []
    try:
        files = library.paths(places)
    except ScenarioProblem as problem:
        return [problem]
    for path in files:
        try:
            found.append(parse_file(path))
        except ScenarioProblem as problem:
            found.append(problem)
    return found


def _tell(problem: ScenarioProblem) -> int:
    sys.stderr.write(f"{problem}\n")
    return _WRONG_USAGE


def _usage(problem: str, command: str) -> int:
    sys.stderr.write(f"fakedocker {command}: {problem}\nTry 'fakedocker {command} --help'.\n")
    return _WRONG_USAGE
