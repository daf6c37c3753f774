"""Serving an engine on sockets from Python: in a running event loop, or from a thread of its own.

The command `fakedocker serve` and the fixtures for tests are made of this.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from fakedocker.api.publishing import PublishedPorts
from fakedocker.api.server import Server, Store
from fakedocker.engine.engine import Engine
from fakedocker.host_dir import MachineFolder

HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to serve.

    Args:
        socket_path: of the unix socket; "" for a new one in a temporary folder, or for loopback TCP where there are
            none.
        tcp: host and port beside or instead of it; port 0 picks one.
        tls: what clients of the TCP port have to prove; off loopback it must require certificates.
        publish: whether published ports are opened on the machine's loopback address.
        folders: of the machine that bind mounts see, and whether they may also write there.
    """

    socket_path: str = ""
    tcp: tuple[str, int] | None = None
    tls: ssl.SSLContext | None = None
    publish: bool = False
    folders: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """A served engine.

    Args:
        docker_host: what clients need as DOCKER_HOST.
        socket_path: of the unix socket, "" where there is none.
        tcp: host and port of the TCP listener, if there is one.
    """

    docker_host: str
    socket_path: str = ""
    tcp: tuple[str, int] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that lead docker's clients here."""
    connections: Callable[[], int] = lambda: 0
    """How many clients are connected now."""


def tls_context(authority_path: str, certificate_path: str, key_path: str) -> ssl.SSLContext:
    """What `dockerd --tlsverify` demands: clients show a certificate of that authority.

    Raises:
        OSError: a file cannot be read, or holds no certificate or key; the text names it.
    """
    for path in (authority_path, certificate_path, key_path):
        with open(path, "rb"):
            continue
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority_path)
    except ssl.SSLError as problem:
        raise OSError(f"{authority_path}: no certificate of an authority ({problem.reason})") from None
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(certificate_path, key_path)
    except ssl.SSLError as problem:
        raise OSError(
            f"{certificate_path} and {key_path}: no certificate and key that fit ({problem.reason})"
        ) from None
    return context


def _complain(problem: str) -> None:
    sys.stderr.write(f"fakedocker: {problem}\n")


@contextlib.asynccontextmanager
async def serve(
    engine: Engine,
    listening: Listening | None = None,
    *,
    store: Store | None = None,
    report: Callable[[str], None] = _complain,
) -> AsyncIterator[Served]:
    """Serve an engine in the running event loop; clients can connect while the context is open.

    Args:
        store: where inputs are kept before they are answered.
        report: told, in a line, of a published port that cannot be opened, or a file that cannot be written.

    Raises:
        OSError: a socket cannot be made, or a folder not be shown; PermissionError and FileExistsError say why.
        ExceptionGroup: an error of ours while serving.
    """
    listening = listening or Listening()
    server = Server(engine, store=store)
    ports = PublishedPorts(server, report) if listening.publish else None
    for path, writable in listening.folders:
        folder = MachineFolder(path, writable, report)
        folder.show(engine)
        engine.on_submit.append(lambda exchange, folder=folder: folder.expect(exchange.request))  # type: ignore[misc]
        server.before_turn.append(lambda folder=folder: folder.look(engine))  # type: ignore[misc]  # bound at once
        server.after_turn.append(lambda folder=folder: folder.take_back(engine))  # type: ignore[misc]
    with contextlib.ExitStack() as stack:
        try:
            served = await _listen(server, listening, stack)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(server.run())
                try:
                    yield served
                finally:
                    running.cancel()
        finally:
            if ports is not None:
                ports.close()
            await server.close()


async def _listen(server: Server, listening: Listening, stack: contextlib.ExitStack) -> Served:
    path, tcp = listening.socket_path, listening.tcp
    if not path and tcp is None:
        if HAS_UNIX_SOCKETS:
            path = os.path.join(stack.enter_context(tempfile.TemporaryDirectory(prefix="fakedocker-")), "docker.sock")
        else:
            tcp = ("127.0.0.1", 0)
    if path:
        path = os.path.abspath(path)
        await server.listen_unix(path)
    if tcp is not None:
        tcp = (tcp[0], await server.listen_tcp(*tcp, listening.tls))
    host = f"unix://{path}" if path else f"tcp://{_authority(tcp)}"
    environment = {"DOCKER_HOST": host}
    if not path and listening.tls is not None:
        environment["DOCKER_TLS_VERIFY"] = "1"
    return Served(host, path, tcp, environment, lambda: server.connection_count)


def _authority(address: tuple[str, int] | None) -> str:
    assert address is not None
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextlib.contextmanager
def serve_in_thread(
    engine: Engine, listening: Listening | None = None, *, store: Store | None = None
) -> Iterator[Served]:
    """Serve an engine from a thread of its own, while the caller may go on driving it in process.

    Raises:
        OSError: a socket cannot be made.
        ExceptionGroup: an error of ours while serving, raised when the context ends.
    """
    ready = threading.Event()
    result: list[Served] = []
    problems: list[BaseException] = []
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        async with serve(engine, listening, store=store) as served:
            result.append(served)
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as problem:
            problems.append(problem)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="fakedocker", daemon=True)
    with engine.threads.served_by(thread):
        thread.start()
        try:
            ready.wait()
            if problems:
                raise problems[0]
            yield result[0]
        finally:
            if thread.is_alive():
                loop, stop = loops[0]
                loop.call_soon_threadsafe(stop.set)
            thread.join()
    if problems:
        raise problems[0]
