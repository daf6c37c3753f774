"""`POST /grpc`: a connection that turns into HTTP/2, over which BuildKit's clients make gRPC calls.

Every call is a request of its own to the engine, with a method that no client can send: so that a call that is refused
leaves the very same world, an error of ours ends that call alone, and what goes on after a call lives as any stream
does. Source: moby api/server/router/grpc/grpc_routes.go.
"""

from __future__ import annotations

from fakedocker.api import grpc_replies
from fakedocker.api.call import Call as Asked
from fakedocker.api.http2 import ENDED, HALF_CLOSED, MESSAGE, OPENED, WRITABLE, Call, Event, Peer
from fakedocker.base import messages
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, OutputOnly, Stream, TimeMode
from fakedocker.wire import endpoints
from fakedocker.wire.endpoints import GRPC_METHOD
from fakedocker.wire.grpc import INTERNAL, UNAVAILABLE, UNIMPLEMENTED, Status
from fakedocker.wire.http import Reply, Request
from fakedocker.world.draft import Draft

METHOD = GRPC_METHOD
"""What a call is as a request: its path is the target, its metadata the headers, its message the body."""
_PIECE_BYTES = 64 << 10


def upgrade_reply(call: Asked) -> Reply:
    """The head of a connection that turns into HTTP/2.

    Raises:
        Refusal: that is not what the client asks for.
    """
    protocol = call.request.headers.get("upgrade", "")
    if not protocol:
        raise messages.NO_UPGRADE()
    if protocol != "h2c":
        raise messages.UPGRADE_NOT_SUPPORTED(protocol=protocol)
    headers = (("Connection", "Upgrade"), ("Upgrade", protocol))
    return Reply(status=101, headers=headers, body=None, hijacked=True, bare=True)


def connect(call: Asked) -> Stream:
    """A client's connection for calls."""
    return GrpcStream(call.engine, upgrade_reply(call))


class GrpcStream(OutputOnly):
    """A connection whose client makes calls.

    Args:
        head: what its request is answered with.
    """

    passive = False
    converses = True

    def __init__(self, engine: Engine, head: Reply) -> None:
        self._engine = engine
        self._head = head
        self._peer = Peer(is_client=False)
        self._requests: dict[Call, Exchange] = {}

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return ()

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(self._head)
            exchange.send(self._peer.take())

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Its calls do, each by itself."""
        return False

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        for event in self._peer.receive(data):
            self._happened(exchange, event)
        exchange.send(self._peer.take())
        if self._peer.broken:
            self._lose()
            exchange.finish()

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        """HTTP/2 does not go on in one direction."""
        self._lose()
        exchange.finish()

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        self._lose()

    def _lose(self) -> None:
        for event in self._peer.lose("the connection was closed"):
            self._ended(event.call)

    # calls

    def _happened(self, exchange: Exchange, event: Event) -> None:
        call = event.call
        if event.kind == OPENED:
            problem = _unknown(call.header(":path"))
            if problem:
                self._peer.finish(call, Status(code=UNIMPLEMENTED, message=problem))
        elif event.kind == MESSAGE and not call.over:
            self._message(exchange, call, event.data)
        elif event.kind == HALF_CLOSED and not call.over:
            if call not in self._requests:
                self._peer.finish(call, Status(code=INTERNAL, message="unexpected EOF"))
        elif event.kind == WRITABLE and call in self._requests:
            self._move(call)
        elif event.kind == ENDED:
            self._ended(call)

    def _message(self, exchange: Exchange, call: Call, data: bytes) -> None:
        """What a call says. All that are known say one thing."""
        if call in self._requests:
            return
        headers = {name: value for name, value in call.headers if not name.startswith(":")}
        request = Request(method=METHOD, target=call.header(":path"), headers=headers, body=data)
        made = self._requests[call] = self._engine.submit(request, internal=True)

        def changed() -> None:
            self._move(call)
            exchange.send(self._peer.take())

        made.listen(changed)

    def _ended(self, call: Call) -> None:
        """The client has given a call up."""
        made = self._requests.pop(call, None)
        if made is not None:
            self._engine.disconnect(made)

    def _move(self, call: Call) -> None:
        """Send what a request has come to, as far as the client takes it."""
        made = self._requests.get(call)
        if made is None or (made.reply is None and not made.broken):
            return
        reply = made.reply
        if made.broken or reply is None or made.lagging:
            self._finish(call, Status(code=UNAVAILABLE, message="connection reset by peer"))
            return
        if reply.status >= 400:
            self._finish(call, grpc_replies.status_of(reply))
            return
        if reply.body:
            self._peer.send(call, reply.body)
        while (room := self._peer.room(call)) and (data := made.take(min(room, _PIECE_BYTES))):
            self._peer.send(call, data)
        if made.drained:
            self._finish(call, grpc_replies.status_of(reply))

    def _finish(self, call: Call, status: Status) -> None:
        self._requests.pop(call, None)
        self._peer.finish(call, status)


def _unknown(path: str) -> str:
    """What grpc-go says of a method that nobody has; "" for one that somebody has."""
    if endpoints.find(GRPC_METHOD, path) is not None:
        return ""
    service, _, method = path.removeprefix("/").rpartition("/")
    if not path.startswith("/") or not service:
        return f'malformed method name: "{path}"'
    if any(known.path.startswith(f"/{service}/") for known in endpoints.ENDPOINTS if known.method == GRPC_METHOD):
        return f"unknown method {method} for service {service}"
    return f"unknown service {service}"
