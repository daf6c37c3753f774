"""Errors and their traces: the text of `stack`, as V8 writes it, and where an error that nobody catches is pointed at."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.javascript import node_traces
from fakedocker.userland.languages.javascript.cells import (
    Invocation,
    JsFunction,
    JsObject,
    Promise,
    Slot,
    UnreadTrace,
    Value,
    hidden,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.frame_names import (
    Place,
    place_of,
)
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import Host, Native
from fakedocker.userland.languages.javascript.trace_walk import MOST_LINES, offset_of, waiting_lines, walk_frames
from fakedocker.userland.languages.javascript.units import source_units
from fakedocker.userland.languages.machine.machine import Thrown


def new_error(realm: Host, proto: JsObject, message: Value, above: Value = None) -> JsObject:
    """An error with a message, unless it is undefined, and the trace of where the script is: what has called `above`."""
    made = JsObject(proto, "Error")
    made.props["stack"] = hidden("")  # before the message
    if message is not None:
        made.props["message"] = hidden(to_text(realm, message))
    capture(realm, made, above)
    return made


def capture(realm: Host, target: JsObject, above: Value = None) -> None:
    """Give an object the trace of where the script is; frames above a function are left out (Error.captureStackTrace).

    What the trace begins with is asked of the object when the trace is read first, but for objects that node's own functions make.
    """
    header = header_of(realm, target) if _in_library(realm) else None
    trace = walk_frames(realm, above, header or "")
    target.props["stack"] = hidden(UnreadTrace(header, trace.lines))
    target.private = target.private or {}
    target.private["place"] = trace.place
    target.private["shown"] = trace.shown
    realm.position = -1


def _in_library(realm: Host) -> bool:
    top = realm.machine.top
    return top is not None and isinstance(top.code, JsCode) and top.code.is_host


def trace_text(realm: Host, target: JsObject, slot: Slot) -> str:
    """A trace that is read first, which stays what it says then. Runs what the object has for its name and message."""
    unread = slot.value
    header = unread.header
    if header is None:
        try:
            header = header_of(realm, target)
        except Thrown as thrown:
            if isinstance(thrown.value, JsObject) and thrown.value.kind == "Error":
                place_unknown(realm, thrown.value)
            raise
    slot.value = "\n".join([header, *(f"    at {line}" for line in unread.lines)])
    return slot.value


def place_at(
    realm: Host, target: JsObject, name: str, promise: Promise | None = None, *, is_alone: bool = False
) -> None:
    """Give an error the trace of a function of node's that throws it, in place of the library's own.

    Args:
        name: the library's name for the function.
        promise: what fails with the error, if the function gives one: the trace goes on with what waits for it.
        is_alone: whether nothing of the script's has called the function.
    """
    header = _header_until_now(realm, target)
    found = node_traces.thrown(name, header)
    lines = list(found.frames) if found is not None else [node_traces.UNKNOWN]
    place: Place | None = None
    if promise is None and not is_alone:
        rest = walk_frames(realm, None, header, is_placed=True)
        lines += rest.lines
        place = rest.place
    else:
        lines += waiting_lines(realm, promise)
    target.props["stack"] = hidden(UnreadTrace(header, lines[:MOST_LINES]))
    target.private = target.private or {}
    target.private["place"] = place
    target.private["shown"] = found.shown if found is not None else (node_traces.UNKNOWN,)


def _header_until_now(realm: Host, target: JsObject) -> str:
    held = target.props["stack"]
    stack = held.value if type(held) is Slot else held
    if type(stack) is UnreadTrace:
        return header_of(realm, target) if stack.header is None else stack.header
    return stack.partition("\n    at ")[0] if type(stack) is str else header_of(realm, target)


def place_unknown(realm: Host, target: JsObject) -> None:
    """Let it be told, where the trace of an error is printed, that it is not known."""
    target.props["stack"] = hidden(UnreadTrace(_header_until_now(realm, target), [node_traces.UNKNOWN]))
    target.private = {**(target.private or {}), "place": None, "shown": (node_traces.UNKNOWN,)}


def calling_place(realm: Host) -> Place | None:
    """Where the script stands that has called the library."""
    return walk_frames(realm, None, "").place


def renew_header(realm: Host, target: JsObject) -> None:
    """Let a script that changes an error of node's own change what its trace will begin with."""
    held = target.props.get("stack")
    if type(held) is Slot and type(held.value) is UnreadTrace and not _in_library(realm):
        coded = _CODED.match(held.value.header or "")
        if coded is None:
            held.value.header = None
        else:
            held.value.header = f"{get(realm, target, 'name')} {coded[1]}: {get(realm, target, 'message')}"


_CODED: Final = re.compile(r"\w+ (\[ERR_\w+\]): ")
"""What the trace of an error with a code of node's own begins with."""


def header_of(realm: Host, target: JsObject) -> str:
    """What a trace begins with: the error as text."""
    found_name, found_message = get(realm, target, "name"), get(realm, target, "message")
    name = "Error" if found_name is None else to_text(realm, found_name)
    message = "" if found_message is None else to_text(realm, found_message)
    return f"{name}: {message}" if name and message else name or message


def note_thrown(realm: Host, at: int, value: Value) -> None:
    """Remember where something was thrown, for a trace of what nobody catches: a place, or the lines that are shown."""
    top = realm.machine.top
    if top is None or not isinstance(top.code, JsCode):
        return
    if not top.code.is_host:
        realm.state.host["thrown"] = (value, place_of(top.code, at))
        return
    own = value.private.get("shown") if isinstance(value, JsObject) and value.private else None
    is_coded = isinstance(value, JsObject) and value.props.get("code") == "ERR_UNHANDLED_ERROR"
    shown = own if is_coded else THROWERS.get(top.code.name) or own
    realm.state.host["thrown"] = (value, shown or (node_traces.UNKNOWN,))


THROWERS: Final = {"emit": ("node:events:502", "      throw er; // Unhandled 'error' event", "      ^")}
"""What is shown of functions of node's that throw what they were given."""


def call_text(realm: Host, function: Value) -> str | None:
    """The text of the call of a function that is under way; None if it is no plain one. O(text)."""
    frame = realm.machine.top
    while frame is not None and (type(frame.extra) is not Invocation or frame.extra.function is not function):
        frame = frame.caller
    frame = frame.caller if frame is not None else None
    if frame is None or not isinstance(frame.code, JsCode) or frame.code.is_host:
        return None
    text = source_units(frame.code.source.text)
    at = offset_of(realm, frame, False)
    begin = re.search(r"[\w$.]*$", text[:at])
    if begin is not None and begin.start() and text[begin.start() - 1] in ")]}":
        return None
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


def source_text(function: JsObject | Native) -> str:
    """The text of a function, as its toString gives it."""
    if not isinstance(function, JsFunction):
        name = function.name if isinstance(function, Native) else ""
        return f"function {name}() {{ [native code] }}"
    code = function.code
    assert isinstance(code, JsCode)
    if code.is_host:
        return f"function {code.name}() {{ [native code] }}"
    text = source_units(code.source.text)
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
