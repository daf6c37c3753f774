"""What a function sees of the blocks in it: their `var`s, and in sloppy code the functions that they declare, once the block
has been entered (ECMA-262, annex B.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.syntax import Node

Names = frozenset[str]
_OTHER_FUNCTIONS: Final = (syntax.Function, syntax.Class, syntax.ClassDeclaration, syntax.FunctionDeclaration)
_STATEMENTS: Final = (syntax.If, syntax.While, syntax.DoWhile, syntax.Labelled)

_HOLDERS: Final = (
    syntax.Block, syntax.If, syntax.For, syntax.ForIn, syntax.While, syntax.DoWhile, syntax.Labelled, syntax.Try, syntax.Switch, syntax.Case,
    syntax.Export,
)  # fmt: skip
"""Statements that hold others."""


def var_names(body: Iterable[Node]) -> Iterator[syntax.Name]:
    """The names that `var` declares in statements, without those of functions in them."""
    pending = [node for node in body if node is not None][::-1]
    while pending:
        node = pending.pop()
        if isinstance(node, syntax.Function | syntax.Class | syntax.FunctionDeclaration | syntax.ClassDeclaration):
            continue
        if isinstance(node, syntax.Declaration):
            if node.kind == "var":
                for target, _ in node.pairs:
                    yield from names_of(target)
            continue
        if isinstance(node, _HOLDERS):
            pending += list(nodes_in(node))[::-1]


def lifted_functions(body: Iterable[Node], parameters: Names) -> Iterator[syntax.FunctionDeclaration]:
    """Those in blocks of a function's body where a `var` of their name could stand instead. O(nodes)."""
    parts = tuple(body)
    around = parameters | _lexical(parts)
    pending: list[tuple[Node, Names]] = [(part, around) for part in parts]
    while pending:
        node, taken = pending.pop()
        for block, names in _blocks(node, taken):
            functions = [part for part in block if isinstance(part, syntax.FunctionDeclaration)]
            yield from (found for found in functions if _is_plain(found.function) and found.function.name not in names)
            inner = names | _lexical(block) | {found.function.name for found in functions}
            pending += [(part, inner) for part in block]


def _is_plain(function: syntax.Function) -> bool:
    return not function.is_async and not function.is_generator


def _blocks(node: Node, taken: Names) -> Iterator[tuple[tuple[Node, ...], Names]]:
    """What a statement is made of, each with the names that are lexical around it."""
    match node:
        case syntax.Block(_, body):
            yield tuple(body), taken
        case syntax.Switch(_, _, cases):
            yield tuple(part for case in cases for part in case.body), taken
        case syntax.For(_, first, _, _, body):
            yield (body,), taken | _lexical((first,) if first is not None else ())
        case syntax.ForIn(_, _, target, _, body, _):
            yield (body,), taken | _lexical((target,))
        case syntax.Try():
            yield (node.body,), taken
            if node.handler is not None:
                is_name = node.parameter is None or isinstance(node.parameter, syntax.Name)
                caught = () if is_name or node.parameter is None else names_of(node.parameter)
                yield (node.handler,), taken | {name.name for name in caught}
            if node.last is not None:
                yield (node.last,), taken
        case _ if isinstance(node, _STATEMENTS):
            yield tuple(part for part in nodes_in(node) if not isinstance(part, _OTHER_FUNCTIONS)), taken


def _lexical(body: Iterable[Node]) -> Names:
    """What `let`, `const`, `class` and `import` declare in a block."""
    found: set[str] = set()
    for node in body:
        match node:
            case syntax.Declaration(_, kind, pairs) if kind != "var":
                found.update(name.name for target, _ in pairs for name in names_of(target))
            case syntax.ClassDeclaration(_, value):
                found.add(value.name)
    return frozenset(found)
