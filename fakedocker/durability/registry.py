"""Which classes may stand in a world, by the names under which they are kept.

They are the structs and named tuples of the floors that the world is made of, and the few classes with slots that say
in `__stored__` which of their attributes are kept (process bodies, histories). A name is looked up in the list of this
project's modules and nowhere else, so that bytes from elsewhere can neither import nor call anything.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from operator import attrgetter
from typing import Any, NamedTuple, TypeGuard, get_type_hints

import msgspec

from fakedocker.durability.problems import Unreadable, Unstorable
from fakedocker.durability.shapes import Shape

ROOT = "fakedocker."
FLOORS = frozenset(
    "api base build containers engine faults filesystem images kernel network operations recordings registry swarm userland volumes wire world "
    "durability".split()
)
"""The packages and modules whose values may stand in a world, or in an input."""
_READ_LATER = {
    "Arguments": "fakedocker.build.arguments",
    "Plan": "fakedocker.build.plan",
    "SolveStatus": "fakedocker.wire.buildkit",
    "Vertex": "fakedocker.build.graph",
}
"""Names in annotations of types that their module does not import, as start-up time matters."""


class Layout(NamedTuple):
    """How the values of a class are kept.

    Args:
        name: of the class, without that of the project.
        fields: the attributes that are kept, in order.
        shapes: what each may hold.
        defaults: of the fields that a file may lack, as those of an older version do.
        parts: gives the attributes of a value as a tuple.
        make: makes a value of its attributes in order.
    """

    name: str
    fields: tuple[str, ...]
    shapes: tuple[Shape, ...]
    defaults: dict[str, Any]
    parts: Callable[[Any], tuple[Any, ...]]
    make: Callable[[list[Any]], Any]


def is_plain(kind: type) -> bool:
    """Whether values of a class can be kept."""
    return (
        issubclass(kind, msgspec.Struct)
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
        or "__stored__" in vars(kind)
    )


@lru_cache(None)
def layout_of(kind: type) -> Layout:
    """The layout of a class.

    Raises:
        Unstorable: it is none that may stand in a world.
    """
    name = f"{kind.__module__}.{kind.__qualname__}"
    if not is_plain(kind) or not _is_known(kind.__module__):
        raise Unstorable(f"{name} is no plain data that can be kept")
    hints: dict[str, Any]
    if issubclass(kind, msgspec.Struct):
        fields, defaults, make = _of_struct(kind)
        hints = _hints(kind)
    elif _is_named_tuple(kind):
        fields, defaults, make = kind._fields, dict(kind._field_defaults), kind._make
        hints = _hints(kind)
    else:
        hints = vars(kind)["__stored__"]
        fields, defaults, make = tuple(hints), {}, _maker(kind, tuple(hints))
    shapes = tuple(Shape(hints[field]) for field in fields)
    return Layout(name.removeprefix(ROOT), fields, shapes, defaults, _getter(fields), make)


def layout_named(name: str) -> Layout:
    """The layout of the class that a file names.

    Raises:
        Unreadable: there is no such class of plain data.
    """
    module, _, class_name = f"{ROOT}{name}".rpartition(".")
    if _is_known(module):
        kind = vars(import_module(module)).get(class_name)
        if isinstance(kind, type) and kind.__module__ == module and kind.__name__ == class_name and is_plain(kind):
            return layout_of(kind)
    raise Unreadable(f"it names {name}, which is no plain data of fakedocker")


@lru_cache(None)
def _modules() -> frozenset[str]:
    found: set[str] = set()
    pending = [(tuple(import_module("fakedocker").__path__), ROOT)]
    while pending:
        paths, prefix = pending.pop()
        for module in pkgutil.iter_modules(paths, prefix):
            if module.name.split(".")[1] not in FLOORS:
                continue
            found.add(module.name)
            if module.ispkg:
                below = module.name.removeprefix(prefix)
                pending.append((tuple(f"{path}/{below}" for path in paths), f"{module.name}."))
    return frozenset(found)


def _is_known(module: str) -> bool:
    return module in _modules()


def _hints(kind: type) -> dict[str, Any]:
    try:
        return get_type_hints(kind)
    except NameError:
        later = {name: getattr(import_module(module), name) for name, module in _READ_LATER.items()}
        return get_type_hints(kind, localns=later)


def _is_named_tuple(kind: type) -> TypeGuard[Any]:
    return issubclass(kind, tuple)


def _of_struct(kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], dict[str, Any], Callable[[list[Any]], Any]]:
    fields = kind.__struct_fields__
    defaults: dict[str, Any] = {}
    given = kind.__struct_defaults__  # those of the last fields
    for field, default in zip(fields[len(fields) - len(given) :], given, strict=True):
        if default is not msgspec.NODEFAULT:
            factory = getattr(default, "factory", None)
            defaults[field] = default if factory is None else factory()
    if kind.__match_args__ == fields:  # every field may be given by its place
        return fields, defaults, lambda values: kind(*values)
    return fields, defaults, lambda values: kind(**dict(zip(fields, values, strict=True)))


def _maker(kind: Any, fields: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    restored = getattr(kind, "restored", None)
    if restored is not None:
        return lambda values: restored(*values)

    def make(values: list[Any]) -> Any:
        made = kind.__new__(kind)
        for field, value in zip(fields, values, strict=True):
            setattr(made, field, value)
        return made

    return make


def _getter(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not fields:
        return lambda value: ()
    getter = attrgetter(*fields)
    return getter if len(fields) > 1 else lambda value: (getter(value),)
