"""What is due after the end of the clock never comes, so that no wait leaps to it."""

from __future__ import annotations

import json
from typing import Any

import docker
import pytest

from fakedocker.base.clock import LAST_NS
from fakedocker.durability.snapshot import decode, encode
from fakedocker.engine.waiting import WaitCannotEnd
from fakedocker.testing import FakeDocker

ENDLESS = [
    ["sleep", "infinity"],
    ["sleep", "99999999999"],
    ["sh", "-c", "timeout 0 sleep infinity; echo woken"],
    ["sh", "-c", "timeout infinity sleep infinity; echo woken"],
]


@pytest.mark.parametrize("command", ENDLESS)
def test_nothing_leaps_to_the_end_of_an_endless_sleep(command: list[str]) -> None:
    with FakeDocker(images=["alpine"]) as fake:
        box: Any = fake.client.containers.run("alpine", command, detach=True, restart_policy={"Name": "always"})
        began_ns = fake.engine.now_ns
        with pytest.raises(WaitCannotEnd):
            box.wait()
        with pytest.raises(WaitCannotEnd):
            list(box.logs(stream=True))
        assert fake.engine.now_ns - began_ns < 10**10
        fake.advance("300h")
        box.reload()
        assert (box.status, box.attrs["RestartCount"], box.logs()) == ("running", 0, b"")
        box.stop(timeout=1)
        box.reload()
        assert box.status == "exited"


def test_the_clock_ends_and_says_so() -> None:
    with FakeDocker(images=["alpine"]) as fake:
        box: Any = fake.client.containers.run("alpine", "sleep infinity", detach=True)
        fake.engine.advance(LAST_NS - 10**12)
        before = fake.engine.world
        with pytest.raises(ValueError, match=r"the clock ends at 2262-04-11T23:47:16\.854775807Z"):
            fake.advance("1h")
        assert fake.engine.world is before
        box.reload()
        assert box.status == "running"
        assert encode(decode(encode(before))) == encode(before)


def test_a_served_clock_stays_where_clients_follow_an_endless_sleep() -> None:
    with FakeDocker(images=["alpine"]) as fake, fake.served():
        client = docker.from_env()
        client.containers.run("alpine", "sleep infinity", name="box", detach=True, restart_policy={"Name": "always"})
        answer = client.api.get(f"{client.api.base_url}/v1.50/containers/box/logs?follow=1&stdout=1", stream=True)
        first = client.api.get(f"{client.api.base_url}/v1.50/info").json()["SystemTime"]
        for _ in range(20):
            state = json.loads(client.api.get(f"{client.api.base_url}/v1.50/containers/box/json").content)
        last = client.api.get(f"{client.api.base_url}/v1.50/info").json()["SystemTime"]
        assert (state["RestartCount"], first[:4]) == (0, last[:4])
        answer.close()
        client.close()
