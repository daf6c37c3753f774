"""Go's JSON encoding of a value: struct fields in order, map keys sorted, empty fields left out where their type says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.gotemplate.printing import format_float
from fakedocker_shell.gotemplate.types import JsonNumber, Type, Value, of

_ESCAPED = lazy_pattern('[\\x00-\\x1f"\\\\\u2028\u2029\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if "\ud800" <= character <= "\udfff":
        return "\\ufffd"
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def encode_string(text: str, html: bool = False) -> str:
    """A JSON string. With `html`, the characters < > & are written as escapes, as Go does unless told otherwise."""
    shown = _ESCAPED.sub(_escape, text)
    if html:
        for character, escape in _HTML.items():
            shown = shown.replace(character, escape)
    return f'"{shown}"'


def _empty(value: Value) -> bool:
    if value.kind in ("slice", "map"):
        return not value.data
    if value.kind == "pointer":
        return value.is_nil
    if value.kind == "struct":
        return value.type is not None and value.type.omits_zero and not value.data
    return bool(value.is_nil or value.data in (False, 0, ""))


def _fields(kind: Type, value: Value, html: bool) -> str:
    parts = []
    for own in kind.json_fields():
        inner = value.field(own)
        if own.key == "-" or (own.omit_empty and _empty(inner)):
            continue
        parts.append(f"{encode_string(own.key, html)}:{encode(inner, html)}")
    return "{" + ",".join(parts) + "}"


def encode(value: Value, html: bool = False) -> str:
    """The compact JSON of a value. Time grows with its size."""
    kind, data = value.type, value.data
    if kind is None or data is None:
        return "null"
    if kind.encode is not None:
        return encode(of(kind.encode(data)), html=True)
    match kind.kind:
        case "interface":
            return encode(value.concrete(), html)
        case "pointer":
            return encode(value.element(), html)
        case "string":
            return str(data) if isinstance(data, JsonNumber) else encode_string(data, html)
        case "bool":
            return "true" if data else "false"
        case "int" | "uint":
            return str(data)
        case "float":
            return format_float(data)
        case "slice":
            return "[" + ",".join(encode(element, html) for element in value.elements()) + "]"
        case "map":
            entries = (f"{encode_string(str(k.data), html)}:{encode(v, html)}" for k, v in value.items())
            return "{" + ",".join(entries) + "}"
        case "struct":
            return _fields(kind, value, html)
        case _:
            return json.dumps(data)


_TOKEN = lazy_pattern(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|\s+|[^\s\[\]{},:"]+')


def _tokens(document: str | bytes) -> Iterator[str]:
    text = document.decode("utf-8", "replace") if isinstance(document, bytes) else document
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() != position:
            raise ValueError(f"not JSON at character {position}")
        position = match.end()
        if not match[0].isspace():
            yield match[0]


def compact(document: str | bytes) -> str:
    """JSON without blanks between its parts. Raises ValueError if the document is not JSON."""
    return "".join(_tokens(document))


def indent(document: str | bytes, unit: str = "    ") -> str:
    """JSON laid out as Go's json.Indent does it: nothing is reordered or escaped anew, empty lists and objects stay
    closed.

    Raises ValueError if the document is not JSON.
    """
    parts: list[str] = []
    depth = 0
    for token in _tokens(document):
        if token in "]}":
            depth -= 1
            if parts and parts[-1] in ("[", "{"):
                parts.append(token)
                continue
            parts.append("\n" + unit * depth + token)
            continue
        if parts and parts[-1] in ("[", "{"):
            parts.append("\n" + unit * depth)
        if token in "[{":
            depth += 1
            parts.append(token)
        elif token == ",":
            parts.append(",\n" + unit * depth)
        elif token == ":":
            parts.append(": ")
        else:
            parts.append(token)
    return "".join(parts)


def decode_untyped(document: str | bytes) -> Any:  # Any: a value of Go as Python has it, see types
    """JSON as Go decodes it into an interface{} with UseNumber: numbers keep their digits."""
    return json.loads(document, parse_int=JsonNumber, parse_float=JsonNumber)
