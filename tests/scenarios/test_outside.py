"""Scenarios and the world outside: the commands for them, recordings, films, and a real engine's stand-in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakedocker_shell.main import main
from fakedocker_shell.scenarios import linting
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.player import Player
from helpers.paths import ROOT
from helpers.repl_screen import Terminal

LESSONS = ROOT / "scenarios" / "lessons"
REPLAY = """+++
format = 1
id = "two"
title = "Two"
seed = 3
+++
```console
$ docker pull -q alpine
docker.io/library/alpine:latest
$ docker run -d --name box alpine sleep 1d
[ID:box]
$ docker ps -q --no-trunc
[ID:box]
$ cat << END > file; wc -l file
> one
> two
> END
2 file
$ :wait 2s
$ false
? 1
```
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "two.md"
    path.write_text(REPLAY)
    return path


# replay and lint


def test_replay_tells_what_differs(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(scenario)]) == 0
    assert capsys.readouterr().out == f"{scenario}: 6 commands, as they stand there\n"
    scenario.write_text(REPLAY.replace("2 file", "3 file").replace("? 1\n", ""))
    assert main(["replay", str(scenario)]) == 1
    shown = capsys.readouterr().out
    assert f"--- {scenario}:14\n+++ printed\n@@ -1 +1 @@\n-3 file\n+2 file\n" in shown
    assert "@@ -0,0 +1 @@\n+? 1\n" in shown
    assert shown.endswith(": 2 of 6 commands differ\n")


def test_update_writes_what_is_printed_and_keeps_wildcards(scenario: Path) -> None:
    scenario.write_text(REPLAY.replace("2 file", "wrong\nlines").replace("? 1\n", "? 7\n"))
    assert main(["replay", "--update", str(scenario)]) == 0
    assert scenario.read_text() == REPLAY


