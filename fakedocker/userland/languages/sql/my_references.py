"""Foreign keys in MariaDB: looked at row by row, in InnoDB's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakedocker.userland.languages.sql.bound import Value
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.store import Constraint, Table
from fakedocker.userland.languages.sql.writing import Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession

Row = tuple[Value, ...]


def shown(key: Constraint, database: str) -> str:
    """A foreign key as it is written in errors and in SHOW CREATE TABLE."""
    columns = ", ".join(f"`{name}`" for name in key.columns)
    targets = ", ".join(f"`{name}`" for name in key.target_columns)
    text = f"CONSTRAINT `{key.name}` FOREIGN KEY ({columns}) REFERENCES `{key.target[1]}` ({targets})"
    for word, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update)):
        if action and action not in ("restrict",):
            text += f" ON {word} {action.upper()}"
    return text


_REFUSING = ("", "no action", "restrict")
"""What ON DELETE and ON UPDATE say where a row that is referred to stays."""


class References:
    """The foreign keys of what one statement writes."""

    def __init__(self, session: MySession, writer: Writer, database: str) -> None:
        self.session, self.writer, self.database = session, writer, database

    def _error(self, parent: bool, table: Table, key: Constraint) -> SqlError:
        where = f"(`{self.database}`.`{table.name}`, {shown(key, self.database)})"
        if parent:
            return SqlError(
                "1451 23000", f"Cannot delete or update a parent row: a foreign key constraint fails {where}"
            )
        return SqlError("1452 23000", f"Cannot add or update a child row: a foreign key constraint fails {where}")

    def refers(self, table: Table, row: Row) -> None:
        """Whether all that a new row refers to is there."""
        for key in table.constraints:
            if key.kind == "foreign":
                self._refers(table, key, row)

    def _refers(self, table: Table, key: Constraint, row: Row) -> None:
        if not self.session.checks_references():
            return
        values = tuple(row[place] for place in self.writer.places(table, key.columns))
        if None in values:
            return
        target = self.writer.database.tables.get(("", key.target[1]))
        if target is None:
            raise self._error(False, table, key)
        draft = self.writer.draft("", target.name)
        if key.target[1] == table.name:
            own = tuple(row[place] for place in self.writer.places(target, key.target_columns))
            if own == values:
                return
        if not self.writer.rows_with(draft, self.writer.places(target, key.target_columns), values):
            raise self._error(False, table, key)

    def changes(self, table: Table, old: Row, new: Row) -> None:
        for key in table.constraints:
            if key.kind == "foreign":
                places = self.writer.places(table, key.columns)
                if any(old[place] != new[place] for place in places):
                    self._refers(table, key, new)

    def deleted(self, table: Table, row: Row) -> None:
        for other, key in self.writer.referring(table):
            self._free(table, other, key, row, None)

    def changed(self, table: Table, old: Row, new: Row) -> None:
        for other, key in self.writer.referring(table):
            places = self.writer.places(table, key.target_columns)
            if any(old[place] != new[place] for place in places):
                self._free(table, other, key, old, new)

    def held(self, table: Table, old: Row, new: Row) -> None:
        """Whether a row may lose its keys: nothing refers to them that would have to follow and may not."""
        for other, key in self.writer.referring(table):
            if key.on_update in _REFUSING:
                places = self.writer.places(table, key.target_columns)
                if any(old[place] != new[place] for place in places):
                    self._free(table, other, key, old, new)

    def _free(self, table: Table, other: Table, key: Constraint, old: Row, new: Row | None) -> None:
        if not self.session.checks_references():
            return
        targets = self.writer.places(table, key.target_columns)
        draft = self.writer.draft("", other.name)
        places = self.writer.places(other, key.columns)
        numbers = sorted(self.writer.rows_with(draft, places, tuple(old[place] for place in targets)))
        action = key.on_delete if new is None else key.on_update
        for number in numbers:
            self.writer.count_cascade()
            if number not in draft.view.rows:
                continue
            row = draft.view.rows[number]
            if action in _REFUSING:
                raise self._error(True, other, key)
            if action == "set default":
                raise outside("SET DEFAULT of a foreign key")
            if action == "cascade" and new is None:
                self.writer.delete(draft, number)
                self.deleted(other, row)
                continue
            fresh = list(row)
            for place, target in zip(places, targets, strict=True):
                fresh[place] = new[target] if action == "cascade" and new is not None else None
            self.writer.change(draft, number, tuple(fresh))
            self.changed(other, row, tuple(fresh))
