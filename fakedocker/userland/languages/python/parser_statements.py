"""Simple statements of Python: assignments, imports, del, raise and so on."""

from __future__ import annotations

from fakedocker.userland.languages.python import parser_words as words, syntax as s
from fakedocker.userland.languages.python.lexer import KEYWORDS, NAME, OP
from fakedocker.userland.languages.python.parser_base import Failed
from fakedocker.userland.languages.python.parser_patterns import PatternParser


class SimpleStatementParser(PatternParser):
    def simple_statements(self) -> s.Nodes:
        """Statements on one line, with the end of the line."""
        found = [self._simple_statement()]
        while self.take_op(";"):
            if self.token.kind == "newline":
                break
            found.append(self._simple_statement())
        if self.token.kind != "newline":
            raise Failed
        self.advance()
        return found

    def _simple_statement(self) -> s.Expr:
        token = self.token
        if token.kind == NAME:
            rule = _RULES.get(token.text)
            if rule is not None:
                return rule(self, token.at)
            if token.text == "type" and self.minor >= 12 and self._is_type_alias():
                return self._type_alias(token.at)
        return self._expression_statement()

    def _expression_statement(self) -> s.Expr:
        start = self.token.at
        place = self.place
        parenthesized = self.is_op("(")
        first = self.yield_or_star_expressions()
        if self.token.kind == OP:
            text = self.token.text
            if self.second:
                error = words.wrong_assignment(self, first, place)
                if error is not None:
                    raise error
            if text == "=":
                return self._assignment(start, first)
            if text in words.AUGMENTED and isinstance(first, s.Name | s.Attribute | s.Subscript):
                self.advance()
                value = self.yield_or_star_expressions()
                return s.AugAssign(first, text[:-1], value, self.span_from(start))
            if text == ":":
                return self._annotated(start, first, parenthesized)
        return s.ExprStatement(first, self.span_from(start))

    def _assignment(self, start: s.Span, first: s.Expr) -> s.Expr:
        targets: s.Nodes = []
        value = first
        while self.is_op("="):
            if words.invalid_target(value) is not None or isinstance(value, s.Starred):
                if isinstance(value, s.Starred) and words.invalid_target(value) is None:
                    raise self.error_at("starred assignment target must be in a list or tuple", value.at)
                if self.second:
                    error = words.wrong_assignment(self, value, self.place)
                    if error is not None:
                        raise error
                raise Failed
            targets.append(value)
            self.advance()
            value = self.yield_or_star_expressions()
        if self.second and self.token.kind == OP and self.token.text in words.AUGMENTED:
            raise Failed
        return s.Assign(targets, value, self.span_from(start))

    def _annotated(self, start: s.Span, target: s.Expr, parenthesized: bool) -> s.Expr:
        if not isinstance(target, s.Name | s.Attribute | s.Subscript):
            if self.second and isinstance(target, s.ListExpr | s.TupleExpr):
                here = self.place
                self.advance()
                self.expression()
                self.go_back(here)
                kind = "list" if isinstance(target, s.ListExpr) else "tuple"
                where = target.at if parenthesized or kind == "list" else target.elts[0].at
                raise self.error_at(f"only single target (not {kind}) can be annotated", where)
            if self.second and not self._is_compound_word(target):
                here = self.place
                self.advance()
                self.expression()
                self.go_back(here)
                raise self.error_at("illegal target for annotation", target.at)
            raise Failed
        self.advance()
        annotation = self.expression()
        value = self.yield_or_star_expressions() if self.take_op("=") else None
        simple = int(isinstance(target, s.Name) and not parenthesized)
        return s.AnnAssign(target, annotation, value, simple, self.span_from(start))

    def _is_compound_word(self, target: s.Expr) -> bool:
        return False

    def target_list(self) -> s.Expr:
        """What a loop assigns to, up to `in`."""
        start = self.token.at
        first = self._target()
        if not self.is_op(","):
            if isinstance(first, s.Starred) and self.is_word("in"):
                raise self.error_at("starred assignment target must be in a list or tuple", first.at)
            return first
        found = [first]
        while self.take_op(","):
            if self.is_word("in"):
                break
            found.append(self._target())
        return s.TupleExpr(found, self.span_from(start))

    def _target(self) -> s.Expr:
        start = self.token.at
        if self.is_op("*"):
            self.advance()
            value = self.primary()
            found: s.Expr = s.Starred(value, self.span_from(start))
        else:
            found = self.primary()
        if words.invalid_target(found) is not None:
            raise Failed
        return found

    # type aliases

    def _is_type_alias(self) -> bool:
        following = self.peek()
        return following.kind == NAME and following.text not in KEYWORDS and self.peek(2).text in ("=", "[")

    def _type_alias(self, start: s.Span) -> s.Expr:
        self.advance()
        name = s.Name(self.token.text, self.advance().at)
        parameters = self.type_parameters()
        self.expect_op("=")
        return s.TypeAlias(name, parameters, self.expression(), self.span_from(start))

    def type_parameters(self) -> list[s.TypeParam]:
        """`[T, *Ts, **P]`, if it stands here."""
        found: list[s.TypeParam] = []
        if not self.is_op("["):
            return found
        self.unsupported("type parameters", 12)
        self.advance()
        while not self.is_op("]"):
            start = self.token.at
            kind = "TypeVarTuple" if self.take_op("*") else "ParamSpec" if self.take_op("**") else "TypeVar"
            name = self._plain_name()
            bound = self.expression() if kind == "TypeVar" and self.take_op(":") else None
            default = None
            if self.is_op("="):
                self.unsupported("defaults of type parameters", 13)
                self.advance()
                default = self.star_expression() if kind == "TypeVarTuple" else self.expression()
            found.append(s.TypeParam(kind, name, bound, default, self.span_from(start)))
            if not self.take_op(","):
                break
        if not found:
            raise Failed
        self.expect_op("]")
        return found

    def _plain_name(self) -> str:
        if self.token.kind != NAME or self.token.text in KEYWORDS:
            raise Failed
        return self.advance().text

    # statements that begin with a word

    def _pass(self, start: s.Span) -> s.Expr:
        self.advance()
        return s.Pass(start)

    def _break(self, start: s.Span) -> s.Expr:
        self.advance()
        return s.Break(start)

    def _continue(self, start: s.Span) -> s.Expr:
        self.advance()
        return s.Continue(start)

    def _return(self, start: s.Span) -> s.Expr:
        self.advance()
        value = self.star_expressions() if self.is_op("*") or self.starts_expression() else None
        return s.Return(value, self.span_from(start))

    def _raise(self, start: s.Span) -> s.Expr:
        self.advance()
        exc = cause = None
        if self.starts_expression():
            exc = self.expression()
            if self.take_word("from"):
                cause = self.expression()
        return s.Raise(exc, cause, self.span_from(start))

    def _names(self, start: s.Span, is_global: bool) -> s.Expr:
        self.advance()
        names = [self._plain_name()]
        while self.take_op(","):
            names.append(self._plain_name())
        return (s.Global if is_global else s.Nonlocal)(names, self.span_from(start))

    def _global(self, start: s.Span) -> s.Expr:
        return self._names(start, True)

    def _nonlocal(self, start: s.Span) -> s.Expr:
        return self._names(start, False)

    def _del(self, start: s.Span) -> s.Expr:
        self.advance()
        found: s.Nodes = []
        while True:
            target = self.primary() if not self.second else self.star_expression()
            bad = words.invalid_target(target, stars=False)
            if bad is not None:
                if self.second:
                    raise self.error_at(f"cannot delete {words.name_of(bad)}", bad.at)
                raise Failed
            found.append(target)
            if not self.take_op(",") or self.token.kind == "newline" or self.is_op(";"):
                break
        if not (self.token.kind == "newline" or self.is_op(";")):
            raise Failed
        return s.Delete(found, self.span_from(start))

    def _assert(self, start: s.Span) -> s.Expr:
        self.advance()
        test = self.expression()
        msg = self.expression() if self.take_op(",") else None
        if self.second and self.is_op("="):
            words.check_named_expression(self, test)
        return s.Assert(test, msg, self.span_from(start))

    def _dotted(self) -> str:
        name = self._plain_name()
        while self.take_op("."):
            name += "." + self._plain_name()
        return name

    def _import(self, start: s.Span) -> s.Expr:
        self.advance()
        found = []
        if self.second and self.token.kind == "newline" and self.minor >= 13:
            raise self.error_at("Expected one or more names after 'import'", self.token.at)
        while True:
            at = self.token.at
            name = self._dotted()
            asname = self._plain_name() if self.take_word("as") else None
            found.append(s.Alias(name, asname, self.span_from(at)))
            if not self.take_op(","):
                break
        if self.second and self.is_word("from") and self.minor >= 13:
            self.advance()
            self._dotted()
            raise self.error_at(
                "Did you mean to use 'from ... import ...' instead?",
                start,
                self.last.at,
            )
        return s.Import(found, self.span_from(start))

    def _import_from(self, start: s.Span) -> s.Expr:
        self.advance()
        level = 0
        while self.token.kind == OP and self.token.text in (".", "..."):
            level += len(self.advance().text)
        module = None if level and self.is_word("import") else self._dotted()
        self.expect_word("import")
        if self.is_op("*"):
            names = [s.Alias("*", None, self.advance().at)]
            return s.ImportFrom(module, names, level, self.span_from(start))
        if self.second and self.token.kind == "newline":
            if self.minor >= 13:
                raise self.error_at("Expected one or more names after 'import'", self.token.at)
            raise Failed
        parenthesized = self.take_op("(")
        names = []
        while True:
            at = self.token.at
            name = self._plain_name()
            asname = self._plain_name() if self.take_word("as") else None
            names.append(s.Alias(name, asname, self.span_from(at)))
            if not self.take_op(","):
                break
            if parenthesized and self.is_op(")"):
                break
            if not parenthesized and self.token.kind == "newline":
                if self.second:
                    message = "trailing comma not allowed without surrounding parentheses"
                    raise self.error_at(message, self.token.at)
                raise Failed
        if parenthesized:
            self.expect_op(")")
        return s.ImportFrom(module, names, level, self.span_from(start))


_RULES = {
    "pass": SimpleStatementParser._pass,
    "break": SimpleStatementParser._break,
    "continue": SimpleStatementParser._continue,
    "return": SimpleStatementParser._return,
    "raise": SimpleStatementParser._raise,
    "global": SimpleStatementParser._global,
    "nonlocal": SimpleStatementParser._nonlocal,
    "del": SimpleStatementParser._del,
    "assert": SimpleStatementParser._assert,
    "import": SimpleStatementParser._import,
    "from": SimpleStatementParser._import_from,
}
