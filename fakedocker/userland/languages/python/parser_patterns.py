"""Patterns of `match` statements, from tokens to the syntax tree."""

from __future__ import annotations

from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.lexer import FSTRING, KEYWORDS, NAME, NUMBER, OP, STRING
from fakedocker.userland.languages.python.parser_base import Failed
from fakedocker.userland.languages.python.parser_expressions import ExpressionParser

_SINGLETONS = {"None": None, "True": True, "False": False}


class PatternParser(ExpressionParser):
    def patterns(self) -> s.Expr:
        """What follows `case`: an open sequence or one pattern."""
        start = self.token.at
        first = self._maybe_star_pattern()
        if not self.is_op(","):
            if isinstance(first, s.MatchStar):
                raise Failed
            return first
        return s.MatchSequence(self._more(first, ""), self.span_from(start))

    def _more(self, first: s.Expr, closing: str) -> s.Nodes:
        found = [first]
        while self.take_op(","):
            if self.is_op(closing) or self.is_op(":") or self.is_word("if"):
                break
            found.append(self._maybe_star_pattern())
        return found

    def _maybe_star_pattern(self) -> s.Expr:
        if self.is_op("*"):
            start = self.advance().at
            name = self._capture_name()
            return s.MatchStar(None if name == "_" else name, self.span_from(start))
        return self._as_pattern()

    def _capture_name(self) -> str:
        if self.token.kind != NAME or self.token.text in KEYWORDS:
            raise Failed
        return self.advance().text

    def _as_pattern(self) -> s.Expr:
        self.enter(6)
        start = self.token.at
        first = self._closed_pattern()
        if self.is_op("|"):
            choices = [first]
            while self.take_op("|"):
                choices.append(self._closed_pattern())
            first = s.MatchOr(choices, self.span_from(start))
        if self.take_word("as"):
            if self.second and self.is_word("_"):
                raise self.error_at("cannot use '_' as a target", self.token.at)
            name = self._capture_name()
            if self.second and self.token.text not in (",", ":", ")", "]", "}", "if"):
                raise self.error_at("invalid pattern target", self.last.at)
            first = s.MatchAs(first, name, self.span_from(start))
        self.depth -= 6
        return first

    def _closed_pattern(self) -> s.Expr:
        token = self.token
        if token.kind == NUMBER or (token.kind == OP and token.text == "-"):
            return s.MatchValue(self._signed(), self.span_from(token.at))
        if token.kind in (STRING, FSTRING):
            value = self.atom()
            if isinstance(value, s.JoinedStr):
                raise self.error_at("patterns may only match literals and attribute lookups", value.at)
            return s.MatchValue(value, self.span_from(token.at))
        if token.kind == NAME:
            if token.text in _SINGLETONS:
                self.advance()
                return s.MatchSingleton(_SINGLETONS[token.text], token.at)
            return self._name_pattern()
        if self.is_op("("):
            return self._group_pattern()
        if self.is_op("["):
            self.advance()
            found = [] if self.is_op("]") else self._more(self._maybe_star_pattern(), "]")
            self.expect_op("]")
            return s.MatchSequence(found, self.span_from(token.at))
        if self.is_op("{"):
            return self._mapping_pattern()
        raise Failed

    def _signed(self) -> s.Expr:
        start = self.token.at
        value = self._signed_number()
        if self.token.kind == OP and self.token.text in ("+", "-"):
            at = self.advance()
            if self.token.kind != NUMBER:
                raise Failed
            right = s.Constant(self.token.value, self.advance().at)
            value = s.BinOp(value, at.text, right, self.span_from(start), (at.at[0], at.at[1]))
        return value

    def _signed_number(self) -> s.Expr:
        start = self.token.at
        if self.take_op("-"):
            if self.token.kind != NUMBER:
                raise Failed
            operand = s.Constant(self.token.value, self.advance().at)
            return s.UnaryOp("-", operand, self.span_from(start))
        token = self.advance()
        return s.Constant(token.value, token.at)

    def _name_pattern(self) -> s.Expr:
        start = self.token.at
        name = self._capture_name()
        value: s.Expr = s.Name(name, start)
        while self.take_op("."):
            value = s.Attribute(value, self._capture_name(), self.span_from(start))
        if self.is_op("("):
            return self._class_pattern(value, start)
        if isinstance(value, s.Attribute):
            return s.MatchValue(value, self.span_from(start))
        if self.is_op("="):
            raise Failed
        return s.MatchAs(None, None if name == "_" else name, start)

    def _class_pattern(self, cls: s.Expr, start: s.Span) -> s.Expr:
        self.advance()
        patterns: s.Nodes = []
        names: list[str] = []
        named: s.Nodes = []
        while not self.is_op(")"):
            if self.token.kind == NAME and self.peek().text == "=" and self.peek().kind == OP:
                names.append(self._capture_name())
                self.advance()
                named.append(self._as_pattern())
            else:
                if names:
                    if self.second:
                        self._as_pattern()
                        words = "positional patterns follow keyword patterns"
                        raise self.error_at(words, self.last.at)
                    raise Failed
                patterns.append(self._as_pattern())
            if not self.take_op(","):
                break
        self.expect_op(")")
        return s.MatchClass(cls, patterns, names, named, self.span_from(start))

    def _group_pattern(self) -> s.Expr:
        start = self.advance().at
        if self.take_op(")"):
            return s.MatchSequence([], self.span_from(start))
        first = self._maybe_star_pattern()
        if self.is_op(","):
            found = self._more(first, ")")
            self.expect_op(")")
            return s.MatchSequence(found, self.span_from(start))
        if isinstance(first, s.MatchStar):
            raise Failed
        self.expect_op(")")
        return first

    def _mapping_pattern(self) -> s.Expr:
        start = self.advance().at
        keys: s.Nodes = []
        patterns: s.Nodes = []
        rest = None
        while not self.is_op("}"):
            if self.take_op("**"):
                rest = self._capture_name()
                self.take_op(",")
                break
            keys.append(self._mapping_key())
            self.expect_op(":")
            patterns.append(self._as_pattern())
            if not self.take_op(","):
                break
        self.expect_op("}")
        return s.MatchMapping(keys, patterns, rest, self.span_from(start))

    def _mapping_key(self) -> s.Expr:
        token = self.token
        if token.kind == NUMBER or (token.kind == OP and token.text == "-"):
            return self._signed()
        if token.kind == STRING or (token.kind == NAME and token.text in _SINGLETONS):
            return self.atom()
        value: s.Expr = s.Name(self._capture_name(), token.at)
        if not self.is_op("."):
            raise Failed
        while self.take_op("."):
            value = s.Attribute(value, self._capture_name(), self.span_from(token.at))
        return value
