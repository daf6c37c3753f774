"""Which operation a request is, and whom it is done to, as rules of faults and assertions name it."""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.wire import endpoints
from fakedocker.wire.endpoints import GRPC_METHOD
from fakedocker.wire.http import Query, Request

ON_CONTAINERS: Final = endpoints.about("container")
"""The operations that are done to one container."""
ON_IMAGES: Final = endpoints.about("image")
"""Those that are done to one image."""


class Asked(NamedTuple):
    """An operation and the name it was asked for, "" where it has none."""

    operation: str
    name: str


def asked(request: Request) -> Asked:
    """The operation of a request; "" for one that is none. Linear in the number of operations of its kind."""
    path, query = endpoints.path_of(request.target)
    found = endpoints.find(request.method, path)
    if found is None:
        return Asked("", "")
    endpoint, names = found
    if request.method == GRPC_METHOD:
        return Asked(endpoint.operation, _tag(request.body) if endpoint.about == "image" else "")
    if endpoint.parameter:
        return Asked(endpoint.operation, _name(endpoint.operation, endpoint.parameter, Query(query)))
    return Asked(endpoint.operation, next(iter(names.values()), ""))


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
