"""A compiled expression, with the methods of `re.Pattern`, and its matches."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any, Final

from fakedocker.base.regex import tree
from fakedocker.base.regex.analysis import analyse
from fakedocker.base.regex.automaton import Automaton, TooManySteps, last_of
from fakedocker.base.regex.backtracking import Machine
from fakedocker.base.regex.program import Program, TooBig

IGNORECASE: Final = int(re.IGNORECASE)
MULTILINE: Final = int(re.MULTILINE)
_TRIED_STEPS: Final = 4  # for each character, where a match is tried at every place where one may begin
_DIRECT_STEPS: Final = 500_000  # of work that `re` may be given at once


class PatternProblem(ValueError):
    """An expression is not well formed, or too big. The message is Python's."""


class OwnMatch:
    """A match that was not found by `re`, with the methods of `re.Match` that are used; groups are looked for when asked for."""

    def __init__(self, pattern: Pattern, text: str, start: int, end: int, slots: list[int] | None) -> None:
        self.re = pattern
        self.string = text
        self._bounds = (start, end)
        self._slots = slots

    def span(self, group: int | str = 0) -> tuple[int, int]:
        number = self.re.groupindex[group] if isinstance(group, str) else group
        if number == 0:
            return self._bounds
        if not 0 < number <= self.re.groups:
            raise IndexError("no such group")
        if self._slots is None:
            self._slots = self.re.slots_of(self.string, *self._bounds)
        start, end = self._slots[2 * number : 2 * number + 2]
        return (start, end) if end >= start >= 0 else (-1, -1)

    def start(self, group: int | str = 0) -> int:
        return self.span(group)[0]

    def end(self, group: int | str = 0) -> int:
        return self.span(group)[1]

    def __getitem__(self, group: int | str) -> str | Any:
        start, end = self.span(group)
        return None if start < 0 else self.string[start:end]

    def group(self, group: int | str = 0) -> str | Any:  # Any: None where it took no part, as re.Match is typed
        return self[group]

    def groups(self) -> tuple[str | None, ...]:
        return tuple(self[number] for number in range(1, self.re.groups + 1))

    def groupdict(self) -> dict[str, str | None]:
        return {name: self[name] for name in self.re.groupindex}


Found = re.Match[str] | OwnMatch


