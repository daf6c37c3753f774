"""Natives of difflib: what differs between two lists of lines, with marks within lines that are alike, and how alike texts are."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native

_MOST_LETTERS: Final = 200_000
_MOST_WORK: Final = 20_000_000
_ALIKE: Final = 0.75
"""From how alike on two lines are shown as one that was changed."""
_JUNK: Final = " \t"


def _check_size(*texts: Sequence[str]) -> None:
    if sum(len(line) + 1 for lines in texts for line in lines) > _MOST_LETTERS:
        raise NotSimulated("so large a comparison of difflib")


class _Comparing:
    """A comparison of lines on its way, as Differ makes it before Python 3.14.

    Args:
        minor: the version, whose choice of pairs is not known from 14 on.
    """

    def __init__(self, old: list[str], new: list[str], minor: int) -> None:
        self.old = old
        self.new = new
        self.minor = minor
        self.work = 0
        self.lines: list[str] = []

    def all(self) -> list[str]:
        matcher = difflib.SequenceMatcher(None, self.old, self.new)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            if tag == "equal":
                self.lines += ["  " + line for line in self.old[old_from:old_to]]
            else:
                self.block(old_from, old_to, new_from, new_to)
        return self.lines

    def block(self, old_from: int, old_to: int, new_from: int, new_to: int) -> None:
        """Lines that were put in the place of others; either side may be empty."""
        pending = [(False, old_from, old_to, new_from, new_to)]
        while pending:
            is_pair, old_from, old_to, new_from, new_to = pending.pop()
            if is_pair:
                self.pair(self.old[old_from], self.new[new_from])
                continue
            if old_from >= old_to or new_from >= new_to:
                self.lines += ["- " + line for line in self.old[old_from:old_to]]
                self.lines += ["+ " + line for line in self.new[new_from:new_to]]
                continue
            best = self.best(old_from, old_to, new_from, new_to)
            if best is None:
                self.straight(old_from, old_to, new_from, new_to)
                continue
            i, j = best
            pending.append((False, i + 1, old_to, j + 1, new_to))
            pending.append((True, i, i + 1, j, j + 1))
            pending.append((False, old_from, i, new_from, j))

    def straight(self, old_from: int, old_to: int, new_from: int, new_to: int) -> None:
        """Lines that have nothing in common: the shorter side first."""
        removed = ["- " + line for line in self.old[old_from:old_to]]
        added = ["+ " + line for line in self.new[new_from:new_to]]
        self.lines += added + removed if new_to - new_from < old_to - old_from else removed + added

    def best(self, old_from: int, old_to: int, new_from: int, new_to: int) -> tuple[int, int] | None:
        """The two lines that are most alike without being the same; else two that are the same."""
        if self.minor >= 14 and (old_to - old_from > 1 or new_to - new_from > 1):
            raise NotSimulated("difflib's choice of lines in this version")
        cruncher = difflib.SequenceMatcher(_is_junk)
        found, same = None, None
        ratio = _ALIKE - 0.01
        for j in range(new_from, new_to):
            cruncher.set_seq2(self.new[j])
            for i in range(old_from, old_to):
                if self.old[i] == self.new[j]:
                    same = same or (i, j)
                    continue
                self.work += len(self.old[i]) + len(self.new[j]) + 10
                cruncher.set_seq1(self.old[i])
                if cruncher.real_quick_ratio() > ratio and cruncher.quick_ratio() > ratio:
                    self.work += len(self.old[i]) * len(self.new[j])
                    self.check()
                    if cruncher.ratio() > ratio:
                        ratio, found = cruncher.ratio(), (i, j)
            self.check()
        return found if ratio >= _ALIKE else same

    def check(self) -> None:
        if self.work > _MOST_WORK:
            raise NotSimulated("so large a comparison of difflib")

    def pair(self, old: str, new: str) -> None:
        """One line that was changed, with marks below both of its forms."""
        if old == new:
            self.lines.append("  " + old)
            return
        marks = {"replace": ("^", "^"), "delete": ("-", ""), "insert": ("", "+"), "equal": (" ", " ")}
        below_old = below_new = ""
        matcher = difflib.SequenceMatcher(_is_junk, old, new)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            below_old += marks[tag][0] * (old_to - old_from)
            below_new += marks[tag][1] * (new_to - new_from)
        for sign, line, below in (("- ", old, below_old), ("+ ", new, below_new)):
            self.lines.append(sign + line)
            kept = "".join(
                letter if mark == " " and letter.isspace() else mark for letter, mark in zip(line, below, strict=False)
            ).rstrip()
            if kept:
                self.lines.append(f"? {kept}\n")


def _is_junk(letter: str) -> bool:
    return letter in _JUNK


def compared(old: list[str], new: list[str], minor: int) -> list[str]:
    """What ndiff gives of two lists of lines."""
    _check_size(old, new)
    return _Comparing(old, new, minor).all()


@native("ndiff", module="_difflib_natives")
def _ndiff(m: Interpreter, old: Value, new: Value) -> Value:
    found = compared(list(old), list(new), m.minor)
    m.system.charge(sum(map(len, found)) // 50)
    return found


@native("unified", module="_difflib_natives")
def _unified(m: Interpreter, old: Value, new: Value, names: Value, context: Value, end: Value) -> Value:
    _check_size(old, new)
    old_name, new_name, old_date, new_date = names
    return list(difflib.unified_diff(list(old), list(new), old_name, new_name, old_date, new_date, context, end))


@native("opcodes", module="_difflib_natives")
def _opcodes(m: Interpreter, old: Value, new: Value, junk: Value) -> Value:
    """(tag, from, to, from, to) of what makes the one out of the other; texts or lists of texts."""
    if len(old) * len(new) > _MOST_WORK:
        raise NotSimulated("so large a comparison of difflib")
    return [tuple(each) for each in difflib.SequenceMatcher(None, old, new, junk).get_opcodes()]


@native("ratio", module="_difflib_natives")
def _ratio(m: Interpreter, old: Value, new: Value, junk: Value) -> Value:
    if len(old) * len(new) > _MOST_WORK:
        raise NotSimulated("so large a comparison of difflib")
    return difflib.SequenceMatcher(None, old, new, junk).ratio()


@native("close_matches", module="_difflib_natives")
def _close_matches(m: Interpreter, word: Value, possible: Value, count: Value, cutoff: Value) -> Value:
    if sum(map(len, possible)) * len(word) > _MOST_WORK:
        raise NotSimulated("so large a comparison of difflib")
    return difflib.get_close_matches(word, possible, count, cutoff)
