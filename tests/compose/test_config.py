"""docker compose config, held to the letter against what the real one printed (tools/record_compose_cases.py)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from helpers.cli_host import Host
from helpers.paths import DATA

CASES = json.loads((DATA / "compose_config_cases.json").read_text())["scenarios"]
DIRECTORY = "/tmp/compose-cases"


def _masked(text: str) -> list[str]:
    """The lines without times; warnings come in an order of their own."""
    lines = re.sub(r'time="[^"]*"', "TIME", text).splitlines()
    return sorted(lines) if lines and all(line.startswith("TIME") for line in lines) else lines


@pytest.mark.parametrize("scenario", CASES, ids=[scenario["name"] for scenario in CASES])
def test_config_prints_what_the_real_one_does(scenario: dict[str, Any]) -> None:
    host = Host(f"{DIRECTORY}/{scenario['name']}")
    for step in scenario["steps"]:
        host.write(step.get("write", {}))
        if "run" not in step:
            continue
        status, out, err = host.run(step["run"])
        assert (status, out) == (step["status"], step["out"]), step["run"]
        assert _masked(err) == _masked(step["err"]), step["run"]
