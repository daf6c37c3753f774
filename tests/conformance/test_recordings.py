"""Recordings of the real engine and client, played again in the project's own terminal.

Steps that differ must be those, and only those, that `differences.json` lists with a reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conformance import conformance  # the comparison tool beside this file, also a command

FOLDER = Path(__file__).parent
RECORDINGS = sorted(path.stem for path in (FOLDER / "recordings").glob("*.json"))
SHELL = [sys.executable, "-m", "fakedocker_shell.main", "--date", "2024-10-01"]


def known_differences(name: str) -> set[int]:
    """The steps of a recording that are known to differ."""
    listed: dict[str, str] = json.loads((FOLDER / "differences.json").read_text())
    assert "unexplained" not in listed.values(), "every difference needs a reason"
    return {int(step.partition(":")[2]) for step in listed if step.partition(":")[0] == name}


@pytest.mark.parametrize("name", RECORDINGS)
def test_recording(name: str) -> None:
    recorded = json.loads((FOLDER / "recordings" / f"{name}.json").read_text())["steps"]
    rows = conformance.compare(recorded, conformance.run(recorded, SHELL, timeout=300))
    counted = [(index, row) for index, row in enumerate(rows) if row[0]["directive"] != "setup"]
    differing = {index: row for index, row in counted if not row[3]}
    known = known_differences(name)
    unknown = {index: row for index, row in differing.items() if index not in known}
    assert not unknown, "\n".join(
        f"[{index}] $ {step['command']}\n  want {want}\n  got  {got}" for index, (step, want, got, _) in unknown.items()
    )
    repaired = known - set(differing)
    assert not repaired, f"these steps agree now and must be taken off differences.json: {sorted(repaired)}"
