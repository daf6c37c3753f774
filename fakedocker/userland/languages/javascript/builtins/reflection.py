"""Reflect and Proxy."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import calls
from fakedocker.userland.languages.javascript.builtins.functions import listed
from fakedocker.userland.languages.javascript.builtins.objects import (
    get_prototype,
    own_descriptor,
    refused_prototype,
)
from fakedocker.userland.languages.javascript.cells import (
    JsObject,
    Proxy,
    Slot,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, argument, function
from fakedocker.userland.languages.javascript.operators import to_key, type_of
from fakedocker.userland.languages.javascript.properties import (
    MISSING,
    get_from,
    has,
    native_own,
    own,
    slot_of,
)
from fakedocker.userland.languages.javascript.property_changes import define, delete, put
from fakedocker.userland.languages.javascript.property_keys import own_keys
from fakedocker.userland.languages.javascript.realm import Table
from fakedocker.userland.languages.javascript.realm_state import GLOBALS
from fakedocker.userland.languages.javascript.shared import (
    CONTROL,
    NULL,
    TO_STRING_TAG,
    Native,
)
from fakedocker.userland.languages.machine.machine import Thrown

REFLECT = Table("Reflect", {TO_STRING_TAG: "Reflect"})


def _target(realm: Host, arguments: list[Value], name: str) -> Value:
    if not is_object(argument(arguments, 0)):
        raise realm.error("TypeError", f"Reflect.{name} called on non-object")
    return arguments[0]


@function("Reflect", "get", 2, REFLECT)
def _reflect_get(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = _target(realm, arguments, "get")
    receiver = arguments[2] if len(arguments) > 2 else target
    return get_from(realm, target, to_key(realm, argument(arguments, 1)), receiver)


@function("Reflect", "set", 3, REFLECT)
def _reflect_set(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target, key = _target(realm, arguments, "set"), to_key(realm, argument(arguments, 1))
    found = own(realm, target, key) if isinstance(target, JsObject) else MISSING
    if type(found) is Slot and not found.writable and not found.is_accessor:
        return False
    if found is MISSING and isinstance(target, JsObject) and not target.extensible:
        return False
    put(realm, target, key, argument(arguments, 2), False)
    return True


@function("Reflect", "has", 2, REFLECT)
def _reflect_has(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return has(realm, _target(realm, arguments, "has"), to_key(realm, argument(arguments, 1)))


@function("Reflect", "ownKeys", 1, REFLECT)
def _reflect_keys(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array(list(own_keys(realm, _target(realm, arguments, "ownKeys"))))


@function("Reflect", "deleteProperty", 2, REFLECT)
def _reflect_delete(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return delete(realm, _target(realm, arguments, "deleteProperty"), to_key(realm, argument(arguments, 1)), False)


@function("Reflect", "defineProperty", 3, REFLECT)
def _reflect_define(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target, key = _target(realm, arguments, "defineProperty"), to_key(realm, argument(arguments, 1))
    existing = native_own(realm, target, key) if type(target) is Native else own(realm, target, key)
    slot = slot_of(realm, argument(arguments, 2), existing)
    try:
        define(realm, target, key, slot)
    except Thrown as thrown:
        if type(target) is Proxy or realm.get(thrown.value, "name") != "TypeError":
            raise
        return False
    return True


@function("Reflect", "getPrototypeOf", 1, REFLECT)
def _reflect_prototype(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return get_prototype(realm, this, [_target(realm, arguments, "getPrototypeOf")])


@function("Reflect", "setPrototypeOf", 2, REFLECT)
def _reflect_set_prototype(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target, proto = _target(realm, arguments, "setPrototypeOf"), argument(arguments, 1)
    if proto is not NULL and not is_object(proto):
        raise realm.error("TypeError", f"Object prototype may only be an Object or null: {realm.told(proto)}")
    return refused_prototype(realm, target, proto) == ""


@function("Reflect", "getOwnPropertyDescriptor", 2, REFLECT)
def _reflect_descriptor(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return own_descriptor(realm, this, [_target(realm, arguments, "getOwnPropertyDescriptor"), *arguments[1:]])


@function("Reflect", "apply", 3, REFLECT)
def _reflect_apply(realm: Host, this: Value, arguments: list[Value]) -> Value:
    callee = argument(arguments, 0)
    if not is_callable(callee):
        kind = "null" if callee is NULL else f"{'an' if type_of(callee) == 'object' else 'a'} {type_of(callee)}"
        said = f"Function.prototype.apply was called on {realm.told(callee)}, which is {kind} and not a function"
        raise realm.error("TypeError", said)
    return calls.enter(realm, callee, argument(arguments, 1), _given(realm, argument(arguments, 2)))


def _given(realm: Host, value: Value) -> list[Value]:
    """Arguments as a list that must be there."""
    if not is_object(value):
        raise realm.error("TypeError", "CreateListFromArrayLike called on non-object")
    return listed(realm, value)


@function("Reflect", "construct", 2, REFLECT)
def _reflect_construct(realm: Host, this: Value, arguments: list[Value]) -> Value:
    callee = argument(arguments, 0)
    target = arguments[2] if len(arguments) > 2 else callee
    top = realm.machine.top
    for made_by in (callee, target):
        if not realm.is_constructor(made_by):
            raise realm.error("TypeError", f"{realm.told(made_by)} is not a constructor")
    if calls.construct(realm, callee, _given(realm, argument(arguments, 1)), target, ""):
        return CONTROL
    return top.stack.pop()


PROXY = Native("Proxy", lambda realm, this, arguments: _needs_new(realm), 2, None, Table("Proxy"))
GLOBALS.entries["Proxy"] = PROXY


def _needs_new(realm: Host) -> Value:
    raise realm.error("TypeError", "Constructor Proxy requires 'new'")


def _new_proxy(realm: Host, target: Value, arguments: list[Value]) -> Value:
    inner, handler = argument(arguments, 0), argument(arguments, 1)
    if not isinstance(inner, JsObject) or not isinstance(handler, JsObject):
        raise realm.error("TypeError", "Cannot create proxy with a non-object as target or handler")
    return Proxy(inner, handler)


PROXY.construct = _new_proxy
