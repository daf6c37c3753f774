"""A client of BuildKit's as bytes, on an engine in process: an HTTP/2 peer for `/grpc`, and one that serves a session.

Both are made of h2 alone, so that what the engine says over HTTP/2 is held against another reader than its own.
"""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from typing import TypeVar

import pytest

pytest.importorskip("h2")

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, ResponseReceived, StreamEnded, StreamReset, TrailersReceived
from h2.exceptions import H2Error

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.wire import control, protobuf
from fakedocker.wire.buildkit import SolveStatus
from fakedocker.wire.filesync import DATA, DIRECTORY, FINISH, REQUEST, STAT, Bytes, Named, Packet, Stat
from fakedocker.wire.http import Request

M = TypeVar("M", bound=protobuf.Message)
CONTROL, GATEWAY = "/moby.buildkit.v1.Control/", "/moby.buildkit.v1.frontend.LLBBridge/"


class Wire:
    """One side of an HTTP/2 connection on an exchange with the engine."""

    def __init__(self, engine: Engine, target: str, is_client: bool, headers: Mapping[str, str] = {}) -> None:
        self.engine = engine
        upgrade = {"connection": "Upgrade", "upgrade": "h2c", **headers}
        self.exchange: Exchange = engine.submit(Request(method="POST", target=target, headers=upgrade))
        config = H2Configuration(client_side=is_client, header_encoding="utf-8", validate_inbound_headers=False)
        self.h2 = H2Connection(config)
        self.h2.initiate_connection()
        self.gone = False

    def pump(self) -> bool:
        """Bring bytes to and fro; whether there were any."""
        data = self.h2.data_to_send()
        self.engine.feed(self.exchange, data)
        came = self.exchange.take()
        if came and not self.gone:
            for event in self.h2.receive_data(came):
                self.happened(event)
        return bool(data or came)

    def happened(self, event: object) -> None:
        if isinstance(event, DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)

    def leave(self) -> None:
        """The connection breaks."""
        self.gone = True
        self.engine.disconnect(self.exchange)


class Rpc:
    """A call that was made."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.data = b""
        self.headers: dict[str, str] = {}
        self.ended = False

    @property
    def code(self) -> int:
        assert self.ended
        return int(self.headers["grpc-status"])

    @property
    def message(self) -> str:
        from urllib.parse import unquote

        return unquote(self.headers.get("grpc-message", ""))

    def messages(self, kind: type[M]) -> list[M]:
        found, data = [], self.data
        while len(data) >= 5:
            size = int.from_bytes(data[1:5], "big")
            found.append(protobuf.decode(kind, data[5 : 5 + size]))
            data = data[5 + size :]
        return found


class Caller(Wire):
    """A client that makes calls."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, "/grpc", True)
        self.rpcs: dict[int, Rpc] = {}

    def call(self, path: str, message: protobuf.Message | bytes, **metadata: str) -> Rpc:
        data = message if isinstance(message, bytes) else protobuf.encode(message)
        return self.raw(path, b"\0" + len(data).to_bytes(4, "big") + data, **metadata)

    def raw(self, path: str, data: bytes, end: bool = True, **metadata: str) -> Rpc:
        number = self.h2.get_next_available_stream_id()
        head = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", ""),
            ("content-type", "application/grpc"),
        ]
        self.h2.send_headers(number, [*head, *((name.replace("_", "-"), value) for name, value in metadata.items())])
        for start in range(0, len(data), 16384):
            self.h2.send_data(number, data[start : start + 16384])
        if end:
            self.h2.end_stream(number)
        self.rpcs[number] = Rpc(number)
        return self.rpcs[number]

    def happened(self, event: object) -> None:
        super().happened(event)
        rpc = self.rpcs.get(getattr(event, "stream_id", 0) or 0)
        if rpc is None:
            return
        if isinstance(event, DataReceived):
            rpc.data += event.data
        elif isinstance(event, ResponseReceived | TrailersReceived):
            rpc.headers |= dict(event.headers)
        rpc.ended = rpc.ended or "grpc-status" in rpc.headers or isinstance(event, StreamReset)


