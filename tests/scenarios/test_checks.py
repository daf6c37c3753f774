"""Checks: what each kind says of a world, that they change nothing, and what is told of what was found."""

from __future__ import annotations

import pytest

from fakedocker.world.world import World
from fakedocker_shell.scenarios import expressions
from fakedocker_shell.scenarios.checking import Checker, Result
from fakedocker_shell.scenarios.player import Player

SETUP = """\
docker pull -q alpine
docker pull -q nginx
docker network create appnet
docker volume create data
docker run -d --name web -p 127.0.0.1:8080:80 -e MODE=dev -v data:/data nginx
docker run -d --name api --network appnet alpine sleep 600
docker run -d --name db --network appnet alpine nc -lk -p 5432 -e cat
docker run --name gone alpine sh -c 'echo hello; exit 3' || true
docker exec web sh -c 'echo hi > /tmp/ok; echo row > /data/row'
echo text > note
docker rmi --force nosuch || true"""


@pytest.fixture(scope="module")
def setup() -> tuple[Player, World]:
    player = Player()
    before = player.engine.snapshot()
    for command in SETUP.split("\n"):
        assert player.run(command).status == 0, command
    return player, before


def result(setup: tuple[Player, World], text: str) -> Result:
    player, before = setup
    world = player.engine.snapshot()
    found = Checker(player.moment(), before).result(expressions.parse(text))
    assert player.engine.snapshot() is world
    return found


@pytest.mark.parametrize(
    "text",
    [
        "container web exists",
        "container nosuch absent",
        "container w* exists",
        "container web State.Running == true",
        "container gone State.ExitCode == 3",
        "container gone State.ExitCode != 0",
        "container gone State.ExitCode in 0,3",
        "container gone State.ExitCode >= 3",
        "container * State.Status == exited",
        "container web Name matches ^/w.b$",
        "container web Config.Env has MODE=dev",
        "container web Mounts./data.Type == volume",
        "container web Mounts.0.Name == data",
        'container web Mounts.*."Type" == volume',
        "container web NetworkSettings.Ports.80/tcp.0.HostPort == 8080",
        "container api NetworkSettings.Networks has appnet",
        "container web Nosuch == null",
        "image nginx exists",
        "image nosuch absent",
        "image alpine Os == linux",
        "volume data Driver == local",
        "network app* Driver == bridge",
        "count(containers) == 4",
        "count(containers running) == 3",
        "count(containers status=exited name=gone) == 1",
        "count(images) == 2",
        "count(volumes dangling) == 0",
        "count(networks custom) == 1",
        "http localhost:8080 == 200",
        "http localhost:8080/nosuch == 404",
        "http localhost:8081 == 0",
        "http localhost:8080 body has nginx",
        "port 8080 exists",
        "port 8081 absent",
        "port 8080 HostIp == 127.0.0.1",
        "port 8080 Container == web",
        "reach api db:5432",
        "not reach api db:80",
        "not reach web db:5432",
        "resolve api db",
        "not resolve web db",
        "not resolve gone db",
        "file note exists",
        "file /root/note == text",
        "file nosuch absent",
        "file web:/tmp/ok == hi",
        "file web:/data/row has ro",
        "file gone:/etc/os-release has Alpine",
        "logs gone == hello",
        'exec web "cat /tmp/ok" == hi',
        'exec web "false" status == 1',
        'ran "rmi -f" == 1',
        'ran "image rm nosuch"',
        'ran "run -d -p" == 1',
        'ran "exec web sh"',
        'ran "exec web bash" == 0',
        'ran "prune" == 0',
        'time "docker stop api" >= 10s',
        'time "docker stop web" < 2s',
        "after 700s: container api State.Status == exited",
        'after "docker stop web": container web State.ExitCode == 0',
        'after "docker kill web": not http localhost:8080 == 200',
        'after ":fault container web oom": container web State.OOMKilled == true',
        "not container nosuch exists",
    ],
)
def test_what_holds(setup: tuple[Player, World], text: str) -> None:
    assert result(setup, text).holds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("container nosuch exists", "it is not there"),
        ("container nosuch State.Running != true", "there is no container nosuch"),
        ("container gone State.Running == true", "it is false"),
        ("container web Config.Env has MODE", 'it is ["MODE=dev",'),
        ("count(containers) == 5", "it is 4"),
        ("count(containers nosuch=1) == 0", "docker refuses the filter nosuch=1"),
        ("http localhost:8081 == 200", "nobody answers"),
        ("port 8081 HostIp == 0.0.0.0", "port 8081 is not published"),
        ("reach api db:80", "172.18.0.3:80: Connection refused"),
        ("reach web db:80", "web finds no db"),
        ("resolve gone db", "gone is not running"),
        ("file web:/tmp has x", "Is a directory"),
        ('after ":fault container nosuch oom": container web exists', "no container 'nosuch'"),
        ("container a%2Fb/../c?d exists", "it is not there"),
        ("logs nosuch has x", "Error response from daemon: No such container: nosuch"),
        ('time "docker stop api" < 2s', "it takes 10."),
    ],
)
def test_what_does_not_hold_and_why(setup: tuple[Player, World], text: str, found: str) -> None:
    told = result(setup, text)
    assert not told.holds
    assert told.found.startswith(found)


def test_changed_since_the_beginning(setup: tuple[Player, World]) -> None:
    player, _ = setup
    player.restore(first := player.moment())
    baseline = player.engine.snapshot()
    player.run("docker restart web; docker rm -f gone; docker run --name gone alpine true")
    checker = Checker(player.moment(), baseline)
    told = {
        text: checker.result(expressions.parse(text)).holds
        for text in (
            "container web Id unchanged", "container web Id changed", "container web State.StartedAt changed",
            "container gone Id changed", "container api State.StartedAt unchanged",
        )
    }  # fmt: skip
    player.restore(first)
    assert list(told.values()) == [True, False, True, True, True]


def test_a_check_in_a_state_with_a_background_client_leaves_that_alone() -> None:
    player = Player()
    player.run("docker pull -q alpine; docker run -d --name web alpine sh -c 'while sleep 1; do echo tick; done'")
    player.run("docker logs -f web > out &")
    player.run("sleep 3")
    world = player.engine.snapshot()
    assert Checker(player.moment(), world).result(expressions.parse("after 10s: file out has tick")).holds
    assert player.engine.snapshot() is world
    player.run("sleep 3")
    assert player.run("wc -l < out").output.strip() == "6"


def test_what_a_swarm_has() -> None:
    player = Player()
    before = player.engine.snapshot()
    for command in (
        "docker swarm init",
        "printf hush | docker secret create token -",
        "printf x | docker config create conf -",
        "docker service create -q --name web --replicas 2 --secret token alpine sleep 600",
    ):
        assert player.run(command).status == 0, command
    for text in (
        "service web exists",
        "service nosuch absent",
        "service w* Spec.Mode.Replicated.Replicas == 2",
        "service web Spec.TaskTemplate.ContainerSpec.Secrets.0.SecretName == token",
        "secret token exists",
        "secret * Spec.Name == token",
        "config conf Spec.Data == eA==",
        "config nosuch absent",
        "count(containers running label=com.docker.swarm.service.name=web) == 2",
        'after "docker service rm web": service web absent',
    ):
        assert Checker(player.moment(), before).result(expressions.parse(text)).holds, text
