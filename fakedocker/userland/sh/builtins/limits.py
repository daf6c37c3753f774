"""The builtin ulimit, as busybox, dash and bash have it."""

from __future__ import annotations

import os

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.privileges import UNLIMITED
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.state import ShellState
from fakedocker.userland.tools import is_busybox


class _Row(Struct, frozen=True):
    """A resource as shells show it: in which unit, and under which names. Without a name, a shell does not have it."""

    resource: str
    scale: int
    busybox: str
    dash: str
    bash: str
    unit: str = ""


_ROWS = {
    "R": _Row("rttime", 1, "", "", "real-time non-blocking time", "microseconds"),
    "c": _Row("core", 512, "core file size (blocks)", "coredump(blocks)", "core file size", "blocks"),
    "d": _Row("data", 1024, "data seg size (kb)", "data(kbytes)", "data seg size", "kbytes"),
    "e": _Row("nice", 1, "scheduling priority", "", "scheduling priority"),
    "f": _Row("fsize", 512, "file size (blocks)", "file(blocks)", "file size", "blocks"),
    "i": _Row("sigpending", 1, "pending signals", "", "pending signals"),
    "l": _Row("memlock", 1024, "max locked memory (kb)", "locked memory(kbytes)", "max locked memory", "kbytes"),
    "m": _Row("rss", 1024, "max memory size (kb)", "memory(kbytes)", "max memory size", "kbytes"),
    "n": _Row("nofile", 1, "open files", "nofiles", "open files"),
    "p": _Row("", 1, "", "", "pipe size", "512 bytes"),
    "q": _Row("msgqueue", 1, "POSIX message queues (bytes)", "", "POSIX message queues", "bytes"),
    "r": _Row("rtprio", 1, "real-time priority", "rtprio", "real-time priority"),
    "s": _Row("stack", 1024, "stack size (kb)", "stack(kbytes)", "stack size", "kbytes"),
    "t": _Row("cpu", 1, "cpu time (seconds)", "time(seconds)", "cpu time", "seconds"),
    "u": _Row("nproc", 1, "max user processes", "process", "max user processes"),
    "v": _Row("as", 1024, "virtual memory (kb)", "vmemory(kbytes)", "virtual memory", "kbytes"),
    "x": _Row("locks", 1, "file locks", "locks", "file locks"),
}
_DASH_ROWS = {letter: _ROWS[{"p": "u", "w": "x"}.get(letter, letter)] for letter in "tfdscmlpnvwr"}
_PIPE_BLOCKS = "8"


@builtin("ulimit")
def _ulimit(shell: ShellState, argv: tuple[str, ...]) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-") and len(word) > 1)
    values = [word for word in argv[1:] if not word.startswith("-")]
    rows = _DASH_ROWS if _is_dash(shell) else _ROWS
    wanted = [letter for letter in letters if letter not in "aHS"] or ["f"]
    for letter in wanted:
        if letter not in rows or not _name(shell, rows[letter]):
            raise _bad_option(shell, letter)
    if "a" in letters:
        for letter, row in rows.items():
            if _name(shell, row):
                shell.out(_labelled(shell, letter, row) + _shown(shell, row, letters) + "\n")
        return 0
    if values:
        return _set(shell, rows[wanted[-1]], letters, values[0])
    for letter in wanted:
        label = _labelled(shell, letter, rows[letter]) if len(wanted) > 1 and shell.is_bash() else ""
        shell.out(label + _shown(shell, rows[letter], letters) + "\n")
    return 0


def _is_dash(shell: ShellState) -> bool:
    return not shell.is_bash() and not is_busybox(shell.system)


def _name(shell: ShellState, row: _Row) -> str:
    if shell.is_bash():
        return row.bash
    return row.busybox if is_busybox(shell.system) else row.dash


def _labelled(shell: ShellState, letter: str, row: _Row) -> str:
    name = _name(shell, row)
    if shell.is_bash():
        inside = f"({row.unit}, -{letter})" if row.unit else f"(-{letter})"
        return f"{name:<20}{inside:>20} "
    return f"{name:<32}(-{letter}) " if is_busybox(shell.system) else f"{name:<20} "


def _scale(shell: ShellState, row: _Row) -> int:
    return 1024 if row.scale == 512 and shell.is_bash() else row.scale


def _shown(shell: ShellState, row: _Row, letters: str) -> str:
    if not row.resource:
        return _PIPE_BLOCKS
    value = shell.system.limit(row.resource)["H" in letters]
    return "unlimited" if value == UNLIMITED else str(value // _scale(shell, row))


def _set(shell: ShellState, row: _Row, letters: str, text: str) -> int:
    soft, hard = shell.system.limit(row.resource)
    if shell.is_bash() and text in ("soft", "hard"):
        value = soft if text == "soft" else hard
    elif text == "unlimited":
        value = UNLIMITED
    elif is_digits(text):
        value = int(text) * _scale(shell, row)
    elif shell.is_bash():
        return complain(shell, "ulimit", f"{text}: invalid number")
    else:
        raise ShellError("ulimit: bad number", 2)
    both = "H" not in letters and "S" not in letters
    new = (value if both or "S" in letters else soft, value if both or "H" in letters else hard)
    try:
        shell.system.set_limit(row.resource, *new)
    except OSError as problem:
        reason = os.strerror(problem.errno or 0)
        if shell.is_bash():
            return complain(shell, "ulimit", f"{row.bash}: cannot modify limit: {reason}")
        if not _is_dash(shell):
            return complain(shell, "ulimit", f"error setting limit: {reason}")
        raise ShellError(f"ulimit: error setting limit ({reason})", 2) from None
    return 0


def _bad_option(shell: ShellState, letter: str) -> ShellError:
    if shell.is_bash():
        return ShellError(f"ulimit: -{letter}: invalid option", 2)
    return ShellError(
        f"ulimit: Illegal option -{letter}" if _is_dash(shell) else f"ulimit: invalid option -- '{letter}'", 2
    )
