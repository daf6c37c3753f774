"""PostgreSQL's casts: which there are, when they are made by themselves, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.pg_types import (
    EXACT,
    INT4,
    INT8,
    INTEGERS,
    NUMBERS,
    TEXTS,
    Type,
    check_integer,
    from_text,
    json_value,
    out_of_range,
    shown_jsonb,
    shown_type,
    single,
    to_text,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""A value of SQL's."""
Convert = Callable[[Value], Value]
_ORDER: Final = {name: place for place, name in enumerate(NUMBERS)}
_IMPLICIT: Final = {
    ("date", "timestamp"), ("date", "timestamptz"), ("timestamp", "timestamptz"), ("time", "interval"), ("regclass", "int8"),
}  # fmt: skip
_ASSIGNED: Final = {
    ("timestamp", "date"), ("timestamptz", "date"), ("timestamptz", "timestamp"), ("timestamp", "time"), ("timestamptz", "time"),
    ("json", "jsonb"), ("jsonb", "json"), ("interval", "time"),
}  # fmt: skip
_EXPLICIT: Final = {("int4", "bool"), ("bool", "int4")}


def level(source: Type, target: Type) -> str:
    """How a cast may come about: "same", "implicit", "assignment", "explicit", or "" for none."""
    a, b = source.name, target.name
    if a == b:
        return "same"
    if a.endswith("[]") or b.endswith("[]"):
        if a.endswith("[]") and b.endswith("[]"):
            return level(source.element, target.element)
        if b in TEXTS:
            return "assignment"
        return "explicit" if a in TEXTS else ""
    if a == "unknown":
        return "implicit"
    if a in TEXTS and b in TEXTS:
        return "implicit"
    if a in NUMBERS and b in NUMBERS:
        if _ORDER[a] < _ORDER[b]:
            return "implicit"
        return "assignment"
    if (a, b) in _IMPLICIT:
        return "implicit"
    if (a, b) in _ASSIGNED:
        return "assignment"
    if b in TEXTS:
        return "assignment"
    if a in TEXTS:
        return "explicit"
    return "explicit" if (a, b) in _EXPLICIT else ""


def converter(source: Type, target: Type) -> Convert:
    """What turns a value that is not null into another type's, without its modifiers."""
    a, b = source.name, target.name
    if a.endswith("[]") and b.endswith("[]"):
        inner = converter(source.element, target.element)
        return lambda value: tuple(None if part is None else inner(part) for part in value)
    if a == b or (a in TEXTS and b in TEXTS and a != "bpchar"):
        return lambda value: value
    if a == "bpchar" and b in TEXTS:
        return lambda value: value.rstrip(" ")
    if a in TEXTS:
        return lambda value: from_text(value, target)
    if b in INTEGERS and a in NUMBERS:
        return lambda value: to_integer(value, target)
    if b == "numeric" and a in NUMBERS:
        return to_numeric if a != "float4" else lambda value: Decimal(f"{value:.6g}")
    if b in ("float4", "float8") and a in NUMBERS:
        return (lambda value: float(value)) if b == "float8" else lambda value: single(float(value))
    if a == "bool" and b == "int4":
        return int
    if a == "int4" and b == "bool":
        return lambda value: value != 0
    if a == "bool" and b in TEXTS:
        return lambda value: "true" if value else "false"
    if b in TEXTS:
        return lambda value: to_text(value, source)
    if (a, b) == ("json", "jsonb"):
        return lambda value: shown_jsonb(json_value(value))
    if (a, b) == ("jsonb", "json"):
        return lambda value: value
    return _moments(a, b)


def _moments(a: str, b: str) -> Convert:
    if a == "date" and b in ("timestamp", "timestamptz"):
        return lambda value: value * dates.DAY
    if a in ("timestamp", "timestamptz"):
        if b == "date":
            return lambda value: value // dates.DAY
        if b == "time":
            return lambda value: value % dates.DAY
        return lambda value: value
    if (a, b) == ("time", "interval"):
        return lambda value: (0, 0, value)
    if (a, b) == ("interval", "time"):
        return lambda value: value[2] % dates.DAY
    raise outside(f"casts from {a} to {b}")


