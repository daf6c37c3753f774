"""Virtual time as numbers and as text: instants are nanoseconds since 1970, texts are RFC 3339 as Go writes them.

Nothing here knows what time it is.
"""

from __future__ import annotations

import datetime
import re

from fakedocker.base.numbers import parse_whole, problem_of
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.units import parse_duration

SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000
MINUTE_NS = 60 * SECOND_NS

LAST_NS = (1 << 63) - 1
"""The end of the clock, in April 2262: Go's time in nanoseconds has 64 bits. What is due after it never comes."""
ZERO_TIME = "0001-01-01T00:00:00Z"
"""Go's zero time, which the engine shows for what has not happened yet."""

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_INSTANT = lazy_pattern(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d\d:\d\d)?"
)


def instant(text: str) -> int:
    """Nanoseconds of an RFC 3339 text; missing parts are zero, a missing zone is UTC.

    Raises:
        ValueError: the text is no date or time.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time: {text!r}")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    moment = datetime.datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=datetime.UTC
    )
    seconds = (moment - _EPOCH).days * 86_400 + (moment - _EPOCH).seconds
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds * SECOND_NS + int((fraction or "").ljust(9, "0"))


def morning_of(date: str) -> int:
    """Nine o'clock of a day, when a world begins.

    Args:
        date: as YYYY-MM-DD, from 2013 on, when Docker began.

    Raises:
        ValueError: it is no such day.
    """
    try:
        if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", date) and date >= "2013":
            return instant(f"{date}T09:00:00Z")
    except ValueError:
        pass  # there is no such day in its month
    raise ValueError(f"not a day from 2013-01-01 to 2099-12-31: {date!r}")


def utc(at_ns: int) -> datetime.datetime:
    """The instant as a datetime, cut to microseconds."""
    return _EPOCH + datetime.timedelta(microseconds=at_ns // 1000)


def rfc3339_nano(at_ns: int) -> str:
    """As Go's RFC3339Nano: trailing zeros of the fraction are left out. 0 is Go's zero time."""
    if at_ns == 0:
        return ZERO_TIME
    seconds, fraction = divmod(at_ns, SECOND_NS)
    text = (_EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:09d}".rstrip("0").rstrip(".") + "Z"


def rfc3339_fixed(at_ns: int) -> str:
    """As log and event lines have it: always nine digits of fraction."""
    seconds, fraction = divmod(at_ns, SECOND_NS)
    return (_EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction:09d}Z"


def rfc3339_seconds(at_ns: int) -> str:
    """Without a fraction."""
    return (_EPOCH + datetime.timedelta(seconds=at_ns // SECOND_NS)).strftime("%Y-%m-%dT%H:%M:%SZ")


def timestamp(text: str) -> int:
    """What since= and until= mean where the client has read the words already: seconds since 1970, with a fraction or
    without.

    Source: moby api/types/time.ParseTimestamps.

    Raises:
        ValueError: it is no number; the message is Go's.
    """
    seconds, _, fraction = text.partition(".")
    for part in (seconds, fraction or "0"):
        if parse_whole(part) is None:
            raise ValueError(problem_of(part).replace("Atoi", "ParseInt"))
    return int(seconds) * SECOND_NS + int(fraction[:9].ljust(9, "0") or 0)


class NoTime(ValueError):
    """A text that is no time.

    Args:
        text: as it was given.

    Attributes:
        reason: what is wrong with it as a number of seconds, in Go's words.
    """

    def __init__(self, text: str) -> None:
        super().__init__(f'failed to parse value as time or duration: "{text}"')
        seconds = text.partition(".")[0]
        self.reason = f'invalid seconds "{seconds}": invalid syntax'


def timestamp_or_duration(text: str, now_ns: int) -> int:
    """What since= and until= mean: a duration is that long ago, a number is unix seconds, else a date.

    Source: moby api/types/time.GetTimestamp; its error text is in recordings logs and prune-df.

    Raises:
        NoTime: none of these; the message is docker's.
    """
    try:
        return now_ns - parse_duration(text)
    except ValueError:
        pass
    if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", text):
        seconds, _, fraction = text.partition(".")
        return int(seconds) * SECOND_NS + int(fraction.ljust(9, "0") or 0)
    try:
        return instant(text)
    except ValueError:
        raise NoTime(text) from None
