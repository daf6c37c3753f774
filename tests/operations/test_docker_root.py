"""What the host's root finds of docker: volumes as directories of the disk, and the socket of the engine."""

from __future__ import annotations

import json

import pytest

from fakedocker.base.profiles import DEFAULT, PROFILES
from fakedocker.operations.system import overlay_directories
from fakedocker_shell.scenarios.player import Player
from fakedocker_shell.session import new_world


@pytest.fixture
def host() -> Player:
    found = Player(new_world(storage="overlay2"))  # whose layers are directories
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


def test_the_socket_of_the_engine(host: Player) -> None:
    assert said(host, "ls -l /var/run/docker.sock | cut -c1-10,13-24; test -S /run/docker.sock && echo socket") == (
        "srw-rw---- root docker\nsocket\n"
    )
    version = json.loads(said(host, "curl -s --unix-socket /var/run/docker.sock http://localhost/version"))
    assert version["Version"] == PROFILES[DEFAULT].engine.version
    created = host.run(
        "curl -s --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' -X POST"
        """ -d '{"Image":"alpine","Cmd":["echo","hi"]}' 'http://localhost/v1.49/containers/create?name=made'"""
    )
    assert len(json.loads(created.output)["Id"]) == 64
    asked = "curl -s --unix-socket /var/run/docker.sock"
    assert said(host, f"{asked} -X POST -w '%{{http_code}}' http://x/containers/made/start") == "204"
    assert said(host, f"{asked} -X POST http://x/containers/made/wait") == '{"StatusCode":0}\n'
    assert said(host, f"{asked} 'http://x/containers/made/logs?stdout=1' | tail -c 3") == "hi\n"
    assert said(host, f"{asked} http://x/containers/none/json") == '{"message":"No such container: none"}\n'
    assert "< Api-Version: 1.55" in said(host, f"{asked} -sI -v http://localhost/_ping 2>&1")


def test_the_socket_in_a_container(host: Player) -> None:
    host.run("docker pull curlimages/curl")
    mounted = "docker run --rm -u 0 -v /var/run/docker.sock:/var/run/docker.sock curlimages/curl -s"
    assert said(host, f"{mounted} --unix-socket /var/run/docker.sock http://d/_ping") == "OK"
    listed = json.loads(said(host, f"{mounted} --unix-socket /var/run/docker.sock http://d/containers/json"))
    assert [container["Image"] for container in listed] == ["curlimages/curl"]
    nobody = mounted.replace("-u 0", "-u 65534")
    assert host.run(f"{nobody} -S --unix-socket /var/run/docker.sock http://d/_ping").status == 7
    assert host.run("curl -s --unix-socket /tmp/none http://d/_ping").status == 7


def test_a_long_answer_and_one_that_does_not_come(host: Player) -> None:
    asked = "curl -s --unix-socket /var/run/docker.sock"
    host.run("docker run --name long alpine sh -c 'seq 1 60000' >/dev/null")
    assert said(host, f"{asked} 'http://d/containers/long/logs?stdout=1' | wc -c") == f"{348_894 + 8 * 60_000}\n"
    host.run("docker run -d --name forever alpine sleep 1000")
    assert host.run(f"{asked} -m 2 -X POST http://d/containers/forever/wait").status == 28


def place(host: Player, kind: str, name: str, which: str) -> str:
    return said(host, f"docker {kind} inspect -f '{{{{.GraphDriver.Data.{which}}}}}' {name}").strip()


@pytest.fixture
def built(host: Player) -> Player:
    """With an image of three layers: the base, one that makes a file and removes another, one with a link."""
    host.run("printf 'FROM alpine\nRUN echo one >/one; rm /etc/motd\nRUN ln -s one /two\n' >Dockerfile")
    host.run("docker build -q -t made .")
    return host


