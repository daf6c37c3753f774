"""Faults as a client meets them: what docker-py raises, what the engine does after them, and what rules count."""

from __future__ import annotations

import io
from collections.abc import Callable

import docker
import pytest
import requests
import urllib3

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.replay import replay
from fakedocker.faults.model import FaultError, Rule
from fakedocker.testing.docker_py import docker_client

SECOND_NS = 1_000_000_000


@pytest.fixture
def engine() -> Engine:
    made = create_engine(seed=3, check=True)
    docker_client(made).images.pull("alpine")
    return made


@pytest.fixture
def client(engine: Engine) -> docker.DockerClient:
    return docker_client(engine)


def refused(action: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(docker.errors.APIError) as caught:
        action()
    return caught.value.status_code, caught.value.explanation


# registries and pulls


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (
            "registry docker.io down",
            500,
            'failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/1.27": dial tcp',
        ),
        ("registry docker.io unauthorized", 500, "unauthorized: authentication required"),
        ("image nginx:1.27 toomanyrequests", 500, "toomanyrequests: You have reached"),
        ("image nginx 404", 404, "docker.io/library/nginx:1.27: not found"),
        ("registry docker.io error 503", 500, "received unexpected HTTP status: 503 Service Unavailable"),
    ],
)
def test_a_pull_that_is_refused(
    engine: Engine, client: docker.DockerClient, fault: str, status: int, text: str
) -> None:
    engine.inject(fault + " once")
    found = refused(lambda: client.images.pull("nginx:1.27"))
    assert found[0] == status
    assert text in found[1]
    assert client.images.pull("nginx:1.27").tags == ["nginx:1.27"]


def test_a_fault_of_one_image_leaves_others_alone(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("image nginx:1.27 404")
    assert client.images.pull("redis").tags == ["redis:latest"]
    assert client.images.pull("nginx:1.27-alpine").tags == ["nginx:1.27-alpine"]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("image nginx digest mismatch", 'failed commit on ref "layer-sha256:'),
        ("image nginx cut off", "unexpected EOF"),
    ],
)
def test_a_download_that_fails_leaves_no_image(
    engine: Engine, client: docker.DockerClient, fault: str, text: str
) -> None:
    engine.inject(fault)
    *_, last = client.api.pull("nginx", tag="1.27", stream=True, decode=True)
    assert text in last["error"]
    assert [image.tags for image in client.images.list()] == [["alpine:latest"]]


