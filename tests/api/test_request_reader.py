"""Reading HTTP requests out of bytes: however they are cut, within limits, up to where a connection is taken over."""

from __future__ import annotations

import pytest

from fakedocker.api.request_reader import HEAD_LIMIT_BYTES, Head, Refused, RequestReader

ONE = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
TWO = b"GET /d HTTP/1.1\r\nConnection: close\r\n\r\n"


class Client:
    """What a reader has read of what was sent."""

    def __init__(self, body_limit_bytes: int = 10) -> None:
        self.taken: list[tuple[Head, bytes, bool]] = []
        self.written = b""
        self.held: list[int] = []
        self.reader = RequestReader(self.take, self.write, body_limit_bytes, self.held.append)

    def take(self, head: Head, body: bytes, keep_alive: bool) -> None:
        self.taken.append((head, body, keep_alive))

    def write(self, data: bytes) -> None:
        self.written += data


@pytest.mark.parametrize("size", [1, 2, 7, len(ONE + TWO)])
def test_requests_are_the_same_however_they_are_cut(size: int) -> None:
    client = Client()
    sent = ONE + TWO
    for start in range(0, len(sent), size):
        assert client.reader.feed(sent[start : start + size]) is None
    assert client.taken == [
        (Head("POST", "/a?b=c", {"host": "x", "content-length": "3"}), b"abc", True),
        (Head("GET", "/d", {"connection": "close"}), b"", False),
    ]
    assert sum(client.held) == 3


def test_a_client_that_asks_is_told_to_go_on() -> None:
    client = Client()
    client.reader.feed(b"PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert (client.written, client.taken) == (b"HTTP/1.1 100 Continue\r\n\r\n", [])


def test_what_follows_an_upgrade_is_given_back() -> None:
    client = Client()
    sent = b"POST /attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    assert client.reader.feed(sent + b"raw\0bytes") == b"raw\0bytes"
    assert client.taken == []
    assert client.reader.head.target == "/attach"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"no http\r\n\r\n", 400),
        (b"GET /" + b"x" * HEAD_LIMIT_BYTES + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * HEAD_LIMIT_BYTES + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n" + b"x" * 11, 413),
    ],
)
def test_what_is_malformed_or_too_large_is_refused(sent: bytes, status: int) -> None:
    with pytest.raises(Refused) as refused:
        Client().reader.feed(sent)
    assert refused.value.status == status


def test_whoever_takes_a_request_may_refuse_it() -> None:
    def take(head: Head, body: bytes, keep_alive: bool) -> None:
        raise Refused(404, "page not found")

    with pytest.raises(Refused, match="page not found"):
        RequestReader(take, lambda data: None, 10).feed(TWO)
