"""Sizes, ages and durations as docker writes and reads them.

Owns the words for amounts of bytes and stretches of time ("1.99MB", "About a minute", "1h30m0s") and their parsing. The
rules are those of docker's units library and of Go's `time.Duration`. It must not know what is measured, or what time
it is.
"""

from __future__ import annotations

import math
from typing import Final

from fakedocker.base.patterns import lazy_pattern

NANOSECONDS_PER_SECOND: Final = 1_000_000_000

_DECIMAL_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_MULTIPLIERS: Final = "kmgtp"

_DURATION_UNITS_NS: Final = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": NANOSECONDS_PER_SECOND,
    "m": 60 * NANOSECONDS_PER_SECOND,
    "h": 3600 * NANOSECONDS_PER_SECOND,
}
_INT64_MAX: Final = (1 << 63) - 1
_DURATION_PART = lazy_pattern(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)")


def _scaled(size: float, base: float, units: tuple[str, ...], digits: int) -> str:
    index = 0
    while size >= base and index < len(units) - 1:
        size /= base
        index += 1
    return f"{size:.{digits}g}{units[index]}"


def human_size(size_bytes: float, digits: int = 4) -> str:
    """An amount in decimal units with that many significant digits: `human_size(1985893)` is "1.986MB".

    docker shows image sizes with 3 digits and everything else with 4.
    """
    return _scaled(size_bytes, 1000.0, _DECIMAL_UNITS, digits)


def binary_size(size_bytes: float) -> str:
    """An amount in binary units, 4 significant digits: `binary_size(67108864)` is "64MiB"."""
    return _scaled(size_bytes, 1024.0, _BINARY_UNITS, 4)


def _parse_size(text: str, base: int) -> int:
    last = max((text.rfind(character) for character in "0123456789. "), default=-1)
    if last == -1:
        raise ValueError(f"invalid size: '{text}'")
    number, suffix = (text[:last] if text[last] == " " else text[: last + 1]), text[last + 1 :].lower()
    try:
        size = float(number) if number.isascii() and "_" not in number else None
    except ValueError:
        size = None
    if size is None or math.isinf(size):
        reason = "invalid syntax" if size is None else "value out of range"
        raise ValueError(f'strconv.ParseFloat: parsing "{number}": {reason}')
    if size < 0:
        raise ValueError(f"invalid size: '{text}'")
    if suffix in ("", "b"):
        return _whole(size)
    multiplier = suffix[0]
    if len(suffix) > 3 or multiplier not in _MULTIPLIERS or suffix[1:] not in ("", "b", "ib"):
        raise ValueError(f"invalid suffix: '{suffix if len(suffix) <= 3 else text[last + 1 :]}'")
    return _whole(size * base ** (_MULTIPLIERS.index(multiplier) + 1))


def _whole(size: float) -> int:
    """As Go on amd64 makes an int64 of it: the least one of what is too large."""
    return int(size) if size < 1 << 63 else -(1 << 63)


def parse_binary_size(text: str) -> int:
    """Bytes from "64m", "1.5 GiB", "2048": every unit is a power of 1024, as for memory. Raises ValueError."""
    return _parse_size(text, 1024)


def parse_decimal_size(text: str) -> int:
    """Bytes from "10GB": every unit is a power of 1000, as for disks. Raises ValueError."""
    return _parse_size(text, 1000)


def human_duration(duration_ns: int) -> str:
    """A stretch of time in words: "Less than a second", "About an hour", "3 days"."""
    seconds = duration_ns // NANOSECONDS_PER_SECOND if duration_ns >= 0 else 0
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = seconds // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(duration_ns / (3600 * NANOSECONDS_PER_SECOND) + 0.5)
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{seconds // 3600 // 24 // 365} years"


def same_words_ns(duration_ns: int) -> tuple[int, int]:
    """From which stretch on, and up to which, `human_duration` says the same, at least: words change at whole seconds,
    later minutes."""
    step_ns = NANOSECONDS_PER_SECOND * (1 if duration_ns < 60 * NANOSECONDS_PER_SECOND else 60)
    first_ns = duration_ns // step_ns * step_ns
    return first_ns, first_ns + step_ns


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse_duration(text: str) -> int:
    """Nanoseconds from Go's notation: "300ms", "-1.5h", "2h45m", "0". Raises ValueError with Go's words."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest:
        raise ValueError(f"time: invalid duration {_quoted(text)}")
    total_ns = 0
    while rest:
        match = _DURATION_PART.match(rest)
        whole, fraction, unit = (match[1], match[3] or "", match[4]) if match else ("", "", "")
        if match is None or not (whole or fraction):
            raise ValueError(f"time: invalid duration {_quoted(text)}")
        if not unit:
            raise ValueError(f"time: missing unit in duration {_quoted(text)}")
        if unit not in _DURATION_UNITS_NS:
            raise ValueError(f"time: unknown unit {_quoted(unit)} in duration {_quoted(text)}")
        scale = _DURATION_UNITS_NS[unit]
        total_ns += int(whole or "0") * scale
        if fraction:
            total_ns += int(fraction) * scale // 10 ** len(fraction)
        if total_ns > _INT64_MAX:
            raise ValueError(f"time: invalid duration {_quoted(text)}")
        rest = rest[match.end() :]
    return -total_ns if text.startswith("-") else total_ns


def _fraction(value: int, scale: int) -> str:
    whole, part = divmod(value, scale)
    digits = f"{part:0{len(str(scale)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)


def format_duration(duration_ns: int) -> str:
    """Go's notation of a duration: 90 seconds are "1m30s", an hour "1h0m0s", 1500000 ns "1.5ms", nothing "0s"."""
    if duration_ns == 0:
        return "0s"
    sign, rest_ns = ("-", -duration_ns) if duration_ns < 0 else ("", duration_ns)
    if rest_ns < 1_000:
        return f"{sign}{rest_ns}ns"
    if rest_ns < 1_000_000:
        return f"{sign}{_fraction(rest_ns, 1_000)}\u00b5s"
    if rest_ns < NANOSECONDS_PER_SECOND:
        return f"{sign}{_fraction(rest_ns, 1_000_000)}ms"
    minutes, seconds_ns = divmod(rest_ns, 60 * NANOSECONDS_PER_SECOND)
    text = f"{_fraction(seconds_ns, NANOSECONDS_PER_SECOND)}s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}"
    return sign + text
