"""Natives of child_process: a child with pipes for its input and output."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import Value, is_callable
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.host import loop_of, native, problem_object, system_of
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.units import from_units

_CHILD_ENDED = 17


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
    made = realm.new_object()
    before = system.directory
    kept = [system.duplicate(descriptor) for descriptor in range(3)]
    ours: list[int] = []
    try:
        if argument(arguments, 3) is not None:
            system.change_directory(from_units(to_text(realm, arguments[3])))
        path = system.find_program(name, environment.get("PATH", ""))
        for descriptor, mode in enumerate(modes):
            if mode == "pipe":
                reading, writing = system.pipe()
                own, other = (writing, reading) if descriptor == 0 else (reading, writing)
                system.duplicate(other, descriptor)
                system.close(other)
                ours.append(own)
                made.props[("stdin", "stdout", "stderr")[descriptor]] = float(own)
            elif mode == "ignore":
                nothing = system.open("/dev/null", 3)
                system.duplicate(nothing, descriptor)
                system.close(nothing)
        pid = system.spawn(path, argv, environment)
        made.props["pid"] = float(pid)
    except OSError as problem:
        for descriptor in ours:
            system.close(descriptor)
        return problem_object(realm, problem, f"spawn {name}", name)
    finally:
        for descriptor, copy in enumerate(kept):
            system.duplicate(copy, descriptor)
            system.close(copy)
        system.change_directory(before)
    if is_callable(argument(arguments, 5)):
        system.catch(_CHILD_ENDED, "catch")
        loop.children[pid] = arguments[5]
    return made


@native("waitChild")
def _wait_child(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """waitChild(pid) -> how it ended. Waits."""
    system, pid = system_of(realm), integer(realm, argument(arguments, 0))
    while True:
        status = system.reap_ending(pid)
        if status is not None:
            return float(status)
        system.wait_for_child(pid)
