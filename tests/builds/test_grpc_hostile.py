"""What clients of `/grpc` and `/session` must not be able to do: the world stays as it is, and the engine goes on."""

from __future__ import annotations

import random

import pytest

from fakedocker.api.control import SolveCall
from fakedocker.api.http2 import Peer
from fakedocker.assembly import create_engine
from fakedocker.engine.inflight import Exchange
from fakedocker.engine.journal import Entry
from fakedocker.wire import control
from fakedocker.wire.filesync import DATA, DIRECTORY, ERROR, STAT, SYMLINK, Packet, Stat
from fakedocker.wire.http import Request
from fakedocker.world.check import check
from fakedocker.world.solves import SolveTask
from helpers.grpc_world import CONTROL, GATEWAY, Client, Rpc, World

UNKNOWN, NOT_SIMULATED, INTERNAL, EXHAUSTED = 2, 12, 13, 8


@pytest.fixture
def world() -> World:
    return World()


def begun(world: World, client: Client, reference: str = "b") -> Rpc:
    """A build without a gateway, over the session of a client."""
    output = control.Exporter(kind="moby")
    request = control.SolveRequest(
        reference=reference, session="session1", frontend="dockerfile.v0", exporters=(output,)
    )
    return world.caller.call(f"{CONTROL}Solve", request)


