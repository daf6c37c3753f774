"""A guard against daemons contacted by accident: connections to docker's sockets and ports that are none of ours fail.

It watches the sockets of this process; subprocesses are led to an address where nobody is, unless DOCKER_HOST is one of
ours. What it catches is raised at once, and again at the end, as code under test may have swallowed it.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

DOCKER_PORTS = frozenset({2375, 2376, 2377})
SOCKET_NAMES = ("docker.sock", "docker.raw.sock", "podman.sock", "dockerd.sock")
NOWHERE = "unix:///nonexistent/guarded-by-fakedocker.sock"

_ours: dict[str, int] = {}
"""Addresses that fakedocker serves at now, with how many serve there."""


class DockerReached(AssertionError):
    """A docker daemon was contacted that is none of fakedocker's."""


class Watch:
    """What a guard has seen.

    Args:
        attempts: the addresses that were tried, in order.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def check(self, address: object) -> None:
        """Refuse an address of docker's.

        Raises:
            DockerReached: it is one, and none of ours.
        """
        name = _docker_address(address)
        if name and name not in _ours:
            self.attempts.append(name)
            raise DockerReached(_complaint([name]))


def _complaint(attempts: list[str]) -> str:
    return (
        f"a docker daemon was contacted at {', '.join(dict.fromkeys(attempts))}, which is none of fakedocker's;"
        " use the client of the fixture, or the fixture fakedocker_socket for code that makes its own"
    )


def _docker_address(address: Any) -> str:
    """How to call an address at which docker daemons listen; "" for all others."""
    if isinstance(address, bytes | str):
        path = os.fsdecode(address)
        configured = os.environ.get("DOCKER_HOST", "")
        is_dockers = path.endswith(SOCKET_NAMES) or configured == f"unix://{path}"
        return f"unix://{os.path.realpath(path)}" if is_dockers else ""
    if isinstance(address, tuple) and len(address) >= 2 and address[1] in DOCKER_PORTS:
        return f"tcp://{address[0]}:{address[1]}"
    return ""


@contextlib.contextmanager
def ours(docker_host: str) -> Iterator[None]:
    """Let an address through while fakedocker serves there."""
    address = f"unix://{os.path.realpath(docker_host[7:])}" if docker_host.startswith("unix://") else docker_host
    _ours[address] = _ours.get(address, 0) + 1
    try:
        yield
    finally:
        _ours[address] -= 1
        if not _ours[address]:
            del _ours[address]


@contextlib.contextmanager
def guard() -> Iterator[Watch]:
    """Refuse connections to docker daemons that are none of fakedocker's while the context is open.

    Raises:
        DockerReached: at the attempt, and at the end.
    """
    watch = Watch()
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked(self: socket.socket, address: Any) -> None:
        watch.check(address)
        connect(self, address)

    def checked_ex(self: socket.socket, address: Any) -> int:
        watch.check(address)
        return connect_ex(self, address)

    host = os.environ.get("DOCKER_HOST")
    leads_here = host is not None and _docker_address(host.removeprefix("unix://")) in _ours
    if not leads_here:
        os.environ["DOCKER_HOST"] = NOWHERE
    socket.socket.connect, socket.socket.connect_ex = checked, checked_ex  # type: ignore[assignment,method-assign]  # that is the point
    try:
        yield watch
    finally:
        socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]  # that is the point
        if not leads_here and os.environ.get("DOCKER_HOST") == NOWHERE:
            if host is None:
                del os.environ["DOCKER_HOST"]
            else:
                os.environ["DOCKER_HOST"] = host
    if watch.attempts:
        raise DockerReached(_complaint(watch.attempts))
