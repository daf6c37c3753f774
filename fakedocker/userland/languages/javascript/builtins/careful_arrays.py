"""Array's methods that change an array, step by step as ECMA-262 has them: for arrays that are frozen, sealed or not extensible, in
which a step may fail after others have been done, and for objects that are no arrays. O(length)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.natives import Host, argument, integer, relative
from fakedocker.userland.languages.javascript.operators import to_number
from fakedocker.userland.languages.javascript.properties import get, has
from fakedocker.userland.languages.javascript.property_changes import delete, put
from fakedocker.userland.languages.javascript.species import array_like_it
from fakedocker.userland.languages.machine.cells import NotSimulated

_LONGEST: Final = 1 << 20


def changed(realm: Host, target: Value, name: str, arguments: list[Value]) -> Value:
    """What a method gives that changes an array or an object like one."""
    held = realm.to_object(target)
    found = to_number(realm, get(realm, held, "length"))
    length = int(found) if found == found and 0 < found <= _LONGEST else 0
    if found > _LONGEST:
        raise NotSimulated("so long a list")
    return _CHANGES[name](realm, held, length, arguments)


def _set_length(realm: Host, target: Value, length: int) -> None:
    put(realm, target, "length", float(length))


def _move(realm: Host, target: Value, source: int, place: int) -> None:
    """Set one item to another, or delete it if that is not there."""
    if has(realm, target, str(source)):
        put(realm, target, str(place), get(realm, target, str(source)))
    else:
        delete(realm, target, str(place), True)


def _push(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    for place, value in enumerate(arguments):
        put(realm, target, str(length + place), value)
    _set_length(realm, target, length + len(arguments))
    return float(length + len(arguments))


def _pop(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    if length == 0:
        _set_length(realm, target, 0)
        return None
    found = get(realm, target, str(length - 1))
    delete(realm, target, str(length - 1), True)
    _set_length(realm, target, length - 1)
    return found


def _shift(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    if length == 0:
        _set_length(realm, target, 0)
        return None
    found = get(realm, target, "0")
    for place in range(1, length):
        _move(realm, target, place, place - 1)
    delete(realm, target, str(length - 1), True)
    _set_length(realm, target, length - 1)
    return found


def _unshift(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    count = len(arguments)
    if count:
        for place in reversed(range(length)):
            _move(realm, target, place, place + count)
        for place, value in enumerate(arguments):
            put(realm, target, str(place), value)
    _set_length(realm, target, length + count)
    return float(length + count)


def _splice(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    start = relative(realm, argument(arguments, 0), length, 0)
    count = length - start if len(arguments) == 1 else 0
    if len(arguments) > 1:
        count = max(0, min(integer(realm, arguments[1]), length - start))
    items = arguments[2:]
    removed = array_like_it(realm, target, [get(realm, target, str(start + place)) for place in range(count)], count)
    if len(items) < count:
        for place in range(start, length - count):
            _move(realm, target, place + count, place + len(items))
        for place in reversed(range(length - count + len(items), length)):
            delete(realm, target, str(place), True)
    elif len(items) > count:
        for place in reversed(range(start, length - count)):
            _move(realm, target, place + count, place + len(items))
    for place, value in enumerate(items):
        put(realm, target, str(start + place), value)
    _set_length(realm, target, length - count + len(items))
    return removed


def _reverse(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    for lower in range(length // 2):
        upper = length - lower - 1
        has_lower, has_upper = has(realm, target, str(lower)), has(realm, target, str(upper))
        low, high = get(realm, target, str(lower)), get(realm, target, str(upper))
        if has_upper:
            put(realm, target, str(lower), high)
        elif has_lower:
            delete(realm, target, str(lower), True)
        if has_lower:
            put(realm, target, str(upper), low)
        elif has_upper:
            delete(realm, target, str(upper), True)
    return target


def _fill(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    start = relative(realm, argument(arguments, 1), length, 0)
    for place in range(start, relative(realm, argument(arguments, 2), length, length)):
        put(realm, target, str(place), argument(arguments, 0))
    return target


def _copy_within(realm: Host, target: Value, length: int, arguments: list[Value]) -> Value:
    to = relative(realm, argument(arguments, 0), length, 0)
    start = relative(realm, argument(arguments, 1), length, 0)
    end = relative(realm, argument(arguments, 2), length, length)
    places = range(max(0, min(end - start, length - to)))
    for place in reversed(places) if start < to < start + len(places) else places:
        _move(realm, target, start + place, to + place)
    return target


_CHANGES: Final[dict[str, Callable[[Host, Value, int, list[Value]], Value]]] = {
    "push": _push, "pop": _pop, "shift": _shift, "unshift": _unshift, "splice": _splice, "reverse": _reverse, "fill": _fill,
    "copyWithin": _copy_within,
}  # fmt: skip
