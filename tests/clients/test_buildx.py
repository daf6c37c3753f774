"""buildx, by itself and behind `docker build`: the engine's BuildKit over its own protocol."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from conformance import conformance
from conformance.buildkit_rules import HERE, differences
from fakedocker.serving import Served
from helpers.programs import Run, find


@pytest.fixture(autouse=True)
def buildx() -> str:
    """Skips, and says so, where there is no buildx."""
    return find("docker-buildx")


@pytest.fixture
def docker() -> str:
    return find("docker")


def build(run: Run, docker: str, folder: Path, dockerfile: str, *flags: str, check: bool = True) -> str:
    """What a build has said; its Dockerfile is in a folder of that name."""
    (folder / "Dockerfile").write_text(dockerfile)
    done = run(docker, "buildx", "build", "--progress", "plain", *flags, str(folder), check=check)
    assert check or done.returncode == 1, done.stderr
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "context"
    found.mkdir()
    (found / "a").write_text("one\n")
    return found


def test_an_image_is_built_and_runs(run: Run, docker: str, folder: Path, profile: str) -> None:
    text = build(run, docker, folder, 'FROM alpine\nCOPY a /\nRUN cat /a\nCMD ["cat", "/a"]\n', "-t", "made")
    assert "one\n" in text and f"naming to docker.io/library/made{'' if profile == '28' else ':latest'} done" in text
    assert run(docker, "run", "--rm", "made").stdout == "one\n"
    again = build(run, docker, folder, 'FROM alpine\nCOPY a /\nRUN cat /a\nCMD ["cat", "/a"]\n')
    of_base = profile == "28"  # which is resolved anew with the other store, and so done
    assert again.count("CACHED") == 2 + of_base
    anew = build(run, docker, folder, "FROM alpine\nCOPY a /\nRUN cat /a\n", "--no-cache")
    assert anew.count("CACHED") == of_base


def test_ignored_files_stay_at_home(run: Run, docker: str, folder: Path) -> None:
    (folder / ".dockerignore").write_text("*.log\n!keep.log\n")
    for name in ("x.log", "keep.log"):
        (folder / name).write_text("")
    assert "\nkeep.log" in build(run, docker, folder, "FROM alpine\nCOPY . /c\nRUN ls /c | sed 's/^.*#.*//'\n").replace(
        " keep.log", "\nkeep.log"
    )
    assert "x.log" not in build(run, docker, folder, "FROM alpine\nCOPY . /c\nRUN ls /c; exit 1\n", check=False)


def test_a_dockerfile_from_elsewhere_and_from_standard_input(
    run: Run, docker: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "Elsewhere").write_text("FROM alpine\nCOPY a /\nRUN echo elsewhere\n")
    done = run(docker, "buildx", "build", "--progress", "plain", "-f", "Elsewhere", str(folder))
    assert "load build definition from Elsewhere" in done.stderr
    typed = "FROM alpine\nCOPY a /\nRUN echo typed\n"
    assert (
        " typed\n" in run(docker, "buildx", "build", "--progress", "plain", "-f", "-", str(folder), stdin=typed).stderr
    )
    alone = run(docker, "buildx", "build", "--progress", "plain", "-", stdin="FROM alpine\nRUN echo alone\n")
    assert " alone\n" in alone.stderr


def test_arguments_targets_and_secrets(run: Run, docker: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret")
    dockerfile = (
        "FROM alpine AS one\nARG A=1\nRUN --mount=type=secret,id=tok echo a=$A $(cat /run/secrets/tok | wc -c)\n"
        "FROM one\nRUN echo never\n"
    )
    flags = ("--target", "one", "--build-arg", "A=2", "--secret", f"id=tok,src={tmp_path}/token")
    text = build(run, docker, folder, dockerfile, *flags)
    assert "a=2 6\n" in text and "never" not in text


def test_what_is_built_can_be_files(run: Run, docker: str, folder: Path, tmp_path: Path) -> None:
    dockerfile = "FROM alpine AS made\nRUN mkdir /out && seq 100000 > /out/numbers && ln -s numbers /out/link\nFROM scratch\nCOPY --from=made /out /\n"
    build(run, docker, folder, dockerfile, "--output", f"type=local,dest={tmp_path}/out")
    assert (tmp_path / "out" / "numbers").read_text().endswith("100000\n")
    assert os.readlink(tmp_path / "out" / "link") == "numbers"
    build(run, docker, folder, dockerfile, "--output", f"type=tar,dest={tmp_path}/out.tar")
    with tarfile.open(tmp_path / "out.tar") as archive:
        assert sorted(archive.getnames()) == ["link", "numbers"]


def test_ids_and_metadata_go_into_files(run: Run, docker: str, folder: Path, tmp_path: Path, profile: str) -> None:
    flags = ("-t", "made", "--iidfile", f"{tmp_path}/id", "--metadata-file", f"{tmp_path}/metadata")
    build(run, docker, folder, "FROM alpine\n", *flags)
    identifier = (tmp_path / "id").read_text()
    assert run(docker, "images", "-q", "--no-trunc", "made").stdout.strip() == identifier
    metadata = json.loads((tmp_path / "metadata").read_text())
    assert metadata["containerimage.digest"] == metadata["containerimage.config.digest"] == identifier
    assert metadata["image.name"] == "docker.io/library/made"
    again = run(docker, "buildx", "build", "-q", str(folder)).stdout.strip()
    assert (again == identifier) == (profile == "28")  # what is attested of a build has its time in it


def test_failures(run: Run, docker: str, folder: Path) -> None:
    failed = build(run, docker, folder, "FROM alpine\nRUN echo out; exit 3\n", check=False)
    assert "   2 | >>> RUN echo out; exit 3\n" in failed
    assert failed.endswith(
        'ERROR: failed to solve: process "/bin/sh -c echo out; exit 3" did not complete successfully: exit code: 3\n'
    )
    wrong = build(run, docker, folder, "FORM alpine\n", check=False)
    assert wrong.endswith("dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)\n")
    missing = build(run, docker, folder, "FROM alpine\nCOPY nothing /\n", check=False)
    assert missing.endswith('"/nothing": not found\n')


def test_contexts_from_standard_input_and_by_name(run: Run, docker: str, folder: Path, tmp_path: Path) -> None:
    (folder / "Dockerfile").write_text("FROM alpine\nCOPY a /\nRUN cat /a\n")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.add(folder, ".")
    command = f"base64 -d | {docker} buildx build --progress plain -"
    text = run("sh", "-c", command, stdin=base64.b64encode(archive.getvalue()).decode()).stderr
    assert " one\n" in text and "[internal] load remote build context" in text
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "b").write_text("two\n")
    dockerfile = "FROM base\nCOPY --from=lib b /\nRUN cat /b /etc/alpine-release\n"
    flags = ("--build-context", f"lib={tmp_path}/lib", "--build-context", "base=docker-image://alpine:3.20")
    text = build(run, docker, folder, dockerfile, *flags)
    assert " two\n" in text and " 3.20.3\n" in text


def test_a_build_that_is_interrupted(run: Run, docker: str, folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM alpine\nRUN tail -f /dev/null\n")
    done = run("timeout", "-s", "INT", "3", docker, "buildx", "build", "--progress", "plain", str(folder), check=False)
    assert "CANCELED" in done.stderr
    assert done.stderr.endswith("ERROR: failed to solve: Canceled: context canceled\n")
    assert " done" in build(run, docker, folder, "FROM alpine\nRUN echo done\n")


def test_an_ssh_agent(run: Run, docker: str, folder: Path) -> None:
    agent = shutil.which("ssh-agent")
    if agent is None:
        pytest.skip("there is no ssh-agent")
    (folder / "Dockerfile").write_text("FROM alpine\nRUN --mount=type=ssh ls $SSH_AUTH_SOCK\n")
    text = run(agent, docker, "buildx", "build", "--progress", "plain", "--ssh", "default", str(folder)).stderr
    assert " /run/buildkit/ssh_agent.0\n" in text


def test_the_builder_and_its_cache(run: Run, docker: str, folder: Path) -> None:
    build(run, docker, folder, "FROM alpine\nCOPY a /\nRUN cat /a\n")
    assert "default*" in run(docker, "buildx", "ls").stdout
    assert "BuildKit version: v0.22.0" in run(docker, "buildx", "inspect").stdout
    shown = run(docker, "buildx", "du", "--verbose").stdout
    assert "local source for context" in shown and "pulled from docker.io/library/alpine:latest" in shown
    run(docker, "builder", "prune", "-f", "--filter", "type=source.local")
    assert "local source" not in run(docker, "buildx", "du", "--verbose").stdout
    run(docker, "buildx", "prune", "-af")
    assert "Total:\t\t0B" in run(docker, "buildx", "du").stdout


def test_the_recording_of_builds(
    run: Run, docker: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "1")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    recorded = json.loads((HERE / ("buildkit.json" if profile == "28" else "buildkit-29.json")).read_text())["steps"]
    for want, got in zip(recorded, conformance.run(recorded, ["bash"], timeout=300), strict=True):
        assert not differences(want, got), want["command"]
