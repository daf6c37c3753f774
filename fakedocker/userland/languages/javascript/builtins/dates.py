"""Date. The time zone is UTC, as in containers that say nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

from fakedocker.userland.languages.javascript.cells import JsDate, Value, is_callable, is_object
from fakedocker.userland.languages.javascript.dates import (
    Fields,
    clipped,
    date_text,
    fields,
    iso_text,
    make_time,
    parse,
    time_text,
    utc_text,
)
from fakedocker.userland.languages.javascript.locales import format_date
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, is_nothing
from fakedocker.userland.languages.javascript.numbers import to_integer
from fakedocker.userland.languages.javascript.operators import to_number, to_primitive, to_text
from fakedocker.userland.languages.javascript.shared import TO_PRIMITIVE, Native, NativeCall
from fakedocker.userland.languages.machine.cells import NotSimulated

DATE = Kind("Date", length=7)
_PARTS = ("FullYear", "Month", "Date", "Hours", "Minutes", "Seconds", "Milliseconds")


def now_ms(realm: Host) -> float:
    """The virtual clock in whole milliseconds."""
    check_zone(realm)
    return float(realm.machine.system.now_ns // 1_000_000)


def check_zone(realm: Host) -> None:
    """NotSimulated if the environment asks for another time zone."""
    zone = realm.machine.system.environment.get("TZ", "")
    if zone not in ("", "UTC", "Etc/UTC", "GMT"):
        raise NotSimulated(f"the time zone {zone}")


def _parsed(realm: Host, text: str) -> float:
    found = parse(text)
    if found is None:
        raise NotSimulated(f"a date written as {text[:40]}")
    return found


@DATE.call
def _call(realm: Host, this: Value, arguments: list[Value]) -> Value:
    now = now_ms(realm)
    return f"{date_text(now)} {time_text(now)}"


@DATE.construct
def _construct(realm: Host, target: Value, arguments: list[Value]) -> Value:
    check_zone(realm)
    if not arguments:
        time_ms = now_ms(realm)
    elif len(arguments) == 1:
        value = arguments[0]
        if isinstance(value, JsDate):
            time_ms = value.time_ms
        else:
            plain = to_primitive(realm, value)
            time_ms = _parsed(realm, plain) if type(plain) is str else to_integer_time(to_number(realm, plain))
    else:
        time_ms = make_time(_numbers(realm, arguments))
    return JsDate(realm.prototype_from(target, "Date"), time_ms)


def to_integer_time(number: float) -> float:
    """A number as a moment."""
    return math.nan if not math.isfinite(number) else clipped(to_integer(number))


def _numbers(realm: Host, arguments: list[Value]) -> list[float]:
    given = [to_number(realm, value) for value in arguments[:7]]
    parts = given + [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0][len(given) :]
    if math.isfinite(parts[0]) and 0 <= int(parts[0]) <= 99:
        parts[0] = 1900.0 + int(parts[0])
    return parts


@DATE.static("now")
def _now(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return now_ms(realm)


@DATE.static("parse", 1)
def _parse(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _parsed(realm, to_text(realm, argument(arguments, 0)))


@DATE.static("UTC", 7)
def _utc(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return make_time(_numbers(realm, arguments)) if arguments else math.nan


def _this(realm: Host, this: Value) -> JsDate:
    if not isinstance(this, JsDate):
        raise realm.error("TypeError", "this is not a Date object.")
    return this


def _getter(place: int) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        time_ms = _this(realm, this).time_ms
        return math.nan if math.isnan(time_ms) else float(fields(time_ms)[place])

    return call


def _setter(place: int) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        date = _this(realm, this)
        before = Fields(1970, 0, 1, 0, 0, 0, 0, 4) if math.isnan(date.time_ms) and place == 0 else None
        if before is None:
            if math.isnan(date.time_ms):
                return math.nan
            before = fields(date.time_ms)
        parts = [float(part) for part in before[:7]]
        for offset, value in enumerate(arguments[: len(_PARTS) - place]):
            parts[place + offset] = to_number(realm, value)
        if not arguments:
            parts[place] = math.nan
        date.time_ms = make_time(parts)
        return date.time_ms

    return call


for _place, _name in enumerate(_PARTS):
    for _prefix in ("", "UTC"):
        DATE.method(f"get{_prefix}{_name}")(_getter(_place))
        DATE.method(f"set{_prefix}{_name}", 1)(_setter(_place))
for _prefix in ("", "UTC"):
    DATE.method(f"get{_prefix}Day")(_getter(7))


@DATE.method("getTime")
def _get_time(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _this(realm, this).time_ms


@DATE.method("valueOf")
def _value_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _this(realm, this).time_ms


@DATE.method("setTime", 1)
def _set_time(realm: Host, this: Value, arguments: list[Value]) -> Value:
    date = _this(realm, this)
    date.time_ms = to_integer_time(to_number(realm, argument(arguments, 0)))
    return date.time_ms


@DATE.method("getTimezoneOffset")
def _offset(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return math.nan if math.isnan(_this(realm, this).time_ms) else 0.0


@DATE.method("getYear")
def _get_year(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return float(fields(_this(realm, this).time_ms).year - 1900)


@DATE.method("toISOString")
def _iso(realm: Host, this: Value, arguments: list[Value]) -> Value:
    time_ms = _this(realm, this).time_ms
    if math.isnan(time_ms):
        raise realm.error("RangeError", "Invalid time value")
    return iso_text(time_ms)


@DATE.method("toJSON", 1)
def _json(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """Of any object, by what it says of itself."""
    if is_nothing(this):
        raise realm.error("TypeError", "Cannot convert undefined or null to object")
    number = to_primitive(realm, this, "number")
    if type(number) is float and not math.isfinite(number):
        return realm.null
    tell = realm.get(this, "toISOString")
    if not is_callable(tell):
        raise realm.error("TypeError", "toISOString is not a function")
    return realm.call(tell, this, [])


def _text(show: Callable[[float], str]) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        time_ms = _this(realm, this).time_ms
        return "Invalid Date" if math.isnan(time_ms) else show(time_ms)

    return call


DATE.method("toString")(_text(lambda time_ms: f"{date_text(time_ms)} {time_text(time_ms)}"))
DATE.method("toDateString")(_text(date_text))
DATE.method("toTimeString")(_text(time_text))
DATE.method("toUTCString")(_text(utc_text))


def _locale(default: str) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        return format_date(realm, _this(realm, this).time_ms, argument(arguments, 0), argument(arguments, 1), default)

    return call


DATE.method("toLocaleString")(_locale("both"))
DATE.method("toLocaleDateString")(_locale("date"))
DATE.method("toLocaleTimeString")(_locale("time"))


@DATE.method(TO_PRIMITIVE, 1)
def _primitive(realm: Host, this: Value, arguments: list[Value]) -> Value:
    hint = argument(arguments, 0)
    if not is_object(this):
        said = f"Method Date.prototype [ @@toPrimitive ] called on incompatible receiver {realm.told(this)}"
        raise realm.error("TypeError", said)
    if hint not in ("number", "string", "default"):
        raise realm.error("TypeError", f"Invalid hint: {realm.told(hint)}")
    for name in ("valueOf", "toString") if hint == "number" else ("toString", "valueOf"):
        found = realm.call(realm.get(this, name), this, [])
        if not is_object(found):
            return found
    raise realm.error("TypeError", "Cannot convert object to primitive value")


def _telling(native: Native) -> NativeCall:
    """A method that tells what it was called on where that is no date; those that only read do not."""
    run = native.call

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if not isinstance(this, JsDate):
            said = f"Method Date.prototype.{native.name} called on incompatible receiver {realm.told(this)}"
            raise realm.error("TypeError", said)
        return run(realm, this, arguments)

    return call


for _key, _entry in DATE.prototype.entries.items():
    if (
        isinstance(_entry, Native)
        and type(_key) is str
        and _key.startswith(("set", "to", "getYear"))
        and _key != "toJSON"
    ):
        _entry.call = _telling(_entry)
DATE.prototype.entries["toGMTString"] = DATE.prototype.entries["toUTCString"]
