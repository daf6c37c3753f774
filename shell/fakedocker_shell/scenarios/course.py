"""A course as a value: its lessons in their order, what they are worth, and how an exam of it is held.

Reading one from a folder is `course_folder`'s business. This module must not know how lessons are played.
"""

from __future__ import annotations

from msgspec import Struct, field

from fakedocker.world.world import World
from fakedocker_shell.repl.words import nearest
from fakedocker_shell.scenarios.model import Scenario
from fakedocker_shell.scenarios.problems import ScenarioProblem


class Points(Struct, frozen=True):
    """What a lesson is worth.

    Args:
        solved: for one that is solved.
        hint: taken off for each hint that was taken.
        over_par: taken off for each command more than par.
        least: what a solved one is worth at least, however it was solved without seeing the solution.
    """

    solved: int = 10
    hint: int = 0
    over_par: int = 0
    least: int = 1


class Exam(Struct, frozen=True):
    """How an exam is held.

    Args:
        minutes: how long it takes, by the wall's clock.
        tasks: how many lessons are drawn for each learner; 0 for all.
        seed: what the drawing comes from, beside the learner's name.
    """

    minutes: int
    tasks: int = 0
    seed: int = 0


class Course(Struct, frozen=True):
    """Lessons that belong together.

    Args:
        title: one line.
        scenarios: in their order.
        points: what each is worth.
        exam: None for a course that has none.
        digest: of all that the course says, so that one can be told from another; "" for the one that comes with the
            program.
        is_exam: whether it is an exam that is held: no hints, no solutions, no explanations.
        starts: the worlds in which lessons begin, by id, as far as they were made.
    """

    title: str
    scenarios: tuple[Scenario, ...]
    points: Points = Points()
    exam: Exam | None = None
    digest: str = ""
    is_exam: bool = False
    starts: dict[str, World] = field(default_factory=dict)

    def find(self, name: str) -> Scenario:
        """A lesson by its id. Raises ScenarioProblem where there is none."""
        for scenario in self.scenarios:
            if scenario.id == name:
                return scenario
        near = nearest(name, [scenario.id for scenario in self.scenarios])
        shown = name if len(name) <= 64 and name.isprintable() else "?"
        raise ScenarioProblem(shown, 0, "no lesson of that name" + (f"; did you mean {near}?" if near else ""))