def to_integer(value: Value, target: Type) -> int:
    if isinstance(value, float):
        if value != value or abs(value) > 1e19:
            raise out_of_range(target)
        value = int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN))
    elif isinstance(value, Decimal):
        value = int(EXACT.quantize(value, Decimal(1))) if value.as_tuple().exponent else int(value)
    return check_integer(value, target)


def to_numeric(value: Value) -> Decimal:
    if isinstance(value, float):
        return Decimal(f"{value:.15g}") if "e" not in f"{value:.15g}" else Decimal(f"{Decimal(f'{value:.15g}'):f}")
    return Decimal(value)


def fitted(kind: Type, explicit: bool) -> Convert | None:
    """What brings a value of a type to its modifiers; None where there are none."""
    if not kind.modifiers:
        return None
    if kind.name.endswith("[]"):
        inner = fitted(kind.element, explicit)
        if inner is None:
            return None
        return lambda value: tuple(None if part is None else inner(part) for part in value)
    if kind.name in ("varchar", "bpchar"):
        return _length(kind, explicit)
    if kind.name == "numeric":
        precision, scale = kind.modifiers[0], kind.modifiers[1] if len(kind.modifiers) > 1 else 0
        return lambda value: scaled(value, precision, scale)
    if kind.name in ("timestamp", "timestamptz", "time"):
        unit = 10 ** (6 - min(kind.modifiers[0], 6))
        return lambda value: (value + unit // 2) // unit * unit
    return None


def _length(kind: Type, explicit: bool) -> Convert:
    most = kind.modifiers[0]
    pads = kind.name == "bpchar"

    def fit(value: str) -> str:
        if len(value) > most:
            if not explicit and value[most:].strip(" "):
                raise SqlError("22001", f"value too long for type {shown_type(kind)}")
            value = value[:most]
        return value.ljust(most) if pads else value

    return fit


def scaled(value: Decimal, precision: int, scale: int) -> Decimal:
    found = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT)
    if abs(found) >= Decimal(10) ** (precision - scale):
        limit = f"10^{precision - scale}" if precision > scale else "1"
        detail = f"A field with precision {precision}, scale {scale} must round to an absolute value less than {limit}."
        raise SqlError("22003", "numeric field overflow", detail=detail)
    return found


def common(kinds: list[Type], what: str, at: list[int]) -> Type:
    """The type of UNION, CASE, COALESCE, VALUES and the like (typeconv-union-case). Raises SqlError."""
    known = [(kind, place) for kind, place in zip(kinds, at, strict=True) if kind.name != "unknown"]
    if not known:
        return Type("text")
    found, _ = known[0]
    for kind, place in known[1:]:
        if kind.name == found.name:
            if kind.modifiers != found.modifiers:
                found = Type(found.name, (), found.labels)
            continue
        if _category(kind) != _category(found):
            message = f"{what} types {shown_type(found, False)} and {shown_type(kind, False)} cannot be matched"
            raise SqlError("42804", message, place)
        if level(found, kind) == "implicit" and found.name not in _PREFERRED:
            if kind.name in TEXTS and found.name in TEXTS and found.name == "text":
                continue
            found = Type(kind.name, (), kind.labels)
        elif found.modifiers:
            found = Type(found.name, (), found.labels)
    if any(kind.name == "unknown" for kind in kinds) and found.modifiers:
        return Type(found.name, (), found.labels)
    return found


_PREFERRED: Final = ("text", "float8", "timestamptz", "bool", "interval")


def _category(kind: Type) -> str:
    if kind.name.endswith("[]"):
        return "A" + kind.name
    if kind.name in NUMBERS or kind.name == "regclass":
        return "N"
    if kind.name in TEXTS:
        return "S"
    if kind.name in ("date", "timestamp", "timestamptz"):
        return "D"
    return kind.name


def small_literal(text: str) -> Type:
    """The type of a whole number as written."""
    number = int(text)
    return INT4 if number < 1 << 31 else INT8 if number < 1 << 63 else Type("numeric")
