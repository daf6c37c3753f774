"""Decoding a request's body as Go does: keys in any case, null as absence, unknown keys ignored, Go's error texts.

Typed decoding is tried first, as nearly every body passes it; only where it fails, or where a key may be written in
another case, is the body decoded plainly, its nulls dropped and its keys folded, and converted once more.
"""

from __future__ import annotations

import functools
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from fakedocker.base.patterns import lazy_pattern

T = TypeVar("T")

_GO_KINDS = {
    "str": "string",
    "int": "number",
    "float": "number",
    "bool": "bool",
    "array": "array",
    "object": "object",
    "null": "null",
}
_GO_TYPES = {
    "array": "[]string",
    "object": "map[string]string",
    "str": "string",
    "int": "int64",
    "float": "float64",
    "bool": "bool",
}
_KEY = lazy_pattern(rb'"([A-Za-z][A-Za-z0-9]*)"\s*:')
_AFTER_VALUE = "after top-level value"
_PLACE = lazy_pattern(r"at `\$\.([^`\[]*)")
_MISMATCH = lazy_pattern(r"Expected `([^`]*)`, got `([^`]*)`")


class InvalidJSON(ValueError):
    """The body is not JSON or not of the expected shape; the message is Go's.

    Args:
        in_field: the message of a newer Go, which names the field; the same as of the older one unless given.
    """

    def __init__(self, text: str, in_field: str = "") -> None:
        super().__init__(text)
        self.in_field = in_field or text


class TrailingContent(InvalidJSON):
    """The body goes on after a whole value; docker has words of its own for that."""


_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    known = _decoders.get(kind)
    if known is None:
        known = _decoders[kind] = msgspec.json.Decoder(kind)
    return known


def decode(body: bytes, kind: type[T]) -> T:
    """The body as a message of the given type.

    Raises:
        InvalidJSON: with the text that Go's decoder gives.
    """
    try:
        return _decode(body, kind)
    except RecursionError:
        raise InvalidJSON("exceeded max depth") from None
    except UnicodeDecodeError:
        return decode(body.decode("utf-8", "replace").encode(), kind)  # Go takes what is no UTF-8 for U+FFFD


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        message: T = _decoder(kind).decode(body)
        if not _has_odd_key(body, kind):
            return message
    except msgspec.ValidationError:
        pass
    except msgspec.DecodeError:
        body.decode()
        raise _syntax_error(body) from None
    try:
        plain = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise _syntax_error(body) from None
    folded = _fold(plain, kind)
    try:
        return msgspec.convert(folded, kind)
    except msgspec.ValidationError as problem:
        raise InvalidJSON(_mismatch(str(problem)), _mismatch_in_field(str(problem), kind)) from None


def _has_odd_key(body: bytes, kind: Any) -> bool:
    """Whether a key of the messages may be written in another case than its own."""
    known, lowered = _names(kind)
    return any(key.lower() in lowered for key in set(_KEY.findall(body)) - known)


@functools.cache
def _names(kind: Any) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The encoded names of all fields of a message and of those below it, and the same in small letters."""
    names: set[str] = set()
    seen: set[Any] = set()
    pending = [kind]
    while pending:
        part = pending.pop()
        if part in seen:
            continue
        seen.add(part)
        pending += get_args(part)
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            hints = get_type_hints(part)
            for field in msgspec.structs.fields(part):
                names.add(field.encode_name)
                pending.append(hints[field.name])
    return frozenset(name.encode() for name in names), frozenset(name.lower().encode() for name in names)


def _fold(value: Any, kind: Any) -> Any:
    """The value without nulls, and with the keys of known messages in their own case."""
    if isinstance(value, dict):
        fields = _fields(kind)
        if fields is None:
            inner = _element(kind)
            return {key: _fold(item, inner) for key, item in value.items() if item is not None}
        folded: dict[str, Any] = {}
        for key, item in value.items():
            field = fields.get(key) or fields.get(key.lower())
            if field is not None and item is not None:
                folded[field[0]] = _fold(item, field[1])
        return folded
    if isinstance(value, list):
        inner = _element(kind)
        return [_fold(item, inner) for item in value if item is not None]
    return value


@functools.cache
def _fields(kind: Any) -> dict[str, tuple[str, Any]] | None:
    """Encoded names (and their lower case) of a message's fields with their types; None for what is no message."""
    for option in (kind, *get_args(kind)):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            hints = get_type_hints(option)
            known = {
                field.encode_name: (field.encode_name, hints[field.name]) for field in msgspec.structs.fields(option)
            }
            return {**{name.lower(): entry for name, entry in known.items()}, **known}
    return None


@functools.cache
def _element(kind: Any) -> Any:
    """The type of a list's or map's elements."""
    for option in (kind, *get_args(kind)):
        parts = [part for part in get_args(option) if part is not Ellipsis]
        if getattr(option, "__origin__", None) is dict and len(parts) == 2:
            return parts[1]
        if getattr(option, "__origin__", None) is tuple and parts:
            return parts[0]
    return Any


def _mismatch(problem: str) -> str:
    match = _MISMATCH.search(problem)
    if match is None:
        return "json: cannot unmarshal value"
    wanted = match[1].split(" | ")[0]
    got = _GO_KINDS.get(match[2], match[2])
    go_type = {"array": "[]string", "object": "map[string]string"}.get(wanted, _GO_KINDS.get(wanted, wanted))
    if go_type == "number":
        go_type = "int64"
    elif wanted == "array" or (wanted == "str" and "array" in match[1]):
        go_type = "string"
    return f"json: cannot unmarshal {got} into Go value of type {go_type}"


def _mismatch_in_field(problem: str, kind: type[Any]) -> str:
    """Go's words from 1.24 on: the path of the field from the type of the whole body, and the field's own type.

    The body of a new container has a type without a name (exchanges of 29.7.2).
    """
    match, place = _MISMATCH.search(problem), _PLACE.search(problem)
    if match is None or place is None:
        return ""
    wanted = [kind for kind in match[1].split(" | ") if kind != "null"]
    go_type = next((_GO_TYPES[kind] for kind in ("array", "object", *wanted) if kind in wanted), wanted[0])
    name = "" if kind.__name__ == "CreateRequest" else kind.__name__
    return f"json: cannot unmarshal {_GO_KINDS.get(match[2], match[2])} into Go struct field {name}.{place[1]} of type {go_type}"


def _syntax_error(body: bytes) -> InvalidJSON:
    problem = syntax_problem(body)
    return TrailingContent(problem) if problem.endswith(_AFTER_VALUE) else InvalidJSON(problem)


def syntax_problem(body: bytes) -> str:
    """Go's words for a body that is not JSON."""
    import json

    text = body.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder(parse_int=str).raw_decode(text.lstrip())  # of any number of digits
    except json.JSONDecodeError as problem:
        rest = problem.doc[problem.pos :]
        if not rest.strip():
            return "EOF" if not text.strip() else "unexpected EOF"
        where = "object key string" if "property name" in problem.msg else "value"
        if "delimiter" in problem.msg:
            after = "after object key:value pair" if "','" in problem.msg else "after object key"
            return f"invalid character {rest[0]!r} {after}"
        return f"invalid character {rest[0]!r} looking for beginning of {where}"
    return f"invalid character {text.lstrip()[end:].lstrip()[:1]!r} {_AFTER_VALUE}"
