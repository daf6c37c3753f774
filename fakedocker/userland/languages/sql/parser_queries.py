"""Queries: SELECT, VALUES, unions, WITH, FROM."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql import keywords
from fakedocker.userland.languages.sql.parser_limits import LimitParser
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Call,
    Combined,
    Core,
    Cte,
    Expression,
    From,
    Item,
    Join,
    Ordering,
    Query,
    Source,
    Star,
    Statement,
    Values,
    Window,
)

_NOT_ALIASES = frozenset("set on using where group having order limit union except intersect window for offset fetch returning left right full inner cross join natural straight_join partition force use ignore lock procedure into as when".split())  # fmt: skip


_BEHIND_ITEMS: Final = "from where group having window order limit offset fetch for into union intersect except".split()
"""What may follow SELECT in PostgreSQL where nothing is selected."""


class QueryParser(LimitParser):
    def statement(self) -> Statement:
        raise NotImplementedError

    def query(self) -> Query:
        """A whole query, with WITH before and ORDER BY and LIMIT after it."""
        self.deeper()
        at = self.token.at
        ctes, recursive = self.ctes()
        found = self._unions(0)
        order: tuple[Ordering, ...] = ()
        if self.is_word("order"):
            order = self.ordering()
        limit, offset = self._limits()
        locking = self._locking()
        self.depth -= 1
        if isinstance(found, Query):
            if not (ctes or order or limit or offset or locking):
                return found
            if found.order or found.limit or found.offset or found.ctes:
                if not order and not limit and not offset and not found.ctes:
                    return found._replace(ctes=ctes, recursive=recursive)
                raise outside("a query in parentheses with more behind it")
            return found._replace(
                ctes=ctes, recursive=recursive, order=order, limit=limit, offset=offset, locking=locking
            )
        return Query(found, ctes, recursive, order, limit, offset, locking, at)

    def ctes(self) -> tuple[tuple[Cte, ...], bool]:
        if not self.accept("with"):
            return (), False
        recursive = self.accept("recursive")
        found = [self._cte()]
        while self.accept_mark(","):
            found.append(self._cte())
        return tuple(found), recursive

    def _cte(self) -> Cte:
        at = self.token.at
        name = self.name()
        columns = self.names() if self.is_mark("(") else ()
        self.expect("as")
        if not self.mine and self.is_one_of("not", "materialized"):
            self.accept("not")
            self.expect("materialized")
        self.expect_mark("(")
        statement = self.statement() if self.is_one_of("insert", "update", "delete") and not self.mine else self.query()
        self.expect_mark(")")
        if self.is_one_of("search", "cycle"):
            raise outside(f"{self.token.text.upper()} of WITH")
        return Cte(name, columns, statement, at)

    def _unions(self, least: int) -> Core | Values | Combined | Query:
        left = self._part()
        while True:
            operator = self.token.text.lower() if self.is_one_of("union", "intersect", "except") else ""
            power = 2 if operator == "intersect" else 1
            if not operator or power <= least:
                return left
            at = self.take().at
            every = self.accept("all")
            if not every:
                self.accept("distinct")
            self.deeper()
            right = self._unions(power)
            self.depth -= 1
            left = Combined(operator, every, _query_of(left), _query_of(right), at)

    def _part(self) -> Core | Values | Combined | Query:
        if self.is_mark("("):
            self.at += 1
            if not (self.is_mark("(") or self.begins_query()):
                self.fail()
            found = self.query()
            self.expect_mark(")")
            return found
        if self.is_word("values"):
            at = self.take().at
            rows = [self._values_row()]
            while self.accept_mark(","):
                rows.append(self._values_row())
            return Values(tuple(rows), at)
        if not self.mine and self.is_word("table"):
            return self._whole_table()
        return self._select()

    def _whole_table(self) -> Core:
        """TABLE name, which is SELECT * FROM name."""
        token = self.take()
        if self.is_word("only"):
            raise outside("TABLE ONLY")
        at = self.token.at
        table = self.table_name()
        self.accept_mark("*")
        source = Source(table, None, None, table.name, (), False, at)
        return Core((Item(Star((), token.at, token.end), None, "*"),), source, None, None, None, False, (), (), token.at)  # fmt: skip

    def _values_row(self) -> tuple[Expression, ...]:
        self.expect_mark("(")
        if self.mine and self.accept_mark(")"):
            return ()
        found = self.expressions()
        self.expect_mark(")")
        return found

    def _select(self) -> Core:
        at = self.token.at
        self.expect("select")
        distinct = False
        distinct_on: tuple[Expression, ...] = ()
        if self.mine and self.is_one_of("sql_calc_found_rows", "high_priority", "straight_join", "sql_no_cache", "sql_cache"):  # fmt: skip
            raise outside(self.token.text.upper())
        if self.mine:
            distinct = self._my_distinct()
        elif self.accept("distinct"):
            distinct = True
            if not self.mine and self.accept("on"):
                self.expect_mark("(")
                distinct_on = self.expressions()
                self.expect_mark(")")
        else:
            self.accept("all")
        items: tuple[Item, ...] = ()
        if self.mine or distinct or not (self.is_one_of(*_BEHIND_ITEMS) or self.is_mark(";") or self.is_mark(")") or self.token.kind == "end"):  # fmt: skip
            items = self.items()
        if self.is_word("into"):
            raise outside("SELECT INTO")
        is_alone = not self.accept("from") or (self.mine and self.accept("dual"))
        around, self.aliases = self.aliases, set()
        source = None if is_alone else self.sources()
        self.aliases = around
        where = self.expression() if self.accept("where") else None
        group: tuple[Expression, ...] | None = None
        rollup = False
        if self.accept("group"):
            self.expect("by")
            if self.is_one_of("rollup", "cube", "grouping") and self._opens(1):
                raise outside(f"GROUP BY {self.token.text.upper()}")
            group = self.expressions()
            if self.mine and self.is_one_of("asc", "desc"):
                raise outside("GROUP BY with an order")
            if self.mine and self.accept("with", "rollup"):
                raise outside("WITH ROLLUP")
        having = self.expression() if self.accept("having") else None
        windows: list[tuple[str, Window]] = []
        if self.accept("window"):
            while True:
                name = self.name()
                self.expect("as")
                windows.append((name, self.window()))
                if not self.accept_mark(","):
                    break
        return Core(items, source, where, group, having, distinct, distinct_on, tuple(windows), at, rollup)

    def _my_distinct(self) -> bool:
        """[ALL | DISTINCT ...] of MariaDB, as often as somebody likes."""
        found: set[str] = set()
        while word := self.accept_one_of("all", "distinct", "distinctrow"):
            found.add("all" if word == "all" else "distinct")
        if len(found) > 1:
            raise SqlError("1221 HY000", "Incorrect usage of ALL and DISTINCT", self.token.at)
        return "distinct" in found

    def items(self) -> tuple[Item, ...]:
        """What is selected or returned."""
        found = [self._item()]
        while self.accept_mark(","):
            found.append(self._item())
        return tuple(found)

    def _item(self) -> Item:
        token = self.token
        if self.accept_mark("*"):
            return Item(Star((), token.at, token.end), None, "*")
        expression = self.expression()
        written = self.text[token.at : self.last_end]
        if isinstance(expression, Star):
            return Item(expression, None, written)
        if self.accept("as"):
            return Item(expression, self.label(), written)
        if self.mine:
            if self.is_name() or self.token.kind == "string":
                return Item(expression, self.take().text, written)
        elif self.token.kind == "name" or (self.token.kind == "word" and self._is_bare_label()):
            return Item(expression, self.take().text, written)
        return Item(expression, None, written)

    def _is_bare_label(self) -> bool:
        word = self.token.text
        if (
            word
            in keywords.PG_RESERVED | keywords.PG_FUNCTION_NAMES | keywords.PG_COLUMN_NAMES | keywords.PG_UNRESERVED
        ):
            return word not in keywords.PG_LABELS_AFTER_AS and word not in ("and", "or", "is", "in", "like", "ilike", "between", "not", "collate", "at", "operator", "similar", "notnull")  # fmt: skip
        return True

    # FROM

    def sources(self) -> From:
        """Tables with commas and joins between."""
        found = self.joined()
        while self.is_mark(","):
            at = self.take().at
            found = Join("cross", found, self.joined(), None, None, False, at)
        return found

    def joined(self) -> From:
        left = self._source()
        while True:
            at = self.token.at
            natural = self.accept("natural")
            kind = self.accept_one_of("inner", "left", "right", "full", "cross")
            if self.mine and kind == "full":
                self.at -= 1
                return left
            if self.mine and self.is_word("straight_join"):
                raise outside("STRAIGHT_JOIN")
            if kind in ("left", "right", "full"):
                self.accept("outer")
            if not kind and not natural and not self.is_word("join"):
                return left
            self.expect("join")
            left = self._join(left, kind or "inner", natural, at)

    def _join(self, left: From, kind: str, natural: bool, at: int) -> From:
        self.deeper()
        right = self._source()
        if (
            not natural
            and kind != "cross"
            and self.is_one_of("join", "left", "inner", "right")
            and not self.is_word("on")
        ):
            raise outside("joins within joins without parentheses")
        self.depth -= 1
        if natural:
            return Join(kind, left, right, None, None, True, at)
        if kind == "cross" and not (self.mine and self.is_one_of("on", "using")):
            return Join(kind, left, right, None, None, False, at)
        if self.accept("on"):
            return Join("inner" if kind == "cross" else kind, left, right, self.expression(), None, False, at)
        if self.accept("using"):
            return Join("inner" if kind == "cross" else kind, left, right, None, self.names(), False, at)
        if self.mine and kind == "inner":
            return Join("cross", left, right, None, None, False, at)
        self.fail()

    def _source(self) -> From:
        at = self.token.at
        lateral = self.accept("lateral")
        if self.is_mark("("):
            self.at += 1
            if self.begins_query() or self.is_mark("("):
                return self._derived(at, lateral)
            found = self.sources() if self.mine else self.joined()
            self.expect_mark(")")
            if not isinstance(found, Join):
                self.at -= 1
                self.fail()
            if self.is_name() and not self.is_one_of(*_NOT_ALIASES):
                raise outside("an alias of a join")
            return found
        if self.is_word("only") or self.is_word("rows", "from"):
            raise outside(f"FROM {self.token.text.upper()}")
        if not self.mine and self.token.kind in ("word", "name") and self._opens(1) and self.is_function_name():
            name = self.take().text
            call = self._call(name, at)
            assert isinstance(call, Call)
            ordinality = self.accept("with", "ordinality")
            alias, columns = self._alias()
            return Source(None, None, call, alias or name, columns, lateral, at, ordinality)
        table = self.table_name()
        self.accept_mark("*") if not self.mine else None
        alias, columns = self._alias()
        if self.mine and not table.schema:
            self._add_alias(alias or table.name)
        if self.mine and self.is_one_of("use", "force", "ignore") and self.peek().text.lower() in ("index", "key"):
            raise outside("index hints")
        if self.is_one_of("tablesample", "partition"):
            raise outside(self.token.text.upper())
        return Source(table, None, None, alias or table.name, columns, lateral, at)

    def _add_alias(self, alias: str) -> None:
        """MariaDB looks at a table's name when it has read it (add_table_to_list in sql_parse.cc)."""
        if alias in self.aliases:
            raise SqlError("1066 42000", f"Not unique table/alias: '{alias}'")
        self.aliases.add(alias)

    def is_function_name(self) -> bool:
        return self.token.kind == "name" or self.token.text not in keywords.PG_RESERVED

    def _derived(self, at: int, lateral: bool) -> From:
        query = self.query()
        self.expect_mark(")")
        alias, columns = self._alias()
        if not alias and not self.mine:
            hint = "For example, FROM (SELECT ...) [AS] foo."
            raise SqlError("42601", "subquery in FROM must have an alias", at, hint=hint)
        if not alias:
            if not self.is_mysql:
                self.fail()
            raise SqlError("1248 42000", "Every derived table must have its own alias")
        return Source(None, query, None, alias, columns, lateral, at)

    def _alias(self) -> tuple[str, tuple[str, ...]]:
        named = self.accept("as") or (self.mine and not self.is_mysql and self.accept_mark("="))
        if not named and (
            not self.is_name() or (self.token.kind == "word" and self.token.text.lower() in _NOT_ALIASES)
        ):
            return "", ()
        alias = self.name()
        columns: tuple[str, ...] = ()
        if self.is_mark("(") and not (self.mine and not named):
            columns = self._column_names()
        return alias, columns

    def _column_names(self) -> tuple[str, ...]:
        self.expect_mark("(")
        found = [self.name()]
        while True:
            if self.is_name():
                raise outside("the types of a function's columns")
            if not self.accept_mark(","):
                break
            found.append(self.name())
        self.expect_mark(")")
        return tuple(found)


def _query_of(part: Core | Values | Combined | Query) -> Query:
    return part if isinstance(part, Query) else Query(part, at=part.at)
