"""Projects for node: small applications, and what the real node printed when they were run with the real packages."""

from __future__ import annotations

import json

from helpers.node_cases import Answer
from helpers.paths import DATA

DIRECTORY = "/srv/app"
PROJECTS = DATA / "node-projects"
_ANSWERS = PROJECTS / "answers.json"


def names() -> list[str]:
    """The projects, in order."""
    return sorted(path.name for path in PROJECTS.iterdir() if path.is_dir())


def files_of(name: str) -> dict[str, str]:
    """The files of a project, by their paths in it."""
    folder = PROJECTS / name
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def arguments_of(name: str) -> list[str]:
    """How node is called."""
    place = PROJECTS / name / "arguments.json"
    found: list[str] = json.loads(place.read_text()) if place.exists() else ["main.js"]
    return found


def read_answer(name: str) -> Answer:
    """What was recorded."""
    return Answer(**json.loads(_ANSWERS.read_text())[name])


def write_answer(name: str, answer: Answer) -> None:
    """Keep what was recorded."""
    known = json.loads(_ANSWERS.read_text()) if _ANSWERS.exists() else {}
    known[name] = answer._asdict()
    _ANSWERS.write_text(json.dumps(dict(sorted(known.items())), indent=1, ensure_ascii=False) + "\n")
