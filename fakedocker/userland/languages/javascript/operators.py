"""What the operators of JavaScript do with values of any type, and how values become others (ECMA-262, abstract operations)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Bound,
    JsObject,
    Symbol,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.numbers import big_of_text, number_text, text_number, to_int32, to_uint32
from fakedocker.userland.languages.javascript.powers import power
from fakedocker.userland.languages.javascript.shared import HAS_INSTANCE, NULL, TO_PRIMITIVE, Host, Native, WellKnown
from fakedocker.userland.languages.machine.cells import NotSimulated

LONGEST_TEXT: Final = 1 << 25
"""How long a text may get, in code units; V8's is longer, so that more is a mark and no RangeError."""
MOST_BITS: Final = 1 << 18


def type_of(value: Value) -> str:
    """What `typeof` says."""
    if value is None:
        return "undefined"
    kind = type(value)
    if kind is bool:
        return "boolean"
    if kind is float:
        return "number"
    if kind is str:
        return "string"
    if kind is int:
        return "bigint"
    if kind is Symbol or kind is WellKnown:
        return "symbol"
    return "function" if is_callable(value) else "object"


def to_boolean(value: Value) -> bool:
    """Whether a value is true."""
    kind = type(value)
    if kind is bool:
        return bool(value)
    if kind is float:
        return value == value and value != 0
    if kind is str or kind is int:
        return bool(value)
    return value is not None and value is not NULL


def to_primitive(realm: Host, value: Value, hint: str = "default") -> Value:
    """An object as a value that is none, by its own functions."""
    if not is_object(value):
        return value
    exotic = realm.get(value, TO_PRIMITIVE)
    if exotic is not None and exotic is not NULL:
        found = realm.call(exotic, value, [hint])
        if not is_object(found):
            return found
        raise realm.error("TypeError", "Cannot convert object to primitive value")
    for name in ("toString", "valueOf") if hint == "string" else ("valueOf", "toString"):
        method = realm.get(value, name)
        if is_callable(method):
            found = realm.call(method, value, [])
            if not is_object(found):
                return found
    raise realm.error("TypeError", "Cannot convert object to primitive value")


def to_number(realm: Host, value: Value) -> float:
    """ToNumber."""
    kind = type(value)
    if kind is float:
        return float(value)
    if kind is bool:
        return 1.0 if value else 0.0
    if value is None:
        return math.nan
    if value is NULL:
        return 0.0
    if kind is str:
        return text_number(value)
    if kind is int:
        raise realm.error("TypeError", "Cannot convert a BigInt value to a number")
    if kind is Symbol or kind is WellKnown:
        raise realm.error("TypeError", "Cannot convert a Symbol value to a number")
    return to_number(realm, to_primitive(realm, value, "number"))


def to_numeric(realm: Host, value: Value) -> float | int:
    """A number or a big integer."""
    kind = type(value)
    if kind is float or kind is int:
        return value
    primitive = to_primitive(realm, value, "number")
    return primitive if type(primitive) is int else to_number(realm, primitive)


