"""The sets of recordings: which Docker each is of, how it is played, and where its known differences stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
_WITHOUT_BUILDX = ("x-build-legacy", "x-removed")
"""Where they show it: the machines of 29 had no buildx."""
_REMOVE_BUILDX = "rm -f /usr/libexec/docker/cli-plugins/docker-buildx"


class RecordingSet(NamedTuple):
    """Recordings of one engine and client.

    Args:
        folder: with a file for each.
        title: what docs/fidelity.md calls it.
        profile: the options of the terminal that it is played in.
        differences: the file with its known differences and their reasons.
    """

    folder: Path
    title: str
    profile: tuple[str, ...]
    differences: Path

    @property
    def names(self) -> list[str]:
        """Its recordings."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def steps(self, name: str) -> list[Any]:
        """The steps of one, set up as its machine was."""
        steps: list[Any] = json.loads((self.folder / f"{name}.json").read_text())["steps"]
        if name in _WITHOUT_BUILDX:
            steps[0] = {**steps[0], "command": f"{_REMOVE_BUILDX}; {steps[0]['command']}"}
        return steps

    @property
    def shell(self) -> tuple[str, ...]:
        """The arguments of Python that begin the terminal."""
        return ("-m", "fakedocker_shell", *self.profile, "--date", "2024-10-01")

    def reasons(self) -> dict[str, str]:
        """NAME:INDEX of the steps that are known to differ, and why."""
        listed: dict[str, str] = json.loads(self.differences.read_text())
        return listed


SETS = (
    RecordingSet(HERE / "recordings", "28.2.2", ("--profile", "28"), HERE / "differences.json"),
    RecordingSet(HERE / "recordings-29", "29.7.2", ("--profile", "29"), HERE / "differences-29.json"),
    RecordingSet(
        HERE / "recordings-29-overlay2",
        "29.7.2 with the classic store",
        ("--profile", "29", "--storage", "overlay2"),
        HERE / "differences-29-overlay2.json",
    ),
)
