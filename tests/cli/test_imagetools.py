"""Manifests of several platforms, as `docker manifest inspect` and `docker buildx imagetools inspect` show them."""

from __future__ import annotations

import json

from helpers.cli_host import Host


def test_an_official_image_has_an_index_with_the_platforms_of_the_facts() -> None:
    host = Host("indexes")
    index = json.loads(host.run("docker manifest inspect alpine:3.20")[1])
    platforms = {f"{one['platform']['os']}/{one['platform']['architecture']}" for one in index["manifests"]}
    assert {"linux/amd64", "linux/arm64", "unknown/unknown"} <= platforms
    digest = next(one["digest"] for one in index["manifests"] if one["platform"]["architecture"] == "arm64")
    assert host.run(f"docker pull -q alpine@{digest}")[0] == 0
    assert host.run(f"docker inspect -f '{{{{.Architecture}}}}' alpine@{digest}")[1] == "arm64\n"
    each = json.loads(host.run("docker manifest inspect -v alpine:3.20")[1])
    assert [one["Descriptor"]["digest"] for one in each] == [one["digest"] for one in index["manifests"]]


def test_imagetools_lays_an_index_out() -> None:
    host = Host("indexes")
    lines = host.run("docker buildx imagetools inspect alpine:3.20")[1].splitlines()
    assert lines[0] == "Name:      docker.io/library/alpine:3.20"
    assert lines[1] == "MediaType: application/vnd.oci.image.index.v1+json"
    assert lines[2].startswith("Digest:    sha256:")
    assert lines[3:5] == ["           ", "Manifests: "]
    assert lines[5].startswith("  Name:        docker.io/library/alpine:3.20@sha256:")
    assert lines[7:9] == ["  Platform:    linux/amd64", "               "]
    raw = host.run("docker buildx imagetools inspect --raw alpine:3.20")[1]
    assert json.loads(raw)["mediaType"] == "application/vnd.oci.image.index.v1+json"


def test_imagetools_shows_a_single_manifest_and_refuses_the_rest() -> None:
    host = Host("indexes")
    assert host.run("docker buildx imagetools inspect traefik/whoami")[1].count("\n") == 3
    status, _, err = host.run("docker buildx imagetools inspect nothing-of-that-name")
    assert (status, err) == (1, "ERROR: docker.io/library/nothing-of-that-name:latest: not found\n")
    assert "is not simulated" in host.run("docker buildx imagetools inspect --format '{{json .}}' alpine")[2]
