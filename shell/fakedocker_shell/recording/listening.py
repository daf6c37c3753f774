"""What passes on one connection, read as HTTP: requests, answers, and what follows an upgrade.

It is given copies of the bytes of both sides and must not be in anybody's way: what it does not understand it notes as the
bytes of an upgraded connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httptools

from fakedocker.base.numbers import parse_digits
from fakedocker.recordings.file import Answered, Asked, Ended, Event, Input, InputEnded, Output

LARGEST_BODY_BYTES: Final = 16 << 20
"""Of a request or an answer: of more only the beginning is kept."""


class Connection:
    """One connection between a client and the engine.

    Args:
        keep: is given what was said.
        next_id: gives the number of a new request.
        now_ms: the time since the beginning.
    """

    def __init__(self, keep: Callable[[Event], None], next_id: Callable[[], int], now_ms: Callable[[], int]) -> None:
        self._keep = keep
        self._next_id = next_id
        self._now_ms = now_ms
        self._id = 0
        self._is_open = False
        self._is_raw = False
        self._kept_bytes = 0
        self._is_cut = False
        self._method = ""
        self._waiting = b""
        self._is_upgrading = False
        self._begin_requests()
        self._begin_answer()

    # the client's side

    def _begin_requests(self) -> None:
        self._target = b""
        self._request_headers: dict[str, str] = {}
        self._body = bytearray()
        self._body_is_cut = False
        self._lacks_bytes = 0
        """Of the body of a request that asks for an upgrade: the parser gives that to nobody."""
        side = _Side(self._on_url, self._request_headers, self._on_request_body, self._asked)
        self._requests = httptools.HttpRequestParser(side)

    def from_client(self, data: bytes) -> None:
        """Bytes that the client has sent."""
        if self._is_raw:
            self._keep(Input(id=self._id, at_ms=self._now_ms(), data=data))
            return
        if self._is_open:  # an upgrade is asked for, and not answered yet
            self._waiting += data[: LARGEST_BODY_BYTES - len(self._waiting)]
            return
        if self._lacks_bytes:
            self._take_body(data)
            return
        try:
            self._requests.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            length = {name.lower(): value for name, value in self._request_headers.items()}.get("content-length", "")
            self._lacks_bytes = parse_digits(length) or 0
            self._take_body(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._is_raw = True

    def _take_body(self, data: bytes) -> None:
        """The body of a request that asks for an upgrade, and what follows it."""
        body, rest = data[: self._lacks_bytes], data[self._lacks_bytes :]
        self._on_request_body(body)
        self._lacks_bytes -= len(body)
        if not self._lacks_bytes:
            self._keep_asked()
            self._begin_requests()
            self._waiting += rest

    def client_ended(self) -> None:
        """The client has closed its side."""
        if self._is_raw:
            self._keep(InputEnded(id=self._id, at_ms=self._now_ms()))

    def _on_url(self, url: bytes) -> None:
        self._target += url

    def _on_request_body(self, data: bytes) -> None:
        room = LARGEST_BODY_BYTES - len(self._body)
        self._body += data[:room]
        self._body_is_cut = self._body_is_cut or len(data) > room

    def _asked(self) -> None:
        if not self._requests.should_upgrade():
            self._keep_asked()

    def _keep_asked(self) -> None:
        self._id = self._next_id()
        self._is_open = True
        self._kept_bytes, self._is_cut = 0, False
        self._method = self._requests.get_method().decode("ascii", "replace")
        target = self._target.decode("latin-1")
        asked = Asked(
            id=self._id, at_ms=self._now_ms(), method=self._method, target=target, headers=dict(self._request_headers),
            body=bytes(self._body), cut=self._body_is_cut,
        )  # fmt: skip
        self._keep(asked)
        self._target, self._body, self._body_is_cut = b"", bytearray(), False
        self._request_headers.clear()
        self._begin_answer()

    # the engine's side

    def _begin_answer(self) -> None:
        self._answer_headers: dict[str, str] = {}
        self._answers = httptools.HttpResponseParser(
            _Side(None, self._answer_headers, self._on_output, self._answer_ended, self._answered)
        )

    def from_engine(self, data: bytes) -> None:
        """Bytes that the engine has sent."""
        if self._is_raw:
            self._on_output(data)
            return
        try:
            self._answers.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._become_raw(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._is_raw = True

    def _answered(self) -> None:
        status = self._answers.get_status_code()
        self._is_upgrading = status == 101
        if status < 200 and not self._is_upgrading:
            return
        self._keep(Answered(id=self._id, at_ms=self._now_ms(), status=status, headers=dict(self._answer_headers)))
        if self._method == "HEAD":
            self._answer_ended()

    def _become_raw(self, rest: bytes) -> None:
        self._is_raw = True
        if rest:
            self._on_output(rest)
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            self.from_client(waiting)

    def _on_output(self, data: bytes) -> None:
        room = LARGEST_BODY_BYTES - self._kept_bytes
        if data[:room]:
            self._keep(Output(id=self._id, at_ms=self._now_ms(), data=data[:room]))
        self._kept_bytes += len(data)
        self._is_cut = self._is_cut or len(data) > room

    def _answer_ended(self) -> None:
        if self._is_open and self._answers.get_status_code() >= 200:
            self._is_open = False
            self._keep(Ended(id=self._id, at_ms=self._now_ms(), cut=self._is_cut))
            waiting, self._waiting = self._waiting, b""
            if waiting:
                self.from_client(waiting)

    def ended(self, by_client: bool) -> None:
        """The connection is over."""
        if self._is_open or self._is_raw:
            self._is_open = self._is_raw = False
            self._keep(Ended(id=self._id, at_ms=self._now_ms(), by_client=by_client, cut=self._is_cut))


class _Side:
    """What a parser of httptools tells."""

    def __init__(
        self,
        on_url: Callable[[bytes], None] | None,
        headers: dict[str, str],
        on_body: Callable[[bytes], None],
        on_message_complete: Callable[[], None],
        on_headers_complete: Callable[[], None] | None = None,
    ) -> None:
        self._headers = headers
        self.on_body = on_body
        self.on_message_complete = on_message_complete
        if on_url is not None:
            self.on_url = on_url
        if on_headers_complete is not None:
            self.on_headers_complete = on_headers_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1")] = value.decode("latin-1")
