"""Recordings of builds by BuildKit, played again in the project's own terminal.

How it is compared says `buildkit_rules.py`; with real buildx it is played in tests/clients.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from conformance import conformance
from conformance.buildkit_rules import HERE, RECORDINGS, differences

Step = dict[str, Any]
STEPS: dict[str, list[Step]] = {
    name: json.loads((HERE / f"{name}.json").read_text())["steps"] for name, _ in RECORDINGS
}


@pytest.fixture(scope="module")
def played() -> dict[str, list[Step]]:
    """What the terminal answers to each recording's steps."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_BUILDKIT", "1")
        for name, profile in RECORDINGS:
            shell = [sys.executable, "-m", "fakedocker_shell", "--profile", profile, "--date", "2024-10-01"]
            found[name] = conformance.run(STEPS[name], shell, timeout=300)
    return found


@pytest.mark.parametrize(
    ("name", "index"), [(name, index) for name, steps in STEPS.items() for index in range(len(steps))]
)
def test_step(played: dict[str, list[Step]], name: str, index: int) -> None:
    assert not differences(STEPS[name][index], played[name][index])
