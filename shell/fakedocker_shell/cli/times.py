"""Points in time as docker's client reads and writes them: --since and --until, and the dates in its tables."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.units import human_duration, parse_duration
from fakedocker_shell.cli.api_types import parse_time

_SECOND_NS = 1_000_000_000
_TIMESTAMP = lazy_pattern(r"(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d\d:\d\d)?")


def timestamp(text: str, now_ns: int) -> str:
    """--since or --until as the API takes it: seconds, or seconds.nanoseconds.

    Args:
        text: a duration ago ("10m"), a date and time in parts of RFC 3339 (UTC without a zone), or seconds since 1970.

    Raises:
        ValueError: if it is none of them, with the daemon's words.
    """
    try:
        moment_ns = now_ns - parse_duration(text)
    except ValueError:
        pass
    else:
        return f"{moment_ns // _SECOND_NS}.{moment_ns % _SECOND_NS:09d}" if text != "0" else "0"
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return text
        raise ValueError(f'failed to parse value as time or duration: "{text}"')
    day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment, nanoseconds = parse_time(
            f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}.{fraction or '0'}{zone or 'Z'}"
        )
    except ValueError:
        raise ValueError(f'failed to parse value as time or duration: "{text}"') from None
    return f"{int(moment.timestamp())}.{nanoseconds:09d}"


def unix_text(seconds: int) -> str:
    """A second as Go prints it: "2026-11-24 06:37:44 +0000 UTC"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"


def unix_rfc3339(seconds: int) -> str:
    """A second as RFC 3339."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def ago(seconds: int, now_ns: int) -> str:
    """How long ago that was: "2 hours ago"."""
    return human_duration(now_ns - seconds * _SECOND_NS) + " ago"


def nanoseconds_text(total_ns: int) -> str:
    """A moment with all nine decimals, as logs and events show it: "2026-11-24T08:11:38.194867053Z"."""
    seconds, rest = divmod(total_ns, _SECOND_NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
