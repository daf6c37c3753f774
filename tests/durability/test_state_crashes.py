"""A state directory under a file system that fails: killed at every step, without power at every step, full at every step, rotten.

Whatever happens, what was acknowledged opens again, or the damage is named and every file left as it was.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakedocker.assembly import create_engine
from fakedocker.durability import directory
from fakedocker.durability.directory import StateDirectory
from fakedocker.durability.disk import AppendFile, Disk
from fakedocker.durability.problems import StateProblem
from fakedocker.durability.salvage import salvage
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request, make_target
from fakedocker.world.world import World

JSON = {"content-type": "application/json"}


class Crash(BaseException):
    """The process is killed."""


class FailingFile(AppendFile):
    disk: FailingDisk

    def append(self, data: bytes) -> None:
        def part() -> None:
            super(FailingFile, self).append(data[: len(data) // 2])

        self.disk.step(part)
        super().append(data)
        self.disk.written(self.path)

    def cut_back(self) -> None:
        if self.disk.full:
            raise OSError(errno.EIO, "no")
        super().cut_back()

    def sync(self) -> None:
        self.disk.step(lambda: None)
        super().sync()
        self.disk.synced(self.path)


class FailingDisk(Disk):
    """Counts its steps, and fails at one of them; knows what would be left if power were lost.

    Args:
        fail_at: the step, -1 for none.
        problem: what is raised there, and ever after.
    """

    def __init__(self, fail_at: int = -1, problem: BaseException | None = None) -> None:
        self.fail_at = fail_at
        self.problem = problem or Crash()
        self.steps = 0
        self.full = False
        self.lasting: dict[str, bytes] = {}
        """What power loss leaves: the names that directories were synced with, and the bytes that files were."""
        self._synced: dict[int, bytes] = {}  # inode -> contents

    def step(self, partly: Callable[[], None] = lambda: None) -> None:
        self.steps += 1
        if self.full or self.steps == self.fail_at:
            if not self.full:
                self.full = True
                partly()
            raise self.problem

    def written(self, path: Path) -> None:
        """Nothing of it is on the disk for sure."""

    def synced(self, path: Path) -> None:
        inode = path.stat().st_ino
        self._synced[inode] = path.read_bytes()
        for name in self.lasting:
            known = path.parent / name
            if known.exists() and known.stat().st_ino == inode:
                self.lasting[name] = self._synced[inode]

    def _open(self, path: Path, flags: int) -> AppendFile:
        self.step()
        file = super()._open(path, flags)
        file.__class__ = FailingFile
        assert isinstance(file, FailingFile)
        file.disk = self
        return file

    def rename(self, path: Path, target: Path) -> None:
        self.step()
        super().rename(path, target)

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)

    def sync_directory(self, path: Path) -> None:
        self.step()
        super().sync_directory(path)
        self.lasting = {
            file.name: self._synced.get(file.stat().st_ino, b"") for file in path.iterdir() if file.name != "lock"
        }


def make_engine(world: World | None, mode: TimeMode) -> Engine:
    return create_engine(5, mode=mode, world=world)


class Kept:
    """An engine whose inputs are kept after every turn, and what its clients were told."""

    def __init__(self, path: Path, disk: Disk | None = None, *, fsync: bool = False) -> None:
        self.reports: list[str] = []
        self.acknowledged: list[str] = []
        self.state = StateDirectory(str(path), "1", fsync=fsync, report=self.reports.append, disk=disk)
        self.engine = self.state.open(make_engine, TimeMode.FAST)

    def make_volume(self, name: str) -> None:
        request = Request(method="POST", target="/volumes/create", headers=JSON, body=f'{{"Name": "{name}"}}'.encode())
        exchange = self.engine.submit(request)
        self.engine.drive(lambda: exchange.ended)
        entries, self.engine.journal = self.engine.journal, []
        self.state.write(entries)
        self.acknowledged.append(name)
        self.state.tend(self.engine)


def volumes_of(path: Path) -> set[str]:
    """The volumes of a state that is opened again, by a start that is stopped cleanly."""
    with StateDirectory(str(path), "1", report=lambda text: None) as state:
        engine = state.open(make_engine, TimeMode.FAST)
        names = {name for name, _ in engine.world.volumes.items()}
        state.close(engine)
    return names


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "JOURNAL_LIMIT_ENTRIES", 6)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # power is lost by the disk of these tests alone


@pytest.fixture
def shorter_journals(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many snapshots in half as many steps."""
    monkeypatch.setattr(directory, "JOURNAL_LIMIT_ENTRIES", 3)


