"""What builds and imports fetch from folders of the machine (--web) and from its loopback servers (--real-web).

`data/repository.tar.gz` is a bare repository made by git 2.47 (two commits, a tag, a packed delta, server info).
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import io
import random
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.build import git_urls
from fakedocker.build.git_reading import GitProblem, Repository
from fakedocker.durability.snapshot import encode
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.replay import replay
from fakedocker.machine_web import MachineWeb
from fakedocker.outside_web import Site, split_site
from fakedocker.serving import Served, serve_in_thread
from fakedocker.wire.http import Request
from fakedocker.world.tasks import ErrandTask
from fakedocker_shell.main import main
from helpers.build_world import Builds, archive
from helpers.paths import DATA
from helpers.served_requests import Deaf, ask_served

TWO, ONE = "69f878dcb9f6bdea1fa985eb91a0e7b9709c519a", "a05e8e90110e059caac9fb9917f88ff2ee7360f3"
FILES, REPOSITORY = "https://example.com/files", "https://example.com/o/repo.git"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files, and a repository in repo.git."""
    with tarfile.open(DATA / "repository.tar.gz") as tar:
        tar.extractall(tmp_path / "repo.git", filter="data")
    (tmp_path / "data.txt").write_text("hello\n")
    (tmp_path / "context.tar").write_bytes(archive({"Dockerfile": "FROM busybox\nCOPY a /a\nRUN cat /a\n", "a": "A\n"}))
    (tmp_path / "Alone").write_text("FROM busybox\nRUN echo alone\n")
    (tmp_path / "link").symlink_to("/etc/hostname")
    return tmp_path


def with_sites(folder: Path) -> Builds:
    builds = Builds()
    MachineWeb([Site(FILES, str(folder)), Site(REPOSITORY, str(folder / "repo.git"))], False).show(builds.engine)
    return builds


def check_replay(builds: Builds) -> None:
    """The journal gives the same world again, with nobody who could fetch anything."""
    again = create_engine(seed=3, check=True)
    replay(again, builds.engine.journal)
    assert encode(again.world) == encode(builds.engine.world)


@pytest.mark.parametrize(
    ("remote", "dockerfile", "shown"),
    [
        (f"{FILES}/context.tar", "", "A\n"),
        (f"{FILES}/Alone", "", "alone\n"),
        (f"{REPOSITORY}#main", "", "root\n"),
        (f"{REPOSITORY}#main:app", "", "second\n"),
        (f"{REPOSITORY}#v1:app", "", "first\n"),
        (f"{REPOSITORY}#other:app", "", "first\n"),
        (f"{REPOSITORY}#{ONE}:app", "", "first\n"),
    ],
)
def test_contexts_of_both_builders(folder: Path, remote: str, dockerfile: str, shown: str) -> None:
    builds = with_sites(folder)
    classic = builds.build_archive(b"", remote=remote, dockerfile=dockerfile)
    assert shown in classic.output.splitlines(keepends=True), classic
    solved = builds.solve_archive(b"", remote=remote, dockerfile=dockerfile)
    assert (solved.error, solved.output) == ("", shown)
    check_replay(builds)


def test_the_default_branch_is_what_the_repository_says_to_buildkit(folder: Path) -> None:
    builds = with_sites(folder)
    assert builds.solve_archive(b"", remote=REPOSITORY).output == "root\n"
    missing = builds.build_archive(b"", remote=REPOSITORY)
    assert missing.error == "error fetching: fatal: couldn't find remote ref master\n: exit status 128"


