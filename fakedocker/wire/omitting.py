"""Values as Go's encoder writes them where fields say `omitempty`: what is zero is left out, but for fields that always
stand there.

Source: Go encoding/json. A message's zero values are the defaults of its fields; a pointer's default is None, so that a
pointer to zero is shown. Where a message tells absence apart by UNSET, zero is left out as absence is. Values that are
messages themselves are always shown, as Go never takes a struct for empty.
"""

from __future__ import annotations

import functools
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import fields

_EMPTY: tuple[Any, ...] = (None, (), {})


def plain(value: Any) -> Any:  # Any: a message, or any part of one
    """A message as what is written in JSON. Its class may name, in `always`, the fields that are shown whatever they are."""
    if isinstance(value, Struct):
        return _message(value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    return value


def _message(message: Struct) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, encoded, default, stays in _layout(type(message)):
        value = getattr(message, name)
        if value is UNSET or (not stays and not isinstance(value, Struct) and _is_empty(value, default)):
            continue
        shown[encoded] = plain(value)
    return shown


def _is_empty(value: Any, default: Any) -> bool:
    """Whether a field says nothing; one that may be absent altogether has no pointer to zero."""
    return value in _EMPTY or (not value if default is UNSET else value == default)


@functools.cache
def _layout(kind: type[Struct]) -> tuple[tuple[str, str, Any, bool], ...]:
    """Of every field: its name, its name in JSON, its zero value, and whether it is always shown."""
    always = getattr(kind, "always", ())
    return tuple((field.name, field.encode_name, field.default, field.name in always) for field in fields(kind))
