"""Which Docker an engine is: a value of its world, read by every answer and by the client."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from fakedocker.assembly import create_engine
from fakedocker.base import profiles
from fakedocker.base.profiles import DEFAULT, PROFILES, Component
from fakedocker.durability import snapshot
from fakedocker.durability.registry import layout_of
from fakedocker.testing import FakeDocker
from fakedocker.wire.http import Request
from fakedocker.world.world import World
from fakedocker_shell.checking.folders import OfMachine
from fakedocker_shell.checking.stage import Stage
from fakedocker_shell.main import main
from fakedocker_shell.repl.session_journal import Begin
from fakedocker_shell.session import Session, make_engine
from helpers.paths import ROOT


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> str:
    """A second Docker beside the first."""
    usual = PROFILES["28"]
    client = replace(usual.client, version="99.1.0", commit="abcdef0", api_version="1.90")
    profile = replace(
        usual, name="99", engine=Component("99.0.1", "fedcba9"), newest_api="1.99", oldest_api="1.80", client=client
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
    with pytest.raises(ValueError, match="there are: 28, 29"):
        create_engine(profile="12")
    assert main(["--profile", "12", "-c", "true"]) == 2
    assert capsys.readouterr().err.startswith("fakedocker: --profile takes 28 or 29, not '12'")


def test_a_storage_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="storage 'overlayfs' is not simulated yet; Docker 28 has here: overlay2"):
        create_engine(profile="28", storage="overlayfs")
    with pytest.raises(ValueError, match="storage 'zfs' is unknown"):
        create_engine(profile="29", storage="zfs")
    assert main(["--profile", "28", "--storage", "overlayfs", "-c", "true"]) == 2
    assert "storage 'overlayfs' is not simulated yet" in capsys.readouterr().err
    assert main(["serve", "--profile", "28", "--storage", "overlayfs"]) == 2
    assert "storage 'overlayfs' is not simulated yet" in capsys.readouterr().err


def test_29_is_chosen_wherever_a_world_is_made(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    chosen = ["--profile", "29", "--storage", "overlay2"]
    assert main([*chosen, "-c", "docker --version"]) == 0
    script = tmp_path / "script"
    script.write_text("docker version -f '{{.Server.Version}} {{.Server.APIVersion}}'")
    assert main([*chosen, str(script)]) == 0
    scenario = tmp_path / "scenario.md"
    head = '+++\nformat = 1\nid = "v"\ntitle = "v"\n{}+++\n```console\n$ docker --version\n{}\n```\n'
    new, old = (
        f"Docker version {client.version}, build {client.commit}"
        for client in (PROFILES["29"].client, PROFILES["28"].client)
    )
    scenario.write_text(head.format('profile = "29"\nstorage = "overlay2"\n', new))
    assert main(["replay", str(scenario)]) == 0
    assert main(["replay", "--profile", "28", str(scenario)]) == 1
    scenario.write_text(head.format("", new))
    assert main([*chosen, "replay", str(scenario)]) == 0
    assert main(["replay", "--profile", "28", "--storage", "overlayfs", str(scenario)]) == 2
    shown_ = capfdbinary.readouterr()
    assert shown_.out.startswith(f"{new}\n29.7.2 1.55\n".encode())
    assert old.encode() in shown_.out


def test_check_is_tried_on_a_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_text("FROM alpine\n")
    assert main(["check", "--profile", "29", "--storage", "overlay2", str(tmp_path)]) == 0
    assert main(["check", "--profile", "12", str(tmp_path)]) == 2
    assert "--profile takes 28 or 29" in capsys.readouterr().err
    assert Stage(OfMachine(str(tmp_path), print), True, 0, "29").engine.profile.name == "29"


def test_what_was_kept_of_29_is_of_29(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    world = create_engine(profile="29", storage="overlay2").world
    again = snapshot.decode(snapshot.encode(world))
    assert (again.profile, again.storage) == ("29", "overlay2")
    journal = tmp_path / "journal"
    assert main(["--profile", "29", "--journal", str(journal), "-c", "docker --version"]) == 0
    assert main(["replay", str(journal)]) == 0
    assert capfdbinary.readouterr().out == b"Docker version 29.7.2, build a7dcaa6\n" * 2


def test_what_was_kept_before_there_were_two_is_of_28() -> None:
    """Worlds and journals of sessions that name no profile were all of Docker 28, whatever is the default now."""
    assert layout_of(World).defaults["profile"] == "28"
    begun = msgspec.json.decode(b'["fakedocker session", 1, "0.1.0", 7]', type=Begin)
    assert (begun.seed, begun.profile, begun.storage) == (7, "28", "")
    assert create_engine().world.profile == DEFAULT == "29"


def test_the_client_of_this_project_is_of_the_profile_that_is_asked_for(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["docker", "--version"]) == main(["--profile", "28", "docker", "--version"]) == 0
    assert capfdbinary.readouterr().out.splitlines() == [
        f"Docker version {client.version}, build {client.commit}".encode()
        for client in (PROFILES["29"].client, PROFILES["28"].client)
    ]


def test_versions_stand_in_one_place() -> None:
    """What belongs to a release is said by its profile alone."""
    for profile in PROFILES.values():
        values = (profile.engine.version, profile.engine.commit, profile.client.commit, profile.containerd.commit)
        for path in [*(ROOT / "fakedocker").rglob("*.py"), *(ROOT / "shell").rglob("*.py")]:
            if path.name == Path(profiles.__file__).name:
                continue
            code = re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text())
            assert not [value for value in values if value in code], path