def test_add_of_files_and_repositories(folder: Path) -> None:
    builds = with_sites(folder)
    dockerfile = (
        f"FROM busybox\nADD {FILES}/data.txt /d/\nADD {REPOSITORY}#v1:app /src\n"
        "RUN cat /d/data.txt /src/f; readlink /src/../all/link\n"
    )
    solved = builds.solve(dockerfile.replace("RUN", f"ADD {REPOSITORY} /all\nRUN"))
    assert (solved.error, solved.output) == ("", "hello\nfirst\napp/f\n")
    assert "git://example.com/o/repo.git#v1:app" in solved.vertexes
    modes = builds.solve(
        f"FROM busybox\nADD {REPOSITORY} /all\nRUN stat -c %a /all/run /all/f; sed -n 200p /all/lines\n"
    )
    assert modes.output == "755\n644\ntwo hundred\n"
    classic = builds.build(f"FROM busybox\nADD {FILES}/data.txt /d/\nRUN cat /d/data.txt\n")
    assert classic.output.splitlines()[-3:-2] != [] and "hello" in classic.output


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (f"ADD --checksum=sha256:{'0' * 64} {FILES}/data.txt /", f"digest mismatch for {FILES}/data.txt: sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 (expected: sha256:{'0' * 64})"),
        (f"ADD {FILES}/none /", "failed to load cache key: invalid response status 404"),
        (f"ADD {FILES}/link /", "failed to load cache key: invalid response status 404"),
        (f"ADD {FILES}/../x /", "failed to load cache key: invalid response status 404"),
        (f"ADD --checksum=abc {REPOSITORY}#v1 /", f"failed to load cache key: expected checksum to match abc, got {ONE}"),
        (f"ADD {REPOSITORY}#none /", 'failed to load cache key: repository does not contain ref none, output: ""'),
        (f"ADD --keep-git-dir=true {REPOSITORY} /", "ADD --keep-git-dir is not simulated by fakedocker"),
        (f"COPY {REPOSITORY} /", "source can't be a git ref for COPY"),
        ("ADD git@example.com:o/repo.git /", "fetching git@example.com:o/repo.git by anything but HTTP is not simulated by fakedocker"),
        (f"ADD {FILES}/nothing.git /", f"failed to load cache key: error fetching default branch for repository {FILES}/nothing.git: git stderr:\nfatal: repository '{FILES}/nothing.git/' not found\n: exit status 128"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_told_in_buildkits_words(folder: Path, line: str, error: str) -> None:
    solved = with_sites(folder).solve(f"FROM busybox\n{line}\n")
    assert solved.error.endswith(error)


def test_an_import_is_fetched_too(folder: Path) -> None:
    builds = with_sites(folder)
    status, body = builds.call("POST", "/images/create", fromSrc=f"{FILES}/context.tar", repo="imported")
    assert (status, b"sha256:" in body) == (200, True)


# loopback servers


class _Handler(http.server.BaseHTTPRequestHandler):
    """A server of files, or with `smart` one that speaks git."""

    folder: Path
    smart = False

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.1/x")
            self.end_headers()
        elif self.smart and query == "service=git-upload-pack":
            self._say(_advertised())
        elif (found := self.folder / path.lstrip("/")).is_file() and not (self.smart and "repo.git" in path):
            self._say(found.read_bytes())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        assert asked.startswith(f"0048want {TWO} ofs-delta no-progress\n".encode()), asked
        [pack] = (self.folder / "repo.git/objects/pack").glob("*.pack")
        self._say(b"0008NAK\n" + pack.read_bytes())

    def _say(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Mon, 05 Jan 2026 09:00:00 GMT")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _advertised() -> bytes:
    lines = [f"{TWO} HEAD\0ofs-delta symref=HEAD:refs/heads/main\n", f"{TWO} refs/heads/main\n"]
    packets = "".join(f"{len(line) + 4:04x}{line}" for line in lines)
    return f"001e# service=git-upload-pack\n0000{packets}0000".encode()


@pytest.fixture(params=[False, True])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"folder": folder, "smart": request.param})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}"
        served.shutdown()
        thread.join()


def test_loopback_servers_are_asked_with_real_web_only(server: str) -> None:
    builds = Builds()
    dockerfile = f"FROM busybox\nADD {server}/data.txt /d/\nADD {server}/repo.git#main:app /src\nRUN cat /d/data.txt /src/f; stat -c %Y /d/data.txt\n"
    assert "connect: connection refused" in builds.solve(dockerfile).error
    MachineWeb((), True).show(builds.engine)
    solved = builds.solve(dockerfile)
    assert (solved.error, solved.output) == ("", "hello\nsecond\n1767603600\n")
    assert builds.build_archive(b"", remote=f"{server}/repo.git#main:app").error == ""
    assert builds.build_archive(b"", remote=f"{server}/context.tar").error == ""
    assert (
        "is not on this machine's loopback interface" in builds.solve(f"FROM busybox\nADD {server}/moved /d/\n").error
    )
    missing = builds.build(f"FROM busybox\nADD {server}/nosuch /\n")
    assert missing.error.startswith(f"ADD failed: failed to GET {server}/nosuch with status 404 Not Found: ")
    check_replay(builds)


@contextlib.contextmanager
def _building(served: Served, url: str, version: int) -> Iterator[list[bytes]]:
    """A client that builds from a URL meanwhile; what it was told is there when this ends."""
    told: list[bytes] = []
    context = archive({"Dockerfile": f"FROM busybox\nADD {url}/late /\nRUN cat /late\n"})
    build = threading.Thread(
        target=lambda: told.append(ask_served(served, "POST", f"/build?version={version}&t=made", context)[1]),
        daemon=True,
    )
    build.start()
    try:
        yield told
    finally:
        build.join(300)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("mode", [TimeMode.LEAP, TimeMode.FAST])
def test_a_web_server_that_does_not_answer_holds_up_nobody_else(version: int, mode: TimeMode) -> None:
    builds = Builds()
    builds.engine.mode = mode
    deaf = Deaf()
    MachineWeb((), True).show(builds.engine)
    with serve_in_thread(builds.engine) as served:
        with _building(served, deaf.url, version) as told:
            assert deaf.connected.wait(300)
            assert ask_served(served, "GET", "/_ping") == (200, b"OK")
            assert builds.call("GET", "/_ping") == (200, b"OK")  # by a driver of its own
            assert not told
            deaf.release()
        assert builds.call("GET", "/images/made/json")[0] == 200, told
    check_replay(builds)


