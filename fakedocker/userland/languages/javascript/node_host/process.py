"""Natives of process: what is known of it, its environment and its end."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import JsBytes, Value
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.host import (
    MOST_BYTES,
    native,
    new_buffer,
    system_of,
)
from fakedocker.userland.languages.javascript.node_host.output import has_colours
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.machine import Exit


@native("exit")
def _exit(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise Exit(integer(realm, argument(arguments, 0)) & 255)


@native("facts")
def _facts(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """What is known of the process: pid, ppid, arguments, version and the like."""
    system, host = system_of(realm), realm.state.host
    made = realm.new_object()
    made.props.update(
        pid=float(system.pid),
        ppid=float(system.parent_pid),
        version=host["version"],
        argv=realm.array([to_units(word) for word in host["argv"]]),
        execArgv=realm.array([to_units(word) for word in host["options"]]),
        hostname=system.hostname,
        uid=float(system.uid),
        gid=float(system.gid),
        main=host["main"],
    )
    return made


@native("environment")
def _environment(realm: Host, this: Value, arguments: list[Value]) -> Value:
    made = realm.new_object()
    for key, value in system_of(realm).environment.items():
        made.props[to_units(key)] = to_units(value)
    return made


@native("now")
def _now(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """Nanoseconds on the virtual clock, as a big integer."""
    return int(system_of(realm).now_ns)


@native("directory")
def _directory(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return to_units(system_of(realm).directory)


@native("isTerminal")
def _is_terminal(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return system_of(realm).is_terminal(integer(realm, argument(arguments, 0)))


@native("hasColours")
def _has_colours(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return has_colours(realm, integer(realm, argument(arguments, 0)))


@native("windowSize")
def _window_size(realm: Host, this: Value, arguments: list[Value]) -> Value:
    rows, columns = system_of(realm).window_size(integer(realm, argument(arguments, 0)))
    return realm.array([float(rows), float(columns)])


@native("memory")
def _memory(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return float(realm.machine.memory.memory_bytes())


@native("kill", "kill")
def _kill(realm: Host, this: Value, arguments: list[Value]) -> Value:
    system_of(realm).kill(integer(realm, argument(arguments, 0)), integer(realm, argument(arguments, 1)))
    return None


@native("notSimulated")
def _not_simulated(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise NotSimulated(from_units(to_text(realm, argument(arguments, 0))))


@native("newBuffer")
def _new_buffer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    size = integer(realm, argument(arguments, 0))
    if size > MOST_BYTES:
        raise NotSimulated("so large a buffer")
    return new_buffer(realm, bytes(size))


@native("bufferOver")
def _buffer_over(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """bufferOver(arrayBuffer, offset, length): a Buffer over the same bytes"""
    inner, offset = arguments[0], integer(realm, argument(arguments, 1))
    length = integer(realm, argument(arguments, 2), len(inner.buffer) - offset)
    return JsBytes(realm.protos["Buffer"], "Buffer", inner.buffer, offset, length)


@native("bufferPrototype")
def _buffer_prototype(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.protos["Buffer"]
