"""Natives of datetime: the calendar, and times as text by formats."""

from __future__ import annotations

import datetime

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name

_LONGEST = 400


@native("ordinal", module="_datetime_natives")
def _ordinal(m: Interpreter, year: Value, month: Value, day: Value) -> Value:
    """The number of a day. Raises ValueError and TypeError in the program."""
    for each in (year, month, day):
        if not isinstance(each, int):
            raise type_error(f"'{type_name(each)}' object cannot be interpreted as an integer")
    try:
        return datetime.date(year, month, day).toordinal()
    except ValueError as problem:
        if m.minor >= 14:
            raise NotSimulated("the words for a day that there is not, in this version") from None
        words = str(problem)
        known = ("year", "month must be in 1..12", "day is out of range for month")
        if words.startswith("day") and "range" in words:
            words = known[2]
        raise error("ValueError", words) from None


@native("from_ordinal", module="_datetime_natives")
def _from_ordinal(m: Interpreter, number: Value) -> Value:
    if not 1 <= number <= 3652059:
        raise error("OverflowError", "date value out of range")
    day = datetime.date.fromordinal(number)
    return (day.year, day.month, day.day)


@native("formatted", module="_datetime_natives")
def _formatted(m: Interpreter, fields: Value, format: Value, offset: Value, zone: Value) -> Value:
    """strftime(). `offset` is None or text as +0100, `zone` the zone's name."""
    if len(format) > _LONGEST:
        raise NotSimulated("so long a format of a time")
    year, month, day, hour, minute, second, micro = fields
    parts = []
    place = 0
    while place < len(format):
        two = format[place : place + 2]
        if two == "%f":
            parts.append(f"{micro:06d}")
        elif two == "%z":
            parts.append(offset or "")
        elif two == "%Z":
            parts.append((zone or "").replace("%", "%%"))
        elif two == "%Y" or two == "%G":
            parts.append(str(year) if two == "%Y" else two)
        elif two in ("%s", "%E", "%O", "%-"):
            if two == "%-" and format[place + 2 : place + 3] in tuple("dmHMSIjy"):
                parts.append(format[place : place + 3])
                place += 3
                continue
            raise NotSimulated(f"{two} in a format of a time")
        else:
            parts.append(two if two[0] == "%" else format[place])
            place += 2 if two[0] == "%" else 1
            continue
        place += 2
    return datetime.datetime(year, month, day, hour, minute, second).strftime("".join(parts))


@native("parsed", module="_datetime_natives")
def _parsed(m: Interpreter, text: Value, format: Value) -> Value:
    """strptime(): the fields, and the offset in seconds or None."""
    for place, each in ((1, text), (2, format)):
        if type(each) is not str:
            raise type_error(f"strptime() argument {place} must be str, not {type_name(each)}")
    if len(format) > _LONGEST or len(text) > _LONGEST:
        raise NotSimulated("so long a format of a time")
    found = datetime.datetime.strptime(text, format)
    offset = found.utcoffset()
    seconds = None if offset is None else int(offset.total_seconds())
    return (found.year, found.month, found.day, found.hour, found.minute, found.second, found.microsecond, seconds)


@native("iso_parsed", module="_datetime_natives")
def _iso_parsed(m: Interpreter, text: Value, is_date: Value) -> Value:
    """fromisoformat(): the fields, and the offset in microseconds or None."""
    if type(text) is not str:
        raise type_error("fromisoformat: argument must be str")
    words = f"Invalid isoformat string: {text!r}"
    try:
        if is_date:
            day = datetime.date.fromisoformat(text)
            return (day.year, day.month, day.day)
        found = datetime.datetime.fromisoformat(text)
    except ValueError as problem:
        raise error("ValueError", words if "isoformat" in str(problem) else str(problem)) from None
    if m.minor < 11 and (len(text) < 10 or text[4] != "-" or text.endswith("Z")):
        raise error("ValueError", words)
    offset = found.utcoffset()
    seconds = None if offset is None else int(offset.total_seconds())
    return (found.year, found.month, found.day, found.hour, found.minute, found.second, found.microsecond, seconds)


@native("iso_calendar", module="_datetime_natives")
def _iso_calendar(m: Interpreter, number: Value) -> Value:
    return tuple(datetime.date.fromordinal(number).isocalendar())


@native("now", module="_datetime_natives")
def _now(m: Interpreter) -> Value:
    """Microseconds since 1970."""
    zone = m.system.environment.get("TZ", "")
    if zone not in ("", "UTC", "Etc/UTC", "GMT"):
        raise NotSimulated(f"the time zone {zone}")
    return m.system.now_ns // 1000
