"""Dates: strftime's conversions over virtual time (UTC), and the texts `date -d` and `touch -d` understand.

Nothing here reads a clock or a time zone of the machine.
"""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
_CONVERSION = re.compile(r"%([-_0^#]?)(\d*)(:{0,3})([A-Za-z%+])")
_RELATIVE = re.compile(
    r"([-+]?\s*\d+|a|an|next|last)?\s*(second|sec|minute|min|hour|day|week|fortnight|month|year)s?(\s+ago)?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|UTC|[-+]\d{2}:?\d{2})?"
)
_UNIT_SECONDS: Final = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600}  # fmt: skip


def moment(seconds: int) -> datetime:
    """A time in UTC. Works for all years that datetime knows."""
    return _EPOCH + timedelta(seconds=seconds)


def _offset(seconds: int, colons: str) -> str:
    sign = "-" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{sign}{hours:02d}{':' if colons else ''}{minutes:02d}"


def format_date(form: str, seconds: int, nanoseconds: int = 0, *, zone: str = "UTC", offset_seconds: int = 0) -> str:
    """strftime in the C locale, with GNU's flags - _ 0 ^.

    Args:
        seconds: since 1970.
        zone, offset_seconds: the name of the time zone and what to add for it.
    """
    when = moment(seconds + offset_seconds)

    def convert(match: re.Match[str]) -> str:
        flag, width, colons, letter = match.groups()
        found = _convert(letter, when, seconds, nanoseconds, zone, offset_seconds, colons)
        if found is None:
            return match[0]
        text, pad = found
        if letter == "N" and width:
            return text[: int(width)]
        if flag == "-":
            text = text.lstrip("0 ") or "0" if text.strip("0 ").isdecimal() or not text.strip("0 ") else text
        elif flag in ("_", "0") and pad:
            text = text.lstrip("0 ").rjust(len(text), " " if flag == "_" else "0")
        if flag == "^":
            text = text.upper()
        return text.rjust(int(width), pad or " ") if width else text

    return _CONVERSION.sub(convert, form)


def _convert(
    letter: str, when: datetime, seconds: int, nanoseconds: int, zone: str, offset_seconds: int, colons: str
) -> tuple[str, str] | None:
    """The text of one conversion and what it is padded with; None for an unknown one."""
    hour12 = when.hour % 12 or 12
    numbers = {
        "d": f"{when.day:02d}", "H": f"{when.hour:02d}", "I": f"{hour12:02d}", "j": f"{when.timetuple().tm_yday:03d}",
        "M": f"{when.minute:02d}", "m": f"{when.month:02d}", "S": f"{when.second:02d}", "y": f"{when.year % 100:02d}",
        "C": f"{when.year // 100:02d}", "Y": f"{when.year:04d}", "G": str(when.isocalendar()[0]),
        "V": f"{when.isocalendar()[1]:02d}", "U": when.strftime("%U"), "W": when.strftime("%W"),
        "s": str(seconds), "N": f"{nanoseconds:09d}", "u": str(when.isoweekday()), "w": str(when.isoweekday() % 7),
    }  # fmt: skip
    if letter in numbers:
        return numbers[letter], "0"
    texts = {
        "e": f"{when.day:2d}", "k": f"{when.hour:2d}", "l": f"{hour12:2d}", "a": _DAYS[when.weekday()][:3],
        "A": _DAYS[when.weekday()], "b": _MONTHS[when.month - 1][:3], "h": _MONTHS[when.month - 1][:3],
        "B": _MONTHS[when.month - 1], "p": "AM" if when.hour < 12 else "PM", "P": "am" if when.hour < 12 else "pm",
        "Z": zone, "z": _offset(offset_seconds, colons), "n": "\n", "t": "\t", "%": "%",
    }  # fmt: skip
    if letter in texts:
        return texts[letter], " " if letter in "ekl" else ""
    longer = {
        "D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M",
        "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y",
    }.get(letter)  # fmt: skip
    if longer is None:
        return None
    return format_date(longer, seconds, nanoseconds, zone=zone, offset_seconds=offset_seconds), ""


def parse_date(text: str, now_seconds: int) -> int | None:
    """A date as seconds since 1970: ISO forms, @seconds, now, today, yesterday, relative ones; None for nonsense."""
    rest = text.strip()
    if rest.startswith("@"):
        number = rest[1:].partition(".")[0]
        return int(number) if number.removeprefix("-").isdecimal() else None
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
