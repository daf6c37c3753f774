"""Which names the real library has: what it lacks is the real error, what it has and is not simulated is a mark."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources

from fakedocker.kernel import marks
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of
from fakedocker.userland.languages.python.values import ACTIVE, BuiltinClass, Class, Instance, Module

_NEWEST = 13


@cache
def _facts() -> dict[str, dict[str, dict[str, str]]]:
    """All names, as tools/make_python_names.py writes them."""
    text = resources.files("fakedocker.userland.languages.python").joinpath("facts/names.json").read_text("utf-8")
    found: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return found


@lru_cache(512)
def names_of(kind: str, owner: str, minor: int) -> frozenset[str] | None:
    """The names of a module or class in a version; None if nothing is known of it."""
    known = _facts()[kind].get(owner)
    if known is None:
        return None
    found: set[str] = set()
    for versions, names in known.items():
        first, _, last = versions.partition("-")
        if int(first) <= min(minor, _NEWEST) <= int(last):
            found |= set(names.split(" "))
    if not found:  # a class of which only another version tells, by chance of how it was asked for
        found = {name for names in known.values() for name in names.split(" ")}
    return frozenset(found)


def module_names(minor: int) -> frozenset[str]:
    """The top-level modules of the standard library."""
    return names_of("top", "top", max(minor, 10)) or frozenset()


def builtin_names(minor: int) -> list[str]:
    return sorted(names_of("modules", "builtins", minor) or ())


def check_builtin(name: str) -> None:
    """Refuse a builtin that is not simulated."""
    known = names_of("modules", "builtins", ACTIVE.machine.minor)
    if known is not None and name in known and not name.startswith("__"):
        raise NotSimulated(f"{name}() of Python")


def check_module_attribute(module: str, name: str) -> None:
    """Refuse a name that the real module has."""
    known = names_of("modules", module, ACTIVE.machine.minor)
    if known is None or name in known:
        raise NotSimulated(f"{module}.{name}", marks.MODULE)


def check_class_attribute(cls: BuiltinClass, name: str) -> None:
    """Refuse a name that the real class has."""
    known = names_of("classes", f"{cls.module}.{cls.name}", ACTIVE.machine.minor)
    if known is None:
        if cls.name in ("object", "type"):
            return
        raise NotSimulated(f"{name} of {cls.name} objects")
    if name in known:
        raise NotSimulated(f"{cls.name}.{name}")


def directory(m: Interpreter, value: Value) -> list[str]:
    """What dir() lists."""
    found: set[str] = set()
    if type(value) is Module:
        found |= set(value.names)
        if value.simulated:
            found |= names_of("modules", value.name, m.minor) or set()
        return sorted(found)
    cls = value if isinstance(value, Class) else class_of(value)
    for each in cls.mro:
        if isinstance(each, BuiltinClass):
            known = names_of("classes", f"{each.module}.{each.name}", m.minor)
            found |= known if known is not None else set(each.names)
        else:
            found |= set(each.names) | {"__dict__", "__weakref__", "__module__"}
    if isinstance(value, Instance):
        found |= set(value.fields)
    return sorted(name for name in found if not name.startswith(("@", "*")))
