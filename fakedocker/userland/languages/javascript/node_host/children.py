"""Natives of child_process: a child with pipes for its input and output."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.languages.javascript.cells import Value, is_callable
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.host import loop_of, native, problem_object, system_of
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.units import from_units

_CHILD_ENDED = 17
_BOTH_WAYS = 3


@native("spawn")
def _spawn(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """spawn(file, argv, environment, directory, stdio, callback) -> {pid, stdin, stdout, stderr} or error

    stdio: three of "pipe", "inherit", "ignore". The callback is told how it ended: a status, or minus a signal.
    """
    name = from_units(to_text(realm, arguments[0]))
    argv = [from_units(to_text(realm, word)) for word in realm.values_of(arguments[1])]
    environment = {
        from_units(key): from_units(to_text(realm, realm.get(arguments[2], key))) for key in arguments[2].props
    }
    modes = [to_text(realm, mode) for mode in realm.values_of(arguments[4])]
    system, loop = system_of(realm), loop_of(realm)
    before = system.directory
    ours: dict[int, int] = {}
    try:
        if argument(arguments, 3) is not None:
            system.change_directory(from_units(to_text(realm, arguments[3])))
        path = system.find_program(name, environment.get("PATH", ""))
        pid = _start(system, path, argv, environment, modes, ours)
    except OSError as problem:
        for descriptor in ours.values():
            system.close(descriptor)
        return problem_object(realm, problem, f"spawn {name}", name)
    finally:
        system.change_directory(before)
    made = realm.new_object()
    for place, descriptor in ours.items():
        made.props[("stdin", "stdout", "stderr")[place]] = float(descriptor)
    made.props["pid"] = float(pid)
    if is_callable(argument(arguments, 5)):
        system.catch(_CHILD_ENDED, "catch")
        loop.children[pid] = arguments[5]
    return made


def _start(
    system: System, path: str, argv: list[str], environment: dict[str, str], modes: list[str], ours: dict[int, int]
) -> int:
    """Start a child that has three descriptors and no other: else it would hold its own input's other end open, and
    never see where that ends. The pid; the other ends of its pipes come into `ours`. Raises OSError."""
    theirs: dict[int, int] = {}
    held: list[int] = []
    try:
        for place, mode in enumerate(modes):
            if mode == "pipe":
                reading, writing = system.pipe()
                ours[place], other = (writing, reading) if place == 0 else (reading, writing)
                held.append(other)
                theirs[place] = other
            elif mode == "ignore":
                theirs[place] = system.open("/dev/null", _BOTH_WAYS)
                held.append(theirs[place])
        table = system.descriptors()
        entries = {place: table[theirs.get(place, place)] for place in range(3) if theirs.get(place, place) in table}
        own = system.use_table(entries)
        try:
            return system.spawn(path, argv, environment)
        finally:
            system.restore_table(own)
    finally:
        for descriptor in held:
            system.close(descriptor)


@native("waitChild")
def _wait_child(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """waitChild(pid) -> how it ended. Waits."""
    system, pid = system_of(realm), integer(realm, argument(arguments, 0))
    while True:
        status = system.reap_ending(pid)
        if status is not None:
            return float(status)
        system.wait_for_child(pid)
