"""PHP's tokens, and the text of pages around its tags."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TOKENS: Final = re.compile(
    r"""(?P<space>\s+|//[^\n?]*(?:\?(?!>)[^\n?]*)*|\#(?!\[)[^\n]*|/\*.*?\*/)|(?P<close>\?>\n?)
    |(?P<here><<<\s*['"]?(?P<mark>\w+)['"]?\n(?P<text>.*?)\n\s*(?P=mark)\b)|(?P<var>\$\w+)|(?P<number>\d+\.?\d*)
    |(?P<name>\\?[A-Za-z_][\w\\]*)|(?P<single>'(?:[^'\\]|\\.)*')|(?P<double>"(?:[^"\\]|\\.)*")
    |(?P<mark2>===|!==|<=>|\?\?=|\?->|->|=>|::|==|!=|<>|<=|>=|&&|\|\||\?\?|\+\+|--|\.=|\+=|-=|\*=|/=|[-+*/%.=<>!?:;,(){}\[\]@&|])""",
    re.DOTALL | re.VERBOSE,
)


class Problem(Exception):
    """PHP that is not simulated, or a mistake; `line` says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Token(NamedTuple):
    kind: str
    text: str
    line: int


def tokens_of(source: str) -> list[Token]:
    """The tokens of a page; what stands outside of <?php ... ?> is one of the kind html."""
    found: list[Token] = []
    at, line = 0, 1
    while at < len(source):
        start = re.compile(r"<\?(?:php\b|=)").search(source, at)
        html = source[at : start.start() if start else len(source)]
        if html:
            found.append(Token("html", html, line))
        line += html.count("\n")
        if start is None:
            break
        if start[0] == "<?=":
            found.append(Token("name", "echo", line))
        at, line = _code(source, start.end(), line, found)
    found.append(Token("end", "", line))
    return found


def _code(source: str, at: int, line: int, found: list[Token]) -> tuple[int, int]:
    """The tokens up to ?> or the end; where that is."""
    while at < len(source):
        match = _TOKENS.match(source, at)
        if match is None:
            raise Problem(f"{source[at]!r} there, if it is no mistake,", line)
        kind = match.lastgroup or ""
        at = match.end()
        if match["close"]:
            found.append(Token("mark", ";", line))
            return at, line + match[0].count("\n")
        if match["here"]:
            if re.match(r"<<<\s*['\"]", match[0]) or re.search(r"\n\s+\w+\Z", match[0]) or '\\"' in match["text"]:
                raise Problem("such a text of several lines", line)
            found.append(Token("here", match["text"], line))
        elif not match["space"]:
            found.append(Token("mark" if kind == "mark2" else kind, match[0], line))
        line += match[0].count("\n")
    found.append(Token("mark", ";", line))
    return at, line
