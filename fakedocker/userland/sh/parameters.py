"""What parameters hold.

Special parameters, positional ones, variables, arrays. It must not know about operators, fields and quoting.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fakedocker.base.numbers import is_digits
from fakedocker.userland.sh.nodes import Parameter
from fakedocker.userland.sh.state import Array, ShellState, Value


def text_of(value: Value | None) -> str:
    """A variable's value as text; of an array its element 0."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, dict):
        return value.get(0, value.get("0", ""))
    return str(value)


def _seconds(shell: ShellState) -> str:
    return str((shell.system.now_ns - shell.started_ns) // 1_000_000_000)


_DYNAMIC: dict[str, tuple[str, Callable[[ShellState], str]]] = {
    "RANDOM": ("bash ash", lambda shell: str(shell.system.random(32768))),
    "SRANDOM": ("bash", lambda shell: str(shell.system.random(1 << 32))),
    "SECONDS": ("bash", _seconds),
    "EPOCHSECONDS": ("bash ash", lambda shell: str(shell.system.now_ns // 1_000_000_000)),
    "EPOCHREALTIME": ("bash ash", lambda shell: f"{shell.system.now_ns / 1e9:.6f}"),
    "BASHPID": ("bash", lambda shell: str(shell.system.pid)),
    "BASH_SUBSHELL": ("bash", lambda shell: str(shell.subshell_level)),
    "UID": ("bash", lambda shell: str(shell.system.uid)),
    "EUID": ("bash", lambda shell: str(shell.system.uid)),
    "LINENO": ("bash ash", lambda shell: str(shell.line() - (shell.mode == "command" and not shell.is_bash()))),
    "HOSTNAME": ("bash", lambda shell: shell.system.hostname),
    "SHELLOPTS": ("bash", lambda shell: "braceexpand:hashall:interactive-comments"),
    "BASH_COMMAND": ("bash", lambda shell: ""),
}


def lookup(shell: ShellState, name: str) -> str | None:
    """The value of a parameter that is no array; None where it is unset."""
    value = shell.variables.get(name)
    if value is not None:
        if isinstance(value, dict):
            return value.get(0, value.get("0"))
        return value if type(value) is str else str(value)
    if is_digits(name):
        place = int(name)
        if place == 0:
            return shell.name
        return shell.parameters[place - 1] if place <= len(shell.parameters) else None
    special = _SPECIAL.get(name)
    if special is not None:
        return special(shell)
    dynamic = _DYNAMIC.get(name)
    if dynamic is not None and shell.dialect.name in dynamic[0]:
        return dynamic[1](shell)
    return None


def option_letters(shell: ShellState) -> str:
    """$-: bash begins with hB and, for -c, ends with c."""
    letters = "".join(sorted(option for option in shell.options if len(option) == 1))
    if shell.is_bash():
        order = {letter: place for place, letter in enumerate("aefhimnuvxBCEHTcs")}
        letters = "".join(sorted({*letters, "h", "B"}, key=lambda letter: order.get(letter, 99)))
    if shell.mode == "interactive":
        letters += "" if "i" in letters else "i"
    return letters + {"command": "c", "stdin": "s", "interactive": "s"}.get(shell.mode, "") * (
        shell.dialect.name != "dash"
    )


_SPECIAL: dict[str, Callable[[ShellState], str | None]] = {
    "?": lambda shell: str(shell.status),
    "#": lambda shell: str(len(shell.parameters)),
    "$": lambda shell: str(shell.root_pid),
    "!": lambda shell: str(shell.last_background) if shell.last_background else None,
    "-": option_letters,
    "@": lambda shell: " ".join(shell.parameters) if shell.parameters else None,
    "*": lambda shell: (
        text_of(shell.variables.get("IFS", " "))[:1].join(shell.parameters) if shell.parameters else None
    ),
}


def array(shell: ShellState, name: str) -> Array | None:
    if name == "PIPESTATUS" and shell.is_bash():
        return {place: str(status) for place, status in enumerate(shell.pipe_statuses)}
    if name == "FUNCNAME" and shell.is_bash():
        names = [frame[8] for frame in reversed(shell.frames) if frame[0] == "call"]
        return dict(enumerate([*names, "main"])) if names else None
    if name == "DIRSTACK" and shell.is_bash():
        return dict(enumerate([shell.system.directory, *shell.directories]))
    if name == "BASH_VERSINFO" and shell.is_bash():
        return dict(enumerate(["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"]))
    if name == "BASH_SOURCE" and shell.is_bash():
        return {0: shell.script} if shell.mode == "script" else None
    value = shell.variables.get(name)
    if value is None or isinstance(value, dict):
        return value
    return {0: str(value)}


def is_many(part: Parameter) -> bool:
    """Whether a parameter stands for several values: $@, $*, ${a[@]}, ${a[*]}, ${!prefix*}."""
    if part.operator == "length":
        return False
    if part.operator in ("keys", "prefix"):
        return True
    return part.name in ("@", "*") if part.subscript is None else index_text(part) in ("@", "*")


def is_separate(part: Parameter) -> bool:
    """Of those: whether each value stays a field of its own within quotes."""
    if part.operator == "prefix":
        return True
    return part.name == "@" if part.subscript is None else index_text(part) == "@"


def index_text(part: Parameter) -> str:
    assert part.subscript is not None
    first = part.subscript[0] if part.subscript else None
    text = getattr(first, "text", "")
    return text if isinstance(text, str) and len(part.subscript) == 1 else ""


def home_directory(shell: ShellState, user: str) -> str | None:
    """What ~user stands for; None where there is no such user."""
    if not user:
        home = lookup(shell, "HOME")
        if home is not None or not shell.is_bash():
            return home
        user = "root"
    if shell.is_bash() and user in ("+", "-"):
        return lookup(shell, "PWD" if user == "+" else "OLDPWD")
    if not re.fullmatch(r"[A-Za-z_][\w.-]*", user):
        return None
    try:
        lines = shell.system.read_file("/etc/passwd").decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    for line in lines:
        fields = line.split(":")
        if fields[0] == user and len(fields) > 5:
            return fields[5]
    return None
