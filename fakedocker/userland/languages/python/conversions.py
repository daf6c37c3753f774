"""Numbers of any value, as int(), float() and the fields of formats ask for them (Objects/abstract.c)."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import Instance, Native


def own_method(m: Interpreter, value: Value, name: str) -> Value:
    """A special method, bound, that is not the one of a value that an instance holds; None for none."""
    found = find_in_class(class_of(value), name)
    if found is None or (type(found) is Native and type(value) is Instance and value.payload is not None):
        return None
    return m.bound(found, value) if found is not NONE_FOUND else None


def to_int(m: Interpreter, value: Value) -> int:
    """int(value) (PyNumber_Long). Raises TypeError and ValueError in the program."""
    plain = payload_of(value)
    if type(value) in (int, bool, float):
        return int(value)
    for name in ("__int__", "__index__", "__trunc__"):
        method = own_method(m, value, name)
        if method is not None:
            found = m.call_now(method, [])
            if name != "__trunc__":
                return int(m.whole(found, name))
            if not isinstance(payload_of(found), int) and own_method(m, found, "__index__") is None:
                raise type_error(f"__trunc__ returned non-Integral (type {type_name(found)})")
            return int(m.as_index(found, ""))
        if name == "__int__" and isinstance(plain, int | float):
            return int(plain)
    if not isinstance(plain, str | bytes | bytearray):
        real = "real number" if m.minor >= 10 else "number"
        raise type_error(f"int() argument must be a string, a bytes-like object or a {real}, not '{type_name(value)}'")
    return int(number_of_text(m, value, int, "invalid literal for int() with base 10"))


def to_float(m: Interpreter, value: Value) -> float:
    """float(value) (PyNumber_Float). Raises TypeError and ValueError in the program."""
    plain = payload_of(value)
    if not isinstance(plain, str | bytes | bytearray) or type(value) is Instance:
        found = as_double(m, value)
        if found is not None:
            return found
    if not isinstance(plain, str | bytes | bytearray):
        what = "string or a real number" if m.minor >= 10 else "string or a number"
        raise type_error(f"float() argument must be a {what}, not '{type_name(value)}'")
    return float(number_of_text(m, value, float, "could not convert string to float"))


def as_double(m: Interpreter, value: Value) -> float | None:
    """The float that a number is (PyFloat_AsDouble); None for what is none. Raises TypeError in the program."""
    plain = payload_of(value)
    method = own_method(m, value, "__float__")
    if method is not None:
        found = m.call_now(method, [])
        if not isinstance(payload_of(found), float):
            raise type_error(f"{type_name(value)}.__float__ returned non-float (type {type_name(found)})")
        if type(found) is not float:
            m.warn(
                "DeprecationWarning",
                f"{type_name(value)}.__float__ returned non-float (type {type_name(found)}).  The ability to return an"
                " instance of a strict subclass of float is deprecated, and may be removed in a future version of Python.",
            )
        return float(payload_of(found))
    if isinstance(plain, int | float):
        return float(plain)
    method = own_method(m, value, "__index__")
    return None if method is None else float(m.whole(m.call_now(method, []), "__index__"))


def number_of_text(m: Interpreter, value: Value, kind: type, words: str, *base: int) -> Value:
    """A number that is written as text; one of a class of the program's is told by its own `__repr__`."""
    try:
        return kind(payload_of(value), *base)
    except ValueError:
        if type(value) is not Instance:
            raise
        raise error("ValueError", f"{words}: {m.shown(value)}") from None


def to_complex(m: Interpreter, real: Value, imag: Value, is_given: bool) -> complex:
    """complex(real, imag), as complex_new_impl of Objects/complexobject.c makes it before 3.13."""
    if isinstance(payload_of(real), str):
        if is_given:
            raise type_error("complex() can't take second arg if first is a string")
        return complex(payload_of(real))
    if is_given and isinstance(payload_of(imag), str):
        raise type_error("complex() second arg can't be a string")
    method = own_method(m, real, "__complex__")
    if method is not None:
        found = m.call_now(method, [])
        if not isinstance(payload_of(found), complex):
            raise type_error(f"__complex__ returned non-complex (type {type_name(found)})")
        real = payload_of(found)
    for value, is_first in ((real, True), (imag, False)):
        if not is_number(value):
            wanted = "first argument must be a string or a number" if is_first else "second argument must be a number"
            raise type_error(f"complex() {wanted}, not '{type_name(value)}'")
    parts = [payload_of(each) if isinstance(payload_of(each), complex) else to_float(m, each) for each in (real, imag)]
    if not is_given:
        return complex(parts[0])
    high, low = (complex(each) for each in parts)
    made_real = high.real - low.imag if isinstance(parts[1], complex) else high.real
    made_imag = low.real + high.imag if isinstance(parts[0], complex) else low.real
    return complex(made_real, made_imag)


def is_number(value: Value) -> bool:
    """Whether a value has a float, or is a complex number."""
    if isinstance(payload_of(value), int | float | complex):
        return True
    found = [find_in_class(class_of(value), name) for name in ("__float__", "__index__")]
    return any(each is not None and each is not NONE_FOUND for each in found)


def for_field(m: Interpreter, value: Value, kind: str) -> Value:
    """What a field `%d` and its like shows (mainformatlong and formatfloat of Objects/unicodeobject.c). Raises TypeError in the program."""
    if kind in "eEfFgG":
        number = as_double(m, value)
        if number is None:
            raise type_error(f"must be real number, not {type_name(value)}")
        return number
    if kind == "c":
        wrong = type_error("%c requires int or char")
    elif kind in "oxX":
        wrong = type_error(f"%{kind} format: an integer is required, not {type_name(value)}")
    else:
        wrong = type_error(f"%{kind} format: a real number is required, not {type_name(value)}")
    plain = payload_of(value)
    if isinstance(plain, int):
        return plain
    try:
        if kind in "oxXc":
            return m.as_index(value, "")
        found = [find_in_class(class_of(value), name) for name in ("__index__", "__int__", "__float__")]
        if isinstance(plain, float) or any(each is not None and each is not NONE_FOUND for each in found):
            return to_int(m, value)
    except Raised as raised:
        if EXCEPTIONS["TypeError"] not in raised.value.cls.mro:
            raise
    try:
        raise wrong
    finally:
        del wrong  # which would be in a circle with its traceback
