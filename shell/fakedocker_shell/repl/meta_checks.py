"""`:check`: whether a lesson's goal holds, or any check that is typed."""

from __future__ import annotations

from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem, present_lesson
from fakedocker_shell.repl.terminal_session import TerminalSession


def _check(terminal: TerminalSession, argument: str) -> str:
    if not argument:
        lesson = present_lesson(terminal, argument, ":check [CHECK]")
        lines = lesson.goal_lines(terminal.moment(), terminal.columns)
        terminal.status = 0 if lesson.is_reached(terminal.moment()) else 1
        return "\n".join(lines)
    from fakedocker_shell.scenarios import expressions
    from fakedocker_shell.scenarios.checking import Checker

    try:
        check = expressions.parse(argument)
    except expressions.BadCheck as problem:
        raise MetaProblem(str(problem)) from None
    result = Checker(terminal.moment(), terminal.timeline.first.world).result(check)
    terminal.status = 0 if result.holds else 1
    return ("✓ it holds" if result.holds else "· it does not hold") + (f" ({result.found})" if result.found else "")


COMMANDS = {
    "check": MetaCommand(":check [CHECK]", "whether the goal, or something else, holds", _check),
}
