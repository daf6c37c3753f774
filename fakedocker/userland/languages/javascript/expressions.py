"""The parser of expressions, patterns, functions and classes. What a function's body holds, `statements` parses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.function_syntax import FunctionSyntax
from fakedocker.userland.languages.javascript.lexer import Refused, Token
from fakedocker.userland.languages.javascript.literal_syntax import LiteralSyntax
from fakedocker.userland.languages.javascript.patterns import check_target, to_pattern
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated

_BINARY: Final = {
    "??": 1, "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "==": 7, "!=": 7, "===": 7, "!==": 7, "<": 8, ">": 8, "<=": 8, ">=": 8, "instanceof": 8,
    "in": 8, "<<": 9, ">>": 9, ">>>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11, "**": 12,
}  # fmt: skip
_LOGICAL: Final = frozenset({"??", "||", "&&"})
_ASSIGNS: Final = frozenset("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=".split())
_PREFIX: Final = frozenset({"!", "~", "+", "-", "typeof", "void", "delete"})
Body = Callable[[], tuple[Node, ...]]


class Expressions:
    """Parses expressions at a cursor; `parse_body` parses the statements of a function up to its closing brace."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.parse_body: Body = tuple
        self._parenthesized: dict[int, Node] = {}  # by id; kept, so that no id is given twice
        self._covered: list[int] = []  # offsets of `{a = 1}` that only a pattern may have
        self.functions = FunctionSyntax(cursor, self)
        self.literals = LiteralSyntax(cursor, self)

    def expression(self, in_allowed: bool = True) -> Node:
        """Expressions with commas between."""
        first = self.assignment(in_allowed)
        if not self.cursor.is_at(","):
            return first
        parts = [first]
        while self.cursor.takes(","):
            parts.append(self.assignment(in_allowed))
        return syntax.Sequence(first.at, tuple(parts))

    def assignment(self, in_allowed: bool = True) -> Node:
        """One expression without commas. Refused if a pattern's default stands where no pattern is."""
        covered = len(self._covered)
        found = self.cover_assignment(in_allowed)
        if len(self._covered) > covered and not isinstance(found, syntax.ObjectLiteral | syntax.ArrayLiteral):
            self.cursor.fail("Invalid shorthand property initializer", self._covered[covered])
        return found

    def cover_assignment(self, in_allowed: bool) -> Node:
        """One expression without commas, which may hold what only a pattern may have."""
        cursor = self.cursor
        with cursor:
            token = cursor.token
            if token.kind == "name":
                if token.value == "yield" and cursor.context.in_generator:
                    return self._yield(in_allowed)
                arrow = self.functions.arrow_of_name(token, in_allowed)
                if arrow is not None:
                    return arrow
            if cursor.is_at("(") and cursor.is_arrow_ahead():
                return self.functions.arrow(token.at, False, in_allowed)
            covered = len(self._covered)
            left = self._conditional(in_allowed)
            operator = cursor.token
            if operator.kind != "punctuator" or operator.value not in _ASSIGNS:
                return left
            if operator.value == "=":
                del self._covered[covered:]
                target = to_pattern(left, cursor.context.is_strict)
            else:
                check_target(left, "Invalid left-hand side in assignment")
                target = left
            cursor.advance(True)
            return syntax.Assign(operator.at, str(operator.value), target, self.assignment(in_allowed))

    @property
    def covered(self) -> int:
        """How many `{a = 1}` wait to be in a pattern."""
        return len(self._covered)

    def check_covered(self, since: int) -> None:
        """Refuse what would have been right in a pattern only, of what has come since, now that none has come."""
        if len(self._covered) > since:
            self.cursor.fail("Invalid shorthand property initializer", self._covered[since])

    def note_covered(self, at: int) -> None:
        """A default stands there that only a pattern may have."""
        self._covered.append(at)

    def uncover(self, since: int) -> None:
        """A pattern has come of all since."""
        del self._covered[since:]

    def _yield(self, in_allowed: bool) -> Node:
        cursor = self.cursor
        at = cursor.advance(True).at
        if (
            cursor.token.line_before
            or cursor.token.kind == "end"
            or cursor.token.value in (")", "]", "}", ",", ";", ":", "in", "of")
        ):
            return syntax.Yield(at, None, False)
        delegates = cursor.takes("*")
        return syntax.Yield(at, self.assignment(in_allowed), delegates)

    def _conditional(self, in_allowed: bool) -> Node:
        cursor = self.cursor
        test = self._binary(0, in_allowed)
        if not cursor.is_at("?"):
            return test
        at = cursor.advance(True).at
        yes = self.assignment()
        cursor.expect(":")
        return syntax.Conditional(at, test, yes, self.assignment(in_allowed))

    def _binary(self, lowest: int, in_allowed: bool) -> Node:
        cursor = self.cursor
        left = self._unary()
        while True:
            token = cursor.token
            operator = str(token.value)
            rank = _BINARY.get(operator, 0) if token.kind in ("punctuator", "keyword") else 0
            if rank <= lowest or (operator == "in" and not in_allowed):
                return left
            if operator == "**" and isinstance(left, syntax.Unary) and not self._in_parentheses(left):
                cursor.fail(
                    "Unary operator used immediately before exponentiation expression. Parenthesis must be used to disambiguate operator precedence",
                    left.at,
                )
            cursor.advance(True)
            right = self._binary(rank - 1 if operator == "**" else rank, in_allowed)
            if operator in _LOGICAL:
                self._check_mixing(operator, left, right, token)
                left = syntax.Logical(token.at, operator, left, right)
            else:
                left = syntax.Binary(token.at, operator, left, right)

    def _check_mixing(self, operator: str, left: Node, right: Node, token: Token) -> None:
        """`??` mixes with `||` and `&&` in parentheses only."""
        for side in (left, right):
            if (
                isinstance(side, syntax.Logical)
                and (operator == "??") != (side.operator == "??")
                and not self._in_parentheses(side)
            ):
                self.cursor.unexpected(token)

    def _in_parentheses(self, node: Node) -> bool:
        return id(node) in self._parenthesized

    def _unary(self) -> Node:
        cursor = self.cursor
        with cursor:
            token = cursor.token
            word = str(token.value)
            if token.kind in ("punctuator", "keyword"):
                if word in _PREFIX:
                    cursor.advance(True)
                    value = self._unary()
                    if word == "delete" and isinstance(value, syntax.Name) and cursor.context.is_strict:
                        cursor.fail(
                            "Delete of an unqualified identifier in strict mode.", value.at, value.at + len(value.name)
                        )
                    return syntax.Unary(token.at, word, value)
                if word in ("++", "--"):
                    cursor.advance(True)
                    target = self._unary()
                    check_target(target, "Invalid left-hand side expression in prefix operation")
                    return syntax.Update(token.at, word, target, True)
            elif token.kind == "name" and word == "await" and cursor.context.in_async and not token.escaped:
                cursor.advance(True)
                return syntax.Await(token.at, self._unary())
            return self._postfix()

    def _postfix(self) -> Node:
        cursor = self.cursor
        target = self.left_hand_side()
        if cursor.token.kind == "punctuator" and cursor.token.value in ("++", "--") and not cursor.token.line_before:
            check_target(target, "Invalid left-hand side expression in postfix operation")
            operator = cursor.advance()
            return syntax.Update(operator.at, str(operator.value), target, False)
        return target

    def left_hand_side(self) -> Node:
        cursor = self.cursor
        start = cursor.token
        value = self._new() if cursor.is_at("new") else self._primary()
        is_async_name = isinstance(value, syntax.Name) and value.name == "async" and start.kind == "name"
        chained = False
        while True:
            token = cursor.token
            if token.kind == "template":
                if chained:
                    cursor.fail("Invalid tagged template on optional chain", token.at)
                value = syntax.Tagged(token.at, value, self.literals.template())
            elif token.kind != "punctuator":
                break
            elif token.value == "(":
                if is_async_name and cursor.is_arrow_ahead() and not token.line_before:
                    return self.functions.arrow(start.at, True, True)
                value = syntax.Call(_call_position(value), value, self.arguments())
            elif token.value == "?.":
                chained = True
                value = self._optional(value)
            elif token.value in (".", "["):
                value = self._member(value)
            else:
                break
            is_async_name = False
        return syntax.Chain(value.at, value) if chained else value

    def _optional(self, value: Node) -> Node:
        cursor = self.cursor
        at = cursor.advance().at
        if cursor.is_at("("):
            return syntax.Call(at, value, self.arguments(), True)
        if cursor.is_at("["):
            cursor.advance(True)
            key = self.expression()
            cursor.expect("]")
            return syntax.Member(at, value, key, True, True)
        return syntax.Member(cursor.token.at, value, self._member_name(), False, True)

    def _member(self, value: Node) -> Node:
        cursor = self.cursor
        if cursor.advance(True).value == ".":
            at = cursor.token.at
            return syntax.Member(at, value, self._member_name(), False)
        at = cursor.last_end - 1
        key = self.expression()
        cursor.expect("]")
        return syntax.Member(at, value, key, True)

    def _member_name(self) -> Node:
        token = self.cursor.token
        if token.kind == "private":
            self.cursor.advance()
            return syntax.PrivateName(token.at, str(token.value))
        if token.kind not in ("name", "keyword"):
            self.cursor.unexpected()
        self.cursor.advance()
        return syntax.Literal(token.at, str(token.value))

    def arguments(self) -> tuple[Node, ...]:
        """What stands between the parentheses of a call."""
        cursor = self.cursor
        cursor.expect("(")
        found: list[Node] = []
        while not cursor.is_at(")"):
            since = self.covered
            if cursor.is_at("..."):
                at = cursor.advance(True).at
                found.append(syntax.Spread(at, self.assignment()))
            else:
                found.append(self.assignment())
            self.check_covered(since)
            if not cursor.is_at(")") and not cursor.takes(","):
                cursor.fail("missing ) after argument list", cursor.token.at, cursor.token.end)
        cursor.advance()
        return tuple(found)

    def _new(self) -> Node:
        cursor = self.cursor
        at = cursor.expect("new").at
        if cursor.takes("."):
            if not cursor.is_word("target") or not cursor.context.in_function:
                cursor.unexpected()
            cursor.advance()
            return syntax.NewTarget(at)
        callee = self._new() if cursor.is_at("new") else self._primary()
        while cursor.token.kind == "punctuator" and cursor.token.value in (".", "["):
            callee = self._member(callee)
        return syntax.New(at, callee, self.arguments() if cursor.is_at("(") else ())

    def _primary(self) -> Node:
        cursor = self.cursor
        token = cursor.token
        kind, word = token.kind, token.value
        if kind in ("number", "bigint", "text"):
            if token.flags == "octal" and cursor.context.is_strict:
                cursor.fail("Octal literals are not allowed in strict mode.", token.at, token.end)
            cursor.advance()
            return syntax.Literal(token.at, word)
        if kind == "template":
            return self.literals.template()
        if kind == "pattern":
            cursor.advance()
            return syntax.RegExpLiteral(token.at, str(word), token.flags)
        if kind == "name":
            return self._name_or_function(token)
        if kind == "private":
            name = cursor.advance()
            if not cursor.is_at("in"):
                cursor.unexpected()
            return syntax.PrivateName(name.at, str(name.value))
        if kind == "keyword":
            return self._keyword(token)
        if kind == "punctuator":
            if word == "(":
                return self._parenthesis()
            if word == "[":
                return self.literals.array()
            if word == "{":
                return self.literals.object()
            if word == "@":
                raise NotSimulated("a decorator")
        cursor.unexpected()

    def _name_or_function(self, token: Token) -> Node:
        cursor = self.cursor
        if token.value == "async" and not token.escaped:
            following = cursor.peek()
            if following.kind == "keyword" and following.value == "function" and not following.line_before:
                cursor.advance()
                return self.functions.function(token.at, is_async=True)
        cursor.advance()
        return syntax.Name(token.at, str(token.value))

    def _keyword(self, token: Token) -> Node:
        cursor, word = self.cursor, token.value
        if word in ("null", "true", "false"):
            cursor.advance()
            return syntax.Literal(token.at, {"null": None, "true": True, "false": False}[str(word)])
        if word == "this":
            cursor.advance()
            return syntax.This(token.at)
        if word == "function":
            return self.functions.function(token.at)
        if word == "class":
            return self.functions.class_()
        if word == "super":
            cursor.advance()
            if not cursor.is_at("(") and not cursor.is_at(".") and not cursor.is_at("["):
                cursor.fail("'super' keyword unexpected here", token.at, token.end)
            return syntax.Super(token.at)
        if word == "import":
            cursor.advance()
            if cursor.takes("."):
                if not cursor.is_word("meta"):
                    cursor.unexpected()
                cursor.advance()
                return syntax.ImportMeta(token.at)
            if not cursor.is_at("("):
                cursor.fail("Cannot use import statement outside a module", token.at, token.end)
            (source, *_) = self.arguments()
            return syntax.ImportCall(token.at, source)
        cursor.unexpected()

    def _parenthesis(self) -> Node:
        cursor = self.cursor
        cursor.advance(True)
        since = self.covered
        value = self.expression()
        self.check_covered(since)
        cursor.expect(")")
        self._parenthesized[id(value)] = value
        return value


def _call_position(callee: Node) -> int:
    """Where a call is pointed at: its last name, or where the callee begins."""
    return callee.at


__all__ = ["Expressions", "Refused"]
