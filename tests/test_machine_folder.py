"""A folder of the machine, given with --host-dir: bind mounts see it, and write to it only if they may."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine import Engine
from fakedocker.machine_folder import FolderProblem, MachineFolder
from fakedocker.replay import replay
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


def test_folders_that_cannot_be_shown(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FolderProblem, match="no such folder"):
        MachineFolder(str(place / "nosuch"), False, print)
    monkeypatch.setattr("fakedocker.machine_folder.LARGEST_ENTRIES", 2)
    with pytest.raises(FolderProblem, match="holds too much"):
        Shown(place)


def test_looking_takes_a_twentieth_of_the_time_at_most(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(place)
    now = [0.0]

    def clock() -> float:
        now[0] += 0.03  # so long does a look take
        return now[0]

    monkeypatch.setattr("fakedocker.machine_folder.time.monotonic", clock)
    looks: list[str] = []
    monkeypatch.setattr(shown.folder, "show", lambda engine: looks.append("look"))
    for _ in range(10):
        shown.folder.look(shown.engine)
    assert len(looks) == 4  # what was saved is used up
    now[0] += 10
    shown.folder.look(shown.engine)
    assert len(looks) == 5


def test_what_goes_away_while_it_is_looked_at_is_left_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def vanishing(path: str) -> object:
        if path.endswith("sub"):
            raise FileNotFoundError(path)
        return scandir(path)

    monkeypatch.setattr("fakedocker.machine_folder.os.scandir", vanishing)
    shown = Shown(place)
    assert shown.run("ls -A /d /d/sub") == b"/d:\nindex.html\nlink\nsub\n\n/d/sub:\n"
    assert not shown.reports
