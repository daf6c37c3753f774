"""PostgreSQL's functions on texts, numbers and other values; those of dates are in pg_moments.

A row: name -> overloads (types of arguments, type of the result, function). Functions get no null and the context last
where `knows` says so; those of null_functions get nulls, too.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.pg_operators import by_zero, scale_of, truncated
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    EXACT,
    FLOAT8,
    INT4,
    INT8,
    LONGEST_TEXT,
    NAME,
    NUMERIC,
    TEXT,
    UUID,
    Type,
    check_integer,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""A value of SQL's."""


class Overload(NamedTuple):
    arguments: tuple[Type, ...]
    result: Type
    run: Callable[..., Value]
    knows: bool = False  # whether it is told the context


def _bounded(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise outside("so long a text")
    return text


def substring(text: str, start: int, count: int | None = None) -> str:
    if count is not None and count < 0:
        raise SqlError("22011", "negative substring length not allowed")
    end = len(text) + 1 if count is None else start + count
    return text[max(start, 1) - 1 : max(end, 1) - 1]


def _left(text: str, count: int) -> str:
    return text[:count]


def _right(text: str, count: int) -> str:
    return text[-count:] if count > 0 else text[-count:] if count < 0 else ""


def _pad(text: str, length: int, fill: str, left: bool) -> str:
    if length > LONGEST_TEXT:
        raise outside("so long a text")
    if len(text) >= length or not fill:
        return text[: max(0, length)]
    filling = (fill * (length // len(fill) + 1))[: length - len(text)]
    return filling + text if left else text + filling


def _repeat(text: str, count: int) -> str:
    if len(text) * max(0, count) > LONGEST_TEXT:
        raise outside("so long a text")
    return text * max(0, count)


def _split_part(text: str, separator: str, number: int) -> str:
    if number == 0:
        raise SqlError("22023", "field position must not be zero")
    parts = text.split(separator) if separator else [text]
    place = number - 1 if number > 0 else len(parts) + number
    return parts[place] if 0 <= place < len(parts) else ""


def _initcap(text: str) -> str:
    found = []
    inside = False
    for letter in text:
        found.append(letter.lower() if inside else letter.upper())
        inside = letter.isalnum()
    return "".join(found)


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for place, letter in enumerate(old):
        table.setdefault(ord(letter), new[place] if place < len(new) else None)
    return text.translate(table)


def _ascii(text: str) -> int:
    return ord(text[0]) if text else 0


def _chr(number: int) -> str:
    if number == 0:
        raise SqlError("54000", "null character not permitted")
    if number < 0 or number > 0x10FFFF or 0xD800 <= number < 0xE000:
        raise outside("such a character")
    return chr(number)


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        return text
    if len(text) + text.count(old) * len(new) > LONGEST_TEXT:
        raise outside("so long a text")
    return text.replace(old, new)


def round_numeric(value: Decimal, digits: int = 0) -> Decimal:
    return _to_scale(value, digits, ROUND_HALF_UP)


def _to_scale(value: Decimal, digits: int, how: str) -> Decimal:
    if abs(digits) > 1000:
        raise outside("so many digits")
    if digits >= 0:
        return value.quantize(Decimal(1).scaleb(-digits), how, EXACT)
    found = value.quantize(Decimal(1).scaleb(-digits), how, EXACT)
    return found.quantize(Decimal(1), how, EXACT)


def round_float(value: float) -> float:
    return float(round(value)) if abs(value) < 1e15 else value


def _sqrt(value: float) -> float:
    if value < 0:
        raise SqlError("2201F", "cannot take square root of a negative number")
    return math.sqrt(value)


def _ln(value: float) -> float:
    if value <= 0:
        said = "cannot take logarithm of zero" if value == 0 else "cannot take logarithm of a negative number"
        raise SqlError("2201E", said)
    return math.log(value)


def _power(a: float, b: float) -> float:
    if a == 0 and b < 0:
        raise SqlError("2201F", "zero raised to a negative power is undefined")
    if a < 0 and b != int(b):
        raise SqlError("2201F", "a negative number raised to a non-integer power yields a complex result")
    try:
        return math.pow(a, b)
    except OverflowError:
        raise SqlError("22003", "value out of range: overflow") from None


def _mod(a: Value, b: Value) -> Value:
    if b == 0:
        raise by_zero()
    if isinstance(a, int):
        return a - truncated(a, b) * b
    found = EXACT.remainder(a, b)
    return found.quantize(Decimal(1).scaleb(-max(scale_of(a), scale_of(b))), ROUND_DOWN, EXACT)


def _div(a: Decimal, b: Decimal) -> Decimal:
    if not b:
        raise by_zero()
    return EXACT.divide_int(a, b)


def _set_config(name: str, value: str, is_local: bool) -> str:
    """A setting, as dumps begin: only where names are looked for may be set, to what changes nothing here."""
    if name != "search_path" or value not in ("", "public"):
        raise outside("the function set_config for such a setting")
    return value


def _uuid(context: Context) -> str:
    digits = f"{context.random(1 << 128):032x}"
    digits = digits[:12] + "4" + digits[13:16] + "89ab"[int(digits[16], 16) % 4] + digits[17:]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def quote_identifier(name: str) -> str:
    from fakedocker.userland.languages.sql.keywords import PG_COLUMN_NAMES, PG_FUNCTION_NAMES, PG_RESERVED

    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) is not None
    if plain and name not in PG_RESERVED | PG_COLUMN_NAMES | PG_FUNCTION_NAMES:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def _array_to_string(items: tuple[Value, ...], separator: str) -> str:
    return _bounded(separator.join(part for part in items if part is not None))


def _string_to_array(text: str, separator: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(text.split(separator)) if separator else (text,)


_T, _N, _I, _F, _B = TEXT, NUMERIC, INT4, FLOAT8, INT8
_TEXTS: Final = Type("text[]")
FUNCTIONS: Final[dict[str, tuple[Overload, ...]]] = {
    **dict.fromkeys(("length", "char_length", "character_length"), (Overload((_T,), _I, len),)),
    "octet_length": (Overload((_T,), _I, lambda text: len(text.encode())),),
    "upper": (Overload((_T,), _T, str.upper),),
    "lower": (Overload((_T,), _T, str.lower),),
    "initcap": (Overload((_T,), _T, _initcap),),
    "btrim": (Overload((_T,), _T, lambda text: text.strip(" ")), Overload((_T, _T), _T, lambda a, b: a.strip(b) if b else a)),
    "ltrim": (Overload((_T,), _T, lambda text: text.lstrip(" ")), Overload((_T, _T), _T, lambda a, b: a.lstrip(b) if b else a)),
    "rtrim": (Overload((_T,), _T, lambda text: text.rstrip(" ")), Overload((_T, _T), _T, lambda a, b: a.rstrip(b) if b else a)),
    **dict.fromkeys(("substring", "substr"), (Overload((_T, _I), _T, substring), Overload((_T, _I, _I), _T, substring))),
    "position": (Overload((_T, _T), _I, lambda part, text: text.find(part) + 1),),
    "strpos": (Overload((_T, _T), _I, lambda text, part: text.find(part) + 1),),
    "replace": (Overload((_T, _T, _T), _T, _replace),),
    "left": (Overload((_T, _I), _T, _left),),
    "right": (Overload((_T, _I), _T, _right),),
    "lpad": (Overload((_T, _I), _T, lambda a, n: _pad(a, n, " ", True)), Overload((_T, _I, _T), _T, lambda a, n, f: _pad(a, n, f, True))),
    "rpad": (Overload((_T, _I), _T, lambda a, n: _pad(a, n, " ", False)), Overload((_T, _I, _T), _T, lambda a, n, f: _pad(a, n, f, False))),
    "repeat": (Overload((_T, _I), _T, _repeat),),
    "reverse": (Overload((_T,), _T, lambda text: text[::-1]),),
    "split_part": (Overload((_T, _T, _I), _T, _split_part),),
    "starts_with": (Overload((_T, _T), BOOL, str.startswith),),
    "md5": (Overload((_T,), _T, lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()),),
    "ascii": (Overload((_T,), _I, _ascii),),
    "chr": (Overload((_I,), _T, _chr),),
    "translate": (Overload((_T, _T, _T), _T, _translate),),
    "quote_literal": (Overload((_T,), _T, quote_literal),),
    "quote_ident": (Overload((_T,), _T, quote_identifier),),
    "to_hex": (Overload((_I,), _T, lambda n: f"{n & 0xFFFFFFFF:x}"), Overload((_B,), _T, lambda n: f"{n & ((1 << 64) - 1):x}")),
    "array_to_string": (Overload((_TEXTS, _T), _T, _array_to_string),),
    "string_to_array": (Overload((_T, _T), _TEXTS, _string_to_array),),
    "abs": (
        Overload((_I,), _I, lambda n: check_integer(abs(n), _I)), Overload((_B,), _B, lambda n: check_integer(abs(n), _B)),
        Overload((_N,), _N, abs), Overload((_F,), _F, abs),
    ),
    **dict.fromkeys(("ceil", "ceiling"), (Overload((_N,), _N, lambda n: n.quantize(Decimal(1), ROUND_CEILING, EXACT)), Overload((_F,), _F, lambda n: float(math.ceil(n))))),
    "floor": (Overload((_N,), _N, lambda n: n.quantize(Decimal(1), ROUND_FLOOR, EXACT)), Overload((_F,), _F, lambda n: float(math.floor(n)))),
    "round": (Overload((_N,), _N, round_numeric), Overload((_F,), _F, round_float), Overload((_N, _I), _N, round_numeric)),
    "trunc": (Overload((_N,), _N, lambda n: _to_scale(n, 0, ROUND_DOWN)), Overload((_F,), _F, lambda n: float(math.trunc(n))), Overload((_N, _I), _N, lambda n, d: _to_scale(n, d, ROUND_DOWN))),
    "mod": (Overload((_I, _I), _I, _mod), Overload((_B, _B), _B, _mod), Overload((_N, _N), _N, _mod)),
    "div": (Overload((_N, _N), _N, _div),),
    "sign": (Overload((_N,), _N, lambda n: Decimal((n > 0) - (n < 0))), Overload((_F,), _F, lambda n: float((n > 0) - (n < 0)))),
    "sqrt": (Overload((_F,), _F, _sqrt),),
    "ln": (Overload((_F,), _F, _ln),),
    "exp": (Overload((_F,), _F, math.exp),),
    **dict.fromkeys(("power", "pow"), (Overload((_F, _F), _F, _power),)),
    "pi": (Overload((), _F, lambda: math.pi),),
    "gcd": (Overload((_I, _I), _I, math.gcd), Overload((_B, _B), _B, math.gcd)),
    "random": (Overload((), _F, lambda context: context.random(1 << 53) / (1 << 53), True),),
    "gen_random_uuid": (Overload((), UUID, _uuid, True),),
    "set_config": (Overload((_T, _T, BOOL), _T, _set_config),),
    "version": (Overload((), _T, lambda context: context.facts["version"], True),),
    "current_database": (Overload((), NAME, lambda context: context.facts["database"], True),),
    "current_schema": (Overload((), NAME, lambda context: "public", True),),
    "pg_backend_pid": (Overload((), _I, lambda context: int(context.facts["pid"]), True),),
}  # fmt: skip
for _name in ("current_user", "session_user", "user", "current_role"):
    FUNCTIONS[_name] = (Overload((), NAME, lambda context: context.facts["user"], True),)
FUNCTIONS["current_catalog"] = FUNCTIONS["current_database"]
COMPLETE: Final = frozenset("length upper lower initcap left right repeat reverse strpos replace".split())
"""Functions all of whose overloads that matter are here, so that it is known that others do not exist."""


def concatenated(values: list[str | None], separator: str = "") -> str:
    """concat and concat_ws."""
    return _bounded(separator.join(value for value in values if value is not None))


def formatted(pattern: str, values: list[str | None]) -> str:
    """format() with %s, %I, %L and %%."""
    found: list[str] = []
    at = place = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter != "%":
            found.append(letter)
            at += 1
            continue
        kind = pattern[at + 1 : at + 2]
        if kind == "%":
            found.append("%")
        elif kind in ("s", "I", "L"):
            if place >= len(values):
                raise SqlError("22023", "too few arguments for format()")
            value = values[place]
            place += 1
            if kind == "s":
                found.append(value or "")
            elif kind == "I":
                if value is None:
                    raise SqlError("22004", "null values cannot be formatted as an SQL identifier")
                found.append(quote_identifier(value))
            else:
                found.append("NULL" if value is None else quote_literal(value))
        else:
            raise outside("such a format")
        at += 2
    return _bounded("".join(found))
