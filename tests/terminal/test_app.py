"""The prompt: keys in, commands run. Over prompt_toolkit's pipe input, results instead of painted bytes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.prompt import PrivateHistory, Prompt
from fakedocker_shell.repl.screen import RealScreen
from fakedocker_shell.repl.tty import Tty, whole_milliseconds

Typist = Callable[[str], "tuple[int, str, list[str]]"]


class RecordingOutput(DummyOutput):
    """Keeps what commands write; what prompt_toolkit paints goes nowhere."""

    def __init__(self) -> None:
        self.raw: list[str] = []

    def write_raw(self, data: str) -> None:
        self.raw.append(data)


@pytest.fixture
def type_keys(tmp_path: Path) -> Typist:
    """Opens a terminal, types, and gives the exit status, what commands printed, and the history."""

    def typed(keys: str) -> tuple[int, str, list[str]]:
        output = RecordingOutput()
        history = InMemoryHistory()
        with create_pipe_input() as source:
            screen = RealScreen(source, output)
            environment = {"XDG_STATE_HOME": str(tmp_path), "NO_COLOR": "1"}
            console = Console(screen.write, screen.size(), meta.run, 0, environment)
            tty = Tty(console, screen, whole_milliseconds(time.monotonic_ns))
            source.send_text(keys)
            status = Prompt(tty, source, output, history).loop()
        shown = "".join(output.raw).replace("\r\n", "\n").removesuffix("exit\n")  # which bash says as it leaves
        return status, shown, history.get_strings()

    return typed


def test_enter_runs_a_line(type_keys: Typist) -> None:
    assert type_keys("echo one\recho two\rexit 4\r") == (4, "one\ntwo\n", ["echo one", "echo two", "exit 4"])


def test_an_unfinished_command_goes_on_in_the_next_line(type_keys: Typist) -> None:
    _, shown, history = type_keys("for i in 1 2; do\recho x$i\rdone\rexit\r")
    assert shown == "x1\nx2\n"
    assert history[0] == "for i in 1 2; do\necho x$i\ndone"


def test_control_c_clears_the_line(type_keys: Typist) -> None:
    assert type_keys("echo no\x03echo yes; exit\r")[1] == "yes\n"
    assert type_keys("echo 'no\r\x03echo yes; exit\r")[1] == "yes\n"


def test_control_d_leaves_with_the_last_status(type_keys: Typist) -> None:
    assert type_keys("(exit 6)\r\x04")[0] == 6


def test_tab_completes(type_keys: Typist) -> None:
    assert type_keys("touch uniquename\rls uniq\t\rexit\r")[1] == "uniquename\n"
    assert type_keys("docker netw\t \tls -q | wc -l\rexit\r")[2][0].startswith("docker network ")


def test_tab_inserts_what_all_candidates_have_and_then_chooses(type_keys: Typist) -> None:
    _, shown, history = type_keys("touch abcd1 abcd2\rls a\t\rls a\t\t\r\rexit\r")
    assert history[1:3] == ["ls abcd", "ls abcd1"]
    assert shown.endswith("abcd1\n")


def test_what_is_typed_early_goes_to_whoever_reads_next(type_keys: Typist) -> None:
    assert type_keys("cat\rfor cat\r\x04echo for the shell\rexit\r")[1].split("\n")[-2:] == ["for the shell", ""]
    assert type_keys("read x\rvalue\recho got:$x\rexit\r")[1].endswith("got:value\n")


def test_commands_of_its_own(type_keys: Typist) -> None:
    _, shown, _ = type_keys("mkdir here\r:undo\rls\r:wrold\rexit\r")
    assert "undone: mkdir here" in shown
    assert "did you mean `:world`?" in shown


def test_function_keys_show_help_and_the_world(type_keys: Typist) -> None:
    assert ":snapshot" in type_keys("\x1bOP\x03exit\r")[1]
    assert "networks (3)" in type_keys("\x1bOQ\x03exit\r")[1]


def test_vi_keys_when_the_shell_is_told(type_keys: Typist) -> None:
    assert type_keys("set -o vi\recho two\x1b0wione \x1bA\rexit\r")[1] == "one two\n"


def test_the_history_file_is_the_users_own(tmp_path: Path) -> None:
    path = tmp_path / "history"
    PrivateHistory(str(path)).append_string("docker ps")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(FileHistory(str(path)).load_history_strings()) == ["docker ps"]
    PrivateHistory(str(tmp_path / "nosuch" / "history")).append_string("lost, and nobody minds")
