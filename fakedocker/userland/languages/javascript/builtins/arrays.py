"""Array, as far as no function of the script is called; what calls one is written in JavaScript (library/arrays.js)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.builtins.careful_arrays import changed
from fakedocker.userland.languages.javascript.builtins.functions import array_like
from fakedocker.userland.languages.javascript.cells import JsArray, ListIterator, Value, is_callable
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, integer, is_nothing, relative
from fakedocker.userland.languages.javascript.operators import same_value_zero, strictly_equal, to_number, to_text
from fakedocker.userland.languages.javascript.properties import get, has
from fakedocker.userland.languages.javascript.property_changes import set_length
from fakedocker.userland.languages.javascript.shared import HOLE, ITERATOR, NULL, SPECIES, NativeCall, Since, Written
from fakedocker.userland.languages.javascript.species import array_like_it, species_getter
from fakedocker.userland.languages.javascript.telling import tag_text
from fakedocker.userland.languages.machine.cells import NotSimulated

ARRAY = Kind("Array", length=1)
ARRAY.written(
    "forEach map filter reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort toSorted",
    "arrays",
)
ARRAY.statics.entries[SPECIES] = species_getter("Array")
_MOST_ITEMS = 1 << 22


@ARRAY.call
def _array(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _new_array(realm, ARRAY.native, arguments)


@ARRAY.construct
def _new_array(realm: Host, target: Value, arguments: list[Value]) -> Value:
    made = JsArray(realm.prototype_from(target, "Array"), [])
    if len(arguments) == 1 and type(arguments[0]) is float:
        set_length(realm, made, arguments[0])
    else:
        made.items = list(arguments)
    return made


@ARRAY.static("isArray", 1)
def _is_array(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return type(value) is JsArray and value.kind != "Arguments"


ARRAY.statics.entries["from"] = Written("arrays", "from")
ARRAY.statics.entries["fromAsync"] = Since(22, Written("arrays", "fromAsync"))


@ARRAY.static("of")
def _of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if this is ARRAY.native or not realm.is_constructor(this):
        return realm.array(list(arguments))
    made = realm.construct(this, [float(len(arguments))])
    if type(made) is not JsArray or made.fixed:
        raise NotSimulated("Array.of of what makes no arrays")
    made.items[:] = arguments
    return made


def _items(realm: Host, this: Value) -> list[Value]:
    """The items that a method works on; TypeError for nothing."""
    if type(this) is JsArray:
        return this.items
    held = realm.to_object(this)
    items = array_like(realm, held)
    return [item if item is not None or has(realm, held, str(place)) else HOLE for place, item in enumerate(items)]


def _check_there(realm: Host, this: Value, name: str) -> None:
    """Refuse nothing in the words of those of V8's methods that have words of their own for it."""
    if is_nothing(this):
        raise realm.error("TypeError", f"Array.prototype.{name} called on null or undefined")


def _changing(name: str, length: int = 0) -> Callable[[NativeCall], NativeCall]:
    """Register a method that changes an array; one that is not free to change, and what is no array, is changed step by step."""

    def register(run: NativeCall) -> NativeCall:
        def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
            if type(this) is JsArray and this.extensible and not this.fixed:
                return run(realm, this, arguments)
            return changed(realm, this, name, arguments)

        ARRAY.method(name, length)(call)
        return call

    return register


def _plain(value: Value) -> Value:
    return None if value is HOLE else value


def _add(realm: Host, count: int) -> None:
    if count > 64:
        realm.machine.grown(count >> 2)
    if count > _MOST_ITEMS:
        raise NotSimulated("so long an array")