def live(path: Path, disk: Disk, acknowledged: list[str], *, fsync: bool = False) -> None:
    """A life with several snapshots, a clean stop, and a start after it."""
    for life in range(2):
        kept = Kept(path, disk, fsync=fsync)
        kept.acknowledged = acknowledged
        try:
            for number in range(7):
                kept.make_volume(f"v{life}-{number}")
            kept.state.close(kept.engine)
        finally:
            kept.state.release()


def steps_of_a_life(tmp_path: Path, fsync: bool = False) -> int:
    disk = FailingDisk()
    live(tmp_path / "counted", disk, [], fsync=fsync)
    return disk.steps


@pytest.mark.usefixtures("shorter_journals")
def test_a_kill_at_every_step_loses_nothing(tmp_path: Path) -> None:
    steps = steps_of_a_life(tmp_path)
    assert steps > 40
    for step in range(1, steps + 1):
        path = tmp_path / f"killed{step}"
        acknowledged: list[str] = []
        with pytest.raises(Crash):
            live(path, FailingDisk(step), acknowledged)
        assert set(acknowledged) <= volumes_of(path), step
        assert set(acknowledged) <= volumes_of(path), step


@pytest.mark.usefixtures("shorter_journals")
def test_a_kill_in_the_start_after_a_kill_loses_nothing(tmp_path: Path) -> None:
    steps = steps_of_a_life(tmp_path)
    for step in range(5, steps, 9):
        for again in range(1, 9):
            path = tmp_path / f"killed{step}-{again}"
            acknowledged: list[str] = []
            with pytest.raises(Crash):
                live(path, FailingDisk(step), acknowledged)
            disk = FailingDisk(again)
            try:
                Kept(path, disk).state.release()
            except Crash:
                assert disk.full
            assert set(acknowledged) <= volumes_of(path), (step, again)


@pytest.mark.usefixtures("shorter_journals")
def test_a_loss_of_power_at_every_step_loses_nothing_with_fsync(tmp_path: Path) -> None:
    steps = steps_of_a_life(tmp_path, fsync=True)
    for step in range(1, steps + 1):
        disk = FailingDisk(step)
        acknowledged: list[str] = []
        with pytest.raises(Crash):
            live(tmp_path / f"unplugged{step}", disk, acknowledged, fsync=True)
        left = tmp_path / f"left{step}"
        left.mkdir()
        for name, data in disk.lasting.items():
            (left / name).write_bytes(data)
        assert set(acknowledged) <= volumes_of(left), step


@pytest.mark.usefixtures("shorter_journals")
def test_a_loss_of_power_without_fsync_leaves_a_state_that_opens(tmp_path: Path) -> None:
    for step in range(1, steps_of_a_life(tmp_path) + 1):
        disk = FailingDisk(step)
        with pytest.raises(Crash):
            live(tmp_path / f"unplugged{step}", disk, [])
        left = tmp_path / f"left{step}"
        left.mkdir()
        for name, data in disk.lasting.items():
            unwritten = bytes(100) if name.endswith(".journal") else b""  # room was made and nothing written
            (left / name).write_bytes(data + unwritten)
        volumes_of(left)


@pytest.mark.usefixtures("shorter_journals")
def test_a_disk_that_is_full_at_any_step_leaves_what_was_acknowledged(tmp_path: Path) -> None:
    steps = steps_of_a_life(tmp_path)
    for step in range(1, steps + 1):
        path = tmp_path / f"full{step}"
        acknowledged: list[str] = []
        with contextlib.suppress(OSError, StateProblem):
            live(path, FailingDisk(step, OSError(errno.ENOSPC, "No space left on device")), acknowledged)
        assert set(acknowledged) <= volumes_of(path), step
        Kept(path).state.release()


