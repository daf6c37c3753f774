"""trap, kill: signals caught and sent."""

from __future__ import annotations

import errno
import re
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.processes.signal_names import SIGNALS, signal_number
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.builtins.children import find_job
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.quoting import quote_bash, quote_single
from fakedocker.userland.sh.state import ShellState
from fakedocker.userland.tools import strtol

_PSEUDO = {"EXIT": 0, "ERR": -1, "DEBUG": -2, "RETURN": -3}


def _trap_number(shell: ShellState, word: str) -> int | None:
    if is_digits(word):
        number = strtol(word)[0]
        return number if number <= 64 else None
    pseudo = _PSEUDO.get(word.upper())
    if pseudo is not None and (pseudo == 0 or shell.is_bash()):
        return pseudo
    return signal_number(word)


def _trap_name(shell: ShellState, number: int) -> str:
    for name, value in _PSEUDO.items():
        if value == number:
            return name
    name = SIGNALS.get(number, str(number))
    return f"SIG{name}" if shell.is_bash() else name


@builtin("trap", special=True, writes=True)
def _trap(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if words[:1] == ("-l",) and shell.is_bash():
        list_signals(shell)
        return 0
    if words[:1] == ("-p",):
        words = ()
    if words and len(words[0]) > 1 and words[0][0] == "-":
        raise ShellError(f"{'Illegal' if shell.dialect.name == 'dash' else 'illegal'} option {words[0][:2]}")
    if not words:
        _show_traps(shell)
        return 0
    action: str | None = words[0]
    names = words[1:]
    if not names or (action is not None and is_digits(action)):
        names, action = words, None
    if action == "-":
        action = None
    status = 0
    for name in names:
        number = _trap_number(shell, name)
        if number is None:
            status = _bad_signal(shell, name)
        else:
            set_trap(shell, number, action)
    return status


def _bad_signal(shell: ShellState, name: str) -> int:
    if shell.dialect.name == "dash":
        shell.error(f"trap: {name}: bad trap\n")
        return 1
    return complain(shell, "trap", f"{name}: invalid signal specification")


def set_trap(shell: ShellState, number: int, action: str | None) -> None:
    """None is the default; "" ignores."""
    traps = {key: text for key, text in shell.traps.items() if key != number}
    if action is not None:
        traps[number] = action
    shell.traps = traps
    if number > 0 and number not in (9, 19):
        how = "ignore" if action == "" else "catch" if action is not None else shell.default_disposition(number)
        shell.system.catch(number, how)
    shell.recompute_slow()


def _show_traps(shell: ShellState) -> None:
    quote = quote_bash if shell.is_bash() else quote_single
    for number in sorted(shell.traps):
        text = shell.traps[number]
        shown = quote_bash(text, True) if shell.is_bash() else quote(text)
        shell.out(f"trap -- {shown} {_trap_name(shell, number)}\n")


@builtin("kill")
def _kill(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    if words[:1] in (("-l",), ("-L",)):
        return _list(shell, words[1:])
    number = 15
    if words and words[0].startswith("-") and words[0] != "--":
        text = words[0][1:]
        words = words[1:]
        if text in ("s", "n") and words:
            text, words = words[0], words[1:]
        found = strtol(text)[0] if is_digits(text) else signal_number(text)
        if found is None:
            return _bad_kill(shell, text)
        number = found
    if words[:1] == ("--",):
        words = words[1:]
    if not words:
        return _usage(shell)
    status = 0
    for word in words:
        status = _send(shell, word, number) or status
    shell.attention = True
    return status


def _usage(shell: ShellState) -> int:
    if shell.is_bash():
        shell.error("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n")
        return 2
    if shell.dialect.name == "dash":
        raise ShellError("Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]")
    shell.error("sh: you need to specify whom to kill\n")
    return 1


def _bad_kill(shell: ShellState, text: str) -> int:
    if shell.is_bash():
        return complain(shell, "kill", f"{text}: invalid signal specification")
    if shell.dialect.name == "dash":
        raise ShellError(f"Illegal option -{text[:1]}")
    shell.error(f"sh: bad signal name '{text}'\n")
    return 1


_PID: Final = lazy_pattern(r"-?\d{1,12}", re.A)


def _send(shell: ShellState, word: str, number: int) -> int:
    if word.startswith("%"):
        job = find_job(shell, word)
        if job is None:
            return complain(shell, "kill", f"{word}: no such job" if shell.is_bash() else f"No such job: {word}")
        targets = [-job.group] if job.group else list(job.pids)
    elif not _PID.fullmatch(word) or abs(int(word)) >= 1 << 31:
        if shell.is_bash():
            return complain(shell, "kill", f"{word}: arguments must be process or job IDs")
        if shell.dialect.name == "dash":
            raise ShellError(f"Illegal number: {word}")
        shell.error(f"sh: invalid number '{word}'\n")
        return 1
    else:
        targets = [int(word)]
    try:
        for pid in targets:
            shell.system.kill(pid, number)
    except OSError as problem:
        if shell.is_bash():
            return complain(shell, "kill", f"({word}) - {problem.strerror}")
        if shell.dialect.name == "dash":
            return complain(shell, "kill", f"{problem.strerror}\n")
        said = "Operation not permitted" if problem.errno == errno.EPERM else problem.strerror
        shell.error(f"sh: can't kill pid {word}: {said}\n")
        return 1
    return 0


def _list(shell: ShellState, words: tuple[str, ...]) -> int:
    for word in words:
        if is_digits(word):
            number = strtol(word)[0]
            number = number & 127 if number > 128 else number
            shell.out(f"{SIGNALS.get(number, number)}\n")
        else:
            if shell.dialect.name == "dash":
                raise ShellError(f"Illegal number: {word}")
            found = signal_number(word)
            if found is None:
                return _bad_kill(shell, word)
            shell.out(f"{found}\n")
    if not words:
        list_signals(shell)
    return 0


def list_signals(shell: ShellState) -> None:
    names = sorted(SIGNALS.items())
    if shell.dialect.name == "dash":
        shell.out("0\n" + "".join(f"{name}\n" for _, name in names))
    elif shell.dialect.name == "ash":
        shell.out("".join(f"{number:2d}) {name}\n" for number, name in names))
    else:
        for start in range(0, len(names), 5):
            row = [f"{number:2d}) SIG{name}" for number, name in names[start : start + 5]]
            shell.out("\t".join(row) + ("\n" if len(row) == 5 else "\t\n"))
