"""Databases: how postgres, mysqld and mongod come up, and what SQL gives through psql and mysql."""

from __future__ import annotations

import json
import re

import pytest

from helpers.paths import ROOT
from helpers.services_machine import Machine, Service

SETUP = """create table users (id serial primary key, name varchar(20) not null, age int);
insert into users (name, age) values ('alice', 30), ('bob', 25), ('carol', null);
"""


def postgres(**environment: str) -> tuple[Machine, Service]:
    box = Machine()
    return box, box.serve("postgres", POSTGRES_PASSWORD="secret", **environment)


def test_debians_one_file_for_all_clients_is_the_one_it_is_called_as() -> None:
    box, _ = postgres()
    box.sh("ln -s $(command -v psql) /tmp/pg_isready; ln -s $(command -v psql) /tmp/pg_restore")
    assert box.sh("/tmp/pg_isready").stdout == "/var/run/postgresql:5432 - accepting connections\n"
    dumped = box.sh("/tmp/pg_restore -U postgres")
    assert (dumped.status, dumped.stderr) == (126, "fakedocker: pg_restore: this program is not simulated\n")


def psql(*statements: str, options: str = "") -> str:
    box, _ = postgres()
    result = box.sh(f"psql -U postgres {options}", stdin=(SETUP + "\n".join(statements)).encode())
    return (result.stdout + result.stderr).replace("CREATE TABLE\nINSERT 0 3\n", "", 1)


# postgres


def test_postgres_wants_a_password() -> None:
    server = Machine().serve("postgres")
    assert server.status == 1
    assert server.stderr.startswith("Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n")  # fmt: skip


def test_postgres_initialises_and_is_ready_after_a_while() -> None:
    box = Machine()
    server = box.serve("postgres", seconds=0.5, POSTGRES_PASSWORD="x", POSTGRES_DB="app")
    assert box.sh("pg_isready", seconds=0.2).stdout == "/var/run/postgresql:5432 - no response\n"
    box.settle(seconds=5)
    assert server.stdout.startswith('The files belonging to this database system will be owned by user "postgres".\n')
    assert "CREATE DATABASE\n" in server.stdout
    assert "PostgreSQL init process complete; ready for start up.\n" in server.stdout
    assert server.stderr.count("LOG:  database system is ready to accept connections\n") == 2
    assert server.stderr.endswith("database system is ready to accept connections\n")
    assert box.sh("pg_isready; pg_isready -h localhost").stdout == "/var/run/postgresql:5432 - accepting connections\nlocalhost:5432 - accepting connections\n"  # fmt: skip
    assert box.sh("psql -U postgres -d app -Atc 'select current_database()'").stdout == "app\n"


def test_postgres_keeps_its_data_and_ends_cleanly() -> None:
    box, first = postgres()
    box.sh("psql -U postgres", stdin=SETUP.encode())
    first.signal("INT")
    assert first.status == 0
    assert "LOG:  received fast shutdown request\n" in first.stderr
    assert first.stderr.endswith("LOG:  database system is shut down\n")
    second = box.serve("postgres")
    assert "Skipping initialization" in second.stdout
    assert box.sh("psql -U postgres -Atc 'select count(*) from users'").stdout == "3\n"


def test_psql_runs_every_statement_of_its_files() -> None:
    """As psql 15 does: one statement a line, rows to copy, a file without a last semicolon, and what comes behind them."""
    table = "create table t(a int, b text);\ncopy t from stdin;\n1\tx\n2\t\\N\n\\.\nselect * from t;\n\\echo done\n"
    box = Machine({"/c.sql": table, "/d.sql": "select 7 as other\n", "/e.sql": "select 1;\nselect 2;select 3;\n"})
    box.serve("postgres", POSTGRES_PASSWORD="x")
    assert (
        box.sh("psql -U postgres -At -f /c.sql -f /d.sql -c 'select 9'").stdout
        == "CREATE TABLE\nCOPY 2\n1|x\n2|\ndone\n7\n9\n"
    )
    assert box.sh("psql -U postgres -At -f /e.sql").stdout == "1\n2\n3\n"