def to_text(realm: Host, value: Value) -> str:
    """ToString."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is float:
        return number_text(value)
    if value is None:
        return "undefined"
    if value is NULL:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is Symbol or kind is WellKnown:
        raise realm.error("TypeError", "Cannot convert a Symbol value to a string")
    return to_text(realm, to_primitive(realm, value, "string"))


def to_key(realm: Host, value: Value) -> Value:
    """A value as the key of a property."""
    kind = type(value)
    if kind is str or kind is Symbol or kind is WellKnown:
        return value
    if kind is float:
        return number_text(value)
    return to_key(realm, to_primitive(realm, value, "string")) if is_object(value) else to_text(realm, value)


# equality


def strictly_equal(left: Value, right: Value) -> bool:
    """`===`."""
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is float or kind is str or kind is int:
        return bool(left == right)
    return bool(left is right)


def loosely_equal(realm: Host, left: Value, right: Value) -> bool:
    """`==`."""
    if type(left) is type(right):
        return strictly_equal(left, right)
    nothing = (None, NULL)
    if any(left is none for none in nothing) or any(right is none for none in nothing):
        return any(left is none for none in nothing) and any(right is none for none in nothing)
    if is_object(left):
        return not is_object(right) and loosely_equal(realm, to_primitive(realm, left), right)
    if is_object(right):
        return loosely_equal(realm, left, to_primitive(realm, right))
    if isinstance(left, Symbol | WellKnown) or isinstance(right, Symbol | WellKnown):
        return False
    if {type(left), type(right)} == {str, int}:
        return big_of_text(left) == big_of_text(right)
    numbers = [value if type(value) is int else to_number(realm, value) for value in (left, right)]
    return bool(numbers[0] == numbers[1])


def same_value(left: Value, right: Value) -> bool:
    """Object.is."""
    if type(left) is float and type(right) is float:
        if left != left:
            return bool(right != right)
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return strictly_equal(left, right)


def same_value_zero(left: Value, right: Value) -> bool:
    """As `includes` and Map compare."""
    if type(left) is float and type(right) is float and left != left:
        return bool(right != right)
    return strictly_equal(left, right)


# arithmetic


def add(realm: Host, left: Value, right: Value) -> Value:
    """`+`."""
    if type(left) is float and type(right) is float:
        return left + right
    left, right = to_primitive(realm, left), to_primitive(realm, right)
    if type(left) is str or type(right) is str:
        return joined(realm, to_text(realm, left), to_text(realm, right))
    return _arithmetic(realm, "+", left, right)


def joined(realm: Host, left: str, right: str) -> str:
    """Two texts as one. NotSimulated if it is too long."""
    size = len(left) + len(right)
    if size > LONGEST_TEXT:
        raise NotSimulated("so long a text")
    if size > 1 << 14:
        realm.machine.grown(size >> 4)
    return left + right


def _arithmetic(realm: Host, operator: str, left: Value, right: Value) -> Value:
    a, b = to_numeric(realm, left), to_numeric(realm, right)
    if type(a) is int and type(b) is int:
        return _big(realm, operator, a, b)
    if type(a) is int or type(b) is int:
        raise realm.error("TypeError", "Cannot mix BigInt and other types, use explicit conversions")
    return FLOAT[operator](float(a), float(b))


def _divide(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or left != left:
            return math.nan
        return math.inf if (left > 0) == (math.copysign(1, right) > 0) else -math.inf
    return left / right


def _remainder(left: float, right: float) -> float:
    if right == 0 or left != left or right != right or left in (math.inf, -math.inf):
        return math.nan
    if right in (math.inf, -math.inf):
        return left
    return math.fmod(left, right)


FLOAT: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _remainder,
    "**": power,
    "&": lambda left, right: float(to_int32(left) & to_int32(right)),
    "|": lambda left, right: float(to_int32(left) | to_int32(right)),
    "^": lambda left, right: float(to_int32(left) ^ to_int32(right)),
    "<<": lambda left, right: float(to_int32(float(to_int32(left) << (to_uint32(right) & 31)))),
    ">>": lambda left, right: float(to_int32(left) >> (to_uint32(right) & 31)),
    ">>>": lambda left, right: float(to_uint32(left) >> (to_uint32(right) & 31)),
}


def _big(realm: Host, operator: str, left: int, right: int) -> int:
    """Arithmetic of big integers, whose size is bounded."""
    if operator in ("/", "%"):
        if right == 0:
            raise realm.error("RangeError", "Division by zero")
        quotient = abs(left) // abs(right)
        quotient = quotient if (left < 0) == (right < 0) else -quotient
        return quotient if operator == "/" else left - quotient * right
    if operator == "**":
        if right < 0:
            raise realm.error("RangeError", "undefined must be positive")
        if left.bit_length() * right > MOST_BITS:
            raise NotSimulated("so big an integer")
        return int(left**right)
    if operator in ("<<", ">>"):
        shift = right if operator == "<<" else -right
        if shift > MOST_BITS:
            raise NotSimulated("so big an integer")
        return left << shift if shift >= 0 else left >> min(-shift, MOST_BITS * 4)
    if operator == ">>>":
        raise realm.error("TypeError", "BigInts have no unsigned right shift, use >> instead")
    if operator == "*" and left.bit_length() + right.bit_length() > MOST_BITS:
        raise NotSimulated("so big an integer")
    return {"+": left + right, "-": left - right}[operator] if operator in "+-" else _big_bits(operator, left, right)


def _big_bits(operator: str, left: int, right: int) -> int:
    if operator == "*":
        return left * right
    if operator == "&":
        return left & right
    return left | right if operator == "|" else left ^ right


def _arithmetic_operator(operator: str) -> Callable[[Host, Value, Value], Value]:
    return lambda realm, left, right: _arithmetic(realm, operator, left, right)


# comparison


def less(realm: Host, left: Value, right: Value, left_first: bool = True) -> bool | None:
    """`<`, None if the two cannot be compared."""
    if left_first:
        left = to_primitive(realm, left, "number")
        right = to_primitive(realm, right, "number")
    else:
        right = to_primitive(realm, right, "number")
        left = to_primitive(realm, left, "number")
    if type(left) is str and type(right) is str:
        return left < right
    if {type(left), type(right)} == {str, int}:
        left, right = big_of_text(left), big_of_text(right)
        return None if left is None or right is None else left < right
    a, b = to_numeric(realm, left), to_numeric(realm, right)
    if a != a or b != b:
        return None
    return a < b


def instance_of(realm: Host, value: Value, kind: Value) -> bool:
    """`instanceof`."""
    if not is_object(kind):
        raise realm.error("TypeError", "Right-hand side of 'instanceof' is not an object")
    method = realm.get(kind, HAS_INSTANCE)
    if method is not None and method is not NULL:
        return to_boolean(realm.call(method, kind, [value]))
    if not is_callable(kind):
        raise realm.error("TypeError", "Right-hand side of 'instanceof' is not callable")
    return is_instance(realm, value, kind)


def is_instance(realm: Host, value: Value, kind: Value) -> bool:
    """Whether a function's prototype is among those of a value."""
    while type(kind) is Bound:
        kind = kind.target
    if not is_object(value):
        return False
    prototype = realm.get(kind, "prototype")
    if not isinstance(prototype, JsObject):
        raise realm.error(
            "TypeError", f"Function has non-object prototype '{to_text(realm, prototype)}' in instanceof check"
        )
    found = realm.prototype_of(value)
    while found is not None:
        if found is prototype:
            return True
        found = realm.prototype_of(found)
    return False


