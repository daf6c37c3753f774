"""CREATE TABLE in MariaDB: columns, defaults, keys and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Scope
from fakedocker.userland.languages.sql.my_columns import is_myisam
from fakedocker.userland.languages.sql.my_copies import copied_columns
from fakedocker.userland.languages.sql.my_planner import MyPlanner
from fakedocker.userland.languages.sql.my_types import INTEGERS, LATIN, TEXTS
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Column, Constraint, Database, Table, kept, with_table
from fakedocker.userland.languages.sql.tree import (
    Call,
    ColumnDef,
    CreateTable,
    Expression,
    KeyDef,
    Literal,
    Unary,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession


class MyTables:
    """Runs one statement that defines."""

    def __init__(self, session: MySession) -> None:
        self.session = session
        self.planner = MyPlanner(session.context, session)

    # tables

    def _create_table(self, statement: CreateTable) -> Result:
        session = self.session
        database, known = session.place(statement.table)
        if known is not None:
            if statement.if_not_exists:
                session.context.warnings.append(("Note", 1050, f"Table '{statement.table.name}' already exists"))
                return Result("CREATE TABLE", warnings=1)
            raise SqlError("1050 42S01", f"Table '{statement.table.name}' already exists")
        if statement.like is not None:
            _, model = session.table(statement.like)
            constraints = tuple(c for c in model.constraints if c.kind != "foreign")
            session.put(with_table(database, replace(model, name=statement.table.name, rows=type(model.rows)(), next_row=1, constraints=constraints)))  # fmt: skip
            return Result("CREATE TABLE")
        table = Table("", statement.table.name, owner=session.memory.get("user", "root"))
        options = self._options(dict(statement.options))
        if statement.temporary:
            table = replace(table, temporary=session.memory.get("number", 0))
        table = replace(table, comment=options.get("comment", ""), options=tuple(sorted(options.items())))
        for definition in statement.columns:
            if any(column.name.lower() == definition.name.lower() for column in table.columns):
                raise SqlError("1060 42S21", f"Duplicate column name '{definition.name}'")
            column = self.column(definition, options.get("collate", ""))
            table = replace(table, columns=(*table.columns, column))
        if not statement.columns and statement.query is None:
            raise SqlError("1113 42000", "A table must have at least 1 column")
        keys = [key for definition in statement.columns for key in definition.keys]
        table = self.add_keys(database, table, keys, in_column=True)
        table = self.add_keys(database, table, list(statement.keys))
        self._check_counting(table)
        if statement.query is not None:
            if statement.columns:
                raise outside("CREATE TABLE with columns and a query")
            return self._create_as(statement, database, table)
        session.set_counter(database.name, table.name, int(options.get("auto_increment", "1")))
        session.put(with_table(database, table))
        return Result("CREATE TABLE")

    def _options(self, options: dict[str, str]) -> dict[str, str]:
        """A table's options, with the collation that its character set means. Raises Outside."""
        charset, collation = options.get("charset", "").lower(), options.get("collate", "").lower()
        engine = options.get("engine", "innodb").lower()
        own = self.session.mysql
        if charset not in ("", "utf8mb4", "utf8", "utf8mb3", *(() if own else ("latin1",))) or engine not in ("innodb", *(() if own else ("myisam",))):  # fmt: skip
            raise outside("such an engine or character set of a table")
        if collation in ("utf8_general_ci", "utf8mb3_general_ci") and charset in ("utf8", "utf8mb3"):
            collation = ""
        of_charset = {"utf8": "utf8mb3_general_ci", "utf8mb3": "utf8mb3_general_ci", "latin1": LATIN}.get(charset, "")
        if collation not in ("", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_bin", "utf8mb4_0900_ai_ci", LATIN) or (collation and of_charset not in ("", collation)):  # fmt: skip
            raise outside("such a collation of a table")
        if collation or of_charset:
            options = options | {"collate": collation or of_charset}
        if engine == "myisam":
            options = options | {"engine": "MyISAM"}
        return options

    def _check_counting(self, table: Table) -> None:
        counting = [column for column in table.columns if column.counts]
        first = {c.columns[0] for c in table.constraints if c.kind in ("primary", "unique", "index")}
        if len(counting) > 1 or (counting and counting[0].name not in first):
            raise SqlError(
                "1075 42000",
                "Incorrect table definition; there can be only one auto column and it must be defined as a key",
            )

    def _create_as(self, statement: CreateTable, database: Database, table: Table) -> Result:
        assert statement.query is not None
        plan = self.planner.plan(statement.query, None)
        columns = []
        copied = copied_columns(self.session, statement.query)
        names = [name.lower() for name, _ in plan.columns]
        twice = next((name for place, (name, _) in enumerate(plan.columns) if name.lower() in names[:place]), None)
        if twice is not None:
            raise SqlError("1060 42S21", f"Duplicate column name '{twice}'")
        for place, (name, kind) in enumerate(plan.columns):
            if copied is not None:
                columns.append(replace(copied[place], name=name))
                continue
            if kind.name not in ("int", "bigint"):
                raise outside("CREATE TABLE ... SELECT of such types")
            columns.append(Column(name, kind.name))
        found = plan.rows(None)
        rows = table.rows.update({number: kept(row) for number, row in enumerate(found, 1)})
        self.session.put(
            with_table(database, replace(table, columns=tuple(columns), rows=rows, next_row=len(found) + 1))
        )
        return Result("CREATE TABLE", len(found))

    def column(self, definition: ColumnDef, collation: str = "") -> Column:
        if definition.generated is not None:
            raise outside("generated columns")
        kind = definition.type
        labels = kind.modifiers if kind.name in ("enum", "set") else ()
        modifiers = tuple(int(part) for part in kind.modifiers) if not labels else ()
        if kind.name in ("varchar", "char") and modifiers and modifiers[0] > (16383 if kind.name == "varchar" else 255):
            raise outside("such a length of a column")
        if (
            kind.name == "decimal"
            and modifiers
            and (modifiers[0] > 65 or (len(modifiers) > 1 and modifiers[1] > modifiers[0]))
        ):
            raise outside("such a precision of a column")
        if kind.name in ("float", "double") and modifiers:
            raise outside("float and double with digits")
        if kind.name == "json" and not self.session.mysql:
            raise outside("JSON columns")
        primary = any(key.kind == "primary" for key in definition.keys)
        not_null = bool(definition.not_null) or primary
        if (
            kind.name == "timestamp"
            and definition.not_null is None
            and not self.session.mysql
            and definition.default is None
        ):
            raise outside("a TIMESTAMP without NULL, NOT NULL or a default")
        default, shown = "", ""
        if definition.default is not None:
            default, shown = self.default(definition, definition.default, definition.default_text)
        own = kind.charset if kind.charset.endswith(("_bin", "_ci")) else collation
        if kind.charset == "utf8mb4":
            own = "utf8mb4_0900_ai_ci" if self.session.mysql else "utf8mb4_general_ci"
        found = Column(
            definition.name, kind.name, modifiers, not_null, default, shown, "", definition.counts, definition.on_update_now,
            definition.comment, "", kind.unsigned, labels, own if kind.name in TEXTS else "",
        )  # fmt: skip
        if default:
            self._check_default(found)
        return found

    def default(self, definition: ColumnDef, expression: Expression, text: str) -> tuple[str, str]:
        """(the text of a default, how DESCRIBE shows it)."""
        if isinstance(expression, Literal):
            if expression.kind == "null":
                if definition.not_null:
                    raise SqlError("1067 42000", f"Invalid default value for '{definition.name}'")
                return "", ""
            if expression.kind in ("true", "false"):
                return str(int(expression.kind == "true")), str(int(expression.kind == "true"))
            return text, expression.text
        if (
            isinstance(expression, Unary)
            and isinstance(expression.argument, Literal)
            and expression.operator in ("-", "+")
        ):
            return text, ("-" if expression.operator == "-" else "") + expression.argument.text
        if isinstance(expression, Call) and expression.name in (
            "current_timestamp",
            "now",
            "localtime",
            "localtimestamp",
        ):
            return "current_timestamp()", "current_timestamp()"
        if isinstance(expression, Call) and expression.name in ("curdate", "current_date"):
            return "curdate()", "curdate()"
        if isinstance(expression, Call) and expression.name == "uuid":
            return "uuid()", "uuid()"
        raise outside("such a default")

    def _check_default(self, column: Column) -> None:
        from fakedocker.userland.languages.sql.my_types import stored

        binder = self.planner.binder(Scope(None, True))
        bound = self.session.bound_text(column.default, binder)
        try:
            stored(bound.run(((), None)), bound.type, column, "", 1)
        except SqlError:
            raise SqlError("1067 42000", f"Invalid default value for '{column.name}'") from None

    # keys

    def add_keys(self, database: Database, table: Table, keys: list[KeyDef], in_column: bool = False) -> Table:
        for key in keys:
            table = self.add_key(database, table, key, in_column)
        return table

    def _names(self, table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
        known = {column.name.lower(): column.name for column in table.columns}
        for name in names:
            if name.lower() not in known:
                raise SqlError("1072 42000", f"Key column '{name}' doesn't exist in table")
        return tuple(known[name.lower()] for name in names)

    def add_key(self, database: Database, table: Table, key: KeyDef, in_column: bool = False) -> Table:
        if key.kind == "foreign" and is_myisam(table):
            key = key._replace(kind="index")  # it has no others
            if in_column:
                return table
        if key.kind == "check":
            return self._add_check(database, table, key, in_column)
        columns = self._names(table, key.columns)
        for name in columns:
            column = next(c for c in table.columns if c.name == name)
            if column.type in ("text", "tinytext", "mediumtext", "longtext", "blob") and key.kind != "foreign":
                raise SqlError(
                    "1170 42000", f"BLOB/TEXT column '{name}' used in key specification without a key length"
                )
        if key.kind == "primary":
            if any(c.kind == "primary" for c in table.constraints):
                raise SqlError("1068 42000", "Multiple primary key defined")
            fixed = tuple(replace(c, not_null=True) if c.name in columns else c for c in table.columns)
            return replace(
                table,
                columns=fixed,
                constraints=(*table.constraints, Constraint("PRIMARY", "primary", columns, unique=True)),
            )
        if key.kind == "foreign":
            return self._add_foreign(database, table, key, columns)
        name = key.name or self._index_name(table, columns[0])
        if any(c.name.lower() == name.lower() and c.kind in ("unique", "index") for c in table.constraints):
            raise SqlError("1061 42000", f"Duplicate key name '{name}'")
        return replace(
            table, constraints=(*table.constraints, Constraint(name, key.kind, columns, unique=key.kind == "unique"))
        )

    def _index_name(self, table: Table, column: str) -> str:
        name, number = column, 1
        while any(c.name.lower() == name.lower() and c.kind in ("unique", "index") for c in table.constraints):
            number += 1
            name = f"{column}_{number}"
        return name

    def _add_check(self, database: Database, table: Table, key: KeyDef, in_column: bool) -> Table:
        assert key.check is not None
        in_column = in_column and not key.name
        if in_column:
            name = key.columns[0]
            if self.session.mysql:
                raise outside("the names of CHECK constraints")
        else:
            number = 1
            while not key.name and any(c.name == f"CONSTRAINT_{number}" for c in table.constraints):
                number += 1
            name = key.name or f"CONSTRAINT_{number}"
        scope = Scope(None, True)
        from fakedocker.userland.languages.sql.my_columns import kind_of

        scope.add(table.name, [(column.name, kind_of(column)) for column in table.columns])
        binder = self.planner.binder(scope)
        binder.clause = "CHECK"
        try:
            binder.truth(binder.bind(key.check))
        except SqlError as problem:
            if problem.code.startswith("1054"):
                missing = problem.message.split("'")[1]
                raise SqlError("1054 42S22", f"Unknown column '{missing}' in 'CHECK'") from None
            raise
        return replace(table, constraints=(*table.constraints, Constraint(name, "check", key.columns, key.check_text, "column" if in_column else "")))  # fmt: skip

    def _add_foreign(self, database: Database, table: Table, key: KeyDef, columns: tuple[str, ...]) -> Table:
        assert key.target is not None
        if key.target.schema and key.target.schema != database.name:
            raise outside("foreign keys to another database")
        target = table if key.target.name == table.name else database.tables.get(("", key.target.name))
        full = f"`{database.name}`.`{table.name}`"
        failed = SqlError(
            "1005 HY000", f'Can\'t create table {full} (errno: 150 "Foreign key constraint is incorrectly formed")'
        )
        if target is None:
            if not self.session.checks_references():
                raise outside("foreign keys to tables that come later")
            raise failed
        known = {column.name.lower(): column for column in target.columns}
        targets = key.target_columns or next((c.columns for c in target.constraints if c.kind == "primary"), ())
        if len(targets) != len(columns) or any(name.lower() not in known for name in targets):
            raise failed
        targets = tuple(known[name.lower()].name for name in targets)
        own = {column.name: column for column in table.columns}
        for mine, theirs in zip(columns, targets, strict=True):
            a, b = own[mine], known[theirs.lower()]
            if (a.type in INTEGERS or b.type in INTEGERS) and (a.type, a.unsigned) != (b.type, b.unsigned):
                raise failed
            if (a.type in TEXTS) != (b.type in TEXTS):
                raise failed
        if not any(
            c.columns[: len(targets)] == targets for c in target.constraints if c.kind in ("primary", "unique", "index")
        ):
            raise failed
        if "set null" in (key.on_delete, key.on_update) and any(own[name].not_null for name in columns):
            raise failed
        name = key.name or self._foreign_name(table)
        if not any(
            c.columns[: len(columns)] == columns for c in table.constraints if c.kind in ("primary", "unique", "index")
        ):
            index = key.name or self._index_name(table, columns[0])
            table = replace(table, constraints=(*table.constraints, Constraint(index, "index", columns)))
        made = Constraint(name, "foreign", columns, "", "", ("", target.name), targets, key.on_delete, key.on_update)
        return replace(table, constraints=(*table.constraints, made))

    def _foreign_name(self, table: Table) -> str:
        number = 1
        while any(c.name == f"{table.name}_ibfk_{number}" for c in table.constraints):
            number += 1
        return f"{table.name}_ibfk_{number}"
