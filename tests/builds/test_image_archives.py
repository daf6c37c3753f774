"""Builds whose result is an archive of an image for the client: OCI's layout, and that with docker's manifest.json.

What BuildKit writes: exporter/oci/export.go, exporter/containerimage/writer.go.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from operations.test_archives import digest

from fakedocker.wire import control
from helpers.archive_world import Daemon, members
from helpers.grpc_world import CONTROL, Built, World

DOCKERFILE = "FROM alpine\nRUN echo hi > /hi\n"
NAME = "docker.io/me/app:2"
PROVENANCE = "attest:provenance"
OCI, DOCKER = "application/vnd.oci.image", "application/vnd.docker"


@pytest.fixture
def world() -> Iterator[World]:
    yield World()


def blobs_of(built: Built) -> dict[str, bytes]:
    """What is in the archive, by digest; each has it."""
    found = {path.rpartition("/")[2]: data for path, data in members(built.client.archive).items() if "sha256/" in path}
    assert all(digest(data) == name for name, data in found.items())
    return found


def index_of(built: Built) -> list[Any]:
    listed: list[Any] = json.loads(members(built.client.archive)["index.json"])["manifests"]
    return listed


def exported(world: World, exporter: str, attributes: dict[str, str]) -> Built:
    built = world.build(DOCKERFILE, exporter=exporter, tag=NAME, attributes=attributes)
    assert built.error == ""
    return built


@pytest.mark.parametrize(
    ("exporter", "kind", "layers", "files"),
    [
        ("oci", f"{OCI}.manifest.v1+json", f"{OCI}.layer.v1.tar+gzip", {"index.json", "oci-layout"}),
        (
            "docker",
            f"{DOCKER}.distribution.manifest.v2+json",
            f"{DOCKER}.image.rootfs.diff.tar.gzip",
            {"index.json", "manifest.json", "oci-layout"},
        ),
    ],
)
def test_an_image_is_given_to_the_client(world: World, exporter: str, kind: str, layers: str, files: set[str]) -> None:
    built = exported(world, exporter, {PROVENANCE: "mode=min,inline-only=true"})
    assert {path for path in members(built.client.archive) if "sha256" not in path and path != "blobs"} == files
    [listed] = index_of(built)
    assert (listed["mediaType"], listed["platform"]) == (kind, {"architecture": "amd64", "os": "linux"})
    assert listed["annotations"]["io.containerd.image.name"] == NAME
    assert listed["annotations"]["org.opencontainers.image.ref.name"] == "2"
    blobs = blobs_of(built)
    manifest = json.loads(blobs[listed["digest"].removeprefix("sha256:")])
    assert {layer["mediaType"] for layer in manifest["layers"]} == {layers}
    wanted = {each["digest"].removeprefix("sha256:") for each in (listed, manifest["config"], *manifest["layers"])}
    assert set(blobs) == wanted
    response = built.response
    assert response["containerimage.digest"] == listed["digest"]
    assert response["containerimage.config.digest"] == manifest["config"]["digest"]
    assert response["image.name"] == NAME
    described = json.loads(base64.b64decode(response["containerimage.descriptor"]))
    assert {**described, "annotations": listed["annotations"]} == listed
    assert f"exporting to {exporter} image format" in built.steps
    other = Daemon(profile="29")
    assert other.load(built.client.archive) == [{"stream": "Loaded image: me/app:2\n"}]
    assert other.run("cat /hi", "me/app:2") == (0, "hi\n")
    assert not built.world.engine.world.tags.get(NAME)


def test_what_is_attested_goes_into_an_index(world: World) -> None:
    built = exported(world, "oci", {PROVENANCE: ""})
    [listed] = index_of(built)
    assert listed["mediaType"] == f"{OCI}.index.v1+json"
    index = json.loads(blobs_of(built)[listed["digest"].removeprefix("sha256:")])
    assert [each["platform"]["os"] for each in index["manifests"]] == ["linux", "unknown"]
    assert "containerimage.config.digest" not in built.response
    assert Daemon(profile="29").load(built.client.archive) == [{"stream": "Loaded image: me/app:2\n"}]


def test_a_build_without_a_name_has_none(world: World) -> None:
    built = world.build(DOCKERFILE, exporter="oci")
    [listed] = index_of(built)
    assert set(listed["annotations"]) == {"org.opencontainers.image.created"}
    assert "image.name" not in built.response


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"compression": "zstd"}, "the exporter oci with compression=zstd is not simulated by fakedocker"),
        ({"tar": "false"}, "the exporter oci with tar=false is not simulated by fakedocker"),
        ({"annotation.x": "y"}, "the exporter oci with annotation.x=y is not simulated by fakedocker"),
    ],
)
def test_what_is_not_simulated_is_said(world: World, attributes: dict[str, str], problem: str) -> None:
    output = control.Exporter(kind="oci", attributes=attributes)
    solve = world.caller.call(f"{CONTROL}Solve", control.SolveRequest(reference="b", exporters=(output,)))
    world.run(lambda: solve.ended)
    assert solve.message == problem


def test_the_classic_store_has_no_exporter_of_layouts() -> None:
    world = World(storage="overlay2")
    request = control.SolveRequest(reference="b", exporters=(control.Exporter(kind="oci"),))
    solve = world.caller.call(f"{CONTROL}Solve", request)
    world.run(lambda: solve.ended)
    assert solve.message == 'exporter "oci" could not be found'
