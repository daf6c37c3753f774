"""The docker command's connection to the engine whose host it runs on: requests, open answers, addresses where nobody listens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange as EngineExchange
from fakedocker.wire.http import Reply
from fakedocker_shell.cli.context import (
    Body,
    ConnectionLost,
    ConnectionRefused,
    Exchange,
    Query,
    Response,
    Source,
    Stream,
)

DAEMON_ADDRESS = "unix:///var/run/docker.sock"


class Connected(Protocol):
    """The process that the connection belongs to."""

    @property
    def engine(self) -> Engine:
        """The engine it talks to."""

    def submit(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Body,
        headers: Mapping[str, str] | None,
        upgrade: bool = False,
    ) -> EngineExchange:
        """Send a request; its answer wakes the process."""

    async def wait_any(self, *sources: Source | Exchange, signals: bool = False, until_ns: int | None = None) -> None:
        """As `Context.wait_any`."""


class EngineStream:
    """An open answer, or an upgraded connection."""

    def __init__(self, context: Connected, exchange: EngineExchange) -> None:
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
        self._context.engine.feed(self._exchange, data)

    def close_write(self) -> None:
        self._context.engine.half_close(self._exchange)

    def close(self) -> None:
        self._context.engine.disconnect(self._exchange)


class EngineRequest:
    """A request that has been sent and not waited for."""

    def __init__(self, context: Connected, exchange: EngineExchange) -> None:
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
        self._context.engine.disconnect(self.exchange)


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

    def __init__(self, context: Connected) -> None:
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

    async def request(self, *_: object, **__: object) -> Response:
        raise ConnectionRefused(self.host)

    async def open(self, *_: object, **__: object) -> Stream:
        raise ConnectionRefused(self.host)

    def start(self, *_: object, **__: object) -> Exchange:
        raise ConnectionRefused(self.host)
