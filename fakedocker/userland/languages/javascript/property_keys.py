"""The keys of objects: own ones in their order, and those that loops see."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import (
    HostFunction,
    JsArray,
    JsBytes,
    JsFunction,
    JsModule,
    JsRegExp,
    Proxy,
    Slot,
    Value,
    Wrapper,
    is_callable,
)
from fakedocker.userland.languages.javascript.properties import MISSING, index_of, native_own, own
from fakedocker.userland.languages.javascript.shared import (
    HOLE,
    Host,
    Key,
    Native,
    Since,
    Table,
)


def own_keys(realm: Host, target: Value) -> list[Key]:
    """The keys of an object in their order: whole numbers, then names as they were made, then symbols."""
    if type(target) is Native:
        extra = realm.extras.get(target.path)
        keys: list[Key] = ["length", "name", *(["prototype"] if target.path in realm.protos else [])]
        keys += [key for key in _keys_of(realm, target.statics) if key not in keys]
        return keys + [key for key in (extra.props if extra else ()) if key not in keys]
    if type(target) is Proxy:
        trap = realm.get(target.handler, "ownKeys")
        if is_callable(trap):
            return realm.values_of(realm.call(trap, target.handler, [target.target]))
        return own_keys(realm, target.target)
    names = list(target.props)
    numbers = [key for key in names if index_of(key) >= 0]
    if numbers:
        names = sorted(numbers, key=index_of) + [key for key in names if index_of(key) < 0]
    before: list[Key] = []
    if type(target) is JsArray:
        before = [str(index) for index, item in enumerate(target.items) if item is not HOLE] + ["length"]
        before += [key for key in _keys_of(realm, target.table) if key not in target.props]
    elif type(target) is JsFunction:
        before = [
            key
            for key in ("length", "name", "arguments", "caller", "prototype")
            if key not in target.props and own(realm, target, key) is not MISSING
        ]
        names = list(target.props)
    elif type(target) is HostFunction:
        before = [key for key in ("length", "name", *_keys_of(realm, target.table)) if key not in target.props]
    elif type(target) is Wrapper and target.kind == "String":
        before = [str(index) for index in range(len(target.value))] + ["length"]
        before += [key for key in _keys_of(realm, target.table) if key not in target.props]
    elif type(target) is JsBytes and target.kind not in ("ArrayBuffer", "DataView"):
        before = [str(index) for index in range(target.length)]
    elif type(target) is JsRegExp:
        before = ["lastIndex"]
    elif type(target) is JsModule:
        before = list(target.boxes)
    elif target.table is not None:
        before = [key for key in _keys_of(realm, target.table) if key not in target.props]
    names = [key for key in names if key not in before] if type(target) is JsFunction else names
    texts = [key for key in names if type(key) is str]
    symbols = [key for key in [*before, *names] if type(key) is not str]
    return [key for key in before if type(key) is str] + texts + symbols


def _keys_of(realm: Host, table: Table | None) -> list[Key]:
    """The keys of what a table holds for this release of node."""
    if table is None:
        return []
    return [key for key, held in table.entries.items() if type(held) is not Since or realm.major >= held.major]


def is_enumerable(realm: Host, target: Value, key: Key) -> bool:
    """Whether loops see an own property."""
    found = native_own(realm, target, key) if type(target) is Native else own(realm, target, key)
    return found is not MISSING and (type(found) is not Slot or found.enumerable)


def enumerable_keys(realm: Host, target: Value) -> list[str]:
    """The names of an object's own enumerable properties, as Object.keys gives them."""
    return [key for key in own_keys(realm, target) if type(key) is str and is_enumerable(realm, target, key)]
