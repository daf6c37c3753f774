"""read, mapfile: input a byte at a time where a pipe or terminal must not be read past the line."""

from __future__ import annotations

from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.commands import save_progress
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.fields import split
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.state import IFS_DEFAULT, ShellState
from fakedocker.userland.sh.variables import assign

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*(\[[^\]]*\])?")


class _Options:
    """What the letters before the names mean."""

    def __init__(self) -> None:
        self.raw = False
        self.silent = False
        self.prompt = ""
        self.delimiter = b"\n"
        self.count: int | None = None
        self.exact = False
        self.timeout_seconds: float | None = None
        self.descriptor = 0
        self.array = ""
        self.names: tuple[str, ...] = ()


def _parse(shell: ShellState, argv: tuple[str, ...]) -> _Options:
    options = _Options()
    takes = {"dash": "p", "ash": "pdnNtu"}.get(shell.dialect.name, "pdnNtuai")
    flags = {"dash": "r", "ash": "rs"}.get(shell.dialect.name, "rse")
    words = list(argv[1:])
    while words and len(words[0]) > 1 and words[0][0] == "-":
        word = words.pop(0)
        if word == "--":
            break
        for place, letter in enumerate(word[1:], 1):
            if letter in flags:
                options.raw = options.raw or letter == "r"
                options.silent = options.silent or letter == "s"
                continue
            if letter not in takes:
                raise ShellError(f"Illegal option -{letter}" if not shell.is_bash() else f"-{letter}: invalid option")
            value = word[place + 1 :] or (words.pop(0) if words else "")
            _set(shell, options, letter, value)
            break
    options.names = tuple(words)
    return options


def _set(shell: ShellState, options: _Options, letter: str, value: str) -> None:
    if letter == "p":
        options.prompt = value
    elif letter == "d":
        options.delimiter = value[:1].encode() or b"\0"
    elif letter == "a":
        options.array = value
    elif letter == "t":
        try:
            options.timeout_seconds = float(value)
        except ValueError:
            raise ShellError(f"{value}: invalid timeout specification", 1) from None
    elif letter in "nNu":
        if not is_digits(value):
            raise ShellError(f"{value}: invalid number", 1)
        if letter == "u":
            options.descriptor = int(value)
        else:
            options.count, options.exact = int(value), letter == "N"


@builtin("read", kind="blocking")
def _read(shell: ShellState, argv: tuple[str, ...], progress: Any) -> int:
    """progress is (bytes so far, deadline or 0)."""
    options = _parse(shell, argv)
    system = shell.system
    for name in options.names:
        if not _NAME.fullmatch(name):
            return _bad_name(shell, name)
    if progress is None:
        if options.prompt and system.is_terminal(options.descriptor):
            shell.error(options.prompt)
        if options.silent and system.is_terminal(options.descriptor):
            system.set_terminal_mode(options.descriptor, echo=False)
        seconds = options.timeout_seconds
        progress = (b"", 0 if seconds is None else system.now_ns + int(seconds * 1e9))
        save_progress(shell, progress)
    data, deadline = progress
    outcome, data = _collect(shell, options, data, deadline)
    if options.silent and system.is_terminal(options.descriptor):
        system.set_terminal_mode(options.descriptor, echo=True)
    if outcome == "interrupted":
        return 1
    _assign_line(shell, options, data)
    if outcome == "timeout":
        return 142 if shell.is_bash() else 1
    return 0 if outcome == "line" else 1


def _bad_name(shell: ShellState, name: str) -> int:
    if shell.is_bash():
        return complain(shell, "read", f"`{name}': not a valid identifier")
    if shell.dialect.name == "dash":
        return complain(shell, "read", f"{name}: bad variable name", 2)
    shell.error(f"sh: read: '{name}': bad variable name\n")
    return 1