@_changing("push", 1)
def _push(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    items += arguments
    _add(realm, len(arguments))
    return float(len(items))


@_changing("pop")
def _pop(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    return _plain(items.pop()) if items else None


@_changing("shift")
def _shift(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    return _plain(items.pop(0)) if items else None


@_changing("unshift", 1)
def _unshift(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    items[:0] = arguments
    return float(len(items))


@ARRAY.method("slice", 2)
def _slice(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = _items(realm, this)
    start = relative(realm, argument(arguments, 0), len(items), 0)
    end = relative(realm, argument(arguments, 1), len(items), len(items))
    _add(realm, max(0, end - start))
    found = items[start:end]
    return array_like_it(realm, this, found, len(found))


@_changing("splice", 2)
def _splice(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    start = relative(realm, argument(arguments, 0), len(items), 0)
    count = len(items) - start if len(arguments) < 2 else max(0, min(integer(realm, arguments[1]), len(items) - start))
    if not arguments:
        count = 0
    removed = items[start : start + count]
    items[start : start + count] = arguments[2:]
    return array_like_it(realm, this, removed, len(removed))


@ARRAY.method("concat", 1)
def _concat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    found: list[Value] = []
    _check_there(realm, this, "concat")
    for part in [realm.to_object(this), *arguments]:
        if type(part) is JsArray and part.kind != "Arguments":
            found += part.items
        else:
            found.append(part)
    _add(realm, len(found))
    return array_like_it(realm, this, found, 0)


@ARRAY.method("join", 1)
def _join(realm: Host, this: Value, arguments: list[Value]) -> Value:
    separator = argument(arguments, 0)
    joint = "," if separator is None else to_text(realm, separator)
    around = realm.state.host.setdefault("joining", [])
    if any(this is other for other in around):
        return ""
    around.append(this)
    try:
        items = _items(realm, this)
        parts = [
            "" if item is HOLE or is_nothing(item) else item if type(item) is str else to_text(realm, item)
            for item in items
        ]
    finally:
        around.pop()
    realm.check_length(sum(map(len, parts)) + len(joint) * len(parts))
    return joint.join(parts)


_MOST_NESTED: Final = 100
_PLAIN: Final = (float, str, int, bool, type(None), type(NULL), type(HOLE))


def _are_plain(held: Value, depth: int = 0) -> bool:
    """Whether the texts of an array's items need nobody's code, so that no trace can show what has called it."""
    if type(held) is not JsArray or depth > _MOST_NESTED:
        return False
    return all(type(item) in _PLAIN or _are_plain(item, depth + 1) for item in held.items)


@ARRAY.method("toString")
def _text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    held = realm.to_object(this)
    method = get(realm, held, "join")
    if method is ARRAY.prototype.entries["join"] and _are_plain(held):
        return _join(realm, held, [])
    return realm.call(method, held, []) if is_callable(method) else tag_text(realm, held)


@ARRAY.method("toLocaleString")
def _locale_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    parts = [
        ""
        if item is HOLE or is_nothing(item)
        else to_text(realm, realm.call(realm.get(item, "toLocaleString"), item, arguments))
        for item in _items(realm, this)
    ]
    return ",".join(parts)


@_changing("reverse")
def _reverse(realm: Host, this: Value, arguments: list[Value]) -> Value:
    this.items.reverse()
    return this


@ARRAY.method("toReversed")
def _to_reversed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array([_plain(item) for item in _items(realm, this)][::-1])


@ARRAY.method("toSpliced", 2)
def _to_spliced(realm: Host, this: Value, arguments: list[Value]) -> Value:
    copied = realm.array([_plain(item) for item in _items(realm, this)])
    _splice(realm, copied, arguments)
    return copied


@ARRAY.method("with", 2)
def _with(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = [_plain(item) for item in _items(realm, this)]
    place = integer(realm, argument(arguments, 0))
    if not -len(items) <= place < len(items):
        raise realm.error("RangeError", f"Invalid index : {realm.told(argument(arguments, 0))}")
    items[place] = argument(arguments, 1)
    return realm.array(items)


@ARRAY.method("indexOf", 1)
def _index_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    _check_there(realm, this, "indexOf")
    items, wanted = _items(realm, this), argument(arguments, 0)
    for place in range(relative(realm, argument(arguments, 1), len(items), 0), len(items)):
        if items[place] is not HOLE and strictly_equal(items[place], wanted):
            return float(place)
    return -1.0


@ARRAY.method("lastIndexOf", 1)
def _last_index_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items, wanted = _items(realm, this), argument(arguments, 0)
    start = integer(realm, arguments[1]) if len(arguments) > 1 else len(items) - 1
    for place in range(min(start, len(items) - 1) if start >= 0 else len(items) + start, -1, -1):
        if items[place] is not HOLE and strictly_equal(items[place], wanted):
            return float(place)
    return -1.0


@ARRAY.method("includes", 1)
def _includes(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items, wanted = _items(realm, this), argument(arguments, 0)
    start = relative(realm, argument(arguments, 1), len(items), 0)
    return any(same_value_zero(_plain(item), wanted) for item in items[start:])


@ARRAY.method("at", 1)
def _at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items, place = _items(realm, this), integer(realm, argument(arguments, 0))
    return _plain(items[place]) if -len(items) <= place < len(items) else None


@_changing("fill", 1)
def _fill(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    start = relative(realm, argument(arguments, 1), len(items), 0)
    end = relative(realm, argument(arguments, 2), len(items), len(items))
    for place in range(start, end):
        items[place] = argument(arguments, 0)
    return this


@_changing("copyWithin", 2)
def _copy_within(realm: Host, this: Value, arguments: list[Value]) -> Value:
    items = this.items
    target = relative(realm, argument(arguments, 0), len(items), 0)
    start = relative(realm, argument(arguments, 1), len(items), 0)
    end = relative(realm, argument(arguments, 2), len(items), len(items))
    part = items[start:end][: len(items) - target]
    items[target : target + len(part)] = part
    return this


@ARRAY.method("flat")
def _flat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    depth = argument(arguments, 0)
    levels = 1.0 if depth is None else to_number(realm, depth)
    found: list[Value] = []
    pending = [(item, levels) for item in reversed(_items(realm, this))]
    while pending:
        item, left = pending.pop()
        if type(item) is JsArray and left >= 1:
            pending += [(inner, left - 1) for inner in reversed(item.items)]
            if len(pending) > _MOST_ITEMS:
                raise NotSimulated("so deep an array")
        elif item is not HOLE:
            found.append(item)
    _add(realm, len(found))
    return array_like_it(realm, this, found, 0)


def _iterator(of: str) -> NativeCall:
    def make(realm: Host, this: Value, arguments: list[Value]) -> Value:
        target = this if type(this) is JsArray else array_like(realm, realm.to_object(this))
        return ListIterator(realm.protos["ArrayIterator"], "Array Iterator", target, of)

    return make


for _name in ("values", "keys", "entries"):
    ARRAY.method(_name)(_iterator(_name))
ARRAY.prototype.entries[ITERATOR] = ARRAY.prototype.entries["values"]
