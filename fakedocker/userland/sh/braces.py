"""Brace expansion, bash's {a,b} and {1..9}: one word becomes several, before any other expansion.

It works on parts, so that quoted braces and commas stay what they are. It must not know what comes after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.nodes import Literal, Part, Parts
from fakedocker.userland.sh.part_reader import merge

_RANGE = lazy_pattern(r"\{(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(?:\.\.(-?\d+))?\}")
_LIMIT = 100_000


def expand_braces(parts: Parts) -> list[Parts]:
    """The words that a word stands for; time and size grow with their number."""
    if not any(isinstance(part, Literal) and "{" in part.text for part in parts):
        return [parts]
    atoms: list[Part | str] = []
    for part in parts:
        if isinstance(part, Literal):
            atoms.extend(part.text)
        else:
            atoms.append(part)
    return [merge([Literal(atom) if isinstance(atom, str) else atom for atom in word]) for word in _expand(atoms)]


def _expand(atoms: Sequence[Part | str]) -> list[list[Part | str]]:
    for start, atom in enumerate(atoms):
        if atom != "{":
            continue
        end, commas = _closing(atoms, start)
        if end is None:
            continue
        alternatives = _alternatives(atoms, start, end, commas)
        if alternatives is None:
            continue
        tails = _expand(atoms[end + 1 :])
        before = list(atoms[:start])
        return [[*before, *middle, *tail] for middle in alternatives for tail in tails][:_LIMIT]
    return [list(atoms)]


def _closing(atoms: Sequence[Part | str], start: int) -> tuple[int | None, list[int]]:
    """Where the brace at `start` closes, and its own commas."""
    depth, commas = 0, list[int]()
    for at in range(start, len(atoms)):
        if atoms[at] == "{":
            depth += 1
        elif atoms[at] == "}":
            depth -= 1
            if depth == 0:
                return at, commas
        elif atoms[at] == "," and depth == 1:
            commas.append(at)
    return None, commas


def _alternatives(
    atoms: Sequence[Part | str], start: int, end: int, commas: list[int]
) -> list[list[Part | str]] | None:
    if commas:
        bounds = [start, *commas, end]
        pieces = [atoms[left + 1 : right] for left, right in pairwise(bounds)]
        return [word for piece in pieces for word in _expand(piece)]
    inside = atoms[start : end + 1]
    if not all(isinstance(atom, str) for atom in inside):
        return None
    match = _RANGE.fullmatch("".join(str(atom) for atom in inside))
    return None if match is None else [list(text) for text in _range(match)]


def _range(match: re.Match[str]) -> list[str]:
    first, last, step_text = match.groups()
    numeric = is_digits(first.lstrip("-")) and is_digits(last.lstrip("-"))
    if not numeric and (is_digits(first.lstrip("-")) or is_digits(last.lstrip("-"))):
        return [match[0]]
    low, high = (int(first), int(last)) if numeric else (ord(first), ord(last))
    step = max(1, abs(int(step_text or 1)))
    numbers = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
    if not numeric:
        return [chr(number) for number in numbers[:_LIMIT]]
    padded = any(len(text.lstrip("-")) > 1 and text.lstrip("-").startswith("0") for text in (first, last))
    width = max(len(first), len(last)) if padded else 0
    return [f"{number:0{width}d}" if width else str(number) for number in numbers[:_LIMIT]]
