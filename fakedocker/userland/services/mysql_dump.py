"""mysqldump and mariadb-dump: a database as statements that make it anew.

Source: what mariadb-dump 10.11.18 writes; for MySQL 8 its manual, and dumps that were published. Of other releases it is
not known what is different, so they are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.mysql_client import log_in, warn_of_password
from fakedocker.userland.services.mysql_versions import is_mariadb, label_of, server_version, version_text
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.tools import Options, Register, UsageProblem, base_name, parse_options, user_name

PROGRAMS = Register()
_LONG: Final = {
    "user=": "u", "password=?": "p", "host=": "h", "port=": "P", "databases": "B", "all-databases": "A", "no-data": "d",
    "version": "V", "single-transaction": "quiet", "quick": "1", "routines": "1", "triggers": "1", "events": "1",
    "no-tablespaces": "1", "add-drop-table": "1", "skip-lock-tables": "1", "lock-tables": "1", "column-statistics=": "2",
    "default-character-set=": "2", "set-gtid-purged=": "2", "result-file=": "r", "opt": "1",
    "protocol=": "2", "no-create-info": "t", "force": "1",
}  # fmt: skip
_NUMBERS: Final = ("int", "tinyint", "smallint", "mediumint", "bigint", "decimal", "numeric", "float", "double", "real")
_BYTES: Final = ("binary", "varbinary", "blob", "tinyblob", "mediumblob", "longblob", "bit")
_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")
_RULE: Final = "-- ------------------------------------------------------\n"
_ESCAPES: Final = (
    ("\\", "\\\\"),
    ("\0", "\\0"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("'", "\\'"),
    ('"', '\\"'),
    ("\x1a", "\\Z"),
)
_LONGEST_INSERT: Final = 1_000_000
"""Where a statement would be split in two."""
_BEGIN: Final = """/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!{names} SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
"""
_END: Final = """/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

