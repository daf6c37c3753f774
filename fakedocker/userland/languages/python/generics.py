"""list[int] and int | None as values, and the read-only view of a class's names."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.python.errors import OBJECT, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import NONE_TYPE, TYPE, native
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, BuiltinClass, Class, GetSet

GENERIC_ALIAS: Final = BuiltinClass("GenericAlias", OBJECT, module="types")
UNION: Final = BuiltinClass("UnionType", OBJECT, module="types")
MAPPING_PROXY: Final = BuiltinClass("mappingproxy", OBJECT)
_GENERIC: Final = frozenset(
    ("list", "dict", "set", "frozenset", "tuple", "type", "deque", "defaultdict", "OrderedDict", "Counter")
)


@cell
class GenericAlias:
    """`origin[args]`."""

    __slots__ = ("args", "cls", "origin")

    def __init__(self, origin: Class, args: tuple[Value, ...]) -> None:
        self.origin = origin
        self.args = args
        self.cls: Class = GENERIC_ALIAS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GenericAlias) and self.origin is other.origin and self.args == other.args

    def __hash__(self) -> int:
        return hash((self.origin, self.args))


@cell
class Union:
    """`a | b` of classes."""

    __slots__ = ("args", "cls")

    def __init__(self, args: tuple[Value, ...]) -> None:
        self.args = args
        self.cls: Class = UNION

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Union) and frozenset(self.args) == frozenset(other.args)

    def __hash__(self) -> int:
        return hash(frozenset(self.args))


@cell
class MappingProxy:
    __slots__ = ("cls", "items")

    def __init__(self, items: dict[str, Value]) -> None:
        self.items = items
        self.cls: Class = MAPPING_PROXY


def generic_alias(m: Interpreter, cls: Class, index: Value) -> Value:
    """`cls[index]` for a class that is generic. Raises TypeError in the program."""
    if m.minor < 9:
        raise type_error("'type' object is not subscriptable")
    if cls.name in _GENERIC and cls.module in ("builtins", "collections"):
        return GenericAlias(cls, index if type(index) is tuple else (index,))
    if isinstance(cls, BuiltinClass) and cls.module == "builtins":
        raise type_error(f"type '{cls.name}' is not subscriptable")
    if any(isinstance(each, BuiltinClass) and each.name in _GENERIC for each in cls.mro):
        return GenericAlias(cls, index if type(index) is tuple else (index,))
    raise type_error(f"type '{cls.name}' is not subscriptable")


def shown(m: Interpreter, value: Value) -> str:
    """A type as generic ones name it."""
    if isinstance(value, Class):
        if value is NONE_TYPE:
            return "None"
        return value.qualname if value.module == "builtins" else f"{value.module}.{value.qualname}"
    if value is ...:
        return "..."
    if value is None:
        return "None"
    return m.shown(value)  # type: ignore[no-any-return]


@native("__repr__", "GenericAlias", module="types")
def _repr(m: Interpreter, value: GenericAlias) -> Value:
    inner = ", ".join(shown(m, each) if each is not None else "None" for each in value.args)
    return f"{shown(m, value.origin)}[{inner}]"


@native("__call__", "GenericAlias", module="types", keywords=True)
def _call(m: Interpreter, value: GenericAlias, *args: Value, **kwargs: Value) -> Value:
    from fakedocker.userland.languages.python.calls import Tail

    return Tail(value.origin, list(args), kwargs or None)


@native("__iter__", "GenericAlias", module="types")
def _iter(m: Interpreter, value: GenericAlias) -> Value:
    raise NotSimulated("going through a types.GenericAlias")


@native("__mro_entries__", "GenericAlias", module="types")
def _entries(m: Interpreter, value: GenericAlias, bases: Value) -> Value:
    return (value.origin,)


@native("__repr__", "UnionType", module="types")
def _union_repr(m: Interpreter, value: Union) -> Value:
    return " | ".join(shown(m, each) for each in value.args)


def _or(m: Interpreter, value: Value, other: Value) -> Value:
    if m.minor < 10:
        return NOT_IMPLEMENTED
    found: list[Value] = []
    for each in (value, other):
        parts = each.args if isinstance(each, Union) else [NONE_TYPE if each is None else each]
        for part in parts:
            if not isinstance(part, Class | GenericAlias):
                return NOT_IMPLEMENTED
            if part not in found:
                found.append(part)
    return found[0] if len(found) == 1 else Union(tuple(found))


for _owner, _module in (("type", "builtins"), ("GenericAlias", "types"), ("UnionType", "types")):
    native("__or__", _owner, module=_module)(_or)
    native("__ror__", _owner, module=_module)(lambda m, value, other: _or(m, other, value))


def _same(m: Interpreter, value: Value, other: Value) -> Value:
    """Whether two are of the same types; those of a union in any order."""
    return value == other if type(other) is type(value) else NOT_IMPLEMENTED


for _owner in ("GenericAlias", "UnionType"):
    native("__eq__", _owner, module="types")(_same)
    native("__hash__", _owner, module="types")(lambda m, value: sum(m.hash_of(each) for each in value.args))
GENERIC_ALIAS.names["__origin__"] = GetSet("GenericAlias", "__origin__", lambda m, value: value.origin)
GENERIC_ALIAS.names["__args__"] = GetSet("GenericAlias", "__args__", lambda m, value: value.args)
UNION.names["__args__"] = GetSet("UnionType", "__args__", lambda m, value: value.args)


@native("__getitem__", "mappingproxy")
def _get(m: Interpreter, value: MappingProxy, key: Value) -> Value:
    if key not in value.items:
        raise error("KeyError", key)
    return value.items[key]


native("items", "mappingproxy")(lambda m, value: list(value.items.items()))
native("keys", "mappingproxy")(lambda m, value: list(value.items))
native("values", "mappingproxy")(lambda m, value: list(value.items.values()))
native("get", "mappingproxy")(lambda m, value, key, default=None: value.items.get(key, default))
native("__contains__", "mappingproxy")(lambda m, value, key: key in value.items)
native("__iter__", "mappingproxy")(lambda m, value: iter_keys(value))
native("__len__", "mappingproxy")(lambda m, value: len(value.items))


def iter_keys(value: MappingProxy) -> Value:
    from fakedocker.userland.languages.python.iteration import DictIterator

    return DictIterator(value.items, "keys")


__all__ = ["TYPE"]
