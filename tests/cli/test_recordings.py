"""Command lines that docker's client refuses by itself, as recorded: words, stream and exit status need no daemon."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from helpers.cli_world import World
from helpers.paths import RECORDINGS

FILES = {"/work/bad.env": "BAD LINE=1\n", "/work/cid": "x"}


def refused_steps() -> list[Any]:
    """Steps that are one docker command, end with an error, and whose error is not the daemon's."""
    steps = []
    for path in sorted(RECORDINGS.glob("*.json")):
        for number, step in enumerate(json.loads(path.read_text())["steps"]):
            command = step["command"]
            told_usage = re.search(r"^(Usage:|Run 'docker|See 'docker)", step["stderr"], re.MULTILINE)
            if (
                step["exit"]
                and told_usage
                and command.startswith("docker ")
                and not re.search(r"[|;&<>`$]", command)
                and "from daemon" not in step["stderr"]
            ):
                steps.append(pytest.param(step, id=f"{path.stem}-{number}"))
    return steps


def test_there_are_recordings() -> None:
    assert len(refused_steps()) > 50


@pytest.mark.parametrize("step", refused_steps())
def test_refusals_are_as_recorded(step: dict[str, Any]) -> None:
    world = World(files=FILES, profile="28")
    status = world.run(*shlex.split(step["command"])[1:])
    assert world.asked == []
    assert (world.printed, world.complaints, status) == (
        step["stdout"],
        step["stderr"],
        step["exit"],
    )
