"""`:check`: whether a lesson's goal holds, or any check that is typed."""

from __future__ import annotations

from fakedocker_shell.repl.desk import Desk
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem, present_lesson


def _check(desk: Desk, argument: str) -> str:
    if not argument:
        lesson = present_lesson(desk, argument, ":check [CHECK]")
        lines = lesson.goal_lines(desk.moment(), desk.columns)
        desk.status = 0 if lesson.is_reached(desk.moment()) else 1
        return "\n".join(lines)
    from fakedocker_shell.scenarios import expressions
    from fakedocker_shell.scenarios.checking import Checker

    try:
        check = expressions.parse(argument)
    except expressions.BadCheck as problem:
        raise MetaProblem(str(problem)) from None
    result = Checker(desk.moment(), desk.timeline.first.world).result(check)
    desk.status = 0 if result.holds else 1
    return ("✓ it holds" if result.holds else "· it does not hold") + (f" ({result.found})" if result.found else "")


COMMANDS = {
    "check": MetaCommand(":check [CHECK]", "whether the goal, or something else, holds", _check),
}
