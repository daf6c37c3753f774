"""A recording of builds by BuildKit, played again in the project's own terminal.

How it is compared says `buildkit_rules.py`; with real buildx it is played in tests/clients.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from conformance import conformance
from conformance.buildkit_rules import RECORDING, differences

SHELL = [sys.executable, "-m", "fakedocker_shell.main", "--date", "2024-10-01"]


@pytest.fixture(scope="module")
def played() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_BUILDKIT", "1")
        recorded = json.loads(RECORDING.read_text())["steps"]
        return list(zip(recorded, conformance.run(recorded, SHELL, timeout=300), strict=True))


@pytest.mark.parametrize("index", range(len(json.loads(RECORDING.read_text())["steps"])))
def test_step(played: list[tuple[dict[str, Any], dict[str, Any]]], index: int) -> None:
    assert not differences(*played[index])