# calls


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/moby.buildkit.v1.Control/Nothing", "unknown method Nothing for service moby.buildkit.v1.Control"),
        (
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            "unknown service opentelemetry.proto.collector.trace.v1.TraceService",
        ),
        ("nonsense", 'malformed method name: "nonsense"'),
    ],
)
def test_methods_that_nobody_has(world: World, path: str, message: str) -> None:
    world.settle()
    before = world.engine.world
    rpc = world.ask(path, control.Empty())
    assert (rpc.code, rpc.message) == (NOT_SIMULATED, message)
    assert world.engine.world is before


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", INTERNAL),
        (b"\0\0\0\0", INTERNAL),
        (b"\0\0\0\0\7abc", INTERNAL),
        (b"\1\0\0\0\1a", INTERNAL),
        (b"\0\x7f\0\0\0", EXHAUSTED),
        (b"\0\0\0\0\2\x0a\x7f", UNKNOWN),
        (b"\0\0\0\0\1\x0f", UNKNOWN),
        (b"\0\0\0\0\3\x0a\1\xff", UNKNOWN),
    ],
)
def test_messages_that_are_none(world: World, data: bytes, code: int) -> None:
    world.settle()
    rpc = world.caller.raw(f"{CONTROL}Solve", data)
    world.run(lambda: rpc.ended)
    assert rpc.code == code
    assert not world.engine.world.tasks
    assert world.ask(f"{CONTROL}Info", control.Empty()).code == 0


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (control.SolveRequest(), "job ID  exists"),
        (control.SolveRequest(reference="b", frontend="gateway.v0"), "unknown frontend: gateway.v0"),
        (control.SolveRequest(reference="b", definition=control.Definition(operations=(b"x",))), "building a graph of operations is not simulated by fakedocker"),
        (control.SolveRequest(reference="b", exporters=(control.Exporter(kind="none"),)), 'exporter "none" could not be found'),
        (control.SolveRequest(reference="b", frontend="dockerfile.v0", attributes={"nonsense": "1"}), "the build option nonsense is not simulated by fakedocker"),
        (control.SolveRequest(reference="b", frontend="dockerfile.v0", attributes={"context": "git@example.com:x.git"}), "the build context git@example.com:x.git is not simulated by fakedocker"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_and_changes_nothing(
    world: World, request_: control.SolveRequest, message: str
) -> None:
    rpc = world.ask(f"{CONTROL}Solve", request_)
    assert rpc.message == message
    assert not world.engine.world.tasks


def test_a_gateway_call_for_a_build_that_nobody_has_begun(world: World) -> None:
    nameless = world.ask(f"{GATEWAY}Ping", control.Empty())
    assert nameless.message == "no buildid found in context"
    rpc = world.caller.call(f"{GATEWAY}Ping", control.Empty(), **{"buildkit-controlapi-buildid": "none"})
    world.settle()
    assert not rpc.ended
    world.engine.advance(world.engine.now_ns + 3_000_000_000)
    world.settle()
    assert rpc.message == "no such job none"


def test_a_dockerfile_of_any_bytes(world: World) -> None:
    built = world.build("")
    assert built.error == "the Dockerfile cannot be empty"
    client = world.session({"dockerfile": {"Dockerfile": b"\x1f\x8b\x08\xff\n"}, "context": {}})
    request = control.SolveRequest(reference="b", session=f"session{world.builds}", frontend="dockerfile.v0")
    rpc = world.ask(f"{CONTROL}Solve", request)
    assert client.requested == ["Dockerfile"]
    assert rpc.message.startswith("dockerfile parse error on line 1: unknown instruction: ")
    odd = world.session(
        {
            "dockerfile": {"Dockerfile": b"FROM alpine\nCOPY . /c/\nRUN echo caf\xe9; ls /c\nLABEL a=\xe9\n"},
            "context": {"caf\udce9": b"1"},
        }
    )
    request = control.SolveRequest(
        reference="odd",
        session=f"session{world.builds}",
        frontend="dockerfile.v0",
        exporters=(control.Exporter(kind="moby"),),
    )
    assert world.ask(f"{CONTROL}Solve", request).code == 0
    assert odd.requested == ["Dockerfile", "caf\udce9"]
    assert not world.engine.draft.faults


def test_an_error_of_ours_in_a_stream_ends_that_stream_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\n"}, "context": {}})
    rpc = begun(world, client)
    monkeypatch.setattr(SolveCall, "pump", lambda *_: 1 / 0)
    world.run(lambda: rpc.ended)
    assert (rpc.code, rpc.message) == (14, "connection reset by peer")
    assert "ZeroDivisionError" in world.engine.draft.faults[0]
    assert world.ask(f"{CONTROL}Info", control.Empty()).code == 0


def test_rules_of_faults_strike_builds(world: World) -> None:
    output = control.Exporter(kind="moby", attributes={"name": "docker.io/library/made"})
    request = control.SolveRequest(reference="b", session="none", exporters=(output,))
    world.engine.inject('build on made error 500 "no space" once')
    failed = world.ask(f"{CONTROL}Solve", request)
    assert (failed.code, failed.message) == (UNKNOWN, "no space")
    world.engine.inject("build reset once")
    lost = world.ask(f"{CONTROL}Solve", request)
    assert (lost.code, lost.message) == (14, "connection reset by peer")
    other = world.caller.call(f"{CONTROL}Solve", request)
    world.settle()
    assert not other.ended


# connections


def test_an_upgrade_to_something_else_is_refused(world: World) -> None:
    for target, status in (("/grpc", 500), ("/session", 400)):
        headers = {"connection": "Upgrade", "upgrade": "tcp", "x-docker-expose-session-uuid": "x"}
        reply = world.engine.perform(Request(method="POST", target=target, headers=headers)).reply
        assert reply is not None and reply.status == status and b"protocol tcp not supported" in (reply.body or b"")


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 64, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\1\0\0\0\0\0\0x"]
)
def test_bytes_that_are_no_http2_end_the_connection(world: World, data: bytes) -> None:
    exchange = world.engine.submit(
        Request(method="POST", target="/grpc", headers={"connection": "Upgrade", "upgrade": "h2c"})
    )
    world.settle()
    world.engine.feed(exchange, data)
    world.settle()
    assert exchange.ended
    assert world.ask(f"{CONTROL}Info", control.Empty()).code == 0


def test_every_single_byte_changed_harms_nobody() -> None:
    """Of a whole conversation's bytes; whatever the other side makes of it, it raises nothing."""
    client = Peer(is_client=True)
    call = client.open(f"{CONTROL}Info", [("a", "b")])
    client.send(call, b"\0\0\0\0\3abc")
    client.half_close(call)
    data = client.take()
    for index in range(len(data)):
        broken = bytearray(data)
        broken[index] ^= 0xFF
        server = Peer(is_client=False)
        server.receive(bytes(broken))
        server.take()


