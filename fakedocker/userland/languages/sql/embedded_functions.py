"""SQLite's functions: which there are, and those that need the virtual clock, chance, or a bound on their work."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

Value = Any
"""A value of SQLite's: None, int, float, str or bytes."""
FUNCTIONS: Final = frozenset(
    """abs changes char coalesce glob hex ifnull iif instr last_insert_rowid length like lower ltrim max min nullif printf
    format quote random randomblob replace round rtrim sqlite_version substr substring total_changes trim typeof unicode
    upper zeroblob likely unlikely likelihood avg count group_concat sum total date time datetime julianday strftime
    current_date current_time current_timestamp row_number rank dense_rank percent_rank cume_dist ntile lag lead
    first_value last_value nth_value sqlite_rename_column sqlite_rename_table sqlite_rename_test sqlite_drop_column
    sqlite_rename_quotefix match""".split()
)
"""Those of SQLite 3.37 that every build has. (Those with sqlite_ are its own, for ALTER TABLE.)"""
_MOST_WORK: Final = 20_000_000


class TooMuch(Exception):
    """A function was asked for too much work; its name."""


class _Counts(Protocol):
    @property
    def last_row_id(self) -> int: ...
    @property
    def changes(self) -> int: ...
    @property
    def total_changes(self) -> int: ...


