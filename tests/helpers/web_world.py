"""A class in this process: a server on a free port, and pages of learners and teachers that speak to it over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, RejectConnection, Request, TextMessage

from fakedocker_shell.scenarios import library
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.web import files
from fakedocker_shell.web.classroom import Classroom, Rules
from fakedocker_shell.web.gate import Gate
from fakedocker_shell.web.memory import resident
from fakedocker_shell.web.server import Server

SECONDS = 60.0
CURSOR = "\x1b[6n"
LEARNERS, TEACHER = "token-of-learners", "token-of-the-teacher"


class Refused(Exception):
    """The server has not opened a WebSocket; the number is its status."""


class Socket:
    """A WebSocket's client."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.told: list[tuple[str, str]] = []
        self.closed: tuple[int, str] | None = None
        self._protocol = WSConnection(ConnectionType.CLIENT)

    async def open(self, path: str, origin: str = "", host: str = "") -> None:
        """Raises Refused."""
        host = host or f"127.0.0.1:{self.port}"
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        origin = origin or f"http://{host}"
        headers = [(b"Origin", origin.encode())] if origin != "none" else []
        self._write(self._protocol.send(Request(host=host, target=path, extra_headers=headers)))
        while True:
            self._protocol.receive_data(await self._reader.read(1 << 16) or None)
            for event in self._protocol.events():
                if isinstance(event, RejectConnection):
                    self._writer.close()
                    raise Refused(event.status_code)
                if isinstance(event, AcceptConnection):
                    self._reading = asyncio.ensure_future(self._read())
                    return

    def send(self, kind: str, **more: object) -> None:
        self.send_text(json.dumps({"kind": kind, **more}))

    def send_text(self, text: str) -> None:
        self._write(self._protocol.send(TextMessage(data=text)))

    def send_raw(self, data: bytes) -> None:
        self._write(data)

    def _write(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)

    async def _read(self) -> None:
        text = ""
        self._events()
        while data := await self._reader.read(1 << 16):
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                if isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        message = json.loads(text)
                        text = ""
                        self.told.append((message["kind"], message["text"]))
                        self.heard(*self.told[-1])
                elif isinstance(event, Ping):
                    self._write(self._protocol.send(event.response()))
                elif isinstance(event, CloseConnection):
                    self.closed = (int(event.code), event.reason or "")
                    self._writer.close()
                    return
        self.closed = self.closed or (0, "")

    def _events(self) -> None:
        """Nothing has come yet."""

    def heard(self, kind: str, text: str) -> None:
        """A message has come."""

    def last(self, kind: str) -> str:
        return next((text for each, text in reversed(self.told) if each == kind), "")

    def count(self, kind: str) -> int:
        return sum(each == kind for each, _ in self.told)

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(SECONDS):
            while not done():
                await asyncio.sleep(0.005)

    def abort(self) -> None:
        """The connection is lost."""
        self._writer.transport.abort()
        self._reading.cancel()

    async def close(self) -> None:
        self._writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


class LearnersPage(Socket):
    """A learner's browser: shows what it is told, and answers where its cursor is."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.id = ""
        self.shows = True

    async def come(self, name: str = "", link: str = "", identifier: str = "", rows: int = 24) -> None:
        """Open a page, and say who this is."""
        await self.open(f"/socket?token={LEARNERS}")
        settings = {"rows": rows, "columns": 100, "link": link, "address": "http://class/", "kept": {}}
        self.send("start", id=identifier, name=name, settings=settings)
        await self.until(lambda: self.count("joined") or self.count("denied"))
        if joined := self.last("joined"):
            self.id = json.loads(joined)["id"]

    def heard(self, kind: str, text: str) -> None:
        if kind == "output" and self.shows:
            self.send("shown", characters=len(text))
            for _ in range(text.count(CURSOR)):
                self.send("keys", text="\x1b[1;1R")

    @property
    def output(self) -> str:
        return "".join(text for kind, text in self.told if kind == "output")

    async def prompt(self) -> None:
        await self.until(lambda: self.count("busy") > 0 and self.last("busy") == "")

    def ended(self) -> int:
        """How many commands have ended: so often a prompt has come."""
        return self.told.count(("busy", ""))

    async def type(self, line: str) -> None:
        """A line, to its end."""
        before = self.ended()
        self.send("keys", text=line + "\r")
        await self.until(lambda: self.ended() > before)


class TeachersPage(Socket):
    """The teacher's browser."""

    async def come(self) -> None:
        await self.open(f"/class-socket?token={TEACHER}")

    def row(self, name: str) -> dict[str, object]:
        rows = [json.loads(text) for kind, text in self.told if kind == "row"]
        return next((row for row in reversed(rows) if row["name"] == name), {})


class ClassWorld:
    """A server with its pages; all of them are closed in the end."""

    def __init__(self, classroom: Classroom, port: int) -> None:
        self.classroom, self.port = classroom, port
        self._sockets: list[Socket] = []

    async def learner(self, name: str = "", link: str = "", identifier: str = "") -> LearnersPage:
        """A learner who is there, at a prompt unless a link asks something."""
        page = LearnersPage(self.port)
        self._sockets.append(page)
        await page.come(name, link, identifier)
        if not link and page.id:
            await page.prompt()
        return page

    async def teacher(self) -> TeachersPage:
        page = TeachersPage(self.port)
        self._sockets.append(page)
        await page.come()
        return page

    def socket(self) -> Socket:
        found = Socket(self.port)
        self._sockets.append(found)
        return found

    async def __aenter__(self) -> ClassWorld:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for socket in self._sockets:
            if hasattr(socket, "_reading"):
                await socket.close()


@asynccontextmanager
async def a_class(
    rules: Rules | None = None,
    course: Course | None = None,
    measure: Callable[[], int] | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[ClassWorld]:
    """A class on a free port."""
    given = course or Course("All lessons", tuple(library.course()))
    more = {} if clock is None else {"clock": clock}
    classroom = Classroom(given, rules or Rules(is_class=True), measure or resident(), **more)
    gate = Gate("http", LEARNERS, TEACHER)
    server = Server(classroom, gate, files.load())
    port = await server.listen("127.0.0.1", 0)
    gate.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    try:
        async with ClassWorld(classroom, port) as world:
            yield world
    finally:
        await server.close()


LESSON = """+++
format = 1
id = "{id}"
title = "{title}"
par = 1
hints = ["Look at the help page."]
[goal]
all = ["volume {id} exists"]
+++
# {title}

Make a volume of that name.

## Why

Because.

```console solution
$ docker volume create {id}
```

```console wrong
$ docker volume ls
```
"""


def write_course(folder: Path, ids: tuple[str, ...] = ("one", "two", "three"), more: str = "") -> Path:
    """A course of lessons that each want a volume of their own id."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in ids:
        (folder / f"{each}.md").write_text(LESSON.format(id=each, title=f"Lesson {each}"))
    lessons = ", ".join(f'"{each}.md"' for each in ids)
    (folder / "course.toml").write_text(f'format = 1\ntitle = "Volumes"\nlessons = [{lessons}]\n{more}\n')
    return folder
