"""The functions of templates: the language's own, and those docker's client adds.

A function takes `Value`s and gives a `Value` or plain data; what it does not take raises CallError. The executor has
already checked the number of arguments and their declared types.
"""

from __future__ import annotations

import itertools
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from fakedocker_shell.gotemplate.encoding import encode
from fakedocker_shell.gotemplate.errors import CallError
from fakedocker_shell.gotemplate.printing import plain, print_formatted, print_line, print_values
from fakedocker_shell.gotemplate.types import INT, INVALID, STRING, STRINGS, Type, Value, of, view, zero_data


class Function(Struct, frozen=True):
    """A function.

    Args:
        call: gets the arguments as values.
        parameters: their types; None takes anything.
        variadic: whether the last parameter may be repeated, or be absent.
    """

    call: Callable[..., Any]
    parameters: tuple[Type | None, ...]
    variadic: bool = False


def truth(value: Value) -> bool:
    """Whether a value counts as true: not the zero value of its type, not empty. A struct always does."""
    value = value.concrete()
    if value.kind in ("struct", "func"):
        return True
    if value.kind == "pointer":
        return value.data is not None
    return bool(value.data)


# comparison


def _basic(value: Value) -> str:
    if value.kind in ("bool", "int", "uint", "float", "string"):
        return value.kind
    raise CallError("invalid type for comparison")


def _comparable(value: Value) -> bool:
    return value.kind not in ("slice", "map", "func")


def _equal_pair(left: Value, right: Value) -> bool:
    simple = ("bool", "int", "uint", "float", "string")
    if left.kind in simple and right.kind in simple:
        if left.kind != right.kind and {left.kind, right.kind} != {"int", "uint"}:
            raise CallError("incompatible types for comparison")
        return bool(left.data == right.data)
    if (left.kind in simple) != (right.kind in simple):
        if left.valid and right.valid:
            raise CallError("incompatible types for comparison")
        return False
    if left.is_nil or right.is_nil:
        return left.is_nil == right.is_nil
    if not _comparable(right):
        raise CallError(f"non-comparable type {plain(right)}: {right.type_name}")
    return bool(left.type == right.type and left.data == right.data)


def _equal(first: Value, *others: Value) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(_equal_pair(first.concrete(), other.concrete()) for other in others)


def _not_equal(first: Value, second: Value) -> bool:
    return not _equal_pair(first.concrete(), second.concrete())


def _less(first: Value, second: Value) -> bool:
    left, right = first.concrete(), second.concrete()
    left_kind, right_kind = _basic(left), _basic(right)
    if left_kind != right_kind and {left_kind, right_kind} != {"int", "uint"}:
        raise CallError("incompatible types for comparison")
    if left_kind == "bool":
        raise CallError("invalid type for comparison")
    return bool(left.data < right.data)


def _less_or_equal(first: Value, second: Value) -> bool:
    return _less(first, second) or _equal(first, second)


def _greater(first: Value, second: Value) -> bool:
    return not _less_or_equal(first, second)


def _greater_or_equal(first: Value, second: Value) -> bool:
    return not _less(first, second)


# containers


def _position(index: Value, limit: int) -> int:
    index = index.concrete()
    if index.kind in ("int", "uint"):
        position = int(index.data)
    elif not index.valid:
        raise CallError("cannot index slice/array with nil")
    else:
        raise CallError(f"cannot index slice/array with type {index.type_name}")
    if not 0 <= position < limit:
        raise CallError(f"index out of range: {position}")
    return position


def _index(item: Value, *indexes: Value) -> Value:
    item = item.concrete()
    if not item.valid:
        raise CallError("index of untyped nil")
    for index in indexes:
        item, is_nil = item.indirect()
        if is_nil:
            raise CallError("index of nil pointer")
        assert item.type is not None
        if item.kind == "slice":
            item = view(item.type.element_type, item.data[_position(index, len(item.data or ()))])
        elif item.kind == "string":
            raw = item.data.encode()
            item = Value(Type("uint", "uint8"), raw[_position(index, len(raw))])
        elif item.kind == "map":
            item = _entry(item, index.concrete())
        else:
            raise CallError(f"can't index item of type {item.type_name}")
        if item.kind == "interface" and len(indexes) > 1:
            item = item.concrete()
    return item


_WHOLE = ("int", "uint")


def _entry(item: Value, key: Value) -> Value:
    assert item.type is not None and item.type.key is not None
    expected = item.type.key
    if not key.valid:
        raise CallError(f"value is nil; should be of type {expected.name}")
    if key.type is not expected and not (key.kind in _WHOLE and expected.kind in _WHOLE):
        raise CallError(f"value has type {key.type_name}; should be {expected.name}")
    return view(item.type.element_type, (item.data or {}).get(key.data))


