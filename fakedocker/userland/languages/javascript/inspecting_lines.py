"""How the parts of an object are put on lines (node's util.inspect): all on one, each on its own, or in columns."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    JsArray,
    JsBytes,
    Value,
)
from fakedocker.userland.languages.javascript.inspecting import Inspector
from fakedocker.userland.languages.javascript.units import from_units

_COLOUR: Final = re.compile(r"\x1b\[\d+m")


def width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    if text.isascii():
        return len(text)
    found = 0
    for character in from_units(text):
        if unicodedata.category(character) in ("Mn", "Me", "Cf") or character == "\u200b":
            continue
        found += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return found


class Shown:
    """An object taken apart: braces around entries, after a base; `is_list` if its entries are grouped as an array's."""

    def __init__(self, braces: tuple[str, str], entries: list[str], base: str = "", is_list: bool = False) -> None:
        self.braces = braces
        self.entries = entries
        self.base = base
        self.is_list = is_list


def on_lines(inspector: Inspector, shown: Shown, level: int, value: Value) -> str:
    """All on one line if it fits and is not too deep, else an entry a line, those of long arrays in columns."""
    options = inspector.options
    entries = shown.entries
    begin, end = shown.braces
    base = f"{shown.base} " if shown.base else ""
    if options.compact >= 1:
        count = len(entries)
        if shown.is_list and count > 6:
            entries = _grouped(inspector, entries, value)
        if inspector.depth - level < options.compact and count == len(entries):
            start = len(entries) + inspector.indentation + len(begin) + len(shown.base) + 10
            total = (
                sum(len(_COLOUR.sub("", entry) if options.colors else entry) for entry in entries)
                + len(entries)
                + start
            )
            joined = ", ".join(entries)
            if total <= options.break_length and "\n" not in shown.base and "\n" not in joined:
                return f"{base}{begin} {joined} {end}"
    indent = "\n" + " " * inspector.indentation
    joined = f",{indent}  ".join(entries)
    return f"{base}{begin}{indent}  {joined}{indent}{end}"


def _grouped(inspector: Inspector, entries: list[str], value: Value) -> list[str]:
    """Entries of an array in columns, if they are short and alike."""
    options = inspector.options
    size = len(value.items) if type(value) is JsArray else value.length if isinstance(value, JsBytes) else 0
    has_more = size > options.most_items
    length = len(entries) - (1 if has_more else 0)
    sizes = [width(_COLOUR.sub("", entry) if options.colors else entry) for entry in entries[:length]]
    total = sum(sizes) + 2 * length
    longest = max(sizes, default=0)
    actual = longest + 2
    if not (actual * 3 + inspector.indentation < options.break_length and (total / actual > 5 or longest <= 6)):
        return entries
    bias = math.sqrt(actual - total / len(entries))
    biased = max(actual - 3 - bias, 1)
    columns = min(
        math.floor(math.sqrt(2.5 * biased * length) / biased + 0.5),
        math.floor((options.break_length - inspector.indentation) / actual),
        options.compact * 4,
        15,
    )
    if columns <= 1:
        return entries
    widths = [max(sizes[column::columns], default=0) + 2 for column in range(columns)]
    items = value.items if type(value) is JsArray else []
    to_the_right = type(value) is JsBytes or (
        all(type(item) in (float, int) for item in items[: len(entries)]) and len(items) >= len(entries) - has_more
    )
    found: list[str] = []
    for start in range(0, length, columns):
        row = entries[start : min(start + columns, length)]
        parts: list[str] = []
        for place, entry in enumerate(row):
            hidden_size = len(entry) - sizes[start + place]
            is_last = place == len(row) - 1
            if to_the_right:
                parts.append(
                    entry.rjust(widths[place] - 2 + hidden_size)
                    if is_last
                    else f"{entry}, ".rjust(widths[place] + hidden_size)
                )
            else:
                parts.append(entry if is_last else f"{entry}, ".ljust(widths[place] + hidden_size))
        found.append("".join(parts))
    return found + entries[length:]
