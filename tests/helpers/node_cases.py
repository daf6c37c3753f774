"""Cases for node: what the real one printed for small programs, and their programs.

A subject has two files in `tests/data/node-cases`: `SUBJECT.cases`, written by hand, has the programs, and
`SUBJECT.json` what `tools/record_node_cases.py` has recorded. A case begins with `=== NAME`; what follows is main.js, until
a line `--- PATH` begins another file. `--- stdin`, `--- arguments` (one a line, main.js among them) and `--- environment`
(NAME=VALUE a line) are no files.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from helpers.paths import DATA

CASES = DATA / "node-cases"
VERSION = "20.20.2"
DIRECTORY = "/app"
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "NODE_VERSION": VERSION,
}


class Case(NamedTuple):
    """A program: its files below `DIRECTORY`, and how node is called there."""

    name: str
    files: dict[str, str]
    arguments: list[str]
    stdin: str
    environment: dict[str, str]


class Answer(NamedTuple):
    """What node printed, and its exit status."""

    stdout: str
    stderr: str
    status: int


def without_chance(text: str) -> str:
    """What node printed, without the pid in its warnings and without the times of its tests."""
    text = re.sub(r"^\(node:\d+\) ", "(node:PID) ", text, flags=re.MULTILINE)
    return re.sub(r"duration_ms(:?) [\d.]+", r"duration_ms\1 TIME", text)


def subjects() -> list[str]:
    """The names of all subjects, in order."""
    return sorted(path.stem for path in CASES.glob("*.cases"))


def read_cases(subject: str) -> list[Case]:
    """The cases of a subject, in their order."""
    return [_case(part) for part in ("\n" + (CASES / f"{subject}.cases").read_text()).split("\n=== ")[1:]]


def _case(text: str) -> Case:
    name, _, rest = text.partition("\n")
    parts = [
        part.partition("\n")[::2] for part in ("--- main.js\n" + rest).rstrip("\n").replace("\n--- ", "\0").split("\0")
    ]
    given = {path.removeprefix("--- "): body.rstrip("\n") + "\n" for path, body in parts}
    stdin = given.pop("stdin", "")
    arguments = given.pop("arguments", "main.js\n").splitlines()
    environment = dict(line.split("=", 1) for line in given.pop("environment", "").splitlines())
    return Case(name, {path: body for path, body in given.items() if body.strip()}, arguments, stdin, environment)


def answers_file(subject: str) -> Path:
    """Where the answers of a subject are kept."""
    return CASES / f"{subject}.json"


def read_answers(subject: str) -> dict[str, Answer]:
    """What was recorded, by the names of cases; of nothing if there is no file yet."""
    path = answers_file(subject)
    return {name: Answer(**answer) for name, answer in json.loads(path.read_text()).items()} if path.exists() else {}


def write_answers(subject: str, answers: dict[str, Answer]) -> None:
    """Keep what was recorded, a case a line."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answer._asdict())}" for name, answer in answers.items())
    answers_file(subject).write_text(f"{{\n{lines}\n}}\n")
