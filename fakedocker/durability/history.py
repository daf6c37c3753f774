"""What a state directory holds, read and left alone: its newest snapshot, and the journals that follow it without a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from fakedocker.durability import snapshot
from fakedocker.durability.files import JOURNAL, WORLD, Name, RecordFile
from fakedocker.durability.problems import Unreadable
from fakedocker.durability.reading import loads
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.engine.journal import Entry
from fakedocker.engine.replay import Diverged, replay
from fakedocker.world.check import check
from fakedocker.world.world import World

MakeEngine = Callable[[World | None, TimeMode], Engine]
"""Makes an engine that starts from a world (None for a new one), with time passing in a way."""


class End(NamedTuple):
    """Where the last journal ends, for the one that follows it."""

    number: int = 0
    size_bytes: int = 0


NOWHERE = End()


class History:
    """The files of a directory, as they were when this was made.

    Args:
        path: the directory.
        report: told, in a line, of what was dropped because it was never acknowledged.
    """

    def __init__(self, path: Path, report: Callable[[str], None]) -> None:
        self._path = path
        self._report = report
        names = [name for name in map(Name.of, path.iterdir()) if name is not None]
        self.worlds = sorted(name.number for name in names if name.kind == WORLD)
        self.journals = sorted(name.number for name in names if name.kind == JOURNAL)
        self.newest = max([*self.worlds, *self.journals], default=0)
        self.end = NOWHERE
        """Known once the engine has come back."""

    def come_back(self, make_engine: MakeEngine, version: str) -> Engine | None:
        """The engine as it was when it ended; None where there never was one.

        Args:
            version: of this program; what another one has not put in a snapshot only that one can play again.

        Raises:
            Unreadable: something is damaged or missing; the text names the place.
        """
        if not self.worlds:
            self._require_nothing()
            return None
        number = self.worlds[-1]
        file = RecordFile(self._path / str(Name(number, WORLD)))
        engine, known = restored(file, make_engine)
        entries = list(self._entries(number, file.header.step, version))
        try:
            replay(engine, entries, known, heard=False)
        except Diverged as problem:
            raise Unreadable(f"{self._path}: its journal does not fit its snapshot ({problem})") from None
        except (
            Exception
        ) as problem:  # whatever a world from elsewhere, which looks as if it made sense, makes of an input
            raise Unreadable(
                f"{self._path}: its journal cannot be played ({type(problem).__name__}: {problem})"
            ) from None
        return engine

    def _require_nothing(self) -> None:
        """A first start that was cut short has left a journal that nothing was written to, and no more."""
        for number in self.journals:
            file = RecordFile(self._path / str(Name(number, JOURNAL)))
            if next(file.records(), None) is not None or file.header.previous:
                raise Unreadable(f"{file.path}: the snapshot that it follows is missing")

    def following(self, number: int) -> Iterator[RecordFile]:
        """The journals from that of a snapshot on. A gap between two is found when the second is asked for.

        Raises:
            Unreadable: one is missing, or does not begin where the one before it ends.
        """
        before: RecordFile | None = None
        for expected in range(number, max([number, *self.journals]) + 1):
            path = self._path / str(Name(expected, JOURNAL))
            if expected not in self.journals:
                raise Unreadable(f"{path}: it is missing")
            file = RecordFile(path)
            if before is not None and (file.header.previous, file.header.previous_bytes) != (
                before.header.number,
                before.whole_bytes,
            ):
                raise Unreadable(
                    f"{before.path}: it ends at byte {before.whole_bytes}, and {file.header.previous_bytes} bytes of it were written"
                )
            yield file
            before = file

    def _entries(self, number: int, step: int, version: str) -> Iterator[Entry]:
        for file in self.following(number):
            for entry in entries_of(file):
                if file.header.version != version:
                    raise Unreadable(
                        f"{self._path}: it was written by fakedocker {file.header.version} and not stopped cleanly; start that version "
                        f"on it and stop it, then this one ({version}) can go on from there"
                    )
                yield entry._replace(step=entry.step - step)
            if file.torn_bytes:
                self._report(
                    f"{file.path}: the last {file.torn_bytes} bytes are no whole record and were dropped; they were never acknowledged"
                )
            self.end = End(file.header.number, file.whole_bytes)


def restored(file: RecordFile, make_engine: MakeEngine) -> tuple[Engine, dict[int, Exchange]]:
    """The engine of a snapshot, and the exchanges that were open.

    Raises:
        Unreadable: it is damaged, or holds no world; the text names the file.
    """
    try:
        world, standing = snapshot.read(file.whole())
        mode = TimeMode(file.header.mode)
        check(world)
    except (Unreadable, ValueError) as problem:
        raise _in_file(file, problem) from None
    except Exception as problem:  # a broken invariant, or an error in looking for one
        raise _in_file(file, Unreadable(f"it holds a world that makes no sense ({problem})")) from None
    engine = make_engine(world, mode)
    return engine, engine.stand(standing)


def entries_of(file: RecordFile) -> Iterator[Entry]:
    """The inputs of a journal.

    Raises:
        Unreadable: it is damaged; the text names the file.
    """
    for data in file.records():
        try:
            entry = loads(data)
        except Unreadable as problem:
            raise _in_file(file, problem) from None
        if not isinstance(entry, Entry):
            raise Unreadable(f"{file.path}: it has something that is no input before byte {file.whole_bytes}")
        yield entry


def _in_file(file: RecordFile, problem: Exception) -> Unreadable:
    text = str(problem)
    return Unreadable(text if text.startswith(str(file.path)) else f"{file.path}: {text}")