def test_what_is_acknowledged_with_fsync_was_synced_by_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    kept = Kept(tmp_path, fsync=True)
    assert tmp_path.stat().st_ino in synced  # the directory, so that the names last
    journal = next(tmp_path.glob("*.journal")).stat().st_ino
    assert next(tmp_path.glob("*.world")).stat().st_ino in synced
    synced.clear()
    kept.make_volume("v")
    assert synced == [journal]
    kept.state.release()


def test_after_a_write_that_failed_nothing_is_acknowledged(tmp_path: Path) -> None:
    disk = FailingDisk()
    kept = Kept(tmp_path, disk)
    kept.make_volume("one")
    disk.problem = OSError(errno.ENOSPC, "No space left on device")
    disk.fail_at = disk.steps + 1
    with pytest.raises(OSError, match="No space"):
        kept.make_volume("two")
    disk.fail_at, disk.full = -1, False
    with pytest.raises(StateProblem, match=r"could not be written \(\[Errno 28\] No space left on device\)"):
        kept.make_volume("three")
    kept.state.release()
    assert "one" in volumes_of(tmp_path)


def test_a_snapshot_that_cannot_be_written_is_told_and_tried_again(tmp_path: Path) -> None:
    class Refusing(FailingDisk):
        refuses = True

        def rename(self, path: Path, target: Path) -> None:
            if self.refuses and self.steps > 20 and target.suffix == ".world":
                raise OSError(errno.ENOSPC, "No space left on device")
            super().rename(path, target)

    disk = Refusing()
    kept = Kept(tmp_path, disk)
    for number in range(20):
        kept.make_volume(f"v{number}")
    assert "no snapshot could be written" in kept.reports[0]
    disk.refuses = False
    for number in range(20, 60):
        kept.make_volume(f"v{number}")
    kept.state.release()
    assert min(int(path.stem) for path in tmp_path.glob("*.world")) > 1
    assert set(kept.acknowledged) <= volumes_of(tmp_path)


def test_a_state_that_is_removed_acknowledges_nothing_more(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "state")
    kept.make_volume("one")
    shutil.rmtree(tmp_path / "state")
    with pytest.raises(StateProblem, match="has been removed; nothing is acknowledged any more"):
        kept.make_volume("two")
    with pytest.raises(StateProblem, match="has been removed"):
        kept.state.close(kept.engine)


