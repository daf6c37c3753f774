"""Where a docker command runs on the real machine: its terminal, files, signals and clock, in an asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from fakedocker.base.profiles import DEFAULT, profile_named
from fakedocker_shell.cli.context import Body, Client, Exchange, Files, Query, Response, Source, Stream
from fakedocker_shell.cli.terminations import Terminations
from fakedocker_shell.real.files import RealFiles
from fakedocker_shell.real.http import Address, HttpExchange

DEFAULT_HOST = "unix:///var/run/docker.sock"
READ_BYTES = 65536
_CAUGHT = ("INT", "TERM", "QUIT", "HUP", "WINCH", "USR1", "USR2", "CONT")


def main(arguments: Sequence[str], profile: str = DEFAULT) -> int:
    """Run one docker command, as the client of a profile; gives its exit status."""
    return asyncio.run(_run(tuple(arguments), profile))


async def _run(arguments: tuple[str, ...], profile: str) -> int:
    from fakedocker_shell.cli.main import docker

    context = RealContext(os.environ, arguments, profile)
    try:
        return await docker(context, arguments)
    finally:
        context.close()


class RealContext:
    """See the protocol `cli.context.Context`.

    Args:
        environment: DOCKER_HOST and its like are in it.
        arguments: the words of the command.
        profile: whose client it is.
    """

    def __init__(self, environment: Mapping[str, str], arguments: Sequence[str] = (), profile: str = DEFAULT) -> None:
        self.environment = environment
        self.profile = profile_named(profile)
        self.has_own_plugins = True
        self.directory = os.getcwd()
        self.changed = asyncio.Event()
        self.client: Client = self.connect(DEFAULT_HOST)
        self.files: Files = RealFiles()
        self.stdin: Source = StandardInput(self)
        self._signals: deque[str] = deque()
        self._terminations = Terminations(("docker", *arguments))
        self._catching = False
        self._mode_before: list[Any] | None = None
        self._exchanges: list[HttpExchange] = []

    def connect(self, host: str) -> Client:
        return HttpClient(self, Address(host or DEFAULT_HOST, self.environment))

    def now_ns(self) -> int:
        return time.time_ns()

    def out(self, data: str | bytes) -> None:
        _write(sys.stdout.buffer, data)

    def err(self, data: str | bytes) -> None:
        _write(sys.stderr.buffer, data)

    def is_terminal(self, descriptor: int) -> bool:
        return os.isatty(descriptor)

    def window_size(self) -> tuple[int, int]:
        for descriptor in (1, 0, 2):
            with contextlib.suppress(OSError):
                size = os.get_terminal_size(descriptor)
                return size.lines, size.columns
        return 0, 0

    def meet_boundary(self, what: str) -> None:
        """Nobody keeps that on a real machine."""

    def set_raw(self, raw: bool) -> None:
        if not os.isatty(0):
            return
        import termios
        import tty

        if raw and self._mode_before is None:
            self._mode_before = termios.tcgetattr(0)
            tty.setraw(0)
        elif not raw and self._mode_before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, self._mode_before)
            self._mode_before = None

    def take_signal(self) -> str | None:
        self._catch_signals()
        return self._signals.popleft() if self._signals else None

    def _catch_signals(self) -> None:
        if self._catching:
            return
        self._catching = True
        loop = asyncio.get_running_loop()
        for name in _CAUGHT:
            number = getattr(signal, f"SIG{name}", None)
            with contextlib.suppress(NotImplementedError, ValueError):  # not every system has them all
                if number is not None:
                    loop.add_signal_handler(number, self._signalled, name)

    def _signalled(self, name: str) -> None:
        self._signals.append(name)
        self._terminations.count(name)
        self.changed.set()

    async def wait_any(self, *sources: Source | Exchange, signals: bool = False, until_ns: int | None = None) -> None:
        if signals:
            self._catch_signals()
        while True:
            self.changed.clear()
            self._terminations.check()
            due = until_ns is not None and time.time_ns() >= until_ns
            if due or (signals and self._signals) or any(_is_ready(source) for source in sources):
                return
            seconds = None if until_ns is None else max(until_ns - time.time_ns(), 0) / 1e9
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.changed.wait()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def began(self, exchange: HttpExchange) -> None:
        """A request is under way."""
        self._exchanges.append(exchange)

    def close(self) -> None:
        """Give up whatever is still open, and the terminal back."""
        self.set_raw(False)
        for exchange in self._exchanges:
            exchange.close()


def _is_ready(source: Source | Exchange) -> bool:
    if isinstance(source, Request):
        return source.finished
    return source.readable  # type: ignore[union-attr]  # everything else that is waited for is a source


def _write(file: Any, data: str | bytes) -> None:
    file.write(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    file.flush()


class StandardInput:
    """Descriptor 0, read by a thread from the first time it is looked at: it may be a terminal, a pipe or a file."""

    def __init__(self, context: RealContext) -> None:
        self._context = context
        self._data: deque[bytes] = deque()
        self._is_over = False
        self._thread: threading.Thread | None = None

    def _begin(self) -> None:
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._read_all, args=(loop,), daemon=True)
            self._thread.start()

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the command has ended, and its loop with it
            while data := _read_descriptor():
                loop.call_soon_threadsafe(self._came, data)
            loop.call_soon_threadsafe(self._came, b"")

    def _came(self, data: bytes) -> None:
        if data:
            self._data.append(data)
        else:
            self._is_over = True
        self._context.changed.set()

    @property
    def readable(self) -> bool:
        self._begin()
        return bool(self._data) or self._is_over

    @property
    def ended(self) -> bool:
        return self._is_over and not self._data

    def take(self) -> bytes:
        self._begin()
        data = b"".join(self._data)
        self._data.clear()
        return data

    async def read(self) -> bytes:
        await self._context.wait_any(self)
        return self.take()


def _read_descriptor() -> bytes:
    try:
        return os.read(0, READ_BYTES)
    except OSError:
        return b""


class OpenStream:
    """An open answer, or an upgraded connection, that can be waited for."""

    def __init__(self, context: RealContext, exchange: HttpExchange) -> None:
        self._context = context
        self._exchange = exchange
        self.status = exchange.status
        self.headers = exchange.headers
        self.take = exchange.take
        self.write = exchange.write
        self.close_write = exchange.close_write
        self.close = exchange.close

    @property
    def readable(self) -> bool:
        return self._exchange.readable

    @property
    def ended(self) -> bool:
        return self._exchange.ended

    async def read(self) -> bytes:
        while not self.ended:
            if data := self.take():
                return data
            if not self.ended:
                await self._context.wait_any(self)
        return b""


class Request:
    """A request that has been sent and not waited for."""

    def __init__(self, context: RealContext, exchange: HttpExchange) -> None:
        self._context = context
        self._exchange = exchange
        self.close = exchange.close

    @property
    def answered(self) -> bool:
        return self._exchange.answered

    @property
    def finished(self) -> bool:
        return self._exchange.finished

    @property
    def response(self) -> Response:
        return self._exchange.response

    async def head(self) -> int:
        while not self.answered:
            self._context.changed.clear()
            await self._context.changed.wait()
        self._exchange.check()
        return self._exchange.status


class HttpClient:
    """A daemon behind a real socket."""

    def __init__(self, context: RealContext, address: Address) -> None:
        self._context = context
        self._address = address
        self.host = address.text
        self._agent = {"User-Agent": f"Docker-Client/{context.profile.client.version} (linux)"}

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        pending = self.start(method, path, query, body, headers)
        await self._context.wait_any(pending)
        return pending.response

    async def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> Stream:
        exchange = self._send(method, path, query, body, headers, upgrade)
        await Request(self._context, exchange).head()
        return OpenStream(self._context, exchange)

    def start(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        return Request(self._context, self._send(method, path, query, body, headers, upgrade=False))

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Body,
        headers: Mapping[str, str] | None,
        upgrade: bool,
    ) -> HttpExchange:
        changed = self._context.changed.set
        exchange = HttpExchange(
            self._address, method, path, query, body, {**self._agent, **(headers or {})}, upgrade, changed
        )
        self._context.began(exchange)
        return exchange
