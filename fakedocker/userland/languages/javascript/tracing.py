"""Errors and their traces: the text of `stack`, as V8 writes it, and where an error that nobody catches is pointed at."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Generator,
    Invocation,
    JsFunction,
    JsObject,
    Promise,
    Slot,
    Value,
    hidden,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.properties import get, prototype_of
from fakedocker.userland.languages.javascript.shared import NULL, Host, Native
from fakedocker.userland.languages.javascript.units import to_units
from fakedocker.userland.languages.machine.code import Frame, Source

MOST_LINES: Final = 10
Place = tuple[str, int, int, Source]
"""The name of a source, line and column, both from 1, and the source."""


def new_error(realm: Host, proto: JsObject, message: Value, above: Value = None) -> JsObject:
    """An error with a message, unless it is undefined, and the trace of where the script is: what has called `above`."""
    made = JsObject(proto, "Error")
    made.props["stack"] = hidden("")
    if message is not None:
        made.props["message"] = hidden(to_text(realm, message))
    capture(realm, made, above)
    return made


def capture(realm: Host, target: JsObject, above: Value = None) -> None:
    """Give an object the trace of where the script is; frames above a function are left out (Error.captureStackTrace)."""
    places, lines = _frames(realm, above)
    header = header_of(realm, target)
    text = "\n".join([header, *(f"    at {line}" for line in lines)])
    target.props["stack"] = hidden(text)
    if places:
        target.private = target.private or {}
        target.private["place"] = places[0]
    realm.position = -1


def header_of(realm: Host, target: JsObject) -> str:
    """What a trace begins with: the error as text."""
    if target.kind != "Error":
        name, message = "Error", ""
        found_name, found_message = get(realm, target, "name"), get(realm, target, "message")
        name = name if found_name is None else to_text(realm, found_name)
        message = message if found_message is None else to_text(realm, found_message)
    else:
        found_name, found_message = get(realm, target, "name"), get(realm, target, "message")
        name = "Error" if found_name is None else to_text(realm, found_name)
        message = "" if found_message is None else to_text(realm, found_message)
    return f"{name}: {message}" if name and message else name or message


def note_thrown(realm: Host, at: int) -> None:
    """Remember where the last `throw` was, for a trace of what nobody catches."""
    top = realm.machine.top
    if top is not None and isinstance(top.code, JsCode) and not top.code.is_host:
        realm.state.host["thrown"] = place_of(top.code, at)


def place_of(code: JsCode, at: int) -> Place:
    """An offset of a source as line and column."""
    text = code.source.text if code.source.text.isascii() else to_units(code.source.text)
    start = text.rfind("\n", 0, at) + 1
    return code.source.name, text.count("\n", 0, start) + 1, at - start + 1, code.source


def _frames(realm: Host, above: Value) -> tuple[list[Place], list[str]]:
    limit = get(realm, Native.known["Error"], "stackTraceLimit")
    most = MOST_LINES if type(limit) is not float else max(0, int(to_number(realm, limit)))
    places: list[Place] = []
    lines: list[str] = []
    skipping = above is not None
    is_compiling = False
    if realm.running is not None and realm.running.path not in _SILENT and not skipping:
        shown = HOST_FRAMES.get(realm.running.path)
        lines.append(shown or f"{_native_name(realm.running)} (<anonymous>)")
        is_compiling = realm.running.path == "__host__.compile"
    frame = realm.machine.top
    is_top = True
    last: Frame | None = None
    while frame is not None and len(lines) < most:
        code = frame.code
        if isinstance(code, JsCode) and code.kind != "host":
            at = _offset(realm, frame, is_top)
            is_top = False
            if skipping:
                skipping = frame.extra.function is not above
            elif not (code.is_host and (code.kind == "program" or code.source.name.startswith("packages:"))):
                line, place = _line(realm, frame, code, at)
                if is_compiling:
                    line, is_compiling = COMPILING, False
                elif lines and lines[-1].startswith("Module._resolveFilename ") and line.startswith("Module._load "):
                    line = RESOLVING
                lines.append(line)
                if place is not None:
                    places.append(place)
        last = frame
        frame = frame.caller
    rest = list(realm.state.host.get("below", ()))
    lines += _async_lines(realm, last, rest)
    return places, lines[:most]


def call_text(realm: Host, function: Value) -> str | None:
    """The text of the call of a function that is under way; None if it is no plain one. O(text)."""
    frame = realm.machine.top
    while frame is not None and (type(frame.extra) is not Invocation or frame.extra.function is not function):
        frame = frame.caller
    frame = frame.caller if frame is not None else None
    if frame is None or not isinstance(frame.code, JsCode) or frame.code.is_host:
        return None
    text = frame.code.source.text if frame.code.source.text.isascii() else to_units(frame.code.source.text)
    at = _offset(realm, frame, False)
    begin = re.search(r"[\w$.]*$", text[:at])
    opening = re.compile(r"[\w$.]+\(").match(text, at)
    if begin is None or opening is None:
        return None
    depth, place = 1, opening.end()
    while depth and place < len(text):
        found = _PART.match(text, place)
        assert found is not None
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(found[0], 0)
        place = found.end()
    whole = text[begin.start() : place]
    return whole if not depth and "\n" not in whole and "/" not in whole else None


_PART: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|.""", re.DOTALL)
"""A text, or any character else."""


