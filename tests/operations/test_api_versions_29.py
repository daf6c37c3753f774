"""Answers of engine 29 at every API version, by the keys that the real one's have: tests/data/api-keys-29.json."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.profiles import api_numbers
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request
from helpers.paths import DATA

STORES = {"overlay2": "overlay2", "containerd": "overlayfs"}
TARGETS = {
    "container": "/containers/web/json", "containers": "/containers/json", "image": "/images/alpine/json",
    "image_manifests": "/images/alpine/json?manifests=1", "images": "/images/json", "images_manifests": "/images/json?manifests=1",
    "info": "/info", "df": "/system/df", "df_verbose": "/system/df?verbose=1", "network": "/networks/bridge", "networks": "/networks",
    "history": "/images/alpine/history", "volumes": "/volumes", "stats": "/containers/web/stats?stream=0",
    "events": "/events?since=1&until={until}",
}  # fmt: skip
OF_THE_MACHINE = re.compile(
    # cgroup v1 there and v2 here; what the recorded image, network and features had in them
    r"(blkio_stats|cpu_stats|precpu_stats|memory_stats|networks)\b.*|Runtimes\..*\.status\..*"
    r"|(?:\[\]\.)?(?:Container)?Config\.(?:WorkingDir|Healthcheck.*)|Warnings|Comment|.*\.Actor\..*|Actor\..*|.*annotations.*|.*Identity.*"
    r"|State\.Health\.Log\..*|.*Options\..*"
)


@functools.cache
def recorded(store: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "api-keys-29.json").read_text())[store]
    return found


@functools.cache
def engine_of(store: str) -> Engine:
    """An engine with the image alpine and a running container of it with a health check."""
    engine = create_engine(1, mode=TimeMode.FAST, profile="29", storage=STORES[store])
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    body = {
        "Image": "alpine", "Cmd": ["sleep", "1000"],
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1_000_000_000},
    }  # fmt: skip
    headers = {"content-type": "application/json"}
    engine.perform(
        Request(method="POST", target="/containers/create?name=web", headers=headers, body=json.dumps(body).encode())
    )
    engine.perform(Request(method="POST", target="/containers/web/start"))
    engine.advance(engine.now_ns + 3_000_000_000)
    return engine


def keys_of(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict):
        named = {f"{at}{re.sub('[0-9a-f]{64}', 'ID', key)}": inner for key, inner in value.items()}
        return set(named).union(*(keys_of(inner, f"{key}.") for key, inner in named.items()))
    if isinstance(value, list):
        return set().union(*(keys_of(inner, f"{at}[].") for inner in value))
    return set()


def asked(store: str, version: str, target: str) -> tuple[int, str, Any]:
    engine = engine_of(store)
    path = target.format(until=engine.now_ns // 1_000_000_000)
    done = engine.submit(Request(method="GET", target=f"/v{version}{path}"))
    engine.drive(lambda: done.ended)
    assert done.reply is not None
    data = (done.reply.body or b"") + done.take(1 << 30)
    lines = [json.loads(line) for line in data.splitlines()]
    media_type = dict(done.reply.headers)["Content-Type"]
    return done.reply.status, media_type, lines if "events" in target or len(lines) > 1 else lines[0]


def expected(answer: dict[str, Any], version: str) -> tuple[set[str], str]:
    keys, media_type = set(answer["keys"]), ""
    for changed, (came, went) in answer["versions"].items():
        if api_numbers(changed) <= api_numbers(version):
            keys = (keys | set(came)) - set(went)
    for changed, name in answer["types"].items():
        if api_numbers(changed) <= api_numbers(version):
            media_type = name
    return keys, media_type


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("name", TARGETS)
def test_keys_are_those_of_the_version(store: str, name: str) -> None:
    answer = recorded(store)["answers"][name]
    found = []
    asked_at = [version for version, (status, _, _) in recorded(store)["version"].items() if status == 200]
    for version in asked_at:
        keys, media_type = expected(answer, version)
        status, ours_type, body = asked(store, version, TARGETS[name])
        ours = keys_of(body)
        if name.startswith("df"):  # no deeper ones were recorded
            ours = {key for key in ours if key.count(".") <= (1 if "Usage." in key else 2)}
        if name == "containers":
            ours = {key for key in ours if "NetworkSettings.Networks." not in key}
        if name == "events":
            ours = {key.removeprefix("[].") for key in ours}
        missing = {key for key in keys - ours if not OF_THE_MACHINE.fullmatch(key)}
        more = {key for key in ours - keys if not OF_THE_MACHINE.fullmatch(key)}
        if status != 200 or ours_type != media_type or missing or more:
            found.append(f"{version}: {status} {ours_type}, missing {sorted(missing)}, more {sorted(more)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("version", ["1.23", "1.24", "1.39", "1.40", "1.52", "1.55", "1.56"])
def test_versions_that_are_not_spoken_are_refused(version: str) -> None:
    status, media_type, said = recorded("overlay2")["version"][version]
    done = engine_of("overlay2").perform(Request(method="GET", target=f"/v{version}/version"))
    assert done.reply is not None
    headers = dict(done.reply.headers)
    assert (done.reply.status, headers["Content-Type"]) == (status, media_type)
    if status != 200:
        assert (done.reply.body or b"").decode().strip() == said


@pytest.mark.parametrize("store", STORES)
def test_attestations_are_told_from_1_55_on(store: str) -> None:
    for version, answer in recorded(store)["attestations"].items():
        status, media_type, body = asked(store, version, "/images/alpine/attestations")
        assert (status, media_type) == (answer["status"], answer["content_type"])
        if "body" in answer:
            assert body == answer["body"]
        else:
            assert keys_of(body) == set(answer["keys"])


def test_28_knows_no_attestations() -> None:
    done = create_engine(profile="28").perform(Request(method="GET", target="/v1.50/images/alpine/attestations"))
    assert done.reply is not None and done.reply.status == 404
    assert done.reply.body == b'{"message":"page not found"}\n'


@pytest.mark.parametrize(
    ("accept", "media_type", "begin"),
    [
        ("application/json", "application/jsonl", b"{"),
        ("application/jsonl", "application/jsonl", b"{"),
        ("application/x-ndjson", "application/x-ndjson", b"{"),
        ("application/json-seq", "application/json-seq", b"\x1e{"),
        ("text/plain", "application/jsonl", b"{"),
        ("*/*", "application/jsonl", b"{"),
        ("application/x-ndjson;q=0.1, application/json-seq;q=0.5", "application/json-seq", b"\x1e{"),
    ],
)
def test_clients_choose_how_events_are_told(accept: str, media_type: str, begin: bytes) -> None:
    engine = engine_of("overlay2")
    target = f"/v1.55/events?since=1&until={engine.now_ns // 1_000_000_000}"
    done = engine.submit(Request(method="GET", target=target, headers={"accept": accept}))
    engine.drive(lambda: done.ended)
    assert done.reply is not None
    assert dict(done.reply.headers)["Content-Type"] == media_type
    assert done.take(1 << 30).startswith(begin)


def ask(engine: Engine, method: str, path: str, body: object = None) -> Any:
    """The JSON of an answer, None for one without a body."""
    data = b"" if body is None else json.dumps(body).encode()
    done = engine.perform(Request(method=method, target=path, headers={"content-type": "application/json"}, body=data))
    assert done.reply is not None
    return json.loads(done.reply.body) if done.reply.body and done.reply.body.startswith((b"{", b"[")) else None


def test_the_containers_own_mac_address_is_unread_since_1_52() -> None:
    engine = create_engine()
    ask(engine, "POST", "/images/create?fromImage=alpine&tag=latest")
    address = "02:42:00:00:00:09"
    for version, said in (("1.51", address), ("1.52", "")):
        body = {"Image": "alpine", "Config": {}, "MacAddress": address, "Cmd": ["true"]}
        made = ask(engine, "POST", f"/v{version}/containers/create?name=mac{version}", body)
        endpoint = ask(engine, "GET", f"/v1.55/containers/mac{version}/json")["NetworkSettings"]["Networks"].get(
            "bridge", {}
        )
        assert (endpoint.get("MacAddress", ""), bool(made["Warnings"])) == (said, bool(said))


def test_limits_of_devices_are_updated_since_1_55() -> None:
    engine = create_engine()
    ask(engine, "POST", "/images/create?fromImage=alpine&tag=latest")
    ask(engine, "POST", "/containers/create?name=web", {"Image": "alpine", "Cmd": ["sleep", "1000"]})
    ask(engine, "POST", "/containers/web/start")
    limits = [{"Path": "/dev/vda", "Rate": 1024}]
    for version, kept in (("1.54", None), ("1.55", limits)):
        ask(engine, "POST", f"/v{version}/containers/web/update", {"BlkioDeviceReadBps": limits})
        assert ask(engine, "GET", "/containers/web/json")["HostConfig"]["BlkioDeviceReadBps"] == kept
    ask(engine, "POST", "/containers/web/update", {"Memory": 64 << 20})
    assert ask(engine, "GET", "/containers/web/json")["HostConfig"]["BlkioDeviceReadBps"] == limits
    refused = ask(
        engine, "POST", "/containers/web/update", {"BlkioDeviceReadBps": [{"Path": "/dev/nosuch", "Rate": 1}]}
    )
    assert refused["message"].endswith(": stat /dev/nosuch: no such file or directory")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/networks/create", {"IPAM": {"Config": [{"Subnet": "nonsense"}]}}, 'netip.ParsePrefix("nonsense"): no \'/\''),
        ("/networks/create", {"IPAM": {"Config": [{"Subnet": "10.1.0.0/16", "Gateway": "10.1.0"}]}}, 'ParseAddr("10.1.0"): IPv4 address too short'),
        ("/networks/create", {"IPAM": {"Config": [{"AuxiliaryAddresses": {"a": "x"}}]}}, 'ParseAddr("x"): unable to parse IP'),
        ("/networks/bridge/connect", {"EndpointConfig": {"IPAMConfig": {"IPv4Address": "1.2.3.256"}}}, 'ParseAddr("1.2.3.256"): IPv4 field has value >255'),
        ("/networks/bridge/connect", {"EndpointConfig": {"IPAMConfig": {"LinkLocalIPs": ["%1"]}}}, 'ParseAddr("%1"): missing IPv6 address'),
        ("/containers/create", {"HostConfig": {"Dns": ["8.8.8"]}}, 'ParseAddr("8.8.8"): IPv4 address too short'),
        ("/containers/create", {"HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "here"}]}}}, 'ParseAddr("here"): unable to parse IP'),
    ],
)  # fmt: skip
def test_addresses_are_read_with_the_json(path: str, body: dict[str, Any], said: str) -> None:
    engines = {profile: create_engine(profile=profile) for profile in ("28", "29")}
    full = {"Name": "net", "Image": "alpine", "Container": "web", **body}
    assert ask(engines["29"], "POST", path, full) == {"message": f"invalid JSON: {said}"}
    assert "netip" not in str(ask(engines["28"], "POST", path, full)) and "ParseAddr" not in str(
        ask(engines["28"], "POST", path, full)
    )
