"""A command of docker's that runs in the engine's process for a client of the shim."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from fakedocker.engine.engine import Engine
from fakedocker.kernel.records import HOST
from fakedocker_shell.cli.context import Body, Client, Exchange, Query, Response, Stream
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import docker
from fakedocker_shell.real.context import DEFAULT_HOST, HttpClient, RealContext
from fakedocker_shell.real.http import Address
from fakedocker_shell.shim import frames
from fakedocker_shell.shim.frames import BadFrame, Hello

UNSIMULATED_STATUS: Final = 77
"""What a command ends with that failed because it needs what is not simulated: automake's and meson's for a test that cannot be run here."""
FAILED_STATUS: Final = 70
"""What a command ends with that met an error of ours: EX_SOFTWARE."""
PIECE_BYTES: Final = 1 << 16
_BUILDS: Final = ("build", "session", "grpc")
_VERSION: Final = re.compile(r"v[0-9.]+")
_SYSTEM: Final = (
    "/bin",
    "/dev",
    "/etc",
    "/lib",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/log",
    "/var/run",
)
"""Folders of the host that the simulated one has too: what is bound from there is its own."""


class Surroundings(NamedTuple):
    """What all commands of a shim have in common.

    Args:
        engine: which they ask.
        address: the engine's own, as DOCKER_HOST.
        profile: whose client they are.
        config: the folder of docker's client configuration, unless DOCKER_CONFIG names another.
        shown: folders of the machine that bind mounts see.
    """

    engine: Engine
    address: str
    profile: str
    config: str
    shown: tuple[str, ...]


class RemoteInput:
    """A client's standard input, which is asked for a piece at a time."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._data = b""
        self._is_asked = False
        self._is_over = False

    @property
    def readable(self) -> bool:
        if not self._is_asked and not self._data and not self._is_over:
            self._is_asked = True
            self._ask()
        return bool(self._data) or self._is_over

    @property
    def ended(self) -> bool:
        return self._is_over and not self._data

    def take(self) -> bytes:
        data, self._data = self._data, b""
        return data

    def came(self, data: bytes) -> None:
        """What was read; nothing is the end."""
        self._is_asked = False
        self._data += data
        self._is_over = self._is_over or not data


