"""Scripts of SQL in tests/data/sql_scripts, and what the real servers' clients answered, in tests/data/sql_cases_*.json.

A file of scripts has preludes (`-- prelude NAME`) and cases (`-- case NAME [PRELUDE]`, the last word being a prelude's
name where it is one). Common ones are for both servers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parents[1] / "data"


class Case(NamedTuple):
    """A script, and the client's output and status."""

    name: str
    script: str
    stdout: str = ""
    stderr: str = ""
    status: int = 0


def scripts(server: str) -> list[Case]:
    """The scripts for "postgres" or "mariadb"."""
    found: list[Case] = []
    for name in ("common", server):
        preludes: dict[str, str] = {}
        for block in (DATA / "sql_scripts" / f"{name}.sql").read_text().split("-- prelude ")[1:]:
            head, _, body = block.partition("\n")
            preludes[head.strip()] = body.partition("-- case ")[0].partition("-- prelude")[0]
        text = (DATA / "sql_scripts" / f"{name}.sql").read_text()
        for block in text.split("-- case ")[1:]:
            head, _, body = block.partition("\n")
            words = head.split()
            prelude = preludes.get(words[-1], "") if len(words) > 1 and words[-1] in preludes else ""
            title = " ".join(words[:-1]) if prelude else head
            found.append(Case(f"{title}", prelude + body))
    return found


def recorded(server: str) -> list[Case]:
    """The cases with the real server's answers."""
    return [Case(**entry) for entry in json.loads((DATA / f"sql_cases_{server}.json").read_text())]