def has_property(realm: Host, key: Value, target: Value) -> bool:
    """`in`."""
    if not is_object(target):
        raise realm.error(
            "TypeError", f"Cannot use 'in' operator to search for '{realm.told(key)}' in {realm.told(target)}"
        )
    return realm.has(target, to_key(realm, key))


BINARY: Final[dict[str, Callable[[Host, Value, Value], Value]]] = {
    "+": add,
    **{operator: _arithmetic_operator(operator) for operator in FLOAT if operator != "+"},
    "===": lambda realm, left, right: strictly_equal(left, right),
    "!==": lambda realm, left, right: not strictly_equal(left, right),
    "==": loosely_equal,
    "!=": lambda realm, left, right: not loosely_equal(realm, left, right),
    "<": lambda realm, left, right: less(realm, left, right) is True,
    ">": lambda realm, left, right: less(realm, right, left, False) is True,
    "<=": lambda realm, left, right: less(realm, right, left, False) is False,
    ">=": lambda realm, left, right: less(realm, left, right) is False,
    "instanceof": instance_of,
    "in": has_property,
}


def negate(realm: Host, value: Value) -> Value:
    """Unary `-`."""
    return -to_numeric(realm, value)


def unary(realm: Host, operator: str, value: Value) -> Value:
    """A unary operator, but for `delete`."""
    if operator == "!":
        return not to_boolean(value)
    if operator == "-":
        return negate(realm, value)
    if operator == "+":
        return to_number(realm, value)
    if operator == "typeof":
        return type_of(value)
    if operator == "void":
        return None
    number = to_numeric(realm, value)
    return ~number if type(number) is int else float(~to_int32(float(number)))


__all__ = ["BINARY", "Native", "unary"]
