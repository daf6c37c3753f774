"""Whole statements: `parse` gives what a text says, in either dialect."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fakedocker.userland.languages.sql.parser_statements import StatementParser
from fakedocker.userland.languages.sql.pg_grammar import wrong_token
from fakedocker.userland.languages.sql.problems import Outside, SqlError, outside
from fakedocker.userland.languages.sql.tokens import POSTGRES
from fakedocker.userland.languages.sql.tree import Expression, Query, Simple, Statement, TableName

_KEPT_STATEMENTS: Final = 512
_MOST_TOKENS: Final = 100_000
_FEW_TOKENS: Final = 1000
"""Longer statements that the parser here takes are not looked at a second time."""


@lru_cache(maxsize=_KEPT_STATEMENTS)
def parse(text: str, dialect: str) -> Statement | None:
    """One statement; None for an empty one. O(length). Raises SqlError or Outside."""
    parser = Parser(text, dialect)
    if parser.token.kind == "end" or (parser.is_mark(";") and parser.peek().kind == "end"):
        return None
    try:
        found = parser.whole()
    except RecursionError:
        raise outside("so deep a statement") from None
    except (SqlError, Outside) as problem:
        if dialect != POSTGRES or len(parser.tokens) > _MOST_TOKENS:
            raise
        raise _as_postgres(parser, problem) from None
    if dialect == POSTGRES and len(parser.tokens) <= _FEW_TOKENS:
        wrong = wrong_token(parser.tokens)
        if wrong is not None:
            raise _syntax_error(parser, wrong)
    return found


def _as_postgres(parser: Parser, problem: SqlError | Outside) -> SqlError | Outside:
    """What PostgreSQL says of a statement that the parser here refuses, by its own grammar's tables."""
    wrong = wrong_token(parser.tokens)
    is_syntax = isinstance(problem, SqlError) and problem.message.startswith("syntax error")
    if wrong is None:
        return outside(f"{parser.token.text.upper() or 'the end'} in this place") if is_syntax else problem
    if isinstance(problem, SqlError) and not is_syntax and wrong >= parser.at:
        return problem  # said while the grammar's rules are followed, before the token is looked at
    return _syntax_error(parser, wrong)


def _syntax_error(parser: Parser, place: int) -> SqlError | Outside:
    token = parser.tokens[place]
    if token.kind == "broken" and parser.problem is not None:
        return parser.problem
    if token.kind == "end":
        return SqlError("42601", "syntax error at end of input", token.at)
    return SqlError("42601", f'syntax error at or near "{parser.text[token.at : token.end]}"', token.at)


