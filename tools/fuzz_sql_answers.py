"""What the real clients answer to the scripts of fuzz_sql.py, each in an empty database.

One psql is asked many scripts, as starting it takes longer than most of them; what a script could leave open in it (a
quote, a bracket, a transaction) either goes to a psql of its own or is put back between two scripts.
"""

from __future__ import annotations

import os
import subprocess
from threading import Thread
from typing import IO

from record_sql_cases import MARIADB, PSQL, run

SCRIPTS = 400
"""How many scripts a database of PostgreSQL's is asked before it is made anew: its catalogs grow by what is dropped."""

LIMITS = "-c statement_timeout=5s -c temp_file_limit=256MB"
"""A recursive query that a changed token has made endless would fill the disk."""

END = "=- end of the script -="

_CLEAN = "rollback;\ndiscard all;\ndrop schema public cascade;\ncreate schema public;\n"


class PostgresAnswers:
    """A psql that stays, and the database "fuzz": recording cases beside it does not disturb it.

    Args:
        place: the folder of the server's socket.
    """

    def __init__(self, place: str) -> None:
        self._base = [*PSQL, "-h", place]
        os.environ["PGOPTIONS"] = LIMITS
        self._left = 0
        self._client: subprocess.Popen[str] | None = None

    def ask(self, script: str) -> tuple[str, str, int]:
        """What psql prints of a script in an empty database, on both outputs, and its status."""
        self._left -= 1
        if self._left < 0 or self._client is None:
            self._begin()
        self._told(_CLEAN)
        if _ends(script):
            return (*self._told(script), 0)
        return run([*self._base, "-d", "fuzz"], script)

    def _begin(self) -> None:
        if self._client is not None:
            self._client.communicate()
        run([*self._base, "-q", "-d", "postgres"], "drop database if exists fuzz; create database fuzz;")
        self._left = SCRIPTS
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "PGTZ": "Etc/UTC"}
        self._client = subprocess.Popen(
            [*self._base, "-d", "fuzz"], env=environment, text=True, encoding="utf-8", bufsize=-1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def _told(self, script: str) -> tuple[str, str]:
        """What psql prints on both outputs until it has come to the script's end."""
        client = self._client
        assert client is not None
        assert client.stdin is not None
        assert client.stdout is not None
        assert client.stderr is not None
        client.stdin.write(f"{script}\n\\echo {END}\n\\warn {END}\n")
        client.stdin.flush()
        errors: list[str] = []
        reader = Thread(target=lambda stream: errors.append(_until_end(stream)), args=(client.stderr,))
        reader.start()
        output = _until_end(client.stdout)
        reader.join()
        return output, errors[0]


class MariadbAnswers:
    """A mariadb for each script, as it ends at the first error.

    Args:
        place: the server's socket.
    """

    def __init__(self, place: str) -> None:
        self._base = [*MARIADB, "-S", place, "--init-command=set max_statement_time=5"]

    def ask(self, script: str) -> tuple[str, str, int]:
        """What the client prints of a script in an empty database, on both outputs, and its status."""
        run(self._base, "drop database if exists `case`; create database `case`;")
        return run([*self._base, "-t", "case"], script)


def _ends(script: str) -> bool:
    """Whether no line of a script leaves a quote or a bracket open, so that psql has sent it all when it comes to its end."""
    return all(
        line.count("'") % 2 == 0 and line.count("(") == line.count(")") and not set("\"\\$") & set(line) and "/*" not in line
        for line in script.rstrip("\n").split("\n")
    ) and script.rstrip().endswith(";")  # fmt: skip


def _until_end(stream: IO[str]) -> str:
    lines: list[str] = []
    for line in stream:
        if line == f"{END}\n":
            break
        lines.append(line)
    return "".join(lines)
