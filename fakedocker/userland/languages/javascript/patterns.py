"""Literals that turn out to be patterns, as in `[a, b] = [b, a]`, and what may be assigned to at all."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.places import place_within
from fakedocker.userland.languages.javascript.rendering import UNSURE, not_iterable, position, render
from fakedocker.userland.languages.javascript.syntax import Node

NO_TARGET = "Invalid destructuring assignment target"
NO_PROPERTY = "Illegal property in declaration context"


def told_of(target: Node, value: Node | None, place: int) -> Node:
    """A pattern that knows what is taken apart, for what is said if that cannot be: V8 finds what stands at the place."""
    if value is not None and isinstance(target, syntax.ArrayPattern):
        return target._replace(place=place, said=not_iterable(value, place))
    if value is not None and isinstance(target, syntax.ObjectPattern):
        return target._replace(said=render(value))
    return target


def told_of_caught(target: Node, body: Node) -> Node:
    """A parameter of `catch` that is a pattern: V8 points from one of an array to what it came to last."""
    if isinstance(target, syntax.ArrayPattern):
        thrown = _last_thrown(body)
        return target._replace(said=UNSURE) if thrown is None else target._replace(place=thrown.at)
    return target._replace(said=".catch") if isinstance(target, syntax.ObjectPattern) else target


def _last_thrown(node: Node) -> syntax.Throw | None:
    """The `throw` that stands last in a statement."""
    match node:
        case syntax.Throw():
            return node
        case syntax.Block(_, body) if body:
            return _last_thrown(body[-1])
        case syntax.If(_, _, yes, None):
            return _last_thrown(yes)
    return None


def _inner(target: Node) -> Node:
    """A pattern that stands in another one: what V8 says of nothing there names the default, or no expression at all."""
    match target:
        case syntax.ObjectPattern():
            return target._replace(is_inner=True)
        case syntax.WithDefault(_, syntax.ObjectPattern() as pattern, default):
            return target._replace(target=pattern._replace(said=render(default)))
        case syntax.WithDefault(_, syntax.ArrayPattern() as pattern, default):
            return target._replace(target=_told_of_default(pattern, default))
    return target


def _told_of_default(pattern: syntax.ArrayPattern, default: Node) -> syntax.ArrayPattern:
    """V8 points at what it has noted in the default, whatever the value is, and at the pattern if that is nothing."""
    place = place_within(pattern.at, default)
    return pattern._replace(place=place, said="" if place == pattern.at else not_iterable(default, place))


class Covers:
    """What a parser remembers of expressions that may turn out to be patterns.

    Attributes:
        shorthands: what only a pattern may have, such as `{a = 1}`, in order.
        declares: whether literals are patterns of names that are declared, whose parts are refused at once.
        waiting: `await` and `yield`, which the parameters of an arrow function may not have, in order.
        behind_await: what follows `await` as a shorthand, by the place of that: V8 points there where it is no parameter.
        literals: those that have been read in the expression, of which V8 has noted whether they are patterns.
        functions: those that have been read in the statement of the program that is being read.
        declared: the names that a pattern has declared so far, by their places.
        is_lexical: whether that is one of `let` or `const`.
    """

    def __init__(self) -> None:
        self._extents: dict[int, tuple[Node, int, int]] = {}  # by id; the node is kept, so that no id is given twice
        self._parenthesized: dict[int, Node] = {}
        self.shorthands: list[Refused] = []
        self.waiting: list[Refused] = []
        self.behind_await: dict[int, Token] = {}
        self.literals: list[Node] = []
        self.functions: list[syntax.Function] = []
        self.declared: dict[int, syntax.Name] = {}
        self.is_lexical = False
        self.declares = False

    def note_extent(self, node: Node | None, at: int, end: int) -> None:
        """Where a node begins and ends, which a message may point at."""
        if node is not None:
            self._extents[id(node)] = (node, at, end)

    def note_parentheses(self, node: Node) -> None:
        """A node stands in parentheses."""
        self._parenthesized[id(node)] = node

    def gone_through(self, node: Node, said: str) -> Node:
        """An expression that is gone through, of which V8 says so where it is an assignment to a pattern of an array, which stands at
        the same place: that cannot go through its value either, and is looked for after what is around it."""
        match node:
            case syntax.Assign(_, "=", syntax.ArrayPattern() as pattern, _) if pattern.place == position(node):
                found: Node = node._replace(target=pattern._replace(said=said))
            case syntax.Sequence(_, parts) if position(node) == position(parts[-1]):
                found = node._replace(parts=(*parts[:-1], self.gone_through(parts[-1], said)))
            case _:
                return node
        if id(node) in self._extents:
            self.note_extent(found, *self._extents[id(node)][1:])
        if self.is_parenthesized(node):
            self.note_parentheses(found)
        return found

    def is_parenthesized(self, node: Node) -> bool:
        """Whether it stands in parentheses."""
        return id(node) in self._parenthesized

    def told_first(self, since: int, problem: Refused) -> Refused:
        """What is told of where an expression ends with a problem: what is no part of an expression, if that came before."""
        return problem.overridden(self.shorthands[since]) if len(self.shorthands) > since else problem

    def check(self, since: int) -> None:
        """Refuse what would have been right in a pattern only, of what has come since, now that none has come."""
        if len(self.shorthands) > since:
            raise self.shorthands[since]

    def refuse(self, message: str, node: Node) -> Refused:
        """A problem of a whole node."""
        _, at, end = self._extents.get(id(node), (node, node.at, -1))
        return Refused(message, at, end)

    def check_literals(self, is_strict: bool) -> None:
        """Refuse, where the last literal is assigned to, one before it in the same expression that is no pattern, as V8 does."""
        for literal in self.literals[:-1]:
            if not self.is_parenthesized(literal):
                self.pattern(literal, is_strict)
        self.literals.clear()

    # patterns

    def note_name(self, token: Token) -> None:
        """A name that is read where a pattern declares is declared at once, whatever comes of what it stands in. Refused if it may not be."""
        if not self.declares:
            return
        if self.is_lexical and token.value == "let":
            raise Refused("let is disallowed as a lexically bound name", token.at, token.at + 3)
        self.declared.setdefault(token.at, syntax.Name(token.at, str(token.value)))

    def pattern(self, node: Node, is_strict: bool, *, declares: bool = False) -> Node:
        """A literal, or a part of one, as what is assigned to, or declared. Refused if it is none."""
        is_apart = self.is_parenthesized(node)
        match node:
            case syntax.Name(at, name):
                if is_apart and declares:
                    raise self.refuse(NO_TARGET, node)
                if is_strict and name in ("eval", "arguments"):
                    raise Refused(NO_TARGET, at, at + len(name))
                return node
            case syntax.Member():
                if declares:
                    raise self.refuse(NO_PROPERTY, node)
                return node
            case syntax.ArrayLiteral() if not is_apart:
                return self._array(node, is_strict, declares)
            case syntax.ObjectLiteral() if not is_apart:
                return self._object(node, is_strict, declares)
            case syntax.Assign(_, "=", target, default) if not is_apart:
                target = self.pattern(target, is_strict, declares=declares)
                return syntax.WithDefault(target.at, target, default)
            case syntax.WithDefault(_, target, _) if not is_apart:
                self.pattern(target, is_strict, declares=declares)
                return node
            case syntax.ArrayPattern() | syntax.ObjectPattern():
                if declares:
                    self._check_declared(node, is_strict)
                return node
        self._check_inside(node, is_strict, declares)
        raise self.refuse(NO_TARGET, node)

    def _check_inside(self, node: Node, is_strict: bool, declares: bool) -> None:
        """Refuse the first literal in an expression that is no pattern: V8 has noted that before it sees that the expression is none."""
        pending = [node]
        while pending:
            part = pending.pop()
            if self.is_parenthesized(part) or isinstance(part, syntax.Function | syntax.Class | syntax.Assign):
                continue
            if isinstance(part, syntax.ArrayLiteral | syntax.ObjectLiteral) and part is not node:
                self.pattern(part, is_strict, declares=declares)
            elif isinstance(part, syntax.Conditional):
                pending.append(part.test)
            else:
                pending += list(nodes_in(part))[::-1]

    def _check_declared(self, node: syntax.ArrayPattern | syntax.ObjectPattern, is_strict: bool) -> None:
        """What an assignment may have in its pattern and a declaration may not."""
        parts = node.items if isinstance(node, syntax.ArrayPattern) else tuple(part for _, _, part in node.pairs)
        for part in (*parts, node.rest):
            if part is not None:
                self.pattern(part, is_strict, declares=True)

    def check_rest(self, item: syntax.Spread, *, is_last: bool) -> None:
        """Refuse the rest of a pattern of an array that has a default, or that something follows."""
        if isinstance(item.value, syntax.Assign):
            raise self.refuse(NO_TARGET, item)
        if not is_last:
            raise self.refuse("Rest element must be last element", item)

    def _array(self, node: syntax.ArrayLiteral, is_strict: bool, declares: bool) -> Node:
        rest: Node | None = None
        rest_at = -1
        found: list[Node | None] = []
        for place, item in enumerate(node.items):
            if isinstance(item, syntax.Spread):
                rest, rest_at = _inner(self.pattern(item.value, is_strict, declares=declares)), item.at
                if isinstance(rest, syntax.WithDefault):
                    raise self.refuse(NO_TARGET, item)
                if place != len(node.items) - 1 or node.has_comma:
                    raise self.refuse("Rest element must be last element", item)
            else:
                found.append(None if item is None else _inner(self.pattern(item, is_strict, declares=declares)))
        return syntax.ArrayPattern(node.at, tuple(found), rest, rest_at=rest_at)

    def _object(self, node: syntax.ObjectLiteral, is_strict: bool, declares: bool) -> Node:
        pairs: list[tuple[Node, bool, Node]] = []
        rest: Node | None = None
        for place, item in enumerate(node.properties):
            if item.kind == "spread":
                rest = self._object_rest(item.value, is_strict, declares)
                if place != len(node.properties) - 1 or node.has_comma:
                    raise self.refuse("Rest element must be last element", item)
            elif item.kind == "init":
                if isinstance(item.value, syntax.Function) and item.value.kind == "method":
                    raise self.refuse(NO_TARGET, item)
                self._check_shorthand(item, is_strict)
                target = _inner(self.pattern(item.value, is_strict, declares=declares))
                pairs.append((item.key, item.computed, target))
            else:
                raise self.refuse(NO_TARGET, item)
        return syntax.ObjectPattern(node.at, tuple(pairs), rest)

    def _object_rest(self, value: Node, is_strict: bool, declares: bool) -> Node:
        if isinstance(value, syntax.Name | syntax.Member):
            return self.pattern(value, is_strict, declares=declares)
        if not isinstance(value, syntax.ArrayLiteral | syntax.ObjectLiteral | syntax.Assign):
            self.pattern(value, is_strict, declares=declares)
        followed = "identifier in declaration" if declares else "assignable reference in assignment"
        raise self.refuse(f"`...` must be followed by an {followed} contexts", value)

    @staticmethod
    def _check_shorthand(item: syntax.Property, is_strict: bool) -> None:
        value = item.value.target if isinstance(item.value, syntax.WithDefault) else item.value
        if is_strict and isinstance(value, syntax.Name) and value.at == item.at and value.name in ("eval", "arguments"):
            raise Refused("Unexpected eval or arguments in strict mode", value.at, value.at + len(value.name))

    def arrow_parameter(self, node: Node, is_strict: bool) -> Node:
        """A part of what stands in parentheses before `=>` as a parameter. Refused if it is none."""
        if isinstance(node, syntax.Rest):
            return node._replace(target=self.pattern(node.target, is_strict, declares=True))
        if self.is_parenthesized(node) or not isinstance(
            node, syntax.Name | syntax.ArrayLiteral | syntax.ObjectLiteral | syntax.Assign
        ):
            raise self.refuse(NO_TARGET, node)
        if isinstance(node, syntax.Name):
            if is_strict and node.name in ("eval", "arguments"):
                raise Refused("Unexpected eval or arguments in strict mode", node.at, node.at + len(node.name))
            return node
        return self.pattern(node, is_strict, declares=True)


def is_target(node: Node, is_strict: bool) -> bool:
    """Whether it is a name or a member, to which a value is given without more."""
    if isinstance(node, syntax.Name):
        return not (is_strict and node.name in ("eval", "arguments"))
    return isinstance(node, syntax.Member)


def wrong_target(node: Node, message: str, at: int, end: int, *, is_late: bool = True) -> syntax.WrongTarget:
    """What cannot be assigned to. Refused, but for a call, which is an error only when it has been made."""
    if isinstance(node, syntax.Name):
        raise Refused("Unexpected eval or arguments in strict mode", at, end)
    if is_late and isinstance(node, syntax.Call):
        return syntax.WrongTarget(at, node, message)
    raise Refused(message, at, end)


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
