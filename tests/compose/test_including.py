"""include, files from standard input, and configs and secrets without a file: as docker compose 2.26 and its sources have them."""

from __future__ import annotations

import pytest

from helpers.cli_host import Host

FILES = {
    "compose.yaml": """
include:
  - sub/one.yaml
  - path: [sub/two.yaml, sub/two.override.yaml]
    project_directory: .
    env_file: sub/vars
services:
  main: {image: "alpine:${TAG:-none}", depends_on: [one]}
""",
    "sub/one.yaml": """
services:
  one: {image: "a:${TAG:-none}", volumes: ["./data:/data"], secrets: [s]}
secrets: {s: {file: ./secret}}
""",
    "sub/two.yaml": 'services: {two: {image: "b:${TAG:-none}", volumes: ["./data:/data"]}}\n',
    "sub/two.override.yaml": "services: {two: {command: x}}\n",
    "sub/.env": "TAG=sub\n",
    "sub/vars": "TAG=vars\n",
    "circle/compose.yaml": "include: [b.yaml]\nservices: {a: {image: x}}\n",
    "circle/b.yaml": "include: [compose.yaml]\nservices: {b: {image: x}}\n",
    "conflict/compose.yaml": "include: [b.yaml]\nservices: {a: {image: x}}\n",
    "conflict/b.yaml": "services: {a: {image: y}}\n",
    "given/compose.yaml": """
services:
  a: {image: alpine, command: sleep 1000, configs: [{source: c, target: /c, mode: 0400}], secrets: [s]}
configs: {c: {content: "hello ${WHO}"}}
secrets: {s: {environment: PASSWORD}}
""",
}


@pytest.fixture
def host() -> Host:
    host = Host("/p")
    host.run("mkdir -p sub circle conflict given; touch sub/secret")
    host.write(FILES)
    return host


def test_what_is_included_has_its_own_directory_and_variables(host: Host) -> None:
    status, out, _ = host.run("docker compose config")
    assert status == 0
    images = [line.split(": ")[1] for line in out.splitlines() if "image:" in line]
    assert images == ["alpine:none", "a:sub", "b:vars"]
    assert [line.split(": ")[1] for line in out.splitlines() if "source: /" in line] == ["/p/sub/data", "/p/data"]
    assert "file: /p/sub/secret" in out
    assert "      - x\n" in out


def test_circles_conflicts_and_missing_files_are_refused(host: Host) -> None:
    status, _, err = host.run("docker compose -f circle/compose.yaml config")
    assert (status, err.splitlines()) == (
        15,
        ["include cycle detected:", "/p/circle/compose.yaml", " include /p/circle/b.yaml", " include /p/circle/compose.yaml"],
    )  # fmt: skip
    status, _, err = host.run("docker compose -f conflict/compose.yaml config")
    assert (status, err) == (15, "services.a conflicts with imported resource\n")
    host.write({"missing.yaml": "include: [nosuch.yaml]\n"})
    assert host.run("docker compose -f missing.yaml config")[2] == "open /p/nosuch.yaml: no such file or directory\n"


def test_what_includes_twice_at_every_level_ends(host: Host) -> None:
    levels = {}
    for level in range(30):
        levels[f"l{level}.yaml"] = f"include: [l{level + 1}.yaml, {{path: l{level + 1}.yaml, project_directory: .}}]\n"
    host.write({**levels, "l30.yaml": "services: {a: {image: alpine}}\n"})
    status, _, err = host.run("docker compose -f l0.yaml config")
    assert (status, err) == (15, "including more than 500 files is not simulated\n")


def test_a_file_from_standard_input(host: Host) -> None:
    assert host.run("docker compose -f - config --services < sub/two.yaml")[:2] == (0, "two\n")


def test_content_and_variables_are_put_into_the_container(host: Host) -> None:
    host.run("docker pull -q alpine")
    up = "PASSWORD=secret WHO=you docker compose --progress quiet -f given/compose.yaml up -d"
    assert host.run(up)[0] == 0
    status, out, _ = host.run("docker exec given-a-1 sh -c 'cat /c /run/secrets/s; stat -c %a /c /run/secrets/s'")
    assert (status, out) == (0, "hello yousecret400\n444\n")
    host.run("docker compose -f given/compose.yaml down -t 0")
    status, _, err = host.run("docker compose --progress quiet -f given/compose.yaml up -d")
    assert status == 1
    assert 'environment variable "PASSWORD" required by file "given_s" is not set' in err
