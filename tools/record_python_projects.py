"""Record what real interpreters answer to the Python projects of the tests.

Run as `python tools/record_python_projects.py PYTHON [PROJECT ...]`, the path of an interpreter in an environment that has the
packages of `PACKAGES` (the last line's only for projects that need them), with a PostgreSQL 15 on 127.0.0.1:5432 that has an empty database "app" for each project of psycopg2, and a MariaDB 10.11 on port 3306 likewise. Reads tests/data/python-projects/*.txt: files, each below a line `### path`, and after `### $` the commands, one a line, that
are run one after another in one shell's /app; writes *.json beside them: (command, standard output, standard error, status) of each.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECTS = Path(__file__).parents[1] / "tests/data/python-projects"
PACKAGES = (
    "pytest==8.3.3 pluggy==1.5.0 requests==2.32.3 urllib3==2.2.3 flask==3.0.3 werkzeug==3.0.4 redis==5.0.8 psycopg2-binary==2.9.9 pymysql==1.1.1 mysql-connector-python==9.0.0",
    "fastapi==0.115.0 uvicorn==0.30.6 pydantic==2.9.2 email-validator==2.2.0 python-multipart==0.0.10 httpx==0.27.2 anyio==4.6.0 sqlalchemy==2.0.35 python-dotenv==1.0.1 pydantic-settings==2.5.2 flask-sqlalchemy==3.1.1",
)
APP = Path("/app")


def parts_of(text: str) -> tuple[dict[str, str], list[str]]:
    """A project's files by their paths, and its commands."""
    parts = [part.partition("\n") for part in re.split(r"(?m)^### ", text)[1:]]
    files = {name: source for name, _, source in parts if name != "$"}
    return files, [line for name, _, source in parts if name == "$" for line in source.splitlines() if line.strip()]


def timeless(text: str) -> str:
    """What was printed, without addresses, durations and numbers of temporary folders."""
    text = re.sub(r"0x[0-9a-f]{8,}", "0x", text)
    text = re.sub(r"/usr/local/bin/python3?\b", "/usr/local/bin/python", text)
    text = re.sub(r"\[\d{4}-\d\d-\d\d [\d:,]+\]|\[\d\d/\w{3}/\d{4} [\d:]+\]", "[]", text)
    text = re.sub(r"pytest-of-root/pytest-\d+", "pytest-of-root/pytest-0", text)
    text = re.sub(r"(?m)^(Ran \d+ tests?) in \d+\.\d+s$", r"\1 in 0.000s", text)
    text = re.sub(r"(?m)^=+ (.*) in \d+\.\d+s =+$", r"== \1 ==", text)
    return re.sub(r"(?m)^(\d+ .*|no tests ran) in \d+\.\d+s$", r"\1", text)


def answers(python: str, files: dict[str, str], commands: list[str]) -> list[list[str | int]]:
    """What the commands print, and their statuses."""
    shutil.rmtree(APP, ignore_errors=True) if not APP.is_mount() else [
        each.unlink() for each in APP.rglob("*") if each.is_file()
    ]
    for name, source in files.items():
        path = APP / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    folder = Path(python).parent
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    found: list[list[str | int]] = []
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=APP,
            capture_output=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        said = [
            data.decode(errors="replace").replace(str(folder.parent), "/usr/local")
            for data in (done.stdout, done.stderr)
        ]
        found.append([command, *(timeless(text) for text in said), done.returncode])
    return found


def main() -> int:
    for file in sorted(PROJECTS.glob("*.txt")):
        if sys.argv[2:] and file.stem not in sys.argv[2:]:
            continue
        files, commands = parts_of(file.read_text(encoding="utf-8"))
        found = answers(sys.argv[1], files, commands)
        file.with_suffix(".json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