def _offset(realm: Host, frame: Frame, is_top: bool) -> int:
    if is_top and realm.position >= 0:
        return realm.position
    positions = frame.code.positions
    return int(positions[min(frame.place, len(positions)) - 1]) if positions else 0


def _line(realm: Host, frame: Frame, code: JsCode, at: int) -> tuple[str, Place | None]:
    invocation: Invocation = frame.extra
    name = _frame_name(realm, code, invocation)
    if code.is_host:
        return f"{name} ({_host_place(code)})", None
    place = place_of(code, at)
    shown = f"{place[0]}:{place[1]}:{place[2]}"
    return (f"{name} ({shown})" if name else shown), place


def _host_place(code: JsCode) -> str:
    return (
        HOST_PLACES.get(code.debug_name or code.name, "<anonymous>")
        if code.source.name.startswith("node:")
        else "<anonymous>"
    )


HOST_PLACES: Final[dict[str, str]] = {
    "Module._compile": "node:internal/modules/cjs/loader:1521:14", "Module._extensions..js": "node:internal/modules/cjs/loader:1623:10",
    "Module.load": "node:internal/modules/cjs/loader:1266:32", "Module._load": "node:internal/modules/cjs/loader:1091:12",
    "executeUserEntryPoint": "node:internal/modules/run_main:164:12", "Module.require": "node:internal/modules/cjs/loader:1289:19",
    "require": "node:internal/modules/helpers:182:18", "Module._resolveFilename": "node:internal/modules/cjs/loader:1207:15",
    "emit": "node:events:524:28",
}  # fmt: skip
"""Where functions of node's own stand in it, by their names; those of the language itself are "<anonymous>"."""


HOST_FRAMES: Final = {"__host__.compile": "wrapSafe (node:internal/modules/cjs/loader:1464:18)"}
"""Functions of node's own that are the host's here, as a trace shows them."""
COMPILING: Final = "Module._compile (node:internal/modules/cjs/loader:1495:20)"
"""Where a file is compiled, in place of where it is run."""
RESOLVING: Final = "Module._load (node:internal/modules/cjs/loader:1038:27)"
"""Where a file is looked for, in place of where it is loaded."""


def _frame_name(realm: Host, code: JsCode, invocation: Invocation) -> str:
    """A function as a trace names it: with what it is a method of."""
    name = code.debug_name or code.name
    function = invocation.function
    named = function.props.get("name")
    if named is not None and not code.debug_name:
        held = named.value if type(named) is Slot else named
        name = held if type(held) is str else name
    if invocation.new_target is not None and code.kind not in ("arrow",):
        return f"new {name or '<anonymous>'}"
    this = invocation.this
    if code.kind == "program":
        return "Object.<anonymous>" if code.source.options[0] == "file" else ""
    if this is None or this is NULL or this is realm.globals:
        return name
    if code.kind in ("getter", "setter"):
        return f"{name} [as {name.partition(' ')[2] or name}]"
    kind = type_name(realm, this)
    method = _method_name(realm, this, function)
    if name:
        text = name if not kind or name.startswith(kind) or code.debug_name else f"{kind}.{name}"
        if (
            method
            and method != name
            and not code.debug_name
            and not name.endswith(f".{method}")
            and not name.endswith(f" {method}")
        ):
            text += f" [as {method}]"
        return text
    return f"{kind}.{method or '<anonymous>'}"


