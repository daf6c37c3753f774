"""A state directory: everything that was acknowledged is there again, wherever the files were cut."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakedocker.assembly import create_engine
from fakedocker.durability import directory
from fakedocker.durability.directory import StateDirectory
from fakedocker.durability.problems import StateProblem
from fakedocker.durability.snapshot import decode, encode
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request, make_target
from fakedocker.world.check import check
from fakedocker.world.world import World

JSON = {"content-type": "application/json"}
TICKER = b'{"Image": "alpine", "Cmd": ["sh", "-c", "n=0; while true; do n=$((n+1)); echo $n; sleep 1; done"]}'


def make_engine(world: World | None, mode: TimeMode) -> Engine:
    return create_engine(5, mode=mode, world=world)


OPENED: list[StateDirectory] = []


@pytest.fixture(autouse=True)
def _release() -> Iterator[None]:
    """Every directory is let go of at the end."""
    yield
    while OPENED:
        OPENED.pop().release()


class Kept:
    """An engine whose inputs are kept after every turn, as the server does."""

    def __init__(self, path: Path, version: str = "1") -> None:
        self.reports: list[str] = []
        self.state = StateDirectory(str(path), version, report=self.reports.append)
        OPENED.append(self.state)
        self.engine = self.state.open(make_engine, TimeMode.FAST)

    def keep(self) -> None:
        entries, self.engine.journal = self.engine.journal, []
        self.state.write(entries)
        self.state.tend(self.engine)

    def ask(self, method: str, path: str, body: bytes = b"", **query: object) -> bytes:
        exchange = self.engine.submit(
            Request(method=method, target=make_target(path, query), headers=JSON if body else {}, body=body)
        )
        self.engine.drive(lambda: exchange.ended)
        self.keep()
        assert exchange.reply is not None and exchange.reply.status < 400, exchange.reply
        return (exchange.reply.body or b"") + exchange.take(1 << 30)

    def populate(self) -> None:
        self.ask("POST", "/images/create", fromImage="alpine", tag="latest")
        for name in ("one", "two"):
            self.ask("POST", "/containers/create", TICKER, name=name)
            self.ask("POST", f"/containers/{name}/start")
        self.ask("POST", "/containers/two/stop", t=3)

    def look(self) -> tuple[bytes, bytes, int]:
        """What a client sees, without asking: a request would be an input."""
        fork = self.engine.fork()
        listed = fork.perform(Request(method="GET", target="/containers/json?all=1"))
        logs = fork.perform(Request(method="GET", target="/containers/one/logs?stdout=1&timestamps=1"))
        assert listed.reply is not None and listed.reply.body is not None
        return listed.reply.body, logs.take(1 << 30), self.engine.now_ns


@pytest.mark.parametrize("end", [lambda kept: kept.state.release(), lambda kept: kept.state.close(kept.engine)])
def test_all_is_there_again_after_any_end(tmp_path: Path, end: Callable[[Kept], None]) -> None:
    kept = Kept(tmp_path)
    kept.populate()
    before = kept.look()
    end(kept)
    again = Kept(tmp_path)
    assert again.look() == before
    check(again.engine.world)
    kept.engine.advance(kept.engine.now_ns + 10**10)
    again.engine.advance(again.engine.now_ns + 10**10)
    assert again.look() == kept.look()


def test_a_client_whose_process_reads_when_the_server_dies(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.ask("POST", "/images/create", fromImage="alpine", tag="latest")
    body = b'{"Image": "alpine", "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "Cmd": ["sh", "-c", "cat; echo done"]}'
    kept.ask("POST", "/containers/create", body, name="one")
    attached = kept.engine.submit(
        Request(
            method="POST",
            target="/containers/one/attach?stdin=1&stream=1",
            headers={"connection": "upgrade", "upgrade": "tcp"},
        )
    )
    kept.ask("POST", "/containers/one/start")
    kept.engine.feed(attached, b"typed\n")
    kept.engine.turn()
    kept.keep()
    kept.state.release()
    again = Kept(tmp_path)
    again.engine.advance(again.engine.now_ns + 10**9)
    assert again.ask("GET", "/containers/one/logs", stdout=1).endswith(b"typed\n\x01\0\0\0\0\0\0\x05done\n")


def test_a_snapshot_is_made_when_the_journal_has_grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "JOURNAL_LIMIT_ENTRIES", 10)
    kept = Kept(tmp_path)
    kept.populate()
    for number in range(60):
        kept.ask("POST", "/volumes/create", b'{"Name": "v%d"}' % number)
    before = kept.look()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert int(names[0].split(".")[0]) > 1, names
    kept.state.release()
    assert Kept(tmp_path).look() == before


def test_a_journal_that_is_cut_anywhere_loses_only_what_was_not_acknowledged(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "whole")
    path = next((tmp_path / "whole").glob("*.journal"))
    sizes: list[tuple[int, bytes]] = []
    for number in range(12):
        kept.ask("POST", "/volumes/create", b'{"Name": "v%d"}' % number)
        sizes.append((path.stat().st_size, b'"v%d"' % number))
    journal = path.read_bytes()
    world = next((tmp_path / "whole").glob("*.world"))
    chance = random.Random(3)
    for cut in sorted({*(chance.randrange(sizes[0][0] // 2, len(journal)) for _ in range(12)), len(journal)}):
        copy = tmp_path / f"cut{cut}"
        copy.mkdir()
        (copy / world.name).write_bytes(world.read_bytes())
        (copy / path.name).write_bytes(journal[:cut])
        again = Kept(copy)
        listed = again.ask("GET", "/volumes")
        assert [name for size, name in sizes if size <= cut and name not in listed] == []
        whole = any(size == cut for size, _ in sizes)
        assert whole or "no whole record" in again.reports[0]


def test_what_cannot_be_used_is_refused_and_left_alone(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    with pytest.raises(StateProblem, match="another process uses it"):
        Kept(tmp_path)
    kept.populate()
    kept.state.release()
    with pytest.raises(StateProblem, match="written by fakedocker 1 and not stopped cleanly; start that version"):
        Kept(tmp_path, version="2")
    again = Kept(tmp_path)
    again.state.close(again.engine)
    Kept(tmp_path, version="2").state.release()
    newest = max(tmp_path.glob("*.world"))
    newest.write_bytes(newest.read_bytes()[:-30])
    with pytest.raises(StateProblem, match=r"world: it is cut off at byte \d+; nothing was changed"):
        Kept(tmp_path)
    newest.write_bytes(b"something else")
    with pytest.raises(StateProblem, match="does not begin as a file of a state"):
        Kept(tmp_path)
    assert newest.read_bytes() == b"something else"


def test_a_world_is_the_same_world() -> None:
    engine = create_engine(3)
    engine.perform(Request(method="POST", target="/images/create?fromImage=nginx&tag=latest"))
    body = b'{"Image": "nginx", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "80"}]}}}'
    engine.perform(Request(method="POST", target="/containers/create?name=web", headers=JSON, body=body))
    engine.perform(Request(method="POST", target="/containers/web/start"))
    data = encode(engine.world)
    world = decode(data)
    check(world)
    assert encode(world) == data
    other = create_engine(world=world)
    for driven in (engine, other):
        driven.advance(driven.now_ns + 10**10)
    ask = Request(method="GET", target="/containers/web/top")
    answers = [driven.perform(ask).reply for driven in (engine, other)]
    assert answers[0] == answers[1]
    assert encode(engine.world) == encode(other.world)
