"""A folder of the machine, given with --host-dir: bind mounts see it, and write to it only if they may."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from fakedocker.assembly import create_engine
from fakedocker.durability.snapshot import encode
from fakedocker.engine.engine import Engine
from fakedocker.engine.replay import Diverged, replay
from fakedocker.filesystem import windows
from fakedocker.host_dir import FolderProblem, MachineFolder
from fakedocker.serving import Listening, serve_in_thread
from fakedocker.testing.docker_py import docker_client

Run = Callable[[str], bytes]


class Shown:
    """An engine that sees a folder, and docker-py."""

    def __init__(self, path: Path, writable: bool = False) -> None:
        self.engine: Engine = create_engine(1)
        self.reports: list[str] = []
        self.path = path
        self.folder = MachineFolder(str(path), writable, self.reports.append)
        self.folder.show(self.engine)
        self.client = docker_client(self.engine)
        self.client.images.pull("alpine", "latest")

    def run(self, command: str, mode: str = "rw") -> bytes:
        self.folder.show(self.engine)
        try:
            output: bytes = self.client.containers.run(
                "alpine", ["sh", "-c", command], volumes=[f"{self.path}:/d:{mode}"], stderr=True, remove=True
            )
        finally:
            self.folder.take_back(self.engine)
        return output


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    (folder / "index.html").write_text("hello\n")
    (folder / "sub" / "tool").write_text("#!/bin/sh\necho tool\n")
    (folder / "sub" / "tool").chmod(0o755)
    (folder / "link").symlink_to("index.html")
    return folder


def test_what_is_there_is_seen_and_so_is_what_changes(place: Path) -> None:
    shown = Shown(place)
    assert shown.run("cat /d/link; /d/sub/tool; ls /d") == b"hello\ntool\nindex.html\nlink\nsub\n"
    (place / "index.html").write_text("changed\n")
    (place / "sub" / "tool").unlink()
    (place / "new").mkdir()
    assert shown.run("cat /d/index.html; ls /d /d/sub") == b"changed\n/d:\nindex.html\nlink\nnew\nsub\n\n/d/sub:\n"


def test_a_folder_in_it_that_is_gone_is_gone_with_all_in_it(place: Path) -> None:
    shown = Shown(place, writable=True)
    shutil.rmtree(place / "sub")
    (place / "later").write_text("")
    assert shown.run("ls /d") == b"index.html\nlater\nlink\n"
    shown.run("mkdir -p /d/a/b; touch /d/a/b/c")
    shutil.rmtree(place / "a")
    (place / "a" / "b").mkdir(parents=True)
    (place / "a" / "b" / "other").write_text("")
    assert shown.run("cd /d; ls a a/b; rm -r a") == b"a:\nb\n\na/b:\nother\n"
    (place / "a").write_text("a file now")
    assert shown.run("cat /d/a") == b"a file now"


def test_without_rw_nothing_can_be_written(place: Path) -> None:
    shown = Shown(place)
    with pytest.raises(docker.errors.ContainerError, match="Read-only file system"):
        shown.run("echo x > /d/index.html")
    assert (place / "index.html").read_text() == "hello\n"


def test_with_rw_what_is_written_is_on_the_machine_and_nothing_else(place: Path) -> None:
    shown = Shown(place, writable=True)
    outside = place.parent / "outside"
    outside.write_text("mine\n")
    shown.run(
        f"echo x >> /d/index.html; mkdir -p /d/a/b; echo y > /d/a/b/c; chmod 600 /d/a/b/c; rm -r /d/sub; ln -s {outside} /d/out; echo no >> /d/out || true"
    )
    assert (place / "index.html").read_text() == "hello\nx\n"
    assert (place / "a" / "b" / "c").read_text() == "y\n"
    assert (place / "a" / "b" / "c").stat().st_mode & 0o777 == 0o600
    assert not (place / "sub").exists()
    assert os.readlink(place / "out") == str(outside)
    assert outside.read_text() == "mine\n"
    shown.run("rm /d/out /d/index.html; mkdir /d/index.html")
    assert (place / "index.html").is_dir() and outside.exists()
    assert shown.reports == []
    (place / "a" / "b" / "c").write_text("z\n")
    assert shown.run("cat /d/a/b/c") == b"z\n"


def test_paths_beside_it_stay_in_the_simulation(place: Path) -> None:
    shown = Shown(place, writable=True)
    beside = place.parent / "beside"
    shown.client.containers.run("alpine", ["sh", "-c", "echo x > /d/x"], volumes=[f"{beside}:/d"], remove=True)
    shown.folder.take_back(shown.engine)
    assert not beside.exists()
    (place.parent / "secret").mkdir()
    (place.parent / "secret" / "key").write_text("mine")
    seen = shown.client.containers.run("alpine", ["ls", "/d"], volumes=[f"{place.parent}/secret:/d"], remove=True)
    assert seen == b""


def test_what_was_read_is_an_input_of_the_journal(place: Path) -> None:
    shown = Shown(place)
    shown.run("cat /d/index.html")
    again = create_engine(1)
    replay(again, shown.engine.journal)
    assert again.world.kernel.filesystems.get(f"machine:{place}") is not None
    assert again.world.containers == shown.engine.world.containers


def test_folders_that_cannot_be_shown(place: Path) -> None:
    with pytest.raises(FolderProblem, match="no such folder"):
        MachineFolder(str(place / "nosuch"), False, print)


def test_looking_takes_a_twentieth_of_the_time_at_most(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(place)
    now = [0.0]

    def clock() -> float:
        now[0] += 0.03  # so long does a look take
        return now[0]

    monkeypatch.setattr("fakedocker.host_dir.time.monotonic", clock)
    looks: list[str] = []
    monkeypatch.setattr(shown.folder, "show", lambda engine: looks.append("look"))
    for _ in range(10):
        shown.folder.look(shown.engine)
    assert len(looks) == 4  # what was saved is used up
    now[0] += 10
    shown.folder.look(shown.engine)
    assert len(looks) == 5


def test_what_a_container_mounts_is_looked_for_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the folder is: a program makes a file, and a container that mounts it."""
    monkeypatch.setattr("fakedocker.host_dir.SAVED_SECONDS", -1.0)  # as where looking takes long
    listening = Listening(folders=((str(place), False),))
    with (
        serve_in_thread(create_engine(1), listening) as served,
        contextlib.closing(docker.DockerClient(base_url=served.docker_host)) as client,
    ):
        client.images.pull("alpine", "latest")
        for number, mount in enumerate(("volumes", "mounts", "volumes")):
            made = place / f"made {number}"
            made.write_text(f"{number}\n")
            given = docker.types.Mount("/there", str(made), type="bind", read_only=True)
            how = {"volumes": [f"{made}:/there"]} if mount == "volumes" else {"mounts": [given]}
            assert client.containers.run("alpine", "cat /there", **how) == f"{number}\n".encode()
        box = client.containers.run("alpine", "sleep 1000", volumes=[f"{place}:/d"], detach=True)
        (place / "later").write_text("later\n")
        assert box.exec_run("cat /d/later").output == b"later\n"


