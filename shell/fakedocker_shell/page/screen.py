"""The screen of a page: text goes out in pieces, and no faster than the page shows it."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable
from typing import Final

PIECE_CHARACTERS = 1 << 14
"""What has gathered is sent when it is so much, and whenever the session waits."""
UNSHOWN_CHARACTERS = 1 << 19
"""How much may be under way that the page has not shown yet; what is written then waits."""
LONGEST_WAIT_SECONDS = 5.0
"""A page that shows nothing for so long, as one in the background may, is written to all the same."""


class PageScreen:
    """What the prompt, as a file, and commands, as bytes, write to.

    Args:
        send: text to the page.
        rows, columns: at the beginning.
    """

    encoding: Final = "utf-8"

    def __init__(self, send: Callable[[str], None], rows: int, columns: int) -> None:
        self._send = send
        self._size = (rows, columns)
        self._pieces: list[str] = []
        self._gathered = 0
        self._unshown = 0
        self._room = asyncio.Event()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def write(self, text: str) -> int:
        """As a file has it."""
        self._pieces.append(text)
        self._gathered += len(text)
        if self._gathered >= PIECE_CHARACTERS:
            self.flush()
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """Bytes of commands; a character may come in two parts."""
        self.write(self._decode(data))

    def flush(self) -> None:
        """Send what has gathered."""
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._gathered = 0
            self._unshown += len(text)
            self._send(text)

    def shown(self, characters: int) -> None:
        """The page has shown so much."""
        self._unshown = max(self._unshown - characters, 0)
        if self._unshown <= UNSHOWN_CHARACTERS:
            self._room.set()

    async def has_room(self) -> None:
        """Until not too much is under way."""
        if self._unshown > UNSHOWN_CHARACTERS:
            self._room.clear()
            try:
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):  # wait_for can swallow a cancellation
                    await self._room.wait()
            except TimeoutError:
                self._unshown = 0

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise NotImplementedError("a page has no descriptors")

    def resize(self, rows: int, columns: int) -> None:
        """The page has another size."""
        self._size = (rows, columns)

    def size(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self._size