class RemoteTerminal:
    """See the protocol `real.terminal.Terminal`: that of a client.

    Args:
        writer: to the client.
        hello: how it was started.
    """

    def __init__(self, writer: asyncio.StreamWriter, hello: Hello) -> None:
        self._writer = writer
        self._terminals = hello.terminals
        self.size = (hello.rows, hello.columns)
        self.stdin = RemoteInput(lambda: self._send(frames.WANT_INPUT))
        self.told: Callable[[str], None] | None = None

    def _send(self, kind: bytes, payload: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(frames.pack(kind, payload))

    def out(self, data: bytes) -> None:
        self._show(frames.OUT, data)

    def err(self, data: bytes) -> None:
        self._show(frames.ERR, data)

    def _show(self, kind: bytes, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            self._send(kind, data[start : start + PIECE_BYTES])

    def is_terminal(self, descriptor: int) -> bool:
        return self._terminals[descriptor]

    def window_size(self) -> tuple[int, int]:
        return self.size

    def set_raw(self, raw: bool) -> None:
        self._send(frames.RAW, b"1" if raw else b"0")

    def catch_signals(self, told: Callable[[str], None]) -> None:
        self.told = told
        self._send(frames.CATCH_SIGNALS)

    async def has_room(self) -> None:
        with contextlib.suppress(ConnectionError):  # then the command is about to be ended
            await self._writer.drain()


class WatchedClient:
    """See the protocol `cli.context.Client`: looks at what is asked, and refuses what would have another meaning here.

    Args:
        inner: sends the requests.
        shown: folders of the machine that bind mounts see.
    """

    def __init__(self, inner: HttpClient, shown: tuple[str, ...]) -> None:
        self._inner = inner
        self._shown = shown
        self.host = DEFAULT_HOST
        self.containers: set[str] = set()
        self.builds = False
        self.has_refused = False

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        self._look(path, body)
        return await self._inner.request(method, path, query, body, headers)

    async def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> Stream:
        self._look(path, body)
        return await self._inner.open(method, path, query, body, headers, upgrade)

    def start(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        self._look(path, body)
        return self._inner.start(method, path, query, body, headers)

    def _look(self, path: str, body: Body) -> None:
        """Raises UnsimulatedError."""
        parts = path.strip("/").split("/")
        if _VERSION.fullmatch(parts[0]):
            parts.pop(0)
        if parts[:2] == ["containers", "create"] and isinstance(body, Mapping):
            unseen = next((source for source in bind_sources(body) if self._is_unseen(source)), None)
            if unseen is not None:
                self.has_refused = True
                raise UnsimulatedError(
                    f"{unseen} on the real machine is not simulated: `fakedocker shim install --host-dir` lets containers see it"
                )
        elif len(parts) > 2 and parts[0] == "containers":
            self.containers.add(parts[1])
        self.builds = self.builds or (bool(parts) and parts[0] in _BUILDS)

    def _is_unseen(self, path: str) -> bool:
        """Whether there is something on the machine that the simulation has not, and is no part of the system."""
        real = os.path.realpath(path)
        is_other = real != "/" and not any(_is_below(real, folder) for folder in (*_SYSTEM, *self._shown))
        return is_other and os.path.lexists(path)


def bind_sources(body: Mapping[str, object]) -> list[str]:
    """The folders of the host that a new container is to see."""
    host = body.get("HostConfig")
    if not isinstance(host, Mapping):
        return []
    binds, mounts = host.get("Binds") or [], host.get("Mounts") or []
    found = [text.partition(":")[0] for text in binds if isinstance(text, str)]
    found += [
        mount["Source"]
        for mount in mounts
        if isinstance(mount, Mapping) and mount.get("Type") == "bind" and isinstance(mount.get("Source"), str)
    ]
    return [source for source in found if os.path.isabs(source)]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


async def serve_command(surroundings: Surroundings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Run the command that a client has been started for, to its end or the client's.

    Raises:
        BadFrame: what the client says is no command.
        asyncio.IncompleteReadError: it has gone before it had said it.
    """
    kind, payload = await frames.read(reader)
    if kind != frames.HELLO:
        raise BadFrame(f"a command begins with {kind!r}")
    hello = frames.read_hello(payload)
    writer.write(frames.pack(frames.ACCEPTED))
    terminal = RemoteTerminal(writer, hello)
    changed = asyncio.Event()
    running = asyncio.ensure_future(_run(surroundings, hello, terminal, changed))
    hearing = asyncio.ensure_future(_hear(reader, terminal, changed))
    try:
        await asyncio.wait((running, hearing), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            status = running.result()
            writer.write(frames.pack(frames.ENDED, bytes([status & 0xFF])))
            await writer.drain()
    finally:
        running.cancel()
        hearing.cancel()
        await asyncio.gather(running, hearing, return_exceptions=True)


async def _hear(reader: asyncio.StreamReader, terminal: RemoteTerminal, changed: asyncio.Event) -> None:
    """Take what the client says until it goes."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, BadFrame):
        while True:
            kind, payload = await frames.read(reader)
            if kind in (frames.INPUT, frames.INPUT_ENDED):
                terminal.stdin.came(payload)
            elif kind == frames.SIZE:
                terminal.size = frames.read_size(payload)
            elif kind == frames.SIGNAL and terminal.told is not None:
                terminal.told(payload.decode("ascii", "replace"))
            changed.set()


async def _run(around: Surroundings, hello: Hello, terminal: RemoteTerminal, changed: asyncio.Event) -> int:
    """The command; gives its exit status."""
    environment = {"DOCKER_CONFIG": around.config, **hello.environment}
    clients: list[WatchedClient] = []

    def connect(context: RealContext, host: str) -> Client:
        if host not in ("", DEFAULT_HOST, around.address):
            raise CliError(f"fakedocker: this docker is simulated and reaches its own engine alone, not {host}")
        inner = HttpClient(context, Address(around.address, {}))
        clients.append(WatchedClient(inner, around.shown))
        return clients[-1]

    context = RealContext(environment, hello.arguments, around.profile, terminal, changed, hello.directory, connect)
    before = around.engine.world.kernel.marked
    try:
        status = await docker(context, hello.arguments)
    except Exception:
        terminal.err(b"fakedocker failed: this is an error of the simulation, not of the command\n")
        terminal.err(traceback.format_exc().encode("utf-8", "replace"))
        return FAILED_STATUS
    finally:
        context.close()
    is_lacking = bool(context.lacked) or any(client.has_refused for client in clients)
    if status and (is_lacking or has_met_boundary(around.engine, clients, before)):
        terminal.err(
            f"fakedocker: what failed needs something that is not simulated: status {UNSIMULATED_STATUS} in place of {status}\n".encode()
        )
        return UNSIMULATED_STATUS
    return status


def has_met_boundary(engine: Engine, clients: list[WatchedClient], before: int) -> bool:
    """Whether something that a command ran has needed what is not simulated.

    Args:
        before: how many marks there were when it began.
    """
    count = engine.world.kernel.marked - before
    if count <= 0:
        return False
    places = {mark.namespace for mark in engine.unsimulated()[-count:]}
    world = engine.world
    named = {name for client in clients for name in client.containers}
    ids = {world.container_names.get(name, name) for name in named}
    if any(place.startswith(found) for place in places for found in ids):
        return True
    is_build = any(client.builds for client in clients)
    return is_build and any(place != HOST and place not in world.containers for place in places)
