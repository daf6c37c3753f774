"""Clients that do not read what they have asked for: they cost a place in the output, and lose nothing."""

from __future__ import annotations

import json
import select
import socket
import time

import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.api.unread import is_unread
from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.history import History
from fakedocker.containers.log_cursor import LineCursor
from fakedocker.containers.logs import Line, Selection, lines
from fakedocker.containers.model import Chunk
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import ROOM_BYTES, Exchange, TimeMode
from fakedocker.testing import FakeDocker
from fakedocker.wire.http import Request

CHUNKS = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([b"a", b"\n", b"b\nc", b"d\n\n", b"x" * 20_000, b"e\n"])),
    max_size=30,
)


def submit(engine: Engine, method: str, target: str, body: object = None) -> Exchange:
    data = b"" if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"content-type": "application/json"}
    return engine.submit(Request(method=method, target=target, headers=headers, body=data))


def writer(script: str, mode: TimeMode = TimeMode.FAST) -> Engine:
    engine = create_engine(seed=3, mode=mode)
    for method, target, body in (
        ("POST", "/images/create?fromImage=alpine&tag=latest", None),
        ("POST", "/containers/create?name=web", {"Image": "alpine", "Cmd": ["sh", "-c", script]}),
        ("POST", "/containers/web/start", None),
    ):
        exchange = submit(engine, method, target, body)
        engine.drive(lambda exchange=exchange: exchange.ended)  # type: ignore[misc]  # bound at once
    return engine


def test_what_is_not_read_is_not_made() -> None:
    engine = writer("while true; do echo some line; done")
    clients = [submit(engine, "GET", "/containers/web/logs?follow=1&stdout=1") for _ in range(20)]
    engine.advance(engine.now_ns + SECOND_NS)
    engine.turn()
    assert all(client.pending_bytes < 2 * ROOM_BYTES for client in clients)
    assert not engine.busy or engine.draft.kernel_draft.queue  # nothing is left to do until somebody reads
    for client in clients:
        engine.disconnect(client)
    while engine.turn():
        continue
    assert engine.streams() == []


def test_a_slow_reader_gets_every_line_in_order() -> None:
    engine = writer("n=0; while [ $n -lt 20000 ]; do n=$((n+1)); echo $n; done; printf end")
    client = submit(engine, "GET", "/containers/web/logs?follow=1&stdout=1")
    got = b""
    engine.advance(engine.now_ns + 100 * SECOND_NS)
    while not client.drained:
        piece = client.take(5_000)
        got += piece
        if not piece:
            engine.turn()
    payload = b""
    while got:
        size = int.from_bytes(got[4:8], "big")
        payload, got = payload + got[8 : 8 + size], got[8 + size :]
    assert payload == b"".join(b"%d\n" % number for number in range(1, 20_001)) + b"end"


def test_a_reader_that_is_behind_hears_of_the_end_though_the_container_is_gone() -> None:
    engine = writer("n=0; while [ $n -lt 20000 ]; do n=$((n+1)); echo $n; done; sleep 1000")
    engine.advance(engine.now_ns + 100 * SECOND_NS)
    client = submit(engine, "GET", "/containers/web/logs?follow=1&stdout=1")
    removal = submit(engine, "DELETE", "/containers/web?force=1")
    engine.drive(lambda: removal.ended)
    got = b""
    for _ in range(10_000):
        got += client.take(50_000)
        engine.turn()
        if client.drained:
            break
    assert b"20000\n" in got


@settings(max_examples=200, deadline=None)
@given(
    CHUNKS,
    st.integers(0, 8),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_the_last_lines_are_those_of_the_whole(
    written: list[tuple[int, bytes]], tail: int, stdout: bool, stderr: bool, ended: bool
) -> None:
    history: History[Chunk] = History()
    for at_ns, (fd, data) in enumerate(written):
        history = history.append(Chunk(at_ns, fd, data))
    selection = Selection(stdout=stdout, stderr=stderr, tail=tail)
    all_lines = list(lines(history.entries(), ended))
    cursor = LineCursor()
    cursor.start_at_last(history, selection, ended=ended)
    found: list[Line] = []
    while (some := cursor.next_lines(history, history.end, selection)) is not None:
        found += some
    if ended:
        found += cursor.rest(selection)
    last = all_lines[len(all_lines) - min(tail, len(all_lines)) :]
    assert found == [line for line in last if selection.takes(line)]  # the last of all, then those that are wanted


def test_a_socket_without_a_descriptor_is_not_asked() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    one.close()
    other.close()
    assert not is_unread(one)


@pytest.mark.parametrize(
    "asked",
    ["GET /containers/web/logs?follow=1&stdout=1", "GET /events", "POST /containers/web/attach?stream=1&stdout=1"],
)
def test_twenty_that_do_not_read_keep_nobody_waiting(asked: str) -> None:
    with FakeDocker(images=["alpine"]) as fake, fake.served() as served:
        import docker

        client = docker.DockerClient(base_url=served.docker_host, timeout=300)
        client.containers.run("alpine", ["sh", "-c", "while true; do echo xxxxxxxx; done"], detach=True, name="web")
        deaf = []
        for _ in range(20):
            deaf.append(socket.socket(socket.AF_UNIX))
            deaf[-1].connect(served.socket_path)
            upgrade = "Upgrade: tcp\r\nConnection: Upgrade\r\n" if asked.startswith("POST") else ""
            deaf[-1].sendall(f"{asked} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        assert all(client.ping() for _ in range(5))
        for connection in deaf:
            connection.close()
        assert all(client.ping() for _ in range(5))
        client.containers.get("web").remove(force=True)
        _until_idle(fake.engine)
        client.close()


def _until_idle(engine: Engine) -> None:
    """Fails by the count of turns, not by time: a server with nothing to do makes none."""
    quiet = 0
    turns = engine.turns
    for _ in range(600):
        time.sleep(0.05)
        quiet = quiet + 1 if engine.turns == turns else 0
        turns = engine.turns
        if quiet == 10:
            return
    pytest.fail("the server spins though nobody asks for anything")


def test_the_last_output_is_read_before_the_end_is_told() -> None:
    with FakeDocker(images=["alpine"]) as fake, fake.served() as served:
        import docker

        client = docker.DockerClient(base_url=served.docker_host, timeout=300)
        for _ in range(10):
            name = client.containers.create("alpine", ["echo", "last"]).id
            attached, waiting = (socket.socket(socket.AF_UNIX) for _ in range(2))
            for connection, asked in (
                (attached, "attach?stream=1&stdout=1 HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade"),
                (waiting, "wait?condition=next-exit HTTP/1.1"),
            ):
                connection.connect(served.socket_path)
                connection.sendall(f"POST /containers/{name}/{asked}\r\nHost: x\r\n\r\n".encode())
                assert b"\r\n\r\n" in connection.recv(65536)
            client.api.start(name)
            first, _, _ = select.select([attached, waiting], [], [], 60)
            assert first == [attached]
            assert attached.recv(65536).endswith(b"last\n")
            assert b'"StatusCode":0' in waiting.recv(65536)
            attached.close()
            waiting.close()
        client.close()
