"""An expression as V8 writes it in messages such as "a.b is not a function" (its CallPrinter)."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.syntax import Node

_UNKNOWN = "(intermediate value)"


def render(node: Node | None, in_iteration: bool = False) -> str:
    """The text of an expression, with what has no short form as "(intermediate value)".

    Args:
        in_iteration: whether it is what cannot be gone through, in which calls have no parentheses.
    """
    match node:
        case syntax.Name(_, name):
            return name
        case syntax.This():
            return "this"
        case syntax.Literal(_, value):
            return _literal(value)
        case syntax.RegExpLiteral(_, pattern, flags):
            return f"/{pattern}/{flags}"
        case syntax.Template(_, texts, _, ()):
            return f'"{texts[0]}"'
        case syntax.Chain(_, inner) | syntax.Await(_, inner):
            return render(inner, in_iteration)
        case syntax.Member(_, target, key, computed, optional):
            return _member(render(target, in_iteration), key, computed, optional)
        case syntax.Call(_, callee, _, _):
            return f"{render(callee, in_iteration)}{'' if in_iteration else '(...)'}"
        case syntax.New(_, callee, _) if in_iteration:
            return render(callee, in_iteration)
        case syntax.ArrayLiteral(_, items):
            return f"[{','.join(render(item, in_iteration) for item in items)}]"
        case syntax.ObjectLiteral(_, properties):
            return f"{{{_UNKNOWN * len(properties)}}}"
    return _compound(node, in_iteration)


def _compound(node: Node | None, in_iteration: bool) -> str:
    """Expressions with operators."""
    match node:
        case syntax.Unary(_, "-", syntax.Literal(_, float(value))):
            return number_text(-value)
        case syntax.Unary(_, operator, value):
            space = " " if operator.isalpha() else ""
            return f"({operator}{space}{render(value, in_iteration)})"
        case syntax.Update(_, operator, target, is_prefix):
            inner = render(target, in_iteration)
            return f"({operator}{inner})" if is_prefix else f"({inner}{operator})"
        case syntax.Binary(_, operator, left, right) | syntax.Logical(_, operator, left, right):
            return f"({render(left, in_iteration)} {operator} {render(right, in_iteration)})"
        case syntax.Sequence(_, parts) if parts:
            return f"({' , '.join(render(part, in_iteration) for part in parts)})"
        case syntax.Conditional():
            return _UNKNOWN * 3
        case syntax.Assign(_, _, target, _) if isinstance(target, syntax.Name | syntax.Member):
            return render(target, in_iteration)
    return _UNKNOWN


def not_iterable(node: Node) -> str:
    """What V8 says of an expression that cannot be gone through; nothing where it tells of the value itself."""
    inner = node.expression if isinstance(node, syntax.Chain) else node
    if isinstance(inner, syntax.Call | syntax.New):
        if not isinstance(inner.callee, syntax.Name | syntax.Member):
            return ""
        return f"{render(inner.callee, True)} is not a function or its return value is not iterable"
    return f"{render(node, True)} is not iterable"


def _literal(value: float | int | str | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return f'"{value}"' if isinstance(value, str) else _UNKNOWN


def _member(inner: str, key: Node, computed: bool, optional: bool) -> str:
    if isinstance(key, syntax.PrivateName):
        return f"{inner}.#{key.name}"
    if not computed and isinstance(key, syntax.Literal):
        return f"{inner}{'?.' if optional else '.'}{key.value}"
    if isinstance(key, syntax.Literal) and isinstance(key.value, str):
        return f"{inner}.{key.value}"
    return f"{inner}{'?.' if optional else ''}[{render(key)}]"
