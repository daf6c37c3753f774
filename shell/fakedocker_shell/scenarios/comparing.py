"""Comparing what was found with what a check says, and finding values by the path of `docker inspect`. Pure rules."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from fakedocker.base.json_types import Json
from fakedocker.base.numbers import is_digits

_SHOWN = 80
_LOOKED_AT = 400


def lookup(document: Json, path: Sequence[str]) -> list[Json]:
    """All values at a path; `*` stands for every one, and an entry of a list may be named by its Destination or Name."""
    values = [document]
    for part in path:
        values = [found for value in values for found in _step(value, part)]
    return values


def _step(value: Json, part: str) -> list[Json]:
    if isinstance(value, dict):
        if part == "*":
            return list(value.values())
        return [value[part]] if part in value else []
    if isinstance(value, list):
        if part == "*":
            return list(value)
        if is_digits(part):
            return value[int(part) : int(part) + 1]
        return [
            entry
            for entry in value
            if isinstance(entry, dict) and part in (entry.get("Destination"), entry.get("Name"))
        ]
    return []


def holds(found: Json, operator: str, value: str) -> bool:
    """Whether a comparison is true."""
    if operator == "in":
        return any(_equal(found, part.strip()) for part in value.split(","))
    if operator == "==":
        return _equal(found, value)
    if operator == "!=":
        return not _equal(found, value)
    if operator == "matches":
        return found is not None and re.search(value, shown(found)) is not None
    if operator == "has":
        if isinstance(found, list):
            return any(_equal(entry, value) for entry in found)
        if isinstance(found, dict):
            return value in found
        return isinstance(found, str) and value in found
    return _ordered(found, operator, value)


def _equal(found: Json, value: str) -> bool:
    if isinstance(found, bool):
        return value == str(found).lower()
    if found is None:
        return value in ("null", "")
    if isinstance(found, int | float):
        try:
            return float(value) == float(found)
        except ValueError:
            return False
    return shown(found) == value


def _ordered(found: Json, operator: str, value: str) -> bool:
    left: Json
    right: Json
    try:
        left, right = float(found), float(value)
    except (TypeError, ValueError):
        if not isinstance(found, str):
            return False
        left, right = found, value
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def shown(found: Json) -> str:
    """A value as text: JSON's words, without quotes around a text."""
    return found if isinstance(found, str) else json.dumps(found, separators=(",", ":"))


def abbreviated(found: Json) -> str:
    """The same on one short line."""
    text = " ".join(shown(found)[:_LOOKED_AT].split())  # an output may be long
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
