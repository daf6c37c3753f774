"""Where statements end, as psql and mysql see it. It must not know grammar.

A client gets its text line by line. What a line leaves unended is looked at again with the next one, from where looking
stopped: `Split.at` and `Split.depth` are given back to go on there, so that a statement of many lines takes time that
grows with its length.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_DOLLAR: Final = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$")
_SPACE: Final = re.compile(r"\s*")
_PG_SIGNS: Final = re.compile(r"""['"$;()]|--|/\*""")
_COMMENT_SIGNS: Final = re.compile(r"/\*|\*/")
_QUOTES: Final = {quote: re.compile(quote) for quote in "'\"`"}
_ESCAPED_QUOTES: Final = {quote: re.compile(rf"{quote}|\\") for quote in "'\""}
_DELIMITER: Final = re.compile(r"(?i)delimiter[ \t]+(\S+)[^\n]*\n?")
_MY_COMMENTS: Final = re.compile(r"""['"`#]|--(?=[ \t\n]|\Z)|/\*""")
_COUNTING: Final = ("/*!", "/*M!")
"""What begins a comment whose content counts."""


class Split(NamedTuple):
    """What a text is made of.

    Args:
        statements: the whole ones, each with its semicolon.
        rest: what none ends.
        at, depth: how much of the rest has been looked at, and how many parentheses are open there.
    """

    statements: list[str]
    rest: str
    at: int
    depth: int


def split_postgres(text: str, at: int = 0, depth: int = 0) -> Split:
    """The statements of a text that has been looked at up to `at`, where `depth` parentheses are open. O(length)."""
    found: list[str] = []
    start = 0
    length = len(text)
    while (sign := _PG_SIGNS.search(text, at)) is not None:
        place, kind = sign.start(), sign[0]
        if kind in ("'", '"'):
            end = _quote_end(text, place, kind, kind == "'" and place > 0 and text[place - 1] in "eE")
        elif kind == "--":
            end = text.find("\n", place)
        elif kind == "/*":
            end = _comment_end(text, place)
        elif kind == "$":
            match = _DOLLAR.match(text, place)
            if match is None or (place > 0 and (text[place - 1].isalnum() or text[place - 1] == "_")):
                end = place + 1
            else:
                end = text.find(match[0], match.end())
                end = -1 if end < 0 else end + len(match[0])
        else:
            end = place + 1
            if kind == ";" and depth <= 0:
                found.append(text[start:end].lstrip())
                start, depth = end, 0
            depth += (kind == "(") - (kind == ")")
        if end < 0:
            return Split(found, text[start:], place - start, depth)
        at = end
    return Split(found, text[start:], length - start, depth)


def _quote_end(text: str, at: int, quote: str, escapes: bool) -> int:
    """Behind a text in quotes, -1 where it goes on; a doubled quote begins another text at once."""
    signs = _ESCAPED_QUOTES[quote] if escapes else _QUOTES[quote]
    at += 1
    while (sign := signs.search(text, at)) is not None:
        if sign[0] == quote:
            return sign.end()
        at = sign.end() + 1
    return -1


def _comment_end(text: str, at: int, nested: bool = True) -> int:
    """Behind a comment, -1 where it goes on."""
    if not nested:
        end = text.find("*/", at + 2)
        return -1 if end < 0 else end + 2
    depth = 0
    while (sign := _COMMENT_SIGNS.search(text, at)) is not None:
        depth += 1 if sign[0] == "/*" else -1
        at = sign.end()
        if depth == 0:
            return at
    return -1


def is_open(text: str, nested: bool = True) -> bool:
    """Whether a rest has more than spaces and comments in it, or a comment that goes on."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        assert space is not None
        at = space.end()
        if text.startswith("--", at):
            at = text.find("\n", at)
            if at < 0:
                return False
        elif text.startswith("/*", at) and not text.startswith(_COUNTING, at):
            at = _comment_end(text, at, nested)
            if at < 0:
                return True
        else:
            return at < len(text)


def open_sign(rest: str, at: int) -> str:
    """What a rest that has been looked at up to `at` ends within: ' " ` $ or /*; "" for nothing of these."""
    kind = rest[at : at + 2]
    return kind if kind == "/*" else kind[:1] if kind[:1] in ("'", '"', "`", "$") else ""


@lru_cache(maxsize=8)
def _my_signs(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"""{re.escape(delimiter)}|\\[Gg]|['"`#]|--(?=[ \t\n]|\Z)|/\*""")


class MySplit(NamedTuple):
    """What a text for mysql is made of.

    Args:
        statements: the whole ones: (text, what ended it, the number of the line that it begins on, from 1).
        rest: what none ends.
        delimiter: what ends a statement from here on.
        at: how much of the rest has been looked at.
    """

    statements: list[tuple[str, str, int]]
    rest: str
    delimiter: str
    at: int


def split_mysql(text: str, delimiter: str = ";", at: int = 0) -> MySplit:
    """The statements of a text that has been looked at up to `at`. DELIMITER, a line of its own, changes what ends them."""
    found: list[tuple[str, str, int]] = []
    start = 0
    is_blank = not text[:at].strip()
    while True:
        if is_blank:
            space = _SPACE.match(text, at)
            assert space is not None
            at = space.end()
            command = _DELIMITER.match(text, at)
            if command is not None:
                delimiter = command[1]
                at = start = command.end()
                continue
        sign = _my_signs(delimiter).search(text, at)
        if sign is None:
            return MySplit(found, text[start:], delimiter, len(text) - start)
        place, kind = sign.start(), sign[0]
        is_blank = is_blank and place == at
        at = place
        if kind == delimiter or kind in ("\\G", "\\g"):
            _add(found, text, start, place, kind)
            at = start = sign.end()
            is_blank = True
            continue
        end = _passed(text, place, kind)
        if end < 0:
            return MySplit(found, text[start:], delimiter, place - start)
        is_comment = kind in ("#", "--") or (kind == "/*" and not text.startswith(_COUNTING, place))
        if is_blank and is_comment:
            start = end  # a comment before a statement is not sent
        is_blank = is_blank and is_comment
        at = end


def _passed(text: str, at: int, kind: str) -> int:
    """Behind a quoted text or a comment of MySQL's, -1 where it goes on."""
    if kind in "'\"`":
        return _quote_end(text, at, kind, kind != "`")
    if kind == "/*":
        return _comment_end(text, at, nested=False)
    return text.find("\n", at) + 1 or -1


def _add(found: list[tuple[str, str, int]], text: str, start: int, end: int, ended: str) -> None:
    body = text[start:end]
    stripped = body.lstrip()
    if stripped:
        line = text.count("\n", 0, start + len(body) - len(stripped)) + 1
        found.append((sent(stripped), ended, line))


def sent(text: str) -> str:
    """A statement as mysql sends it: without comments, but for those whose content counts."""
    if "#" not in text and "--" not in text and "/*" not in text:
        return text.rstrip()
    out: list[str] = []
    at = 0
    while (sign := _MY_COMMENTS.search(text, at)) is not None:
        place, kind = sign.start(), sign[0]
        end = _passed(text, place, kind)
        end = len(text) if end < 0 else end
        keeps = kind in "'\"`" or text.startswith(_COUNTING, place)
        out.append(text[at:end] if keeps else text[at:place])
        if kind in ("#", "--") and end > place and text[end - 1] == "\n":
            end -= 1  # the line ends all the same
        at = end
    out.append(text[at:])
    return "".join(out).rstrip()
