"""Expressions as V8's parser leaves them: operators on numbers that are written out are done, and a row of one operator is one
node (ParserBase::BuildUnaryExpression, Parser::ShortcutNumericLiteralBinaryExpression and CollapseNaryExpression)."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.numbers import to_int32
from fakedocker.userland.languages.javascript.operators import FLOAT, to_boolean
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.syntax import Node

_IN_ROWS: Final = frozenset("?? || && | ^ & << >> >>> * / % + -".split())


def folded(node: Node) -> Node:
    """An expression, or the literal that it is to V8."""
    if isinstance(node, syntax.Unary):
        return _folded_unary(node)
    if not isinstance(node, syntax.Binary):
        return node
    rows: list[syntax.Binary] = []
    left: Node = node
    while isinstance(left, syntax.Binary):
        rows.append(left)
        left = left.left
    found = folded(left)
    for row in reversed(rows):
        right = folded(row.right)
        apply = FLOAT.get(row.operator)
        a, b = _number(found), _number(right)
        if apply is None or a is None or b is None:
            return node
        found = syntax.Literal(row.at, apply(a, b))
    return found


def _folded_unary(node: syntax.Unary) -> Node:
    value = folded(node.value)
    if not isinstance(value, syntax.Literal):
        return node
    if node.operator == "!":
        return syntax.Literal(node.at, not to_boolean(NULL if value.value is None else value.value))
    number = _number(value)
    if number is None or node.operator not in ("+", "-", "~"):
        return node
    if node.operator == "+":
        return value
    return syntax.Literal(node.at, -number if node.operator == "-" else float(~to_int32(number)))


def _number(node: Node) -> float | None:
    """The number of a literal that is one."""
    return node.value if isinstance(node, syntax.Literal) and type(node.value) is float else None


def operands(node: syntax.Binary | syntax.Logical | syntax.Sequence) -> tuple[Node, ...]:
    """What V8's one node for a row of one operator holds."""
    if isinstance(node, syntax.Sequence):
        return node.parts
    parts: list[Node] = [node.right]
    left = folded(node.left)
    while node.operator in _IN_ROWS and isinstance(left, type(node)) and left.operator == node.operator:
        parts.append(left.right)
        left = folded(left.left)
    return (left, *reversed(parts))
