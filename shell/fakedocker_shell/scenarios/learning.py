"""Beginning lessons on a terminal, listing them, and what follows a solved one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fakedocker.world.world import World
from fakedocker_shell.repl import drawing
from fakedocker_shell.repl.terminal_session import TerminalSession
from fakedocker_shell.scenarios import library
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.lesson import HOLDS, Lesson, commands
from fakedocker_shell.scenarios.model import INCIDENT, LESSON, Scenario
from fakedocker_shell.scenarios.player import prepare
from fakedocker_shell.scenarios.problems import ScenarioProblem
from fakedocker_shell.scenarios.progress import Progress


def begin(terminal: TerminalSession, scenario: Scenario) -> str:
    """Put a lesson on the terminal, in a world of its own; gives its introduction.

    Raises:
        ScenarioProblem: its setup fails, or it has no goal.
    """
    if scenario.goal is None:
        raise ScenarioProblem(scenario.path, 1, "a scenario with a [goal] was expected")
    world = _start(terminal.course, scenario)
    terminal.begin(world)
    terminal.lesson = Lesson(scenario, world, terminal.course is not None and terminal.course.is_exam)
    return terminal.lesson.introduction(terminal.moment(), terminal.columns)


def _start(course: Course | None, scenario: Scenario) -> World:
    """The world in which a lesson begins; a course makes each once, as they are values."""
    if course is None:
        return prepare(scenario)
    if scenario.id not in course.starts:
        course.starts[scenario.id] = prepare(scenario)
    return course.starts[scenario.id]


def lessons(course: Course | None) -> Sequence[Scenario]:
    """The lessons of a course, or those that come with the program."""
    return library.course() if course is None else course.scenarios


def find(course: Course | None, name: str) -> Scenario:
    """A lesson by its name, which only without a course may be that of a file. Raises ScenarioProblem."""
    return library.find(name) if course is None else course.find(name)


def after_command(terminal: TerminalSession, lesson: Lesson, environment: Mapping[str, str]) -> str:
    """What is to be told after a command: "" unless it has reached the goal."""
    if not lesson.look(terminal.moment()):
        return ""
    progress = Progress(environment)
    score, before = lesson.score(terminal.moment()), progress.best(lesson.scenario.id)
    if not lesson.solution_shown:
        progress.record(lesson.scenario.id, score)
    parts = [lesson.success(terminal.moment(), terminal.columns), ""]
    if lesson.solution_shown:
        parts.append("The solution was shown, so this is not noted down: `:reset` and try it on your own.")
    elif 0 < lesson.scenario.par < score:
        parts.append(f"It can be done with {commands(lesson.scenario.par)}: `:reset` begins anew.")
    elif before is not None and score < before:
        parts.append(f"Better than before: that took {commands(before)}.")
    following = next_lesson(progress, lesson.scenario.id, terminal.course)
    parts.append(f"Next: `:lesson {following.id}`" if following is not None else "That was the last one. Well done.")
    return "\n".join(parts)


def next_lesson(progress: Progress, after: str = "", course: Course | None = None) -> Scenario | None:
    """The next one that is not solved, in the course's order and then from its beginning; None when all are."""
    known = lessons(course)
    at = next((number for number, scenario in enumerate(known, 1) if scenario.id == after), 0)
    open_ones = (scenario for scenario in [*known[at:], *known[:at]] if progress.best(scenario.id) is None)
    return next((scenario for scenario in open_ones if scenario.id != after), None)


def listing(progress: Progress, present: str = "", course: Course | None = None) -> list[str]:
    """All lessons and incidents, which are solved, and how well."""
    known = lessons(course)
    lines: list[str] = []
    for kind, title in ((LESSON, "lessons"), (INCIDENT, "incidents")):
        rows = []
        for scenario in (scenario for scenario in known if scenario.kind == kind):
            best = progress.best(scenario.id)
            mark = "▸" if scenario.id == present else HOLDS if best is not None else " "
            rows.append((f"{mark} {scenario.id}", scenario.title, _score(best, scenario.par)))
        lines += [*drawing.table(title, ("  id", "title", "commands"), rows), ""]
    solved = sum(progress.best(scenario.id) is not None for scenario in known)
    return [*lines, f"{solved} of {len(known)} solved"]


def _score(best: int | None, par: int) -> str:
    if best is None:
        return f"par {par}" if par else ""
    return f"{best}, par {par}" if par else str(best)


LEARN_USAGE = """Usage: fakedocker learn [ID|FILE|COURSE|URL]
       fakedocker learn --list
       fakedocker learn [--exam] [--name NAME] [--transcripts DIR] COURSE

Open the terminal in a lesson: the one that is named, or the first that is not solved. A COURSE is a folder with a
course.toml.

Options:
      --exam               Hold the course's exam: it ends by itself, without hints and solutions
      --name NAME          Who learns: for the transcript, and for what an exam draws
      --transcripts DIR    Keep there what is done, for `fakedocker grade`
"""


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> Scenario | None:
    """The lesson that a command line asks for; None when all are solved.

    Raises:
        ScenarioProblem: there is none of that name, or it is broken.
    """
    if arguments:
        return library.find(arguments[0])
    return next_lesson(Progress(environment))
