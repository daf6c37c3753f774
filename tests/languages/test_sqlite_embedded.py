"""SQLite for programs: values, SQLite's own words, transactions as bytes, the virtual clock, and what is refused."""

from __future__ import annotations

import sqlite3

import pytest

from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.languages.sql.embedded import (
    Database,
    Facts,
    Outcome,
    SqliteProblem,
    execute,
    is_complete,
    split_script,
)

FACTS = Facts(now_ns=1_700_000_000_123_000_000, random=lambda bound: bound // 3, charge=lambda units: None)


def run(database: Database, *statements: str) -> Outcome:
    outcome = Outcome(database)
    for statement in statements:
        outcome = execute(outcome.database, statement, (), FACTS)
    return outcome


def made(*statements: str) -> Database:
    return run(Database(), "create table t (id integer primary key, name text not null unique)", *statements).database


def test_rows_come_back_typed_and_the_bytes_are_a_file() -> None:
    found = execute(made(), "insert into t (name) values (?), (?)", ("a", "b"), FACTS)
    assert (found.row_count, found.last_row_id) == (2, 2)
    found = execute(
        found.database, "select id, name, 1.5, x'00ff', null as n from t where name > :low", {"low": ""}, FACTS
    )
    assert found.columns == ("id", "name", "1.5", "x'00ff'", "n")
    assert found.rows == ((1, "a", 1.5, b"\0\xff", None), (2, "b", 1.5, b"\0\xff", None))
    connection = sqlite3.connect(":memory:")
    connection.deserialize(found.database.content)
    assert connection.execute("select count(*) from t").fetchone() == (2,)
    connection.close()


def test_an_old_value_stays_as_it_was() -> None:
    first = made("insert into t values (1, 'a')")
    second = run(first, "delete from t").database
    assert run(first, "select * from t").rows == ((1, "a"),)
    assert run(second, "select * from t").rows == ()


@pytest.mark.parametrize(
    ("statement", "kind", "message", "name"),
    [
        ("select * from nope", "OperationalError", "no such table: nope", "SQLITE_ERROR"),
        ("select nope from t", "OperationalError", "no such column: nope", "SQLITE_ERROR"),
        ("selec 1", "OperationalError", 'near "selec": syntax error', "SQLITE_ERROR"),
        ("insert into t values (1, 'b')", "IntegrityError", "UNIQUE constraint failed: t.id", "SQLITE_CONSTRAINT_PRIMARYKEY"),
        ("insert into t (id) values (9)", "IntegrityError", "NOT NULL constraint failed: t.name", "SQLITE_CONSTRAINT_NOTNULL"),
        ("commit", "OperationalError", "cannot commit - no transaction is active", "SQLITE_ERROR"),
        ("select load_it('x')", "OperationalError", "no such function: load_it", "SQLITE_ERROR"),
    ],
)  # fmt: skip
def test_errors_in_sqlites_words(statement: str, kind: str, message: str, name: str) -> None:
    with pytest.raises(SqliteProblem) as problem:
        run(made("insert into t values (1, 'a')"), statement)
    assert (problem.value.kind, problem.value.message, problem.value.name) == (kind, message, name)


def test_a_transaction_is_bytes_before_and_after() -> None:
    database = made("begin", "insert into t values (1, 'a')", "savepoint s", "insert into t values (2, 'b')")
    assert database.in_transaction
    assert run(database, "rollback to s", "commit", "select count(*) from t").rows == ((1,),)
    assert run(database, "release s", "commit", "select count(*) from t").rows == ((2,),)
    assert run(database, "rollback", "select count(*) from t").rows == ((0,),)


def test_the_clock_is_the_virtual_one_and_the_version_is_told() -> None:
    found = run(Database(), "select datetime('now'), current_date, strftime('%Y', 'now', '-1 year'), sqlite_version()")
    assert found.rows == (("2023-11-14 22:13:20", "2023-11-14", "2022", "3.40.1"),)
    found = run(Database(), "create table d (at text default current_timestamp, a)", "insert into d (a) values (1)", "select at from d")  # fmt: skip
    assert found.rows == (("2023-11-14 22:13:20",),)
    assert run(Database(), "select random(), changes(), last_insert_rowid()").rows == (
        (-(1 << 63) + (1 << 64) // 3, 0, 0),
    )


def test_foreign_keys_are_kept_once_they_are_asked_for() -> None:
    tables = ("create table a (id integer primary key)", "create table b (a integer references a (id))")
    assert run(Database(), *tables, "insert into b values (7)").row_count == 1
    with pytest.raises(SqliteProblem, match="FOREIGN KEY constraint failed"):
        run(Database(), "pragma foreign_keys = on", *tables, "insert into b values (7)")
    assert run(Database(), "pragma foreign_keys").rows == ((0,),)
    assert [row[1] for row in run(made(), "pragma table_info(t)").rows] == ["id", "name"]


@pytest.mark.parametrize(
    "statement",
    [
        "attach 'x' as y", "vacuum into 'x'", "pragma data_store_directory = 'x'", "select load_extension('x')", "explain select 1",
        "select * from t a right join t b on a.id = b.id", "select '{}' ->> 'a'", "create virtual table v using fts5(a)",
        "select * from pragma_database_list", "create temp table x (a)", "select json_extract('{}', '$.a')",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "select zeroblob(500000000)", "select replace(hex(zeroblob(4000000)), '0', 'aaaaaaaa')", "select 1_000",
        "insert or rollback into t values (1, 'a')",
    ],
)  # fmt: skip
def test_what_is_outside_is_refused(statement: str) -> None:
    with pytest.raises(Unsimulated):
        run(made(), statement)


def test_like_takes_a_bounded_time() -> None:
    assert run(Database(), "select 'aBc' like 'AbC', 'abc' like 'a%c', 'abc' like '_b_', 'a%c' like 'a\\%c' escape '\\', null like 'a'").rows == ((1, 1, 1, 1, None),)  # fmt: skip
    assert run(Database(), "select 'abc' glob 'a[b-d]*', 'abc' glob 'a[^b]*', 'abc' glob 'ABC'").rows == ((1, 0, 0),)
    text = "select replace(hex(zeroblob(5000)), '00', 'a') like '" + "%a" * 100 + "%b'"
    assert run(Database(), text).rows == ((0,),)


def test_bytes_that_are_no_database() -> None:
    with pytest.raises(SqliteProblem, match="file is not a database"):
        run(Database(content=b"hello" * 1000), "select 1")


def test_scripts_are_split_where_statements_end() -> None:
    script = "create table a (x text default ';'); -- no; end\ncreate trigger g after insert on a begin delete from a; end; select 1"
    assert len(split_script(script)) == 3
    assert is_complete("select 1;") and not is_complete("select ';")