def test_the_layers_of_an_image_are_directories_of_the_host(built: Player) -> None:
    upper = place(built, "image", "made", "UpperDir")
    middle, base = place(built, "image", "made", "LowerDir").split(":")
    assert said(built, f"ls {upper}; readlink {upper}/two; cat {middle}/one") == "two\none\none\n"
    assert said(built, f"stat -c '%F %t,%T %a' {middle}/etc/motd") == "character special file 0,0 0\n"
    assert said(built, f"cat {base}/etc/motd | head -1") == "Welcome to Alpine!\n"
    assert (
        said(built, f"ls {base}/..; ls {upper}/..; ls {upper}/../work") == "diff\nlink\ndiff\nlink\nlower\nwork\nwork\n"
    )
    below = "/var/lib/docker/overlay2"
    lower = said(built, f"cat {upper}/../lower").split(":")
    assert [said(built, f"readlink -f {below}/{link}").strip() for link in lower] == [middle, base]
    assert said(built, f"readlink {below}/l/$(cat {upper}/../link)") == f"../{upper.removeprefix(below)[1:]}\n"
    assert said(built, f"ls {below} | wc -l; stat -c %a {below} {upper}/.. {upper}") == "4\n710\n710\n755\n"
    assert built.run(f"ls {below}/{'0' * 64}").status == 2
    assert "overlay2" not in said(built, "mount; df; cat /proc/mounts /proc/self/mountinfo")


def test_the_files_of_a_container_are_directories_of_the_host(built: Player) -> None:
    built.run("docker run -d --name box made sh -c 'echo hi >/new; rm /one; sleep 1000'")
    merged, upper, lower = (place(built, "container", "box", f"{which}Dir") for which in ("Merged", "Upper", "Lower"))
    layers = f"{place(built, 'image', 'made', 'UpperDir')}:{place(built, 'image', 'made', 'LowerDir')}"
    initial, _, below = lower.partition(":")
    assert (initial, below) == (f"{upper.removesuffix('/diff')}-init/diff", layers)
    assert said(built, f"ls {upper}; cat {merged}/new {merged}/etc/alpine-release") == "new\none\nhi\n3.20.3\n"
    assert said(built, f"ls {merged}/one {merged}/.dockerenv 2>/dev/null") == f"{merged}/.dockerenv\n"
    assert ".dockerenv\n" in said(built, f"ls -a {initial}")
    built.run("docker exec box sh -c 'echo more >>/new'")
    assert said(built, f"cat {upper}/new") == "hi\nmore\n"
    built.run("docker kill box")
    assert said(built, f"ls {upper}/..; cat {upper}/new") == "diff\nlink\nlower\nwork\nhi\nmore\n"
    built.run("docker rm box")
    assert built.run(f"cat {upper}/new").status == 1
    assert said(built, "ls /var/lib/docker/overlay2 | wc -l") == "4\n"


def test_nothing_is_written_to_the_layers_by_the_host(built: Player) -> None:
    upper = place(built, "image", "made", "UpperDir")
    for command in (f"touch {upper}/x", f"rm {upper}/two", "mkdir /var/lib/docker/overlay2/x", f"chmod 700 {upper}"):
        refused = built.run(command)
        assert (refused.status, "Read-only file system" in refused.output) == (1, True), command
    for source, path in (("/var/lib/docker", f"/d/{upper.removeprefix('/var/lib/docker/')}"), (upper, "/d")):
        shown = said(
            built,
            f"docker run --rm -v {source}:/d alpine sh -c 'ls {path}; touch {path}/x; grep overlay2 /proc/mounts'",
        )
        assert shown == f"two\ntouch: {path}/x: Read-only file system\n"


def test_layers_are_looked_at_by_the_name_asked_for(host: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, none is listed or unpacked before somebody lists or opens it."""
    unpacked: list[str] = []
    kept = overlay_directories._kept
    monkeypatch.setattr(overlay_directories, "_kept", lambda name, *rest: unpacked.append(name) or kept(name, *rest))
    monkeypatch.setattr(overlay_directories.OverlayDirectories, "_layers", lambda self: pytest.fail("listed"))
    host.run("docker pull -q nginx; docker run -d nginx")
    upper = place(host, "image", "alpine", "UpperDir")
    assert unpacked == []
    assert said(host, f"cat {upper}/etc/alpine-release") == "3.20.3\n"
    assert set(unpacked) == {upper.split("/")[-2]}
