"""INSERT, REPLACE, UPDATE and DELETE in MariaDB, with what InnoDB says of keys and references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakedocker.userland.languages.sql.bound import Scope
from fakedocker.userland.languages.sql.my_columns import indexed_of
from fakedocker.userland.languages.sql.my_ranges import ordinals
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.sorting import SortKey, sorted_places
from fakedocker.userland.languages.sql.store import Table
from fakedocker.userland.languages.sql.tree import (
    Default,
    Delete,
    Join,
    Literal,
    Ordering,
    Source,
    Update,
)

if TYPE_CHECKING:
    pass

from fakedocker.userland.languages.sql.my_inserts import MyInserts


class MyWrites(MyInserts):
    """Runs one statement that writes."""

    looked_at: dict[int, int] = {}  # noqa: RUF012  # set by each UPDATE: by which number an error tells of a row

    # UPDATE and DELETE

    def _matched(self, statement: Update | Delete, table: Table) -> tuple[Any, list[tuple[int, Any]]]:
        scope = Scope(None, True)
        binder = self.planner.binder(scope)
        self.session.numbered = statement.table
        loader = self.planner.loader(scope, binder)
        alias = statement.alias
        source: Any = Source(statement.table, None, None, alias, (), False, 0)
        if statement.joined is not None:
            source = statement.joined
            self.session.numbered = _table_of(source, alias)
        from fakedocker.userland.languages.sql.sources import split

        try:
            loaded = loader.load(source, split(statement.where) if statement.where is not None else [])
        finally:
            self.session.numbered = None
        binder.clause = "WHERE"
        where = binder.condition(binder.bind(statement.where), "WHERE") if statement.where is not None else None
        slot = next(field.slot for field in scope.fields if field.name == "\0row")
        found: dict[int, Any] = {}
        rows = [(row, None) for row in loaded.rows(None)]
        self.looked_at = self._ordinals(statement, table, binder, rows, slot)
        for env in rows:
            number = env[0][slot]
            if number is not None and number not in found and (where is None or where.run(env) is True):
                found[number] = env
        matched = list(found.items())
        if statement.order:
            matched = self._ordered(matched, statement.order, binder)
        if statement.limit is not None:
            if not isinstance(statement.limit, Literal):
                raise outside("LIMIT of what is no plain number")
            matched = matched[: int(statement.limit.text)]
        return binder, matched

    def _ordinals(self, statement: Update | Delete, table: Table, binder: Any, rows: list[Any], slot: int) -> dict[int, int]:  # fmt: skip
        """By which number an error tells of each row; none where what is written is counted."""
        if statement.joined is not None or statement.order or isinstance(statement, Delete):
            return {}
        keys = next((c.columns for c in table.constraints if c.kind == "primary"), ())
        numbers = ordinals(statement.where, keys, indexed_of(table), binder.bind, rows)
        return {env[0][slot]: number for env, number in zip(rows, numbers, strict=True)}

    def _ordered(
        self, matched: list[tuple[int, Any]], order: tuple[Ordering, ...], binder: Any
    ) -> list[tuple[int, Any]]:
        binder.clause = "ORDER BY"
        bounds = [binder.bind(ordering.expression) for ordering in order]
        keys = [SortKey(binder.sort_key(bound.type), ordering.descending, not ordering.descending) for bound, ordering in zip(bounds, order, strict=True)]  # fmt: skip
        places = sorted_places(keys, [[bound.run(env) for bound in bounds] for _, env in matched])
        return [matched[place] for place in places]

    def update(self, statement: Update) -> Result:
        database, table = self.session.table(statement.table)
        draft = self._open(database, table)
        target_alias = statement.alias
        names = [name.partition(".") for name, _, _ in statement.assignments]
        qualifiers = {before for before, dot, _ in names if dot}
        if qualifiers - {target_alias}:
            if statement.joined is None or len(qualifiers) > 1:
                raise outside("UPDATE of several tables")
            other = _table_of(statement.joined, next(iter(qualifiers)))
            if other is None:
                raise outside("UPDATE of several tables")
            return self.update(statement._replace(table=other, alias=next(iter(qualifiers))))
        binder, matched = self._matched(statement, table)
        binder.clause = "UPDATE"
        order = {column.name.lower(): place for place, column in enumerate(table.columns)}
        defaults = self._defaults(table)
        changes = []
        current: list[Any] = [None]
        for (before, dot, after), (_, value, _) in zip(names, statement.assignments, strict=True):
            name = after if dot else before
            place = order.get(name.lower())
            if place is None:
                raise SqlError("1054 42S22", f"Unknown column '{name}' in '{self.clause('SET')}'")
            column = table.columns[place]
            run = self._default(defaults, place, table) if isinstance(value, Default) else self._stored(binder.bind(value), column, table)  # fmt: skip
            changes.append((place, column, run))
        assert current is not None
        start = next(field.slot for field in binder.scope.fields if field.relation == target_alias)
        changed = 0
        for number, (identity, env) in enumerate(matched, 1):
            self.context.row_number = self.looked_at.get(identity, number)
            old = draft.view.rows[identity]
            row, values = list(old), list(env[0])
            for place, column, run in changes:  # each sees what those before it have set
                value = run((tuple(values), None))
                if value is None and column.not_null:
                    raise SqlError("1048 23000", f"Column '{column.name}' cannot be null")
                row[place] = values[start + place] = value
            changed += self.changed(table, draft, identity, old, row)
        self._close()
        note = f"Rows matched: {len(matched)}  Changed: {changed}  Warnings: {len(self.context.warnings)}"
        return Result("UPDATE", changed, None, (), note, matched=len(matched), warnings=len(self.context.warnings))

    def delete(self, statement: Delete) -> Result:
        if statement.joined is not None:
            found = _table_of(statement.joined, statement.table.name)
            if found is None:
                raise SqlError("1109 42S02", f"Unknown table '{statement.table.name}' in MULTI DELETE")
            statement = statement._replace(table=found, alias=statement.table.name)
        database, table = self.session.table(statement.table)
        draft = self._open(database, table)
        _, matched = self._matched(statement, table)
        returned = []
        for number, _ in matched:
            if number not in draft.view.rows:
                continue  # gone with another one
            row = draft.view.rows[number]
            returned.append(row)
            self.writer.delete(draft, number)
            self.references.deleted(table, row)
        columns, shown = self._returning(table, statement, returned)
        self._close()
        return Result("DELETE", len(matched), columns, shown)


def _table_of(source: Any, alias: str) -> Any:
    """The name of the table that an alias in a join stands for, as it is in the statement."""
    if isinstance(source, Join):
        return _table_of(source.left, alias) or _table_of(source.right, alias)
    return source.table if source.alias == alias else None
