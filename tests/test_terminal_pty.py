"""The terminal as somebody sits at it: the real program in a real pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pyte = pytest.importorskip("pyte")
pty = pytest.importorskip("pty")  # not on Windows
termios = pytest.importorskip("termios")
fcntl = pytest.importorskip("fcntl")

PROGRAM = (sys.executable, "-c", "import sys; from fakedocker_shell.main import main; sys.exit(main())")
PATIENCE_SECONDS = 20.0
PROMPT = "root@docker-host:~# "


class Pty:
    """A program in a pseudo-terminal.

    Args:
        state: the user's state directory.
    """

    def __init__(self, state: Path, *arguments: str, rows: int = 30, columns: int = 100, **environment: str) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        self._resize(rows, columns)
        variables = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(state), **environment}
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave, env=variables, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)

    def _resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        self._screen.resize(rows, columns)
        self._resize(rows, columns)

    @property
    def text(self) -> str:
        """The screen, its lines without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            return False
        self._stream.feed(data)
        if b"\x1b[6n" in data:  # who asks where the cursor is gets an answer
            cursor = self._screen.cursor
            os.write(self._master, f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
        return bool(data)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, pattern: str) -> None:
        """Until the screen has the pattern."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.text, re.MULTILINE):
            assert time.monotonic() < end, f"no {pattern!r} on the screen:\n{self.text}"
            self._read(0.05)

    def ended(self) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        while self._read(0.05):
            continue
        assert self.process.returncode is not None, f"still running:\n{self.text}"
        return self.process.returncode

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        os.close(self._master)


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
