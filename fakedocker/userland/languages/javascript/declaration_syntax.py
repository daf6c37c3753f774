"""Declarations of variables as a parser reads them, and the loops that begin with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import FUTURE_RESERVED, Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.expressions import Expressions
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.patterns import is_target, names_of, told_of, wrong_target
from fakedocker.userland.languages.javascript.rendering import not_iterable, position
from fakedocker.userland.languages.javascript.syntax import Node

_MANY: Final = "Invalid left-hand side in for-{kind} loop: Must have a single binding."


NO_LET: Final = frozenset("async await get let set static yield".split())
"""Names behind `let` of which V8 does not say that they are declared where nothing may be."""


def begins_let(cursor: Cursor, following: Token) -> bool:
    """Whether `let` is followed by what it declares."""
    if following.kind == "name":
        is_escaped = following.escaped and following.value in ("let", "static")
        is_reserved = following.value in FUTURE_RESERVED or is_escaped
        return not (is_reserved and cursor.context.is_strict)
    return following.kind == "punctuator" and following.value in ("[", "{")


class DeclarationSyntax:
    """Parses them at a cursor.

    Attributes:
        bindings: where the names of the last declaration begin and end.
        first_value: where the first of them that has a value begins and ends with it.
        count: how many variables of it V8 has read.
    """

    def __init__(self, cursor: Cursor, expressions: Expressions) -> None:
        self.cursor = cursor
        self.expressions = expressions
        self.bindings = self.first_value = (-1, -1)
        self.count = 0

    def declaration(self, kind: str, in_allowed: bool = True) -> syntax.Declaration:
        """A declaration, from its keyword on, without what ends it."""
        cursor = self.cursor
        at = cursor.advance().at
        pairs: list[tuple[Node, Node | None]] = []
        self.count = 0
        try:
            self._pairs(kind, pairs, in_allowed)
        except Refused as problem:
            problem.partial = (syntax.Declaration(at, kind, tuple(pairs)), *problem.partial)
            raise
        return syntax.Declaration(at, kind, tuple(pairs))

    def _pairs(self, kind: str, pairs: list[tuple[Node, Node | None]], in_allowed: bool) -> None:
        cursor = self.cursor
        names: set[str] = set()
        self.first_value, first = (-1, -1), cursor.token.at
        while True:
            start = cursor.token.at
            target = self._binding(kind, pairs)
            if kind != "var":
                self._check_lexical(target, names)
            variable = cursor.last
            value: Node | None = None
            value_start = -1
            if cursor.is_at("="):
                cursor.advance(True)
                value_start = cursor.start
                self.count += 1
                pairs.append((target, None))
                value = self.expressions.assignment(in_allowed)
                del pairs[-1]
                self.count -= 1
                if self.first_value[0] < 0:
                    self.first_value = (variable.at, cursor.last_end)
            elif (kind == "const" or not isinstance(target, syntax.Name)) and (
                in_allowed or not (cursor.is_at("in") or cursor.is_word("of"))
            ):
                pairs.append((target, None))
                what = "const" if isinstance(target, syntax.Name) else "destructuring"
                cursor.fail(f"Missing initializer in {what} declaration", start, cursor.last_end)
            told = told_of(target, value, value_start)
            if value is not None and isinstance(told, syntax.ArrayPattern):
                value = self.expressions.covers.gone_through(value, not_iterable(value, position(value)))
            pairs.append((told, value))
            self.count += 1
            if not cursor.takes(","):
                self.bindings = (first, cursor.last_end)
                return

    def _binding(self, kind: str, pairs: list[tuple[Node, Node | None]]) -> Node:
        """What is declared; of a pattern that is refused V8 has declared the names before what is wrong."""
        start = self.cursor.start
        try:
            return self.expressions.functions.binding(is_variable=True, is_lexical=kind != "var")
        except Refused as problem:
            pairs += [(name, None) for name in problem.partial if isinstance(name, syntax.Name)]
            problem.partial = tuple(part for part in problem.partial if not isinstance(part, syntax.Name))
            if problem.behind is not None and problem.behind[0] == start:
                self.cursor.fail("Missing initializer in destructuring declaration", *problem.behind)
            raise

    def _check_lexical(self, target: Node, names: set[str]) -> None:
        """What it declares, after the names that the same declaration has already."""
        for name in names_of(target):
            if name.name in names:
                self.cursor.fail(f"Identifier '{name.name}' has already been declared", name.at)
            names.add(name.name)
            if name.name == "let":
                self.cursor.fail("let is disallowed as a lexically bound name", name.at, name.at + 3)


class ForSyntax:
    """Parses loops that begin with `for`; `body` parses their bodies."""

    def __init__(
        self, cursor: Cursor, expressions: Expressions, declarations: DeclarationSyntax, body: Callable[[], Node]
    ) -> None:
        self.cursor = cursor
        self.expressions = expressions
        self.declarations = declarations
        self.body = body

    def loop(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance()
        is_await = cursor.context.in_async and cursor.is_word("await")
        if is_await:
            cursor.advance()
        cursor.expect("(", True)
        first: Node | None = None
        token = cursor.token
        if token.kind == "keyword" and token.value in ("var", "const"):
            first = self._head(str(token.value), is_await)
        elif cursor.is_word("let") and begins_let(cursor, cursor.peek()):
            first = self._head("let", is_await)
        elif is_await or not cursor.is_at(";"):
            return self._for_expression(at, is_await)
        try:
            return self._behind_head(at, first, is_await)
        except Refused as problem:
            problem.partial = (
                syntax.For(at, first, None, None, syntax.Block(at, cast("tuple[Node, ...]", problem.partial))),
            )
            raise

    def _head(self, kind: str, is_await: bool) -> syntax.Declaration:
        """The variables that a loop declares."""
        try:
            found = self.declarations.declaration(kind, in_allowed=False)
        except Refused as problem:
            problem.partial = (syntax.Block(problem.at, cast("tuple[Node, ...]", problem.partial)),)
            if is_await and self.declarations.count != 1:
                raise problem.overridden(Refused(_MANY.format(kind="await-of"), -1)) from None
            raise
        if is_await:
            self._check_for(found, "await-of")
        return found

    def _behind_head(self, at: int, first: Node | None, is_await: bool) -> Node:
        cursor = self.cursor
        if is_await and not cursor.is_word("of"):
            cursor.unexpected()
        if first is not None and (cursor.is_at("in") or cursor.is_word("of")):
            if not is_await and isinstance(first, syntax.Declaration):
                self._check_for(first, str(cursor.token.value))
            return self._for_in(at, first, is_await)
        return self._rest_of_for(at, first)

    def _rest_of_for(self, at: int, first: Node | None) -> Node:
        cursor = self.cursor
        cursor.expect(";", True)
        test = None if cursor.is_at(";") else self.expressions.expression()
        cursor.expect(";", True)
        step = None if cursor.is_at(")") else self.expressions.expression()
        cursor.expect(")", True)
        return syntax.For(at, first, test, step, self.body())

    def _for_expression(self, at: int, is_await: bool) -> Node:
        """A loop that begins with an expression, or with what is assigned to."""
        cursor, covers = self.cursor, self.expressions.covers
        since, token, start = len(covers.shorthands), cursor.token, cursor.start
        first = self.expressions.left_hand_side() if is_await else self.expressions.cover_expression(in_allowed=False)
        last, end = cursor.last, cursor.last_end
        if not is_await and not cursor.is_at("in") and not cursor.is_word("of"):
            covers.check(since)
            return self._rest_of_for(at, first)
        if cursor.is_word("of") and not is_await:
            if token.kind == "name" and token.value == "let" and not token.escaped:
                cursor.fail("The left-hand side of a for-of loop may not start with 'let'.", token.at, token.end)
            if last.kind == "name" and last.value == "async" and not last.escaped and last is token:
                cursor.fail("The left-hand side of a for-of loop may not be 'async'.", token.at, token.end)
        is_strict = cursor.context.is_strict
        if isinstance(first, syntax.ArrayLiteral | syntax.ObjectLiteral) and not covers.is_parenthesized(first):
            del covers.shorthands[since:]
            target = covers.pattern(first, is_strict)
            if isinstance(target, syntax.ObjectPattern):
                target = target._replace(is_inner=True)
            return self._for_in(at, target, is_await)
        if not is_target(first, is_strict):
            first = wrong_target(first, "Invalid left-hand side in for-loop", start, end)
        return self._for_in(at, first, is_await)

    def _for_in(self, at: int, target: Node, is_await: bool) -> Node:
        cursor = self.cursor
        if is_await and not cursor.is_word("of"):
            cursor.unexpected()
        kind = "await" if is_await else str(cursor.token.value)
        cursor.advance(True)
        value = self.expressions.expression() if kind == "in" else self.expressions.assignment()
        if kind != "in":
            value = self.expressions.covers.gone_through(value, not_iterable(value, position(value)))
        cursor.expect(")", True)
        place = target.at
        if isinstance(target, syntax.Declaration):
            pattern = target.pairs[0][0]
            place = pattern.at if isinstance(pattern, syntax.Name) else self.declarations.bindings[1] - 1
            if isinstance(pattern, syntax.ObjectPattern):
                target = target._replace(pairs=((pattern._replace(said=".for"), None),))
            elif isinstance(pattern, syntax.ArrayPattern):
                told = pattern._replace(said=".for is not iterable", place=place)
                target = target._replace(pairs=((told, None),))
        return syntax.ForIn(at, kind, target, value, self.body(), place)

    def _check_for(self, target: syntax.Declaration, kind: str) -> None:
        """One variable, which gets no value but the loop's; a `var` may have one in old code."""
        cursor = self.cursor
        if len(target.pairs) != 1:
            cursor.fail(_MANY.format(kind=kind), *self.declarations.bindings)
        pattern, value = target.pairs[0]
        is_old = kind == "in" and target.kind == "var" and not cursor.context.is_strict
        if value is not None and not (is_old and isinstance(pattern, syntax.Name)):
            said = f"for-{kind} loop variable declaration may not have an initializer."
            cursor.fail(said, *self.declarations.first_value)
