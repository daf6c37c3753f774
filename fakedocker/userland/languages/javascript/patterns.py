"""Literals that turn out to be patterns, as in `[a, b] = [b, a]`, and what may be assigned to at all."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.lexer import Refused
from fakedocker.userland.languages.javascript.syntax import Node


def check_target(node: Node, message: str) -> None:
    """Refuse what is neither a name nor a member."""
    if not isinstance(node, syntax.Name | syntax.Member):
        raise Refused(message, _start(node))


def to_pattern(node: Node, is_strict: bool, *, declares: bool = False) -> Node:
    """An expression as what is assigned to, or declared. Refused if it is none."""
    match node:
        case syntax.Name(at, name):
            if is_strict and name in ("eval", "arguments"):
                raise Refused("Unexpected eval or arguments in strict mode", at, at + len(name))
            return node
        case syntax.Member() if not declares:
            return node
        case syntax.ArrayLiteral(at, items):
            rest: Node | None = None
            found: list[Node | None] = []
            for place, item in enumerate(items):
                if isinstance(item, syntax.Spread):
                    if place != len(items) - 1:
                        raise Refused("Rest element must be last element", item.at)
                    rest = to_pattern(item.value, is_strict, declares=declares)
                else:
                    found.append(None if item is None else to_pattern(item, is_strict, declares=declares))
            return syntax.ArrayPattern(at, tuple(found), rest)
        case syntax.ObjectLiteral(at, properties):
            return _object_pattern(at, properties, is_strict, declares)
        case syntax.Assign(at, "=", target, default):
            return syntax.WithDefault(target.at, target, default)
        case syntax.WithDefault() | syntax.ArrayPattern() | syntax.ObjectPattern():
            return node
    message = "Invalid destructuring assignment target" if declares else "Invalid left-hand side in assignment"
    raise Refused(message, _start(node))


def _object_pattern(at: int, properties: tuple[syntax.Property, ...], is_strict: bool, declares: bool) -> Node:
    pairs: list[tuple[Node, bool, Node]] = []
    rest: Node | None = None
    for item in properties:
        if item.kind == "spread":
            rest = to_pattern(item.value, is_strict, declares=declares)
        elif item.kind == "init" and not isinstance(item.value, syntax.Function):
            pairs.append((item.key, item.computed, to_pattern(item.value, is_strict, declares=declares)))
        else:
            raise Refused("Invalid destructuring assignment target", item.at)
    return syntax.ObjectPattern(at, tuple(pairs), rest)


def arrow_parameter(node: Node) -> Node:
    """A parameter of an arrow function, parsed as those of others are."""
    return node


def names_of(pattern: Node) -> list[syntax.Name]:
    """The names in a pattern, in order."""
    match pattern:
        case syntax.Name():
            return [pattern]
        case syntax.WithDefault(_, target, _) | syntax.Rest(_, target):
            return names_of(target)
        case syntax.ArrayPattern(_, items, rest):
            parts = [*items, rest]
        case syntax.ObjectPattern(_, pairs, rest):
            parts = [*(target for _, _, target in pairs), rest]
        case _:
            return []
    return [name for part in parts if part is not None for name in names_of(part)]


def _start(node: Node) -> int:
    """Where an expression begins."""
    match node:
        case syntax.Call(_, inner, _, _) | syntax.Member(_, inner, _, _, _) | syntax.Tagged(_, inner, _):
            return _start(inner)
        case syntax.Binary(_, _, inner, _) | syntax.Logical(_, _, inner, _):
            return _start(inner)
        case syntax.Conditional(_, inner, _, _) | syntax.Assign(_, _, inner, _):
            return _start(inner)
    return node.at
