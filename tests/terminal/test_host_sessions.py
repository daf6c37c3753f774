"""What several docker commands come to together, on the simulated host."""

from __future__ import annotations

import pytest

from fakedocker_shell.repl import host_files
from fakedocker_shell.scenarios.player import Player
from fakedocker_shell.session import new_world


@pytest.fixture
def host() -> Player:
    player = Player()
    player.run("docker pull -q alpine")
    return player


def test_an_image_that_only_a_digest_names_is_dangling() -> None:
    """moby daemon/images, of the classic store: the list's and the prune's filter look for tags."""
    host = Player(new_world(profile="28"))
    host.run("docker pull -q alpine")
    for version in ("1", "2"):
        built = f"printf 'FROM alpine\\nRUN echo {version} > /v\\n' | docker build -q -t localhost:5000/app - > /dev/null 2>&1"
        assert host.run(f"{built} && docker push -q localhost:5000/app").status == 0
    assert host.run("docker images --filter dangling=true --format '{{.Repository}} {{.Tag}}'").output == (
        "localhost:5000/app <none>\n"
    )
    assert host.run("docker images -q --filter dangling=false | wc -l").output == "3\n"
    assert "untagged: localhost:5000/app@sha256:" in host.run("docker image prune -f").output
    assert host.run("docker images -q | wc -l").output == "2\n"


def test_a_mount_below_another_one_is_a_directory_in_that(host: Player) -> None:
    host.run("mkdir folder; docker run -d --name box -v $PWD/folder:/app -v data:/app/deep/inside alpine sleep 1d")
    assert host.run("ls folder; docker exec box ls /app/deep").output == "deep\ninside\n"
    host.run("docker exec box touch /app/deep/inside/file")
    assert host.run("ls folder/deep/inside").output == ""
    assert host.run("docker diff box").output == "A /app\n"


def test_what_is_removed_makes_room_on_a_full_disk(host: Player) -> None:
    host.run("docker pull -q busybox; docker pull -q nginx; docker rmi busybox")
    host.run(":fault disk 1MB left")
    assert host.run("docker pull -q busybox").status == 1
    host.run("docker rmi nginx")
    assert host.run("docker pull -q busybox").status == 0


def test_what_the_kernel_makes_on_demand_is_copied_as_empty_directories(host: Player) -> None:
    host.run("docker run -d --name box alpine sleep 1d")
    assert host.run("docker cp box:/ copy && ls copy/proc copy/sys && cat copy/etc/alpine-release").output.endswith(
        "\n3.20.3\n"
    )
    assert host.run("docker cp box:/proc here && ls -A here").output == ""
    assert [name for name, is_folder in host_files.entries(host.engine.draft, "/") if name == "proc" and is_folder]
