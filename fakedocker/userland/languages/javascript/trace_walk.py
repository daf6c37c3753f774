"""A walk down the frames of a script, as a trace tells of it: what has called what, and who waits for it."""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript import node_traces
from fakedocker.userland.languages.javascript.cells import (
    Generator,
    Invocation,
    Promise,
    Slot,
    Value,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.frame_names import (
    SILENT,
    Place,
    frame_name,
    generator_name,
    native_name,
    place_of,
    type_name,
)
from fakedocker.userland.languages.javascript.inferred_names import UNKNOWN_NAME
from fakedocker.userland.languages.javascript.operators import to_number
from fakedocker.userland.languages.javascript.places import UNKNOWN_AT
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import Host, Native
from fakedocker.userland.languages.machine.code import Frame

MOST_LINES: Final = 10
HOST_FRAMES: Final = {"__host__.compile": "wrapSafe (node:internal/modules/cjs/loader:1464:18)"}
"""Functions of node's own that are the host's here, as a trace shows them."""
COMPILING: Final = "Module._compile (node:internal/modules/cjs/loader:1495:20)"
"""Where a file is compiled, in place of where it is run."""
RESOLVING: Final = "Module._load (node:internal/modules/cjs/loader:1038:27)"
"""Where a file is looked for, in place of where it is loaded."""


_UNSEEN: Final = frozenset({"Function.prototype.call", "Function.prototype.apply", "Reflect.apply", "util.inspect"})
"""Natives that leave no frame when they call."""
_MOST_OWN: Final = 16
"""How many lines of the library's own may be there in place of fewer of node's."""


def _own_name(frame: Frame, code: JsCode) -> str:
    """What the library calls a function of its own."""
    named = frame.extra.function.props.get("name")
    held = named.value if type(named) is Slot else named
    return code.debug_name or (held if type(held) is str and not held.startswith("bound ") else code.name)


class Trace(NamedTuple):
    """The lines of a trace, the first place of the script's own, and what is shown before it where node itself throws."""

    lines: list[str]
    place: Place | None
    shown: tuple[str, ...] | None


def walk_frames(realm: Host, above: Value, header: str, *, is_placed: bool = False) -> Trace:
    """Where the script is. `is_placed`: whether the lines of node's own on top are known already."""
    limit = get(realm, Native.known["Error"], "stackTraceLimit")
    most = MOST_LINES if type(limit) is not float else max(0, int(to_number(realm, limit)))
    walk = _Walk(realm, above)
    if realm.running is not None and realm.running.path not in SILENT and above is None and not is_placed:
        walk.add_native(realm.running)
    frame = realm.machine.top
    last: Frame | None = None
    while frame is not None and len(walk.lines) < most + _MOST_OWN:
        if isinstance(frame.code, JsCode) and not walk.add(frame, frame.code):
            last = None
            break
        last, frame = frame, frame.caller
    if not walk.is_whole:
        walk.lines += _async_lines(realm, last, list(realm.state.host.get("below", ())))
    return walk.trace(header, most, is_placed)


class _Walk:
    """A walk down the frames of a script."""

    def __init__(self, realm: Host, above: Value) -> None:
        self.realm = realm
        self.above = above
        self.skipping = above is not None
        self.lines: list[str] = []
        self.place: Place | None = None
        self.own = 0  # how many lines of node's own are on top
        self.outermost = ""  # the one of these that the script has called
        self.is_whole = False  # whether what is below is known, too
        self.in_package = False
        self._is_top = True
        self._hidden = ""  # a function that is left out if it is the next
        self._is_compiling = False
        self._called_from = -1  # where a native that calls was itself called, if that is not the operation's place

    def add(self, frame: Frame, code: JsCode) -> bool:
        """A frame; whether there is any to be told of below it."""
        if code.kind == "host":
            self._add_between(frame)
            return True
        at = self._called_from if self._called_from >= 0 else offset_of(self.realm, frame, self._is_top)
        self._is_top, self._called_from = False, -1
        if self.skipping:
            self.skipping = frame.extra.function is not self.above
            return True
        if not code.is_host:
            line, place = _line(self.realm, frame, code, at)
            self._append(line, is_own=False)
            self.place = self.place or place
            self._name = generator_name(code) if code.is_generator else ""
            return True
        if code.source.name.startswith("packages:"):
            self.in_package = True
            return True
        return self._add_own(frame, code)

    def _append(self, line: str, *, is_own: bool) -> None:
        if is_own and self.place is None:
            self.own = len(self.lines) + 1
        self.lines.append(line)

    def _add_own(self, frame: Frame, code: JsCode) -> bool:
        """A function of node's own, or of the language that is written in JavaScript here."""
        name = _own_name(frame, code)
        if code.kind == "program" or name == self._hidden:
            self._hidden = ""
            return True
        if not code.source.name.startswith("node:") or code.source.name.startswith("node:internal/"):
            if code.kind != "method":
                return True
            self._append(f"{frame_name(self.realm, code, frame.extra)} (<anonymous>)", is_own=False)
            return True
        if name.startswith("|"):
            self.lines += node_traces.called(name[1:])
            self.is_whole = True
            return False
        if self.in_package:
            return True
        if name == "checkSyntax" or (code.source.name == "node:test" and name in node_traces.HIDDEN):
            return True
        shown = frame_name(self.realm, code, frame.extra)
        if self.place is None and name and not name.startswith("_"):
            self.outermost = shown
        for line in self._own_line(frame, name, shown).split("\n"):
            self._append(line, is_own=True)
        self._hidden = node_traces.INSIDE.get(name, "")
        return True

    def _own_line(self, frame: Frame, name: str, shown: str) -> str:
        if self._is_compiling and name == "Module._compile":
            self._is_compiling = False
            return COMPILING
        if self.lines and self.lines[-1].startswith("Module._resolveFilename ") and name == "Module._load":
            return RESOLVING
        whole = node_traces.LINES.get(name)
        if whole is not None:
            return whole.replace("{type}", type_name(self.realm, frame.extra.this))
        place = node_traces.PLACES.get(name)
        return f"{shown} ({place})" if place is not None else node_traces.UNKNOWN

    def _add_between(self, frame: Frame) -> None:
        """A frame of the host's: that of a native which calls, or of what goes on with a generator."""
        if frame.code is self.realm.trampoline and len(frame.slots) > 2:
            self._called_from = frame.slots[2]
        if self.skipping or len(frame.slots) < 2:
            return
        caller = frame.caller.code if frame.caller is not None else None
        is_inside = isinstance(caller, JsCode) and caller.is_host and caller.kind != "host"
        if type(frame.slots[1]) is Native:
            if not is_inside:
                self.add_native(frame.slots[1])
        elif frame.code is self.realm.waiter_code and self.lines and self._name:
            named = f"{self._name}.{frame.slots[1]} (<anonymous>)"
            self._append(node_traces.UNKNOWN if UNKNOWN_NAME in named else named, is_own=False)
        self._name = ""

    _name = ""

    def add_native(self, native: Native) -> None:
        """A function of the engine's, which calls or fails."""
        if native.path == "__host__.compile":
            self._append(HOST_FRAMES[native.path], is_own=True)
            self._is_compiling = True
        elif not native.path.startswith(("__host__", "%")) and native.path not in _UNSEEN:
            self._append(f"{native_name(native)} (<anonymous>)", is_own=False)

    def trace(self, header: str, most: int, is_placed: bool) -> Trace:
        """What has come of it."""
        lines = self.lines
        own = lines[: self.own]
        if not own:
            return Trace(lines[:most], self.place, None)
        if is_placed:
            return Trace(lines[self.own :][:most], self.place, None)
        found = node_traces.thrown(self.outermost.rpartition(".")[2], header)
        if found is not None:
            called_as = found.frames[-1].partition(" (")
            found = found._replace(frames=(*found.frames[:-1], f"{self.outermost} ({called_as[2]}"))
            return Trace([*found.frames, *lines[self.own :]][:most], self.place, found.shown)
        if node_traces.UNKNOWN in own:
            return Trace([node_traces.UNKNOWN, *lines[self.own :]][:most], self.place, (node_traces.UNKNOWN,))
        return Trace(lines[:most], self.place, None)


def offset_of(realm: Host, frame: Frame, is_top: bool) -> int:
    if is_top and realm.position >= 0:
        return realm.position
    if not frame.place and isinstance(frame.code, JsCode) and frame.code.entry_at >= 0:
        return frame.code.entry_at
    positions = frame.code.positions
    return int(positions[min(frame.place, len(positions)) - 1]) if positions else 0


def _line(realm: Host, frame: Frame, code: JsCode, at: int) -> tuple[str, Place | None]:
    invocation: Invocation = frame.extra
    if at == UNKNOWN_AT:
        return node_traces.UNKNOWN, None
    name = frame_name(realm, code, invocation)
    place = place_of(code, at)
    if UNKNOWN_NAME in name:
        return node_traces.UNKNOWN, place
    shown = f"{place[0]}:{place[1]}:{place[2]}"
    return (f"{name} ({shown})" if name else shown), place


def _async_lines(realm: Host, last: Frame | None, rest: list[str]) -> list[str]:
    """Below the lowest frame: what has called it, and async functions that wait for it."""
    return rest + waiting_lines(realm, _promise_of(last))


def waiting_lines(realm: Host, promise: Promise | None) -> list[str]:
    """The async functions that wait for a promise, and for each other's."""
    lines: list[str] = []
    while promise is not None and len(lines) < MOST_LINES:
        waiting = next((reaction for reaction in promise.reactions if type(reaction) is Frame), None)
        if waiting is None or not isinstance(waiting.code, JsCode):
            break
        if waiting.code.is_host:
            lines += node_traces.WAITING.get(waiting.code.name, ())
        else:
            positions = waiting.code.positions
            place = place_of(waiting.code, int(positions[waiting.place - 1]))
            name = frame_name(realm, waiting.code, waiting.extra)
            shown = f"{place[0]}:{place[1]}:{place[2]}"
            lines.append(f"async {name} ({shown})" if name else f"async {shown}")
        promise = _promise_of(waiting)
    return lines


def _promise_of(frame: Frame | None) -> Promise | None:
    if frame is None or type(frame.extra) is not Invocation:
        return None
    owner = frame.extra.owner
    if type(owner) is Generator and owner.queue:
        owner = owner.queue[0][2]
    return owner if type(owner) is Promise else None
