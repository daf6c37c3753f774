"""Attached connections: the raw bytes of a container's or an exec's streams, both ways.

Source: moby daemon/attach.go and container/stream; `docs` for the wire: without a terminal both output streams share
the connection in frames, with one the bytes are raw. A client may close its sending side and read on.
"""

from __future__ import annotations

from typing import Any, ClassVar

from fakedocker.api.call import Call
from fakedocker.api.tunnels import websocket_accept
from fakedocker.base import messages
from fakedocker.base.history import History
from fakedocker.containers.logs import frame, lines
from fakedocker.containers.model import Chunk
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.http import MULTIPLEXED_STREAM, RAW_STREAM, Reply
from fakedocker.world.draft import Draft, Notice

DEFAULT_DETACH_KEYS = b"\x10\x11"
_NAMES_MULTIPLEXED = (1, 42)
"""The first API version whose answers say that a stream is framed."""
_NAMED_KEYS = {f"ctrl-{chr(letter)}": letter - 96 for letter in range(97, 123)} | {
    "ctrl-@": 0, "ctrl-[": 27, "ctrl-\\": 28, "ctrl-]": 29, "ctrl-^": 30, "ctrl-_": 31,
}  # fmt: skip


def parse_detach_keys(text: str, what: str = "escape") -> bytes:
    """ctrl-p,ctrl-q as bytes; the default where nothing is given (moby term.ToBytes: in small letters only).

    Args:
        what: kind of keys that a refusal speaks of.

    Raises:
        Refusal: an unknown key.
    """
    if not text:
        return DEFAULT_DETACH_KEYS
    keys = bytearray()
    for part in text.split(","):
        if part in _NAMED_KEYS:
            keys.append(_NAMED_KEYS[part])
        elif len(part) == 1:
            keys += part.encode()
        else:
            raise messages.DETACH_KEYS(what=what, keys=text)
    return bytes(keys)


def media_type(call: Call, multiplexed: bool) -> str:
    """How a stream of output is named: that it is framed, only API 1.42 and newer say."""
    return MULTIPLEXED_STREAM if multiplexed and call.version >= _NAMES_MULTIPLEXED else RAW_STREAM


def hijack_reply(call: Call, multiplexed: bool, bare: bool) -> Reply:
    """The head of a connection that turns into raw bytes.

    Args:
        multiplexed: whether the bytes are framed.
        bare: attach's head has none of the daemon's usual headers, exec's has.
    """
    if call.request.upgrades:
        headers = (
            ("Content-Type", media_type(call, multiplexed)),
            ("Connection", "Upgrade"),
            ("Upgrade", call.request.headers.get("upgrade", "tcp")),
        )
        return Reply(status=101, reason="UPGRADED", headers=headers, body=None, hijacked=True, bare=bare)
    return Reply(status=200, headers=(("Content-Type", RAW_STREAM),), body=None, hijacked=True, bare=True)


def websocket_reply(call: Call) -> Reply:
    """The head of a connection that turns into a WebSocket (RFC 6455, 4.2.2).

    Raises:
        Refusal: it is no handshake.
    """
    headers = call.request.headers
    key = headers.get("sec-websocket-key", "")
    if headers.get("upgrade", "").lower() != "websocket" or not key or headers.get("sec-websocket-version") != "13":
        raise messages.NO_WEBSOCKET()
    protocol = headers.get("sec-websocket-protocol", "")
    answer = (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", websocket_accept(key)),
        *((("Sec-WebSocket-Protocol", protocol),) if protocol else ()),
    )
    return Reply(status=101, reason="Switching Protocols", headers=answer, body=None, hijacked=True, bare=True)


class DetachKeys:
    """Looks for the detach keys in what a terminal's user types."""

    __stored__: ClassVar[dict[str, Any]] = {"_keys": bytes, "_matched": int}

    def __init__(self, keys: bytes) -> None:
        self._keys = keys
        self._matched = 0

    def pass_through(self, data: bytes) -> tuple[bytes, bool]:
        """What goes to the process, and whether the keys are complete."""
        passed = bytearray()
        for byte in data:
            if byte == self._keys[self._matched]:
                self._matched += 1
                if self._matched == len(self._keys):
                    return bytes(passed), True
                continue
            passed += self._keys[: self._matched]
            self._matched = 1 if byte == self._keys[0] else 0
            if not self._matched:
                passed.append(byte)
        return bytes(passed), False


