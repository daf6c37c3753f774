"""What comes behind a query: LIMIT, OFFSET, FETCH, and locks."""

from __future__ import annotations

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql.parser_expressions import ExpressionParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Expression, Literal


class LimitParser(ExpressionParser):
    def _limits(self) -> tuple[Expression | None, Expression | None]:
        limit: Expression | None = None
        offset: Expression | None = None
        while True:
            if self.accept("limit"):
                if not self.mine and self.accept("all"):
                    continue
                limit = self._limit()
                if self.mine and self.accept_mark(","):
                    offset, limit = limit, self._limit()
                elif self.is_mark(",") and not self.mine:
                    self._fail_comma()
            elif self.accept("offset"):
                offset = self._limit()
                self.accept_one_of("row", "rows")
            elif not self.mine and self.is_word("fetch"):
                self.at += 1
                if not self.accept_one_of("first", "next"):
                    self.fail()
                limit = Literal("number", "1", self.token.at, self.token.at)
                if not self.is_one_of("row", "rows"):
                    limit = self.expression()
                if not self.accept_one_of("row", "rows"):
                    self.fail()
                if self.is_word("with"):
                    raise outside("FETCH ... WITH TIES")
                self.expect("only")
            else:
                return limit, offset

    def _limit(self) -> Expression:
        """A number of rows; MariaDB takes no expressions here."""
        token = self.token
        if not self.mine or self.is_mark("?"):
            return self.expression()
        if self.is_name():
            raise SqlError("1327 42000", f"Undeclared variable: {token.text}")
        if token.kind != "number" or not is_digits(token.text):
            self.fail_surely()
        self.at += 1
        if self.token.kind == "mark" and self.token.text not in (",", ")", ";"):
            self.fail_surely()
        return Literal("number", token.text, token.at, token.end)

    def _fail_comma(self) -> None:
        raise SqlError("42601", "LIMIT #,# syntax is not supported", self.tokens[self.at - 2].at, hint="Use separate LIMIT and OFFSET clauses.")  # fmt: skip

    def _locking(self) -> bool:
        if self.is_word("for", "update") or self.is_word("for", "share"):
            self.at += 2
            if self.is_one_of("of", "nowait", "skip"):
                raise outside("FOR UPDATE with more words")
            return True
        return bool(self.mine and self.accept("lock", "in", "share", "mode"))
