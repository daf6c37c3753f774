"""containerd's image store of 29: ids, platforms side by side, what archives and registries carry, what goes with what."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import Any

import pytest

from helpers.archive_world import Daemon, members

AMD64, ARM64 = '{"os":"linux","architecture":"amd64"}', '{"os":"linux","architecture":"arm64"}'


@pytest.fixture
def daemon() -> Daemon:
    made = Daemon(profile="29")
    made.pull("alpine")
    return made


def of(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def manifests(daemon: Daemon, name: str) -> dict[str, Any]:
    """What an image's index lists, by platform; attestations by what they are about."""
    image = json.loads(daemon.good("GET", f"/images/{name}/json", {"manifests": "1"}))
    return {
        each["AttestationData"]["For"]
        if each["Kind"] == "attestation"
        else each["ImageData"]["Platform"]["architecture"]: each
        for each in image["Manifests"]
    }


def build(daemon: Daemon, dockerfile: str, name: str) -> str:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(dockerfile)
        tar.addfile(info, io.BytesIO(dockerfile.encode()))
    daemon.lines("POST", "/build", {"t": name, "version": "1"}, stream.getvalue())
    identifier: str = daemon.image(name)["Id"]
    return identifier


def test_an_image_is_known_by_the_digest_of_its_index(daemon: Daemon) -> None:
    image = daemon.image("alpine")
    assert image["Id"] == image["Descriptor"]["digest"]
    assert image["RepoDigests"] == [f"alpine@{image['Id']}"]
    assert image["Descriptor"]["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert daemon.image(image["RepoDigests"][0])["Id"] == image["Id"]
    own = manifests(daemon, "alpine")["amd64"]["ID"]
    assert daemon.ask("GET", f"/images/{own}/json")[0] == 404


def test_platforms_of_a_name_stand_side_by_side(daemon: Daemon) -> None:
    before = daemon.image("alpine")["Id"]
    assert [name for name, each in manifests(daemon, "alpine").items() if each["Available"] and "sha" not in name] == [
        "amd64"
    ]
    daemon.lines("POST", "/images/create", {"fromImage": "alpine", "tag": "latest", "platform": "linux/arm64"})
    assert daemon.image("alpine")["Id"] == before
    found = manifests(daemon, "alpine")
    assert found["amd64"]["Available"] and found["arm64"]["Available"]
    told = json.loads(daemon.good("GET", "/images/alpine/json", {"platform": ARM64}))
    assert (told["Architecture"], told["Id"]) == ("arm64", found["arm64"]["ID"])
    deleted = json.loads(daemon.good("DELETE", "/images/alpine", {"force": "1", "platforms": ARM64}))
    assert deleted == [{"Deleted": found["arm64"]["ID"]}]
    assert manifests(daemon, "alpine")["arm64"]["Size"] == {"Content": 0, "Total": 0}


def test_what_only_the_index_tells_of_a_platform(daemon: Daemon) -> None:
    told = json.loads(daemon.good("GET", "/images/alpine/json", {"platform": ARM64}))
    assert (told["Architecture"], told["Os"], told["Config"], told["RootFS"]) == ("", "", {}, {})
    status, answer = daemon.ask("GET", "/images/alpine/json", {"platform": '{"os":"linux","architecture":"sparc"}'})
    assert (status, json.loads(answer)["message"]) == (
        404, "image with reference alpine:latest was found but does not provide the specified platform (linux/sparc)",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_platform_is_refused_in_words(daemon: Daemon, method: str) -> None:
    name, path = ("platform", "/images/alpine/json") if method == "GET" else ("platforms", "/images/alpine")
    status, answer = daemon.ask(method, path, {"force": "1", name: '{"os":"linux","architecture":"a b"}'})
    assert status == 400
    assert "is an invalid component of" in json.loads(answer)["message"]


def test_a_load_for_what_is_no_platform_is_refused_before_anything_is_changed(daemon: Daemon) -> None:
    archive = daemon.save("alpine")
    lines = daemon.lines("POST", "/images/load", {"platform": '{"os":"linux","architecture":"a b"}'}, archive)
    assert "is an invalid component of" in lines[-1]["error"]
    assert not daemon.engine.world.tasks


def test_a_history_is_of_the_platform_asked_for(daemon: Daemon) -> None:
    status, answer = daemon.ask("GET", "/images/alpine/history", {"platform": ARM64})
    assert (status, "does not provide the specified platform (linux/arm64)" in json.loads(answer)["message"]) == (
        404,
        True,
    )
    daemon.lines("POST", "/images/create", {"fromImage": "alpine", "tag": "latest", "platform": "linux/arm64"})
    assert json.loads(daemon.good("GET", "/images/alpine/history", {"platform": ARM64}))


def test_what_the_registry_has_is_the_index_with_all_its_platforms(daemon: Daemon) -> None:
    told = json.loads(daemon.good("GET", "/distribution/alpine/json"))
    assert told["Descriptor"] == daemon.image("alpine")["Descriptor"]
    unknown = {"architecture": "unknown", "os": "unknown"}
    arm = {"architecture": "arm64", "os": "linux", "variant": "v8"}
    assert told["Platforms"] == [{"architecture": "amd64", "os": "linux"}, unknown, arm, unknown]


def test_a_container_is_made_of_a_platforms_manifest(daemon: Daemon) -> None:
    daemon.lines("POST", "/images/create", {"fromImage": "alpine", "tag": "latest", "platform": "linux/arm64"})
    daemon.good("POST", "/containers/create", {"name": "arm", "platform": "linux/arm64"}, {"Image": "alpine"})
    found = json.loads(daemon.good("GET", "/containers/arm/json"))
    assert found["Image"] == daemon.image("alpine")["Id"]
    assert found["ImageManifestDescriptor"]["digest"] == manifests(daemon, "alpine")["arm64"]["ID"]
    assert manifests(daemon, "alpine")["arm64"]["ImageData"]["Containers"] == [found["Id"]]


def test_an_archive_holds_what_is_here_and_gives_the_same_image_back(daemon: Daemon) -> None:
    image = daemon.image("alpine")
    archive = daemon.save("alpine")
    inside = members(archive)
    assert set(inside) - {name for name in inside if name.startswith("blobs/")} == {
        "index.json",
        "manifest.json",
        "oci-layout",
    }
    for name, data in inside.items():
        if name.startswith("blobs/"):
            assert name == of(hashlib.sha256(data).hexdigest())
    assert of(manifests(daemon, "alpine")["arm64"]["ID"]) not in inside
    daemon.good("DELETE", "/images/alpine")
    assert not daemon.engine.world.layers
    assert daemon.load(archive) == [{"stream": "Loaded image: alpine:latest\n"}]
    again = daemon.image("alpine")
    assert {**again, "Identity": 0, "Metadata": 0} == {**image, "Identity": 0, "Metadata": 0}
    assert daemon.run("echo hi") == (0, "hi\n")


def test_an_archive_of_one_platform_has_its_manifest_alone(daemon: Daemon) -> None:
    archive = daemon.good("GET", "/images/get", {"names": ["alpine"], "platform": AMD64})
    own = manifests(daemon, "alpine")["amd64"]["ID"]
    assert json.loads(members(archive)["index.json"])["manifests"][0]["digest"] == own
    daemon.load(archive)
    assert daemon.image("alpine")["Id"] == own
    status, answer = daemon.ask("GET", "/images/get", {"names": ["alpine"], "platform": ARM64})
    assert (status, json.loads(answer)["message"]) == (
        404,
        "no suitable export target found: image with reference alpine:latest was found "
        "but does not provide the specified platform (linux/arm64)",
    )
    lines = daemon.lines("POST", "/images/load", {"platform": ARM64}, archive)
    wanted = "image alpine:latest was loaded, but doesn't provide the requested platform ([linux/arm64])"
    assert lines[-1]["error"] == wanted


def test_a_cut_archive_changes_nothing(daemon: Daemon) -> None:
    archive = daemon.save("alpine")
    daemon.good("DELETE", "/images/alpine")
    before = daemon.engine.world.images
    for size in (100, 2000, len(archive) // 2):
        assert "error" in daemon.load(archive[:size])[-1]
    assert daemon.engine.world.images == before


def test_archives_of_the_classic_store_are_taken_and_the_other_way_round(daemon: Daemon) -> None:
    classic = Daemon()
    classic.pull("busybox")
    daemon.load(classic.save("busybox"))
    assert daemon.run("echo hi", "busybox") == (0, "hi\n")
    classic.load(daemon.save("alpine"))
    assert classic.run("echo hi") == (0, "hi\n")


def test_the_same_build_again_is_another_image_as_its_statement_has_the_time(daemon: Daemon) -> None:
    daemon.run("echo x > /f")
    first = daemon.commit("mine")
    assert daemon.image("mine")["Descriptor"]["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert daemon.image("mine")["RepoDigests"] == [f"mine@{first}"]
    second = daemon.commit("mine")
    assert second != first
    listed = json.loads(daemon.good("GET", "/images/json", {"all": "1"}))
    assert {each["Id"]: each["RepoTags"] for each in listed}[first] in ([], None)  # a commit leaves the old one


def test_the_classic_builder_keeps_its_steps_until_the_last_name_goes(daemon: Daemon) -> None:
    final = build(daemon, "FROM alpine\nENV A=1\nRUN echo hi > /f\n", "b:1")
    steps = [each["Id"] for each in json.loads(daemon.good("GET", "/images/b:1/history"))]
    assert steps[0] == final
    assert steps[-1] == "<missing>"
    deleted = json.loads(daemon.good("DELETE", "/images/b:1"))
    base = daemon.image("alpine")["Id"]
    assert deleted[0] == {"Untagged": "b:1"}
    assert [each["Deleted"] for each in deleted[1:]] == steps[: steps.index(base)]


def test_removal_asks_who_uses_an_image(daemon: Daemon) -> None:
    daemon.good("POST", "/containers/create", {"name": "box"}, {"Image": "alpine", "Cmd": ["sleep", "9"]})
    image = daemon.image("alpine")["Id"]
    status, answer = daemon.ask("DELETE", "/images/alpine")
    assert status == 409
    assert "conflict: unable to delete alpine:latest (must be forced) - container " in json.loads(answer)["message"]
    assert json.loads(daemon.good("DELETE", "/images/alpine", {"force": "1"})) == [{"Untagged": "alpine:latest"}]
    assert daemon.image(image)["RepoTags"] == []
    daemon.good("DELETE", "/containers/box")
    pruned = json.loads(daemon.good("POST", "/images/prune"))
    assert pruned["ImagesDeleted"][:2] == [{"Untagged": image}, {"Deleted": image}]
    assert pruned["SpaceReclaimed"] > 5_000_000
    assert not daemon.engine.world.layers


def test_a_name_of_several_goes_alone(daemon: Daemon) -> None:
    image = daemon.image("alpine")["Id"]
    daemon.good("POST", "/images/alpine/tag", {"repo": "two", "tag": "1"})
    status, answer = daemon.ask("DELETE", f"/images/{image}")
    assert (status, json.loads(answer)["message"]) == (
        409, f"conflict: unable to delete {image[7:19]} (must be forced) - image is referenced in multiple repositories",
    )  # fmt: skip
    assert json.loads(daemon.good("DELETE", "/images/two:1")) == [{"Untagged": "two:1"}]
    assert json.loads(daemon.good("DELETE", "/images/alpine"))[-1] == {"Deleted": image}


def test_a_push_sends_the_own_platform_where_not_all_are_here(daemon: Daemon) -> None:
    index = daemon.image("alpine")["Id"]
    own = manifests(daemon, "alpine")["amd64"]["ID"]
    daemon.good("POST", "/images/alpine/tag", {"repo": "localhost:5000/a", "tag": "1"})
    lines = daemon.lines("POST", "/images/localhost:5000/a/push", {"tag": "1"})
    aux = next(line["aux"] for line in lines if "aux" in line)
    assert (aux["originalIndex"]["digest"], aux["selectedManifest"]["digest"]) == (index, own)
    assert f"1: digest: {own}" in lines[-1]["status"]
    daemon.good("DELETE", "/images/localhost:5000/a:1")
    daemon.pull("localhost:5000/a", "1")
    assert daemon.image("localhost:5000/a:1")["Id"] == own


def test_a_whole_index_is_pushed_and_comes_back_as_it_was(daemon: Daemon) -> None:
    from fakedocker.operations.images import content_store
    from fakedocker.registry import attestations

    daemon.run("echo x > /f")
    daemon.commit("plain")
    world = daemon.engine.world
    plain = world.images[world.tags["docker.io/library/plain:latest"]]
    layers = [world.layers[chain] for chain in plain.layers]
    manifest = content_store.manifest_of(content_store.without_target(plain), layers, by_buildkit=False)
    about = attestations.provenance(
        manifest.digest, "pkg:docker/plain@1", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"
    )
    built = content_store.of_config(
        content_store.without_target(plain), [world.layers[chain] for chain in plain.layers], about
    )
    assert built.target is not None and built.target.is_index
    statement = next(part for part in built.target.parts if part.attests)
    assert content_store.attestation_of(statement) == about


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("localhost:5000/no/such", 'failed to resolve reference "localhost:5000/no/such:latest": localhost:5000/no/such:latest: not found'),
        ("nosuchimage", "pull access denied for nosuchimage, repository does not exist or may require 'docker login'"),
        (
            "localhost:5009/x",
            'failed to resolve reference "localhost:5009/x:latest": failed to do request: Head '
            '"https://localhost:5009/v2/x/manifests/latest": dial tcp 127.0.0.1:5009: connect: connection refused',
        ),
    ],
)  # fmt: skip
def test_pulls_are_refused_in_containerds_words(daemon: Daemon, name: str, words: str) -> None:
    _, answer = daemon.ask("POST", "/images/create", {"fromImage": name, "tag": "latest"})
    assert json.loads(answer)["message"] == words


def test_sizes_are_of_content_and_snapshots(daemon: Daemon) -> None:
    listed = json.loads(daemon.good("GET", "/images/json", {"manifests": "1"}))[0]
    assert listed["Size"] == sum(each["Size"]["Total"] for each in listed["Manifests"])
    code, _ = daemon.run("printf abc > /new")
    assert code == 0
    found = json.loads(daemon.good("GET", "/containers/box/json", {"size": "1"}))
    assert found["SizeRw"] == 2 * 4096  # the root and one block of a file
    assert found["Driver"] == "overlayfs"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("image busybox digest mismatch", 'failed commit on ref "layer-sha256:'),
        ("image busybox cut off", "failed to copy: unexpected EOF"),
    ],
)
def test_downloads_that_fail_are_told_in_containerds_words(daemon: Daemon, rule: str, words: str) -> None:
    daemon.engine.inject(rule)
    lines = daemon.pull("busybox")
    assert lines[-1]["error"].startswith(words)
    assert daemon.ask("GET", "/images/busybox/json")[0] == 404


def test_the_host_has_no_directories_of_the_classic_store(daemon: Daemon) -> None:
    body = {"Image": "alpine", "Cmd": ["ls", "/h"], "HostConfig": {"Binds": ["/var/lib/docker:/h"]}}
    daemon.good("POST", "/containers/create", {"name": "look"}, body)
    daemon.good("POST", "/containers/look/start")
    daemon.good("POST", "/containers/look/wait")
    assert b"overlay2" not in daemon.good("GET", "/containers/look/logs", {"stdout": "1"})
