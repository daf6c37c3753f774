"""gRPC calls over one HTTP/2 connection, whichever side of it we are: bytes go in, events come out, and bytes to send.

No I/O, and nothing of what calls mean. `h2` knows the frames; here are calls, with what flow control holds back. The
other side may say anything: what breaks a call ends that call, and what breaks the connection ends the connection.

    peer = Peer(is_client=False)
    for event in peer.receive(data): ...
    connection.send(peer.take())
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event as FrameEvent,
    RemoteSettingsChanged,
    RequestReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from fakedocker.wire import grpc
from fakedocker.wire.grpc import CANCELLED, CONTENT_TYPE, INTERNAL, UNAVAILABLE, Failure, Status, Unframer
from fakedocker.wire.protobuf import BadMessage

WINDOW_BYTES = 1 << 20
CALLS_LIMIT = 100
"""How many calls the other side may have open at once."""
OPENED, MESSAGE, HALF_CLOSED, ENDED, WRITABLE = "opened", "message", "half closed", "ended", "writable"
"""What happens to a call: the other side begins it, says something, has said all, ends it; or takes more again."""
Headers = list[tuple[str, str]]
_RESET_CODES: Final[dict[int, int]] = {ErrorCodes.CANCEL: CANCELLED, ErrorCodes.REFUSED_STREAM: UNAVAILABLE}


class Call:
    """One call.

    Args:
        number: of its stream.
        headers: what it was begun with, as pairs; a name may come several times.
    """

    def __init__(self, number: int, headers: Headers) -> None:
        self.number = number
        self.headers = headers
        self.unframer = Unframer()
        self.pending: deque[bytes] = deque()
        self.trailers: Headers | None = None
        self.closes = False
        self.answered = False
        self.heard_all = False
        self.over = False

    def header(self, name: str) -> str:
        """The first value of a header, "" without one."""
        return next((value for found, value in self.headers if found == name), "")


class Event(NamedTuple):
    """Something that happens to a call.

    Args:
        data: of a MESSAGE.
        status: of an end.
    """

    kind: str
    call: Call
    data: bytes = b""
    status: Status = Status()


class Peer:
    """One side of a connection.

    Args:
        is_client: whether it begins calls; the other side does otherwise.
    """

    def __init__(self, is_client: bool) -> None:
        self._is_client = is_client
        config = H2Configuration(
            client_side=is_client, header_encoding="utf-8", validate_inbound_headers=False, validate_outbound_headers=False
        )  # fmt: skip
        self._connection = H2Connection(config)
        wanted = {SettingCodes.INITIAL_WINDOW_SIZE: WINDOW_BYTES, SettingCodes.MAX_CONCURRENT_STREAMS: CALLS_LIMIT}
        self._connection.local_settings = Settings(client=is_client, initial_values=wanted)
        self._connection.initiate_connection()
        self._connection.increment_flow_control_window(WINDOW_BYTES)
        self._calls: dict[int, Call] = {}
        self.broken = False
        """Whether the connection is of no use any more."""

    @property
    def calls(self) -> list[Call]:
        """The calls that go on."""
        return list(self._calls.values())

    # what comes

    def receive(self, data: bytes) -> list[Event]:
        """Bytes of the other side. Whatever it says, this raises nothing."""
        if self.broken:
            return []
        try:
            frames = self._connection.receive_data(data)
        except (H2Error, UnicodeDecodeError, ValueError, KeyError):
            return self._break("the connection's frames make no sense")
        found: list[Event] = []
        for frame in frames:
            found += self._frame(frame)
        return found

    def _frame(self, frame: FrameEvent) -> list[Event]:
        if isinstance(frame, ConnectionTerminated):
            return self._break("the connection was closed")
        number = getattr(frame, "stream_id", 0) or 0
        if isinstance(frame, RemoteSettingsChanged):
            return self._flush_all(0)  # the windows may have grown
        if isinstance(frame, WindowUpdated):
            return [] if number and number not in self._calls else self._flush_all(number)
        if isinstance(frame, RequestReceived):
            call = self._calls[number] = Call(number, _pairs(frame.headers))
            return [Event(OPENED, call)]
        known = self._calls.get(number)
        if isinstance(frame, DataReceived):
            if frame.flow_controlled_length:
                size_bytes = frame.flow_controlled_length
                self._try(lambda: self._connection.acknowledge_received_data(size_bytes, number))
            return self._data(known, frame.data) if known is not None else []
        if known is None:
            return []
        if isinstance(frame, StreamReset):
            code = _RESET_CODES.get(int(frame.error_code), INTERNAL)
            self._forget(known)
            return [Event(ENDED, known, status=Status(code=code, message="the call was given up by the other side"))]
        if isinstance(frame, ResponseReceived | TrailersReceived) and self._is_client:
            return self._answer(known, dict(_pairs(frame.headers)))
        if isinstance(frame, StreamEnded):
            return self._other_side_done(known)
        return []

    def _answer(self, call: Call, headers: dict[str, str]) -> list[Event]:
        """The headers of an answer; those that have a status end the call."""
        if "grpc-status" in headers:
            return self._end(call, grpc.status_of(headers))
        if headers.get(":status", "200") != "200":
            return self._end(call, Status(code=INTERNAL, message=f"unexpected HTTP status {headers[':status']}"))
        return []

    def _other_side_done(self, call: Call) -> list[Event]:
        if self._is_client:
            return self._end(call, grpc.status_of({}))
        call.heard_all = True
        if not call.unframer.is_between:
            self.finish(call, Status(code=INTERNAL, message="unexpected EOF"))
            return [Event(ENDED, call, status=Status(code=INTERNAL))]
        return [Event(HALF_CLOSED, call)]

    def _data(self, call: Call, data: bytes) -> list[Event]:
        try:
            return [Event(MESSAGE, call, message) for message in call.unframer.add(data)]
        except Failure as problem:
            status = problem.status
        except BadMessage as problem:
            status = Status(code=INTERNAL, message=f"grpc: {problem}")
        if self._is_client:
            self.cancel(call)
        else:
            self.finish(call, status)
        return [Event(ENDED, call, status=status)]

    def _end(self, call: Call, status: Status) -> list[Event]:
        self._forget(call)
        if self._is_client and not self.broken:
            self._try(lambda: self._connection.reset_stream(call.number, ErrorCodes.NO_ERROR))
        return [Event(ENDED, call, status=status)]

    def _break(self, why: str) -> list[Event]:
        self.broken = True
        return self.lose(why)

    def lose(self, why: str) -> list[Event]:
        """The connection is gone, and every call with it."""
        calls = self.calls
        for call in calls:
            self._forget(call)
        return [Event(ENDED, call, status=Status(code=UNAVAILABLE, message=why)) for call in calls]

    def _forget(self, call: Call) -> None:
        call.over = True
        self._calls.pop(call.number, None)

    # what goes

    def take(self) -> bytes:
        """The bytes that are to be sent now."""
        data: bytes = self._connection.data_to_send()
        return data

    def open(self, path: str, headers: Iterable[tuple[str, str]] = ()) -> Call:
        """Begin a call.

        Raises:
            Failure: the other side takes no more.
        """
        head = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("content-type", CONTENT_TYPE), ("te", "trailers"),
        ]  # fmt: skip
        try:
            number = self._connection.get_next_available_stream_id()
            self._connection.send_headers(number, [*head, *headers])
        except H2Error as problem:
            raise grpc.failure(UNAVAILABLE, str(problem)) from None
        call = self._calls[number] = Call(number, [*head, *headers])
        return call

    def send(self, call: Call, data: bytes) -> None:
        """Bytes of a call: messages with their length before them, in pieces of any size."""
        if not call.over:
            call.pending.append(data)
            self._flush(call)

    def room(self, call: Call) -> int:
        """How many bytes the other side would take at once."""
        if call.over or call.pending:
            return 0
        window_bytes: int = self._connection.local_flow_control_window(call.number)
        return max(window_bytes, 0)

    def half_close(self, call: Call) -> None:
        """We have said all there is to say in a call that we have begun."""
        if not call.over:
            call.closes = True
            self._flush(call)

    def finish(self, call: Call, status: Status) -> None:
        """End a call that the other side has begun."""
        if not call.over:
            call.trailers = status.trailers()
            self._flush(call)

    def cancel(self, call: Call) -> None:
        """Give a call up."""
        if not call.over:
            self._forget(call)
            self._try(lambda: self._connection.reset_stream(call.number, ErrorCodes.CANCEL))

    def _flush_all(self, number: int) -> list[Event]:
        """More is taken, of a call or of all of them."""
        calls = [self._calls[number]] if number else self.calls
        for call in calls:
            self._flush(call)
        return [Event(WRITABLE, call) for call in calls if not call.over and not call.pending]

    def _flush(self, call: Call) -> None:
        self._try(lambda: self._send_pending(call))

    def _send_pending(self, call: Call) -> None:
        """What may go now, and the end where all has gone."""
        connection = self._connection
        if not self._is_client and not call.answered and (call.pending or call.trailers is not None):
            call.answered = True
            head: Headers = [(":status", "200"), ("content-type", CONTENT_TYPE)]
            if not call.pending and call.trailers is not None:
                self._send_trailers(call, [*head, *call.trailers])
                return
            connection.send_headers(call.number, head)
        while call.pending:
            size_bytes = min(connection.local_flow_control_window(call.number), connection.max_outbound_frame_size)
            if size_bytes <= 0:
                return
            data = call.pending.popleft()
            if len(data) > size_bytes:
                call.pending.appendleft(data[size_bytes:])
            connection.send_data(call.number, data[:size_bytes])
        if call.trailers is not None:
            self._send_trailers(call, call.trailers)
        elif call.closes:
            call.closes = False
            connection.end_stream(call.number)

    def _send_trailers(self, call: Call, headers: Headers) -> None:
        self._forget(call)
        self._connection.send_headers(call.number, headers, end_stream=True)
        if not call.heard_all:
            self._connection.reset_stream(call.number, ErrorCodes.NO_ERROR)

    def _try(self, act: Callable[[], None]) -> None:
        """Do something to a stream that the other side may have closed meanwhile."""
        try:
            act()
        except H2Error:
            return


def _pairs(headers: Iterable[tuple[str | bytes, str | bytes]]) -> Headers:
    return [(_text(name), _text(value)) for name, value in headers]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
