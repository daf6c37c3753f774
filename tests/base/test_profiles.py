"""Which Docker an engine is: a value of its world, read by every answer and by the client."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base import profiles
from fakedocker.base.profiles import PROFILES, Component
from fakedocker.testing import FakeDocker
from fakedocker.wire.http import Request
from fakedocker_shell.main import main
from fakedocker_shell.session import Session, make_engine
from helpers.paths import ROOT


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> str:
    """A second Docker beside the first."""
    usual = PROFILES["28"]
    client = usual.client._replace(version="99.1.0", commit="abcdef0", api_version="1.90")
    profile = usual._replace(
        name="99", engine=Component("99.0.1", "fedcba9"), newest_api="1.99", oldest_api="1.80", client=client
    )
    monkeypatch.setitem(PROFILES, "99", profile)
    return "99"


def shown(profile: str, command: str) -> str:
    written = bytearray()
    engine, _ = make_engine(profile=profile)
    session = Session(engine, lambda fd, data: written.extend(data))
    session.run_command(command)
    session.run_to_end(lambda: b"")
    return written.decode()


def test_two_dockers_live_side_by_side(other: str) -> None:
    engines = {name: create_engine(profile=name) for name in ("28", other)}
    for name, engine in engines.items():
        told = engine.perform(Request(method="GET", target="/version")).reply
        assert told is not None and told.body is not None
        assert f'"Version":"{PROFILES[name].engine.version}"'.encode() in told.body
    assert engines[other].perform(Request(method="GET", target="/v1.99/info")).reply.status == 200  # type: ignore[union-attr]
    assert engines[other].perform(Request(method="GET", target="/v1.79/info")).reply.status == 400  # type: ignore[union-attr]
    assert engines["28"].perform(Request(method="GET", target="/v1.99/info")).reply.status == 400  # type: ignore[union-attr]


def test_the_client_is_of_the_same_release(other: str) -> None:
    assert shown(other, "docker --version") == "Docker version 99.1.0, build abcdef0\n"
    assert shown(other, "docker version -f '{{.Client.APIVersion}} {{.Server.Version}}'") == "1.90 99.0.1\n"
    assert shown("28", "docker --version") == "Docker version 28.2.2, build e6534b4\n"


def test_a_fork_and_docker_py_have_it_too(other: str) -> None:
    docker = FakeDocker(profile=other)
    assert docker.client.version()["Version"] == "99.0.1"
    assert docker.client.api._version == "1.99"
    assert docker.engine.fork().profile.name == other


def test_what_is_unknown_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="there are: 28"):
        create_engine(profile="12")
    assert main(["--profile", "12", "-c", "true"]) == 2
    assert capsys.readouterr().err.startswith("fakedocker: --profile takes 28, not '12'")


def test_versions_stand_in_one_place() -> None:
    """What belongs to a release is said by its profile alone."""
    for profile in PROFILES.values():
        values = (profile.engine.version, profile.engine.commit, profile.client.commit, profile.containerd.commit)
        for path in [*(ROOT / "fakedocker").rglob("*.py"), *(ROOT / "shell").rglob("*.py")]:
            if path.name == Path(profiles.__file__).name:
                continue
            code = re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text())
            assert not [value for value in values if value in code], path
