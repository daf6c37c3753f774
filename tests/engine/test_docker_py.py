"""docker-py unchanged, in process, without a thread."""

from __future__ import annotations

import threading

import docker
import pytest
import requests

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.engine import Engine
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.testing.docker_py import BASE_URL, EngineAdapter, docker_client


def engine_of(client: docker.DockerClient) -> Engine:
    adapter = client.api.get_adapter(BASE_URL)
    assert isinstance(adapter, EngineAdapter)
    return adapter._engine


@pytest.fixture
def client() -> docker.DockerClient:
    made = docker_client(create_engine(seed=5))
    made.images.pull("alpine")
    return made


def test_run_gives_the_output(client: docker.DockerClient) -> None:
    threads = threading.active_count()
    assert client.containers.run("alpine", "echo hello world") == b"hello world\n"
    assert threading.active_count() == threads


def test_a_failing_run_raises_with_the_exit_status(client: docker.DockerClient) -> None:
    with pytest.raises(docker.errors.ContainerError) as caught:
        client.containers.run("alpine", ["sh", "-c", "echo oops >&2; exit 3"])
    assert caught.value.exit_status == 3
    assert caught.value.stderr == b"oops\n"


def test_logs_stream_as_time_passes(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 60; done"], detach=True)
    assert list(box.logs(stream=True, follow=True)) == [b"1\n", b"2\n", b"3\n"]
    assert box.wait() == {"StatusCode": 0}


def test_a_client_is_as_patient_as_it_says_in_virtual_time(client: docker.DockerClient) -> None:
    engine = engine_of(client)
    box = client.containers.run("alpine", "sleep 100", detach=True)
    before_ns = engine.now_ns
    with pytest.raises(requests.exceptions.ConnectionError, match="timed out"):
        box.wait(timeout=5)
    assert (engine.now_ns - before_ns) // SECOND_NS == 5
    assert box.wait()["StatusCode"] == 0
    endless = client.containers.run("alpine", "sleep infinity", detach=True)
    with pytest.raises(requests.exceptions.ConnectionError, match="timed out"):
        endless.wait(timeout=5)
    with pytest.raises(WaitCannotEnd, match="nothing can end"):
        endless.wait()
    years = client.containers.run("alpine", "sleep 36500d", detach=True)
    with pytest.raises(WaitTooLong, match="has not ended"):
        years.wait()


def test_an_answer_that_comes_too_late_is_not_waited_for(client: docker.DockerClient) -> None:
    engine_of(client).inject("volume create latency 2m")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.volumes.create("data")
    assert [volume.name for volume in client.volumes.list()] == ["data"]


def test_exec_with_a_socket_and_half_close(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    result = box.exec_run("cat", stdin=True, socket=True, tty=False)
    connection = result.output._sock
    connection.sendall(b"typed\n")
    connection.shutdown(1)
    data = b""
    while piece := connection.recv(100):
        data += piece
    assert data == b"\x01\x00\x00\x00\x00\x00\x00\x06typed\n"


def test_exec_run_demultiplexes(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    result = box.exec_run(["sh", "-c", "echo out; echo err >&2; exit 4"], demux=True)
    assert (result.exit_code, result.output) == (4, (b"out\n", b"err\n"))


def test_a_read_that_nothing_can_end_says_so(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "cat", detach=True, stdin_open=True)
    connection = box.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    with pytest.raises(WaitCannotEnd):
        connection.recv(10)


def test_errors_are_docker_pys_own(client: docker.DockerClient) -> None:
    with pytest.raises(docker.errors.NotFound, match="No such container: nobody"):
        client.containers.get("nobody")
    with pytest.raises(docker.errors.ImageNotFound):
        client.images.get("nosuch")
    with pytest.raises(docker.errors.APIError, match="Conflict"):
        client.containers.create("alpine", name="twice")
        client.containers.create("alpine", name="twice")


def test_archives_both_ways(client: docker.DockerClient) -> None:
    import io
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("note.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"hello"))
    box = client.containers.create("alpine", "true")
    assert box.put_archive("/tmp", buffer.getvalue())
    stream, stat = box.get_archive("/tmp/note.txt")
    assert stat["size"] == 5
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        member = archive.extractfile("note.txt")
        assert member is not None and member.read() == b"hello"


def test_a_wait_ends_with_every_end_of_the_process(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "sleep 2", detach=True, restart_policy={"Name": "always"})
    assert box.wait()["StatusCode"] == 0
    assert box.wait(condition="next-exit")["StatusCode"] == 0
    box.reload()
    assert box.attrs["RestartCount"] == 1 and box.status == "restarting"
    with pytest.raises(docker.errors.APIError, match="container is restarting: stop the container before"):
        box.remove()
    with pytest.raises(docker.errors.APIError, match="restarting, wait until"):
        box.attach()
    box.stop()
    assert box.wait()["StatusCode"] == 0


def test_what_was_written_is_read_without_following(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", ["sh", "-c", "echo hello; sleep 600"], detach=True)
    assert client.api.attach(box.id, stream=False, logs=True) == b"hello\n"


def test_the_start_of_an_exec_says_whether_its_output_is_framed(client: docker.DockerClient) -> None:
    box = client.containers.run("alpine", "sleep 1000", detach=True)
    command = ["sh", "-c", "echo out; echo err >&2"]
    with_terminal = client.api.exec_create(box.id, command, tty=True)["Id"]
    assert client.api.exec_start(with_terminal, demux=True) == (b"out\r\nerr\r\n", None)
    without = client.api.exec_create(box.id, command)["Id"]
    raw = client.api.exec_start(without, tty=True, socket=True)._sock
    assert raw.recv(100) == b"out\n"


def test_a_variable_without_a_value_takes_one_away(client: docker.DockerClient) -> None:
    box = client.containers.create("alpine", "env", environment={"PATH": None, "Blank": "", "Other": "one"})
    assert box.attrs["Config"]["Env"] == ["PATH", "Blank=", "Other=one"]
    box = client.containers.create("alpine", ["/usr/bin/env"], environment={"HOSTNAME": None, "Blank": ""})
    box.start()
    box.wait()
    variables = box.logs().decode().splitlines()
    assert "Blank=" in variables and not any(line.startswith("HOSTNAME") for line in variables)


def test_a_link_in_a_network_is_a_name_for_its_owner_alone(client: docker.DockerClient) -> None:
    network = client.networks.create("net")
    client.containers.run("alpine", "sleep 1000", detach=True, name="other", network="net")
    box = client.containers.create("alpine", "sleep 1000")
    network.connect(box, links=[("upstream", "up"), ("other", "mine")])
    box.start()
    assert box.exec_run("nslookup up").exit_code == 1
    upstream = client.containers.run("alpine", "sleep 1000", detach=True, name="upstream", network="net")
    assert box.exec_run("nslookup up").exit_code == 0
    assert upstream.exec_run("nslookup up").exit_code == 1
    assert b"mine" in box.exec_run("ping -c 1 mine").output


@pytest.mark.parametrize(
    ("image", "install"),
    [("debian", "apt-get update && apt-get install -y nginx curl"), ("alpine", "apk add nginx curl")],
)
def test_nginx_of_a_distribution_runs(client: docker.DockerClient, image: str, install: str) -> None:
    client.images.pull(image, tag="latest")
    box = client.containers.run(image, ["sh", "-c", f"{install} && nginx && sleep 1000"], detach=True)
    assert box.exec_run("timeout 120 sh -c 'until curl -s localhost; do sleep 1; done'").exit_code == 0, box.logs()
    assert b"<html>" in box.exec_run("curl -s localhost").output


def test_a_build_for_no_platform_is_refused_before_it_begins(client: docker.DockerClient) -> None:
    import io

    with pytest.raises(docker.errors.APIError, match="unknown operating system or architecture") as caught:
        client.images.build(fileobj=io.BytesIO(b"FROM alpine\n"), platform="foo")
    assert caught.value.status_code == 400


def test_requests_that_cannot_be_read_are_refused(client: docker.DockerClient) -> None:
    box = client.containers.create("alpine", "true")
    refused = (
        ("POST", f"/containers/{box.id}/stop?t=abc", 500, 'strconv.Atoi: parsing "abc": invalid syntax'),
        ("GET", "/containers/json?limit=few", 500, 'strconv.Atoi: parsing "few": invalid syntax'),
        ("POST", "/swarm/leave", 503, "This node is not part of a swarm"),
    )
    for method, path, status, message in refused:
        answer = client.api.request(method, f"{client.api.base_url}/v1.50{path}")
        assert (answer.status_code, answer.json()["message"]) == (status, message)
    answer = client.api.post(f"{client.api.base_url}/v1.50/containers/{box.id}/start", json={"Binds": ["/tmp:/foo"]})
    assert answer.status_code == 400 and "non-empty request body" in answer.json()["message"]


def test_services_get_somewhere_while_their_client_looks(client: docker.DockerClient) -> None:
    """It looks at several things in turn, and sleeps between by a clock that is not the engine's."""
    client.swarm.init()
    secret = client.secrets.create(name="password", data=b"hunter2")
    reference = docker.types.SecretReference(secret.id, "password")
    service = client.services.create(
        "alpine", ["sh", "-c", "cat /run/secrets/password; echo; exec sleep 1000"], name="web", secrets=[reference]
    )
    service.scale(3)
    looks = 0
    while sum(task["Status"]["State"] == "running" for task in service.tasks()) < 3:
        service.reload()
        client.nodes.list()
        looks += 1
        assert looks < 50
    assert b"".join(service.logs(stdout=True)) == b"hunter2\n" * 3
    service.reload()
    service.update(image="busybox", fetch_current_spec=True)
    while client.services.get("web").attrs.get("UpdateStatus", {}).get("State") != "completed":
        service.tasks()
        looks += 1
        assert looks < 300
    assert {
        task["Spec"]["ContainerSpec"]["Image"] for task in service.tasks() if task["DesiredState"] == "running"
    } == {"busybox"}
    assert client.swarm.leave(force=True)
