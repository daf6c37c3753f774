"""jq's tokens. A string is a token whose parts are texts and the sources of its interpolations' expressions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

KEYWORDS: Final = frozenset(
    {"def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import", "include", "and", "or", "not_", "__loc__"}
)  # fmt: skip
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\n]*)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<field>\.[a-zA-Z_][a-zA-Z0-9_]*)
    | (?P<format>@[a-zA-Z0-9_]+)
    | (?P<variable>\$(?:[a-zA-Z_][a-zA-Z0-9_]*::)*[a-zA-Z_][a-zA-Z0-9_]*)
    | (?P<word>(?:[a-zA-Z_][a-zA-Z0-9_]*::)*[a-zA-Z_][a-zA-Z0-9_]*)
    | (?P<mark>\?//=?|\|=|\+=|-=|\*=|/=|%=|//=|==|!=|<=|>=|//|\.\.|[.?=;,:|+\-*/%$<>\[\]{}()])""",
    re.VERBOSE,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}


class JqSyntaxError(ValueError):
    """The program is not well formed; `at` is where, `end` where that ends."""

    def __init__(self, message: str, at: int, end: int) -> None:
        super().__init__(message)
        self.at = at
        self.end = end


class Token(NamedTuple):
    kind: str  # number, field, format, variable, word, mark, string, end
    text: str
    at: int
    parts: tuple[str | tuple[Token, ...], ...] = ()  # of a string

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def unexpected(token: Token) -> JqSyntaxError:
    """The parser's word for a token that does not belong there."""
    names = {"number": "LITERAL", "field": "FIELD", "format": "FORMAT", "word": "IDENT", "string": "QQSTRING_START"}
    if token.kind == "end":
        name = "$end"
    elif token.kind == "mark" or token.text in KEYWORDS:
        name = token.text if len(token.text) > 1 else f"'{token.text}'"
    elif token.kind == "invalid":
        name = "INVALID_CHARACTER"
    else:
        name = names.get(token.kind, "'$'")
    return JqSyntaxError(
        f"syntax error, unexpected {name} (Unix shell quoting issues?)", token.at, max(token.end, token.at + 1)
    )


def tokens_of(source: str, start: int = 0, *, inside: bool = False, depth: int = 0) -> tuple[list[Token], int]:
    """Tokens up to the end, or `inside` an interpolation up to its closing parenthesis; and where that is."""
    found: list[Token] = []
    at, open_marks = start, 0
    if depth > 50:
        raise JqSyntaxError("strings nested too deeply", at, at + 1)
    while at < len(source):
        if source[at] == '"':
            token, at = _string(source, at, depth)
            found.append(token)
            continue
        match = _TOKEN.match(source, at)
        if match is None:
            raise unexpected(Token("invalid", source[at], at))
        name = str(match.lastgroup)
        if name == "mark":
            open_marks += (match[0] == "(") - (match[0] == ")")
            if inside and open_marks < 0:
                found.append(Token("end", "", at))
                return found, at + 1
        if name != "space":
            found.append(Token(name, match[0], at))
        at = match.end()
    if inside:
        raise unexpected(Token("end", "", at))
    found.append(Token("end", "", at))
    return found, at


def _string(source: str, start: int, depth: int) -> tuple[Token, int]:
    parts: list[str | tuple[Token, ...]] = []
    text: list[str] = []
    at = start + 1
    while True:
        if at >= len(source):
            raise unexpected(Token("end", "", at))
        character = source[at]
        if character == '"':
            break
        if character != "\\":
            text.append(character)
            at += 1
            continue
        following = source[at + 1 : at + 2]
        if following == "(":
            inner, at = tokens_of(source, at + 2, inside=True, depth=depth + 1)
            parts += ("".join(text), tuple(inner))
            text = []
        elif following == "u":
            character, at = _unicode(source, at)
            text.append(character)
        elif following in _ESCAPES and following:
            text.append(_ESCAPES[following])
            at += 2
        else:
            raise JqSyntaxError(
                f"Invalid escape at line 1, column {at - start + 2} (while parsing '{source[start : at + 2]}\"')",
                start,
                at + 2,
            )
    parts.append("".join(text))
    return Token("string", source[start : at + 1], start, tuple(parts)), at + 1


def _unicode(source: str, at: int) -> tuple[str, int]:
    match = re.compile(r"\\u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?").match(source, at)
    if match is None:
        raise JqSyntaxError(f"Invalid escape (while parsing '{source[at : at + 6]}')", at, at + 6)
    code = int(match[1], 16)
    if 0xD800 <= code < 0xDC00 and match[2]:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(match[2], 16) - 0xDC00), match.end()
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)), at + 6
