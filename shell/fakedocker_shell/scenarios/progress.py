"""What was solved, kept between runs: a small file in the user's state directory.

A file that cannot be read or is of another version is left alone, and then nothing is kept.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fakedocker_shell.repl import state_directory

_FORMAT = 1


class Progress:
    """The best number of commands for each solved lesson.

    Args:
        environment: of the real machine; says where the state directory is.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._path: Path | None = state_directory.find(environment) / "progress.json"
        self._best: dict[str, int] = {}
        self._load()

    def best(self, lesson: str) -> int | None:
        """The fewest commands with which a lesson was solved; None when it was not."""
        return self._best.get(lesson)

    def solved(self) -> dict[str, int]:
        """All that were solved, and the fewest commands for each."""
        return dict(self._best)

    def record(self, lesson: str, score: int) -> None:
        """A lesson was solved."""
        self._load()
        self._best[lesson] = min(score, self._best.get(lesson, score))
        self._save()

    def _load(self) -> None:
        """Take in what is kept by now: another terminal may have solved something meanwhile."""
        if self._path is None:
            return
        try:
            kept = _read(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            self._path = None
            return
        self._best |= {name: min(score, self._best.get(name, score)) for name, score in kept.items()}

    def _save(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, delete=False) as file:
                json.dump({"format": _FORMAT, "solved": dict(sorted(self._best.items()))}, file, indent=1)
            os.replace(file.name, self._path)
        except OSError:
            return  # it stays in memory


def _read(text: str) -> dict[str, int]:
    """Raises ValueError for what is not of this format."""
    content: Any = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != _FORMAT or not isinstance(content.get("solved"), dict):
        raise ValueError("another format")
    return {str(name): int(score) for name, score in content["solved"].items()}
