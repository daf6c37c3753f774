"""An exam of a course: which tasks somebody gets, and what a terminal does not do meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec.structs import replace

from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.problems import ScenarioProblem

REFUSED = dict.fromkeys(("hint", "solution", "why"), "not in an exam: there are no hints, no solutions and no `:why`")
"""What a terminal does not do in an exam, and what it says."""


def draw(course: Course, name: str) -> Course:
    """The exam of somebody: the same tasks for the same course, seed and name, in an order that comes from them too.

    Raises:
        ScenarioProblem: the course has no exam.
    """
    if course.exam is None:
        raise ScenarioProblem(course.title, 0, "its course.toml has no [exam]")
    seed = course.exam.seed

    def lot(identifier: str) -> bytes:
        return hashlib.sha256(f"{seed}\0{name}\0{identifier}".encode()).digest()

    ordered = sorted(course.scenarios, key=lambda scenario: lot(scenario.id))
    drawn = ordered[: course.exam.tasks or len(ordered)]
    bare = tuple(replace(scenario, hints=(), explanation="", misconception="") for scenario in drawn)
    return replace(course, scenarios=bare, is_exam=True)


class Refusing:
    """The terminal's own commands without some of them.

    Args:
        refused: by name, and what is said.
    """

    def __init__(self, refused: Mapping[str, str]) -> None:
        self._refused = refused

    def run(self, console: Console, name: str, argument: str) -> Interaction[str]:
        """As `meta.run`."""
        told = self._refused.get(name)
        if told is None:
            return (yield from meta.run(console, name, argument))
        console.status = 2
        return told
