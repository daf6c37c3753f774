"""HTTP/1.1 requests out of the bytes of one client, each whole before it is given on.

httptools parses. It ends a message at its head when there is an Upgrade, so whatever follows is for whoever takes the
connection over.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple

import httptools

HEAD_LIMIT_BYTES = 64 << 10


class Refused(Exception):
    """A request that is not answered; the connection is closed after it.

    Args:
        status: of the answer that says so.
        message: what it says.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Head(NamedTuple):
    """What a request begins with. Names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]


class RequestReader:
    """Reads requests one after the other.

    Args:
        take: is given each request: its head, its body, and whether the connection goes on after it. May raise Refused.
        write: sends bytes to the client, for what a client wants to hear before it sends a body.
        body_limit_bytes: how large a body may be.
        hold: is told of the bytes of a body before they are kept; may raise Refused.
    """

    def __init__(
        self,
        take: Callable[[Head, bytes, bool], None],
        write: Callable[[bytes], None],
        body_limit_bytes: int,
        hold: Callable[[int], None] = lambda size_bytes: None,
    ) -> None:
        self._take = take
        self._write = write
        self._body_limit_bytes = body_limit_bytes
        self._hold = hold
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}
        self._head_bytes = 0
        self._body = b""
        self._large_body: io.BytesIO | None = None
        self._body_bytes = 0

    def feed(self, data: bytes) -> bytes | None:
        """Read what has come.

        Returns:
            what follows the head of a request that upgrades, after which there is nothing more to read here; None where
            there is none.

        Raises:
            Refused: it is no HTTP, it is too large, or `take` or `hold` said so.
        """
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest: int = upgrade.args[0]
            return data[rest:]
        except httptools.HttpParserCallbackError as problem:
            if isinstance(problem.__context__, Refused):
                raise problem.__context__ from None
            raise
        except httptools.HttpParserError:
            raise Refused(400, "malformed HTTP request") from None
        return None

    @property
    def head(self) -> Head:
        """What the request began with that was read last."""
        return Head(self._parser.get_method().decode("latin-1"), self._target.decode("utf-8", "replace"), self._headers)

    # httptools

    def on_message_begin(self) -> None:
        self._target, self._headers = b"", {}
        self._body, self._large_body = b"", None
        self._head_bytes = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._target += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        self._count_head(len(name) + len(value))

    def _count_head(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._head_bytes > HEAD_LIMIT_BYTES:
            raise Refused(431, "request header fields too large")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > self._body_limit_bytes:
            raise Refused(413, "request body too large")
        self._hold(len(body))
        if not self._body:
            self._body = body
            return
        if self._large_body is None:
            self._large_body = io.BytesIO()
            self._large_body.write(self._body)
        self._large_body.write(body)  # which gives its bytes away without copying them

    def on_message_complete(self) -> None:
        if not self._parser.should_upgrade():
            body = self._body if self._large_body is None else self._large_body.getvalue()
            self._body, self._large_body = b"", None
            self._take(self.head, body, self._parser.should_keep_alive())
