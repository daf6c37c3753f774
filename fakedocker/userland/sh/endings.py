"""What a shell says of a child that a signal has ended. It must not know how children are waited for."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.sh.dialect import ShellError, SyntaxProblem
from fakedocker.userland.sh.nodes import Simple
from fakedocker.userland.sh.parser import Parser
from fakedocker.userland.sh.state import ShellState

_INTERRUPT, _PIPE, _TERMINATE = 2, 13, 15
_UNTOLD: Final = (_INTERRUPT, _PIPE)

SIGNAL_TEXTS: Final = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted", 7: "Bus error",
    8: "Floating point exception", 9: "Killed", 10: "User defined signal 1", 11: "Segmentation fault",
    12: "User defined signal 2", 14: "Alarm clock", 15: "Terminated",
    24: "CPU time limit exceeded", 25: "File size limit exceeded",
}  # fmt: skip


def shell_status(ended: int) -> int:
    """$? of how a child ended, as `System.reap_ending` gives it."""
    return 128 - ended if ended < 0 else ended


def tell_of_foreground(shell: ShellState, pid: int, ended: int, text: str) -> None:
    """After a foreground command: its signal, in a script of bash with the place, the pid and the command.

    Args:
        ended: as `System.reap_ending` gives it.
        text: what to call a command that is no simple one; "" says nothing of it but that it was terminated.
    """
    signal = -ended
    if signal <= 0 or signal in _UNTOLD or signal not in SIGNAL_TEXTS:
        return
    if not shell.is_bash() or shell.interactive or shell.mode == "fed" or signal == _TERMINATE:
        shell.error(f"{SIGNAL_TEXTS[signal]}\n")
    elif text:
        _tell_with_place(shell, pid, signal, text if text.startswith("(") else _source_text(shell) or text)


def tell_of_background(shell: ShellState, pid: int, ended: int, text: str, waited: bool) -> None:
    """After a background command of a script: bash says where, ash and dash only what `wait` has been asked for."""
    signal = -ended
    if signal <= 0 or signal in _UNTOLD or signal not in SIGNAL_TEXTS or shell.interactive or shell.mode == "fed":
        return
    if not shell.is_bash():
        if waited:
            shell.error(f"{SIGNAL_TEXTS[signal]}\n")
    elif signal != _TERMINATE and text:
        _tell_with_place(shell, pid, signal, text)


def _tell_with_place(shell: ShellState, pid: int, signal: int, text: str) -> None:
    where = "" if shell.mode == "command" else f" line {shell.line()}:"
    shell.error(f"{shell.name}:{where} {pid:>5} {SIGNAL_TEXTS[signal]:<24}{text}\n")


def _source_text(shell: ShellState) -> str:
    """The simple command at the present operation as it was written, blanks reduced; "" where that is another kind."""
    code = shell.code
    if code is None or not 0 <= shell.pc < len(code.offsets):
        return ""
    source = code.key.source
    try:
        command = Parser(source, code.offsets[shell.pc], shell.dialect, True).command()
    except (ShellError, SyntaxProblem):
        return ""
    if not isinstance(command, Simple):
        return ""
    if command.redirections or command.assignments:
        return " ".join(source[command.start : command.end].split())
    return " ".join(source[word.start : word.end] for word in command.words)
