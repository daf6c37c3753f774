"""Numbers, dates and the order of texts as the locale en-US has them, which is what containers are set to."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.javascript.cells import JsObject, Value, is_callable
from fakedocker.userland.languages.javascript.dates import DAYS, MONTHS, Fields, fields
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.properties import get, has
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.shared import NULL, Host
from fakedocker.userland.languages.javascript.units import from_units
from fakedocker.userland.languages.machine.cells import NotSimulated

_LONG_MONTHS: Final = "January February March April May June July August September October November December".split()
_LONG_DAYS: Final = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_SYMBOLS: Final = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "CNY": "CN¥",
    "KRW": "₩",
    "CAD": "CA$",
    "AUD": "A$",
    "BRL": "R$",
    "MXN": "MX$",
}
_NUMBER_OPTIONS: Final = frozenset(
    {"minimumFractionDigits", "maximumFractionDigits", "style", "currency", "useGrouping"}
)


_LANGUAGES: Final = (2, 3, 5, 6, 7, 8)
"""How long the first part of a locale's name may be."""


def check_locale(realm: Host, locale: Value) -> None:
    """NotSimulated unless a locale is the one that there is. TypeError or RangeError for what is none (CanonicalizeLocaleList)."""
    if locale is NULL:
        raise realm.error("TypeError", "Cannot convert undefined or null to object")
    names: list[Value] = [locale] if type(locale) is str else []
    if isinstance(locale, JsObject) and not is_callable(locale):
        length = to_number(realm, get(realm, locale, "length"))
        places = range(int(min(length, 100))) if length > 0 else ()
        names = [get(realm, locale, str(place)) for place in places if has(realm, locale, str(place))]
    for name in names:
        if type(name) is not str and not isinstance(name, JsObject):
            raise realm.error("TypeError", "Language ID should be string or object.")
        tag = to_text(realm, name)
        language = tag.partition("-")[0]
        if language != "i" and not (language.isascii() and language.isalpha() and len(language) in _LANGUAGES):
            raise realm.error("RangeError", "Incorrect locale information provided")
        if tag.lower() not in ("en-us", "en"):
            raise NotSimulated(f"the locale {tag}")


def read_options(realm: Host, options: Value, allowed: frozenset[str]) -> dict[str, Value]:
    """The options that are given. NotSimulated for those that are not known."""
    if not isinstance(options, JsObject):
        return {}
    found = {key: get(realm, options, key) for key in enumerable_keys(realm, options)}
    unknown = [key for key, value in found.items() if key not in allowed and value is not None]
    if unknown:
        raise NotSimulated(f"the option {unknown[0]} of a locale's format")
    return {key: value for key, value in found.items() if value is not None}


def format_number(realm: Host, number: float, locale: Value, options: Value) -> str:
    """Number.prototype.toLocaleString."""
    check_locale(realm, locale)
    chosen = read_options(realm, options, _NUMBER_OPTIONS)
    style = chosen.get("style", "decimal")
    if style not in ("decimal", "percent", "currency"):
        raise NotSimulated(f"the style {style} of a number")
    if math.isnan(number):
        return "NaN"
    low, high = {"decimal": (0, 3), "percent": (0, 0), "currency": (2, 2)}[style]
    if style == "currency" and chosen.get("currency") in ("JPY", "KRW"):
        low = high = 0
    if "minimumFractionDigits" in chosen:
        low = int(to_number(realm, chosen["minimumFractionDigits"]))
        high = max(high, low)
    if "maximumFractionDigits" in chosen:
        high = int(to_number(realm, chosen["maximumFractionDigits"]))
        low = min(low, high)
    if not 0 <= low <= high <= 100:
        raise realm.error("RangeError", "maximumFractionDigits value is out of range.")
    text = _grouped(
        abs(number) * (100 if style == "percent" else 1), low, high, chosen.get("useGrouping", True) is not False
    )
    sign = "-" if math.copysign(1, number) < 0 else ""
    if style == "percent":
        return f"{sign}{text}%"
    if style == "currency":
        code = to_text(realm, chosen.get("currency"))
        return f"{sign}{_SYMBOLS.get(code, code + chr(160))}{text}"
    return sign + text


def _grouped(number: float, low: int, high: int, groups: bool) -> str:
    if math.isinf(number):
        return "∞"
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-high), ROUND_HALF_UP)
    whole, _, fraction = f"{exact:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(low, "0")
    shown = f"{int(whole):,}" if groups else whole
    return f"{shown}.{fraction}" if fraction else shown


