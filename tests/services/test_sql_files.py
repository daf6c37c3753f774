"""What SQL servers keep on disk: what has changed behind what is there, so that a commit costs what it changes."""

from __future__ import annotations

import pytest

from fakedocker.userland.languages.sql import store, store_files
from fakedocker.userland.languages.sql.store import (
    Column as SqlColumn,
    Database,
    Rows,
    Sequence,
    Store,
    Table,
    changed_rows,
    note_changes,
)
from helpers.cli_host import Host

SERVERS = {
    "postgres": (
        "docker run -d --name db -e POSTGRES_PASSWORD=x postgres:16",
        "docker exec -i db psql -U postgres -At",
        "/var/lib/postgresql/data/base/fakedocker.json",
        "create table t (id serial primary key, a text)",
    ),
    "mariadb": (
        "docker run -d --name db -e MARIADB_ROOT_PASSWORD=x -e MARIADB_DATABASE=app mariadb:11",
        "docker exec -i db mariadb -uroot -px -N app",
        "/var/lib/mysql/fakedocker.json",
        "create table t (id int auto_increment primary key, a text)",
    ),
}


@pytest.mark.parametrize("server", sorted(SERVERS))
def test_commits_are_there_after_a_kill_and_cost_what_they_change(server: str) -> None:
    run, client, path, table = SERVERS[server]
    host = Host("/root/work")

    def ask(text: str) -> str:
        return host.run(f'echo "{text}" | {client}')[1]

    host.run(f"{run}; sleep 30")
    ask(f"{table};")
    size = f"docker exec db stat -c %s {path}"
    many = ", ".join(f"('row {number}')" for number in range(400))
    ask(f"insert into t (a) values {many};")
    before = int(host.run(size)[1])
    ask("begin; insert into t (a) values ('one'), ('two'); delete from t where id = 3; commit;")
    ask("update t set a = 'changed' where id = 5;")
    assert 0 < int(host.run(size)[1]) - before < 1500
    host.run("docker kill db; docker start db; sleep 30")
    asked = "select count(*), max(id), min(a) from t; select a from t where id in (3, 5, 402) order by id"
    wanted = ["401", "402", "changed"], ["changed", "two"]
    said = ask(f"{asked};").replace("|", "\t").splitlines()
    assert (said[0].split("\t"), said[1:]) == wanted
    ask("insert into t (a) values ('after');")
    assert ask("select max(id) from t;") == "403\n"


def stored(rows: Rows, last: int = 1) -> Store:
    table = Table("public", "t", (SqlColumn("a", "int4"),), rows=rows, next_row=len(rows) + 1)
    database = Database("db", tables=store.Map({("public", "t"): table}))
    sequences = store.Map({("db", "public", "s"): Sequence("public", "s", last)})
    return Store(store.Map({"db": database}), store.Map(), sequences)


def test_changes_are_read_back() -> None:
    before: Rows = store.Map({1: (1,), 2: (None,), 3: (b"x",)})
    after = before.delete(1).set(3, (b"y",)).set(4, ((1, 2),))
    changes = store_files.dump_changes(stored(before), stored(after, 7))
    assert changes is not None
    read = store_files.load(store_files.dump(stored(before)) + b"\n" + changes)
    assert read == stored(after, 7)
    assert store_files.dump(read) == store_files.dump(stored(after, 7))


def test_what_is_more_than_rows_is_written_whole() -> None:
    rows: Rows = store.Map({1: (1,)})
    one = stored(rows)
    database = one.databases["db"]
    other = Store(
        one.databases.set("db", store.without_table(database, database.tables["public", "t"])), one.users, one.sequences
    )
    assert store_files.dump_changes(one, other) is None
    assert store_files.dump_changes(one, Store(one.databases, one.users, store.Map())) is None


def test_changed_rows_are_the_same_whether_they_are_remembered_or_not() -> None:
    first: Rows = store.Map({number: (number,) for number in range(50)})
    second = first.set(7, ("new",)).set(8, (8,))
    third = second.delete(9).set(60, (60,)).delete(60)
    compared = changed_rows(first, third)
    note_changes(first, second, (7, 8))
    note_changes(second, third, (9, 60))
    assert changed_rows(first, third) == compared == [7, 9]


@pytest.mark.parametrize("line", [b"", b"{}", b'{"tables": [["no", {}]], "sequences": []}', b"\xff"])
def test_a_broken_file_is_refused(line: bytes) -> None:
    data = store_files.dump(stored(store.Map({1: (1,)})))
    with pytest.raises(ValueError):
        store_files.load(data + b"\n" + line)
