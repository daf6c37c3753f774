"""The teacher's view: a row for each learner, one learner's moment, and a link for all.

A row is sent when something of it has changed, at most once a second. Whoever is looked at is not told, but by the page,
which says that a teacher may look.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fakedocker_shell.links import LinkProblem, read, write
from fakedocker_shell.web.classroom import Classroom, Learner
from fakedocker_shell.web.connection import Connection
from fakedocker_shell.web.messages import HandOut, Watch, of_teacher, told

LARGEST_PICTURE = 100_000
LONGEST_COMMAND = 200


class _Goal(Struct, frozen=True):
    text: str
    holds: bool


class _Lesson(Struct, frozen=True):
    """What a row needs of what a page is told of its lesson."""

    id: str
    title: str
    goals: tuple[_Goal, ...]
    hints: tuple[str, ...]
    score: int
    par: int
    is_solved: bool


class _State(Struct, frozen=True):
    lesson: _Lesson | None
    picture: str


class Row(Struct, frozen=True):
    """A learner as the teacher sees it."""

    number: int
    name: str
    is_here: bool
    lesson: str
    title: str
    goals: tuple[bool, ...]
    hints: int
    score: int
    par: int
    is_solved: bool
    command: str
    status: int
    picture: str


class _Handed(Struct, frozen=True):
    """A link that is handed out: what it does is shown before it is opened."""

    link: str
    lesson: str
    run: str


_NOTHING = _State(None, "")
_state = msgspec.json.Decoder(_State).decode


class Teachers:
    """All who look on; there may be several windows.

    Args:
        classroom: whose learners are seen.
    """

    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom
        self._views: set[TeacherView] = set()
        self._changed: dict[int, Learner] = {}
        self._states: dict[int, str] = {}
        classroom.changed = self._note
        classroom.told = self._pass_on

    def open(self, connection: Connection) -> TeacherView:
        """A window is opened."""
        view = TeacherView(self, connection)
        self._views.add(view)
        return view

    def welcome(self, view: TeacherView) -> None:
        """Tell a new window of all learners."""
        for learner in sorted(self._classroom.learners.values(), key=lambda each: each.number):
            view.tell("row", _json(self._row(learner)))

    def closed(self, view: TeacherView) -> None:
        self._views.discard(view)

    def tend(self) -> None:
        """Send the rows that have changed; to be called once a second."""
        changed, self._changed = self._changed, {}
        if self._views:
            for learner in changed.values():
                text = _json(self._row(learner))
                for view in self._views:
                    view.tell("row", text)

    def learner(self, number: int) -> Learner | None:
        return next((each for each in self._classroom.learners.values() if each.number == number), None)

    def state(self, learner: Learner) -> str:
        """What was last told of what stands beside the learner's terminal; "" for nothing yet."""
        return self._states.get(learner.number, "")

    def hand_out(self, text: str) -> int:
        """Hand a link out to all who are here; gives how many that are. Raises LinkProblem."""
        link = read(text)
        handed = _json(_Handed(write(link), link.lesson, link.run))
        here = [each.desk for each in self._classroom.learners.values() if each.desk is not None]
        for desk in here:
            desk.tell("handed", handed)
        return len(here)

    def _note(self, learner: Learner) -> None:
        self._changed[learner.number] = learner
        if learner.desk is None:
            self._states.pop(learner.number, None)

    def _pass_on(self, learner: Learner, kind: str, text: str) -> None:
        if kind == "state":
            self._states[learner.number] = text
            self._note(learner)
        if kind in ("output", "state"):
            for view in self._views:
                if view.number == learner.number:
                    view.tell(kind, text)

    def _row(self, learner: Learner) -> Row:
        text = self._states.get(learner.number, "")
        state = _state(text) if text else _NOTHING
        lesson = state.lesson or _Lesson("", "", (), (), 0, 0, False)
        return Row(
            learner.number,
            learner.name,
            learner.desk is not None and learner.desk.is_connected,
            lesson.id,
            lesson.title,
            tuple(goal.holds for goal in lesson.goals),
            len(lesson.hints),
            lesson.score,
            lesson.par,
            lesson.is_solved,
            learner.last_command[:LONGEST_COMMAND],
            learner.last_status,
            state.picture if len(state.picture) <= LARGEST_PICTURE else "",
        )


class TeacherView:
    """One window of the teacher's."""

    def __init__(self, teachers: Teachers, connection: Connection) -> None:
        self._teachers, self._connection = teachers, connection
        self.number = 0
        """Of the learner who is looked at; 0 for nobody."""

    def tell(self, kind: str, text: str) -> None:
        self._connection.send(told(kind, text))

    def heard(self, text: str) -> None:
        """Raises ValueError for what is no message."""
        message = of_teacher(text)
        if isinstance(message, Watch):
            self._watch(message.number)
        elif isinstance(message, HandOut):
            try:
                count = self._teachers.hand_out(message.link)
            except LinkProblem as problem:
                self.tell("problem", f"This link cannot be handed out: {problem}.")
            else:
                self.tell("handed", str(count))

    def _watch(self, number: int) -> None:
        self.number = 0
        learner = self._teachers.learner(number)
        if learner is None or learner.desk is None:
            self.tell("watched", "")
            return
        rows, columns = learner.desk.size
        self.number = number
        self.tell("watched", _json({"number": number, "name": learner.name, "rows": rows, "columns": columns}))
        self.tell("output", learner.desk.tail.text())
        if state := self._teachers.state(learner):
            self.tell("state", state)

    def lost(self) -> None:
        self._teachers.closed(self)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
