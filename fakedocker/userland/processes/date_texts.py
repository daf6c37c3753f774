"""The dates that GNU's `date -d` and `touch -d` understand (the manual's "Date input formats"), and busybox's -D, in
UTC.

Nothing here reads a clock or a time zone of the machine.
"""

from __future__ import annotations

import re
from calendar import timegm
from datetime import datetime
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.processes.dates import moment, parse_date
from fakedocker.userland.tools import is_busybox

_SECOND_NS: Final = 1_000_000_000
_DAY_SECONDS: Final = 86400
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINALS: Final = {
    "last": -1, "this": 0, "next": 1, "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
_UNIT_SECONDS: Final = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "day": 86400,
    "week": 604800,
    "fortnight": 1209600,
}
_MONTH: Final = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY: Final = r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nes(?:day)?)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?"
_ORDINAL: Final = "(" + "|".join(_ORDINALS) + ")"
# What an item looks like, the first that fits being the one; names are those of the methods.
_ITEMS: Final = tuple(
    (name, re.compile(pattern + r"(?![\w.])" * (name not in ("iso_date", "number", "year")), re.IGNORECASE))
    for name, pattern in (
        ("iso_date", r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)[tT]?"),
        ("american_date", r"(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?"),
        ("clock", r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([ap]\.?m\.?)?(?:(Z)|\s*([-+]\d{2}:?\d{2}|[-+]\d{1,2}))?"),
        ("hour", r"(\d{1,2})\s*([ap]\.?m\.?)"),
        ("day_month_year", r"(\d{1,2})[-\s]*" + _MONTH + r"(?:[-,\s]\s*(\d{4}))?(?!:)"),
        ("month_day_year", _MONTH + r"[-\s]*(\d{1,2})(?:\s*,?\s+(\d{4}))?(?!:)"),
        ("relative", r"([-+]?\s*\d+|" + _ORDINAL + r")?\s*(second|sec|minute|min|hour|day|week|fortnight|month|year)s?(\s+ago)?"),
        ("weekday", r"(?:" + _ORDINAL + r"\s+)?" + _DAY + r",?"),
        ("word", r"(now|today|yesterday|tomorrow)"),
        ("zone", r"(Z|UTC|GMT|UT)([-+]\d{1,2}(?::?\d{2})?)?"),
        ("number", r"(\d{8})(?!\d)[tT]?"),
        ("year", r"(\d{4})(?!\d)"),
    )
)  # fmt: skip


class _Reading:
    """What the items of one text have said so far."""

    def __init__(self, now_ns: int) -> None:
        self.now = moment(now_ns // _SECOND_NS)
        self.now_fraction_ns = now_ns % _SECOND_NS
        self.date: tuple[int, int, int] | None = None
        self.time: tuple[int, int, int, int] | None = None  # hour, minute, second, nanoseconds
        self.day: tuple[int, int] | None = None  # ordinal, number of the weekday
        self.zone_seconds = 0
        self.months = 0
        self.seconds = 0

    def take(self, name: str, match: re.Match[str]) -> bool:
        """Take one item in; False where it says what has been said already."""
        return bool(getattr(self, name)(match))

    def _set_date(self, year: int, month: int, day: int) -> bool:
        fresh = self.date is None
        self.date = (year, month, day)
        return fresh

    def iso_date(self, match: re.Match[str]) -> bool:
        return self._set_date(int(match[1]), int(match[2]), int(match[3]))

    def number(self, match: re.Match[str]) -> bool:
        year, month, day = match[1][:4], match[1][4:6], match[1][6:]
        return self._set_date(int(year), int(month), int(day))

    def american_date(self, match: re.Match[str]) -> bool:
        year = int(match[3]) if match[3] else self.now.year
        if match[3] and len(match[3]) == 2:
            year += 2000 if year < 69 else 1900
        return self._set_date(year, int(match[1]), int(match[2]))

    def day_month_year(self, match: re.Match[str]) -> bool:
        month = _MONTHS.index(match[2][:3].lower()) + 1
        return self._set_date(int(match[3] or self.now.year), month, int(match[1]))

    def month_day_year(self, match: re.Match[str]) -> bool:
        month = _MONTHS.index(match[1][:3].lower()) + 1
        return self._set_date(int(match[3] or self.now.year), month, int(match[2]))

    def _set_time(self, hour: int, half: str | None, rest: tuple[int, int, int]) -> bool:
        if half:
            if not 1 <= hour <= 12:
                return False
            hour = hour % 12 + (12 if half[0] in "pP" else 0)
        fresh = self.time is None
        self.time = (hour, *rest)
        return fresh

    def clock(self, match: re.Match[str]) -> bool:
        fraction_ns = int((match[4] or "0")[:9].ljust(9, "0"))
        if match[7]:
            self._set_zone(match[7])
        return self._set_time(int(match[1]), match[5], (int(match[2]), int(match[3] or 0), fraction_ns))

    def _set_zone(self, text: str) -> None:
        digits = text[1:].replace(":", "")
        digits = digits.zfill(2) + "00" if len(digits) < 3 else digits
        seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
        self.zone_seconds = -seconds if text[0] == "-" else seconds

    def hour(self, match: re.Match[str]) -> bool:
        return self._set_time(int(match[1]), match[2], (0, 0, 0))

    def weekday(self, match: re.Match[str]) -> bool:
        fresh = self.day is None
        self.day = (_ORDINALS[match[1].lower()] if match[1] else 0, _DAYS.index(match[2][:3].lower()))
        return fresh

    def relative(self, match: re.Match[str]) -> bool:
        text = (match[1] or "1").replace(" ", "").lower()
        amount = _ORDINALS[text] if text in _ORDINALS else int(text)
        if match[4]:
            amount = -amount
        unit = match[3].lower()
        if unit in _UNIT_SECONDS:
            self.seconds += amount * _UNIT_SECONDS[unit]
        else:
            self.months += amount * (12 if unit == "year" else 1)
        return True

    def word(self, match: re.Match[str]) -> bool:
        self.seconds += {"yesterday": -_DAY_SECONDS, "tomorrow": _DAY_SECONDS}.get(match[1].lower(), 0)
        return True

    def zone(self, match: re.Match[str]) -> bool:
        if match[2]:
            self._set_zone(match[2])
        return True

    def year(self, match: re.Match[str]) -> bool:
        """Behind a date and a time, as date itself prints it."""
        if self.date is None or self.time is None:
            return False
        self.date = (int(match[1]), *self.date[1:])
        return True

    def result_ns(self) -> int | None:
        """The moment that is meant; None for one that there is not."""
        year, month, day = self.date or (self.now.year, self.now.month, self.now.day)
        if self.time is not None:
            hour, minute, second, fraction_ns = self.time
        elif self.date is not None or self.day is not None:
            hour = minute = second = fraction_ns = 0
        else:
            hour, minute, second, fraction_ns = self.now.hour, self.now.minute, self.now.second, self.now_fraction_ns
        try:
            datetime(year, month, day, hour, minute, min(second, 59))
        except ValueError:
            return None
        months = year * 12 + month - 1 + self.months
        seconds = timegm((months // 12, months % 12 + 1, 1, hour, minute, second)) + (day - 1) * _DAY_SECONDS
        if self.day is not None and self.date is None:
            ordinal, wanted = self.day
            today = moment(seconds).weekday()
            weeks = ordinal - (ordinal > 0 and today != wanted)
            seconds += ((wanted - today) % 7 + 7 * weeks) * _DAY_SECONDS
        return (seconds + self.seconds - self.zone_seconds) * _SECOND_NS + fraction_ns


def parse_date_ns(text: str, now_ns: int) -> int | None:
    """A date as GNU's programs read it, in nanoseconds since 1970; None for nonsense. O(length)."""
    rest = re.sub(r"\([^()]*\)", " ", text).strip()
    stamp = re.fullmatch(r"@(-?\d+)(?:[.,](\d+))?", rest)
    if stamp is not None:
        fraction_ns = int((stamp[2] or "0")[:9].ljust(9, "0"))
        return int(stamp[1]) * _SECOND_NS + (-fraction_ns if stamp[1].startswith("-") else fraction_ns)
    reading = _Reading(now_ns)
    if not rest:
        reading.time = (0, 0, 0, 0)
    while rest:
        for name, pattern in _ITEMS:
            match = pattern.match(rest)
            if match is None or not match[0]:
                continue
            if not reading.take(name, match):
                return None
            rest = rest[match.end() :].lstrip(" \t\n,")
            break
        else:
            return None
    return reading.result_ns()


def read_date_ns(system: System, text: str, form: str = "") -> int | None:
    """A date of the command line, in nanoseconds since 1970, as the program's family reads it; None for nonsense.

    Args:
        form: busybox's -D: how the text is to be read, with strptime's conversions.
    """
    if form:
        return _by_form_ns(text, form)
    if is_busybox(system) or re.fullmatch(r"\d{12}(\.\d\d)?", text):  # the second is touch -t's form
        seconds = parse_date(text, system.now_ns // _SECOND_NS)
        return None if seconds is None else seconds * _SECOND_NS
    return parse_date_ns(text, system.now_ns)


_CONVERSIONS: Final = {
    "Y": r"(?P<Y>\d{4})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})", "e": r"\s*(?P<d>\d{1,2})", "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})", "S": r"(?P<S>\d{1,2})", "y": r"(?P<y>\d{2})", "s": r"(?P<s>\d+)", "b": r"(?P<b>[A-Za-z]{3})[a-z]*",
    "B": r"(?P<b>[A-Za-z]{3})[a-z]*", "a": "[A-Za-z]+", "A": "[A-Za-z]+", "Z": "[A-Z]+", "z": "[-+][0-9]{4}", "%": "%",
}  # fmt: skip
_JOINED: Final = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "D": "%m/%d/%y", "R": "%H:%M"}


def _by_form_ns(text: str, form: str) -> int | None:
    for letter, longer in _JOINED.items():
        form = form.replace(f"%{letter}", longer)
    parts = re.split(r"%(.)", form)
    pattern = "".join(
        _CONVERSIONS.get(part, "(?!)") if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    match = re.fullmatch(pattern, text)
    if match is None:
        return None
    found = match.groupdict()
    if found.get("s"):
        return int(found["s"]) * _SECOND_NS
    month = found.get("m") or (
        _MONTHS.index(found["b"].lower()) + 1 if (found.get("b") or "").lower() in _MONTHS else 1
    )
    year = found.get("Y") or (2000 + int(found["y"]) if found.get("y") else 1900)
    try:
        hour, minute, second = (int(found.get(letter) or 0) for letter in "HMS")
        when = datetime(int(year), int(month), int(found.get("d") or 1), hour, minute, second)
    except ValueError:
        return None
    return timegm(when.timetuple()) * _SECOND_NS
