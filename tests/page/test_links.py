"""Links: what one says, what is refused, and that running one comes out the same everywhere."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker_shell.links import LARGEST_SEED, LONGEST_RUN_BYTES, Link, LinkProblem, read, write
from fakedocker_shell.main import main
from fakedocker_shell.repl import link_running
from fakedocker_shell.repl.link_checking import check
from helpers.paths import ROOT
from helpers.repl_screen import Terminal

EVERYTHING = Link("28", "", 7, "2024-10-01", True, "ports-conflict", "docker ps\necho 'ä & =#+%'\n\techo tab")


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def shown(link: Link) -> tuple[str, list[str]]:
    written: list[bytes] = []
    problems = check(link, written.append)
    return b"".join(written).decode().replace("\r\n", "\n"), problems


@pytest.mark.parametrize("link", [Link(), EVERYTHING, Link(seed=LARGEST_SEED), Link(run="x" * 4000)])
def test_what_is_written_is_read(link: Link) -> None:
    assert read(write(link)) == link
    assert write(link, "https://example.org/page/#old").startswith("https://example.org/page/#v=1")
    assert read(write(link, "https://example.org/page/?embed=1")) == link


def test_parts_may_be_empty() -> None:
    assert read("#v=1&profile=&seed=&date=&lesson=&run=") == Link()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "says nothing"),
        ("https://example.org/#", "says nothing"),
        ("#v", "not made of the parts"),
        ("#seed=1", "does not say v=1"),
        ("#v=2", "does not say v=1"),
        ("#v=1&v=1", "says v twice"),
        ("#v=1&colour=red", "a part that is not known"),
        ("#v=1" + "&seed=1" * 20, "not made of the parts"),
        ("#v=1&profile=30", "its profile is none of"),
        ("#v=1&profile=28&storage=overlayfs", "its storage is none"),
        ("#v=1&seed=-1", "its seed is no number"),
        ("#v=1&seed=" + "9" * 5000, "its seed is no number"),
        ("#v=1&seed=٣", "its seed is no number"),
        ("#v=1&date=2024-13-01", "its date is no day"),
        ("#v=1&assume=yes", "its assume is neither"),
        ("#v=1&lesson=../../etc/passwd", "its lesson is no name"),
        ("#v=1&lesson=<img src=x>", "its lesson is no name"),
        ("#v=1&run=a", "not written in base64url"),
        ("#v=1&run=ab+/", "not written in base64url"),
        ("#v=1&run=_w", "not written in base64url"),
        ("#v=1&run=" + coded("x" * (LONGEST_RUN_BYTES + 1)), "more than 8192 bytes"),
        ("#v=1&run=" + coded("x\n" * 300), "more than 200 lines"),
        ("#v=1&run=" + coded("echo \x1b[2Jhidden"), "characters that are not shown"),
        ("#v=1&run=" + coded("echo a\rrm -r /"), "characters that are not shown"),
        ("#v=1&run=" + coded("echo \u202egnp.exe"), "characters that are not shown"),
        ("#v=1&run=" + "A" * 20_000, "longer than"),
    ],
)
def test_others_are_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(LinkProblem, match=told) as found:
        read(text)
    assert "<" not in str(found.value)


def test_commands_are_complete_inputs() -> None:
    text, problems = shown(Link(run="for i in 1 2; do\necho x$i\ndone\ncat <<X\nhello\nX\n\ndocker ps -q"))
    assert problems == []
    assert "done\nx1\nx2\n" in text
    assert "\n> X\nhello\n" in text


def test_it_is_the_same_every_time_and_anywhere() -> None:
    link = Link(
        seed=3, date="2024-10-01", run="docker run -d --name web nginx\ndocker run alpine sleep 60\ndocker ps -a"
    )
    text = write(link)
    first, _ = shown(link)
    command = [sys.executable, "-m", "fakedocker_shell", "replay", "--link", text]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shell'}", "PYTHONHASHSEED": "5"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().replace("\r\n", "\n") == first
    assert "Up About a minute" in first


def test_a_command_that_only_somebody_ends_is_ended() -> None:
    text, problems = shown(
        Link(run="docker run -d --name web nginx\ndocker logs -f web\ndocker run -it alpine\ncat\necho after")
    )
    assert problems == []
    assert text.endswith("echo after\nafter\n")
    assert "^C" in text


def test_a_command_that_nothing_ends_stops_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_running, "LOOKS", 50)
    text, problems = shown(Link(run="sh -c \"trap '' INT; while :; do :; done\"\necho after"))
    assert problems == ["a command of the link does not end"]
    assert "\nafter" not in text


def test_none_of_the_terminals_commands_that_touch_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, problems = shown(Link(run="docker ps -q\n :world --format svg --to x\necho after"))
    assert problems == ["a link does not run `:world`; what follows it was not run"]
    assert "after" not in text
    assert not list(tmp_path.iterdir())


def test_the_goal_of_its_lesson_is_looked_at() -> None:
    assert shown(Link(lesson="ports-conflict", run="docker run -d --name web2 -p 8081:80 nginx"))[1] == []
    assert shown(Link(lesson="ports-conflict", run="docker ps"))[1] == [
        "the goal of the lesson ports-conflict is not reached"
    ]
    with pytest.raises(LinkProblem, match="no lesson of its name"):
        shown(Link(lesson="nothing-of-that-name"))


def test_sharing_leads_to_the_same_state(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, seed=11)
    for line in (
        "docker volume create aa",
        "docker ps",
        "docker volume create bb",
        ":undo",
        ":wait 5m",
        "docker run -d nginx",
    ):
        terminal.run(line)
    link = read(terminal.run(":share").split("\n")[0])
    assert link == Link(seed=11, date="2024-10-01", run="docker volume create aa\n:wait 5m\ndocker run -d nginx")
    expected = terminal.run("docker ps -q; docker volume ls -q")
    text, problems = shown(Link(seed=11, date="2024-10-01", run=link.run + "\ndocker ps -q; docker volume ls -q"))
    assert problems == []
    assert text.endswith(expected)
    terminal.run(":reset")
    assert read(terminal.run(":share").split("\n")[0]).run == ""


def test_sharing_says_what_is_in_no_link(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("docker volume create aa")
    terminal.run(":snapshot s")
    terminal.run(":snapshot restore s")
    assert "which are in no link" in terminal.run(":share")
    terminal.run(":reset")
    for number in range(210):
        terminal.run(f"docker volume create v{number}")
    assert "more than 200 lines" in terminal.run(":share")


def test_sharing_a_lesson_names_it(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, seed=5)
    terminal.run("docker volume create before")
    terminal.run(":lesson ports-conflict")
    terminal.run("docker run -d --name web2 -p 8081:80 nginx")
    link = read(terminal.run(":share").split("\n")[0])
    assert link == Link(lesson="ports-conflict", run="docker run -d --name web2 -p 8081:80 nginx")
    assert shown(link)[1] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--link", "#v=2"], "the link cannot be opened: it does not say v=1"),
        (["--link", "#v=1", "--seed", "3"], "--link says all by itself"),
        (["--link", "#v=1", "-c", "ls"], "--link says all by itself"),
        (["--link", "#v=1", "serve"], "--link says all by itself"),
        (["--link", "#v=1"], "a link needs a terminal"),
        (["learn", "https://example.com/#v=1&lesson=first-container"], "a link needs a terminal"),
        (["learn", "https://example.com/#v=1"], "the link names no lesson"),
        (["learn", "https://example.com/"], "the link cannot be opened"),
        (["replay", "--link"], "--link takes one link"),
        (["replay", "--link", "#v=1", "--cut"], "--link takes one link"),
        (["replay", "--link=#v=9"], "does not say v=1"),
        (["replay", "--link=#v=1&lesson=nothing"], "there is no lesson of its name"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert told in capsys.readouterr().err
