"""The keys of a page: prompt_toolkit's input without a descriptor, and a queue of bytes while a command runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from prompt_toolkit.input.base import Input
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys

ESCAPE_SECONDS = 0.1
"""How long an Escape is held back, as it may begin a sequence."""
KEPT_BYTES = 1 << 20
"""The most that is kept of what is typed while nobody reads."""
LEFT_BYTES = 1 << 13
"""The most of it that is given to the prompt once a command has ended."""


class Keyboard(Input):
    """Whoever has attached to it gets keys; what comes while a command runs is kept for that as bytes."""

    def __init__(self) -> None:
        self._presses: list[KeyPress] = []
        self._parser = Vt100Parser(self._presses.append)
        self._attached: Callable[[], None] | None = None
        self._typed = bytearray()
        self._came = asyncio.Event()
        self.is_taken = False
        """Whether a command has it."""

    def feed(self, text: str) -> None:
        """Something was typed or pasted."""
        if self.is_taken:
            self._typed += text.encode("utf-8", "replace")[: KEPT_BYTES - len(self._typed)]
            self._came.set()
            return
        self._parser.feed(text)
        self._tell()
        asyncio.get_running_loop().call_later(ESCAPE_SECONDS, self._end_sequence)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While a command has the keyboard, and what has come since the prompt has ended: nobody else has read it."""
        self._parser.flush()
        unread = "".join(press.data for press in self.read_keys() if press.key is not Keys.CPRResponse)
        self._typed += unread.encode("utf-8", "replace")
        self.is_taken = True
        try:
            yield
        finally:
            self.is_taken = False
            rest = self.take()
            if rest:
                self._parser.feed(rest[:LEFT_BYTES].decode("utf-8", "replace"))

    def take(self) -> bytes:
        """What was typed since."""
        typed = bytes(self._typed)
        self._typed.clear()
        self._came.clear()
        return typed

    async def wait(self, seconds: float) -> None:
        """Until something is typed, at most so long."""
        try:
            async with asyncio.timeout(seconds):  # wait_for can swallow a cancellation
                await self._came.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """End `wait`, as something other than a key is to be looked at."""
        self._came.set()

    def _end_sequence(self) -> None:
        if not self.is_taken:
            self._parser.flush()
            self._tell()

    def _tell(self) -> None:
        if self._attached is not None and self._presses:
            self._attached()

    # as prompt_toolkit asks it

    def read_keys(self) -> list[KeyPress]:
        found = list(self._presses)
        self._presses.clear()
        return found

    def flush_keys(self) -> list[KeyPress]:
        self._parser.flush()
        return self.read_keys()

    @contextmanager
    def _attach(self, ready: Callable[[], None] | None) -> Iterator[None]:
        before, self._attached = self._attached, ready
        try:
            yield
        finally:
            self._attached = before

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        return self._attach(input_ready_callback)

    def detach(self) -> AbstractContextManager[None]:
        return self._attach(None)

    def raw_mode(self) -> AbstractContextManager[None]:
        return nullcontext()

    def cooked_mode(self) -> AbstractContextManager[None]:
        return nullcontext()

    def fileno(self) -> int:
        raise NotImplementedError("a page has no descriptors")

    def typeahead_hash(self) -> str:
        return "page"

    @property
    def closed(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""
