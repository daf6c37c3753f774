"""What a container has written takes a bounded part of the memory, however long it writes."""

from __future__ import annotations

import json

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.history import History
from fakedocker.containers import logs
from fakedocker.containers.model import Chunk
from fakedocker.engine.engine import Engine
from fakedocker.wire.http import Request


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "OUTPUT_LIMIT_BYTES", 200_000)


def taken(history: History[Chunk]) -> int:
    return sum(len(chunk.data) + 128 for chunk in history.entries())


@pytest.mark.parametrize("size_bytes", [1, 100, 5_000])
def test_the_newest_part_is_kept(size_bytes: int) -> None:
    history: History[Chunk] = History()
    for number in range(10_000):
        data = b"%07d" % number * size_bytes
        history = logs.with_output(history, [Chunk(number, 1, data)])
        if number % 500 == 0:
            assert taken(history) <= 200_000 + len(data) + 128
    chunks = history.entries()
    assert taken(history) > 90_000
    assert [chunk.at_ns for chunk in chunks] == list(range(10_000 - len(chunks), 10_000))
    assert history.end == 10_000


def test_an_older_version_keeps_what_it_has() -> None:
    history: History[Chunk] = History()
    for number in range(100):
        history = logs.with_output(history, [Chunk(number, 1, b"a" * 1_000)])
    old, before = history, history.entries()
    for number in range(100, 1_000):
        history = logs.with_output(history, [Chunk(number, 1, b"b" * 1_000)])
    assert old.entries() == before
    branch = logs.with_output(old, [Chunk(100, 1, b"c")])
    assert branch.entries()[:-1] == before and branch.entries()[-1].data == b"c"
    assert (old.size_bytes, branch.size_bytes) == (taken(old), taken(branch))


def start(engine: Engine, command: str) -> str:
    body = json.dumps({"Image": "alpine", "Cmd": ["sh", "-c", command]}).encode()
    headers = {"content-type": "application/json"}
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    engine.perform(Request(method="POST", target="/containers/create?name=box", headers=headers, body=body))
    engine.perform(Request(method="POST", target="/containers/box/start"))
    return next(iter(engine.world.containers))


def test_a_container_that_never_stops_writing() -> None:
    engine = create_engine(seed=1)
    container = start(engine, "yes")
    for _ in range(20):
        engine.advance(engine.now_ns + SECOND_NS // 50)
        assert taken(engine.world.outputs[container]) < 500_000
    engine.perform(Request(method="POST", target="/containers/box/stop?t=0"))
    exchange = engine.perform(Request(method="GET", target="/containers/box/logs?stdout=1&tail=2"))
    assert exchange.take().count(b"y\n") == 2


def test_who_follows_misses_nothing() -> None:
    engine = create_engine(seed=1)
    start(engine, "i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo $i; [ $((i % 100)) = 0 ] && sleep 1; done")
    exchange = engine.submit(Request(method="GET", target="/containers/box/logs?stdout=1&follow=1"))
    received = b""
    for _ in range(70):
        engine.turn()
        engine.advance(engine.now_ns + SECOND_NS)
        received += exchange.take()
    texts, place = [], 0
    while place < len(received):
        size = int.from_bytes(received[place + 4 : place + 8], "big")
        texts.append(received[place + 8 : place + 8 + size])
        place += 8 + size
    assert b"".join(texts).split() == [b"%d" % number for number in range(1, 6001)]