def test_scripts_of_the_folder_are_run_at_first() -> None:
    box = Machine({"/docker-entrypoint-initdb.d/1.sql": SETUP})
    server = box.serve("postgres", POSTGRES_PASSWORD="x")
    assert "/usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/1.sql\nCREATE TABLE\nINSERT 0 3\n" in server.stdout  # fmt: skip
    assert box.sh("psql -U postgres -Atc 'select name from users where id = 2'").stdout == "bob\n"


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("select * from users order by id;", " id | name  | age \n----+-------+-----\n  1 | alice |  30\n  2 | bob   |  25\n  3 | carol |    \n(3 rows)\n\n"),
        ("select name from users where age = 25;", " name \n------\n bob\n(1 row)\n\n"),
        ("select count(*) from users;", " count \n-------\n     3\n(1 row)\n\n"),
        ("select name from users order by name desc limit 1;", " name  \n-------\n carol\n(1 row)\n\n"),
        ("select age is null as unknown, count(*) from users group by age is null order by 1;", " unknown | count \n---------+-------\n f       |     2\n t       |     1\n(2 rows)\n\n"),
        ("update users set age = age + 1 where name like 'a%';", "UPDATE 1\n"),
        ("delete from users where age is null;", "DELETE 1\n"),
        ("insert into users (name) values ('dave') returning id;", " id \n----\n  4\n(1 row)\n\nINSERT 0 1\n"),
        ("begin;delete from users;rollback;select count(*) from users;", "BEGIN\nDELETE 3\nROLLBACK\n count \n-------\n     3\n(1 row)\n\n"),
        ("create database other;", "CREATE DATABASE\n"),
        ("drop table users;", "DROP TABLE\n"),
        ("select 1 + 1 as two, 'a' || 'b' as ab;", " two | ab \n-----+----\n   2 | ab\n(1 row)\n\n"),
        ("select a.name from users a join users b on a.id = b.id + 1 where b.name = 'bob';", " name  \n-------\n carol\n(1 row)\n\n"),
        ("select * from nope;", 'ERROR:  relation "nope" does not exist\nLINE 1: select * from nope;\n                      ^\n'),
        ("select nope from users;", 'ERROR:  column "nope" does not exist\nLINE 1: select nope from users;\n               ^\nHINT:  Perhaps you meant to reference the column "users.name".\n'),
        ("selec 1;", 'ERROR:  syntax error at or near "selec"\nLINE 1: selec 1;\n        ^\n'),
        ("insert into users values (1, 'x', 1);", 'ERROR:  duplicate key value violates unique constraint "users_pkey"\nDETAIL:  Key (id)=(1) already exists.\n'),
        ("insert into users (age) values (1);", 'ERROR:  null value in column "name" of relation "users" violates not-null constraint\nDETAIL:  Failing row contains (4, null, 1).\n'),
        ("insert into users (name, age) values ('x', 'y');", 'ERROR:  invalid input syntax for type integer: "y"\nLINE 1: insert into users (name, age) values (\'x\', \'y\');\n                                                   ^\n'),
        ("create table users (id int);", 'ERROR:  relation "users" already exists\n'),
        ("select 1/0;", "ERROR:  division by zero\n"),
        ("\\dt", "         List of relations\n Schema | Name  | Type  |  Owner   \n--------+-------+-------+----------\n public | users | table | postgres\n(1 row)\n\n"),
        ("\\nope", "invalid command \\nope\nTry \\? for help.\n"),
    ],
)  # fmt: skip
def test_sql_through_psql(statement: str, wanted: str) -> None:
    assert psql(statement) == wanted


def test_psql_lists_databases_and_describes_tables() -> None:
    shown = psql("\\l")
    assert shown.splitlines()[1].split("|")[0].strip() == "Name"
    assert " template0 | postgres | UTF8     | libc            | en_US.utf8 | en_US.utf8 |            |           | =c/postgres          +\n" in shown  # fmt: skip
    described = psql("\\d users")
    assert " id     | integer               |           | not null | nextval('users_id_seq'::regclass)\n" in described
    assert 'Indexes:\n    "users_pkey" PRIMARY KEY, btree (id)\n' in described


def test_psql_on_a_terminal() -> None:
    box, _ = postgres()
    shown = box.session("psql", "-U", "postgres", lines=("select 1", "as one;", "\\c nope", "create database app;", "\\c app", "\\q"))  # fmt: skip
    assert shown.startswith('psql (16.4 (Debian 16.4-1.pgdg120+1))\nType "help" for help.\n\npostgres=# select 1\npostgres-# as one;\n one \n')  # fmt: skip
    assert 'FATAL:  database "nope" does not exist\nPrevious connection kept\npostgres=# ' in shown
    assert shown.endswith('You are now connected to database "app" as user "postgres".\napp=# \\q\n')


