"""Services as requests see them: what is kept of a specification, what is refused, lists, inspect, versions, references."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.swarm_world import Manager, data, service_spec

ARGUMENT = "rpc error: code = InvalidArgument desc = "


@pytest.fixture
def manager() -> Manager:
    return Manager("alpine")


def test_a_specification_comes_back_with_what_it_leaves_open(manager: Manager) -> None:
    given = {
        "Name": "web", "TaskTemplate": {
            "ContainerSpec": {"Image": "alpine", "Init": False, "DNSConfig": {}, "Mounts": [{"Type": "Volume", "Source": "v", "Target": "/v", "ReadOnly": False}]},
            "RestartPolicy": {}, "Resources": {"Limits": {}}, "Placement": {}, "ForceUpdate": 0,
        },
        "Mode": {"Replicated": {}}, "UpdateConfig": {"Parallelism": 2}, "EndpointSpec": {"Ports": [{"TargetPort": 80}]},
    }  # fmt: skip
    manager.post("/services/create", given)
    assert manager.get("/services/web")["Spec"] == {
        "Name": "web", "Labels": {}, "TaskTemplate": {
            "ContainerSpec": {"Image": "alpine", "Init": False, "DNSConfig": {}, "Mounts": [{"Type": "volume", "Source": "v", "Target": "/v"}], "Isolation": "default"},
            "RestartPolicy": {"Condition": "any", "MaxAttempts": 0}, "Resources": {"Limits": {}}, "Placement": {}, "ForceUpdate": 0, "Runtime": "container",
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "UpdateConfig": {"Parallelism": 2, "FailureAction": "pause", "MaxFailureRatio": 0, "Order": "stop-first"},
        "EndpointSpec": {"Mode": "vip", "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"}]},
    }  # fmt: skip
    full = manager.get("/services/web", insertDefaults="true")["Spec"]
    assert full["RollbackConfig"] == {
        "Parallelism": 1, "FailureAction": "pause", "Monitor": 5_000_000_000, "MaxFailureRatio": 0, "Order": "stop-first",
    }  # fmt: skip
    assert full["UpdateConfig"]["Monitor"] == 5_000_000_000
    assert full["TaskTemplate"]["ContainerSpec"]["StopGracePeriod"] == 10_000_000_000
    assert full["TaskTemplate"]["RestartPolicy"] == {"Condition": "any", "Delay": 5_000_000_000, "MaxAttempts": 0}


def _with(path: str, value: Any) -> dict[str, Any]:
    spec: Any = service_spec("x")
    place = spec
    *parents, last = path.split(".")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return dict(spec)


_CONTAINER = "TaskTemplate.ContainerSpec"
_REFUSALS = [
    ("Name", "-x", 400, ARGUMENT + "name must be valid as a DNS name component"),
    ("Name", "x" * 64, 400, ARGUMENT + "name must be 63 characters or fewer"),
    ("TaskTemplate.Runtime", "plugin", 400, "unsupported runtime"),
    (_CONTAINER, None, 400, "mismatched Runtime and *Spec fields"),
    (f"{_CONTAINER}.Image", "", 400, ARGUMENT + "ContainerSpec: image reference must be provided"),
    (f"{_CONTAINER}.Image", "UPPER", 400, ARGUMENT + 'ContainerSpec: "UPPER" is not a valid repository/tag'),
    (f"{_CONTAINER}.Mounts", [{"Type": "disk", "Target": "/x"}], 400, 'invalid MountType: "disk"'),
    (f"{_CONTAINER}.Mounts", [{"Type": "tmpfs", "Target": "/x"}] * 2, 400, ARGUMENT + "ContainerSpec: duplicate mount point: /x"),
    (f"{_CONTAINER}.Healthcheck", {"Interval": 5}, 400, ARGUMENT + "ContainerSpec: Interval in HealthConfig cannot be less than 1ms"),
    (f"{_CONTAINER}.Healthcheck", {"Retries": -1}, 400, ARGUMENT + "ContainerSpec: Retries in HealthConfig cannot be negative"),
    (f"{_CONTAINER}.Env", ["A={{.Nothing}}"], 400, ARGUMENT + 'expanding env failed: expanding env "A={{.Nothing}}": template: expansion:1:2: '
     "executing \"expansion\" at <.Nothing>: can't evaluate field Nothing in type template.Context"),
    ("TaskTemplate.Resources", {"Limits": {"NanoCPUs": 5}}, 400, ARGUMENT + "invalid cpu value 5e-09: Must be at least 0.001"),
    ("TaskTemplate.Resources", {"Reservations": {"MemoryBytes": 5}}, 400, ARGUMENT + "invalid memory value 5: Must be at least 4MiB"),
    ("TaskTemplate.RestartPolicy", {"Condition": "maybe"}, 400, 'invalid RestartCondition: "maybe"'),
    ("TaskTemplate.RestartPolicy", {"Delay": -1}, 400, ARGUMENT + "TaskSpec: restart-delay cannot be negative"),
    ("TaskTemplate.RestartPolicy", {"Window": -1}, 400, ARGUMENT + "TaskSpec: restart-window cannot be negative"),
    ("TaskTemplate.Placement", {"Constraints": ["x"]}, 500, "rpc error: code = Unknown desc = constraint expected one operator from ==, !="),
    ("TaskTemplate.Placement", {"Constraints": ["?x==1"]}, 500, "rpc error: code = Unknown desc = key '?x' is invalid"),
    ("TaskTemplate.Placement", {"Constraints": ["node.id=="]}, 500, "rpc error: code = Unknown desc = value '' is invalid"),
    ("UpdateConfig", {"FailureAction": "cry"}, 400, "unrecognized update failure action cry"),
    ("UpdateConfig", {"Order": "any"}, 400, "unrecognized update order any"),
    ("UpdateConfig", {"Delay": -1}, 400, ARGUMENT + "TaskSpec: update-delay cannot be negative"),
    ("UpdateConfig", {"MaxFailureRatio": 2}, 400, ARGUMENT + "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1"),
    ("Mode", {"Replicated": {}, "Global": {}}, 400, "must specify only one service mode"),
    ("Mode", {"Replicated": {"Replicas": -1}}, 400, ARGUMENT + "Number of replicas must be non-negative"),
    ("Mode", {"ReplicatedJob": {"MaxConcurrent": -1}}, 400, ARGUMENT + "Maximum concurrent jobs must not be negative"),
    ("EndpointSpec", {"Mode": "magic"}, 400, 'invalid resolution mode: "magic"'),
    ("EndpointSpec", {"Mode": "dnsrr", "Ports": [{"TargetPort": 1}]}, 400, ARGUMENT + "EndpointSpec: port published with ingress mode can't be used with dnsrr mode"),
    ("EndpointSpec", {"Ports": [{"TargetPort": 1, "PublishedPort": 9}] * 2}, 400, ARGUMENT + "EndpointSpec: duplicate published ports provided"),
    (f"{_CONTAINER}.Secrets", [{"SecretID": "a"}], 400, ARGUMENT + "malformed secret reference"),
    (f"{_CONTAINER}.Secrets", [{"SecretID": "a", "SecretName": "b"}], 400, ARGUMENT + "malformed secret reference, no target provided"),
    (f"{_CONTAINER}.Secrets", [{"SecretID": "a", "SecretName": "b", "File": {"Name": ""}}], 400, ARGUMENT + "malformed file secret reference, invalid target file name provided"),
    (f"{_CONTAINER}.Secrets", [{"SecretID": "a", "SecretName": name, "File": {"Name": "f"}} for name in "bc"], 400,
     ARGUMENT + "secret references 'b' and 'c' have a conflicting target: 'f'"),
    (f"{_CONTAINER}.Configs", [{"ConfigID": "a", "ConfigName": "b", "File": {"Name": ""}}], 400, ARGUMENT + "malformed config file reference, invalid target file name provided"),
    (f"{_CONTAINER}.Configs", [{"ConfigID": "a", "ConfigName": name, "File": {"Name": name}} for name in "bc"], 400, ARGUMENT + "configs not found: b, c"),
    (f"{_CONTAINER}.Secrets", [{"SecretID": "a", "SecretName": "b", "File": {"Name": "f"}}], 400, ARGUMENT + "secret not found: b"),
    ("TaskTemplate.Networks", [{"Target": "nowhere"}], 500, "network nowhere not found"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "status", "words"), _REFUSALS)
def test_what_no_service_can_be(manager: Manager, path: str, value: Any, status: int, words: str) -> None:
    assert manager.refused("POST", "/services/create", _with(path, value)) == (status, words)


def test_swap_is_beside_the_limit_of_memory() -> None:
    manager = Manager("alpine", profile="29")
    for limits in ({}, {"Limits": {"NanoCPUs": 10**9}}):
        wrong = _with("TaskTemplate.Resources", {**limits, "SwapBytes": 5})
        words = "memory swap provided, but no memory-limit was set"
        assert manager.refused("POST", "/services/create", wrong) == (400, words)
    for name, swap, both in (("some", 10 << 20, 60 << 20), ("all", -1, -1), ("none", 0, 50 << 20)):
        resources = {"Limits": {"MemoryBytes": 50 << 20}, "SwapBytes": swap, "MemorySwappiness": 0}
        spec = _with("TaskTemplate.Resources", resources) | {"Name": name}
        manager.post("/services/create", spec)
        manager.pass_seconds(2)
        assert manager.get(f"/services/{name}")["Spec"]["TaskTemplate"]["Resources"] == resources
        (task,) = manager.tasks(name)
        found = manager.get(f"/containers/{task['Status']['ContainerStatus']['ContainerID']}/json")["HostConfig"]
        assert (found["Memory"], found["MemorySwap"]) == (50 << 20, both)


def test_28_has_no_swap(manager: Manager) -> None:
    manager.post("/services/create", _with("TaskTemplate.Resources", {"SwapBytes": 5, "MemorySwappiness": 3}))
    assert manager.get("/services/x")["Spec"]["TaskTemplate"]["Resources"] == {}


def test_jobs_have_no_update_settings(manager: Manager) -> None:
    spec = service_spec("x", replicas=None, Mode={"GlobalJob": {}}, UpdateConfig={})
    assert manager.refused("POST", "/services/create", spec) == (400, ARGUMENT + "Jobs may not have an update config")


def test_names_are_taken_in_any_case(manager: Manager) -> None:
    manager.service("web")
    words = "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service WEB already exists"
    assert manager.refused("POST", "/services/create", service_spec("WEB")) == (409, words)


def test_a_service_without_a_name_gets_one(manager: Manager) -> None:
    identifier = manager.post("/services/create", {"TaskTemplate": {"ContainerSpec": {"Image": "alpine"}}})["ID"]
    assert "_" in manager.get(f"/services/{identifier[:8]}")["Spec"]["Name"]


def test_filters(manager: Manager) -> None:
    manager.service("web", Labels={"tier": "front"})
    manager.service("worker", replicas=None, Mode={"Global": {}})

    def names(**filters: list[str]) -> list[str]:
        return sorted(service["Spec"]["Name"] for service in manager.get("/services", filters=filters))

    assert names(name=["w"]) == ["web", "worker"]
    assert names(mode=["global"]) == ["worker"]
    assert names(mode=["replicated"], label=["tier=front"]) == ["web"]
    assert names(runtime=["plugin"]) == []
    assert manager.refused("GET", "/services", filters={"x": ["y"]}) == (400, "invalid filter 'x'")
    assert manager.refused("GET", "/services", status="soon") == (400, "invalid value for status: soon")
    assert manager.refused("GET", "/services/none") == (404, "service none not found")


def test_updates_are_of_the_newest_version_and_keep_name_and_mode(manager: Manager) -> None:
    manager.service("web")
    version = manager.get("/services/web")["Version"]["Index"]
    path = "/services/web/update"

    def refused(**changes: Any) -> tuple[int, str]:
        return manager.refused("POST", path, {**service_spec("web"), **changes}, version=version)

    assert refused(Name="site") == (501, "rpc error: code = Unimplemented desc = renaming services is not supported")
    assert refused(Mode={"Global": {}}) == (
        501,
        "rpc error: code = Unimplemented desc = service mode change is not allowed",
    )
    stale = manager.refused("POST", path, service_spec("web"), version=version + 5)
    assert stale == (500, "rpc error: code = Unknown desc = update out of sequence")
    words = "invalid service version '': strconv.ParseUint: parsing \"\": invalid syntax"
    assert manager.refused("POST", path, service_spec("web")) == (400, words)
    no_previous = manager.refused("POST", path, service_spec("web"), version=version, rollback="previous")
    assert no_previous[1].endswith("does not have a previous spec")
    assert manager.refused("POST", path, service_spec("web"), version=version, rollback="x") == (
        500,
        "unrecognized rollback option x",
    )
    assert manager.refused("POST", path, service_spec("web"), version=version, registryAuthFrom="previous-spec") == (
        500, "service does not have a previous spec",
    )  # fmt: skip
    assert (
        manager.refused("POST", path, service_spec("web"), version=version, registryAuthFrom="x")[1]
        == "unsupported registryAuthFrom value"
    )
    manager.update("web", lambda spec: spec.update(Labels={"a": "b"}))
    found = manager.get("/services/web")
    assert found["Version"]["Index"] > version
    assert found["PreviousSpec"]["Labels"] == {}


def test_what_is_used_is_not_removed(manager: Manager) -> None:
    for kind in ("secret", "config"):
        identifier = manager.post(f"/{kind}s/create", {"Name": "one", "Data": data("x")})["ID"]
        key = kind.capitalize()
        reference = {
            f"{key}ID": identifier,
            f"{key}Name": "one",
            "File": {"Name": "one", "UID": "0", "GID": "0", "Mode": 292},
        }
        for name in ("a", "b"):
            manager.service(f"{name}-{kind}", **{f"{key}s": [reference]})
        shown = manager.get(f"/services/a-{kind}")["Spec"]["TaskTemplate"]["ContainerSpec"][f"{key}s"]
        assert shown == [reference]
        status, words = manager.refused("DELETE", f"/{kind}s/one")
        assert status == 400
        first, second = sorted((f"a-{kind}", f"b-{kind}"), key=lambda name: str(manager.get(f"/services/{name}")["ID"]))
        assert words == ARGUMENT + f"{kind} 'one' is in use by the following services: {first}, {second}"
        wrong = {**reference, f"{key}Name": "two"}
        refusal = manager.refused("POST", "/services/create", service_spec("c", **{f"{key}s": [wrong]}))
        assert refusal == (400, ARGUMENT + f"{kind} not found: two")


def test_ports_of_other_services_are_taken(manager: Manager) -> None:
    def ports(mode: str, number: int) -> dict[str, Any]:
        return {"Ports": [{"TargetPort": 80, "PublishedPort": number, "PublishMode": mode}]}

    web = manager.service("web", EndpointSpec=ports("ingress", 8080))
    host = manager.service("host", EndpointSpec=ports("host", 9090))
    for mode in ("ingress", "host"):
        refusal = manager.refused("POST", "/services/create", service_spec("x", EndpointSpec=ports(mode, 8080)))
        assert refusal == (400, ARGUMENT + f"port '8080' is already in use by service 'web' ({web}) as an ingress port")
    refusal = manager.refused("POST", "/services/create", service_spec("x", EndpointSpec=ports("ingress", 9090)))
    assert refusal == (
        400,
        ARGUMENT + f"port '9090' is already in use by service 'host' ({host}) as a host-published port",
    )
    manager.service("other", EndpointSpec=ports("host", 9090))


def test_ports_that_nobody_chose_come_from_a_range(manager: Manager) -> None:
    for name, port in (("one", 30000), ("two", 30001)):
        manager.service(name, EndpointSpec={"Ports": [{"TargetPort": 80}]})
        assert manager.get(f"/services/{name}")["Endpoint"]["Ports"] == [
            {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": port, "PublishMode": "ingress"}
        ]
    manager.update("one", lambda spec: spec["Labels"].update(a="b"))
    assert manager.get("/services/one")["Endpoint"]["Ports"][0]["PublishedPort"] == 30000


def test_older_clients_have_their_images_pinned(manager: Manager) -> None:
    spec = service_spec("old")
    answer = manager.post("/v1.29/services/create", spec)
    assert answer["Warnings"] is None
    image = manager.get("/services/old")["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
    assert image.startswith("alpine:latest@sha256:")
    answer = manager.post("/v1.29/services/create", service_spec("unknown", image="nosuchimage"))
    assert answer["Warnings"][0].startswith(
        "image nosuchimage could not be accessed on a registry to record\nits digest."
    )


def test_events_of_services_tell_what_changed(manager: Manager) -> None:
    manager.service("web")
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 3}))
    manager.good("DELETE", "/services/web")
    assert manager.events("service") == [
        ("create", {"name": "web"}), ("update", {"name": "web", "replicas.old": "1", "replicas.new": "3"}), ("remove", {"name": "web"}),
    ]  # fmt: skip
