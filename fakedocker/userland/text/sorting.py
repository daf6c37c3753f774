"""sort, uniq and shuf: lines in another order."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    read_text,
)
from fakedocker.userland.text.text import cannot_open, input_status
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, tell, whole

PROGRAMS = Register()
_SORT_KEY = re.compile(r"(\d+)(?:\.(\d+))?([bdfginMhrRV]*)(?:,(\d+)(?:\.(\d+))?([bdfginMhrRV]*))?")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@PROGRAMS.program(
    "sort",
    usage="[-nrughMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...\n",
    usage_status=2,
)
def _sort(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "reverse": "r", "numeric-sort": "n", "unique": "u", "key=": "k", "field-separator=": "t", "output=": "o",
        "human-numeric-sort": "h", "version-sort": "V", "ignore-case": "f", "stable": "s", "check": "c", "zero-terminated": "z",
        "random-sort": "R", "general-numeric-sort": "g", "month-sort": "M", "ignore-leading-blanks": "b", "dictionary-order": "d", "merge": "m",
    }  # fmt: skip
    options = parse_options(system, argv, "nrughMcCszbdfimVRk:t:o:S:T:", long)

    def report(system: System, name: str, problem: OSError) -> None:
        tell(system, f"{name}: {problem.strerror}", f"cannot read: {name}: {problem.strerror}")

    data = read_text(system, state, options.operands, report)
    if state.get("input_failed"):
        return 2
    end = "\0" if "z" in options else "\n"
    lines = data.split(end)
    if lines[-1] == "":
        lines.pop()
    system.charge(len(lines))
    compare = _comparison(options)
    if "c" in options or "C" in options:
        return _check_sorted(system, lines, compare, options)
    ordered = sorted(lines, key=cmp_to_key(compare))
    if "u" in options:
        keys_only = _comparison(options, last_resort=False)
        ordered = [line for place, line in enumerate(ordered) if not place or keys_only(ordered[place - 1], line) != 0]
    output = bytes_of("".join(line + end for line in ordered))
    if "o" in options:
        system.write_file(options.last("o"), output)
    else:
        system.put(output)
    return 0


def _check_sorted(system: System, lines: list[str], compare: Callable[[str, str], int], options: Options) -> int:
    for place in range(1, len(lines)):
        order = compare(lines[place - 1], lines[place])
        if order > 0 or (order == 0 and "u" in options):
            if "c" in options:
                name = (options.operands or ("-",))[0]
                if is_busybox(system):
                    system.put(f"Check line {place}\n", 2)
                else:
                    say(system, f"{name}:{place + 1}: disorder: {lines[place]}")
            return 1
    return 0


def _comparison(options: Options, last_resort: bool = True) -> Callable[[str, str], int]:
    """A function that compares two lines by the keys, or as a whole."""
    general = "".join(name for name, _ in options.given if name in "bdfginMhrRV")
    separator = options.last("t") or None
    if separator == "\\t":
        separator = "\t"
    keys = []
    for text in options.values("k"):
        match = _SORT_KEY.fullmatch(text)
        if match is None or match[1] == "0":
            raise UsageProblem(f"invalid number at field start: invalid count at start of ‘{text}’", 2, bare=True)
        flags = (match[3] or "") + (match[6] or "") or general
        keys.append((match, flags))

    def compare(left: str, right: str) -> int:
        for match, flags in keys:
            order = _compare_text(_field(left, match, separator), _field(right, match, separator), flags)
            if order:
                return order
        if not keys:
            order = _compare_text(left, right, general)
            if order:
                return order
        if "s" in options or "u" in options or not last_resort:
            return 0
        order = (left > right) - (left < right)
        return -order if "r" in general else order

    return compare


def _field(line: str, match: re.Match[str], separator: str | None) -> str:
    """The part of a line that a key means."""
    if separator is None:
        starts = [found.start() for found in re.finditer(r"\s*\S+", line)] or [0]
        ends = [found.end() for found in re.finditer(r"\s*\S+", line)] or [0]
    else:
        starts, ends, at = [], [], 0
        for piece in line.split(separator):
            starts.append(at)
            ends.append(at + len(piece))
            at += len(piece) + len(separator)
    first = int(match[1]) - 1
    if first >= len(starts):
        return ""
    start = starts[first]
    if match[2]:
        if "b" in (match[3] or ""):
            start += len(line[start:]) - len(line[start:].lstrip())
        start += int(match[2]) - 1
    if match[4] is None:
        return line[start:]
    last = int(match[4]) - 1
    if last >= len(ends):
        return line[start:]
    end = starts[last] + int(match[5]) if match[5] and match[5] != "0" else ends[last]
    return line[start:end]


def _compare_text(left: str, right: str, flags: str) -> int:
    a, b = _sort_value(left, flags), _sort_value(right, flags)
    order = int(a > b) - int(a < b)
    return -order if "r" in flags else order


def _sort_value(text: str, flags: str) -> Any:
    if "n" in flags or "g" in flags:
        match = re.match(r"\s*(-?\d*\.?\d*(?:[eE][-+]?\d+)?)" if "g" in flags else r"\s*(-?\d*\.?\d*)", text)
        digits = match[1] if match else ""
        try:
            return float(digits)
        except ValueError:
            return 0.0
    if "h" in flags:
        match = re.match(r"\s*(-?\d+\.?\d*)([kKMGTPE]?)", text)
        return (float(match[1]) * 1024 ** " KMGTPE".index(match[2].upper() or " ")) if match else 0.0
    if "M" in flags:
        month = text.strip().lower()[:3]
        return _MONTHS.index(month) + 1 if month in _MONTHS else 0
    if "V" in flags:
        return [
            (0, int(piece), "") if is_digits(piece) else (1, 0, piece) for piece in re.split(r"(\d+)", text) if piece
        ]
    if "b" in flags:
        text = text.lstrip()
    if "d" in flags:
        text = "".join(character for character in text if character.isalnum() or character.isspace())
    return text.upper() if "f" in flags else text


@PROGRAMS.program("uniq", usage="[-cduiz] [-f,s,w N] [FILE [OUTFILE]]\n")
def _uniq(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "count": "c", "repeated": "d", "unique": "u", "ignore-case": "i", "skip-fields=": "f", "skip-chars=": "s",
        "check-chars=": "w",
    }  # fmt: skip
    options = parse_options(system, argv, "cduizDf:s:w:", long)
    lines = read_text(system, state, options.operands[:1], cannot_open).splitlines()
    if state.get("input_failed"):
        return 1
    skip_fields = whole(system, options.last("f", "0"), "{}: invalid number of fields to skip")
    skip = whole(system, options.last("s", "0"), "{}: invalid number of bytes to skip")
    width = whole(system, options.last("w", "0"), "{}: invalid number of bytes to compare")

    def key(line: str) -> str:
        rest = re.sub(rf"^(\s*\S+){{0,{skip_fields}}}", "", line)[skip:]
        rest = rest[:width] if width else rest
        return rest.lower() if "i" in options else rest

    groups: list[tuple[str, int]] = []
    for line in lines:
        if groups and key(groups[-1][0]) == key(line):
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    shown = []
    for line, count in groups:
        if ("d" in options and count < 2) or ("u" in options and count > 1):
            continue
        shown.append(f"{count:7d} {line}\n" if "c" in options else f"{line}\n")
    output = bytes_of("".join(shown))
    if len(options.operands) > 1:
        system.write_file(options.operands[1], output)
    else:
        system.put(output)
    return 0


@PROGRAMS.program("shuf", usage="[-n NUM] [-o FILE] [-z] [FILE | -e [ARG...] | -i L-H]\n")
def _shuf(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"head-count=": "n", "output=": "o", "echo": "e", "input-range=": "i", "zero-terminated": "z"}
    options = parse_options(system, argv, "n:o:ei:z", long)
    end = "\0" if "z" in options else "\n"
    if "i" in options:
        low, dash, high = options.last("i").partition("-")
        if not (dash and is_digits(low) and is_digits(high)):
            tell(system, f"bad range '{options.last('i')}'", f"invalid input range: ‘{options.last('i')}’")
            return 1
        lines = [str(number) for number in range(int(low), int(high) + 1)]
    elif "e" in options:
        lines = list(options.operands)
    else:
        lines = read_text(system, state, options.operands[:1]).removesuffix(end).split(end)
    count = min(len(lines), whole(system, options.last("n", str(len(lines))), "invalid line count: ‘{}’"))
    shuffled = [lines.pop(system.random(len(lines))) for _ in range(count)]
    output = bytes_of("".join(line + end for line in shuffled))
    if "o" in options:
        system.write_file(options.last("o"), output)
    else:
        system.put(output)
    return input_status(state)
