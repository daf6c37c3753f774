"""Asking the daemon: versioned paths, errors as exceptions, filters and registry credentials in their wire form.

Owns how the client talks, not what about.
"""

from __future__ import annotations

import base64
import codecs
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.context import Body, Client, ConnectionRefused, Context, Exchange, Query, Response, Stream
from fakedocker_shell.cli.errors import CliError, DaemonError


def escape(name: str) -> str:
    """A name as part of a path."""
    return quote(name, safe="/:@!$&'()*+,;=~-._")


def checked_name(kind: str, name: str) -> str:
    """The name, escaped for a path; the client itself refuses an empty one."""
    if not name.strip():
        raise CliError(f"invalid {kind} name or ID: value is empty")
    return escape(name)


def filters_query(filters: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Filters as a parameter: {"label":{"a=b":true}}; nothing without any."""
    if not filters:
        return {}
    shape = {key: dict.fromkeys(sorted(values), True) for key, values in sorted(filters.items())}
    return {"filters": json.dumps(shape, separators=(",", ":"))}


def auth_header(auth: Mapping[str, Json] | None) -> dict[str, str]:
    """X-Registry-Auth: JSON in URL-safe base64."""
    document = json.dumps(auth or {}, separators=(",", ":")).encode()
    return {"X-Registry-Auth": base64.urlsafe_b64encode(document).decode()}


def error_message(status: int, body: bytes) -> str:
    """What the daemon says is wrong."""
    try:
        document = json.loads(body)
        message = document.get("message", "") if isinstance(document, dict) else ""
    except ValueError:
        message = body.decode("utf-8", "replace").strip()
    return str(message).strip() or f"API returned a {status} but provided no error-message"


class Api:
    """The daemon, as one docker command sees it."""

    def __init__(self, context: Context, client: Client) -> None:
        self.context = context
        self.client = client
        self.version = context.environment.get("DOCKER_API_VERSION") or context.profile.client.api_version
        self.daemon_headers: Mapping[str, str] = {}
        self._negotiated = bool(context.environment.get("DOCKER_API_VERSION"))

    async def negotiate(self) -> None:
        """Agree on a version, once; a daemon that does not answer is left to the request proper to complain about."""
        if self._negotiated:
            return
        self._negotiated = True
        try:
            answer = await self.client.request("HEAD", "/_ping")
        except ConnectionRefused:
            return
        self.daemon_headers = answer.headers
        theirs = answer.header("Api-Version")
        if theirs and _numbers(theirs) < _numbers(self.version):
            self.version = theirs

    async def speaks(self, version: str) -> bool:
        """Whether the version that was agreed on is this one or a newer one."""
        await self.negotiate()
        return _numbers(self.version) >= _numbers(version)

    def path(self, path: str) -> str:
        """A path with the version in front."""
        return f"/v{self.version}{path}"

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask; an answer of 400 and above becomes a DaemonError, a daemon that is not there a CliError."""
        await self.negotiate()
        try:
            answer = await self.client.request(method, self.path(path), query, body, headers)
        except ConnectionRefused as error:
            raise CliError(str(error)) from None
        if answer.status >= 400:
            raise DaemonError(error_message(answer.status, answer.body), answer.status)
        return answer

    async def get(self, path: str, query: Query | None = None) -> Json:
        """The JSON at a path."""
        return (await self.request("GET", path, query)).json()

    async def post(self, path: str, query: Query | None = None, body: Body = None) -> Json:
        """Post, and give the JSON of the answer; None if it has no body."""
        answer = await self.request("POST", path, query, body)
        return answer.json() if answer.body.strip() else None

    async def delete(self, path: str, query: Query | None = None) -> Json:
        """Delete, and give the JSON of the answer; None if it has no body."""
        answer = await self.request("DELETE", path, query)
        return answer.json() if answer.body.strip() else None

    async def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> Stream:
        """Ask for a stream; errors as with `request`."""
        await self.negotiate()
        try:
            stream = await self.client.open(method, self.path(path), query, body, headers, upgrade)
        except ConnectionRefused as error:
            raise CliError(str(error)) from None
        if stream.status >= 400:
            message = bytearray()
            while chunk := await stream.read():
                message += chunk
            stream.close()
            raise DaemonError(error_message(stream.status, bytes(message)), stream.status)
        return stream

    async def start(self, method: str, path: str, query: Query | None = None) -> Exchange:
        """Ask without waiting for the whole answer; only the head is awaited, an error raised."""
        await self.negotiate()
        try:
            exchange = self.client.start(method, self.path(path), query)
            status = await exchange.head()
        except ConnectionRefused as error:
            raise CliError(str(error)) from None
        if status >= 400:
            while not exchange.finished:
                await self.context.wait_any(exchange)
            raise DaemonError(error_message(status, exchange.response.body), status)
        return exchange


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if is_digits(part))


async def json_messages(stream: Stream) -> AsyncIterator[JsonObject]:
    """The JSON objects of a stream, one after the other, however they are cut into chunks.

    Raises CliError where the stream is no JSON.
    """
    decode = json.JSONDecoder().raw_decode
    to_text = codecs.getincrementaldecoder("utf-8")("replace")
    text = ""
    while True:
        chunk = await stream.read()
        text += to_text.decode(chunk, final=not chunk)
        position = 0
        while (start := _first_not_blank(text, position)) < len(text):
            try:
                message, position = decode(text, start)
            except ValueError:
                if not chunk:
                    raise CliError("unexpected EOF") from None
                break
            yield message
        text = text[position:]
        if not chunk:
            return


def _first_not_blank(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
