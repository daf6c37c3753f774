"""Contents that lie on the real machine: a file's content names its file there, and its bytes are fetched when somebody
reads them.

What is fetched during a turn of an engine comes from outside, so each block that is not remembered is told to the
engine, which keeps it in its journal; a run that is played again gets the same answers in the same order and asks
nobody. This module does no I/O.
"""

from __future__ import annotations

import errno
import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from msgspec import Struct

from fakedocker.filesystem.errors import failure

BLOCK_BYTES = 256 << 10
"""How much is fetched and remembered at once."""
REMEMBERED_BLOCKS = 128


class Outside(Struct, frozen=True, gc=False, tag="outside"):
    """A part of a file of the machine.

    Args:
        folder: of the machine, which must be shown.
        path: of the file, relative to it.
        stamp: which state of the file this is, see `host_dir`.
    """

    folder: str
    path: str
    stamp: str
    offset: int
    size: int


class Block(Struct, frozen=True):
    """A block of a file in a state."""

    folder: str
    path: str
    stamp: str
    number: int


Answer = bytes | int
"""The bytes of a block, or the number of the error that reading it ends in."""
Reader = Callable[[str, str, int, int], bytes]
"""Reads a file of a folder: its path, its stamp, where and how much. OSError."""

READERS: dict[str, Reader] = {}
"""Folder -> what reads its files, for as long as a driver shows it."""


class _Entered(threading.local):
    """The windows that a thread reads through, the last one first asked: engines of several threads know nothing of
    each other."""

    def __init__(self) -> None:
        self.windows: list[Windows] = []


_entered = _Entered()


class Windows:
    """What one engine has fetched. In a `with` block, what its thread reads meanwhile is that engine's.

    Args:
        witness: told of each answer that came from the machine.
    """

    def __init__(self, witness: Callable[[Block, Answer], None]) -> None:
        self._witness = witness
        self._remembered: OrderedDict[Block, bytes] = OrderedDict()
        self._answers: dict[Block, deque[Answer]] = {}
        self.is_replaying = False
        """Whether answers come from a journal."""

    def __enter__(self) -> None:
        _entered.windows.append(self)

    def __exit__(self, *_: object) -> None:
        _entered.windows.pop()

    def answer(self, block: Block, answer: Answer) -> None:
        """What a journal says that was answered."""
        self._answers.setdefault(block, deque()).append(answer)

    def forget(self) -> None:
        """Remember nothing."""
        self._remembered.clear()

    def fetch(self, block: Block) -> bytes:
        """A block. OSError."""
        known = self._remembered.get(block)
        if known is not None:
            self._remembered.move_to_end(block)
            return known
        if self.is_replaying:
            told = self._answers.get(block)
            answer = told.popleft() if told else errno.EIO
        else:
            answer = _ask(block)
        self._witness(block, answer)
        if isinstance(answer, int):
            raise failure(answer)
        self._remembered[block] = answer
        if len(self._remembered) > REMEMBERED_BLOCKS:
            self._remembered.popitem(last=False)
        return answer


def _ask(block: Block) -> Answer:
    reader = READERS.get(block.folder)
    if reader is None:
        return errno.EIO
    try:
        return reader(block.path, block.stamp, block.number * BLOCK_BYTES, BLOCK_BYTES)
    except OSError as problem:
        return problem.errno or errno.EIO


def read(piece: Outside, offset: int, size_bytes: int) -> bytes:
    """Some bytes of a part of a file. EIO where the file is shorter by now; what reading it gives otherwise."""
    start = piece.offset + offset
    stop = start + size_bytes
    parts: list[bytes] = []
    entered = _entered.windows
    while start < stop:
        number, within = divmod(start, BLOCK_BYTES)
        block = Block(piece.folder, piece.path, piece.stamp, number)
        data = entered[-1].fetch(block) if entered else _demanded(_ask(block))
        part = data[within : within + stop - start]
        if not part:
            raise failure(errno.EIO)
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _demanded(answer: Answer) -> bytes:
    if isinstance(answer, int):
        raise failure(answer)
    return answer
