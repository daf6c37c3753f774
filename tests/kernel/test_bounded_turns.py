"""No container stops the engine: slices, instants and turns are bounded, and where a driver has ended a turn makes no difference."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.clock import Pacer
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.engine.replay import replay
from fakedocker.engine.waiting import WaitTooLong
from fakedocker.kernel.calls_base import SLICE_EFFORT
from fakedocker.kernel.kernel import Kernel
from fakedocker.testing import FakeDocker
from fakedocker.wire.http import Request

BUSY = {
    "echo": "while true; do echo x; done",
    "builtin": "while :; do :; done",
    "external": "while true; do ls /bin; done >/dev/null",
    "random": "dd if=/dev/urandom of=/dev/null",
    "blocks": "dd if=/dev/urandom of=/dev/null bs=64M",
    "tree": "while true; do find /; done >/dev/null",
    "background": "while true; do : & done",
    "chain": "f() { f & }; f; sleep 1000",
    "deeper": 'echo "sh /x" >/x; sh /x',
    "again": 'echo "exec sh /x" >/x; exec sh /x',
    "no sleep": "while true; do sleep 0; done",
    "pipe": "while true; do echo a | cat; done >/dev/null",
    "nothing to follow": "tail -f /dev/null",
    "zeros to follow": "tail -c 1 -f /dev/zero >/dev/null",
}


def ask(engine: Engine, method: str, target: str, body: object = None) -> Exchange:
    return engine.perform(_request(method, target, body))


def _request(method: str, target: str, body: object = None) -> Request:
    data = b"" if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"content-type": "application/json"}
    return Request(method=method, target=target, headers=headers, body=data)


def busy_engine(*scripts: str, mode: TimeMode = TimeMode.FAST) -> Engine:
    engine = create_engine(seed=7, mode=mode)
    ask(engine, "POST", "/images/create?fromImage=alpine&tag=latest")
    for place, script in enumerate(scripts):
        body = {"Image": "alpine", "Cmd": ["sh", "-c", script]}
        ask(engine, "POST", f"/containers/create?name=box{place}", body)
        ask(engine, "POST", f"/containers/box{place}/start")
    return engine


@pytest.mark.parametrize("name", BUSY)
def test_a_slice_and_an_instant_are_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    efforts: list[int] = []
    instants: dict[int, int] = {}
    give = Kernel._give_slice

    def counted(kernel: Kernel, pid: int) -> None:
        before = kernel.work
        give(kernel, pid)
        efforts.append(kernel.work - before)
        instants[kernel.draft.now_ns] = instants.get(kernel.draft.now_ns, 0) + 1
        assert instants[kernel.draft.now_ns] < 20_000, "time stands still"

    monkeypatch.setattr(Kernel, "_give_slice", counted)
    engine = busy_engine(BUSY[name])
    engine.advance(engine.now_ns + SECOND_NS // 20)
    assert max(efforts) < 2 * SLICE_EFFORT


def test_keeping_a_container_alive_costs_nothing() -> None:
    engine = busy_engine("tail -f /dev/null")
    before = engine.slices
    engine.advance(engine.now_ns + 3600 * SECOND_NS)
    assert engine.slices - before < 5
    ask(engine, "POST", "/containers/box0/stop")


def test_a_pipe_is_followed_past_the_end_of_its_writers() -> None:
    engine = busy_engine("mkfifo /p; (echo one >/p; sleep 3; echo two >/p) & tail -f /p")
    engine.advance(engine.now_ns + 10 * SECOND_NS)
    assert _log(engine, "box0") == b"one\ntwo\n"
    assert engine.slices < 200


def _log(engine: Engine, name: str) -> bytes:
    raw = ask(engine, "GET", f"/containers/{name}/logs?stdout=1").take(1 << 30)
    out = b""
    while raw:
        size = int.from_bytes(raw[4:8], "big")
        out, raw = out + raw[8 : 8 + size], raw[8 + size :]
    return out


def test_a_server_that_may_wait_for_no_slice_still_answers() -> None:
    engine = busy_engine(*(BUSY["echo"],) * 3, mode=TimeMode.LEAP)
    begun_ns, slices = engine.now_ns, engine.slices
    engine.advance(begun_ns + 60 * SECOND_NS, pause=lambda: True)
    ping = engine.submit(_request("GET", "/_ping"))
    assert engine.turn(pause=lambda: True)  # there is more to do
    assert ping.ended and ping.reply is not None and ping.reply.status == 200
    assert (engine.slices, engine.owed_ns) == (slices, begun_ns + 60 * SECOND_NS)


def test_a_start_is_answered_when_its_time_has_passed_and_not_before() -> None:
    engine = busy_engine(BUSY["echo"], mode=TimeMode.LEAP)
    ask(engine, "POST", "/containers/create?name=late", {"Image": "alpine", "Cmd": ["sleep", "9"]})
    begun_ns = engine.now_ns
    start = engine.submit(_request("POST", "/containers/late/start"))
    engine.turn(pause=lambda: True)
    assert not start.answered
    engine.drive(lambda: start.ended)
    assert start.reply is not None and start.reply.status == 204
    assert engine.now_ns >= begun_ns + SECOND_NS // 10


def test_time_lags_behind_the_wall_and_catches_up() -> None:
    engine = busy_engine("n=0; while [ $n -lt 3000 ]; do n=$((n+1)); /bin/true; done; echo done", mode=TimeMode.LEAP)
    wall_ns = 0
    pacer = Pacer(engine, lambda: wall_ns)
    wall_ns = 10 * SECOND_NS
    shares = 0
    while engine.now_ns < pacer.wall_ns:
        left = [3]
        pacer.catch_up(_few(left))
        shares += 1
    assert shares > 10
    assert _log(engine, "box0") == b"done\n"


def _few(left: list[int]) -> Callable[[], bool]:
    def pause() -> bool:
        left[0] -= 1
        return left[0] < 0

    return pause


def test_where_turns_end_makes_no_difference_to_what_processes_see() -> None:
    script = "n=0; while true; do n=$((n+1)); echo $n; date +%s%N | md5sum; test $((n % 7)) = 0 && sleep 0.01; done"
    whole = busy_engine(script, "while true; do echo tick; sleep 0.05; done", BUSY["pipe"])
    cut = busy_engine(script, "while true; do echo tick; sleep 0.05; done", BUSY["pipe"])
    until_ns = whole.now_ns + SECOND_NS
    whole.advance(until_ns)
    chance = random.Random(3)
    cut.advance(until_ns, pause=lambda: chance.random() < 0.2)
    while cut.turn(pause=lambda: chance.random() < 0.2):
        continue
    assert (whole.now_ns, whole.slices) == (cut.now_ns, cut.slices)
    assert _log(whole, "box0") == _log(cut, "box0")


def test_a_journal_of_turns_that_were_cut_is_played_to_the_same_bytes() -> None:
    engine = create_engine(seed=7, mode=TimeMode.LEAP)
    chance = random.Random(11)

    def pause() -> bool:
        return chance.random() < 0.3

    streams: dict[int, bytes] = {}
    exchanges: list[Exchange] = []

    def submit(method: str, target: str, body: object = None) -> None:
        exchanges.append(engine.submit(_request(method, target, body)))

    submit("POST", "/images/create?fromImage=alpine&tag=latest")
    while engine.turn() or not exchanges[0].ended:
        engine.jump()
    for place, name in enumerate(("echo", "external", "pipe", "chain")):
        submit("POST", f"/containers/create?name=c{place}", {"Image": "alpine", "Cmd": ["sh", "-c", BUSY[name]]})
        submit("POST", f"/containers/c{place}/start")
        engine.turn(pause=pause)
    submit("GET", "/containers/c0/logs?follow=1&stdout=1")
    for step in range(60):
        engine.advance(max(engine.now_ns, engine.owed_ns) + SECOND_NS // 100, pause=pause)
        if step % 9 == 0:
            submit("POST", f"/containers/c{step % 4}/restart?t=0")
        if step % 7 == 0:
            submit("GET", "/containers/json?all=1")
        engine.turn(pause=pause)
    streams = {exchange.number: _whole(exchange) for exchange in exchanges}
    again = create_engine(seed=7, mode=TimeMode.LEAP)
    played = replay(again, list(engine.journal))
    for number, data in streams.items():
        found = _whole(played[number])
        assert found == data or (not played[number].ended and found.startswith(data))
    while engine.turn():
        continue
    assert (again.now_ns, again.slices) == (engine.now_ns, engine.slices)


def _whole(exchange: Exchange) -> bytes:
    return (exchange.reply.body or b"" if exchange.reply is not None else b"") + exchange.take(1 << 30)


def test_a_wait_for_what_never_comes_ends_though_containers_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakedocker.engine.waiting.WAIT_WORK", 100_000)
    engine = busy_engine(BUSY["echo"])
    with pytest.raises(WaitTooLong, match="busy all the time"):
        ask(engine, "POST", "/containers/box0/wait")


def test_busy_containers_do_not_keep_a_server_from_its_clients() -> None:
    with FakeDocker(images=["alpine"]) as fake, fake.served() as served:
        import docker

        client = docker.DockerClient(base_url=served.docker_host, timeout=300)
        for name in ("echo", "random", "external", "tree", "nothing to follow"):
            client.containers.run("alpine", ["sh", "-c", BUSY[name]], detach=True)
        answered: list[bool] = []

        def ping() -> None:
            answered.extend(client.ping() for _ in range(10))

        threads = [threading.Thread(target=ping) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        assert answered == [True] * 20
        for container in client.containers.list():
            container.remove(force=True)
        client.close()
