"""Dates: strftime's conversions over virtual time (UTC), and the texts `date -d` and `touch -d` understand.

Nothing here reads a clock or a time zone of the machine.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Unsimulated

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_CONVERSION = re.compile(r"%([-_0^#]?)(\d*)(:{0,3})([A-Za-z%+])")
_RELATIVE = re.compile(
    r"([-+]?\s*\d+|a|an|next|last)?\s*(second|sec|minute|min|hour|day|week|fortnight|month|year)s?(\s+ago)?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|UTC|[-+]\d{2}:?\d{2})?"
)
_UNIT_SECONDS: Final = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600,
}  # fmt: skip


def moment(seconds: int) -> datetime:
    """A time in UTC. Works for all years that datetime knows."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise Unsimulated(f"a year beyond 9999, as {seconds} seconds since 1970 are,") from None


def _offset(seconds: int, colons: str) -> str:
    sign = "-" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{sign}{hours:02d}{':' if colons else ''}{minutes:02d}"


class _Moment(NamedTuple):
    """What a date is made from: `when` has the offset of the zone in it, `seconds` has not."""

    when: datetime
    seconds: int
    nanoseconds: int
    zone: str
    offset_seconds: int


def _week(when: datetime, first_weekday: int) -> int:
    """The week of the year, weeks beginning on a weekday (Monday is 0); days before the first are in week 0."""
    return (when.timetuple().tm_yday + 6 - (when.weekday() - first_weekday) % 7) // 7


_NUMBERS: Final[dict[str, Callable[[_Moment], str]]] = {
    "d": lambda at: f"{at.when.day:02d}",
    "H": lambda at: f"{at.when.hour:02d}",
    "I": lambda at: f"{at.when.hour % 12 or 12:02d}",
    "j": lambda at: f"{at.when.timetuple().tm_yday:03d}",
    "M": lambda at: f"{at.when.minute:02d}",
    "m": lambda at: f"{at.when.month:02d}",
    "S": lambda at: f"{at.when.second:02d}",
    "y": lambda at: f"{at.when.year % 100:02d}",
    "C": lambda at: f"{at.when.year // 100:02d}",
    "Y": lambda at: f"{at.when.year:04d}",
    "G": lambda at: str(at.when.isocalendar()[0]),
    "V": lambda at: f"{at.when.isocalendar()[1]:02d}",
    "U": lambda at: f"{_week(at.when, 6):02d}",
    "W": lambda at: f"{_week(at.when, 0):02d}",
    "s": lambda at: str(at.seconds),
    "N": lambda at: f"{at.nanoseconds:09d}",
    "u": lambda at: str(at.when.isoweekday()),
    "w": lambda at: str(at.when.isoweekday() % 7),
}
"""Conversions to numbers, which are padded with zeros."""
_TEXTS: Final[dict[str, Callable[[_Moment], str]]] = {
    "e": lambda at: f"{at.when.day:2d}",
    "k": lambda at: f"{at.when.hour:2d}",
    "l": lambda at: f"{at.when.hour % 12 or 12:2d}",
    "a": lambda at: _DAYS[at.when.weekday()][:3],
    "A": lambda at: _DAYS[at.when.weekday()],
    "b": lambda at: _MONTHS[at.when.month - 1][:3],
    "h": lambda at: _MONTHS[at.when.month - 1][:3],
    "B": lambda at: _MONTHS[at.when.month - 1],
    "p": lambda at: "AM" if at.when.hour < 12 else "PM",
    "P": lambda at: "am" if at.when.hour < 12 else "pm",
    "Z": lambda at: at.zone,
    "n": lambda at: "\n",
    "t": lambda at: "\t",
    "%": lambda at: "%",
}
_PADDED_WITH_SPACES: Final = "ekl"
_LONGER: Final = {
    "D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M",
    "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y",
}  # fmt: skip
"""Conversions that stand for several others."""


