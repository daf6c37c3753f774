"""The list of images of the client 29 on a terminal, byte for byte as recorded: tests/data/images-terminal-29.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cli_world import World
from helpers.paths import DATA

SESSIONS: list[dict[str, Any]] = json.loads((DATA / "images-terminal-29.json").read_text())
LONG = "registry.example.com:5000/team/a-rather-long-repository-name/with-parts/app:v1.2.3-rc.4"
AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}


def manifest(short: str, total: int, content: int, used: bool, platform: dict[str, str] = AMD64) -> dict[str, Any]:
    return {
        "ID": f"sha256:{short:0<64}", "Kind": "image", "Available": total > 0,
        "Size": {"Total": total, "Content": content},
        "ImageData": {"Platform": platform, "Containers": ["c" * 64] if used else []},
    }  # fmt: skip


def summary(short: str, tags: list[str], total: int, content: int, *manifests: dict[str, Any]) -> dict[str, Any]:
    whole = {"Kind": "unknown", "Size": {"Content": content - sum(each["Size"]["Content"] for each in manifests)}}
    return {"Id": f"sha256:{short:0<64}", "RepoTags": tags, "Size": total, "Containers": -1, "Manifests": [*manifests, whole]}  # fmt: skip


UNTAGGED = summary("399d342bc5c4", [], 3_150_000, 1_040_000, manifest("399d342bc5c4", 3_150_000, 1_040_000, False))
IMAGES = [
    summary("4aefe5968c98", ["snap:1"], 3_150_000, 1_040_000, manifest("4aefe5968c98", 3_150_000, 1_040_000, False)),
    summary(
        "aef538442d73", ["node:20-alpine"], 3_240_000, 1_040_000,
        manifest("f1ec1058ac66", 3_240_000, 1_040_000, False), manifest("eb222ae355da", 0, 0, False, ARM64),
    ),
    summary(
        "0acda10b9fdc", [LONG, "nginx:latest"], 139_000_000, 35_800_000,
        manifest("b65320759f6e", 139_000_000, 35_800_000, True), manifest("4ae2615d5240", 0, 0, False, ARM64),
    ),
    summary(
        "389f97a6caef", ["busybox:latest"], 3_150_000, 1_040_000,
        manifest("9655b5c13b3f", 3_150_000, 1_040_000, True), manifest("aab4fa078b6e", 0, 0, False, ARM64),
    ),
]  # fmt: skip


def answer(query: dict[str, Any], _: object) -> tuple[int, list[dict[str, Any]]]:
    wanted = json.loads(query.get("filters") or "{}").get("reference")
    found = [*IMAGES, UNTAGGED] if query.get("all") else IMAGES
    return 200, [image for image in found if not wanted or any(tag.split(":")[0] in wanted for tag in image["RepoTags"])]  # fmt: skip


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session["name"])
def test_images_on_a_terminal(session: dict[str, Any]) -> None:
    environment = {"NO_COLOR": "1"} if "without colour" in session["name"] else {}
    size = (24, session["columns"])
    world = World({"GET /images/json": answer}, terminal=True, size=size, environment=environment, profile="29")
    assert world.run(*session["argv"]) == 0, world.complaints
    assert world.printed.splitlines() == session["shown"]
    assert world.query("GET /images/json")["manifests"] == "1"


def test_without_a_terminal_there_is_neither_legend_nor_colour() -> None:
    world = World({"GET /images/json": answer}, profile="29")
    assert world.run("images", "busybox") == 0
    assert world.printed.splitlines() == [
        "IMAGE            ID             DISK USAGE   CONTENT SIZE   EXTRA",
        "busybox:latest   389f97a6caef       3.15MB         1.04MB   U    ",
    ]
    assert "Info" not in world.complaints or world.complaints.startswith("WARNING")


@pytest.mark.parametrize("name", ["ls", "rm"])
def test_names_of_commands_are_hinted_at(name: str) -> None:
    world = World({"GET /images/json": (200, [])}, profile="29", terminal=True)
    assert world.run("images", name) == 0
    assert f'did you mean "docker image {name}"?' in world.complaints


def test_a_table_is_as_before() -> None:
    world = World({"GET /images/json": answer}, profile="29")
    assert world.run("images", "--format", "table {{.Repository}}\t{{.Tag}}", "busybox") == 0
    assert world.printed == "REPOSITORY   TAG\nbusybox      latest\n"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--tree", "-q"), "--quiet is not yet supported with --tree"),
        (("--tree", "--no-trunc"), "--no-trunc is not yet supported with --tree"),
        (("--tree", "--digests"), "--show-digest is not yet supported with --tree"),
        (("--tree", "--format", "x"), "--format is not yet supported with --tree"),
    ],
)
def test_what_goes_not_with_a_tree(argv: tuple[str, ...], said: str) -> None:
    world = World({"GET /images/json": answer}, profile="29")
    assert world.run("images", *argv) == 1
    assert world.complaints == f"{said}\n"
