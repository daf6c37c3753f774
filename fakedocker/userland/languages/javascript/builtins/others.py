"""JSON, the global functions of texts and addresses, globalThis, structuredClone and queueMicrotask."""

from __future__ import annotations

import re
from urllib.parse import quote

from fakedocker.userland.languages.javascript import json_texts
from fakedocker.userland.languages.javascript.builtins.collections import set_entry
from fakedocker.userland.languages.javascript.cells import (
    JsArray,
    JsBytes,
    JsDate,
    JsMap,
    JsObject,
    JsRegExp,
    Symbol,
    Value,
    Wrapper,
    hidden,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, argument, function
from fakedocker.userland.languages.javascript.operators import to_text, type_of
from fakedocker.userland.languages.javascript.properties import get, has_own, index_of
from fakedocker.userland.languages.javascript.property_changes import put
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.realm_state import GLOBALS
from fakedocker.userland.languages.javascript.shared import NULL, TO_STRING_TAG, Getter, Native, Table
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.machine.cells import NotSimulated

JSON = Table("JSON", {TO_STRING_TAG: "JSON"})
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"
_RESERVED = ";/?:@&=+$,#"


@function("JSON", "parse", 2, JSON)
def _parse(realm: Host, this: Value, arguments: list[Value]) -> Value:
    found = json_texts.parse(realm, to_text(realm, argument(arguments, 0)))
    reviver = argument(arguments, 1)
    if not is_callable(reviver):
        return found
    holder = realm.new_object()
    holder.props[""] = found
    return _revived(realm, holder, "", reviver)


def _revived(realm: Host, holder: Value, key: str, reviver: Value) -> Value:
    value = get(realm, holder, key)
    if isinstance(value, JsObject):
        keys = (
            [str(place) for place in range(len(value.items))]
            if isinstance(value, JsArray)
            else enumerable_keys(realm, value)
        )
        for name in keys:
            new = _revived(realm, value, name, reviver)
            if new is None and not isinstance(value, JsArray):
                value.props.pop(name, None)
            else:
                put(realm, value, name, new)
    return realm.call(reviver, holder, [key, value])


@function("JSON", "stringify", 3, JSON)
def _stringify(realm: Host, this: Value, arguments: list[Value]) -> Value:
    space = argument(arguments, 2)
    return json_texts.stringify(
        realm, argument(arguments, 0), argument(arguments, 1), space.value if isinstance(space, Wrapper) else space
    )


def _encoded(realm: Host, value: Value, safe: str) -> str:
    text = from_units(to_text(realm, value))
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise realm.error("URIError", "URI malformed") from None


def _decoded(realm: Host, value: Value, kept: str) -> str:
    text = to_text(realm, value)

    def replace(found: re.Match[str]) -> str:
        data = bytes.fromhex(found[0].replace("%", ""))
        try:
            decoded = data.decode()
        except UnicodeDecodeError:
            raise realm.error("URIError", "URI malformed") from None
        return "".join(f"%{ord(character):02X}" if character in kept else character for character in decoded)

    if re.search(r"%(?![0-9a-fA-F]{2})", text):
        raise realm.error("URIError", "URI malformed")
    return to_units(re.sub(r"(?:%[0-9a-fA-F]{2})+", replace, text))


function("", "encodeURIComponent", 1)(lambda realm, this, arguments: _encoded(realm, argument(arguments, 0), _PLAIN))
function("", "encodeURI", 1)(lambda realm, this, arguments: _encoded(realm, argument(arguments, 0), _PLAIN + _RESERVED))
function("", "decodeURIComponent", 1)(lambda realm, this, arguments: _decoded(realm, argument(arguments, 0), ""))
function("", "decodeURI", 1)(lambda realm, this, arguments: _decoded(realm, argument(arguments, 0), _RESERVED))


@function("", "eval", 1)
def _eval(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if type(argument(arguments, 0)) is not str:
        return argument(arguments, 0)
    raise NotSimulated("evaluating text as code")


@function("", "queueMicrotask", 1)
def _queue(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_callable(argument(arguments, 0)):
        given = argument(arguments, 0)
        if is_object(given):
            raise NotSimulated("the text of such an error of queueMicrotask")
        is_nothing = given is None or given is NULL
        shown = realm.shown(given) if is_nothing else f"type {type_of(given)} ({realm.shown(given)})"
        if len(shown) > 28:
            raise NotSimulated("the text of such an error of queueMicrotask")
        raise realm.error(
            "TypeError",
            f'The "callback" argument must be of type function. Received {shown}',
            code="ERR_INVALID_ARG_TYPE",
        )
    realm.enqueue("call", arguments[0], None, [])
    return None


GLOBALS.entries["globalThis"] = Getter(Native("get globalThis", lambda realm, this, arguments: realm.globals))
GLOBALS.entries["undefined"] = None


@function("", "structuredClone", 1)
def _structured_clone(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not arguments:
        raise realm.error("TypeError", "The value argument must be specified")
    options = argument(arguments, 1)
    if options is not None and options is not NULL and not is_object(options):
        raise realm.error("TypeError", "The options argument must be either an object or undefined")
    if is_object(options) and get(realm, options, "transfer") is not None:
        raise NotSimulated("moving what is cloned")
    return _cloned(realm, argument(arguments, 0), {}, 0)


def _cloned(realm: Host, value: Value, made: dict[int, Value], depth: int) -> Value:
    if isinstance(value, Symbol) or is_callable(value):
        shown = to_text(realm, value) if is_callable(value) else f"Symbol({value.description or ''})"
        raise NotSimulated(f"an error of structuredClone ({shown})")
    if not isinstance(value, JsObject):
        return value
    if id(value) in made:
        return made[id(value)]
    if depth > 150:
        raise NotSimulated("a clone so deep")
    copied: Value = _emptied(realm, value)
    made[id(value)] = copied
    if isinstance(value, JsArray):
        copied.items = [_cloned(realm, item, made, depth + 1) for item in value.items]
    elif isinstance(value, JsMap):
        for entry in value.order:
            if entry is not None:
                set_entry(copied, _cloned(realm, entry[0], made, depth + 1), _cloned(realm, entry[1], made, depth + 1))
    if value.kind == "Error" and has_own(realm, value, "cause"):
        copied.props["cause"] = hidden(_cloned(realm, get(realm, value, "cause"), made, depth + 1))
    if isinstance(value, JsArray) or type(value) is JsObject:
        for key in enumerable_keys(realm, value) if value.kind != "Error" else ():
            if not isinstance(value, JsArray) or index_of(key) < 0:
                copied.props[key] = _cloned(realm, get(realm, value, key), made, depth + 1)
    return copied


def _emptied(realm: Host, value: JsObject) -> JsObject:
    """What a value is cloned to, without what is in it."""
    if isinstance(value, JsArray):
        return JsArray(realm.protos["Array"], [])
    if isinstance(value, JsMap):
        return JsMap(realm.protos[value.kind], value.kind)
    if isinstance(value, JsDate):
        return JsDate(realm.protos["Date"], value.time_ms)
    if isinstance(value, JsRegExp):
        return JsRegExp(realm.protos["RegExp"], value.source, value.flags)
    if isinstance(value, JsBytes):
        return JsBytes(value.proto, value.kind, bytearray(value.buffer), value.offset, value.length)
    if isinstance(value, Wrapper):
        return Wrapper(value.proto, value.kind, value.value)
    if value.kind == "Error":
        made: JsObject = realm.new_error(value.proto, get(realm, value, "message"))
        made.props["stack"] = hidden(get(realm, value, "stack"))
        return made
    if value.kind != "Object":
        raise NotSimulated(f"a clone of {value.kind}")
    return JsObject(realm.protos["Object"])
