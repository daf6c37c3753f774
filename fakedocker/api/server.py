"""The engine behind sockets: one asyncio loop, and the loop that moves time. Only errands outside have threads of their
own.

After every input the engine runs; between inputs the loop sleeps until the next timer, or jumps to it where the
engine's mode says so. What was asked is in the store (if there is one) before its answer goes out.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import re
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

from fakedocker.api.client_times import was_told, with_engine_times
from fakedocker.api.connection import HEAD_ALONE_LIMIT_SECONDS, HEAD_ALONE_SECONDS, QUICK_LOOKS, Connection
from fakedocker.api.errand_threads import ErrandThreads
from fakedocker.api.unread import is_unread
from fakedocker.base import clock
from fakedocker.engine.clock import Pacer, turn_share
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.journal import Entry
from fakedocker.wire.http import Request

TOLD_KEPT = 10_000
"""Of how many answers with the engine's time is remembered what it was."""
_SYSTEM_TIME = re.compile(rb'"SystemTime":"([^"]+)"')
SWEEP_SECONDS = 30.0
"""How often clients that have stopped in the middle of a request are looked for."""


class Client(Protocol):
    """Something that sends what exchanges have to give."""

    def pump(self) -> None:
        """Send what there is to send."""


class Store(Protocol):
    """Where inputs are kept."""

    def write(self, entries: list[Entry]) -> None:
        """Keep inputs; they are safe from the end of this process when this returns."""

    def tend(self, engine: Engine) -> bool:
        """A moment between two turns, for work of its own; gives whether it would like another soon."""