class Inflow:
    """Bytes from a client on their way to a stream of the kernel, which takes them as its reader does.

    Args:
        stream: the stream's id.
    """

    __stored__: ClassVar[dict[str, Any]] = {"_stream": str, "_pending": bytes, "_ended": bool}

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._pending = b""
        self._ended = False

    def add(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        """More bytes from the client."""
        self._pending += data
        self.push(draft, exchange)

    def end(self, draft: Draft, exchange: Exchange) -> None:
        """The client sends no more."""
        self._ended = True
        self.push(draft, exchange)

    def push(self, draft: Draft, exchange: Exchange) -> None:
        """Give the reader what it has room for; the rest waits until it has read."""
        room = draft.kernel.room(self._stream)
        if self._pending and room > 0:
            draft.kernel.feed(self._stream, self._pending[:room])
            self._pending = self._pending[room:]
        if self._ended and not self._pending and self._stream in draft.kernel_draft.streams:
            self._ended = False
            draft.kernel.hang_up(self._stream)
        exchange.left_unread(len(self._pending))


class ProcessStream:
    """A connection to the streams of process 1 or of an exec.

    Args:
        identifier: the container's or exec's id, which is the stream's too.
        terminal: whether it has one.
        stdin, stdout, stderr: what the client wants of it.
        stream: whether what is written from now on is wanted, or only what there is.
        closes_stdin: whether the client's half-close ends the process's input.
        position: where in what has been written it begins; -1 for what the log has of it, and then whatever follows.
        multiplexed: whether output and errors come in frames.
        head: of the answer.
    """

    __stored__: ClassVar[dict[str, Any]] = {
        "_identifier": str,
        "_terminal": bool,
        "_stdin": bool,
        "_wanted": set[int],
        "_stream": bool,
        "_closes_stdin": bool,
        "_keys": DetachKeys,
        "_position": int,
        "_multiplexed": bool,
        "_head": Reply,
        "_input": Inflow,
        "_over": bool,
    }

    def __init__(
        self,
        identifier: str,
        *,
        terminal: bool,
        stdin: bool,
        stdout: bool,
        stderr: bool,
        stream: bool = True,
        closes_stdin: bool,
        detach_keys: bytes,
        position: int,
        multiplexed: bool,
        head: Reply,
    ) -> None:
        self._identifier = identifier
        self._terminal = terminal
        self._stdin = stdin
        self._wanted = {fd for fd, wanted in ((1, stdout), (2, stderr)) if wanted}
        self._stream = stream
        self._closes_stdin = closes_stdin
        self._keys = DetachKeys(detach_keys)
        self._position = position
        self._multiplexed = multiplexed
        self._head = head
        self._input = Inflow(identifier)
        self._over = False

    passive = False
    converses = True

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return (("output", self._identifier), ("state", self._identifier), ("input", self._identifier))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(self._head)
        history = draft.outputs.get(self._identifier)
        if history is not None and self._position < 0:
            self._replay(draft, exchange, history)
        if history is not None:
            self._send(exchange, history)
        if self._over or history is None or not self._stream:
            exchange.finish()
            return
        self._input.push(draft, exchange)

    def _replay(self, draft: Draft, exchange: Exchange, history: History[Chunk]) -> None:
        """Lines of the log. One that has no end yet is in no log, but went to those who were attached already."""
        container = draft.containers.get(self._identifier)
        for line in lines(history.entries(), ended=container is None or not container.has_process):
            if line.fd in self._wanted:
                exchange.send(frame(line.fd, line.text) if self._multiplexed else line.text)
        self._position = history.end

    def _send(self, exchange: Exchange, history: History[Chunk]) -> None:
        for chunk in history.entries(self._position):
            if chunk.fd in self._wanted:
                exchange.send(frame(chunk.fd, chunk.data) if self._multiplexed else chunk.data)
        self._position = max(self._position, history.end)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "output" and exchange.answered:
            self._send(exchange, notice.value)
        elif notice.kind == "state" and notice.value is not None:
            self._over = True

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        if not self._stdin or self._over:
            return
        if self._terminal:
            data, detached = self._keys.pass_through(data)
            if detached:
                self._input.add(draft, exchange, data)
                self._detached(draft)
                exchange.finish()
                return
        self._input.add(draft, exchange, data)

    def _detached(self, draft: Draft) -> None:
        container = draft.containers.get(self._identifier)
        if container is not None:
            container_event(draft, container, "detach")

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        if self._stdin and self._closes_stdin:
            self._input.end(draft, exchange)

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        self.half_close(draft, exchange)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Time can end it, unless a process sits there reading what only this client can send."""
        if self._stdin and not exchange.input_closed:
            return not draft.kernel.is_reading(self._identifier)
        container = draft.containers.get(self._identifier)
        execution = draft.execs.get(self._identifier)
        return (container is not None and container.is_running) or (execution is not None and execution.is_running)


class FailedExecStream(OutputOnly):
    """The connection of an exec whose command cannot be executed: the reason, and the end."""

    def __init__(self, text: str, *, multiplexed: bool, head: Reply) -> None:
        self._text = text
        self._multiplexed = multiplexed
        self._head = head

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return ()

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        exchange.respond(self._head)
        data = f"{self._text}\r\n".encode()
        exchange.send(frame(1, data) if self._multiplexed else data)
        exchange.finish()

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return False
