"""Where V8 points at when the first thing that a statement evaluates is a variable that is not there.

The first bytecode of a statement has the place of the statement, whatever it does; a later one has that of its expression.
"""

from __future__ import annotations

from typing import cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.syntax import Node


def first_names(node: Node) -> list[tuple[syntax.Name, int]]:
    """The variables that the parts of a statement read first, and where V8 points at if they are not there."""
    match node:
        case syntax.ExpressionStatement(at, value) | syntax.Throw(at, value) | syntax.Switch(at, value, _):
            return _leaf(value, at)
        case syntax.Return(at, value) if value is not None:
            return _leaf(value, at)
        case syntax.Function(_, _, "arrow", _, _, body) if hasattr(body, "_fields"):
            return _leaf(cast(Node, body), -1)
        case syntax.If(at, test, _, _):
            return _leaf(test, at)
        case syntax.Declaration(_, _, pairs):
            return [found for _, value in pairs if value is not None for found in _leaf(value, -1)]
    return []


def _leaf(node: Node, at: int) -> list[tuple[syntax.Name, int]]:
    """The leftmost variable, with a place, or with that of the operator before it that comes first."""
    while True:
        match node:
            case syntax.Name():
                return [(node, node.at if at < 0 else at)]
            case syntax.New(own, inner, _) | syntax.Unary(own, _, inner) | syntax.Await(own, inner):
                at = own if at < 0 else at
            case syntax.Update(own, _, inner, is_prefix):
                at = own if at < 0 and is_prefix else at
            case syntax.Member(_, inner, _, _, _) | syntax.Call(_, inner, _, _) | syntax.Chain(_, inner):
                pass
            case syntax.WrongTarget(_, inner, _):
                pass
            case syntax.Binary(_, _, inner, _) | syntax.Logical(_, _, inner, _) | syntax.Conditional(_, inner, _, _):
                pass
            case syntax.Sequence(_, parts) if parts:
                inner = parts[0]
            case syntax.Assign(_, _, syntax.Name(), inner):
                pass
            case syntax.Template(own, texts, _, parts) if parts and not texts[0]:
                at, inner = (own if at < 0 else at), parts[0]
            case _:
                return []
        node = inner
