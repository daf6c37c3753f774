"""Where a docker command runs on the real machine: its files, clock and terminal, in an asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from fakedocker.base.profiles import DEFAULT, profile_named
from fakedocker_shell.cli.context import Body, Client, Exchange, Files, Query, Response, Source, Stream
from fakedocker_shell.cli.terminations import Terminations
from fakedocker_shell.real.files import RealFiles
from fakedocker_shell.real.http import Address, HttpExchange
from fakedocker_shell.real.terminal import Input, LocalTerminal, Terminal

DEFAULT_HOST = "unix:///var/run/docker.sock"


def main(arguments: Sequence[str], profile: str = DEFAULT) -> int:
    """Run one docker command, as the client of a profile; gives its exit status."""
    return asyncio.run(_run(tuple(arguments), profile))


async def _run(arguments: tuple[str, ...], profile: str) -> int:
    from fakedocker_shell.cli.main import docker

    changed = asyncio.Event()
    context = RealContext(os.environ, arguments, profile, LocalTerminal(changed.set), changed, os.getcwd())
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
        terminal: where it was started from.
        changed: set by whatever the command may wait for.
        directory: the absolute working directory.
        connect: gives the client of an address; without it a daemon is looked for there.

    Attributes:
        lacked: what the command itself would have needed and nobody has simulated.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        arguments: Sequence[str],
        profile: str,
        terminal: Terminal,
        changed: asyncio.Event,
        directory: str,
        connect: Callable[[RealContext, str], Client] | None = None,
    ) -> None:
        self.environment = environment
        self.profile = profile_named(profile)
        self.has_own_plugins = True
        self.directory = directory
        self.changed = changed
        self.terminal = terminal
        self.stdin: Source = WaitedInput(self, terminal.stdin)
        self.files: Files = RealFiles()
        self.lacked: list[str] = []
        self._connect = connect
        self._signals: deque[str] = deque()
        self._terminations = Terminations(("docker", *arguments))
        self._catching = False
        self._exchanges: list[HttpExchange] = []
        self.client: Client = self.connect("")

    def connect(self, host: str) -> Client:
        if self._connect is not None:
            return self._connect(self, host)
        return HttpClient(self, Address(host or DEFAULT_HOST, self.environment))

    def now_ns(self) -> int:
        return time.time_ns()

    def out(self, data: str | bytes) -> None:
        self.terminal.out(_encoded(data))

    def err(self, data: str | bytes) -> None:
        self.terminal.err(_encoded(data))

    def is_terminal(self, descriptor: int) -> bool:
        return self.terminal.is_terminal(descriptor)

    def window_size(self) -> tuple[int, int]:
        return self.terminal.window_size()

    def meet_boundary(self, what: str) -> None:
        self.lacked.append(what)

    def set_raw(self, raw: bool) -> None:
        self.terminal.set_raw(raw)

    def take_signal(self) -> str | None:
        self._catch_signals()
        return self._signals.popleft() if self._signals else None

    def _catch_signals(self) -> None:
        if not self._catching:
            self._catching = True
            self.terminal.catch_signals(self._signalled)

    def _signalled(self, name: str) -> None:
        self._signals.append(name)
        self._terminations.count(name)
        self.changed.set()

    async def wait_any(self, *sources: Source | Exchange, signals: bool = False, until_ns: int | None = None) -> None:
        if signals:
            self._catch_signals()
        await self.terminal.has_room()
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


class WaitedInput:
    """Standard input as something to wait for, which signals can end.

    Args:
        context: whose it is.
        source: where the bytes come from.
    """

    def __init__(self, context: RealContext, source: Input) -> None:
        self._context = context
        self._source = source
        self.take = source.take

    @property
    def readable(self) -> bool:
        return self._source.readable

    @property
    def ended(self) -> bool:
        return self._source.ended

    async def read(self) -> bytes:
        await self._context.wait_any(self)
        return self.take()


def _encoded(data: str | bytes) -> bytes:
    return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data


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
