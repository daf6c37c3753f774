"""What the orchestrator does when the daemon, the registry or the way to them have troubles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import WEB
from orchestrator import Orchestrator

from fakedocker.testing import FakeDocker

Settle = Callable[..., None]


@pytest.mark.parametrize(
    ("fault", "within_seconds"),
    [
        ("create error 500 twice", 30),
        ("start error 500 once", 30),
        ("create lost once", 30),
        ("start lost once", 30),
        ("list reset 2 times", 30),
        ("inspect stall once", 30),
        ("wire latency 3s for 1m", 120),
        ("disk full for 1m", 150),
    ],
)
def test_it_comes_about_all_the_same(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle, fault: str, within_seconds: int
) -> None:
    fakedocker.fault(fault)
    orchestrator.deploy(WEB)
    settle(within_seconds=within_seconds)
    assert len(fakedocker.client.containers.list(all=True)) == 2


def test_a_registry_that_is_down_delays_an_update_and_harms_nothing(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle
) -> None:
    orchestrator.deploy(WEB)
    settle()
    fakedocker.client.images.remove("shop/web:2")
    fakedocker.fault("registry docker.io down for 5m")
    orchestrator.deploy(replace(WEB, image="shop/web:2"))
    for _ in range(100):
        orchestrator.turn()
        fakedocker.advance(1)
    assert orchestrator.rolled_back == []
    pulls = sum(call.operation == "pull" for call in fakedocker.calls)
    assert 3 <= pulls <= 8
    settle()
    assert [image.tags for image in fakedocker.client.images.list() if image.tags == ["shop/web:2"]]


def test_a_restart_of_the_daemon(fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle) -> None:
    orchestrator.deploy(WEB)
    settle()
    fakedocker.fault("daemon restart")
    settle()
    assert len(fakedocker.client.containers.list()) == 2


def test_one_that_cannot_be_removed_is_tried_again(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle
) -> None:
    orchestrator.deploy(WEB)
    settle()
    name = fakedocker.client.containers.list()[0].name
    fakedocker.put(name, "dead")
    settle()
    assert len(fakedocker.client.containers.list(all=True)) == 2
