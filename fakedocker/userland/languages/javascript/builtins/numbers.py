"""Number, BigInt and Math."""

from __future__ import annotations

import math
from collections.abc import Callable

from fakedocker.userland.languages.javascript import exponentials, trigonometry
from fakedocker.userland.languages.javascript.cells import Value, Wrapper
from fakedocker.userland.languages.javascript.locales import check_locale, format_number
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, function
from fakedocker.userland.languages.javascript.numbers import (
    big_in_radix,
    big_of_text,
    in_radix,
    number_text,
    parse_float,
    parse_int,
    to_exponential,
    to_fixed,
    to_integer,
    to_precision,
    to_uint32,
)
from fakedocker.userland.languages.javascript.operators import (
    MOST_BITS,
    to_number,
    to_numeric,
    to_primitive,
    to_text,
)
from fakedocker.userland.languages.javascript.powers import power
from fakedocker.userland.languages.javascript.realm import Table
from fakedocker.userland.languages.javascript.realm_state import GLOBALS
from fakedocker.userland.languages.javascript.shared import TO_STRING_TAG
from fakedocker.userland.languages.machine.cells import NotSimulated

NUMBER = Kind("Number", length=1)
BIGINT = Kind("BigInt", length=1)
MATH = Table("Math", {TO_STRING_TAG: "Math"})


