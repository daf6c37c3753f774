"""`:fault` in the terminal, and what the docker command says of a daemon that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.repl_screen import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path)
    made.run("docker pull -q alpine")
    return made


def test_a_registry_that_is_down(terminal: Terminal) -> None:
    assert "fault 1: registry docker.io down for 2m0s" in terminal.run(":fault registry docker.io down for 2m")
    assert "connection refused" in terminal.run("docker pull nginx")
    listed = terminal.run(":fault")
    assert "registry docker.io down for 2m0s" in listed
    assert "struck 1 of 1" in listed
    terminal.run(":wait 2m")
    assert terminal.run("docker pull -q nginx") == "docker.io/library/nginx:latest\n"


def test_out_of_memory_is_done_at_once_and_can_be_undone(terminal: Terminal) -> None:
    terminal.run("docker run -d --name web alpine sleep 1000")
    shown = terminal.run(":fault container web oom")
    assert "done: container web oom" in shown
    assert "exited (137)" in shown
    terminal.run(":undo")
    assert terminal.run("docker inspect web --format '{{.State.Status}}'") == "running\n"


def test_a_daemon_that_restarts(terminal: Terminal) -> None:
    terminal.run("docker run -d --name web --restart always alpine sleep 1000")
    terminal.run(":fault daemon restart")
    said = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"
    assert terminal.run("docker ps") == said
    terminal.run(":wait 11s")
    assert terminal.run("docker ps --format '{{.Names}}'") == "web\n"


def test_a_connection_that_breaks(terminal: Terminal) -> None:
    terminal.run(":fault list reset once")
    assert terminal.run("docker ps").startswith('error during connect: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.55/')
    assert terminal.run("docker ps -q") == ""


def test_what_makes_no_fault_is_told(terminal: Terminal) -> None:
    assert "unknown fault 'explode' of a registry; expected down" in terminal.run(":fault registry docker.io explode")
    assert "no container 'web'" in terminal.run(":fault container web oom")
    assert ":fault clear [N]; 'x' is no number" in terminal.run(":fault clear x")
    assert terminal.console.engine.world.fault_rules == ()


def test_faults_are_taken_away(terminal: Terminal) -> None:
    terminal.run(":fault create error 500 'no luck'")
    terminal.run(":fault disk full")
    assert "no luck" in terminal.run("docker create alpine")
    assert "1 fault taken away" in terminal.run(":fault clear 1")
    assert "no space left on device" in terminal.run("docker create alpine")
    assert "1 fault taken away" in terminal.run(":fault clear")
    assert len(terminal.run("docker create alpine")) == 65
    assert "nothing goes wrong by itself" in terminal.run(":fault")


@pytest.mark.parametrize(
    "rule",
    [
        "link web latency 100ms",
        "link web other loss 2.5%",
        "network bridge loss 10% for 1m0s",
        "disk of web failing reads",
        "disk latency 20ms",
        "volume data 1000B left",
        "clock behind 5m0s in 10s",
        "node docker-host down",
    ],
)
def test_whatever_is_a_state_is_put_listed_and_taken_away(terminal: Terminal, rule: str) -> None:
    terminal.run("docker volume create data; docker swarm init > /dev/null")
    for name in ("web", "other"):
        terminal.run(f"docker run -d --name {name} alpine sleep 1000")
    before = terminal.console.engine.world
    assert f"fault 1: {rule}" in terminal.run(f":fault {rule}")
    listed = terminal.run(":fault")
    assert rule in listed
    assert ("begins in" if " in " in rule else "on") in listed
    assert "1 fault taken away" in terminal.run(":fault clear 1")
    after = terminal.console.engine.world
    assert (after.fault_rules, after.kernel.disks, after.skew_ns) == (before.fault_rules, before.kernel.disks, 0)
