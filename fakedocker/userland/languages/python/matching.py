"""What patterns of `match` ask of a value."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.attributes import MISSING, find_attribute
from fakedocker.userland.languages.python.errors import type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import (
    class_of,
    find_in_class,
    is_instance,
    kind_of,
    payload_of,
    type_name,
)
from fakedocker.userland.languages.python.values import Class, Instance, Opaque

_SELF_MATCHING = frozenset(
    ("bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
)


def sequence_items(m: Interpreter, value: Value) -> Sequence[Value] | None:
    """The items of a sequence that a pattern may take apart; None for anything else."""
    plain = payload_of(value)
    if type(plain) in (list, tuple, range):
        return list(plain) if type(plain) is range else plain
    if isinstance(value, Opaque) and value.cls.name in ("deque", "array"):
        return m.items_now(value)  # type: ignore[no-any-return]
    return None


def mapping_values(m: Interpreter, value: Value, keys: list[Value]) -> list[Value] | None:
    """The values of some keys of a mapping; None if it is none, or one is missing."""
    plain = payload_of(value)
    if type(plain) is not dict:
        return None
    return [plain[key] for key in keys] if all(key in plain for key in keys) else None


def rest_of_mapping(m: Interpreter, value: Value, keys: list[Value]) -> dict[Value, Value]:
    return {key: each for key, each in payload_of(value).items() if key not in keys}


def class_values(m: Interpreter, value: Value, cls: Value, count: int, names: list[str]) -> list[Value] | None:
    """The values of a class pattern's positions and names; None if the value is no instance, or lacks one."""
    if not isinstance(cls, Class):
        raise type_error("called match pattern must be a class")
    if not is_instance(value, cls):
        return None
    found: list[Value] = []
    wanted: list[str] = []
    if count:
        args = find_in_class(cls, "__match_args__")
        if args is None:
            if kind_of(cls) not in _SELF_MATCHING and cls.name not in _SELF_MATCHING:
                raise type_error(f"{cls.name}() accepts 0 positional sub-patterns ({count} given)")
            if count > 1:
                raise type_error(f"{cls.name}() accepts 1 positional sub-pattern ({count} given)")
            found.append(value)
        else:
            if type(args) is not tuple:
                raise type_error(f"{cls.name}.__match_args__ must be a tuple (got {type_name(args)})")
            if count > len(args):
                s = "" if len(args) == 1 else "s"
                raise type_error(f"{cls.name}() accepts {len(args)} positional sub-pattern{s} ({count} given)")
            for each in args[:count]:
                if type(each) is not str:
                    raise type_error(f"__match_args__ elements must be strings (got {type_name(each)})")
                wanted.append(each)
    for name in [*wanted, *names]:
        each = find_attribute(m, value, name)
        if each is MISSING:
            return None
        found.append(each)
    return found


__all__ = ["Instance", "class_of"]
