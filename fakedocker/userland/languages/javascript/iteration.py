"""Iterators: what `for`, spread, patterns and `yield*` go through (ECMA-262, operations on iterator objects).

Arrays, texts, maps and sets whose iterator is the built-in one are gone through by the host; a generator's frame is entered;
any other iterator's `next` is called.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript import calls, resuming
from fakedocker.userland.languages.javascript.cells import (
    Generator,
    JsArray,
    JsBytes,
    JsMap,
    JsObject,
    ListIterator,
    Value,
    Wrapper,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.operators import to_boolean
from fakedocker.userland.languages.javascript.properties import get, has_own, prototype_of
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.rendering import UNSEEN, UNSURE
from fakedocker.userland.languages.javascript.shared import ASYNC_ITERATOR, HOLE, ITERATOR, NULL, Host, Native, Written
from fakedocker.userland.languages.javascript.syntax import Held
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.machine.machine import Thrown

MOST_VALUES: Final = 1 << 22
_DONE: Final = (None, True)
_ASYNC_FROM_SYNC: Final = Written("promises", "asyncFromSync")
BUILT_IN: Final[dict[str, str]] = {
    "Array": "Array.prototype.values", "String": "String.prototype[Symbol.iterator]", "Map": "Map.prototype.entries",
    "Set": "Set.prototype.values", "TypedArray": "TypedArray.prototype.values",
}  # fmt: skip


def iteration(realm: Host, value: Value, done: bool) -> JsObject:
    """{ value, done }."""
    made = realm.new_object()
    made.props["value"] = value
    made.props["done"] = done
    return made


def iterator(realm: Host, value: Value, is_async: bool, at: int, said: str | Held = "") -> Value:
    """The iterator of a value: one of the host's where it would not be seen that it is. TypeError if it has none.

    Args:
        said: what is said then, if it is not to be told of the value itself.
    """
    if is_async:
        method = None if value is None or value is NULL else get(realm, value, ASYNC_ITERATOR)
        if method is not None and method is not NULL:
            return realm.call(method, value, [])
    method = None if value is None or value is NULL else get(realm, value, ITERATOR)
    if not is_callable(method):
        raise not_iterable(realm, value, is_async, at, said)
    found = _host_iterator(realm, value, method)
    if found is None:
        found = realm.call(method, value, [])
        if not is_object(found):
            raise realm.error_at(at, "TypeError", "Result of the Symbol.iterator method is not an object")
    return realm.call(realm.written(_ASYNC_FROM_SYNC), None, [found]) if is_async else found


def not_iterable(realm: Host, value: Value, is_async: bool, at: int, said: str | Held) -> Exception:
    """A value cannot be gone through: V8 says which expression it is, or what it is where a function of its own asks."""
    top = realm.machine.top
    if said == UNSURE:
        raise NotSimulated("what node says of what cannot be gone through here")
    if isinstance(said, Held):
        if value is None or value is NULL:
            nothing = "null" if value is NULL else "undefined"
            shown = said.expression or ("object null" if value is NULL else nothing)
            words = f"Cannot destructure property 'Symbol(Symbol.iterator)' of '{shown}' as it is {nothing}."
            return realm.error_at(at, "TypeError", words)
        said = (
            f"{said.expression} is not iterable (cannot read property Symbol(Symbol.iterator))"
            if said.expression
            else ""
        )
    if not said or at < 0 or (isinstance(top.code, JsCode) and top.code.is_host):
        return realm.error_at(at, "TypeError", realm.told_iteration(value, is_async))
    if is_async:
        said = said.removesuffix("iterable") + "async iterable"
    return realm.error_at(at, "TypeError", said)


def _host_iterator(realm: Host, value: Value, method: Value) -> ListIterator | None:
    """What goes through a value whose iterator is the built-in one."""
    if type(method) is not Native:
        return None
    proto = realm.protos["ArrayIterator"]
    path = method.path
    if path == BUILT_IN["Array"] and type(value) is JsArray:
        return ListIterator(proto, "Array Iterator", value, "values")
    if path == BUILT_IN["String"] and (type(value) is str or type(value) is Wrapper):
        text = value.value if isinstance(value, Wrapper) else value
        return ListIterator(proto, "String Iterator", text, "values")
    if type(value) is JsMap and path in (BUILT_IN["Map"], BUILT_IN["Set"]):
        return ListIterator(proto, f"{value.kind} Iterator", value, "values" if value.kind == "Set" else "entries")
    if path == BUILT_IN["TypedArray"] and type(value) is JsBytes:
        return ListIterator(proto, "Array Iterator", value, "values")
    return None


def advance(realm: Host, found: ListIterator) -> tuple[Value, bool]:
    """The next of an iterator of the host's: value, and whether it is through."""
    target: Value = found.target
    if target is None:
        return _DONE
    place = found.place
    if isinstance(target, JsArray | JsBytes | list):
        items: Value = target.items if isinstance(target, JsArray) else target
        length = items.length if isinstance(items, JsBytes) else len(items)
        if place < length:
            found.place = place + 1
            if found.of == "keys":
                return float(place), False
            value = realm.element(items, place) if isinstance(items, JsBytes) else items[place]
            value = None if value is HOLE else value
            return (value if found.of == "values" else realm.array([float(place), value])), False
    elif type(target) is str:
        if place < len(target):
            pair = (
                "\ud800" <= target[place] < "\udc00"
                and place + 1 < len(target)
                and "\udc00" <= target[place + 1] < "\ue000"
            )
            found.place = place + (2 if pair else 1)
            return target[place : found.place], False
    elif type(target) is JsMap:
        order = target.order
        while place < len(order):
            entry = order[place]
            place += 1
            if entry is not None:
                found.place = place
                key, value = entry
                return (
                    realm.array([key, value])
                    if found.of == "entries"
                    else key
                    if found.of == "keys" or target.kind == "Set"
                    else value
                ), False
    found.target = None
    return _DONE


