"""MariaDB's types: how values are converted, shown and written to columns.

Values: int, Decimal, float, str, int for dates (days), datetimes and times (microseconds), bytes. Truths are 1 and 0.
Source of words and forms: MariaDB 10.11, asked by tools/record_sql_cases.py.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.pg_types import EXACT, Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.store import Column

Value = Any
"""A value of SQL's."""
INT, BIGINT, DOUBLE, VARCHAR, NULL = Type("int"), Type("bigint"), Type("double"), Type("varchar"), Type("null")
DATE, DATETIME, TIME = Type("date"), Type("datetime"), Type("time")
INTEGERS: Final = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
TEXTS: Final = frozenset({"char", "varchar", "text", "tinytext", "mediumtext", "longtext", "enum", "set", "json"})
MOMENTS: Final = frozenset({"date", "datetime", "timestamp"})
BLOBS: Final = frozenset({"blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary"})
LATIN: Final = "latin1_swedish_ci"
_BITS: Final = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
_WIDTHS: Final = {
    ("tinyint", False): 4, ("tinyint", True): 3, ("smallint", False): 6, ("smallint", True): 5, ("mediumint", False): 9,
    ("mediumint", True): 8, ("int", False): 11, ("int", True): 10, ("bigint", False): 20, ("bigint", True): 20, ("year", False): 4,
}  # fmt: skip
_TEXT_BYTES: Final = {"tinytext": 255, "text": 65535, "mediumtext": 16777215, "longtext": 8 << 20, "json": 8 << 20}


def decimal_type(scale: int, precision: int = 0) -> Type:
    return Type("decimal", (precision, scale))


def scale_of(kind: Type) -> int:
    return kind.modifiers[1] if kind.name == "decimal" and len(kind.modifiers) > 1 else 0


def shown_type(column: Column, mysql: bool = False) -> str:
    """As DESCRIBE shows it: int(11), varchar(20), decimal(10,2), enum('a','b')."""
    name = column.type
    if (name, column.unsigned) in _WIDTHS:
        width = column.modifiers[0] if column.modifiers else _WIDTHS[name, column.unsigned]
        sign = " unsigned" if column.unsigned else ""
        return (
            f"{name}{sign}"
            if mysql and not (name == "tinyint" and column.modifiers == (1,))
            else f"{name}({width}){sign}"
        )
    if name == "decimal":
        precision, scale = (*column.modifiers, 0)[:2] if column.modifiers else (10, 0)
        return f"decimal({precision},{scale})" + (" unsigned" if column.unsigned else "")
    if name in ("enum", "set"):
        return f"{name}({','.join(_quoted(label) for label in column.labels)})"
    if name == "json":
        return "longtext" if not mysql else "json"
    if column.modifiers and name in ("varchar", "char", "datetime", "timestamp", "time", "varbinary", "binary"):
        return f"{name}({column.modifiers[0]})"
    if name == "char":
        return "char(1)"
    return name + (" unsigned" if column.unsigned else "")


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"


def to_text(value: Value, kind: Type) -> str:
    """A value that is not null as the server sends it."""
    name = kind.name
    if name == "date":
        return _date(value)
    if name in ("datetime", "timestamp"):
        text = _stamp(value)
        return _with_fraction(text, kind)
    if name == "time":
        sign = "-" if value < 0 else ""
        return sign + _with_fraction(dates.shown_time(abs(value)), kind)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return f"{value:04d}" if name == "year" else str(value)
    if isinstance(value, Decimal):
        scale = scale_of(kind)
        text = (
            f"{value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT):f}" if kind.modifiers else f"{value:f}"
        )
        return text[1:] if text.startswith("-") and not text.strip("-0.") else text
    if isinstance(value, float):
        if kind.modifiers and name == "double":
            text = f"{value:.{kind.modifiers[0]}f}"
            return text[1:] if text.startswith("-") and not text.strip("-0.") else text
        return shown_double(value) if name != "float" else shown_single(value)
    if isinstance(value, bytes):
        raise outside("showing bytes")
    raise outside(f"showing the type {name}")


def _date(value: int) -> str:
    try:
        return dates.shown_date(value)
    except ValueError:
        raise outside("such a date") from None


