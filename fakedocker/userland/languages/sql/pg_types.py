"""PostgreSQL's types: their names, how texts become values, how values become texts.

Values: int for the whole numbers, Decimal, float, bool, str for texts, uuid, json and enumerations, int for dates (days),
times and timestamps (microseconds), (months, days, microseconds) for intervals, bytes, tuples for arrays.
Source of words and forms: PostgreSQL 15, asked by tools/record_sql_cases.py.
"""

from __future__ import annotations

import decimal
import json
import re
import struct
from decimal import Decimal
from typing import Any, Final, NamedTuple

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""None, bool, int, float, Decimal, str, bytes, or a tuple; which, the type says."""
EXACT: Final = decimal.Context(prec=1200, rounding=decimal.ROUND_HALF_UP, Emin=-20000, Emax=140000)
LONGEST_TEXT: Final = 8 << 20


class Type(NamedTuple):
    """A type.

    Args:
        name: its internal name; "[]" at its end for an array.
        modifiers: (length) or (precision, scale).
        labels: those of an enumeration.
    """

    name: str
    modifiers: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def element(self) -> Type:
        return Type(self.name[:-2], self.modifiers)


INT2, INT4, INT8 = Type("int2"), Type("int4"), Type("int8")
NUMERIC, FLOAT4, FLOAT8 = Type("numeric"), Type("float4"), Type("float8")
BOOL, TEXT, VARCHAR, BPCHAR, UNKNOWN = Type("bool"), Type("text"), Type("varchar"), Type("bpchar"), Type("unknown")
DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL = Type("date"), Type("time"), Type("timestamp"), Type("timestamptz"), Type("interval")  # fmt: skip
UUID, JSON, JSONB, BYTEA, NAME, REGCLASS, VOID = Type("uuid"), Type("json"), Type("jsonb"), Type("bytea"), Type("name"), Type("regclass"), Type("void")  # fmt: skip
RECORD, OID = Type("record"), Type("oid")
INTEGERS: Final = ("int2", "int4", "int8")
NUMBERS: Final = ("int2", "int4", "int8", "numeric", "float4", "float8")
TEXTS: Final = ("text", "varchar", "bpchar", "name", "unknown")
_SHOWN: Final = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision", "bool": "boolean",
    "varchar": "character varying", "bpchar": "character", "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone", "time": "time without time zone", "timetz": "time with time zone",
}  # fmt: skip
_LIMITS: Final = {"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63}
KNOWN: Final = frozenset(
    "int2 int4 int8 numeric float4 float8 bool text varchar bpchar date time timestamp timestamptz interval uuid json jsonb bytea name regclass".split()
)


def shown_type(kind: Type, modifiers: bool = True) -> str:
    """The name that format_type gives: character varying(20), timestamp without time zone."""
    if kind.name.endswith("[]"):
        return shown_type(kind.element, modifiers) + "[]"
    base = _SHOWN.get(kind.name, kind.name)
    if not modifiers or not kind.modifiers:
        return base
    inner = ",".join(map(str, kind.modifiers))
    if kind.name in ("timestamp", "timestamptz", "time"):
        head, _, tail = base.partition(" ")
        return f"{head}({inner}) {tail}"
    return f"{base}({inner})"


def bad_input(kind: Type, text: str, at: int | None = None) -> SqlError:
    return SqlError("22P02", f'invalid input syntax for type {shown_type(kind, False)}: "{text}"', at)


def out_of_range(kind: Type) -> SqlError:
    return SqlError("22003", f"{shown_type(kind)} out of range")


def check_integer(value: int, kind: Type) -> int:
    limit = _LIMITS[kind.name]
    if -limit <= value < limit:
        return value
    raise out_of_range(kind)


_INTEGER: Final = re.compile(r"[+-]?[0-9]+\Z")
_NUMERIC: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_SPACES: Final = " \t\n\r\f\v"
_UUID: Final = re.compile(r"\{?[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}\}?\Z")


def from_text(text: str, kind: Type, at: int | None = None) -> Value:
    """What a text means as a type's value. Raises SqlError."""
    name = kind.name
    if name in ("text", "unknown", "name", "varchar", "bpchar"):
        return text
    if name.endswith("[]"):
        return _array(text, kind, at)
    body = text.strip(_SPACES)
    if name in _LIMITS:
        if not _INTEGER.match(body):
            raise bad_input(kind, text, at)
        number = int(body) if len(body) < 30 else 1 << 70
        if not -_LIMITS[name] <= number < _LIMITS[name]:
            raise SqlError("22003", f'value "{text}" is out of range for type {shown_type(kind)}', at)
        return number
    if name == "numeric":
        if not _NUMERIC.match(body):
            if body.lower() in ("nan", "infinity", "-infinity", "inf"):
                raise outside("numbers that are none")
            raise bad_input(kind, text, at)
        if "e" in body.lower():
            return _plain(EXACT.create_decimal(body))
        return Decimal(body) if len(body) < 1000 else _too_long()
    if name in ("float4", "float8"):
        if not _NUMERIC.match(body):
            if body.lower() in ("nan", "infinity", "-infinity", "inf", "-inf"):
                raise outside("numbers that are none")
            raise bad_input(kind, text, at)
        return _float_of(body, kind, at)
    if name == "bool":
        return _bool(body, text, at)
    if name in ("date", "timestamp", "timestamptz", "time", "interval"):
        return _moment(body, text, kind, at)
    if name == "uuid":
        if not _UUID.match(body) or (body[0] == "{") != (body[-1] == "}"):
            raise bad_input(kind, text, at)
        digits = body.strip("{}").replace("-", "").lower()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    if name in ("json", "jsonb"):
        return _json(text, kind, at)
    if name == "bytea":
        if body.startswith("\\x") and re.fullmatch(r"(?:[0-9a-fA-F]{2})*", body[2:]):
            return bytes.fromhex(body[2:])
        if "\\" in body:
            raise outside("escapes in bytea")
        return text.encode()
    if kind.labels:
        if text not in kind.labels:
            raise SqlError("22P02", f'invalid input value for enum {name}: "{text}"', at)
        return text
    raise outside(f"the type {name}")


