"""What the host's root finds of docker: volumes as directories of the disk, and the socket of the engine."""

from __future__ import annotations

import pytest

from fakedocker_shell.scenarios.player import Player


@pytest.fixture
def host() -> Player:
    found = Player()
    found.run("docker pull alpine")
    return found


def said(host: Player, command: str) -> str:
    return host.run(command).output


def test_a_volume_is_a_directory_of_the_host(host: Player) -> None:
    host.run("docker volume create data; docker run --rm -v data:/d alpine sh -c 'echo inside >/d/a'")
    place = "/var/lib/docker/volumes/data/_data"
    assert said(host, "docker volume inspect -f '{{.Mountpoint}}' data") == f"{place}\n"
    assert said(host, f"cat {place}/a; ls /var/lib/docker/volumes") == "inside\ndata\n"
    assert said(host, "stat -c '%a %U' /var/lib/docker/volumes/data /var/lib/docker/volumes/data/_data") == (
        "701 root\n755 root\n"
    )
    host.run(f"echo outside >{place}/b; rm {place}/a")
    assert said(host, "docker run --rm -v data:/d alpine sh -c 'ls /d; cat /d/b'") == "b\noutside\n"
    assert said(host, f"docker run --rm -v {place}:/d alpine cat /d/b") == "outside\n"
    assert said(host, "docker run --rm -v /var/lib/docker/volumes:/all alpine cat /all/data/_data/b") == "outside\n"
    assert "volumes" not in said(host, "mount; df; cat /proc/mounts /proc/self/mountinfo")
    host.run("touch /var/lib/docker/volumes/data/stray")
    host.run("docker volume rm data")
    assert said(host, "ls /var/lib/docker/volumes | wc -l") == "0\n"
    host.run("docker volume create data")
    assert said(host, f"ls {place} | wc -l") == "0\n"


def test_many_volumes_go_at_once(host: Player) -> None:
    host.run(
        "for name in a1 b2 c3; do docker volume create $name; echo $name >/var/lib/docker/volumes/$name/_data/n; done"
    )
    host.run("docker run -d --name box -v b2:/d alpine sleep 100; docker volume prune -af")
    assert said(host, "ls /var/lib/docker/volumes; cat /var/lib/docker/volumes/*/_data/n") == "b2\nb2\n"
