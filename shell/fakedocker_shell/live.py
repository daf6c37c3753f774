"""Programs of the simulated host that are Python coroutines: the docker command line as a process like any other.

A live program is a client of the engine, and like every client it stands outside the world: its body holds a coroutine
that cannot be copied. Restoring a snapshot ends it, as it ends every open connection. The coroutine waits by yielding a
`Wait`; the process then sleeps in the simulated kernel until one of the things waited for has come.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import Any, NamedTuple

from fakedocker.base import signals
from fakedocker.engine import Engine
from fakedocker.exchanges import Exchange as EngineExchange
from fakedocker.kernel.program import System
from fakedocker.wire.http import JSON, Reply, Request, make_target
from fakedocker_shell.cli.context import (
    Body,
    Client,
    ConnectionLost,
    ConnectionRefused,
    Exchange,
    Files,
    Query,
    Response,
    Source,
    Stream,
)
from fakedocker_shell.cli.terminations import Terminations
from fakedocker_shell.host_files import HostFiles

DAEMON_ADDRESS = "unix:///var/run/docker.sock"
LOST_CONNECTION = 125
_CAUGHT = {signals.INT: "INT", signals.TERM: "TERM", signals.HUP: "HUP", signals.QUIT: "QUIT", signals.WINCH: "WINCH"}
Main = Callable[["LiveContext", tuple[str, ...]], Coroutine[Any, Any, int]]


class Wait(NamedTuple):
    """What a live program waits for."""

    sources: tuple[Source | Exchange, ...]
    signals: bool
    until_ns: int | None


class _Suspend:
    """Hands a Wait to whoever drives the coroutine."""

    __slots__ = ("_wait",)

    def __init__(self, wait: Wait) -> None:
        self._wait = wait

    def __await__(self) -> Generator[Wait, None, None]:
        yield self._wait


class LivePrograms:
    """The live programs of one engine.

    Args:
        engine: what their clients talk to.
        mains: program name to the coroutine function that is its main.
        observe: called with each exchange a client begins, for `:explain`.
    """

    def __init__(
        self, engine: Engine, mains: Mapping[str, Main], observe: Callable[[EngineExchange], None] | None = None
    ) -> None:
        self.engine = engine
        self.mains = mains
        self.generation = 0
        self.observe = observe
        self.on_start: Callable[[tuple[str, ...]], None] | None = None
        """Called with the words of each program that starts, but for its name."""
        engine.on_restore.append(self._lose)

    def _lose(self) -> None:
        self.generation += 1


def _resumed(coroutine: Coroutine[Any, Any, int]) -> Wait:
    """Go on with a coroutine until it waits. A loop that this may run in does not own its generators, and must not end them."""
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        wait: Wait = coroutine.send(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)
    return wait


class LiveBody:
    """The body of a live program; see the module's docstring for why copying it gives itself."""

    def __init__(self, programs: LivePrograms, name: str) -> None:
        self._programs = programs
        self._name = name
        self._generation = programs.generation
        self._context: LiveContext | None = None
        self._coroutine: Coroutine[Any, Any, int] | None = None
        self._wait: Wait | None = None

    def copy(self) -> LiveBody:
        return self

    def memory_bytes(self) -> int:
        return 0  # what it holds is the host's, not the simulated machine's

    def run(self, system: System) -> int | None:
        if self._generation != self._programs.generation:
            return LOST_CONNECTION
        if self._context is None or self._coroutine is None:
            if self._programs.on_start is not None:
                self._programs.on_start(system.argv[1:])
            self._context = LiveContext(self._programs, system)
            self._coroutine = self._programs.mains[self._name](self._context, system.argv)
        context = self._context
        context.system = system
        while True:
            if self._wait is not None and not context.ready(self._wait):
                fds = [0] if any(source is context.stdin for source in self._wait.sources) else []
                system.poll(fds, self._wait.until_ns)
                if not context.ready(self._wait):
                    continue
            try:
                system.hasty = True  # a coroutine cannot be left but where it waits
                self._wait = _resumed(self._coroutine)
                system.hasty = False
            except StopIteration as end:
                context.close()
                return int(end.value or 0)


class LostBody:
    """The body of a live program whose engine is another one than it runs in: it can only end."""

    def copy(self) -> LostBody:
        return self

    def memory_bytes(self) -> int:
        return 0

    def run(self, system: System) -> int | None:
        del system  # whoever it is
        return LOST_CONNECTION


