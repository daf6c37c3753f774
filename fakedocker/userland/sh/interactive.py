"""Commands from standard input: progressively from a pipe or file, or typed at a terminal with a prompt.

A shell never reads past the command it runs: what follows may be input of that command. It must not know the grammar
beyond whether a command is complete.
"""

from __future__ import annotations

from fakedocker.userland.sh import control, editor, jobs
from fakedocker.userland.sh.dialect import Incomplete, SyntaxProblem
from fakedocker.userland.sh.parser import Parser
from fakedocker.userland.sh.prompts import prompt
from fakedocker.userland.sh.state import ShellState

_BANNER = "\n\nBusyBox v1.35.0 built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n"


def next_from_stdin(shell: ShellState) -> int:
    """Read one complete command from standard input and run it; exit at its end. Blocks."""
    while True:
        line = _read_line(shell)
        if line is None:
            rest, shell.pending_source = shell.pending_source, ""
            if not rest.strip():
                return control.exit_shell(shell, shell.status)
            return _start(shell, rest)
        shell.pending_source += line
        if not line.endswith("\n"):
            continue
        if _is_complete(shell):
            source, shell.pending_source = shell.pending_source, ""
            return _start(shell, source)


def _start(shell: ShellState, source: str) -> int:
    first_line = shell.source_line
    shell.source_line += source.count("\n")
    return shell.start_source(source, first_line)


def _is_complete(shell: ShellState) -> bool:
    parser = Parser(shell.pending_source, 0, shell.dialect, False, dict(shell.active_aliases()))
    try:
        while parser.complete_command() is not None:
            pass
    except Incomplete:
        return False
    except SyntaxProblem:
        return True
    return True


def _read_line(shell: ShellState) -> str | None:
    """A line, or a piece of one; None at the end. From a file the rest of a chunk is given back, from a pipe single
    bytes are read."""
    system = shell.system
    try:
        kind = system.fstat(0).kind
    except OSError:
        return None
    if kind == "file":
        data = system.read(0, 4096)
        end = data.find(b"\n") + 1
        if end and end < len(data):
            system.seek(0, end - len(data), 1)
            data = data[:end]
    else:
        data = system.read(0, 4096 if system.is_terminal(0) else 1)
        held = shell.held_bytes + data
        if not data and held:
            data = held
        elif not _whole_characters(held):
            shell.held_bytes = held
            return ""
        else:
            data = held
        shell.held_bytes = b""
    return data.decode("utf-8", "surrogateescape") if data else None


def _whole_characters(data: bytes) -> bool:
    """Whether bytes do not end inside a character of several bytes."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.reason != "unexpected end of data"
    return True


def next_command(shell: ShellState) -> int:
    """Prompt, read and edit lines until a command is complete, and run it. Blocks."""
    system = shell.system
    if not system.is_terminal(0):
        return _next_unedited(shell)
    if shell.editor is None:
        jobs.show_changes(shell)
        _greet(shell)
        shell.editor = editor.begin(shell, prompt(shell, "PS2" if shell.pending_source else "PS1"))
    while True:
        outcome, line = editor.read_line(shell)
        shell.editor = None
        if outcome == "end":
            return _at_end(shell)
        if outcome == "interrupt":
            shell.pending_source = ""
            shell.status = 130
        else:
            shell.pending_source += line + "\n"
            if _is_complete(shell):
                break
        shell.editor = editor.begin(shell, prompt(shell, "PS2" if shell.pending_source else "PS1"))
    source, shell.pending_source = shell.pending_source, ""
    if source.strip():
        shell.history = (*shell.history[-499:], source.rstrip("\n").replace("\n", "; "))
    return shell.start_source(source)


def _next_unedited(shell: ShellState) -> int:
    """sh -i without a terminal: prompts on standard error, no editing."""
    if not shell.prompted:
        shell.error(prompt(shell, "PS2" if shell.pending_source else "PS1"))
        shell.prompted = True
    while True:
        line = _read_line(shell)
        if line is None:
            shell.error("exit\n" if shell.is_bash() else "\n")
            return control.exit_shell(shell, shell.status)
        shell.pending_source += line
        if line.endswith("\n") and _is_complete(shell):
            source, shell.pending_source = shell.pending_source, ""
            shell.prompted = False
            return shell.start_source(source)


def _greet(shell: ShellState) -> None:
    """busybox's banner, once."""
    if shell.dialect.name == "ash" and not shell.prompted:
        shell.error(_BANNER)
    shell.prompted = True


def _at_end(shell: ShellState) -> int:
    """Ctrl-D on an empty line, or the terminal is gone."""
    if jobs.keep_from_exit(shell):
        return control.SWITCH
    if shell.is_bash():
        shell.error("exit\n")
    return control.exit_shell(shell, shell.status)
