"""What was run, and the states between: plain values, and the rules of which commands count.

It must not know engines or terminals.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fakedocker.engine.inflight import Exchange
from fakedocker.kernel.records import HOST
from fakedocker.world.world import World

_VERSION = re.compile(r"/v\d+\.\d+")
_LOOKING = re.compile(r"/(exec/[^/]+/(start|resize)|containers/[^/]+/(exec|attach|wait|resize)|auth|session)")
"""Requests that are no GET and yet change nothing of the world that anybody would call a step: what a command in a
container writes is looked at by itself."""


class Ran(NamedTuple):
    """A command that was run.

    Args:
        text: as it was typed.
        docker: the words of each docker command it started, without "docker".
        status: its exit status.
        counts: how many commands it counts as in golf.
    """

    text: str
    docker: tuple[tuple[str, ...], ...]
    status: int
    counts: int


class Moment(NamedTuple):
    """A state to go back to: the world, and what had been run until then."""

    world: World
    ran: tuple[Ran, ...]


def is_change(exchange: Exchange) -> bool:
    """Whether a request has changed something: not one that looks, is refused, or runs a command in a container."""
    request = exchange.request
    if request.method in ("GET", "HEAD") or exchange.reply is None or exchange.reply.status >= 400:
        return False
    path = _VERSION.sub("", request.target.partition("?")[0], count=1)
    return _LOOKING.fullmatch(path) is None


def is_exec(exchange: Exchange) -> bool:
    """Whether a request runs a command in a container."""
    return exchange.request.target.partition("?")[0].endswith("/exec")


def changes_files(before: World, after: World) -> bool:
    """Whether any file of the host, a container or a volume is different. Constant time."""
    return before.kernel.filesystems is not after.kernel.filesystems


def changes_host_files(before: World, after: World) -> bool:
    """Whether any file of the host is different. Constant time."""
    return before.kernel.filesystems[HOST] is not after.kernel.filesystems[HOST]
