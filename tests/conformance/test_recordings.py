"""Recordings of real engines and clients, played again in the project's own terminal.

Steps that differ must be those, and only those, that a set's list of differences has with a reason.
"""

from __future__ import annotations

import sys

import pytest

from conformance import conformance  # the comparison tool beside this file, also a command
from conformance.changes_29 import problems
from conformance.recording_sets import SETS, RecordingSet

RECORDINGS = [(each, name) for each in SETS for name in each.names]


def known_differences(recordings: RecordingSet, name: str) -> set[int]:
    """The steps of a recording that are known to differ."""
    listed = recordings.reasons()
    assert "unexplained" not in listed.values(), "every difference needs a reason"
    return {int(step.partition(":")[2]) for step in listed if step.partition(":")[0] == name}


@pytest.mark.parametrize(
    ("recordings", "name"), RECORDINGS, ids=[f"{each.folder.name}-{name}" for each, name in RECORDINGS]
)
def test_recording(recordings: RecordingSet, name: str) -> None:
    recorded = recordings.steps(name)
    shell = [sys.executable, *recordings.shell]
    rows = conformance.compare(recorded, conformance.run(recorded, shell, timeout=300))
    counted = [(index, row) for index, row in enumerate(rows) if row[0]["directive"] != "setup"]
    differing = {index: row for index, row in counted if not row[3]}
    known = known_differences(recordings, name)
    unknown = {index: row for index, row in differing.items() if index not in known}
    assert not unknown, "\n".join(
        f"[{index}] $ {step['command']}\n  want {want}\n  got  {got}" for index, (step, want, got, _) in unknown.items()
    )
    changed = [each for index, row in counted for each in problems(recordings, name, index, row[2])]
    assert not changed, "\n".join(changed)
    repaired = known - set(differing)
    assert not repaired, f"these steps agree now and must be taken off the list: {sorted(repaired)}"