class Pattern:
    """An expression, in the syntax of Python's `re`.

    Args:
        longest: of the matches that begin at one place the longest is taken (POSIX), else the first (Perl).

    Raises (from the calls that match):
        LimitExceeded: see `backtracking`.
    """

    def __init__(self, source: str, flags: int = 0, *, longest: bool = False) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # what a later Python may take for a set
                self._direct = re.compile(source, flags)
            self._items, self.flags = tree.parse(source, flags)
        except (re.error, OverflowError) as problem:
            raise PatternProblem(str(problem)) from None
        except RecursionError:
            raise PatternProblem("expression nested too deeply") from None
        self.pattern = source
        self.groups = self._direct.groups
        self.groupindex = self._direct.groupindex
        self.longest = longest
        try:
            self._known = analyse(self._items, self.flags, _DIRECT_STEPS)
            self._quick_limit = self._known.direct_limit
            if self._quick_limit < 1 << 20:
                _ = self._program  # it may be too big
        except TooBig as problem:
            raise PatternProblem(str(problem)) from None
        except RecursionError:
            raise PatternProblem("expression nested too deeply") from None
        self._first_is_best = not longest or self._known.exact

    @cached_property
    def _program(self) -> Program:
        return Program(self._items, self.flags)

    @cached_property
    def _searcher(self) -> Automaton:
        return Automaton(self._program, searching=True)

    @cached_property
    def _matcher(self) -> Automaton:
        return Automaton(self._program, searching=False)

    @cached_property
    def _backward(self) -> Automaton | None:
        plain = self._program.regular and not any(kind in (4, 5) for kind, _, _ in self._program.code)
        return Automaton(Program(self._items, self.flags, backwards=True), searching=False) if plain else None

    def finds(self, text: str) -> bool:
        """Whether there is a match anywhere: cheaper than `search`."""
        if len(text) <= self._quick_limit:
            return self._direct.search(text) is not None
        if not self._has_literals(text, 0):
            return False
        if self._known.literals_suffice and "\n" not in text:
            return True
        if self._program.regular:
            return self._searcher.finds(text)
        return self._machine_search(text, 0) is not None

    def _has_literals(self, text: str, start: int) -> bool:
        """Whether the texts that are in every match are here, one after the other."""
        for literal in self._known.literals:
            place = text.find(literal, start)
            if place < 0:
                return False
            start = place + len(literal)
        return True

    def search(self, text: str, start: int = 0) -> Found | None:
        """The match that begins first."""
        if len(text) - start <= self._quick_limit:
            direct = self._direct.search(text, start)
            if direct is None or self._first_is_best:
                return direct
            return self._longest_at(text, direct.start()) or direct
        if not self._has_literals(text, start):
            return None
        if self.longest and self._program.regular and not self._known.nullable:
            with suppress(TooManySteps):
                return self._longest_search(text, start)
        if self._program.regular and not self._searcher.finds(text, start):
            return None
        found = self._machine_search(text, start)
        return (found and self._longest_at(text, found.start())) or found

    def match(self, text: str, start: int = 0) -> Found | None:
        """The match that begins at `start`."""
        if len(text) - start <= self._quick_limit:
            direct = self._direct.match(text, start)
            if direct is None or self._first_is_best:
                return direct
            return self._longest_at(text, start) or direct
        if self.longest and self._program.regular:
            return self._longest_at(text, start)
        machine = self._machine(text)
        end = machine.run(0, start)
        return OwnMatch(self, text, start, end, machine.slots) if end >= 0 else None

    def fullmatch(self, text: str) -> Found | None:
        """The match that takes all of a text."""
        if len(text) <= self._quick_limit:
            return self._direct.fullmatch(text)
        if self._program.regular:
            if self._matcher.longest(text, 0) != len(text):
                return None
            return OwnMatch(self, text, 0, len(text), None)
        machine = self._machine(text, len(text))
        return OwnMatch(self, text, 0, len(text), machine.slots) if machine.run(0, 0) >= 0 else None

    def without(self, text: str, *, end: bool, greedy: bool) -> str | None:
        """The text without a match at its beginning or `end`, the longest if `greedy`, else the shortest; None where
        there is none."""
        places = self.suffixes(text) if end else self.prefixes(text)
        place = last_of(places, -1) if greedy else next(places, -1)
        if place < 0:
            return None
        return text[:place] if end else text[place:]

    def prefixes(self, text: str) -> Iterator[int]:
        """The ends of all matches that begin at the beginning, the shortest first."""
        if self._program.regular:
            return self._matcher.ends(text)
        return (end for end in range(len(text) + 1) if self.fullmatch(text[:end]) is not None)

    def suffixes(self, text: str) -> Iterator[int]:
        """The beginnings of all matches that end at the end, the shortest first."""
        if self._backward is not None:
            return (len(text) - end for end in self._backward.ends(text[::-1]))
        return (start for start in range(len(text), -1, -1) if self.fullmatch(text[start:]) is not None)

    def finditer(self, text: str, *, adjacent: bool = False) -> Iterator[Found]:
        """All matches; where the longest are taken, an empty one right after another is none (POSIX) unless `adjacent`."""
        adjacent = adjacent or not self.longest
        if len(text) <= self._quick_limit and self._first_is_best:
            last = -1
            for direct in self._direct.finditer(text):
                if adjacent or direct.end() > last:
                    yield direct
                last = direct.end()
            return
        start, last = 0, -1
        while start <= len(text) and (found := self.search(text, start)) is not None:
            begin, end = found.span()
            if adjacent or end > last:
                yield found
            last = end
            start = end if end > begin else end + 1

    def sub(self, replacement: Callable[[Found], str], text: str, count: int = 0, *, adjacent: bool = False) -> str:
        pieces: list[str] = []
        end = 0
        for number, found in enumerate(self.finditer(text, adjacent=adjacent), 1):
            pieces += (text[end : found.start()], replacement(found))
            end = found.end()
            if number == count:
                break
        return "".join((*pieces, text[end:]))

    def split(self, text: str) -> list[str]:
        """The pieces between matches that are not empty; groups are not among them."""
        pieces: list[str] = []
        end = 0
        for found in self.finditer(text):
            if found.end() > found.start():
                pieces.append(text[end : found.start()])
                end = found.end()
        return [*pieces, text[end:]]

    def slots_of(self, text: str, start: int, end: int) -> list[int]:
        """Where the groups of a match are."""
        machine = self._machine(text, end)
        machine.run(0, start)
        return machine.slots

    def _machine(self, text: str, end: int = -1) -> Machine:
        return Machine(self._program, text, 2 * self.groups + 2, end)

    def _machine_search(self, text: str, start: int) -> OwnMatch | None:
        machine = self._machine(text)
        found = machine.search(start, self._known.first, self._known.nullable)
        return OwnMatch(self, text, *found, machine.slots) if found is not None else None

    def _longest_search(self, text: str, start: int) -> OwnMatch | None:
        """The longest match at the first place that has one, tried where one may begin. Raises TooManySteps."""
        places = (begin.start() for begin in self._beginning.finditer(text, start))
        found = self._matcher.search(text, places, _TRIED_STEPS * (len(text) - start + 64))
        return OwnMatch(self, text, *found, None) if found is not None else None

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        """A character that a match may begin with."""
        first = self._known.first
        plain = "".join(re.escape(chr(code)) for code in range(128) if first >> code & 1)
        beyond = "\\x80-\\U0010ffff" if first >> 128 else ""
        return re.compile(f"[{plain}{beyond}]" if first else "(?!)")

    def _longest_at(self, text: str, start: int) -> OwnMatch | None:
        """The longest match at a place, if an automaton can tell."""
        if not self.longest or not self._program.regular:
            return None
        end = self._matcher.longest(text, start)
        return OwnMatch(self, text, start, end, None) if end >= 0 else None


@lru_cache(1024)
def compile_pattern(source: str, flags: int = 0, *, longest: bool = False) -> Pattern:
    """An expression in the syntax of Python's `re`, compiled once. Raises PatternProblem."""
    return Pattern(source, flags, longest=longest)
