"""mysqldump: a database as statements that make it anew."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.mysql_client import log_in, warn_of_password
from fakedocker.userland.services.mysql_versions import server_version, version_text
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.tools import Register, UsageProblem, base_name, parse_options, user_name

PROGRAMS = Register()
_LONG: Final = {
    "user=": "u", "password=?": "p", "host=": "h", "port=": "P", "databases": "B", "all-databases": "A", "no-data": "d",
    "version": "V", "single-transaction": "1", "quick": "1", "routines": "1", "triggers": "1", "events": "1",
    "no-tablespaces": "1", "add-drop-table": "1", "skip-lock-tables": "1", "lock-tables": "1", "column-statistics=": "2",
    "default-character-set=": "2", "set-gtid-purged=": "2", "result-file=": "r", "hex-blob": "1", "compact": "1", "opt": "1",
    "protocol=": "2", "skip-comments": "1", "complete-insert": "1", "no-create-info": "t", "force": "1",
}  # fmt: skip
_NUMBERS: Final = (
    "int",
    "tinyint",
    "smallint",
    "bigint",
    "decimal",
    "numeric",
    "float",
    "double",
    "real",
    "bool",
    "serial",
)
_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")
_RULE: Final = "-- ------------------------------------------------------\n"


@PROGRAMS.program("mysqldump", "mariadb-dump")
def _mysqldump(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    version = server_version(system)
    try:
        options = parse_options(system, argv, "u:p::h:P:BAdVr:qft", _LONG)
    except UsageProblem as problem:
        system.put(f"{name}: [ERROR] {problem.message}\n", 2)
        return 2
    if "V" in options:
        system.put(version_text(system, name))
        return 0
    words = options.operands
    if not words and "A" not in options:
        system.put(
            f"Usage: {name} [OPTIONS] database [tables]\nOR     {name} [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\nOR     {name} [OPTIONS] --all-databases [OPTIONS]\nFor more options, use {name} --help\n"
        )
        return 1
    if "login" not in state:
        password = options.last("p") if "p" in options else system.environment.get("MYSQL_PWD", "")
        if password and "p" in options:
            warn_of_password(system, name)
        login = {"user": options.last("u") or user_name(system, system.uid), "password": password, "database": ""}
        state.update(login=login, asking="p" in options and not password and system.is_terminal(0))
        state["answers"] = {}
    status = log_in(system, state, options, name)
    if status:
        return status
    several = "A" in options or "B" in options
    databases = list(words) if "B" in options else [words[0]] if words else []
    if "A" in options:
        databases = [row[0] for row in _asked(system, state, "show databases") if row[0] not in _SYSTEM]
    text = f"-- MySQL dump 10.13  Distrib {version}, for Linux (x86_64)\n--\n-- Host: {options.last('h', 'localhost')}    Database: {'' if several else databases[0]}\n{_RULE}-- Server version\t{version}\n\n"
    for database in databases:
        known = _asked(system, state, f"use `{database}`")
        if known is None:
            system.put(f"{name}: Got error: 1049: Unknown database '{database}' when selecting the database\n", 2)
            return 2
        if several:
            text += f"--\n-- Current Database: `{database}`\n--\n\nCREATE DATABASE IF NOT EXISTS `{database}`;\n\nUSE `{database}`;\n\n"
        tables = [row[0] for row in _asked(system, state, "show tables", database) or []]
        wanted = list(words[1:]) if not several and words[1:] else tables
        for table in wanted:
            if table not in tables:
                system.put(f'{name}: Couldn\'t find table: "{table}"\n', 2)
                return 6
            fields = _asked(system, state, f"describe `{table}`", database) or []
            rows = _asked(system, state, f"select * from `{table}`", database) or []
            text += "" if "t" in options else _structure(table, fields)
            text += "" if "d" in options else _data(table, fields, rows)
    text += f"-- Dump completed on {format_date('%Y-%m-%d %H:%M:%S', system.now_ns // 1_000_000_000)}\n"
    if "r" in options:
        system.write_file(options.last("r"), bytes_of(text))
    else:
        system.put(bytes_of(text))
    return 0


def _asked(system: System, state: State, sql: str, database: str = "") -> Any:
    """The rows that a statement gives, asked for once; None for an error. Blocks."""
    answers = state["answers"]
    key = f"{database}\n{sql}"
    if key not in answers:
        answer = exchange(system, state, {"sql": sql})
        answers[key] = None if answer is None or "error" in answer else answer["rows"] or []
    return answers[key]


def _structure(table: str, fields: list[list[str | None]]) -> str:
    lines, keys = [], []
    for name, kind, nullable, key, default, extra in fields:
        line = f"  `{name}` {kind}" + (" NOT NULL" if nullable == "NO" else "")
        if extra:
            line += " AUTO_INCREMENT" if extra == "auto_increment" else " DEFAULT CURRENT_TIMESTAMP"
        elif default is not None:
            line += f" DEFAULT '{default}'"
        elif nullable != "NO":
            line += " DEFAULT NULL"
        lines.append(line)
        if key in ("PRI", "UNI"):
            keys.append(f"  PRIMARY KEY (`{name}`)" if key == "PRI" else f"  UNIQUE KEY `{name}` (`{name}`)")
    body = ",\n".join(lines + keys)
    return (
        f"--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\n"
        f"CREATE TABLE `{table}` (\n{body}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n\n"
    )


def _data(table: str, fields: list[list[str | None]], rows: list[list[str | None]]) -> str:
    plain = [str(field[1]).startswith(_NUMBERS) for field in fields]
    values = ",".join(
        "(" + ",".join(_literal(cell, number) for cell, number in zip(row, plain, strict=True)) + ")" for row in rows
    )
    insert = f"INSERT INTO `{table}` VALUES {values};\n" if rows else ""
    return f"--\n-- Dumping data for table `{table}`\n--\n\nLOCK TABLES `{table}` WRITE;\n{insert}UNLOCK TABLES;\n\n"


def _literal(cell: str | None, number: bool) -> str:
    if cell is None:
        return "NULL"
    return cell if number else "'" + cell.replace("'", "''") + "'"
