"""Secrets and configs: what may be stored, how it is found, that labels alone change, that no secret is told."""

from __future__ import annotations

import pytest

from helpers.swarm_world import Manager, data

SEQUENCE = (500, "rpc error: code = Unknown desc = update out of sequence")
ARGUMENT = "rpc error: code = InvalidArgument desc = "


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_creating_and_finding(manager: Manager, kind: str) -> None:
    first = manager.post(f"/{kind}s/create", {"Name": "first", "Data": data("hello"), "Labels": {"a": "b"}})["ID"]
    second = manager.post(f"/{kind}s/create", {"Name": "second", "Data": data("x")})["ID"]
    found = manager.get(f"/{kind}s/FIRST")
    assert found["ID"] == first
    shown = {"Name": "first", "Labels": {"a": "b"}}
    assert found["Spec"] == (shown if kind == "secret" else {**shown, "Data": data("hello")})
    assert [entry["ID"] for entry in manager.get(f"/{kind}s")] == sorted([first, second])
    assert manager.get(f"/{kind}s/{second[:6]}")["Spec"]["Name"] == "second"
    assert manager.refused("GET", f"/{kind}s/third") == (404, f"{kind} third not found")
    assert [action for action, _ in manager.events(kind)] == ["create", "create"]


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_filters(manager: Manager, kind: str) -> None:
    for name in ("alpha", "beta"):
        manager.post(f"/{kind}s/create", {"Name": name, "Data": data("x"), "Labels": {"of": name}})

    def names(**filters: list[str]) -> list[str]:
        return sorted(entry["Spec"]["Name"] for entry in manager.get(f"/{kind}s", filters=filters))

    assert names(name=["al"]) == names(label=["of=alpha"]) == ["alpha"]
    assert names(name=["a", "b"], label=["of"]) == ["alpha", "beta"]
    assert names(label=["of=gamma"]) == []
    if kind == "secret":
        assert names(names=["beta"]) == ["beta"]
    else:
        assert manager.refused("GET", "/configs", filters={"names": ["beta"]}) == (400, "invalid filter 'names'")


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_what_cannot_be_stored(manager: Manager, kind: str) -> None:
    path = f"/{kind}s/create"
    limit = 512_000 if kind == "secret" else 1_024_000
    size = f"{kind} data must be larger than 0 and less than {limit} bytes"
    form = (
        "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
    )
    assert manager.refused("POST", path, {"Name": "x"}) == (400, ARGUMENT + size)
    assert manager.refused("POST", path, {"Name": "x", "Data": data("y" * limit)}) == (400, ARGUMENT + size)
    assert manager.refused("POST", path, {"Data": data("y")}) == (400, ARGUMENT + "name must be provided")
    for name in ("-x", "x.", "a b", "x" * 65):
        assert manager.refused("POST", path, {"Name": name, "Data": data("y")}) == (400, ARGUMENT + form)
    problem = "invalid JSON: illegal base64 data at input byte 2"
    assert manager.refused("POST", path, {"Name": "x", "Data": "ab!d"}) == (400, problem)
    assert manager.refused("POST", path, {"Name": "x", "Data": "é"})[1].startswith("invalid JSON: illegal base64 data")
    manager.post(path, {"Name": "x", "Data": data("y")})
    exists = f"rpc error: code = AlreadyExists desc = {kind} X already exists"
    assert manager.refused("POST", path, {"Name": "X", "Data": data("y")}) == (409, exists)


def test_a_secret_from_a_driver_that_is_not_there(manager: Manager) -> None:
    ask = {"Name": "x", "Driver": {"Name": "vault"}}
    assert manager.refused("POST", "/secrets/create", ask) == (
        500,
        'rpc error: code = Unknown desc = plugin "vault" not found',
    )
    words = ARGUMENT + "secret driver must have a name"
    assert manager.refused("POST", "/secrets/create", {"Name": "x", "Driver": {}}) == (400, words)


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_labels_alone_change(manager: Manager, kind: str) -> None:
    manager.post(f"/{kind}s/create", {"Name": "x", "Data": data("y")})
    version = manager.get(f"/{kind}s/x")["Version"]["Index"]
    path = f"/{kind}s/x/update"
    only = (400, ARGUMENT + "only updates to Labels are allowed")
    assert manager.refused("POST", path, {"Name": "z"}, version=version) == only
    assert manager.refused("POST", path, {"Name": "x", "Data": data("z")}, version=version) == only
    assert manager.refused("POST", path, {"Name": "x"}, version=version + 1) == SEQUENCE
    assert manager.refused("POST", path, {"Name": "x"}, version="new") == (400, f"invalid {kind} version")
    manager.post(path, {"Name": "x", "Data": data("y"), "Labels": {"a": "b"}}, version=version)
    found = manager.get(f"/{kind}s/x")
    assert found["Spec"]["Labels"] == {"a": "b"}
    assert found["Version"]["Index"] > version


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_removing(manager: Manager, kind: str) -> None:
    identifier = manager.post(f"/{kind}s/create", {"Name": "x", "Data": data("y")})["ID"]
    assert manager.ask("DELETE", f"/{kind}s/x") == (204, b"")
    assert manager.refused("DELETE", f"/{kind}s/{identifier}") == (404, f"{kind} {identifier} not found")
    assert [action for action, _ in manager.events(kind)] == ["create", "remove"]


def test_templating_by_version(manager: Manager) -> None:
    ask = {"Name": "x", "Data": data("y"), "Templating": {"Name": "golang"}}
    words = "config templating is not supported on the specified API version: 1.36"
    assert manager.refused("POST", "/v1.36/configs/create", ask) == (400, words)
    manager.post("/v1.37/configs/create", ask)
    assert manager.get("/configs/x")["Spec"]["Templating"] == {"Name": "golang"}
