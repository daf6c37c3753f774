"""Arguments of calls, and `new`, as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from typing import Final, Protocol

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.parser_parts import LiteralParts
from fakedocker.userland.languages.javascript.patterns import Covers
from fakedocker.userland.languages.javascript.primary_syntax import PrimarySyntax
from fakedocker.userland.languages.javascript.syntax import Node

_NO_END_OF_ARGUMENTS: Final = "missing ) after argument list"


class Operands(Protocol):
    """What is asked of the parser of expressions."""

    primaries: PrimarySyntax
    covers: Covers

    @property
    def literals(self) -> LiteralParts: ...

    def cover_assignment(self, in_allowed: bool) -> Node: ...
    def member(self, value: Node, *, is_behind_call: bool = False) -> Node: ...


class CallSyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Operands) -> None:
        self.cursor = cursor
        self.expressions = expressions

    def arguments_of(self, callee: Node) -> tuple[Node, ...]:
        """What stands between the parentheses of a call, which may turn out to be the head of an async arrow function."""
        covers = self.expressions.covers
        declares = covers.declares
        covers.declares = declares and not (isinstance(callee, syntax.Name) and callee.name == "async")
        try:
            return self.arguments()
        finally:
            covers.declares = declares

    def arguments(self) -> tuple[Node, ...]:
        """What stands between the parentheses of a call."""
        cursor = self.cursor
        start = cursor.opened_call = cursor.expect("(", True).at
        try:
            found = self._arguments()
        except Refused as problem:
            if problem.behind is None or set(cursor.opened_between(start, problem.behind[1])[1:]) - {"${"}:
                raise
            cursor.fail(_NO_END_OF_ARGUMENTS, *problem.behind)
        if not cursor.is_at(")"):
            cursor.fail_at_last(_NO_END_OF_ARGUMENTS)
        cursor.advance()
        return found

    def _arguments(self) -> tuple[Node, ...]:
        cursor = self.cursor
        found: list[Node] = []
        while not cursor.is_at(")"):
            if cursor.is_at("..."):
                at = cursor.advance(True).at
                found.append(syntax.Spread(at, self.expressions.cover_assignment(True)))
            else:
                found.append(self.expressions.cover_assignment(True))
            if not cursor.is_at(","):
                break
            cursor.advance(True)
        return tuple(found)

    def new(self) -> Node:
        """`new` with what it makes, and `new.target`."""
        cursor = self.cursor
        at = cursor.expect("new").at
        if cursor.takes("."):
            if not cursor.is_word("target"):
                cursor.unexpected()
            cursor.advance()
            if not cursor.context.in_function:
                cursor.fail_at_last("new.target expression is not allowed here")
            return syntax.NewTarget(at)
        if cursor.is_at("import") and cursor.peek().value == "(":
            cursor.fail_at_next("Cannot use new with import")
        if cursor.is_at("super") and cursor.peek().value == "(":
            cursor.fail("'super' keyword unexpected here", cursor.token.at, cursor.token.end)
        callee = self.new() if cursor.is_at("new") else self.expressions.primaries.primary()
        while True:
            if cursor.token.kind == "template":
                callee = syntax.Tagged(cursor.token.at - 1, callee, self.expressions.literals.template(is_tagged=True))
            elif cursor.is_at(".") or cursor.is_at("["):
                callee = self.expressions.member(callee)
            else:
                break
        if cursor.is_at("?."):
            cursor.fail_at_next("Invalid optional chain from new expression")
        return syntax.New(at, callee, self.arguments() if cursor.is_at("(") else ())
