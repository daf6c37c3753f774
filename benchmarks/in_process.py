"""The engine in process: lifecycles, snapshots, growth with the size of the world, memory."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Iterator

from benchmarks.sockets import ping_floor
from benchmarks.timing import best, each, micro, milli, profile
from fakedocker.assembly import create_engine
from fakedocker.durability.snapshot import decode, encode
from fakedocker.engine.engine import Engine
from fakedocker.operations.system import lookup
from fakedocker.registry import catalogue
from fakedocker.registry.hub import lookup as lookup_by_day
from fakedocker.wire.http import Request

JSON = {"content-type": "application/json"}
CREATE = json.dumps({"Image": "alpine", "Cmd": ["sleep", "300"]}).encode()


def engine_with(containers: int) -> Engine:
    """An engine with that many created containers."""
    engine = create_engine(seed=1, profile=profile())
    engine.journaling = False
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    for _ in range(containers):
        create(engine)
    return engine


def create(engine: Engine) -> str:
    exchange = engine.perform(Request(method="POST", target="/containers/create", headers=JSON, body=CREATE))
    assert exchange.reply is not None and exchange.reply.status == 201
    return str(json.loads(exchange.reply.body or b"")["Id"])


def lifecycle(engine: Engine) -> None:
    identifier = create(engine)
    for method, rest in (("POST", "/start"), ("POST", "/stop?t=0"), ("DELETE", "")):
        engine.perform(Request(method=method, target=f"/containers/{identifier}{rest}"))


_BASES = ("debian:bookworm", "alpine:3.20", "buildpack-deps:bookworm")
_BY_RULE = (
    "node:22.1.0 node:18.2.0-alpine php:8.2.5-apache postgres:15.2 ruby:3.1.2 nginx:1.23.1 rabbitmq:3.11 mysql:8.0.30"
)


def slowest_by_rule() -> float:
    """The seconds of processor time that the slowest of some images takes to be made by rule, on bases that are there."""
    day = lookup_by_day.last_day()
    names = [*_BASES, *_BY_RULE.split()]
    taken = []
    for name in names:
        repository, _, tag = name.partition(":")
        before = time.process_time()
        assert catalogue.manifest(f"library/{repository}", tag, day) is not None
        taken.append(time.process_time() - before)
    return max(taken[len(_BASES) :])


def _lifecycles(seconds: float, floor: float) -> str:
    return f"{1 / seconds:,.0f} a second = {seconds / floor:.0f} x ping"


_LIFECYCLE_GOAL = "4 x ping of a server of constant bytes"


def measure() -> Iterator[tuple[str, str, str]]:
    yield "image by rule, the slowest of eight", milli(slowest_by_rule()), "30 ms"
    small = engine_with(1_000)
    seconds = each(lambda _: lifecycle(small), 200)
    floor = ping_floor()
    yield "lifecycle, API in process, 1,000 containers", _lifecycles(seconds, floor), _LIFECYCLE_GOAL
    transition = each(lambda _: create(small), 200)
    large = engine_with(10_000)
    seconds = each(lambda _: lifecycle(large), 200)
    yield "lifecycle, API in process, 10,000 containers", _lifecycles(seconds, floor), _LIFECYCLE_GOAL
    yield "snapshot", micro(each(lambda _: large.snapshot(), 10_000)), "2 us"
    world = large.snapshot()
    yield "restore", micro(each(lambda _: large.restore(world), 200)), ""
    data = encode(world)
    yield "10,000 containers to bytes", milli(best(lambda: encode(world), 3)), "1,000 ms"
    yield "10,000 containers from bytes", milli(best(lambda: decode(data), 3)), "1,000 ms"
    large.journal.clear()
    huge = engine_with(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(5_000):
        create(huge)
    gc.collect()
    per_container = (tracemalloc.get_traced_memory()[0] - before) / 5_000
    tracemalloc.stop()
    yield "memory per created container", f"{per_container:,.0f} bytes", "6,144 bytes"
    for _ in range(95_000):
        create(huge)
    at_scale = each(lambda _: create(huge), 200)
    yield "create at 100,000 containers against 1,000", f"{at_scale / transition:.2f} x", "2 x"
    prefixes = [identifier[:12] for identifier in list(huge.world.containers)[:1000]]
    looked_up = each(lambda number: lookup.container(huge.draft, prefixes[number]), 1000)
    collected = best(gc.collect, 3)
    yield "a whole collection of cycles at 100,000 containers", milli(collected), ""
    yield "look-up by 12 digits of an id at 100,000 containers", micro(looked_up), "3 us"
