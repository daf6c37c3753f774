"""Answers and requests as older versions of the API of Docker 28 have them. docker-py asks with the version it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker
import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.testing.docker_py import docker_client

Ask = Callable[[str, str], Any]


@pytest.fixture
def engine() -> Engine:
    return create_engine(seed=5, profile="28")


@pytest.fixture
def client(engine: Engine) -> docker.DockerClient:
    made = docker_client(engine)
    made.images.pull("alpine")
    return made


@pytest.fixture
def get(client: docker.DockerClient) -> Ask:
    """The JSON of an answer in a version."""

    def get(version: str, path: str) -> Any:
        api = client.api
        return api.get(f"{api.base_url}/v{version}{path}").json()

    return get


def test_an_images_configuration_is_complete_before_1_50(get: Ask) -> None:
    newest, older = (get(version, "/images/alpine/json")["Config"] for version in ("1.50", "1.49"))
    assert "OnBuild" not in newest and "Tty" not in newest
    assert older["OnBuild"] is None and older["Tty"] is False and older["Cmd"] == newest["Cmd"]


def test_an_image_names_its_container_before_1_45(client: docker.DockerClient, get: Ask) -> None:
    box = client.containers.run("alpine", ["touch", "/made"], detach=True)
    image = box.commit().id
    older = get("1.44", f"/images/{image}/json")
    assert older["Container"] == box.id
    assert older["ContainerConfig"]["Image"] == "alpine" and older["ContainerConfig"]["Cmd"] == ["touch", "/made"]
    assert "Container" not in get("1.45", f"/images/{image}/json")
    pulled = get("1.44", "/images/alpine/json")
    assert "Container" not in pulled and pulled["ContainerConfig"]["Cmd"] is None


def test_sizes_and_missing_names_of_images(client: docker.DockerClient, get: Ask) -> None:
    client.containers.run("alpine", ["touch", "/made"], detach=True).commit()
    nameless, named = get("1.42", "/images/json")
    assert nameless["RepoTags"] == ["<none>:<none>"] and nameless["RepoDigests"] == ["<none>@<none>"]
    assert named["VirtualSize"] == named["Size"]
    assert get("1.43", "/images/json")[0]["RepoTags"] == []
    assert "VirtualSize" not in get("1.44", "/images/json")[0]
    assert get("1.43", "/system/df")["Images"][0]["VirtualSize"]


def test_filter_in_the_singular(get: Ask) -> None:
    assert get("1.40", "/images/json?filter=busybox") == []
    assert len(get("1.41", "/images/json?filter=busybox")) == 1


def test_short_ids_were_aliases_before_1_45(client: docker.DockerClient, get: Ask) -> None:
    client.networks.create("net")
    box = client.containers.create("alpine", network="net")
    aliases = {
        version: get(version, f"/containers/{box.id}/json")["NetworkSettings"]["Networks"]["net"]["Aliases"]
        for version in ("1.44", "1.45")
    }
    assert aliases == {"1.44": [box.id[:12]], "1.45": None}


def test_what_info_says(get: Ask) -> None:
    newest, older = get("1.50", "/info"), get("1.43", "/info")
    assert "BridgeNfIptables" not in newest and older["BridgeNfIptables"] is False
    assert "status" in newest["Runtimes"]["runc"] and "status" not in older["Runtimes"]["runc"]
    assert "FirewallBackend" in newest and "FirewallBackend" not in older
    assert older["RuncCommit"]["Expected"] == older["RuncCommit"]["ID"]


def test_logs_are_called_raw_before_1_42(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "echo hello", detach=True)
    api = client.api
    kinds = [
        api.get(f"{api.base_url}/v{version}/containers/{box.id}/logs?stdout=1").headers["Content-Type"]
        for version in ("1.41", "1.42")
    ]
    assert kinds == ["application/vnd.docker.raw-stream", "application/vnd.docker.multiplexed-stream"]


def test_a_stop_had_no_signal_before_1_42(client: docker.DockerClient) -> None:
    api = client.api
    for version, code in (("1.41", 15), ("1.42", 10)):
        trap = "trap 'exit 15' TERM; trap 'exit 10' USR1; sleep 1000 & wait"
        box = client.containers.run("alpine", ["sh", "-c", trap], detach=True)
        api.post(f"{api.base_url}/v{version}/containers/{box.id}/stop?signal=USR1")
        assert box.wait()["StatusCode"] == code
