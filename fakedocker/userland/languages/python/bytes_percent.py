"""`bytes % values`, as PyBytes_FormatEx of Objects/bytesobject.c does it."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.conversions import as_double, for_field
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.items import get_item
from fakedocker.userland.languages.python.operators import check_size
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.texts import to_ascii
from fakedocker.userland.languages.python.types import payload_of, type_name

_FIELD: Final = re.compile(rb"%(?:\(([^()]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)", re.DOTALL)
_MOST_WIDTH: Final = 1 << 20


class _Given:
    """The values on the right, which are taken one by one."""

    def __init__(self, m: Interpreter, values: Value) -> None:
        plain = payload_of(values)
        self.values = values
        self.items = plain if type(plain) is tuple else (values,)
        self.used = 0
        self.may_be_mapping = not isinstance(plain, tuple | bytes | bytearray | str) and (
            isinstance(plain, list | dict | range) or bool(m.is_mapping(values))
        )

    def following(self) -> Value:
        if self.used >= len(self.items):
            raise type_error("not enough arguments for format string")
        self.used += 1
        return self.items[self.used - 1]

    def number(self) -> int:
        """What a star stands for."""
        found = payload_of(self.following())
        if not isinstance(found, int):
            raise type_error("* wants int")
        if not -1 << 31 <= found < 1 << 31:
            raise error("OverflowError", "Python int too large to convert to C int")
        return found


def percent(m: Interpreter, text: bytes, values: Value) -> bytes:
    """The text with its fields filled. O(length of the result). Raises TypeError, ValueError and more in the program."""
    given = _Given(m, values)
    found: list[bytes] = []
    place = 0
    for match in _FIELD.finditer(text):
        between = text[place : match.start()]
        if b"%" in between:
            raise NotSimulated("an unfinished field of a format with %")
        found.append(between)
        place = match.end()
        key, flags, width, precision, kind = match.groups()
        if match.group() == b"%%":
            found.append(b"%")
            continue
        if key is not None:
            if not given.may_be_mapping:
                raise type_error("format requires a mapping")
            if b"*" in (width, precision):
                raise NotSimulated("a star in a field with a name")
            value = get_item(m, values, key)
        else:
            width = b"%d" % given.number() if width == b"*" else width
            precision = b"%d" % max(given.number(), 0) if precision == b"*" else precision
            value = given.following()
        for number in (width, precision):
            if number and int(number) > _MOST_WIDTH:
                check_size(m, 1 << 40)
        spec = b"%" + flags + (width or b"") + (b"." + precision if precision is not None else b"")
        found.append(_one(m, spec, chr(kind[0]), value, match.start(5)))
    if b"%" in text[place:]:
        raise error("ValueError", "incomplete format")
    found.append(text[place:])
    if given.used < len(given.items) and not given.may_be_mapping:
        raise type_error("not all arguments converted during bytes formatting")
    return b"".join(found)


def _one(m: Interpreter, spec: bytes, kind: str, value: Value, place: int) -> bytes:
    if kind in "sb":
        return (spec + b"s") % _bytes_of(m, value)
    if kind in "ra":
        return (spec + b"s") % to_ascii(m, value).encode()
    if kind == "c":
        return (spec + b"c") % _character(m, value)
    if kind in "eEfFgG":
        number = as_double(m, value)
        if number is None:
            raise type_error(f"float argument required, not {type_name(value)}")
        return (spec + kind.encode()) % number
    if kind in "diouxX":
        return bytes((spec + kind.encode()) % for_field(m, value, kind))
    raise error("ValueError", f"unsupported format character '{kind}' (0x{ord(kind):x}) at index {place}")


def _bytes_of(m: Interpreter, value: Value) -> bytes:
    plain = payload_of(value)
    if isinstance(plain, bytes | bytearray):
        return bytes(plain)
    method = m.special(value, "__bytes__")
    if method is None:
        words = "%b requires a bytes-like object, or an object that implements __bytes__"
        raise type_error(f"{words}, not '{type_name(value)}'")
    found = m.call_now(method, [])
    if not isinstance(payload_of(found), bytes):
        raise type_error(f"__bytes__ returned non-bytes (type {type_name(found)})")
    return bytes(payload_of(found))


def _character(m: Interpreter, value: Value) -> int:
    plain = payload_of(value)
    if isinstance(plain, bytes | bytearray) and len(plain) == 1:
        return plain[0]
    try:
        number = m.as_index(value, "")
    except Raised as raised:
        if EXCEPTIONS["TypeError"] not in raised.value.cls.mro:
            raise
        raise type_error("%c requires an integer in range(256) or a single byte") from None
    if not 0 <= number < 256:
        raise error("OverflowError", "%c arg not in range(256)")
    return int(number)
