"""Whole applications of node in a container: they print what they printed on the real one, with the real packages."""

from __future__ import annotations

import pytest

from helpers.lasting_machine import LastingMachine
from helpers.node_cases import ENVIRONMENT, without_chance
from helpers.node_projects import DIRECTORY, arguments_of, files_of, names, read_answer

PACKAGES = {
    "express": "4.21.2",
    "sqlite3": "5.1.7",
    "mysql2": "3.11.0",
    "pg": "8.13.0",
    "morgan": "1.10.0",
    "cookie-parser": "1.4.7",
}


def installed() -> dict[str, str]:
    """What the simulated npm puts there for packages."""
    found = {}
    for name, version in PACKAGES.items():
        found[f"{DIRECTORY}/node_modules/{name}/package.json"] = f'{{"main": "index.js", "version": "{version}"}}'
        found[f"{DIRECTORY}/node_modules/{name}/index.js"] = "\0"
    return found


@pytest.mark.parametrize("name", names())
def test_an_application_prints_what_it_printed_on_node(name: str) -> None:
    box = LastingMachine({**installed(), **{f"{DIRECTORY}/{path}": text for path, text in files_of(name).items()}})
    if name == "shop":
        box.serve("mariadbd", MARIADB_ROOT_PASSWORD="secret")
    if name == "postgres":
        box.serve("postgres", POSTGRES_PASSWORD="secret", POSTGRES_DB="app", PG_VERSION="15.8-1.pgdg120+1")
    environment = {**ENVIRONMENT, "PATH": "/srv/bin:" + ENVIRONMENT["PATH"], "DB_PASSWORD": "secret"}
    result = box.run("/srv/bin/node", *arguments_of(name), directory=DIRECTORY, environment=environment, seconds=120)
    wanted = read_answer(name)
    assert without_chance(result.stderr) == wanted.stderr
    assert without_chance(result.stdout) == wanted.stdout
    assert result.status == wanted.status