def format_date(realm: Host, time_ms: float, locale: Value, options: Value, default: str) -> str:
    """toLocaleString and its like; `default` is what is shown without options: date, time, or both."""
    check_locale(realm, locale)
    allowed = frozenset(
        "year month day weekday hour minute second hour12 timeZone dateStyle timeStyle timeZoneName".split()
    )
    chosen = read_options(realm, options, allowed)
    if chosen.get("timeZone", "UTC") not in ("UTC", "GMT", "Etc/UTC"):
        raise NotSimulated(f"the time zone {to_text(realm, chosen['timeZone'])}")
    if math.isnan(time_ms):
        return "Invalid Date"
    found = fields(time_ms)
    chosen.pop("timeZone", None)
    if "dateStyle" in chosen or "timeStyle" in chosen or "timeZoneName" in chosen:
        raise NotSimulated("styles of a date's format")
    hour12 = chosen.pop("hour12", True)
    if not chosen:
        date = f"{found.month + 1}/{found.day}/{found.year}"
        half = "AM" if found.hour < 12 else "PM"
        clock = (
            f"{found.hour % 12 or 12}:{found.minute:02}:{found.second:02} {half}"
            if hour12 is not False
            else f"{found.hour:02}:{found.minute:02}:{found.second:02}"
        )
        return {"date": date, "time": clock, "both": f"{date}, {clock}"}[default]
    return _chosen_date(chosen, found)


def _chosen_date(chosen: dict[str, Value], found: Fields) -> str:
    year, month, day, weekday = found.year, found.month, found.day, found.weekday
    if any(key in chosen for key in ("hour", "minute", "second")):
        raise NotSimulated("a choice of the parts of a time")
    style = chosen.get("month")
    day_text = f"{day:02}" if chosen.get("day") == "2-digit" else f"{day}"
    year_text = f"{year % 100:02}" if chosen.get("year") == "2-digit" else f"{year}"
    if style in ("long", "short"):
        name = (_LONG_MONTHS if style == "long" else MONTHS)[month]
        text = f"{name} {day_text}" if "day" in chosen else name
        if "year" in chosen:
            text += f", {year_text}" if "day" in chosen else f" {year_text}"
    else:
        parts = []
        if "month" in chosen:
            parts.append(f"{month + 1:02}" if style == "2-digit" else f"{month + 1}")
        if "day" in chosen:
            parts.append(day_text)
        if "year" in chosen:
            parts.append(year_text)
        text = "/".join(parts)
    if "weekday" in chosen:
        name = (_LONG_DAYS if chosen["weekday"] == "long" else DAYS)[weekday]
        text = f"{name}, {text}" if text else name
    return text


def compare(realm: Host, left: str, right: str, options: Value = None) -> int:
    """The order of two texts, as ICU's root collation has it for letters, digits and common signs."""
    chosen = read_options(realm, options, frozenset({"sensitivity", "numeric"}))
    if chosen.get("sensitivity") not in (None, "base", "accent", "variant") or chosen.get("numeric") not in (
        None,
        False,
    ):
        raise NotSimulated("such options of localeCompare")
    level = {"base": 1, "accent": 2}.get(str(chosen.get("sensitivity")), 3)
    orders: list[Callable[[str], list[Value]]] = [_primary, _secondary, _tertiary]
    for weights in orders[:level]:
        first: list[Value] = weights(left)
        second: list[Value] = weights(right)
        if first != second:
            return -1 if first < second else 1
    return 0


_SIGNS: Final = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"


_SCRIPTS: Final = ((0x3B1, 0x3C9), (0x430, 0x44F), (0x1100, 0x11FF), (0x4E00, 0x9FFF))
"""Greek, Cyrillic, Hangul and Han: letters whose order is that of their numbers."""


def _primary(text: str) -> list[Value]:
    found: list[Value] = []
    for character in unicodedata.normalize("NFD", from_units(text)):
        if unicodedata.combining(character):
            continue
        if character.isspace():
            found.append((0, character))
        elif character in _SIGNS:
            found.append((1, _SIGNS.index(character)))
        elif is_digits(character):
            found.append((2, character))
        elif character.isalpha() and character.lower().isascii():
            found.append((3, character.lower()))
        elif character.isascii():
            raise NotSimulated("the order of control characters")
        elif unicodedata.category(character)[0] in "PS":
            found.append((1, _Unlisted(character)))
        else:
            found.append(_letter(character))
    return found


class _Unlisted:
    """A sign that comes before digits and letters, and of whose place among the other signs nothing is known."""

    def __init__(self, character: str) -> None:
        self._character = character

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Unlisted) and other._character == self._character

    __hash__ = None  # type: ignore[assignment]  # it is compared only

    def __lt__(self, other: object) -> bool:
        raise NotSimulated(f"the order of the sign {self._character}")

    __gt__ = __lt__


def _letter(character: str) -> tuple[int, str]:
    """A letter of another script than Latin, in the order of the scripts."""
    lowered = character.lower().replace("ς", "σ")
    code = ord(lowered[0])
    for place, (first, last) in enumerate(_SCRIPTS, 4):
        if first <= code <= last:
            return place, lowered
    raise NotSimulated(f"the order of the letter {character}")


def _secondary(text: str) -> list[Value]:
    return [character for character in unicodedata.normalize("NFD", text) if unicodedata.combining(character)]


def _tertiary(text: str) -> list[Value]:
    return [character.isupper() or character == "ς" for character in unicodedata.normalize("NFD", text)]