def test_a_registry_is_up_again_after_its_time(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("registry docker.io down for 2m")
    refused(lambda: client.images.pull("nginx"))
    engine.advance(engine.now_ns + 121 * SECOND_NS)
    assert client.images.pull("nginx").tags == ["nginx:latest"]


def test_a_slow_registry_takes_as_many_times_as_long(engine: Engine, client: docker.DockerClient) -> None:
    fork = engine.fork()
    docker_client(fork).images.pull("redis")
    engine_began_ns = engine.now_ns
    engine.inject("image redis slow 20x")
    client.images.pull("redis")
    quick_ns, slow_ns = fork.now_ns - engine_began_ns, engine.now_ns - engine_began_ns
    assert 18 * quick_ns < slow_ns < 21 * quick_ns


def test_a_registry_that_is_down_takes_no_push_and_tells_nothing(engine: Engine, client: docker.DockerClient) -> None:
    client.images.get("alpine").tag("localhost:5000/x", "1")
    engine.inject("registry localhost:5000 down twice")
    *_, last = client.api.push("localhost:5000/x", tag="1", stream=True, decode=True)
    assert last["error"] == 'Get "http://localhost:5000/v2/": dial tcp localhost:5000: connect: connection refused'
    assert refused(lambda: client.images.get_registry_data("localhost:5000/x:1"))[0] == 500
    *_, last = client.api.push("localhost:5000/x", tag="1", stream=True, decode=True)
    assert last["status"].split()[2] == client.images.get_registry_data("localhost:5000/x:1").id


@pytest.mark.parametrize(
    ("fault", "text"),
    [("registry docker.io down", "connection refused"), ("image busybox cut off", "unexpected EOF")],
)
def test_a_build_whose_base_cannot_be_pulled(
    engine: Engine, client: docker.DockerClient, fault: str, text: str
) -> None:
    engine.inject(fault)
    with pytest.raises(docker.errors.DockerException, match=text):
        client.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN true\n"))
    engine.clear_faults()
    client.images.build(fileobj=io.BytesIO(b"FROM busybox\nRUN true\n"))


def test_a_daemon_that_goes_takes_a_pull_with_it(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("daemon restart in 100ms")
    with pytest.raises((requests.exceptions.RequestException, urllib3.exceptions.HTTPError)):
        list(client.api.pull("nginx", tag="1.27", stream=True, decode=True))
    engine.advance(engine.now_ns + 60 * SECOND_NS)
    assert [image.tags for image in client.images.list()] == [["alpine:latest"]]


# requests


def test_the_third_creation_fails(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject('create error 507 "no room" 3rd time')
    made = [client.containers.create("alpine", "true", name=name).name for name in ("a1", "b2")]
    assert refused(lambda: client.containers.create("alpine", "true", name="c3")) == (507, "no room")
    made.append(client.containers.create("alpine", "true", name="c3").name)
    assert made == ["a1", "b2", "c3"]


def test_an_error_on_one_container(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("start on web error")
    other = client.containers.create("alpine", "sleep 100", name="other")
    web = client.containers.create("alpine", "sleep 100", name="web")
    other.start()
    assert refused(web.start) == (500, "start fails by a fault rule of fakedocker")
    engine.clear_faults()
    web.start()


def test_exec_of_a_container_is_found_by_the_exec(engine: Engine, client: docker.DockerClient) -> None:
    web = client.containers.run("alpine", "sleep 100", name="web", detach=True)
    engine.inject("container web error 503 busy from the 2nd time")
    assert refused(lambda: web.exec_run("true")) == (503, "busy")


def test_chance_comes_from_the_seed() -> None:
    def outcomes(seed: int) -> list[bool]:
        engine = create_engine(seed)
        client = docker_client(engine)
        engine.inject("info error chance 50%")
        results = []
        for _ in range(40):
            try:
                client.info()
                results.append(True)
            except docker.errors.APIError:
                results.append(False)
        return results

    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert 8 <= sum(outcomes(1)) <= 32


# the wire


def test_reset_does_nothing_and_lost_does_it_all_the_same(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("create reset once")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.containers.create("alpine", "true", name="box")
    assert client.containers.list(all=True) == []
    engine.inject("create lost once")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.containers.create("alpine", "true", name="box")
    assert [box.name for box in client.containers.list(all=True)] == ["box"]


def test_a_stalled_answer_ends_with_the_clients_patience(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("stop stall once")
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    began_ns = engine.now_ns
    with pytest.raises(requests.exceptions.ReadTimeout):
        box.stop(timeout=10)
    assert engine.now_ns - began_ns >= 60 * SECOND_NS
    box.reload()
    assert box.status == "running"


def test_latency_takes_virtual_time(engine: Engine, client: docker.DockerClient) -> None:
    began_ns = engine.now_ns
    engine.inject("wire latency 5s")
    client.version()
    assert 5 * SECOND_NS <= engine.now_ns - began_ns < 6 * SECOND_NS


def test_a_truncated_answer(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("info truncated after 20")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.info()


def test_a_pull_whose_stream_breaks_arrives_all_the_same(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("pull truncated after 200")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        list(client.api.pull("redis", tag="latest", stream=True, decode=True))
    engine.advance(engine.now_ns + 60 * SECOND_NS)
    assert client.images.get("redis").tags == ["redis:latest"]


# memory, disk, the daemon


def test_out_of_memory(engine: Engine, client: docker.DockerClient) -> None:
    web = client.containers.run("alpine", "sleep 1000", name="web", detach=True)
    engine.inject("container web oom in 30s")
    assert web.wait()["StatusCode"] == 137
    web.reload()
    assert web.attrs["State"]["OOMKilled"]
    actions = [event.action for event in engine.world.events.entries()]
    assert actions[-2:] == ["oom", "die"]


def test_a_full_disk(engine: Engine, client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    engine.inject("disk full for 1m")
    assert b"No space left on device" in box.exec_run("sh -c 'echo hello > /tmp/x'").output
    assert box.exec_run("sh -c 'echo hello > /dev/shm/x'").exit_code == 0
    status, text = refused(lambda: client.containers.create("alpine", "true"))
    assert (status, text.endswith("no space left on device")) == (500, True)
    *_, last = client.api.pull("redis", stream=True, decode=True)
    assert "failed to register layer" in last["error"] and "no space left on device" in last["error"]
    assert refused(box.commit)[1].endswith("no space left on device")
    engine.advance(engine.now_ns + 61 * SECOND_NS)
    assert box.exec_run("sh -c 'echo hello > /tmp/x; cat /tmp/x'").output == b"hello\n"


def test_a_little_room_is_used_up_and_given_back(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("disk 100kB left")
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    assert box.exec_run("dd if=/dev/zero of=/a bs=1000 count=90").exit_code == 0
    assert box.exec_run("dd if=/dev/zero of=/b bs=1000 count=90").exit_code == 1
    box.remove(force=True)
    other = client.containers.run("alpine", "sleep 1000", detach=True)
    assert other.exec_run("dd if=/dev/zero of=/b bs=1000 count=90").exit_code == 0


POLICIES = {
    "none": {},
    "always": {"Name": "always"},
    "unless": {"Name": "unless-stopped"},
    "failure": {"Name": "on-failure"},
    "always-stopped": {"Name": "always"},
    "unless-stopped": {"Name": "unless-stopped"},
}


def test_a_restart_of_the_daemon(engine: Engine, client: docker.DockerClient) -> None:
    trap = ["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait"]
    for name, policy in POLICIES.items():
        client.containers.run("alpine", trap, name=name, detach=True, restart_policy=policy)
    client.containers.run("alpine", trap, name="gone", detach=True, auto_remove=True)
    client.containers.create("alpine", trap, name="never", restart_policy={"Name": "always"})
    for name in ("always-stopped", "unless-stopped"):
        client.containers.get(name).stop()
    engine.inject("daemon restart")
    engine.advance(engine.now_ns + SECOND_NS)
    assert {box.name: box.status for box in client.containers.list(all=True)} == {
        "none": "exited",
        "always": "running",
        "unless": "running",
        "failure": "exited",
        "always-stopped": "running",
        "unless-stopped": "exited",
        "never": "created",
    }
    assert engine.world.fault_rules == ()


def test_who_fails_while_the_daemon_goes_down_is_restarted_on_failure(
    engine: Engine, client: docker.DockerClient
) -> None:
    box = client.containers.run("alpine", "sleep 1000", detach=True, restart_policy={"Name": "on-failure"})
    engine.inject("daemon restart")
    engine.advance(engine.now_ns + 11 * SECOND_NS)
    box.reload()
    assert (box.status, box.attrs["RestartCount"]) == ("running", 0)


def test_nobody_reaches_a_daemon_that_is_down(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("daemon down for 30s")
    for _ in range(3):
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            client.ping()
    engine.advance(engine.now_ns + 31 * SECOND_NS)
    assert client.ping()


def test_polling_clients_get_a_daemon_back(engine: Engine, client: docker.DockerClient) -> None:
    client.containers.run("alpine", "sleep 1000", detach=True)
    engine.inject("daemon restart")
    attempts = 0
    while attempts < 30:
        attempts += 1
        try:
            client.ping()
            break
        except requests.exceptions.ConnectionError:
            continue
    assert 5 <= attempts <= 15


def test_a_daemon_that_goes_takes_streams_with_it(engine: Engine, client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", ["sh", "-c", "echo a; sleep 5; echo b; sleep 60"], detach=True)
    engine.inject("daemon restart in 2s")
    with pytest.raises(requests.exceptions.RequestException):
        box.wait()


# rules are part of the world


def test_rules_and_their_counts_are_in_the_world(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("info error 2 times")
    before = engine.snapshot()
    refused(client.info)
    fork = docker_client(engine.fork())
    refused(fork.info)
    assert fork.info()["OSType"] == "linux"
    engine.restore(before)
    refused(client.info)
    refused(client.info)
    client.info()


def test_a_journal_with_faults_is_played_again(engine: Engine, client: docker.DockerClient) -> None:
    base, start = engine.snapshot(), len(engine.journal)
    engine.inject("create error chance 50%")
    for name in ("a1", "b2", "c3", "d4"):
        try:
            client.containers.create("alpine", "true", name=name)
        except docker.errors.APIError:
            continue
    engine.clear_faults()
    other = create_engine(world=base)
    replay(other, engine.journal[start:])
    assert sorted(other.world.container_names) == sorted(engine.world.container_names)
    assert other.world.fault_rules == ()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("registry example.com down", "no registry 'example.com'; there are docker.io, localhost:5000"),
        ("container nobody oom", "no container 'nobody'; there are idle"),
        ("container idle oom", "container idle is created; only of a running one can the process end"),
        ("disk full 2nd time", "disk full happens once"),
        ("nothing at all", "unknown target 'nothing'"),
        (Rule(target="wire", effect="oom"), "unknown fault 'oom' of the wire"),
    ],
)
def test_what_cannot_go_wrong_leaves_the_world(
    engine: Engine, client: docker.DockerClient, fault: str | Rule, expected: str
) -> None:
    client.containers.create("alpine", "true", name="idle")
    before = engine.snapshot()
    with pytest.raises(FaultError) as caught:
        engine.inject(fault)
    assert expected in str(caught.value)
    assert engine.snapshot() is before


def test_taking_away_what_is_not_there(engine: Engine) -> None:
    engine.inject("info reset")
    with pytest.raises(FaultError, match="no fault has the number 5; there are 1"):
        engine.clear_faults(5)
    assert engine.clear_faults(1) == 1
    assert engine.clear_faults() == 0
