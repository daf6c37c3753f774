"""Which shell this is: the extensions each program understands, and the way it words its complaints.

Three programs are known: busybox's `ash`, Debian's `dash`, and `bash` 5.2. The wording is theirs, as they print it.
This module must not know how anything is parsed or run.
"""

from __future__ import annotations

from msgspec import Struct


class Dialect(Struct, frozen=True):
    """Which shell it is, and what it has beyond POSIX."""

    name: str
    features: frozenset[str]
    version: str = ""


_BUSYBOX = {"function-keyword", "test-words", "process-substitution", "dollar-quote", "substring", "both-redirect"}
_BASH = (_BUSYBOX - {"test-words"}) | {
    "conditional",
    "arrays",
    "arithmetic-command",
    "braces",
    "case-change",
    "extended-patterns",
    "here-string",
    "indirect",
    "pipe-both",
    "case-fall-through",
    "time-keyword",
}

ASH = Dialect("ash", frozenset(_BUSYBOX))
DASH = Dialect("dash", frozenset())
BASH = Dialect("bash", frozenset(_BASH), "5.2.15(1)-release")

DIALECTS = {"ash": ASH, "sh": ASH, "dash": DASH, "bash": BASH}


class ShellError(Exception):
    """An error that ends a non-interactive shell, or the current command of an interactive one.

    Args:
        message: without the shell's own prefix.
        status: the exit status that goes with it.
    """

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class SyntaxProblem(Exception):
    """The source can not be a command, whatever may follow.

    Args:
        token: what was met: a token as written, "newline", "word", "redirection", "end of file"; or a whole sentence.
        offset: where.
        expected: the token that would have been right, or "".
        kind: "token", or "sentence" when `token` is the message itself, or "quote" for a missing closing quote.
        text: the token as written, for shells that quote it.
    """

    def __init__(self, token: str, offset: int, expected: str = "", kind: str = "token", text: str = "") -> None:
        super().__init__(token)
        self.token = token
        self.offset = offset
        self.expected = expected
        self.kind = kind
        self.text = text or token

    def __str__(self) -> str:
        return syntax_message(BASH, self)


class Incomplete(SyntaxProblem):
    """The source ends too early: more lines could make it a command."""


def syntax_message(dialect: Dialect, problem: SyntaxProblem) -> str:
    """The problem in the words of that shell, without its prefix."""
    if dialect.name == "bash":
        return _bash_syntax_message(problem)
    if problem.kind == "sentence":
        said = problem.token
    elif problem.kind == "quote":
        said = {"`": "EOF in backquote substitution", "${": "missing '}'", "((": "missing '))'"}.get(
            problem.token, "unterminated quoted string"
        )
    else:
        name = problem.token
        shown = name if name in ("newline", "word", "redirection", "end of file") else f'"{name}"'
        said = f"unexpected {shown}" if dialect.name == "ash" else f"{shown} unexpected"
        if problem.expected:
            said += f' (expecting "{problem.expected}")'
    if dialect.name == "ash":
        return f"syntax error: {said}"
    if problem.kind == "sentence" and said == "bad substitution":
        return "Bad substitution"
    if problem.kind != "token":
        said = said[:1].upper() + said[1:]
    return f"Syntax error: {said}"


def _bash_syntax_message(problem: SyntaxProblem) -> str:
    if problem.kind == "sentence":
        return problem.token
    if problem.kind == "quote":
        closing = {"${": "}", "((": ")", "$(": ")", "(": ")"}.get(problem.token, problem.token)
        return f"unexpected EOF while looking for matching `{closing}'"
    if problem.token == "end of file":
        return "syntax error: unexpected end of file"
    return f"syntax error near unexpected token `{problem.text}'"
