"""Threads of a program: each is a stack of frames; they take turns when one waits, and now and then."""

from __future__ import annotations

from fakedocker.userland.languages.python.signs import Interpreter

INTERRUPT = 2


def rest(m: Interpreter) -> None:
    """Between two quanta: signals become exceptions."""
    from fakedocker.userland.languages.python import signals

    signals.deliver(m)


def blocked(m: Interpreter) -> bool:
    """The thread that runs has to wait. Gives whether another one goes on."""
    return False
