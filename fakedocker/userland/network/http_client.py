"""curl and wget: HTTP/1.1 over the simulated network.

A request is a small machine whose state is plain data: resolve, connect, send, receive until the message is whole. It
must not know which server answers.
"""

from __future__ import annotations

import errno
import re
from typing import NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.connecting import GaveUp, connect

_URL = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*)://)?(?:([^/@]*)@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?([^#]*)")


class Address(NamedTuple):
    scheme: str
    user: str
    host: str
    port: int
    path: str


class RequestProblem(Exception):
    """A request failed.

    Args:
        kind: resolve, connect, timeout, tls, empty (no answer), partial, nonsense (no HTTP), receive or scheme.
        detail: the host, the scheme, how many bytes are missing; what timed out: "connect" or "".
        code: of an OSError, "ECONNREFUSED" say.
        message: its text.
    """

    def __init__(self, kind: str, detail: str = "", code: str = "", message: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.code = code
        self.message = message


class Response(NamedTuple):
    version: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def parse_url(url: str) -> Address:
    """A URL, its scheme http by default."""
    match = _URL.match(url)
    assert match is not None
    scheme = (match[1] or "http").lower()
    port = int(match[4]) if match[4] else 443 if scheme == "https" else 80
    path = match[5] or "/"
    return Address(scheme, match[2] or "", match[3], port, path if path.startswith("/") else "/" + path)


def is_numeric(host: str) -> bool:
    """Whether a host is an address, of version 4 or 6."""
    return re.fullmatch(r"[\d.]+|.*:.*", host.strip("[]")) is not None


def locate(system: System, state: State, address: Address) -> str:
    """The address to connect to, kept in `state["address"]`. Raises RequestProblem."""
    if "address" not in state:
        name = address.host.strip("[]")
        found = [name] if is_numeric(name) else system.resolve(name)
        if not found:
            raise RequestProblem("resolve", name)
        state["address"] = found[0]
    return str(state["address"])


def request(
    system: System,
    state: State,
    address: Address,
    message: bytes,
    head_only: bool,
    deadline_ns: int | None,
    connect_by_ns: int | None = None,
) -> Response:
    """Send a request and give the whole answer; everything it knows is in `state`. Blocks.

    Args:
        state: with the "path" of a socket where the address is not to be connected to.
        head_only: there will be no body (HEAD).
        deadline_ns: when to give up, None for never.
        connect_by_ns: the same for the connection alone.

    Raises:
        RequestProblem: no answer.
    """
    if "socket" not in state:
        if address.scheme not in ("http", "https"):
            raise RequestProblem("scheme", address.scheme)
        limits = [limit for limit in (deadline_ns, connect_by_ns) if limit is not None]
        _connect(system, state, address, min(limits, default=None))
        if address.scheme == "https":
            _close(system, state)
            raise RequestProblem("tls", address.host)
        system.put(message, state["socket"])
        state["received"] = b""
    try:
        response = _receive(system, state, head_only, deadline_ns)
    except RequestProblem:
        _close(system, state)
        raise
    _close(system, state)
    return response


def _receive(system: System, state: State, head_only: bool, deadline_ns: int | None) -> Response:
    """The whole answer. Blocks; raises RequestProblem."""
    while True:
        response = parse_response(state["received"], False, head_only)
        if response is not None:
            return response
        if deadline_ns is not None and not system.poll([state["socket"]], deadline_ns):
            raise RequestProblem("timeout")
        try:
            data = system.read(state["socket"])
        except OSError as problem:
            raise RequestProblem("receive", message=str(problem.strerror)) from None
        state["received"] += data
        if not state["received"].startswith(b"HTTP/"[: len(state["received"])]):
            raise RequestProblem("nonsense")
        if not data:
            return _last_words(state["received"], head_only)


def _last_words(received: bytes, head_only: bool) -> Response:
    """The answer of a server that has hung up. Raises RequestProblem where it said nothing, or not all."""
    response = parse_response(received, True, head_only)
    if response is None:
        raise RequestProblem("empty")
    missing = 0 if head_only else int(response.header("Content-Length") or 0) - len(response.body)
    if missing > 0 and response.status not in (204, 304):
        raise RequestProblem("partial", str(missing))
    return response


def _connect(system: System, state: State, address: Address, until_ns: int | None) -> None:
    try:
        if "path" in state:
            state["socket"] = system.connect_path(state["path"])
            return
        state["socket"] = connect(system, state, locate(system, state, address), address.port, until_ns=until_ns)
    except GaveUp as problem:
        raise RequestProblem("timeout", "connect", "ETIMEDOUT", str(problem.strerror)) from None
    except OSError as problem:
        code = errno.errorcode.get(problem.errno or 0, "")
        raise RequestProblem("connect", "", code, str(problem.strerror)) from None


def _close(system: System, state: State) -> None:
    descriptor = state.pop("socket", None)
    if descriptor is not None:
        system.close(descriptor)


def head_text(response: Response) -> bytes:
    """The status line and the headers as they came, with the empty line."""
    lines = [
        f"{response.version} {response.status} {response.reason}",
        *(f"{name}: {value}" for name, value in response.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def parse_response(data: bytes, ended: bool, head_only: bool) -> Response | None:
    """The response in `data`, None while it is not whole. `ended` says that nothing will follow."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = head.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code, _, reason = rest.partition(" ")
    if not is_digits(code):
        return None
    headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    response = Response(version, int(code), reason, headers, b"")
    if head_only or response.status in (204, 304) or 100 <= response.status < 200:
        return response
    if response.header("Transfer-Encoding").lower() == "chunked":
        whole = unchunk(body)
        return response._replace(body=whole) if whole is not None else response._replace(body=body) if ended else None
    length = response.header("Content-Length")
    if is_digits(length) and len(body) >= int(length):
        return response._replace(body=body[: int(length)])
    return response._replace(body=body) if ended else None


def unchunk(data: bytes) -> bytes | None:
    """The body of a chunked message, None while it is not whole."""
    pieces: list[bytes] = []
    while True:
        line, found, rest = data.partition(b"\r\n")
        if not found:
            return None
        size = int(line.partition(b";")[0] or b"0", 16)
        if size == 0:
            return b"".join(pieces)
        if len(rest) < size + 2:
            return None
        pieces.append(rest[:size])
        data = rest[size + 2 :]
