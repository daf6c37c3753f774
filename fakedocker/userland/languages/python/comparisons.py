"""Comparisons: by the host for its own types; by special methods for all others, as do_richcompare of Objects/object.c asks."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.errors import type_error
from fakedocker.userland.languages.python.operators import HOST, PLAIN
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, Class, Instance, Native

MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NAMES: Final = {"<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__"}
_OPERATORS: Final = {name: op for op, name in _NAMES.items()}
_ORDERED: Final[dict[type, int]] = {
    int: 1, bool: 1, float: 1, str: 2, bytes: 3, bytearray: 3, list: 4, tuple: 5,
}  # fmt: skip
_EQUATED: Final[dict[type, int]] = {**_ORDERED, complex: 1}
"""Kinds of values of the host that can be compared: those of one number with each other."""


def equal(m: Interpreter, a: Value, b: Value) -> Value:
    """`a == b`."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return a == b
    return _equality(m, "__eq__", a, b)


def unequal(m: Interpreter, a: Value, b: Value) -> Value:
    """`a != b`."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return a != b
    return _equality(m, "__ne__", a, b)


def _equality(m: Interpreter, name: str, a: Value, b: Value) -> Value:
    for this, other, _ in _pairs(a, b):
        found = answer(m, name, this, other)
        if found is not NOT_IMPLEMENTED:
            return found
    if type(a) is type(b) and not isinstance(a, Instance | Class):
        return (a == b) is (name == "__eq__")
    return (a is b) is (name == "__eq__")


def _pairs(a: Value, b: Value) -> list[tuple[Value, Value, bool]]:
    """Who is asked about whom, and whether that is the other way round: the one on the left first, unless the other is of a class below."""
    cls_a, cls_b = class_of(a), class_of(b)
    pairs = [(a, b, False), (b, a, True)]
    if cls_a is not cls_b and cls_a in cls_b.mro:
        pairs.reverse()
    return pairs


def answer(m: Interpreter, name: str, value: Value, other: Value) -> Value:
    """What a value's method for a comparison gives; NotImplemented without one."""
    if type(value) in PLAIN:
        return of_host(m, name, value, payload_of(other))
    cls = class_of(value)
    found = find_in_class(cls, name)
    if found is None:
        return NOT_IMPLEMENTED
    if found is NONE_FOUND:
        raise type_error("'NoneType' object is not callable")
    if type(found) is Native and found.owner != "object" and type(payload_of(value)) in PLAIN:
        return of_host(m, name, payload_of(value), payload_of(other))
    return m.call_special(found, value, cls, other)


def of_host(m: Interpreter, name: str, plain: Value, other: Value) -> Value:
    """How two values of the host compare; NotImplemented for those of different kinds."""
    kind, kind_other = type(plain), type(other)
    if name in _OPERATORS:
        if _ORDERED.get(kind, -1) != _ORDERED.get(kind_other, -2):
            return NOT_IMPLEMENTED
        return _of_host(m, _OPERATORS[name], plain, other)
    if kind is not kind_other and _EQUATED.get(kind, -1) != _EQUATED.get(kind_other, -2):
        return NOT_IMPLEMENTED
    return (plain == other) is (name == "__eq__")


def _of_host(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    if type(a) is not list and type(a) is not tuple:
        return HOST[op](a, b)
    before, m.asked = m.asked, op
    try:
        return HOST[op](a, b)
    finally:
        m.asked = before


def order(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a < b` and so on."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return _of_host(m, op, a, b)
    for this, other, is_mirrored in _pairs(a, b):
        found = answer(m, _NAMES[MIRRORED[op] if is_mirrored else op], this, other)
        if found is not NOT_IMPLEMENTED:
            return found
    raise type_error(f"'{op}' not supported between instances of '{type_name(a)}' and '{type_name(b)}'")
