"""SQL's statements, as far as small databases are asked. It must not know tables."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql.sql_tokens import RESERVED, Expression, ExpressionParser, Token, Value


class Column(NamedTuple):
    """A column of a table. `type` is as given, in lower case."""

    name: str
    type: str
    needed: bool
    key: str  # "", "primary" or "unique"
    default: Expression | None
    counts: bool  # serial, auto_increment


class Source(NamedTuple):
    """A table of FROM; `join` is "", "inner", "left" or "cross"."""

    table: str
    alias: str
    at: int
    join: str
    condition: Expression | None


class Select(NamedTuple):
    items: tuple[tuple[Expression, str], ...]
    sources: tuple[Source, ...]
    where: Expression | None
    groups: tuple[Expression, ...]
    having: Expression | None
    order: tuple[tuple[Expression, bool], ...]
    limit: int | None
    skip: int
    distinct: bool


class Statement(NamedTuple):
    """A statement: its kind ("select", "create table" ...), what it is about, and its parts by name."""

    kind: str
    name: str
    at: int
    parts: dict[str, Value]


class Parser(ExpressionParser):
    """One statement."""

    def statement(self) -> Statement:
        """The statement. Raises SqlProblem."""
        first = self.token.text.lower()
        reader = _READERS.get(first)
        if self.token.kind != "word" or reader is None:
            raise self.problem()
        at = self.token.at
        found = reader(self)._replace(at=at)
        self.end()
        return found

    def select(self) -> Statement:
        return Statement("select", "", 0, {"select": self.select_body()})

    def select_body(self) -> Select:
        self.expect("select")
        distinct = self.accept("distinct")
        items = [self._item()]
        while self.accept(","):
            items.append(self._item())
        sources = self._sources() if self.accept("from") else ()
        where = self.expression() if self.accept("where") else None
        groups: list[Expression] = []
        if self.accept("group", "by"):
            groups.append(self.expression())
            while self.accept(","):
                groups.append(self.expression())
        having = self.expression() if self.accept("having") else None
        order: list[tuple[Expression, bool]] = []
        if self.accept("order", "by"):
            order.append(self._order())
            while self.accept(","):
                order.append(self._order())
        limit = self._count() if self.accept("limit") else None
        skip = self._count() if self.accept("offset") else 0
        if limit is not None and self.accept(","):
            limit, skip = self._count(), limit
        return Select(tuple(items), sources, where, tuple(groups), having, tuple(order), limit, skip, distinct)

    def _item(self) -> tuple[Expression, str]:
        if self.accept("*"):
            return ("star", ""), ""
        start = self.token.at
        expression = self.expression()
        written = self.text[start : self.token.at].strip()
        if self.accept("as"):
            return expression, self.name()
        plain = self.token.kind == "name" or (self.token.kind == "word" and self.token.text.lower() not in RESERVED)
        if plain:
            return expression, self.name()
        as_written = self.doubled == "string" and expression[0] not in ("column", "star")
        return expression, written.strip("'\"") if as_written else ""  # MySQL heads a column with what was written

    def _sources(self) -> tuple[Source, ...]:
        found = [self._source("")]
        while True:
            if self.accept(","):
                found.append(self._source("cross"))
            elif self.accept("join") or self.accept("inner", "join"):
                found.append(self._source("inner"))
            elif self.accept("left", "join") or self.accept("left", "outer", "join"):
                found.append(self._source("left"))
            elif self.accept("cross", "join"):
                found.append(self._source("cross"))
            else:
                return tuple(found)

    def _source(self, join: str) -> Source:
        at = self.token.at
        table = self.name()
        named = self.accept("as") or (self.token.kind == "word" and self.token.text.lower() not in RESERVED)
        alias = self.name() if named else table
        condition = self.expression() if join in ("inner", "left") and self.accept("on") else None
        return Source(table, alias, at, join, condition)

    def _order(self) -> tuple[Expression, bool]:
        expression = self.expression()
        descends = self.accept("desc")
        self.accept("asc")
        return expression, descends

    def _count(self) -> int:
        if self.token.kind != "number" or not is_digits(self.token.text):
            raise self.problem()
        self.at += 1
        return int(self.tokens[self.at - 1].text)

    def insert(self) -> Statement:
        self.expect("insert")
        ignores = self.accept("ignore")
        self.expect("into")
        at = self.token.at
        table = self.name()
        columns = self.names() if self.is_next("(") else None
        rows: list[tuple[Expression | None, ...]] = []
        if self.accept("default", "values"):
            rows.append(())
            columns = []
        else:
            self.expect("values")
            rows.append(self.row())
            while self.accept(","):
                rows.append(self.row())
        if self.accept("on", "conflict"):
            if self.is_next("("):
                self.names()
            self.expect("do", "nothing")
            ignores = True
        parts = {"columns": columns, "rows": rows, "ignores": ignores, "returning": self._returning(), "table_at": at}
        return Statement("insert", table, 0, parts)

    def _returning(self) -> tuple[tuple[Expression, str], ...]:
        if not self.accept("returning"):
            return ()
        items = [self._item()]
        while self.accept(","):
            items.append(self._item())
        return tuple(items)

    def update(self) -> Statement:
        self.expect("update")
        at = self.token.at
        table = self.name()
        self.expect("set")
        changes = [self._change()]
        while self.accept(","):
            changes.append(self._change())
        where = self.expression() if self.accept("where") else None
        return Statement(
            "update", table, 0, {"changes": changes, "where": where, "returning": self._returning(), "table_at": at}
        )

    def _change(self) -> tuple[str, int, Expression]:
        at = self.token.at
        name = self.name()
        self.expect("=")
        return name, at, self.expression()

    def delete(self) -> Statement:
        self.expect("delete", "from")
        at = self.token.at
        table = self.name()
        where = self.expression() if self.accept("where") else None
        return Statement("delete", table, 0, {"where": where, "returning": self._returning(), "table_at": at})

    def truncate(self) -> Statement:
        self.expect("truncate")
        self.accept("table")
        at = self.token.at
        return Statement("truncate", self.name(), 0, {"table_at": at})

    def create(self) -> Statement:
        self.expect("create")
        if self.accept("table"):
            lenient = self.accept("if", "not", "exists")
            return Statement("create table", self.name(), 0, {"lenient": lenient, "columns": self._columns()})
        if self.accept("database") or self.accept("schema"):
            lenient = self.accept("if", "not", "exists")
            name = self.name()
            self._skip()
            return Statement("create database", name, 0, {"lenient": lenient})
        if self.accept("user") or self.accept("role"):
            lenient = self.accept("if", "not", "exists")
            name = self.token.text
            self.at += 1
            password = self._password()
            return Statement("create role", name, 0, {"lenient": lenient, "password": password})
        self.one_of("index", "unique", "extension", "view")
        return Statement("create other", self.tokens[self.at - 1].text.lower(), 0, {"rest": self._skip()})

    def drop(self) -> Statement:
        self.expect("drop")
        kind = self.one_of("table", "database", "schema", "user", "role", "index", "view", "extension")
        lenient = self.accept("if", "exists")
        at = self.token.at
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        self._skip()
        kind = {"schema": "database", "user": "role"}.get(kind, kind)
        return Statement(f"drop {kind}", names[0], 0, {"lenient": lenient, "names": names, "table_at": at})

    def _skip(self) -> list[Token]:
        """Pass over the rest of the statement, which has no effect here."""
        start = self.at
        while self.token.kind != "end" and self.token.text != ";":
            self.at += 1
        return self.tokens[start : self.at]

    def _password(self) -> str:
        """That of a role; whatever else is said of it is passed over."""
        words = self._skip()
        return next((after.text for word, after in pairwise(words) if word.text.lower() in ("password", "by")), "")

    def _columns(self) -> list[Column]:
        self.expect("(")
        found: list[Column] = []
        while True:
            if self.is_next("primary", "key") or self.is_next("unique"):
                kind = "primary" if self.accept("primary", "key") else "unique"
                self.accept("unique")
                self.accept("key")
                names = self.names()
                single = len(names) == 1  # a key of several columns is accepted and not enforced
                found = [
                    c._replace(key=kind if single else c.key, needed=c.needed or kind == "primary")
                    if c.name in names
                    else c
                    for c in found
                ]
            elif self.token.text.lower() in ("constraint", "foreign", "check", "key", "index"):
                self._pass_column()
            else:
                found.append(self._column())
            if not self.accept(","):
                break
        self.expect(")")
        self._skip()
        return found

    def _column(self) -> Column:
        name = self.name()
        if self.token.kind != "word":
            raise self.problem()
        kind = self.token.text.lower()
        self.at += 1
        if self.accept("varying") or self.accept("precision"):
            kind += f" {self.tokens[self.at - 1].text.lower()}"
        if self.accept("("):
            sizes = [str(self._count())]
            while self.accept(","):
                sizes.append(str(self._count()))
            self.expect(")")
            kind += f"({','.join(sizes)})"
        for words in (("with", "time", "zone"), ("without", "time", "zone"), ("unsigned",)):
            if self.accept(*words):
                kind += f" {' '.join(words)}"
        column = Column(name, kind, False, "", None, "serial" in kind)
        while not self.is_next(",") and not self.is_next(")"):
            column = self._constraint(column)
        return column

    def _constraint(self, column: Column) -> Column:
        if self.accept("not", "null"):
            return column._replace(needed=True)
        if self.accept("null"):
            return column
        if self.accept("primary", "key"):
            return column._replace(key="primary", needed=True)
        if self.accept("unique"):
            return column._replace(key=column.key or "unique")
        if self.accept("auto_increment") or self.accept("autoincrement"):
            return column._replace(counts=True)
        if self.accept("generated"):
            self.one_of("always", "by")
            self.accept("default")
            self.expect("as", "identity")
            return column._replace(counts=True)
        if self.accept("default"):
            return column._replace(default=self._unary())
        if self.accept("references"):
            self.name()
            if self.is_next("("):
                self.names()
            while self.accept("on"):
                self.one_of("delete", "update")
                self.one_of("cascade", "restrict", "set", "no")
                self.one_of("null", "action", "default") if not (self.is_next(",") or self.is_next(")")) else None
            return column
        if self.is_next("check"):
            self._pass_column()
            return column
        raise self.problem()

    def _pass_column(self) -> None:
        """Pass over what is accepted and not enforced, up to the comma or parenthesis behind it."""
        depth = 0
        while self.token.kind != "end":
            if depth == 0 and self.token.text in (",", ")"):
                return
            depth += {"(": 1, ")": -1}.get(self.token.text, 0)
            self.at += 1

    def alter(self) -> Statement:
        self.expect("alter")
        if not self.accept("table"):
            self.one_of("user", "role", "database")
            name = self.token.text
            password = self._password()
            return Statement("alter role", name, 0, {"password": password})
        at = self.token.at
        name = self.name()
        if self.accept("owner", "to"):
            self.name()  # everything belongs to everybody
            return Statement("alter table", name, 0, {"table_at": at})
        if self.accept("add"):
            self.accept("column")
            return Statement("alter table", name, 0, {"add": self._column_alone(), "table_at": at})
        self.expect("drop")
        self.accept("column")
        return Statement("alter table", name, 0, {"drop": self.name(), "table_at": at})

    def _column_alone(self) -> Column:
        name_at = self.at
        while self.token.kind != "end" and self.token.text != ";":
            self.at += 1
        here = self.tokens[self.at]
        self.tokens[self.at : self.at] = [Token("mark", ")", here.at)]
        self.at = name_at
        column = self._column()
        self.expect(")")
        return column

    def word(self) -> Statement:
        """A statement that is a word with nothing, or nothing that matters, behind it."""
        kind = self.name()
        return Statement(kind, "", 0, {"rest": self._skip()})


_READERS: Final = {
    "select": Parser.select,
    "insert": Parser.insert,
    "update": Parser.update,
    "delete": Parser.delete,
    "truncate": Parser.truncate,
    "create": Parser.create,
    "drop": Parser.drop,
    "alter": Parser.alter,
} | dict.fromkeys(
    "begin start commit rollback end show set use describe desc grant revoke flush vacuum analyze explain lock unlock".split(),
    Parser.word,
)
