"""Whole projects of Python that real interpreters have run with real packages: the same answers here, or a mark."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.frozen_machine import FrozenMachine as Machine

PROJECTS = Path(__file__).parents[1] / "data/python-projects"
SITE = "/usr/local/lib/python3.12/site-packages"
PACKAGES = (
    "pytest",
    "requests",
    "flask",
    "redis",
    "fastapi",
    "uvicorn",
    "gunicorn",
    "psycopg2",
    "pymysql",
    "mysql",
    "pydantic",
    "email_validator",
    "multipart",
    "httpx",
    "sqlalchemy",
    "dotenv",
    "pydantic_settings",
    "flask_sqlalchemy",
)
SCRIPT = "#!/srv/bin/python3\nimport sys\nfrom pytest import main\nsys.exit(main())\n"
SETTINGS = "export PYTHON_VERSION=3.12.1 PYTHONHASHSEED=0; cd /app"
MARKED = frozenset[str]()
"""Commands of projects that end with a mark. It may only shrink."""


def timeless(text: str) -> str:
    """What was printed, without addresses, durations and numbers of temporary folders; with the real one's paths."""
    text = re.sub(r"0x[0-9a-f]{8,}", "0x", text)
    text = re.sub(r"/srv/bin/python3?\b", "/usr/local/bin/python", text)
    text = re.sub(r"\[\d{4}-\d\d-\d\d [\d:,]+\]|\[\d\d/\w{3}/\d{4} [\d:]+\]", "[]", text)
    text = re.sub(r"pytest-of-root/pytest-\d+", "pytest-of-root/pytest-0", text)
    text = re.sub(r"(?m)^(Ran \d+ tests?) in \d+\.\d+s$", r"\1 in 0.000s", text)
    text = re.sub(r"(?m)^=+ (.*) in \d+\.\d+s =+$", r"== \1 ==", text)
    return re.sub(r"(?m)^(\d+ .*|no tests ran) in \d+\.\d+s$", r"\1", text)


def machine_of(text: str) -> Machine:
    """A machine with a project's files in /app."""
    parts = [part.partition("\n") for part in re.split(r"(?m)^### ", text)[1:]]
    files = {f"/app/{name}": source for name, _, source in parts if name != "$"}
    return Machine({**files, **{f"{SITE}/{name}/__init__.py": "" for name in PACKAGES}, "/srv/bin/pytest": SCRIPT})


@pytest.mark.parametrize("name", sorted(path.stem for path in PROJECTS.glob("*.txt")))
def test_a_project_answers_as_it_does_on_the_real_interpreter(name: str) -> None:
    box = machine_of((PROJECTS / f"{name}.txt").read_text(encoding="utf-8"))
    if "psycopg2" in name:
        box.serve("postgres", POSTGRES_PASSWORD="x", POSTGRES_DB="app", PG_VERSION="15.8-1.pgdg120+1")
    if "mysql" in name:
        box.serve(
            "mariadbd",
            seconds=20,
            MARIADB_ROOT_PASSWORD="secret",
            MARIADB_DATABASE="app",
            MARIADB_VERSION="1:10.11.18+maria~deb12",
        )
    for command, *answer in json.loads((PROJECTS / f"{name}.json").read_text(encoding="utf-8")):
        result = box.sh(f"{SETTINGS}; {command}", seconds=120)
        if "fakedocker: " in result.stderr:
            assert f"{name}: {command}" in MARKED, result.stderr
            continue
        found = [timeless(result.stdout), timeless(result.stderr), result.status]
        assert [command, *found] == [command, *answer]
