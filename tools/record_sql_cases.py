"""Answer the scripts of tests/data/sql_scripts with the real psql and mariadb clients, into tests/data/sql_cases_*.json.

Needs PostgreSQL 15 with the locale en_US.utf8 and MariaDB 10.11, each running privately:

    initdb -D DIR/data -U postgres --locale=en_US.utf8 -E UTF8
    pg_ctl -D DIR/data -o "-k DIR -h '' -c timezone=Etc/UTC -c autovacuum=off" start
    mariadb-install-db --datadir=DIR/data --auth-root-authentication-method=normal
    mariadbd --no-defaults --datadir=DIR/data --socket=DIR/s --skip-networking --character-set-server=utf8mb4
        --collation-server=utf8mb4_general_ci
    python tools/record_sql_cases.py --postgres DIR --mariadb DIR/s

Every script gets an empty database of the name "case".
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from helpers.sql_cases import DATA, Case, recorded, scripts  # noqa: E402

PSQL = ("psql", "-X", "-U", "postgres")
MARIADB = ("mariadb", "--no-defaults", "-u", "root", "--default-character-set=utf8mb4")


def run(command: list[str], script: str) -> tuple[str, str, int]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PGTZ": "Etc/UTC"}
    done = subprocess.run(command, input=script.encode(), capture_output=True, env=environment, timeout=60, check=False)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def with_postgres(folder: str, script: str) -> tuple[str, str, int]:
    """psql's output, errors and status for a script from standard input."""
    base = [*PSQL, "-h", folder]
    run([*base, "-q", "-d", "postgres"], 'drop database if exists "case"; create database "case";')
    return run([*base, "-d", "case"], script)


def with_mariadb(socket: str, script: str) -> tuple[str, str, int]:
    """mariadb's output as tables, errors and status for a script from standard input."""
    base = [*MARIADB, "-S", socket]
    run(base, "drop database if exists `case`; drop database if exists other; create database `case`;")
    return run([*base, "-t", "case"], script)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", help="the folder of PostgreSQL's socket")
    parser.add_argument("--mariadb", help="MariaDB's socket")
    parser.add_argument("--new", action="store_true", help="ask only what has not been answered yet")
    options = parser.parse_args()
    for server, place, ask in (
        ("postgres", options.postgres, with_postgres),
        ("mariadb", options.mariadb, with_mariadb),
    ):
        if place is None:
            continue
        cases = []
        known = {case.script: case for case in recorded(server)} if options.new else {}
        for case in scripts(server):
            if case.script in known:
                cases.append(known[case.script]._replace(name=case.name)._asdict())
                continue
            stdout, stderr, status = ask(place, case.script)
            cases.append(Case(case.name, case.script, stdout, stderr, status)._asdict())
        text = json.dumps(cases, indent=0, ensure_ascii=False) + "\n"
        (DATA / f"sql_cases_{server}.json").write_text(text)
        print(f"{server}: {len(cases)} cases")


if __name__ == "__main__":
    main()
