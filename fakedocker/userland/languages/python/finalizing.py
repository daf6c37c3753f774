"""The ends of values: `__del__`, generators that are dropped within a `try`, files that nobody closes, coroutines never awaited.

A value ends when nothing refers to it any more, as CPython's do; what that is for is in machine.lifetimes. What has to be
done then comes between two operations, before whatever else was dropped with it.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Shared, Value, slots_of
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.machine.lifetimes import Lifetimes, Token
from fakedocker.userland.languages.machine.machine import Thrown
from fakedocker.userland.languages.python import files, texts, tracebacks
from fakedocker.userland.languages.python.binding import frame_of
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import find_in_class
from fakedocker.userland.languages.python.values import Function, Generator, Instance, Method, Opaque, PyFrame


def end_dropped(m: Interpreter) -> None:
    """Begin the end of the value that was dropped first; those that were dropped after it wait until that is done."""
    lifetimes: Lifetimes = m.lifetimes
    number, waiting = lifetimes.begin()
    end: Value = lifetimes.ends.get(number)
    if end is not None:
        lifetimes.ends[number] = [end]  # it is on its way, and does not end again
    try:
        frame = _frame_for(m, end)
        if frame is not None:
            frame.after = _ENDED
            frame.owner = (number, waiting)
            m.enter(frame)
            return
    except (Raised, Thrown) as problem:
        _say_ignored(m, find_in_class(end.cls, "__del__") if type(end) is Instance else None, problem.value)
    del end  # so that what it holds is dropped now, before what waits
    lifetimes.done(number, waiting)


def _frame_for(m: Interpreter, end: Value) -> PyFrame | None:
    """The frame that does what an end needs; None for what is done at once."""
    if end is None or type(end) is list:
        return None
    if type(end) is Opaque:
        _close_dropped(m, end)
        return None
    if type(end) is Instance:
        method = find_in_class(end.cls, "__del__")
        if method is None:
            return None
        if type(method) is Function and method.code.kind == "function":
            return frame_of(m, method, [end], None)
        return frame_of(m, m.hidden_function("call_destructor"), [m.bound(method, end)], None)
    frame, kind, qualname = end
    generator = Generator(frame, kind, qualname)
    generator.started = frame.place > 0
    generator.token = Token(m.lifetimes, 0)  # it ends once, even if it will not
    if generator.started and not frame.handlers and frame.extra != "delegating":
        m.let_go(frame)
        return None
    if not generator.started:
        return frame_of(m, m.hidden_function("warn_unawaited"), [qualname], None) if kind == "coroutine" else None
    return frame_of(m, m.hidden_function("close_generator"), [generator], None)


def _close_dropped(m: Interpreter, file: Opaque) -> None:
    """Close a file; what goes wrong is not told before 3.13 (iobase_finalize)."""
    try:
        files.close_dropped(m, file)
    except Raised:
        if m.minor >= 13:
            raise NotSimulated("an error in the closing of a dropped file") from None


def _returned(runner: Runner, frame: Frame, value: Value) -> None:
    assert isinstance(frame, PyFrame)
    m: Interpreter = runner
    m.let_go(frame)  # what else its variables hold, and not by what is done now the value itself
    m.lifetimes.done(*frame.owner)


def _failed(runner: Runner, frame: Frame, value: Value) -> bool:
    assert isinstance(frame, PyFrame)
    m: Interpreter = runner
    shown = frame.function
    if shown.code.hidden:
        shown = frame.slots[0].function if type(frame.slots[0]) is Method else frame.slots[0]
    _say_ignored(m, shown, value)
    m.lifetimes.done(*frame.owner)
    return True


_ENDED: Final = After("python.ended", _returned, _failed)


def _say_ignored(m: Interpreter, shown: Value, value: Value) -> None:
    """What is printed of an exception that nobody can catch (PyErr_WriteUnraisable)."""
    if m.minor >= 14:
        raise NotSimulated("an exception in a destructor, in this version's words")
    if EXCEPTIONS["RecursionError"] in value.cls.mro:
        raise NotSimulated("the end of a value at the limit of recursion")
    files.flush(m, m.modules["sys"].names["stderr"])
    text = f"Exception ignored in: {texts.to_repr(m, shown)}\n{tracebacks.format_unraisable(m, value)}"
    m.system.put(text.encode("utf-8", "backslashreplace"), 2)


# the end of the program


def is_exiting(m: Interpreter) -> bool:
    """Whether the program has come to its end, and values come to theirs."""
    return "ends_at_exit" in m.state


def next_at_exit(m: Interpreter) -> bool:
    """Put on top what the next value needs whose end has come with that of the program; False if there is none."""
    lifetimes: Lifetimes = m.lifetimes
    while m.top is None:
        if not lifetimes.dropped:
            number = _next_number(m)
            if number is None:
                return False
            lifetimes.dropped.append(number)
        end_dropped(m)
    return True


def _next_number(m: Interpreter) -> int | None:
    """The value that ends next with the program. Those that destructors make then have a second round, and no third."""
    if not is_exiting(m):
        m.state["ends_at_exit"], m.state["rounds_at_exit"] = _order_at_exit(m)[::-1], 1
    left: list[int] = m.state["ends_at_exit"]
    while True:
        while left:
            number = left.pop()
            if number in m.lifetimes.ends:
                return number
        if m.state["rounds_at_exit"] > 1:
            return None
        m.state["rounds_at_exit"] += 1
        left += _order_at_exit(m)[::-1]


def _order_at_exit(m: Interpreter) -> list[int]:
    """The numbers of all that is left, in the order in which CPython's collector finalizes.

    It does so in the order of its list: that in which objects were made, but what it meets before it meets what leads to
    it goes to the end. From 3.12 on the names of the main module come late in it, and so before all else.
    """
    order: dict[int, None] = {}
    late: dict[int, None] = {}
    seen: set[int] = set()
    pending: deque[tuple[Value, bool]] = deque((value, True) for value in m.modules["__main__"].names.values())
    while pending:
        value, is_after = pending.popleft()
        if id(value) in seen or isinstance(value, Shared):
            continue
        seen.add(id(value))
        token = getattr(value, "token", None)
        if token is not None and token.number in m.lifetimes.ends:
            (order if is_after or m.minor >= 12 else late).setdefault(token.number)
        pending += _parts(value)
    found = list(order) if m.minor >= 12 else sorted(order)
    return [*found, *late, *(number for number in m.lifetimes.ends if number not in order and number not in late)]


def _parts(value: Value) -> list[tuple[Value, bool]]:
    """What a value refers to, as the collector goes through it, and whether that was made after what leads to it."""
    kind = type(value)
    if kind is dict:
        return [(part, False) for part in value.values()]
    if kind is list or kind is tuple or kind is deque:
        return [(part, False) for part in reversed(value)]
    if isinstance(value, Instance):
        parts = [(part, True) for part in value.fields.values()]
        inner = [value.payload, getattr(value, "state", None)]
        return parts + [(part, False) for part in inner if part is not None]
    names = slots_of(kind)
    return [(getattr(value, name), False) for name in names] if names is not None else []