class Server:
    """An engine and its clients.

    Args:
        engine: what answers.
        wall: the wall's clock, in nanoseconds since 1970.
        store: where inputs are kept, before they are answered.
    """

    def __init__(self, engine: Engine, wall: Callable[[], int] = time.time_ns, store: Store | None = None) -> None:
        self.engine = engine
        self.body_bytes = 0
        self.before_turn: list[Callable[[], None]] = []
        self.after_turn: list[Callable[[], None]] = []
        """Called after every turn, before its answers go out."""
        self._store = store
        self._connections: set[Connection] = set()
        self._pacer = Pacer(engine, wall)
        self._arranged = False
        self._hearing = False
        self._turning = False
        self._alarm: asyncio.TimerHandle | None = None
        self._changed: dict[Client, None] = {}
        self._told: dict[int, None] = {}
        self._listeners: list[asyncio.AbstractServer] = []
        self._paths: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.get_ident()
        engine.on_restore.append(self._pacer.rebase)
        self._errands = ErrandThreads(engine, self._wake_from_thread)

    # what connections call

    def joined(self, connection: Connection) -> None:
        """A client has come."""
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        """A client has gone."""
        self._connections.discard(connection)

    @property
    def connection_count(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def may_hear_more(self, besides: Connection) -> bool:
        """Whether there is another connection on which a client can say something at once. O(connections)."""
        return any(connection.may_speak for connection in self._connections if connection is not besides)

    def wake(self) -> None:
        """A client has sent something."""
        self._pacer.on_input()
        self._arrange()

    def in_engine_time(self, request: Request) -> Request:
        """A request with the times it gives of its client's clock as the engine's."""
        if self.engine.mode not in (TimeMode.LEAP, TimeMode.WALL):
            return request
        return with_engine_times(request, self._pacer.meaning, self._was_told)

    def told(self, body: bytes) -> None:
        """A client has been told the engine's time."""
        found = _SYSTEM_TIME.search(body)
        if found is not None:
            self._told[clock.instant(found[1].decode())] = None
            if len(self._told) > TOLD_KEPT:
                del self._told[next(iter(self._told))]

    def _was_told(self, instant_ns: int) -> bool:
        return instant_ns in self._told or was_told(self.engine.world, instant_ns)

    def has_room(self) -> None:
        """A client has read so much that a stream can go on."""
        self._arrange()

    def noticed(self, connection: Client) -> Callable[[], None]:
        """What an exchange calls when it has changed: its connection is looked at after the turn.

        Another driver of the same engine may be the one who runs that turn, in a thread of its own.
        """

        def notice() -> None:
            self._changed[connection] = None
            if threading.get_ident() != self._thread:
                self._loop.call_soon_threadsafe(self._arrange)
            elif not self._turning:
                self._arrange()

        return notice

    # listening

    async def listen_unix(self, path: str) -> None:
        """Listen on a unix socket of mode 0600. A dead socket there is replaced, anything else is not.

        Raises:
            FileExistsError: the path is in use, or is no socket.
        """
        _clear_dead_socket(path)
        mask = os.umask(0o177)
        try:
            listener = await self._loop.create_unix_server(lambda: Connection(self), path)
        finally:
            os.umask(mask)
        self._listeners.append(listener)
        self._paths.append(path)

    async def listen_tcp(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen on a TCP port; 0 picks one. Off loopback only to clients that show a certificate.

        Returns:
            the port.

        Raises:
            PermissionError: the address can be reached from other machines, and clients would not have to prove
                anything.
            OSError: the port is in use, or the address none of this machine.
        """
        if not _is_loopback(host) and (tls is None or tls.verify_mode is not ssl.CERT_REQUIRED):
            raise PermissionError(f"{host} can be reached from other machines: that takes TLS with client certificates")
        listener = await self._loop.create_server(lambda: Connection(self), host, port, ssl=tls)
        self._listeners.append(listener)
        bound: int = listener.sockets[0].getsockname()[1]
        return bound

    # running

    async def run(self) -> None:
        """Serve until cancelled."""
        sweeping = self._loop.create_task(self._sweep())
        self._arrange()
        try:
            await self._ended
        finally:
            sweeping.cancel()

    def _arrange(self) -> None:
        """Let there be a step as soon as every client has been heard that has something to say now."""
        if not self._arranged:
            self._arranged = True
            if not self._hearing:
                self._loop.call_soon(self._work)

    def set_hearing(self, is_hearing: bool) -> None:
        """A client is being listened to, or has said what has come from it now, after which there may be a step.

        Where nobody else is connected there is nobody to be heard first: the step is taken at once, which saves a round
        of the loop.
        """
        self._hearing = is_hearing
        if self._arranged and not is_hearing:
            if len(self._connections) == 1:
                self._work()
            else:
                self._loop.call_soon(self._work)

    def _work(self) -> None:
        """A step, and the next one arranged. An error of ours ends `run`."""
        self._arranged = False
        if self._ended.done():
            return
        try:
            with self.engine.lock:
                delay_seconds = self._step()
        except BaseException as problem:
            self._ended.set_exception(problem)
            return
        if delay_seconds is None:
            self._arrange()
            return
        at_seconds = self._loop.time() + delay_seconds
        if self._alarm is not None:
            if self._alarm.when() <= at_seconds:
                return  # it will be found to have rung too early, which is cheaper than to set it anew at each request
            self._alarm.cancel()
        self._alarm = self._loop.call_at(at_seconds, self._ring)

    def _wake_from_thread(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._arrange)

    def _ring(self) -> None:
        self._alarm = None
        self._arrange()

    def _step(self) -> float | None:
        """One turn and its answers; gives for how many seconds there is nothing to do, None for not at all."""
        share = turn_share()
        self._pacer.catch_up(share)
        for listener in self.before_turn:
            listener()
        self._turning = True
        try:
            self._errands.deliver()
            more = self.engine.turn(pause=share)
        finally:
            self._turning = False
        if self._store is not None and self._keep(self._store):
            more = True
        for listener in self.after_turn:
            listener()
        self._flush()
        self._report_faults()
        self.engine.threads.turned()
        return None if more else self._pacer.step()

    def _keep(self, store: Store) -> bool:
        entries, self.engine.journal = self.engine.journal, []
        if entries:
            store.write(entries)
        return store.tend(self.engine)

    def _flush(self) -> None:
        changed, self._changed = self._changed, {}
        if changed:
            self._pacer.on_output(any(not isinstance(each, Connection) or each.goes_on for each in changed))
        ends = [each for each in changed if isinstance(each, Connection) and each.tells_an_end]
        if ends and len(ends) < len(changed):
            self._tell_ends(ends, [each for each in changed if each not in ends])
            return
        for connection in changed:
            connection.pump()

    def _tell_ends(self, ends: list[Connection], others: list[Client]) -> None:
        """Let a client read a container's last output before another of its connections says that it has ended.

        On a real machine the end takes its way through containerd meanwhile; here it would be in the same moment.
        """
        sockets = [each.watched() for each in others if isinstance(each, Connection)]
        watched = [sock for sock in sockets if sock is not None]
        for connection in others:
            connection.pump()
        limit_seconds = self._loop.time() + HEAD_ALONE_LIMIT_SECONDS

        def look(tries: int) -> None:
            if any(is_unread(sock) for sock in watched) and self._loop.time() < limit_seconds:
                if tries < QUICK_LOOKS:
                    self._loop.call_soon(look, tries + 1)
                else:
                    self._loop.call_later(HEAD_ALONE_SECONDS, look, tries)
                return
            for sock in watched:
                sock.close()
            for connection in ends:
                connection.pump()

        look(0)

    def _report_faults(self) -> None:
        """Errors of ours: who asked got a 500, or a simulated program ended; the server goes on."""
        faults = self.engine.draft.faults
        if faults:
            sys.stderr.write("\n".join(faults) + "\n")
            faults.clear()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now_seconds = time.monotonic()
            for connection in list(self._connections):
                connection.close_if_stalled(now_seconds)

    async def close(self) -> None:
        """Stop listening, and let go of every client."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._ended.cancel()
        self._errands.close()
        self.engine.on_restore.remove(self._pacer.rebase)
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections):
            connection.close()
        for path in self._paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clear_dead_socket(path: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(f"{path} exists and is no socket")
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except OSError:
        os.unlink(path)
        return
    finally:
        probe.close()
    raise FileExistsError(f"{path} is in use")
