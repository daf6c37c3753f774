"""The examples of docker-py's README and of its user guide run unchanged against the double, as the installed package has them.

The user guide on containers, images, networks and volumes is made of the docstrings; the guide on streams is quoted here.
Nothing in an example is replaced: what it takes for granted (an image, a container of that id) is put there before.
"""

from __future__ import annotations

import gc
import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import docker.models.containers
import docker.models.images
import docker.models.networks
import docker.models.volumes
import pytest

from fakedocker.testing import FakeDocker, Process
from helpers.documented_examples import play, statements

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The examples leave clients, sockets and a file to the collector, which warns."""

CONTAINER_IN_README = "45e6d2de7c54"


def splines(process: Process) -> None:
    """What the image of docker-py's examples does."""
    for number in range(process.kept(1), 10):
        process.print(f"Reticulating spline {number}...")
        process.sleep(1)
        process.keep(number + 1)


@pytest.fixture
def fake(fakedocker: FakeDocker, fakedocker_socket: object) -> Iterator[FakeDocker]:
    fakedocker.image("bfirsh/reticulate-splines", splines)
    yield fakedocker
    gc.collect()  # here, where the warnings are allowed for


@pytest.fixture
def client(fake: FakeDocker) -> Iterator[docker.DockerClient]:
    made = docker.from_env()
    yield made
    made.close()


def test_the_readme(fake: FakeDocker, client: docker.DockerClient) -> None:
    fake.client.containers.run("bfirsh/reticulate-splines", detach=True, name=CONTAINER_IN_README)
    text = str(importlib.metadata.metadata("docker").get_payload())
    hello, spline, listed, _, image, logs, stopped, streamed, pulled, images = play(text, client=client)
    assert hello == b"hello world\n"
    assert spline.attrs["Config"]["Image"] == "bfirsh/reticulate-splines"
    assert {container.name for container in listed} == {CONTAINER_IN_README, spline.name}
    assert image == "bfirsh/reticulate-splines"
    assert logs.startswith(b"Reticulating spline 1...\n")
    assert stopped is None
    assert streamed.startswith("b'Reticulating spline 1...'\nb'Reticulating spline 2...'\n")
    assert pulled.tags == ["nginx:latest"]
    assert {"ubuntu:latest", "nginx:latest"} <= {tag for one in images for tag in one.tags}


def test_containers(
    fake: FakeDocker, client: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, hello, _, logs = play(docker.models.containers.ContainerCollection.run.__doc__ or "")
    assert hello == b"hello world\n"
    assert logs.startswith(b"Reticulating spline 1...\n")
    monkeypatch.chdir(tmp_path)
    fake.client.images.pull("alpine")
    container = fake.client.containers.run("alpine", "sleep 100", detach=True)
    *_, stat, _, _ = play(docker.models.containers.Container.get_archive.__doc__ or "", container=container)
    assert "'name': 'sh'" in stat and "'linkTarget': '/bin/busybox'" in stat
    assert (tmp_path / "sh_bin.tar").stat().st_size > 0


def test_images() -> None:
    client = FakeDocker(
        date="2016-01-01"
    ).client  # a day on which busybox had few tags, as one example pulls all of them
    image, images = (
        value
        for name in ("image", "images")
        for value in [_named(docker.models.images.ImageCollection.pull.__doc__ or "", name, client=client)]
    )
    assert image.tags == ["busybox:latest"] or "busybox:latest" in image.tags
    assert len(images) > 1
    saved = docker.models.images.Image.save.__doc__ or ""
    target = Path("/tmp/busybox-latest.tar")  # as the example has it
    try:
        play(saved, cli=client)
        assert target.stat().st_size > 100_000
    finally:
        target.unlink(missing_ok=True)
    client.images.get("busybox").tag("yourname/app")
    (told,) = play(docker.models.images.ImageCollection.push.__doc__ or "", client=client)
    assert "The push refers to repository [docker.io/yourname/app]" in told


def _named(text: str, name: str, **names: Any) -> Any:
    """What a name stands for after the statements of a text."""
    for statement in statements(text):
        exec(compile(statement + "\n", "<example>", "exec"), names)
    return names[name]


def test_networks(fake: FakeDocker, client: docker.DockerClient) -> None:
    first, *rest = statements(docker.models.networks.NetworkCollection.create.__doc__ or "")
    names: dict[str, Any] = {"client": client, "docker": docker}
    exec(first, names)
    client.networks.get("network1").remove()  # the example makes a second one of the same name, which no engine lets it
    for statement in rest:
        exec(statement, names)
    (network,) = client.networks.list("network1")
    assert network.attrs["IPAM"]["Config"] == [{"Subnet": "192.168.52.0/24", "Gateway": "192.168.52.254"}]


def test_volumes(fake: FakeDocker, client: docker.DockerClient) -> None:
    example = docker.models.volumes.VolumeCollection.create.__doc__ or ""
    with pytest.raises(docker.errors.APIError, match=r'invalid option: "(foo|baz)"'):  # as the local driver has it
        _named(example, "volume", client=client)
    volume = _named(re.sub(r"driver_opts=\{.*?\},", "", example), "volume", client=client)
    assert (volume.name, volume.attrs["Labels"]) == ("foobar", {"key": "value"})


MULTIPLEX = """
>>> client = docker.from_env()
>>> container = client.containers.run(
...     'bfirsh/reticulate-splines', detach=True)
>>> cmd = '/bin/sh -c "echo hello stdout ; echo hello stderr >&2"'
>>> res = container.exec_run(cmd, stream=False, demux=False)
>>> res.output
>>> res = container.exec_run(cmd, stream=True, demux=False)
>>> next(res.output)
>>> next(res.output)
>>> next(res.output, "the end")
>>> res = container.exec_run(cmd, stream=True, demux=True)
>>> next(res.output)
>>> next(res.output)
>>> next(res.output, "the end")
>>> res = container.exec_run(cmd, stream=False, demux=True)
>>> res.output
"""
"""docker-py, docs/user_guides/multiplex.rst; there the third `next` is shown to raise StopIteration."""


def test_multiplexed_streams(fake: FakeDocker) -> None:
    results = [value for value in play(MULTIPLEX, docker=docker) if value is not None]
    assert results == [
        b"hello stdout\nhello stderr\n",
        b"hello stdout\n", b"hello stderr\n", "the end",
        (b"hello stdout\n", None), (None, b"hello stderr\n"), "the end",
        (b"hello stdout\n", b"hello stderr\n"),
    ]  # fmt: skip
