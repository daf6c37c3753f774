"""Operators: by the host for its own types, with bounds; by special methods for all others, as Objects/abstract.c and
the slots of classes in Objects/typeobject.c ask for them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.errors import Raised, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, BuiltinClass, Class, Instance, Native

MOST_BITS: Final = 1 << 22
"""The largest integer, in bits: more than a million decimal digits."""
MOST_ITEMS: Final = 1 << 24
"""The longest text or list that one operation makes."""
PLAIN: Final = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, tuple, list, dict, range, type(None), slice}
)
HOST: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul, "&=": operator.iand, "|=": operator.ior,
    "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
SPECIAL: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_NUMBERS: Final = (int, float, complex, bool)
_SEQUENCES: Final = (str, bytes, bytearray, list, tuple)
_WORDS: Final = {**SPECIAL, "divmod": "divmod"}
_OF_INTEGERS: Final = frozenset("& | ^ << >>".split())
_BYTES: Final = (bytes, bytearray)
_FORMATS: Final = (str, bytes, bytearray)
_CONTAINERS: Final = frozenset({"set", "frozenset", "dict_keys", "dict_values", "dict_items", "mappingproxy"})
_UNARY: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "-": ("__neg__", operator.neg), "+": ("__pos__", operator.pos), "~": ("__invert__", operator.invert),
}  # fmt: skip


def check_size(m: Interpreter, items: int) -> None:
    """Refuse what is too long to be made, and count what is long. Raises MemoryError in the program."""
    if items > MOST_ITEMS:
        raise NotSimulated("so large a value")
    if items > 4096:
        m.grown(items >> 3)


def _check_bounds(m: Interpreter, op: str, a: Value, b: Value) -> None:
    """Before the host makes a value that may be large."""
    if op == "*":
        if isinstance(a, int):
            if isinstance(b, int):
                if a.bit_length() + b.bit_length() > MOST_BITS:
                    raise NotSimulated("so large an integer")
                return
            a, b = b, a
        if isinstance(b, int) and isinstance(a, str | bytes | bytearray | list | tuple):
            check_size(m, len(a) * max(b, 0))
    elif op == "**":
        if isinstance(a, int) and isinstance(b, int) and b > 0 and a.bit_length() * b > MOST_BITS and abs(a) > 1:
            raise NotSimulated("so large an integer")
    elif op == "<<":
        if isinstance(a, int) and isinstance(b, int) and a and b + a.bit_length() > MOST_BITS:
            raise NotSimulated("so large an integer")
    elif op == "+":
        if isinstance(a, str | bytes | bytearray | list | tuple) and isinstance(b, type(a)) and len(a) + len(b) > 4096:
            check_size(m, len(a) + len(b))
    elif op in ("//", "%", "/") and isinstance(a, int) and isinstance(b, int) and a.bit_length() > 1 << 18:
        m.grown(a.bit_length() >> 8)


def binary(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a op b`."""
    is_text = type(b) is Instance and isinstance(b.payload, type(a))  # of a class below, which comes first
    if op == "%" and type(a) in _FORMATS and not (is_text and find_in_class(b.cls, "__rmod__") is not None):
        return bytearray(m.percent(bytes(a), b)) if type(a) is bytearray else m.percent(a, b)
    if type(a) in PLAIN and type(b) in PLAIN:
        _check_bounds(m, op, a, b)
        return HOST[op](a, b)
    found = by_numbers(m, op, a, b)
    if found is NOT_IMPLEMENTED:
        found = _by_sequences(m, op, a, b)
    if found is NOT_IMPLEMENTED:
        raise _unsupported(op, a, b)
    return found


