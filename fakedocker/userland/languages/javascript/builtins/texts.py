"""String."""

from __future__ import annotations

import unicodedata
from typing import Final

from fakedocker.userland.languages.javascript.builtins.functions import array_like
from fakedocker.userland.languages.javascript.cells import JsRegExp, ListIterator, Symbol, Value, Wrapper
from fakedocker.userland.languages.javascript.inspecting import symbol_text
from fakedocker.userland.languages.javascript.locales import check_locale, compare
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, integer, relative
from fakedocker.userland.languages.javascript.numbers import to_integer, to_uint32
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.shared import ITERATOR, NULL, NativeCall, WellKnown
from fakedocker.userland.languages.javascript.units import from_units, to_units

STRING = Kind("String", length=1)
_SPACE = "\t\n\v\f\r \xa0\ufeff\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


@STRING.call
def _string(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not arguments:
        return ""
    value = arguments[0]
    return symbol_text(value) if isinstance(value, Symbol | WellKnown) else to_text(realm, value)


@STRING.construct
def _new_string(realm: Host, target: Value, arguments: list[Value]) -> Value:
    text = to_text(realm, arguments[0]) if arguments else ""
    return Wrapper(realm.prototype_from(target, "String"), "String", text)


@STRING.static("fromCharCode", 1)
def _from_char_code(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return "".join(chr(to_uint32(to_number(realm, value)) & 0xFFFF) for value in arguments)


@STRING.static("fromCodePoint", 1)
def _from_code_point(realm: Host, this: Value, arguments: list[Value]) -> Value:
    codes: list[float] = []
    for value in arguments:
        code = to_number(realm, value)
        codes.append(code)
        if not 0 <= code <= 0x10FFFF or code != int(code):
            raise realm.error("RangeError", f"Invalid code point {to_text(realm, code)}")
    return to_units("".join(chr(int(code)) for code in codes))


@STRING.static("raw", 1)
def _raw(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raw = realm.to_object(realm.get(realm.to_object(argument(arguments, 0)), "raw"))
    texts = array_like(realm, raw)
    parts: list[str] = []
    for place, text in enumerate(texts):
        parts.append(to_text(realm, text))
        if place + 1 < len(texts) and place + 1 < len(arguments):
            parts.append(to_text(realm, arguments[place + 1]))
    realm.check_length(sum(map(len, parts)))
    return "".join(parts)


def text_of(realm: Host, this: Value, name: str, symbol: str = "") -> str:
    """What a method is called on, as text. TypeError for nothing."""
    if type(this) is str:
        return this
    if this is None or this is NULL:
        raise realm.error("TypeError", f"String.prototype{symbol or f'.{name}'} called on null or undefined")
    return to_text(realm, this)


def _itself(name: str) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        value = this.value if isinstance(this, Wrapper) else this
        if type(value) is not str:
            raise realm.error("TypeError", f"String.prototype.{name} requires that 'this' be a String")
        return value

    return call


for _name in ("toString", "valueOf"):
    STRING.method(_name)(_itself(_name))


@STRING.method("charAt", 1)
def _char_at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, place = text_of(realm, this, "charAt"), integer(realm, argument(arguments, 0))
    return text[place] if 0 <= place < len(text) else ""


@STRING.method("charCodeAt", 1)
def _char_code_at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, place = text_of(realm, this, "charCodeAt"), integer(realm, argument(arguments, 0))
    return float(ord(text[place])) if 0 <= place < len(text) else float("nan")


@STRING.method("codePointAt", 1)
def _code_point_at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, place = text_of(realm, this, "codePointAt"), integer(realm, argument(arguments, 0))
    if not 0 <= place < len(text):
        return None
    return float(ord(from_units(text[place : place + 2])[0]))


@STRING.method("at", 1)
def _at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, place = text_of(realm, this, "at"), integer(realm, argument(arguments, 0))
    return text[place] if -len(text) <= place < len(text) else None


def _plain_argument(realm: Host, value: Value, name: str) -> str:
    if isinstance(value, JsRegExp):
        raise realm.error("TypeError", f"First argument to String.prototype.{name} must not be a regular expression")
    return to_text(realm, value)


@STRING.method("indexOf", 1)
def _index_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "indexOf")
    start = min(max(0, integer(realm, argument(arguments, 1))), len(text))
    return float(text.find(to_text(realm, argument(arguments, 0)), start))


@STRING.method("lastIndexOf", 1)
def _last_index_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, wanted = text_of(realm, this, "lastIndexOf"), to_text(realm, argument(arguments, 0))
    position = to_number(realm, argument(arguments, 1))
    last = len(text) if position != position else int(max(0, min(to_integer(position), len(text))))
    return float(text.rfind(wanted, 0, last + len(wanted)))


@STRING.method("includes", 1)
def _includes(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "includes")
    return (
        _plain_argument(realm, argument(arguments, 0), "includes")
        in text[max(0, integer(realm, argument(arguments, 1))) :]
    )


@STRING.method("startsWith", 1)
def _starts_with(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "startsWith")
    return text.startswith(
        _plain_argument(realm, argument(arguments, 0), "startsWith"), max(0, integer(realm, argument(arguments, 1)))
    )


@STRING.method("endsWith", 1)
def _ends_with(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "endsWith")
    end = len(text) if argument(arguments, 1) is None else max(0, min(integer(realm, arguments[1]), len(text)))
    return text[:end].endswith(_plain_argument(realm, argument(arguments, 0), "endsWith"))


@STRING.method("slice", 2)
def _slice(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "slice")
    start = relative(realm, argument(arguments, 0), len(text), 0)
    return text[start : relative(realm, argument(arguments, 1), len(text), len(text))]


@STRING.method("substring", 2)
def _substring(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "substring")
    start = max(0, min(integer(realm, argument(arguments, 0)), len(text)))
    end = max(0, min(integer(realm, argument(arguments, 1), len(text)), len(text)))
    return text[min(start, end) : max(start, end)]


@STRING.method("substr", 2)
def _substr(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "substr")
    start = relative(realm, argument(arguments, 0), len(text), 0)
    return text[start : start + max(0, integer(realm, argument(arguments, 1), len(text)))]


def _cased(text: str, upper: bool) -> str:
    return (
        to_units(from_units(text).upper() if upper else from_units(text).lower())
        if not text.isascii()
        else text.upper()
        if upper
        else text.lower()
    )


def _casing(name: str, upper: bool) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        text = text_of(realm, this, name)
        if "Locale" in name:
            check_locale(realm, argument(arguments, 0))
        return _cased(text, upper)

    return call


for _name, _upper in (
    ("toUpperCase", True),
    ("toLowerCase", False),
    ("toLocaleUpperCase", True),
    ("toLocaleLowerCase", False),
):
    STRING.method(_name)(_casing(_name, _upper))
STRING.method("trim")(lambda realm, this, arguments: text_of(realm, this, "trim").strip(_SPACE))
STRING.method("trimStart")(lambda realm, this, arguments: text_of(realm, this, "trimLeft").lstrip(_SPACE))
STRING.method("trimEnd")(lambda realm, this, arguments: text_of(realm, this, "trimRight").rstrip(_SPACE))
STRING.prototype.entries["trimLeft"] = STRING.prototype.entries["trimStart"]
STRING.prototype.entries["trimRight"] = STRING.prototype.entries["trimEnd"]


def _padded(realm: Host, this: Value, arguments: list[Value], name: str) -> str:
    text, length = text_of(realm, this, name), integer(realm, argument(arguments, 0))
    filler = " " if argument(arguments, 1) is None else to_text(realm, arguments[1])
    count = length - len(text)
    if count <= 0 or not filler:
        return text
    realm.check_length(length)
    padding = (filler * (count // len(filler) + 1))[:count]
    return padding + text if name == "padStart" else text + padding


STRING.method("padStart", 2)(lambda realm, this, arguments: _padded(realm, this, arguments, "padStart"))
STRING.method("padEnd", 2)(lambda realm, this, arguments: _padded(realm, this, arguments, "padEnd"))


@STRING.method("repeat", 1)
def _repeat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "repeat")
    count = to_integer(to_number(realm, argument(arguments, 0)))
    if count < 0 or count == float("inf"):
        raise realm.error("RangeError", f"Invalid count value: {to_text(realm, argument(arguments, 0))}")
    if len(text) * count > (1 << 29) - 24:
        raise realm.error("RangeError", "Invalid string length")
    realm.check_length(int(len(text) * count))
    return text * int(count)


@STRING.method("concat", 1)
def _concat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    parts = [text_of(realm, this, "concat"), *(to_text(realm, part) for part in arguments)]
    realm.check_length(sum(map(len, parts)))
    return "".join(parts)


@STRING.method("normalize")
def _normalize(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = text_of(realm, this, "normalize")
    form = "NFC" if argument(arguments, 0) is None else to_text(realm, arguments[0])
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise realm.error("RangeError", "The normalization form should be one of NFC, NFD, NFKC, NFKD.")
    return to_units(unicodedata.normalize(form, from_units(text)))  # type: ignore[arg-type]


@STRING.method("localeCompare", 1)
def _locale_compare(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, other = text_of(realm, this, "localeCompare"), to_text(realm, argument(arguments, 0))
    check_locale(realm, argument(arguments, 1))
    return float(compare(realm, text, other, argument(arguments, 2)))


@STRING.method(ITERATOR)
def _iterator(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return ListIterator(
        realm.protos["ArrayIterator"], "String Iterator", text_of(realm, this, "", "[Symbol.iterator]"), "values"
    )


@STRING.method("isWellFormed")
def _is_well_formed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return not any("\ud800" <= character <= "\udfff" for character in from_units(text_of(realm, this, "isWellFormed")))


@STRING.method("toWellFormed")
def _to_well_formed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text = from_units(text_of(realm, this, "toWellFormed"))
    return to_units("".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text))


_TAGS: Final = {
    "anchor": ("a", "name"), "big": ("big", ""), "blink": ("blink", ""), "bold": ("b", ""), "fixed": ("tt", ""), "fontcolor": ("font", "color"),
    "fontsize": ("font", "size"), "italics": ("i", ""), "link": ("a", "href"), "small": ("small", ""), "strike": ("strike", ""), "sub": ("sub", ""),
    "sup": ("sup", ""),
}  # fmt: skip
"""Methods of old that put a text into an element of HTML: its name, and an attribute (ECMA-262, annex B)."""


def _tagging(name: str) -> NativeCall:
    element, attribute = _TAGS[name]

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        text = text_of(realm, this, name)
        given = ""
        if attribute:
            value = to_text(realm, argument(arguments, 0)).replace('"', "&quot;")
            given = f' {attribute}="{value}"'
        return f"<{element}{given}>{text}</{element}>"

    return call


for _name, (_, _attribute) in _TAGS.items():
    STRING.method(_name, 1 if _attribute else 0)(_tagging(_name))