def _stamp(value: int) -> str:
    try:
        return dates.shown_timestamp(value)
    except (ValueError, OverflowError):
        raise outside("such a moment") from None


def _with_fraction(text: str, kind: Type) -> str:
    digits = kind.modifiers[0] if kind.modifiers else 0
    head, _, fraction = text.partition(".")
    return f"{head}.{(fraction + '000000')[:digits]}" if digits else head


def shown_double(value: float) -> str:
    """Shortest form, with an exponent from 1e15 on or below 1e-15 (my_gcvt)."""
    if value == 0:
        return "0"
    text = repr(value)
    mantissa, _, exponent = text.partition("e")
    digits = mantissa.lstrip("-").replace(".", "")
    whole = mantissa.lstrip("-").partition(".")[0]
    point = len(whole) + int(exponent or 0) - (len(digits) - len(digits.lstrip("0")))
    digits = digits.lstrip("0").rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if -15 < point <= 15 or (point > 0 and point <= 17 and len(digits) >= point):
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        if point >= len(digits):
            return sign + digits + "0" * (point - len(digits))
        return f"{sign}{digits[:point]}.{digits[point:]}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1}"


def shown_single(value: float) -> str:
    for digits in range(1, 7):
        text = f"{value:.{digits}g}"
        if float(text) == float(f"{value:.6g}"):
            return shown_double(float(text))
    return shown_double(float(f"{value:.6g}"))


_PREFIX: Final = re.compile(r"[ \t\n\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


def number_of(text: str) -> tuple[float, bool]:
    """The number that a text begins with, and whether it is all of it."""
    found = _PREFIX.match(text)
    if found is None:
        return 0.0, False
    return float(found[1]), not text[found.end() :].strip()


def moment_of(text: str) -> int | None:
    """Microseconds of a text that is a date or a moment, None where it is not written as ISO does."""
    try:
        found = dates.parse_timestamp(text.strip())
    except ValueError:
        return None
    return None if found is None or found[1] is not None else found[0]


def is_no_moment(text: str) -> bool:
    """Whether a text surely is none: it does not begin with a digit, or has months or days that there never are."""
    body = text.strip()
    if not is_digits(body[:1]):
        return True
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", body)
    if found is None or int(found[1]) == 0 or int(found[2]) == 0 or int(found[3]) == 0:
        return False
    return moment_of(text) is None


# what columns keep


def stored(value: Value, kind: Type, column: Column, table: str, row: int) -> Value:
    """A value as a column keeps it, in strict mode. Raises SqlError or Outside.

    Args:
        kind: the value's type.
        table: `database`.`table`.
        row: its number in the statement.
    """
    if value is None:
        return None
    name = column.type
    if name in _BITS:
        return _integer(value, kind, column, table, row)
    if name == "decimal":
        return _decimal(value, kind, column, table, row)
    if name in ("double", "float"):
        return _double(value, kind, column, table, row)
    if name in TEXTS:
        return _text(value, kind, column, row)
    if name in MOMENTS or name == "time":
        return _moment(value, kind, column, table, row)
    if name == "year":
        if kind.name in INTEGERS and (1901 <= value <= 2155 or value == 0):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}", value) and 1901 <= int(value) <= 2155:
            return int(value)
        raise outside("such a year")
    if name in BLOBS and isinstance(value, str | bytes):
        return value if isinstance(value, bytes) else value.encode()
    raise outside(f"the type {name}")


def _out_of_range(column: Column, row: int) -> SqlError:
    return SqlError("1264 22003", f"Out of range value for column '{column.name}' at row {row}")


def _incorrect(what: str, value: Value, column: Column, table: str, row: int) -> SqlError:
    return SqlError(f"{'1292 22007' if what in ('date', 'datetime', 'time') else '1366 22007'}", f"Incorrect {what} value: '{value}' for column {table}.`{column.name}` at row {row}")  # fmt: skip


