"""Random requests against an engine in which things go wrong: invariants hold all the same, and replays agree."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import rule

from fakedocker.engine.inflight import Exchange
from fakedocker.faults.model import FaultError
from fakedocker.wire.http import Request, make_target
from helpers.daemon_machine import NAMES, Daemon

FAULTS = st.sampled_from(
    [
        "registry docker.io down for 5s",
        "registry docker.io toomanyrequests chance 50%",
        "image busybox digest mismatch once",
        "image alpine cut off",
        "create error 500 chance 30%",
        "start lost once",
        "stop stall once",
        "exec start truncated after 10 once",
        "logs stall after 20",
        "wire latency 200ms for 10s",
        "wire reset chance 20%",
        "disk full for 3s",
        "disk 20kB left",
        "daemon restart",
        "daemon restart in 500ms",
        "daemon down for 20s",
        "disk latency 30ms for 5s",
        "disk failing for 2s",
        "disk failing reads in 1s for 4s",
        "network bridge latency 50ms for 10s",
        "network bridge loss 20%",
        "clock ahead 10m for 5s",
        "clock behind 1h in 1s",
    ]
)
ON_LINKS = st.sampled_from(["down for 5s", "latency 20ms", "loss 30% for 20s"])
ON_CONTAINERS = st.sampled_from(["oom", "exit 3", "exit 0 in 1s", "unhealthy", "busy once", "error 503 2nd time"])


class TroubledDaemon(Daemon):
    """One engine, and its troubles."""

    def ask(self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> Exchange:
        """A request, driven until it is answered, has failed, or two seconds have passed on the clock."""
        self.run_down()
        headers = {"content-type": "application/json"} if body is not None else {}
        data = json.dumps(body).encode() if body is not None else b""
        exchange = self.engine.submit(
            Request(method=method, target=make_target(path, query), headers=headers, body=data)
        )
        self.exchanges[exchange.number] = exchange
        end_ns = self.engine.now_ns + 2 * 10**9
        self.run_down()
        while (
            not exchange.ended
            and (move := self.engine.next_move(driver_waits=True)).kind == "jump"
            and move.at_ns <= end_ns
        ):
            self.engine.jump()
            self.run_down()
        return exchange

    @rule(fault=FAULTS)
    def something_goes_wrong(self, fault: str) -> None:
        self.inject(fault)

    @rule(name=NAMES, fault=ON_CONTAINERS)
    def a_container_suffers(self, name: str, fault: str) -> None:
        self.inject(f"container {name} {fault}")

    @rule(name=NAMES, fault=ON_LINKS)
    def a_link_suffers(self, name: str, fault: str) -> None:
        self.inject(f"link {name} {fault}")

    @rule(name=NAMES, fault=st.sampled_from(["latency 10ms", "failing for 3s", "20kB left"]))
    def a_layer_suffers(self, name: str, fault: str) -> None:
        self.inject(f"disk of {name} {fault}")

    def inject(self, fault: str) -> None:
        self.run_down()
        before = self.engine.world
        try:
            self.engine.inject(fault)
        except FaultError:
            assert self.engine.world is before

    @rule()
    def all_is_well(self) -> None:
        self.run_down()
        self.engine.clear_faults()


TroubledDaemon.TestCase.settings = settings(
    max_examples=int(os.environ.get("FAKEDOCKER_EXAMPLES", "40")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="CI" in os.environ,
)
TestTroubledDaemon = TroubledDaemon.TestCase
