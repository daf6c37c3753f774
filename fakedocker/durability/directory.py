"""A state directory: what was acknowledged is in it, whatever ends the process.

Inputs are written to the journal before they are answered. When a journal has grown, a new one is begun and a snapshot of
the world at that point is written in slices between turns; once it is whole, what lies before it is deleted. Coming back
is: the newest snapshot, every journal from there on played again, and a new snapshot. The clock stands still meanwhile.
A record that was cut off was never acknowledged, and is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from fakedocker.durability import snapshot
from fakedocker.durability.files import Header, RecordFile, header_record, record, sync_directory
from fakedocker.durability.plain import Unreadable, dumps, loads
from fakedocker.engine import Engine
from fakedocker.exchanges import TimeMode
from fakedocker.journal import Entry
from fakedocker.replay import Diverged, replay
from fakedocker.world.world import World

JOURNAL_LIMIT_BYTES = 16 << 20
JOURNAL_LIMIT_ENTRIES = 20_000
"""From how much of a journal on a snapshot is made: playing it again takes some seconds."""
_WORLD = ".world"
_JOURNAL = ".journal"
_UNFINISHED = ".unfinished"

MakeEngine = Callable[[World | None, TimeMode], Engine]
"""Makes an engine that starts from a world (None for a new one), with time passing in a way."""


class StateProblem(Exception):
    """A state directory that cannot be used; the text says why and what to do."""


class StateDirectory:
    """The state of one engine. As a context manager it lets go of its files at the end.

    Args:
        path: the directory; it is made where there is none.
        version: of this program, which its files are marked with.
        fsync: whether every write also survives a loss of power.
        report: told, in a line, of what was dropped.
    """

    def __init__(self, path: str, version: str, *, fsync: bool = False, report: Callable[[str], None]) -> None:
        self._path = Path(path)
        self._version = version
        self._fsync = fsync
        self._report = report
        self._journal: IO[bytes] | None = None
        self._number = 0
        self._bytes = self._entries = 0
        self._snapshot: Iterator[None] | None = None
        self._lock: IO[bytes] | None = None

    # coming back

    def open(self, make_engine: MakeEngine, mode: TimeMode) -> Engine:
        """The engine as it was when it ended, or a new one.

        Args:
            mode: how time passes from now on.

        Raises:
            StateProblem: another process has the directory, or what is in it cannot be read.
            OSError: it cannot be read or written.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock_directory()
            return self._open(make_engine, mode)
        except BaseException as problem:
            self.release()
            if isinstance(problem, Unreadable):
                raise StateProblem(f"{problem}; nothing was changed") from None
            raise

    def _open(self, make_engine: MakeEngine, mode: TimeMode) -> Engine:
        numbers = sorted(int(path.stem) for path in self._path.glob(f"*{_WORLD}"))
        engine = self._come_back(make_engine, numbers[-1]) if numbers else make_engine(None, mode)
        engine.mode = mode
        engine.journal.clear()
        newest = max((int(path.stem) for path in self._path.glob(f"*{_JOURNAL}")), default=0)
        self._number = max([newest, *numbers]) + 1
        self._save(engine)
        return engine

    def _come_back(self, make_engine: MakeEngine, number: int) -> Engine:
        snapshot_file = RecordFile(self._name(number, _WORLD))
        world = snapshot.decode(snapshot_file.whole())
        header = snapshot_file.header
        engine = make_engine(world, TimeMode(header.mode))
        entries = list(self._tail(number, header))
        if entries and header.version != self._version:
            raise Unreadable(
                f"{self._path}: it was written by fakedocker {header.version} and not stopped cleanly; start that version on it and "
                f"stop it, then this one ({self._version}) can go on from there"
            )
        try:
            replay(engine, entries)
        except Diverged as problem:
            raise Unreadable(f"{self._path}: its journal does not fit its snapshot ({problem})") from None
        engine.abandon()
        return engine

    def _tail(self, number: int, first: Header) -> Iterator[Entry]:
        journals = sorted(int(path.stem) for path in self._path.glob(f"*{_JOURNAL}"))
        following = [journal for journal in journals if journal >= number]
        for journal in following:
            file = RecordFile(self._name(journal, _JOURNAL))
            for data in file.records():
                entry: Entry = loads(data)
                yield entry._replace(step=entry.step - first.step)
            if file.torn_bytes:
                if journal != following[-1]:
                    raise Unreadable(f"{file.path}: it is damaged, and journals follow it")
                self._report(f"{file.path}: the last {file.torn_bytes} bytes are no whole record and were dropped")

    def _lock_directory(self) -> None:
        try:
            import fcntl
        except ImportError:  # not on Windows, where an open file cannot be deleted by another process
            return
        self._lock = open(self._path / "lock", "wb")  # noqa: SIM115  # held until the end
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateProblem(f"{self._path}: another process uses it") from None

    # keeping

    def write(self, entries: list[Entry]) -> None:
        """Keep inputs: one write.

        Raises:
            OSError: they cannot be kept, and must not be acknowledged.
        """
        assert self._journal is not None
        data = b"".join(record(dumps(entry)) for entry in entries)
        self._journal.write(data)
        self._journal.flush()
        if self._fsync:
            os.fsync(self._journal.fileno())
        self._bytes += len(data)
        self._entries += len(entries)

    def tend(self, engine: Engine) -> bool:
        """A moment between two turns: go on with a snapshot, or begin one when the journal has grown.

        A snapshot waits for a moment in which no client is connected whose input a later start would miss.

        Returns:
            whether it would like another moment soon.
        """
        if self._snapshot is not None:
            if next(self._snapshot, self) is self:
                self._snapshot = None
        elif (self._bytes > JOURNAL_LIMIT_BYTES or self._entries > JOURNAL_LIMIT_ENTRIES) and engine.is_quiet:
            self._number += 1
            self._begin_journal(engine)
            self._snapshot = self._write_snapshot(engine.world, self._header(engine), self._number)
        return self._snapshot is not None

    def close(self, engine: Engine) -> None:
        """A clean stop: everything is in a snapshot, and the next start plays nothing again."""
        if self._journal is None:
            return
        for _ in self._snapshot or ():
            continue
        engine.abandon()
        self._number += 1
        self._save(engine)
        self.release()

    def release(self) -> None:
        """Let go of the files as they are: the next start plays the journal again."""
        for file in (self._journal, self._lock):
            if file is not None:
                file.close()
        self._journal = self._lock = None

    def __enter__(self) -> StateDirectory:
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()

    # files

    def _save(self, engine: Engine) -> None:
        """A snapshot at once, and a journal that is empty."""
        self._begin_journal(engine)
        for _ in self._write_snapshot(engine.world, self._header(engine), self._number):
            continue

    def _name(self, number: int, kind: str) -> Path:
        return self._path / f"{number:08d}{kind}"

    def _header(self, engine: Engine) -> Header:
        return Header(version=self._version, mode=engine.mode.value, step=engine.slices)

    def _begin_journal(self, engine: Engine) -> None:
        if self._journal is not None:
            self._journal.close()
        self._journal = open(self._name(self._number, _JOURNAL), "wb")  # noqa: SIM115  # open for as long as it is the newest
        self._journal.write(header_record(self._header(engine)))
        self._journal.flush()
        self._bytes = self._entries = 0

    def _write_snapshot(self, world: World, header: Header, number: int) -> Iterator[None]:
        """Write a world in slices, then delete what came before it."""
        unfinished = self._name(number, _UNFINISHED)
        with open(unfinished, "wb") as file:
            file.write(header_record(header))
            for piece in snapshot.encode(world):
                file.write(record(piece))
                yield
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self._name(number, _WORLD))
        sync_directory(self._path)
        for path in self._path.iterdir():
            if path.suffix in (_WORLD, _JOURNAL, _UNFINISHED) and int(path.stem) < number:
                path.unlink()
