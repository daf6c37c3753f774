"""Natives of socket: single system calls of the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import signals
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, os_error
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.modules.time import deadline_of
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue

GAI_ERROR = BuiltinClass("gaierror", EXCEPTIONS["OSError"], module="socket")


def _called(function: Callable[..., Any], *args: Value) -> Any:  # Any: what a system call gives
    try:
        return function(*args)
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


@native("resolve", module="_socket_natives")
def _resolve(m: Interpreter, name: Value) -> Value:
    """The addresses of a name. Raises gaierror in the program."""
    found = m.system.resolve(name)
    if not found:
        raise Raised(ExceptionValue(GAI_ERROR, (-2, "Name or service not known")))
    return found


@native("listen", module="_socket_natives")
def _listen(m: Interpreter, address: Value, port: Value, protocol: Value) -> Value:
    return _called(m.system.listen, port, address, protocol)


def _wait(m: Interpreter, fd: int, seconds: Value) -> None:
    """Wait until a socket is ready. Blocks, or raises TimeoutError in the program."""
    key = f"socket {m.thread_number}"
    until = None if seconds is None else deadline_of(m, key, float(seconds))
    m.waiting_fd = fd
    ready = m.system.poll([fd], until)
    m.waiting_fd = None
    m.state.get("waits", {}).pop(key, None)
    signals.check(m)
    if not ready:
        raise error("TimeoutError", "timed out")


@native("accept", module="_socket_natives")
def _accept(m: Interpreter, fd: Value, timeout: Value = None) -> Value:
    """A connection: its descriptor and who is at its other end. Blocks."""
    _wait(m, fd, timeout)
    made = _called(m.system.accept, fd)
    return (made, tuple(m.system.peer(made)))


@native("connect", module="_socket_natives")
def _connect(m: Interpreter, address: Value, port: Value, protocol: Value) -> Value:
    return _called(m.system.connect, address, port, protocol)


@native("await_connection", module="_socket_natives")
def _await_connection(m: Interpreter, fd: Value, timeout: Value = None) -> None:
    """Wait until a socket is connected; one that fails is closed. Blocks, or raises an OSError in the program."""
    key = f"connect {m.thread_number}"
    until = None if timeout is None else deadline_of(m, key, float(timeout))
    try:
        stands = m.system.await_connection(fd, until)
    except OSError as problem:
        m.state.get("waits", {}).pop(key, None)
        m.system.close(fd)
        raise os_error(problem.errno or 0, problem.strerror or "") from None
    m.state.get("waits", {}).pop(key, None)
    signals.check(m)
    if not stands:
        m.system.close(fd)
        raise error("TimeoutError", "timed out")


@native("receive", module="_socket_natives")
def _receive(m: Interpreter, fd: Value, size: Value, timeout: Value = None) -> Value:
    _wait(m, fd, timeout)
    return _called(m.system.read, fd, size)


@native("send", module="_socket_natives")
def _send(m: Interpreter, fd: Value, data: Value) -> Value:
    _called(m.system.put, bytes(data), fd)
    return len(data)


@native("close", module="_socket_natives")
def _close(m: Interpreter, fd: Value) -> Value:
    _called(m.system.close, fd)


@native("shut_down", module="_socket_natives")
def _shut_down(m: Interpreter, fd: Value) -> Value:
    _called(m.system.shut_down, fd)


@native("duplicate", module="_socket_natives")
def _duplicate(m: Interpreter, fd: Value) -> Value:
    return _called(m.system.duplicate, fd)


@native("peer", module="_socket_natives")
def _peer(m: Interpreter, fd: Value) -> Value:
    return tuple(_called(m.system.peer, fd))


@native("wait_readable", module="_socket_natives")
def _wait_readable(m: Interpreter, fd: Value) -> Value:
    """Wait until there is something to read or to accept. Blocks."""
    _wait(m, fd, None)


@native("addresses", module="_socket_natives")
def _addresses(m: Interpreter) -> Value:
    """The machine's own addresses of version 4 but for the loopback's."""
    interfaces = [each for each in m.system.interfaces() if not each.is_loopback]
    return [address.text for each in interfaces for address in each.of_version(4)]


@native("own_address", module="_socket_natives")
def _own_address(m: Interpreter) -> Value:
    raise NotSimulated("the address of a socket")


@names_for("_socket_natives")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"gaierror": GAI_ERROR}