def in_place(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a op= b`, the value to be assigned."""
    if op == "%" and type(a) in _FORMATS:
        return binary(m, op, a, b)
    if type(a) in PLAIN and type(b) in PLAIN:
        _check_bounds(m, op, a, b)
        if type(a) is list and op == "+":
            a.extend(b)
            return a
        return HOST[op + "="](a, b)
    name = f"__i{SPECIAL[op]}__"
    method = find_in_class(class_of(a), name)
    found: Value = NOT_IMPLEMENTED
    is_host = method is None or type(method) is Native
    if is_host and type(a) is Instance and type(a.payload) is list and op == "+":
        a.payload.extend(m.items_now(b))
        return a
    if method is not None and not (type(method) is Native and isinstance(payload_of(a), _SEQUENCES)):
        found = m.call_special(method, a, class_of(a), b)
    if found is NOT_IMPLEMENTED:
        found = by_numbers(m, op, a, b)
    if (
        found is NOT_IMPLEMENTED
        and type(payload_of(a)) is list
        and op in "+*"
        and (method is None or type(method) is Native)
    ):
        if op == "+":
            payload_of(a).extend(m.items_now(b))
            return a
        payload_of(a)[:] = _by_sequences(m, op, a, b)
        return a
    if found is NOT_IMPLEMENTED and type(a) is dict and op == "|":
        m.call_now(special(m, a, "update"), [b])
        return a
    if found is NOT_IMPLEMENTED and not (op == "*" and is_container(a)):
        found = _by_sequences(m, op, a, b)
    if found is NOT_IMPLEMENTED:
        raise _unsupported(op + "=", a, b)
    return found


def _is_own(cls: Class, *names: str) -> bool:
    """Whether a class asks its methods for an operator: one of its two is the program's."""
    return any(type(each) is not Native for each in (find_in_class(cls, name) for name in names) if each is not None)


def by_numbers(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """What the methods of two values for an operator give, without those of sequences (binary_op1 and SLOT1BINFULL)."""
    name, reflected = f"__{_WORDS[op]}__", f"__r{_WORDS[op]}__"
    cls_a, cls_b = class_of(a), class_of(b)
    own_a, own_b = _is_own(cls_a, name, reflected), _is_own(cls_b, name, reflected)
    is_other = cls_a is not cls_b
    is_below = is_other and cls_a in cls_b.mro and (own_b or _native_of(b, reflected) is not None)
    if is_below and (not own_a or find_in_class(cls_a, reflected) is not find_in_class(cls_b, reflected)):
        found = _half(m, own_b, b, reflected, a, op)
        if found is not NOT_IMPLEMENTED:
            return found
        is_other = False
    found = _half(m, own_a, a, name, b, op)
    if found is NOT_IMPLEMENTED and is_other:
        found = _half(m, own_b, b, reflected, a, op)
    return found


def _native_of(value: Value, name: str) -> Value:
    """The method of the host that a value of a class of the host, without one for sequences, has for an operator."""
    found = find_in_class(class_of(value), name)
    return found if type(found) is Native and not isinstance(payload_of(value), _SEQUENCES) else None


def _half(m: Interpreter, is_own: bool, value: Value, name: str, other: Value, op: str) -> Value:
    """What one side of an operator gives."""
    cls = class_of(value)
    found = find_in_class(cls, name)
    plain = payload_of(value)
    if is_own:
        if found is None:
            return NOT_IMPLEMENTED
        if type(found) is not Native or type(plain) not in PLAIN or isinstance(plain, _SEQUENCES):
            return m.call_special(found, value, cls, other)
    if type(plain) in _NUMBERS or type(plain) is dict:
        return of_numbers(m, op, name, plain, payload_of(other))
    found = _native_of(value, name)
    return NOT_IMPLEMENTED if found is None else m.call_special(found, value, cls, other)


def of_numbers(m: Interpreter, op: str, name: str, plain: Value, other: Value) -> Value:
    """What numbers and dicts of the host make of each other by a method of this name; NotImplemented for nothing."""
    if type(plain) is dict:
        return plain | other if op == "|" and type(other) is dict else NOT_IMPLEMENTED
    if type(other) not in _NUMBERS or op == "@":
        return NOT_IMPLEMENTED
    if op in _OF_INTEGERS and not (isinstance(plain, int) and isinstance(other, int)):
        return NOT_IMPLEMENTED
    if op in ("//", "%", "divmod") and (type(plain) is complex or type(other) is complex):
        return NOT_IMPLEMENTED
    left, right = (other, plain) if name.startswith("__r") and name != "__rshift__" else (plain, other)
    _check_bounds(m, "//" if op == "divmod" else op, left, right)
    return divmod(left, right) if op == "divmod" else HOST[op](left, right)


def _by_sequences(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`+` and `*` of what holds a sequence whose class leaves them as they are."""
    plain_a, plain_b = payload_of(a), payload_of(b)
    if op == "+" and isinstance(plain_a, _SEQUENCES) and type(find_in_class(class_of(a), "__add__")) is Native:
        return joined(m, a, b)
    if op == "*":
        for value, plain, times in ((a, plain_a, b), (b, plain_b, a)):
            if isinstance(plain, _SEQUENCES) and not _is_own(class_of(value), "__mul__", "__rmul__"):
                return repeated(m, plain, times, f"can't multiply sequence by non-int of type '{type_name(times)}'")
    return NOT_IMPLEMENTED


def joined(m: Interpreter, a: Value, b: Value) -> Value:
    """A sequence and another one behind it. Raises TypeError in the program for what is none of its kind."""
    plain_a, plain_b = payload_of(a), payload_of(b)
    if type(plain_b) is type(plain_a) or (type(plain_a) in _BYTES and type(plain_b) in _BYTES):
        _check_bounds(m, "+", plain_a, plain_b)
        return plain_a + plain_b
    if type(plain_a) in _BYTES:
        raise type_error(f"can't concat {type_name(b)} to {type_name(a)}")
    kind = type(plain_a).__name__
    raise type_error(f'can only concatenate {kind} (not "{type_name(b)}") to {kind}')


def repeated(m: Interpreter, plain: Value, times: Value, words: str) -> Value:
    """A sequence of the host several times; the words are of the TypeError for what is no number."""
    number = m.as_index(times, words)
    _check_bounds(m, "*", plain, number)
    return plain * number


def is_container(value: Value) -> bool:
    """Whether CPython takes a value for a sequence, so that `value *= list` does not repeat the list (PyNumber_InPlaceMultiply)."""
    if type(value) is Instance:
        return not isinstance(value.cls, BuiltinClass)
    return type(value) in (dict, range) or class_of(value).name in _CONTAINERS


def _unsupported(shown: str, a: Value, b: Value) -> Raised:
    words = {"**": "** or pow()", "divmod": "divmod()"}.get(shown, shown)
    return type_error(f"unsupported operand type(s) for {words}: '{type_name(a)}' and '{type_name(b)}'")


def unary(m: Interpreter, op: str, a: Value) -> Value:
    """`-a`, `+a`, `~a`."""
    name, function = _UNARY[op]
    if type(a) in PLAIN:
        if op == "~" and type(a) not in (int, bool):
            raise type_error(f"bad operand type for unary ~: '{type_name(a)}'")
        if type(a) is bool and op == "~" and m.minor >= 12:
            raise NotSimulated("the warning about ~ of a bool")
        return function(a)
    method = find_in_class(class_of(a), name)
    if type(method) is Native and type(payload_of(a)) in _NUMBERS:
        return function(payload_of(a))
    if method is not None:
        return m.call_special(method, a, class_of(a))
    raise type_error(f"bad operand type for unary {op}: '{type_name(a)}'")


def divmod_of(m: Interpreter, a: Value, b: Value) -> Value:
    """divmod()."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return divmod(a, b)
    found = by_numbers(m, "divmod", a, b)
    if found is NOT_IMPLEMENTED:
        raise _unsupported("divmod", a, b)
    return found
