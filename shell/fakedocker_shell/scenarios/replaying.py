"""Playing all blocks of a scenario, comparing what is printed with what stands there, and writing down what is printed.

Where commands are run is a `Stage`: the simulated host, or a real machine (`against`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from fakedocker_shell.repl.history import Moment
from fakedocker_shell.scenarios import matching
from fakedocker_shell.scenarios.lesson import Lesson
from fakedocker_shell.scenarios.markdown import without_blank_end
from fakedocker_shell.scenarios.model import PLAIN, Block, Scenario, Step
from fakedocker_shell.scenarios.player import Outcome, Player, Stuck, prepare
from fakedocker_shell.scenarios.problems import ScenarioProblem


class Stage(Protocol):
    """Where a scenario is played."""

    def begin(self) -> None:
        """Back to how it is after the setup."""

    def run(self, command: str) -> Outcome:
        """Run one command. Raises Stuck."""


class SimulatedStage:
    """The simulated host.

    Raises:
        ScenarioProblem: the setup fails.
    """

    def __init__(self, scenario: Scenario) -> None:
        world = prepare(scenario)
        self.player = Player(world)
        if scenario.goal is not None:
            self.player.lesson = Lesson(scenario, world)
        self._first: Moment = self.player.moment()

    def begin(self) -> None:
        self.player.go_back_to_start(self._first)

    def run(self, command: str) -> Outcome:
        return self.player.run(command)


class Played(NamedTuple):
    """A step that was played.

    Args:
        printed: the lines of its output, without blank ones at the end.
        matches: whether output and exit status are as they stand there.
    """

    block: Block
    step: Step
    printed: tuple[str, ...]
    status: int
    matches: bool


def play(scenario: Scenario, stage: Stage) -> Iterator[Played]:
    """Play every block.

    Raises:
        ScenarioProblem: a command does not end.
    """
    bound: matching.Bindings = {}
    for number, block in enumerate(scenario.blocks):
        if block.kind != PLAIN and number:
            stage.begin()
        if block.kind != PLAIN:
            bound = {}
        for step in block.steps:
            try:
                outcome = stage.run(step.command)
            except Stuck as problem:
                raise ScenarioProblem(
                    scenario.path, step.line, f"a command that ends was expected: {problem}"
                ) from None
            printed = printed_lines(outcome.output)
            found = matching.match(step.expected, printed, bound)
            bound = bound if found is None else found
            yield Played(block, step, printed, outcome.status, found is not None and outcome.status == step.status)


def printed_lines(output: str) -> tuple[str, ...]:
    """The lines of an output as a scenario shows them: nothing at their ends, no blank ones at the end."""
    return tuple(without_blank_end([line.rstrip() for line in output.replace("\r\n", "\n").split("\n")]))


def difference(scenario: Scenario, played: Played) -> str:
    """A unified diff of what stands there and what was printed."""
    step = played.step
    before = [*step.expected, *_status_line(step.status)]
    after = [*_rewritten(played), *_status_line(played.status)]
    lines = difflib.unified_diff(before, after, f"{scenario.path}:{step.line}", "printed", lineterm="", n=2)
    return "\n".join([f"$ {step.command}", *lines])


def update(scenario: Scenario, played: Sequence[Played]) -> str:
    """The scenario's text with what was printed in place of what was expected; wildcards that still match stay.

    Raises:
        ScenarioProblem: an output cannot be written down in a block.
    """
    lines = scenario.text.split("\n")
    for each in reversed([each for each in played if not each.matches]):
        step = each.step
        output = [*_rewritten(each), *_status_line(each.status)]
        for line in output:
            if line.startswith(("$ ", "```")):
                raise ScenarioProblem(scenario.path, step.line, f"this output cannot stand in a block: {line!r}")
        first = step.line + step.command.count("\n")
        lines[first : step.end - 1] = output
    return "\n".join(lines)


def _rewritten(played: Played) -> list[str]:
    lines = matching.updated(played.step.expected, played.printed)
    return lines if matching.match(lines, played.printed, {}) is not None else list(played.printed)


def _status_line(status: int) -> list[str]:
    return [f"? {status}"] if status else []
