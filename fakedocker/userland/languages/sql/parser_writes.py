"""INSERT, UPDATE and DELETE."""

from __future__ import annotations

from fakedocker.userland.languages.sql.parser_queries import QueryParser
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.tree import (
    Cte,
    Delete,
    Expression,
    From,
    Insert,
    Item,
    Join,
    OnConflict,
    Query,
    Row,
    Source,
    Subquery,
    Update,
    Values,
)

Assignment = tuple[str, Expression, int]


class WriteParser(QueryParser):
    def insert(self, ctes: tuple[Cte, ...] = (), recursive: bool = False) -> Insert:
        mode = self.take().text.lower()
        if self.mine:
            if self.is_one_of("low_priority", "delayed", "high_priority"):
                raise outside(self.token.text.upper())
            if self.accept("ignore"):
                mode = "ignore"
            self.accept("into")
        else:
            self.expect("into")
        table = self.table_name()
        alias = self.name() if not self.mine and self.accept("as") else table.name
        columns = None
        if self.is_mark("(") and not self.begins_query(1) and not self._opens(1):
            columns = self._insert_columns()
        if self.is_one_of("overriding"):
            raise outside("OVERRIDING")
        query = self._insert_source(columns)
        if query is None and self.mine:
            columns, query = self._insert_set()
        conflict = self._on_conflict()
        returning = self._returning()
        return Insert(table, alias, columns, query, conflict, returning, ctes, mode, recursive)

    def _insert_columns(self) -> tuple[tuple[str, int], ...]:
        self.expect_mark("(")
        found: list[tuple[str, int]] = []
        if self.mine and self.accept_mark(")"):
            return ()
        while True:
            at = self.token.at
            name = self.name()
            if self.mine and self.accept_mark("."):
                name = self.name()
            if self.is_mark("[") or self.is_mark("."):
                raise outside("parts of columns in INSERT")
            found.append((name, at))
            if not self.accept_mark(","):
                break
        self.expect_mark(")")
        return tuple(found)

    def _insert_source(self, columns: tuple[tuple[str, int], ...] | None) -> Query | None:
        if self.accept("default"):
            if self.mine:
                self.at -= 1
                self.fail()
            self.expect("values")
            return None
        if self.mine and self.is_word("set"):
            return None
        if self.is_one_of("values", "value") and (self.mine or self.is_word("values")):
            at = self.take().at
            rows = [self._values_row()]
            while self.accept_mark(","):
                rows.append(self._values_row())
            return Query(Values(tuple(rows), at), at=at)
        if self.begins_query() or self.is_mark("("):
            return self.query()
        self.fail()

    def _insert_set(self) -> tuple[tuple[tuple[str, int], ...], Query]:
        at = self.token.at
        self.expect("set")
        assignments = self._assignments()
        row = tuple(value for _, value, _ in assignments)
        return tuple((name, place) for name, _, place in assignments), Query(Values((row,), at), at=at)

    def _on_conflict(self) -> OnConflict | None:
        at = self.token.at
        if self.mine:
            if not self.accept("on"):
                return None
            self.expect("duplicate", "key", "update")
            return OnConflict(None, "", self._assignments(), None, at)
        if not self.accept("on"):
            return None
        self.expect("conflict")
        columns: tuple[str, ...] | None = None
        constraint = ""
        if self.is_mark("("):
            columns = self._conflict_columns()
        elif self.accept("on"):
            self.expect("constraint")
            constraint = self.name()
        self.expect("do")
        if self.accept("nothing"):
            return OnConflict(columns, constraint, None, None, at)
        self.expect("update", "set")
        assignments = self._assignments()
        where = self.expression() if self.accept("where") else None
        return OnConflict(columns, constraint, assignments, where, at)

    def _conflict_columns(self) -> tuple[str, ...]:
        self.expect_mark("(")
        found = []
        while True:
            if self.is_mark("(") or self._opens(1):
                raise outside("ON CONFLICT with expressions")
            found.append(self.name())
            if not self.accept_mark(","):
                break
        self.expect_mark(")")
        if self.is_word("where"):
            raise outside("ON CONFLICT with WHERE")
        return tuple(found)

    def _returning(self) -> tuple[Item, ...]:
        return self.items() if self.accept("returning") else ()

    def _assignments(self) -> tuple[Assignment, ...]:
        found: list[Assignment] = []
        while True:
            if self.is_mark("(") and not self.mine:
                found += self._assigned_row()
            else:
                at = self.token.at
                name = self.name()
                if self.mine and self.accept_mark("."):
                    name = f"{name}.{self.name()}"
                elif self.is_mark("."):
                    self._qualified(name, at)
                if self.is_mark("["):
                    raise outside("parts of columns in SET")
                self.expect_mark("=")
                found.append((name, self.expression(), at))
            if not self.accept_mark(","):
                return tuple(found)

    def _qualified(self, name: str, at: int) -> None:
        raise outside("qualified columns in SET")

    def _assigned_row(self) -> list[Assignment]:
        at = self.token.at
        names = self.names()
        self.expect_mark("=")
        value = self.expression()
        if isinstance(value, Subquery) or not isinstance(value, Row) or len(value.items) != len(names):
            raise outside("rows in SET")
        return [(name, item, at) for name, item in zip(names, value.items, strict=True)]

    def update(self, ctes: tuple[Cte, ...] = (), recursive: bool = False) -> Update:
        self.take()
        if self.mine and self.is_one_of("low_priority", "ignore"):
            raise outside(f"UPDATE {self.token.text.upper()}")
        joined: From | None = None
        if self.mine:
            target = self.sources()
            joined = target if isinstance(target, Join) else None
            first = _first(target)
        else:
            if self.is_word("only"):
                raise outside("UPDATE ONLY")
            first = self._target()
        assert first.table is not None
        self.expect("set")
        assignments = self._assignments()
        source = self.sources() if not self.mine and self.accept("from") else None
        where = self.expression() if self.accept("where") else None
        order = self.ordering() if self.mine and self.is_word("order") else ()
        limit = self.expression() if self.mine and self.accept("limit") else None
        returning = () if self.mine else self._returning()
        return Update(
            first.table, first.alias, assignments, source, where, returning, ctes, order, limit, joined, recursive
        )

    def _target(self) -> Source:
        at = self.token.at
        table = self.table_name()
        alias = table.name
        if self.accept("as") or (self.is_name() and not self.is_word("set") and not self.is_word("using")):
            alias = self.name()
        return Source(table, None, None, alias, (), False, at)

    def delete(self, ctes: tuple[Cte, ...] = (), recursive: bool = False) -> Delete:
        self.take()
        if self.mine and not self.is_word("from"):
            return self._delete_joined()
        self.expect("from")
        if self.is_word("only"):
            raise outside("DELETE FROM ONLY")
        first = self._target()
        if self.mine and (self.is_mark(",") or self.is_word("using")):
            raise outside("DELETE FROM ... USING")
        source = self.sources() if not self.mine and self.accept("using") else None
        where = self.expression() if self.accept("where") else None
        order = self.ordering() if self.mine and self.is_word("order") else ()
        limit = self.expression() if self.mine and self.accept("limit") else None
        returning = self._returning()
        assert first.table is not None
        return Delete(first.table, first.alias, source, where, returning, ctes, order, limit, None, recursive)

    def _delete_joined(self) -> Delete:
        """DELETE a FROM a JOIN b ..."""
        if self.is_one_of("low_priority", "quick", "ignore"):
            raise outside(f"DELETE {self.token.text.upper()}")
        if not self.is_name():
            self.fail()
        name = self.table_name()
        if self.is_mark(",") or self.is_mark("."):
            raise outside("DELETE from several tables")
        self.expect("from")
        joined = self.sources()
        where = self.expression() if self.accept("where") else None
        return Delete(name, name.name, None, where, (), (), (), None, joined)


def _first(source: From) -> Source:
    while isinstance(source, Join):
        source = source.left
    if source.table is None:
        raise outside("UPDATE of a query")
    return source
