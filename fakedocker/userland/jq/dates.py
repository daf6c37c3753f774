"""jq's functions of dates: seconds since 1970, broken down times, and texts of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from fakedocker.base.regex import compile_pattern
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.jq.context import Context
from fakedocker.userland.jq.values import JqError, Value
from fakedocker.userland.processes.dates import format_date

_EPOCH: Final = datetime(1970, 1, 1)


def _moment(seconds: float) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=math.floor(seconds))
    except (OverflowError, ValueError):
        raise JqError("error converting number of seconds since epoch to datetime") from None


def _broken_down(seconds: float) -> list[Value]:
    at = _moment(seconds)
    fraction = seconds - math.floor(seconds)
    second = float(at.second) + fraction
    weekday, day = (at.weekday() + 1) % 7, at.timetuple().tm_yday - 1
    return [
        float(at.year),
        float(at.month - 1),
        float(at.day),
        float(at.hour),
        float(at.minute),
        second,
        float(weekday),
        float(day),
    ]


def _seconds_of(value: Value, name: str) -> float:
    if not isinstance(value, list):
        raise JqError(f"{name} requires array inputs")
    if len(value) < 6:
        raise JqError(f"{name} requires array of 6 numbers")
    if not all(isinstance(part, float | int) and not isinstance(part, bool) for part in value):
        raise JqError(f"{name} requires parsed datetime inputs")
    year, month, day, hour, minute, second = (int(part) for part in value[:6])
    try:
        start = datetime(year + month // 12, month % 12 + 1, 1)
        at = start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    except (OverflowError, ValueError):
        raise JqError("invalid gmtime representation") from None
    return float((at - _EPOCH) // timedelta(seconds=1))


def _gmtime(name: str) -> Callable[[Context, Value], Value]:
    def convert(context: Context, value: Value) -> Value:
        if not isinstance(value, float | int) or isinstance(value, bool):
            raise JqError(f"{name}() requires numeric inputs")
        return _broken_down(value)

    return convert


def _strftime(name: str) -> Callable[[Context, Value, Value], Value]:
    def write(context: Context, value: Value, form: Value) -> Value:
        if isinstance(value, float | int) and not isinstance(value, bool):
            value = _broken_down(value)
        elif not isinstance(value, list):
            raise JqError(f"{name}/1 requires parsed datetime inputs")
        if not isinstance(form, str):
            raise JqError(f"{name}/1 requires a string format")
        return format_date(form, int(_seconds_of(value, name)))

    return write


_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_PARTS: Final = {
    "Y": (r"[+-]?\d{1,4}", "year"), "m": (r"\d\d?", "month"), "d": (r"\d\d?", "day"), "e": (r"\s*\d\d?", "day"),
    "H": (r"\d\d?", "hour"), "M": (r"\d\d?", "minute"), "S": (r"\d\d?", "second"), "j": (r"\d{1,3}", "yearday"),
    "I": (r"\d\d?", "hour"), "y": (r"\d\d?", "short"), "s": (r"\d+", "epoch"), "p": (r"[AaPp][Mm]", "half"),
    "Z": (r"[A-Za-z]+", ""), "z": (r"[-+]\d\d:?\d\d|Z", "zone"), "a": (r"[A-Za-z]+", ""), "A": (r"[A-Za-z]+", ""),
    "b": (r"[A-Za-z]{3,}", "name"), "B": (r"[A-Za-z]{3,}", "name"), "h": (r"[A-Za-z]{3,}", "name"), "%": ("%", ""),
}  # fmt: skip
_COMPOUNDS: Final = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "D": "%m/%d/%y", "R": "%H:%M", "c": "%a %b %e %H:%M:%S %Y"}


def _strptime(context: Context, value: Value, form: Value) -> Value:
    if not isinstance(value, str):
        raise JqError("strptime/1 requires string inputs and arguments")
    if not isinstance(form, str):
        raise JqError("strptime/1 requires string inputs and arguments")
    for letter, meaning in _COMPOUNDS.items():
        form = form.replace(f"%{letter}", meaning)
    parts: list[str] = []
    names: list[str] = []
    for piece in re.findall(r"%.|\s+|.", form, re.DOTALL):
        if piece[0] == "%" and len(piece) == 2:
            if piece[1] not in _PARTS:
                raise Unsimulated(f"the conversion {piece} of strptime/1", 5)
            pattern, name = _PARTS[piece[1]]
            parts.append(f"({pattern})")
            names.append(name)
        else:
            parts.append(r"\s*" if piece.isspace() else re.escape(piece))
    match = compile_pattern("".join(parts)).fullmatch(value)
    found = {name: text or "" for name, text in zip(names, match.groups(), strict=True)} if match is not None else {}
    if match is None or _out_of_range(found):
        raise JqError(f'date "{value}" does not match format "{form}"')
    return _from_parts(found)


def _out_of_range(found: dict[str, str]) -> bool:
    limits = {
        "month": (1, 12),
        "day": (1, 31),
        "hour": (0, 23),
        "minute": (0, 59),
        "second": (0, 60),
        "yearday": (1, 366),
    }
    if "name" in found and found["name"].lower()[:3] not in _MONTHS:
        return True
    return any(name in found and not low <= int(found[name]) <= high for name, (low, high) in limits.items())


def _from_parts(found: dict[str, str]) -> Value:
    if "epoch" in found:
        return _broken_down(float(found["epoch"]))
    year = int(found.get("year", "1900"))
    if "short" in found:
        year = int(found["short"]) + (1900 if int(found["short"]) > 68 else 2000)
    month = _MONTHS.index(found["name"].lower()[:3]) if "name" in found else int(found.get("month", "1")) - 1
    hour = int(found.get("hour", "0"))
    if "half" in found:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    day = int(found.get("day", "1" if "month" in found or "name" in found or "yearday" in found else "0"))
    parts = [
        float(year),
        float(month),
        float(day),
        float(hour),
        float(found.get("minute", "0")),
        float(found.get("second", "0")),
    ]
    if "yearday" in found:
        at = datetime(year, 1, 1) + timedelta(days=int(found["yearday"]) - 1)
        parts[1:3] = [float(at.month - 1), float(at.day)]
    try:
        at = datetime(year, int(parts[1]) + 1, max(int(parts[2]), 1))
    except ValueError:
        at = datetime(year, int(parts[1]) + 1, 1) + timedelta(days=int(parts[2]) - 1)
    return [*parts, float((at.weekday() + 1) % 7), float(at.timetuple().tm_yday - 1)]


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "gmtime/0": _gmtime("gmtime"),
    "localtime/0": _gmtime("localtime"),
    "mktime/0": lambda context, value: _seconds_of(value, "mktime"),
    "strftime/1": _strftime("strftime"),
    "strflocaltime/1": _strftime("strflocaltime"),
    "strptime/1": _strptime,
}
