"""Operations of with and try: handlers, the exceptions being handled, context managers."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.machine import Thrown
from fakedocker.userland.languages.python import calls
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.exception_groups import caught, left_over
from fakedocker.userland.languages.python.exceptions import matches
from fakedocker.userland.languages.python.types import type_name
from fakedocker.userland.languages.python.values import Live, PyFrame

Step = Callable[[Live, Live], object]
Span = tuple[int, int, int, int]


def leave(frame: Live, m: Live) -> object:
    return m.leave(frame.stack.pop())


def set_handler(label: Live) -> Step:
    def operation(frame: PyFrame, m: Live) -> None:
        frame.handlers.append((label.place, len(frame.stack)))

    return operation


def set_handler_below(label: Live, has_value: bool) -> Step:
    """A handler for which a value on the stack does not count."""
    below = int(has_value)

    def operation(frame: PyFrame, m: Live) -> None:
        frame.handlers.append((label.place, len(frame.stack) - below))

    return operation


def drop_handler(frame: Live, m: Live) -> None:
    frame.handlers.pop()


def begin_except(level: int) -> Step:
    """The exception on the stack is being handled, within `level` others."""

    def operation(frame: PyFrame, m: Live) -> None:
        del frame.handled[level:]
        frame.handled.append(frame.stack[-1])

    return operation


def end_except(frame: Live, m: Live) -> None:
    frame.handled.pop()
    frame.stack.pop()


def end_and_reraise(frame: Live, m: Live) -> None:
    frame.handled.pop()
    raise m.reraise(frame.stack.pop())


def replace_raised(level: int) -> Step:
    """What was raised while something was being handled goes on in its place."""

    def operation(frame: PyFrame, m: Live) -> None:
        del frame.handled[level:]
        value = frame.stack.pop()
        frame.stack.pop()
        raise m.reraise(value)

    return operation


def raise_top(frame: Live, m: Live) -> None:
    raise m.reraise(frame.stack.pop())


def unless_matches(label: Live, at: Span) -> Step:
    """Take the class on the stack; go on at the label if it does not catch the exception below it."""

    def operation(frame: PyFrame, m: Live, at: Span = at) -> None:
        wanted = frame.stack.pop()
        if not matches(m, frame.stack[-1], wanted):
            frame.place = label.place

    return operation


def begin_star(state: int) -> Step:
    """The exception on the stack is to be split: what is left of it, and what clauses have raised."""

    def operation(frame: PyFrame, m: Live) -> None:
        frame.slots[state] = [frame.stack[-1], []]

    return operation


def unless_star_matches(label: Live, state: int) -> Step:
    """Take the class on the stack; what it catches is being handled, or go on at the label."""

    def operation(frame: PyFrame, m: Live) -> None:
        wanted = frame.stack.pop()
        kept = frame.slots[state]
        found, rest = (None, None) if kept[0] is None else caught(m, kept[0], wanted)
        if found is None:
            frame.place = label.place
            return
        kept[0] = rest
        frame.handled[-1] = found

    return operation


def keep_raised(state: int, level: int) -> Step:
    """What a clause has raised is raised after all clauses."""

    def operation(frame: PyFrame, m: Live) -> None:
        del frame.handled[level + 1 :]
        frame.slots[state][1].append(frame.stack.pop())

    return operation


def end_star(state: int) -> Step:
    """After all clauses: raise what they have raised and what none has caught."""

    def operation(frame: PyFrame, m: Live) -> None:
        frame.handled.pop()
        value = frame.stack.pop()
        rest, raised = frame.slots[state]
        found = left_over(m, value, raised, rest)
        if found is not None:
            raise m.reraise(found)

    return operation


def enter_context(is_async: bool) -> Step:
    """The manager on the stack is replaced by its way out, and what entering gives."""
    enter_name, exit_name = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")

    def operation(frame: PyFrame, m: Live, at: Span | None = None) -> object:
        if frame.pending is not None:
            callee, args, kwargs = frame.pending
            frame.pending = None
            return calls.call(m, frame, callee, args, kwargs)
        manager = frame.stack[-1]
        enter = special(m, manager, enter_name)
        leaving = special(m, manager, exit_name)
        if enter is None or leaving is None:
            raise _no_manager(m, manager, is_async, enter is not None)
        frame.stack[-1] = leaving
        return calls.call(m, frame, enter, [], None)

    return operation


def _no_manager(m: Live, manager: Value, is_async: bool, has_enter: bool) -> Raised:
    kind = "asynchronous context manager" if is_async else "context manager"
    if m.minor >= 14:
        raise NotSimulated("the words for what is no context manager in this version")
    if m.minor < 11:
        return error("AttributeError", "__aenter__" if is_async else "__enter__" if not has_enter else "__exit__")
    missed = f" (missed {'__aexit__' if is_async else '__exit__'} method)" if has_enter else ""
    return type_error(f"'{type_name(manager)}' object does not support the {kind} protocol{missed}")


def exit_context(frame: Live, m: Live) -> object:
    """Leave a context where nothing was raised."""
    if frame.pending is not None:
        callee, args, kwargs = frame.pending
        frame.pending = None
        return calls.call(m, frame, callee, args, kwargs)
    return calls.call(m, frame, frame.stack.pop(), [None, None, None], None)


def exit_raised(level: int) -> Step:
    """Leave a context with the exception on the stack."""

    def operation(frame: PyFrame, m: Live) -> object:
        if frame.pending is not None:
            callee, args, kwargs = frame.pending
            frame.pending = None
            return calls.call(m, frame, callee, args, kwargs)
        from fakedocker.userland.languages.python.tracebacks import Traceback

        value = frame.stack[-1]
        del frame.handled[level:]
        frame.handled.append(value)
        return calls.call(m, frame, frame.stack[-2], [value.cls, value, Traceback(list(value.entries))], None)

    return operation


def after_exit(frame: Live, m: Live) -> None:
    """Go on, or raise again what the way out has not dealt with."""
    swallowed = m.truth(frame.stack.pop())
    frame.handled.pop()
    if not swallowed:
        value = frame.stack.pop()
        frame.stack.pop()
        raise m.reraise(value)
    frame.stack.pop()  # the exception, which is let go before the manager
    frame.stack.pop()


def get_async_iterator(frame: Live, m: Live) -> object:
    value = frame.stack[-1]
    method = special(m, value, "__aiter__")
    if method is None:
        raise type_error(f"'async for' requires an object with __aiter__ method, got {type_name(value)}")
    frame.stack.pop()
    return calls.call(m, frame, method, [], None)


def async_next(frame: Live, m: Live) -> object:
    """The awaitable of an asynchronous iterator's next item comes to the stack."""
    method = special(m, frame.stack[-1], "__anext__")
    if method is None:
        raise type_error(f"'async for' requires an iterator with __anext__ method, got {type_name(frame.stack[-1])}")
    found = m.call_now(method, [])
    maker = special(m, found, "__await__")
    if maker is None:
        raise type_error(f"'async for' received an invalid object from __anext__: {type_name(found)}")
    frame.stack.append(m.call_now(maker, []))
    return False


def end_async(frame: Live, m: Live) -> None:
    """The loop's end, if that is what was raised."""
    value = frame.stack.pop()
    if EXCEPTIONS["StopAsyncIteration"] not in value.cls.mro:
        raise m.reraise(value)
    frame.stack.pop()


__all__ = ["Thrown"]
