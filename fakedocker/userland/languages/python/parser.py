"""Compound statements of Python, and the parser as a whole: source and version in, syntax tree out."""

from __future__ import annotations

from fakedocker.userland.languages.python import parser_words as words, syntax as s
from fakedocker.userland.languages.python.lexer import END, KEYWORDS, NAME, OP
from fakedocker.userland.languages.python.parser_base import Failed
from fakedocker.userland.languages.python.parser_functions import FunctionParser
from fakedocker.userland.languages.python.source_errors import SourceError


class Parser(FunctionParser):
    def file(self) -> s.Nodes:
        """All statements up to the end."""
        body: s.Nodes = []
        while self.token.kind != END:
            if self.token.kind in ("newline", "indent", "dedent"):
                raise Failed
            body += self.statement()
        return body

    def statement(self) -> s.Nodes:
        token = self.token
        if token.kind == NAME:
            rule = _RULES.get(token.text)
            if rule is not None:
                return [rule(self, token.at)]
            if token.text == "async":
                return [self._async(token.at)]
            if token.text == "match" and self.minor >= 10:
                found = self._match(token.at)
                if found is not None:
                    return [found]
        elif token.kind == OP and token.text == "@":
            return [self.decorated()]
        return self.simple_statements()

    def block(self, what: str, line: int) -> s.Nodes:
        """The body of a compound statement, behind its colon."""
        if self.token.kind != "newline":
            return self.simple_statements()
        self.advance()
        if self.token.kind != "indent":
            raise self.no_block(f"after {what} on line {line}")
        self.advance()
        self.enter(5)
        body: s.Nodes = []
        while self.token.kind != "dedent":
            if self.token.kind in (END, "indent", "newline"):
                raise Failed
            body += self.statement()
        self._leave_block()
        self.depth -= 5
        return body

    def _leave_block(self) -> None:
        self.advance()

    def no_block(self, where: str) -> SourceError:
        token = self.token
        lines = self.lexer.lines
        row = token.at[0] - 1
        start, end = (token.at[0], token.at[1]), (token.at[2], token.at[3])
        text = lines[row] if row < len(lines) else ""
        if token.kind == END or row >= len(lines):
            last = len(lines) - 1
            return SourceError(
                "IndentationError", f"expected an indented block {where}", (last + 1, -1), None, lines[last]
            )
        stop = end if self.minor >= 13 else None
        return SourceError("IndentationError", f"expected an indented block {where}", start, stop, text)

    def colon(self) -> None:
        """The colon of a compound statement."""
        if not self.is_op(":"):
            if self.second and self.token.kind == "newline":
                raise self.error_at("expected ':'", self.token.at)
            raise Failed
        self.advance()

    def condition(self) -> s.Expr:
        self.in_condition = True
        found = self.named_expression()
        self.in_condition = False
        return found

    def _if(self, start: s.Span) -> s.Expr:
        clauses = []
        orelse: s.Nodes = []
        word = "if"
        at = start
        while True:
            self.advance()
            test = self.condition()
            self.colon()
            body = self.block(f"'{word}' statement", at[0])
            clauses.append((at, test, body))
            at = self.token.at
            if not self.is_word("elif"):
                break
            word = "elif"
        if self.is_word("else"):
            at = self.advance().at
            self.force_op(":")
            orelse = self.block("'else' statement", at[0])
        for at, test, body in reversed(clauses):
            last = (orelse or body)[-1].at
            orelse = [s.If(test, body, orelse, (at[0], at[1], last[2], last[3]))]
        return orelse[0]

    def _else(self) -> s.Nodes:
        if not self.is_word("else"):
            return []
        at = self.advance().at
        self.force_op(":")
        return self.block("'else' statement", at[0])

    def _while(self, start: s.Span) -> s.Expr:
        self.advance()
        test = self.condition()
        self.colon()
        body = self.block("'while' statement", start[0])
        orelse = self._else()
        return s.While(test, body, orelse, self._to_end(start, orelse or body))

    def _to_end(self, start: s.Span, body: s.Nodes) -> s.Span:
        last = body[-1].at
        return (start[0], start[1], last[2], last[3])

    def _for(self, start: s.Span) -> s.Expr:
        return self._for_loop(start, start, False)

    def _for_loop(self, start: s.Span, word: s.Span, is_async: bool) -> s.Expr:
        self.advance()
        target = self.loop_target()
        iterable = self.star_expressions()
        if self.minor < 12:
            self.force_op(":")
        else:
            self.colon_or_forced()
        body = self.block("'for' statement", word[0])
        orelse = self._else()
        return s.For(target, iterable, body, orelse, is_async, self._to_end(start, orelse or body))

    def colon_or_forced(self) -> None:
        self.force_op(":")

    def _with(self, start: s.Span) -> s.Expr:
        return self._with_statement(start, start, False)

    def _with_statement(self, start: s.Span, word: s.Span, is_async: bool) -> s.Expr:
        self.advance()
        items = self._parenthesized_items() or self._with_items("")
        self.colon()
        body = self.block("'with' statement", word[0])
        return s.With(items, body, is_async, self._to_end(start, body))

    def _parenthesized_items(self) -> list[s.WithItem]:
        """`with (a as b, c as d):`; [] if it is not that."""
        if not self.is_op("("):
            return []
        place = self.place
        try:
            self.advance()
            items = self._with_items(")")
            self.expect_op(")")
            if self.is_op(":") and (self.minor >= 9):
                return items
        except Failed:
            pass
        self.go_back(place)
        return []

    def _with_items(self, closing: str) -> list[s.WithItem]:
        items = []
        while True:
            context = self.expression()
            target = None
            if self.take_word("as"):
                target = self._with_target()
            items.append(s.WithItem(context, target))
            if not self.take_op(",") or (closing and self.is_op(closing)):
                return items

    def _with_target(self) -> s.Expr:
        start = self.token.at
        if self.is_op("*"):
            raise Failed
        found = self.primary()
        bad = words.invalid_target(found)
        if bad is not None:
            if self.second and (self.token.text in (",", ")", ":")):
                raise self.error_at(f"cannot assign to {words.name_of(bad)}", bad.at)
            raise Failed
        del start
        return found

    def _try(self, start: s.Span) -> s.Expr:
        self.advance()
        self.force_op(":")
        body = self.block("'try' statement", start[0])
        handlers: list[s.ExceptHandler] = []
        is_star = False
        orelse: s.Nodes = []
        finalbody: s.Nodes = []
        while self.is_word("except"):
            at = self.token.at
            star, handler = self._handler(at)
            if handlers and star != is_star:
                words_of_both = "cannot have both 'except' and 'except*' on the same 'try'"
                raise self.error_at(words_of_both, at)
            is_star = star
            handlers.append(handler)
        if handlers:
            orelse = self._else()
        if self.is_word("finally"):
            at = self.advance().at
            self.force_op(":")
            finalbody = self.block("'finally' statement", at[0])
        if not handlers and not finalbody:
            if self.second:
                raise self.error_at("expected 'except' or 'finally' block", self.token.at)
            raise Failed
        last = finalbody or orelse or (handlers[-1].body if handlers else body)
        return s.Try(body, handlers, orelse, finalbody, is_star, self._to_end(start, last))

    def _handler(self, start: s.Span) -> tuple[bool, s.ExceptHandler]:
        self.advance()
        is_star = self.is_op("*")
        if is_star:
            self.unsupported("except*", 11)
            self.advance()
        kind = name = None
        if not self.is_op(":"):
            if self.token.kind == "newline" and self.second:
                message = "expected one or more exception types" if is_star else "expected ':'"
                raise self.error_at(message, self.token.at)
            at = self.token.at
            kind = self.expression()
            if self.is_op(","):
                kind = self._more_kinds(kind, at)
            if self.take_word("as"):
                if self.token.kind != NAME or self.token.text in KEYWORDS:
                    raise Failed
                name = self.advance().text
        self.colon()
        what = "'except*' statement" if is_star else "'except' statement"
        body = self.block(what, start[0])
        return is_star, s.ExceptHandler(kind, name, body, self._to_end(start, body))

    def _more_kinds(self, first: s.Expr, at: s.Span) -> s.Expr:
        """`except A, B:`, which 3.14 takes."""
        found = [first]
        while self.take_op(","):
            if self.is_op(":"):
                break
            found.append(self.expression())
        if self.minor >= 14 and not self.is_word("as"):
            return s.TupleExpr(found, self.span_from(at))
        if self.second:
            message = "multiple exception types must be parenthesized"
            if self.minor >= 14:
                message += " when using 'as'"
            raise self.error_at(message, at, self.last.at)
        raise Failed

    def _async(self, start: s.Span) -> s.Expr:
        following = self.peek()
        if following.text == "def":
            self.advance()
            return self.function(start, [], True)
        if following.text == "for":
            word = self.advance().at
            return self._for_loop(start, word, True)
        if following.text == "with":
            word = self.advance().at
            return self._with_statement(start, word, True)
        self.advance()
        raise Failed

    def _match(self, start: s.Span) -> s.Expr:
        """A match statement; None if `match` is only a name here."""
        place, furthest = self.place, self.furthest
        try:
            self.advance()
            if not (self.is_op("*") or self.starts_expression()):
                raise Failed
            subject = self._subject()
            if not self.is_op(":"):
                raise Failed
            self.advance()
            if self.token.kind != "newline":
                raise Failed
            self.advance()
            if self.token.kind != "indent":
                if self.is_word("case"):
                    raise self.no_block(f"after 'match' statement on line {start[0]}")
                raise Failed
            self.advance()
            if not self.is_word("case"):
                raise Failed
        except Failed:
            self.go_back(place)
            del furthest
            return None
        cases = []
        while self.is_word("case"):
            cases.append(self._case())
        if self.token.kind != "dedent":
            raise Failed
        self._leave_block()
        return s.Match(subject, cases, self._to_end(start, cases[-1].body))

    def _subject(self) -> s.Expr:
        start = self.token.at
        first = self.star_named_expression()
        if not self.is_op(","):
            return first
        found = [first]
        while self.take_op(","):
            if self.is_op(":"):
                break
            found.append(self.star_named_expression())
        return s.TupleExpr(found, self.span_from(start))

    def _case(self) -> s.MatchCase:
        at = self.advance().at
        pattern = self.patterns()
        guard = self.condition() if self.take_word("if") else None
        self.colon()
        return s.MatchCase(pattern, guard, self.block("'case' statement", at[0]))

    def _def(self, start: s.Span) -> s.Expr:
        return self.function(start, [], False)

    def _class(self, start: s.Span) -> s.Expr:
        return self.class_definition(start, [])


_RULES = {
    "if": Parser._if,
    "while": Parser._while,
    "for": Parser._for,
    "with": Parser._with,
    "try": Parser._try,
    "def": Parser._def,
    "class": Parser._class,
}
