"""What Tab and typing offer: names of the moment, with a word on each, at the right places only."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fakedocker_shell.repl import completion
from helpers.repl_screen import Terminal


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    made = Terminal(tmp_path_factory.mktemp("state"))
    for text in (
        "docker pull -q alpine",
        "docker network create net",
        "docker volume create data",
        "docker run -d --name web -p 8080:80 alpine sleep 10000",
        "docker run -d --name ice alpine sleep 10000; docker pause ice",
        "docker run --name job alpine true",
        "mkdir -p app/src; touch app/Dockerfile 'app/a b' notes.txt; greeting=hello; hello() { :; }; alias ll='ls -l'",
    ):
        made.run(text)
        assert made.status == 0, text
    return made


def offered(terminal: Terminal, before: str, asked: bool = True) -> dict[str, str]:
    return {found.text: found.meta for found in completion.candidates(terminal.console, before, asked)}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("docker stop ", {"web"}),
        ("docker kill ", {"web"}),
        ("docker exec -it ", {"web"}),
        ("docker container stop ", {"web"}),
        ("docker unpause ", {"ice"}),
        ("docker start ", {"job"}),
        ("docker rm ", {"job"}),
        ("docker rm -f ", {"web", "ice", "job"}),
        ("docker logs ", {"web", "ice", "job"}),
        ("docker rename ", {"web", "ice", "job"}),
        ("docker rename web ", set()),
        ("docker stop web ", set()),
        ("docker rmi ", {"alpine"}),
        ("docker network rm ", {"net"}),
        ("docker network connect ", {"bridge", "host", "none", "net"}),
        ("docker network connect net ", {"web", "ice", "job"}),
        ("docker volume rm ", {"data"}),
        ("docker inspect ", {"web", "ice", "job", "alpine", "bridge", "host", "none", "net", "data"}),
        ("docker run --restart ", {"no", "on-failure", "on-failure:3", "always", "unless-stopped"}),
        ("docker run --pull=", {"always", "missing", "never"}),
        ("docker run --volumes-from ", {"web", "ice", "job"}),
        ("docker run --network n", {"net", "none"}),
        ("docker kill -s KI", {"KILL"}),
        ("docker ps --filter status=e", {"exited"}),
        ("docker ps -f st", {"status="}),
        ("docker ps --filter ancestor=", {"alpine"}),
        ("docker volume ls -f name=", {"data"}),
        ("docker ps --format '{{.St", {"State", "Status"}),
        ("docker ps --format '{{.ID}} {{.Na", {"Names"}),
        ("docker inspect -f '{{.State.Ex", {"State.ExitCode"}),
        ("docker run -v ", {"data:"}),
        ("docker run -v data:/x:", {"ro", "rw"}),
        ("docker cp ", {"web:", "ice:", "job:", "app/", "notes.txt"}),
        ("docker build ", {"app/"}),
        ("docker run --env-file no", {"notes.txt"}),
        ("echo x | docker stop ", {"web"}),
        ("for c in $(docker stop w", {"web"}),
        ("if docker start ", {"job"}),
        ("cat app/D", {"Dockerfile"}),
        ("cat app/a", {"a\\ b"}),
        ("cat < no", {"notes.txt"}),
        ("echo $greet", {"greeting"}),
        ('echo "${greet', {"greeting"}),
        ("hell", {"hello"}),
        ("dock", {"docker", "docker-compose"}),
        ("unali", {"unalias"}),
        (":und", {"undo"}),
        (":explain o", {"on", "off"}),
        ("docker nosuch ", set()),
        ("docker ps # docker stop ", set()),
    ],
)
def test_offers(terminal: Terminal, before: str, expected: set[str]) -> None:
    assert offered(terminal, before).keys() == expected


def test_each_has_a_word_on_what_it_is(terminal: Terminal) -> None:
    assert (
        offered(terminal, "docker stop ")["web"] == "running, alpine:latest"
        or offered(terminal, "docker stop ")["web"] == "running, alpine"
    )
    assert offered(terminal, "docker start ")["job"].startswith("exited (0)")
    assert offered(terminal, "docker network rm ")["net"].startswith("bridge network, 172.")
    assert offered(terminal, "dock")["docker"] == "program"
    assert offered(terminal, "unali")["unalias"] == "builtin"
    assert offered(terminal, "hell")["hello"] == "function"


def test_services_are_those_of_the_file_here(terminal: Terminal) -> None:
    assert offered(terminal, "docker compose up ") == {}
    terminal.run("printf 'services:\\n  api: {image: alpine}\\n  db: {build: .}\\n' > compose.yaml")
    assert offered(terminal, "docker compose up -d ") == {"api": "service, alpine", "db": "service, built here"}
    assert offered(terminal, "docker compose -f compose.yaml logs -f a") == {"api": "service, alpine"}
    assert set(offered(terminal, "docker compose exec api ")) == set()
    terminal.run("echo '  - no: mapping' >> compose.yaml")
    assert offered(terminal, "docker compose up ") == {}
    terminal.run("rm compose.yaml")


def test_commands_and_their_groups(terminal: Terminal) -> None:
    assert {"run", "ps", "container", "network"} <= offered(terminal, "docker ").keys()
    assert "prune" in offered(terminal, "docker container ")
    assert "run" not in offered(terminal, "docker network ")


def test_flags_stand_before_the_image_only(terminal: Terminal) -> None:
    assert "--name" in offered(terminal, "docker run --")
    assert "--name" in offered(terminal, "docker run -d --na")
    assert "-d" in offered(terminal, "docker run -")
    assert offered(terminal, "docker run alpine --") == {}
    assert offered(terminal, "docker exec web -") == {}
    assert "--all" in offered(terminal, "docker ps -q --")
    assert offered(terminal, "docker run --name ") == {}


def test_what_run_could_pull_is_offered_too(terminal: Terminal) -> None:
    assert {"alpine", "busybox"} <= offered(terminal, "docker run ").keys()
    assert "busybox" in offered(terminal, "docker pull busy")
    assert "alpine:3.20" in offered(terminal, "docker pull alpine:3")
    assert "busybox" not in offered(terminal, "docker rmi ")


def test_ports_that_are_taken_are_not_offered(terminal: Terminal) -> None:
    ports = offered(terminal, "docker run -p ")
    assert "8081:80" in ports
    assert "8080:80" not in ports


def test_names_are_those_of_the_moment(terminal: Terminal) -> None:
    terminal.run("docker stop -t 0 web")
    assert "web" not in offered(terminal, "docker stop ")
    terminal.run(":undo")
    assert "web" in offered(terminal, "docker stop ")


def test_files_and_programs_are_offered_only_when_asked(terminal: Terminal) -> None:
    assert offered(terminal, "l", asked=False) == {}
    assert offered(terminal, "cat no", asked=False) == {}
    assert "web" in offered(terminal, "docker stop ", asked=False)


def test_odd_lines_do_not_fail(terminal: Terminal) -> None:
    for before in (
        "docker run '",
        'docker run "',
        "docker run $(",
        "((",
        "a=(",
        "case x in",
        "cat <<E\nx",
        "\\",
        "|",
        ")",
        "docker " + "-" * 300,
        "`docker ",
        "docker run ${x",
        ":",
        ": ",
    ):
        offered(terminal, before)


def test_a_thousand_containers_are_no_delay(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(
        "docker pull -q alpine; i=0; while [ $i -lt 1000 ]; do docker create --name box$i alpine true; i=$((i+1)); done > /dev/null"
    )
    offered(terminal, "docker rm ")
    times = []
    for _ in range(5):
        began = time.perf_counter()
        found = offered(terminal, "docker rm b")
        times.append(time.perf_counter() - began)
    assert len(found) == 1000
    assert min(times) < 0.02
