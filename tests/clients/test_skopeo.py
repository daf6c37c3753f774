"""skopeo: an image from the engine and back; an old one is refused in docker's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakedocker.base.profiles import PROFILES
from fakedocker.serving import Served
from helpers.programs import Run, find

SPEAKS_OF = (1, 13)
"""The first skopeo that asks for API 1.24 or later."""


def test_an_image_goes_out_and_comes_back(run: Run, served: Served, tmp_path: Path, profile: str) -> None:
    docker, skopeo = find("docker"), find("skopeo")
    version = run(skopeo, "--version").stdout.split()[2]
    if tuple(map(int, version.split(".")[:2])) < SPEAKS_OF:
        pytest.skip(f"skopeo {version} speaks an older API than the engine; `make clients` fetches a newer one")
    run(docker, "pull", "alpine:3.20")
    folder = tmp_path / "image"
    copy = (skopeo, "copy", "--insecure-policy")
    run(*copy, "--src-daemon-host", served.docker_host, "docker-daemon:alpine:3.20", f"dir:{folder}")
    run(*copy, "--dest-daemon-host", served.docker_host, f"dir:{folder}", "docker-daemon:copied:1")
    ids = run(docker, "images", "-q", "--no-trunc").stdout.split()
    assert len(ids) == 2 and len(set(ids)) == (1 if profile == "28" else 2)  # the other store's ids are of manifests
    assert run(docker, "run", "--rm", "copied:1", "echo", "hello").stdout == "hello\n"


def test_one_that_speaks_an_old_api_is_refused(run: Run, served: Served, profile: str) -> None:
    done = run(
        find("skopeo-old"), "inspect", "--daemon-host", served.docker_host, "docker-daemon:alpine:3.20", check=False
    )
    assert done.returncode == 1
    oldest = PROFILES[profile].oldest_api
    assert (
        f"client version 1.22 is too old. Minimum supported API version is {oldest}, please upgrade your client to a newer version"
        in done.stderr
    )
