"""Swarm in the terminal, held against what the real client 28 printed; `helpers/swarm_recorded.py` says how they are compared."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cli_host import Host
from helpers.swarm_recorded import CASES, DIRECTORY, masked


@pytest.mark.parametrize("scenario", CASES, ids=[scenario["name"] for scenario in CASES])
def test_swarm_says_what_the_real_one_does(scenario: dict[str, Any]) -> None:
    host = Host(f"{DIRECTORY}/{scenario['name']}", profile="28")
    differences = []
    for step in scenario["steps"]:
        host.write(step.get("write", {}))
        if "run" not in step:
            continue
        status, out, err = host.run(step["run"])
        said = (status, masked(out), masked(err))
        wanted = (step["status"], masked(step["out"]), masked(step["err"]))
        if said != wanted:
            differences.append((step["run"], wanted, said))
    assert differences == []


def test_who_waits_no_longer_is_told_that_it_goes_on() -> None:
    host = Host(f"{DIRECTORY}/interrupted")
    host.run("docker swarm init")
    command = "docker service create --name x --constraint node.role==worker alpine sleep 100"
    status, out, _ = host.run(f"timeout -s INT 3 {command}")
    identifier, *shown = out.splitlines()
    assert (status, shown[:2]) == (124, ["overall progress: 0 out of 1 tasks", "1/1:  "])
    assert shown[-2:] == [
        "Operation continuing in background.",
        f"Use `docker service ps {identifier}` to check progress.",
    ]
    status, _, err = host.run("timeout 3 docker service update --force x")
    assert (status, err) == (124, "context canceled\n")


def test_every_look_at_a_slow_service_is_shown_on_a_pipe() -> None:
    host = Host(f"{DIRECTORY}/looks")
    host.run(
        "docker swarm init; docker pull -q alpine; docker service create -q --name x --update-monitor 1s alpine sleep 100"
    )
    _, out, _ = host.run("docker service scale x=2")
    assert out.splitlines()[-6:] == [
        *["verify: Waiting 1 seconds to verify that tasks are stable..."] * 5,
        "verify: Service x converged",
    ]
