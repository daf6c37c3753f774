"""Moments as dates and times, and texts that mean one: the arithmetic of ECMA-262's Date, in the time zone UTC."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits

_DAY_MS: Final = 86_400_000
DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO: Final = re.compile(
    r"([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_WORDS: Final = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?:([A-Za-z]{3,9})\s+(\d{1,2})|(\d{1,2})[\s-]+([A-Za-z]{3,9})),?[\s-]+(\d{4})"
    r"(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?\s*(?:(?:GMT|UTC|Z)?\s*([+-]\d{4})?)?(?:\s*\([^)]*\))?",
    re.ASCII,
)
_SLASHES: Final = re.compile(
    r"(\d{1,4})[/-](\d{1,2})[/-](\d{1,4})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AaPp][Mm])?)?", re.ASCII
)


class Fields(NamedTuple):
    """A moment taken apart; months from 0, weekday from Sunday."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    millisecond: int
    weekday: int


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a day of the Gregorian calendar; month from 0, any whole numbers."""
    year += month // 12
    month = month % 12 + 1
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468 + day - 1


def fields(time_ms: float) -> Fields:
    """A moment taken apart."""
    days, left = divmod(int(time_ms), _DAY_MS)
    shifted = days + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    part = (5 * of_year + 2) // 153
    day = of_year - (153 * part + 2) // 5 + 1
    month = part + (3 if part < 10 else -9)
    year = year_of_era + era * 400 + (month <= 2)
    hour, left = divmod(left, 3_600_000)
    minute, left = divmod(left, 60_000)
    second, millisecond = divmod(left, 1000)
    return Fields(year, month - 1, day, hour, minute, second, millisecond, (days + 4) % 7)


def make_time(parts: list[float]) -> float:
    """The moment of year, month, day, hour, minute, second, millisecond; NaN if one is no number."""
    if not all(math.isfinite(part) for part in parts):
        return math.nan
    year, month, day, hour, minute, second, millisecond = (int(part) for part in parts)
    if abs(year) > 400_000 or abs(month) > 5_000_000 or abs(day) > 200_000_000:
        return math.nan
    days = days_from_civil(year, month, 1) + day - 1
    return clipped(float(days * _DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond))


def clipped(time_ms: float) -> float:
    """NaN for what lies beyond the range of dates."""
    return time_ms + 0.0 if abs(time_ms) <= 8.64e15 else math.nan


def iso_text(time_ms: float) -> str:
    """As toISOString gives it."""
    found = fields(time_ms)
    year = f"{found.year:04}" if 0 <= found.year <= 9999 else f"{'-' if found.year < 0 else '+'}{abs(found.year):06}"
    return f"{year}-{found.month + 1:02}-{found.day:02}T{found.hour:02}:{found.minute:02}:{found.second:02}.{found.millisecond:03}Z"


def date_text(time_ms: float) -> str:
    """As toDateString gives it."""
    found = fields(time_ms)
    return f"{DAYS[found.weekday]} {MONTHS[found.month]} {found.day:02} {found.year:04}"


def time_text(time_ms: float) -> str:
    """As toTimeString gives it."""
    found = fields(time_ms)
    return f"{found.hour:02}:{found.minute:02}:{found.second:02} GMT+0000 (Coordinated Universal Time)"


def utc_text(time_ms: float) -> str:
    """As toUTCString gives it."""
    found = fields(time_ms)
    return f"{DAYS[found.weekday]}, {found.day:02} {MONTHS[found.month]} {found.year:04} {found.hour:02}:{found.minute:02}:{found.second:02} GMT"


def parse(text: str) -> float | None:
    """The moment that a text means, NaN if none; None for a form that V8 may know and this does not."""
    text = text.strip()
    found = _ISO.fullmatch(text)
    if found:
        return _parse_iso(found)
    words = _WORDS.fullmatch(text)
    if words:
        return _parse_words(words)
    slashes = _SLASHES.fullmatch(text)
    if slashes:
        first, second, third = (int(part) for part in slashes.group(1, 2, 3))
        year, month, day = (first, second, third) if first > 31 else (third, first, second)
        if year < 100 or not 1 <= month <= 12 or not 1 <= day <= 31:
            return None
        return make_time([year, month - 1, day, *_clock(slashes[4], slashes[5], slashes[6], slashes[7]), 0])
    return None if any(is_digits(character) for character in text) else math.nan


def _parse_iso(found: re.Match[str]) -> float:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    numbers = [int(year), int(month or 1) - 1, int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)]
    if not (
        0 <= numbers[1] <= 11 and 1 <= numbers[2] <= 31 and numbers[3] <= 24 and numbers[4] <= 59 and numbers[5] <= 59
    ):
        return math.nan
    if (
        numbers[2] > 28
        and fields(make_time([float(part) for part in [*numbers[:3], 0, 0, 0, 0]])).month != numbers[1]
        and numbers[2] > 31
    ):
        return math.nan
    milliseconds = int((fraction or "0")[:3].ljust(3, "0"))
    return make_time([*(float(part) for part in numbers), milliseconds]) - _zone_ms(zone)


def _zone_ms(zone: str | None) -> float:
    if not zone or zone == "Z":
        return 0.0
    digits = zone[1:].replace(":", "")
    offset = (int(digits[:2]) * 60 + int(digits[2:])) * 60_000
    return float(-offset if zone[0] == "-" else offset)


def _parse_words(found: re.Match[str]) -> float | None:
    month_first, day_second, day_first, month_second, year = found.group(1, 2, 3, 4, 5)
    name = (month_first or month_second)[:3].title()
    if name not in MONTHS:
        return math.nan
    day = int(day_second or day_first)
    if not 1 <= day <= 31:
        return math.nan
    clock = _clock(found[6], found[7], found[8], found[9])
    return make_time([int(year), MONTHS.index(name), day, *clock, 0]) - _zone_ms(found[10])


def _clock(hour: str | None, minute: str | None, second: str | None, half: str | None) -> list[float]:
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return [float(hours), float(minute or 0), float(second or 0)]
