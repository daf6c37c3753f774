"""PostgreSQL's operators on json and jsonb, as far as they are exact."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.sql.bound import Bound
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    INTEGERS,
    JSONB,
    TEXT,
    TEXTS,
    Number,
    Type,
    json_value,
    shown_jsonb,
)
from fakedocker.userland.languages.sql.problems import outside

Value = Any
"""A value of SQL's, or of JSON."""


def json_operator(operator: str, left: Type, right: Bound) -> tuple[Type, Callable[[Value, Value], Value]]:
    if left.name != "jsonb":
        raise outside(f"the operator {operator} on {left.name}")
    by_number = right.type.name in INTEGERS
    if not by_number and right.type.name not in TEXTS:
        raise outside(f"the operator {operator}")
    if operator in ("->", "->>"):
        as_text = operator == "->>"

        def part(value: str, key: Value) -> Value:
            found = _part(json_value(value), key)
            if found is _MISSING:
                return None
            if not as_text:
                return shown_jsonb(found)
            return None if found is None else _as_text(found)

        return (TEXT if as_text else JSONB), part
    if operator == "?" and not by_number:
        return BOOL, lambda value, key: _has(json_value(value), key)
    if operator == "@>" and right.constant is not None:
        return BOOL, lambda value, other: _contains(json_value(value), json_value(other))
    raise outside(f"the operator {operator}")


_MISSING = object()


def _part(value: Value, key: Value) -> Value:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key, _MISSING)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return _MISSING


def _as_text(value: Value) -> str:
    return str(value) if isinstance(value, str) else shown_jsonb(value)


def _has(value: Value, key: str) -> bool:
    if isinstance(value, dict):
        return key in value
    return isinstance(value, list) and any(type(part) is str and part == key for part in value)


def _contains(value: Value, other: Value) -> bool:
    if isinstance(other, dict):
        return isinstance(value, dict) and all(key in value and _contains(value[key], other[key]) for key in other)
    if isinstance(other, list):
        return isinstance(value, list) and all(any(_contains(part, wanted) for part in value) for wanted in other)
    if isinstance(value, list):
        return any(not isinstance(part, list | dict) and _same(part, other) for part in value)
    return _same(value, other)


def _same(a: Value, b: Value) -> bool:
    if isinstance(a, Number) and isinstance(b, Number):
        return float(a) == float(b)
    return type(a) is type(b) and bool(a == b)


def plain_json(value: Value, kind: Type, shown: Callable[[Value, Type], str]) -> str:
    """A value of SQL's as to_json writes it."""
    if value is None:
        return "null"
    if kind.name == "bool":
        return "true" if value else "false"
    if kind.name in ("json", "jsonb"):
        return str(value)
    text = shown(value, kind)
    if kind.name in ("int2", "int4", "int8", "numeric", "float4", "float8"):
        return text
    if kind.name in ("timestamp", "timestamptz"):
        text = text.replace(" ", "T", 1) + (":00" if kind.name == "timestamptz" else "")
    if kind.name.endswith("[]"):
        raise outside("arrays in JSON")
    return json.dumps(text, ensure_ascii=False)
