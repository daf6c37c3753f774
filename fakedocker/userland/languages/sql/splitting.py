"""Where statements end, as psql and mysql see it. It must not know grammar."""

from __future__ import annotations

import re
from typing import Final

_DOLLAR: Final = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$")


def split_postgres(text: str) -> tuple[list[str], str]:
    """Whole statements with their semicolons, and the rest that none ends. O(length)."""
    found: list[str] = []
    start = at = depth = 0
    length = len(text)
    while at < length:
        letter = text[at]
        if letter in "'\"":
            at = _quote_end(text, at, letter, letter == "'" and at > 0 and text[at - 1] in "eE")
        elif text.startswith("--", at):
            end = text.find("\n", at)
            at = length if end < 0 else end
        elif text.startswith("/*", at):
            at = _comment_end(text, at)
        elif letter == "$":
            match = _DOLLAR.match(text, at)
            if match is None or (at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_")):
                at += 1
                continue
            end = text.find(match[0], match.end())
            at = length if end < 0 else end + len(match[0])
        elif letter == ";" and depth <= 0:
            found.append(text[start : at + 1].lstrip())
            at += 1
            start, depth = at, 0
        else:
            depth += (letter == "(") - (letter == ")")
            at += 1
    return found, text[start:]


def _quote_end(text: str, at: int, quote: str, escapes: bool) -> int:
    at += 1
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
            continue
        if text[at] == quote:
            return at + 1  # a doubled one begins another at once
        at += 1
    return len(text)


def _comment_end(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        if text.startswith("/*", at):
            depth += 1
            at += 2
        elif text.startswith("*/", at):
            depth -= 1
            at += 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def is_open(text: str) -> bool:
    """Whether a rest has more than spaces and comments in it."""
    return bool(without_comments(text).strip())


def without_comments(text: str) -> str:
    """A text without comments; quotes are kept whole."""
    out = []
    at = 0
    while at < len(text):
        if text[at] in "'\"":
            end = _quote_end(text, at, text[at], False)
            out.append(text[at:end])
            at = end
        elif text.startswith("--", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at) and not text.startswith(("/*!", "/*M!"), at):
            at = _comment_end(text, at)
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def split_mysql(text: str, delimiter: str = ";") -> tuple[list[tuple[str, str, int]], str, str]:
    """Whole statements as (text, what ended it, the number of the line it begins on, from 1), the rest, and the delimiter.

    DELIMITER changes it; a line of its own.
    """
    found: list[tuple[str, str, int]] = []
    start = at = 0
    length = len(text)
    while at < length:
        letter = text[at]
        if not text[start:at].strip():
            match = re.compile(r"(?i)delimiter[ \t]+(\S+)[^\n]*\n?").match(text, at)
            if match is not None and letter in "dD":
                delimiter = match[1]
                at = start = match.end()
                continue
        if text.startswith(delimiter, at):
            _add(found, text, start, at, delimiter)
            at += len(delimiter)
            start = at
        elif text.startswith(("\\G", "\\g"), at):
            _add(found, text, start, at, text[at : at + 2])
            at += 2
            start = at
        elif letter in "'\"`":
            at = _quote_end(text, at, letter, letter != "`")
        elif letter == "#" or re.compile(r"--(?:[ \t\n]|\Z)").match(text, at):
            end = text.find("\n", at)
            end = length if end < 0 else end + 1
            if not text[start:at].strip():
                start = end  # a comment before a statement is not sent
            at = end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            end = length if end < 0 else end + 2
            if not text[start:at].strip() and not text.startswith(("/*!", "/*M!"), at):
                start = end
            at = end
        else:
            at += 1
    return found, text[start:], delimiter


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
    while at < len(text):
        if text[at] in "'\"`":
            end = _quote_end(text, at, text[at], text[at] != "`")
            out.append(text[at:end])
            at = end
        elif text[at] == "#" or re.compile(r"--(?:[ \t\n]|\Z)").match(text, at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at) and not text.startswith(("/*!", "/*M!"), at):
            end = text.find("*/", at + 2)
            at = len(text) if end < 0 else end + 2
        else:
            out.append(text[at])
            at += 1
    return "".join(out).rstrip()
