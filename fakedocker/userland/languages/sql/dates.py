"""Dates and times as whole numbers: days since 1970, microseconds since then or of a day, and intervals as three numbers.

An interval is (months, days, microseconds), as PostgreSQL keeps it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_EPOCH: Final = date(1970, 1, 1).toordinal()
MONTHS: Final = "January February March April May June July August September October November December".split()
DAYS: Final = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
Interval = tuple[int, int, int]


def days_of(year: int, month: int, day: int) -> int:
    """Raises ValueError where there is no such day."""
    return date(year, month, day).toordinal() - _EPOCH


def civil(days: int) -> tuple[int, int, int]:
    """(year, month, day). Raises ValueError outside of the years 1 to 9999."""
    found = date.fromordinal(days + _EPOCH)
    return found.year, found.month, found.day


def shown_date(days: int) -> str:
    year, month, day = civil(days)
    return f"{year:04d}-{month:02d}-{day:02d}"


def shown_time(microseconds: int) -> str:
    """14:03:05.25, the fraction without zeros at its end."""
    seconds, fraction = divmod(microseconds, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def shown_timestamp(microseconds: int) -> str:
    days, rest = divmod(microseconds, DAY)
    return f"{shown_date(days)} {shown_time(rest)}"


def last_day(year: int, month: int) -> int:
    return 31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 29 if _leaps(year) else 28


def _leaps(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def add_months(days: int, months: int) -> int:
    """The same day of another month, or its last one. Raises ValueError."""
    year, month, day = civil(days)
    total = year * 12 + month - 1 + months
    year, month = divmod(total, 12)
    return days_of(year, month + 1, min(day, last_day(year, month + 1)))


def add_interval(timestamp: int, interval: Interval, sign: int = 1) -> int:
    months, days, microseconds = interval
    day, rest = divmod(timestamp, DAY)
    if months:
        day = add_months(day, sign * months)
    return (day + sign * days) * DAY + rest + sign * microseconds


_DATE: Final = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\Z")
_ZONE: Final = re.compile(r"\s*(?:(Z|UTC|GMT)|([+-])(\d{1,2})(?::?(\d{2}))?)\Z", re.IGNORECASE)


class NoMonthOrDay(ValueError):
    """A month that no year has, or a day that no month has."""


def parse_date(text: str) -> int | None:
    """Days of an ISO date, None for what is written otherwise. Raises ValueError for a day that there is not."""
    found = _DATE.match(text)
    if found is None or len(found[1]) not in (4,):
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if year and not (1 <= month <= 12 and 1 <= day <= 31):
        raise NoMonthOrDay(text)
    return days_of(year, month, day)


def parse_time(text: str) -> int | None:
    """Microseconds of a time, None for what is written otherwise. Raises ValueError beyond its limits."""
    found = _TIME.match(text)
    if found is None:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    fraction = found[4] or ""
    microseconds = int((fraction + "000000")[:6])
    if len(fraction) > 6 and fraction[6] >= "5":
        microseconds += 1
    if minutes > 59 or seconds > 60 or hours > 24 or (hours == 24 and (minutes or seconds or microseconds)):
        raise ValueError(text)
    return (hours * 3600 + minutes * 60 + seconds) * SECOND + microseconds


def parse_timestamp(text: str, day_alone: bool = True) -> tuple[int, int | None] | None:
    """(microseconds, offset of its zone in microseconds or None) of an ISO timestamp. Raises ValueError."""
    offset = None
    body = text.strip()
    zone = _ZONE.search(body)
    if zone is not None and ":" in body[: zone.start()]:
        offset = 0
        if zone[2]:
            offset = (int(zone[3]) * 60 + int(zone[4] or 0)) * MINUTE * (1 if zone[2] == "+" else -1)
        body = body[: zone.start()]
    day, separator, time = body.replace("T", " ", 1).partition(" ")
    rest = parse_time(time.strip()) if time.strip() else 0
    days = parse_date(day)
    if days is None or rest is None or (not separator and not day_alone):
        return None
    return days * DAY + rest, offset


_UNITS: Final = {
    "year": (12, 0, 0), "years": (12, 0, 0), "yr": (12, 0, 0), "yrs": (12, 0, 0), "y": (12, 0, 0), "mon": (1, 0, 0), "mons": (1, 0, 0),
    "month": (1, 0, 0), "months": (1, 0, 0), "week": (0, 7, 0), "weeks": (0, 7, 0), "w": (0, 7, 0), "day": (0, 1, 0),
    "days": (0, 1, 0), "d": (0, 1, 0), "hour": (0, 0, HOUR), "hours": (0, 0, HOUR), "h": (0, 0, HOUR), "hr": (0, 0, HOUR),
    "hrs": (0, 0, HOUR), "minute": (0, 0, MINUTE), "minutes": (0, 0, MINUTE), "min": (0, 0, MINUTE), "mins": (0, 0, MINUTE),
    "m": (0, 0, MINUTE), "second": (0, 0, SECOND), "seconds": (0, 0, SECOND), "sec": (0, 0, SECOND), "secs": (0, 0, SECOND),
    "s": (0, 0, SECOND), "decade": (120, 0, 0), "decades": (120, 0, 0), "century": (1200, 0, 0), "centuries": (1200, 0, 0),
}  # fmt: skip
_PART: Final = re.compile(r"\s*(?:([+-]?\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?|([+-]?\d+)\s*([A-Za-z]+))\s*")


def parse_interval(text: str) -> Interval | None:
    """'1 year 2 mons 3 days 04:05:06 [ago]', whole numbers only; None for what is written otherwise."""
    body = text.strip()
    ago = body.lower().endswith(" ago")
    body = body[:-4] if ago else body
    months = days = microseconds = 0
    at = 0
    if not body:
        return None
    while at < len(body):
        found = _PART.match(body, at)
        if found is None or found.end() == at:
            return None
        at = found.end()
        if found[1] is not None:
            sign = -1 if found[1].startswith("-") else 1
            fraction = int(((found[4] or "") + "000000")[:6])
            rest = abs(int(found[1])) * HOUR + int(found[2]) * MINUTE + int(found[3] or 0) * SECOND + fraction
            microseconds += sign * rest
            continue
        unit = _UNITS.get(found[6].lower())
        if unit is None:
            return None
        number = int(found[5])
        months, days, microseconds = months + number * unit[0], days + number * unit[1], microseconds + number * unit[2]
    return (-months, -days, -microseconds) if ago else (months, days, microseconds)


def shown_interval(interval: Interval) -> str:
    """PostgreSQL's own style: 1 year 2 mons 3 days 04:05:06."""
    months, days, microseconds = interval
    parts = []
    years, months = int(months / 12), months - int(months / 12) * 12
    before = 0  # whether what is shown already was negative
    for number, unit in ((years, "year"), (months, "mon"), (days, "day")):
        if number:
            sign = "+" if before and number > 0 else ""
            parts.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
            before = number < 0
    if microseconds or not parts:
        sign = "-" if microseconds < 0 else "+" if before else ""
        parts.append(sign + shown_time(abs(microseconds)))
    return " ".join(parts)


def interval_length(interval: Interval) -> int:
    """For comparing: a month has 30 days, a day 24 hours."""
    return (interval[0] * 30 + interval[1]) * DAY + interval[2]


def day_of_week(days: int) -> int:
    """0 for Sunday."""
    return (days + 4) % 7


def iso_week(days: int) -> tuple[int, int, int]:
    """(year, week, day from 1 for Monday)."""
    found = date.fromordinal(days + _EPOCH).isocalendar()
    return found[0], found[1], found[2]


def day_of_year(days: int) -> int:
    return days - days_of(civil(days)[0], 1, 1) + 1
