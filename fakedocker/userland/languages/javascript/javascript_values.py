"""Values of the small JavaScript: their texts, comparisons and arithmetic. Numbers are int where they are whole, else
float.

undefined is `...`, null None, an array a list, an object a dict.
"""

from __future__ import annotations

import json
import math
import re
from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Value
from fakedocker.userland.languages.script_machine import FunctionValue, NotSimulated

_LARGEST: Final = 1_000_000
_LINE_COLUMNS: Final = 72
_SAFE: Final = 1 << 53
KIND: Final = "\0kind"
"""The key that says what an object of the host's is: a response, a server ..."""


class Member(NamedTuple):
    """Something global: a module or namespace (`name` empty), or a member of one."""

    module: str
    name: str


class Method(NamedTuple):
    """A method of a value."""

    value: Value
    name: str


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: float) -> int | float:
    """A number, an int where it can be one."""
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else whole_float(float(value)) if abs(value) < 10**300 else math.inf
    return whole_float(value)


def whole_float(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) <= _SAFE else value


def to_number(value: Value) -> int | float:
    if value is None or value is False or value == "":
        return 0
    if value is True:
        return 1
    if is_number(value):
        return value  # type: ignore[no-any-return]  # is_number says so
    if isinstance(value, str):
        text = value.strip()
        try:
            return (
                whole(float(text))
                if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text)
                else int(text, 16)
                if text[:2] == "0x"
                else math.nan
            )
        except ValueError:
            return math.nan
    return math.nan


def is_true(value: Value) -> bool:
    return not (
        value is UNDEFINED
        or value is None
        or value is False
        or value == ""
        or (is_number(value) and (value == 0 or value != value))
    )


def number_text(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if value != value:
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa.removesuffix('.0')}e{exponent[0] if exponent[0] == '-' else '+'}{exponent.lstrip('+-0')}"
    return text.removesuffix(".0")


