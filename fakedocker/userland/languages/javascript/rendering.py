"""An expression as V8 writes it in messages such as "a.b is not a function" (its CallPrinter)."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.syntax import Node

_UNKNOWN = "(intermediate value)"


def render(node: Node | None) -> str:
    """The text of an expression, with what has no short form as "(intermediate value)"."""
    match node:
        case syntax.Name(_, name):
            return name
        case syntax.This():
            return "this"
        case syntax.Super():
            return "super"
        case syntax.Literal(_, value):
            return _literal(value)
        case syntax.Chain(_, inner) | syntax.Await(_, inner):
            return render(inner)
        case syntax.Member(_, target, key, computed, optional):
            return _member(target, key, computed, optional)
        case syntax.Call(_, callee, _, _):
            return f"{render(callee)}(...)"
        case syntax.New():
            return _UNKNOWN
        case (
            syntax.Template()
            | syntax.Tagged()
            | syntax.ArrayLiteral()
            | syntax.ObjectLiteral()
            | syntax.Function()
            | syntax.Class()
        ):
            return _UNKNOWN
        case syntax.Unary(_, operator, value):
            space = " " if operator.isalpha() else ""
            return f"({operator}{space}{render(value)})"
        case syntax.Binary(_, operator, left, right) | syntax.Logical(_, operator, left, right):
            return f"({render(left)} {operator} {render(right)})"
        case syntax.Conditional() | syntax.Assign() | syntax.Sequence() | syntax.Yield():
            return _UNKNOWN
    return _UNKNOWN


def _literal(value: float | int | str | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return f'"{value}"' if isinstance(value, str) else f"{value}n"


def _member(target: Node, key: Node, computed: bool, optional: bool) -> str:
    inner = render(target)
    if isinstance(key, syntax.PrivateName):
        return f"{inner}.#{key.name}"
    if not computed and isinstance(key, syntax.Literal):
        return f"{inner}{'?.' if optional else '.'}{key.value}"
    if isinstance(key, syntax.Literal) and isinstance(key.value, str):
        return f"{inner}.{key.value}"
    return f"{inner}{'?.' if optional else ''}[{render(key)}]"
