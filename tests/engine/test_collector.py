"""What the world is made of is nothing that Python's collector of cycles has to look through: its pauses grow with that."""

from __future__ import annotations

import gc
import json

from fakedocker.assembly import create_engine
from fakedocker.wire.http import Request

BODY = json.dumps(
    {
        "Image": "alpine",
        "Cmd": ["sleep", "9"],
        "Labels": {"a": "b"},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "80"}]}},
    }
).encode()


def test_values_of_containers_networks_and_events_are_not_tracked() -> None:
    engine = create_engine(1)
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    engine.perform(
        Request(
            method="POST", target="/containers/create?name=box", headers={"content-type": "application/json"}, body=BODY
        )
    )
    engine.perform(Request(method="POST", target="/containers/box/start"))
    world = engine.world
    gc.collect()
    (container,) = world.containers.values()
    endpoints = [endpoint for of_network in world.endpoints.values() for endpoint in of_network.values()]
    values = [
        container,
        container.config,
        container.host_config,
        *endpoints,
        *world.networks.values(),
        *world.images.values(),
        *world.layers.values(),
        *world.events.entries(),
    ]
    assert len(endpoints) == 1
    assert [type(value).__name__ for value in values if gc.is_tracked(value)] == []
