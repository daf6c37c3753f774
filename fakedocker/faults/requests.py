"""Which operation a request is, and whom it is done to: the names that rules of faults are written with.

A table of paths beside that of the routes, as a fault also hits what no handler ever sees. It must not know what the
operations do.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import unquote

from fakedocker.wire.http import Query, Request


class Asked(NamedTuple):
    """An operation and the name it was asked for, "" where it has none."""

    operation: str
    name: str


_PATHS: Final[tuple[tuple[str, str, str, str], ...]] = (
    # operation, method, path (* is the name), parameter of the query that has the name instead
    ("ping", "GET", "/_ping", ""),
    ("ping", "HEAD", "/_ping", ""),
    ("version", "GET", "/version", ""),
    ("info", "GET", "/info", ""),
    ("events", "GET", "/events", ""),
    ("df", "GET", "/system/df", ""),
    ("login", "POST", "/auth", ""),
    ("list", "GET", "/containers/json", ""),
    ("create", "POST", "/containers/create", "name"),
    ("prune", "POST", "/containers/prune", ""),
    ("inspect", "GET", "/containers/*/json", ""),
    ("top", "GET", "/containers/*/top", ""),
    ("logs", "GET", "/containers/*/logs", ""),
    ("diff", "GET", "/containers/*/changes", ""),
    ("export", "GET", "/containers/*/export", ""),
    ("stats", "GET", "/containers/*/stats", ""),
    ("copy", "GET", "/containers/*/archive", ""),
    ("copy", "HEAD", "/containers/*/archive", ""),
    ("copy", "PUT", "/containers/*/archive", ""),
    ("start", "POST", "/containers/*/start", ""),
    ("stop", "POST", "/containers/*/stop", ""),
    ("restart", "POST", "/containers/*/restart", ""),
    ("kill", "POST", "/containers/*/kill", ""),
    ("pause", "POST", "/containers/*/pause", ""),
    ("unpause", "POST", "/containers/*/unpause", ""),
    ("rename", "POST", "/containers/*/rename", ""),
    ("update", "POST", "/containers/*/update", ""),
    ("resize", "POST", "/containers/*/resize", ""),
    ("attach", "POST", "/containers/*/attach", ""),
    ("wait", "POST", "/containers/*/wait", ""),
    ("remove", "DELETE", "/containers/*", ""),
    ("exec", "POST", "/containers/*/exec", ""),
    ("exec start", "POST", "/exec/*/start", ""),
    ("exec resize", "POST", "/exec/*/resize", ""),
    ("exec inspect", "GET", "/exec/*/json", ""),
    ("commit", "POST", "/commit", "container"),
    ("build", "POST", "/build", "t"),
    ("build", "GRPC", "/moby.buildkit.v1.Control/Solve", ""),
    ("images", "GET", "/images/json", ""),
    ("pull", "POST", "/images/create", "fromImage"),
    ("image prune", "POST", "/images/prune", ""),
    ("search", "GET", "/images/search", ""),
    ("load", "POST", "/images/load", ""),
    ("save", "GET", "/images/get", "names"),
    ("save", "GET", "/images/*/get", ""),
    ("push", "POST", "/images/*/push", ""),
    ("image inspect", "GET", "/images/*/json", ""),
    ("history", "GET", "/images/*/history", ""),
    ("tag", "POST", "/images/*/tag", ""),
    ("image remove", "DELETE", "/images/*", ""),
    ("distribution", "GET", "/distribution/*/json", ""),
    ("network list", "GET", "/networks", ""),
    ("network create", "POST", "/networks/create", ""),
    ("network prune", "POST", "/networks/prune", ""),
    ("network connect", "POST", "/networks/*/connect", ""),
    ("network disconnect", "POST", "/networks/*/disconnect", ""),
    ("network inspect", "GET", "/networks/*", ""),
    ("network remove", "DELETE", "/networks/*", ""),
    ("volume list", "GET", "/volumes", ""),
    ("volume create", "POST", "/volumes/create", ""),
    ("volume prune", "POST", "/volumes/prune", ""),
    ("volume inspect", "GET", "/volumes/*", ""),
    ("volume remove", "DELETE", "/volumes/*", ""),
)

OPERATIONS: Final = tuple(dict.fromkeys(row[0] for row in _PATHS))
"""Every operation that a rule can name."""

ON_CONTAINERS: Final = frozenset(row[0] for row in _PATHS if row[2].startswith(("/containers/*", "/exec/*"))) | {
    "create",
    "commit",
}
"""Those that are done to one container."""

ON_IMAGES: Final = frozenset(
    {"distribution", "pull", "push", "save", "image inspect", "history", "tag", "image remove", "build"}
)
"""Those that are done to one image."""

_VERSION: Final = r"/v\d+\.\d+(?=/)"


@cache
def _exact() -> dict[tuple[str, str], tuple[str, str]]:
    return {(method, path): (operation, parameter) for operation, method, path, parameter in _PATHS if "*" not in path}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str]]:
    return [
        (method, re.compile(re.escape(path).replace(r"\*", "(.+)")), operation)
        for operation, method, path, _ in _PATHS
        if "*" in path
    ]


def asked(request: Request) -> Asked:
    """The operation of a request; its name is "" for one that no rule can name. Linear in the length of the table."""
    path, _, query = request.target.partition("?")
    path = unquote(re.sub(_VERSION, "", path, count=1))
    exact = _exact().get((request.method, path))
    if exact is not None:
        operation, parameter = exact
        if request.method == "GRPC":
            return Asked(operation, _tag(request.body))
        return Asked(operation, _name(operation, parameter, Query(query)) if parameter else "")
    for method, pattern, operation in _patterns():
        if method == request.method and (match := pattern.fullmatch(path)) is not None:
            return Asked(operation, match[1])
    return Asked("", "")


def _tag(message: bytes) -> str:
    """The first name that an image gets that is built over gRPC."""
    from fakedocker.wire import control, protobuf  # read when somebody speaks gRPC

    try:
        asked = protobuf.decode(control.SolveRequest, message)
    except protobuf.BadMessage:
        return ""
    attributes = [asked.old_attributes, *(exporter.attributes for exporter in asked.exporters)]
    return next((found["name"].partition(",")[0] for found in attributes if found.get("name")), "")


def _name(operation: str, parameter: str, query: Query) -> str:
    name = query.text(parameter)
    if operation == "pull" and query.text("tag") and ":" not in name.rpartition("/")[2]:
        separator = "@" if query.text("tag").startswith("sha256:") else ":"
        return f"{name}{separator}{query.text('tag')}"
    return name
