"""What makes a scenario that can be read a good one: a goal that is reached by the solutions and by nothing else.

The rules come from mistakes in other collections of lessons; each says what it expects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fakedocker.world.world import World
from fakedocker_shell.repl.history import Ran
from fakedocker_shell.scenarios.checking import Checker
from fakedocker_shell.scenarios.model import PLAIN, SOLUTION, WRONG, Block, Goal, Scenario
from fakedocker_shell.scenarios.player import Stuck
from fakedocker_shell.scenarios.problems import ScenarioProblem
from fakedocker_shell.scenarios.replaying import SimulatedStage

PROSE_LINES = 12
_LOOKING = frozenset("ps ls images inspect logs top port stats version info history diff search df".split())
_HELP_PAGE = re.compile(r"docker [a-z ]*--help")
_TELLING_WORDS = 3
"""A hint with this many words of a solution's command gives it away."""


def lint(scenarios: Iterable[Scenario]) -> list[ScenarioProblem]:
    """All that is wrong with scenarios that belong together."""
    problems: list[ScenarioProblem] = []
    seen: dict[str, str] = {}
    for scenario in scenarios:
        if scenario.id in seen:
            problems.append(_at(scenario, 1, f"the id {scenario.id!r} is that of {seen[scenario.id]} already"))
        seen.setdefault(scenario.id, scenario.path)
        problems += lint_one(scenario)
    return problems


def lint_one(scenario: Scenario) -> list[ScenarioProblem]:
    """What is wrong with one scenario."""
    problems = [*_words(scenario), *_parts(scenario)]
    if scenario.goal is not None and not problems:
        try:
            problems += _goal(scenario, scenario.goal)
        except ScenarioProblem as problem:
            problems.append(problem)
    return problems


def _at(scenario: Scenario, line: int, message: str) -> ScenarioProblem:
    return ScenarioProblem(scenario.path, line, message)


def _parts(scenario: Scenario) -> list[ScenarioProblem]:
    if scenario.goal is None:
        return []
    missing = [kind for kind in (SOLUTION, WRONG) if not scenario.blocks_of(kind)]
    return [
        _at(scenario, scenario.goal.line, f"where there is a goal there is a `console {kind}` block")
        for kind in missing
    ]


def _words(scenario: Scenario) -> list[ScenarioProblem]:
    problems = []
    shown = [line for line in scenario.prose.split("\n") if line.strip()]
    if scenario.goal is not None and len(shown) > PROSE_LINES:
        problems.append(
            _at(
                scenario,
                scenario.goal.line,
                f"at most {PROSE_LINES} lines of prose before the prompt, not {len(shown)}",
            )
        )
    return problems


def _telling_hints(scenario: Scenario, commands: Iterable[str]) -> list[ScenarioProblem]:
    """Hints that contain a command which brings a solution on."""
    problems = []
    starts = {" ".join(command.split()[:_TELLING_WORDS]) for command in commands}
    for hint in scenario.hints:
        text = _HELP_PAGE.sub("", " ".join(hint.text.split()))
        told = sorted(start for start in starts if start in text)
        if told:
            problems.append(
                _at(scenario, hint.line, f"a hint that does not contain the command `{told[0]}` was expected")
            )
    return problems


def _changing(command: Ran) -> list[str]:
    """The docker commands in a command that do more than look; where it started none, itself."""
    if not command.docker:
        return [command.text]
    return ["docker " + " ".join(words) for words in command.docker if not _LOOKING & set(words[:2])]


def _goal(scenario: Scenario, goal: Goal) -> list[ScenarioProblem]:
    problems = []
    stage = SimulatedStage(scenario)
    baseline = stage.player.engine.snapshot()

    def reached() -> bool:
        return Checker(stage.player.moment(), baseline).reached(goal)

    if reached():
        problems.append(_at(scenario, goal.line, "the goal holds after the setup already"))
    counts = []
    commands: list[str] = []
    for block in scenario.blocks:
        if block.kind == PLAIN:
            continue
        stage.begin()
        _run(scenario, stage, block)
        if reached() != (block.kind == SOLUTION):
            verb = "does not hold after this solution" if block.kind == SOLUTION else "holds after this wrong answer"
            problems.append(_at(scenario, block.line, f"the goal {verb}{_why(stage, baseline, goal, block)}"))
        if block.kind == SOLUTION:
            counts.append(sum(command.counts for command in stage.player.ran))
            commands += [text for command in stage.player.ran if command.counts for text in _changing(command)]
    problems += _telling_hints(scenario, commands)
    if scenario.par and counts and min(counts) > scenario.par:
        problems.append(
            _at(scenario, goal.line, f"par is {scenario.par}, but the shortest solution takes {min(counts)}")
        )
    return problems


def _run(scenario: Scenario, stage: SimulatedStage, block: Block) -> None:
    for step in block.steps:
        try:
            stage.run(step.command)
        except Stuck as problem:
            raise _at(scenario, step.line, f"a command that ends was expected: {problem}") from None


def _why(stage: SimulatedStage, baseline: World, goal: Goal, block: Block) -> str:
    """Which check stands in a solution's way."""
    if block.kind == WRONG:
        return ""
    checker = Checker(stage.player.moment(), baseline)
    for check, wanted in [*((check, True) for check in goal.all), *((check, False) for check in goal.none)]:
        result = checker.result(check)
        if result.holds != wanted:
            return f": {'' if wanted else 'none of '}`{check.text}`" + (f" ({result.found})" if result.found else "")
    return ""