def _slice(item: Value, *indexes: Value) -> Value:
    item, _ = item.indirect()
    if not item.valid:
        raise CallError("slice of untyped nil")
    if len(indexes) > 3:
        raise CallError(f"too many slice indexes: {len(indexes)}")
    if item.kind == "string":
        if len(indexes) == 3:
            raise CallError("cannot 3-index slice a string")
        data: Any = item.data.encode()
    elif item.kind == "slice":
        data = item.data or []
    else:
        raise CallError(f"can't slice item of type {item.type_name}")
    bounds = [_position(index, len(data) + 1) for index in indexes]
    for low, high in itertools.pairwise(bounds):
        if low > high:
            raise CallError(f"invalid slice index: {low} > {high}")
    start, end = (bounds[0] if bounds else 0), (bounds[1] if len(bounds) > 1 else len(data))
    part = data[start:end]
    return Value(item.type, part.decode("utf-8", "replace") if isinstance(part, bytes) else part)


def _length(item: Value) -> int:
    item, is_nil = item.indirect()
    if is_nil and item.kind == "pointer":
        raise CallError("len of nil pointer")
    if item.kind == "string":
        return len(item.data.encode())
    if item.kind in ("slice", "map"):
        return len(item.data or ())
    if not item.valid or is_nil:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    raise CallError(f"len of type {item.type_name}")


def _call(function: Value, *_: Value) -> Any:
    function = function.concrete()
    if not function.valid:
        raise CallError("call of nil")
    raise CallError(f"non-function {plain(function)} of type {function.type_name}")


# escaping

_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "\0": "\ufffd"}
_JS = {
    "\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D",
}  # fmt: skip


def _joined(values: tuple[Value, ...]) -> str:
    return str(values[0].data) if len(values) == 1 and values[0].kind == "string" else print_values(values)


def _html(*values: Value) -> str:
    return "".join(_HTML.get(character, character) for character in _joined(values))


def _js(*values: Value) -> str:
    def escape(character: str) -> str:
        if character in _JS:
            return _JS[character]
        if character < " ":
            return f"\\u{ord(character):04X}"
        return character if character.isprintable() else f"\\u{ord(character):04X}"

    return "".join(map(escape, _joined(values)))


def _urlquery(*values: Value) -> str:
    return urllib.parse.quote_plus(_joined(values), safe="~")


# docker's


def _json(value: Value) -> str:
    return encode(value)


def _split(text: Value, separator: Value) -> Value:
    if not separator.data:
        return Value(STRINGS, list(text.data))
    return Value(STRINGS, text.data.split(separator.data))


def _join(items: Value, separator: Value) -> str:
    return str(separator.data.join(items.data or []))


def _title(text: Value) -> str:
    return re.sub(r"(?<![\w'])\w", lambda match: match[0].upper(), text.data)


def _pad(text: Value, before: Value, after: Value) -> str:
    return " " * before.data + text.data + " " * after.data if text.data else ""


def _truncate(text: Value, length: Value) -> str:
    return str(text.data[: length.data]) if len(text.data) >= length.data else str(text.data)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "and": Function(lambda *values: values[-1], (None, None), variadic=True),
    "or": Function(lambda *values: values[-1], (None, None), variadic=True),
    "not": Function(lambda value: not truth(value), (None,)),
    "len": Function(_length, (None,)),
    "index": Function(_index, (None, None), variadic=True),
    "slice": Function(_slice, (None, None), variadic=True),
    "call": Function(_call, (None, None), variadic=True),
    "print": Function(lambda *values: print_values(values), (None,), variadic=True),
    "println": Function(lambda *values: print_line(values), (None,), variadic=True),
    "printf": Function(lambda template, *values: print_formatted(template.data, values), (STRING, None), variadic=True),
    "html": Function(_html, (None,), variadic=True),
    "js": Function(_js, (None,), variadic=True),
    "urlquery": Function(_urlquery, (None,), variadic=True),
    "eq": Function(_equal, (None, None), variadic=True),
    "ne": Function(_not_equal, (None, None)),
    "lt": Function(_less, (None, None)),
    "le": Function(_less_or_equal, (None, None)),
    "gt": Function(_greater, (None, None)),
    "ge": Function(_greater_or_equal, (None, None)),
    "json": Function(_json, (None,)),
    "split": Function(_split, (STRING, STRING)),
    "join": Function(_join, (STRINGS, STRING)),
    "title": Function(_title, (STRING,)),
    "lower": Function(lambda text: text.data.lower(), (STRING,)),
    "upper": Function(lambda text: text.data.upper(), (STRING,)),
    "pad": Function(_pad, (STRING, INT, INT)),
    "truncate": Function(_truncate, (STRING, INT)),
}
"""What a template may call."""

HEADER_FUNCTIONS: Final[Mapping[str, Function]] = {
    **FUNCTIONS,
    **{name: Function(lambda text: text.data, (STRING,)) for name in ("json", "title", "lower", "upper")},
    **{name: Function(lambda text, _: text.data, (STRING, STRING)) for name in ("split", "join")},
    "truncate": Function(lambda text, _: text.data, (STRING, INT)),
}
"""The same for the header of a table: what would change a value leaves the column's title alone."""


def result(data: Any) -> Value:  # Any: a value of Go as Python has it, see types
    """What a function gave, as a value."""
    return data if isinstance(data, Value) else of(data)


def zero(kind: Type) -> Value:
    """The zero value of a parameter's type."""
    return Value(kind, zero_data(kind)) if kind else INVALID
