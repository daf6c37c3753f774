"""From a Dockerfile's text to logical lines: directives, comments, continuations, flags and here-documents.

Source: the Dockerfile reference, "Format" and "Here-documents"; buildkit frontend/dockerfile/parser. This module must
not know what an instruction means.
"""

from __future__ import annotations

import re

from msgspec import Struct

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_DIRECTIVES = ("check", "escape", "syntax")
_HEREDOC = re.compile(r"(?<!\S)(\d*)<<(-?)(['\"]?)([^\s<'\"]+)\3(?!\S)")
_WITH_HEREDOCS = ("ADD", "COPY", "RUN")
_BYTE_ORDER_MARK = "\ufeff"


class BadDockerfile(ValueError):
    """A Dockerfile that is wrong; the message is docker's.

    Args:
        lines: the first and last line of the text that is wrong, from 1; zeros where that is not known.
    """

    def __init__(self, message: str, lines: tuple[int, int] = (0, 0)) -> None:
        super().__init__(message)
        self.lines = lines


class BadSyntax(BadDockerfile):
    """Text that cannot even be split into instructions and their words."""


class Heredoc(Struct, frozen=True):
    """A document within a Dockerfile. `expand` is False where its name is quoted."""

    name: str
    content: str
    expand: bool


class Line(Struct, frozen=True):
    """One instruction as it is written.

    Args:
        number: of its first physical line, from 1.
        end: of its last, here-documents included.
        text: the whole of it with continuations joined, as docker shows it.
        keyword: as written, in any case.
        flags: the leading words that begin with two dashes.
        rest: what follows them.
    """

    number: int
    text: str
    keyword: str
    flags: tuple[str, ...]
    rest: str
    heredocs: tuple[Heredoc, ...] = ()
    end: int = 0

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last physical line."""
        return (self.number, self.end)


def read(text: str) -> tuple[tuple[Line, ...], str]:
    """The instructions of a Dockerfile, and the character that escapes in it.

    Raises:
        BadSyntax: a directive is wrong, a here-document has no end, or there is no instruction at all.
    """
    physical = text.removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n").split("\n")
    escape = _escape_of(physical)
    lines: list[Line] = []
    index = 0
    while index < len(physical):
        first = index
        joined, index = _join(physical, index, escape)
        if not joined:
            continue
        keyword, flags, rest = split(joined, escape)
        heredocs: tuple[Heredoc, ...] = ()
        if keyword.upper() in _WITH_HEREDOCS and "<<" in joined:
            try:
                heredocs, index = _heredocs(physical, index, joined)
            except BadSyntax as problem:
                raise BadSyntax(str(problem), (first + 1, len(physical))) from None
        lines.append(Line(first + 1, joined, keyword, flags, rest, heredocs, index))
    if not lines:
        raise BadSyntax("file with no instructions")
    return tuple(lines), escape


def _escape_of(physical: list[str]) -> str:
    """What the parser directives at the top say about escaping."""
    seen: set[str] = set()
    escape = "\\"
    for line in physical:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None or match[1].lower() not in _DIRECTIVES:
            break
        name = match[1].lower()
        if name in seen:
            raise BadSyntax(f"only one {name} parser directive can be used")
        seen.add(name)
        if name == "escape":
            escape = match[2]
            if escape not in ("\\", "`"):
                raise BadSyntax(f"invalid escape token '{escape}' does not match ` or \\")
    return escape


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _join(physical: list[str], index: int, escape: str) -> tuple[str, int]:
    """A logical line and the index after it; "" for an empty line or a comment.

    Comments and empty lines between the parts of a continued line are left out, as docker does it.
    """
    more = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*$")
    line = physical[index].lstrip()
    index += 1
    if _is_comment(line) or not line.strip():
        return "", index
    joined, continued = more.subn("", line)
    while continued and index < len(physical):
        line = physical[index]
        index += 1
        if _is_comment(line) or not line.strip():
            continue
        part, continued = more.subn("", line)
        joined += part
    return joined.rstrip("\r") if joined.strip() else "", index


def split(line: str, escape: str) -> tuple[str, tuple[str, ...], str]:
    """Keyword, flags and rest of an instruction."""
    keyword, *arguments = line.strip().split(None, 1)
    flags: list[str] = []
    rest = arguments[0].strip() if arguments else ""
    while rest.startswith("--"):
        flag, rest = _first_word(rest, escape)
        if flag == "--":
            break
        flags.append(flag)
    return keyword, tuple(flags), rest


def _first_word(text: str, escape: str) -> tuple[str, str]:
    """A word, which may hold spaces in quotes, without its quotes; and what follows it."""
    word: list[str] = []
    quote = ""
    index = 0
    while index < len(text):
        character = text[index]
        if character == escape and quote != "'" and index + 1 < len(text):
            index += 1
            word.append(text[index])
        elif quote:
            if character == quote:
                quote = ""
            else:
                word.append(character)
        elif character in "'\"":
            quote = character
        elif character.isspace():
            break
        else:
            word.append(character)
        index += 1
    return "".join(word), text[index:].lstrip()


def _heredocs(physical: list[str], index: int, line: str) -> tuple[tuple[Heredoc, ...], int]:
    """The documents that a line announces, and the index after them."""
    found: list[Heredoc] = []
    for _, chomp, quote, name in _HEREDOC.findall(line):
        content: list[str] = []
        while True:
            if index >= len(physical):
                raise BadSyntax("unterminated heredoc")
            current = physical[index].lstrip("\t") if chomp else physical[index]
            index += 1
            if current == name:
                break
            content.append(f"{current}\n")
        found.append(Heredoc(name, "".join(content), not quote))
    return tuple(found), index