def _too_long() -> Value:
    raise outside("numbers with so many digits")


def _plain(number: Decimal) -> Decimal:
    """Without an exponent above nought: 1E+2 is 100."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent > 1000 or exponent < -1000:
        _too_long()
    return EXACT.quantize(number, Decimal(1)) if exponent > 0 else number


def _float_of(text: str, kind: Type, at: int | None) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise SqlError("22003", f'"{text}" is out of range for type {shown_type(kind)}', at)
    return single(number) if kind.name == "float4" else number


def single(number: float) -> float:
    """Rounded to single precision."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        raise SqlError("22003", "value out of range: overflow") from None


def _bool(body: str, text: str, at: int | None) -> bool:
    word = body.lower()
    if word in ("1", "on") or (word and ("true".startswith(word) or "yes".startswith(word))):
        return True
    if word in ("0", "off", "of") or (word and ("false".startswith(word) or "no".startswith(word))):
        return False
    raise bad_input(BOOL, text, at)


def _moment(body: str, text: str, kind: Type, at: int | None) -> Value:
    name = kind.name
    if name == "interval":
        found = dates.parse_interval(body)
        if found is None:
            if re.fullmatch(r"[A-Za-z_ ]+", body) and not re.search(r"\b(?:infinity|year|mon|day|hour|min|sec)", body):
                raise bad_input(kind, text, at)
            raise outside("intervals written so")
        return found
    words = body.lower()
    if words in ("now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs"):
        raise outside(f"'{words}' as a moment")
    try:
        if name == "time":
            time = dates.parse_time(body)
            if time is None:
                return _strange(body, text, kind, at)
            return time
        found_moment = dates.parse_timestamp(body)
    except ValueError as problem:
        hint = 'Perhaps you need a different "datestyle" setting.' if isinstance(problem, dates.NoMonthOrDay) else ""
        raise SqlError("22008", f'date/time field value out of range: "{text}"', at, hint=hint) from None
    if found_moment is None:
        return _strange(body, text, kind, at)
    moment, offset = found_moment
    if name == "date":
        return moment // dates.DAY
    if name == "timestamptz":
        return moment - (offset or 0)
    return moment


def _strange(body: str, text: str, kind: Type, at: int | None) -> Value:
    """A moment that is not written as ISO does: certainly wrong only where there are no digits and no name in it."""
    words = re.findall(r"[a-z]+", body.lower())
    known = [word for word in words if any(name.lower().startswith(word[:3]) for name in (*dates.MONTHS, *dates.DAYS))]
    if re.search(r"\d", body) or known or not words:
        if not body:
            raise SqlError("22007", f'invalid input syntax for type {shown_type(kind, False)}: "{text}"', at)
        raise outside("dates and times written so")
    raise SqlError("22007", f'invalid input syntax for type {shown_type(kind, False)}: "{text}"', at)


