"""The shells against recordings of dash, busybox and bash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.paths import CONFORMANCE, DATA
from helpers.userland_world import Machine

PROGRAMS = {"dash": "dash", "busybox": "sh", "bash": "bash"}


def recorded(file: Path) -> list[Any]:
    cases = json.loads(file.read_text())
    return [
        pytest.param(shell, case["script"], answer, id=f"{case['name']}-{shell}")
        for case in cases
        for answer in case["accepted"]
        for shell in answer["shells"]
    ]


@pytest.mark.parametrize(
    ("shell", "script", "answer"), recorded(CONFORMANCE / "sh-cases.json") + recorded(DATA / "sh-more.json")
)
def test_prints_what_the_real_shell_prints(shell: str, script: str, answer: dict[str, Any]) -> None:
    result = Machine().run(PROGRAMS[shell], "-c", script, directory="/tmp")
    assert (result.stdout, result.status) == (answer["stdout"], answer["exit"])
    if "stderr" in answer:
        assert result.stderr == answer["stderr"]
