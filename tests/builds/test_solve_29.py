"""BuildKit in containerd's store of 29: each build is another image, with what it attests, and takes the name of the one before."""

from __future__ import annotations

import json

from helpers.build_world import Builds

APP = "FROM alpine\nRUN echo hi > /f\n"


def test_a_build_again_is_another_image_and_leaves_none_behind() -> None:
    builds = Builds("29")
    first, again = builds.solve(APP, t="app:1", attests="1").image, builds.solve(APP, t="app:1", attests="1").image
    assert first != again
    assert [each["Id"] for each in builds.json("/images/json", all="1") if each["RepoTags"] != ["alpine:latest"]] == [
        again
    ]
    kinds = [each["Kind"] for each in builds.json("/images/app:1/json", manifests="1")["Manifests"]]
    assert kinds == ["image", "attestation"]
    assert builds.run("app:1", "cat /f") == "hi\n"


def test_one_that_a_container_is_made_of_stays_without_a_name() -> None:
    builds = Builds("29")
    first = builds.solve(APP, t="app:1", attests="1").image
    builds.call("POST", "/containers/create", b'{"Image": "app:1", "Cmd": ["true"]}', name="box")
    builds.solve(APP, t="app:1", attests="1")
    assert builds.json(f"/images/{first}/json")["RepoTags"] == []


def test_its_documents_are_laid_out_as_its_makers_do() -> None:
    """buildkit exporter/containerimage/writer.go indents by two spaces, moby daemon/containerd/image_commit.go by four."""
    builds = Builds("29")
    solved = builds.solve(APP, t="app:1", attests="1").image
    target = builds.engine.world.images[solved].target
    assert target is not None and len(target.raw) == 855  # as it was recorded
    assert [part.raw[:6] for part in target.parts] == [b'{\n  "s', b'{\n  "s']
    builds.build(APP, t="app:2")
    made = builds.engine.world.images[builds.engine.world.tags["docker.io/library/app:2"]].target
    assert made is not None and made.raw.startswith(b'{\n    "schemaVersion"')


def test_it_says_of_what_build_it_comes() -> None:
    builds = Builds("29")
    solved = builds.solve(APP, t="app:1").image
    (built,) = builds.json(f"/images/{solved}/json")["Identity"]["Build"]
    assert (built.keys(), len(built["Ref"])) == ({"CreatedAt", "Ref"}, 25)


def test_what_images_share_of_the_disk_is_their_content_too() -> None:
    """What a prune of images would free is next to nothing here: recording x-buildkit, docker system df."""
    builds = Builds("29")
    builds.solve(APP, t="app:1", attests="1")
    usage = builds.json("/system/df")
    assert [image["Size"] - image["SharedSize"] < 16_000 for image in usage["Images"]] == [True, True]
    assert 0 < usage["ImageUsage"]["Reclaimable"] < 32_000


def test_the_image_of_a_step_goes_with_a_prune() -> None:
    """The classic builder's: containerd's store knows no images between, and one without a name is dangling."""
    for profile, expected in (("29", ["Untagged", "Deleted"]), ("28", None)):
        builds = Builds(profile)
        builds.build("FROM alpine\nENV A=1\nRUN echo hi > /f\n", t="app:1")
        _, answer = builds.call("POST", "/images/prune")
        deleted = json.loads(answer)["ImagesDeleted"]
        assert (deleted and [next(iter(each)) for each in deleted]) == expected
        assert builds.run("app:1", "cat /f") == "hi\n"
