"""Plugins as drivers of volumes and networks: what is listed, what uses them, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.testing import FakeDocker
from fakedocker.world.plugins import NoSuchPlugin
from helpers.repl_screen import Terminal


@pytest.fixture
def fake() -> FakeDocker:
    made = FakeDocker(images=["alpine"])
    made.plugin("acme/store", "volume", description="Keeps what it is given")
    made.plugin("acme/wires:2", "network")
    return made


def test_what_is_listed_and_inspected(fake: FakeDocker) -> None:
    client = fake.client
    assert [(plugin.name, plugin.enabled) for plugin in client.plugins.list()] == [
        ("acme/store:latest", True),
        ("acme/wires:2", True),
    ]
    store = client.plugins.get("acme/store")
    assert store.attrs["Config"]["Interface"] == {"Socket": "plugin.sock", "Types": ["docker.volumedriver/1.0"]}
    assert store.attrs["PluginReference"] == "docker.io/acme/store:latest"
    assert client.plugins.get(store.id[:12]).name == "acme/store:latest"
    drivers = client.info()["Plugins"]
    assert drivers["Volume"] == ["acme/store:latest", "local"]
    assert drivers["Network"] == ["acme/wires:2", "bridge", "host", "ipvlan", "macvlan", "null", "overlay"]
    api = client.api
    shown = api.get(f"{api.base_url}/v1.50/plugins", params={"filters": '{"capability":["networkdriver"]}'}).json()
    assert [plugin["Name"] for plugin in shown] == ["acme/wires:2"]


def test_a_volume_of_a_plugin(fake: FakeDocker) -> None:
    client = fake.client
    volume = client.volumes.create("data", driver="acme/store", driver_opts={"replicas": "3"}, labels={"a": "b"})
    assert volume.attrs["Driver"] == "acme/store:latest"
    assert volume.attrs["Options"] == {"replicas": "3"}
    assert volume.attrs["Mountpoint"].endswith("/propagated-mount/data")
    assert [found.name for found in client.volumes.list(filters={"driver": "acme/store:latest"})] == ["data"]
    run = client.containers.run
    run("alpine", ["sh", "-c", "echo kept > /data/file"], volumes=["data:/data"], remove=True)
    assert run("alpine", ["cat", "/data/file"], volumes=["data:/data"], name="reader") == b"kept\n"
    mount = client.containers.get("reader").attrs["Mounts"][0]
    assert (mount["Driver"], mount["Name"]) == ("acme/store:latest", "data")
    made = docker.types.Mount("/more", "more", driver_config=docker.types.DriverConfig("acme/store"))
    run("alpine", "true", mounts=[made], name="other")
    assert client.volumes.get("more").attrs["Driver"] == "acme/store:latest"
    fake.advance(2)
    events = client.events(since=1, until=fake.now(), decode=True, filters={"volume": "data"})
    assert {event["Actor"]["Attributes"]["driver"] for event in events} == {"acme/store:latest"}
    with pytest.raises(docker.errors.APIError, match="create data: conflict: volume name must be unique"):
        client.volumes.create("data", driver="local")
    assert client.volumes.create("data").id == "data"


def test_a_network_of_a_plugin(fake: FakeDocker) -> None:
    client = fake.client
    network = client.networks.create("shop", driver="acme/wires:2", options={"speed": "high"})
    assert (network.attrs["Driver"], network.attrs["Options"]) == ("acme/wires:2", {"speed": "high"})
    fake.image("api", ports={80: "hello"})
    client.containers.run("api", name="web", network="shop", detach=True)
    assert client.containers.run("alpine", "wget -qO- http://web/", network="shop", remove=True) == b"hello"
    assert [found.name for found in client.networks.list(filters={"driver": "acme/wires:2"})] == ["shop"]


def refused(fake: FakeDocker, status: int, words: str, function: Any, *arguments: Any, **named: Any) -> None:
    before = fake.snapshot()
    with pytest.raises(docker.errors.APIError) as caught:
        function(*arguments, **named)
    assert (caught.value.status_code, caught.value.explanation) == (status, words)
    after = fake.snapshot()
    assert (after.volumes, after.networks, after.plugins) == (before.volumes, before.networks, before.plugins)


def test_what_is_refused(fake: FakeDocker) -> None:
    client = fake.client
    look_up = "create x: error looking up volume plugin"
    refused(fake, 404, f'{look_up} nosuch: plugin "nosuch" not found', client.volumes.create, "x", driver="nosuch")
    refused(fake, 404, 'plugin "nosuch" not found', client.networks.create, "x", driver="nosuch")
    wrong = f'{look_up} acme/wires:2: plugin does not provide "volumedriver" capability'
    refused(fake, 500, wrong, client.volumes.create, "x", driver="acme/wires:2")
    store = client.plugins.get("acme/store")
    refused(fake, 409, "already enabled: plugin acme/store:latest is enabled", store.enable)
    refused(fake, 409, "plugin acme/store:latest is enabled", store.remove)
    client.volumes.create("data", driver="acme/store")
    refused(fake, 409, "plugin acme/store:latest is in use", store.disable)
    refused(fake, 409, "plugin acme/store:latest is in use", store.remove)
    client.volumes.get("data").remove()
    store.disable()
    disabled = "plugin is already disabled: plugin acme/store:latest found but disabled"
    refused(fake, 409, disabled, store.disable)
    refused(
        fake,
        409,
        f"{look_up} acme/store: plugin acme/store found but disabled",
        client.volumes.create,
        "x",
        driver="acme/store",
    )
    assert client.info()["Plugins"]["Volume"] == ["local"]
    store.remove()
    with pytest.raises(docker.errors.NotFound, match='plugin "acme/store" not found'):
        client.plugins.get("acme/store")
    fake.advance(2)
    actions = [
        event["Action"] for event in client.events(since=1, until=fake.now(), decode=True, filters={"type": "plugin"})
    ]
    assert actions == ["disable", "remove"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("Acme", "volume", "'Acme' is no name of a plugin"),
        ("acme/store:latest", "volume", "plugin acme/store:latest already exists"),
        ("bridge", "network", "already exists"),
        ("acme/log", "log", "expected a plugin of kind 'volume' or 'network', not 'log': no other is simulated"),
    ],
)
def test_what_cannot_be_installed(fake: FakeDocker, name: str, kind: Any, words: str) -> None:
    before = fake.snapshot()
    with pytest.raises(NoSuchPlugin, match=words):
        fake.plugin(name, kind)
    assert fake.snapshot() is before


def test_what_is_not_simulated_says_so(fake: FakeDocker) -> None:
    for function in (
        lambda: fake.client.plugins.install("acme/other"),
        lambda: fake.client.plugins.get("acme/store").configure({"DEBUG": "1"}),
    ):
        with pytest.raises(docker.errors.APIError, match="not simulated"):
            function()


def test_plugins_in_the_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    assert terminal.run("docker plugin ls") == "ID        NAME      DESCRIPTION   ENABLED\n"
    from fakedocker.world.plugins import NewPlugin

    terminal.console.engine.change("plugin", NewPlugin(name="acme/store", kind="volume", description="Keeps things"))
    listed = terminal.run("docker plugin ls")
    assert "acme/store:latest   Keeps things   true" in listed
    terminal.run("docker volume create -d acme/store data")
    assert "acme/store:latest   data" in terminal.run("docker volume ls")


class Provisioner:
    """Gives every tenant a volume of a plugin, and waits where that is switched off."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake

    def provide(self, tenant: str) -> None:
        for attempt in range(8):
            try:
                made = self.fake.client.volumes.create(tenant, driver="acme/store")
            except docker.errors.APIError as problem:
                if problem.status_code not in (404, 409, 500):
                    raise
                if attempt >= 3:  # it has waited long enough for somebody
                    self.fake.client.plugins.get("acme/store").enable()
                self.fake.advance(f"{2**attempt}s")
            else:
                assert made.attrs["Driver"] == "acme/store:latest"
                return
        raise AssertionError(f"{tenant} has no volume")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["disable", "provide", "fault", "remove a volume"]), max_size=8))
def test_who_waits_for_the_plugin_survives(steps: list[str]) -> None:
    fake = FakeDocker()
    fake.plugin("acme/store")
    provisioner = Provisioner(fake)
    wanted: set[str] = set()
    for number, step in enumerate(steps):
        plugin = fake.client.plugins.get("acme/store")
        if step == "disable" and plugin.enabled:
            plugin.disable(force=True)
        elif step == "fault":
            fake.fault("volume create error 500 2 times")
        elif step == "remove a volume" and wanted:
            fake.client.volumes.get(wanted.pop()).remove()
        else:
            provisioner.provide(f"tenant{number}")
            wanted.add(f"tenant{number}")
    assert {volume.name for volume in fake.client.volumes.list()} == wanted
