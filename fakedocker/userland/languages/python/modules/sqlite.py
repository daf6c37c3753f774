"""Natives of sqlite3: a connection's database as plain values in a list, its file, and one statement at a time."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import astuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel import program
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import error
from fakedocker.userland.languages.python.files import path_of
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.sql import embedded, embedded_words

_VERSIONS: Final = {"bullseye": "3.34.1", "bookworm": "3.40.1", "trixie": "3.46.1"}
"""SQLite's version by the name of a release of Debian."""
_UNKNOWN: Final = ("SQLITE_CANTOPEN", 14, "unable to open database file")
_READ_ONLY: Final = ("SQLITE_READONLY", 8, "attempt to write a readonly database")
_FULL: Final = ("SQLITE_FULL", 13, "database or disk is full")
Problem = tuple[str, str, str, int]
"""(kind, words, name, code): the guest's text raises it."""


def _problem(told: tuple[str, int, str]) -> Problem:
    return ("OperationalError", told[2], told[0], told[1])


def _version(m: Interpreter) -> str:
    """The version of the image's SQLite; "" where it is not known."""
    found: str | None = m.state.get("sqlite version")
    if found is None:
        try:
            text = m.system.read_file("/etc/os-release").decode("utf-8", "replace")
        except OSError:
            text = ""
        match = re.search(r"(?m)^VERSION_CODENAME=(\w+)$", text)
        found = _VERSIONS.get(match[1], "") if match else embedded.SQLITE_VERSION if not text else ""
        m.state["sqlite version"] = found
    return found


@native("version", module="_sqlite_natives")
def _told_version(m: Interpreter) -> Value:
    return _version(m)


@native("open_file", module="_sqlite_natives")
def _open_file(m: Interpreter, path: Value) -> Value:
    """A file's whole path, made if it is not there; or the problem with it."""
    name = path_of(m, path)
    for flags in (program.READ | program.WRITE | program.CREATE, program.READ):
        try:
            m.system.close(m.system.open(name, flags, 0o644))
            if m.system.stat(name).kind == "file":
                return m.system.real_path(name)
        except OSError:
            continue
    return _problem(_UNKNOWN)


@native("placeholders", module="_sqlite_natives")
def _placeholders(m: Interpreter, text: Value) -> Value:
    """(first word, how many statements, the names of the first one's placeholders, "" for a `?`)."""
    if "\0" in text:
        raise error("ValueError", "the query contains a null character")
    try:
        words = embedded_words.words_of(text)
    except Unsimulated as missing:
        raise NotSimulated(str(missing)) from None
    names: list[str] = []
    tokens = words.statements[0].words if words.statements else ()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token == "?":
            if is_digits(following[:1]) and f"?{following}" in text:
                raise NotSimulated("numbered placeholders of SQLite")
            names.append("")
        elif token in (":", "@", "$") and following:
            match = re.search(re.escape(token) + "(" + re.escape(following) + ")", text, re.IGNORECASE)
            found = token + (match[1] if match else following)
            if found not in names:
                names.append(found)
    return (words.first, len(words.statements), names)


def _read(m: Interpreter, path: str, database: embedded.Database) -> embedded.Database:
    """The database as its file has it now. Raises OSError."""
    if path == ":memory:":
        return database
    content = m.system.read_file(path)
    before = database.saved[0][1] if database.saved else database.content
    if content == before:
        return database
    if database.saved:
        if database.content != before:
            raise NotSimulated("two programs that write into a database of SQLite at once")
        return embedded.Database(content, tuple((name, content) for name, _ in database.saved), *astuple(database)[2:])
    return embedded.Database(content, (), *astuple(database)[2:])


def _write(m: Interpreter, path: str, content: bytes) -> Problem | None:
    """Put a database's bytes into its file."""
    try:
        fd = m.system.open(path, program.WRITE | program.TRUNCATE)
    except FileNotFoundError:
        raise NotSimulated("a database of SQLite whose file was removed") from None
    except OSError:
        return _problem(_READ_ONLY)
    try:
        m.system.put(content, fd)
    except OSError:
        return _problem(_FULL)
    finally:
        m.system.close(fd)
    return None


def _facts(m: Interpreter) -> embedded.Facts:
    version = _version(m) or embedded.SQLITE_VERSION
    return embedded.Facts(m.system.now_ns, m.system.random, m.system.charge, version)


@native("compiled", module="_sqlite_natives")
def _compiled(m: Interpreter, state: Value, path: Value, text: Value, parameters: Value) -> Value:
    """What is wrong with a statement, whatever its parameters; None if nothing is."""
    try:
        database = _read(m, path, embedded.Database(*state))
        embedded.check(database, text, parameters, _facts(m))
    except OSError:
        return _problem(_UNKNOWN)
    except embedded.SqliteProblem as problem:
        return (problem.kind, problem.message, problem.name, problem.code)
    except Unsimulated as missing:
        raise NotSimulated(str(missing)) from None
    state[:] = astuple(database)
    return None


@native("run", module="_sqlite_natives")
def _run(m: Interpreter, state: Value, path: Value, text: Value, parameters: Value) -> Value:
    """Run a statement on the database in a list: (columns, rows, changed rows, last row); or a problem."""
    database = embedded.Database(*state)
    try:
        database = _read(m, path, database)
    except OSError:
        return _problem(_UNKNOWN)
    facts = _facts(m)
    try:
        outcome = embedded.execute(database, text, parameters, facts)
    except embedded.SqliteProblem as problem:
        state[:] = astuple(database)
        return (problem.kind, problem.message, problem.name, problem.code)
    except Unsimulated as missing:
        raise NotSimulated(str(missing)) from None
    made = outcome.database
    before = database.saved[0][1] if database.saved else database.content
    if path != ":memory:" and not made.in_transaction and made.content != before:
        failed = _write(m, path, made.content)
        if failed is not None:
            state[:] = astuple(database)
            return failed
    elif path != ":memory:" and made.content is not database.content and not m.system.access(path, write=True):
        state[:] = astuple(database)
        return _problem(_READ_ONLY)
    state[:] = astuple(made)
    columns = None if outcome.columns is None else list(outcome.columns)
    return (columns, list(outcome.rows), outcome.row_count, outcome.last_row_id)


@native("new_state", module="_sqlite_natives")
def _new_state(m: Interpreter) -> Value:
    return list(astuple(embedded.Database()))


@native("statements", module="_sqlite_natives")
def _statements(m: Interpreter, text: Value) -> Value:
    return embedded.split_script(text)


@native("is_complete", module="_sqlite_natives")
def _is_complete(m: Interpreter, text: Value) -> Value:
    return embedded.is_complete(text)
