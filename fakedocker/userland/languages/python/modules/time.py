"""time: the world's clock, and waiting."""

from __future__ import annotations

import calendar
import time
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import signals
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.modules.math import number
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.structures import structure, structure_class
from fakedocker.userland.languages.python.types import native, payload_of, type_name

_FIELDS: Final = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst")
_BILLION: Final = 1_000_000_000


def wait_until(m: Interpreter, deadline_ns: int) -> None:
    """Let time pass, or raise KeyboardInterrupt. Blocks."""
    if m.system.now_ns < deadline_ns:
        m.system.pause_for_signal(deadline_ns)
        signals.check(m)


def deadline_of(m: Interpreter, key: str, seconds: float) -> int:
    """When a wait that began now is over; the same each time it is asked before it is."""
    waits: dict[str, Any] = m.state.setdefault("waits", {})
    if key not in waits:
        waits[key] = m.system.now_ns + int(seconds * _BILLION)
    found: int = waits[key]
    if m.system.now_ns >= found:
        del waits[key]
    return found


@native("sleep", module="time")
def _sleep(m: Interpreter, seconds: Value) -> Value:
    try:
        value = number(m, seconds)
    except Raised as raised:
        if raised.value.cls is EXCEPTIONS["TypeError"] and raised.value.args[0].startswith("must be real number"):
            raise type_error(f"'{type_name(seconds)}' object cannot be interpreted as an integer") from None
        raise
    if value != value:
        raise error("ValueError", "Invalid value NaN (not a number)")
    if value < 0:
        raise error("ValueError", "sleep length must be non-negative")
    if value > 1e9:
        raise error(
            "OverflowError",
            "timestamp too large to convert to C PyTime_t"
            if m.minor >= 13
            else "timestamp too large to convert to C _PyTime_t",
        )
    if value == 0:
        return None
    key = f"sleep {m.thread_number}"
    try:
        wait_until(m, deadline_of(m, key, value))
    except Exception as problem:
        if type(problem).__name__ == "Raised":
            m.state["waits"].pop(key, None)
        raise


@native("time", module="time")
def _time(m: Interpreter) -> Value:
    return m.system.now_ns / _BILLION


@native("time_ns", module="time")
def _time_ns(m: Interpreter) -> Value:
    return m.system.now_ns


def _since_start(m: Interpreter) -> int:
    return m.system.now_ns - int(m.state.setdefault("started_ns", m.system.now_ns)) + 1000 * _BILLION  # type: ignore[no-any-return]


for _name in ("monotonic", "perf_counter", "process_time", "thread_time"):
    native(_name, module="time")(lambda m: _since_start(m) / _BILLION)
    native(f"{_name}_ns", module="time")(lambda m: _since_start(m))


def _moment(m: Interpreter, seconds: Value) -> float:
    return m.system.now_ns / _BILLION if seconds is None else number(m, seconds)  # type: ignore[no-any-return]


def _struct(values: Any) -> Value:  # Any: a struct_time of the host
    return structure("time.struct_time", _FIELDS, tuple(values))


structure_class("time.struct_time", _FIELDS)


@native("gmtime", module="time")
def _gmtime(m: Interpreter, seconds: Value = None) -> Value:
    return _struct(time.gmtime(_moment(m, seconds)))


@native("localtime", module="time")
def _localtime(m: Interpreter, seconds: Value = None) -> Value:
    _check_zone(m)
    return _struct(time.gmtime(_moment(m, seconds)))


def _check_zone(m: Interpreter) -> None:
    zone = m.system.environment.get("TZ", "")
    if zone not in ("", "UTC", "Etc/UTC", "GMT"):
        raise NotSimulated(f"the time zone {zone}")


def _tuple(m: Interpreter, value: Value) -> Any:
    if value is None:
        _check_zone(m)
        return time.gmtime(_moment(m, None))
    plain = payload_of(value)
    if type(plain) is not tuple:
        raise type_error("Tuple or struct_time argument required")
    return plain


@native("strftime", module="time")
def _strftime(m: Interpreter, format: Value, t: Value = None) -> Value:
    return time.strftime(format.replace("%Z", "UTC").replace("%z", "+0000"), _tuple(m, t))


@native("strptime", module="time")
def _strptime(m: Interpreter, text: Value, format: Value = "%a %b %d %H:%M:%S %Y") -> Value:
    if "%Z" in format:
        raise NotSimulated("%Z of time.strptime")  # the names of zones would be the machine's
    try:
        return _struct(time.strptime(text, format))
    except ValueError as problem:
        raise error("ValueError", str(problem)) from None


@native("mktime", module="time")
def _mktime(m: Interpreter, t: Value) -> Value:
    _check_zone(m)
    return float(calendar.timegm(_tuple(m, t)))


@native("ctime", module="time")
def _ctime(m: Interpreter, seconds: Value = None) -> Value:
    _check_zone(m)
    return time.asctime(time.gmtime(_moment(m, seconds)))


@native("asctime", module="time")
def _asctime(m: Interpreter, t: Value = None) -> Value:
    return time.asctime(_tuple(m, t))


@names_for("time")
def _names(m: Interpreter) -> dict[str, Value]:
    return {
        "timezone": 0,
        "altzone": 0,
        "daylight": 0,
        "tzname": ("UTC", "UTC"),
        "struct_time": structure_class("time.struct_time", _FIELDS),
    }