class LiveContext:
    """Where a docker command runs: a process of the simulated host, talking to its engine in process."""

    def __init__(self, programs: LivePrograms, system: System) -> None:
        self.system = system
        self.directory = system.directory
        self.programs = programs
        self.environment: Mapping[str, str] = system.environment
        self.client: Client = EngineClient(self)
        self.files: Files = HostFiles(lambda: self.system)
        self.stdin: Source = StandardInput(self)
        self._catching = False
        self._signals: deque[str] = deque()
        self._terminations = Terminations(system.argv)
        self._raw_before: Mapping[str, bool] | None = None
        self._exchanges: list[EngineExchange] = []

    def connect(self, host: str) -> Client:
        """The engine's own address leads to it; nothing answers at any other."""
        return self.client if host in ("", DAEMON_ADDRESS) else NobodyThere(host)

    def now_ns(self) -> int:
        return self.system.now_ns

    def out(self, data: str | bytes) -> None:
        self._put(data, 1)

    def err(self, data: str | bytes) -> None:
        self._put(data, 2)

    def _put(self, data: str | bytes, fd: int) -> None:
        self.system.put(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data, fd)

    def is_terminal(self, descriptor: int) -> bool:
        return self.system.is_terminal(descriptor)

    def window_size(self) -> tuple[int, int]:
        for descriptor in (1, 0, 2):
            if self.system.is_terminal(descriptor):
                return self.system.window_size(descriptor)
        return (0, 0)

    def set_raw(self, raw: bool) -> None:
        if not self.system.is_terminal(0):
            return
        if raw and self._raw_before is None:
            self._raw_before = dict(self.system.terminal_mode(0))
            self.system.set_terminal_mode(0, canonical=False, echo=False, signals=False, output=False)
        elif not raw and self._raw_before is not None:
            self.system.set_terminal_mode(0, **self._raw_before)
            self._raw_before = None

    def catch_signals(self) -> None:
        """From now on signals wait to be asked for, instead of ending the program."""
        if not self._catching:
            self._catching = True
            for number in _CAUGHT:
                self.system.catch(number, "catch")

    def take_signal(self) -> str | None:
        self.catch_signals()
        self.collect_signals()
        return self._signals.popleft() if self._signals else None

    def collect_signals(self) -> None:
        """Take what has arrived from the kernel, whoever asks for it later. Raises ForcedExit for the third request to end."""
        while self._catching and (number := self.system.take_signal()) is not None:
            name = _CAUGHT.get(number, signals.NAMES.get(number, str(number)))
            self._signals.append(name)
            self._terminations.count(name)
        self._terminations.check()

    async def wait_any(self, *sources: Source | Exchange, signals: bool = False, until_ns: int | None = None) -> None:
        if signals:
            self.catch_signals()
        wait = Wait(sources, signals, until_ns)
        self.collect_signals()
        while not self._has_come(wait):
            await _Suspend(wait)
            self.collect_signals()

    def ready(self, wait: Wait) -> bool:
        """Whether the program has something to do: what it waits for has come, or a signal, which is counted."""
        return self.system.signals_pending() or self._has_come(wait)

    def _has_come(self, wait: Wait) -> bool:
        if wait.until_ns is not None and self.system.now_ns >= wait.until_ns:
            return True
        if wait.signals and self._signals:
            return True
        return any(_is_ready(source) for source in wait.sources)

    async def sleep(self, seconds: float) -> None:
        until_ns = self.system.now_ns + int(seconds * 1e9)
        await self.wait_any(until_ns=until_ns)

    def submit(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Body,
        headers: Mapping[str, str] | None,
        upgrade: bool = False,
    ) -> EngineExchange:
        """Send a request to the engine; its answer wakes this process."""
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if isinstance(body, bytes):
            data = body
        elif body is None:
            data = b""
        elif isinstance(body, Mapping | list):
            import msgspec

            data = msgspec.json.encode(body)
            sent.setdefault("content-type", JSON)
        else:
            data = b"".join(body)
        if upgrade:
            sent |= {"connection": "Upgrade", "upgrade": "tcp"}
        request = Request(
            method=method, target=make_target(path, query), headers=sent, body=data, client=f"host/{self.system.pid}"
        )
        exchange = self.programs.engine.submit(request, internal=True)
        pid, draft = self.system.pid, self.programs.engine.draft.kernel_draft
        exchange.listen(lambda: draft.wake(pid))
        self._exchanges.append(exchange)
        if self.programs.observe is not None:
            self.programs.observe(exchange)
        return exchange

    def close(self) -> None:
        """Give up whatever is still open, and the terminal back."""
        self.set_raw(False)
        for exchange in self._exchanges:
            if not exchange.ended:
                self.programs.engine.disconnect(exchange)


