"""A state directory: what was acknowledged is in it, whatever ends the process.

Inputs are written to the journal before they are answered. When a journal has grown, a new one is begun and a snapshot
of the world at that point is written in slices between turns; once it is whole, what lies before it is deleted. Coming
back is: the newest snapshot, every journal from there on played again, and a new snapshot. The clock stands still
meanwhile.

Every file appears whole under its name, the journal of a snapshot before the snapshot itself, and every journal says
where the one before it ends; so a crash at any step leaves either what was there or what was to be, and what is missing
is noticed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from fakedocker.durability import snapshot
from fakedocker.durability.disk import AppendFile, Disk
from fakedocker.durability.files import JOURNAL, UNFINISHED, WORLD, Header, Name, beginning, record
from fakedocker.durability.history import NOWHERE, End, History, MakeEngine
from fakedocker.durability.problems import StateProblem, Unreadable, Unstorable
from fakedocker.durability.writing import dumps
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.journal import Entry

JOURNAL_LIMIT_BYTES = 16 << 20
JOURNAL_LIMIT_ENTRIES = 20_000
"""From how much of a journal on a snapshot is made: playing it again takes some seconds."""


class StateDirectory:
    """The state of one engine. As a context manager it lets go of its files at the end.

    Args:
        path: the directory; it is made where there is none.
        version: of this program, which its files are marked with.
        fsync: whether every write also survives a loss of power.
        report: told, in a line, of what was dropped, and of what could not be done and will be tried again.
        disk: the file system that it is on.
    """

    def __init__(
        self, path: str, version: str, *, fsync: bool = False, report: Callable[[str], None], disk: Disk | None = None
    ) -> None:
        self._path = Path(path)
        self._version = version
        self._fsync = fsync
        self._report = report
        self._disk = disk or Disk()
        self._journal: AppendFile | None = None
        self._broken = ""
        self._number = 0
        self._entries = 0
        self._patience = 1
        """By how much the limits are exceeded before the next try, after one that has failed."""
        self._snapshot: Iterator[None] | None = None
        self._lock: IO[bytes] | None = None

    # coming back

    def open(self, make_engine: MakeEngine, mode: TimeMode) -> Engine:
        """The engine as it was when it ended, or a new one.

        Args:
            mode: how time passes from now on.

        Raises:
            StateProblem: another process has the directory, or what is in it cannot be read; it is left as it was.
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
        history = History(self._path, self._report)
        engine = history.come_back(make_engine, self._version)
        if engine is None:
            engine = make_engine(None, mode)
        else:
            engine.abandon()
        engine.mode = mode
        engine.journal.clear()
        self._number = history.newest
        self._save(engine, history.end)
        return engine

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
        """Keep inputs: one write. After an error nothing is kept any more, so that nothing is missing in the middle.

        Raises:
            StateProblem: the directory has been removed, or a write before this one has failed.
            OSError: they cannot be kept, and must not be acknowledged.
        """
        journal = self._require_journal()
        try:
            journal.append(b"".join(record(dumps(entry)) for entry in entries))
            if self._fsync:
                journal.sync()
        except BaseException as problem:
            self._broken = f"{self._path}: it could not be written ({problem})"
            with contextlib.suppress(OSError):
                journal.cut_back()
            raise
        self._entries += len(entries)

    def _require_journal(self) -> AppendFile:
        journal = self._journal
        assert journal is not None
        if not self._broken and not journal.is_there:
            self._broken = f"{journal.path} has been removed; nothing is acknowledged any more"
        if self._broken:
            raise StateProblem(self._broken)
        return journal

    def tend(self, engine: Engine) -> bool:
        """A moment between two turns: go on with a snapshot, or begin one when the journal has grown.

        A snapshot that cannot be written is reported and tried again later: the journals have everything.

        Returns:
            whether it would like another moment soon.
        """
        try:
            self._tend(engine)
        except (OSError, Unstorable) as problem:
            self._snapshot = None
            self._patience *= 2
            self._report(f"{self._path}: no snapshot could be written ({problem}); the journal goes on")
        return self._snapshot is not None

    def _tend(self, engine: Engine) -> None:
        if self._snapshot is not None:
            if next(self._snapshot, self) is self:
                self._snapshot = None
                self._patience = 1
        elif self._has_grown() and snapshot.can_be_taken(engine):
            journal = self._require_journal()
            engine.forget_windows()
            pieces = snapshot.take(engine)
            journal.sync()
            self._begin_journal(engine, End(self._number, journal.size_bytes))
            self._snapshot = self._write_snapshot(pieces, self._header(engine))

    def _has_grown(self) -> bool:
        assert self._journal is not None
        limit = self._patience
        return self._journal.size_bytes > limit * JOURNAL_LIMIT_BYTES or self._entries > limit * JOURNAL_LIMIT_ENTRIES

    def close(self, engine: Engine) -> None:
        """A clean stop: everything is in a snapshot, and the next start plays nothing again.

        Raises:
            StateProblem: the directory has been removed.
            OSError: it cannot be written; the journals have everything that was acknowledged.
        """
        if self._journal is None:
            return
        try:
            journal = self._require_journal()
            self._snapshot = None
            engine.abandon()
            journal.sync()
            self._save(engine, End(self._number, journal.size_bytes))
        finally:
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

    def _save(self, engine: Engine, end: End) -> None:
        """A snapshot at once, and a journal that is empty."""
        self._begin_journal(engine, end)
        for _ in self._write_snapshot(snapshot.take(engine), self._header(engine)):
            continue

    def _name(self, kind: str) -> Path:
        return self._path / str(Name(self._number, kind))

    def _header(self, engine: Engine, end: End = NOWHERE) -> Header:
        return Header(
            version=self._version, mode=engine.mode.value, step=engine.slices, number=self._number, previous=end.number,
            previous_bytes=end.size_bytes,
        )  # fmt: skip

    def _begin_journal(self, engine: Engine, end: End) -> None:
        """Let a new journal take the place of the one that there is, which stays where that fails."""
        before = self._number
        self._number = before + 1
        try:
            path = self._name(JOURNAL)
            for _ in self._create(self._name(UNFINISHED), path, iter([beginning(self._header(engine, end))])):
                continue
            journal = self._disk.open(path)
        except BaseException:
            self._number = before
            raise
        if self._journal is not None:
            self._journal.close()
        self._journal = journal
        self._entries = 0

    def _write_snapshot(self, pieces: Iterator[bytes], header: Header) -> Iterator[None]:
        """Write a world in slices, then delete what came before it."""

        def contents() -> Iterator[bytes]:
            yield beginning(header)
            for piece in pieces:
                yield record(piece)

        yield from self._create(self._name(UNFINISHED), self._name(WORLD), contents())
        for path in sorted(self._path.iterdir()):
            name = Name.of(path)
            if name is not None and name.number < header.number:
                self._disk.remove(path)

    def _create(self, unfinished: Path, path: Path, contents: Iterator[bytes]) -> Iterator[None]:
        """Make a file of pieces, which has its name once it is whole and on the disk."""
        file = self._disk.create(unfinished)
        try:
            try:
                for piece in contents:
                    file.append(piece)
                    yield
                file.sync()
            finally:
                file.close()
            self._disk.rename(unfinished, path)
            self._disk.sync_directory(self._path)
        except (OSError, Unstorable):
            with contextlib.suppress(OSError):
                self._disk.remove(unfinished)
            raise
