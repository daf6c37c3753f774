"""Values of a small SQL database: what a type makes of them, how they compare, and how servers print them."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.sql.sql_tokens import SqlProblem, Value

_FAMILIES: Final = {
    "integer": "int integer bigint smallint int2 int4 int8 serial bigserial smallserial tinyint mediumint",
    "float": "real float float4 float8 double",
    "numeric": "numeric decimal dec",
    "boolean": "boolean bool",
    "timestamp": "timestamp timestamptz datetime",
    "date": "date",
}
_FAMILY_OF: Final = {name: family for family, names in _FAMILIES.items() for name in names.split()}
_SHOWN: Final = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "serial": "integer", "bigserial": "bigint",
    "smallserial": "smallint", "bool": "boolean", "varchar": "character varying", "char": "character",
    "decimal": "numeric", "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
    "float8": "double precision", "float": "double precision", "double": "double precision",
}  # fmt: skip
_TRUE: Final = ("t", "true", "yes", "on", "1", "y")
_FALSE: Final = ("f", "false", "no", "off", "0", "n")


def family(kind: str) -> str:
    """integer, float, numeric, boolean, timestamp, date or text."""
    if kind == "tinyint(1)":
        return "boolean"
    return _FAMILY_OF.get(re.split(r"[ (]", kind)[0], "text")


def postgres_type(kind: str) -> str:
    """A type by the name PostgreSQL shows."""
    base, paren, rest = kind.partition("(")
    word = base.split()[0]
    if "with time zone" in kind and word.startswith("timestamp"):
        return "timestamp with time zone"
    return _SHOWN.get(word, base) + (paren + rest if word not in ("int", "tinyint") else "")


def convert(value: Value, kind: str) -> Value:
    """A value as a column of a type keeps it. Raises SqlProblem."""
    if value is None:
        return None
    wanted = family(kind)
    try:
        if wanted == "integer":
            if isinstance(value, str) and not re.fullmatch(r"\s*[-+]?\d+\s*", value):
                raise ValueError
            return int(value) if not isinstance(value, float) else round(value)
        if wanted in ("float", "numeric"):
            return _scaled(float(value), kind) if wanted == "numeric" else float(value)
    except ValueError:
        raise SqlProblem("bad input", type=postgres_type(kind), value=str(value)) from None
    if wanted == "boolean":
        text = str(value).lower()
        if isinstance(value, bool | int) or text in _TRUE + _FALSE:
            return value if isinstance(value, bool) else text in _TRUE if isinstance(value, str) else bool(value)
        raise SqlProblem("bad input", type="boolean", value=str(value))
    text = shown(value, "postgres")
    size = re.match(r"(?:var)?char\w*(?: varying)?\((\d+)\)", kind)
    if size is not None and len(text) > int(size[1]):
        raise SqlProblem("too long", type=postgres_type(kind), size=size[1])
    if wanted == "date":
        return text[:10]
    return text


def _scaled(value: float, kind: str) -> Value:
    """A numeric with its digits behind the point; kept as text, so that 1.50 stays 1.50."""
    size = re.search(r",(\d+)\)", kind)
    return f"{value:.{int(size[1])}f}" if size is not None else value


def shown(value: Value, dialect: str) -> str:
    """A value as a server sends it; null is the client's to show."""
    if isinstance(value, bool):
        return ("t" if value else "f") if dialect == "postgres" else ("1" if value else "0")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def number(value: Value) -> float | int | None:
    """A value as a number, None for what is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1; numbers by value where both sides can be numbers, else texts. Neither is null."""
    a, b = number(left), number(right)
    numeric = a is not None and b is not None and not (isinstance(left, str) and isinstance(right, str))
    if not numeric:
        if isinstance(left, bool) or isinstance(right, bool):
            first, second = (str(value).lower() in _TRUE for value in (left, right))
            return (first > second) - (first < second)
        texts = shown(left, "postgres"), shown(right, "postgres")
        return (texts[0] > texts[1]) - (texts[0] < texts[1])
    assert a is not None and b is not None
    return (a > b) - (a < b)