def test_conversations_that_are_disturbed_harm_nobody() -> None:
    """A byte changed, left out, put in, the rest lost or said twice, anywhere in a build's conversation."""
    recorded = World(check=False)
    dockerfile = "FROM alpine\nCOPY a /\nRUN --mount=type=secret,id=t cat /a /run/secrets/t\n"
    recorded.build(dockerfile, {"a": b"x" * 3000}, secrets={"t": b"1"})
    entries = recorded.engine.journal
    places = [index for index, entry in enumerate(entries) if entry.kind == "data" and entry.payload]
    for seed in range(150):
        chance = random.Random(seed)
        place, kind = chance.choice(places), chance.randrange(5)
        data = bytearray(entries[place].payload)
        at = chance.randrange(len(data))
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + chance.randrange(1, 9)]
        elif kind == 2:
            data[at:at] = chance.randbytes(8)
        elif kind == 3:
            del data[at:]
        else:
            data = data * 2
        play(entries, place, bytes(data))


def play(entries: list[Entry], place: int, data: bytes) -> None:
    """Play a conversation with other bytes in a place; nothing of it is left when its clients have gone."""
    engine = create_engine(9)
    exchanges: dict[int, Exchange] = {}
    for index, entry in enumerate(entries):
        if entry.kind == "request":
            exchanges[entry.exchange] = engine.submit(entry.payload)
        elif entry.kind == "data":
            engine.feed(exchanges[entry.exchange], data if index == place else entry.payload)
        elif entry.kind == "jump" and engine.next_move().kind == "jump":
            engine.jump()
        engine.drive(lambda: not engine.busy)
    for exchange in exchanges.values():
        engine.disconnect(exchange)
    engine.drive(lambda: not engine.busy)
    assert not engine.draft.faults, engine.draft.faults[0]
    assert not engine.world.tasks
    check(engine.world)


