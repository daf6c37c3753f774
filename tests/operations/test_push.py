"""docker push, and pull from the registry that was pushed to: manifests with true digests, docker's words, docker's steps."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import MINUTE_NS
from fakedocker.engine.inflight import TimeMode
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.gzip_stored import compress
from fakedocker.wire.http import Request
from fakedocker.world.check import check
from helpers.archive_world import Daemon, make_tar, members

LOCAL = "localhost:5000/team/app"


@pytest.fixture
def daemon() -> Daemon:
    """An engine with an image of two layers under the name that it is pushed to."""
    made = Daemon()
    made.pull("alpine")
    made.run("echo payload > /p")
    made.commit(LOCAL, tag="v1")
    return made


def push(daemon: Daemon, name: str, tag: str = "", **credentials: str) -> list[Any]:
    auth = base64.urlsafe_b64encode(json.dumps(credentials).encode()).decode()
    query = {"tag": tag} if tag else {}
    found: list[Any] = daemon.lines("POST", f"/images/{name}/push", query, b"", x_registry_auth=auth)
    return found


def outcomes(lines: list[Any]) -> dict[str, str]:
    """What became of each layer at last."""
    return {line["id"]: line["status"] for line in lines if "id" in line}


def short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def test_a_push_tells_every_step(daemon: Daemon) -> None:
    base, own = (short(layer) for layer in daemon.image(f"{LOCAL}:v1")["RootFS"]["Layers"])
    lines = push(daemon, LOCAL, "v1")
    assert lines[0] == {"status": f"The push refers to repository [{LOCAL}]"}
    assert lines[1:3] == [{"status": "Preparing", "progressDetail": {}, "id": layer} for layer in (own, base)]
    moved = [line for line in lines if line.get("status") == "Pushing" and line["id"] == base]
    assert moved[-1]["progressDetail"]["current"] == moved[-1]["progressDetail"]["total"] > 0
    assert outcomes(lines) == {base: "Pushed", own: "Pushed"}
    result = lines[-1]["aux"]
    assert lines[-2] == {"status": f"v1: digest: {result['Digest']} size: {result['Size']}"}
    assert result["Tag"] == "v1"
    assert daemon.image(f"{LOCAL}:v1")["RepoDigests"] == [f"{LOCAL}@{result['Digest']}"]
    assert daemon.events("image")[-1] == ("push", f"{LOCAL}:v1", LOCAL)


def test_digests_are_those_of_the_bytes(daemon: Daemon) -> None:
    result = push(daemon, LOCAL, "v1")[-1]["aux"]
    [manifest] = daemon.engine.world.registries["localhost:5000"].manifests.values()
    assert result["Digest"] == manifest.digest == f"sha256:{hashlib.sha256(manifest.raw).hexdigest()}"
    assert result["Size"] == len(manifest.raw)
    document = json.loads(manifest.raw)
    assert document["config"]["digest"] == daemon.image(f"{LOCAL}:v1")["Id"]
    files = members(daemon.save(f"{LOCAL}:v1"))
    for descriptor, diff_id in zip(document["layers"], manifest.image.diff_ids, strict=True):
        tar = files[f"blobs/sha256/{diff_id.removeprefix('sha256:')}"]
        blob = b"".join(compress([tar]))
        assert (descriptor["digest"], descriptor["size"]) == (f"sha256:{hashlib.sha256(blob).hexdigest()}", len(blob))


def test_what_was_pushed_comes_back_the_same(daemon: Daemon) -> None:
    before = daemon.image(f"{LOCAL}:v1")
    digest = push(daemon, LOCAL, "v1")[-1]["aux"]["Digest"]
    daemon.good("DELETE", "/containers/box")
    removed = json.loads(daemon.good("DELETE", f"/images/{LOCAL}:v1"))
    assert {"Untagged": f"{LOCAL}@{digest}"} in removed and {"Deleted": before["Id"]} in removed
    lines = daemon.pull(LOCAL, "v1")
    assert lines[-1] == {"status": f"Status: Downloaded newer image for {LOCAL}:v1"}
    after = daemon.image(f"{LOCAL}:v1")
    assert {**after, "Parent": "", "Metadata": None} == {
        **before,
        "RepoDigests": [f"{LOCAL}@{digest}"],
        "Parent": "",
        "Metadata": None,
    }
    assert after["Parent"] == ""
    assert daemon.run("cat /p", f"{LOCAL}:v1", "again") == (0, "payload\n")
    assert daemon.pull(LOCAL, digest)[-1] == {"status": f"Status: Image is up to date for {LOCAL}@{digest}"}
    assert daemon.events("image")[-1] == ("pull", f"{LOCAL}@{digest}", LOCAL)


def test_layers_that_are_there_are_not_sent_again(daemon: Daemon) -> None:
    base, own = (short(layer) for layer in daemon.image(f"{LOCAL}:v1")["RootFS"]["Layers"])
    first = push(daemon, LOCAL, "v1")
    again = push(daemon, LOCAL, "v1")
    assert outcomes(again) == dict.fromkeys((base, own), "Layer already exists")
    assert again[-1] == first[-1]
    daemon.good("POST", f"/images/{LOCAL}:v1/tag", {"repo": "localhost:5000/other", "tag": "v1"})
    mounted = push(daemon, "localhost:5000/other", "v1")
    assert outcomes(mounted) == dict.fromkeys((base, own), "Mounted from team/app")


def test_every_tag_is_pushed_and_pulled(daemon: Daemon) -> None:
    daemon.good("POST", "/images/alpine/tag", {"repo": LOCAL, "tag": "base"})
    lines = push(daemon, LOCAL)
    assert [line["aux"]["Tag"] for line in lines if "aux" in line] == ["base", "v1"]
    identifiers = {tag: daemon.image(f"{LOCAL}:{tag}")["Id"] for tag in ("base", "v1")}
    daemon.good("DELETE", "/containers/box")
    for name in (f"{LOCAL}:v1", f"{LOCAL}:base", "alpine"):
        daemon.good("DELETE", f"/images/{name}")
    assert json.loads(daemon.good("GET", "/images/json")) == []
    pulled = daemon.lines("POST", "/images/create", {"fromImage": LOCAL})
    assert [line["id"] for line in pulled if line.get("status") == "Pulling from team/app"] == ["base", "v1"]
    assert pulled[-1] == {"status": f"Status: Downloaded newer image for {LOCAL}"}
    assert {tag: daemon.image(f"{LOCAL}:{tag}")["Id"] for tag in ("base", "v1")} == identifiers
    again = daemon.lines("POST", "/images/create", {"fromImage": LOCAL})
    assert again[-1] == {"status": f"Status: Image is up to date for {LOCAL}"}


def test_every_tag_of_docker_hub_can_be_pulled() -> None:
    daemon = Daemon()
    daemon.lines("POST", "/images/create", {"fromImage": "busybox"})
    tags = {tag for image in json.loads(daemon.good("GET", "/images/json")) for tag in image["RepoTags"]}
    assert {"busybox:latest", "busybox:1.36"} <= tags


def test_docker_hub_takes_only_what_is_ones_own(daemon: Daemon) -> None:
    denied = "denied: requested access to the resource is denied"
    for name in ("mine", "someone/app"):
        daemon.good("POST", f"/images/{LOCAL}:v1/tag", {"repo": name, "tag": "1"})
    assert push(daemon, "mine", "1")[-1]["error"] == denied
    assert push(daemon, "someone/app", "1")[-1]["error"] == denied
    assert push(daemon, "someone/app", "1", username="other", password="x")[-1]["error"] == denied
    base, own = (short(layer) for layer in daemon.image("mine:1")["RootFS"]["Layers"])
    lines = push(daemon, "someone/app", "1", username="someone", password="x")
    assert outcomes(lines) == {base: "Mounted from library/alpine", own: "Pushed"}
    identifier = daemon.image("someone/app:1")["Id"]
    daemon.good("DELETE", "/images/someone/app:1")
    daemon.pull("someone/app", "1")
    assert daemon.image("someone/app:1")["Id"] == identifier
    status, said = daemon.ask("POST", "/images/create", {"fromImage": "someone/app", "tag": "2"})
    assert (status, json.loads(said)["message"]) == (
        404, "manifest for someone/app:2 not found: manifest unknown: manifest unknown",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tag", "message"),
    [
        ("localhost:5000/team/nosuch", "latest", "An image does not exist locally with the tag: localhost:5000/team/nosuch"),
        (LOCAL, "nosuch", f"tag does not exist: {LOCAL}:nosuch"),
        ("nosuch.example.com/app", "1", 'Get "https://nosuch.example.com/v2/": dial tcp: lookup nosuch.example.com on 192.168.65.7:53: no such host'),
    ],
)  # fmt: skip
def test_what_cannot_be_pushed_is_told_in_the_stream(daemon: Daemon, name: str, tag: str, message: str) -> None:
    daemon.good("POST", f"/images/{LOCAL}:v1/tag", {"repo": "nosuch.example.com/app", "tag": "1"})
    registries = daemon.engine.world.registries
    assert push(daemon, name, tag) == [
        {"status": f"The push refers to repository [{name}]"},
        {"errorDetail": {"message": message}, "error": message},
    ]
    assert daemon.engine.world.registries is registries


def test_a_repository_that_no_registry_has_cannot_be_pulled(daemon: Daemon) -> None:
    for name, message in (
        ("localhost:5000/nosuch", "repository localhost:5000/nosuch not found: name unknown: repository name not known to registry"),
        ("nosuch", "pull access denied for nosuch, repository does not exist or may require 'docker login': "
                   "denied: requested access to the resource is denied"),
    ):  # fmt: skip
        status, said = daemon.ask("POST", "/images/create", {"fromImage": name})
        assert (status, json.loads(said)["message"]) == (404, message)


def test_a_push_in_the_middle_is_a_world_like_any_other(daemon: Daemon) -> None:
    engine = daemon.engine
    engine.mode = TimeMode.MANUAL
    engine.submit(Request(method="POST", target=f"/images/{LOCAL}/push?tag=v1"))
    while engine.turn():
        continue
    engine.advance(engine.now_ns + 30_000_000)
    middle = engine.snapshot()
    assert middle.tasks and not middle.registries["localhost:5000"].manifests
    ends = []
    for world in (middle, middle):
        other = create_engine(world=world, mode=TimeMode.MANUAL, check=True)
        other.advance(other.now_ns + MINUTE_NS)
        ends.append(other.world.registries["localhost:5000"].manifests)
        assert not other.world.tasks
    assert dict(ends[0]) == dict(ends[1]) and len(ends[0]) == 1


def test_an_image_may_go_while_it_is_pushed_or_pulled(daemon: Daemon) -> None:
    """What is under way has hold of its layers."""
    engine = daemon.engine
    daemon.good("DELETE", "/containers/box")
    engine.mode = TimeMode.MANUAL
    engine.submit(Request(method="POST", target=f"/images/{LOCAL}/push?tag=v1"))
    engine.submit(Request(method="POST", target="/images/create?fromImage=nginx&tag=alpine"))
    while engine.turn():
        continue
    engine.mode = TimeMode.FAST
    daemon.good("DELETE", f"/images/{LOCAL}:v1")
    daemon.good("DELETE", "/images/alpine")
    engine.advance(engine.now_ns + MINUTE_NS)
    check(engine.world)
    daemon.pull(LOCAL, "v1")
    assert daemon.run("cat /p", f"{LOCAL}:v1")[1] == "payload\n"


def test_a_layer_of_another_tools_making_keeps_its_bytes_in_the_registry() -> None:
    daemon = Daemon()
    tar = make_tar(("./", b""), ("./f", b"x" * 5000))
    query = {"fromSrc": "-", "repo": "localhost:5000/flat", "tag": "1"}
    daemon.lines("POST", "/images/create", query, gzip.compress(tar))
    push(daemon, "localhost:5000/flat", "1")
    [manifest] = daemon.engine.world.registries["localhost:5000"].manifests.values()
    [remote] = manifest.layers
    assert b"".join(contents.chunks(remote.layer.archive())) == tar
    assert remote.digest == f"sha256:{hashlib.sha256(b''.join(compress([tar]))).hexdigest()}"
