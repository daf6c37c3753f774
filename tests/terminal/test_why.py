"""`:why` has something to say about every error that docker was recorded to make, and says what fits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from conformance.recording_sets import SETS
from fakedocker_shell.repl.why import explain
from helpers.paths import DATA

_GENERAL = "The command exited with status"


SWARM = DATA / "swarm_cases.json"


def failed_in_swarms() -> list[Any]:
    """Each complaint of the real client about a swarm, once."""
    scenarios = json.loads(SWARM.read_text())["scenarios"]
    found = {}
    for step in (step for scenario in scenarios for step in scenario["steps"]):
        if step.get("status") and step["err"].strip() and "2>" not in step["run"]:
            found.setdefault(re.sub(r"[0-9a-z]{25}", "ID", step["err"])[:50], pytest.param(step, id=step["run"]))
    return list(found.values())


def failed_steps() -> list[Any]:
    steps = {}
    for path in [path for each in SETS for path in sorted(each.folder.glob("*.json"))]:
        for number, step in enumerate(json.loads(path.read_text())["steps"]):
            if step["exit"] and step["stderr"] and step["command"].startswith("docker ") and "|" not in step["command"]:
                steps.setdefault(
                    step["stderr"].splitlines()[0][:60],
                    pytest.param(step, id=f"{path.parent.name}-{path.stem}-{number}"),
                )
    return list(steps.values())


@pytest.mark.parametrize("step", failed_steps())
def test_every_recorded_error_has_an_explanation(step: dict[str, Any]) -> None:
    found = explain(step["stderr"], step["exit"])
    assert found is not None
    assert not found.meaning.startswith(_GENERAL), step["stderr"]


@pytest.mark.parametrize("step", failed_in_swarms())
def test_every_recorded_error_of_a_swarm_has_an_explanation(step: dict[str, Any]) -> None:
    found = explain(step["err"], step["status"])
    assert found is not None
    assert not found.meaning.startswith(_GENERAL), step["err"]


@pytest.mark.parametrize(
    ("output", "status", "words"),
    [
        ("Bind for 0.0.0.0:8080 failed: port is already allocated", 125, "Port 8080"),
        ('The container name "/web" is already in use by container "0123456789abcdef"', 125, "docker rename web"),
        ("Error response from daemon: No such image: x:latest", 1, "docker pull x:latest"),
        ("pull access denied for nosuch, repository does not exist", 125, "docker search nosuch"),
        ('exec: "bash": executable file not found in $PATH', 127, "no program bash"),
        ('exec: "/x": permission denied: unknown', 126, "/x exists"),
        ('network net has active endpoints (name:"web")', 1, "connected to net"),
        ("remove data: volume is in use - [0123456789ab]", 1, "0123456789ab"),
        ("dd: error writing '/x': No space left on device", 1, "full"),
        ("secret 'token' is in use by the following service: web", 1, "docker service update --secret-rm token web"),
        ("service shop already exists", 1, "status 1"),
        ("This node is not a swarm manager. Use", 1, "docker swarm init"),
        ("unknown flag: --nosuch", 125, "--nosuch"),
        (
            'failed to resolve reference "docker.io/library/nginx:lastest": docker.io/library/nginx:lastest: not found',
            1,
            "no such tag",
        ),
        (
            "conflict: unable to delete ubuntu:latest (must be forced) - container 18bc1826c902 is using",
            1,
            "A container was made from ubuntu:latest",
        ),
        (
            'conflict: unable to remove repository reference "ubuntu" (must force) - container 18bc',
            1,
            "A container was made from ubuntu,",
        ),
        (
            "client version 1.24 is too old. Minimum supported API version is 1.40, please upgrade",
            1,
            "none before 1.40",
        ),
        ("client version 1.60 is too new. Maximum supported API version is 1.55", 1, "DOCKER_API_VERSION=1.55"),
        (
            'at <.NetworkSettings.IPAddress>: map has no entry for key "IPAddress"',
            1,
            "{{range .NetworkSettings.Networks}}",
        ),
        ("invalid reference format", 125, "[OPTIONS] IMAGE"),
        ("bash: nosuch: command not found", 127, "nosuch"),
        ("/bin/sh: nosuch: not found", 127, "nosuch"),
        ("docker: invalid hostPort: 80800\r\n", 125, "80800 is not a port: ports go from 1 to 65535"),
        ("docker: 'docker logs' requires 1 argument\r\n\r\nUsage:", 1, "docker logs requires 1 argument."),
        (
            'OCI runtime exec failed: exec failed: unable to start container process: exec: "bash": executable file not found in $PATH',
            127,
            "The container runs",
        ),
        ("No such container: one\nNo such image: two\nNo such container: three\n", 1, "name or id three"),
        ("no configuration file provided: not found", 14, "no compose.yaml"),
        ("Minimum memoryswap limit should be larger than memory limit, see usage", 125, "memory and swap together"),
        ("", 125, "docker itself"),
        ("", 126, "could not be executed"),
        ("", 130, "Ctrl-C"),
        ("", 137, "OOM"),
        ("", 143, "SIGTERM"),
        ("", 136, "SIGFPE"),
        ("", 3, "status 3"),
    ],
)
def test_what_is_said(output: str, status: int, words: str) -> None:
    found = explain(output, status)
    assert found is not None
    assert words in " ".join([found.meaning, *found.advice])


def test_success_needs_no_explanation() -> None:
    assert explain("Error response from daemon: No such image: x", 0) is None
