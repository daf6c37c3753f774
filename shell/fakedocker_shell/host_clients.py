"""The docker commands of the simulated host: clients of its engine that are processes like any other.

In the world such a process is plain data: its arguments, its descriptors and the number of its run. The code that acts
for it, a coroutine, and what it has under way with the engine are kept here, by that number; like every client they
stand outside the world. A world that is restored, decoded or forked has no such code behind its docker commands: they
find that their connection is lost, say so and exit, and their shell goes on. A coroutine waits by yielding a `Wait`;
the process then sleeps in the simulated kernel until one of the things waited for has come.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import Any

from msgspec import Struct

from fakedocker.base import signals
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange as EngineExchange
from fakedocker.kernel.program import System
from fakedocker.kernel.records import HOST
from fakedocker.kernel.utility import Utility
from fakedocker.wire.http import JSON, Request, make_target
from fakedocker_shell.cli.context import Body, Client, Exchange, Files, Query, Source
from fakedocker_shell.cli.terminations import Terminations
from fakedocker_shell.engine_client import DAEMON_ADDRESS, EngineClient, EngineRequest, NobodyThere
from fakedocker_shell.host_files import HostFiles

PROGRAM = "/docker"
"""The name of the program behind the host's docker command; no file can have it, so that nothing else leads there."""
CONNECTION_LOST = "unexpected EOF\n"
"""What the real client says when the daemon goes away in the middle of an answer."""
_CAUGHT = {signals.INT: "INT", signals.TERM: "TERM", signals.HUP: "HUP", signals.QUIT: "QUIT", signals.WINCH: "WINCH"}
Main = Callable[["HostContext", tuple[str, ...]], Coroutine[Any, Any, int]]


class Wait(Struct, frozen=True):
    """What a docker command waits for."""

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


class HostClients:
    """The code behind the docker commands of one engine's host.

    Args:
        main: the docker command line.

    Attributes:
        observe: called with each exchange that a command begins, for `:explain`.
        on_start: called with the words of each command that starts, but for its name.
        on_end: called with each command that ends by itself: its name as a client, as requests have it, and its exit
            status.
    """

    def __init__(self, main: Main) -> None:
        self._main = main
        self._runs: dict[int, _Run] = {}
        self._number = 0
        self.engine: Engine
        self.observe: Callable[[EngineExchange], None] | None = None
        self.on_start: Callable[[tuple[str, ...]], None] | None = None
        self.on_end: Callable[[str, int], None] | None = None

    def serve(self, engine: Engine) -> None:
        """Act for the docker commands of an engine's host. Those that its world already has have lost their connection."""
        self.engine = engine
        engine.on_restore.append(self._lose)
        self._lose()

    def _lose(self) -> None:
        """End what is under way: nothing leads from another world's commands to it."""
        self._runs.clear()
        draft = self.engine.draft.kernel_draft
        host = draft.namespaces.get(HOST)
        for pid in host.members.values() if host is not None else ():
            process = draft.processes.get(pid)
            if process is not None and isinstance(process.body, Utility) and process.body.name == PROGRAM:
                draft.wake(pid)

    def run(self, system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:  # Any: the memory of a utility
        """The program, as the kernel calls it: go on with a command until it waits or is done.

        Args:
            state: the process's memory in the world, with the number of its run.
        """
        if "number" not in state:
            state["number"] = self._begin(system, argv)
        run = self._runs.get(state["number"])
        if run is None:
            system.put(CONNECTION_LOST, 2)
            return 1
        status = run.go_on(system)
        if self.on_end is not None:
            self.on_end(run.context.client_name, status)
        return status

    def _begin(self, system: System, argv: tuple[str, ...]) -> int:
        """Connect a command that has just started; gives the number of its run."""
        if self.on_start is not None:
            self.on_start(argv[1:])
        self._number += 1
        number = self._number
        name = f"docker/{number}"
        system.connect_daemon(name)
        context = HostContext(self, system)
        self._runs[number] = _Run(context, self._main(context, argv))

        def closed(_: object) -> None:
            self.engine.observe(("closed", name), None)
            if self._runs.pop(number, None) is not None:
                context.disconnect()

        self.engine.observe(("closed", name), closed)
        return number


def _resumed(coroutine: Coroutine[Any, Any, int]) -> Wait:
    """Go on with a coroutine until it waits. A loop that this may run in does not own its generators, and must not end them."""
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        wait: Wait = coroutine.send(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)
    return wait


class _Run:
    """A docker command under way.

    Args:
        context: where it runs.
        coroutine: its code.
    """

    def __init__(self, context: HostContext, coroutine: Coroutine[Any, Any, int]) -> None:
        self.context = context
        self.coroutine = coroutine
        self._wait: Wait | None = None

    def go_on(self, system: System) -> int:
        """Until it is done; gives its status. A wait for what has not come is the kernel's Block."""
        context = self.context
        context.system = system
        while True:
            if self._wait is not None and not context.ready(self._wait):
                fds = [0] if any(source is context.stdin for source in self._wait.sources) else []
                system.poll(fds, self._wait.until_ns)
                if not context.ready(self._wait):
                    continue
            try:
                system.nonpreemptible = True  # a coroutine cannot be left but where it waits
                self._wait = _resumed(self.coroutine)
                system.nonpreemptible = False
            except StopIteration as end:
                context.set_raw(False)
                return int(end.value or 0)


class HostContext:
    """Where a docker command runs: a process of the simulated host, talking to its engine in process."""

    def __init__(self, clients: HostClients, system: System) -> None:
        self.system = system
        self.directory = system.directory
        self.clients = clients
        self.engine = clients.engine
        self.profile = clients.engine.profile
        self.has_own_plugins = False
        self.environment: Mapping[str, str] = system.environment
        self.client: Client = EngineClient(self)
        self.files: Files = HostFiles(lambda: self.system)
        self.stdin: Source = StandardInput(self)
        self._catching = False
        self._signals: deque[str] = deque()
        self._terminations = Terminations(system.argv)
        self._raw_before: Mapping[str, bool] | None = None
        self._exchanges: list[EngineExchange] = []

    @property
    def client_name(self) -> str:
        """What its requests are known by."""
        return f"host/{self.system.pid}"

    def meet_boundary(self, what: str) -> None:
        self.system.unsimulated(what, quiet=True)

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
            method=method, target=make_target(path, query), headers=sent, body=data, client=self.client_name
        )
        exchange = self.engine.submit(request, internal=True)
        pid, draft = self.system.pid, self.engine.draft.kernel_draft
        exchange.listen(lambda: draft.wake(pid))
        self._exchanges.append(exchange)
        if self.clients.observe is not None:
            self.clients.observe(exchange)
        return exchange

    def disconnect(self) -> None:
        """Give up whatever is still open."""
        for exchange in self._exchanges:
            self.engine.disconnect(exchange)


def _is_ready(source: Source | Exchange) -> bool:
    if isinstance(source, EngineRequest):
        return source.finished
    return source.readable  # type: ignore[union-attr]  # everything else that is waited for is a source


class StandardInput:
    """Descriptor 0."""

    def __init__(self, context: HostContext) -> None:
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