"""


@PROGRAMS.program("mysqldump", "mariadb-dump")
def _mysqldump(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    try:
        options = parse_options(system, argv, "u:p::h:P:BAdVr:qft", _LONG)
    except UsageProblem as problem:
        raise Unsimulated(problem.message.rpartition(": ")[2]) from None
    if "V" in options:
        system.put(version_text(system, name))
        return 0
    if not options.operands and "A" not in options:
        system.put(
            f"Usage: {name} [OPTIONS] database [tables]\nOR     {name} [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\n"
            f"OR     {name} [OPTIONS] --all-databases [OPTIONS]\nFor more options, use {name} --help\n"
        )
        return 1
    if "login" not in state:
        password = options.last("p") if "p" in options else system.environment.get("MYSQL_PWD", "")
        if password and "p" in options:
            warn_of_password(system, name)
        login = {"user": options.last("u") or user_name(system, system.uid), "password": password, "database": ""}
        state.update(login=login, asking="p" in options and not password and system.is_terminal(0), answers={})
    status = log_in(system, state, options, name)
    return status or _dump(system, state, options, name)


def _dump(system: System, state: State, options: Options, name: str) -> int:
    """Write it; gives the exit status. Blocks."""
    words = options.operands
    several = "A" in options or "B" in options
    databases = list(words) if "B" in options else list(words[:1])
    if "A" in options:
        found = _asked(system, state, "show databases") or []
        databases = [row[0] for row in found if row[0] not in _SYSTEM]
    parts = [_heading(system, options, "" if several else databases[0])]
    for database in databases:
        if _asked(system, state, f"use `{database}`") is None:
            system.put(f"{name}: Got error: 1049: Unknown database '{database}' when selecting the database\n", 2)
            return 2
        if several:
            parts.append(_database(system, database))
        tables = [row[0] for row in _asked(system, state, "show tables", database) or []]
        for table in words[1:] if not several and words[1:] else tables:
            if table not in tables:
                system.put(f'{name}: Couldn\'t find table: "{table}"\n', 2)
                return 6
            parts += _table(system, state, options, database, table)
    stamp = "%Y-%m-%d %k:%M:%S"
    parts += [_END, f"-- Dump completed on {format_date(stamp, system.now_ns // 1_000_000_000)}\n"]
    text = bytes_of("".join(parts))
    if "r" in options:
        system.write_file(options.last("r"), text)
    else:
        system.put(text)
    return 0


def _heading(system: System, options: Options, database: str) -> str:
    """What stands at the top. Raises Unsimulated for a release whose dumps are not known."""
    version = server_version(system)
    release = tuple(int(part) for part in version.split(".")[:2])
    if is_mariadb(system):
        if release != (10, 11):
            raise Unsimulated(f"a dump as MariaDB {version} writes it")
        label = label_of(system, version)
        first = "/*M!999999\\- enable the sandbox mode */ \n"
        first += f"-- MariaDB dump 10.19  Distrib {version}-MariaDB, for debian-linux-gnu (x86_64)\n"
        names = "40101"
    else:
        if release not in ((8, 0), (8, 4)):
            raise Unsimulated(f"a dump as MySQL {version} writes it")
        first, label, names = f"-- MySQL dump 10.13  Distrib {version}, for Linux (x86_64)\n", version, "50503"
    where = (
        f"--\n-- Host: {options.last('h', 'localhost')}    Database: {database}\n{_RULE}-- Server version\t{label}\n\n"
    )
    return first + where + _BEGIN.replace("{names}", names)


def _database(system: System, database: str) -> str:
    made = (
        f"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `{database}` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci */;"
        if is_mariadb(system)
        else f"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `{database}` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */"
        " /*!80016 DEFAULT ENCRYPTION='N' */;"
    )
    return f"\n--\n-- Current Database: `{database}`\n--\n\n{made}\n\nUSE `{database}`;\n"


def _table(system: System, state: State, options: Options, database: str, table: str) -> Iterator[str]:
    """A table's definition and its rows. Raises Unsimulated where they cannot be told. Blocks."""
    fields = _asked(system, state, f"describe `{table}`", database)
    rows = _asked(system, state, f"select * from `{table}`", database)
    made = _asked(system, state, f"show create table `{table}`", database)
    if fields is None or rows is None or made is None:
        raise Unsimulated(f"a dump of {table}")
    if "t" not in options:
        charset = "40101" if is_mariadb(system) else "50503"
        yield (
            f"\n--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\n"
            "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n"
            f"/*!{charset} SET character_set_client = utf8mb4 */;\n{made[0][1]};\n"
            "/*!40101 SET character_set_client = @saved_cs_client */;\n"
        )
    if "d" not in options:
        yield (
            f"\n--\n-- Dumping data for table `{table}`\n--\n\nLOCK TABLES `{table}` WRITE;\n"
            f"/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n{_rows(system, table, fields, rows)}"
            f"/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\nUNLOCK TABLES;\n"
        )


def _rows(system: System, table: str, fields: list[list[str | None]], rows: list[list[str | None]]) -> str:
    """The INSERT statement, "" where there is nothing to insert."""
    if not rows:
        return ""
    kinds = [str(field[1]) for field in fields]
    if any(kind.startswith(_BYTES) for kind in kinds):
        raise Unsimulated("a dump of columns of bytes")
    plain = [kind.startswith(_NUMBERS) for kind in kinds]
    values = [
        "(" + ",".join(_literal(cell, number) for cell, number in zip(row, plain, strict=True)) + ")" for row in rows
    ]
    is_lined = is_mariadb(system)
    text = f"INSERT INTO `{table}` VALUES{chr(10) if is_lined else ' '}{(',' + chr(10) if is_lined else ',').join(values)};\n"
    if len(text) > _LONGEST_INSERT:
        raise Unsimulated("a dump of so many rows")
    return text


def _literal(cell: str | None, number: bool) -> str:
    if cell is None or number:
        return "NULL" if cell is None else cell
    for letter, code in _ESCAPES:
        cell = cell.replace(letter, code)
    return f"'{cell}'"


def _asked(system: System, state: State, sql: str, database: str = "") -> Any:
    """The rows that a statement gives, asked for once; None for an error. Blocks. Raises Unsimulated."""
    answers = state["answers"]
    key = f"{database}\n{sql}"
    if key not in answers:
        answer = exchange(system, state, {"sql": sql})
        if answer is not None and "unsimulated" in answer:
            raise Unsimulated(answer["unsimulated"])
        answers[key] = None if answer is None or "error" in answer else answer["rows"] or []
    return answers[key]
