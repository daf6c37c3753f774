"""ALTER TABLE in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.bound import Bound, Scope
from fakedocker.userland.languages.sql.pg_types import Type, shown_type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Column, Table, kept, view_of, with_table, without_table
from fakedocker.userland.languages.sql.tree import AlterAction, AlterTable, TableName

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_tables import PgTables


_PASSES: Final = {
    "drop constraint": 0, "drop column": 0, "drop not null": 0, "drop default": 0, "type": 1, "add column": 2, "set not null": 3,
    "add key": 4, "set default": 4,
}  # fmt: skip
"""The order in which ALTER TABLE goes through its parts (AlterTablePass in tablecmds.c)."""


def _pass_of(action: AlterAction) -> int:
    return _PASSES.get(action.kind, len(_PASSES))


def _parted(actions: tuple[AlterAction, ...]) -> list[AlterAction]:
    """Each part of several by itself: a new column's constraints come in a later pass than columns do."""
    found: list[AlterAction] = []
    for action in actions:
        column = action.column
        if column is None or action.missing_ok or len(actions) == 1:
            found.append(action)
            continue
        found.append(action._replace(column=column._replace(keys=())))
        found += [AlterAction("add key", key=key, at=action.at) for key in column.keys]
    return found


class Alteration:
    """Runs one ALTER TABLE."""

    def __init__(self, made: PgTables, statement: AlterTable) -> None:
        self.made, self.session, self.statement = made, made.session, statement
        made.places = False

    def run(self) -> Result:
        name = self.statement.table
        table = self.session.find(name)
        if table is None:
            key = (self.session.memory["database"], name.schema or "public", name.name)
            if key in self.session.store.sequences and all(action.kind == "owner" for action in self.statement.actions):
                return Result("ALTER TABLE")  # it takes sequences, too
            if self.statement.missing_ok:
                self.session.notices.append(("NOTICE", f'relation "{name.name}" does not exist, skipping'))
                return Result("ALTER TABLE")
            raise SqlError("42P01", f'relation "{name.name}" does not exist')
        if table.view:
            raise outside("ALTER TABLE of a view")
        for action in sorted(_parted(self.statement.actions), key=_pass_of):
            table = self.session.database.tables[table.schema, table.name]
            table = getattr(self, "_" + action.kind.replace(" ", "_"))(table, action)
        return Result("ALTER TABLE")

    def _keep(self, table: Table) -> Table:
        self.session.database = with_table(self.session.database, table)
        return table

    def _place(self, table: Table, name: str) -> int:
        for place, column in enumerate(table.columns):
            if column.name == name:
                return place
        raise SqlError("42703", f'column "{name}" of relation "{table.name}" does not exist')

    def _with_column(self, table: Table, place: int, column: Column) -> Table:
        return replace(table, columns=(*table.columns[:place], column, *table.columns[place + 1 :]))

    def _used_by_view(self, table: Table) -> None:
        from fakedocker.userland.languages.sql.pg_tables import view_mentions

        if any(view_mentions(view, table.name) for view in self.session.database.tables.values() if view.view):
            raise outside("altering a table that views use")

    # columns

    def _add_column(self, table: Table, action: AlterAction) -> Table:
        definition = action.column
        assert definition is not None
        if any(column.name == definition.name for column in table.columns):
            if action.missing_ok:
                self.session.notices.append(("NOTICE", f'column "{definition.name}" of relation "{table.name}" already exists, skipping'))  # fmt: skip
                return table
            raise SqlError("42701", f'column "{definition.name}" of relation "{table.name}" already exists')
        self._used_by_view(table)
        column, sequence = self.made.column(table, definition)
        if sequence is not None:
            self.session.set_sequence(sequence)
        wide = replace(table, columns=(*table.columns, column))
        default = self.session.defaults(wide, self.made.planner)[-1]
        old = view_of(table)
        rows = {
            number: kept((*row, None if default is None else default(((), None)))) for number, row in old.rows.items()
        }
        if column.not_null and any(row[-1] is None for row in rows.values()):
            raise SqlError("23502", f'column "{column.name}" of relation "{table.name}" contains null values')
        wide = self._keep(replace(wide, rows=type(table.rows)(rows)))
        for key in definition.keys:
            wide = self._add(wide, key)
        return wide

    def _drop_column(self, table: Table, action: AlterAction) -> Table:
        if action.missing_ok and all(column.name != action.name for column in table.columns):
            self.session.notices.append(("NOTICE", f'column "{action.name}" of relation "{table.name}" does not exist, skipping'))  # fmt: skip
            return table
        place = self._place(table, action.name)
        self._used_by_view(table)
        for other in self.session.database.tables.values():
            for constraint in other.constraints:
                if constraint.kind == "foreign" and constraint.target == (table.schema, table.name) and action.name in constraint.target_columns:  # fmt: skip
                    raise outside("DROP COLUMN of what is referred to")
        constraints = []
        for constraint in table.constraints:
            if constraint.kind == "check":
                if action.name in constraint.check.replace("(", " ").replace(")", " ").replace(",", " ").split():
                    if len([c for c in table.columns if c.name in constraint.check]) > 1:
                        raise outside("DROP COLUMN of what a check uses")
                    continue
            elif action.name in constraint.columns:
                if len(constraint.columns) > 1 and constraint.kind == "foreign":
                    raise outside("DROP COLUMN of a key with several columns")
                continue
            constraints.append(constraint)
        rows = {number: (*row[:place], *row[place + 1 :]) for number, row in table.rows.items()}
        columns = (*table.columns[:place], *table.columns[place + 1 :])
        self.made.drop_sequences(table.name, action.name)
        return self._keep(replace(table, columns=columns, constraints=tuple(constraints), rows=type(table.rows)(rows)))

    def _rename_column(self, table: Table, action: AlterAction) -> Table:
        place = next((n for n, column in enumerate(table.columns) if column.name == action.name), None)
        if place is None:
            raise SqlError("42703", f'column "{action.name}" does not exist')
        if any(column.name == action.text for column in table.columns):
            raise SqlError("42701", f'column "{action.text}" of relation "{table.name}" already exists')
        self._used_by_view(table)
        if any(c.kind == "check" and action.name in c.check for c in table.constraints):
            raise outside("renaming a column that a check uses")

        def fresh(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(action.text if name == action.name else name for name in names)

        constraints = tuple(replace(c, columns=fresh(c.columns), target_columns=fresh(c.target_columns) if c.target == (table.schema, table.name) else c.target_columns) for c in table.constraints)  # fmt: skip
        table = self._keep(replace(self._with_column(table, place, replace(table.columns[place], name=action.text)), constraints=constraints))  # fmt: skip
        for key, other in list(self.session.database.tables.items()):
            if key != (table.schema, table.name) and any(
                c.target == (table.schema, table.name) for c in other.constraints
            ):
                changed = tuple(replace(c, target_columns=fresh(c.target_columns)) if c.target == (table.schema, table.name) else c for c in other.constraints)  # fmt: skip
                self._keep(replace(other, constraints=changed))
        return table

    def _rename_table(self, table: Table, action: AlterAction) -> Table:
        if self.made._exists(table.schema, action.name):
            raise SqlError("42P07", f'relation "{action.name}" already exists')
        self._used_by_view(table)
        session = self.session
        session.database = without_table(session.database, table)
        old = (table.schema, table.name)
        for _, other in list(session.database.tables.items()):
            if any(c.target == old for c in other.constraints):
                moved = tuple(
                    replace(c, target=(table.schema, action.name)) if c.target == old else c for c in other.constraints
                )
                self._keep(replace(other, constraints=moved))
        own = tuple(replace(c, target=(table.schema, action.name)) if c.target == old else c for c in table.constraints)
        for key, sequence in list(session.store.sequences.items()):
            if key[0] == session.memory["database"] and sequence.owner[0] == table.name:
                session.set_sequence(replace(sequence, owner=(action.name, sequence.owner[1])))
        return self._keep(replace(table, name=action.name, constraints=own))

    def _owner(self, table: Table, action: AlterAction) -> Table:
        if action.name not in self.session.store.users:
            raise SqlError("42704", f'role "{action.name}" does not exist')
        return self._keep(replace(table, owner=action.name))

    def _type(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        assert action.type is not None
        self._used_by_view(table)
        old, kind = table.columns[place], self.session.type_of(action.type)
        if old.default and old.kind.name != kind.name:
            raise outside("ALTER TYPE of a column with a default")
        if any(c.kind == "check" and old.name in c.check for c in table.constraints) or any(c.kind == "foreign" and old.name in c.columns for c in table.constraints):  # fmt: skip
            raise outside("ALTER TYPE of a column with constraints")
        scope = Scope()
        scope.add(table.name, [(column.name, column.kind) for column in table.columns])
        binder = self.made.planner.binder(scope)
        if action.expression is not None:
            bound = binder.bind(action.expression)
        else:
            bound = Bound(old.kind, lambda env: env[0][place], frozenset({place}), old.name)
        how = pg_casts.level(bound.type, kind)
        if how not in ("same", "implicit", "assignment"):
            said = f'column "{old.name}" cannot be cast automatically to type {shown_type(kind, False)}'
            shown = shown_type(kind)
            raise SqlError("42804", said, hint=f'You might need to specify "USING {old.name}::{shown}".')
        if bound.type.name == "unknown":
            bound = binder.coerced(bound, Type(kind.name))
        elif bound.type.name != kind.name:
            bound = binder._converted(bound, Type(kind.name, (), kind.labels))
        fit = pg_casts.fitted(kind, explicit=False)
        rows = {}
        for number, row in view_of(table).rows.items():
            value = bound.run((row, None))
            value = fit(value) if fit is not None and value is not None else value
            rows[number] = kept((*row[:place], value, *row[place + 1 :]))
        column = replace(old, type=kind.name, modifiers=kind.modifiers, labels=kind.labels)
        return self._keep(replace(self._with_column(table, place, column), rows=type(table.rows)(rows)))

    def _set_not_null(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        if any(row[place] is None for row in table.rows.values()):
            raise SqlError("23502", f'column "{action.name}" of relation "{table.name}" contains null values')
        return self._keep(self._with_column(table, place, replace(table.columns[place], not_null=True)))

    def _drop_not_null(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        if any(c.kind == "primary" and action.name in c.columns for c in table.constraints):
            raise SqlError("42P16", f'column "{action.name}" is in a primary key')
        return self._keep(self._with_column(table, place, replace(table.columns[place], not_null=False)))

    def _set_default(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        column = table.columns[place]
        assert action.expression is not None
        default, shown = self.made.default(column.kind, column.name, action.expression, action.text)
        return self._keep(self._with_column(table, place, replace(column, default=default, shown_default=shown)))

    def _drop_default(self, table: Table, action: AlterAction) -> Table:
        place = self._place(table, action.name)
        return self._keep(self._with_column(table, place, replace(table.columns[place], default="", shown_default="")))

    # constraints

    def _add_key(self, table: Table, action: AlterAction) -> Table:
        assert action.key is not None
        return self._add(table, action.key)

    def _add(self, table: Table, key: object) -> Table:
        from fakedocker.userland.languages.sql.pg_cluster import check_unique, counted
        from fakedocker.userland.languages.sql.tree import KeyDef
        from fakedocker.userland.languages.sql.writing import Writer

        assert isinstance(key, KeyDef)
        try:
            wide = self.made.add_keys(table, [key])
        except SqlError as problem:
            if key.kind == "check":
                problem.at = None  # the text is not at hand when the check is read (AddRelationNewConstraints)
            raise
        if wide is table:
            return table
        constraint = wide.constraints[-1]
        if key.kind == "primary":
            for name in key.columns:
                place = self._place(table, name)
                if any(row[place] is None for row in table.rows.values()):
                    raise SqlError("23502", f'column "{name}" of relation "{table.name}" contains null values')
        if key.kind in ("primary", "unique"):
            check_unique(self.session, table, constraint)
            wide = counted(wide)
        wide = self._keep(wide)
        session = self.session
        writer = Writer(session.database, session.context, session.key_of)
        from fakedocker.userland.languages.sql.pg_constraints import Checker

        checker = Checker(session, writer)
        for row in view_of(wide).rows.values():
            if key.kind == "check":
                for name, test in checker._checks(wide):
                    if name == constraint.name and test((row, None)) is False:
                        raise SqlError(
                            "23514", f'check constraint "{name}" of relation "{table.name}" is violated by some row'
                        )
            elif key.kind == "foreign":
                checker.refers(replace(wide, constraints=(constraint,)), row)
        checker.references()
        return wide

    def _drop_constraint(self, table: Table, action: AlterAction) -> Table:
        found = next((c for c in table.constraints if c.name == action.name and c.kind != "index"), None)
        if found is None:
            if action.missing_ok:
                self.session.notices.append(("NOTICE", f'constraint "{action.name}" of relation "{table.name}" does not exist, skipping'))  # fmt: skip
                return table
            raise SqlError("42704", f'constraint "{action.name}" of relation "{table.name}" does not exist')
        if found.kind in ("primary", "unique"):
            for other in self.session.database.tables.values():
                if any(c.kind == "foreign" and c.target == (table.schema, table.name) and set(c.target_columns) == set(found.columns) for c in other.constraints):  # fmt: skip
                    raise outside("dropping a key that is referred to")
        return self._keep(replace(table, constraints=tuple(c for c in table.constraints if c is not found)))

    def _rename_constraint(self, table: Table, action: AlterAction) -> Table:
        if all(c.name != action.name for c in table.constraints):
            raise SqlError("42704", f'constraint "{action.name}" for table "{table.name}" does not exist')
        return self._keep(replace(table, constraints=tuple(replace(c, name=action.text) if c.name == action.name else c for c in table.constraints)))  # fmt: skip


def name_of(table: Table) -> TableName:
    return TableName(table.schema, table.name, 0, 0)