def test_a_client_that_vanishes_takes_its_build_along(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN sleep 1000\n"}, "context": {}})
    begun(world, client)
    world.run(
        lambda: any(
            isinstance(task, SolveTask) and any(state.sandbox for state in task.states)
            for task in world.engine.world.tasks.values()
        )
    )
    world.caller.leave()
    world.settle()
    assert not world.engine.world.tasks
    assert not [name for name in world.engine.world.kernel.filesystems if name.startswith("sandbox")]


def test_a_build_that_is_given_up_ends(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN sleep 1000\n"}, "context": {}})
    rpc = begun(world, client)
    world.settle()
    world.caller.h2.reset_stream(rpc.number, 8)
    world.settle()
    assert not world.engine.world.tasks
    assert world.ask(f"{CONTROL}Info", control.Empty()).code == 0


def test_a_session_that_vanishes_fails_the_build(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\n"}, "context": {}})
    client.silent = True
    rpc = begun(world, client)
    world.settle()
    client.leave()
    world.run(lambda: rpc.ended)
    assert (
        rpc.message == "failed to read dockerfile: rpc error: code = Unavailable desc = error reading from server: EOF"
    )


def test_a_session_that_never_comes(world: World) -> None:
    request = control.SolveRequest(reference="b", session="none", frontend="dockerfile.v0")
    rpc = world.caller.call(f"{CONTROL}Solve", request)
    world.settle()
    assert not rpc.ended
    world.engine.advance(world.engine.now_ns + 5_000_000_000)
    world.settle()
    assert "no active session for none: context deadline exceeded" in rpc.message


def test_a_session_that_never_comes_to_an_ordinary_build(world: World) -> None:
    target = "/build?version=2&remote=client-session&session=none"
    exchange = world.engine.submit(Request(method="POST", target=target))
    world.settle()
    assert not exchange.ended
    world.engine.advance(world.engine.now_ns + 5_000_000_000)
    world.settle()
    assert exchange.ended and b"no active session for none: context deadline exceeded" in exchange.take()


def test_a_session_comes_late(world: World) -> None:
    rpc = begun(world, None)  # type: ignore[arg-type]
    world.settle()
    world.session({"dockerfile": {"Dockerfile": b"FROM alpine\n"}, "context": {}})
    world.run(lambda: rpc.ended)
    assert rpc.code == 0


def test_a_session_has_its_name_alone(world: World) -> None:
    world.session({})
    world.settle()
    headers = {"connection": "Upgrade", "upgrade": "h2c", "x-docker-expose-session-uuid": "session1"}
    reply = world.engine.perform(Request(method="POST", target="/session", headers=headers)).reply
    assert reply is not None and b"session session1 already exists" in (reply.body or b"")


# files


def stat(path: str, mode: int = 0o644, **fields: object) -> Packet:
    return Packet(kind=STAT, stat=Stat(path=path, mode=mode, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("packets", "message"),
    [
        ([stat("../Dockerfile")], "escape check ../Dockerfile: invalid argument"),
        ([stat("..")], "escape check ..: invalid argument"),
        ([stat("/Dockerfile")], "absolute path /Dockerfile: invalid argument"),
        ([stat("a/../b")], "unclean path a/../b: invalid argument"),
        ([stat("")], "unclean path : invalid argument"),
        ([stat("b"), stat("a")], 'changes out of order: "a" "b"'),
        ([stat("a"), stat("a")], 'changes out of order: "a" "a"'),
        ([stat("a"), stat("a/b")], 'changes out of order: "a/b" "a"'),
        ([stat("a", link="nothing")], 'invalid link a to unknown path: "nothing"'),
        ([Packet(kind=DATA, id=7, data=b"x")], "invalid file request 7"),
        ([Packet(kind=99)], "unexpected packet 99"),
        ([Packet(kind=STAT), stat("late")], "too many files: late"),
        ([Packet(kind=ERROR, data=b"no such directory")], "error from sender: no such directory"),
    ],
)
def test_a_transfer_that_makes_no_sense_fails_the_build(world: World, packets: list[Packet], message: str) -> None:
    client = world.session({"dockerfile": {}, "context": {}})
    client.packets = packets
    rpc = begun(world, client)
    world.run(lambda: rpc.ended)
    assert rpc.message == f"failed to read dockerfile: {message}"
    assert not world.engine.world.tasks


def test_a_size_that_is_a_lie_means_nothing(world: World) -> None:
    client = world.session({"dockerfile": {}, "context": {}})
    text = b"FROM alpine\nRUN echo in\n"
    client.packets = [
        stat("Dockerfile", size_bytes=1 << 60), Packet(kind=STAT), Packet(kind=DATA, id=0, data=text), Packet(kind=DATA, id=0), Packet(kind=3),
    ]  # fmt: skip
    rpc = begun(world, client)
    world.run(lambda: len(client.asked) == 2)
    task = next(task for task in world.engine.world.tasks.values() if isinstance(task, SolveTask))
    assert task.text == text
    assert not rpc.ended


def test_what_clients_send_at_once_is_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakedocker.api.filesync.LIMIT_BYTES", 1000)
    built = world.build("FROM alpine\nCOPY . /\n", {"a": b"x" * 900, "b": b"x" * 900})
    assert "clients are sending more than 1000 bytes at once" in built.error
    assert world.build("FROM alpine\nCOPY . /\n", {"a": b"x" * 900}).error == ""


def test_links_out_of_the_context_lead_nowhere(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nCOPY a /\n"}, "context": {}})
    rpc = begun(world, client)
    client.lies_about = "context"
    client.packets = [
        stat("a", SYMLINK | 0o777, link="../../etc/passwd"),
        stat("d", DIRECTORY | 0o755),
        Packet(kind=STAT),
        Packet(kind=3),
    ]
    world.run(lambda: rpc.ended)
    assert "not found" in rpc.message
