"""What can be said of an expression before it is matched: how much work it may be, and whether its first match is its
longest.

All answers err on the safe side: work may be overestimated, and a first match said to be possibly not the longest.
"""

from __future__ import annotations

import math
import re
from typing import Any

from msgspec import Struct

from fakedocker.base.regex import tree
from fakedocker.base.regex.tree import Item, Items

_MOST = 10**18


class Analysis(Struct, frozen=True):
    first: int
    """A mask of the characters a match may begin with."""
    nullable: bool
    """Whether it may match nothing."""
    exact: bool
    """Whether the first match found is always the longest from its place."""
    direct_limit: int
    """The length in characters of the longest text that `re` searches within the budget."""
    literals: tuple[str, ...]
    """Texts that are in every match, in this order and not overlapping."""
    literals_suffice: bool
    """Whether a line with such texts has a match: between them may be anything."""


class _Tail(Struct, frozen=True):
    """What follows an item."""

    first: int
    nullable: bool
    fixed: bool  # always as long


def analyse(items: Items, flags: int, budget_steps: int) -> Analysis:
    judge = _Judge()
    head = judge.sequence(items, flags, _Tail(0, True, True))
    return Analysis(
        head.first,
        head.nullable,
        judge.exact,
        _direct_limit(items, flags, judge.deterministic, budget_steps),
        *_literals(items, flags),
    )


class _Judge:
    """Goes through an expression from its end and looks whether every choice is decided by the next character."""

    def __init__(self) -> None:
        self.deterministic = True
        self.exact = True

    def sequence(self, items: Items, flags: int, tail: _Tail) -> _Tail:
        for item in reversed(list(items)):
            tail = self._item(item, flags, tail)
        return tail

    def _item(self, item: Item, flags: int, tail: _Tail) -> _Tail:
        operation, argument = item
        if operation in tree.SINGLE:
            return _Tail(tree.mask_of(item, flags), False, tail.fixed)
        if operation is tree.AT:
            return tail
        if operation is tree.SUBPATTERN:
            return self.sequence(argument[3], tree.inner_flags(flags, argument), tail)
        if operation is tree.BRANCH:
            return self._branch(argument[1], flags, tail)
        if operation is tree.MAX_REPEAT:
            return self._repeat(argument, flags, tail)
        if operation in (tree.ASSERT, tree.ASSERT_NOT):
            single = len(argument[1]) == 1 and argument[1][0][0] in tree.SINGLE
            self.deterministic &= single
            self.exact &= single
            return tail
        self.deterministic = self.exact = False
        return _Tail(tree.EVERYTHING, True, False)

    def _branch(self, branches: list[Items], flags: int, tail: _Tail) -> _Tail:
        heads = [self.sequence(branch, flags, tail) for branch in branches]
        first, disjoint = 0, True
        for place, head in enumerate(heads):
            may_be_nothing = width(branches[place])[0] == 0
            disjoint &= not first & head.first and not (may_be_nothing and place < len(heads) - 1)
            first |= head.first
        widths = {width(branch) for branch in branches}
        same = len(widths) == 1 and all(low == high for low, high in widths)
        self.deterministic &= disjoint
        self.exact &= same or disjoint
        return _Tail(first, any(head.nullable for head in heads), same and tail.fixed)

    def _repeat(self, argument: tuple[int, int, Items], flags: int, tail: _Tail) -> _Tail:
        least, most, body = argument
        low, high = width(body)
        alone = _Judge()
        own = alone.sequence(body, flags, _Tail(0, True, True))
        again = self.sequence(body, flags, _Tail(tail.first | own.first, tail.nullable, tail.fixed and low == high))
        disjoint = not own.first & tail.first and low > 0
        if least != most:
            self.deterministic &= disjoint
            self.exact &= low > 0 and (disjoint or (tail.fixed and low == high))
        self.deterministic &= alone.deterministic and (most <= 1 or low == high or disjoint)
        self.exact &= alone.exact
        if least == 0 or low == 0:
            return _Tail(own.first | tail.first, tail.nullable, False)
        return _Tail(again.first, False, tail.fixed and least == most and low == high)


def width(items: Items) -> tuple[int, int]:
    """The least and the greatest number of characters a sequence takes."""
    low = high = 0
    for operation, argument in items:
        least, most = _item_width(operation, argument)
        low, high = min(low + least, _MOST), min(high + most, _MOST)
    return low, high