class Parser(StatementParser):
    """Every statement; settings, questions, rights and COPY here."""

    # settings and questions

    def _set(self) -> Simple:
        at = self.token.at
        if not self.mine:
            return self._pg_set(at)
        items: list[tuple[str, Expression]] = []
        if self.accept("names"):
            self.take()
            if self.accept("collate"):
                self.take()
            return Simple("set")
        if self.is_one_of("password", "role", "transaction", "character", "default") or self.is_word("global", "transaction") or self.is_word("session", "transaction"):  # fmt: skip
            raise outside(f"SET {self.token.text.upper()}")
        while True:
            scope = self.accept_one_of("global", "session", "local")
            token = self.take()
            if token.kind not in ("variable", "word", "name"):
                self.at -= 1
                self.fail()
            if not (self.accept_mark("=") or self.accept_mark(":=")):
                self.fail()
            name = token.text.lower() if token.kind == "variable" else f"@@{token.text.lower()}"
            if scope == "global":
                raise outside("SET GLOBAL")
            items.append((name, self._setting_value()))
            if not self.accept_mark(","):
                break
        return Simple("set", items=tuple(items))

    def _setting_value(self) -> Expression:
        from fakedocker.userland.languages.sql.tree import Literal

        if self.is_one_of("on", "default"):
            token = self.take()
            return Literal("string", token.text, token.at, token.end)
        return self.expression()

    def _pg_set(self, at: int) -> Simple:
        self.accept_one_of("session", "local")
        if self.is_one_of("transaction", "role", "characteristics", "constraints", "authorization"):
            raise outside(f"SET {self.token.text.upper()}")
        if self.accept("time", "zone"):
            name = "timezone"
        else:
            name = self.name()
            if self.is_mark("."):
                raise outside("settings of one's own")
            if not (self.accept_mark("=") or self.accept("to")):
                self.fail()
        words = [self.take().text]
        while self.accept_mark(","):
            words.append(self.take().text)
        return Simple("set", text=name, words=tuple(words), at=at)

    def _reset(self) -> Simple:
        return Simple("reset", text=self.name())

    def _show(self) -> Simple:
        if not self.mine:
            if self.accept("transaction", "isolation", "level"):
                return Simple("show", text="transaction_isolation")
            if self.accept("time", "zone"):
                return Simple("show", text="timezone")
            return Simple("show", text="all" if self.accept("all") else self.name())
        words = []
        while self.token.kind != "end" and not self.is_mark(";"):
            token = self.take()
            if token.kind in ("number", "variable") or (token.kind == "mark" and token.text not in (".",)):
                raise outside("SHOW with such words")
            words.append(("'" if token.kind == "string" else "") + token.text)
        return Simple("show", words=tuple(words))

    def _use(self) -> Simple:
        if self.token.kind not in ("word", "name"):
            self.fail()
        return Simple("use", text=self.take().text)

    def _describe(self) -> Statement:
        if not self.is_name():
            raise outside("EXPLAIN")
        name = self.table_name()
        if not (self.is_mark(";") or self.token.kind == "end"):
            raise outside("DESCRIBE with more words")
        return Simple("describe", (name,))

    def _desc(self) -> Statement:
        return self._describe()

    def _grant(self) -> Simple:
        return self._rights("GRANT")

    def _revoke(self) -> Simple:
        return self._rights("REVOKE")

    def _rights(self, verb: str) -> Simple:
        words = []
        while self.token.kind != "end" and not self.is_mark(";"):
            token = self.take()
            words.append(token.text if token.kind in ("name", "string") else token.text.lower())
        return Simple("rights", text=verb, words=tuple(words))

    def _flush(self) -> Simple:
        self.expect("privileges")
        return Simple("flush")

    def _shutdown(self) -> Simple:
        return Simple("shutdown")

    def _lock(self) -> Simple:
        if not self.mine:
            raise outside("LOCK")
        self.at = len(self.tokens) - 1
        return Simple("lock")

    def _unlock(self) -> Simple:
        self.expect("tables")
        return Simple("unlock")

    def _comment(self) -> Simple:
        self.expect("on")
        kind = self.accept_one_of("table", "column", "database", "schema", "view", "index")
        if not kind:
            raise outside(f"COMMENT ON {self.token.text.upper()}")
        parts = [self.name()]
        at = self.tokens[self.at - 1].at
        while self.accept_mark("."):
            parts.append(self.name())
        self.expect("is")
        text = "" if self.accept("null") else self.string()
        return Simple("comment", text=text, words=(kind, *parts), at=at)

    def _copy(self) -> Simple:
        at = self.token.at
        query: Query | None = None
        names: tuple[TableName, ...] = ()
        columns: tuple[str, ...] = ()
        if self.is_mark("("):
            self.at += 1
            query = self.query()
            self.expect_mark(")")
        else:
            names = (self.table_name(),)
            columns = self.names() if self.is_mark("(") else ()
        direction = self.accept_one_of("from", "to")
        place = self.accept_one_of("stdin", "stdout")
        if not place:
            raise outside("COPY with files")
        flags = self._copy_options()
        return Simple("copy", names, direction, flags, at=at, query=query, words=columns)

    def _copy_options(self) -> frozenset[str]:
        found = set()
        self.accept("with")
        inside = self.accept_mark("(")
        while self.token.kind == "word":
            if self.accept("csv") or self.accept("format", "csv"):
                found.add("csv")
            elif self.accept("header"):
                self.accept_one_of("true", "on")
                found.add("header")
            elif not self.accept("format", "text"):
                raise outside("COPY with such options")
            self.accept_mark(",")
        if inside:
            self.expect_mark(")")
        return frozenset(found)

    def _analyze(self) -> Simple:
        if self.mine:
            raise outside("ANALYZE")
        if self.is_name():
            self.table_name()
        return Simple("done", text="ANALYZE")

    def _vacuum(self) -> Simple:
        self.accept_one_of("full", "analyze")
        if self.is_name():
            self.table_name()
        return Simple("vacuum", text="VACUUM")

    def _discard(self) -> Simple:
        self.expect("all")
        return Simple("done", text="DISCARD ALL")
