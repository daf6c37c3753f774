"""Natives that only the hidden library and the library's own texts use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.python import calls, importing, unpacking
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import Native

if TYPE_CHECKING:
    from fakedocker.userland.languages.python.interpreter import Interpreter


@native("check_count", module="_natives")
def _check_count(m: Interpreter, items: Value, count: Value) -> Value:
    return unpacking.unpacked(m, items, -1, count)


@native("import_by_name", module="_natives")
def _import_by_name(m: Interpreter, name: Value, last: Value) -> Value:
    """The module of a name, run if it was not: the last one of a dotted name, or the first."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        full = ".".join(parts[:count])
        if full not in m.modules and importing.load(m, full, name):
            frame = m.top
            assert frame is not None
            frame.after = _AGAIN
            frame.extra = (frame.extra, name, last)
            return calls.ENTERED
    return m.modules[name if last else parts[0]]


def _again(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner  # type: ignore[assignment]
    module, name, last = frame.extra
    importing.add_module(m, module.name, m.modules.get(module.name, module))
    m.guarded_call(Native.known["_natives:.import_by_name"], [name, last], None)


def _failed(runner: Runner, frame: Frame, value: Value) -> bool:
    m: Interpreter = runner  # type: ignore[assignment]
    m.modules.pop(frame.extra[0].name, None)
    return False


_AGAIN: Final = After("python.imported again", _again, _failed)
