"""The names that a frame of a program has, with their values."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.signs import UNBOUND, Interpreter
from fakedocker.userland.languages.python.values import FunctionCode, PyFrame


def local_names(m: Interpreter, frame: PyFrame) -> dict[str, Value]:
    """locals() of a frame."""
    if frame.names is not None:
        return frame.names
    code = frame.code
    assert isinstance(code, FunctionCode)
    if code.name == "<module>":
        return frame.globals
    found = {}
    boxed = {slot for slot, _ in code.boxed}
    for slot, name in enumerate(code.names):
        if name and slot not in boxed and frame.slots[slot] is not UNBOUND and not name.startswith("."):
            found[name] = frame.slots[slot]
    for name, box in zip(code.box_names, frame.boxes, strict=False):
        if box.value is not UNBOUND:
            found[name] = box.value
    return found
