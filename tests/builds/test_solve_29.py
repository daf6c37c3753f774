"""BuildKit in containerd's store of 29: each build is another image, with what it attests, and takes the name of the one before."""

from __future__ import annotations

from helpers.build_world import Builds

APP = "FROM alpine\nRUN echo hi > /f\n"


def test_a_build_again_is_another_image_and_leaves_none_behind() -> None:
    builds = Builds("29")
    first, again = builds.solve(APP, t="app:1").image, builds.solve(APP, t="app:1").image
    assert first != again
    assert [each["Id"] for each in builds.json("/images/json", all="1") if each["RepoTags"] != ["alpine:latest"]] == [
        again
    ]
    kinds = [each["Kind"] for each in builds.json("/images/app:1/json", manifests="1")["Manifests"]]
    assert kinds == ["image", "attestation"]
    assert builds.run("app:1", "cat /f") == "hi\n"


def test_one_that_a_container_is_made_of_stays_without_a_name() -> None:
    builds = Builds("29")
    first = builds.solve(APP, t="app:1").image
    builds.call("POST", "/containers/create", b'{"Image": "app:1", "Cmd": ["true"]}', name="box")
    builds.solve(APP, t="app:1")
    assert builds.json(f"/images/{first}/json")["RepoTags"] == []
