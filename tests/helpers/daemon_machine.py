"""Random requests against the whole engine, as a state machine of hypothesis; property/ runs it, and a variant with faults."""

from __future__ import annotations

import functools
import json
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fakedocker.assembly import create_engine
from fakedocker.durability import snapshot
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.engine.replay import replay
from fakedocker.wire.http import Request, make_target
from fakedocker.world.check import check
from fakedocker.world.world import World

NAMES = st.sampled_from(["web", "db", "job", "api"])
IMAGES = st.sampled_from(["alpine", "busybox", "mine", "mine:two", "nosuch", "BAD"])
NETWORKS = st.sampled_from(["net1", "net2", "bridge", "host", "nosuch"])
VOLUMES = st.sampled_from(["data", "logs", "x y"])
COMMANDS = st.sampled_from(
    [
        ["true"],
        ["false"],
        ["sleep", "5"],
        ["sleep", "1000"],
        ["nosuch"],
        ["sh", "-c", "echo out; echo err >&2; exit 3"],
        ["sh", "-c", "trap 'echo bye; exit 0' TERM; while true; do sleep 0.1; done"],
        ["sh", "-c", "echo x > /data/f; sleep 2"],
        ["sh", "-c", "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"],
        ["sh", "-c", "sleep 3 & echo $$ > /f; wait"],
        ["cat"],
    ]
)
RESTARTS = st.sampled_from(["no", "always", "on-failure", "unless-stopped"])
PORTS = st.sampled_from(["", "8080", "8081", "8080-8082"])
SIGNALS = st.sampled_from(["KILL", "TERM", "HUP", "SIGSTOP", "CONT", "USR1", "WAT"])
DEPTH = 2
"""How many forks of forks there are at once."""
KEEPS_FAILURES = ("/start", "/restart")


@functools.cache
def start_world(profile: str, storage: str) -> World:
    """A world with two images, pulled once for all examples."""
    engine = create_engine(seed=11, profile=profile, storage=storage)
    for image in ("alpine", "busybox"):
        engine.perform(Request(method="POST", target=f"/images/create?fromImage={image}&tag=latest"))
    return engine.world


def everything(exchange: Exchange) -> tuple[int, bytes]:
    """The status and every byte of an answer so far."""
    if exchange.reply is None:
        return (0, b"")
    body = exchange.reply.body or b""
    parts = [body]
    while data := exchange.take():
        parts.append(data)
    return exchange.reply.status, b"".join(parts)


class Left(NamedTuple):
    """An engine that was left for a fork of it, and its world as bytes."""

    engine: Engine
    exchanges: dict[int, Exchange]
    saved: list[World]
    world: World
    stored: bytes


