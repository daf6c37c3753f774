"""A machine that tries one way after the other, and remembers what has failed.

Without back-references a place in the program and one in the text that have failed once fail always, so that its time
is at most the size of the program times that of the text. With them it is not, and the number of its steps is limited.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.regex import program as instructions
from fakedocker.base.regex.program import Program
from fakedocker.base.regex.tree import is_word

MOST_STEPS: Final = 1_000_000


class LimitExceeded(Exception):
    """Matching takes more steps than are allowed."""


class Machine:
    """Matches one program against one text.

    Args:
        end: where a match must end, -1 for anywhere.

    Raises (from its calls):
        LimitExceeded: after `MOST_STEPS`.
    """

    def __init__(self, program: Program, text: str, slots: int, end: int = -1) -> None:
        self._program = program
        self._code = program.code
        self._text = text
        self._end = end
        self._looks: dict[tuple[int, int], bool] = {}
        self._registers: dict[int, int] = {}
        self.slots = [-1] * slots
        self.steps = 0

    def search(self, start: int, first: int, nullable: bool) -> tuple[int, int] | None:
        """The first match that begins at or after `start`; `first` is a mask of what it may begin with."""
        failed: set[int] = set()
        text = self._text
        for place in range(start, len(text) + 1):
            if not nullable and (place == len(text) or not first >> min(ord(text[place]), 128) & 1):
                continue
            end = self.run(0, place, failed)
            if end >= 0:
                return place, end
        return None

    def run(self, place: int, position: int, failed: set[int] | None = None, *, inner: bool = False) -> int:
        """Match from a place in the program and the text; where the match ends, or -1."""
        code, text, size = self._code, self._text, len(self._text)
        if failed is None:
            failed = set()
        remembers = not self._program.has_references
        stack: list[tuple[int, int]] = []  # what else to try; below 0 a slot to put back
        steps = 0
        while True:
            operation, first, second = code[place]
            steps += 1
            if steps & 1023 == 0:
                self._count(1024)
            going = False
            if operation == instructions.CHARACTER:
                if position < size and first[text[position]]:
                    position += 1
                    going = True
            elif operation == instructions.SPLIT:
                key = place * (size + 1) + position
                if not remembers or key not in failed:
                    if remembers:
                        failed.add(key)
                    stack.append((second, position))
                    place = first
                    continue
            elif operation == instructions.JUMP:
                place = first
                continue
            elif operation == instructions.SAVE:
                stack.append((-1 - first, self.slots[first]))
                self.slots[first] = position
                going = True
            elif operation == instructions.MATCH:
                if inner or self._end < 0 or position == self._end:
                    self._count(steps & 1023)
                    return position
            else:
                moved = self._rare(place, position, stack)
                if moved is not None:
                    place, position = moved
                    continue
            if going:
                place += 1
                continue
            while stack:
                place, position = stack.pop()
                if place >= 0:
                    break
                self._put_back(-1 - place, position)
            else:
                self._count(steps & 1023)
                return -1

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise LimitExceeded

    def _put_back(self, slot: int, value: int) -> None:
        if slot >= len(self.slots):
            self._registers[slot - len(self.slots)] = value
        else:
            self.slots[slot] = value

    def _rare(self, place: int, position: int, stack: list[tuple[int, int]]) -> tuple[int, int] | None:
        """The other instructions: where they go on, None where they fail."""
        operation, first, second = self._code[place]
        if operation == instructions.AT:
            return (place + 1, position) if self._holds(first, second, position) else None
        if operation == instructions.PEEK:
            test, negated = first
            at = position - 1 if second < 0 else position
            character = self._text[at] if 0 <= at < len(self._text) else ""
            return (place + 1, position) if test[character] != negated else None
        if operation == instructions.LOOK:
            return (second, position) if self._looked(place, position, stack) else None
        if operation == instructions.ATOMIC:
            end = self._inside(place + 1, position, stack)
            return (first, end) if end >= 0 else None
        if operation == instructions.BACK_REFERENCE:
            return self._referred(first, second, place, position)
        if operation == instructions.CHOOSE:
            return (place + 1 if self.slots[2 * first + 1] >= 0 else second), position
        if operation == instructions.MARK:
            stack.append((-1 - len(self.slots) - first, self._registers.get(first, -1)))
            self._registers[first] = position
            return place + 1, position
        if operation == instructions.CHECK and self._registers[first] != position:
            return place + 1, position
        return None

    def _inside(self, place: int, position: int, stack: list[tuple[int, int]]) -> int:
        """Match a part that is not tried again; its groups are put back if what follows fails."""
        before = list(self.slots)
        end = self.run(place, position, inner=True)
        for slot, value in enumerate(before):
            if self.slots[slot] != value:
                stack.append((-1 - slot, value))
        return end

    def _looked(self, place: int, position: int, stack: list[tuple[int, int]]) -> bool:
        negated: bool = self._code[place][1][0]
        behind: int = self._code[place][1][1]
        known = self._looks.get((place, position))
        if known is not None and (negated or not known):
            return known
        start = position - behind if behind >= 0 else position
        if negated:
            before = list(self.slots)
            found = start >= 0 and self.run(place + 1, start, inner=True) >= 0
            self.slots[:] = before
        else:
            found = start >= 0 and self._inside(place + 1, start, stack) >= 0
        if not self._program.has_references:
            self._looks[place, position] = found != negated
        return found != negated

    def _referred(self, group: int, flags: int, place: int, position: int) -> tuple[int, int] | None:
        start, end = self.slots[2 * group], self.slots[2 * group + 1]
        if start < 0 or end < start:
            return None
        wanted, there = self._text[start:end], self._text[position : position + end - start]
        same = wanted.lower() == there.lower() if flags & re.IGNORECASE else wanted == there
        return (place + 1, position + end - start) if same else None

    def _holds(self, kind: int, flags: int, position: int) -> bool:
        text, size = self._text, len(self._text)
        if kind == instructions.BEGIN_TEXT:
            return position == 0
        if kind == instructions.BEGIN_LINE:
            return position == 0 or text[position - 1] == "\n"
        if kind == instructions.END_TEXT:
            return position == size
        if kind == instructions.END_LINE:
            return position == size or text[position] == "\n"
        if kind == instructions.END_FINAL:
            return position == size or (position == size - 1 and text[position] == "\n")
        before = position > 0 and is_word(text[position - 1], flags)
        after = position < size and is_word(text[position], flags)
        return (before != after) == (kind == instructions.BOUNDARY)
