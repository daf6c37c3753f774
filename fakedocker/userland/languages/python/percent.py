"""`text % values` and `text.format(...)`."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import bytes_percent
from fakedocker.userland.languages.python.attributes import get_attribute
from fakedocker.userland.languages.python.conversions import for_field
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.items import get_item
from fakedocker.userland.languages.python.operators import check_size
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.texts import converted, to_ascii, to_format, to_repr, to_str
from fakedocker.userland.languages.python.types import payload_of

_FIELD: Final = re.compile(r"%(?:\(([^()]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)", re.DOTALL)
_MOST_WIDTH: Final = 1 << 20


def percent(m: Interpreter, text: Value, values: Value) -> Value:
    """`text % values`. O(length of the result)."""
    if type(text) is bytes:
        return bytes_percent.percent(m, text, values)
    given = values if type(values) is tuple else (values,)
    found: list[str] = []
    place = 0
    used = 0
    is_mapping = False

    def following() -> Value:
        nonlocal used
        if used >= len(given):
            raise type_error("not enough arguments for format string")
        used += 1
        return given[used - 1]

    for match in _FIELD.finditer(text):
        between = text[place : match.start()]
        if "%" in between:
            raise NotSimulated("an unfinished field of a format with %")
        found.append(between)
        place = match.end()
        key, flags, width, precision, kind = match.groups()
        if match.group() == "%%":
            found.append("%")
            continue
        if key is not None:
            is_mapping = True
            if type(values) is tuple or type(values) is str or not _can_be_indexed(m, values):
                raise type_error("format requires a mapping")
            value = get_item(m, values, key)
            if width == "*" or precision == "*":
                raise NotSimulated("a star in a field with a name")
        else:
            if width == "*":
                width = _star(m, following())
            if precision == "*":
                precision = _star(m, following()).replace("-", "0")
            value = following()
        found.append(_one(m, flags, width, precision, kind, value, match.start(5)))
    if "%" in text[place:]:
        raise error("ValueError", "incomplete format")
    found.append(text[place:])
    if used < len(given) and not is_mapping and (type(values) is tuple or not _can_be_indexed(m, values)):
        raise type_error("not all arguments converted during string formatting")
    return "".join(found)


def _can_be_indexed(m: Interpreter, values: Value) -> bool:
    """Whether a value alone may be what the names of fields are looked up in, even where none is."""
    return type(values) in (list, dict, bytes, bytearray, range) or bool(m.is_mapping(values))


def _one(
    m: Interpreter, flags: str, width: str | None, precision: str | None, kind: str, value: Value, place: int
) -> str:
    for number in (width, precision):
        if number and int(number) > _MOST_WIDTH:
            check_size(m, 1 << 40)
    spec = f"%{flags}{width or ''}{'.' + precision if precision is not None else ''}"
    if kind == "s":
        return (spec + "s") % to_str(m, value)
    if kind == "r":
        return (spec + "s") % to_repr(m, value)
    if kind == "a":
        return (spec + "s") % to_ascii(m, value)
    if kind in "diouxXeEfFgGc":
        plain = payload_of(value)
        if kind == "c" and type(plain) is str:
            return str((spec + kind) % plain)
        return str((spec + kind) % for_field(m, value, kind))
    raise _unknown(kind, place)


def _star(m: Interpreter, value: Value) -> str:
    """What a star stands for: as many characters, or digits."""
    number = payload_of(value)
    if type(number) not in (int, bool):
        raise type_error("* wants int")
    if not -1 << 63 <= number < 1 << 63:
        raise error("OverflowError", "Python int too large to convert to C ssize_t")
    return str(int(number))


def _unknown(kind: str, place: int) -> Exception:
    shown = kind if " " <= kind <= "~" else "?"
    return error("ValueError", f"unsupported format character '{shown}' (0x{ord(kind):x}) at index {place}")


_NAME: Final = re.compile(r"[^.\[\]]*")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[([^\[\]]+)\]")


class _Fields:
    """The arguments of one format(), and how its fields are numbered."""

    def __init__(self, args: list[Value], kwargs: dict[str, Value]) -> None:
        self.args = args
        self.takes_positions = True
        self.kwargs = kwargs
        self.automatic = -1
        self.manual = False


def format_text(m: Interpreter, text: str, args: list[Value], kwargs: dict[str, Value]) -> str:
    """text.format(*args, **kwargs)."""
    return _formatted(m, text, _Fields(args, kwargs), 0)


def format_by_names(m: Interpreter, text: str, kwargs: dict[str, Value]) -> str:
    """text.format_map(kwargs)."""
    fields = _Fields([], kwargs)
    fields.takes_positions = False
    return _formatted(m, text, fields, 0)


def _formatted(m: Interpreter, text: str, fields: _Fields, depth: int) -> str:
    if depth > 2:
        raise error("ValueError", "Max string recursion exceeded")
    found: list[str] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character == "{":
            if text[place + 1 : place + 2] == "{":
                found.append("{")
                place += 2
                continue
            end = _end_of_field(text, place)
            found.append(_field(m, text[place + 1 : end], fields, depth))
            place = end + 1
        elif character == "}":
            if text[place + 1 : place + 2] != "}":
                raise error("ValueError", "Single '}' encountered in format string")
            found.append("}")
            place += 2
        else:
            following = [each for each in (text.find("{", place), text.find("}", place)) if each >= 0]
            end = min(following, default=len(text))
            found.append(text[place:end])
            place = end
    return "".join(found)


def _end_of_field(text: str, start: int) -> int:
    if start + 1 >= len(text):
        raise error("ValueError", "Single '{' encountered in format string")
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return place
    words = "unmatched '{' in format spec" if ":" in text[start:] else "expected '}' before end of string"
    raise error("ValueError", words)


def _field(m: Interpreter, field: str, fields: _Fields, depth: int) -> str:
    name, _, spec = _split(field)
    conversion = -1
    if "!" in name:
        name, _, letter = name.rpartition("!")
        if letter not in ("r", "s", "a"):
            raise NotSimulated("a conversion that there is not")
        conversion = ord(letter)
    value = converted(m, _value(m, name, fields), conversion)
    if "{" in spec:
        spec = _formatted(m, spec, fields, depth + 1)
    return to_format(m, value, spec)


def _split(field: str) -> tuple[str, str, str]:
    depth = 0
    for place, character in enumerate(field):
        depth += (character == "[") - (character == "]")
        if character == ":" and depth <= 0:
            return field[:place], ":", field[place + 1 :]
    return field, "", ""


def _value(m: Interpreter, name: str, fields: _Fields) -> Value:
    head = _NAME.match(name)
    assert head is not None
    first = head.group()
    value: Value
    if not first or is_digits(first):
        if first:
            if fields.automatic >= 0:
                raise error("ValueError", "cannot switch from automatic field numbering to manual field specification")
            fields.manual = True
            index = int(first) if len(first) < 9 else 1 << 30
        else:
            if fields.manual:
                raise error("ValueError", "cannot switch from manual field specification to automatic field numbering")
            fields.automatic += 1
            index = fields.automatic
        if not fields.takes_positions:
            raise error("ValueError", "Format string contains positional fields")
        if index >= len(fields.args):
            raise error("IndexError", f"Replacement index {index} out of range for positional args tuple")
        value = fields.args[index]
    else:
        if first not in fields.kwargs:
            raise error("KeyError", first)
        value = fields.kwargs[first]
    rest = name[head.end() :]
    place = 0
    while place < len(rest):
        step = _STEP.match(rest, place)
        if step is None:
            raise NotSimulated("this field name in a format string")
        place = step.end()
        if step[1] is not None:
            value = get_attribute(m, value, step[1])
        else:
            key = step[2]
            value = get_item(m, value, int(key) if is_digits(key) and len(key) < 9 else key)
    return value