def test_what_is_not_there_when_the_server_stops_has_failed() -> None:
    builds = Builds()
    deaf = Deaf()
    MachineWeb((), True).show(builds.engine)
    context = archive({"Dockerfile": f"FROM busybox\nADD {deaf.url}/late /\n"})
    with serve_in_thread(builds.engine):
        exchange = builds.engine.submit(
            Request(method="POST", target="/build", headers={"content-type": "application/x-tar"}, body=context)
        )
        builds.engine.drive(lambda: builds.engine.awaits_errands)
        assert deaf.connected.wait(300)
        middle = builds.engine.snapshot()
    builds.engine.drive(lambda: exchange.ended)
    assert b"was stopped before it had come" in exchange.take()
    other = builds.engine.fork()
    other.restore(middle)
    while other.turn():
        continue
    assert not any(isinstance(task, ErrandTask) for task in other.world.tasks.values())
    deaf.release()
    check_replay(builds)


# the command line


def test_the_terminal_builds_from_a_site(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = f"docker build -q {FILES}/context.tar >/dev/null && docker build --progress plain '{REPOSITORY}#v1:app' 2>&1 | grep first"
    assert main(["--web", f"{FILES}={folder}", "--web", f"{REPOSITORY}={folder / 'repo.git'}", "-c", line]) == 0
    assert "first" in capfd.readouterr().out
    assert main(["-c", f"docker build {FILES}/context.tar"]) == 1
    assert "no such host" in capfd.readouterr().err
    classic = f"DOCKER_BUILDKIT=0 docker build '{REPOSITORY}#main:app' 2>/dev/null | grep second"
    assert main([f"--web={REPOSITORY}={folder / 'repo.git'}", "-c", classic]) == 0


@pytest.mark.parametrize("text", ["nothing", "ftp://x=/tmp", "https://=/tmp", "https://example.com=/no/such/folder"])
def test_sites_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no URL=DIR|no such folder"):
        split_site(text)
    assert main(["--web", text, "-c", "true"]) == 2


def test_a_session_with_a_journal_sees_no_web(folder: Path) -> None:
    assert main(["--journal", str(folder / "j"), "--web", f"{FILES}={folder}", "-c", "true"]) == 2


# reading repositories


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/moby/moby.git", ("https://github.com/moby/moby.git", "", "")),
        ("github.com/moby/moby#v1:dir/", ("https://github.com/moby/moby", "v1", "dir")),
        ("git@github.com:moby/moby.git#x", ("git@github.com:moby/moby.git", "x", "")),
        ("https://example.com/x.tar.gz", None),
        ("https://example.com/repo.git/file", None),
    ],
)
def test_urls_of_repositories(url: str, found: tuple[str, str, str] | None) -> None:
    parsed = git_urls.parse(url)
    assert (tuple(parsed) if parsed else None) == found


class _Bytes:
    """A repository that is one pack."""

    def __init__(self, pack: bytes) -> None:
        self._pack = pack

    def references(self) -> tuple[dict[str, str], str]:
        return {"refs/heads/main": TWO}, "refs/heads/main"

    def loose(self, name: str) -> bytes | None:
        return None

    def packs(self, wanted: str) -> Iterator[bytes]:
        yield self._pack


def test_a_broken_pack_is_refused_in_words() -> None:
    with tarfile.open(DATA / "repository.tar.gz") as tar:
        [member] = [member for member in tar.getmembers() if member.name.endswith(".pack")]
        pack = (tar.extractfile(member) or io.BytesIO()).read()
    assert Repository(_Bytes(pack)).checkout("")[0] == TWO
    chance = random.Random(5)
    for _ in range(300):
        broken = bytearray(pack)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        broken = broken[: chance.randint(0, len(broken))] if chance.random() < 0.3 else broken
        try:
            Repository(_Bytes(bytes(broken))).checkout("")
        except GitProblem:
            continue


WORKSHOP = "https://github.com/docker/getting-started-app.git"


def test_a_build_finds_what_a_clone_finds() -> None:
    builds = Builds()
    solved = builds.solve(f"FROM busybox\nADD {WORKSHOP} /app\nRUN ls /app/src; grep -c . /app/package.json\n")
    assert solved.error == ""
    assert f"fakedocker: {WORKSHOP} is an application of fakedocker's own here" in solved.output
    assert "index.js\n" in solved.output
    missing = builds.solve(f"FROM busybox\nADD {WORKSHOP}#nope /app\n")
    assert missing.error == 'failed to load cache key: repository does not contain ref nope, output: ""'
    other = builds.solve("FROM busybox\nADD https://github.com/docker/other.git /app\n")
    assert "Could not resolve host: github.com" in other.error
    classic = builds.build_archive(b"", remote=f"{WORKSHOP}#main", dockerfile="")
    assert "is an application of fakedocker's own here" in classic.output
    assert "Cannot locate specified Dockerfile: Dockerfile" in classic.error
    check_replay(builds)