# damage


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A state with a snapshot and a journal of some records."""
    kept = Kept(tmp_path / "state")
    for number in range(5):
        kept.make_volume(f"v{number}")
    kept.state.release()
    return tmp_path / "state"


def copies(path: Path, name: str) -> Iterator[tuple[Path, Path]]:
    number = 0
    while True:
        number += 1
        copy = path.parent / f"copy{number}"
        shutil.copytree(path, copy)
        yield copy, copy / name
        shutil.rmtree(copy)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.name != "lock"}


@pytest.mark.parametrize("kind", ["journal", "world"])
def test_a_flipped_bit_anywhere_is_refused_and_the_files_are_kept(written: Path, kind: str) -> None:
    name = next(written.glob(f"*.{kind}")).name
    data = (written / name).read_bytes()
    chance = random.Random(1)
    places = range(0, len(data), 7) if kind == "journal" else sorted(chance.sample(range(len(data)), 200))
    for place, (copy, path) in zip(places, copies(written, name), strict=False):
        damaged = bytearray(data)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        before = contents(copy)
        with pytest.raises(StateProblem, match=f"{name}: .*(damaged at byte|begin as|format|written as)"):
            Kept(copy)
        assert contents(copy) == before


def test_a_journal_that_was_not_written_to_its_end_is_taken_for_what_it_is(written: Path) -> None:
    name = next(written.glob("*.journal")).name
    data = (written / name).read_bytes()
    places = range(len(data) - 300, len(data))
    for place, (copy, path) in zip(places, copies(written, name), strict=False):
        unwritten = data[:place] + bytes(len(data) - place)
        path.write_bytes(unwritten + bytes(4096))
        kept = Kept(copy)
        kept.state.release()
        assert "no whole record" in kept.reports[0]
        assert {"v0", "v1", "v2"} <= volumes_of(copy)


def test_what_is_missing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with pytest.raises(Crash):
        live(path, FailingDisk(steps_of_a_life(tmp_path) // 2 - 3), [])
    snapshot_of_five = tmp_path / "lost"
    kept = Kept(snapshot_of_five)
    for number in range(5):
        kept.make_volume(f"v{number}")
    kept.state.release()
    before = contents(snapshot_of_five)
    for name in before:
        copy = tmp_path / f"without-{name}"
        shutil.copytree(snapshot_of_five, copy)
        (copy / name).unlink()
        what = "the snapshot that it follows is missing" if name.endswith("world") else "it is missing"
        with pytest.raises(StateProblem, match=f"00000001.journal: {what}; nothing was changed"):
            Kept(copy)
        assert contents(copy) == {other: data for other, data in before.items() if other != name}


def test_a_journal_whose_end_is_lost_and_that_another_follows_is_refused(tmp_path: Path) -> None:
    class Stopping(FailingDisk):
        def rename(self, path: Path, target: Path) -> None:
            if self.steps > 20 and target.suffix == ".world":
                raise Crash
            super().rename(path, target)

    kept = Kept(tmp_path, Stopping())
    with pytest.raises(Crash):
        for number in range(40):
            kept.make_volume(f"v{number}")
    kept.state.release()
    first, second = sorted(tmp_path.glob("*.journal"))
    data = first.read_bytes()
    first.write_bytes(data[:-1])
    with pytest.raises(
        StateProblem, match=rf"{first.name}: it ends at byte \d+, and {len(data)} bytes of it were written"
    ):
        Kept(tmp_path)
    first.write_bytes(data)
    second.rename(second.with_name("00000009.journal"))
    with pytest.raises(
        StateProblem, match=r"00000009.journal: it was written as number 2|00000002.journal: it is missing"
    ):
        Kept(tmp_path)


def test_strangers_files_and_old_formats(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.make_volume("one")
    kept.state.close(kept.engine)
    for name in ("notes.world", "12.journal", "x.unfinished", "00000003.world.bak", "00000009.WORLD"):
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    assert "one" in volumes_of(tmp_path)
    assert (tmp_path / "notes.world").read_bytes() == b"mine"
    newest = max(tmp_path.glob("0000000?.world"))
    newest.write_bytes(b'\0\0\0\x3dAAAA{"format":1,"version":"0.1.0","mode":"leap","step":0}')
    with pytest.raises(
        StateProblem, match=r"format 1, of fakedocker 0\.1\.0, .*begin a new state in an empty directory"
    ):
        Kept(tmp_path)
    newest.write_bytes(b"fakedocker state 3\n")
    with pytest.raises(StateProblem, match="it has format 3; this version reads 2"):
        Kept(tmp_path)


# salvage


def test_salvage_goes_as_far_as_it_can(written: Path, tmp_path: Path) -> None:
    name = next(written.glob("*.journal")).name
    data = bytearray((written / name).read_bytes())
    data[len(data) // 2] ^= 8
    (written / name).write_bytes(data)
    before = contents(written)
    with pytest.raises(StateProblem, match="damaged at byte"):
        Kept(written)
    reports: list[str] = []
    salvage(str(written), str(tmp_path / "new"), "1", make_engine, report=reports.append)
    assert contents(written) == before
    assert "damaged at byte" in reports[0] and reports[0].endswith("what follows is left out")
    assert reports[-1].endswith("2 inputs that came after it")
    assert volumes_of(tmp_path / "new") == {"v0", "v1"}
    with pytest.raises(StateProblem, match="it is not empty"):
        salvage(str(written), str(tmp_path / "new"), "1", make_engine, report=reports.append)


def test_salvage_without_a_snapshot_says_so(written: Path, tmp_path: Path) -> None:
    world = next(written.glob("*.world"))
    world.write_bytes(world.read_bytes()[:100])
    with pytest.raises(StateProblem, match="no snapshot of it can be read"):
        salvage(str(written), str(tmp_path / "new"), "1", make_engine, report=lambda text: None)
    assert not (tmp_path / "new").exists()


# open streams


def open_attach(kept: Kept, name: str) -> object:
    headers = {"connection": "upgrade", "upgrade": "tcp"}
    target = make_target(f"/containers/{name}/attach", {"stdin": 1, "stdout": 1, "stream": 1})
    return kept.engine.submit(Request(method="POST", target=target, headers=headers))


def keep(kept: Kept) -> None:
    entries, kept.engine.journal = kept.engine.journal, []
    kept.state.write(entries)
    while kept.state.tend(kept.engine):
        continue


def ask(kept: Kept, method: str, target: str, body: bytes = b"") -> bytes:
    exchange = kept.engine.submit(Request(method=method, target=target, headers=JSON if body else {}, body=body))
    kept.engine.drive(lambda: exchange.ended)
    keep(kept)
    assert exchange.reply is not None and exchange.reply.status < 400, exchange.reply
    return (exchange.reply.body or b"") + exchange.take(1 << 30)


def test_open_streams_do_not_stop_compaction_and_what_they_say_later_is_not_lost(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    ask(kept, "POST", "/images/create?fromImage=alpine&tag=latest")
    body = b'{"Image": "alpine", "OpenStdin": true, "AttachStdin": true, "Cmd": ["sh", "-c", "while read x; do echo got $x; done; echo end"]}'
    ask(kept, "POST", "/containers/create?name=one", body)
    attached = open_attach(kept, "one")
    ask(kept, "POST", "/containers/one/start")
    made = ask(kept, "POST", "/containers/one/exec", b'{"AttachStdin": true, "AttachStdout": true, "Cmd": ["cat"]}')
    identifier = made.decode().split('"')[3]
    running = kept.engine.submit(
        Request(
            method="POST",
            target=f"/exec/{identifier}/start",
            headers={**JSON, "connection": "upgrade", "upgrade": "tcp"},
            body=b"{}",
        )
    )
    sampled = kept.engine.submit(Request(method="GET", target="/containers/one/stats"))
    kept.engine.turn()
    keep(kept)
    said: list[str] = []
    for number in range(30):
        kept.engine.feed(attached, b"line %d\n" % number)  # type: ignore[arg-type]
        said.append(f"got line {number}")
        kept.engine.feed(running, b"x\n")
        while kept.engine.turn():
            continue
        kept.engine.advance(kept.engine.now_ns + 400_000_000)
        keep(kept)
        sampled.take()
        files = sorted(path.name for path in tmp_path.glob("0*"))
        assert len(files) <= 2, files
        if number in (3, 17, 29):
            copy = tmp_path.parent / f"{tmp_path.name}-after{number}"
            shutil.copytree(tmp_path, copy)
            again = Kept(copy)
            again.engine.turn()
            logs = ask(again, "GET", "/containers/one/logs?stdout=1").decode("latin-1")
            assert all(line in logs for line in said), number
            assert again.engine.now_ns >= kept.engine.now_ns
            again.state.release()
    assert int(max(tmp_path.glob("*.journal")).stem) > 5
    kept.state.release()


def test_a_replay_from_a_snapshot_amid_open_streams_gives_the_same_world(tmp_path: Path) -> None:
    from fakedocker.durability.history import History
    from fakedocker.durability.snapshot import encode

    kept = Kept(tmp_path)
    ask(kept, "POST", "/images/create?fromImage=alpine&tag=latest")
    body = b'{"Image": "alpine", "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "Cmd": ["cat"]}'
    for name in ("one", "two"):
        ask(kept, "POST", f"/containers/create?name={name}", body)
    attached = [open_attach(kept, name) for name in ("one", "two")]
    for name in ("one", "two"):
        ask(kept, "POST", f"/containers/{name}/start")
    for number in range(20):
        kept.engine.feed(attached[number % 2], b"%d\n" % number)  # type: ignore[arg-type]
        if number == 15:
            kept.engine.half_close(attached[0])  # type: ignore[arg-type]
        while kept.engine.turn():
            continue
        keep(kept)
    expected = encode(kept.engine.world)
    kept.state.release()
    history = History(tmp_path, lambda text: None)
    assert history.worlds[0] > 1
    engine = history.come_back(make_engine, "1")
    assert engine is not None
    assert encode(engine.world) == expected