def test_psql_that_cannot_connect() -> None:
    box = Machine()
    alone = box.sh("psql -U postgres -c 'select 1'")
    assert alone.status == 2
    assert alone.stderr.startswith('psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n')  # fmt: skip
    refused = box.sh("psql -h localhost -U postgres -c 'select 1'")
    assert refused.stderr.startswith('psql: error: connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused\n')  # fmt: skip
    unknown = box.sh("psql -h db -U postgres -c 'select 1'")
    assert unknown.stderr == 'psql: error: could not translate host name "db" to address: Name or service not known\n'
    box, _ = postgres()
    assert box.sh("psql -c 'select 1'").stderr.endswith('FATAL:  role "root" does not exist\n')


# mysqld


def mysql() -> tuple[Machine, Service]:
    box = Machine()
    return box, box.serve("mysqld", seconds=20, MYSQL_ROOT_PASSWORD="root", MYSQL_DATABASE="app", MYSQL_USER="me", MYSQL_PASSWORD="pw")  # fmt: skip


def test_mysqld_wants_a_password() -> None:
    server = Machine().serve("mysqld")
    assert server.status == 1
    assert "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n" in server.stderr
    assert server.stderr.endswith("    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n")  # fmt: skip


def test_mysqld_comes_up_and_ends() -> None:
    box, server = mysql()
    assert "[Note] [Entrypoint]: Creating database app\n" in server.stdout
    assert "[Note] [Entrypoint]: MySQL init process done. Ready for start up.\n" in server.stdout
    assert server.stderr.count("/usr/sbin/mysqld: ready for connections. Version: '8.4.2'  socket: '/var/run/mysqld/mysqld.sock'  port: ") == 2  # fmt: skip
    assert box.sh("mysqladmin ping -uroot -proot").stdout == "mysqld is alive\n"
    server.signal("TERM")
    assert server.status == 0
    assert "Shutdown complete (mysqld 8.4.2)  MySQL Community Server - GPL.\n" in server.stderr


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("select id, name from t", "id\tname\n1\ta\n2\tNULL\n"),
        ("show databases", "Database\napp\ninformation_schema\nmysql\nperformance_schema\nsys\n"),
        ("show tables", "Tables_in_app\nt\n"),
        ("describe t", "Field\tType\tNull\tKey\tDefault\tExtra\nid\tint\tNO\tPRI\tNULL\tauto_increment\nname\tvarchar(9)\tYES\t\tNULL\t\n"),
        ("select * from nope", "ERROR 1146 (42S02) at line 1: Table 'app.nope' doesn't exist\n"),
        ("select nope from t", "ERROR 1054 (42S22) at line 1: Unknown column 'nope' in 'field list'\n"),
        ("selec 1", "ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'selec 1' at line 1\n"),
        ("insert into t values (1, 'x')", "ERROR 1062 (23000) at line 1: Duplicate entry '1' for key 't.PRIMARY'\n"),
        ("select 1", "1\n1\n"),
        ("select count(*), 'x', 1+1, t.name n, t.id from t where id = 1 group by t.name, t.id", "count(*)\tx\t1+1\tn\tid\n1\tx\t2\ta\t1\n"),
        ("use nope", "ERROR 1049 (42000) at line 1: Unknown database 'nope'\n"),
    ],
)  # fmt: skip
def test_sql_through_mysql(statement: str, wanted: str) -> None:
    box, _ = mysql()
    setup = (
        "create table t (id int auto_increment primary key, name varchar(9)); insert into t (name) values ('a'), (null)"
    )
    result = box.sh(f'export MYSQL_PWD=root; mysql -uroot app -e "{setup}"; mysql -uroot app -e "{statement}"')
    assert result.stdout + result.stderr == wanted


def test_mysql_on_a_terminal_and_its_complaints() -> None:
    box, _ = mysql()
    shown = box.session("mysql", "-ume", "-ppw", "app", lines=("select 1 as one, 'x' as b;", "create table t (a int);", "select * from t;", "exit"))  # fmt: skip
    assert shown.startswith("mysql: [Warning] Using a password on the command line interface can be insecure.\n") or "Welcome to the MySQL monitor." in shown  # fmt: skip
    assert "+-----+---+\n| one | b |\n+-----+---+\n|   1 | x |\n+-----+---+\n1 row in set (0.00 sec)\n" in shown
    assert "Query OK, 0 rows affected (0.01 sec)\n" in shown
    assert shown.endswith("Empty set (0.00 sec)\n\nmysql> exit\nBye\n")
    assert box.sh("mysql -uroot -e 'select 1'").stderr == "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)\n"  # fmt: skip
    assert Machine().sh("mysql -uroot -e 'select 1'").stderr == "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)\n"  # fmt: skip


