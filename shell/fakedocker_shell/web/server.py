"""The server: a few files and two kinds of WebSockets, behind a gate."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping

import msgspec

from fakedocker.api.request_reader import Head
from fakedocker_shell.web import files
from fakedocker_shell.web.classroom import Classroom, Learner
from fakedocker_shell.web.connection import GOING_AWAY, Connection, Visitor
from fakedocker_shell.web.files import Served
from fakedocker_shell.web.gate import Denied, Gate
from fakedocker_shell.web.messages import OfLearner, Start, of_learner, told
from fakedocker_shell.web.teacher import Teachers

LEARNERS, TEACHER = "/socket", "/class-socket"
TEND_SECONDS = 1.0
PING_ROUNDS = 20
"""Every so many rounds of tending, clients are asked whether they are still there."""
SPARE_CONNECTIONS = 64
CONNECTIONS_PER_LEARNER = 6
"""Browsers open up to six for the files of a page."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = "".join(
    f"{name}: {value}\r\n"
    for name, value in {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }.items()
).encode()


class Server:
    """What connections lead to.

    Args:
        classroom: the learners.
        gate: who may come in.
        served: the page's files, by path.
    """

    def __init__(self, classroom: Classroom, gate: Gate, served: Mapping[str, Served]) -> None:
        self._classroom, self._gate, self._served = classroom, gate, served
        self._teachers = Teachers(classroom)
        self._connections: set[Connection] = set()
        self._most = SPARE_CONNECTIONS + classroom.rules.learners * CONNECTIONS_PER_LEARNER
        self._listener: asyncio.Server | None = None
        self._tending: asyncio.Task[None] | None = None

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Begin; gives the port. OSError where it is in use, or the address is none of this machine."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Connection(self), host, port, ssl=tls)
        self._tending = loop.create_task(self._tend())
        bound: int = self._listener.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Everybody goes."""
        if self._tending is not None:
            self._tending.cancel()
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._connections):
            connection.end("the server is going away", GOING_AWAY)
        self._classroom.close()
        await asyncio.sleep(0)

    async def _tend(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(TEND_SECONDS)
            self._classroom.sweep()
            self._teachers.tend()
            rounds += 1
            if rounds % PING_ROUNDS == 0:
                for connection in list(self._connections):
                    connection.ping()

    # what connections ask

    def joined(self, connection: Connection) -> None:
        self._connections.add(connection)
        if len(self._connections) > self._most:
            connection.close()

    def left(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def headers(self) -> bytes:
        return _HEADERS

    def answer(self, head: Head) -> tuple[str, bytes]:
        """A file. Raises Denied."""
        self._gate.check_host(head)
        path = head.target.partition("?")[0]
        if path == files.PAGE:
            self._gate.check_learner(head)
        elif path == files.CLASS:
            self._gate.check_teacher(head)
        found = self._served.get(path)
        if found is None:
            raise Denied(404, "there is no such page")
        return found.type, found.content

    def open(self, head: Head, connection: Connection) -> Visitor:
        """A WebSocket. Raises Denied."""
        self._gate.check_host(head)
        self._gate.check_origin(head)
        path = head.target.partition("?")[0]
        if path == LEARNERS:
            self._gate.check_learner(head)
            visitor = _LearnersPage(self._classroom, connection)
            asyncio.get_running_loop().call_soon(visitor.greet)
            return visitor
        if path == TEACHER:
            self._gate.check_teacher(head)
            view = self._teachers.open(connection)
            asyncio.get_running_loop().call_soon(self._teachers.welcome, view)
            return view
        raise Denied(404, "there is no such socket")


class _LearnersPage:
    """Who is behind a learner's WebSocket: nobody until the page has begun."""

    def __init__(self, classroom: Classroom, connection: Connection) -> None:
        self._classroom, self._connection = classroom, connection
        self._learner: Learner | None = None

    def greet(self) -> None:
        """Say what kind of class this is."""
        course, rules = self._classroom.course, self._classroom.rules
        minutes = course.exam.minutes if rules.is_exam and course.exam is not None else 0
        greeting = {"title": course.title, "isClass": rules.is_class, "isExam": rules.is_exam, "minutes": minutes}
        self._connection.send(told("hello", msgspec.json.encode(greeting).decode()))

    def heard(self, text: str) -> None:
        """Raises Denied, or ValueError for what is no message."""
        message: OfLearner = of_learner(text)
        if isinstance(message, Start):
            if self._learner is not None:
                raise Denied(403, "a page begins once")
            try:
                self._learner = self._classroom.join(message, self._connection)
            except Denied as denied:
                self._connection.send(told("denied", str(denied)))
        elif self._learner is None:
            raise Denied(403, "a page begins by saying so")
        elif self._learner.desk is not None:
            self._learner.desk.hear(message)

    def lost(self) -> None:
        learner, self._learner = self._learner, None
        if learner is not None:
            with contextlib.suppress(RuntimeError):  # the loop is ending
                self._classroom.leave(learner, self._connection)
