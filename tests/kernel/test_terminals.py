"""Terminals: the line discipline, signals from the keyboard, window size, job control, hanging up."""

from __future__ import annotations

from typing import Any

import pytest

from fakedocker.kernel import signals
from fakedocker.kernel.events import Closed
from fakedocker.kernel.program import System
from helpers.kernel_machine import Machine


def reader(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """Name every piece that a read gives; modes may be given as NAME=0."""
    if not state:
        modes = {word.partition("=")[0]: word.endswith("1") for word in argv[1:]}
        system.set_terminal_mode(0, **modes)
        state["set"] = True
    while data := system.read(0):
        system.put(f"<{data.decode()!r}>\n")
    system.put("end\n")
    return 0


def typed(text: str, *modes: str) -> str:
    machine = Machine(reader=reader)
    machine.start("reader", *modes, terminal=True)
    machine.settle()
    machine.kernel.terminal_input("box", text.encode())
    machine.settle()
    return machine.output()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ab\n", "ab\r\n<'ab\\n'>\r\n"),
        ("ab\r", "ab\r\n<'ab\\n'>\r\n"),
        ("abc\x7f\x7fx\n", "abc\b \b\b \bx\r\n<'ax\\n'>\r\n"),
        ("hé\x7f\n", "hé\b \b\r\n<'h\\n'>\r\n"),
        ("abc\x15d\n", "abc\b \b\b \b\b \bd\r\n<'d\\n'>\r\n"),
        ("one two\x17\n", "one two\b \b\b \b\b \b\r\n<'one \\n'>\r\n"),
        ("ab\x04", "ab<'ab'>\r\n"),
        ("\x04", "end\r\n"),
        ("\x01\n", "^A\r\n<'\\x01\\n'>\r\n"),
    ],
)
def test_lines_are_edited_in_canonical_mode(text: str, shown: str) -> None:
    assert typed(text) == shown


def test_without_canonical_mode_bytes_arrive_as_they_come() -> None:
    assert typed("a\x04", "canonical=0", "echo=0") == "<'a\\x04'>\r\n"
    assert typed("a\x03\r", "canonical=0", "echo=0", "signals=0", "newline=0", "output=0") == "<'a\\x03\\r'>\n"


def test_control_c_ends_the_foreground_program_but_not_process_1() -> None:
    machine = Machine()
    machine.start("each", "sleep", "100", "--", "echo", "next", terminal=True)
    machine.settle()
    machine.kernel.terminal_input("box", b"\x03")
    machine.settle()
    assert machine.output() == "^Cnext\r\n"


def test_window_size_and_winch() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.catch(signals.WINCH, "catch")
        while system.take_signal() is None:
            system.pause_for_signal()
        system.put(f"{system.window_size(1)} {system.terminal_name(0)} {system.is_terminal(2)}\n")
        return 0

    machine = Machine(program=program)
    machine.start("program", terminal=True)
    machine.settle()
    machine.kernel.resize("box", 24, 80)
    machine.settle()
    assert machine.output() == ""
    machine.kernel.resize("box", 50, 132)
    machine.settle()
    assert machine.output() == "(50, 132) /dev/pts/0 True\r\n"


def test_a_background_reader_is_stopped() -> None:
    def shell(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "child" not in state:
            state["child"] = system.spawn("/bin/cat", ("cat",), {}, group=0)
        system.wait_for_child(state["child"], stops=True)
        if (signal := system.reap_stopped(state["child"])) is not None:
            system.put(f"stopped by {signal}\n")
            system.set_foreground(state["child"])
            system.kill(state["child"], signals.CONT)
        elif (status := system.reap(state["child"])) is not None:
            system.put(f"ended {status}\n")
            return 0
        system.wait_for_child(state["child"])
        return 1

    machine = Machine(shell=shell)
    machine.start("shell", terminal=True)
    machine.settle()
    machine.kernel.terminal_input("box", b"hi\n")
    machine.settle()
    machine.kernel.terminal_input("box", b"\x04")
    machine.settle()
    assert machine.output() == f"stopped by {signals.TTIN}\r\nhi\r\nhi\r\n" + "ended 0\r\n"


def test_hanging_up_ends_the_session() -> None:
    machine = Machine()
    machine.start("sleep", "100")
    machine.start("each", "sleep", "100", stream="exec", terminal=True)
    machine.settle()
    machine.kernel.hang_up("exec")
    machine.settle()
    assert [(event.status, event.signal) for event in machine.exits()] == [(129, signals.HUP)]
    assert Closed("exec", 1) in machine.events
    assert "exec" not in machine.draft.terminals


def test_terminals_are_numbered_and_dev_pts_lists_them() -> None:
    machine = Machine()
    machine.start("sleep", "100", terminal=True)
    machine.start("sleep", "100", stream="exec", terminal=True)
    machine.settle()
    assert machine.kernel.outside("box").list_directory("/dev/pts") == ["0", "1", "ptmx"]
    assert [line.terminal for line in machine.kernel.processes_of("box")] == ["pts/0", "pts/1"]


def test_is_reading_tells_who_waits_at_the_terminal() -> None:
    machine = Machine()
    machine.start("cat", terminal=True)
    machine.settle()
    assert machine.kernel.is_reading("box")
    machine.kernel.terminal_input("box", b"\x04")
    machine.settle()
    assert not machine.kernel.is_reading("box")


def test_a_key_typed_between_two_jobs_reaches_the_shell() -> None:
    """Its job has ended, and it has not taken the terminal back yet."""

    def shell(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if not state:
            system.catch(signals.INT, "catch")
            state["child"] = system.spawn("/bin/echo", ("echo", "done"), {}, group=0)
            system.set_foreground(state["child"])
        while (signal := system.take_signal()) is None:
            system.pause_for_signal()
        system.put(f"got {signal}\n")
        return 0

    machine = Machine(shell=shell)
    machine.start("shell", terminal=True)
    machine.settle()
    machine.kernel.terminal_input("box", b"\x03")
    machine.settle()
    assert machine.output() == "done\r\n^Cgot 2\r\n"
