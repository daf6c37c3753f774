"""Taking out of a damaged state what can still be read, into a new one; the damaged one is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from fakedocker.durability.directory import StateDirectory
from fakedocker.durability.files import WORLD, Name, RecordFile
from fakedocker.durability.history import History, MakeEngine, entries_of, restored
from fakedocker.durability.problems import StateProblem, Unreadable
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.engine.journal import Entry
from fakedocker.engine.replay import replay
from fakedocker.world.world import World


def salvage(
    path: str, target: str, version: str, make_engine: MakeEngine, *, fsync: bool = False, report: Callable[[str], None]
) -> None:
    """Make a new state of the newest snapshot that can be read, and of the inputs that follow it up to the first
    damage.

    Args:
        path: the damaged state.
        target: the directory of the new one, which is made, or is empty.
        version: of this program.
        report: told, in a line, of everything that is left out, and of what there is.

    Raises:
        StateProblem: no snapshot can be read, or the target is in use.
        OSError: a directory cannot be read, or not be written.
    """
    if Path(target).exists() and any(Path(target).iterdir()):
        raise StateProblem(f"{target}: it is not empty")
    history = History(Path(path), report)
    engine, known, number, step = _newest(history, Path(path), make_engine, report)
    count = _play(engine, history, number, step, known, report)
    engine.abandon()

    def made(world: World | None, mode: TimeMode) -> Engine:
        return engine

    with StateDirectory(target, version, fsync=fsync, report=report) as state:
        state.open(made, engine.mode)
        state.close(engine)
    report(f"{target}: it has the snapshot {Name(number, WORLD)} of {path} and {count} inputs that came after it")


def _newest(
    history: History, path: Path, make_engine: MakeEngine, report: Callable[[str], None]
) -> tuple[Engine, dict[int, Exchange], int, int]:
    for number in reversed(history.worlds):
        try:
            file = RecordFile(path / str(Name(number, WORLD)))
            engine, known = restored(file, make_engine)
        except Unreadable as problem:
            report(f"{problem}; it is left out")
            continue
        return engine, known, number, file.header.step
    raise StateProblem(f"{path}: no snapshot of it can be read")


def _play(
    engine: Engine, history: History, number: int, step: int, known: dict[int, Exchange], report: Callable[[str], None]
) -> int:
    """Play what can be played; gives how many inputs that were."""
    played: list[Entry] = []

    def entries() -> Iterator[Entry]:
        try:
            for file in history.following(number):
                for entry in entries_of(file):
                    played.append(entry)
                    yield entry._replace(step=entry.step - step)
                if file.torn_bytes:
                    report(f"{file.path}: the last {file.torn_bytes} bytes are no whole record and are left out")
        except Unreadable as problem:
            report(f"{problem}; what follows is left out")

    try:
        replay(engine, entries(), known, heard=False)
    except Exception as problem:  # an input that is damaged in a way that no check has seen
        report(f"the input {len(played)} after the snapshot cannot be played ({problem}); what follows is left out")
    return len(played)
