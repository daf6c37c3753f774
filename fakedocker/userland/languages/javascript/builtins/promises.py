"""Promise, as a constructor and a prototype; `all` and its like are written in JavaScript."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import calls
from fakedocker.userland.languages.javascript.cells import Promise, Value, is_callable, is_object
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument
from fakedocker.userland.languages.javascript.promises import (
    construct_promise,
    promise_of,
    reject,
    resolving_functions,
    then,
)
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import SPECIES, TO_STRING_TAG, Since, Written
from fakedocker.userland.languages.javascript.species import new_capability, species, species_getter

PROMISE = Kind("Promise", length=1)
PROMISE.construct(construct_promise)
PROMISE.prototype.entries[TO_STRING_TAG] = "Promise"
for _name in ("all", "allSettled", "any", "race"):
    PROMISE.statics.entries[_name] = Written("promises", _name)
PROMISE.statics.entries[SPECIES] = species_getter("Promise")
PROMISE.written("finally", "promises")


@PROMISE.call
def _promise(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise realm.error("TypeError", "Promise constructor cannot be invoked without 'new'")


@PROMISE.static("resolve", 1)
def _resolve(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_object(this):
        raise realm.error("TypeError", "PromiseResolve called on non-object")
    if not realm.is_constructor(this):
        raise realm.error("TypeError", f"{realm.told(this)} is not a constructor")
    value = argument(arguments, 0)
    if this is PROMISE.native:
        return promise_of(realm, value)
    if isinstance(value, Promise) and get(realm, value, "constructor") is this:
        return value
    made = new_capability(realm, this)
    realm.call(made.resolve, None, [value])
    return made.promise


@PROMISE.static("reject", 1)
def _reject(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_object(this):
        raise realm.error("TypeError", "PromiseReject called on non-object")
    if this is not PROMISE.native:
        given = new_capability(realm, this)
        realm.call(given.reject, None, [argument(arguments, 0)])
        return given.promise
    made = Promise(realm.protos["Promise"])
    reject(realm, made, argument(arguments, 0))
    return made


@PROMISE.static("withResolvers")
def _with_resolvers(realm: Host, this: Value, arguments: list[Value]) -> Value:
    promise = Promise(realm.protos["Promise"])
    made = realm.new_object()
    functions = resolving_functions(realm, promise)
    made.props.update(promise=promise, resolve=functions[0], reject=functions[1])
    return made


PROMISE.statics.entries["withResolvers"] = Since(22, PROMISE.statics.entries["withResolvers"])


@PROMISE.method("then", 2)
def _then(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, Promise):
        raise realm.error(
            "TypeError", f"Method Promise.prototype.then called on incompatible receiver {realm.told(this)}"
        )
    maker = species(realm, this, "Promise")
    derived = Promise(realm.protos["Promise"]) if maker is None else new_capability(realm, maker).plain
    then(realm, this, argument(arguments, 0), argument(arguments, 1), derived)
    return derived


@PROMISE.method("catch", 1)
def _catch(realm: Host, this: Value, arguments: list[Value]) -> Value:
    method = realm.get_member(this, "then", -1)
    if isinstance(this, Promise) and method is PROMISE.prototype.entries["then"]:
        return _then(realm, this, [None, argument(arguments, 0)])
    if not is_callable(method):
        raise realm.error("TypeError", f"{realm.told(method)} is not a function")
    return calls.enter(realm, method, this, [None, argument(arguments, 0)])
