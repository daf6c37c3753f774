"""The orchestrator under whatever hypothesis can think of."""

from __future__ import annotations

import os
from dataclasses import replace

from conftest import WEB
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import rule
from orchestrator import SURGE, Orchestrator

from fakedocker.testing import FakeDocker
from fakedocker.testing.machines import OrchestratorMachine


class Shop(OrchestratorMachine):
    """A shop whose front is updated and scaled while things go wrong."""

    settling_steps = 300

    def begin(self, fake: FakeDocker) -> None:
        for tag in "12":
            fake.image(f"shop/web:{tag}", ready_after="3s", ports={80: tag}, stops_after="1s")
        self.orchestrator = Orchestrator(fake.client, clock=lambda: fake.now().timestamp())
        self.wanted = WEB
        self.orchestrator.deploy(WEB)

    @rule(tag=st.sampled_from("12"), replicas=st.integers(1, 3))
    def somebody_deploys(self, tag: str, replicas: int) -> None:
        self.wanted = replace(WEB, image=f"shop/web:{tag}", replicas=replicas)
        self.orchestrator.deploy(self.wanted)
        self.most = max(getattr(self, "most", 0), replicas)

    def step(self) -> None:
        """A turn, which must not itself leave too few healthy ones."""
        before, asked = self.healthy(), len(self.fake.calls)
        self.orchestrator.turn()
        stopped = {call.name for call in self.fake.calls[asked:] if call.operation in ("stop", "remove")}
        if stopped & before:
            assert len(before - stopped) >= self.orchestrator.wanted("web").replicas, (
                "a healthy one was stopped too early"
            )

    def healthy(self) -> set[str]:
        """The names of containers that are healthy."""
        return {
            container.name
            for container in self.containers()
            if container.status == "running" and container.health is not None and container.health.status == "healthy"
        }

    def check(self) -> None:
        most = max(getattr(self, "most", 0), WEB.replicas)
        assert len(self.containers()) <= most + SURGE, "more containers than an update may make"

    def check_settled(self) -> None:
        found = [(container.image_name, container.status) for container in self.containers()]
        wanted = self.orchestrator.wanted("web")
        assert found == [(wanted.image, "running")] * wanted.replicas


Shop.TestCase.settings = settings(
    max_examples=int(os.environ.get("ORCHESTRATOR_EXAMPLES", "25")),
    stateful_step_count=25,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestShop = Shop.TestCase
