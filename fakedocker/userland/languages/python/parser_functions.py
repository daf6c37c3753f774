"""Functions, their parameters, classes and decorators, from tokens to the syntax tree."""

from __future__ import annotations

from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.lexer import KEYWORDS, NAME
from fakedocker.userland.languages.python.parser_base import Failed
from fakedocker.userland.languages.python.parser_statements import SimpleStatementParser


class FunctionParser(SimpleStatementParser):
    def block(self, what: str, line: int) -> s.Nodes:
        raise NotImplementedError

    def decorated(self) -> s.Expr:
        """A function or a class with its decorators."""
        decorators = []
        while self.take_op("@"):
            decorators.append(self.named_expression())
            if self.token.kind != "newline":
                raise Failed
            self.advance()
        start = self.token.at
        if self.is_word("def"):
            return self.function(start, decorators, False)
        if self.is_word("class"):
            return self.class_definition(start, decorators)
        if self.is_word("async") and self.peek().text == "def":
            self.advance()
            return self.function(start, decorators, True)
        raise Failed

    def function(self, start: s.Span, decorators: s.Nodes, is_async: bool) -> s.Expr:
        """A function, from `def`."""
        word = self.advance().at
        name = self._plain_name()
        type_params = self.type_parameters()
        if self.minor >= 11:
            self.force_op("(")
        else:
            self.expect_op("(")
        arguments = self.parameters(")", annotated=True)
        self.expect_op(")")
        returns = self.expression() if self.take_op("->") else None
        self.force_op(":")
        body = self.block("function definition", word[0])
        last = body[-1].at
        at = (start[0], start[1], last[2], last[3])
        return s.FunctionDef(name, arguments, body, decorators, returns, type_params, is_async, at)

    def parameters(self, closing: str, annotated: bool) -> s.Arguments:
        """Parameters up to the closing token, which is not passed."""
        positional: list[s.Arg] = []
        defaults: s.Nodes = []
        posonly: list[s.Arg] = []
        vararg = kwarg = None
        keyword_only: list[s.Arg] = []
        keyword_defaults: s.Nodes = []
        starred = False
        while not self.is_op(closing):
            if self.is_op("/"):
                self._check_slash(posonly, positional, starred)
                posonly, positional = positional, []
                self.advance()
            elif self.is_op("*"):
                self._check_star(starred)
                starred = True
                at = self.advance().at
                if self.is_op(","):
                    self._check_bare_star(closing, at)
                elif self.is_op(closing):
                    if self.second:
                        words = "named arguments must follow bare *"
                        raise self.error_at(words, at)
                    raise Failed
                else:
                    vararg = self._parameter(annotated, star=True)
                    if self.second and self.is_op("="):
                        raise self.error_at("var-positional argument cannot have default value", self.token.at)
            elif self.take_op("**"):
                kwarg = self._parameter(annotated)
                if self.second and self.is_op("="):
                    raise self.error_at("var-keyword argument cannot have default value", self.token.at)
                if self.second and self.is_op(",") and self.peek().text not in (closing,):
                    self.advance()
                    raise self.error_at("arguments cannot follow var-keyword argument", self.token.at)
                self.take_op(",")
                break
            else:
                parameter = self._parameter(annotated)
                default = self._default(closing)
                if starred:
                    keyword_only.append(parameter)
                    keyword_defaults.append(default)
                else:
                    if default is None and defaults:
                        if self.second:
                            raise self._non_default(parameter)
                        raise Failed
                    positional.append(parameter)
                    if default is not None:
                        defaults.append(default)
            if not self.take_op(","):
                break
        return s.Arguments(posonly, positional, vararg, keyword_only, keyword_defaults, kwarg, defaults)

    def _default(self, closing: str) -> s.Expr:
        if not self.is_op("="):
            return None
        self.advance()
        if self.second and closing != ":" and (self.is_op(closing) or self.is_op(",")):
            raise self.error_at("expected default value expression", self.last.at)
        return self.expression()

    def _non_default(self, parameter: s.Arg) -> Exception:
        if self.minor < 12:
            return self.error_at(
                "non-default argument follows default argument",
                (*parameter.at[:2], *self.last.at[2:]) if self.minor < 12 else parameter.at,
            )
        return self.error_at("parameter without a default follows parameter with a default", parameter.at)

    def _check_slash(self, posonly: list[s.Arg], positional: list[s.Arg], starred: bool) -> None:
        if self.second:
            if starred:
                raise self.error_at("/ must be ahead of *", self.token.at)
            if posonly:
                raise self.error_at("/ may appear only once", self.token.at)
            if not positional:
                raise self.error_at("at least one argument must precede /", self.token.at)
        elif starred or posonly or not positional:
            raise Failed

    def _check_star(self, starred: bool) -> None:
        if starred:
            if self.second:
                raise self.error_at("* argument may appear only once", self.token.at)
            raise Failed

    def _check_bare_star(self, closing: str, at: s.Span) -> None:
        following = self.peek()
        if following.text in (closing, "**"):
            if self.second:
                raise self.error_at("named arguments must follow bare *", at)
            raise Failed

    def _parameter(self, annotated: bool, star: bool = False) -> s.Arg:
        start = self.token.at
        if self.second and self.is_op("("):
            raise self._parenthesized_parameter(annotated)
        if self.token.kind != NAME or self.token.text in KEYWORDS:
            raise Failed
        name = self.advance().text
        annotation = None
        if annotated and self.take_op(":"):
            annotation = self.star_expression() if star and self.minor >= 11 else self.expression()
        return s.Arg(name, annotation, self.span_from(start))

    def _parenthesized_parameter(self, annotated: bool) -> Exception:
        start = self.advance().at
        while not self.is_op(")"):
            if self.token.kind != NAME and not self.is_op(","):
                raise Failed
            self.advance()
        end = self.advance().at
        kind = "Function" if annotated else "Lambda expression"
        return self.error_at(f"{kind} parameters cannot be parenthesized", start, end)

    def class_definition(self, start: s.Span, decorators: s.Nodes) -> s.Expr:
        """A class, from `class`."""
        word = self.advance().at
        name = self._plain_name()
        type_params = self.type_parameters()
        bases: s.Nodes = []
        keywords: s.Nodes = []
        if self.is_op("("):
            self.call_opening = self.advance().at
            bases, keywords = self.call_arguments()
            self.expect_op(")")
        if self.is_op(":"):
            self.advance()
        else:
            if self.second and self.token.kind == "newline":
                raise self.error_at("expected ':'", self.token.at)
            raise Failed
        body = self.block("class definition", word[0])
        last = body[-1].at
        at = (start[0], start[1], last[2], last[3])
        return s.ClassDef(name, bases, keywords, body, decorators, type_params, at)
