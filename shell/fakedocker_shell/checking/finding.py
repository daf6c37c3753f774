"""What there is to try in a folder: Dockerfiles and compose files. Names are read, nothing is followed, nothing is written."""

from __future__ import annotations

import os
import re
from typing import Final, NamedTuple

from fakedocker_shell.checking.folders import Folder

PASSED_OVER: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "vendor", "__pycache__", ".tox", "target"}
)
"""Folders in which nobody keeps a project of their own."""
MOST_ENTRIES: Final = 200_000
DEEPEST: Final = 12
_DOCKERFILE: Final = re.compile(r"(?:(?:.+\.)?[Dd]ockerfile|[Dd]ockerfile\.[\w.-]+)\Z")
_COMPOSE: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""In the order in which compose looks for them."""


class Found(NamedTuple):
    """Relative paths, in order; and what was not looked at, in words."""

    dockerfiles: tuple[str, ...]
    compose_files: tuple[str, ...]
    problems: tuple[str, ...]


def find(folder: Folder) -> Found:
    """Look a folder through. Time grows with its entries, of which `MOST_ENTRIES` are looked at.

    Raises:
        OSError: the folder itself cannot be read.
    """
    dockerfiles: list[str] = []
    compose_files: list[str] = []
    problems: list[str] = []
    pending = [("", 0)]
    seen = 0
    while pending:
        relative, depth = pending.pop()
        try:
            listed = folder.listing(relative)
        except OSError as problem:
            if not relative:
                raise
            problems.append(f"{relative}: {problem.strerror}")
            continue
        seen += len(listed)
        if seen > MOST_ENTRIES:
            problems.append(
                f"more than {MOST_ENTRIES:,} files: the rest was not searched for Dockerfiles and compose files"
            )
            break
        files = {name for name, kind in listed if kind == "file"}
        compose = next((name for name in _COMPOSE if name in files), None)
        if compose is not None:
            compose_files.append(os.path.join(relative, compose))
        dockerfiles += [os.path.join(relative, name) for name in sorted(files) if _is_dockerfile(name)]
        folders = [name for name, kind in listed if kind == "directory" and name not in PASSED_OVER]
        if depth < DEEPEST:
            pending += [(os.path.join(relative, name), depth + 1) for name in reversed(folders)]
    return Found(tuple(sorted(dockerfiles)), tuple(sorted(compose_files)), tuple(problems))


def _is_dockerfile(name: str) -> bool:
    return _DOCKERFILE.match(name) is not None and not name.endswith(
        (".dockerignore", ".md", ".j2", ".tmpl", ".template")
    )
