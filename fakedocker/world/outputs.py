"""The outputs of containers and execs in the middle of being changed.

Programs write far more often than anybody reads. So what is written is only put down, and sorted into the histories
when somebody asks for one, when much has come together, or when the state is frozen. A reader cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakedocker.base.history import History
from fakedocker.base.persistent import Map, Table
from fakedocker.containers import logs
from fakedocker.containers.model import Chunk

TOGETHER_BYTES = 4 << 20
"""How much is put down before it is sorted in."""


class Outputs(Table[str, History[Chunk]]):
    """Stream -> what it has put out; see the module's docstring."""

    __slots__ = ("_chunks", "_known", "_written", "_written_bytes")

    def __init__(self, base: Map[str, History[Chunk]], dirty: list[str] | None = None, name: str = "") -> None:
        super().__init__(base, dirty, name)
        self._known: set[str] = set()  # streams that are there for sure
        self._written: list[str] = []
        self._chunks: list[Chunk] = []  # what was written to each of them
        self._written_bytes = 0

    def write(self, stream: str, chunk: Chunk) -> bool:
        """Add to a stream. False, and nothing is done, where there is none of that name. Constant time, amortised."""
        if stream not in self._known:
            if stream not in self:
                return False
            self._known.add(stream)
        if not self._changes and not self._written and self._dirty is not None:
            self._dirty.append(self._name)
        self._written.append(stream)
        self._chunks.append(chunk)
        self._written_bytes += len(chunk.data) + logs.CHUNK_BYTES
        if self._written_bytes > TOGETHER_BYTES:
            self._sort_in()
        return True

    def get(self, key: str, default: Any = None) -> Any:  # Any: a default of any type, as dict.get takes
        if self._written:
            self._sort_in()
        return super().get(key, default)

    def __getitem__(self, key: str) -> History[Chunk]:
        if self._written:
            self._sort_in()
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: History[Chunk]) -> None:
        if self._written:
            self._sort_in()
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        if self._written:
            self._sort_in()
        self._known.discard(key)
        super().__delitem__(key)

    def items(self) -> Iterator[tuple[str, History[Chunk]]]:
        if self._written:
            self._sort_in()
        return super().items()

    def freeze(self) -> Map[str, History[Chunk]]:
        if self._written:
            self._sort_in()
        return super().freeze()

    def rollback(self) -> None:
        self._forget()
        super().rollback()

    def reset(self, base: Map[str, History[Chunk]]) -> None:
        self._forget()
        super().reset(base)

    def _forget(self) -> None:
        self._known.clear()
        self._written, self._chunks, self._written_bytes = [], [], 0

    def _sort_in(self) -> None:
        """Let the histories have what was put down. O(chunks)."""
        written = zip(self._written, self._chunks, strict=True)
        self._written, self._chunks, self._written_bytes = [], [], 0
        streams: dict[str, list[Chunk]] = {}
        for stream, chunk in written:
            streams.setdefault(stream, []).append(chunk)
        changes = self._changes
        for stream, chunks in streams.items():
            history = changes.get(stream)
            changes[stream] = logs.with_output(self._base[stream] if history is None else history, chunks)
