"""A deterministic automaton whose states are made when they are first reached, and thrown away when there are many.

It reads each character once, whatever the expression; a new transition takes time by the size of the program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from fakedocker.base.regex import program as instructions
from fakedocker.base.regex.program import Program
from fakedocker.base.regex.tree import CharacterTest, is_word

_MOST_TRANSITIONS: Final = 20_000
_CHUNK: Final = 4096  # how much of the text is cut out at a time
_FIRST_CHUNK: Final = 32


class TooManySteps(Exception):
    """A search has tried for longer than it may."""


class State(dict[str, "State"]):
    """The next state for each character seen so far; "" stands for the end of the text."""

    __slots__ = ("accepted", "automaton", "before", "dead", "places")

    def __init__(self, automaton: Automaton, places: frozenset[int], before: tuple[bool, ...], accepted: bool) -> None:
        super().__init__()
        self.automaton = automaton
        self.places = places
        self.before = before  # what the character before is
        self.accepted = accepted  # whether a match ends before the character that led here
        self.dead = not places

    def __missing__(self, character: str) -> State:
        return self.automaton.step(self, character)


class Automaton:
    """One for a regular program.

    Args:
        searching: a match may begin anywhere, not only where it is started.
    """

    def __init__(self, program: Program, *, searching: bool) -> None:
        self._code = program.code
        self._searching = searching
        self._states: dict[tuple[frozenset[int], tuple[bool, ...], bool], State] = {}
        self._transitions = 0
        self._beginning: State | None = None  # where every match begins alike
        self._tests: list[CharacterTest] = [
            first[0] for operation, first, second in self._code if operation == instructions.PEEK and second < 0
        ]
        self._looks_back = bool(self._tests) or any(operation == instructions.AT for operation, _, _ in self._code)
        self.made = 0  # transitions made in all, for those who measure

    def _signature(self, before: str, flags: int = 0) -> tuple[bool, ...]:
        if not self._looks_back:
            return ()
        return (before == "", before in ("", "\n"), is_word(before), *(test[before] for test in self._tests))

    def _state(self, places: frozenset[int], before: tuple[bool, ...], accepted: bool) -> State:
        key = (places, before, accepted)
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = State(self, places, before, accepted)
        return state

    def step(self, state: State, character: str) -> State:
        """Make a transition."""
        self.made += 1
        self._transitions += 1
        if self._transitions > _MOST_TRANSITIONS:
            self._transitions = 0
            self._states.clear()
            self._beginning = None
        takers, accepted = self._closure(state, character)
        places = {place + 1 for place in takers if self._code[place][1][character]}
        if self._searching:
            places.add(0)
        following = state[character] = self._state(frozenset(places), self._signature(character), accepted)
        return following

    def _closure(self, state: State, following: str) -> tuple[list[int], bool]:
        """The instructions that take a character, and whether a match ends here."""
        takers, accepted = [], False
        pending = list(state.places)
        seen = set(pending)
        peeks = 0
        while pending:
            place = pending.pop()
            operation, first, second = self._code[place]
            if operation == instructions.CHARACTER:
                takers.append(place)
                continue
            if operation == instructions.MATCH:
                accepted = True
                continue
            targets: tuple[int, ...] = (place + 1,)
            if operation == instructions.SPLIT:
                targets = (first, second)
            elif operation == instructions.JUMP:
                targets = (first,)
            elif operation == instructions.AT and not _holds(first, state.before, following):
                continue
            elif operation == instructions.PEEK:
                test, negated = first
                peeks = next((n for n, each in enumerate(self._tests) if each is test), 0)
                if (state.before[3 + peeks] if second < 0 else test[following]) == negated:
                    continue
            elif operation == instructions.FAIL:
                continue
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    pending.append(target)
        return takers, accepted

    def _start(self, text: str, start: int) -> State:
        if self._looks_back:
            return self._state(frozenset((0,)), self._signature(text[start - 1] if start else ""), False)
        if self._beginning is None:
            self._beginning = self._state(frozenset((0,)), (), False)
        return self._beginning

    def finds(self, text: str, start: int = 0) -> bool:
        """Whether there is a match that begins at or after `start`."""
        state = self._start(text, start)
        for base in range(start, len(text), _CHUNK):
            for character in text[base : base + _CHUNK]:
                state = state[character]
                if state.accepted:
                    return True
        return state[""].accepted

    def ends(self, text: str, start: int = 0) -> Iterator[int]:
        """Where matches that begin at `start` end, the shortest first."""
        state = self._start(text, start)
        position = start
        for base in range(start, len(text), _CHUNK):
            for character in text[base : base + _CHUNK]:
                state = state[character]
                if state.accepted:
                    yield position
                position += 1
                if state.dead:
                    return
        if state[""].accepted:
            yield position

    def longest(self, text: str, start: int) -> int:
        """Where the longest match that begins at `start` ends; -1 where there is none."""
        return self._longest(text, start)[0]

    def search(self, text: str, places: Iterable[int], most_steps: int) -> tuple[int, int] | None:
        """The longest match at the first place that has one.

        Raises:
            TooManySteps: places where there is none took longer.
        """
        for place in places:
            end, reached = self._longest(text, place)
            if end >= 0:
                return place, end
            most_steps -= reached - place + 1
            if most_steps < 0:
                raise TooManySteps
        return None

    def _longest(self, text: str, start: int) -> tuple[int, int]:
        """Where the longest match at `start` ends, -1 where there is none; and how far was read."""
        state = self._start(text, start)
        end, position, size = -1, start, _FIRST_CHUNK
        while position < len(text):  # most matches are short, and a text may be long
            for character in text[position : position + size]:
                state = state[character]
                if state.accepted:
                    end = position
                position += 1
                if state.dead:
                    return end, position
            size = _CHUNK
        return (position if state[""].accepted else end), position


def last_of(places: Iterable[int], default: int) -> int:
    """The last of several places."""
    last = deque(places, maxlen=1)
    return last[0] if last else default


def _holds(kind: int, before: tuple[bool, ...], following: str) -> bool:
    begins_text, begins_line, after_word = before[:3]
    if kind == instructions.BEGIN_TEXT:
        return begins_text
    if kind == instructions.BEGIN_LINE:
        return begins_line
    if kind == instructions.END_TEXT:
        return following == ""
    if kind == instructions.END_LINE:
        return following in ("", "\n")
    return (after_word != is_word(following)) == (kind == instructions.BOUNDARY)
