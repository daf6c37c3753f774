"""What the orchestrator does when all goes well, and when only the containers do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conftest import WEB
from orchestrator import Orchestrator

from fakedocker.testing import FakeDocker, State

Settle = Callable[..., None]


def images(fake: FakeDocker) -> list[str]:
    return sorted(container.attrs["Config"]["Image"] for container in fake.client.containers.list())


def healthy(fake: FakeDocker) -> int:
    """How many containers are healthy, whatever the orchestrator thinks of them."""
    return len(fake.client.containers.list(filters={"health": "healthy", "status": "running"}))


def test_as_many_as_are_wanted(fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle) -> None:
    orchestrator.deploy(WEB)
    settle()
    assert images(fakedocker) == ["shop/web:1", "shop/web:1"]
    fakedocker.assert_asked("create", times=2)


def test_an_update_keeps_enough_ready_at_any_time(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle
) -> None:
    orchestrator.deploy(WEB)
    settle()
    orchestrator.deploy(replace(WEB, image="shop/web:2"))

    def check() -> None:
        assert healthy(fakedocker) >= 2
        assert len(fakedocker.client.containers.list(all=True)) <= 3

    settle(check=check)
    assert images(fakedocker) == ["shop/web:2", "shop/web:2"]


def test_more_and_fewer(fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle) -> None:
    orchestrator.deploy(WEB)
    settle()
    orchestrator.deploy(replace(WEB, replicas=4))
    settle()
    orchestrator.deploy(replace(WEB, replicas=1))
    settle()
    assert len(images(fakedocker)) == 1
    orchestrator.withdraw("web")
    settle()
    assert images(fakedocker) == []


def test_a_version_that_never_gets_ready_is_rolled_back(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle
) -> None:
    orchestrator.deploy(WEB)
    settle()
    sick = replace(WEB, image="shop/web:sick", healthy_within_seconds=20)
    orchestrator.deploy(sick)
    for _ in range(200):
        orchestrator.turn()
        assert healthy(fakedocker) >= 2
        fakedocker.advance(1)
    assert orchestrator.rolled_back == [sick]
    assert images(fakedocker) == ["shop/web:1", "shop/web:1"]


def test_one_that_crashes_is_started_less_and_less_often(fakedocker: FakeDocker, orchestrator: Orchestrator) -> None:
    orchestrator.deploy(replace(WEB, image="shop/web:crash", replicas=1))
    for _ in range(120):
        orchestrator.turn()
        fakedocker.advance(1)
    starts = sum(call.operation == "start" for call in fakedocker.calls)
    assert 4 <= starts <= 9


def test_whatever_becomes_of_a_container_another_takes_its_place(
    fakedocker: FakeDocker, orchestrator: Orchestrator, settle: Settle
) -> None:
    orchestrator.deploy(WEB)
    settle()
    changes: list[tuple[State, int | None]] = [
        ("exited", 1),
        ("oom-killed", None),
        ("unhealthy", None),
        ("paused", None),
    ]
    for state, exit_code in changes:
        name = fakedocker.client.containers.list()[0].name
        fakedocker.put(name, state, exit_code)
        fakedocker.clear_faults()
        settle()
        assert images(fakedocker) == ["shop/web:1", "shop/web:1"]
        assert len(fakedocker.client.containers.list(all=True)) == 2
