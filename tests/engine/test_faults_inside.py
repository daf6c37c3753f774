"""Faults between containers, of names, volumes, of what is executed and of downloads: their effect on the wire, and none without them."""

from __future__ import annotations

from typing import Literal

import docker
import pytest
import requests
from hypothesis import given, settings, strategies as st

from fakedocker.durability.snapshot import decode, encode
from fakedocker.faults.model import FaultError
from fakedocker.testing import FakeDocker

GET = ["wget", "-qO-", "-T", "5", "http://web/"]


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.image("api", ports={80: "hello"})
    client = fake.client
    client.volumes.create("spare")
    for network in ("shop", "back"):
        client.networks.create(network)
    client.containers.run("api", name="web", network="shop", detach=True)
    for name in ("box", "other"):
        client.containers.run("alpine", "sleep infinity", name=name, network="shop", detach=True)
    return fake


@pytest.fixture(scope="module")
def start() -> FakeDocker:
    return make()


@pytest.fixture
def fake(start: FakeDocker) -> FakeDocker:
    return start.fork()


def ask(fake: FakeDocker, name: str = "box", command: list[str] | None = None) -> tuple[int, bytes]:
    code, output = fake.client.containers.get(name).exec_run(command or GET)
    return code, output


def test_a_link_that_is_down(fake: FakeDocker) -> None:
    fake.fault("link web box down for 1m")
    code, output = ask(fake)
    assert code == 1
    assert b"timed out" in output
    assert ask(fake, "box", ["ping", "-c1", "-W1", "web"])[0] == 1
    assert ask(fake, "other") == (0, b"hello")
    fake.advance("1m")
    assert ask(fake) == (0, b"hello")


@pytest.mark.parametrize("name", ["shop", "back"])
def test_a_network_that_is_down(fake: FakeDocker, name: str) -> None:
    rule = fake.fault(f"network {name} down")
    assert ask(fake)[0] == (1 if name == "shop" else 0)
    fake.clear_faults(rule.number)
    assert ask(fake) == (0, b"hello")


def test_another_network_is_a_way_around(fake: FakeDocker) -> None:
    fake.fault("network shop down")
    for name in ("web", "box"):
        fake.client.networks.get("back").connect(name)
    web = fake.client.containers.get("web").attrs["NetworkSettings"]["Networks"]["back"]["IPAddress"]
    assert ask(fake, "box", ["wget", "-qO-", "-T", "5", f"http://{web}/"]) == (0, b"hello")


def test_a_connection_that_stands_stands_still_and_goes_on(fake: FakeDocker) -> None:
    client = fake.client
    command = ["nc", "-l", "-p", "7"]
    listener = client.containers.run("alpine", command, name="listener", network="shop", detach=True, stdin_open=True)
    script = "(echo one; sleep 10; echo two; sleep 100) | nc listener 7"
    client.containers.run("alpine", ["sh", "-c", script], name="talker", network="shop", detach=True)
    fake.advance("5s")
    assert listener.logs() == b"one\n"
    fake.fault("link talker listener down for 30s")
    fake.advance("29s")
    assert listener.logs() == b"one\n"
    fake.advance("2s")
    assert listener.logs() == b"one\ntwo\n"


def test_a_name_that_is_denied_and_one_that_flaps(fake: FakeDocker) -> None:
    fake.fault("dns web not found 2 times")
    for _ in range(2):
        code, output = ask(fake)
        assert (code, b"bad address 'web'" in output) == (1, True)
    assert ask(fake) == (0, b"hello")
    fake.fault("dns WEB not found chance 50%")
    codes = [ask(fake)[0] for _ in range(12)]
    assert 0 < sum(codes) < 12
    assert not fake.unsimulated()


def test_an_exec_that_hangs(fake: FakeDocker) -> None:
    fake.fault("container box exec hangs once")
    api = fake.client.api
    hung = api.exec_create("box", ["echo", "hello"])["Id"]
    api.exec_start(hung, detach=True)
    fake.advance("1h")
    assert api.exec_inspect(hung)["Running"]
    assert ask(fake, "other", ["echo", "hi"]) == (0, b"hi\n")
    assert ask(fake, "box", ["echo", "hi"]) == (0, b"hi\n")
    fake.client.containers.get("box").kill()
    with pytest.raises(docker.errors.NotFound):  # as of every exec whose container has ended
        api.exec_inspect(hung)


@pytest.mark.parametrize("profile", ["28", "29"])
def test_a_pull_that_breaks_off(profile: Literal["28", "29"]) -> None:
    fake = FakeDocker(profile=profile)
    fake.fault("image redis cut off after 5MB once")
    came: dict[str, int] = {}
    problem = ""
    for line in fake.client.api.pull("redis", "7", stream=True, decode=True):
        problem = line.get("error", problem)
        if line.get("status") == "Downloading":
            came[line["id"]] = line["progressDetail"].get("current", came.get(line["id"], 0))
    assert "unexpected EOF" in problem
    assert sum(came.values()) == 5_000_000
    assert fake.client.images.list() == []
    fake.client.images.pull("redis", "7")