def _is_ready(source: Source | Exchange) -> bool:
    if isinstance(source, EngineRequest):
        return source.finished
    return source.readable  # type: ignore[union-attr]  # everything else that is waited for is a source


class StandardInput:
    """Descriptor 0."""

    def __init__(self, context: LiveContext) -> None:
        self._context = context
        self.ended = False

    @property
    def readable(self) -> bool:
        return self.ended or bool(self._context.system.poll([0], self._context.system.now_ns))

    def take(self) -> bytes:
        if self.ended or not self.readable:
            return b""
        data = self._context.system.read(0)
        self.ended = not data
        return data

    async def read(self) -> bytes:
        await self._context.wait_any(self)
        return self.take()


class EngineStream:
    """An open answer, or an upgraded connection."""

    def __init__(self, context: LiveContext, exchange: EngineExchange) -> None:
        self._context = context
        self._exchange = exchange
        reply = _reply_of(exchange)
        self.status = reply.status
        self.headers = dict(reply.headers)
        self._head = reply.body or b""

    @property
    def readable(self) -> bool:
        return bool(self._head) or self._exchange.readable

    @property
    def ended(self) -> bool:
        return not self._head and self._exchange.drained

    def take(self) -> bytes:
        head, self._head = self._head, b""
        return head or self._exchange.take()

    async def read(self) -> bytes:
        while not self.ended:
            data = self.take()
            if data:
                return data
            if not self.ended:
                await self._context.wait_any(self)
        return b""

    def write(self, data: bytes) -> None:
        self._context.programs.engine.feed(self._exchange, data)

    def close_write(self) -> None:
        self._context.programs.engine.half_close(self._exchange)

    def close(self) -> None:
        self._context.programs.engine.disconnect(self._exchange)


class EngineRequest:
    """A request that has been sent and not waited for."""

    def __init__(self, context: LiveContext, exchange: EngineExchange) -> None:
        self._context = context
        self.exchange = exchange
        self._body = b""

    @property
    def answered(self) -> bool:
        return self.exchange.answered or bool(self.exchange.broken)

    @property
    def finished(self) -> bool:
        return self.exchange.ended or (self.exchange.answered and self.exchange.source is not None)

    @property
    def response(self) -> Response:
        reply = _reply_of(self.exchange)
        body = [self._body, reply.body or b""]
        while not self.exchange.drained:
            body.append(self.exchange.take())
        self._body = b"".join(body) if reply.body is None else b""
        return Response(reply.status, dict(reply.headers), b"".join(body))

    async def head(self) -> int:
        await self._context.wait_any(_Answered(self.exchange))
        return _reply_of(self.exchange).status

    def close(self) -> None:
        self._context.programs.engine.disconnect(self.exchange)


def _reply_of(exchange: EngineExchange) -> Reply:
    """The head of an answer. Raises ConnectionRefused where the connection has broken before it."""
    if exchange.reply is not None:
        return exchange.reply
    if exchange.broken == "refused":
        raise ConnectionRefused(DAEMON_ADDRESS)
    raise ConnectionLost(exchange.request.method, f"http://%2Fvar%2Frun%2Fdocker.sock{exchange.request.target}")


class _Answered:
    """The head of an answer as something to wait for."""

    ended = False

    def __init__(self, exchange: EngineExchange) -> None:
        self._exchange = exchange

    @property
    def readable(self) -> bool:
        return self._exchange.answered or bool(self._exchange.broken)

    def take(self) -> bytes:
        return b""

    async def read(self) -> bytes:
        return b""


class EngineClient:
    """The engine, in process."""

    host = DAEMON_ADDRESS

    def __init__(self, context: LiveContext) -> None:
        self._context = context

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        pending = EngineRequest(self._context, self._context.submit(method, path, query, body, headers))
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
        exchange = self._context.submit(method, path, query, body, headers, upgrade)
        await self._context.wait_any(_Answered(exchange))
        return EngineStream(self._context, exchange)

    def start(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        return EngineRequest(self._context, self._context.submit(method, path, query, body, headers))


class NobodyThere:
    """An address at which no daemon listens."""

    def __init__(self, host: str) -> None:
        self.host = host

    async def request(self, *_: Any, **__: Any) -> Response:
        raise ConnectionRefused(self.host)

    async def open(self, *_: Any, **__: Any) -> Stream:
        raise ConnectionRefused(self.host)

    def start(self, *_: Any, **__: Any) -> Exchange:
        raise ConnectionRefused(self.host)