def _integer(value: Value, kind: Type, column: Column, table: str, row: int) -> int:
    if isinstance(value, str):
        if not _PREFIX.match(value):
            raise _incorrect("integer", value, column, table, row)
        number, whole = number_of(value)
        if not whole:
            raise SqlError("1265 01000", f"Data truncated for column '{column.name}' at row {row}")
        value = Decimal(value.strip()) if abs(number) < 1e30 else number
    elif kind.name in MOMENTS or kind.name == "time":
        raise outside("moments as numbers")
    if isinstance(value, float):
        value = Decimal(value)
    if isinstance(value, Decimal):
        value = int(value.quantize(Decimal(1), ROUND_HALF_UP, EXACT))
    bits = _BITS[column.type]
    low, high = (0, 1 << bits) if column.unsigned else (-(1 << bits - 1), 1 << bits - 1)
    if not low <= value < high:
        raise _out_of_range(column, row)
    return int(value)


def _decimal(value: Value, kind: Type, column: Column, table: str, row: int) -> Decimal:
    if isinstance(value, str):
        if not _PREFIX.match(value):
            raise _incorrect("decimal", value, column, table, row)
        if not number_of(value)[1]:
            raise SqlError("1265 01000", f"Data truncated for column '{column.name}' at row {row}")
        value = Decimal(value.strip())
    elif kind.name in MOMENTS or kind.name == "time":
        raise outside("moments as numbers")
    elif isinstance(value, float):
        value = Decimal(repr(value))
    precision, scale = (*column.modifiers, 0)[:2] if column.modifiers else (10, 0)
    found = Decimal(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT)
    if abs(found) >= Decimal(10) ** (precision - scale) or (column.unsigned and found < 0):
        raise _out_of_range(column, row)
    return found


def _double(value: Value, kind: Type, column: Column, table: str, row: int) -> float:
    if isinstance(value, str):
        number, whole = number_of(value)
        if not _PREFIX.match(value):
            raise _incorrect("double", value, column, table, row)
        if not whole:
            raise SqlError("1265 01000", f"Data truncated for column '{column.name}' at row {row}")
        return number
    if kind.name in MOMENTS or kind.name == "time":
        raise outside("moments as numbers")
    if column.modifiers:
        raise outside("float and double with digits")
    from fakedocker.userland.languages.sql.pg_types import single

    return float(value) if column.type == "double" else single(float(value))


def _text(value: Value, kind: Type, column: Column, row: int) -> str:
    text = to_text(value, kind)
    if column.collation == LATIN and text.encode("cp1252", "replace").decode("cp1252") != text:
        raise outside("letters that latin1 does not have")
    name = column.type
    if name == "enum":
        if isinstance(value, int):
            raise outside("numbers in an ENUM")
        for label in column.labels:
            if label.lower() == text.rstrip(" ").lower():
                return label
        raise SqlError("1265 01000", f"Data truncated for column '{column.name}' at row {row}")
    if name == "set":
        raise outside("values of a SET")
    if name in ("varchar", "char"):
        most = column.modifiers[0] if column.modifiers else 1
        if len(text) > most:
            if text[most:].strip(" "):
                raise SqlError("1406 22001", f"Data too long for column '{column.name}' at row {row}")
            text = text[:most]
        return text.rstrip(" ") if name == "char" else text
    if len(text.encode()) > _TEXT_BYTES[name]:
        raise SqlError("1406 22001", f"Data too long for column '{column.name}' at row {row}")
    if name == "json":
        raise outside("values of JSON")
    return text


def _moment(value: Value, kind: Type, column: Column, table: str, row: int) -> int:
    name = column.type
    if kind.name in MOMENTS:
        moment = value * dates.DAY if kind.name == "date" else value
    elif isinstance(value, str):
        if name == "time":
            try:
                time = dates.parse_time(value.strip())
            except ValueError:
                time = None
            if time is None:
                raise outside("times written so")
            return time
        found = moment_of(value)
        if found is None:
            if re.fullmatch(r"\d{4}-\d\d?-\d\d?(?: \d\d?:\d\d?:\d\d?)?", value.strip()) or not re.search(r"\d", value):
                if value.startswith(("0000", "00")) or "-00" in value:
                    raise outside("dates with noughts")
                raise _incorrect("date" if name == "date" else "datetime", value, column, table, row)
            raise outside("dates written so")
        moment = found
    else:
        raise outside("numbers as moments")
    if name == "date":
        return int(moment // dates.DAY)
    if name == "time":
        return int(moment % dates.DAY)
    digits = column.modifiers[0] if column.modifiers else 0
    unit = 10 ** (6 - digits)
    return int(moment // unit * unit)
