"""Function."""

from __future__ import annotations

import math
from typing import Final

from fakedocker.userland.languages.javascript import calls
from fakedocker.userland.languages.javascript.builtins.objects import FUNCTION
from fakedocker.userland.languages.javascript.cells import (
    Bound,
    JsArray,
    Slot,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, is_nothing
from fakedocker.userland.languages.javascript.operators import is_instance
from fakedocker.userland.languages.javascript.properties import get, has_own
from fakedocker.userland.languages.javascript.realm_state import NATIVE_PARENTS
from fakedocker.userland.languages.javascript.shared import (
    HAS_INSTANCE,
    TO_STRING_TAG,
    Getter,
    Native,
)
from fakedocker.userland.languages.javascript.tracing import source_text
from fakedocker.userland.languages.machine.cells import NotSimulated


@FUNCTION.call
def _function(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise NotSimulated("making a function from text")


FUNCTION.construct(_function)
for _name in ("AsyncFunction", "GeneratorFunction", "AsyncGeneratorFunction"):
    _kind = Kind(_name, "Function", 1, is_global=False)
    _kind.call(_function)
    _kind.construct(_function)
    _kind.prototype.entries[TO_STRING_TAG] = _name
    NATIVE_PARENTS[_name] = FUNCTION.native


def _throw_of_old(realm: Host, this: Value, arguments: list[Value]) -> Value:
    said = "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them"
    raise realm.error("TypeError", said)


THROWER: Final = Native("%ThrowTypeError%", _throw_of_old, name="")
FUNCTION.prototype.entries = {
    "arguments": Getter(THROWER, THROWER),
    "caller": Getter(THROWER, THROWER),
    **FUNCTION.prototype.entries,
}


@FUNCTION.method("apply", 2)
def _apply(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_callable(this):
        raise NotSimulated("what V8 says of Function.prototype.apply of what is no function")
    return calls.enter(realm, this, argument(arguments, 0), listed(realm, argument(arguments, 1)))


def listed(realm: Host, value: Value) -> list[Value]:
    if is_nothing(value):
        return []
    if not is_object(value):
        raise realm.error("TypeError", "CreateListFromArrayLike called on non-object")
    return array_like(realm, value)


def array_like(realm: Host, value: Value) -> list[Value]:
    """The items of an array, or of what has a length."""
    if type(value) is JsArray:
        return (
            [get(realm, value, str(place)) for place in range(len(value.items))]
            if value.kind == "Arguments"
            else realm.take(value, None)
        )
    length = get(realm, value, "length")
    count = int(length) if type(length) is float and length == length and length > 0 else 0
    if count > 1 << 20:
        raise NotSimulated("so long a list")
    return [get(realm, value, str(place)) for place in range(count)]


@FUNCTION.method("bind", 1)
def _bind(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_callable(this):
        raise realm.error("TypeError", "Bind must be called on a function")
    made = Bound(realm.prototype_of(this), this, argument(arguments, 0), arguments[1:])
    length = get(realm, this, "length") if has_own(realm, this, "length") else None
    left = 0.0
    if type(length) is float and length == length:
        whole = length if length in (math.inf, -math.inf) else float(int(length))
        left = max(0.0, whole - len(made.arguments))
    name = get(realm, this, "name")
    made.props["length"] = Slot(left, writable=False, enumerable=False)
    made.props["name"] = Slot(f"bound {name if type(name) is str else ''}", writable=False, enumerable=False)
    return made


@FUNCTION.method("call", 1)
def _call(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_callable(this):
        raise NotSimulated("what V8 says of Function.prototype.call of what is no function")
    return calls.enter(realm, this, argument(arguments, 0), arguments[1:])


@FUNCTION.method("toString")
def _function_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if is_callable(this):
        return source_text(this)
    raise realm.error("TypeError", "Function.prototype.toString requires that 'this' be a Function")


@FUNCTION.method(HAS_INSTANCE, 1)
def _has_instance(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return is_callable(this) and is_instance(realm, argument(arguments, 0), this)