class Client(Wire):
    """A client's session: its directories and its secrets; and what it was given.

    Args:
        directories: files by path, for each name.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        directories: Mapping[str, Mapping[str, bytes]],
        secrets: Mapping[str, bytes] = {},
    ) -> None:
        super().__init__(
            engine,
            "/session",
            False,
            {"x-docker-expose-session-uuid": name, "x-docker-expose-session-sharedkey": "place"},
        )
        self.directories = directories
        self.secrets = secrets
        self.asked: list[dict[str, list[str]]] = []
        self.requested: list[str] = []
        self.taken: dict[str, bytes] = {}
        self.archive = b""
        self.upload = b""
        self.agents: set[str] = set()
        self._complete = 0
        self._listed = False
        self.packets: list[Packet] | None = None
        self.lies_about = ""
        self.silent = False
        self._paths: dict[int, str] = {}
        self._buffers: dict[int, bytes] = {}
        self._stats: dict[int, list[Stat]] = {}

    def happened(self, event: object) -> None:
        super().happened(event)
        if isinstance(event, RequestReceived):
            self._begin(event.stream_id, [(str(name), str(value)) for name, value in event.headers])
        elif isinstance(event, DataReceived):
            self._buffers[event.stream_id] = self._buffers.get(event.stream_id, b"") + event.data
            for message in self._messages(event.stream_id):
                self._message(event.stream_id, message)
        elif isinstance(event, StreamEnded) and event.stream_id in self._paths:
            self.end(event.stream_id)

    def _messages(self, number: int) -> Iterator[bytes]:
        while len(data := self._buffers[number]) >= 5 and len(data) >= 5 + (size := int.from_bytes(data[1:5], "big")):
            self._buffers[number] = data[5 + size :]
            yield data[5 : 5 + size]

    def send(self, number: int, message: protobuf.Message) -> None:
        data = protobuf.encode(message)
        data = b"\0" + len(data).to_bytes(4, "big") + data
        with contextlib.suppress(H2Error):  # the engine may have given the call up
            for start in range(0, len(data), 16384):
                self.h2.send_data(number, data[start : start + 16384])

    def end(self, number: int, code: int = 0, text: str = "") -> None:
        self._paths.pop(number, None)
        with contextlib.suppress(H2Error):
            self.h2.send_headers(number, [("grpc-status", str(code)), ("grpc-message", text)], end_stream=True)

    def _begin(self, number: int, headers: list[tuple[str, str]]) -> None:
        values: dict[str, list[str]] = {}
        for name, value in headers:
            values.setdefault(name, []).append(value)
        path = self._paths[number] = values[":path"][0]
        self.h2.send_headers(number, [(":status", "200"), ("content-type", "application/grpc")])
        if path.endswith("Upload/Pull"):
            for start in range(0, len(self.upload), 1000):
                self.send(number, Bytes(data=self.upload[start : start + 1000]))
            self.end(number)
        if path.endswith("FileSync/DiffCopy"):
            self.asked.append({name: values.get(name, []) for name in ("dir-name", "followpaths", "exclude-patterns")})
            if not self.silent:
                self._list(number, values)

    def _list(self, number: int, values: dict[str, list[str]]) -> None:
        if self.packets is not None and self.lies_about in (values["dir-name"][0], ""):
            for packet in self.packets:
                self.send(number, packet)
            return
        wanted = [path.lstrip("/") for path in values.get("followpaths", [])]
        files = self.directories[values["dir-name"][0]]
        chosen = {
            name: data
            for name, data in files.items()
            if not wanted or any(fnmatch(name, one) or name.startswith(f"{one}/") for one in wanted)
        }
        folders = {posixpath.dirname(name) for name in chosen} - {""}
        self._stats[number] = [
            Stat(path=path, mode=DIRECTORY | 0o755)
            if path in folders
            else Stat(path=path, mode=0o644, size_bytes=len(chosen[path]), modified_ns=1)
            for path in sorted({*folders, *chosen}, key=lambda path: path.split("/"))
        ]
        for stat in self._stats[number]:
            self.send(number, Packet(kind=STAT, stat=stat))
        self.send(number, Packet(kind=STAT))

    def _message(self, number: int, message: bytes) -> None:
        path = self._paths.get(number, "")
        if path.endswith("FileSync/DiffCopy"):
            self._synced(number, protobuf.decode(Packet, message))
        elif path.endswith("GetSecret"):
            name = protobuf.decode(Named, message).id
            if name in self.secrets:
                self.send(number, Bytes(data=self.secrets[name]))
                self.end(number)
            else:
                self.end(number, 5, f"secret {name} not found")
        elif path.endswith("CheckAgent"):
            known = protobuf.decode(Named, message).id in self.agents
            if known:
                self.send(number, control.Empty())
            self.end(number, 0 if known else 2, "" if known else "unset ssh forward key")
        elif path.endswith("FileSend/DiffCopy"):
            self._given(number, message)

    def _synced(self, number: int, packet: Packet) -> None:
        if number not in self._stats:
            return  # what is sent there is made up
        if packet.kind == REQUEST:
            stat = self._stats[number][packet.id]
            self.requested.append(stat.path)
            data = next(files[stat.path] for files in self.directories.values() if stat.path in files)
            for start in range(0, len(data), 32 << 10):
                self.send(number, Packet(kind=DATA, id=packet.id, data=data[start : start + (32 << 10)]))
            self.send(number, Packet(kind=DATA, id=packet.id))
        elif packet.kind == FINISH:
            self.send(number, Packet(kind=FINISH))

    def _given(self, number: int, message: bytes) -> None:
        """A part of what was built: packets of files, or an archive."""
        if message[:1] == b"\x0a":  # field 1 as bytes, which no packet has
            self.archive += protobuf.decode(Bytes, message).data
            return
        packet = protobuf.decode(Packet, message)
        stats = self._stats.setdefault(number, [])
        if packet.kind == STAT and packet.stat is not None:
            stats.append(packet.stat)
            if packet.stat.is_file and not packet.stat.link:
                self.taken[packet.stat.path] = b""
                self.send(number, Packet(kind=REQUEST, id=len(stats) - 1))
        elif packet.kind == STAT:
            self._listed = True
        elif packet.kind == DATA:
            self.taken[stats[packet.id].path] += packet.data
            self._complete += 0 if packet.data else 1
        if packet.kind != FINISH and self._listed and self._complete == len(self.taken):
            self.send(number, Packet(kind=FINISH))


class World:
    """An engine with a caller, and sessions as they are opened."""

    def __init__(self, check: bool = True, storage: str = "") -> None:
        self.engine = create_engine(9, check=check, storage=storage)
        self.caller = Caller(self.engine)
        self.wires: list[Wire] = [self.caller]
        self.builds = 0

    def session(self, directories: Mapping[str, Mapping[str, bytes]], secrets: Mapping[str, bytes] = {}) -> Client:
        self.builds += 1
        client = Client(self.engine, f"session{self.builds}", directories, secrets)
        self.wires.append(client)
        return client

    def pump(self) -> list[bool]:
        """Bring everybody's bytes to and fro."""
        return [wire.pump() for wire in self.wires if not wire.gone]

    def run(self, done: Callable[[], bool]) -> None:
        """Let everybody go on until something is done."""
        for _ in range(100_000):
            moved = self.pump()
            if done():
                return
            busy = self.engine.turn()
            if busy or any(moved) or any(self.pump()):
                continue
            move = self.engine.next_move()
            assert move.kind == "jump", "nobody has anything to say"
            self.engine.jump()
        raise AssertionError("it goes on and on")

    def settle(self) -> None:
        """Let everybody say what they have to say, without letting time pass."""
        while any(self.pump()) or self.engine.turn():
            continue

    def ask(self, path: str, message: protobuf.Message | bytes, **metadata: str) -> Rpc:
        rpc = self.caller.call(path, message, **metadata)
        self.run(lambda: rpc.ended)
        return rpc

    def build(
        self,
        dockerfile: str,
        files: Mapping[str, bytes | str] = {},
        attributes: Mapping[str, str] = {},
        secrets: Mapping[str, bytes] = {},
        exporter: str = "moby",
        tag: str = "",
    ) -> Built:
        """A build as buildx makes one: the client is the front end."""
        data = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        client = self.session({"dockerfile": {"Dockerfile": dockerfile.encode(), **data}, "context": data}, secrets)
        built = Built(self, client, f"build{self.builds}", exporter, tag)
        built.gateway(attributes)
        return built


