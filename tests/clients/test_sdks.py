"""SDKs for Python over the socket: docker-py, aiodocker, python-on-whales."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import tarfile
from pathlib import Path

import aiodocker
import docker
import pytest
import python_on_whales

from fakedocker.serving import Served
from helpers.programs import find


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_docker_py(served: Served) -> None:
    client = docker.DockerClient(base_url=served.docker_host)
    assert client.ping()
    assert client.containers.run("alpine", ["echo", "hello"], remove=True) == b"hello\n"
    container = client.containers.run(
        "alpine", ["sh", "-c", "echo started; cat; echo ended"], detach=True, stdin_open=True
    )
    socket = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    socket._sock.sendall(b"typed\n")
    socket._sock.shutdown(1)
    code, output = container.exec_run("sh -c 'echo out; exit 3'")
    assert (code, output) == (3, b"out\n")
    streamed = container.exec_run("sh -c 'for n in 1 2 3; do echo $n; sleep 1; done'", stream=True).output
    assert b"".join(streamed) == b"1\n2\n3\n"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo("file")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"abc"))
    assert container.put_archive("/tmp", archive.getvalue())
    chunks, stat = container.get_archive("/tmp/file")
    assert stat["size"] == 3 and b"abc" in b"".join(chunks)
    assert container.top()["Processes"]
    assert container.stats(stream=False)["id"] == container.id
    container.stop(timeout=1)
    assert list(container.logs(stream=True))[0] == b"started\n"  # noqa: RUF015  # to its end
    container.remove()
    socket._sock.close()
    socket._response.close()
    client.close()
    gc.collect()  # docker-py leaves sockets of streams to the collector, which warns: here, where that is allowed for


def test_events_and_followed_logs_reach_docker_py_while_others_work(served: Served) -> None:
    client, other = (docker.DockerClient(base_url=served.docker_host) for _ in range(2))
    events = client.events(decode=True, filters={"type": "container"})
    worker = other.containers.run(
        "alpine", ["sh", "-c", "for n in 1 2 3; do echo $n; sleep 1; done"], detach=True, name="worker"
    )
    assert list(worker.logs(stream=True, follow=True)) == [b"1\n", b"2\n", b"3\n"]
    seen = []
    for event in events:
        seen.append(event["Action"])
        if event["Action"] == "die":
            break
    assert seen == ["create", "start", "die"]
    events.close()
    client.close()
    other.close()


def test_aiodocker(served: Served) -> None:
    async def main() -> None:
        async with aiodocker.Docker(url=served.docker_host) as client:
            await client.images.pull("alpine", tag="latest")
            config = {"Image": "alpine", "Cmd": ["sh", "-c", "echo hello; sleep 2; exit 4"]}
            container = await client.containers.run(config=config, name="job")
            assert (await container.wait())["StatusCode"] == 4
            assert await container.log(stdout=True) == ["hello\n"]
            await container.start()
            execution = await container.exec(["sh", "-c", "cat; echo bye"], stdin=True)
            async with execution.start(detach=False) as stream:
                await stream.write_in(b"typed\n")
                message = await stream.read_out()
                assert message is not None and message.data == b"typed\n"
            await container.delete(force=True)
            assert await client.containers.list(all=True) == []

    asyncio.run(main())


def test_python_on_whales(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.path.dirname(find('docker'))}:{os.environ['PATH']}")
    client = python_on_whales.DockerClient(host=served.docker_host, config=tmp_path)
    assert client.run("alpine", ["echo", "hello"], remove=True) == "hello"
    with client.run("redis:7", detach=True, name="cache", publish=[(16379, 6379)]) as cache:
        assert client.execute(cache, ["redis-cli", "ping"]) == "PONG"
        assert cache.state.running
        assert cache.network_settings.ports["6379/tcp"][0]["HostPort"] == "16379"
        (tmp_path / "note").write_text("from here")
        client.copy(tmp_path / "note", (cache, "/tmp/note"))
        assert client.execute(cache, ["cat", "/tmp/note"]) == "from here"
    volume = client.volume.create("keep")
    assert client.volume.exists("keep")
    volume.remove()
    network = client.network.create("net")
    assert client.network.inspect("net").driver == "bridge"
    network.remove()
    assert client.ps(all=True) == []
