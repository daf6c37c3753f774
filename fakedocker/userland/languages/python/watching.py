"""Values whose end is awaited: each gets a token, which goes with it. What is done at the end is in finalizing."""

from __future__ import annotations

from collections import deque

from fakedocker.userland.languages.machine.cells import Value, slots_of
from fakedocker.userland.languages.python.iteration import Iterator
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import Generator, Instance, Opaque


def watch_instance(m: Interpreter, value: Instance) -> None:
    """See to `__del__` of an instance that has just been made."""
    twin = Instance(value.cls, value.payload)
    twin.fields = value.fields
    twin.address = m.address_of(value)
    value.token = m.lifetimes.watch(twin)


def replace_fields(m: Interpreter, value: Instance, fields: dict[str, Value]) -> None:
    """Give an instance another `__dict__`."""
    value.fields = fields
    end = m.lifetimes.ends.get(value.token.number) if value.token is not None else None
    if type(end) is Instance:
        end.fields = fields


def watch_file(m: Interpreter, file: Opaque) -> None:
    """See to it that a file is closed when it is dropped."""
    file.token = m.lifetimes.watch(Opaque(file.cls, file.state))


def watch_generator(m: Interpreter, generator: Generator) -> None:
    """See to the end of a generator that rests, or of a coroutine that has not begun."""
    assert generator.frame is not None
    end = (generator.frame, generator.kind, generator.qualname)
    generator.token = m.lifetimes.watch(end)


def holds_watched(value: Value) -> bool:
    """Whether a container or iterator leads to a value whose end is awaited, not by way of functions and classes. O(parts)."""
    seen: set[int] = set()
    pending = [value]
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if getattr(part, "token", None) is not None:
            return True
        if isinstance(part, dict):
            pending += [*part, *part.values()]
        elif isinstance(part, list | tuple | set | deque):
            pending += part
        elif isinstance(part, Instance):
            pending += [*part.fields.values(), part.payload]
        elif isinstance(part, Iterator | SetValue):
            pending += [getattr(part, name) for name in slots_of(type(part)) or ()]
    return False


def forget(m: Interpreter, value: Value) -> None:
    """A value has come to its end already."""
    m.lifetimes.forget(value.token)
    value.token = None


def open_files(m: Interpreter) -> list[Opaque]:
    """All files that are not closed yet and may have something to write."""
    return [end for end in m.lifetimes.ends.values() if type(end) is Opaque]
