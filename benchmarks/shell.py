"""The simulated shell against dash, and many containers at once."""

from __future__ import annotations

import gc
import json
import shutil
import time
import tracemalloc
from collections.abc import Iterator

from benchmarks.in_process import JSON, engine_with
from benchmarks.timing import best, command, milli, profile
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.engine import Engine
from fakedocker.wire.http import Request
from fakedocker_shell.session import Session, make_engine

LOOP = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"
TICKER = "while true; do date; sleep 1; done"
TICKERS = 1_000
SUSPENDED = 2_000
MANY = f"i=0; while [ $i -lt {SUSPENDED} ]; do sh -c '{TICKER}' & i=$((i+1)); done; wait"


def run_here(source: str) -> None:
    engine, _ = make_engine(profile=profile())
    session = Session(engine, lambda fd, data: None)
    session.run_command(source)
    session.run_to_end(lambda: b"")


def start(engine: Engine, source: str) -> None:
    body = json.dumps({"Image": "alpine", "Cmd": ["sh", "-c", source]}).encode()
    exchange = engine.perform(Request(method="POST", target="/containers/create", headers=JSON, body=body))
    assert exchange.reply is not None
    identifier = json.loads(exchange.reply.body or b"")["Id"]
    engine.perform(Request(method="POST", target=f"/containers/{identifier}/start"))


def suspended_bytes() -> float:
    """What a shell takes that is in the middle of a loop, with the `sleep` that it waits for."""
    engine = engine_with(0)
    start(engine, "true")
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    start(engine, MANY)
    engine.advance(engine.now_ns + 5 * SECOND_NS)
    assert len(engine.world.kernel.processes) == 2 * SUSPENDED + 1
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / SUSPENDED


def measure() -> Iterator[tuple[str, str, str]]:
    make_engine(profile=profile())
    ours = best(lambda: run_here(LOOP)) - best(lambda: run_here("true"))
    dash = shutil.which("dash")
    if dash is None:
        yield "a loop of 100,000 turns", milli(ours), "as dash, which is not installed"
    else:
        theirs = command([dash, "-c", LOOP]) - command([dash, "-c", "true"])
        yield "a loop of 100,000 turns against dash", f"{ours / theirs:.2f} x ({milli(ours)})", "1 x"
    engine = engine_with(0)
    for _ in range(TICKERS):
        start(engine, TICKER)
    begin = time.perf_counter()
    engine.advance(engine.now_ns + 60 * SECOND_NS)
    yield f"{TICKERS} x `{TICKER}`, 60 s", f"{time.perf_counter() - begin:.2f} s", "1.5 s"
    yield "memory per suspended shell, its child included", f"{suspended_bytes():,.0f} bytes", "8,192 bytes"
