"""What every test of the orchestrator begins with: a fake docker with the images of a shop, and time that is moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from orchestrator import Orchestrator, Service, Troubles

from fakedocker.testing import FakeDocker, World

WEB = Service("web", "shop/web:1", replicas=2)


@pytest.fixture(scope="session")
def fakedocker_world() -> World:
    """A world with the shop's images: one that works, its successor, one that fails its checks, one that crashes."""
    fake = FakeDocker()
    fake.image("shop/web:1", logs=["up"], ready_after="3s", ports={80: "one"}, stops_after="1s")
    fake.image("shop/web:2", logs=["up"], ready_after="3s", ports={80: "two"}, stops_after="1s")
    fake.image("shop/web:sick", ready_after="1h")
    fake.image("shop/web:crash", logs=["oh no"], exit_code=1, exits_after="1s")
    return fake.snapshot()


@pytest.fixture
def orchestrator(fakedocker: FakeDocker) -> Orchestrator:
    return Orchestrator(fakedocker.client, clock=lambda: fakedocker.now().timestamp())


@pytest.fixture
def settle(fakedocker: FakeDocker, orchestrator: Orchestrator) -> Callable[..., None]:
    """Let turns follow one another, a second apart, until a service is as it is wanted."""

    def is_settled(name: str) -> bool:
        try:
            return orchestrator.is_settled(name)
        except Troubles:
            return False

    def until_settled(name: str = "web", within_seconds: int = 600, check: Callable[[], None] = lambda: None) -> None:
        for _ in range(within_seconds):
            orchestrator.turn()
            check()
            fakedocker.advance(1)
            if is_settled(name):
                orchestrator.turn()  # so that it knows
                return
        raise AssertionError(f"{name} has not settled: {orchestrator.problems[-5:]}")

    return until_settled