def _item_width(operation: Any, argument: Any) -> tuple[int, int]:
    if operation in tree.SINGLE:
        return 1, 1
    if operation in (tree.AT, tree.ASSERT, tree.ASSERT_NOT):
        return 0, 0
    if operation is tree.SUBPATTERN:
        return width(argument[3])
    if operation is tree.ATOMIC_GROUP:
        return width(argument)
    if operation is tree.BRANCH:
        widths = [width(branch) for branch in argument[1]]
        return min(low for low, _ in widths), max(high for _, high in widths)
    if operation in tree.REPEATS:
        low, high = width(argument[2])
        return min(low * argument[0], _MOST), min(high * argument[1], _MOST)
    return 0, _MOST


def _direct_limit(items: Items, flags: int, deterministic: bool, budget_steps: int) -> int:
    size = _size(items)
    anchored = bool(items) and (
        items[0] == (tree.AT, tree.AT_BEGINNING_STRING)
        or (items[0] == (tree.AT, tree.AT_BEGINNING) and not flags & re.MULTILINE)
    )

    def cost(length: int) -> float:
        ways = float(length) if deterministic else math.exp(min(_ways(items, length), 100.0))
        if _only_last_varies(items):
            ways = 1.0
        return (1.0 if anchored else float(length)) * max(ways, 1.0) * size + length

    limit = 0
    for exponent in range(2, 49):
        length = int(2 ** (exponent / 2))
        if cost(length) > budget_steps:
            break
        limit = length
    return limit


def _only_last_varies(items: Items) -> bool:
    """Whether nothing can fail once the first choice has been made: all but the last is fixed, and that repeats one character."""
    if not items:
        return True
    *before, (operation, argument) = items
    if operation in (tree.MAX_REPEAT, tree.MIN_REPEAT):
        least, _, body = argument
        simple = least <= 1 and len(body) == 1 and body[0][0] in tree.SINGLE
    elif operation is tree.SUBPATTERN:
        simple = _only_last_varies(argument[3])
    else:
        simple = operation in tree.SINGLE
    return simple and all(kind in tree.SINGLE or kind is tree.AT for kind, _ in before)


def _size(items: Items) -> int:
    total = 1
    for operation, argument in items:
        if operation in tree.REPEATS:
            total += min(max(argument[0], 1), 1000) * _size(argument[2])
        elif operation is tree.SUBPATTERN:
            total += _size(argument[3])
        elif operation is tree.BRANCH:
            total += sum(_size(branch) for branch in argument[1])
        elif operation in (tree.ASSERT, tree.ASSERT_NOT):
            total += _size(argument[1])
        elif operation is tree.ATOMIC_GROUP:
            total += _size(argument)
        elif operation is tree.GROUPREF_EXISTS:
            total += _size(argument[1]) + _size(argument[2] or [])
        else:
            total += 1
    return total


def _ways(items: Items, length: int) -> float:
    """The logarithm of the number of ways in which a text of this length can be shared among the parts."""
    total = 0.0
    simple = 0
    for operation, argument in items:
        if operation in tree.REPEATS:
            least, most, body = argument
            own = _ways(body, length)
            low, high = width(body)
            if least == most and not own:
                continue
            if own or (low != high and most > 1):
                total += min(most, length + 1) * max(own, math.log(2))
            simple += 1
            total += math.log(min(most - least, length) + 1)
        elif operation is tree.SUBPATTERN:
            total += _ways(argument[3], length)
        elif operation is tree.BRANCH:
            total += math.log(sum(math.exp(min(_ways(branch, length), 600.0)) for branch in argument[1]))
        elif operation in (tree.ASSERT, tree.ASSERT_NOT):
            total += _ways(argument[1], length) + math.log(length + 1)
        elif operation is tree.ATOMIC_GROUP:
            total += _ways(argument, length) + math.log(length + 1)
        elif operation is tree.GROUPREF_EXISTS:
            total += _ways(argument[1], length) + _ways(argument[2] or [], length)
    return total - math.lgamma(simple + 1)  # they share one text


def _literals(items: Items, flags: int) -> tuple[tuple[str, ...], bool]:
    """Runs of plain letters at the top level, and whether there is nothing else but `.*` between them."""
    if flags & re.IGNORECASE:
        return (), False
    found: list[str] = []
    run = ""
    suffice = True
    for operation, argument in items:
        if operation is tree.LITERAL:
            run += chr(argument)
            continue
        if operation is tree.AT:
            suffice = False
            continue
        if run:
            found.append(run)
            run = ""
        if operation is tree.SUBPATTERN and not argument[1]:
            inner, _ = _literals(argument[3], flags)
            found += inner
            suffice = False
        else:
            suffice = suffice and operation is tree.MAX_REPEAT and _is_anything(argument)
    return (*found, *([run] if run else ())), suffice


def _is_anything(argument: tuple[int, int, Items]) -> bool:
    least, most, body = argument
    return least == 0 and most == tree.UNLIMITED and len(body) == 1 and next(iter(body))[0] is tree.ANY
