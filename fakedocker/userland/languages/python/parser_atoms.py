"""The smallest expressions: names, literals, brackets, comprehensions, f-strings, and what may follow them."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.python import parser_words as words, syntax as s
from fakedocker.userland.languages.python.lexer import FSTRING, KEYWORDS, NAME, NUMBER, OP, STRING, Field, Token
from fakedocker.userland.languages.python.parser_base import BaseParser, Failed
from fakedocker.userland.languages.python.source_errors import SourceError

_CONSTANTS = {"None": None, "True": True, "False": False}
_MOST_CHAINED = 150


class AtomParser(BaseParser):
    call_opening: s.Span = (1, 0, 1, 0)
    in_condition = False

    # of the other half
    def expression(self) -> s.Expr:
        raise NotImplementedError

    def disjunction(self) -> s.Expr:
        raise NotImplementedError

    def named_expression(self) -> s.Expr:
        raise NotImplementedError

    def star_named_expression(self) -> s.Expr:
        raise NotImplementedError

    def yield_expression(self) -> s.Expr:
        raise NotImplementedError

    def yield_or_star_expressions(self) -> s.Expr:
        raise NotImplementedError

    def binary(self, lowest: int) -> s.Expr:
        raise NotImplementedError

    def slices(self) -> s.Expr:
        raise NotImplementedError

    def call_arguments(self) -> tuple[s.Nodes, s.Nodes]:
        raise NotImplementedError

    def starts_expression(self) -> bool:
        raise NotImplementedError

    def parameters(self, closing: str, annotated: bool) -> s.Arguments:
        raise NotImplementedError

    def target_list(self) -> s.Expr:
        raise NotImplementedError

    def primary(self) -> s.Expr:
        """An atom with its attributes, calls and indices."""
        start = self.token.at
        found = self.atom()
        chained = 0
        while self.token.kind == OP:
            text = self.token.text
            if text == ".":
                self.advance()
                if self.token.kind != NAME or self.token.text in KEYWORDS:
                    raise Failed
                found = s.Attribute(found, self.advance().text, self.span_from(start))
            elif text == "(":
                outer, self.call_opening = self.call_opening, self.token.at
                self.advance()
                args, keywords = self.call_arguments()
                self.expect_op(")")
                self.call_opening = outer
                found = s.Call(found, args, keywords, self.span_from(start))
            elif text == "[":
                self.advance()
                index = self.slices()
                self.expect_op("]")
                found = s.Subscript(found, index, self.span_from(start))
            else:
                break
            chained += 1
            if chained > _MOST_CHAINED:
                self.enter(10_000)
        return found

    def atom(self) -> s.Expr:
        token = self.token
        if token.kind == NAME:
            if token.text in KEYWORDS:
                if token.text in _CONSTANTS:
                    self.advance()
                    return s.Constant(_CONSTANTS[token.text], token.at)
                raise Failed
            self.advance()
            return s.Name(token.text, token.at)
        if token.kind == NUMBER:
            self.advance()
            return s.Constant(token.value, token.at)
        if token.kind in (STRING, FSTRING):
            return self._strings()
        if token.kind == OP:
            if token.text == "(":
                return self._group(token.at)
            if token.text == "[":
                return self._list(token.at)
            if token.text == "{":
                return self._braces(token.at)
            if token.text == "...":
                self.advance()
                return s.Constant(..., token.at)
        raise Failed

    # brackets

    def _group(self, start: s.Span) -> s.Expr:
        self.advance()
        if self.take_op(")"):
            return s.TupleExpr([], self.span_from(start))
        if self.is_word("yield"):
            found = self.yield_expression()
            self.expect_op(")")
            return found
        if self.second:
            words.check_group(self)
        first = self.star_named_expression()
        if self._at_for():
            generators = self.comprehension_clauses()
            words.check_comprehension_element(self, first)
            self.expect_op(")")
            return s.GeneratorExp(first, generators, self.span_from(start))
        if self.is_op(","):
            found = self._more_elements(first, ")")
            self.expect_op(")")
            return s.TupleExpr(found, self.span_from(start))
        if isinstance(first, s.Starred):
            if self.second and self.is_op(")"):
                raise self.error_at("cannot use starred expression here", first.at)
            raise Failed
        self.expect_op(")")
        return first

    def _at_for(self) -> bool:
        return self.is_word("for") or (self.is_word("async") and self.peek().text == "for")

    def _more_elements(self, first: s.Expr, closing: str) -> s.Nodes:
        found = [first]
        while self.take_op(","):
            if self.is_op(closing):
                break
            found.append(self.star_named_expression())
        if self.second:
            words.check_comprehension_target(self, found)
        return found

    def _list(self, start: s.Span) -> s.Expr:
        self.advance()
        if self.take_op("]"):
            return s.ListExpr([], self.span_from(start))
        first = self.star_named_expression()
        if self._at_for():
            generators = self.comprehension_clauses()
            words.check_comprehension_element(self, first)
            self.expect_op("]")
            return s.ListComp(first, generators, self.span_from(start))
        found = self._more_elements(first, "]")
        self.expect_op("]")
        return s.ListExpr(found, self.span_from(start))

    def _braces(self, start: s.Span) -> s.Expr:
        self.advance()
        if self.take_op("}"):
            return s.DictExpr([], [], self.span_from(start))
        if self.is_op("**"):
            return self._dict(start, [], [])
        first = self.star_named_expression()
        if self.is_op(":") and not isinstance(first, s.Starred):
            self.advance()
            if self.second:
                words.check_dict_value(self)
            value = self.expression()
            if self._at_for():
                generators = self.comprehension_clauses()
                self.expect_op("}")
                return s.DictComp(first, value, generators, self.span_from(start))
            if not self.take_op(","):
                self.expect_op("}")
                return s.DictExpr([first], [value], self.span_from(start))
            return self._dict(start, [first], [value])
        if self._at_for():
            generators = self.comprehension_clauses()
            words.check_comprehension_element(self, first)
            self.expect_op("}")
            return s.SetComp(first, generators, self.span_from(start))
        found = self._more_elements(first, "}")
        self.expect_op("}")
        return s.SetExpr(found, self.span_from(start))

    def _dict(self, start: s.Span, keys: s.Nodes, values: s.Nodes) -> s.Expr:
        while not self.is_op("}"):
            if self.is_op("**"):
                at = self.advance().at
                keys.append(None)
                values.append(self.binary(1))
                if self.second and self._at_for():
                    raise self.error_at("dict unpacking cannot be used in dict comprehension", at)
            else:
                key = self.expression()
                if not self.is_op(":"):
                    if self.second:
                        raise words.missing_colon(self, key)
                    raise Failed
                self.advance()
                if self.second:
                    words.check_dict_value(self)
                keys.append(key)
                values.append(self.expression())
            if not self.take_op(","):
                break
        self.expect_op("}")
        return s.DictExpr(keys, values, self.span_from(start))

    def loop_target(self) -> s.Expr:
        """What a loop assigns to, with the `in` behind it."""
        place = self.place
        try:
            target = self.target_list()
            self.expect_word("in")
        except Failed:
            if self.second:
                self.go_back(place)
                words.check_for_target(self)
            raise
        return target

    def comprehension_clauses(self) -> list[s.Comprehension]:
        """`for ... in ... if ...`, as often as they stand here."""
        found = []
        while self._at_for():
            is_async = self.take_word("async")
            self.advance()
            target = self.loop_target()
            iterable = self.disjunction()
            ifs = []
            while self.take_word("if"):
                ifs.append(self.disjunction())
            found.append(s.Comprehension(target, iterable, ifs, int(is_async)))
        return found

    # strings

    def _misread(self, problem: SourceError) -> SourceError:
        """What is said of a literal with wrong escapes. Before 3.12 it is found behind all literals in a row."""
        if self.minor >= 12 or problem.words.startswith("bytes can only"):
            return problem
        row, column = self.token.at[:2]
        lines = self.lexer.lines
        return SourceError(
            problem.kind, problem.words, (row, column), None, lines[row - 1] if row <= len(lines) else ""
        )

    def _strings(self) -> s.Expr:
        start = self.token.at
        tokens = []
        while self.token.kind in (STRING, FSTRING):
            tokens.append(self.advance())
        at = self.span_from(start)
        for token in tokens:
            if isinstance(token.value, SourceError) and token.kind == STRING:
                raise self._misread(token.value)
            if ("b" in token.text) is not ("b" in tokens[0].text):
                raise self.error_at("cannot mix bytes and nonbytes literals", tokens[0].at, tokens[-1].at)
            if isinstance(token.value, SourceError):
                raise self._misread(token.value)
        if all(token.kind == STRING for token in tokens):
            values = [token.value for token in tokens]
            return s.Constant(values[0] if len(values) == 1 else values[0][:0].join(values), at)
        parts: s.Nodes = []
        for token in tokens:
            pieces = [(token.value, token.at)] if token.kind == STRING else token.value
            self._add_parts(parts, pieces)
        if self.minor < 12:  # no piece of one has a place of its own
            parts = [part._replace(at=at) if isinstance(part, s.FormattedValue) else part for part in parts]
        return s.JoinedStr(parts, at)

    def _add_parts(self, parts: s.Nodes, pieces: list[Any]) -> None:
        for piece in pieces:
            if isinstance(piece, Field):
                self._add_field(parts, piece)
            elif piece[0]:
                if parts and isinstance(parts[-1], s.Constant):
                    before = parts[-1]
                    parts[-1] = s.Constant(before.value + piece[0], (*before.at[:2], *piece[1][2:]))
                else:
                    parts.append(s.Constant(piece[0], piece[1]))

    def _add_field(self, parts: s.Nodes, field: Field) -> None:
        if field.shown is not None:
            self._add_parts(parts, [(field.shown, field.at)])
        value = self.field_value(field.tokens)
        conversion, spec = field.conversion, None
        if field.format is not None:
            inner: s.Nodes = []
            self._add_parts(inner, field.format)
            spec = s.JoinedStr(inner, field.at)
        if field.shown is not None and conversion < 0 and field.format is None:
            conversion = ord("r")
        parts.append(s.FormattedValue(value, conversion, spec, field.at))

    def field_value(self, tokens: list[Token]) -> s.Expr:
        """The expression of a field of an f-string. Raises SourceError, NotSimulated."""
        inner = type(self)(self.lexer, tokens, self.minor, self.second)
        inner.depth = self.depth
        inner.in_field = True
        inner.enter(10)
        try:
            value = inner.yield_or_star_expressions()
            if inner.token.kind == OP and inner.token.text == ":=":
                raise Failed
            if inner.token.kind != "end":
                raise Failed
        except Failed:
            raise words.field_error(inner) from None
        return value
