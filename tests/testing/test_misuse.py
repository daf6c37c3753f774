"""Slips of the pen: each is found by the type checker (a `type: ignore` that is not needed fails `make lint`), and refused at run
time with what was meant."""

from __future__ import annotations

import docker
import pytest

import fakedocker.testing
from fakedocker.testing import FakeDocker, NotAnImage, StateUnreachable


@pytest.fixture
def fake() -> FakeDocker:
    return FakeDocker()


def test_a_keyword_that_an_image_has_not(fake: FakeDocker) -> None:
    with pytest.raises(TypeError, match=r"an image has no prots=; did you mean ports=\?"):
        fake.image("api", prots={80: "hello"})  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"an image has no colour=; expected some of base, commands"):
        fake.image("api", colour="red")  # type: ignore[call-arg]
    assert fake.client.images.list() == []


def test_a_port_that_is_a_name(fake: FakeDocker) -> None:
    with pytest.raises(
        NotAnImage, match=r"expected the number of a port with what it answers, such as \{80: 'hello'\}, not 'http'"
    ):
        fake.image("api", ports={"http": 1})  # type: ignore[dict-item]
    with pytest.raises(NotAnImage, match=r"expected what port 80 answers: a body, a status from 200 to 599"):
        fake.image("api", ports={80: 1})


def test_a_line_in_place_of_lines(fake: FakeDocker) -> None:
    with pytest.raises(NotAnImage, match=r"expected a list of lines, such as \['up'\], not the text 'up'"):
        fake.image("api", logs="up")
    with pytest.raises(NotAnImage, match=r"expected a line, or when it comes and the line"):
        fake.image("api", logs=[2])  # type: ignore[list-item]


def test_a_state_that_is_none(fake: FakeDocker) -> None:
    fake.image("api", health=True)
    fake.client.containers.create("api", name="web")
    with pytest.raises(StateUnreachable, match=r"no state 'unhealthyy'; did you mean 'unhealthy'\?"):
        fake.put("web", "unhealthyy")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no state 'runing'; did you mean 'running'\?"):
        fake.assert_container("web", "runing")  # type: ignore[arg-type]
    with pytest.raises(StateUnreachable, match=r"no state 'exited 3'; did you mean 'exited', exit_code=3\?"):
        fake.put("web", "exited 3")  # type: ignore[arg-type]
    with pytest.raises(StateUnreachable, match=r"no state 'on'; expected one of created, running"):
        fake.put("web", "on")  # type: ignore[arg-type]


def test_images_that_are_one_name() -> None:
    with pytest.raises(TypeError, match=r"expected a list of images: images=\['alpine'\], not images='alpine'"):
        FakeDocker(images="alpine")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"expected a whole number as seed, not 'alpine'; images are given as images="):
        FakeDocker("alpine")  # type: ignore[arg-type]


def test_settings_that_are_none() -> None:
    with pytest.raises(ValueError, match=r"no profile '27'; there are: 28, 29"):
        FakeDocker(profile="27")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"storage 'btrfs' is unknown"):
        FakeDocker(storage="btrfs")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"expected a TimeMode as mode, such as TimeMode\.FAST, not 'fast'"):
        FakeDocker(mode="fast")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'profle'"):
        fakedocker.testing.docker(profle="28").__enter__()  # type: ignore[call-arg]


def test_a_world_has_its_own_settings() -> None:
    world = FakeDocker(profile="28").snapshot()
    assert FakeDocker(world=world).client.version()["Version"].startswith("28.")
    with pytest.raises(TypeError, match=r"the world has a seed, a profile"):
        FakeDocker(world=world, profile="29")
    with pytest.raises(TypeError, match=r"expected a snapshot as world, as `snapshot` gives it, not str"):
        FakeDocker(world="yesterday")  # type: ignore[arg-type]


# a version to ask for


def test_a_daemon_that_speaks_an_older_api() -> None:
    fake = FakeDocker(api_version="1.41", images=["alpine"])
    assert fake.client.api.api_version == "1.41"
    assert fake.client.version()["ApiVersion"] == "1.41"
    world = fake.snapshot()
    with FakeDocker(world=world).served() as served:
        automatic = docker.DockerClient(served.docker_host)
        assert automatic.api.api_version == "1.41"
        newer = docker.APIClient(served.docker_host, version="1.45")
        with pytest.raises(
            docker.errors.APIError, match=r"client version 1\.45 is too new\. Maximum supported API version is 1\.41"
        ):
            newer.containers()
        older = docker.APIClient(served.docker_host, version="1.40")
        assert "VirtualSize" in older.images()[0]
        for client in (automatic.api, newer, older):
            client.close()
    plain = FakeDocker(images=["alpine"])
    assert "VirtualSize" not in plain.client.api.images()[0]
    assert "VirtualSize" in fake.client.api.images()[0]


def test_a_version_that_no_such_daemon_speaks() -> None:
    with pytest.raises(ValueError, match=r"Docker 29 speaks the API versions 1\.40 to 1\.55, not '1\.24'"):
        FakeDocker(api_version="1.24")
    with pytest.raises(ValueError, match=r"not '1\.99'"):
        FakeDocker(api_version="1.99")
    with pytest.raises(ValueError, match=r"not 'new'"):
        FakeDocker(api_version="new")
    assert FakeDocker(profile="28", api_version="1.24").client.version()["ApiVersion"] == "1.24"
