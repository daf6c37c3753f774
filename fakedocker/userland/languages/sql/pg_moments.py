"""PostgreSQL's functions on dates and times, and to_char."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.pg_functions import Overload
from fakedocker.userland.languages.sql.pg_types import (
    DATE,
    EXACT,
    FLOAT8,
    INT4,
    INTERVAL,
    NUMERIC,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    Type,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""A value of SQL's."""


def now(context: Context) -> int:
    return context.transaction_ns // 1000


def _date_trunc(unit: str, moment: int) -> int:
    days, rest = divmod(moment, dates.DAY)
    year, month, _ = dates.civil(days)
    word = unit.lower().rstrip("s") if unit.lower() != "milliseconds" else unit
    if word == "year":
        return dates.days_of(year, 1, 1) * dates.DAY
    if word == "quarter":
        return dates.days_of(year, (month - 1) // 3 * 3 + 1, 1) * dates.DAY
    if word == "month":
        return dates.days_of(year, month, 1) * dates.DAY
    if word == "week":
        return (days - (dates.day_of_week(days) + 6) % 7) * dates.DAY
    if word == "day":
        return days * dates.DAY
    size = {"hour": dates.HOUR, "minute": dates.MINUTE, "second": dates.SECOND}.get(word)
    if size is None:
        raise outside(f"date_trunc of {unit}")
    return days * dates.DAY + rest // size * size


def part_of(unit: str, value: Value, kind: Type) -> Decimal:
    """EXTRACT(unit FROM value)."""
    word = unit.lower()
    if kind.name == "interval":
        return _part_of_interval(word, value)
    days, rest = (value, 0) if kind.name == "date" else divmod(value, dates.DAY) if kind.name != "time" else (0, value)
    if kind.name == "time" and word not in ("hour", "minute", "second", "epoch"):
        raise outside(f"EXTRACT({unit}) from a time")
    year, month, day = dates.civil(days)
    whole = {
        "year": year, "month": month, "day": day, "quarter": (month + 2) // 3, "dow": dates.day_of_week(days),
        "isodow": dates.iso_week(days)[1 + 1], "doy": dates.day_of_year(days), "week": dates.iso_week(days)[1],
        "isoyear": dates.iso_week(days)[0], "decade": year // 10, "century": (year + 99) // 100,
    }.get(word)  # fmt: skip
    if whole is not None:
        return Decimal(whole)
    if kind.name == "date" and word in ("hour", "minute", "second"):
        raise SqlError("0A000", f'unit "{word}" not supported for type date')
    if word == "hour":
        return Decimal(rest // dates.HOUR)
    if word == "minute":
        return Decimal(rest // dates.MINUTE % 60)
    if word == "second":
        return Decimal(rest % dates.MINUTE).scaleb(-6)
    if word == "epoch":
        if kind.name == "date":
            return Decimal(days * 86400)
        return Decimal(value).scaleb(-6)
    raise outside(f"EXTRACT({unit})")


def _part_of_interval(word: str, value: dates.Interval) -> Decimal:
    months, days, rest = value
    sign = -1 if rest < 0 else 1
    whole = {
        "year": int(months / 12), "month": months - int(months / 12) * 12, "day": days,
        "hour": sign * (abs(rest) // dates.HOUR), "minute": sign * (abs(rest) // dates.MINUTE % 60),
    }.get(word)  # fmt: skip
    if whole is not None:
        return Decimal(whole)
    if word == "second":
        return Decimal(sign * (abs(rest) % dates.MINUTE)).scaleb(-6)
    if word == "epoch":
        years = int(months / 12)
        seconds = Decimal(years * 31557600 + (months - years * 12) * 30 * 86400 + days * 86400)
        return EXACT.add(seconds, Decimal(rest).scaleb(-6))
    raise outside(f"EXTRACT({word}) from an interval")


def _age(later: int, earlier: int) -> dates.Interval:
    if later < earlier:
        months, days, rest = _age(earlier, later)
        return -months, -days, -rest
    day, time = divmod(later, dates.DAY)
    other, other_time = divmod(earlier, dates.DAY)
    year, month, number = dates.civil(day)
    other_year, other_month, other_number = dates.civil(other)
    months = (year - other_year) * 12 + month - other_month
    days, rest = number - other_number, time - other_time
    if rest < 0:
        rest, days = rest + dates.DAY, days - 1
    if days < 0:
        days, months = days + dates.last_day(other_year, other_month), months - 1
    return months, days, rest


def _make_date(year: int, month: int, day: int) -> int:
    try:
        return dates.days_of(year, month, day)
    except ValueError:
        raise SqlError("22008", f"date field value out of range: {year}-{month:02d}-{day:02d}") from None


_CODES: Final = re.compile(
    r'"[^"]*"|FM|YYYY|YY|Month|MONTH|month|Mon|MON|mon|MM|Day|DAY|day|Dy|DY|dy|DDD|DD|D|HH24|HH12|HH|MI|SS|MS|US|AM|PM|am|pm|IYYY|IW|WW|Q|TZ|tz|OF|[A-Za-z]+|[^A-Za-z"]+'
)


def _char_moment(value: int, pattern: str) -> str:
    days, rest = divmod(value, dates.DAY)
    year, month, day = dates.civil(days)
    hour, minute, second = rest // dates.HOUR, rest // dates.MINUTE % 60, rest // dates.SECOND % 60
    name, weekday = dates.MONTHS[month - 1], dates.DAYS[dates.day_of_week(days)]
    fill = True
    found: list[str] = []
    numbers: dict[str, tuple[int, int]] = {
        "YYYY": (year, 4), "MM": (month, 2), "DD": (day, 2), "HH24": (hour, 2), "HH12": ((hour + 11) % 12 + 1, 2),
        "HH": ((hour + 11) % 12 + 1, 2), "MI": (minute, 2), "SS": (second, 2), "YY": (year % 100, 2), "Q": ((month + 2) // 3, 1),
        "DDD": (dates.day_of_year(days), 3), "D": (dates.day_of_week(days) + 1, 1), "IW": (dates.iso_week(days)[1], 2),
        "WW": ((dates.day_of_year(days) - 1) // 7 + 1, 2), "IYYY": (dates.iso_week(days)[0], 4),
        "MS": (rest % dates.SECOND // 1000, 3), "US": (rest % dates.SECOND, 6),
    }  # fmt: skip
    words = {
        "Month": (name, 9), "MONTH": (name.upper(), 9), "month": (name.lower(), 9), "Mon": (name[:3], 3), "MON": (name[:3].upper(), 3),
        "mon": (name[:3].lower(), 3), "Day": (weekday, 9), "DAY": (weekday.upper(), 9), "day": (weekday.lower(), 9),
        "Dy": (weekday[:3], 3), "DY": (weekday[:3].upper(), 3), "dy": (weekday[:3].lower(), 3),
    }  # fmt: skip
    for code in _CODES.findall(pattern):
        if code == "FM":
            fill = False
            continue
        if code in numbers:
            number, width = numbers[code]
            found.append(str(number).rjust(width, "0") if fill else str(number))
        elif code in words:
            text, width = words[code]
            found.append(text.ljust(width) if fill else text)
        elif code in ("AM", "PM"):
            found.append("AM" if hour < 12 else "PM")
        elif code in ("am", "pm"):
            found.append("am" if hour < 12 else "pm")
        elif code.startswith('"'):
            found.append(code[1:-1])
        elif code.isalpha():
            raise outside(f"to_char with {code}")
        else:
            found.append(code)
        fill = True
    return "".join(found)


_NUMBER_PATTERN: Final = re.compile(r"(FM)?([90,]*)(?:\.([90]+))?\Z")


def _char_number(value: Decimal, pattern: str) -> str:
    match = _NUMBER_PATTERN.match(pattern)
    if match is None or not (match[2] or match[3]):
        raise outside("to_char with such a pattern")
    fm, whole, fraction = bool(match[1]), match[2] or "", match[3] or ""
    if "0" in fraction and fm and "9" in fraction:
        raise outside("to_char with such a pattern")
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, EXACT)
    digits, _, decimals = f"{abs(rounded):f}".partition(".")
    negative = rounded < 0
    room = len(whole.replace(",", ""))
    digits = "" if digits == "0" and "0" not in whole and (room == 0 or fraction) else digits
    if len(digits) > room:
        filled = re.sub(r"[90]", "#", whole) + ("." + "#" * len(fraction) if fraction else "")
        return filled if fm else " " + filled
    padded = digits.rjust(room)
    first_zero = whole.replace(",", "").find("0")
    if first_zero >= 0:
        padded = padded[:first_zero] + padded[first_zero:].replace(" ", "0")
    shown: list[str] = []
    place = 0
    for code in whole:
        if code == ",":
            shown.append("," if padded[:place].strip() else " ")
        else:
            shown.append(padded[place])
            place += 1
    body = "".join(shown)
    stripped = body.lstrip(" ")
    sign = "-" if negative else " "
    text = " " * (len(body) - len(stripped)) + sign + stripped
    if fraction:
        if fm and "0" not in fraction:
            decimals = decimals.rstrip("0")
        text += "." + decimals
    return text.replace(" ", "") if fm else text


def _timezone(zone: str, value: int) -> int:
    if zone.upper() not in ("UTC", "GMT", "ETC/UTC"):
        raise outside(f"the time zone {zone}")
    return value


def _extract(kind: Type) -> Callable[[str, Value], Decimal]:
    return lambda unit, value: part_of(unit, value, kind)


_T = TEXT
MOMENTS: Final[dict[str, tuple[Overload, ...]]] = {
    **dict.fromkeys(("now", "current_timestamp", "transaction_timestamp"), (Overload((), TIMESTAMPTZ, now, True),)),
    "statement_timestamp": (Overload((), TIMESTAMPTZ, lambda context: context.now_ns // 1000, True),),
    "clock_timestamp": (Overload((), TIMESTAMPTZ, lambda context: context.now_ns // 1000, True),),
    "localtimestamp": (Overload((), TIMESTAMP, now, True),),
    "current_date": (Overload((), DATE, lambda context: now(context) // dates.DAY, True),),
    "localtime": (Overload((), TIME, lambda context: now(context) % dates.DAY, True),),
    "date_trunc": (
        Overload((_T, TIMESTAMP), TIMESTAMP, _date_trunc), Overload((_T, TIMESTAMPTZ), TIMESTAMPTZ, _date_trunc),
    ),
    "extract": tuple(Overload((_T, kind), NUMERIC, _extract(kind)) for kind in (DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, TIME)),
    "date_part": tuple(Overload((_T, kind), FLOAT8, lambda unit, value, kind=kind: float(part_of(unit, value, kind))) for kind in (DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, TIME)),
    "age": (
        Overload((TIMESTAMPTZ, TIMESTAMPTZ), INTERVAL, _age), Overload((TIMESTAMP, TIMESTAMP), INTERVAL, _age),
        Overload((TIMESTAMPTZ,), INTERVAL, lambda value, context: _age(now(context) // dates.DAY * dates.DAY, value), True),
    ),
    "make_date": (Overload((INT4, INT4, INT4), DATE, _make_date),),
    "to_char": (
        Overload((TIMESTAMP, _T), _T, _char_moment), Overload((TIMESTAMPTZ, _T), _T, _char_moment), Overload((NUMERIC, _T), _T, _char_number),
        Overload((INT4, _T), _T, lambda value, pattern: _char_number(Decimal(value), pattern)),
    ),
    "timezone": (Overload((_T, TIMESTAMPTZ), TIMESTAMP, _timezone), Overload((_T, TIMESTAMP), TIMESTAMPTZ, _timezone)),
    "to_timestamp": (Overload((FLOAT8,), TIMESTAMPTZ, lambda seconds: round(seconds * 1_000_000)),),
}  # fmt: skip
