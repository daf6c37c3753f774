"""The terminal as somebody sits at it: the real program in a real pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakedocker_shell.grading.command import main as grade
from helpers.pty_terminal import PROMPT, Pty  # skips where there are no pseudo-terminals
from helpers.web_world import write_course


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Pty]:
    opened = Pty(tmp_path)
    try:
        opened.wait_for(re.escape(PROMPT.strip()))
        yield opened
    finally:
        opened.close()


@pytest.fixture
def with_image(terminal: Pty) -> Pty:
    terminal.type("docker pull -q alpine\r")
    terminal.wait_for(r"^docker\.io/library/alpine:latest")
    return terminal


def test_a_command_and_the_way_out(terminal: Pty) -> None:
    terminal.type("echo $((40+2))\r")
    terminal.wait_for("^42$")
    terminal.type("false\r")
    terminal.wait_for(r"^\[1\] root@docker-host:~#")
    terminal.type("exit 5\r")
    assert terminal.ended() == 5


def test_the_editor_paints_its_prompt_over_the_first_one(terminal: Pty) -> None:
    painted = b"\x1b[0;32;1m" + PROMPT.encode() + b"\x1b[0m"
    terminal.wait_for_bytes(painted, times=2)
    assert terminal.text.count(PROMPT.strip()) == 1


def test_keys_that_come_before_the_editor_are_kept_for_it(tmp_path: Path) -> None:
    terminal = Pty(tmp_path)
    try:
        terminal.wait_for_bytes(PROMPT.encode())
        terminal.type("echo $((40+2))\rexit 3\r")
        assert terminal.ended() == 3
        assert "\n42\n" in terminal.text
        assert terminal.text.count("echo") == 1
    finally:
        terminal.close()


def test_control_d_leaves(terminal: Pty) -> None:
    terminal.type("\x04")
    assert terminal.ended() == 0
    assert "exit" in terminal.text


def test_completion(with_image: Pty) -> None:
    with_image.type("docker run -d --name webserver alpine sleep 1000\r")
    with_image.wait_for("^[0-9a-f]{64}$")
    with_image.type("docker stop w")
    with_image.wait_for(r"webserver +running, alpine")
    with_image.type("\t\r")
    with_image.wait_for("^webserver$")


def test_several_lines(terminal: Pty) -> None:
    terminal.type("for i in 1 2\rdo echo line$i\r")
    terminal.wait_for("^> do echo line")
    terminal.type("done\r")
    terminal.wait_for("^line1\nline2$")


def test_history_lasts_and_is_searched(terminal: Pty, tmp_path: Path) -> None:
    terminal.type("echo remembered\r")
    terminal.wait_for("^remembered$")
    terminal.type("\x04")
    assert terminal.ended() == 0
    again = Pty(tmp_path)
    try:
        again.wait_for("docker-host")
        again.type("\x12rememb")
        again.wait_for("echo remembered")
        again.type("\r")
        again.type("\r")
        again.wait_for("^remembered$")
    finally:
        again.close()


def test_control_c_stops_what_runs(terminal: Pty) -> None:
    terminal.type("ping localhost\r")
    terminal.wait_for("icmp_seq=2")
    terminal.type("\x03")
    terminal.wait_for("packets transmitted")
    terminal.type(":time wall\r")
    terminal.wait_for("wall's pace")
    terminal.type("sleep 100\r")
    time.sleep(0.3)
    terminal.type("\x03")
    terminal.wait_for(r"^\[130\] root@docker-host")


def test_an_interrupt_from_outside_is_a_control_c(terminal: Pty) -> None:
    terminal.type("cat\r")
    terminal.type("echo\r")
    terminal.wait_for("^echo\necho$")
    terminal.process.send_signal(signal.SIGINT)
    terminal.wait_for(r"^\[130\] root@docker-host")


def test_control_c_clears_the_line(terminal: Pty) -> None:
    terminal.type("echo wrong")
    terminal.wait_for("echo wrong")
    terminal.type("\x03")
    terminal.wait_for(r"^\[130\]")
    terminal.type("echo right\r")
    terminal.wait_for("^right$")
    assert not re.search("^wrong$", terminal.text, re.MULTILINE)


def test_a_shell_in_a_container(with_image: Pty) -> None:
    with_image.type("docker run -it --hostname box alpine sh\r")
    with_image.wait_for("^/ # $|^/ #$")
    with_image.type("echo in the $((1+0))st container\r")
    with_image.wait_for("^in the 1st container$")
    with_image.type("cat\r")
    time.sleep(0.3)  # until cat reads, what is typed is not shown
    with_image.type("typed\r")
    with_image.wait_for("^typed\ntyped$")
    with_image.type("\x03")
    with_image.wait_for(r"\^C")
    with_image.type("\x04")
    with_image.wait_for(r"root@docker-host:~#\s*(\n.*)*\Z")
    with_image.type("docker ps -aq | wc -l\r")
    with_image.wait_for("^1$")


def test_detaching(with_image: Pty) -> None:
    with_image.type("docker run -it --name box alpine sh\r")
    with_image.wait_for("^/ #")
    with_image.type("\x10\x11")
    with_image.wait_for(r"⏎\nroot@docker-host:~#")
    with_image.type("docker ps --format '{{.Names}} {{.State}}'\r")
    with_image.wait_for("^box running$")


def test_another_size_of_the_window(terminal: Pty) -> None:
    terminal.resize(25, 77)
    terminal.type("stty size\r")
    terminal.wait_for("^25 77$")
    terminal.type("cat\r")
    terminal.type("x\r")
    terminal.wait_for("^x\nx$")
    terminal.resize(26, 78)
    terminal.type("\x04")
    terminal.type("stty size\r")
    terminal.wait_for("^26 78$")


def test_binary_output_passes_and_leaves_a_prompt(terminal: Pty) -> None:
    terminal.type("head -c 300 /dev/urandom | tr -d '\\033\\016\\233'; echo; echo over\r")
    terminal.wait_for("over")
    terminal.type("clear 2>/dev/null; echo fine\r")
    terminal.wait_for("fine$")


def test_the_toolbar_tells_time_and_containers(with_image: Pty) -> None:
    with_image.wait_for(r"containers 0/0 . images 1 . time leap")
    with_image.type("docker run -d alpine sleep 1000\r")
    with_image.wait_for(r"containers 1/1")


def test_commands_run_on_a_terminal_too(tmp_path: Path) -> None:
    terminal = Pty(tmp_path, "-c", "test -t 1 && stty size; docker run -it alpine sh", rows=24, columns=90)
    try:
        terminal.wait_for("^24 90$")
        terminal.wait_for("^/ #")
        terminal.type("exit 9\r")
        assert terminal.ended() == 9
    finally:
        terminal.close()


def test_a_script_that_does_not_exist(tmp_path: Path) -> None:
    terminal = Pty(tmp_path, "/nosuch/script")
    try:
        assert terminal.ended() == 127
        assert "fakedocker: /nosuch/script: No such file or directory" in terminal.text
    finally:
        terminal.close()


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_plain_terminals(tmp_path: Path, variables: dict[str, str]) -> None:
    terminal = Pty(tmp_path, **variables)
    try:
        terminal.wait_for("docker-host")
        terminal.type("docker sp\r")
        terminal.wait_for("did you mean `ps`")
        terminal.type("\x04")
        assert terminal.ended() == 1
    finally:
        terminal.close()


def test_an_exam_of_a_course(tmp_path: Path) -> None:
    course = write_course(tmp_path / "course", more="[exam]\nminutes = 30\ntasks = 2\nseed = 7\n")
    opened = Pty(tmp_path, "learn", "--exam", "--name", "Ada", "--transcripts", str(tmp_path / "kept"), str(course))
    try:
        opened.wait_for(r"^An exam of 30 minutes: 2 tasks")
        opened.wait_for(r"^In an exam there are :goal")
        found = re.search(r"^Lesson (\w+): ", opened.text, re.MULTILINE)
        assert found is not None
        opened.wait_for(re.escape(PROMPT.strip()))
        opened.type(":hint\r")
        opened.wait_for("^not in an exam")
        opened.type(f"docker volume create {found[1]}\r")
        opened.wait_for(r"Done with 1 command")
        opened.type("exit\r")
        assert opened.ended() == 0
    finally:
        opened.close()
    assert grade([str(course), str(tmp_path / "kept"), "--exam", "--json", str(tmp_path / "marks.json")]) == 0
    assert json.loads((tmp_path / "marks.json").read_text())["learners"][0]["points"] == 10
