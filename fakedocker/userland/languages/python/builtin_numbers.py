"""int, float, complex and bool: how they are made, and their methods."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import conversions
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.builtin_str import bytes_from
from fakedocker.userland.languages.python.call_errors import too_many
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import BOOL, COMPLEX, FLOAT, INT, native, payload_of, type_name
from fakedocker.userland.languages.python.values import GetSet


class _Absent:
    """In place of an argument that is not given."""


_ABSENT: Final = _Absent()


@native("__new__", "int", keywords=True)
def _new_int(m: Interpreter, cls: Value, *args: Value, base: Value = None) -> Value:
    if not args:
        return 0
    if len(args) > 2:
        raise too_many(m, "int", 2, len(args))
    value = payload_of(args[0])
    if len(args) > 1:
        base = args[1]
    if base is not None:
        number = m.as_index(base, f"'{type_name(base)}' object cannot be interpreted as an integer")
        if number != 0 and not 2 <= number <= 36:
            raise error("ValueError", "int() base must be >= 2 and <= 36, or 0")
        if not isinstance(value, str | bytes | bytearray):
            raise type_error("int() can't convert non-string with explicit base")
        return conversions.number_of_text(m, args[0], int, f"invalid literal for int() with base {number}", number)
    return conversions.to_int(m, args[0])


@native("__new__", "float")
def _new_float(m: Interpreter, cls: Value, value: Value = 0.0) -> Value:
    return conversions.to_float(m, value)


@native("__new__", "bool")
def _new_bool(m: Interpreter, cls: Value, value: Value = False) -> Value:
    return m.truth(value)


@native("__new__", "complex", keywords=True)
def _new_complex(m: Interpreter, cls: Value, real: Value = 0, imag: Value = _ABSENT) -> Value:
    is_given = imag is not _ABSENT
    if m.minor >= 13 and not all(
        isinstance(payload_of(each), int | float | str) for each in (real, imag) if each is not _ABSENT
    ):
        raise NotSimulated("these arguments of complex()")
    return conversions.to_complex(m, real, imag if is_given else 0, is_given)


for _cls, _host in ((INT, int), (FLOAT, float), (COMPLEX, complex)):
    for _name in ("real", "imag", "numerator", "denominator"):
        if hasattr(_host, _name):
            _cls.names[_name] = GetSet(_cls.name, _name, lambda m, value, name=_name: getattr(payload_of(value), name))  # type: ignore[misc]
del BOOL


@native("bit_length", "int")
def _bit_length(m: Interpreter, value: int) -> Value:
    return value.bit_length()


@native("bit_count", "int")
def _bit_count(m: Interpreter, value: int) -> Value:
    return value.bit_count()


@native("to_bytes", "int", keywords=True)
def _to_bytes(
    m: Interpreter, value: int, length: Value = 1, byteorder: Value = "big", *, signed: Value = False
) -> Value:
    if type(length) is int and length > 1 << 20:
        raise NotSimulated("so many bytes of an integer")
    return value.to_bytes(length, byteorder, signed=m.truth(signed))


@native("from_bytes", "int", keywords=True)
def _from_bytes(m: Interpreter, cls: Value, bytes: Value, byteorder: Value = "big", *, signed: Value = False) -> Value:
    return int.from_bytes(bytes_from(m, bytes), byteorder, signed=m.truth(signed))


@native("as_integer_ratio", "int")
def _int_ratio(m: Interpreter, value: int) -> Value:
    return (int(value), 1)


@native("conjugate", "int")
def _int_conjugate(m: Interpreter, value: int) -> Value:
    return int(value)


@native("is_integer", "int")
def _int_is_integer(m: Interpreter, value: int) -> Value:
    return True


@native("conjugate", "float")
def _float_conjugate(m: Interpreter, value: float) -> Value:
    return float(value)


@native("is_integer", "float")
def _is_integer(m: Interpreter, value: float) -> Value:
    return value.is_integer()


@native("as_integer_ratio", "float")
def _float_ratio(m: Interpreter, value: float) -> Value:
    return value.as_integer_ratio()


@native("hex", "float")
def _float_hex(m: Interpreter, value: float) -> Value:
    return value.hex()


@native("conjugate", "complex")
def _conjugate(m: Interpreter, value: complex) -> Value:
    return value.conjugate()


@native("fromhex", "float")
def _float_fromhex(m: Interpreter, cls: Value, text: Value) -> Value:
    return float.fromhex(text)


@native("abs")
def _abs(m: Interpreter, value: Value) -> Value:
    plain = payload_of(value)
    method = special(m, value, "__abs__")
    if method is not None:
        return m.call_now(method, [])
    if isinstance(plain, int | float | complex):
        return abs(plain)
    raise type_error(f"bad operand type for abs(): '{type_name(value)}'")


@native("round", keywords=True)
def _round(m: Interpreter, number: Value, ndigits: Value = None) -> Value:
    plain = payload_of(number)
    if (isinstance(plain, int | float) and conversions.own_method(m, number, "__round__") is None) or type(number) in (
        int,
        float,
        bool,
    ):
        digits = (
            None
            if ndigits is None
            else m.as_index(ndigits, f"'{type_name(ndigits)}' object cannot be interpreted as an integer")
        )
        if digits is not None and abs(digits) > 100_000:
            raise NotSimulated("rounding to so many digits")
        return round(plain) if digits is None else round(plain, digits)
    method = special(m, number, "__round__")
    if method is None:
        raise type_error(f"type {type_name(number)} doesn't define __round__ method")
    return m.call_now(method, [] if ndigits is None else [ndigits])


@native("divmod")
def _divmod(m: Interpreter, a: Value, b: Value) -> Value:
    from fakedocker.userland.languages.python.operators import divmod_of

    return divmod_of(m, a, b)


@native("pow", keywords=True)
def _pow(m: Interpreter, base: Value, exp: Value, mod: Value = None) -> Value:
    from fakedocker.userland.languages.python.operators import binary

    if mod is None:
        return binary(m, "**", base, exp)
    method = conversions.own_method(m, base, "__pow__") if not isinstance(base, int | float | complex) else None
    if method is not None:
        return m.call_now(method, [exp, mod])
    parts: list[Any] = [payload_of(each) for each in (base, exp, mod)]
    if not all(isinstance(each, int) for each in parts):
        raise _no_power(parts)
    if parts[1].bit_length() * parts[2].bit_length() ** 2 > 1 << 34:
        raise NotSimulated("so large a power")
    return pow(*parts)


def _no_power(parts: list[Any]) -> Raised:
    """What is said of pow() with three values that are not all whole: by the first of them that knows (ternary_op of Objects/abstract.c)."""
    for each in parts:
        if isinstance(each, float):
            return type_error("pow() 3rd argument not allowed unless all arguments are integers")
        if isinstance(each, complex) and all(isinstance(part, int | float | complex) for part in parts[:2]):
            return error("ValueError", "complex modulo")
    types = ", ".join(f"'{type_name(each)}'" for each in parts)
    return type_error(f"unsupported operand type(s) for ** or pow(): {types}")


def _prefixed(name: str, function: Any) -> None:  # Any: bin, oct or hex
    def native_function(m: Interpreter, value: Value) -> Value:
        return function(m.as_index(value, f"'{type_name(value)}' object cannot be interpreted as an integer"))

    native(name)(native_function)


for _name, _function in (("bin", bin), ("oct", oct), ("hex", hex)):
    _prefixed(_name, _function)


@native("chr")
def _chr(m: Interpreter, value: Value) -> Value:
    return chr(m.as_index(value, f"'{type_name(value)}' object cannot be interpreted as an integer"))


@native("ord")
def _ord(m: Interpreter, value: Value) -> Value:
    plain = payload_of(value)
    if not isinstance(plain, str | bytes | bytearray):
        raise type_error(f"ord() expected string of length 1, but {type_name(value)} found")
    return ord(plain)
