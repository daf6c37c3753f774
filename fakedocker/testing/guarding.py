"""Where connections to docker daemons go: to the double while it is patched in, and nowhere else while a guard watches.

A guard refuses the addresses at which daemons usually are, and whatever request of docker's API is about to be sent to an address that
is none of fakedocker's. Subprocesses are led to an address where nobody is, unless DOCKER_HOST is one of ours, and `docker -H` is looked
at. What a guard catches is raised at once, and again at the end, as code under test may have swallowed it.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fakedocker.testing import addresses

NOWHERE: Final = "unix:///nonexistent/guarded-by-fakedocker.sock"
_API_REQUEST: Final = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE) (?:/_ping|/v[12]\.\d{1,2}/(?:_ping|auth|build|commit|configs|containers|distribution|events|exec|"
    rb"images|info|networks|nodes|plugins|secrets|services|session|swarm|system|tasks|version|volumes|grpc))\b[^\r\n]* HTTP/1"
)
"""The beginning of a request of docker's API: its ping, or a path with a version that names one of its families."""
_VERSION_REQUEST: Final = re.compile(
    rb"GET /version HTTP/1.*\r\nuser-agent: (?:docker|tc-python|podman)", re.DOTALL | re.IGNORECASE
)

_ours: dict[str, int] = {}
"""Addresses that fakedocker serves at now, with how many serve there."""
_led: dict[str, str | tuple[str, int]] = {}
"""Addresses whose connections go to the double, with where that is."""
_watches: list[Watch] = []


class DockerReached(AssertionError):
    """A docker daemon was contacted that is none of fakedocker's."""


class Watch:
    """What a guard has seen.

    Args:
        attempts: the addresses that were tried, in order.
    """

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def refuse(self, address: str) -> None:
        """Note an address that was tried, and raise DockerReached."""
        self.attempts.append(address)
        raise DockerReached(_complaint([address]))


def _complaint(attempts: list[str]) -> str:
    return (
        f"a docker daemon was contacted at {', '.join(dict.fromkeys(attempts))}, which is none of fakedocker's;"
        " use the client of the fixture, or fakedocker.patch() or the fixture fakedocker_patched for code that makes its own"
    )


def is_ours(docker_host: str) -> bool:
    """Whether fakedocker serves at an address now, or it leads there."""
    name = addresses.canonical(docker_host)
    return name in _ours or name in _led


@contextlib.contextmanager
def ours(docker_host: str) -> Iterator[None]:
    """Let an address through while fakedocker serves there."""
    address = addresses.canonical(docker_host)
    _ours[address] = _ours.get(address, 0) + 1
    try:
        yield
    finally:
        _ours[address] -= 1
        if not _ours[address]:
            del _ours[address]


@contextlib.contextmanager
def led(targets: Mapping[str, str | tuple[str, int]]) -> Iterator[None]:
    """Let connections to some addresses go elsewhere while the context is open, whoever makes them in this process.

    Args:
        targets: address -> what a socket of its family connects to instead.
    """
    before = dict(_led)
    _led.update(targets)
    with _hooked():
        try:
            yield
        finally:
            _led.clear()
            _led.update(before)


@contextlib.contextmanager
def guard() -> Iterator[Watch]:
    """Refuse connections to docker daemons that are none of fakedocker's while the context is open.

    Raises:
        DockerReached: at the attempt, and at the end.
    """
    watch = Watch()
    host = os.environ.get("DOCKER_HOST")
    leads_here = host is not None and addresses.canonical(host) in _ours
    if not leads_here:
        os.environ["DOCKER_HOST"] = NOWHERE
    _watches.append(watch)
    with _hooked():
        try:
            yield watch
        finally:
            _watches.remove(watch)
            if not leads_here and os.environ.get("DOCKER_HOST") == NOWHERE:
                if host is None:
                    del os.environ["DOCKER_HOST"]
                else:
                    os.environ["DOCKER_HOST"] = host
    if watch.attempts:
        raise DockerReached(_complaint(watch.attempts))


# what sockets and commands are asked before they go on


def _target(address: Any) -> Any:
    """Where a connection goes that is asked for at an address. Raises DockerReached where a guard says no."""
    name = addresses.of_socket(address)
    if name in _led:
        return _led[name]
    if _watches and addresses.is_dockers(address) and name not in _ours:
        _watches[-1].refuse(name)
    return address


def _check_data(connection: socket.socket, data: Any) -> None:
    """Refuse a request of docker's API that is none of ours to answer, before any of it is sent."""
    if not _watches:
        return
    start = bytes(memoryview(data)[:2000])
    if start[:1] not in (b"G", b"H", b"P", b"D") or not (_API_REQUEST.match(start) or _VERSION_REQUEST.match(start)):
        return
    try:
        name = addresses.of_socket(connection.getpeername())
    except OSError:
        return
    if name and name not in _ours:
        _watches[-1].refuse(name)


def check_command(arguments: object, environment: Mapping[str, str] | None) -> None:
    """Refuse a docker command for another daemon: by -H, by a context, or by the variables it is given.

    Args:
        arguments: what is run: words, or a line of a shell.
    """
    if _watches:
        host = addresses.asked_by_command(arguments, environment)
        if host and not is_ours(host):
            _watches[-1].refuse(host)


_hooks = 0
_hooking = contextlib.ExitStack()


@contextlib.contextmanager
def _hooked() -> Iterator[None]:
    """Look at the sockets and subprocesses of this process while the context is open."""
    global _hooks
    if not _hooks:
        _hooking.enter_context(_replaced())
    _hooks += 1
    try:
        yield
    finally:
        _hooks -= 1
        if not _hooks:
            _hooking.close()


@contextlib.contextmanager
def _replaced() -> Iterator[None]:
    import ssl
    import subprocess

    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    send_parts: Any = getattr(socket.socket, "sendmsg", None)  # not on Windows
    begin = subprocess.Popen.__init__

    def connected(self: socket.socket, address: Any) -> None:
        connect(self, _target(address))

    def connected_ex(self: socket.socket, address: Any) -> int:
        return connect_ex(self, _target(address))

    def begun(self: subprocess.Popen[Any], args: Any, *rest: Any, **named: Any) -> None:
        check_command(args, named.get("env"))
        begin(self, args, *rest, **named)

    def checking(send: Any) -> Any:
        def sent(self: socket.socket, data: Any, *rest: Any) -> Any:
            _check_data(self, data)
            return send(self, data, *rest)

        return sent

    def sent_parts(self: socket.socket, buffers: Sequence[Any], *rest: Any) -> Any:
        buffers = list(buffers)
        if buffers:
            _check_data(self, buffers[0])
        return send_parts(self, buffers, *rest)

    changes: list[tuple[Any, str, Any]] = [
        (socket.socket, "connect", connected),
        (socket.socket, "connect_ex", connected_ex),
        (socket.socket, "send", checking(socket.socket.send)),
        (socket.socket, "sendall", checking(socket.socket.sendall)),
        (ssl.SSLSocket, "send", checking(ssl.SSLSocket.send)),
        (subprocess.Popen, "__init__", begun),
    ]
    if send_parts is not None:
        changes.append((socket.socket, "sendmsg", sent_parts))
    before = [(owner, name, owner.__dict__.get(name)) for owner, name, _ in changes]
    for owner, name, value in changes:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
