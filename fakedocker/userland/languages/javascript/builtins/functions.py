"""Function."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import calls
from fakedocker.userland.languages.javascript.builtins.objects import FUNCTION
from fakedocker.userland.languages.javascript.cells import (
    Bound,
    JsArray,
    JsFunction,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, argument, is_nothing
from fakedocker.userland.languages.javascript.operators import is_instance
from fakedocker.userland.languages.javascript.properties import (
    get,
)
from fakedocker.userland.languages.javascript.shared import (
    HAS_INSTANCE,
    Native,
)
from fakedocker.userland.languages.javascript.tracing import source_text
from fakedocker.userland.languages.machine.cells import NotSimulated


@FUNCTION.call
def _function(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise NotSimulated("making a function from text")


FUNCTION.construct(_function)


@FUNCTION.method("call", 1)
def _call(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_callable(this):
        raise realm.error("TypeError", "Function.prototype.call was called on something that is not a function")
    return calls.enter(realm, this, argument(arguments, 0), arguments[1:])


@FUNCTION.method("apply", 2)
def _apply(realm: Host, this: Value, arguments: list[Value]) -> Value:
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
    return Bound(realm.protos["Function"], this, argument(arguments, 0), arguments[1:])


@FUNCTION.method("toString")
def _function_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if type(this) is JsFunction:
        return source_text(this)
    if is_callable(this):
        name = this.name if type(this) is Native else ""
        return f"function {name}() {{ [native code] }}"
    raise realm.error("TypeError", "Function.prototype.toString requires that 'this' be a Function")


@FUNCTION.method(HAS_INSTANCE, 1)
def _has_instance(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return is_callable(this) and is_instance(realm, argument(arguments, 0), this)
