"""A lesson being played: its goal, which hints were given, what counts, and the words that are shown.

What is kept of it between runs is `progress`'s business, how words are shown the terminal's. It must not know desks.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from fakedocker.world.world import World
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.scenarios.checking import Checker
from fakedocker_shell.scenarios.model import SOLUTION, Goal, Hint, Scenario

HOLDS, FAILS = "✓", "·"
_WIDEST = 100
_BASICS = "New to this? :basics says what the words mean."
_HELP = "Commands: :goal :hint :solution :undo :reset (begin anew) :why (an error) :lesson (this text)"
_EXAM_HELP = "In an exam there are :goal :undo :reset (begin anew) :lesson (this text), and no hints or solutions."


class Lesson:
    """One lesson, while it is open.

    Args:
        scenario: one with a goal.
        baseline: the world in which it begins.
        is_exam: whether it is a task of an exam, where some commands are refused.
    """

    def __init__(self, scenario: Scenario, baseline: World, is_exam: bool = False) -> None:
        assert scenario.goal is not None
        self.scenario, self.is_exam = scenario, is_exam
        self.goal: Goal = scenario.goal
        self.baseline = baseline
        self.is_solved = False
        self.solution_shown = False
        self._given: list[Hint] = []
        self._checker: Checker | None = None

    # the score

    def score(self, moment: Moment) -> int:
        """How many commands count until now: neither errors nor what only looks, and what was undone does not either."""
        return sum(command.counts for command in moment.ran)

    def score_text(self, moment: Moment) -> str:
        """In a few words, for the toolbar."""
        par = f"/{self.scenario.par}" if self.scenario.par else ""
        return f"{self.scenario.id} {self.score(moment)}{par}{' ' + HOLDS if self.is_solved else ''}"

    # the goal

    def look(self, moment: Moment) -> bool:
        """Whether the goal has just been reached, for the first time."""
        if self.is_solved or not self.is_reached(moment):
            return False
        self.is_solved = True
        return True

    def is_reached(self, moment: Moment) -> bool:
        """Whether the goal holds now."""
        return self._checker_of(moment).reached(self.goal)

    def _checker_of(self, moment: Moment) -> Checker:
        """The same for the same state: a command is followed by a look at the goal, and its lines are shown then."""
        if self._checker is None or not self._checker.is_of(moment):
            self._checker = Checker(moment, self.baseline)
        return self._checker

    def goal_lines(self, moment: Moment, columns: int) -> list[str]:
        """Each check with a mark, and what was found where it is not as it should be; a line each, cut to the window."""
        checker = self._checker_of(moment)
        lines = []
        for check, wanted in [*((each, True) for each in self.goal.all), *((each, False) for each in self.goal.none)]:
            result = checker.result(check)
            fits = result.holds == wanted
            found = f"   ({result.found})" if result.found and not fits else ""
            line = f"  {HOLDS if fits else FAILS} {'' if wanted else 'no '}{check.text}{found}"
            lines.append(line if len(line) < columns else line[: columns - 2] + "…")
        return lines

    # words

    def introduction(self, moment: Moment, columns: int) -> str:
        """The title in the first line, the task, the goal as it is checked, and which commands there are."""
        kind = self.scenario.kind.capitalize()
        par = f" (par is {commands(self.scenario.par)})" if self.scenario.par else ""
        return "\n".join(
            [
                f"{kind} {self.scenario.id}: {self.scenario.title}",
                "",
                wrapped(self.scenario.prose, columns),
                "",
                *([_BASICS, ""] if self.scenario.basics else []),
                f"Goal{par}:",
                *self.goal_lines(moment, columns),
                "",
                wrapped(_EXAM_HELP if self.is_exam else _HELP, columns),
            ]
        )

    def success(self, moment: Moment, columns: int) -> str:
        """What is told when the goal is reached."""
        score, par = self.score(moment), self.scenario.par
        parts = [f"{HOLDS} Done with {commands(score)}." + (f" Par is {par}." if par else ""), ""]
        if self.scenario.misconception:
            parts += [wrapped(f"Often believed, and wrong: {self.scenario.misconception}", columns), ""]
        if self.scenario.explanation:
            parts += [wrapped(self.scenario.explanation, columns), ""]
        return "\n".join(parts).rstrip("\n")

    def hint(self, moment: Moment, columns: int) -> str:
        """The next hint that fits, those for the present state first; "" when all that fit were given."""
        checker = self._checker_of(moment)
        for hint in self.scenario.hints:
            if hint not in self._given and (hint.when is None or checker.result(hint.when).holds):
                self._given.append(hint)
                return wrapped(hint.text, columns)
        return ""

    def given_hints(self) -> tuple[Hint, ...]:
        """The hints that were given, in their order."""
        return tuple(self._given)

    def solution(self) -> list[str]:
        """The commands of the first solution."""
        self.solution_shown = True
        block = self.scenario.blocks_of(SOLUTION)[0]
        return [line for step in block.steps for line in _as_typed(step.command)]


def commands(count: int) -> str:
    """A number of commands in words."""
    return "1 command" if count == 1 else f"{count} commands"


def _as_typed(command: str) -> Iterable[str]:
    first, *more = command.split("\n")
    return [f"$ {first}", *(f"> {line}" for line in more)]


def wrapped(text: str, columns: int) -> str:
    """Paragraphs as wide as the window allows; indented lines, headings and list items keep their lines."""
    width = max(min(columns - 1, _WIDEST), 20)
    paragraphs: list[list[str]] = [[]]
    for line in text.split("\n"):
        keeps = not line.strip() or line.startswith((" ", "#", "-", "|"))
        if keeps or (paragraphs[-1] and paragraphs[-1][-1].startswith((" ", "#", "|"))):
            paragraphs.append([])
        paragraphs[-1].append(line)
        if not line.strip():
            paragraphs.append([])
    lines: list[str] = []
    for paragraph in paragraphs:
        if not paragraph:
            continue
        if paragraph[0].startswith(" ") or not paragraph[0].strip():
            lines += paragraph
        else:
            indent = "  " if paragraph[0].startswith("-") else ""
            joined = " ".join(line.strip() for line in paragraph)
            lines += textwrap.wrap(
                joined, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
    return "\n".join(lines)
