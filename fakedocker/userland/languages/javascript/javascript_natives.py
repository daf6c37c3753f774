"""What node gives a script: methods of texts, arrays, responses and dates; functions of its modules and namespaces. Tables."""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Callable
from functools import cmp_to_key
from typing import Final, Protocol

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of, text_of
from fakedocker.userland.languages.javascript import javascript_express, javascript_redis, javascript_values as values
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import KIND, is_true, text_of_value, to_number, whole
from fakedocker.userland.languages.script_machine import FunctionValue


class Evaluator(Protocol):
    """What native functions ask of the evaluator that calls them; the rows of the tables below ask for more of its methods."""

    system: System

    def held(self, value: dict[str, Value]) -> dict[str, Value]: ...
    def call(self, function: Value, arguments: list[Value]) -> Value: ...


STRING_METHODS: Final[dict[str, Callable[..., Value]]] = {
    "toUpperCase": str.upper, "toLowerCase": str.lower, "trim": str.strip, "trimEnd": str.rstrip, "trimStart": str.lstrip,
    "includes": lambda text, part: part in text, "startsWith": str.startswith, "endsWith": str.endswith,
    "indexOf": str.find, "charAt": lambda text, place=0: text[place : place + 1], "toString": lambda text: text,
    "charCodeAt": lambda text, place=0: ord(text[place]) if place < len(text) else math.nan,
    "split": lambda text, by=UNDEFINED: [text] if by is UNDEFINED else list(text) if by == "" else text.split(by),
    "replace": lambda text, old, new: text.replace(old, new, 1), "replaceAll": lambda text, old, new: text.replace(old, new),
    "slice": lambda text, start=0, end=None: text[start:end], "substring": lambda text, start=0, end=None: text[start:end],
    "concat": lambda text, *more: text + "".join(more),
}  # fmt: skip
MATH: Final[dict[str, Callable[..., Value]]] = {
    "floor": math.floor, "ceil": math.ceil, "round": lambda number: math.floor(number + 0.5), "abs": abs, "sqrt": math.sqrt,
    "trunc": math.trunc, "max": lambda *numbers: max(numbers, default=-math.inf), "min": lambda *numbers: min(numbers, default=math.inf),
    "pow": lambda base, exponent: float(base) ** exponent, "sign": lambda number: (number > 0) - (number < 0), "log": math.log,
}  # fmt: skip


# responses of the HTTP server: objects of the host's


def _write_head(own: Evaluator, response: dict[str, Value], status: Value, *rest: Value) -> Value:
    held = own.held(response)
    held["statusCode"] = int(to_number(status))
    for part in rest:
        if isinstance(part, dict):
            held["headers"] |= {key: text_of_value(value) for key, value in part.items()}
    return response


def _set_header(own: Evaluator, response: dict[str, Value], name: Value, value: Value) -> Value:
    own.held(response)["headers"][text_of_value(name)] = text_of_value(value)
    return response


def _write(own: Evaluator, response: dict[str, Value], text: Value = "", *_: Value) -> Value:
    own.held(response)["body"] += text_of_value(text)
    return True


def _end(own: Evaluator, response: dict[str, Value], text: Value = "", *_: Value) -> Value:
    held = own.held(response)
    held["body"] += "" if text is UNDEFINED or isinstance(text, FunctionValue) else text_of_value(text)
    held["ended"] = True
    return response


