"""What Tab offers of a swarm, and which names are shown as missing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from fakedocker_shell.repl import completion
from fakedocker_shell.repl.explain import changes
from fakedocker_shell.repl.highlighting import spans
from helpers.repl_screen import Terminal


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    made = Terminal(tmp_path_factory.mktemp("state"))
    for text in (
        "docker pull -q alpine; docker swarm init",
        "printf hush | docker secret create token -; printf x | docker config create conf -",
        "docker service create -d --name web --replicas 2 alpine sleep 10000",
        "docker service create -d --name all --mode global alpine sleep 10000",
        "printf 'services:\\n  api: {image: alpine, command: sleep 10000}\\n' > stack.yml; docker stack deploy -d -c stack.yml shop",
    ):
        made.run(text)
        assert made.status == 0, text
    return made


def offered(terminal: Terminal, before: str) -> dict[str, str]:
    return {found.text: found.meta for found in completion.candidates(terminal.console, before, True)}


SERVICES = {"web", "all", "shop_api"}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("docker service rm ", SERVICES),
        ("docker service rm web ", {"all", "shop_api"}),
        ("docker service ps w", {"web"}),
        ("docker service update ", SERVICES),
        ("docker service update --replicas 3 w", {"web"}),
        ("docker service scale ", {"web=", "shop_api="}),
        ("docker service logs -f a", {"all"}),
        ("docker service create --secret ", {"token"}),
        ("docker service update --config-add ", {"conf"}),
        ("docker service update --secret-rm ", {"token"}),
        ("docker service create --mode g", {"global", "global-job"}),
        ("docker service update --update-order ", {"stop-first", "start-first"}),
        ("docker node inspect ", {"docker-host", "self"}),
        ("docker node update --availability d", {"drain"}),
        ("docker secret rm ", {"token"}),
        ("docker config inspect ", {"conf"}),
        ("docker stack rm ", {"shop"}),
        ("docker stack deploy -c st", {"stack.yml"}),
        ("docker stack ps ", {"shop"}),
        ("docker swarm join-token ", {"worker", "manager"}),
        ("docker service ls -f mode=", {"replicated", "global", "replicated-job", "global-job"}),
        ("docker service ls -f name=", SERVICES),
        ("docker service ps -f desired-state=r", {"running"}),
        ("docker service ls --format '{{.Rep", {"Replicas"}),
        ("docker stack ps --format '{{.Des", {"DesiredState"}),
        ("docker inspect tok", {"token"}),
    ],
)
def test_offers(terminal: Terminal, before: str, expected: set[str]) -> None:
    assert offered(terminal, before).keys() == expected


def test_each_has_a_word_on_what_it_is(terminal: Terminal) -> None:
    assert offered(terminal, "docker service rm w")["web"].startswith("service, alpine")
    assert offered(terminal, "docker service scale w")["web="] == "service, 2 now"
    assert offered(terminal, "docker stack rm ")["shop"] == "stack of 1 service"
    assert offered(terminal, "docker node inspect d")["docker-host"] == "node, active"


@pytest.mark.parametrize(
    ("text", "piece", "is_missing"),
    [
        ("docker service rm nosuch", "nosuch", True),
        ("docker service rm web", "web", False),
        ("docker secret rm nosuch", "nosuch", True),
        ("docker node inspect self", "self", False),
        ("docker stack deploy -c stack.yml new", "new", False),
        ("docker stack rm nosuch", "nosuch", True),
        ("docker service create --secret nosuch alpine", "nosuch", True),
    ],
)
def test_names_that_are_not_there_show(terminal: Terminal, text: str, piece: str, is_missing: bool) -> None:
    found = {text[span.start : span.end]: span.kind for span in spans(terminal.console, text)}
    assert (found.get(piece) == "missing") == is_missing


def test_what_has_changed_is_told_and_can_be_undone(tmp_path: Path) -> None:
    made = Terminal(tmp_path)
    made.run("docker pull -q alpine")
    worlds = [made.console.engine.world]
    for text in (
        "docker swarm init",
        "printf x | docker secret create token -; printf x | docker config create conf -",
        "docker service create -q --name web alpine sleep 10000",
        "docker service update -d --replicas 2 --args 'sleep 9999' web",
        "docker service update -d --env-add A=1 web",
        "docker service rm web",
        "docker swarm leave --force",
    ):
        made.run(text)
        worlds.append(made.console.engine.world)
    told = [
        [line for line in changes(before, after) if line.split()[1] in ("swarm", "service", "secret", "config")]
        for before, after in pairwise(worlds)
    ]
    assert told == [
        ["+ swarm of this node"],
        ["+ secret token", "+ config conf"],
        ["+ service web (alpine:latest, 1 task)"],
        ["~ service web: 1 task → 2 tasks, updating"],
        ["~ service web: other settings"],
        ["- service web"],
        ["- swarm of this node", "- secret token", "- config conf"],
    ]
    made.run(":undo 2")
    assert [service.spec.name for service in made.console.engine.world.services.values()] == ["web"]
    made.run(":undo 6")
    assert made.console.engine.world.swarm is None


def test_nothing_is_offered_without_a_swarm(tmp_path: Path) -> None:
    made = Terminal(tmp_path)
    assert offered(made, "docker service rm ") == {}
    assert offered(made, "docker node inspect ") == {}