def test_a_command_that_never_ends_is_told_with_its_line(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text(REPLAY.replace("$ false\n? 1\n", "$ mkfifo f; cat f\n"))
    assert main(["replay", str(scenario)]) == 2
    assert f"{scenario}:20: a command that ends was expected" in capsys.readouterr().err


def test_a_setup_that_fails_is_told_with_its_line(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text(REPLAY.replace("seed = 3\n", 'seed = 3\n[world]\nsetup = ["true",\n  "docker start nosuch"]\n'))
    assert main(["replay", str(scenario)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{scenario}:8: `docker start nosuch` was expected to succeed, and ends with 1: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay"],
        ["replay", "--nosuch", "x"],
        ["replay", "nosuch.md"],
        ["replay", "--against"],
        ["lint"],
        ["lint", "-x"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2 or arguments == ["lint"]
    assert capsys.readouterr().err


def test_lint_names_what_makes_a_bad_lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (LESSONS / "02-ports-expose.md").read_text()
    texts = {
        "holds-before": text.replace('"docker run -d --name web nginx"', '"docker run -d --name web -p 8080:80 nginx"'),
        "not-solved": text.replace("http localhost:8080 == 200", "http localhost:8081 == 200"),
        "wrong-counts": text.replace("console wrong\n$ docker restart web\nweb\n", "console wrong\n$ docker rm -f web; docker run -d --name web -p 8080:80 nginx\n"),
        "tells": text.replace("Compare the column", "Type `docker run -d ...`. Compare the column"),
        "no-wrong": text.replace("console wrong", "console"),
        "par": text.replace("par = 2", "par = 1"),
        "same-id": text,
        "same-id-again": text,
    }  # fmt: skip
    for name, changed in texts.items():
        identifier = "ports-expose" if name.startswith("same") else name
        (tmp_path / f"{name}.md").write_text(changed.replace('id = "ports-expose"', f'id = "{identifier}"'))
    assert main(["lint", str(tmp_path)]) == 1
    told = capsys.readouterr().err.replace(f"{tmp_path}/", "").splitlines()
    expected = {
        "holds-before": "the goal holds after the setup already",
        "not-solved": "the goal does not hold after this solution: `http localhost:8081 == 200` (nobody answers)",
        "wrong-counts": "the goal holds after this wrong answer",
        "tells": "a hint that does not contain the command `docker run -d` was expected",
        "no-wrong": "where there is a goal there is a `console wrong` block",
        "par": "par is 1, but the shortest solution takes 2",
        "same-id": "the id 'ports-expose' is that of ",
    }
    for name, words in expected.items():
        assert any(line.startswith(f"{name}.md:") and words in line for line in told), (name, told)


# what a scenario must not do


def test_nothing_in_a_scenario_touches_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    player = Player()
    for command in (
        f"ls {tmp_path}; rm -rf {tmp_path} /",
        f"echo x > {tmp_path}/x",
        "docker run -v /:/host alpine ls /host/home",
    ):
        player.run(command)
    assert list(tmp_path.iterdir()) == []


# recordings


def test_a_recorded_session_replays_and_lints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(tmp_path / "state", seed=5)
    terminal.run("docker pull alpine")
    terminal.run("docker run -d --name before alpine sleep 1d; false")
    assert "recording" in terminal.run(":record session")
    assert "`:record off` first" in terminal.run(":lesson next")
    terminal.run("docker run -d --name box alpine sh -c 'echo out; sleep 30'")
    terminal.screen.now_ns += 40_000_000_000
    terminal.run("docker ps -a --format '{{.Names}} {{.Status}}'")
    terminal.run(":world")
    terminal.run("for i in 1 2\ndo echo $i\ndone")
    terminal.run("docker rm box; docker start nosuch")
    terminal.run(":undo")
    terminal.run("docker run -it alpine sh", b"exit 3\r")
    told = terminal.run(":record off")
    assert "written to session.md" in told
    assert "ends otherwise when it is replayed: docker run -it alpine sh" in told
    scenario = parse_file(tmp_path / "session.md")
    assert linting.lint_one(scenario) == []
    assert main(["replay", "session.md"]) == 0
    text = (tmp_path / "session.md").read_text()
    assert re.search(r"^\$ :wait [34]\ds$", text, re.MULTILINE)
    assert "$ for i in 1 2\n> do echo $i\n> done\n1\n2\n" in text
    assert "box Exited (0)" in text
    assert ":world" not in text
    assert "not written" in terminal.run(":record session") + terminal.run("true") + terminal.run(":record off")


def test_recording_is_refused_where_it_cannot_be(terminal_in_lesson: Terminal) -> None:
    assert "a lesson is open" in terminal_in_lesson.run(":record x")
    terminal_in_lesson.run(":lesson off")
    assert "a name is lower-case letters" in terminal_in_lesson.run(":record ../x")
    assert "nothing is recorded" in terminal_in_lesson.run(":record off")


@pytest.fixture
def terminal_in_lesson(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path)
    terminal.run(":lesson pull-denied")
    return terminal


# films


def test_a_film(scenario: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.cast"
    assert main(["replay", "--asciicast", str(film), str(scenario)]) == 0
    head, *events = [json.loads(line) for line in film.read_text().splitlines()]
    assert (head["version"], head["title"]) == (2, "Two")
    assert all(kind == "o" for _, kind, _ in events)
    times = [at for at, _, _ in events]
    assert times == sorted(times)
    shown = "".join(text for _, _, text in events)
    assert "docker pull -q alpine\r\ndocker.io/library/alpine:latest\r\n" in shown
    assert "wc -l file\r\n> one\r\n> two" in shown
    before = film.read_bytes()
    main(["replay", f"--asciicast={film}", str(scenario)])
    assert film.read_bytes() == before


# another engine


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """An engine behind a socket, reached with the real docker client."""
    if shutil.which("docker") is None:
        pytest.skip("there is no docker client here")
    socket = tmp_path / "docker.sock"
    program = [sys.executable, "-m", "fakedocker_shell", "serve", "--time", "wall", "--socket", str(socket)]
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not socket.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    yield f"unix://{socket}"
    server.terminate()
    server.wait()


def test_against_another_engine(served: str, scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--against", served, str(scenario)]) == 0, capsys.readouterr().out
    lesson = LESSONS / "08-bridge-dns.md"
    status = main(["replay", "--against", served, str(lesson)])
    assert status == 0, capsys.readouterr().out
    environment = {**os.environ, "DOCKER_HOST": served}
    left = subprocess.run(["docker", "ps", "-aq"], env=environment, capture_output=True, check=True).stdout
    assert left == b""


def test_against_leaves_no_swarm_behind(served: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "swarm.md"
    path.write_text(
        '+++\nformat = 1\nid = "swarm"\ntitle = "Swarm"\n[world]\nsetup = ["docker swarm init"]\n+++\n# Swarm\n\n'
        "```console\n$ printf x | docker secret create token -\n[..]\n```\n"
    )
    for _ in range(2):
        assert main(["replay", "--against", served, str(path)]) == 0, capsys.readouterr().out
    asked = ["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"]
    environment = {**os.environ, "DOCKER_HOST": served}
    assert subprocess.run(asked, env=environment, capture_output=True, check=True).stdout == b"inactive\n"


def test_against_refuses_what_only_the_simulation_can(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario.write_text(REPLAY.replace("$ :wait 2s", "$ :fault disk full"))
    assert main(["replay", "--against", "unix:///nosuch", str(scenario)]) == 2
    assert f"{scenario}:19: :fault works on the simulated engine alone" in capsys.readouterr().err
    scenario.write_text(REPLAY)
    if shutil.which("docker") is not None:
        assert main(["replay", "--against", "unix:///nosuch", str(scenario)]) == 2
        assert "no engine answers at unix:///nosuch" in capsys.readouterr().err
