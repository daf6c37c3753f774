"""gRPC as far as it is bytes: messages with their length before them, statuses, and what their texts become in a
header.

How calls travel over HTTP/2 is `api.http2`'s business. Source: grpc.io, "gRPC over HTTP2"; googleapis
google/rpc/status.proto.
"""

from __future__ import annotations

import base64
from typing import ClassVar, Final
from urllib.parse import quote, unquote

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.wire import protobuf
from fakedocker.wire.protobuf import BadMessage, Row

OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS = 0, 1, 2, 3, 5, 6
RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 8, 12, 13, 14
NAMES: Final = {
    CANCELLED: "Canceled", UNKNOWN: "Unknown", INVALID_ARGUMENT: "InvalidArgument", NOT_FOUND: "NotFound", ALREADY_EXISTS: "AlreadyExists",
    RESOURCE_EXHAUSTED: "ResourceExhausted", UNIMPLEMENTED: "Unimplemented", INTERNAL: "Internal", UNAVAILABLE: "Unavailable",
}  # fmt: skip
"""What Go calls the codes."""
CONTENT_TYPE: Final = "application/grpc"
MESSAGE_LIMIT_BYTES: Final = 4 << 20
"""How large a message may be, as for grpc-go."""
_PREFIX_BYTES = 5
_PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class Detail(Struct, frozen=True, kw_only=True):
    """Something beside an error's text (google.protobuf.Any)."""

    type_url: str = ""
    value: bytes = b""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "type_url", "string"), Row(2, "value", "bytes"))


class Status(Struct, frozen=True, kw_only=True):
    """How a call has ended (google.rpc.Status)."""

    code: int = OK
    message: str = ""
    details: tuple[Detail, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "code", "int"),
        Row(2, "message", "string"),
        Row(3, "details", "message", Detail, repeated=True),
    )

    def trailers(self) -> list[tuple[str, str]]:
        """The headers that end a call."""
        found = [("grpc-status", str(self.code))]
        if self.message:
            found.append(("grpc-message", quote(self.message, safe=_PLAIN, errors="replace")))
        if self.details:
            found.append(("grpc-status-details-bin", base64.b64encode(protobuf.encode(self)).decode().rstrip("=")))
        return found

    @property
    def brief(self) -> str:
        """As BuildKit writes an error of a call that says one thing (util/grpcerrors)."""
        return self.message if self.code == UNKNOWN else f"{NAMES.get(self.code, f'Code({self.code})')}: {self.message}"

    @property
    def text(self) -> str:
        """As Go writes an error of a stream."""
        return f"rpc error: code = {NAMES.get(self.code, f'Code({self.code})')} desc = {self.message}"


class Failure(Exception):
    """A call that ends with an error.

    Args:
        status: what its caller is told.
    """

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


def failure(code: int, message: str) -> Failure:
    """An error without details."""
    return Failure(Status(code=code, message=message))


def status_of(headers: dict[str, str]) -> Status:
    """The status in the headers that end a call."""
    code = headers.get("grpc-status", "")
    if not is_digits(code):
        return Status(code=INTERNAL, message="server closed the stream without sending trailers")
    return Status(code=int(code), message=unquote(headers.get("grpc-message", "")))


def frame(message: bytes) -> bytes:
    """A message with its length before it."""
    return b"\0" + len(message).to_bytes(4, "big") + message


class Unframer:
    """Takes the bytes of a call as they come, and gives messages."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, data: bytes) -> list[bytes]:
        """The messages that are complete now.

        Raises:
            Failure: one is larger than it may be.
            BadMessage: one is compressed, which nobody has agreed on.
        """
        self._data += data
        found = []
        start = 0
        while len(self._data) - start >= _PREFIX_BYTES:
            if self._data[start]:
                raise BadMessage("compressed flag set with identity or empty encoding")
            size_bytes = int.from_bytes(self._data[start + 1 : start + _PREFIX_BYTES], "big")
            if size_bytes > MESSAGE_LIMIT_BYTES:
                text = f"grpc: received message larger than max ({size_bytes} vs. {MESSAGE_LIMIT_BYTES})"
                raise failure(RESOURCE_EXHAUSTED, text)
            end = start + _PREFIX_BYTES + size_bytes
            if end > len(self._data):
                break
            found.append(bytes(self._data[start + _PREFIX_BYTES : end]))
            start = end
        del self._data[:start]
        return found

    @property
    def is_between(self) -> bool:
        """Whether every byte belongs to a message that was given."""
        return not self._data
