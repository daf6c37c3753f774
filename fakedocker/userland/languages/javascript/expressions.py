"""The parser of expressions, patterns, functions and classes. What a function's body holds, `statements` parses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.call_syntax import CallSyntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.function_syntax import FunctionSyntax
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.literal_syntax import LiteralSyntax
from fakedocker.userland.languages.javascript.patterns import (
    NO_PROPERTY,
    NO_TARGET,
    Covers,
    is_target,
    told_of,
    wrong_target,
)
from fakedocker.userland.languages.javascript.primary_syntax import PrimarySyntax
from fakedocker.userland.languages.javascript.rendering import UNSURE, not_iterable, position
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated

_BINARY: Final = {
    "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "==": 7, "!=": 7, "===": 7, "!==": 7, "<": 8, ">": 8, "<=": 8, ">=": 8, "instanceof": 8,
    "in": 8, "<<": 9, ">>": 9, ">>>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11, "**": 12,
}  # fmt: skip
_LOGICAL: Final = frozenset({"||", "&&"})
_BELOW_LOGICAL: Final = 3
_ASSIGNS: Final = frozenset("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=".split())
_PARAMETERS: Final = (syntax.Name, syntax.ArrayLiteral, syntax.ObjectLiteral, syntax.Assign)
_PREFIX: Final = frozenset({"!", "~", "+", "-", "typeof", "void", "delete"})
Body = Callable[[], tuple[Node, ...]]


class Expressions:
    """Parses expressions at a cursor; `parse_body` parses the statements of a function up to its closing brace."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.parse_body: Body = tuple
        self.covers = Covers()
        self.functions = FunctionSyntax(cursor, self)
        self.literals = LiteralSyntax(cursor, self)
        self.primaries = PrimarySyntax(cursor, self)
        self.calls = CallSyntax(cursor, self)

    def expression(self, in_allowed: bool = True) -> Node:
        """Expressions with commas between. Refused if what only a pattern may have stands where no pattern is."""
        return self._validated(self.cover_expression, in_allowed)

    def cover_expression(self, in_allowed: bool = True) -> Node:
        """Expressions with commas between, which may hold what only a pattern may have."""
        if self.cursor.is_at("..."):
            return self.functions.cover_rest()
        covers = self.covers
        literals, covers.literals = covers.literals, []
        parts = [self._cover_part(in_allowed)]
        while self.cursor.is_at(","):
            self.cursor.advance(True)
            literals, covers.literals = literals + covers.literals, []
            if self.cursor.is_at("..."):
                parts.append(self.functions.cover_rest())
                break
            if self.cursor.is_at(")") and self.cursor.peek().value == "=>":
                break
            parts.append(self._cover_part(in_allowed))
        if literals:
            covers.literals = literals + covers.literals
        return syntax.Sequence(parts[0].at, tuple(parts)) if len(parts) > 1 else parts[0]

    def _cover_part(self, in_allowed: bool) -> Node:
        """One of them; V8 notes whether it could be a parameter, and says so at once where a pattern declares."""
        start, covers = self.cursor.start, self.covers
        found = self.cover_assignment(in_allowed)
        if covers.declares and (covers.is_parenthesized(found) or not isinstance(found, _PARAMETERS)):
            self.cursor.fail(NO_TARGET, start, self.cursor.last_end)
        return found

    def assignment(self, in_allowed: bool = True) -> Node:
        """One expression without commas. Refused if what only a pattern may have stands where no pattern is."""
        return self._validated(self.cover_assignment, in_allowed)

    def _validated(self, parse: Callable[[bool], Node], in_allowed: bool) -> Node:
        covers = self.covers
        since, declares, literals = len(covers.shorthands), covers.declares, covers.literals
        covers.declares, covers.literals = False, []
        try:
            found = parse(in_allowed)
        except Refused as problem:
            raise covers.told_first(since, problem) from None
        finally:
            covers.declares, covers.literals = declares, literals
        covers.check(since)
        return found

    def cover_assignment(self, in_allowed: bool) -> Node:
        """One expression without commas, which may hold what only a pattern may have."""
        cursor = self.cursor
        with cursor:
            token = cursor.token
            if token.kind == "name":
                if token.value == "yield" and cursor.context.in_generator:
                    return self._yield(in_allowed)
                waits = token.value == "await" and cursor.context.in_async
                arrow = None if waits else self.functions.arrow_of_name(token, in_allowed)
                if arrow is not None:
                    return arrow
            if cursor.is_at("(") and cursor.is_arrow_ahead():
                return self.functions.arrow(token.at, False, in_allowed)
            since, start = len(self.covers.shorthands), cursor.start
            left = self._conditional(in_allowed)
            operator = cursor.token
            if operator.kind != "punctuator":
                return left
            if operator.value == "=>":
                self._wrong_arrow(left)
            if operator.value not in _ASSIGNS:
                return left
            return self._assign(start, since, left, in_allowed)

    def _assign(self, start: int, since: int, left: Node, in_allowed: bool) -> Node:
        cursor, covers = self.cursor, self.covers
        is_strict, end = cursor.context.is_strict, cursor.last_end
        operator = cursor.token
        word = str(operator.value)
        target = left
        if covers.declares and isinstance(left, syntax.Member | syntax.Call):
            cursor.fail(NO_PROPERTY if isinstance(left, syntax.Member) else NO_TARGET, start, end)
        if isinstance(left, syntax.ArrayLiteral | syntax.ObjectLiteral) and word == "=":
            if covers.is_parenthesized(left):
                cursor.fail("Invalid left-hand side in assignment", start, end)
            del covers.shorthands[since:]
            if len(covers.literals) > 1:
                covers.check_literals(is_strict)
            target = covers.pattern(left, is_strict)
        elif not is_target(left, is_strict):
            is_late = word not in ("&&=", "||=", "??=")
            target = wrong_target(left, "Invalid left-hand side in assignment", start, end, is_late=is_late)
        elif isinstance(left, syntax.Member) or covers.is_parenthesized(left):
            covers.note_extent(left, start, end)
        cursor.advance(True)
        value = self.assignment(in_allowed)
        if isinstance(target, syntax.WrongTarget):
            return target
        told = told_of(target, value, operator.at)
        if isinstance(told, syntax.ArrayPattern):
            value = covers.gone_through(value, not_iterable(value, position(value)))
        return syntax.Assign(operator.at, word, told, value)

    def _wrong_arrow(self, left: Node) -> NoReturn:
        """`=>` behind what is no list of parameters."""
        cursor = self.cursor
        if isinstance(left, syntax.Name) or self.covers.is_parenthesized(left):
            cursor.unexpected()
        if isinstance(left, syntax.WrongTarget):
            if self.covers.is_parenthesized(left.call):
                raise NotSimulated("how node ends of an arrow behind such an expression")
            cursor.fail("Malformed arrow function parameter list", cursor.last.at, cursor.last.at)
        end = cursor.last.at - (cursor.last.kind == "template")
        if position(left) > end:
            raise NotSimulated("how node ends of an arrow behind such an expression")
        cursor.fail("Malformed arrow function parameter list", position(left), end)

    def _yield(self, in_allowed: bool) -> Node:
        cursor, token = self.cursor, self.cursor.token
        if token.escaped:
            cursor.fail("Keyword must not contain escaped characters", token.at, token.end)
        self._note_waiting(token, "Yield expression not allowed in formal parameter")
        at = cursor.advance(True).at
        following = cursor.token
        if (
            following.line_before
            or following.kind == "end"
            or (following.kind == "punctuator" and following.value in (")", "]", "}", ",", ";", ":"))
            or cursor.is_at("in")
        ):
            return syntax.Yield(at, None, False)
        delegates = cursor.is_at("*")
        if delegates:
            cursor.advance(True)
        value = self.assignment(in_allowed)
        if delegates:
            value = self.covers.gone_through(value, UNSURE)
        return syntax.Yield(at, value, delegates)

    def _note_waiting(self, token: Token, message: str) -> None:
        """`yield` or `await`, which no parameter may have."""
        problem = Refused(message, token.at, token.end)
        if self.cursor.context.in_parameters:
            raise problem
        self.covers.waiting.append(problem)

    def _conditional(self, in_allowed: bool) -> Node:
        cursor = self.cursor
        at = cursor.start
        test = self._logical(in_allowed)
        if not cursor.is_at("?"):
            return test
        cursor.advance(True)
        yes = self.assignment()
        cursor.expect(":", True)
        return syntax.Conditional(at, test, yes, self.assignment(in_allowed))

    def _logical(self, in_allowed: bool) -> Node:
        """`??` or `||` and `&&`, which mix in parentheses only: the other one stays, where nobody expects it."""
        cursor = self.cursor
        left = self._binary(_BELOW_LOGICAL, in_allowed)
        if not cursor.is_at("??"):
            return self._continue_binary(left, 0, in_allowed)
        while cursor.is_at("??"):
            cursor.advance(True)
            left = syntax.Logical(cursor.start, "??", left, self._binary(_BELOW_LOGICAL, in_allowed))
        return left

    def _binary(self, lowest: int, in_allowed: bool) -> Node:
        cursor = self.cursor
        if cursor.token.kind != "private":
            return self._continue_binary(self._unary(), lowest, in_allowed)
        token = cursor.token
        last = cursor.last
        self.functions.use_private(token, 0 if last is token else last.at - (last.kind == "template"))
        following = cursor.peek()
        if following.value != "in" or following.kind != "keyword" or lowest >= _BINARY["in"] or not in_allowed:
            cursor.unexpected()
        cursor.advance()
        return self._continue_binary(syntax.PrivateName(token.at, str(token.value)), lowest, in_allowed)

    def _continue_binary(self, left: Node, lowest: int, in_allowed: bool) -> Node:
        cursor = self.cursor
        while True:
            token = cursor.token
            operator = str(token.value)
            rank = _BINARY.get(operator, 0) if token.kind in ("punctuator", "keyword") else 0
            if rank <= lowest or (operator == "in" and not in_allowed):
                return left
            cursor.advance(True)
            right = self._binary(rank - 1 if operator == "**" else rank, in_allowed)
            kind = syntax.Logical if operator in _LOGICAL else syntax.Binary
            left = kind(token.at, operator, left, right)

    def _unary(self) -> Node:
        cursor = self.cursor
        with cursor:
            token = cursor.token
            word = str(token.value)
            if token.kind in ("punctuator", "keyword"):
                if word in _PREFIX:
                    cursor.advance(True)
                    return self._prefix(token, self._unary())
                if word in ("++", "--"):
                    cursor.advance(True)
                    start = cursor.start
                    target = self._unary()
                    return self._update(token, target, start, is_prefix=True)
            elif token.kind == "name" and word == "await" and cursor.context.in_async:
                if token.escaped:
                    cursor.fail("Keyword must not contain escaped characters", token.at, token.end)
                self._note_waiting(token, "Illegal await-expression in formal parameters of async function")
                cursor.advance(True)
                value = self._unary()
                self._check_power(token)
                return syntax.Await(token.at, value)
            return self._postfix()

    def _prefix(self, token: Token, value: Node) -> Node:
        cursor = self.cursor
        if token.value == "delete":
            if isinstance(value, syntax.Name) and cursor.context.is_strict:
                cursor.fail_at_last("Delete of an unqualified identifier in strict mode.")
            inner = value.expression if isinstance(value, syntax.Chain) else value
            if isinstance(inner, syntax.Member) and isinstance(inner.key, syntax.PrivateName):
                cursor.fail_at_last("Private fields can not be deleted")
        self._check_power(token)
        if token.value == "delete":
            return syntax.Delete(token.at, value)
        return syntax.Unary(token.at, str(token.value), value)

    def _check_power(self, token: Token) -> None:
        cursor = self.cursor
        if cursor.is_at("**"):
            cursor.fail(
                "Unary operator used immediately before exponentiation expression."
                " Parenthesis must be used to disambiguate operator precedence",
                token.at,
                cursor.token.end,
            )

    def _update(self, token: Token, target: Node, start: int, *, is_prefix: bool) -> Node:
        cursor = self.cursor
        if not is_target(target, cursor.context.is_strict):
            said = f"Invalid left-hand side expression in {'prefix' if is_prefix else 'postfix'} operation"
            if isinstance(target, syntax.Call) and cursor.is_at("=>"):
                self._check_async_head(target, said, start)
            return wrong_target(target, said, start, cursor.last_end)
        return syntax.Update(cursor.last.at if is_prefix else token.at, str(token.value), target, is_prefix)

    def _check_async_head(self, call: syntax.Call, said: str, start: int) -> None:
        """What is no call but the head of an async arrow function."""
        if isinstance(call.callee, syntax.Name) and call.callee.name == "async":
            if call.arguments:
                raise NotSimulated("how node ends of an arrow behind such an expression")
            self.cursor.fail(said, start, self.cursor.last_end)

    def _postfix(self) -> Node:
        cursor = self.cursor
        start = cursor.start
        target = self.left_hand_side()
        operator = cursor.token
        if operator.kind == "punctuator" and operator.value in ("++", "--") and not operator.line_before:
            found = self._update(operator, target, start, is_prefix=False)
            cursor.advance()
            return found
        return target

    def parent(self) -> Node:
        """What a class extends."""
        return self._validated(lambda _: self.left_hand_side(), True)

    def left_hand_side(self) -> Node:
        cursor = self.cursor
        value = self.calls.new() if cursor.is_at("new") else self.primaries.primary()
        chained = called = False
        while True:
            token = cursor.token
            if token.kind == "template":
                if chained:
                    cursor.fail_at_next("Invalid tagged template on optional chain")
                value = syntax.Tagged(token.at - 1, value, self.literals.template(is_tagged=True))
            elif token.kind != "punctuator":
                break
            elif token.value == "(":
                called = True
                value = syntax.Call(self._call_position(), value, self.calls.arguments_of(value))
            elif token.value == "?.":
                chained = called = True
                value = self._optional(value)
            elif token.value in (".", "["):
                value = self.member(value, is_behind_call=called)
            else:
                break
        return syntax.Chain(value.at, value) if chained else value

    def _call_position(self) -> int:
        """Where V8 says that a call is: at the name before its parenthesis, at that behind anything else."""
        last = self.cursor.last
        return last.at if last.kind == "name" or last.value == "super" else self.cursor.token.at

    def _optional(self, value: Node) -> Node:
        cursor = self.cursor
        at = cursor.advance().at
        if cursor.is_at("?."):
            cursor.fail_at_last("Unexpected token '?.'")
        if cursor.is_at("("):
            return syntax.Call(cursor.token.at, value, self.calls.arguments(), True)
        if cursor.is_at("["):
            at = cursor.advance(True).at
            key = self.cover_expression()
            cursor.expect("]")
            return syntax.Member(at, value, key, True, True)
        if cursor.token.kind == "template":
            cursor.fail_at_next("Invalid tagged template on optional chain")
        return syntax.Member(at, value, self._member_name(at), False, True)

    def member(self, value: Node, *, is_behind_call: bool = False) -> Node:
        """A member; one behind a call is pointed at by its dot."""
        cursor = self.cursor
        taken = cursor.advance(True)
        if taken.value == ".":
            at = cursor.token.at
            return syntax.Member(taken.at if is_behind_call else at, value, self._member_name(taken.at), False)
        at = cursor.last_end - 1
        key = self.cover_expression()
        cursor.expect("]")
        return syntax.Member(at, value, key, True)

    def _member_name(self, dot: int) -> Node:
        token = self.cursor.token
        if token.kind == "private":
            self.functions.use_private(token, dot)
            self.cursor.advance_name()
            return syntax.PrivateName(token.at, str(token.value))
        if token.kind not in ("name", "keyword"):
            self.cursor.unexpected()
        self.cursor.advance_name()
        return syntax.Literal(token.at, str(token.value))