def test_what_goes_away_while_it_is_looked_at_is_left_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listdir = os.listdir

    def vanishing(path: int) -> list[str]:
        found = listdir(path)
        if "tool" in found:
            raise FileNotFoundError(errno.ENOENT, "gone")
        return [*found, "was-here"]

    monkeypatch.setattr("fakedocker.beneath.os.listdir", vanishing)
    shown = Shown(place)
    assert shown.run("ls -A /d /d/sub") == b"/d:\nindex.html\nlink\nsub\n\n/d/sub:\n"
    assert not shown.reports


def test_what_files_hold_is_read_when_somebody_reads_it_and_no_limit_is_there(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(place / "huge", "wb") as file:
        file.truncate(3 << 40)
        file.seek(1 << 40)
        file.write(b"in the middle")
    for number in range(2000):
        (place / "sub" / f"{number:05}").write_bytes(b"%d" % number)
    asked: list[str] = []
    read = MachineFolder._read

    def noted(self: MachineFolder, path: str, stamp: str, offset: int, size_bytes: int) -> bytes:
        asked.append(path)
        return read(self, path, stamp, offset, size_bytes)

    monkeypatch.setattr(MachineFolder, "_read", noted)
    shown = Shown(place)
    output = shown.run(
        "ls /d/sub | wc -l; cat /d/sub/01999; dd if=/d/huge bs=1M skip=1048576 count=1 2>/dev/null | head -c 13"
    )
    assert output == b"2001\n1999in the middle"
    assert set(asked) == {"sub/01999", "huge"}
    assert shown.engine.world.kernel.held_bytes < 1 << 20


def test_further_names_of_a_file_are_one_file(place: Path) -> None:
    os.link(place / "index.html", place / "sub" / "again")
    shown = Shown(place)
    assert (
        shown.run(
            "stat -c '%h %s' /d/index.html /d/sub/again; ls -i /d/index.html /d/sub/again | sort -u -n | awk '{print $1}' | uniq | wc -l"
        )
        == b"2 6\n2 6\n1\n"
    )
    (place / "index.html").write_text("other\n\n")
    assert shown.run("cat /d/sub/again; stat -c %h /d/sub/again") == b"other\n\n2\n"
    (place / "index.html").unlink()
    assert shown.run("cat /d/sub/again; stat -c %h /d/sub/again; ls /d") == b"other\n\n1\nlink\nsub\n"


def test_a_file_that_has_changed_since_it_was_seen_is_an_error_of_its_reader(place: Path) -> None:
    shown = Shown(place)
    (place / "index.html").write_text("another\n")
    container = shown.client.containers.create(
        "alpine", ["cat", "/d/index.html", "/d/sub/tool"], volumes=[f"{place}:/d"]
    )
    container.start()
    assert container.wait()["StatusCode"] == 1
    assert b"'/d/index.html': Stale file handle" in container.logs()
    shown.folder.look(shown.engine)  # which is due at once
    assert shown.run("cat /d/index.html") == b"another\n"


def test_the_folder_may_go_and_come_again(place: Path) -> None:
    shown = Shown(place, writable=True)
    place.rename(place.with_name("away"))
    for _ in range(3):
        shown.folder._budget_seconds = 1.0
        shown.folder.look(shown.engine)
        shown.folder.take_back(shown.engine)
    assert shown.reports == [f"{place} cannot be shown: No such file or directory"]
    place.mkdir()
    (place / "new").write_text("new\n")
    shown.folder._budget_seconds = 1.0
    shown.folder.look(shown.engine)
    assert shown.run("ls /d; echo more >> /d/new") == b"new\n"
    assert (place / "new").read_text() == "new\nmore\n"


@pytest.mark.parametrize(
    "inside",
    ["echo x > /d/sub/tool", "echo x > /d/sub/new", "rm /d/sub/tool", "mkdir /d/sub/d", "chmod 777 /d/sub/tool"],
)
def test_a_directory_that_is_swapped_for_a_link_leads_nowhere(place: Path, inside: str) -> None:
    outside = place.parent / "outside"
    outside.mkdir()
    (outside / "tool").write_text("mine\n")
    (outside / "tool").chmod(0o600)
    shown = Shown(place, writable=True)
    shown.client.containers.run("alpine", ["sh", "-c", inside], volumes=[f"{place}:/d"], remove=True)
    (place / "sub").rename(place.parent / "sub")
    (place / "sub").symlink_to(outside)
    shown.folder.take_back(shown.engine)
    assert [path.name for path in outside.iterdir()] == ["tool"]
    assert (outside / "tool").read_text() == "mine\n"
    assert (outside / "tool").stat().st_mode & 0o777 == 0o600
    assert "cannot be written: " in shown.reports[0]
    assert shown.run("cat /d/sub/tool 2>&1; true") != b"mine\n"


def test_a_file_that_is_swapped_for_a_link_or_a_fifo_is_not_read(place: Path) -> None:
    secret = place.parent / "secret"
    secret.write_text("mine\n")
    shown = Shown(place)
    (place / "index.html").unlink()
    (place / "index.html").symlink_to(secret)
    (place / "sub" / "tool").unlink()
    os.mkfifo(place / "sub" / "tool")
    command = ["sh", "-c", "cat /d/index.html; cat /d/sub/tool; true"]
    output = shown.client.containers.run("alpine", command, volumes=[f"{place}:/d"], remove=True)
    assert b"mine" not in output


def test_what_is_written_in_place_keeps_the_rest(place: Path) -> None:
    data = bytes(range(256)) * 8192
    (place / "large").write_bytes(data)
    inode = (place / "large").stat().st_ino
    shown = Shown(place, writable=True)
    shown.run(
        "echo end >> /d/large; printf abc | dd of=/d/large bs=1 seek=1000 conv=notrunc 2>/dev/null; head -c 3 /d/large > /d/first"
    )
    expected = bytearray(data + b"end\n")
    expected[1000:1003] = b"abc"
    assert (place / "large").read_bytes() == bytes(expected)
    assert (place / "large").stat().st_ino == inode
    assert (place / "first").read_bytes() == data[:3]
    shown.run("tail -c 1000000 /d/large > /d/rest; cat /d/rest > /d/large")
    assert (place / "large").read_bytes() == bytes(expected[-1_000_000:])


def test_what_was_read_is_answered_by_the_journal(place: Path) -> None:
    (place / "large").write_bytes(bytes(range(256)) * 4096)
    shown = Shown(place)
    first = shown.run("md5sum /d/large /d/index.html; cat /d/nosuch; cat /d/link")
    (place / "index.html").write_text("changed\n")
    second = shown.run("cat /d/index.html; md5sum /d/large")
    shutil.rmtree(place)
    again = create_engine(1)
    replay(again, shown.engine.journal)
    assert encode(again.world) == encode(shown.engine.world)
    assert b"Input/output" not in first + second
    without = create_engine(1)  # there reading is an error
    with contextlib.suppress(Diverged):
        replay(without, [entry for entry in shown.engine.journal if entry.kind != "read"])
    assert encode(without.world) != encode(shown.engine.world)


def test_a_state_in_whose_middle_a_snapshot_was_made_reads_the_same(place: Path, tmp_path: Path) -> None:
    from fakedocker.durability.directory import StateDirectory

    (place / "large").write_bytes(bytes(range(256)) * 4096)
    shown = Shown(place)
    engine = shown.engine
    engine.journal.clear()

    def same(world: object, mode: object) -> Engine:
        return engine

    with StateDirectory(str(tmp_path / "state"), "1", report=print) as state:
        state.open(same, engine.mode)
        for _ in range(3):
            shown.run("md5sum /d/large; cat /d/index.html")
            entries, engine.journal = engine.journal, []
            state.write(entries)
            state._entries = 1_000_000
            state.tend(engine)
            shown.run("md5sum /d/large; cat /d/index.html")  # remembered, but not by who begins here
            entries, engine.journal = engine.journal, []
            state.write(entries)
    windows.READERS.clear()
    with StateDirectory(str(tmp_path / "state"), "1", report=print) as again:
        found = again.open(lambda world, mode: create_engine(1, mode=mode, world=world), engine.mode)
        assert encode(found.world) == encode(engine.world)