def _collect(shell: ShellState, options: _Options, data: bytes, deadline: int) -> tuple[str, bytes]:
    """Read up to the delimiter. Gives line, end, timeout or interrupted, and the bytes without the delimiter."""
    system = shell.system
    whole_lines = system.is_terminal(options.descriptor) and options.count is None
    while True:
        if options.count is not None and len(data.decode("utf-8", "replace")) >= options.count:
            return "line", data
        if system.signals_pending():
            return "interrupted", data
        if deadline and not system.poll([options.descriptor], deadline):
            return "timeout", data
        chunk = system.read(options.descriptor, 4096 if whole_lines and options.delimiter == b"\n" else 1)
        if not chunk:
            return "end", data
        data += chunk
        if not options.exact and data.endswith(options.delimiter):
            data = data[:-1]
            if not options.raw and options.delimiter == b"\n" and _is_continued(data):
                data = data[:-1] + b"\\\n"
            else:
                return "line", data
        save_progress(shell, (data, deadline))


def _is_continued(data: bytes) -> bool:
    """Whether the line ends in an unescaped backslash."""
    return (len(data) - len(data.rstrip(b"\\"))) % 2 == 1


def _unescape(text: str) -> tuple[str, list[bool]]:
    """Without backslashes, and which characters were behind one (they never separate)."""
    out: list[str] = []
    protected: list[bool] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
            if at < len(text) and text[at] != "\n":
                out.append(text[at])
                protected.append(True)
        else:
            out.append(text[at])
            protected.append(False)
        at += 1
    return "".join(out), protected


def _assign_line(shell: ShellState, options: _Options, data: bytes) -> None:
    text = data.replace(b"\0", b"").decode("utf-8", "surrogateescape")
    protected: list[bool] = []
    if not options.raw:
        text, protected = _unescape(text)
    ifs = text_of(shell.variables.get("IFS", IFS_DEFAULT))
    if options.array:
        fields = split(text, ifs)[0] if text else []
        assign(shell, options.array, dict(enumerate(fields)))
        return
    names = options.names or ("REPLY",)
    if not options.names and shell.is_bash():
        assign(shell, "REPLY", text)
        return
    for name, value in zip(names, _fields(text, protected, ifs, len(names)), strict=True):
        assign(shell, name, value)


def _fields(text: str, protected: list[bool], ifs: str, count: int) -> list[str]:
    """Split for `count` names: the last takes the rest, without IFS blanks around it (POSIX read)."""
    blanks = "".join(character for character in ifs if character in IFS_DEFAULT)

    def separates(at: int, characters: str) -> bool:
        return text[at] in characters and not (protected and protected[at])

    end = len(text)
    while end and separates(end - 1, blanks):
        end -= 1
    at = 0
    found: list[str] = []
    while at < end and separates(at, blanks):
        at += 1
    while len(found) < count - 1 and at < end:
        start = at
        while at < end and not separates(at, ifs):
            at += 1
        found.append(text[start:at])
        while at < end and separates(at, blanks):
            at += 1
        if at < end and separates(at, ifs):  # blanks and one other separator count as one
            at += 1
            while at < end and separates(at, blanks):
                at += 1
    rest = text[at:end]
    if rest and separates(end - 1, ifs) and sum(separates(place, ifs) for place in range(at, end)) == 1:
        rest = rest[:-1]
    found.append(rest)
    return found + [""] * (count - len(found))


@builtin("mapfile", "readarray", kind="blocking", only="bash")
def _mapfile(shell: ShellState, argv: tuple[str, ...], progress: Any) -> int:
    data: bytes = progress or b""
    strip = "-t" in argv
    names = [word for word in argv[1:] if not word.startswith("-")]
    while chunk := shell.system.read(0):
        data += chunk
        save_progress(shell, data)
    lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    found = {place: line.rstrip("\n") if strip else line for place, line in enumerate(lines)}
    assign(shell, names[0] if names else "MAPFILE", found)
    return 0
