"""PS1 and PS2 with their escapes, as bash and busybox write them."""

from __future__ import annotations

from fakedocker.userland.sh.builtins.directories import logical_directory
from fakedocker.userland.sh.dialect import ShellError, SyntaxProblem
from fakedocker.userland.sh.expansion import string_of
from fakedocker.userland.sh.lexer import Lexer
from fakedocker.userland.sh.nodes import Parts
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.state import ShellState


def prompt(shell: ShellState, name: str) -> str:
    """The text of a prompt variable: backslash escapes, then parameters."""
    text = text_of(shell.variables.get(name, ""))
    if shell.dialect.name != "dash":
        text = _escapes(shell, text)
    if "$" not in text:
        return text
    try:
        parts: Parts = Lexer(text.replace("\\$", "$"), 0, shell.dialect, True).here_parts()
        return string_of(shell, parts)
    except (ShellError, SyntaxProblem, NotImplementedError):  # a prompt with $( ) is shown as it stands
        return text


def _escapes(shell: ShellState, text: str) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\" or at + 1 >= len(text):
            pieces.append(text[at])
            at += 1
            continue
        letter = text[at + 1]
        at += 2
        if letter in "01234567":
            end = at - 1
            while end < len(text) and end < at + 2 and text[end] in "01234567":
                end += 1
            pieces.append(chr(int(text[at - 1 : end], 8) & 255))
            at = end
        else:
            pieces.append(_escape(shell, letter))
    return "".join(pieces)


def _escape(shell: ShellState, letter: str) -> str:
    system = shell.system
    if letter in "wW":
        path = logical_directory(shell)
        home = text_of(shell.variables.get("HOME"))
        if home and home != "/" and (path == home or path.startswith(home + "/")):
            path = "~" + path[len(home) :]
        return path if letter == "w" else path.rpartition("/")[2] or path
    if letter == "u":
        return user_name(shell)
    if letter in "tTA@d":
        from fakedocker.userland.processes.dates import format_date

        form = {"t": "%H:%M:%S", "T": "%I:%M:%S", "A": "%H:%M", "@": "%I:%M %p", "d": "%a %b %e"}[letter]
        return format_date(form, system.now_ns // 1_000_000_000, 0)
    return {
        "$": "#" if system.uid == 0 else "$",
        "h": system.hostname.partition(".")[0],
        "H": system.hostname,
        "n": "\n",
        "r": "\r",
        "e": "\x1b",
        "E": "\x1b",
        "a": "\a",
        "\\": "\\",
        "[": "",
        "]": "",
        "s": shell.name.rpartition("/")[2],
        "v": "5.2",
        "V": "5.2.15",
        "j": str(len(shell.jobs)),
        "!": str(len(shell.history) + 1),
        "#": str(len(shell.history) + 1),
    }.get(letter, "\\" + letter)


def user_name(shell: ShellState) -> str:
    """The name of the user by /etc/passwd; bash's words where there is none."""
    try:
        lines = shell.system.read_file("/etc/passwd").decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        lines = []
    for line in lines:
        fields = line.split(":")
        if len(fields) > 2 and fields[2] == str(shell.system.uid):
            return fields[0]
    return "root" if shell.system.uid == 0 else "I have no name!"
