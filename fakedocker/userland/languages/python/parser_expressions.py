"""Expressions of Python, by precedence, from tokens to the syntax tree."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import parser_words as words, syntax as s
from fakedocker.userland.languages.python.lexer import FSTRING, KEYWORDS, NAME, NUMBER, OP, STRING
from fakedocker.userland.languages.python.parser_atoms import AtomParser
from fakedocker.userland.languages.python.parser_base import Failed

_COMPARISONS: Final = frozenset(("<", ">", "==", ">=", "<=", "!="))
_PRECEDENCES: Final = {
    "|": 1,
    "^": 2,
    "&": 3,
    "<<": 4,
    ">>": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "//": 6,
    "%": 6,
    "@": 6,
}
_STARTERS: Final = frozenset(("(", "[", "{", "-", "+", "~", "..."))
_WORD_STARTERS: Final = frozenset(("None", "True", "False", "not", "lambda", "await"))
_MOST_CHAINED: Final = 300


class ExpressionParser(AtomParser):
    def starts_expression(self) -> bool:
        """Whether the token that stands here can begin an expression."""
        token = self.token
        if token.kind == OP:
            return token.text in _STARTERS
        if token.kind == NAME:
            return token.text not in KEYWORDS or token.text in _WORD_STARTERS
        return token.kind in (NUMBER, STRING, FSTRING)

    # lists of expressions

    def star_expressions(self) -> s.Expr:
        """`a, *b` as a tuple, or one expression."""
        start = self.token.at
        first = self.star_expression()
        if not self.is_op(","):
            return first
        found = [first]
        while self.take_op(","):
            if not (self.is_op("*") or self.starts_expression()):
                break
            found.append(self.star_expression())
        return s.TupleExpr(found, self.span_from(start))

    def star_expression(self) -> s.Expr:
        if self.is_op("*"):
            start = self.advance().at
            return s.Starred(self.binary(1), self.span_from(start))
        return self.expression()

    def star_named_expression(self) -> s.Expr:
        if self.is_op("*"):
            start = self.advance().at
            return s.Starred(self.binary(1), self.span_from(start))
        return self.named_expression()

    def yield_or_star_expressions(self) -> s.Expr:
        return self.yield_expression() if self.is_word("yield") else self.star_expressions()

    def yield_expression(self) -> s.Expr:
        start = self.expect_word("yield").at
        if self.take_word("from"):
            return s.YieldFrom(self.expression(), self.span_from(start))
        value = self.star_expressions() if self.is_op("*") or self.starts_expression() else None
        return s.Yield(value, self.span_from(start))

    # one expression

    def named_expression(self) -> s.Expr:
        if self.token.kind == NAME and self.token.text not in KEYWORDS:
            following = self.peek()
            if following.text == ":=" and following.kind == OP:
                start = self.token.at
                target = s.Name(self.advance().text, start)
                self.advance()
                return s.NamedExpr(target, self.expression(), self.span_from(start))
        found = self.expression()
        if self.second:
            words.check_named_expression(self, found)
        if self.is_op(":="):
            raise Failed
        return found

    def expression(self) -> s.Expr:
        self.enter(6)
        try:
            return self._expression()
        finally:
            self.depth -= 6

    def _expression(self) -> s.Expr:
        start = self.token.at
        if self.is_word("lambda"):
            return self._lambda(start)
        if self.second:
            words.check_legacy(self)
        place = self.place
        body = self.disjunction()
        if self.second:
            words.check_adjacent(self, body, place)
        if not self.is_word("if"):
            return body
        self.advance()
        test = self.disjunction()
        if not self.is_word("else"):
            if self.second and not self.is_op(":"):
                raise self.error_at("expected 'else' after 'if' expression", start, self.last.at)
            raise Failed
        self.advance()
        orelse = self.expression()
        return s.IfExp(test, body, orelse, self.span_from(start))

    def _lambda(self, start: s.Span) -> s.Expr:
        self.advance()
        arguments = self.parameters(":", annotated=False)
        self.expect_op(":")
        return s.Lambda(arguments, self.expression(), self.span_from(start))

    def disjunction(self) -> s.Expr:
        start = self.token.at
        first = self._conjunction()
        if not self.is_word("or"):
            return first
        values = [first]
        while self.take_word("or"):
            values.append(self._conjunction())
        return s.BoolOp("or", values, self.span_from(start))

    def _conjunction(self) -> s.Expr:
        start = self.token.at
        first = self._inversion()
        if not self.is_word("and"):
            return first
        values = [first]
        while self.take_word("and"):
            values.append(self._inversion())
        return s.BoolOp("and", values, self.span_from(start))

    def _inversion(self) -> s.Expr:
        if self.is_word("not"):
            start = self.advance().at
            self.enter(3)
            operand = self._inversion()
            self.depth -= 3
            return s.UnaryOp("not", operand, self.span_from(start))
        return self._comparison()

    def _comparison(self) -> s.Expr:
        start = self.token.at
        left = self.binary(1)
        ops: list[str] = []
        comparators: s.Nodes = []
        while True:
            op = self._comparison_operator()
            if not op:
                break
            ops.append(op)
            comparators.append(self.binary(1))
        return s.Compare(left, ops, comparators, self.span_from(start)) if ops else left

    def _comparison_operator(self) -> str:
        token = self.token
        if token.kind == OP and token.text in _COMPARISONS:
            self.advance()
            return token.text
        if token.kind == NAME:
            if token.text == "in":
                self.advance()
                return "in"
            if token.text == "not" and self.peek().text == "in":
                self.advance()
                self.advance()
                return "not in"
            if token.text == "is":
                self.advance()
                return "is not" if self.take_word("not") else "is"
        return ""

    def binary(self, lowest: int) -> s.Expr:
        """Operators of at least a precedence, from `|` upwards."""
        start = self.token.at
        left = self.unary()
        chained = 0
        while self.token.kind == OP:
            op = self.token.text
            precedence = _PRECEDENCES.get(op, 0)
            if precedence < lowest or not precedence:
                break
            at = self.advance().at
            right = self.binary(precedence + 1)
            left = s.BinOp(left, op, right, self.span_from(start), (at[0], at[1]))
            chained += 1
            if chained > _MOST_CHAINED:
                self.enter(10_000)
        return left

    def unary(self) -> s.Expr:
        token = self.token
        if token.kind == OP and token.text in ("-", "+", "~"):
            self.advance()
            self.enter(3)
            operand = self.unary()
            self.depth -= 3
            return s.UnaryOp(token.text, operand, self.span_from(token.at))
        return self._power()

    def _power(self) -> s.Expr:
        start = self.token.at
        if self.is_word("await"):
            self.advance()
            left: s.Expr = s.Await(self.primary(), self.span_from(start))
        else:
            left = self.primary()
        if self.is_op("**"):
            at = self.advance().at
            right = self.unary()
            return s.BinOp(left, "**", right, self.span_from(start), (at[0], at[1]))
        return left

    # slices and arguments

    def slices(self) -> s.Expr:
        start = self.token.at
        first = self._slice()
        if not self.is_op(","):
            if isinstance(first, s.Starred):
                return s.TupleExpr([first], self.span_from(start))
            return first
        found = [first]
        while self.take_op(","):
            if self.is_op("]"):
                break
            found.append(self._slice())
        return s.TupleExpr(found, self.span_from(start))

    def _slice(self) -> s.Expr:
        start = self.token.at
        if self.is_op("*"):
            self.unsupported("a star in an index", 11)
            return self.star_named_expression()
        lower = None if self.is_op(":") else self.named_expression()
        if not self.is_op(":"):
            return lower
        self.advance()
        upper = None if self.is_op(":") or self.is_op("]") or self.is_op(",") else self.expression()
        step = None
        if self.take_op(":") and not (self.is_op("]") or self.is_op(",")):
            step = self.expression()
        return s.Slice(lower, upper, step, self.span_from(start))

    def call_arguments(self) -> tuple[s.Nodes, s.Nodes]:
        """Arguments up to the closing parenthesis, which is not passed."""
        args: s.Nodes = []
        keywords: s.Nodes = []
        unpacked = False
        while not self.is_op(")"):
            start = self.token.at
            if self.is_op("**"):
                self.advance()
                keywords.append(s.Keyword(None, self.expression(), self.span_from(start)))
                unpacked = True
            elif self.is_op("*"):
                if unpacked:
                    if self.second:
                        if self.minor >= 13:
                            raise NotSimulated("the words for these arguments in this version of Python")
                        self.advance()
                        self.expression()
                        at = self.span_from(start)
                        raise self.error_at(
                            "iterable argument unpacking follows keyword argument unpacking",
                            start,
                            start if self.minor < 13 else at,
                        )
                    raise Failed
                self.advance()
                args.append(s.Starred(self.expression(), self.span_from(start)))
            elif self.token.kind == NAME and self.token.text not in KEYWORDS and self._is_keyword_argument():
                name = self.advance().text
                self.advance()
                if self.second:
                    words.check_argument_value(self, name, start)
                keywords.append(s.Keyword(name, self.expression(), self.span_from(start)))
            else:
                if self.second:
                    words.check_keyword_argument(self)
                if keywords and self.second:
                    words.check_positional(self, unpacked)
                if keywords:
                    raise Failed
                args.append(self._generator_argument(start, args))
            if not self.take_op(","):
                break
        return args, keywords

    def _is_keyword_argument(self) -> bool:
        following = self.peek()
        return following.text == "=" and following.kind == OP

    def _generator_argument(self, start: s.Span, before: s.Nodes) -> s.Expr:
        value = self.named_expression()
        if self.is_word("for") or (self.is_word("async") and self.peek().text == "for"):
            generators = self.comprehension_clauses()
            if before or not self.is_op(")"):
                if self.second and not (self.is_op(")") and not before):
                    end = self.last.at
                    raise self.error_at("Generator expression must be parenthesized", start, end)
                raise Failed
            opening, closing = self.call_opening, self.token.at
            return s.GeneratorExp(value, generators, (opening[0], opening[1], closing[2], closing[3]))
        return value
