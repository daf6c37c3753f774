"""The real docker client and a swarm: what it is told is what was recorded, so that the recordings stay true."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from helpers.programs import Run
from helpers.swarm_recorded import CASES, masked

QUICK = ("not-a-manager", "swarm")
"""Scenarios in which the client waits for nothing."""


@pytest.mark.skipif(shutil.which("docker") is None, reason="the docker client is not installed")
@pytest.mark.parametrize("profile", ["28"], indirect=True)  # of which the recordings are
@pytest.mark.parametrize(
    "scenario", [case for case in CASES if case["name"] in QUICK], ids=lambda case: str(case["name"])
)
def test_the_real_client_is_told_what_was_recorded(run: Run, tmp_path: Any, scenario: dict[str, Any]) -> None:
    differences = []
    for step in scenario["steps"]:
        for name, text in step.get("write", {}).items():
            (tmp_path / name).write_text(text)
        if "run" in step:
            done = run("sh", "-c", step["run"], check=False)
            said = (done.returncode, masked(done.stdout), masked(done.stderr))
            wanted = (step["status"], masked(step["out"]), masked(step["err"]))
            if said != wanted:
                differences.append((step["run"], wanted, said))
    assert differences == []
