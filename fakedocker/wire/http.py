"""Requests and replies as values: HTTP's parts, without its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec
from msgspec import Struct

from fakedocker.base.numbers import parse_whole

JSON = "application/json"
TAR = "application/x-tar"
JSON_LINES = "application/jsonl"
NDJSON = "application/x-ndjson"
JSON_SEQUENCE = "application/json-seq"
RAW_STREAM = "application/vnd.docker.raw-stream"
MULTIPLEXED_STREAM = "application/vnd.docker.multiplexed-stream"


class Request(Struct, frozen=True, kw_only=True):
    """What a client asks.

    Args:
        target: path and query as on the wire; the path may begin with /v1.NN.
        headers: names in lower case.
        client: who asks; reads that one client repeats are taken for polling.
    """

    method: str
    target: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    client: str = ""

    @property
    def upgrades(self) -> bool:
        """Whether the client wants the connection itself after the head: docker looks at this header alone."""
        return bool(self.headers.get("upgrade"))


class Reply(Struct, frozen=True, kw_only=True):
    """What the engine answers: the whole of it, or the head of a stream.

    Args:
        reason: words beside the status, where they are not HTTP's own.
        body: None for a stream, whose bytes follow.
        hijacked: whether the connection now carries raw bytes both ways.
        bare: whether only the headers given are sent, without the daemon's usual ones.
    """

    status: int = 200
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = b""
    hijacked: bool = False
    bare: bool = False


class Query:
    """The parameters of a query, read as docker's handlers read them."""

    __slots__ = ("_values",)

    def __init__(self, text: str) -> None:
        self._values: dict[str, list[str]] = parse_qs(text, keep_blank_values=True) if text else {}

    def text(self, name: str, default: str = "") -> str:
        """The first value."""
        values = self._values.get(name)
        return values[0] if values else default

    def all(self, name: str) -> tuple[str, ...]:
        """Every value."""
        return tuple(self._values.get(name, ()))

    def flag(self, name: str, default: bool = False) -> bool:
        """False for 0, no, false, none and nothing; else true (moby httputils.BoolValue)."""
        values = self._values.get(name)
        if not values:
            return default
        return values[0].strip().lower() not in ("", "0", "no", "false", "none")

    def number(self, name: str) -> int | None:
        """A whole number, None where there is none."""
        return parse_whole(self.text(name))

    def has(self, name: str) -> bool:
        return name in self._values


def json_reply(
    body: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()
) -> Reply:  # Any: whatever JSON says: a message of the API, a list, a dict
    """An answer in JSON, with the newline that Go writes after it."""
    return Reply(status=status, headers=(("Content-Type", JSON), *headers), body=msgspec.json.encode(body) + b"\n")


def text_error(message: str, status: int) -> Reply:
    """An error as Go's http.Error writes it: how the daemon speaks to clients older than errors in JSON (moby httputils)."""
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
    return Reply(status=status, headers=headers, body=f"{message}\n".encode())


def make_target(path: str, query: Mapping[str, object] | None) -> str:
    """A path and a query; None values are left out, booleans are 1 and 0, lists repeat."""
    if not query:
        return path
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        items = value if isinstance(value, list | tuple) else (value,)
        pairs.extend((name, _parameter(item)) for item in items if item is not None)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _parameter(value: Any) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)
