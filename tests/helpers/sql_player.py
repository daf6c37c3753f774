"""Plays scripts of SQL through the simulated clients: psql and mysql, against servers in one machine."""

from __future__ import annotations

from helpers.services_machine import Machine
from helpers.sql_cases import Case

MARK = "fakedocker: "


class Player:
    """A machine with one server, in which every script gets an empty database of the name "case".

    Args:
        server: "postgres" or "mariadb".
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self.doubted = False  # whether the last answers had rows whose order nobody knows
        if server == "postgres":
            self.box = Machine({"/srv/version": ""})
            self.service = self.box.serve("postgres", POSTGRES_PASSWORD="x", PG_VERSION="15.8-1.pgdg120+1")
        else:
            self.box = Machine()
            self.service = self.box.serve(
                "mysqld", seconds=20, MYSQL_ROOT_PASSWORD="x", MARIADB_VERSION="1:10.11.18+maria~deb12"
            )

    def play(self, case: Case) -> Case:
        """What the simulated client answers to a case's script."""
        before = self.box.draft.marked
        if self.server == "postgres":
            prepare = 'drop database if exists "case"; create database "case";'
            self.box.sh("psql -q -U postgres -d postgres", stdin=prepare.encode(), PG_VERSION="15.8-1.pgdg120+1")
            found = self.box.sh(
                "psql -X -U postgres -d case", stdin=case.script.encode(), PG_VERSION="15.8-1.pgdg120+1"
            )
        else:
            prepare = "drop database if exists `case`; drop database if exists other; create database `case`;"
            self.box.sh("mysql -uroot -px", stdin=prepare.encode(), MARIADB_VERSION="1:10.11.18+maria~deb12")
            found = self.box.sh(
                "mysql -uroot -px -t case", stdin=case.script.encode(), MARIADB_VERSION="1:10.11.18+maria~deb12"
            )
        self.doubted = self.box.draft.marked > before and MARK not in found.stderr
        return Case(case.name, case.script, found.stdout, found.stderr, found.status)


def verdict(wanted: Case, found: Case) -> str:
    """ "same", "marked" where the simulation says that it lacks something and was right until then, or "wrong"."""
    if (wanted.stdout, wanted.stderr, wanted.status) == (found.stdout, found.stderr, found.status):
        return "same"
    if (
        MARK in found.stderr
        and wanted.stdout.startswith(found.stdout)
        and wanted.stderr.startswith(found.stderr.partition(MARK)[0])
    ):
        return "marked"
    return "wrong"
