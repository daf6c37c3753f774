"""Natives of net and dns: one system call each."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.host import (
    native,
    new_buffer,
    problem_object,
    system_of,
    text_from,
)


@native("listen", "listen")
def _listen(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """listen(port, address) -> [descriptor, port] or error"""
    system, port = system_of(realm), integer(realm, argument(arguments, 0))
    address = text_from(realm, arguments, 1)
    descriptor = system.listen(port, address)
    if not port:
        port = next(
            (
                local
                for _, _, local, _, _, state, pid in reversed(system.sockets())
                if state == "LISTEN" and pid == system.pid
            ),
            0,
        )
    return realm.array([float(descriptor), float(port)])


@native("accept")
def _accept(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """accept(descriptor) -> [descriptor, address, port] or error"""
    system = system_of(realm)
    try:
        descriptor = system.accept(integer(realm, argument(arguments, 0)))
        address, port = system.peer(descriptor)
    except OSError as problem:
        return problem_object(realm, problem, "accept")
    return realm.array([float(descriptor), address, float(port)])


@native("resolve")
def _resolve(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """resolve(name) -> addresses"""
    return realm.array(list(system_of(realm).resolve(text_from(realm, arguments, 0))))


@native("connect")
def _connect(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """connect(address, port) -> descriptor or error"""
    address, port = text_from(realm, arguments, 0), integer(realm, argument(arguments, 1))
    try:
        return float(system_of(realm).connect(address, port))
    except OSError as problem:
        return _unconnected(realm, problem, address, port)


@native("connected")
def _connected(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """connected(descriptor, address, port) -> true, false while it connects, or error"""
    descriptor, address = integer(realm, argument(arguments, 0)), text_from(realm, arguments, 1)
    system = system_of(realm)
    try:
        return system.await_connection(descriptor, system.now_ns)
    except OSError as problem:
        return _unconnected(realm, problem, address, integer(realm, argument(arguments, 2)))


def _unconnected(realm: Host, problem: OSError, address: str, port: int) -> Value:
    """The error of a connection that there is none of."""
    made = problem_object(realm, problem, "connect")
    for key in ("message", "stack"):
        slot, before = made.props[key], realm.get(made, key)
        code = realm.get(made, "code")
        slot.value = before.replace(
            before.split("\n")[0] if key == "stack" else before,
            f"{'Error: ' if key == 'stack' else ''}connect {code} {address}:{port}",
            1,
        )
    made.props.update(address=address, port=float(port))
    return made


@native("connectPath", "connect", of_path=True)
def _connect_path(realm: Host, this: Value, arguments: list[Value]) -> Value:
    path = text_from(realm, arguments, 0)
    return float(system_of(realm).connect_path(path))


@native("receive", "read")
def _receive(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """receive(descriptor) -> Buffer, empty at the end, or error"""
    return new_buffer(realm, system_of(realm).read(integer(realm, argument(arguments, 0)), 65536))


@native("shutDown", "shutdown")
def _shut_down(realm: Host, this: Value, arguments: list[Value]) -> Value:
    system_of(realm).shut_down(integer(realm, argument(arguments, 0)))
    return None


@native("interfaces")
def _interfaces(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """[name, address, prefix length, mac, is loopback] of each address"""
    return realm.array(
        [
            realm.array([found.name, address.text, float(address.prefix_length), found.mac_address, found.is_loopback])
            for found in system_of(realm).interfaces()
            for address in found.addresses
        ]
    )
