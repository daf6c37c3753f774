"""Natives of the package sqlite3: databases in files, and one statement at a time over `languages/sql/embedded.py`."""

from __future__ import annotations

from typing import Final

from msgspec.structs import astuple, replace

from fakedocker.userland.languages.javascript.cells import JsArray, JsBytes, JsDate, JsObject, Value
from fakedocker.userland.languages.javascript.natives import Host, argument
from fakedocker.userland.languages.javascript.node_host.host import data_from, native, new_buffer, system_of, text_from
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.sql import embedded

_MEMORY: Final = frozenset({":memory:", ""})
_CODES: Final = {
    1: "SQLITE_ERROR", 5: "SQLITE_BUSY", 8: "SQLITE_READONLY", 11: "SQLITE_CORRUPT", 13: "SQLITE_FULL", 18: "SQLITE_TOOBIG",
    19: "SQLITE_CONSTRAINT", 20: "SQLITE_MISMATCH", 21: "SQLITE_MISUSE", 25: "SQLITE_RANGE", 26: "SQLITE_NOTADB",
}  # fmt: skip
"""Result codes that the package tells of, without what extends them."""
_WHOLE: Final = 1 << 53
VERSION: Final = "3.44.2"
"""SQLite within the package's release 5.1.7."""


@native("sqliteOpen", "open", of_path=True)
def _open(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """sqliteOpen(path, may be made) -> a database, to be given to the others; an error of the system's if there is no file"""
    path = text_from(realm, arguments, 0)
    made = JsObject(None)
    made.private = {"path": path, "database": astuple(embedded.Database())}
    if path not in _MEMORY:
        system = system_of(realm)
        try:
            system.read_file(path)
        except FileNotFoundError:
            if not argument(arguments, 1):
                raise
            system.write_file(path, b"")
    return made


@native("sqliteSplit")
def _split(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """sqliteSplit(text) -> its statements"""
    parts = embedded.split_script(from_units(to_text(realm, argument(arguments, 0))))
    return realm.array([to_units(part) for part in parts if part.strip()])


@native("sqliteRun")
def _run(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """sqliteRun(database, statement, parameters) -> {columns, rows, lastID, changes}, or {errno, code, message}"""
    held, statement, given = (argument(arguments, place) for place in range(3))
    assert isinstance(held, JsObject) and held.private is not None
    system, path = system_of(realm), held.private["path"]
    database = embedded.Database(*held.private["database"])
    is_file = path not in _MEMORY
    if is_file and not database.in_transaction:
        content = system.read_file(path)
        if content != database.content:
            database = replace(database, content=content)
    facts = embedded.Facts(system.now_ns, system.random, system.charge, VERSION)
    made = realm.new_object()
    try:
        outcome = embedded.execute(database, from_units(to_text(realm, statement)), _parameters(realm, given), facts)
    except embedded.SqliteProblem as problem:
        number = problem.code & 0xFF or (25 if problem.kind == "ProgrammingError" else 1)
        code = _CODES.get(number, "SQLITE_ERROR")
        said = problem.message if number != 25 else "column index out of range"
        made.props.update(errno=float(number), code=code, message=to_units(f"{code}: {said}"))
        return made
    held.private["database"] = astuple(outcome.database)  # parts that a memory can hold
    if is_file and not outcome.database.in_transaction and outcome.database.content != database.content:
        system.write_file(path, outcome.database.content)
    rows = [_row(realm, outcome.columns or (), row) for row in outcome.rows]
    made.props.update(
        rows=realm.array(rows), lastID=float(outcome.database.last_row_id), changes=float(outcome.database.changes)
    )
    return made


def _row(realm: Host, columns: tuple[str, ...], row: tuple[embedded.Value, ...]) -> JsObject:
    made: JsObject = realm.new_object()
    for name, value in zip(columns, row, strict=True):
        made.props[to_units(name)] = _from_sql(realm, value)
    return made


def _from_sql(realm: Host, value: embedded.Value) -> Value:
    if value is None:
        return NULL
    if isinstance(value, str):
        return to_units(value)
    if isinstance(value, bytes):
        return new_buffer(realm, value)
    return float(value)


def _parameters(realm: Host, given: Value) -> embedded.Parameters:
    """A list for question marks, an object for names."""
    if isinstance(given, JsArray):
        return [_to_sql(realm, value) for value in given.items]
    if isinstance(given, JsObject):
        return {
            from_units(key).lstrip("$:@"): _to_sql(realm, get(realm, given, key))
            for key in enumerable_keys(realm, given)
        }
    return []


def _to_sql(realm: Host, value: Value) -> embedded.Value:
    if value is None or value is NULL:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return int(value) if value == value and abs(value) < _WHOLE and value == int(value) else value
    if isinstance(value, JsDate):
        return float(value.time_ms)
    if isinstance(value, JsBytes):
        return data_from(realm, value)
    return from_units(to_text(realm, value))
