"""Marking: each session of a transcript is played again on a fresh engine, and what comes out gives points.

Nothing that a transcript says of itself counts. A lesson's mark is the best that any session has come to.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from fakedocker_shell.grading.transcript_reading import Played, Transcript
from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.replaying import Staging, play
from fakedocker_shell.repl.session_journal import JournalProblem
from fakedocker_shell.scenarios import exam
from fakedocker_shell.scenarios.course import Course, Points
from fakedocker_shell.scenarios.lesson import Lesson, commands
from fakedocker_shell.scenarios.problems import ScenarioProblem

_MINUTE_NS = 60_000_000_000


class TooLong(Exception):
    """Playing a transcript takes longer than it may."""


class Mark(Struct, frozen=True):
    """What a lesson is worth to a learner.

    Args:
        lesson, title: which.
        points: of `most`.
        reasons: in words, one or more.
        is_solved: whether its goal was reached, in time and without its solution.
    """

    lesson: str
    title: str
    points: int
    most: int
    reasons: tuple[str, ...]
    is_solved: bool = False


class Marked(Struct, frozen=True):
    """A learner's marks.

    Args:
        learner: the name that the transcript says.
        marks: a row for each lesson of the course, or each task of the exam.
        remarks: what else whoever marks should know.
    """

    learner: str
    marks: tuple[Mark, ...]
    remarks: tuple[str, ...]

    @property
    def points(self) -> int:
        return sum(mark.points for mark in self.marks)

    @property
    def most(self) -> int:
        return sum(mark.most for mark in self.marks)


class _Seen:
    """Looks on while a session is played, and marks each lesson whose goal is reached.

    Args:
        course: whose lessons count.
        minutes: when the session began, since the exam did.
        limit: how many minutes the exam takes; None for no exam.
        ends_at: when playing has to end, by `clock`.
    """

    def __init__(
        self, course: Course, minutes: float, limit: int | None, ends_at: float, clock: Callable[[], float]
    ) -> None:
        self._course, self._minutes, self._limit = course, minutes, limit
        self._ends_at, self._clock = ends_at, clock
        self._known: Lesson | None = None
        self.opened: set[str] = set()
        self.late: set[str] = set()
        self.shown: set[str] = set()
        self.marks: dict[str, Mark] = {}

    def looked(self) -> None:
        if self._clock() > self._ends_at:
            raise TooLong

    def ran(self, console: Console, text: str) -> None:
        self.looked()
        lesson = console.lesson
        if lesson is None:
            return
        self.opened.add(lesson.scenario.id)
        if lesson.solution_shown:
            self.shown.add(lesson.scenario.id)
        if not lesson.is_solved or lesson is self._known:
            return
        self._known = lesson
        passed = self._minutes + console.foreground.now_ns / _MINUTE_NS
        if self._limit is not None and passed > self._limit:
            self.late.add(lesson.scenario.id)
        elif not lesson.solution_shown:
            mark = _solved(lesson, lesson.score(console.moment()), self._course.points)
            before = self.marks.get(lesson.scenario.id)
            if before is None or mark.points > before.points:
                self.marks[lesson.scenario.id] = mark


def _solved(lesson: Lesson, score: int, worth: Points) -> Mark:
    """The mark of a lesson whose goal was reached."""
    scenario = lesson.scenario
    reasons = [f"solved with {commands(score)}" + (f", par is {scenario.par}" if scenario.par else "")]
    hints, over = len(lesson.given_hints()), max(score - scenario.par, 0) if scenario.par else 0
    lost = hints * worth.hint + over * worth.over_par
    if hints * worth.hint:
        reasons.append(f"{hints} {'hint' if hints == 1 else 'hints'}: {hints * worth.hint} off")
    if over * worth.over_par:
        reasons.append(f"{over} over par: {over * worth.over_par} off")
    points = max(worth.solved - lost, min(worth.least, worth.solved))
    return Mark(scenario.id, scenario.title, points, worth.solved, tuple(reasons), True)


def mark(
    course: Course,
    transcript: Transcript,
    is_exam: bool,
    seconds: float,
    clock: Callable[[], float] = time.process_time,
) -> Marked:
    """A learner's marks.

    Args:
        course: the whole; of an exam, the learner's tasks are drawn here.
        is_exam: whether the rules of the exam hold, whatever the transcript says.
        seconds: how long playing it may take, by `clock`.

    Raises:
        ScenarioProblem: the course has no exam.
    """
    remarks = list(transcript.remarks)
    if is_exam:
        course = exam.draw(course, transcript.learner)
    limit = course.exam.minutes if is_exam and course.exam is not None else None
    ends_at = clock() + seconds
    seen = [_Seen(course, played.note.minutes, limit, ends_at, clock) for played in transcript.sessions]
    for number, (played, look) in enumerate(zip(transcript.sessions, seen, strict=True), 1):
        try:
            _play(course, played, look, is_exam)
        except TooLong:
            remarks.append(
                f"session {number}: playing it takes longer than {seconds:g} seconds; what follows is not marked"
            )
            break
        except (JournalProblem, ScenarioProblem) as problem:
            remarks.append(f"session {number}: it cannot be played to its end ({problem})")
    if any(played.note.digest != course.digest for played in transcript.sessions):
        remarks.append("it was made with another version of the course")
    marks = tuple(_best(scenario.id, scenario.title, seen, course.points) for scenario in course.scenarios)
    known = {each.lesson for each in marks if each.is_solved}
    remarks += [f"it says that {name!r} was solved, and it was not" for name in sorted(transcript.claimed - known)]
    return Marked(transcript.learner, marks, tuple(remarks))


def _play(course: Course, played: Played, seen: _Seen, is_exam: bool) -> None:
    commands_of_terminal = exam.Refusing(exam.REFUSED).run if is_exam else meta.run
    begun = replace(played.note.began, progress={})
    play(begun, played.entries, _ignore, Staging(course, commands_of_terminal, seen))


def _best(lesson: str, title: str, seen: list[_Seen], worth: Points) -> Mark:
    found = [look.marks[lesson] for look in seen if lesson in look.marks]
    if found:
        return max(found, key=lambda each: each.points)
    reason = "never opened"
    if any(lesson in look.opened for look in seen):
        reason = "its goal was not reached"
    if any(lesson in look.shown for look in seen):
        reason = "only solved after its solution was shown"
    if any(lesson in look.late for look in seen):
        reason = "solved when the time of the exam was over"
    return Mark(lesson, title, 0, worth.solved, (reason,))


def _ignore(shown: bytes) -> None:
    """Nobody looks at what is shown."""