def _json(text: str, kind: Type, at: int | None) -> str:
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise outside("errors of JSON") from None
    return text if kind.name == "json" else shown_jsonb(json_value(text) if found is not None else None)


class Number(str):
    """A JSON number by its digits."""

    __slots__ = ()


def json_value(text: str) -> Value:
    """JSON with its numbers as `Number`."""
    return json.loads(text, parse_float=Number, parse_int=Number)


def shown_jsonb(value: Value) -> str:
    """As jsonb prints it: keys by length, then by bytes. Raises Outside for numbers in other forms."""
    if isinstance(value, Number):
        if "e" in value.lower():
            raise outside("numbers with exponents in JSON")
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return (
            "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {shown_jsonb(value[key])}" for key in keys) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(shown_jsonb, value)) + "]"
    return {None: "null", True: "true", False: "false"}[value]


_ELEMENT: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^,"{}\\]+))(,|\Z)', re.DOTALL)
"""An element of an array's text, in quotes or without, and what ends it."""


def _array(text: str, kind: Type, at: int | None) -> Value:
    body = text.strip(_SPACES)
    if not body.startswith(("{", "[")):
        raise SqlError("22P02", f'malformed array literal: "{text}"', at, detail='Array value must start with "{" or dimension information.')  # fmt: skip
    if not (body.startswith("{") and body.endswith("}")):
        raise outside("arrays written so")
    body = body[1:-1]
    found: list[Value] = []
    place, goes_on = 0, bool(body.strip(_SPACES))
    while goes_on:
        match = _ELEMENT.match(body, place)
        if match is None or (match[2] is not None and not match[2].strip(_SPACES)):
            raise outside("arrays written so")
        quoted, plain = match[1], (match[2] or "").strip(_SPACES)
        if quoted is not None:
            found.append(from_text(re.sub(r"(?s)\\(.)", r"\1", quoted), kind.element, at))
        else:
            found.append(None if plain.upper() == "NULL" else from_text(plain, kind.element, at))
        place, goes_on = match.end(), match[3] == ","
    return tuple(found)


def shown_float(number: float, kind: Type = FLOAT8) -> str:
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    digits = repr(number) if kind.name == "float8" else _shortest_single(number)
    mantissa, _, exponent_text = digits.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    exponent = int(exponent_text or 0)
    significant = (whole + fraction).lstrip("0")
    point = len(whole) + exponent - (len(whole + fraction) - len(significant))
    significant = significant.rstrip("0")
    if not significant:
        return sign + "0"
    scientific = point - 1
    limit = 15 if kind.name == "float8" else 6
    if -4 <= scientific < limit:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{significant}"
        if point >= len(significant):
            return sign + significant + "0" * (point - len(significant))
        return f"{sign}{significant[:point]}.{significant[point:]}"
    head = significant[0] + ("." + significant[1:] if len(significant) > 1 else "")
    return f"{sign}{head}e{'-' if scientific < 0 else '+'}{abs(scientific):02d}"


def _shortest_single(number: float) -> str:
    for digits in range(1, 10):
        text = f"{number:.{digits}g}"
        if single(float(text)) == number:
            return repr(float(text))
    return repr(number)


def to_text(value: Value, kind: Type) -> str:
    """A value that is not null as the server sends it."""
    name = kind.name
    if isinstance(value, bool):
        return "t" if value else "f"
    if name in ("date", "timestamp", "timestamptz", "time", "interval") and not isinstance(value, str):
        return _shown_moment(value, name)
    if isinstance(value, str):
        if name == "bpchar" and kind.modifiers:
            return value.ljust(kind.modifiers[0])
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value or not value.is_signed() else f"{-value:f}"
    if isinstance(value, float):
        return shown_float(value, kind)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if name.endswith("[]"):
        return "{" + ",".join(_item(part, kind.element) for part in value) + "}"
    raise outside(f"showing the type {name}")


def _shown_moment(value: Value, name: str) -> str:
    if name == "interval":
        return dates.shown_interval(value)
    try:
        if name == "date":
            return dates.shown_date(value)
        if name == "time":
            return dates.shown_time(value)
        return dates.shown_timestamp(value) + ("+00" if name == "timestamptz" else "")
    except ValueError:
        raise outside("years before 1 or after 9999") from None


_PLAIN_ITEM: Final = re.compile(r'[^\s{}",\\]+\Z')


def _item(value: Value, kind: Type) -> str:
    if value is None:
        return "NULL"
    text = to_text(value, kind)
    if _PLAIN_ITEM.match(text) and text.upper() != "NULL":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