class Daemon(RuleBasedStateMachine):
    """One engine, and forks of it: every rule acts on the one that was entered last."""

    profile, storage = "28", "overlay2"

    def __init__(self) -> None:
        super().__init__()
        self.left: list[Left] = []
        self.begin(create_engine(world=start_world(self.profile, self.storage)))

    def begin(self, engine: Engine) -> None:
        self.engine = engine
        self.exchanges: dict[int, Exchange] = {}
        self.saved: list[World] = []

    @initialize()
    def settle(self) -> None:
        self.run_down()

    def run_down(self) -> None:
        for _ in range(200):
            if not self.engine.turn():
                return

    def ask(self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> Exchange:
        """A request, driven until it is answered or a second has passed on the clock."""
        self.run_down()
        before, idle = self.engine.world, not self.engine.busy
        headers = {"content-type": "application/json"} if body is not None else {}
        data = json.dumps(body).encode() if body is not None else b""
        request = Request(method=method, target=make_target(path, query), headers=headers, body=data)
        exchange = self.engine.submit(request)
        number = exchange.number
        self.exchanges[number] = exchange
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
        if reply is not None and reply.status >= 400 and idle and not path.endswith(KEEPS_FAILURES):
            assert self.engine.world is before, f"{method} {path} was refused and changed the world"
        assert (
            reply is None
            or reply.status != 500
            or b"not paused" in (reply.body or b"")
            or b"driver failed" in (reply.body or b"")
        ), reply
        return exchange

    @rule(
        name=NAMES,
        image=IMAGES,
        command=COMMANDS,
        restart=RESTARTS,
        port=PORTS,
        volume=VOLUMES,
        remove=st.booleans(),
        network=NETWORKS,
    )
    def create(
        self,
        name: str,
        image: str,
        command: list[str],
        restart: str,
        port: str,
        volume: str,
        remove: bool,
        network: str,
    ) -> None:
        host = {
            "RestartPolicy": {"Name": restart},
            "AutoRemove": remove,
            "PortBindings": {"80/tcp": [{"HostPort": port}]} if port else {},
            "Binds": [f"{volume}:/data"],
            "NetworkMode": network,
        }
        body = {"Image": image, "Cmd": command, "HostConfig": host, "OpenStdin": True}
        self.ask("POST", "/containers/create", {"name": name}, body)

    @rule(name=NAMES, image=IMAGES, command=COMMANDS)
    def run(self, name: str, image: str, command: list[str]) -> None:
        self.ask(
            "POST", "/containers/create", {"name": name}, {"Image": image, "Cmd": command, "Volumes": {"/data": {}}}
        )
        self.ask("POST", f"/containers/{name}/start")

    @rule(name=NAMES, verb=st.sampled_from(["start", "pause", "unpause"]))
    def simple(self, name: str, verb: str) -> None:
        self.ask("POST", f"/containers/{name}/{verb}")

    @rule(name=NAMES, verb=st.sampled_from(["stop", "restart"]), seconds=st.sampled_from([0, 1]))
    def stop(self, name: str, verb: str, seconds: int) -> None:
        self.ask("POST", f"/containers/{name}/{verb}", {"t": seconds})

    @rule(name=NAMES, signal=SIGNALS)
    def kill(self, name: str, signal: str) -> None:
        self.ask("POST", f"/containers/{name}/kill", {"signal": signal})

    @rule(name=NAMES, force=st.booleans(), volumes=st.booleans())
    def remove(self, name: str, force: bool, volumes: bool) -> None:
        self.ask("DELETE", f"/containers/{name}", {"force": force, "v": volumes})

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        self.ask("POST", f"/containers/{name}/rename", {"name": other})

    @rule(name=NAMES, restart=RESTARTS, memory=st.sampled_from([0, 1, 64 << 20]))
    def update(self, name: str, restart: str, memory: int) -> None:
        self.ask("POST", f"/containers/{name}/update", None, {"RestartPolicy": {"Name": restart}, "Memory": memory})

    @rule(name=NAMES, command=COMMANDS)
    def execute(self, name: str, command: list[str]) -> None:
        exchange = self.ask(
            "POST", f"/containers/{name}/exec", None, {"Cmd": command, "AttachStdout": True, "AttachStdin": True}
        )
        if exchange.reply is not None and exchange.reply.status == 201:
            identifier = json.loads(exchange.reply.body or b"")["Id"]
            self.ask("POST", f"/exec/{identifier}/start", None, {"Detach": False})

    @rule(name=NAMES, number=st.integers(0, 3))
    def attach_and_leave(self, name: str, number: int) -> None:
        exchange = self.ask("POST", f"/containers/{name}/attach", {"stream": 1, "stdin": 1, "stdout": 1, "stderr": 1})
        self.engine.feed(exchange, b"typed\n" * number)
        self.engine.half_close(exchange)
        self.engine.disconnect(exchange)
        self.run_down()

    @rule(name=NAMES, new_name=IMAGES)
    def commit(self, name: str, new_name: str) -> None:
        repository, _, tag = new_name.partition(":")
        self.ask("POST", "/commit", {"container": name, "repo": repository, "tag": tag}, {})

    @rule(image=IMAGES, new_name=IMAGES)
    def tag(self, image: str, new_name: str) -> None:
        repository, _, tag = new_name.partition(":")
        self.ask("POST", f"/images/{image}/tag", {"repo": repository, "tag": tag})

    @rule(image=IMAGES, force=st.booleans())
    def remove_image(self, image: str, force: bool) -> None:
        self.ask("DELETE", f"/images/{image}", {"force": force})

    @rule(image=IMAGES, architecture=st.sampled_from(["amd64", "arm64", "s390x"]))
    def pull_platform(self, image: str, architecture: str) -> None:
        self.ask("POST", "/images/create", {"fromImage": image, "tag": "latest", "platform": f"linux/{architecture}"})

    @rule(image=IMAGES, architecture=st.sampled_from(["amd64", "arm64"]))
    def remove_platform(self, image: str, architecture: str) -> None:
        platform = json.dumps({"os": "linux", "architecture": architecture})
        self.ask("DELETE", f"/images/{image}", {"force": True, "platforms": platform})

    @rule(image=st.sampled_from(["alpine", "busybox", "nosuch"]))
    def pull(self, image: str) -> None:
        self.ask("POST", "/images/create", {"fromImage": image, "tag": "latest"})

    @rule(name=NETWORKS)
    def create_network(self, name: str) -> None:
        self.ask("POST", "/networks/create", None, {"Name": name})

    @rule(name=NETWORKS)
    def remove_network(self, name: str) -> None:
        self.ask("DELETE", f"/networks/{name}")

    @rule(network=NETWORKS, name=NAMES, verb=st.sampled_from(["connect", "disconnect"]))
    def connect(self, network: str, name: str, verb: str) -> None:
        self.ask("POST", f"/networks/{network}/{verb}", None, {"Container": name})

    @rule(name=VOLUMES)
    def create_volume(self, name: str) -> None:
        self.ask("POST", "/volumes/create", None, {"Name": name})

    @rule(name=VOLUMES, force=st.booleans())
    def remove_volume(self, name: str, force: bool) -> None:
        self.ask("DELETE", f"/volumes/{name}", {"force": force})

    @rule(kind=st.sampled_from(["containers", "images", "networks", "volumes"]), everything=st.booleans())
    def prune(self, kind: str, everything: bool) -> None:
        filters = {"images": {"dangling": ["false"]}, "volumes": {"all": ["true"]}}.get(kind, {}) if everything else {}
        self.ask("POST", f"/{kind}/prune", {"filters": json.dumps(filters)})

    @rule(path=st.sampled_from(["/containers/json?all=1&size=1", "/images/json?all=1", "/networks", "/volumes", "/system/df", "/info", "/containers/web/json",
                                "/containers/web/logs?stdout=1&stderr=1", "/containers/db/changes", "/containers/job/top", "/containers/api/stats?stream=0"]))  # fmt: skip
    def read(self, path: str) -> None:
        self.ask("GET", path)

    @rule(milliseconds=st.sampled_from([1, 150, 1000, 20_000]))
    def time_passes(self, milliseconds: int) -> None:
        self.engine.advance(self.engine.now_ns + milliseconds * 10**6)
        self.run_down()

    @rule()
    def save(self) -> None:
        self.run_down()
        self.saved.append(self.engine.snapshot())

    @precondition(lambda self: self.saved)
    @rule()
    def undo(self) -> None:
        world = self.saved.pop()
        self.engine.restore(world)
        assert self.engine.world is world

    @precondition(lambda self: len(self.left) < DEPTH)
    @rule(stored=st.booleans())
    def enter_fork(self, stored: bool) -> None:
        """From here on a fork is asked, or an engine that goes on from the bytes of the world."""
        self.run_down()
        world = self.engine.snapshot()
        data = snapshot.encode(world)
        self.left.append(Left(self.engine, self.exchanges, self.saved, world, data))
        self.begin(create_engine(world=snapshot.decode(data)) if stored else self.engine.fork())

    @precondition(lambda self: self.left)
    @rule()
    def leave_fork(self) -> None:
        """Whatever was done to a fork, the engine that it came from has the very same world, byte for byte."""
        self.play_again()
        before = self.left.pop()
        self.engine, self.exchanges, self.saved = before.engine, before.exchanges, before.saved
        assert self.engine.snapshot() is before.world
        assert snapshot.encode(before.world) == before.stored

    @invariant()
    def holds(self) -> None:
        check(self.engine.world)
        assert not self.engine.draft.faults, self.engine.draft.faults[0]

    def teardown(self) -> None:
        while self.left:
            self.leave_fork()
        self.play_again()

    def play_again(self) -> None:
        """The inputs of the engine, played again, give the same bytes."""
        self.run_down()
        again = create_engine(world=self.engine.base)
        answers = replay(again, self.engine.journal)
        for number, exchange in self.exchanges.items():
            assert everything(answers[number]) == everything(exchange), (
                f"exchange {number} {exchange.request} differs when played again"
            )
        assert again.now_ns == self.engine.now_ns
