"""Tuples whose items have names, as the library's natives give them: sys.version_info, os.stat_result."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import TUPLE, native
from fakedocker.userland.languages.python.values import BuiltinClass, GetSet, Instance

_CLASSES: Final[dict[str, BuiltinClass]] = {}


def structure(name: str, fields: tuple[str, ...], values: tuple[Value, ...], shown: str = "") -> Instance:
    """A tuple of named items. `name` is that of its class, with its module."""
    return Instance(structure_class(name, fields, shown), values)


def structure_class(name: str, fields: tuple[str, ...], shown: str = "") -> BuiltinClass:
    """The class of such tuples."""
    found = _CLASSES.get(name)
    if found is None:
        module, _, last = name.rpartition(".")
        found = _CLASSES[name] = BuiltinClass(last, TUPLE, module=module)
        for place, field in enumerate(fields):
            found.names[field] = GetSet(name, field, lambda m, value, place=place: value.payload[place])  # type: ignore[misc]

        def show(m: Interpreter, value: Instance) -> Value:
            inner = ", ".join(f"{field}={m.shown(each)}" for field, each in zip(fields, value.payload, strict=False))
            return f"{shown or name}({inner})"

        native("__repr__", last, module=module)(lambda m, value: show(m, value))
    return found