HOST_METHODS: Final[dict[str, dict[str, Callable[..., Value]]]] = {
    **javascript_express.OBJECTS,
    "redis": javascript_redis.OBJECT,
    "response": {
        "writeHead": _write_head, "setHeader": _set_header, "write": _write, "end": _end, **javascript_express.OBJECTS["response"],
    },
    "server": {
        "listen": lambda own, server, port=0, *rest: own.host.listen(port, rest),
        "close": lambda own, server, *rest: own.host.close_server(*rest),
        "on": lambda own, server, *rest: server,
    },
    "date": {"toISOString": lambda own, date: own.host.date_text(date), "getTime": lambda own, date: date["ns"] // 1_000_000, "toString": lambda own, date: own.host.date_text(date)},
    "error": {},
}  # fmt: skip


# arrays


def _sort(own: Evaluator, items: list[Value], function: Value = UNDEFINED) -> list[Value]:
    def by_function(left: Value, right: Value) -> int:
        order = to_number(own.call(function, [left, right]))
        return (order > 0) - (order < 0)

    items.sort(key=text_of_value if function is UNDEFINED else cmp_to_key(by_function))
    return items


def _reduce(own: Evaluator, items: list[Value], function: Value, *initial: Value) -> Value:
    rest = list(items)
    if not initial and not rest:
        raise Complaint("TypeError", "Reduce of empty array with no initial value")
    value = initial[0] if initial else rest.pop(0)
    for item in rest:
        value = own.call(function, [value, item])
    return value


def _push(own: Evaluator, items: list[Value], *more: Value) -> int:
    items.extend(more)
    return len(items)


def _found(own: Evaluator, items: list[Value], function: Value) -> list[int]:
    return [place for place, item in enumerate(items) if is_true(own.call(function, [item, place]))]


ARRAY_METHODS: Final[dict[str, Callable[..., Value]]] = {
    "push": _push,
    "pop": lambda own, items: items.pop() if items else UNDEFINED,
    "shift": lambda own, items: items.pop(0) if items else UNDEFINED,
    "map": lambda own, items, function: [own.call(function, [item, place]) for place, item in enumerate(items)],
    "filter": lambda own, items, function: [items[place] for place in _found(own, items, function)],
    "forEach": lambda own, items, function: [own.call(function, [item, place]) for place, item in enumerate(items)] and UNDEFINED,
    "find": lambda own, items, function: next((items[place] for place in _found(own, items, function)), UNDEFINED),
    "some": lambda own, items, function: bool(_found(own, items, function)),
    "every": lambda own, items, function: len(_found(own, items, function)) == len(items),
    "reduce": _reduce,
    "join": lambda own, items, by=",": by.join(text_of_value(item) for item in items),
    "includes": lambda own, items, item: any(values.equals(other, item, strict=True) for other in items),
    "indexOf": lambda own, items, item: next((place for place, other in enumerate(items) if values.equals(other, item, strict=True)), -1),
    "slice": lambda own, items, start=0, end=None: items[start:end],
    "concat": lambda own, items, *more: items + [part for other in more for part in (other if isinstance(other, list) else [other])],
    "reverse": lambda own, items: (items.reverse(), items)[1],
    "sort": _sort,
    "toString": lambda own, items: text_of_value(items),
}  # fmt: skip
CONSOLE: Final = {"log": 1, "info": 1, "debug": 1, "error": 2, "warn": 2, "trace": 2}


def _parse_json(own: Evaluator, text: Value = UNDEFINED) -> Value:
    try:
        return json.loads(text_of_value(text))
    except ValueError:
        shown = text_of_value(text)
        said = (
            f"Unexpected token '{shown.strip()[:1]}', \"{shown}\" is not valid JSON"
            if shown.strip()
            else "Unexpected end of JSON input"
        )
        raise Complaint("SyntaxError", said) from None


def _read_file(own: Evaluator, path: Value, *_: Value) -> str:
    try:
        return text_of(own.system.read_file(text_of_value(path)))
    except OSError:
        raise Complaint("Error", f"ENOENT: no such file or directory, open '{text_of_value(path)}'") from None


NATIVES: Final[dict[tuple[str, str], Callable[..., Value]]] = {
    ("", "require"): lambda own, *given: own.host.require(*given),
    ("", "setTimeout"): lambda own, function, wait=0, *rest: own.host.set_timer(function, wait, rest, False),
    ("", "setInterval"): lambda own, function, wait=0, *rest: own.host.set_timer(function, wait, rest, True),
    ("", "setImmediate"): lambda own, function, *rest: own.host.set_timer(function, 0, rest, False),
    ("", "clearTimeout"): lambda own, *given: own.host.clear_timer(*given),
    ("", "clearInterval"): lambda own, *given: own.host.clear_timer(*given),
    ("", "parseInt"): lambda own, text, base=10: _leading_number(text_of_value(text), r"\s*[-+]?\d+"),
    ("", "parseFloat"): lambda own, text: _leading_number(text_of_value(text), r"\s*[-+]?(?:\d+\.?\d*|\.\d+)"),
    ("", "isNaN"): lambda own, value: to_number(value) != to_number(value),
    ("", "throw"): lambda own, *given: own.throw(*given),
    ("process", "exit"): lambda own, *given: own.host.exit(*given),
    ("process", "cwd"): lambda own: own.system.directory,
    ("process", "on"): lambda own, *given: own.host.on_signal(*given),
    ("process", "once"): lambda own, *given: own.host.on_signal(*given),
    ("process", "uptime"): lambda own: 0.05,
    ("process.stdout", "write"): lambda own, text="": (own.system.put(bytes_of(text_of_value(text))), True)[1],
    ("JSON", "stringify"): lambda own, value=UNDEFINED, filtered=None, indent=UNDEFINED: values.to_json(value, indent),
    ("JSON", "parse"): _parse_json,
    ("Object", "keys"): lambda own, value: [key for key in value if key != KIND] if isinstance(value, dict) else [str(place) for place in range(len(value))],
    ("Object", "values"): lambda own, value: [part for key, part in value.items() if key != KIND],
    ("Object", "entries"): lambda own, value: [[key, part] for key, part in value.items() if key != KIND],
    ("Array", "isArray"): lambda own, value=UNDEFINED: isinstance(value, list),
    ("Number", "isInteger"): lambda own, value=UNDEFINED: isinstance(value, int) and not isinstance(value, bool),
    ("Date", "now"): lambda own: own.system.now_ns // 1_000_000,
    ("Math", "random"): lambda own: own.system.random(1 << 53) / (1 << 53),
    ("os", "hostname"): lambda own: own.system.hostname,
    ("os", "platform"): lambda own: "linux",
    ("os", "type"): lambda own: "Linux",
    ("path", "join"): lambda own, *parts: posixpath.normpath("/".join(text_of_value(part) for part in parts if part != "")),
    ("path", "basename"): lambda own, path, *_: posixpath.basename(text_of_value(path)),
    ("fs", "readFileSync"): _read_file,
    ("fs", "existsSync"): lambda own, path: _exists(own, text_of_value(path)),
    ("fs", "writeFileSync"): lambda own, path, text="", *_: own.system.write_file(text_of_value(path), bytes_of(text_of_value(text))) or UNDEFINED,
    ("fs", "readdirSync"): lambda own, path: own.system.list_directory(text_of_value(path)),
    ("path", "resolve"): lambda own, *parts: posixpath.normpath(posixpath.join(own.system.directory, *map(text_of_value, parts))),
    ("http", "createServer"): lambda own, *given: own.host.create_server(*given),
    **javascript_express.FUNCTIONS,
    **javascript_redis.FUNCTIONS,
}  # fmt: skip


def _exists(own: Evaluator, path: str) -> bool:
    try:
        own.system.stat(path)
    except OSError:
        return False
    return True


def _leading_number(text: str, pattern: str) -> int | float:
    match = re.match(pattern, text)
    return whole(float(match[0])) if match is not None else math.nan
