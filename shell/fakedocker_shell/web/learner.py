"""A learner: a session in a page, whose page is elsewhere and may be gone for a while.

What the session tells goes to the connection there is. The end of its output and the last of all else that it told are
kept, so that a page that comes back is as it was.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
import tempfile
from collections import deque
from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.application import create_app_session

from fakedocker_shell.page.session import Page, Settings, begin_with
from fakedocker_shell.page.surroundings import Surroundings
from fakedocker_shell.web.memory import TooMuchMemory
from fakedocker_shell.web.messages import Answer, Asked, Journal, Keys, OfLearner, Share, Shown, Size, told

TAIL_CHARACTERS = 1 << 16
"""How much of the output is shown again to a page that comes back."""
LATEST = ("course", "state", "busy", "ask")
"""What is told again, the last of each."""
PIECE = 1024
"""How many keys are taken at once, so that a long paste lets others in between."""
MOST_UNTYPED = 1 << 20
MOST_AT_ONCE = 1 << 18
"""Of what is printed in one moment a page is sent the end: it is as much as its terminal keeps."""
RESET = "\x1bc"
_QUESTIONS = re.compile(r"\x1b\[[0-9;?>=]*[cnqx]|\x1bZ|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|\x05")
"""What a terminal answers; shown again, nobody waits for the answer."""


class Line(Protocol):
    """Where messages to a page go."""

    def send(self, text: str) -> None: ...

    def end(self, reason: str, code: int = ...) -> None: ...


class Tail:
    """The end of what was shown."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque()
        self._characters = 0

    def add(self, text: str) -> None:
        self._pieces.append(text[-TAIL_CHARACTERS:])
        self._characters += len(self._pieces[-1])
        while self._characters - len(self._pieces[0]) >= TAIL_CHARACTERS:
            self._characters -= len(self._pieces.popleft())

    def text(self) -> str:
        """For a terminal that has shown nothing yet: from the beginning of a line, without what a terminal answers."""
        text = "".join(self._pieces)
        if len(text) > TAIL_CHARACTERS:
            text = text[-TAIL_CHARACTERS:].partition("\n")[2]
        return RESET + _QUESTIONS.sub("", text)


class Desk:
    """One session and its page.

    Args:
        asked: what the page said when it began.
        surroundings: see `page.surroundings`.
        heard: is told of each message to the page, by kind and text.
        ended: is told when the session has ended, and why: "" for by itself.
    """

    def __init__(
        self,
        asked: Asked,
        surroundings: Surroundings,
        heard: Callable[[str, str], None],
        ended: Callable[[str], None],
    ) -> None:
        self.link = asked.link
        self._heard, self._ended = heard, ended
        self._line: Line | None = None
        self.tail = Tail()
        self.size = (asked.rows, asked.columns)
        self._latest: dict[str, str] = {}
        self._unsent: list[str] = []
        self._untyped: deque[str] = deque()
        self._untyped_characters = 0
        self._typing: asyncio.Task[None] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="fakedocker-web-", ignore_cleanup_errors=True)
        self._context = contextvars.copy_context()
        settings = Settings(asked.rows, asked.columns, asked.link, asked.address, dict(asked.kept), self._folder.name)
        self.page: Page = self._context.run(begin_with, self._post, settings, surroundings)
        self._task = asyncio.get_running_loop().create_task(self._run(), context=self._context)

    async def _run(self) -> None:
        reason = ""
        try:
            with create_app_session():
                status = await self.page.run()
            self._post("ended", str(status))
        except TooMuchMemory:
            reason = "this world has become too large for a class, and was let go; reload the page to begin anew"
        except asyncio.CancelledError:
            raise
        except Exception as problem:
            reason = (
                f"an error of ours has ended this session ({type(problem).__name__}); reload the page to begin anew"
            )
        self._ended(reason)

    def close(self) -> None:
        """Let go of the world."""
        self._task.cancel()
        if self._typing is not None:
            self._typing.cancel()
        self._folder.cleanup()

    # the page

    @property
    def is_connected(self) -> bool:
        return self._line is not None

    def connect(self, line: Line, asked: Asked) -> None:
        """A page shows the session from now on; one that has shown it until now does so no more."""
        self._send_output()
        before, self._line = self._line, line
        if before is not None:
            before.end("this session goes on in another window")
        line.send(told("output", self.tail.text()))
        for kind in LATEST:
            if kind in self._latest:
                line.send(told(kind, self._latest[kind]))
        line.send(told("ready", ""))
        self._resize(asked.rows, asked.columns)

    def disconnect(self, line: Line) -> None:
        """A page is gone. Nothing waits for it to show something."""
        if self._line is line:
            self._line = None
            self._context.run(self.page.shown, 1 << 30)

    def tell(self, kind: str, text: str) -> None:
        """Something to the page, if there is one."""
        self._send_output()
        if self._line is not None:
            self._line.send(told(kind, text))

    def _post(self, kind: str, text: str) -> None:
        if kind == "output":
            if not self._unsent:
                asyncio.get_running_loop().call_soon(self._send_output)
            self._unsent.append(text)
            return
        if kind in LATEST:
            self._latest[kind] = text
        self.tell(kind, text)
        self._heard(kind, text)

    def _send_output(self) -> None:
        """What has gathered of the output, as one message."""
        if not self._unsent:
            return
        text = "".join(self._unsent)
        self._unsent.clear()
        if len(text) > MOST_AT_ONCE:
            whole, text = len(text), text[-MOST_AT_ONCE:].partition("\n")[2]
            asyncio.get_running_loop().call_soon(self._count_shown, whole - len(text))
        self.tail.add(text)
        if self._line is not None:
            self._line.send(told("output", text))
        else:
            asyncio.get_running_loop().call_soon(self._count_shown, len(text))
        self._heard("output", text)

    def _count_shown(self, characters: int) -> None:
        """What nobody looks at is as good as shown."""
        self.page.shown(characters)

    # what the page says

    def hear(self, message: OfLearner) -> None:
        """A message of the page's, but for the one that began it."""
        if isinstance(message, Keys):
            self._type(message.text)
        elif isinstance(message, Shown):
            self.page.shown(message.characters)
        elif isinstance(message, Size):
            self._resize(message.rows, message.columns)
        elif isinstance(message, Answer):
            self._latest.pop("ask", None)
            self._context.run(self.page.answer, message.yes)
        elif isinstance(message, Share):
            self._context.run(self.page.share)
        elif isinstance(message, Journal):
            self.tell("journal", self.page.journal())

    def _resize(self, rows: int, columns: int) -> None:
        self.size = (max(rows, 2), max(columns, 10))
        self._context.run(self.page.resize, *self.size)

    def _type(self, text: str) -> None:
        self._untyped_characters += len(text)
        if self._untyped_characters > MOST_UNTYPED:
            self._untyped_characters -= len(text)
            return
        self._untyped += (text[start : start + PIECE] for start in range(0, len(text), PIECE))
        if self._typing is None or self._typing.done():
            self._feed()
            if self._untyped:
                self._typing = asyncio.get_running_loop().create_task(self._type_on())

    async def _type_on(self) -> None:
        while self._untyped:
            await asyncio.sleep(0)
            self._feed()

    def _feed(self) -> None:
        if self._untyped:
            piece = self._untyped.popleft()
            self._untyped_characters -= len(piece)
            self._context.run(self.page.feed, piece)
