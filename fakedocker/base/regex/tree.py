"""The parse tree of an expression, as the parser of Python's `re` makes it, and tests for one character.

The tree is a sequence of (operation, argument). Everything else of this package knows it through the names of this
module.
"""

from __future__ import annotations

import re
import re._constants as constants  # type: ignore[import-not-found]  # typeshed has it by its old name, which warns
import re._parser as parser  # type: ignore[import-not-found]  # likewise
import warnings
from collections.abc import Sequence
from typing import Any, Final

Item = tuple[Any, Any]
Items = Sequence[Item]

LITERAL: Final = constants.LITERAL
NOT_LITERAL: Final = constants.NOT_LITERAL
ANY: Final = constants.ANY
IN: Final = constants.IN
NEGATE: Final = constants.NEGATE
RANGE: Final = constants.RANGE
CATEGORY: Final = constants.CATEGORY
AT: Final = constants.AT
BRANCH: Final = constants.BRANCH
SUBPATTERN: Final = constants.SUBPATTERN
MAX_REPEAT: Final = constants.MAX_REPEAT
MIN_REPEAT: Final = constants.MIN_REPEAT
POSSESSIVE_REPEAT: Final = constants.POSSESSIVE_REPEAT
REPEATS: Final = (MAX_REPEAT, MIN_REPEAT, POSSESSIVE_REPEAT)
GROUPREF: Final = constants.GROUPREF
GROUPREF_EXISTS: Final = constants.GROUPREF_EXISTS
ASSERT: Final = constants.ASSERT
ASSERT_NOT: Final = constants.ASSERT_NOT
ATOMIC_GROUP: Final = constants.ATOMIC_GROUP
FAILURE: Final = constants.FAILURE
AT_BEGINNING: Final = constants.AT_BEGINNING
AT_BEGINNING_STRING: Final = constants.AT_BEGINNING_STRING
AT_END: Final = constants.AT_END
AT_END_STRING: Final = constants.AT_END_STRING
AT_BOUNDARY: Final = constants.AT_BOUNDARY
AT_NON_BOUNDARY: Final = constants.AT_NON_BOUNDARY
UNLIMITED: Final[int] = int(constants.MAXREPEAT)
SINGLE: Final = frozenset({LITERAL, NOT_LITERAL, ANY, IN})
"""Operations that take exactly one character."""

OTHERS: Final = 1 << 128  # in a mask of characters: those beyond ASCII
EVERYTHING: Final = (1 << 129) - 1


def parse(source: str, flags: int) -> tuple[Items, int]:
    """The tree of an expression, and its flags with those that it sets itself. Raises re.error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(source, flags)
    return list(tree), int(tree.state.flags)


class CharacterTest(dict[str, bool]):
    """Whether a character is taken, remembered; "" stands for no character, which never is."""

    __slots__ = ("_flags", "_item")

    def __init__(self, item: Item, flags: int) -> None:
        super().__init__({"": False})
        self._item = item
        self._flags = flags

    def __missing__(self, character: str) -> bool:
        if len(self) > 4096:
            self.clear()
            self[""] = False
        taken = self[character] = self._decide(character)
        return taken

    def _decide(self, character: str) -> bool:
        operation, argument = self._item
        if operation is ANY:
            return character != "\n" or bool(self._flags & re.DOTALL)
        codes = {ord(character)}
        if self._flags & re.IGNORECASE:
            codes |= {ord(other) for other in (character.lower(), character.upper()) if len(other) == 1}
        if operation is LITERAL:
            return argument in codes
        if operation is NOT_LITERAL:
            return argument not in codes
        negated = bool(argument) and argument[0][0] is NEGATE
        return any(_is_member(each, code, self._flags) for each in argument for code in codes) != negated


def _is_member(member: Item, code: int, flags: int) -> bool:
    operation, argument = member
    if operation is LITERAL:
        return bool(argument == code)
    if operation is RANGE:
        return bool(argument[0] <= code <= argument[1])
    if operation is CATEGORY:
        name = str(argument)
        kind = name.rsplit("_", 1)[1]
        inside = is_word(chr(code), flags) if kind == "WORD" else _is_in_category(chr(code), kind, flags)
        return inside != ("NOT_" in name)
    return False


def _is_in_category(character: str, kind: str, flags: int) -> bool:
    if flags & re.ASCII and not character.isascii():
        return False
    return character.isspace() if kind == "SPACE" else character.isdecimal()


def is_word(character: str, flags: int = 0) -> bool:
    if not character or (flags & re.ASCII and not character.isascii()):
        return False
    return character == "_" or character.isalnum()


def mask_of(item: Item, flags: int) -> int:
    """The characters an item may take as bits, the last of which stands for all beyond ASCII; too many rather than too few."""
    operation, argument = item
    if operation is LITERAL and not flags & re.IGNORECASE:
        return 1 << argument if argument < 128 else OTHERS
    test = CharacterTest(item, flags)
    mask = sum(1 << code for code in range(128) if test[chr(code)])
    plain = operation is IN and all(
        (kind is LITERAL and value < 128) or (kind is RANGE and value[1] < 128) for kind, value in argument
    )
    return mask if plain and not flags & re.IGNORECASE else mask | OTHERS


def inner_flags(flags: int, argument: tuple[object, int, int, object]) -> int:
    """The flags inside a group (?i-m:...)."""
    return int((flags | argument[1]) & ~argument[2])
