"""docker manifest in the terminal: lists made here, sent to registries, and pulled again."""

from __future__ import annotations

import json

import pytest

from helpers.registry_host import Host


@pytest.fixture
def host() -> Host:
    host = Host()
    host.run(
        "docker pull -q busybox; for port in 5000 5001; do for name in alpine busybox; do "
        "docker tag $name localhost:$port/$name:1; docker push -q localhost:$port/$name:1; done; done"
    )
    return host


def test_what_a_registry_has(host: Host) -> None:
    index = json.loads(host.run("docker manifest inspect alpine")[1])
    assert (index["schemaVersion"], index["mediaType"]) == (2, "application/vnd.oci.image.index.v1+json")
    shown = json.loads(host.run("docker manifest inspect localhost:5000/alpine:1")[1])
    assert (shown["schemaVersion"], shown["mediaType"]) == (2, "application/vnd.oci.image.manifest.v1+json")
    verbose = json.loads(host.run("docker manifest inspect -v localhost:5000/alpine:1")[1])
    assert verbose["Descriptor"]["platform"] == {"architecture": "amd64", "os": "linux"}
    assert verbose["SchemaV2Manifest"]["config"] == shown["config"]
    assert host.run("docker manifest inspect nosuch") == (1, "no such manifest: docker.io/library/nosuch:latest\n")


@pytest.mark.parametrize("registry", ["localhost:5000", "localhost:5001"])
def test_a_list_goes_to_its_registry_and_is_pulled_from_there(host: Host, registry: str) -> None:
    listed = f"{registry}/both:1"
    assert host.run(f"docker manifest create {listed} {registry}/alpine:1 {registry}/busybox:1") == (
        0,
        f"Created manifest list {listed}\n",
    )
    assert host.run(f"docker manifest annotate {listed} {registry}/busybox:1 --arch arm64 --variant v8") == (0, "")
    local = json.loads(host.run(f"docker manifest inspect {listed}")[1])
    platforms = [entry["platform"] for entry in local["manifests"]]
    assert platforms == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux", "variant": "v8"},
    ]
    status, out = host.run(f"docker manifest push --purge {listed}")
    assert (status, out.count("Pushed ref"), out.splitlines()[-1][:7]) == (0, 2, "sha256:")
    assert json.loads(host.run(f"docker manifest inspect {listed}")[1]) == local
    status, out = host.run(f"docker pull {listed}")
    assert (status, f"Digest: {out.splitlines()[-3].removeprefix('Digest: ')}" in out) == (0, True)
    identifier = host.run(f"docker inspect {listed} --format '{{{{.Id}}}}'")[1].strip()
    assert f"Digest: {identifier}\n" in out
    assert host.run(f"docker run --rm {listed} cat /etc/alpine-release")[0] == 0


def test_what_is_refused(host: Host) -> None:
    host.run("docker manifest create localhost:5000/both:1 localhost:5000/alpine:1")
    assert host.run("docker manifest create localhost:5000/both:1 localhost:5000/busybox:1")[1] == (
        "refusing to amend an existing manifest list with no --amend flag\n"
    )
    assert host.run("docker manifest annotate localhost:5000/both:1 nosuch --arch arm64")[1] == (
        "manifest for image nosuch does not exist in localhost:5000/both:1\n"
    )
    host.run("docker manifest create --amend localhost:5000/both:1 alpine")
    assert host.run("docker manifest push localhost:5000/both:1")[1] == (
        "cannot use source images from a different registry than the target image: docker.io != localhost:5000\n"
    )
    assert host.run("docker manifest rm localhost:5000/both:1 nosuch") == (
        1,
        "No such manifest: docker.io/library/nosuch:latest\n",
    )
    assert host.run("docker manifest push localhost:5000/both:1")[1] == "localhost:5000/both:1 not found\n"