def text_of_value(value: Value) -> str:
    """String(value)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number_text(value)
    if isinstance(value, list):
        return ",".join("" if part is None or part is UNDEFINED else text_of_value(part) for part in value)
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, dict) and value.get(KIND) == "error":
        return f"{value['name']}: {value['message']}"
    return (
        "null" if value is None else "[object Object]" if isinstance(value, dict) else "function () { [native code] }"
    )


def type_of(value: Value) -> str:
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return (
        "number"
        if is_number(value)
        else "function"
        if isinstance(value, FunctionValue | Method) or (isinstance(value, Member) and value.name)
        else "object"
    )


def equals(left: Value, right: Value, *, strict: bool) -> bool:
    if left is None or right is None or left is UNDEFINED or right is UNDEFINED:
        return (
            left is right if strict else (left is None or left is UNDEFINED) and (right is None or right is UNDEFINED)
        )
    if type_of(left) != type_of(right):
        return (
            not strict
            and not isinstance(left, list | dict)
            and not isinstance(right, list | dict)
            and to_number(left) == to_number(right)
        )
    return left is right if isinstance(left, list | dict) else bool(left == right)


def calculate(operator: str, left: Value, right: Value) -> Value:
    """The binary operators but those of logic. Raises NotSimulated where the result would be very large."""
    if operator in ("===", "!==", "==", "!="):
        return equals(left, right, strict=len(operator) == 3) == operator.startswith("=")
    if operator == "+" and not all(
        is_number(v) or isinstance(v, bool) or v is None or v is UNDEFINED for v in (left, right)
    ):
        text = text_of_value(left) + text_of_value(right)
        if len(text) > _LARGEST:
            raise NotSimulated("so large a value")
        return text
    if operator in ("<", ">", "<=", ">="):
        return _is_ordered(operator, left, right)
    if operator == "in":
        return left in right
    if operator == "instanceof":
        return isinstance(right, Member) and isinstance(
            left, {"Array": list, "Object": list | dict}.get(right.module, ())
        )
    a, b = to_number(left), to_number(right)
    try:
        return whole(_arithmetic(operator, a, b))
    except OverflowError:
        return math.inf


def _is_ordered(operator: str, left: Value, right: Value) -> bool:
    """Texts by their letters, all else as numbers; NaN is in no order."""
    texts = isinstance(left, str) and isinstance(right, str)
    a, b = (left, right) if texts else (to_number(left), to_number(right))
    if a != a or b != b:
        return False
    order = (a > b) - (a < b)
    return {"<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[operator]


def _arithmetic(operator: str, a: int | float, b: int | float) -> int | float:
    if operator == "/":
        if b == 0:
            return math.nan if a == 0 or a != a else math.copysign(math.inf, a)
        return a / b
    if operator == "%":
        return math.nan if b == 0 or math.isinf(a) or a != a else math.fmod(a, b)
    if operator == "**":
        return float(a) ** b if not (a < 0 and not float(b).is_integer()) else math.nan
    return {"+": a + b, "-": a - b, "*": a * b}[operator]


# console.log


def inspect(value: Value, depth: int = 0, indent: int = 0) -> str:
    """As console.log and the prompt show what is no text of its own."""
    if isinstance(value, str):
        quote = "'" if "'" not in value else '"' if '"' not in value else "`"
        shown = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        return f"{quote}{shown}{quote}"
    if isinstance(value, FunctionValue | Method):
        return "[Function (anonymous)]"
    if isinstance(value, Member):
        return f"[Function: {value.name}]" if value.name else f"Object [{value.module}] {{}}"
    if isinstance(value, list):
        if depth > 2 and value:
            return "[Array]"
        return _joined([inspect(part, depth + 1, indent + 2) for part in value[:100]], "[", "]", indent)
    if isinstance(value, dict):
        if value.get(KIND) == "error":
            return text_of_value(value)
        if depth > 2 and value:
            return "[Object]"
        entries = [f"{_key(key)}: {inspect(part, depth + 1, indent + 2)}" for key, part in value.items() if key != KIND]
        return _joined(entries, "{", "}", indent)
    return text_of_value(value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_$][\w$]*", key) else inspect(key)


def _joined(parts: list[str], opening: str, closing: str, indent: int) -> str:
    if not parts:
        return opening + closing
    line = f"{opening} {', '.join(parts)} {closing}"
    if len(line) <= _LINE_COLUMNS and "\n" not in line:
        return line
    pad = " " * (indent + 2)
    return f"{opening}\n" + ",\n".join(pad + part for part in parts) + f"\n{' ' * indent}{closing}"


def logged(values: list[Value]) -> str:
    """A line of console.log, with %s and %d filled in."""
    rest = list(values)
    text = ""
    if rest and isinstance(rest[0], str) and "%" in rest[0] and len(rest) > 1:
        form = rest.pop(0)

        def filled(match: re.Match[str]) -> str:
            if match[1] == "%" or not rest:
                return "%" if match[1] == "%" else match[0]
            value = rest.pop(0)
            return (
                text_of_value(to_number(value))
                if match[1] in "di"
                else value
                if isinstance(value, str)
                else inspect(value)
            )

        text = re.sub(r"%([sdijoO%])", filled, form)
        if not rest:
            return text
        text += " "
    return text + " ".join(value if isinstance(value, str) else inspect(value) for value in rest)


# JSON


def to_json(value: Value, indent: Value = UNDEFINED) -> Value:
    """JSON.stringify; undefined for what has no JSON."""
    if value is UNDEFINED or isinstance(value, FunctionValue | Method | Member):
        return UNDEFINED
    width = indent if is_number(indent) and indent else None
    return json.dumps(_plain(value), indent=width, separators=(",", ": ") if width else (",", ":"), ensure_ascii=False)


def _plain(value: Value) -> Value:
    if isinstance(value, list):
        return [None if part is UNDEFINED else _plain(part) for part in value]
    if isinstance(value, dict):
        return {
            key: _plain(part)
            for key, part in value.items()
            if part is not UNDEFINED and key != KIND and not isinstance(part, FunctionValue | Method | Member)
        }
    return None if isinstance(value, float) and not math.isfinite(value) else value
