"""SQLite for programs in containers (Python's sqlite3, node's sqlite3 and better-sqlite3): one file's bytes, one statement at a time.

A `Database` is plain data, so it can live in a process's state. Its user reads the file's bytes, makes a `Database` of
them, runs statements, and writes `content` back when `in_transaction` is false and the bytes are others than before.
Statements are run by the standard library's `sqlite3` in memory under an authorizer (no other files, no pragma but a
few, functions of a list), a limit of steps and of size; what the SQLite at hand might do otherwise than the image's is
refused with `Unsimulated`. Transactions are kept here: what was there at BEGIN and at each savepoint is bytes again.

    database = Database(content=system.read_file(path))
    outcome = execute(database, "insert into t values (?)", (1,), Facts(now_ns=system.now_ns, random=system.random, charge=system.charge))
    outcome.database.content   # the new bytes
    outcome.columns, outcome.rows, outcome.row_count, outcome.last_row_id
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.languages.sql.embedded_functions import FUNCTIONS, Clock, TooMuch, define
from fakedocker.userland.languages.sql.embedded_words import Words, check_features, pragma_of, transaction_of, words_of

Value = None | int | float | str | bytes
Parameters = Sequence[Value] | Mapping[str, Value]
SQLITE_VERSION: Final = "3.40.1"
"""What bookworm's images have; another image's version is given in `Facts`."""
_LARGEST_BYTES: Final = 32 << 20
_LONGEST_STATEMENT: Final = 1_000_000
_LONGEST_VALUE: Final = 8 << 20
_STEPS: Final = 20_000_000
_STEPS_A_CALL: Final = 1_000
_UNITS_A_CALL: Final = 10
_ROWS: Final = 200_000
_PAGE_BYTES: Final = 4096
_KEPT: Final = 8
_READ_PRAGMAS: Final = frozenset("table_info table_xinfo index_list index_info foreign_key_list user_version".split())


class Database(Struct, frozen=True):
    """A database as plain data.

    Args:
        content: the file's bytes, b"" for a new one; within a transaction with its changes.
        saved: (savepoint's name, bytes before it) of the transaction under way, the first of it named "".
        foreign_keys: whether PRAGMA foreign_keys is on.
        journal: what PRAGMA journal_mode tells.
        last_row_id, changes, total_changes: what the functions of these names tell.
    """

    content: bytes = b""
    saved: tuple[tuple[str, bytes], ...] = ()
    foreign_keys: bool = False
    journal: str = "delete"
    last_row_id: int = 0
    changes: int = 0
    total_changes: int = 0

    @property
    def in_transaction(self) -> bool:
        return bool(self.saved)


class Facts(NamedTuple):
    """What statements may know of the world, and whom they tell.

    Args:
        now_ns: the virtual time.
        random: 0 <= n < bound, from the world's seed.
        charge: told the microseconds of CPU that were used, while they are.
        version: what sqlite_version() tells.
    """

    now_ns: int
    random: Callable[[int], int]
    charge: Callable[[int], None]
    version: str = SQLITE_VERSION


class Outcome(NamedTuple):
    """What a statement gave.

    Args:
        database: what there is after it.
        columns: the names of the result's columns, None where the statement gives no table.
        rows: its rows.
        row_count: rows changed, -1 for what changes none by its nature (as in Python's sqlite3).
        last_row_id: of the last INSERT.
    """

    database: Database
    columns: tuple[str, ...] | None = None
    rows: tuple[tuple[Value, ...], ...] = ()
    row_count: int = -1
    last_row_id: int = 0


class SqliteProblem(Exception):
    """An error in SQLite's own words.

    Args:
        kind: as Python's sqlite3 calls it: OperationalError, IntegrityError, ProgrammingError, InterfaceError ...
        name: SQLite's name of it: SQLITE_CONSTRAINT_UNIQUE ...
        code: its extended result code.
    """

    def __init__(self, kind: str, message: str, name: str = "SQLITE_ERROR", code: int = 1) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.name = name
        self.code = code


class _Engine:
    """A connection of this Python's sqlite3 that holds one `content`; outside of any state, made again at need."""

    def __init__(self, content: bytes) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=64)
        weakref.finalize(self, self.connection.close)
        self.clock = Clock()
        self.refused = ""
        self.steps = 0
        self.charge: Callable[[int], None] = lambda units: None
        self.problem: BaseException | None = None
        self.allowed = False
        if not hasattr(self.connection, "deserialize"):
            raise Unsimulated("SQLite by a Python whose sqlite3 cannot serialize")
        for limit, most in (
            (sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_STATEMENT),
            (sqlite3.SQLITE_LIMIT_ATTACHED, 0), (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 500), (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
        ):  # fmt: skip
            self.connection.setlimit(limit, most)
        if content:
            try:
                self.connection.deserialize(content)
                self.connection.execute("select count(*) from sqlite_master")
            except sqlite3.DatabaseError:
                raise SqliteProblem(
                    "DatabaseError", "file is not a database", "SQLITE_NOTADB", sqlite3.SQLITE_NOTADB
                ) from None
        self.connection.execute(f"pragma max_page_count = {_LARGEST_BYTES // _PAGE_BYTES}")
        define(self.connection, self.clock)
        self.connection.set_progress_handler(self._step, _STEPS_A_CALL)
        self.connection.set_authorizer(self._authorize)

    def content(self, version: str) -> bytes:
        """The file's bytes as the image's SQLite writes them. O(size)."""
        self.allowed = True  # it asks for the number of pages by a pragma
        is_empty = self.connection.execute("pragma page_count").fetchone()[0] == 0
        found = b"" if is_empty else self.connection.serialize()
        self.allowed = False
        return _signed(found, version)

    def _step(self) -> int:
        self.steps += _STEPS_A_CALL
        try:
            self.charge(_UNITS_A_CALL)
        except BaseException as problem:  # an end of the process goes through SQLite's C code as a flag
            self.problem = problem
            return 1
        return 1 if self.steps > _STEPS else 0

    def _authorize(self, action: int, first: str | None, second: str | None, schema: str | None, by: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in FUNCTIONS:
            self.refused = f"SQLite's function {second}"
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and not self.allowed:
            self.refused = f"PRAGMA {first}"
            return sqlite3.SQLITE_DENY
        if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_ANALYZE):
            self.refused = "ATTACH, DETACH and ANALYZE in SQLite"
            return sqlite3.SQLITE_DENY
        if action in (sqlite3.SQLITE_CREATE_VTABLE, sqlite3.SQLITE_DROP_VTABLE):
            self.refused = "a virtual table of SQLite"
            return sqlite3.SQLITE_DENY
        if schema == "temp":
            self.refused = "a temporary table of SQLite"
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK


_engines: OrderedDict[int, tuple[bytes, _Engine]] = OrderedDict()


def _engine_of(content: bytes) -> _Engine:
    """An engine that holds these bytes, taken out of the cache: whoever has used it puts it back under its new bytes."""
    kept = _engines.pop(id(content), None)
    return kept[1] if kept is not None and kept[0] is content else _Engine(content)


def _keep(content: bytes, engine: _Engine) -> None:
    _engines[id(content)] = (content, engine)
    while len(_engines) > _KEPT:
        _engines.popitem(last=False)[1][1].connection.close()


def is_complete(text: str) -> bool:
    """Whether a text ends with a whole statement (sqlite3_complete)."""
    return sqlite3.complete_statement(text)


def split_script(text: str) -> list[str]:
    """The statements of a script, for executescript. O(length)."""
    return [part.text for part in words_of(text).statements]


def execute(database: Database, statement: str, parameters: Parameters, facts: Facts) -> Outcome:
    """One statement.

    Args:
        parameters: a sequence for ?, a mapping for :name, @name and $name.

    Raises:
        SqliteProblem: what SQLite itself says.
        Unsimulated: what is outside.
    """
    words = words_of(statement)
    if len(words.statements) > 1:
        raise SqliteProblem("ProgrammingError", "You can only execute one statement at a time.", "")
    if len(statement) > _LONGEST_STATEMENT:
        raise Unsimulated("so long a statement of SQLite")
    if not words.statements:
        return Outcome(database)
    check_features(words)
    turn = transaction_of(words)
    if turn is not None:
        return Outcome(_turn(database, *turn))
    pragma = pragma_of(words)
    if pragma is not None:
        return _pragma(database, *pragma, facts)
    return _run(database, statement, words, parameters, facts)


def check(database: Database, statement: str, parameters: Parameters, facts: Facts) -> None:
    """Compile a statement without running it; `parameters` are any of the right number and names.

    Raises:
        SqliteProblem: what SQLite itself says of it.
        Unsimulated: what is outside.
    """
    words = words_of(statement)
    if len(words.statements) != 1 or words.first in (
        "begin",
        "commit",
        "end",
        "rollback",
        "savepoint",
        "release",
        "pragma",
    ):
        return
    check_features(words)
    engine = _engine_of(database.content)
    engine.refused, engine.steps, engine.problem, engine.charge = "", 0, None, facts.charge
    try:
        engine.connection.execute(f"explain {words.statements[0].text}", parameters).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeEncodeError) as problem:
        raise _told(engine, problem) from None
    finally:
        _keep(database.content, engine)


def _run(database: Database, statement: str, words: Words, parameters: Parameters, facts: Facts) -> Outcome:
    engine = _engine_of(database.content)
    connection = engine.connection
    engine.refused, engine.steps, engine.problem, engine.charge = "", 0, None, facts.charge
    engine.clock.set(facts.now_ns, facts.random, facts.version, database)
    engine.allowed = True
    connection.execute(f"pragma foreign_keys = {int(database.foreign_keys)}")
    engine.allowed = False
    before = connection.total_changes
    try:
        connection.execute("savepoint fakedocker")
        cursor = connection.execute(statement, parameters)
        columns = tuple(entry[0] for entry in cursor.description) if cursor.description is not None else None
        rows = tuple(cursor.fetchmany(_ROWS + 1)) if columns is not None else ()
        row_count, last_row_id = cursor.rowcount, cursor.lastrowid
        connection.execute("release fakedocker")
    except (sqlite3.Error, OverflowError, UnicodeEncodeError) as problem:
        told = [_told(engine, problem)]  # a list, since a variable would be in a circle with what is raised
        if connection.in_transaction:
            connection.execute("rollback to fakedocker")
            connection.execute("release fakedocker")
        _keep(database.content, engine)
        raise told.pop() from None
    if len(rows) > _ROWS:
        connection.close()
        raise Unsimulated("so many rows of SQLite at once")
    facts.charge(20 + engine.steps // 100)
    made = connection.total_changes - before
    content = database.content
    if made or words.first not in ("select", "values", "with", "explain"):
        content = engine.content(facts.version)
    _keep(content, engine)
    changes = row_count if words.first in ("insert", "update", "delete", "replace") and row_count >= 0 else database.changes  # fmt: skip
    inserted = words.first in ("insert", "replace") and made
    last = (last_row_id or 0) if inserted else database.last_row_id
    after = replace(database, content=content, last_row_id=last, changes=changes, total_changes=database.total_changes + made)  # fmt: skip
    return Outcome(after, columns, rows, row_count, last)


def _signed(content: bytes, version: str) -> bytes:
    """The bytes as the image's SQLite writes them: the writer's version is in the header (fileformat2, offset 96)."""
    major, minor, patch = (int(part) for part in version.split("."))
    number = (major * 1_000_000 + minor * 1_000 + patch).to_bytes(4, "big")
    return content[:96] + number + content[100:] if content else content


def _told(engine: _Engine, problem: Exception) -> Exception:
    """What a failure is for the program: SQLite's own error, or that it is not simulated."""
    if engine.problem is not None:
        return engine.problem if isinstance(engine.problem, Exception) else RuntimeError(str(engine.problem))
    if engine.refused:
        return Unsimulated(engine.refused)
    if isinstance(engine.clock.problem, TooMuch):
        return Unsimulated(f"so much work of SQLite's {engine.clock.problem}")
    if engine.steps > _STEPS:
        return Unsimulated("so much work of one statement of SQLite")
    if isinstance(problem, OverflowError):
        return SqliteProblem("OverflowError", "Python int too large to convert to SQLite INTEGER", "")
    message = str(problem)
    if message == "database or disk is full" or message.startswith(
        ("string or blob too big", "Expression tree is too")
    ):
        return Unsimulated("so large a value, statement or database of SQLite")
    if message.startswith("no such function: ") and message[18:].lower() in FUNCTIONS:
        return Unsimulated(f"SQLite's function {message[18:]}")  # the image's SQLite has it, the one at hand has not
    message = message.partition(" - should this be a string literal")[0]
    name = str(getattr(problem, "sqlite_errorname", ""))
    return SqliteProblem(type(problem).__name__, message, name, int(getattr(problem, "sqlite_errorcode", 0)))


def _turn(database: Database, verb: str, name: str) -> Database:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE and ROLLBACK TO."""
    saved = database.saved
    if verb == "begin":
        if saved:
            raise SqliteProblem("OperationalError", "cannot start a transaction within a transaction")
        return replace(database, saved=(("", database.content),))
    if verb == "savepoint":
        return replace(database, saved=(*saved, (name, database.content)))
    if verb in ("commit", "rollback"):
        if not saved:
            said = "commit - no" if verb == "commit" else "rollback - no"
            raise SqliteProblem("OperationalError", f"cannot {said} transaction is active")
        return replace(database, saved=(), content=saved[0][1] if verb == "rollback" else database.content)
    places = [place for place, (known, _) in enumerate(saved) if known == name and known]
    if not places:
        raise SqliteProblem("OperationalError", f"no such savepoint: {name}")
    if verb == "release":
        return replace(database, saved=saved[: places[-1]])
    return replace(database, saved=saved[: places[-1] + 1], content=saved[places[-1]][1])


def _pragma(database: Database, name: str, argument: str, facts: Facts) -> Outcome:
    """The pragmas that programs begin with; others are outside."""
    switches = {"1": True, "on": True, "yes": True, "true": True, "0": False, "off": False, "no": False, "false": False}
    if name == "foreign_keys":
        if not argument:
            return Outcome(database, ("foreign_keys",), ((int(database.foreign_keys),),))
        if database.in_transaction:
            return Outcome(database)
        return Outcome(replace(database, foreign_keys=switches.get(argument.lower(), False)))
    if name == "journal_mode":
        modes = ("delete", "truncate", "persist", "wal")
        mode = argument.lower() if argument.lower() in modes else database.journal
        return Outcome(replace(database, journal=mode), ("journal_mode",), ((mode,),))
    if name in ("synchronous", "busy_timeout", "cache_size", "temp_store") and argument:
        return Outcome(database, *((("timeout",), ((int(argument),),)) if name == "busy_timeout" and is_digits(argument) else (None,)))  # fmt: skip
    if name not in _READ_PRAGMAS or (argument and name == "user_version" and not is_digits(argument)):
        raise Unsimulated(f"PRAGMA {name}")
    if name == "user_version" and argument:
        text = f"pragma user_version = {argument}"
    else:
        quoted = '"' + argument.replace('"', '""') + '"'
        text = f"pragma {name}({quoted})" if argument else f"pragma {name}"
    engine = _engine_of(database.content)
    engine.allowed = True
    cursor = engine.connection.execute(text)
    columns = tuple(entry[0] for entry in cursor.description) if cursor.description is not None else None
    rows = tuple(cursor.fetchall()) if columns is not None else ()
    engine.allowed = False
    content = engine.content(facts.version) if name == "user_version" and argument else database.content
    _keep(content, engine)
    return Outcome(replace(database, content=content), columns, rows)