def test_mysql_reads_files_that_source_names() -> None:
    box, _ = mysql()
    box.sh(
        "printf 'create table a (x int);\\ninsert into a values (1);\\n\\nselect * from nothing;\\nselect 5;\\n' > /q.sql"
    )
    lost = "ERROR 1146 (42S02) at line 4 in file: '/q.sql': Table 'app.nothing' doesn't exist\n"
    for given in ("source /q.sql", "\\. /q.sql;"):
        done = box.sh(f"MYSQL_PWD=root mysql -uroot app -e 'drop table if exists a' -e '{given}'")
        assert (done.stdout, done.stderr, done.status) == ("5\n5\n", lost, 0), "it goes on after an error in a file"
    after = box.sh("printf 'drop table a;\\nsource /q.sql\\nselect 9;\\n' | MYSQL_PWD=root mysql -uroot app")
    assert (after.stdout, after.stderr) == ("5\n5\n9\n9\n", lost)
    missing = box.sh("MYSQL_PWD=root mysql -uroot app -e 'source /none.sql'")
    assert (missing.stderr, missing.status) == ("ERROR at line 1: Failed to open file '/none.sql', error: 2\n", 1)
    box.sh("echo 'source /loop.sql' > /loop.sql")
    looping = box.sh("MYSQL_PWD=root mysql -uroot app -e 'source /loop.sql'")
    assert looping.stderr == "fakedocker: mysql: so many files for source is not simulated\n"
    refused = box.sh("MYSQL_PWD=root mysql -uroot app -e 'system ls'")
    assert (refused.stderr, refused.status) == ("fakedocker: mysql: the client's command system is not simulated\n", 1)


def test_a_dump_is_the_one_that_mariadb_has_written_and_makes_the_database_anew() -> None:
    box = Machine()
    settings = {
        "MARIADB_ROOT_PASSWORD": "pw",
        "MARIADB_DATABASE": "shop",
        "MARIADB_VERSION": "1:10.11.18+maria~ubu2204",
    }
    box.serve("mariadbd", seconds=20, **settings)
    client = "export MYSQL_PWD=pw MARIADB_VERSION=1:10.11.18+maria~ubu2204; "
    made = box.sh(f"{client} mariadb -uroot shop", stdin=(ROOT / "tests/data/mariadb-dump-source.sql").read_bytes())
    assert (made.stdout, made.stderr) == ("", "")
    dumped = box.sh(f"{client} mariadb-dump -uroot shop").stdout
    recorded = (ROOT / "tests/data/mariadb-dump.sql").read_text()
    own = re.compile(r"(-- Server version\t\S+?-MariaDB)\S*|(-- Dump completed on ).*")
    assert own.sub(r"\1\2", dumped) == own.sub(r"\1\2", recorded)
    again = box.sh(f"{client} mariadb -uroot -e 'create database two'; mariadb -uroot two", stdin=dumped.encode())
    assert (again.stderr, again.status) == ("", 0)
    assert own.sub("", box.sh(f"{client} mariadb-dump -uroot two").stdout) == own.sub("", dumped).replace(
        "Database: shop", "Database: two"
    )
    other = box.sh("MYSQL_PWD=pw MARIADB_VERSION=11.8.2 mariadb-dump -uroot shop")
    assert other.stderr == "fakedocker: mariadb-dump: a dump as MariaDB 11.8.2 writes it is not simulated\n"


# mongod


def test_mongod_and_its_shell() -> None:
    box = Machine()
    server = box.serve("mongod")
    lines = [json.loads(line) for line in server.stdout.splitlines()]
    assert lines[-1]["msg"] == "Waiting for connections"
    assert lines[-1]["attr"] == {"port": 27017, "ssl": "off"}
    assert box.sh("mongosh --quiet --eval 'db.version()'; mongosh --eval \"db.runCommand({ ping: 1 })\"").stdout == "7.0.14\n{ ok: 1 }\n"  # fmt: skip
    server.signal("TERM")
    assert server.status == 0
    assert box.sh("mongosh --eval 'db.version()'").stderr == "MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017\n"
