"""What V8 says of a `yield*` that cannot go through its value: its printer of the tree does not end there, and writes something for all that follows.

CallPrinter::VisitYieldStar does not print the expression, and goes on: each statement that stands behind, in the function, is one more
"(intermediate value)".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.rendering import UNSURE, count_listed
from fakedocker.userland.languages.javascript.syntax import Node

_BEHIND_ASYNC: Final = 3
"""What V8 puts around the body of an async generator."""


def words_of_delegation(body: Sequence[Node], node: syntax.Yield, *, is_async: bool) -> str:
    """What stands in place of the expression; `UNSURE` where it is not known what follows."""
    count = _behind(body, node)
    if count is None or count < 0:
        return UNSURE
    return f"yield* {'(intermediate value)' * (1 + count + (_BEHIND_ASYNC if is_async else 0))}"


def delegated_pattern(node: Node) -> Node | None:
    """The pattern of an array of which V8 says the same, as it stands at the place of what `yield*` goes through."""
    while isinstance(node, syntax.Sequence):
        node = node.parts[-1]
    return node.target if isinstance(node, syntax.Assign) and isinstance(node.target, syntax.ArrayPattern) else None


def _holds(node: Node, wanted: Node) -> bool:
    pending = [node]
    while pending:
        part = pending.pop()
        if part is wanted:
            return True
        if not isinstance(part, syntax.Function):
            pending += nodes_in(part)
    return False


def _behind(body: Iterable[Node], wanted: Node) -> int | None:
    """How many nodes are printed behind it in some statements; None if it is not there, -1 if that is not known."""
    statements = list(body)
    for number, statement in enumerate(statements):
        if _holds(statement, wanted):
            inside = _inside(statement, wanted)
            return inside if inside < 0 else inside + count_listed(statements[number + 1 :])
    return None


def _inside(node: Node, wanted: Node) -> int:
    """The same within a statement or expression that holds it."""
    if node is wanted:
        return 0
    match node:
        case syntax.ExpressionStatement(_, value) | syntax.Return(_, value) | syntax.Throw(_, value) if (
            value is not None
        ):
            return _inside(value, wanted)
        case syntax.Assign(_, "=", syntax.Name() | syntax.Member(), value) | syntax.Yield(_, value, False) if (
            value is not None
        ):
            return _inside(value, wanted)
        case syntax.Declaration(_, kind, pairs):
            return _in_pairs(kind, pairs, wanted)
        case syntax.Call(_, syntax.Name(), arguments):
            return _in_arguments(arguments, wanted)
        case syntax.Labelled(_, _, body) if not isinstance(body, syntax.Switch):
            return _inside(body, wanted)
        case syntax.Block(_, body):
            found = _behind(body, wanted)
            return -1 if found is None else found
    return _in_branches(node, wanted)


def _in_pairs(kind: str, pairs: Sequence[tuple[Node, Node | None]], wanted: Node) -> int:
    for number, (target, value) in enumerate(pairs):
        if value is not None and _holds(value, wanted):
            rest = pairs[number + 1 :]
            inside = _inside(value, wanted)
            if inside < 0 or not all(isinstance(part, syntax.Name) for part in (target, *(part for part, _ in rest))):
                return -1
            return inside + sum(kind != "var" or part is not None for _, part in rest)
    return -1


def _in_arguments(arguments: Sequence[Node], wanted: Node) -> int:
    for number, argument in enumerate(arguments):
        if argument is wanted:
            return len(arguments) - number - 1
    return -1


def _in_branches(node: Node, wanted: Node) -> int:
    """Statements with parts, in the order in which V8 looks at these."""
    parts: tuple[Node | None, ...]
    match node:
        case syntax.If(_, test, yes, no):
            parts = (test, yes, no)
        case syntax.While(_, test, body):
            parts = (test, body)
        case syntax.DoWhile(_, body, test):
            parts = (body, test)
        case syntax.For(_, _, _, _, body) | syntax.ForIn(_, _, _, _, body, _):
            return _inside(body, wanted) if _holds(body, wanted) else -1
        case syntax.Try(_, body, _, None, last):
            parts = (body, last)
        case _:
            return -1
    for number, part in enumerate(parts):
        if part is not None and _holds(part, wanted):
            inside = _inside(part, wanted)
            return inside if inside < 0 else inside + sum(later is not None for later in parts[number + 1 :])
    return -1
