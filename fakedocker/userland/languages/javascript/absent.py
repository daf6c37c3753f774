"""Names that node has and the simulation has not: whoever asks for one gets a mark, never undefined."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Final

from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject, Slot, Value, hidden
from fakedocker.userland.languages.javascript.properties import get, has, own
from fakedocker.userland.languages.javascript.realm_state import GLOBALS, PROTOTYPES, TABLES
from fakedocker.userland.languages.javascript.shared import MODULE, Getter, Host, Native, NativeCall, Since, Table
from fakedocker.userland.languages.machine.cells import NotSimulated

_TABLES: Final[dict[str, AbsentTable]] = {}
"""What is absent in each object of the library, found when the first script has it: it is the same for all."""


class AbsentTable(Table):
    """What is absent in an object of the library. A stored memory names its keys, as another process may not have made it."""

    __slots__ = ()

    def reference(self) -> tuple[Value, ...]:
        return (self.name, tuple(self.entries))

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> AbsentTable:
        name, keys = reference
        if type(keys) is not tuple or not all(type(key) is str for key in keys):
            raise ValueError("an absent table without keys")
        return table_of(name.removeprefix("absent in "), list(keys))


def table_of(name: str, keys: list[str]) -> AbsentTable:
    """The table of an object's absent keys, made once."""
    table = _TABLES.get(name)
    if table is None:
        table = _TABLES[name] = AbsentTable(f"absent in {name}")
        _fill(table, name.removeprefix("module "), keys)
    return table


@cache
def _names() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("library", "names.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def modules() -> frozenset[str]:
    """The modules that node has."""
    return frozenset(name for name in _names()["modules"] if "#" not in name)


LATER: Final[dict[str, dict[str, int]]] = {
    "Object": {"groupBy": 21},
    "Map": {"groupBy": 21},
    "Promise": {"try": 24},
    "RegExp": {"escape": 24},
    "Error": {"isError": 24},
    "ArrayBuffer.prototype": dict.fromkeys(("transfer", "transferToFixedLength", "detached"), 21),
    "Set.prototype": dict.fromkeys(
        ("union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"),
        22,
    ),
    "globalThis": {
        "navigator": 21,
        "Navigator": 21,
        "Iterator": 22,
        "WebSocket": 22,
        "Float16Array": 24,
        "URLPattern": 24,
    },
}
"""What the names that are known lack, which are those of node 20: the release that has it, by object."""


def complete() -> None:
    """Put what is absent into the tables of the language's own objects and of the global one, in the order that node has."""
    for name, keys in _names()["objects"].items():
        table = Table.known.get(name)
        if table is not None:
            _fill_later(table, name)
            inherited = _inherited(name.removesuffix(".prototype")) if name.endswith(".prototype") else frozenset()
            _fill(table, name, [key for key in keys if key not in table.entries and key not in inherited])
            _order(table, keys)
    written = ("Buffer", "URL", "URLSearchParams", "console", "process", "global", "globalThis")
    _fill_later(GLOBALS, "globalThis")
    _fill(GLOBALS, "", [key for key in _names()["globals"] if key not in GLOBALS.entries and key not in written])


def _order(table: Table, keys: list[str]) -> None:
    """Names in the order of node's, then those that it has not; `constructor` is the first."""
    places = {key: place for place, key in enumerate(["arguments", "caller", "constructor", "name", *keys])}
    table.entries = dict(sorted(table.entries.items(), key=lambda entry: places.get(entry[0], len(places))))


def _inherited(name: str) -> frozenset[Any]:
    """What the prototype of a kind inherits from others, but for Object's."""
    found: set[Any] = set()
    parent = PROTOTYPES.get(name)
    while parent is not None and parent != "Object":
        found.update(TABLES[parent].entries)
        parent = PROTOTYPES.get(parent)
    return frozenset(found)


def attach(realm: Host, name: str, exported: Value) -> None:
    """Let what a module of node exports, its classes and the objects of the globals among them, refuse what they lack. O(names)."""
    names = _names()
    if not isinstance(exported, JsObject):
        return
    _attach(realm, exported, f"module {name}", names["modules"].get(name, ()))
    if type(exported) is JsObject:
        exported.private = {**(exported.private or {}), MODULE: name}
    if name in ("process", "console"):
        _attach(realm, exported, name, names["objects"].get(name, ()))
    for key, held in list(exported.props.items()):
        value = held.value if type(held) is Slot else held
        if type(key) is not str or not isinstance(value, JsFunction) or not key[:1].isupper():
            continue
        if key in names["objects"]:
            _attach(realm, value, key, names["objects"][key])
        wanted = names["modules"].get(f"{name}#{key}") or names["objects"].get(f"{key}.prototype", ())
        proto = get(realm, value, "prototype")
        if isinstance(proto, JsObject) and wanted:
            _attach(realm, proto, f"{key}.prototype", wanted)


def _attach(realm: Host, target: JsObject, name: str, keys: Any) -> None:
    if target.table is not None or not keys:
        return
    known = _TABLES.get(name)
    target.table = known or table_of(name, [key for key in keys if not has(realm, target, key)])


def _fill(table: Table, owner: str, keys: list[str]) -> None:
    for key in keys:
        path = f"{owner}.{key}" if owner else key
        table.entries[key] = Getter(Native(f"absent {path}", _refusal(path)), Native(f"absent = {path}", _putting(key)))


def _fill_later(table: Table, owner: str) -> None:
    for key, major in LATER.get(owner, {}).items():
        path = f"{owner}.{key}"
        getter = Getter(Native(f"absent {path}", _refusal(path)), Native(f"absent = {path}", _putting(key)))
        table.entries.setdefault(key, Since(major, getter))


def _refusal(path: str) -> NativeCall:
    def refuse(realm: Host, this: Value, arguments: list[Value]) -> Value:
        raise NotSimulated(path)

    return refuse


def _putting(key: str) -> NativeCall:
    def put(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if isinstance(this, JsObject) and own(realm, this, key) is not None:
            this.props[key] = arguments[0]
        elif type(this) is Native:
            realm.extras.setdefault(this.path, JsObject(None)).props[key] = hidden(arguments[0])
        return None

    return put
