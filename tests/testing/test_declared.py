"""Images by declaration: what their containers print, when they are ready, what they answer, how they end."""

from __future__ import annotations

import pytest

from fakedocker.engine.engine import Engine
from fakedocker.testing import FakeDocker, NotAnImage


@pytest.fixture
def fake() -> FakeDocker:
    return FakeDocker(seed=2)


def test_lines_come_in_their_time(fake: FakeDocker) -> None:
    fake.image("job", logs=["starting", ("2s", "half"), ("5s", "done")], errors=[("1s", "a warning")], exit_code=3)
    job = fake.client.containers.run("job", detach=True)
    began = fake.now()
    assert job.wait()["StatusCode"] == 3
    assert 4 < (fake.now() - began).total_seconds() < 6
    assert job.logs() == b"starting\na warning\nhalf\ndone\n"
    assert job.logs(stdout=False) == b"a warning\n"


def test_it_is_ready_and_stops_being_so(fake: FakeDocker) -> None:
    fake.image("api", ready_after="5s", unready_after="1m", ports={80: "hello"})
    api = fake.client.containers.run("api", name="api", detach=True)
    assert api.exec_run("wget -qO- localhost").exit_code == 1
    fake.advance("7s")
    fake.assert_container("api", "healthy")
    assert api.exec_run("wget -qO- localhost").output == b"hello"
    fake.advance("1m")
    fake.assert_container("api", "unhealthy")
    assert api.exec_run("wget -qO- localhost").exit_code == 1


def test_a_restart_begins_anew(fake: FakeDocker) -> None:
    fake.image("api", ready_after="5s")
    api = fake.client.containers.run("api", name="api", detach=True)
    fake.advance("10s")
    api.restart()
    fake.advance("2s")
    fake.assert_container("api", "starting")
    fake.advance("6s")
    fake.assert_container("api", "healthy")


def test_pages_of_a_port(fake: FakeDocker) -> None:
    fake.image("api", ports={8080: {"/health": 204, "/old": (410, "gone"), "": "other"}})
    api = fake.client.containers.run("api", detach=True)

    def status(path: str) -> bytes:
        return bytes(api.exec_run(f"wget -S -O - localhost:8080{path}").output)

    assert b"204 No Content" in status("/health")
    assert b"410 Gone" in status("/old")
    assert status("/x").endswith(b"other") or b"other" in status("/x")


def test_other_containers_reach_it_by_name(fake: FakeDocker) -> None:
    fake.image("api", ports={80: "hello"})
    network = fake.client.networks.create("net")
    fake.client.containers.run("api", name="api", detach=True, network=network.name)
    assert fake.client.containers.run("api", ["-qO-", "api"], entrypoint="wget", network=network.name) == b"hello"


@pytest.mark.parametrize(
    ("settings", "code"), [({}, 0), ({"stop_code": 7, "stops_after": "2s"}, 7), ({"stops_after": None}, 137)]
)
def test_how_it_stops(fake: FakeDocker, settings: dict[str, object], code: int) -> None:
    fake.image("api", **settings)
    api = fake.client.containers.run("api", name="api", detach=True)
    api.stop(timeout=5)
    fake.assert_container("api", "exited", exit_code=code)


def test_some_arguments_print_instead(fake: FakeDocker) -> None:
    fake.image("api", logs=["serving"], commands={"--version": "api 1.0\n"})
    assert fake.client.containers.run("api", "--version", remove=True) == b"api 1.0\n"
    api = fake.client.containers.run("api", "serve", detach=True)
    assert (api.logs(), api.status) == (b"serving\n", "created")


def test_files_environment_and_labels(fake: FakeDocker) -> None:
    fake.image(
        "api", files={"/etc/app/a.conf": "x=1\n", "/data": b"\x00"}, env={"MODE": "test"}, labels={"team": "web"}
    )
    api = fake.client.containers.run("api", detach=True)
    assert api.exec_run(["sh", "-c", "cat /etc/app/a.conf; echo $MODE; wc -c < /data"]).output == b"x=1\ntest\n1\n"
    assert api.labels["team"] == "web"


def test_it_is_an_image_like_any_other(fake: FakeDocker) -> None:
    fake.image("team/api:2", logs=["hello"], exit_code=0)
    data = b"".join(fake.client.images.get("team/api:2").save(named=True))
    other = FakeDocker(seed=9)
    other.client.images.load(data)
    assert other.client.containers.run("team/api:2") == b"hello\n"
    fake.client.images.remove("team/api:2")
    assert fake.client.images.pull("team/api", tag="2").tags == ["team/api:2"]


def test_one_that_only_its_registry_has(fake: FakeDocker) -> None:
    fake.image("registry.example.com/team/api:2", local=False, base="")
    assert fake.client.images.list() == []
    fake.fault("registry registry.example.com unauthorized once")
    with pytest.raises(Exception, match="unauthorized"):
        fake.client.images.pull("registry.example.com/team/api:2")
    assert fake.client.images.pull("registry.example.com/team/api:2").tags == ["registry.example.com/team/api:2"]


def test_a_snapshot_in_the_middle(fake: FakeDocker) -> None:
    fake.image("job", logs=["a", ("5s", "b"), ("10s", "c")], exit_code=0)
    job = fake.client.containers.run("job", detach=True)
    fake.advance("7s")
    middle, fork = fake.snapshot(), fake.fork()
    job.wait()
    fake.restore(middle)
    for one in (fake, fork):
        found = one.client.containers.get(job.id)
        assert found.status == "running"
        found.wait()
        assert found.logs() == b"a\nb\nc\n"


def test_invariants_hold(fake: FakeDocker) -> None:
    from fakedocker.world.check import check

    fake.image("one:1", ports={80: "x"})
    fake.image("one:1", ports={80: "y"})
    fake.image("two", base="one:1")
    check(fake.engine.world)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("Api", {}, "is no name of an image"),
        ("api@sha256:" + "0" * 64, {}, "expected a name with or without a tag, not the digest"),
        ("api", {"exit_code": 256}, "expected an exit code from 0 to 255, not 256"),
        ("api", {"ports": {0: "x"}}, "expected a port from 1 to 65535, not 0"),
        ("api", {"files": {"etc/x": ""}}, "expected the absolute path of a file, not 'etc/x'"),
        ("api", {"base": "nosuch"}, "expected a base image that is here or in the catalogue"),
        ("api", {"ready_after": "soon"}, "expected a duration such as 30s"),
        ("api", {"logs": [("-1s", "x")]}, "expected a duration that is not negative"),
    ],
)
def test_what_makes_no_image(fake: FakeDocker, name: str, settings: dict[str, object], expected: str) -> None:
    before = fake.snapshot()
    with pytest.raises(ValueError) as caught:
        fake.image(name, **settings)
    assert expected in str(caught.value)
    assert isinstance(caught.value, NotAnImage) or "duration" in expected
    assert fake.snapshot() is before
    assert isinstance(fake.engine, Engine)
