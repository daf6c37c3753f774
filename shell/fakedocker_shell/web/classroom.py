"""Everybody who learns here: who comes in under which name, which worlds are kept for whom, and until when.

A learner is known by an identifier that only the learner's own page has. Nobody is told of others but the teacher.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from fakedocker_shell.grading.transcript_writing import TranscriptFile, TranscriptWriter, file_name
from fakedocker_shell.links import Link, LinkProblem, hides, read
from fakedocker_shell.page.surroundings import Surroundings
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.session_journal import Begin, SessionJournal
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.exam import REFUSED as REFUSED_IN_EXAMS, Refusing, draw
from fakedocker_shell.web import gate
from fakedocker_shell.web.gate import Denied
from fakedocker_shell.web.learner import Desk, Line
from fakedocker_shell.web.memory import Meter
from fakedocker_shell.web.messages import Start
from fakedocker_shell.web.turns import LearnersShare, Turns

REFUSED = dict.fromkeys(("record",), "not on a server: nothing is written there")
"""What a terminal does not do here, and what it says."""
NAMES_PER_PLACE = 10
"""How many names may have been there in all, for each learner that there may be at once."""
SPARE_SECONDS = 60.0
"""Where all places are taken, that of one who has been gone for so long is given away."""


class Rules(Struct, frozen=True):
    """How a class is held.

    Args:
        learners: how many there may be at once.
        is_class: whether learners say their names.
        is_exam: whether it is an exam.
        kept_seconds: how long the world of one who is gone is kept.
        memory_bytes: how much a world may take; 0 for any amount.
        transcripts: the folder of the transcripts, "" for none.
    """

    learners: int = 30
    is_class: bool = False
    is_exam: bool = False
    kept_seconds: float = 600.0
    memory_bytes: int = 256 << 20
    transcripts: str = ""


class Learner:
    """Somebody who learns.

    Args:
        number: for the teacher, counted from 1.
        name: as it was given.
        course: whose lessons there are.
        began: when the learner first came, by the classroom's clock.
    """

    def __init__(self, number: int, name: str, course: Course, began: float) -> None:
        self.number, self.name, self.course, self.began = number, name, course, began
        self.id = gate.token()
        self.desk: Desk | None = None
        self.gone_at = began
        self.last_command = ""
        self.last_status = 0
        self.file: TranscriptFile | None = None
        self.meter = Meter(0, int)
        self.is_over = False


class _Account:
    """Keeps account of one session, for its transcript and the teacher."""

    def __init__(self, learner: Learner, writer: TranscriptWriter, changed: Callable[[Learner], None]) -> None:
        self._learner, self._writer, self._changed = learner, writer, changed

    def journal(self, begun: Begin) -> SessionJournal | None:
        return self._writer.journal(begun)

    def ran(self, console: Console, text: str) -> None:
        self._learner.last_command, self._learner.last_status = text, console.status
        self._writer.ran(console, text)
        self._changed(self._learner)


class Classroom:
    """See the module's docstring.

    Args:
        course: whose lessons there are.
        rules: how it is held.
        measure: how large the process is, in bytes.
        clock: seconds.
    """

    def __init__(
        self, course: Course, rules: Rules, measure: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.course, self.rules = course, rules
        self._measure, self._clock = measure, clock
        self._turns = Turns()
        self.learners: dict[str, Learner] = {}
        self.changed: Callable[[Learner], None] = lambda learner: None
        """Called when something of a learner's row has changed."""
        self.told: Callable[[Learner, str, str], None] = lambda learner, kind, text: None
        """Called with each message to a learner's page."""

    # coming and going

    def join(self, start: Start, line: Line) -> Learner:
        """A page begins, or comes back to its world. Raises Denied, with words for the learner."""
        learner = self.learners.get(start.id) or self._newcomer(start.name)
        self._check_time(learner)
        if learner.desk is not None and learner.desk.link != start.settings.link:
            self._let_go(learner)
        if learner.desk is None:
            self._make_room()
            self._seat(learner, start)
        desk = learner.desk
        assert desk is not None
        told = {"id": learner.id, "name": learner.name, "left": self.left_seconds(learner)}
        line.send(msgspec.json.encode({"kind": "joined", "text": msgspec.json.encode(told).decode()}).decode())
        desk.connect(line, start.settings)
        self.changed(learner)
        return learner

    def leave(self, learner: Learner, line: Line) -> None:
        """A page is gone; its world is kept for a while."""
        if learner.desk is not None:
            learner.desk.disconnect(line)
        learner.gone_at = self._clock()
        self.changed(learner)

    def _newcomer(self, name: str) -> Learner:
        name = " ".join(name.split())
        if not name and self.rules.is_class:
            raise Denied(403, "a name is needed")
        if hides(name):
            raise Denied(403, "the name holds characters that are not shown")
        known = next((each for each in self.learners.values() if each.name.casefold() == name.casefold()), None)
        if name and known is not None:
            if known.desk is not None or self.rules.is_exam:
                raise Denied(403, "somebody of this name is here already")
            self._dismiss(known)
        if len(self.learners) >= self.rules.learners * NAMES_PER_PLACE:
            self._forget()
        number = max((each.number for each in self.learners.values()), default=0) + 1
        name = name or f"learner {number}"
        learner = Learner(number, name, draw(self.course, name) if self.rules.is_exam else self.course, self._clock())
        if self.rules.transcripts:
            try:
                learner.file = TranscriptFile(os.path.join(self.rules.transcripts, file_name(name)))
            except OSError as problem:
                raise Denied(403, f"the transcript cannot be written ({problem.strerror})") from None
        self.learners[learner.id] = learner
        return learner

    def _forget(self) -> None:
        """Make room for another name. Raises Denied."""
        gone = [each for each in self.learners.values() if each.desk is None]
        if not gone or self.rules.is_exam:
            raise Denied(403, "too many names have been here already")
        self._dismiss(min(gone, key=lambda each: each.gone_at))

    def _make_room(self) -> None:
        """Raises Denied where there are as many learners as there may be."""
        seated = [each for each in self.learners.values() if each.desk is not None]
        if len(seated) < self.rules.learners:
            return
        spare = [each for each in seated if self._gone_seconds(each) > SPARE_SECONDS]
        if not spare:
            raise Denied(403, f"all {self.rules.learners} places are taken")
        self._let_go(min(spare, key=lambda each: each.gone_at))

    def _gone_seconds(self, learner: Learner) -> float:
        return 0.0 if learner.desk is None or learner.desk.is_connected else self._clock() - learner.gone_at

    def _seat(self, learner: Learner, start: Start) -> None:
        """Begin a session."""
        learner.meter = Meter(self.rules.memory_bytes, self._measure)
        writer = TranscriptWriter(
            learner.name, learner.course, lambda: (self._clock() - learner.began) / 60, learner.file
        )
        link = _link(start.settings.link)
        if link.run:
            writer.link(link.run)
        surroundings = Surroundings(
            learner.course,
            Refusing({**REFUSED, **(REFUSED_IN_EXAMS if self.rules.is_exam else {})}).run,
            _Account(learner, writer, self.changed),
            LearnersShare(self._turns, learner.meter.began, learner.meter.ended),
        )
        learner.desk = Desk(
            start.settings,
            surroundings,
            lambda kind, text: self.told(learner, kind, text),
            lambda reason: self._ended(learner, reason),
        )

    def _ended(self, learner: Learner, reason: str) -> None:
        if reason and learner.desk is not None:
            learner.desk.tell("problem", reason)
            learner.desk.tell("ended", "1")
        self._let_go(learner)

    def _let_go(self, learner: Learner) -> None:
        """Of a learner's world."""
        desk, learner.desk = learner.desk, None
        if desk is not None:
            desk.close()
        if learner.file is not None:
            learner.file.flush()
        self.changed(learner)

    def _dismiss(self, learner: Learner) -> None:
        self._let_go(learner)
        if learner.file is not None:
            learner.file.close()
        self.learners.pop(learner.id, None)

    # time

    def left_seconds(self, learner: Learner) -> float | None:
        """How much of an exam is left; None where there is none."""
        if not self.rules.is_exam or learner.course.exam is None:
            return None
        return max(learner.began + learner.course.exam.minutes * 60 - self._clock(), 0.0)

    def _check_time(self, learner: Learner) -> None:
        if self.left_seconds(learner) == 0:
            raise Denied(403, "the time of the exam is over")

    def sweep(self) -> None:
        """Let go of worlds that nobody has come back to, and end exams whose time is over; to be called now and then."""
        for learner in list(self.learners.values()):
            if self.left_seconds(learner) == 0 and not learner.is_over:
                learner.is_over = True
                self._ended(learner, "the time of the exam is over; what was solved is noted down")
            elif self._gone_seconds(learner) > self.rules.kept_seconds:
                self._let_go(learner)

    def close(self) -> None:
        """Everybody goes."""
        for learner in list(self.learners.values()):
            self._dismiss(learner)


def _link(text: str) -> Link:
    try:
        return read(text) if text else Link()
    except LinkProblem:
        return Link()  # the session refuses it in words