@NUMBER.call
def _number(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not arguments:
        return 0.0
    value = to_numeric(realm, arguments[0])
    return float(value)


@NUMBER.construct
def _new_number(realm: Host, target: Value, arguments: list[Value]) -> Value:
    return Wrapper(realm.prototype_from(target, "Number"), "Number", _number(realm, None, arguments))


NUMBER.statics.entries.update(
    MAX_SAFE_INTEGER=9007199254740991.0,
    MIN_SAFE_INTEGER=-9007199254740991.0,
    MAX_VALUE=1.7976931348623157e308,
    MIN_VALUE=5e-324,
    EPSILON=2.0**-52,
    POSITIVE_INFINITY=math.inf,
    NEGATIVE_INFINITY=-math.inf,
    NaN=math.nan,
)


@NUMBER.static("isInteger", 1)
def _is_integer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return type(value) is float and math.isfinite(value) and value == int(value)


@NUMBER.static("isSafeInteger", 1)
def _is_safe(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return bool(_is_integer(realm, this, arguments)) and abs(arguments[0]) <= 9007199254740991


@NUMBER.static("isFinite", 1)
def _number_is_finite(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return type(value) is float and math.isfinite(value)


@NUMBER.static("isNaN", 1)
def _number_is_nan(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return type(value) is float and value != value


def _this(realm: Host, this: Value, name: str) -> float:
    value = this.value if isinstance(this, Wrapper) else this
    if type(value) is not float:
        raise realm.error("TypeError", f"Number.prototype.{name} requires that 'this' be a Number")
    return value


def _digits(realm: Host, number: float, value: Value, name: str, lowest: int = 0) -> int:
    """How many digits a number is asked for with, which does not matter where it has none."""
    digits = to_integer(to_number(realm, value)) if value is not None else 0
    if not math.isfinite(number) and name != "toFixed":
        return 1
    if not lowest <= digits <= 100:
        said = f"{name}() {'argument' if name != 'toFixed' else 'digits argument'} must be between {lowest} and 100"
        raise realm.error("RangeError", said)
    return int(digits)


@NUMBER.method("toString", 1)
def _number_to_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    number = _this(realm, this, "toString")
    radix = argument(arguments, 0)
    base = _radix(realm, radix)
    return number_text(number) if base == 10 else in_radix(number, base)


def _radix(realm: Host, radix: Value) -> int:
    base = 10.0 if radix is None else to_integer(to_number(realm, radix))
    if not 2 <= base <= 36:
        raise realm.error("RangeError", "toString() radix argument must be between 2 and 36")
    return int(base)


@NUMBER.method("toFixed", 1)
def _number_fixed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    number = _this(realm, this, "toFixed")
    return to_fixed(number, _digits(realm, number, argument(arguments, 0), "toFixed"))


@NUMBER.method("toPrecision", 1)
def _number_precision(realm: Host, this: Value, arguments: list[Value]) -> Value:
    number = _this(realm, this, "toPrecision")
    if argument(arguments, 0) is None:
        return number_text(number)
    return to_precision(number, _digits(realm, number, arguments[0], "toPrecision", 1))


@NUMBER.method("toExponential", 1)
def _number_exponential(realm: Host, this: Value, arguments: list[Value]) -> Value:
    number = _this(realm, this, "toExponential")
    given = argument(arguments, 0)
    return to_exponential(number, None if given is None else _digits(realm, number, given, "toExponential"))


@NUMBER.method("toLocaleString")
def _number_locale(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return format_number(realm, _this(realm, this, "toLocaleString"), argument(arguments, 0), argument(arguments, 1))


@NUMBER.method("valueOf")
def _number_value(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _this(realm, this, "valueOf")


# big integers


@BIGINT.call
def _bigint(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = to_primitive(realm, argument(arguments, 0), "number")
    if type(value) is float:
        if not math.isfinite(value) or value != int(value):
            shown = number_text(value)
            raise realm.error(
                "RangeError", f"The number {shown} cannot be converted to a BigInt because it is not an integer"
            )
        return int(value)
    return to_big(realm, value)


def to_big(realm: Host, value: Value) -> int:
    """ToBigInt. TypeError for a number, which only BigInt() takes."""
    value = to_primitive(realm, value, "number")
    if type(value) is bool or type(value) is int:
        return int(value)
    if type(value) is str:
        found = big_of_text(value)
        if found is None:
            raise realm.error("SyntaxError", f"Cannot convert {value} to a BigInt")
        return found
    raise realm.error("TypeError", f"Cannot convert {realm.told(value)} to a BigInt")


def _big_this(realm: Host, this: Value, name: str) -> int:
    value = this.value if isinstance(this, Wrapper) else this
    if type(value) is not int:
        raise realm.error("TypeError", f"BigInt.prototype.{name} requires that 'this' be a BigInt")
    return value


@BIGINT.method("toString")
def _bigint_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value, radix = _big_this(realm, this, "toString"), argument(arguments, 0)
    base = _radix(realm, radix)
    if base == 10:
        return _decimal(realm, value)
    return ("-" if value < 0 else "") + big_in_radix(abs(value), base)


def _decimal(realm: Host, value: int) -> str:
    try:
        return str(value)
    except ValueError:  # the host writes no integers of so many digits
        raise NotSimulated("so big an integer as text") from None


@BIGINT.method("valueOf")
def _bigint_value(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _big_this(realm, this, "valueOf")


@BIGINT.method("toLocaleString")
def _bigint_locale(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = _big_this(realm, this, "toLocaleString")
    check_locale(realm, argument(arguments, 0))
    if argument(arguments, 1) is not None:
        raise NotSimulated("options of a big integer's format")
    return f"{'-' if value < 0 else ''}{_in_threes(_decimal(realm, abs(value)))}"


def _in_threes(digits: str) -> str:
    first = len(digits) % 3
    return ",".join(
        [*([digits[:first]] if first else []), *(digits[at : at + 3] for at in range(first, len(digits), 3))]
    )


BIGINT.prototype.entries[TO_STRING_TAG] = "BigInt"


def _bits_of(realm: Host, arguments: list[Value]) -> tuple[int, int]:
    bits = to_integer(to_number(realm, argument(arguments, 0)))
    if not 0 <= bits <= (1 << 53) - 1:
        raise realm.error("RangeError", "Invalid value: not (convertible to) a safe integer")
    value = to_big(realm, argument(arguments, 1))
    if bits > MOST_BITS:
        raise NotSimulated("so big an integer")
    return int(bits), value


@BIGINT.static("asUintN", 2)
def _as_uint(realm: Host, this: Value, arguments: list[Value]) -> Value:
    bits, value = _bits_of(realm, arguments)
    return value & ((1 << bits) - 1)


@BIGINT.static("asIntN", 2)
def _as_int(realm: Host, this: Value, arguments: list[Value]) -> Value:
    bits, value = _bits_of(realm, arguments)
    value &= (1 << bits) - 1
    return value - (1 << bits) if bits and value >> (bits - 1) else value


# Math

GLOBALS.entries["NaN"] = math.nan
GLOBALS.entries["Infinity"] = math.inf
MATH.entries.update(
    PI=math.pi,
    E=math.e,
    LN2=math.log(2),
    LN10=math.log(10),
    LOG2E=math.log2(math.e),
    LOG10E=math.log10(math.e),
    SQRT2=math.sqrt(2),
    SQRT1_2=math.sqrt(0.5),
)


def _round(value: float) -> float:
    if not math.isfinite(value) or value == int(value):
        return value
    found = math.floor(value + 0.5)
    if value + 0.5 == found and value < found - 0.5:
        found -= 1
    if found - value > 0.5:
        found -= 1
    return -0.0 if found == 0 and value < 0 else float(found)


def _whole(apply: Callable[[float], float], value: float) -> float:
    if not math.isfinite(value):
        return value
    found = float(apply(value))
    return math.copysign(0.0, value) if found == 0 else found


_UNARY: dict[str, Callable[[float], float]] = {
    "abs": abs, "floor": lambda value: _whole(math.floor, value), "ceil": lambda value: _whole(math.ceil, value),
    "trunc": lambda value: _whole(math.trunc, value), "round": _round, "sqrt": lambda value: math.sqrt(value) if value >= 0 else math.nan,
    "cbrt": exponentials.cbrt, "exp": exponentials.exp, "expm1": exponentials.expm1,
    "log": exponentials.log, "log1p": exponentials.log1p, "log2": exponentials.log2, "log10": exponentials.log10,
    "sinh": exponentials.sinh, "cosh": exponentials.cosh, "tanh": exponentials.tanh,
    "asinh": exponentials.asinh, "acosh": exponentials.acosh, "atanh": exponentials.atanh,
    "sin": trigonometry.sin, "cos": trigonometry.cos, "tan": trigonometry.tan,
    "asin": trigonometry.asin, "acos": trigonometry.acos, "atan": trigonometry.atan,
    "sign": lambda value: value if value == 0 else math.copysign(1.0, value),
}  # fmt: skip


def _add_unary(name: str, apply: Callable[[float], float]) -> None:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        value = to_number(realm, argument(arguments, 0))
        if value != value:
            return math.nan
        return float(apply(value))

    function("Math", name, 1, MATH)(call)


for _name, _apply in _UNARY.items():
    _add_unary(_name, _apply)
function("Math", "clz32", 1, MATH)(lambda realm, this, arguments: float(32 - to_uint32(to_number(realm, argument(arguments, 0))).bit_length()))  # fmt: skip


@function("Math", "max", 2, MATH)
def _max(realm: Host, this: Value, arguments: list[Value]) -> Value:
    values = [to_number(realm, value) for value in arguments]
    if any(value != value for value in values):
        return math.nan
    return max(values, default=-math.inf, key=lambda value: (value, math.copysign(1, value)))


@function("Math", "min", 2, MATH)
def _min(realm: Host, this: Value, arguments: list[Value]) -> Value:
    values = [to_number(realm, value) for value in arguments]
    if any(value != value for value in values):
        return math.nan
    return min(values, default=math.inf, key=lambda value: (value, math.copysign(1, value)))


@function("Math", "pow", 2, MATH)
def _pow(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return power(to_number(realm, argument(arguments, 0)), to_number(realm, argument(arguments, 1)))


@function("Math", "atan2", 2, MATH)
def _atan2(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return trigonometry.atan2(to_number(realm, argument(arguments, 0)), to_number(realm, argument(arguments, 1)))


@function("Math", "hypot", 2, MATH)
def _hypot(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return exponentials.hypot([to_number(realm, value) for value in arguments])


@function("Math", "imul", 2, MATH)
def _imul(realm: Host, this: Value, arguments: list[Value]) -> Value:
    found = (
        to_uint32(to_number(realm, argument(arguments, 0))) * to_uint32(to_number(realm, argument(arguments, 1)))
    ) & 0xFFFFFFFF
    return float(found - (1 << 32) if found >> 31 else found)


@function("Math", "fround", 1, MATH)
def _fround(realm: Host, this: Value, arguments: list[Value]) -> Value:
    import struct

    value = to_number(realm, argument(arguments, 0))
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


@function("Math", "random", 0, MATH)
def _random(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.machine.system.random(1 << 53) / (1 << 53)


# global functions


@function("", "parseInt", 2)
def _parse_int(realm: Host, this: Value, arguments: list[Value]) -> Value:
    radix = argument(arguments, 1)
    return parse_int(
        to_text(realm, argument(arguments, 0)), 0 if radix is None else int(to_integer(to_number(realm, radix)))
    )


@function("", "parseFloat", 1)
def _parse_float(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return parse_float(to_text(realm, argument(arguments, 0)))


@function("", "isNaN", 1)
def _is_nan(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = to_number(realm, argument(arguments, 0))
    return value != value


@function("", "isFinite", 1)
def _is_finite(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return math.isfinite(to_number(realm, argument(arguments, 0)))


NUMBER.statics.entries["parseInt"] = GLOBALS.entries["parseInt"]
NUMBER.statics.entries["parseFloat"] = GLOBALS.entries["parseFloat"]
