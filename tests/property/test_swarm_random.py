"""Random requests about a swarm and the containers of its services: invariants after each, refusals that change nothing, replays.

Requests are drawn evenly, which finds more here than looking for the smallest ones: what goes wrong needs several services under way.
"""

from __future__ import annotations

import functools
import json
import os
import random
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.engine.replay import replay
from fakedocker.wire.http import Request, make_target
from fakedocker.wire.omitting import plain
from fakedocker.world.check import check
from fakedocker.world.world import World

SEEDS = max(int(os.environ.get("FAKEDOCKER_EXAMPLES", "60")) // 8, 4)
STEPS = 100
SERVICES, STORED, NETWORKS = ("front", "back", "batch"), ("one", "two"), ("over", "under", "ingress")
MODES: tuple[dict[str, Any], ...] = (
    {"Replicated": {"Replicas": 0}}, {"Replicated": {"Replicas": 1}}, {"Replicated": {"Replicas": 3}}, {"Global": {}},
    {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 3}}, {"GlobalJob": {}},
)  # fmt: skip
COMMANDS = (
    ["sleep", "1000"], ["sleep", "1000"], ["sleep", "2"], ["false"], ["true"], ["nosuch"], ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"],
)  # fmt: skip
POLICIES = (
    None, {"Condition": "none"}, {"Condition": "on-failure", "MaxAttempts": 1}, {"Condition": "any", "Delay": 10**9},
    {"Condition": "any", "Delay": 0, "MaxAttempts": 2, "Window": 5 * 10**9},
)  # fmt: skip
UPDATES = (
    None, {"Parallelism": 1, "Delay": 10**9, "Monitor": 10**9}, {"Parallelism": 0, "Order": "start-first"},
    {"Parallelism": 2, "FailureAction": "rollback", "Monitor": 2 * 10**9}, {"Parallelism": 1, "FailureAction": "continue", "MaxFailureRatio": 0.5},
    {"Parallelism": 1, "Delay": 3 * 10**9, "Order": "start-first", "FailureAction": "rollback"},
)  # fmt: skip
ENDPOINTS = (
    None, None, {"Mode": "vip", "Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}, {"Mode": "dnsrr"},
    {"Ports": [{"TargetPort": 80, "PublishMode": "host", "PublishedPort": 8081}, {"TargetPort": 81}]},
)  # fmt: skip
PLACEMENTS = (
    None,
    None,
    {"Constraints": ["node.role==worker"]},
    {"MaxReplicas": 1},
    {"Constraints": ["node.labels.a==b"]},
)
PATHS = (
    "/swarm",
    "/nodes",
    "/services?status=1",
    "/tasks",
    "/secrets",
    "/configs",
    "/networks/over?verbose=1",
    "/services/front?insertDefaults=1",
    "/info",
)


@functools.cache
def start_world() -> World:
    """A world with two images, pulled once for all runs."""
    engine = create_engine(seed=11)
    for image in ("alpine", "busybox"):
        engine.perform(Request(method="POST", target=f"/images/create?fromImage={image}&tag=latest"))
    return engine.world


class Run:
    """A run of random requests."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.engine: Engine = create_engine(world=start_world())
        self.exchanges: list[Exchange] = []
        self.saved: list[World] = []
        self.actions = (
            (self.leave, 1), (self.create_service, 14), (self.change_service, 18), (self.remove_service, 3), (self.read_logs, 3), (self.store, 6),
            (self.connect, 7), (self.change_node, 4), (self.meddle, 8), (self.visit, 3), (self.prune, 2), (self.look, 5), (self.save, 2),
            (self.undo, 1), (self.restart_daemon, 1), (self.wait, 25),
        )  # fmt: skip

    def one_of(self, values: Any) -> Any:
        return self.random.choice(values)

    def step(self) -> None:
        """Ask for something, or let time pass."""
        if self.engine.world.swarm is None:
            self.ask("POST", "/swarm/init", body={"ListenAddr": "0.0.0.0:2377"})
            return
        actions, weights = zip(*self.actions, strict=True)
        self.random.choices(actions, weights)[0]()

    def run_down(self) -> None:
        for _ in range(200):
            if not self.engine.turn():
                return

    def ask(self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> None:
        """A request, driven until it is answered or a second has passed on the clock."""
        self.run_down()
        before, idle = self.engine.world, not self.engine.busy
        headers = {"content-type": "application/json"} if body is not None else {}
        data = json.dumps(body).encode() if body is not None else b""
        exchange = self.engine.submit(
            Request(method=method, target=make_target(path, query), headers=headers, body=data)
        )
        self.exchanges.append(exchange)
        end_ns = self.engine.now_ns + 2 * 10**9
        self.run_down()
        while (
            not exchange.ended
            and (move := self.engine.next_move(driver_waits=True)).kind == "jump"
            and move.at_ns <= end_ns
        ):
            self.engine.jump()
            self.run_down()
        reply = exchange.reply
        if reply is not None and reply.status >= 400:
            assert b"fakedocker failed" not in (reply.body or b""), reply.body
            assert not idle or path.endswith(("/start", "/restart")) or self.engine.world is before, f"{method} {path}"

    def leave(self) -> None:
        self.ask("POST", "/swarm/leave", {"force": 1})

    def create_service(self) -> None:
        mode = self.one_of(MODES)
        container: dict[str, Any] = {
            "Image": self.one_of(["alpine", "alpine", "busybox", "nosuch"]), "Command": self.one_of(COMMANDS), "StopGracePeriod": 10**9,
        }  # fmt: skip
        if self.random.random() < 0.2:
            container["Healthcheck"] = {
                "Test": ["CMD", self.one_of(["true", "false"])],
                "Interval": 10**9,
                "Retries": 2,
            }
        stored = sorted(self.engine.world.secrets.values(), key=lambda record: record.id)
        if stored:
            file = {"Name": "given", "UID": "0", "GID": "0", "Mode": 292}
            container["Secrets"] = [{"SecretID": stored[0].id, "SecretName": stored[0].spec.name, "File": file}]
        network = self.one_of(["", "", "", "over", "under", "host", "bridge"])
        template = {
            "ContainerSpec": container, "RestartPolicy": self.one_of(POLICIES), "Placement": self.one_of(PLACEMENTS),
            "Networks": [{"Target": network}] if network else [],
        }  # fmt: skip
        spec = {
            "Name": self.one_of(SERVICES),
            "TaskTemplate": template,
            "Mode": mode,
            "EndpointSpec": self.one_of(ENDPOINTS),
        }
        if "Job" not in "".join(mode):
            spec |= {"UpdateConfig": self.one_of(UPDATES), "RollbackConfig": self.one_of(UPDATES)}
        self.ask("POST", "/services/create", body=spec)

    def change_service(self) -> None:
        self.run_down()
        services = sorted(self.engine.world.services.values(), key=lambda service: service.number)
        if not services:
            return
        found = self.one_of(services)
        spec = plain(found.spec)
        spec["TaskTemplate"]["ContainerSpec"]["Image"] = self.one_of(["alpine", "busybox", "nosuch"])
        spec["TaskTemplate"]["ForceUpdate"] += self.one_of([0, 1])
        spec["EndpointSpec"] = self.one_of([spec.get("EndpointSpec"), *ENDPOINTS])
        if "Replicated" in spec["Mode"]:
            spec["Mode"]["Replicated"]["Replicas"] = self.random.randrange(5)
        query = {"version": found.version, "rollback": self.one_of(["", "", "", "previous"])}
        self.ask("POST", f"/services/{found.id}/update", query, spec)

    def remove_service(self) -> None:
        self.ask("DELETE", f"/services/{self.one_of(SERVICES)}")

    def read_logs(self) -> None:
        self.ask(
            "GET", f"/services/{self.one_of(SERVICES)}/logs", {"stdout": 1, "stderr": 1, "follow": self.one_of([0, 1])}
        )

    def store(self) -> None:
        kind, name = self.one_of(["secrets", "configs"]), self.one_of(STORED)
        if self.random.random() < 0.7:
            self.ask("POST", f"/{kind}/create", body={"Name": name, "Data": "eA=="})
        else:
            self.ask("DELETE", f"/{kind}/{name}")

    def connect(self) -> None:
        name = self.one_of(NETWORKS)
        if self.random.random() < 0.6:
            wishes = {"Attachable": self.one_of([True, False]), "Ingress": name == "ingress"}
            self.ask("POST", "/networks/create", body={"Name": name, "Driver": "overlay", **wishes})
        else:
            self.ask("DELETE", f"/networks/{name}")

    def change_node(self) -> None:
        self.run_down()
        swarm = self.engine.world.swarm
        assert swarm is not None
        body = {
            "Role": "manager",
            "Availability": self.one_of(["active", "active", "pause", "drain"]),
            "Labels": self.one_of([{}, {"a": "b"}]),
        }
        self.ask("POST", f"/nodes/{swarm.node.id}/update", {"version": swarm.node.version}, body)

    def meddle(self) -> None:
        """Do something to a task's container behind the swarm's back."""
        self.run_down()
        world = self.engine.world
        tasks = sorted(world.service_tasks.values(), key=lambda task: task.number)
        found = [task.container_id for task in tasks if task.container_id in world.containers]
        if not found:
            return
        container, verb = (
            self.one_of(found),
            self.one_of(["stop", "kill", "pause", "unpause", "restart", "start", "remove", "disconnect"]),
        )
        if verb == "remove":
            self.ask("DELETE", f"/containers/{container}", {"force": 1})
        elif verb == "disconnect":
            self.ask(
                "POST", f"/networks/{self.one_of(NETWORKS)}/disconnect", body={"Container": container, "Force": True}
            )
        else:
            self.ask("POST", f"/containers/{container}/{verb}", {"t": 1})

    def visit(self) -> None:
        """A container of nobody's, in a network of the swarm."""
        host = {"NetworkMode": self.one_of(["over", "under", "bridge"]), "AutoRemove": True}
        name = self.one_of(["guest", "visitor"])
        self.ask(
            "POST", "/containers/create", {"name": name}, {"Image": "alpine", "Cmd": ["sleep", "5"], "HostConfig": host}
        )
        self.ask("POST", f"/containers/{name}/start")

    def prune(self) -> None:
        self.ask("POST", f"/{self.one_of(['containers', 'networks', 'volumes'])}/prune")

    def look(self) -> None:
        self.ask("GET", self.one_of(PATHS))

    def save(self) -> None:
        self.run_down()
        self.saved.append(self.engine.snapshot())

    def undo(self) -> None:
        if self.saved:
            self.engine.restore(self.saved.pop())

    def restart_daemon(self) -> None:
        self.run_down()
        self.engine.inject("daemon restart")
        self.engine.advance(self.engine.now_ns + 12 * 10**9)
        self.run_down()

    def wait(self) -> None:
        milliseconds = self.one_of([1, 50, 300, 1000, 3000, 10_000])
        self.engine.advance(self.engine.now_ns + milliseconds * 10**6)
        self.run_down()


def everything(exchange: Exchange) -> tuple[int, bytes]:
    """The status and every byte of an answer so far."""
    parts = [(exchange.reply.body or b"") if exchange.reply is not None else b""]
    while data := exchange.take():
        parts.append(data)
    return (exchange.reply.status if exchange.reply is not None else 0), b"".join(parts)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_anything_may_be_asked_of_a_swarm(seed: int) -> None:
    run = Run(seed)
    run.run_down()
    for _ in range(STEPS):
        run.step()
        check(run.engine.world)
        assert not run.engine.draft.faults, run.engine.draft.faults[0]
    run.run_down()
    again = create_engine(world=start_world())
    answers = replay(again, run.engine.journal)
    for exchange in run.exchanges:
        assert everything(answers[exchange.number]) == everything(exchange), exchange.request
    assert again.now_ns == run.engine.now_ns