class Built:
    """A build that was asked for."""

    def __init__(self, world: World, client: Client, reference: str, exporter: str, tag: str = "") -> None:
        self.world, self.client, self.reference = world, client, reference
        name = f"session{world.builds}"
        output = control.Exporter(kind=exporter, attributes={"name": tag} if tag else {})
        request = control.SolveRequest(reference=reference, session=name, exporters=(output,) if exporter else ())
        self.solve = world.caller.call(f"{CONTROL}Solve", request)
        self.status = world.caller.call(f"{CONTROL}Status", control.StatusRequest(reference=reference))

    def gateway_call(self, method: str, message: protobuf.Message) -> Rpc:
        return self.world.caller.call(f"{GATEWAY}{method}", message, **{"buildkit-controlapi-buildid": self.reference})

    def gateway(self, attributes: Mapping[str, str]) -> None:
        world = self.world
        ping = self.gateway_call("Ping", control.Empty())
        world.run(lambda: ping.ended)
        asked = self.gateway_call(
            "Solve", control.GatewaySolveRequest(frontend="dockerfile.v0", attributes=dict(attributes))
        )
        world.run(lambda: asked.ended)
        if asked.code:
            from fakedocker.wire.grpc import Status

            back = control.ReturnRequest(error=Status(code=asked.code, message=asked.message))
        else:
            back = control.ReturnRequest(result=asked.messages(control.GatewaySolveReply)[0].result)
        returned = self.gateway_call("Return", back)
        world.run(lambda: returned.ended and self.solve.ended and self.status.ended)

    @property
    def error(self) -> str:
        return self.solve.message if self.solve.code else ""

    @property
    def news(self) -> list[SolveStatus]:
        return self.status.messages(SolveStatus)

    @property
    def output(self) -> str:
        return b"".join(log.data for one in self.news for log in one.logs).decode()

    @property
    def steps(self) -> dict[str, bool]:
        """The vertices by name, and whether each came from the cache."""
        return {vertex.name: vertex.cached for one in self.news for vertex in one.vertexes}

    @property
    def response(self) -> dict[str, str]:
        return self.solve.messages(control.SolveReply)[0].response


__all__ = ["CONTROL", "GATEWAY", "Built", "Caller", "Client", "Rpc", "Wire", "World"]