def key_iterator(realm: Host, value: Value) -> ListIterator:
    """What `for ... in` goes through: the names of a value and its prototypes."""
    names: list[Value] = []
    if value is not None and value is not NULL:
        place: Value = realm.to_object(value)
        while place is not None:
            names += [key for key in enumerable_keys(realm, place) if key not in names]
            place = prototype_of(realm, place)
    made = ListIterator(realm.protos["ArrayIterator"], "keys", names, "values")
    if isinstance(value, JsObject):
        made.props["of"] = value  # a name that is deleted meanwhile is left out
    return made


def enter_next(realm: Host, found: Value, value: Value) -> object:
    """Ask an iterator for its next: (value, done) or a result object comes to the stack of the frame on top."""
    top = realm.machine.top
    assert top is not None
    if type(found) is ListIterator:
        taken = advance(realm, found)
        if "of" in found.props:
            while not taken[1] and not _still_has(realm, found.props["of"], taken[0]):
                taken = advance(realm, found)
        top.stack.append(taken)
        return False
    if type(found) is Generator and found.kind == "Generator" and _is_plain_next(realm, found):
        given = resuming.resume(realm, found, "next", value, after=_AS_PAIR)
        if given is not calls.CONTROL:
            top.stack.append(given)
            return False
        return True
    method = get(realm, found, "next")
    if not is_callable(method):
        raise NotSimulated("what V8 says of an iterator without a function next")
    calls.enter(realm, method, found, [value] if value is not None else [])
    return True


def _still_has(realm: Host, target: Value, key: Value) -> bool:
    place: Value = target
    while place is not None:
        if has_own(realm, place, key):
            return True
        place = prototype_of(realm, place)
    return False


def _is_plain_next(realm: Host, found: Generator) -> bool:
    return "next" not in found.props


def _give_pair(machine: Runner, frame: Frame, value: Value) -> None:
    assert machine.top is not None
    machine.top.stack.append(value)


_AS_PAIR: Final = After("javascript.pair", _give_pair)


def enter_return(realm: Host, found: Value, after_throw: bool) -> object:
    """Tell an iterator that no more is wanted of it; something comes to the stack of the frame on top."""
    top = realm.machine.top
    assert top is not None
    if type(found) is ListIterator:
        top.stack.append(None)
        return False
    if type(found) is Generator and found.kind == "Generator" and "return" not in found.props:
        given = resuming.resume(realm, found, "return", None)
        if given is not calls.CONTROL:
            top.stack.append(given)
        return given is calls.CONTROL
    method = get(realm, found, "return")
    if method is None or method is NULL:
        top.stack.append(None)
        return False
    calls.enter(realm, method, found, [])
    return True


