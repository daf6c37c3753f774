"""How time passes: virtual, only forward, and only as fast as each mode says."""

from __future__ import annotations

import json

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.clock import Pacer
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.wire.http import Request


def engine_with(command: list[str], mode: TimeMode = TimeMode.FAST, **host: object) -> Engine:
    """An engine in which a container `box` runs a command."""
    engine = create_engine(seed=3)
    ask(engine, "POST", "/images/create?fromImage=alpine&tag=latest")
    ask(engine, "POST", "/containers/create?name=box", {"Image": "alpine", "Cmd": command, "HostConfig": host})
    ask(engine, "POST", "/containers/box/start")
    engine.mode = mode
    return engine


def ask(engine: Engine, method: str, target: str, body: object = None, client: str = "") -> Exchange:
    data = b"" if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"content-type": "application/json"}
    return engine.perform(Request(method=method, target=target, headers=headers, body=data, client=client))


def status(engine: Engine) -> str:
    return next(container.status for container in engine.world.containers.values())


def test_a_stop_takes_its_grace_and_a_deaf_loop_is_killed() -> None:
    engine = engine_with(["sh", "-c", "trap '' TERM; while true; do :; done"])
    before = engine.now_ns
    ask(engine, "POST", "/containers/box/stop?t=7")
    assert status(engine) == "exited"
    assert 7 <= (engine.now_ns - before) / SECOND_NS < 7.1


def test_waiting_jumps_and_costs_no_time_of_ours() -> None:
    engine = engine_with(["sleep", "3000"])
    exchange = ask(engine, "POST", "/containers/box/wait")
    assert exchange.take() == b'{"StatusCode":0}\n'
    assert status(engine) == "exited"


def test_a_wait_that_nothing_can_end_says_so() -> None:
    engine = engine_with(["cat"], TimeMode.FAST)
    ask(engine, "POST", "/containers/create?name=reader", {"Image": "alpine", "Cmd": ["cat"], "OpenStdin": True})
    ask(engine, "POST", "/containers/reader/start")
    with pytest.raises(WaitCannotEnd, match="POST /containers/reader/wait"):
        ask(engine, "POST", "/containers/reader/wait")


def test_an_endless_wait_is_cut_off() -> None:
    engine = engine_with(["sh", "-c", "while true; do sleep 60; done"])
    with pytest.raises(WaitTooLong, match="virtual seconds"):
        ask(engine, "POST", "/containers/box/wait")


def test_manual_time_moves_only_when_told() -> None:
    engine = engine_with(["sleep", "5"], TimeMode.MANUAL)
    before = engine.now_ns
    ask(engine, "GET", "/containers/json")
    assert engine.now_ns == before
    engine.advance(before + 4 * SECOND_NS)
    assert status(engine) == "running"
    engine.advance(before + 6 * SECOND_NS)
    while engine.turn():
        continue
    assert status(engine) == "exited"
    with pytest.raises(ValueError, match="backwards"):
        engine.advance(before)


def test_a_polling_client_gets_somewhere() -> None:
    health = {"Test": ["CMD", "true"], "Interval": 20 * SECOND_NS}
    engine = engine_with(["sleep", "1000"])
    ask(
        engine,
        "POST",
        "/containers/create?name=hc",
        {"Image": "alpine", "Cmd": ["sleep", "1000"], "Healthcheck": health},
    )
    ask(engine, "POST", "/containers/hc/start")
    for _ in range(40):
        answer = json.loads(ask(engine, "GET", "/containers/hc/json", client="poller").reply.body)  # type: ignore[union-attr, arg-type]  # answered in full
        if answer["State"]["Health"]["Status"] == "healthy":
            return
    pytest.fail("forty polls did not bring twenty seconds to pass")


def test_leaping_needs_somebody_who_waits() -> None:
    engine = engine_with(["sleep", "1000"], TimeMode.LEAP)
    assert engine.next_move(wall_ns=engine.now_ns).kind == "sleep"
    exchange = engine.submit(Request(method="POST", target="/containers/box/wait"))
    while engine.turn():
        continue
    assert not exchange.ended
    assert engine.next_move(wall_ns=engine.now_ns).kind == "jump"


def test_wall_time_never_leaps() -> None:
    engine = engine_with(["sleep", "1000"], TimeMode.WALL)
    engine.submit(Request(method="POST", target="/containers/box/wait"))
    while engine.turn():
        continue
    assert engine.next_move(wall_ns=engine.now_ns).kind == "sleep"
    assert engine.next_move(wall_ns=engine.now_ns + 2000 * SECOND_NS).kind == "jump"


def test_an_answer_that_took_a_leap_paces_nobody_who_still_waits() -> None:
    engine = engine_with(["sleep", "1000"], TimeMode.LEAP)
    wall_ns = engine.now_ns
    pacer = Pacer(engine, lambda: wall_ns)
    waiting = engine.submit(Request(method="POST", target="/containers/box/wait"))
    pacer.on_input()
    for goes_on, is_paced in ((True, True), (False, False)):
        pacer.on_input()
        stop = engine.now_ns + 10 * SECOND_NS
        engine.draft.kernel.set_timer(stop, ("held", stop))
        for _ in range(100):
            while engine.turn():
                continue
            if engine.now_ns >= stop:
                break
            wall_ns += SECOND_NS // 10
            pacer.catch_up()
            pacer.step()
        pacer.on_output(goes_on)
        wall_ns += SECOND_NS // 10
        seconds = pacer.step()
        assert (seconds is not None and seconds > 10) is is_paced, seconds
    assert waiting.ended or engine.now_ns > stop


def test_what_requests_take_is_made_up_by_the_wall_when_nothing_leaps() -> None:
    engine = engine_with(["sleep", "1000"], TimeMode.WALL)
    wall = engine.now_ns
    pacer = Pacer(engine, lambda: wall)
    started = engine.now_ns
    for _ in range(5):
        pacer.catch_up()
        ask(engine, "GET", "/containers/json")
    taken = engine.now_ns - started
    engine.advance(engine.now_ns + SECOND_NS // 10)
    pacer.catch_up()
    assert engine.now_ns == started + taken + SECOND_NS // 10, "ahead of the wall, and the clock does not go back"
    wall += 2 * SECOND_NS
    pacer.catch_up()
    assert engine.now_ns == started + 2 * SECOND_NS


def test_what_listeners_do_is_told_within_the_same_turn() -> None:
    engine = create_engine(seed=1)
    told: list[str] = []
    engine.observe(("event", "network"), lambda event: engine.draft.notify("answer", "network", event.action))
    engine.observe(("answer", "network"), told.append)
    body = b'{"Name": "app"}'
    engine.submit(
        Request(method="POST", target="/networks/create", headers={"content-type": "application/json"}, body=body)
    )
    engine.turn()
    assert told == ["create"]


def test_two_looks_before_an_attach_are_no_polling() -> None:
    engine = engine_with(["sh", "-c", "sleep 0.5; echo late"])
    before = engine.now_ns
    for _ in range(2):
        answer = ask(engine, "GET", "/containers/box/json", client="docker-py").reply
        assert answer is not None and json.loads(answer.body or b"")["State"]["Running"]
    assert engine.now_ns - before < SECOND_NS // 10
    attached = ask(engine, "POST", "/containers/box/attach?stream=1&stdout=1", client="docker-py")
    assert attached.take().endswith(b"late\n")