def format_date(form: str, seconds: int, nanoseconds: int = 0, *, zone: str = "UTC", offset_seconds: int = 0) -> str:
    """strftime in the C locale, with GNU's flags - _ 0 ^. A second's text is remembered: many processes ask for the
    same.

    Args:
        seconds: since 1970.
        zone, offset_seconds: the name of the time zone and what to add for it.
    """
    return _formatted(form, seconds, nanoseconds if "N" in form else 0, zone, offset_seconds)


@lru_cache(256)
def _formatted(form: str, seconds: int, nanoseconds: int, zone: str, offset_seconds: int) -> str:
    at = _Moment(moment(seconds + offset_seconds), seconds, nanoseconds, zone, offset_seconds)

    def convert(match: re.Match[str]) -> str:
        flag, width, colons, letter = match.groups()
        found = _convert(letter, at, colons)
        if found is None:
            return match[0]
        text, pad = found
        if letter == "N" and width:
            return text[: int(width)]
        if flag == "-":
            text = text.lstrip("0 ") or "0" if is_digits(text.strip("0 ")) or not text.strip("0 ") else text
        elif flag in ("_", "0") and pad:
            text = text.lstrip("0 ").rjust(len(text), " " if flag == "_" else "0")
        if flag == "^":
            text = text.upper()
        return text.rjust(int(width), pad or " ") if width else text

    return _CONVERSION.sub(convert, form)


def _convert(letter: str, at: _Moment, colons: str) -> tuple[str, str] | None:
    """The text of one conversion and what it is padded with; None for an unknown one."""
    if letter in _NUMBERS:
        return _NUMBERS[letter](at), "0"
    if letter in _TEXTS:
        return _TEXTS[letter](at), " " if letter in _PADDED_WITH_SPACES else ""
    if letter == "z":
        return _offset(at.offset_seconds, colons), ""
    longer = _LONGER.get(letter)
    return None if longer is None else (_formatted(longer, at.seconds, at.nanoseconds, at.zone, at.offset_seconds), "")


def parse_date(text: str, now_seconds: int) -> int | None:
    """A date as seconds since 1970: ISO forms, @seconds, now, today, yesterday, relative ones; None for nonsense."""
    rest = text.strip()
    if rest.startswith("@"):
        number = rest[1:].partition(".")[0]
        return int(number) if is_digits(number.removeprefix("-")) else None
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?", rest)
    if compact:
        return _seconds_of(*(int(part or 0) for part in compact.groups()))
    base = now_seconds
    match = _ISO.match(rest)
    if match:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        found = _seconds_of(year, month, day, hour, minute, second)
        if found is None:
            return None
        base = found
        zone = match[7] or ""
        if zone[:1] in ("+", "-"):
            digits = zone[1:].replace(":", "")
            base -= (1 if zone[0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
        rest = rest[match.end() :].strip()
    return _relative(rest, base, now_seconds)


def _seconds_of(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int | None:
    try:
        datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    return timegm((year, month, day, hour, minute, second))


def _relative(rest: str, base: int, now_seconds: int) -> int | None:
    while rest:
        word = re.match(r"(now|today|yesterday|tomorrow|midnight|utc)\b", rest, re.IGNORECASE)
        clock = re.match(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\d)", rest)
        match = _RELATIVE.match(rest)
        if word:
            base += {"yesterday": -86400, "tomorrow": 86400}.get(word[1].lower(), 0)
            end = word.end()
        elif clock:
            base = base - base % 86400 + int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
            end = clock.end()
        elif match:
            base = _shifted(base, match)
            end = match.end()
        else:
            return None
        rest = rest[end:].strip()
    return base


def _shifted(base: int, match: re.Match[str]) -> int:
    amount_text = (match[1] or "1").replace(" ", "").lower()
    amount = {"a": 1, "an": 1, "next": 1, "last": -1}.get(amount_text)
    if amount is None:
        amount = int(amount_text)
    if match[3]:
        amount = -amount
    unit = match[2].lower()
    if unit in _UNIT_SECONDS:
        return base + amount * _UNIT_SECONDS[unit]
    when = moment(base)
    months = when.year * 12 + when.month - 1 + amount * (12 if unit == "year" else 1)
    return timegm((months // 12, months % 12 + 1, when.day, when.hour, when.minute, when.second))