class Clock:
    """What the functions of one connection tell."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self._now = ""
        self._version = ""
        self._random: Callable[[int], int] = lambda bound: 0
        self._counts: _Counts | None = None
        self._helper: sqlite3.Connection | None = None

    def set(self, now_ns: int, random: Callable[[int], int], version: str, counts: _Counts) -> None:
        moment = datetime(1970, 1, 1) + timedelta(seconds=now_ns // 1_000_000_000)
        self._now = f"{moment:%Y-%m-%d %H:%M:%S}.{now_ns // 1_000_000 % 1000:03d}"
        self._random, self._version, self._counts = random, version, counts
        self.problem = None

    def version(self) -> str:
        return self._version

    def random(self) -> int:
        return self._random(1 << 64) - (1 << 63)

    def random_bytes(self, size: int) -> bytes:
        self._bound(int(size), "randomblob")
        return bytes(self._random(256) for _ in range(max(1, int(size))))

    def last_row_id(self) -> int:
        return 0 if self._counts is None else self._counts.last_row_id

    def changes(self) -> int:
        return 0 if self._counts is None else self._counts.changes

    def total_changes(self) -> int:
        return 0 if self._counts is None else self._counts.total_changes

    def moment(self, name: str) -> Callable[..., Value]:
        """One of the functions of date and time, 'now' being the virtual time."""
        least = 1 if name == "strftime" else 0

        def tell(*given: Value) -> Value:
            arguments = list(given)
            if len(arguments) == least:
                arguments.append(self._now)
            elif isinstance(arguments[least], str) and arguments[least].strip().lower() == "now":
                arguments[least] = self._now
            rest = arguments[least + 1 :]  # the zone is UTC, whatever the machine's is
            arguments[least + 1 :] = [word for word in rest if str(word).lower() not in ("localtime", "utc")]
            if self._helper is None:
                self._helper = sqlite3.connect(":memory:")
                weakref.finalize(self, self._helper.close)
            marks = ",".join("?" * len(arguments))
            return self._helper.execute(f"select {name}({marks})", arguments).fetchone()[0]

        return tell

    def current(self, size: int, start: int = 0) -> Callable[[], str]:
        return lambda: self._now[start:size]

    def _bound(self, work: int, name: str) -> None:
        if work > _MOST_WORK:
            self.problem = TooMuch(name)
            raise self.problem

    def like(self, pattern: Value, text: Value, escape: Value = "") -> int | None:
        if pattern is None or text is None or escape is None:
            return None
        wanted, found = _folded(_text(pattern)), _folded(_text(text))
        self._bound(len(wanted) * len(found) // 16, "LIKE")
        parts: list[tuple[str, str]] = []
        escaped = False
        for letter in wanted:
            if escaped:
                parts.append(("is", letter))
                escaped = False
            elif escape and letter == _folded(_text(escape)):
                escaped = True
            else:
                parts.append(("any", "") if letter == "%" else ("one", "") if letter == "_" else ("is", letter))
        if escaped:
            return 0
        return int(_matches(parts, found))

    def glob(self, pattern: Value, text: Value) -> int | None:
        if pattern is None or text is None:
            return None
        wanted, found = _text(pattern), _text(text)
        self._bound(len(wanted) * len(found) // 16, "GLOB")
        parts: list[tuple[str, str]] = []
        at = 0
        while at < len(wanted):
            letter = wanted[at]
            if letter == "[":
                end = wanted.find("]", at + 2 + (wanted[at + 1 : at + 2] == "^"))
                if end < 0:
                    return 0
                parts.append(("set", wanted[at + 1 : end]))
                at = end
            else:
                parts.append(("any", "") if letter == "*" else ("one", "") if letter == "?" else ("is", letter))
            at += 1
        return int(_matches(parts, found))

    def instr(self, text: Value, part: Value) -> int | None:
        if text is None or part is None:
            return None
        if isinstance(text, bytes) and isinstance(part, bytes):
            return text.find(part) + 1
        return _text(text).find(_text(part)) + 1

    def replace(self, text: Value, old: Value, new: Value) -> str | None:
        if text is None or old is None or new is None:
            return None
        whole, was, becomes = _text(text), _text(old), _text(new)
        if not was:
            return whole
        self._bound(whole.count(was) * len(becomes) + len(whole), "replace")
        return whole.replace(was, becomes)

    def trim(self, side: str) -> Callable[..., str | None]:
        def cut(text: Value, letters: Value = " ") -> str | None:
            if text is None or letters is None:
                return None
            found = _text(text)
            found = found.lstrip(_text(letters)) if side != "right" and _text(letters) else found
            return found.rstrip(_text(letters)) if side != "left" and _text(letters) else found

        return cut


def _matches(parts: list[tuple[str, str]], text: str) -> bool:
    """Whether a text is like a pattern; the last "any" is gone back to only. O(len(parts) * len(text))."""
    at = place = 0
    back_part, back_text = -1, 0
    while at < len(text):
        if place < len(parts) and parts[place][0] == "any":
            back_part, back_text = place, at
            place += 1
        elif place < len(parts) and _is(parts[place], text[at]):
            place += 1
            at += 1
        elif back_part >= 0:
            back_text += 1
            place, at = back_part + 1, back_text
        else:
            return False
    return all(kind == "any" for kind, _ in parts[place:])


def _is(part: tuple[str, str], letter: str) -> bool:
    kind, wanted = part
    if kind == "one":
        return True
    if kind == "is":
        return letter == wanted
    negated = wanted[:1] == "^"
    body = wanted[negated:]
    inside = False
    at = 0
    while at < len(body):
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            inside = inside or body[at] <= letter <= body[at + 2]
            at += 3
        else:
            inside = inside or body[at] == letter
            at += 1
    return inside != negated


def _text(value: Value) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float):  # fifteen digits, and always a point
        shown = f"{value:.15g}"
        return shown if any(letter in shown for letter in ".einf") else shown + ".0"
    return str(value)


def _folded(text: str) -> str:
    """Small letters, of ASCII only, as SQLite does."""
    return text if text.isascii() and text.islower() else "".join(c.lower() if c < "\x80" else c for c in text)


def define(connection: sqlite3.Connection, clock: Clock) -> None:
    """Put these functions in the place of a connection's own."""
    for name in ("date", "time", "datetime", "julianday", "strftime"):
        connection.create_function(name, -1, clock.moment(name), deterministic=True)
    connection.create_function("current_timestamp", 0, clock.current(19))
    connection.create_function("current_date", 0, clock.current(10))
    connection.create_function("current_time", 0, clock.current(19, 11))
    connection.create_function("sqlite_version", 0, clock.version)
    connection.create_function("random", 0, clock.random)
    connection.create_function("randomblob", 1, clock.random_bytes)
    connection.create_function("last_insert_rowid", 0, clock.last_row_id)
    connection.create_function("changes", 0, clock.changes)
    connection.create_function("total_changes", 0, clock.total_changes)
    connection.create_function("like", 2, clock.like, deterministic=True)
    connection.create_function("like", 3, clock.like, deterministic=True)
    connection.create_function("glob", 2, clock.glob, deterministic=True)
    connection.create_function("instr", 2, clock.instr, deterministic=True)
    connection.create_function("replace", 3, clock.replace, deterministic=True)
    for name, side in (("trim", "both"), ("ltrim", "left"), ("rtrim", "right")):
        connection.create_function(name, 1, clock.trim(side), deterministic=True)
        connection.create_function(name, 2, clock.trim(side), deterministic=True)