def type_name(realm: Host, value: Value) -> str:
    """What an object is an instance of."""
    if isinstance(value, JsFunction | Native):
        found = get(realm, value, "name") if isinstance(value, JsFunction) and value.class_kind else ""
        return found if type(found) is str and found else "Function"
    if not isinstance(value, JsObject):
        return {str: "String", float: "Number", bool: "Boolean", int: "BigInt"}.get(type(value), "Object")
    if value.proto is None:
        return ""
    constructor = get(realm, value, "constructor") if type(value).__name__ != "Proxy" else None
    found = get(realm, constructor, "name") if isinstance(constructor, JsFunction | Native) else None
    return found if type(found) is str and found else "Object"


def _method_name(realm: Host, this: Value, function: JsFunction) -> str:
    place: Value = this
    while isinstance(place, JsObject):
        for key, value in place.props.items():
            held = value.value if type(value) is Slot else value
            if held is function and type(key) is str:
                return key
        place = prototype_of(realm, place)
    return ""


_SILENT: Final = frozenset(
    {
        "Error",
        "TypeError",
        "RangeError",
        "SyntaxError",
        "ReferenceError",
        "EvalError",
        "URIError",
        "AggregateError",
        "Error.captureStackTrace",
        "Array",
    }
)


def _native_name(native: Native) -> str:
    """A function of the engine's as a trace names it."""
    path = native.path.replace(".prototype.", ".").replace(".prototype[", "[")
    return path if "." in path or not native.construct else f"new {path}"


def _async_lines(realm: Host, last: Frame | None, rest: list[str]) -> list[str]:
    """Below the lowest frame: what has called it, and async functions that wait for it."""
    lines = list(rest)
    seen = 0
    promise = _promise_of(last)
    while promise is not None and seen < MOST_LINES:
        waiting = next((reaction for reaction in promise.reactions if type(reaction) is Frame), None)
        if waiting is None or not isinstance(waiting.code, JsCode):
            break
        positions = waiting.code.positions
        place = place_of(waiting.code, int(positions[waiting.place - 1]))
        name = _frame_name(realm, waiting.code, waiting.extra)
        shown = f"{place[0]}:{place[1]}:{place[2]}"
        lines.append(f"async {name} ({shown})" if name else f"async {shown}")
        promise = _promise_of(waiting)
        seen += 1
    return lines


def _promise_of(frame: Frame | None) -> Promise | None:
    if frame is None or type(frame.extra) is not Invocation:
        return None
    owner = frame.extra.owner
    if type(owner) is Generator and owner.queue:
        owner = owner.queue[0][2]
    return owner if type(owner) is Promise else None


def source_text(function: JsFunction) -> str:
    """The text of a function, as its toString gives it."""
    code = function.code
    assert isinstance(code, JsCode)
    if code.is_host:
        return f"function {code.name}() {{ [native code] }}"
    text = code.source.text if code.source.text.isascii() else to_units(code.source.text)
    start = code.start
    if code.kind in ("method", "getter", "setter") or function.class_kind:
        return text[_method_start(text, start, code) : code.end]
    return text[start : code.end]


def _method_start(text: str, start: int, code: JsCode) -> int:
    """Where a method's own words before its name begin, such as `async`."""
    before = text[:start].rstrip()
    for word in ("*", "async", "get", "set"):
        wanted = {
            "*": code.is_generator,
            "async": code.is_async,
            "get": code.kind == "getter",
            "set": code.kind == "setter",
        }
        if wanted[word] and before.endswith(word):
            before = before[: -len(word)].rstrip()
            start = len(before) + (len(text[len(before) : start]) - len(text[len(before) : start].lstrip()))
    return start
