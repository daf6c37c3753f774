"""What servers by declaration answer over HTTP: the paths of their own APIs, as far as that is known for certain.

There is a table for each server, `apis/NAME.toml`, whose head says where its answers come from. The first answer that
fits is given; what no answer fits is not simulated: it is answered with 501, says so, and is marked. A port without HTTP,
or with TLS, takes connections, and closes them when something is said there. This module must not know processes.

    server      the Server header; absent for none
    date        false for a server that sends no Date header
    [[answers]]
      port      of the listener
      path      as it stands; `{name}` is any one segment, `*` at the end any rest; absent for every path
      method    absent for GET (and HEAD); "*" for every method
      status    200 where absent; 0 closes the connection without an answer
      body, type, headers     ${version}, ${path}, ${target}, ${method}, ${host}, ${hostname}, ${seconds}, ${hex16}, ${encoded}
                and the segments of the path stand for themselves; those of `type = "application/json"` are escaped
      page      instead of a body: the title of a page for people, which says that it is simulated
      file      instead of a body: a file of the container
      pretty    true where `?pretty` lays JSON out
      since, before           versions that the answer is true of
      when      conditions, all of them: "NAME=VALUE" and "NAME" of the environment, "header NAME", "argument TEXT",
                "query NAME", "size PATH=BYTES" of a file, "age SECONDS" since it was ready at the least; "!" before one for
                the opposite
    [[silent]]  port, when    where HTTP is not spoken
"""

from __future__ import annotations

import json
import pkgutil
import re
import tomllib
from contextlib import suppress
from functools import cache
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from fakedocker.kernel.marks import FEATURE
from fakedocker.kernel.program import System
from fakedocker.userland.services.http import Request, Response

FOLDER: Final = "/.fakedocker"
READY: Final = (f"{FOLDER}/ready", "/dev/shm/.fakedocker-ready")
"""A file that is there while the service is ready: the second where the root is read-only, as no real service needs one."""
_NAME: Final = re.compile(r"[a-z0-9-]+")
_PLACE: Final = re.compile(r"\$\{(\w+)\}")
_PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{0}</title>\n</head>\n<body>\n<h1>{0}</h1>\n'
    "<p>This page is simulated: it shows that the server runs and that its port is reached.</p>\n</body>\n</html>\n"
)


class ApiAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a server."""

    port: int
    path: str = ""
    method: str = "GET"
    status: int = 200
    body: str = ""
    type: str = ""
    headers: dict[str, str] = {}
    page: str = ""
    file: str = ""
    pretty: bool = False
    since: str = ""
    before: str = ""
    when: tuple[str, ...] = ()


class Silent(Struct, frozen=True, forbid_unknown_fields=True):
    """A port on which HTTP is not spoken, or not in the clear."""

    port: int
    since: str = ""
    when: tuple[str, ...] = ()


class ServerApi(Struct, frozen=True, forbid_unknown_fields=True):
    """What a server answers."""

    answers: tuple[ApiAnswer, ...] = ()
    silent: tuple[Silent, ...] = ()
    server: str = ""
    date: bool = True
    order: tuple[str, ...] = ("Content-Type", "Date", "Content-Length")


@cache
def load(name: str) -> ServerApi:
    """The table of a server; one without answers where there is none."""
    if not _NAME.fullmatch(name):
        return ServerApi()
    try:
        data = pkgutil.get_data(__package__, f"apis/{name}.toml")
    except FileNotFoundError:
        return ServerApi()
    assert data is not None, "the package's loader gives no data"
    return msgspec.convert(tomllib.loads(data.decode()), ServerApi)


def is_silent(api: ServerApi, system: System, port: int, version: str) -> bool:
    """Whether nothing is said in HTTP on a port."""
    return any(
        row.port == port and _not_before(version, row.since) and _holds(system, None, row.when) for row in api.silent
    )


def answer(api: ServerApi, system: System, request: Request, version: str) -> Response:
    """What a server answers, or that it is not simulated, which is marked."""
    for row in api.answers:
        segments = _fits(row, system, request, version)
        if segments is not None:
            return _made(row, system, request, {**segments, "version": version})
    what = f"{request.method} {request.path}"
    system.unsimulated(what, FEATURE)
    name = system.argv[0].rpartition("/")[2] if system.argv else system.identity.name
    text = f"fakedocker: {name}: {what} is not simulated\n"
    return Response(501, text.encode(), (("Content-Type", "text/plain; charset=utf-8"),))


def _fits(row: ApiAnswer, system: System, request: Request, version: str) -> dict[str, str] | None:
    """The segments of the path that the answer has names for; None where it is not meant."""
    if row.port != request.port:
        return None
    if row.method != "*" and row.method != ("GET" if request.method == "HEAD" else request.method):
        return None
    if not _not_before(version, row.since) or (row.before and _not_before(version, row.before)):
        return None
    segments = _segments(row.path, request.path)
    return segments if segments is not None and _holds(system, request, row.when) else None


def _segments(pattern: str, path: str) -> dict[str, str] | None:
    if not pattern:
        return {}
    if pattern.endswith("*"):
        return {} if path.startswith(pattern[:-1]) else None
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    found = {}
    for want, give in zip(wanted, given, strict=True):
        if want.startswith("{") and give:
            found[want[1:-1]] = give
        elif want != give:
            return None
    return found


def _holds(system: System, request: Request | None, conditions: tuple[str, ...]) -> bool:
    for condition in conditions:
        text = condition.removeprefix("!")
        kind, space, rest = text.partition(" ")
        if kind == "header" and space:
            held = request is not None and bool(request.header(rest))
        elif kind == "query" and space:
            held = request is not None and rest in (part.partition("=")[0] for part in request.query.split("&"))
        elif kind == "argument" and space:
            held = any(word == rest or word.startswith(f"{rest}=") for word in system.argv)
        elif kind == "age" and space:
            held = _age_seconds(system) >= int(rest)
        elif kind == "size" and space:
            held = _has_size(system, rest)
        else:
            name, equals, value = text.partition("=")
            held = system.environment.get(name) == value if equals else bool(system.environment.get(name))
        if held == condition.startswith("!"):
            return False
    return True


def _age_seconds(system: System) -> int:
    """How long the server has been ready, by the file that says so."""
    for path in READY:
        with suppress(OSError):
            return (system.now_ns - system.stat(path).mtime_ns) // 1_000_000_000
    return 0


def _has_size(system: System, text: str) -> bool:
    path, _, size = text.partition("=")
    try:
        return str(system.stat(path).size_bytes) == size
    except OSError:
        return False


def _not_before(version: str, other: str) -> bool:
    return _numbers(version) >= _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", version)[:4])


def _made(row: ApiAnswer, system: System, request: Request, known: dict[str, str]) -> Response:
    if not row.status:
        system.unsimulated(f"TLS on port {row.port}", quiet=True)
        return Response(0, close=True)
    now_ns = system.now_ns
    known = {
        **known, "path": request.path, "target": request.target, "method": request.method, "hostname": system.hostname,
        "host": request.header("Host"), "seconds": str(now_ns // 1_000_000_000), "hex16": f"{now_ns:016X}",
        "encoded": quote(request.path, safe=""),
    }  # fmt: skip
    if row.page:
        return Response(row.status, _PAGE.format(row.page).encode(), (("Content-Type", "text/html; charset=utf-8"),))
    if row.file:
        return _of_file(row, system)
    is_json = "json" in row.type
    body = _PLACE.sub(lambda place: _escaped(known.get(place[1], place[0]), is_json), row.body)
    if row.pretty and _pretty(request):
        body = json.dumps(json.loads(body), indent=2, separators=(",", " : "), ensure_ascii=False) + "\n"
    kind = (("Content-Type", row.type),) if row.type else ()
    headers = tuple(
        (name, _PLACE.sub(lambda place: known.get(place[1], place[0]), value)) for name, value in row.headers.items()
    )
    return Response(row.status, body.encode("utf-8", "surrogateescape"), (*kind, *headers))


def _of_file(row: ApiAnswer, system: System) -> Response:
    try:
        data = system.read_file(row.file)
    except OSError:
        return Response(404, b"", tuple(row.headers.items()))
    return Response(row.status, data, (("Content-Type", row.type), *row.headers.items()))


def _escaped(text: str, is_json: bool) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1] if is_json else text


def _pretty(request: Request) -> bool:
    """Whether JSON is to be laid out: `?pretty`, and not `?pretty=false`."""
    pairs = dict(part.partition("=")[::2] for part in request.query.split("&"))
    return pairs.get("pretty", "false") != "false"
