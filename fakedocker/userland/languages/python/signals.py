"""Signals of the process: Ctrl-C is a KeyboardInterrupt, handlers of the program are called."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.python.errors import EXCEPTIONS, error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import ExceptionValue, PyFrame

INTERRUPT = 2


def _discard(runner: Runner, frame: Frame, value: Value) -> None:
    """What a handler of a signal gives is of no use."""


DISCARDED: Final = After("python.discarded", _discard)


def deliver(m: Interpreter) -> None:
    """Take the signals that are pending, if any, and let the frame on top see them."""
    system = m.system
    if not system.signals_pending() or m.top is None:
        return
    number = system.take_signal()
    if number is None:
        return
    handlers: dict[int, object] = m.state.get("signal_handlers", {})
    handler = handlers.get(number)
    if handler is not None and type(handler) is not int:
        from fakedocker.userland.languages.python.binding import frame_of
        from fakedocker.userland.languages.python.values import Function, Method

        args: list[object] = [number, None]
        if type(handler) is Method:
            args.insert(0, handler.owner)
            handler = handler.function
        if type(handler) is Function:
            frame = frame_of(m, handler, args, None)
            frame.after = DISCARDED
            m.enter(frame)
            return
    if number == INTERRUPT:
        assert isinstance(m.top, PyFrame)
        m.throw(ExceptionValue(EXCEPTIONS["KeyboardInterrupt"], ()))


def check(m: Interpreter) -> None:
    """In a call that has waited: raise KeyboardInterrupt if that is what woke it."""
    if m.system.signals_pending():
        handlers: dict[int, object] = m.state.get("signal_handlers", {})
        if not handlers and m.system.take_signal() == INTERRUPT:
            raise error("KeyboardInterrupt")