TOKEN = (
    'Get "https://auth.docker.io/token?scope=repository%3Alibrary%2Fredis%3Apull&service=registry.docker.io": '
    "dial tcp auth.docker.io:443: connect: connection refused"
)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("28", f'Head "https://registry-1.docker.io/v2/library/redis/manifests/7": {TOKEN}'),
        (
            "29",
            'failed to resolve reference "docker.io/library/redis:7": failed to authorize: '
            f"failed to fetch anonymous token: {TOKEN}",
        ),
    ],
)
def test_a_registry_whose_tokens_nobody_gives(profile: Literal["28", "29"], expected: str) -> None:
    fake = FakeDocker(profile=profile)
    fake.fault("registry docker.io auth down once")
    with pytest.raises(docker.errors.APIError) as caught:
        fake.client.images.pull("redis", "7")
    assert caught.value.explanation == expected
    fake.client.images.pull("redis", "7")


def test_more_than_the_whole_download_is_no_end(fake: FakeDocker) -> None:
    fake.fault("image redis cut off after 5GB")
    fake.client.images.pull("redis", "7")


def test_a_volume_that_is_full(fake: FakeDocker) -> None:
    fake.client.volumes.create("data")
    volumes = {name: {"bind": f"/{name}", "mode": "rw"} for name in ("data", "spare")}
    writer = fake.client.containers.run("alpine", "sleep infinity", name="writer", volumes=volumes, detach=True)

    def write(where: str, size: int = 100) -> bytes:
        output: bytes = writer.exec_run(["sh", "-c", f"head -c {size} /dev/zero > {where}/file"]).output
        return output

    assert write("/data", 50) == b""
    fake.fault("volume data 1000B left for 1m")
    assert write("/data", 900) == b""
    assert b"No space left on device" in write("/data", 5000)
    assert write("/spare", 5000) == write("/tmp", 5000) == b""
    assert writer.exec_run("rm /data/file").exit_code == 0
    fake.advance("1m")
    assert write("/data", 5000) == b""
    number = fake.fault("volume data failing").number
    assert b"Input/output error" in write("/data")
    assert writer.exec_run("head -c 1 /data/file").exit_code == 0
    with pytest.raises(FaultError, match="volume data has such a fault already"):
        fake.fault("volume data failing writes")
    fake.clear_faults(number)
    fake.fault("volume data full")
    assert b"No space left on device" in write("/data", 9000)
    fake.clear_faults()
    assert write("/data") == b""


def test_a_daemon_that_restarts_in_the_middle_of_a_stream(fake: FakeDocker) -> None:
    fake.client.containers.run("alpine", ["sh", "-c", "echo up; sleep 100; echo late"], name="long", detach=True)
    fake.fault("daemon restart in 5s")
    api = fake.client.api
    with pytest.raises(requests.exceptions.ChunkedEncodingError):  # no last chunk has come; docker-py passes over it
        list(api.get(f"{api.base_url}/events", stream=True).iter_content(1))
    fake.advance("30s")  # its containers have ended by then
    assert fake.client.ping()
    assert list(fake.client.containers.get("long").logs(stream=True, follow=True)) == [b"up\n"]


def test_what_is_not_there_is_refused(fake: FakeDocker) -> None:
    before = fake.snapshot()
    for text, expected in [
        ("link web nobody down", "no container 'nobody'; there are box"),
        ("link web web down", "expected two containers that the link is between, not web twice"),
        ("registry localhost:5000 auth down", "only docker.io has a host of its own that gives tokens"),
        ("volume nothing full", "no volume 'nothing'; there are spare"),
        ("network nowhere down", "no network 'nowhere'; there are back, bridge, host, none, shop"),
        ("link web box down twice", "link down happens once: expected no count and no chance"),
    ]:
        with pytest.raises(FaultError, match=expected):
            fake.fault(text)
    assert fake.snapshot() is before


RULES = [
    "link other web down",
    "network back down",
    "dns db not found",
    "container other exec hangs",
    "image redis cut off after 1MB",
    "volume spare full",
    "link web box down in 2h",
    "dns web not found from the 50th time",
]


@settings(max_examples=12)
@given(st.lists(st.sampled_from(RULES), max_size=4, unique=True))
def test_nothing_changes_for_whom_no_rule_is_about(rules: list[str]) -> None:
    plain, faulty = START.fork(), START.fork()
    for rule in rules:
        faulty.fault(rule)
    told = []
    for fake in (plain, faulty):
        told.append([ask(fake), ask(fake, "box", ["ping", "-c1", "web"]), str(fake.now())])
        told[-1].append(fake.client.containers.get("web").attrs)  # type: ignore[arg-type]  # whatever there is to compare
    assert told[0] == told[1]


START = make()


def test_states_of_all_kinds_are_kept(fake: FakeDocker) -> None:
    fake.client.swarm.init(advertise_addr="192.168.65.3")
    fake.plugin("acme/store")
    for rule in (
        "disk of web latency 10ms",
        "volume spare failing",
        "disk failing reads",
        "clock ahead 5m",
        "node docker-host down",
        "link web loss 5%",
        "network back down in 1h",
    ):
        fake.fault(rule)
    world = decode(encode(fake.snapshot()))
    assert encode(world) == encode(fake.snapshot())
    again = fake.fork()
    again.restore(world)
    again.clear_faults()
    fake.clear_faults()
    for each in (again, fake):
        kernel = each.snapshot().kernel
        assert not kernel.disks and not any(socket.way for socket in kernel.sockets.values())
        assert (each.snapshot().skew_ns, each.snapshot().fault_rules) == (0, ())
