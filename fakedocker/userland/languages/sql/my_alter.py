"""ALTER TABLE in MariaDB."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Scope
from fakedocker.userland.languages.sql.my_types import INTEGERS, TEXTS, stored
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import (
    Column,
    Constraint,
    Database,
    Table,
    kept,
    view_of,
    with_table,
    without_table,
)
from fakedocker.userland.languages.sql.tree import AlterAction, AlterTable
from fakedocker.userland.languages.sql.writing import Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_tables import MyTables


class MyAlteration:
    """Runs one ALTER TABLE."""

    def __init__(self, made: MyTables, statement: AlterTable) -> None:
        self.made, self.session, self.statement = made, made.session, statement

    def run(self) -> Result:
        if self.statement.missing_ok:
            raise outside("ALTER TABLE IF EXISTS")
        database, table = self.session.table(self.statement.table)
        if table.view:
            raise outside("ALTER TABLE of a view")
        self.database = database
        for action in self.statement.actions:
            table = getattr(self, "_" + action.kind.replace(" ", "_"))(table, action)
        self.session.put(with_table(self.session.current(database.name), table) if table.name == self.statement.table.name else self._renamed(table))  # fmt: skip
        if all(action.kind == "switch keys" for action in self.statement.actions):
            return Result("ALTER TABLE")
        return Result("ALTER TABLE", note="Records: 0  Duplicates: 0  Warnings: 0")

    def _switch_keys(self, table: Table, action: AlterAction) -> Table:
        """DISABLE KEYS and ENABLE KEYS, which InnoDB does not have: MySQL notes it, MariaDB 10.11 says nothing."""
        if self.session.mysql:
            said = f"Table storage engine for '{table.name}' doesn't have this option"
            self.session.context.warnings.append(("Note", 1031, said))
        return table

    def _renamed(self, table: Table) -> Database:
        database = self.session.current(self.database.name)
        old = database.tables["", self.statement.table.name]
        return with_table(without_table(database, old), table)

    def _place(self, table: Table, name: str) -> int:
        for place, column in enumerate(table.columns):
            if column.name.lower() == name.lower():
                return place
        raise SqlError("1054 42S22", f"Unknown column '{name}' in '{table.name}'")

    def _moved(self, table: Table, place: int, position: str) -> Table:
        """A table with its column at `place` put where FIRST or AFTER says."""
        if not position:
            return table
        to = 0 if position == "first" else self._place(table, position.removeprefix("after ")) + 1
        to -= to > place
        order = [n for n in range(len(table.columns)) if n != place]
        order.insert(to, place)
        columns = tuple(table.columns[n] for n in order)
        rows = type(table.rows)({number: tuple(row[n] for n in order) for number, row in table.rows.items()})
        return replace(table, columns=columns, rows=rows)

    def _add_column(self, table: Table, action: AlterAction) -> Table:
        definition = action.column
        assert definition is not None
        if any(column.name.lower() == definition.name.lower() for column in table.columns):
            if action.missing_ok:
                self.session.context.warnings.append(("Note", 1060, f"Duplicate column name '{definition.name}'"))
                return table
            raise SqlError("1060 42S21", f"Duplicate column name '{definition.name}'")
        column = self.made.column(definition)
        if column.counts:
            raise outside("ADD of a column that counts")
        value = self._initial(column)
        rows = type(table.rows)({number: (*row, kept(value)) for number, row in table.rows.items()})
        table = replace(table, columns=(*table.columns, column), rows=rows)
        for key in definition.keys:
            table = self._keyed(table, key, in_column=True)
        return self._moved(table, len(table.columns) - 1, definition.position)

    def _initial(self, column: Column) -> object:
        if column.default:
            binder = self.made.planner.binder(Scope(None, True))
            bound = self.session.bound_text(column.default, binder)
            return stored(bound.run(((), None)), bound.type, column, "", 1)
        if not column.not_null:
            return None
        if column.type in INTEGERS:
            return 0
        if column.type == "decimal":
            from decimal import Decimal

            return Decimal(0).scaleb(-((*column.modifiers, 0)[1] if len(column.modifiers) > 1 else 0))
        if column.type in TEXTS:
            return column.labels[0] if column.labels else ""
        if column.type in ("double", "float"):
            return 0.0
        raise outside("the first value of such a column")

    def _keyed(self, table: Table, key: object, in_column: bool = False) -> Table:
        from fakedocker.userland.languages.sql.tree import KeyDef

        assert isinstance(key, KeyDef)
        wide = self.made.add_key(self.database, table, key, in_column)
        self._check_rows(table, wide, key.kind)
        return wide

    def _check_rows(self, table: Table, wide: Table, kind: str) -> None:
        if not table.rows:
            return
        session, made = self.session, wide.constraints[-1]
        from fakedocker.userland.languages.sql.my_references import References, shown
        from fakedocker.userland.languages.sql.my_writes import MyWrites

        writer = Writer(with_table(self.database, wide), session.context, session.key_of)
        draft = writer.draft("", wide.name)
        writes = MyWrites(session)
        writes.database, writes.writer = self.database, writer
        writes.references = References(session, writer, self.database.name)
        for number, row in draft.view.rows.items():
            if kind in ("primary", "unique"):
                places = writer.places(wide, made.columns)
                if kind == "primary" and any(row[place] is None for place in places):
                    raise outside("a primary key over null")
                if writer.conflict(draft, made, row, number) is not None:
                    later = [r for n, r in draft.view.rows.items() if n > number and tuple(r[p] for p in places) == tuple(row[p] for p in places)]  # fmt: skip
                    raise writes._duplicate(wide, made, later[0] if later else row)
            elif kind == "check":
                writes.check(replace(wide, constraints=(made,)), row)
            elif kind == "foreign":
                try:
                    writes.references._refers(wide, made, row)
                except SqlError:
                    raise outside(f"rows that {shown(made, '')} does not allow") from None

    def _add_key(self, table: Table, action: AlterAction) -> Table:
        return self._keyed(table, action.key)

    def _drop_column(self, table: Table, action: AlterAction) -> Table:
        if all(column.name.lower() != action.name.lower() for column in table.columns):
            if action.missing_ok:
                self.session.context.warnings.append(
                    ("Note", 1091, f"Can't DROP COLUMN `{action.name}`; check that it exists")
                )
                return table
            raise SqlError("1091 42000", f"Can't DROP COLUMN `{action.name}`; check that it exists")
        place = self._place(table, action.name)
        name = table.columns[place].name
        if any(c.kind in ("foreign", "check") and (name in c.columns or name in c.check) for c in table.constraints):
            raise outside("DROP COLUMN of what constraints use")
        constraints = []
        for constraint in table.constraints:
            rest = tuple(column for column in constraint.columns if column != name)
            if rest != constraint.columns and constraint.kind in ("primary", "unique") and rest:
                raise outside("DROP COLUMN of a part of a key")
            if rest or not constraint.columns:
                constraints.append(replace(constraint, columns=rest))
        rows = type(table.rows)({number: (*row[:place], *row[place + 1 :]) for number, row in table.rows.items()})
        return replace(
            table,
            columns=(*table.columns[:place], *table.columns[place + 1 :]),
            constraints=tuple(constraints),
            rows=rows,
        )

    def _change_column(self, table: Table, action: AlterAction) -> Table:
        definition = action.column
        assert definition is not None
        place = self._place(table, action.name)
        old = table.columns[place]
        if any((c.kind == "foreign" and old.name in c.columns) or c.kind == "check" for c in table.constraints):
            raise outside("changing a column that constraints use")
        for other in self.database.tables.values():
            if any(
                c.kind == "foreign" and c.target == ("", table.name) and old.name in c.target_columns
                for c in other.constraints
            ):
                raise outside("changing a column that is referred to")
        column = self.made.column(definition)
        if any(c.kind == "primary" and old.name in c.columns for c in table.constraints):
            column = replace(column, not_null=True)
        rows = {}
        shown = f"`{self.database.name}`.`{table.name}`"
        from fakedocker.userland.languages.sql.my_columns import kind_of

        for number, (identity, row) in enumerate(sorted(view_of(table).rows.items()), 1):
            value = stored(row[place], kind_of(old), column, shown, number)
            if value is None and column.not_null:
                raise SqlError("1265 01000", f"Data truncated for column '{column.name}' at row {number}")
            rows[identity] = kept((*row[:place], value, *row[place + 1 :]))

        def fresh(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(column.name if name == old.name else name for name in names)

        constraints = tuple(replace(c, columns=fresh(c.columns)) for c in table.constraints)
        columns = (*table.columns[:place], column, *table.columns[place + 1 :])
        table = replace(table, columns=columns, constraints=constraints, rows=type(table.rows)(rows))
        for key in definition.keys:
            table = self._keyed(table, key, in_column=True)
        return self._moved(table, place, definition.position)

    def _rename_column(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        old = table.columns[place]
        if any(column.name.lower() == action.text.lower() for column in table.columns if column is not old):
            raise SqlError("1060 42S21", f"Duplicate column name '{action.text}'")
        if any(
            c.kind == "check" and re.search(rf"\b{re.escape(old.name)}\b", c.check, re.I) for c in table.constraints
        ):
            raise outside("renaming a column that a constraint is about")

        def fresh(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(action.text if name == old.name else name for name in names)

        constraints = tuple(replace(c, columns=fresh(c.columns), target_columns=fresh(c.target_columns) if c.target == ("", table.name) else c.target_columns) for c in table.constraints)  # fmt: skip
        columns = (*table.columns[:place], replace(old, name=action.text), *table.columns[place + 1 :])
        self._retarget(table.name, table.name, fresh)
        return replace(table, columns=columns, constraints=constraints)

    def _retarget(self, name: str, new_name: str, fresh: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """The foreign keys of other tables refer to a table by its new name and its columns' new names."""
        database = self.session.current(self.database.name)
        for other in database.tables.values():
            if other.name == name or not any(c.target == ("", name) for c in other.constraints):
                continue
            constraints = tuple(
                replace(c, target=("", new_name), target_columns=fresh(c.target_columns))
                if c.target == ("", name)
                else c
                for c in other.constraints
            )
            database = with_table(database, replace(other, constraints=constraints))
        self.session.put(database)
        self.database = database

    def _rename_table(self, table: Table, action: AlterAction) -> Table:
        if ("", action.name) in self.database.tables:
            raise SqlError("1050 42S01", f"Table '{action.name}' already exists")
        self._retarget(table.name, action.name, lambda names: names)
        made = f"{table.name}_ibfk_"  # how InnoDB names what nobody has named
        constraints = tuple(
            replace(
                c,
                name=f"{action.name}_ibfk_{c.name.removeprefix(made)}"
                if c.kind == "foreign" and c.name.startswith(made)
                else c.name,
                target=("", action.name) if c.target == ("", table.name) else c.target,
            )
            for c in table.constraints
        )
        table = replace(table, constraints=constraints)
        self.session.set_counter(self.database.name, action.name, self.session.counter(self.database.name, table.name))
        return replace(table, name=action.name)

    def _drop_primary(self, table: Table, action: AlterAction) -> Table:
        primary = next((c for c in table.constraints if c.kind == "primary"), None)
        if primary is None:
            raise SqlError("1091 42000", "Can't DROP INDEX `PRIMARY`; check that it exists")
        if any(column.counts for column in table.columns):
            raise SqlError(
                "1075 42000",
                "Incorrect table definition; there can be only one auto column and it must be defined as a key",
            )
        if any(c.target == ("", table.name) for other in self.database.tables.values() for c in other.constraints):
            raise outside("dropping a key that is referred to")
        return self._without(table, primary)

    def _without(self, table: Table, constraint: Constraint) -> Table:
        return replace(table, constraints=tuple(c for c in table.constraints if c is not constraint))

    def _drop_foreign(self, table: Table, action: AlterAction) -> Table:
        found = next(
            (c for c in table.constraints if c.kind == "foreign" and c.name.lower() == action.name.lower()), None
        )
        if found is None:
            raise SqlError("1091 42000", f"Can't DROP FOREIGN KEY `{action.name}`; check that it exists")
        return self._without(table, found)

    def _drop_index(self, table: Table, action: AlterAction) -> Table:
        found = next(
            (c for c in table.constraints if c.kind in ("index", "unique") and c.name.lower() == action.name.lower()),
            None,
        )
        if found is None:
            raise SqlError("1091 42000", f"Can't DROP INDEX `{action.name}`; check that it exists")
        needed = [c for c in table.constraints if c.kind == "foreign" and found.columns[: len(c.columns)] == c.columns]
        if needed and not any(c is not found and c.kind in ("index", "unique", "primary") and c.columns[: len(needed[0].columns)] == needed[0].columns for c in table.constraints):  # fmt: skip
            raise SqlError("1553 HY000", f"Cannot drop index '{found.name}': needed in a foreign key constraint")
        return self._without(table, found)

    def _drop_constraint(self, table: Table, action: AlterAction) -> Table:
        found = next(
            (
                c
                for c in table.constraints
                if c.name.lower() == action.name.lower() and c.kind in ("check", "foreign", "unique")
            ),
            None,
        )
        if found is None:
            raise SqlError("1091 42000", f"Can't DROP CONSTRAINT `{action.name}`; check that it exists")
        return self._without(table, found)

    def _rename_index(self, table: Table, action: AlterAction) -> Table:
        raise outside("RENAME INDEX")

    def _set_default(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        from fakedocker.userland.languages.sql.tree import ColumnDef, TypeName

        old = table.columns[place]
        definition = ColumnDef(old.name, TypeName(old.type), old.not_null, None, "", (), "", False, False, "", None, 0)
        assert action.expression is not None
        default, shown = self.made.default(definition, action.expression, action.text)
        column = replace(old, default=default, shown_default=shown)
        if default:
            self.made._check_default(column)
        return replace(table, columns=(*table.columns[:place], column, *table.columns[place + 1 :]))

    def _drop_default(self, table: Table, action: AlterAction) -> Table:
        raise outside("DROP DEFAULT")

    def _auto_increment(self, table: Table, action: AlterAction) -> Table:
        number = int(action.text)
        counting = next((n for n, column in enumerate(table.columns) if column.counts), None)
        most = max((row[counting] or 0 for row in table.rows.values()), default=0) if counting is not None else 0
        self.session.set_counter(self.database.name, table.name, max(number, most + 1))
        return table
