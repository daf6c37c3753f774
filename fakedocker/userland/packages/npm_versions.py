"""Versions and ranges as npm has them: whether 1.2.3 is in `^1.0.0 || >=2 <3`. Source: semver 7, its README.

Ranges that cannot be read contain nothing. It must not know packages.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from fakedocker.base.numbers import is_digits

Version: TypeAlias = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
_VERSION: Final = re.compile(r"[v=\s]*(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z.-]+))?(?:\+[\w.-]+)?")
_PARTIAL: Final = re.compile(
    r"[v=]*(?:(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:-([0-9A-Za-z.-]+))?(?:\+[\w.-]+)?)?)?)?"
)
_COMPARATOR: Final = re.compile(r"(\^|~>?|>=|<=|>|<|=)?\s*([^\s<>=~^|]*)")
_LONGEST: Final = 500
_LAST: Final = ((2, 0, ""),)
"""Sorts behind every prerelease: that of a release."""


def parse(text: str) -> Version | None:
    """A version, None for what is none."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3]), _prerelease(match[4])


def _prerelease(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if not text:
        return _LAST
    return tuple((0, int(part), "") if is_digits(part) and len(part) < 16 else (1, 0, part) for part in text.split("."))


def contains(bound: str, version: str) -> bool:
    """Whether a version is in a range."""
    found = parse(version)
    if found is None or len(bound) > _LONGEST:
        return False
    parts = [_comparisons(part.strip()) for part in bound.split("||")]
    return None not in parts and any(_all_hold(part, found) for part in parts if part is not None)


def named(bound: str) -> list[str]:
    """The versions that a range names, with what they leave out as noughts, those of its last part first."""
    if len(bound) > _LONGEST:
        return []
    found = re.findall(r"(?<![\w.])(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(-[0-9A-Za-z.-]+)?", bound)
    return [f"{major}.{minor or 0}.{patch or 0}{end if patch else ''}" for major, minor, patch, end in reversed(found)]


def _comparisons(text: str) -> list[tuple[str, Version]] | None:
    """What has to hold of a version together; None for what is no range."""
    hyphen = re.fullmatch(r"(\S+)\s+-\s+(\S+)", text)
    if hyphen is not None:
        text = f">={hyphen[1]} <={hyphen[2]}"
    bounds: list[tuple[str, Version]] = []
    for match in _COMPARATOR.finditer(text):
        if match[0].strip():
            found = _bounds(match[1] or "", match[2])
            if found is None:
                return None
            bounds += found
    return bounds


def _all_hold(bounds: list[tuple[str, Version]], version: Version) -> bool:
    if version[3] != _LAST and not any(own[:3] == version[:3] and own[3] != _LAST for _, own in bounds):
        return False  # a prerelease only where the range names one of the same version
    return all(_holds(how, version, own) for how, own in bounds)


def _holds(how: str, version: Version, own: Version) -> bool:
    if how == "=":
        return version == own
    return {">=": version >= own, "<": version < own, ">": version > own, "<=": version <= own}[how]


def _bounds(how: str, text: str) -> list[tuple[str, Version]] | None:
    """A comparator as plain comparisons; None for what is none."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    numbers = [int(part) for part in match.groups()[:3] if part is not None and is_digits(part)]
    if not numbers:
        return [] if text and how in ("", "^", "~", "~>", ">=", "<=", "=") else None
    full = len(numbers) == 3
    last = _prerelease(match[4]) if full else _FIRST if how == "<" else _LAST
    low: Version = (*_filled(numbers), last)
    if how == "^":
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return [(">=", low), ("<", _next(numbers, place))]
    if how in ("~", "~>"):
        return [(">=", low), ("<", _next(numbers, min(1, len(numbers) - 1)))]
    if how in ("", "="):
        return [("=", low)] if full else [(">=", low), ("<", _next(numbers, len(numbers) - 1))]
    if how == "<=" and not full:
        return [("<", _next(numbers, len(numbers) - 1))]
    if how == ">" and not full:
        return [(">=", (*_next(numbers, len(numbers) - 1)[:3], _LAST))]
    return [(how, low)]


_FIRST: Final[tuple[tuple[int, int, str], ...]] = ((0, 0, ""),)
"""Sorts before every release and nearly every prerelease."""


def _filled(numbers: list[int]) -> tuple[int, int, int]:
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _next(numbers: list[int], place: int) -> Version:
    """Where the next one begins, counted at a place, with its prereleases."""
    return (*_filled([*numbers[:place], numbers[place] + 1]), _FIRST)