def begin_taking(realm: Host, value: Value, at: int, said: str | Held) -> list[Value]:
    """What a pattern takes from, step by step: an iterator, whether it is through, and its `next`."""
    realm.position = at
    found = iterator(realm, value, False, at, said)
    method = None if type(found) is ListIterator else get(realm, found, "next")
    realm.position = -1
    return [found, False, method]


def next_taken(realm: Host, state: list[Value], at: int) -> Value:
    """The next that a pattern takes; undefined if there is no more. What the iterator itself throws ends it."""
    found, is_through, method = state
    if is_through:
        return None
    if type(found) is ListIterator:
        given, state[1] = advance(realm, found)
        return given
    state[1] = True
    if not is_callable(method):
        raise realm.error_at(at, "TypeError", f"{realm.told_with_type(method)} is not a function")
    realm.position = at
    result = realm.call(method, found, [])
    done = to_boolean(realm.get_result(result, "done", at))
    given = None if done else get(realm, result, "value")
    realm.position = -1
    state[1] = done
    return given


def rest_taken(realm: Host, state: list[Value], at: int) -> JsArray:
    """All that is left, as an array."""
    values: list[Value] = []
    while True:
        given = next_taken(realm, state, at)
        if state[1]:
            return realm.array(values)
        values.append(given)
        if len(values) > MOST_VALUES:
            raise NotSimulated("so many values of an iterator at once")


def end_taking(realm: Host, state: list[Value], at: int, *, is_thrown: bool) -> None:
    """No more is taken: an iterator that is not through is told so. What it does wrong then is not told after something else has been thrown."""
    found, is_through, _ = state
    if is_through or type(found) is ListIterator:
        return
    state[1] = True
    realm.position = at
    try:
        method = get(realm, found, "return")
        if method is None or method is NULL:
            return
        if not is_callable(method):
            raise realm.error_at(at, "TypeError", f"{realm.told_with_type(method)} is not a function")
        result = realm.call(method, found, [])
        if not is_object(result):
            raise realm.error_at(at, "TypeError", f"Iterator result {realm.told(result)} is not an object")
    except Thrown:
        if not is_thrown:
            raise
    finally:
        realm.position = -1


def take(realm: Host, value: Value, count: int | None, at: int = -1, said: str | Held = "") -> list[Value]:
    """The first values of what an iterator goes through, or all of them, at once."""
    if type(value) is JsArray and _is_plain_array(realm, value):
        items = value.items if count is None else value.items[:count]
        return [None if item is HOLE else item for item in items]
    found, _, method = begin_taking(realm, value, at, said)
    values: list[Value] = []
    while count is None or len(values) < count:
        if type(found) is ListIterator:
            given, done = advance(realm, found)
        else:
            realm.position = at
            if said and not is_callable(method):
                raise NotSimulated("what V8 says of an iterator without a function next")
            result = realm.call(method, found, [])
            done = to_boolean(realm.get_result(result, "done", at))
            given = None if done else get(realm, result, "value")
            realm.position = -1
        if done:
            return values
        values.append(given)
        if len(values) > MOST_VALUES:
            raise NotSimulated("so many values of an iterator at once")
    if type(found) is not ListIterator:
        method = get(realm, found, "return")
        if is_callable(method):
            realm.call(method, found, [])
    return values


def _is_plain_array(realm: Host, value: JsArray) -> bool:
    return (
        value.proto is not None
        and value.proto is realm.protos["Array"]
        and not value.props
        and not realm.protos["Array"].props.get(ITERATOR)
    )


def values_of(realm: Host, value: Value) -> list[Value]:
    """All that an iterator goes through, at once."""
    return take(realm, value, None)


def spread(realm: Host, value: Value, text: str) -> list[Value]:
    """What `...` makes of a value. TypeError, with the text of the expression, if it cannot be gone through."""
    if type(value) is JsArray and _is_plain_array(realm, value):
        return [None if item is HOLE else item for item in value.items]
    if value is None or value is NULL or not is_callable(get(realm, value, ITERATOR)):
        said = "Spread syntax requires ...iterable[Symbol.iterator] to be a function"
        is_nothing = value is None or value is NULL
        text = realm.told_with_type(value) if text == UNSEEN else text
        unread = f"{text} is not iterable (cannot read property {realm.told(value)})"
        raise realm.error("TypeError", unread if is_nothing else said)
    return take(realm, value, None, said=text)
