"""MariaDB's functions. A row: name -> (least and most arguments, what they become, type of the result, function).

What arguments become: t a text, n a number as it is, i a whole number, d a double, m a moment, x anything. Functions get
no null and the context last where the name is in `KNOWS`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.my_types import BIGINT, DATE, DATETIME, DOUBLE, INT, TIME, VARCHAR
from fakedocker.userland.languages.sql.pg_types import EXACT, LONGEST_TEXT, Type
from fakedocker.userland.languages.sql.problems import outside

Value = Any
"""A value of SQL's."""


class Function(NamedTuple):
    least: int
    most: int
    takes: str
    result: Type
    run: Callable[..., Value]


def _bounded(size: int) -> None:
    if size > LONGEST_TEXT:
        raise outside("so long a text")


def _substring(text: str, start: int, count: int | None = None) -> str:
    if start == 0:
        return ""
    begin = start - 1 if start > 0 else len(text) + start
    if begin < 0:
        return ""
    return text[begin:] if count is None else text[begin : begin + max(0, count)]


def _pad(left: bool) -> Callable[..., str | None]:
    def pad(text: str, length: int, fill: str = " ") -> str | None:
        _bounded(length)
        if length < 0:
            return None
        if len(text) >= length:
            return text[:length]
        if not fill:
            return ""
        filling = (fill * (length // len(fill) + 1))[: length - len(text)]
        return filling + text if left else text + filling

    return pad


def _repeat(text: str, count: int) -> str:
    _bounded(len(text) * max(0, count))
    return text * max(0, count)


def _replace(text: str, old: str, new: str) -> str:
    _bounded(len(text) + text.count(old) * len(new) if old else 0)
    return text.replace(old, new) if old else text


def _trim(side: str) -> Callable[..., str]:
    def trim(text: str, part: str = " ") -> str:
        if not part:
            return text
        while side != "r" and text.startswith(part):
            text = text[len(part) :]
        while side != "l" and text.endswith(part):
            text = text[: -len(part)]
        return text

    return trim


def _locate(part: str, text: str, start: int = 1) -> int:
    if start < 1:
        return 0
    return text.lower().find(part.lower(), start - 1) + 1


def _format(number: Value, digits: int) -> str:
    value = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return f"{value.quantize(Decimal(1).scaleb(-max(0, min(38, digits))), ROUND_HALF_UP, EXACT):,f}"


def _field(text: str, *others: str) -> int:
    for place, other in enumerate(others, 1):
        if other.lower() == text.lower():
            return place
    return 0


def _elt(number: int, *texts: str) -> str | None:
    return texts[number - 1] if 1 <= number <= len(texts) else None


def _substring_index(text: str, separator: str, count: int) -> str:
    if not separator or count == 0:
        return ""
    parts = text.split(separator)
    return separator.join(parts[:count] if count > 0 else parts[count:])


def _civil(place: int) -> Callable[[int], int]:
    return lambda moment: dates.civil(moment // dates.DAY)[place]


_CODES: Final[dict[str, Callable[[int, int], str]]] = {
    "Y": lambda d, t: f"{dates.civil(d)[0]:04d}", "y": lambda d, t: f"{dates.civil(d)[0] % 100:02d}", "m": lambda d, t: f"{dates.civil(d)[1]:02d}",
    "c": lambda d, t: str(dates.civil(d)[1]), "d": lambda d, t: f"{dates.civil(d)[2]:02d}", "e": lambda d, t: str(dates.civil(d)[2]),
    "M": lambda d, t: dates.MONTHS[dates.civil(d)[1] - 1], "b": lambda d, t: dates.MONTHS[dates.civil(d)[1] - 1][:3],
    "W": lambda d, t: dates.DAYS[dates.day_of_week(d)], "a": lambda d, t: dates.DAYS[dates.day_of_week(d)][:3],
    "w": lambda d, t: str(dates.day_of_week(d)), "j": lambda d, t: f"{dates.day_of_year(d):03d}",
    "H": lambda d, t: f"{t // dates.HOUR:02d}", "k": lambda d, t: str(t // dates.HOUR), "i": lambda d, t: f"{t // dates.MINUTE % 60:02d}",
    "s": lambda d, t: f"{t // dates.SECOND % 60:02d}", "S": lambda d, t: f"{t // dates.SECOND % 60:02d}",
    "h": lambda d, t: f"{(t // dates.HOUR + 11) % 12 + 1:02d}", "I": lambda d, t: f"{(t // dates.HOUR + 11) % 12 + 1:02d}",
    "l": lambda d, t: str((t // dates.HOUR + 11) % 12 + 1), "p": lambda d, t: "AM" if t < 12 * dates.HOUR else "PM",
    "T": lambda d, t: dates.shown_time(t // dates.SECOND * dates.SECOND), "f": lambda d, t: f"{t % dates.SECOND:06d}",
    "r": lambda d, t: f"{(t // dates.HOUR + 11) % 12 + 1:02d}:{t // dates.MINUTE % 60:02d}:{t // dates.SECOND % 60:02d} {'AM' if t < 12 * dates.HOUR else 'PM'}",
}  # fmt: skip


def _date_format(moment: int, pattern: str) -> str:
    days, rest = divmod(moment, dates.DAY)
    found: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "%" and at + 1 < len(pattern):
            code = pattern[at + 1]
            if code == "D":
                number = dates.civil(days)[2]
                ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
                found.append(f"{number}{ending}")
            elif code in _CODES:
                found.append(_CODES[code](days, rest))
            elif code in "uUvVxX":
                raise outside(f"%{code} in DATE_FORMAT")
            else:
                found.append(code)
            at += 2
        else:
            found.append(pattern[at])
            at += 1
    return "".join(found)


def _last_day(moment: int) -> int:
    year, month, _ = dates.civil(moment // dates.DAY)
    return dates.days_of(year, month, dates.last_day(year, month))


def add(moment: int, number: int, unit: str) -> int | None:
    """A moment some units later; None where it leaves the calendar."""
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    try:
        if months:
            days, rest = divmod(moment, dates.DAY)
            found = dates.add_months(days, number * months) * dates.DAY + rest
        else:
            size = {"microsecond": 1, "second": dates.SECOND, "minute": dates.MINUTE, "hour": dates.HOUR, "day": dates.DAY, "week": 7 * dates.DAY}[unit]  # fmt: skip
            found = moment + number * size
        dates.civil(found // dates.DAY)
    except (ValueError, OverflowError):
        return None
    return found


def difference(unit: str, first: int, second: int) -> int:
    """TIMESTAMPDIFF."""
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if not months:
        size = {"microsecond": 1, "second": dates.SECOND, "minute": dates.MINUTE, "hour": dates.HOUR, "day": dates.DAY, "week": 7 * dates.DAY}[unit]  # fmt: skip
        return int((second - first) / size) if abs(second - first) < 1 << 50 else abs(second - first) // size * (1 if second > first else -1)  # fmt: skip
    if second < first:
        return -difference(unit, second, first)
    a, b = dates.civil(first // dates.DAY), dates.civil(second // dates.DAY)
    count = (b[0] - a[0]) * 12 + b[1] - a[1]
    if (b[2], second % dates.DAY) < (a[2], first % dates.DAY):
        count -= 1
    return count // months


_TT, _NN = VARCHAR, BIGINT
FUNCTIONS: Final[dict[str, Function]] = {
    **dict.fromkeys(("upper", "ucase"), Function(1, 1, "t", _TT, str.upper)),
    **dict.fromkeys(("lower", "lcase"), Function(1, 1, "t", _TT, str.lower)),
    **dict.fromkeys(("length", "octet_length"), Function(1, 1, "t", _NN, lambda text: len(text.encode()))),
    **dict.fromkeys(("char_length", "character_length"), Function(1, 1, "t", _NN, len)),
    **dict.fromkeys(("substring", "substr", "mid"), Function(2, 3, "tii", _TT, _substring)),
    "left": Function(2, 2, "ti", _TT, lambda text, n: text[: max(0, n)]),
    "right": Function(2, 2, "ti", _TT, lambda text, n: text[-n:] if n > 0 else ""),
    "btrim": Function(1, 2, "tt", _TT, _trim("")), "trim": Function(1, 1, "t", _TT, _trim("")),
    "ltrim": Function(1, 2, "tt", _TT, _trim("l")), "rtrim": Function(1, 2, "tt", _TT, _trim("r")),
    "replace": Function(3, 3, "ttt", _TT, _replace), "reverse": Function(1, 1, "t", _TT, lambda text: text[::-1]),
    "repeat": Function(2, 2, "ti", _TT, _repeat), "space": Function(1, 1, "i", _TT, lambda n: _repeat(" ", n)),
    "lpad": Function(2, 3, "tit", _TT, _pad(True)), "rpad": Function(2, 3, "tit", _TT, _pad(False)),
    "locate": Function(2, 3, "tti", _NN, _locate), "position": Function(2, 2, "tt", _NN, _locate),
    "instr": Function(2, 2, "tt", _NN, lambda text, part: _locate(part, text)),
    "substring_index": Function(3, 3, "tti", _TT, _substring_index),
    "ascii": Function(1, 1, "t", _NN, lambda text: text.encode()[0] if text else 0),
    "md5": Function(1, 1, "t", _TT, lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()),
    **dict.fromkeys(("sha1", "sha"), Function(1, 1, "t", _TT, lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())),
    "sha2": Function(2, 2, "ti", _TT, lambda text, bits: hashlib.new(f"sha{bits or 256}", text.encode()).hexdigest() if bits in (0, 224, 256, 384, 512) else None),
    "format": Function(2, 2, "ni", _TT, _format), "field": Function(2, 50, "t", _NN, _field), "elt": Function(2, 50, "it", _TT, _elt),
    "power": Function(2, 2, "dd", DOUBLE, lambda a, b: math.pow(a, b)), "pow": Function(2, 2, "dd", DOUBLE, lambda a, b: math.pow(a, b)),
    "sqrt": Function(1, 1, "d", DOUBLE, lambda a: math.sqrt(a) if a >= 0 else None), "pi": Function(0, 0, "", DOUBLE, lambda: math.pi),
    "sign": Function(1, 1, "n", _NN, lambda a: (a > 0) - (a < 0)),
    "year": Function(1, 1, "m", _NN, _civil(0)), "month": Function(1, 1, "m", _NN, _civil(1)),
    **dict.fromkeys(("day", "dayofmonth"), Function(1, 1, "m", _NN, _civil(2))),
    "quarter": Function(1, 1, "m", _NN, lambda m: (dates.civil(m // dates.DAY)[1] + 2) // 3),
    "dayofyear": Function(1, 1, "m", _NN, lambda m: dates.day_of_year(m // dates.DAY)),
    "dayofweek": Function(1, 1, "m", _NN, lambda m: dates.day_of_week(m // dates.DAY) + 1),
    "weekday": Function(1, 1, "m", _NN, lambda m: (dates.day_of_week(m // dates.DAY) + 6) % 7),
    "hour": Function(1, 1, "m", _NN, lambda m: m % dates.DAY // dates.HOUR), "minute": Function(1, 1, "m", _NN, lambda m: m // dates.MINUTE % 60),
    "second": Function(1, 1, "m", _NN, lambda m: m // dates.SECOND % 60),
    "dayname": Function(1, 1, "m", _TT, lambda m: dates.DAYS[dates.day_of_week(m // dates.DAY)]),
    "monthname": Function(1, 1, "m", _TT, lambda m: dates.MONTHS[dates.civil(m // dates.DAY)[1] - 1]),
    "date": Function(1, 1, "m", DATE, lambda m: m // dates.DAY), "last_day": Function(1, 1, "m", DATE, _last_day),
    "datediff": Function(2, 2, "mm", _NN, lambda a, b: a // dates.DAY - b // dates.DAY),
    "date_format": Function(2, 2, "mt", _TT, _date_format),
    "to_days": Function(1, 1, "m", _NN, lambda m: m // dates.DAY + 719528),
    "isnull": Function(1, 1, "x", INT, lambda value: 0),
}  # fmt: skip
CLOCK: Final[dict[str, tuple[Type, Callable[[int], int]]]] = {
    **dict.fromkeys(("now", "current_timestamp", "sysdate", "localtime", "localtimestamp", "utc_timestamp"), (DATETIME, lambda now: now // dates.SECOND * dates.SECOND)),
    **dict.fromkeys(("curdate", "current_date", "utc_date"), (DATE, lambda now: now // dates.DAY)),
    **dict.fromkeys(("curtime", "current_time", "utc_time"), (TIME, lambda now: now % dates.DAY // dates.SECOND * dates.SECOND)),
}  # fmt: skip


def rounded(value: Value, digits: int, how: str) -> Value:
    """ROUND, TRUNCATE, CEIL and FLOOR of a number."""
    if isinstance(value, float):
        if abs(digits) > 15:
            raise outside("so many digits")
        if how == ROUND_HALF_UP:  # my_double_round: the nearest even of what is shifted
            shifted = float(round(value * 10.0**digits)) if abs(value) < 1e15 else value * 10.0**digits
            return shifted / 10.0**digits
        scaled = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), how, EXACT)
        return float(scaled)
    if isinstance(value, int) and digits >= 0:
        return value
    found = Decimal(value).quantize(Decimal(1).scaleb(-digits), how, EXACT)
    return int(found) if isinstance(value, int) else found


WAYS: Final = {
    "round": ROUND_HALF_UP,
    "truncate": ROUND_DOWN,
    "ceil": ROUND_CEILING,
    "ceiling": ROUND_CEILING,
    "floor": ROUND_FLOOR,
}
