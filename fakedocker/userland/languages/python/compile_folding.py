"""Expressions of constants: their values, which CPython computes when it compiles, and what a constant is merged with.

Folded: what Python/ast_opt.c folds of numbers, texts and tuples, within its bounds; `%` of texts and `~` of bools are left to
the run, where no program can tell the difference.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.attributes import MISSING

_NUMBERS: Final = (int, float, complex, bool)
_MOST_BITS: Final = 128
_MOST_ITEMS: Final = 256
_MOST_CHARACTERS: Final = 4096
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
    "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift, "&": operator.and_, "|": operator.or_, "^": operator.xor,
}  # fmt: skip
_SIGNS: Final[dict[str, Callable[[Any], Any]]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}


def folded(node: Any) -> Value:  # Any: a node
    """The value of an expression of constants; MISSING for any other. O(its size)."""
    kind = type(node)
    if kind is s.Constant:
        return node.value
    if kind is s.TupleExpr:
        values = []
        for each in node.elts:
            value = folded(each)
            if value is MISSING:
                return MISSING
            values.append(value)
        return tuple(values)
    if kind is s.UnaryOp:
        value = folded(node.operand)
        if value is not MISSING and node.op == "not":
            return not value
        if type(value) not in _NUMBERS or (node.op == "~" and type(value) is not int):
            return MISSING
        return _SIGNS[node.op](value)
    if kind is s.Subscript and not isinstance(node.slice, s.Slice):
        index = folded(node.slice)
        value = MISSING if index is MISSING else folded(node.value)
        try:
            return value[index] if type(value) in (str, bytes, tuple) else MISSING
        except (TypeError, IndexError):
            return MISSING
    if kind is s.BinOp and node.op in _OPERATORS:
        right = folded(node.right)
        left = MISSING if right is MISSING else folded(node.left)
        return MISSING if left is MISSING else _combined(node.op, left, right)
    return MISSING


def _combined(op: str, left: Value, right: Value) -> Value:
    """`left op right`; MISSING where it fails or would be too large."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS:
        if op == "**" and not (isinstance(left, int) and isinstance(right, int) and 0 <= right <= _MOST_BITS):
            return MISSING
        if isinstance(left, int) and isinstance(right, int) and not _fits(op, left, right):
            return MISSING
    elif op == "+" and type(left) is type(right) and type(left) in (str, bytes, tuple):
        if len(left) + len(right) > (_MOST_ITEMS if type(left) is tuple else _MOST_CHARACTERS):
            return MISSING
    elif op == "*" and type(left) in (str, bytes, tuple) and type(right) is int:
        if not 0 <= right * len(left) <= (_MOST_ITEMS if type(left) is tuple else _MOST_CHARACTERS):
            return MISSING
    else:
        return MISSING
    try:
        return _OPERATORS[op](left, right)
    except (ArithmeticError, TypeError, ValueError):
        return MISSING


def _fits(op: str, left: int, right: int) -> bool:
    """Whether whole numbers are folded, by how long the result would be."""
    bits = left.bit_length()
    if op == "*":
        return bits + right.bit_length() <= _MOST_BITS
    if op == "**":
        return bits * right <= _MOST_BITS
    return op != "<<" or 0 <= right <= _MOST_BITS - bits


def constant_key(value: Value) -> tuple[Value, ...]:
    """What two constants have alike that are one object: class and value, of the items too; 0.0 is not -0.0."""
    kind = type(value)
    if kind is tuple:
        return (kind, *(constant_key(each) for each in value))
    return (kind, repr(value) if kind is float or kind is complex else value)


def literal_name(node: Any) -> str:  # Any: a node
    """The class of a literal's value, for warnings; "" for what is none."""
    if isinstance(node, s.BinOp | s.UnaryOp | s.Subscript):
        value = folded(node)
        return "" if value is MISSING else type(value).__name__
    if isinstance(node, s.Constant) and node.value is not ...:
        return type(node.value).__name__
    return {
        s.Lambda: "function",
        s.GeneratorExp: "generator",
        s.TupleExpr: "tuple",
        s.ListExpr: "list",
        s.DictExpr: "dict",
        s.SetExpr: "set",
        s.ListComp: "list",
        s.DictComp: "dict",
        s.SetComp: "set",
        s.JoinedStr: "str",
    }.get(type(node), "")
