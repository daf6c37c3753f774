"""CREATE TABLE in PostgreSQL: columns, defaults, constraints, and the names that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.bound import Scope
from fakedocker.userland.languages.sql.pg_planner import PgPlanner
from fakedocker.userland.languages.sql.pg_types import Type, shown_type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import (
    Column,
    Constraint,
    Sequence,
    Table,
    kept,
    with_table,
)
from fakedocker.userland.languages.sql.tree import (
    ColumnDef,
    CreateTable,
    Expression,
    KeyDef,
    TableName,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession


_SERIALS: Final = {"serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8", "smallserial": "int2"}
_LONGEST_NAME: Final = 63


class PgTables:
    """Runs one statement that defines."""

    def __init__(self, session: PgSession) -> None:
        self.session = session
        self.planner = PgPlanner(session.context, session)
        self.places = True  # whether errors in a default point at it: ALTER TABLE has its text no longer

    # tables

    def _schema(self, name: TableName) -> str:
        schema = name.schema or "public"
        if schema not in self.session.database.schemas:
            raise SqlError("3F000", f'schema "{schema}" does not exist', name.at)
        return schema

    def _create_table(self, statement: CreateTable) -> Result:
        session, name = self.session, statement.table
        schema = self._schema(name)
        if self._exists(schema, name.name):
            if statement.if_not_exists:
                session.notices.append(("NOTICE", f'relation "{name.name}" already exists, skipping'))
                return Result("CREATE TABLE")
            raise SqlError("42P07", f'relation "{name.name}" already exists')
        if statement.query is not None:
            return self._create_as(statement, schema)
        table = Table(schema, name.name, owner=session.memory["user"])
        if statement.temporary:
            table = replace(table, temporary=session.memory.get("number", 0))
        sequences: list[Sequence] = []
        for definition in statement.columns:
            if any(column.name == definition.name for column in table.columns):
                raise SqlError("42701", f'column "{definition.name}" specified more than once')
            column, sequence = self.column(table, definition)
            table = replace(table, columns=(*table.columns, column))
            sequences += [sequence] if sequence is not None else []
        keys = [key for definition in statement.columns for key in definition.keys] + list(statement.keys)
        table = self.add_keys(table, keys)
        for sequence in sequences:
            session.set_sequence(sequence)
        session.database = with_table(session.database, table)
        return Result("CREATE TABLE")

    def _exists(self, schema: str, name: str) -> bool:
        database = self.session.database
        if (schema, name) in database.tables or (database.name, schema, name) in self.session.store.sequences:
            return True
        return any(c.name == name for t in database.tables.values() if t.schema == schema for c in t.constraints if c.kind in ("primary", "unique", "index"))  # fmt: skip

    def _create_as(self, statement: CreateTable, schema: str) -> Result:
        assert statement.query is not None
        plan = self.planner.ready(statement.query)
        columns: list[Column] = []
        for name, kind in plan.columns:
            if any(column.name == name for column in columns):
                raise SqlError("42701", f'column "{name}" specified more than once')
            columns.append(Column(name, kind.name, kind.modifiers, labels=kind.labels))
        found = plan.rows(None)
        table = Table(schema, statement.table.name, tuple(columns), owner=self.session.memory["user"])
        rows = table.rows.update({number: kept(row) for number, row in enumerate(found, 1)})
        table = replace(table, rows=rows, next_row=len(found) + 1)
        if statement.temporary:
            table = replace(table, temporary=self.session.memory.get("number", 0))
        self.session.database = with_table(self.session.database, table)
        return Result("SELECT", len(found))

    def column(self, table: Table, definition: ColumnDef) -> tuple[Column, Sequence | None]:
        """A column as it is kept, with the sequence that it counts by."""
        if definition.generated is not None:
            raise outside("generated columns")
        kind = self.session.type_of(definition.type)
        sequence = None
        default = shown = ""
        not_null = bool(definition.not_null) or any(key.kind == "primary" for key in definition.keys)
        if kind.name in _SERIALS or definition.identity:
            kind = Type(_SERIALS.get(kind.name, kind.name))
            sequence_name = self.free_name(
                f"{table.name}_{definition.name}_seq", table.schema, table.name, definition.name, "seq"
            )
            sequence = Sequence(table.schema, sequence_name, owner=(table.name, definition.name), kind=kind.name)
            default = f"nextval('{sequence_name}'::regclass)"
            shown = default if not definition.identity else f"generated {definition.identity} as identity"
            not_null = True
        if definition.default is not None:
            if definition.identity:
                raise SqlError("42601", f'both default and identity specified for column "{definition.name}" of table "{table.name}"')  # fmt: skip
            default, shown = self.default(kind, definition.name, definition.default, definition.default_text)
        if sequence is not None:
            self.session.set_sequence(sequence)
        found = Column(definition.name, kind.name, kind.modifiers, not_null, default, shown, definition.identity, labels=kind.labels)  # fmt: skip
        return found, sequence

    def default(self, kind: Type, name: str, expression: Expression, text: str) -> tuple[str, str]:
        """The text of a default, and how it is shown. Raises SqlError for one of another type."""
        try:
            return self._default(kind, name, expression, text)
        except SqlError as problem:
            problem.at = problem.at if self.places else None
            raise

    def _default(self, kind: Type, name: str, expression: Expression, text: str) -> tuple[str, str]:
        binder = self.planner.binder(Scope())
        binder.clause = "DEFAULT"
        bound = binder.bind(expression)
        if bound.type.name == "unknown" and bound.constant is None and bound.fixed:
            return "", ""
        if bound.type.name != "unknown" and pg_casts.level(bound.type, kind) not in ("same", "implicit", "assignment"):
            said = f'column "{name}" is of type {shown_type(kind, False)} but default expression is of type {shown_type(bound.type, False)}'
            raise SqlError("42804", said, hint="You will need to rewrite or cast the expression.")
        if bound.type.name == "unknown":
            bound = binder.coerced(bound, Type(kind.name, (), kind.labels))
        elif bound.type.name != kind.name and not (bound.fixed and bound.type.name in ("int4", "int8", "numeric") and kind.name in ("numeric", "int8", "int2")):  # fmt: skip
            if bound.type.name in ("timestamptz",) and kind.name == "timestamp":
                pass
            else:
                bound = binder._converted(bound, Type(kind.name, (), kind.labels))
        return text, bound.shown

    # constraints

    def add_keys(self, table: Table, keys: list[KeyDef]) -> Table:
        """A table with constraints: primary and unique keys first, then checks, then references, as PostgreSQL names them."""
        for key in keys:
            for name in key.columns if key.kind != "check" else ():
                if all(column.name != name for column in table.columns):
                    if key.kind == "foreign":
                        raise SqlError("42703", f'column "{name}" referenced in foreign key constraint does not exist')
                    raise SqlError("42703", f'column "{name}" named in key does not exist', key.at)
        primary = [key for key in keys if key.kind == "primary"]
        if len(primary) > 1 or (primary and any(c.kind == "primary" for c in table.constraints)):
            raise SqlError("42P16", f'multiple primary keys for table "{table.name}" are not allowed', primary[-1].at if len(primary) > 1 else None)  # fmt: skip
        for key in keys:
            if key.kind == "check":
                table = self.add_check(table, key)
        for key in [*primary, *(key for key in keys if key.kind == "unique")]:
            table = self.add_unique(table, key)
        for key in keys:
            if key.kind == "foreign":
                table = self.add_foreign(table, key)
        return table

    def add_unique(self, table: Table, key: KeyDef) -> Table:
        if key.kind == "primary":
            columns = tuple(replace(c, not_null=True) if c.name in key.columns else c for c in table.columns)
            table = replace(table, columns=columns)
            name = key.name or self.free_name(f"{table.name}_pkey", table.schema, table.name, "", "pkey", table)
        else:
            same = [c for c in table.constraints if c.kind in ("unique", "primary") and c.columns == key.columns]
            if same and not key.name:
                return table
            middle = "_".join(key.columns)
            name = key.name or self.free_name(
                f"{table.name}_{middle}_key", table.schema, table.name, middle, "key", table
            )
        self._check_name(table, name)
        if self._exists(table.schema, name):
            raise SqlError("42P07", f'relation "{name}" already exists')
        for place in key.columns:
            kind = next(c.kind for c in table.columns if c.name == place)
            if kind.name in ("json",):
                raise outside("keys of json")
        return replace(table, constraints=(*table.constraints, Constraint(name, key.kind, key.columns, unique=True)))

    def _check_name(self, table: Table, name: str) -> None:
        if any(constraint.name == name for constraint in table.constraints):
            raise SqlError("42710", f'constraint "{name}" for relation "{table.name}" already exists')

    def add_check(self, table: Table, key: KeyDef) -> Table:
        assert key.check is not None
        scope = Scope()
        scope.add(table.name, [(column.name, column.kind) for column in table.columns])
        binder = self.planner.binder(scope)
        binder.clause = "CHECK"
        bound = binder.bind(key.check)
        if bound.type.name == "unknown":
            bound = binder.condition(bound, "CHECK")
        if bound.type.name != "bool":
            raise SqlError("42804", f"argument of CHECK must be type boolean, not type {shown_type(bound.type, False)}", bound.at)  # fmt: skip
        if bound.outer:
            raise outside("such a check")
        used = {field.name for field in scope.fields if field.slot in bound.uses}
        middle = next(iter(used)) if len(used) == 1 else ""
        stem = f"{table.name}_{middle}_check" if middle else f"{table.name}_check"
        name = key.name
        if not name:
            name = stem
            number = 0
            while any(constraint.name == name for constraint in table.constraints):
                number += 1
                name = f"{stem}{number}"
        self._check_name(table, name)
        return replace(
            table, constraints=(*table.constraints, Constraint(name, "check", (), key.check_text, bound.shown))
        )

    def add_foreign(self, table: Table, key: KeyDef) -> Table:
        assert key.target is not None
        target = table if key.target.name == table.name and (key.target.schema or "public") == table.schema else self.session.find(key.target)  # fmt: skip
        if target is None:
            raise SqlError("42P01", f'relation "{key.target.name}" does not exist')
        primary = next((c for c in target.constraints if c.kind == "primary"), None)
        targets = key.target_columns
        if not targets:
            if primary is None:
                raise SqlError("42704", f'there is no primary key for referenced table "{target.name}"')
            targets = primary.columns
        for name in targets:
            if all(column.name != name for column in target.columns):
                raise SqlError("42703", f'column "{name}" referenced in foreign key constraint does not exist')
        if len(targets) != len(key.columns):
            raise SqlError("42830", "number of referencing and referenced columns for foreign key disagree")
        if not any(set(c.columns) == set(targets) for c in target.constraints if c.kind in ("primary", "unique")):
            raise SqlError(
                "42830", f'there is no unique constraint matching given keys for referenced table "{target.name}"'
            )
        name = key.name or self._foreign_name(table, key)
        self._check_name(table, name)
        self._check_kinds(table, target, key, targets, name)
        made = Constraint(name, "foreign", key.columns, "", "", (target.schema, target.name), targets, key.on_delete, key.on_update)  # fmt: skip
        return replace(table, constraints=(*table.constraints, made))

    def _foreign_name(self, table: Table, key: KeyDef) -> str:
        stem = f"{table.name}_{'_'.join(key.columns)}_fkey"
        name, number = stem, 0
        while any(constraint.name == name for constraint in table.constraints):
            number += 1
            name = f"{stem}{number}"
        if len(name) > _LONGEST_NAME:
            raise outside("so long names")
        return name

    def _check_kinds(self, table: Table, target: Table, key: KeyDef, targets: tuple[str, ...], name: str) -> None:
        from fakedocker.userland.languages.sql.pg_operators import comparable

        for mine, theirs in zip(key.columns, targets, strict=True):
            a = next(column.kind for column in table.columns if column.name == mine)
            b = next(column.kind for column in target.columns if column.name == theirs)
            if comparable(a, b) is None:
                detail = f'Key columns "{mine}" and "{theirs}" are of incompatible types: {shown_type(a, False)} and {shown_type(b, False)}.'
                raise SqlError("42804", f'foreign key constraint "{name}" cannot be implemented', detail=detail)

    def free_name(
        self, wanted: str, schema: str, table: str, middle: str, label: str, draft: Table | None = None
    ) -> str:
        """A name that is not taken, cut as PostgreSQL does it (makeObjectName)."""
        if len(wanted) > _LONGEST_NAME:
            raise outside("so long names")
        name, number = wanted, 0
        while self._exists(schema, name) or (draft is not None and any(c.name == name for c in draft.constraints)):
            number += 1
            name = f"{wanted}{number}"
        return name

    def drop_sequences(self, table: str, column: str = "") -> None:
        session = self.session
        for key, sequence in list(session.store.sequences.items()):
            if (
                key[0] == session.memory["database"]
                and sequence.owner[0] == table
                and column in ("", sequence.owner[1])
            ):
                if session.memory["status"] == "T":
                    raise outside("dropping a sequence within a transaction")
                session.store = replace(session.store, sequences=session.store.sequences.delete(key))


def view_mentions(view: Table, name: str) -> bool:
    from fakedocker.userland.languages.sql.binder import mentions
    from fakedocker.userland.languages.sql.parser import parse
    from fakedocker.userland.languages.sql.tokens import POSTGRES

    return bool(view.view) and mentions(parse(view.view, POSTGRES), name) > 0
