"""What stands beside the terminal, as JSON: the lesson with its goals, and the picture of the world.

A page shows these texts as texts and the picture as an image, so that nothing in them can be more than that.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.world.world import World
from fakedocker_shell.pictures import plain, svg, views
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.timeline import differs
from fakedocker_shell.scenarios import learning
from fakedocker_shell.scenarios.lesson import HOLDS, Lesson
from fakedocker_shell.scenarios.progress import Progress

_WIDE = 10_000
_PICTURE_COLUMNS = 100


class GoalLine(Struct, frozen=True):
    """A check of the goal in words, and whether it holds; what was found stands behind it."""

    text: str
    holds: bool


class LessonTold(Struct, frozen=True):
    """The lesson that is open."""

    id: str
    kind: str
    title: str
    prose: str
    basics: str
    """For who has never used a shell; "" for none."""
    goals: tuple[GoalLine, ...]
    hints: tuple[str, ...]
    score: int
    par: int
    is_solved: bool
    explanation: str
    """Why, and what is often believed: once it is solved."""
    next: str
    """The lesson that follows; "" for none."""


class CourseEntry(Struct, frozen=True):
    """A row of the course."""

    id: str
    kind: str
    title: str
    is_solved: bool


class State(Struct, frozen=True):
    """Beside the terminal after a command."""

    lesson: LessonTold | None
    picture: str
    """SVG."""
    words: str
    """The same as text."""


class Pictures:
    """The picture of a world, drawn again only when there is something else in it: its lines say no times."""

    def __init__(self) -> None:
        self._of: World | None = None
        self._drawn = ("", "")

    def draw(self, world: World) -> tuple[str, str]:
        """As SVG and as text."""
        if self._of is None or self._of.profile != world.profile or differs(self._of, world):
            picture = views.whole(world)
            self._drawn = svg.write(picture), plain.write(picture, _PICTURE_COLUMNS)
            self._of = world
        return self._drawn


def state(console: Console, pictures: Pictures) -> State:
    """What is to be shown now. Time grows with the world."""
    lesson = None if console.lesson is None else _lesson(console, console.lesson)
    return State(lesson, *pictures.draw(console.engine.snapshot()))


def course(console: Console) -> list[CourseEntry]:
    """All lessons and incidents, and which are solved."""
    progress = Progress(console.environment)
    return [
        CourseEntry(scenario.id, scenario.kind, scenario.title, progress.best(scenario.id) is not None)
        for scenario in learning.lessons(console.course)
    ]


def _lesson(console: Console, lesson: Lesson) -> LessonTold:
    scenario, moment = lesson.scenario, console.moment()
    lines = [line.strip() for line in lesson.goal_lines(moment, _WIDE)]
    parts = [f"Often believed, and wrong: {scenario.misconception}", scenario.explanation]
    following = (
        learning.next_lesson(Progress(console.environment), scenario.id, console.course) if lesson.is_solved else None
    )
    return LessonTold(
        scenario.id,
        scenario.kind,
        scenario.title,
        scenario.prose,
        scenario.basics,
        tuple(GoalLine(line[1:].strip(), line.startswith(HOLDS)) for line in lines),
        tuple(hint.text for hint in lesson.given_hints()),
        lesson.score(moment),
        scenario.par,
        lesson.is_solved,
        "\n\n".join(parts) if lesson.is_solved else "",
        following.id if following is not None else "",
    )
