"""An expression as a program: a list of instructions for the automaton and for the backtracking machine.

Repetitions with bounds are written out, so that a place in the program and one in the text are all that a matcher
remembers.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.base.regex import tree
from fakedocker.base.regex.analysis import width
from fakedocker.base.regex.tree import CharacterTest, Item, Items

CHARACTER: Final = 0  # test
SPLIT: Final = 1  # first place to try, second one
JUMP: Final = 2  # place
SAVE: Final = 3  # slot
AT: Final = 4  # kind, flags
PEEK: Final = 5  # (test, negated), -1 for the character before and 1 for the next
LOOK: Final = 6  # (negated, width of a look behind or -1), place after its MATCH
BACK_REFERENCE: Final = 7  # group, flags
ATOMIC: Final = 8  # place after its MATCH
MARK: Final = 9  # register: where an iteration begins
CHECK: Final = 10  # register: an iteration must have taken something
CHOOSE: Final = 11  # group, place if it has not matched
MATCH: Final = 12
FAIL: Final = 13

BEGIN_TEXT: Final = 0
BEGIN_LINE: Final = 1
END_TEXT: Final = 2
END_LINE: Final = 3
END_FINAL: Final = 4  # the end, or before a newline that is the last character
BOUNDARY: Final = 5
NO_BOUNDARY: Final = 6

Instruction = tuple[int, Any, Any]
_MOST_INSTRUCTIONS: Final = 40_000


class TooBig(ValueError):
    """An expression has too many instructions, or is nested too deeply."""


class Program:
    """Instructions, and what kinds of them there are.

    Args:
        backwards: match the text from its end (for expressions that only take characters).
    """

    def __init__(self, items: Items, flags: int, *, backwards: bool = False) -> None:
        self.code: list[Instruction] = []
        self.regular = True  # whether an automaton can do it
        self.has_references = _has_references(items)
        self._backwards = backwards
        self._registers = 0
        self._sequence(items, flags)
        self._add(MATCH)

    def _add(self, operation: int, first: Any = None, second: Any = None) -> int:
        if len(self.code) >= _MOST_INSTRUCTIONS:
            raise TooBig("Regular expression too big")
        self.code.append((operation, first, second))
        return len(self.code) - 1

    def _sequence(self, items: Items, flags: int) -> None:
        for item in reversed(list(items)) if self._backwards else items:
            self._item(item, flags)

    def _item(self, item: Item, flags: int) -> None:
        operation, argument = item
        if operation in tree.SINGLE:
            self._add(CHARACTER, CharacterTest(item, flags))
        elif operation is tree.AT:
            self._at(argument, flags)
        elif operation is tree.SUBPATTERN:
            group = argument[0]
            if group is not None:
                self._add(SAVE, 2 * group)
            self._sequence(argument[3], tree.inner_flags(flags, argument))
            if group is not None:
                self._add(SAVE, 2 * group + 1)
        elif operation is tree.BRANCH:
            self._branch(argument[1], flags)
        elif operation in (tree.MAX_REPEAT, tree.MIN_REPEAT):
            self._repeat(argument, flags, lazy=operation is tree.MIN_REPEAT)
        elif operation in (tree.ASSERT, tree.ASSERT_NOT):
            self._look(argument[0], argument[1], flags, operation is tree.ASSERT_NOT)
        else:
            self._irregular(operation, argument, flags)

    def _irregular(self, operation: Any, argument: Any, flags: int) -> None:
        self.regular = False
        if operation is tree.GROUPREF:
            self._add(BACK_REFERENCE, argument, flags)
        elif operation in (tree.ATOMIC_GROUP, tree.POSSESSIVE_REPEAT):
            place = self._add(ATOMIC)
            if operation is tree.ATOMIC_GROUP:
                self._sequence(argument, flags)
            else:
                self._repeat(argument, flags, lazy=False)
            self._add(MATCH)
            self.code[place] = (ATOMIC, len(self.code), None)
        elif operation is tree.GROUPREF_EXISTS:
            group, yes, no = argument
            place = self._add(CHOOSE)
            self._sequence(yes, flags)
            end = self._add(JUMP)
            self.code[place] = (CHOOSE, group, len(self.code))
            self._sequence(no or [], flags)
            self.code[end] = (JUMP, len(self.code), None)
        else:
            self._add(FAIL)

    def _at(self, kind: Any, flags: int) -> None:
        lines = bool(flags & re.MULTILINE)
        kinds = {
            tree.AT_BEGINNING: BEGIN_LINE if lines else BEGIN_TEXT,
            tree.AT_BEGINNING_STRING: BEGIN_TEXT,
            tree.AT_END: END_LINE if lines else END_FINAL,
            tree.AT_END_STRING: END_TEXT,
            tree.AT_BOUNDARY: BOUNDARY,
            tree.AT_NON_BOUNDARY: NO_BOUNDARY,
        }
        chosen = kinds[kind]
        self.regular &= chosen != END_FINAL
        self._add(AT, chosen, flags)

    def _branch(self, branches: list[Items], flags: int) -> None:
        ends = []
        for branch in branches[:-1]:
            place = self._add(SPLIT)
            self._sequence(branch, flags)
            ends.append(self._add(JUMP))
            self.code[place] = (SPLIT, place + 1, len(self.code))
        self._sequence(branches[-1], flags)
        for place in ends:
            self.code[place] = (JUMP, len(self.code), None)

    def _repeat(self, argument: tuple[int, int, Items], flags: int, lazy: bool) -> None:
        least, most, body = argument
        for _ in range(least):
            self._sequence(body, flags)
        if most >= tree.UNLIMITED:
            self._loop(body, flags, lazy)
            return
        places = []
        for _ in range(most - least):
            places.append(self._add(SPLIT))
            self._sequence(body, flags)
        end = len(self.code)
        for place in places:
            self.code[place] = (SPLIT, end, place + 1) if lazy else (SPLIT, place + 1, end)

    def _loop(self, body: Items, flags: int, lazy: bool) -> None:
        register = -1
        if self.has_references and width(body)[0] == 0:
            register = self._registers
            self._registers += 1
        place = self._add(SPLIT)
        if register >= 0:
            self._add(MARK, register)
        self._sequence(body, flags)
        if register >= 0:
            self._add(CHECK, register)
        self._add(JUMP, place)
        end = len(self.code)
        self.code[place] = (SPLIT, end, place + 1) if lazy else (SPLIT, place + 1, end)

    def _look(self, direction: int, items: Items, flags: int, negated: bool) -> None:
        if len(items) == 1 and items[0][0] in tree.SINGLE:
            self._add(PEEK, (CharacterTest(items[0], flags), negated), direction)
            return
        self.regular = False
        behind = width(items)[0] if direction < 0 else -1
        place = self._add(LOOK)
        self._sequence(items, flags)
        self._add(MATCH)
        self.code[place] = (LOOK, (negated, behind), len(self.code))


def _has_references(items: Items) -> bool:
    for operation, argument in items:
        if operation in (tree.GROUPREF, tree.GROUPREF_EXISTS):
            return True
        if operation in tree.REPEATS:
            inner = [argument[2]]
        elif operation is tree.SUBPATTERN:
            inner = [argument[3]]
        elif operation is tree.BRANCH:
            inner = argument[1]
        elif operation in (tree.ASSERT, tree.ASSERT_NOT):
            inner = [argument[1]]
        elif operation is tree.ATOMIC_GROUP:
            inner = [argument]
        else:
            continue
        if any(_has_references(each) for each in inner):
            return True
    return False
