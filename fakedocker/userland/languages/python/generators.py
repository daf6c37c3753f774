"""Generators, coroutines and the steps of loops: operations that go on with a frame that rests."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.python import calls, iteration, watching
from fakedocker.userland.languages.python.attributes import get_attribute, special
from fakedocker.userland.languages.python.binding import frame_of
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of, find_in_class, native, type_name
from fakedocker.userland.languages.python.values import (
    END,
    Class,
    ExceptionValue,
    Function,
    Generator,
    Instance,
    Live,
    Method,
    Native,
    PyFrame,
)

THROWS: Final = -1
GIVES: Final = -2


def delegating(place: int) -> int:
    """How a resumer's place is told that goes on with the value."""
    return -place - 10


def resume(m: Interpreter, generator: Generator, value: Value, stop_place: int) -> bool:
    """Go on with a generator. What it yields comes to the stack of the frame on top now. False: it is through already."""
    frame = generator.frame
    if generator.running:
        kind = "coroutine" if generator.kind == "coroutine" else "generator"
        raise error("ValueError", f"{kind} already executing")
    if frame is None:
        return False
    if not generator.started:
        if value is not None:
            raise type_error(f"can't send non-None value to a just-started {generator.kind}")
        generator.started = True
        if generator.token is not None:
            watching.forget(m, generator)
    else:
        frame.stack.append(value)
    generator.running = True
    generator.stop_place = stop_place
    frame.owner = generator
    frame.after = _GENERATOR
    m.enter(frame)
    return True


def _returned(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    assert isinstance(frame, PyFrame)
    generator = frame.owner
    frame.owner = None
    generator.running = False
    caller = m.top
    assert caller is not None
    if generator.yielded:
        generator.yielded = False
        caller.stack.append(value)
        if generator.token is None and (frame.handlers or m.lifetimes.ends) and generator.kind != "async generator":
            watching.watch_generator(m, generator)
        return
    generator.frame = None
    if generator.token is not None:
        watching.forget(m, generator)
    stopped(m, caller, generator.stop_place, value)


def stopped(m: Interpreter, caller: Frame, stop_place: int, value: Value) -> None:
    """What the end of an iterator does to who has resumed it."""
    if stop_place >= 0:
        caller.stack.pop()
        caller.place = stop_place
    elif stop_place == GIVES:
        caller.stack.append(value)
    elif stop_place == THROWS:
        m.throw(ExceptionValue(EXCEPTIONS["StopIteration"], () if value is None else (value,)))
    else:
        caller.stack[-1] = value
        caller.place = -stop_place - 10


def _failed(runner: Runner, frame: Frame, value: Value) -> bool:
    m: Interpreter = runner
    assert isinstance(frame, PyFrame)
    generator = frame.owner
    frame.owner = None
    generator.running = False
    generator.frame = None
    if generator.token is not None:
        watching.forget(m, generator)
    for name in ("StopIteration", "StopAsyncIteration"):
        if EXCEPTIONS[name] in value.cls.mro and (name == "StopIteration" or generator.kind == "async generator"):
            made = ExceptionValue(EXCEPTIONS["RuntimeError"], (f"{generator.kind} raised {name}",))
            made.cause = made.context = value
            made.suppress = True
            m.throw(made)
            return True
    return False


_GENERATOR: Final = After("python.generator", _returned, _failed)


def _next_returned(runner: Runner, frame: Frame, value: Value) -> None:
    assert isinstance(frame, PyFrame)
    top = runner.top
    assert top is not None
    top.stack.append(value)


def _next_failed(runner: Runner, frame: Frame, value: Value) -> bool:
    if EXCEPTIONS["StopIteration"] not in value.cls.mro:
        return False
    m: Interpreter = runner
    top = m.top
    assert top is not None
    found = value.args[0] if value.args else None
    stopped(m, top, frame.extra, found)
    return True


_NEXT: Final = After("python.next", _next_returned, _next_failed)


def step(m: Interpreter, frame: PyFrame, iterator: Value, value: Value, stop_place: int) -> bool:
    """Ask an iterator of any kind for its next item, which comes to the frame's stack."""
    kind = type(iterator)
    if kind is Generator:
        if iterator.kind == "async generator":
            raise NotSimulated("asynchronous generators")
        if not resume(m, iterator, value, stop_place):
            stopped(m, frame, stop_place, None)
        return True
    if isinstance(iterator, iteration.Iterator):
        if value is not None:
            get_attribute(m, iterator, "send")
        item = iterator.step(m)
        if item is END:
            stopped(m, frame, stop_place, None)
            return stop_place == THROWS
        frame.stack.append(item)
        return False
    method = special(m, iterator, "__next__" if value is None else "send")
    if method is None:
        raise type_error(f"'{type_name(iterator)}' object is not an iterator")
    args = [] if value is None else [value]
    if type(method) is Method and type(method.function) is Function and method.function.code.kind == "function":
        made = frame_of(m, method.function, [method.owner, *args], None)
        made.after = _NEXT
        made.extra = stop_place
        return m.enter(made)  # type: ignore[no-any-return]
    try:
        if type(method) is Method and type(method.function) is Native:
            frame.stack.append(method.function.function(m, method.owner, *args))
        else:
            frame.stack.append(m.call_now(method, args))
    except Raised as raised:
        if EXCEPTIONS["StopIteration"] not in raised.value.cls.mro:
            raise
        stopped(m, frame, stop_place, raised.value.args[0] if raised.value.args else None)
        return stop_place == THROWS
    return False


# operations


def yield_value(frame: Live, m: Live) -> object:  # Any: the machine's
    """`yield`: the value on the stack goes to who has resumed the generator."""
    frame.owner.yielded = True
    return m.leave(frame.stack.pop())


def hand_up(m: Interpreter, frame: PyFrame) -> object:
    """What a delegate has yielded goes on to who has resumed this one."""
    frame.owner.yielded = True
    frame.extra = "delegating"
    return m.leave(frame.stack.pop())


def delegate_send(m: Interpreter, frame: PyFrame, after: int) -> object:
    """Send what was sent to the iterator below it on the stack."""
    frame.extra = None
    value = frame.stack.pop()
    return step(m, frame, frame.stack[-1], value, delegating(after))


def get_iterator(frame: Live, m: Live) -> object:  # Any: the machine's
    """iter() of the value on the stack."""
    value = frame.stack[-1]
    found = plain_iterator(m, value)
    if found is not None:
        frame.stack[-1] = found
        return False
    method = iterator_maker(m, value)
    frame.stack.pop()
    if type(method) is Generator:
        frame.stack.append(method)
        return False
    return calls.call(m, frame, method, [], None)


def plain_iterator(m: Interpreter, value: Value) -> Value:
    """An iterator over what needs no code of the program; None for anything else."""
    kind = type(value)
    if kind in (list, tuple, str, range, bytes, bytearray):
        return iteration.SequenceIterator(value)
    if kind is dict:
        return iteration.DictIterator(value, "keys")
    if kind is SetValue:
        return iteration.SetIterator(value)
    if kind is iteration.DictView:
        return iteration.DictIterator(value.items, value.what)
    if isinstance(value, iteration.Iterator):
        return value
    if kind is Generator and value.kind == "generator":
        return value
    if kind is Instance and value.payload is not None and type(find_in_class(value.cls, "__iter__")) is not Function:
        if type(value.payload) is str:  # CPython keeps a text of a class of the program's own in another form
            return iteration.SequenceIterator(value.payload, "str_iterator")
        return plain_iterator(m, value.payload)
    return None


def iterator_maker(m: Interpreter, value: Value) -> Value:
    """What is called for an iterator: `__iter__`, bound; or a generator over `__getitem__`. Raises TypeError in the program."""
    cls = class_of(value)
    found = find_in_class(cls, "__iter__")
    if found is not None and found is not NONE_FOUND:
        method = m.bound(found, value)
        is_checked = type(found) is Function and found.code.kind == "function"
        return Method(m.hidden_function("made_iterator"), method) if is_checked else method
    if not isinstance(value, Class) and find_in_class(cls, "__getitem__") is not None and type(value) is not Generator:
        function = m.hidden_function("by_index")
        return calls.generator_of(m, frame_of(m, function, [value], None), function)
    raise type_error(f"'{type_name(value)}' object is not iterable")


def get_awaitable(frame: Live, m: Live) -> object:  # Any: the machine's
    """What `await` waits for, of the value on the stack."""
    value = frame.stack[-1]
    if type(value) is Generator and value.kind == "coroutine":
        if value.frame is None and value.started:
            raise error("RuntimeError", "cannot reuse already awaited coroutine")
        return False
    method = special(m, value, "__await__")
    if method is None:
        if m.minor >= 14:
            raise NotSimulated("awaiting what cannot be awaited, in this version's words")
        raise type_error(f"object {type_name(value)} can't be used in 'await' expression")
    frame.stack.pop()
    return calls.call(m, frame, method, [], None)


def for_next(place: Any, store: Any) -> Any:  # Any: a label, and what stores the item or None
    """The operation of a loop's next step. The item is stored, the next operation left out; or it is on the stack."""
    sequence = iteration.SequenceIterator

    def operation(frame: PyFrame, m: Live) -> object:
        iterator = frame.stack[-1]
        if type(iterator) is sequence:
            number = iterator.place
            items = iterator.items
            if number < len(items):
                iterator.place = number + 1
                if store is None:
                    frame.stack.append(items[number])
                else:
                    store(frame, m, items[number])
                    frame.place += 1
                return None
            iterator.items = ()
            frame.stack.pop()
            frame.place = place.place
            return None
        return step(m, frame, iterator, None, place.place)

    return operation


# methods of generators


def _end_unbegun(m: Interpreter, generator: Generator) -> None:
    """A generator that is through, or has not begun, is through."""
    generator.frame = None
    if generator.token is not None:
        watching.forget(m, generator)


def send(m: Interpreter, generator: Generator, value: Value) -> Value:
    """generator.send(value)."""
    if not resume(m, generator, value, THROWS):
        if generator.kind == "coroutine":
            raise error("RuntimeError", "cannot reuse already awaited coroutine")
        raise error("StopIteration")
    return calls.ENTERED


def throw_into(m: Interpreter, generator: Generator, value: ExceptionValue, stop_place: int) -> bool:
    """Throw an exception where a generator rests. False: it is through, or was never begun."""
    frame = generator.frame
    if generator.running:
        raise error("ValueError", "generator already executing")
    if frame is None or not generator.started:
        _end_unbegun(m, generator)
        return False
    generator.running = True
    generator.stop_place = stop_place
    frame.owner = generator
    frame.after = _GENERATOR
    m.enter(frame)
    if frame.extra == "delegating":
        frame.extra = None
        inner = frame.stack[-1]
        sending = frame.place
        frame.place += 1  # what the delegate yields is handed on, and not sent to it
        if type(inner) is Generator and throw_into(m, inner, value, delegating(sending + 2)):
            return True
        frame.place = sending
        if type(inner) is not Generator and special(m, inner, "throw") is not None:
            raise NotSimulated("throwing into a generator that waits for an object of a class")
    m.throw(value)
    return True


def _throw(m: Interpreter, generator: Generator, kind: Value, value: Value = None, traceback: Value = None) -> Value:
    from fakedocker.userland.languages.python.exceptions import make_exception

    made = make_exception(m, kind if value is None else m.call_now(kind, [value]))
    if not throw_into(m, generator, made, THROWS):
        raise Raised(made)
    return calls.ENTERED


def _close(m: Interpreter, generator: Generator) -> Value:
    if generator.frame is None or not generator.started:
        _end_unbegun(m, generator)
        return None
    return calls.Tail(m.hidden_function("close_generator"), [generator])


for _owner in ("generator", "coroutine", "map", "filter", "zip", "enumerate", "iterator"):
    if _owner in ("generator", "coroutine"):
        native("send", _owner)(send)
        native("throw", _owner)(_throw)
        native("close", _owner)(_close)
    if _owner != "coroutine":
        native("__next__", _owner)(lambda m, generator: send(m, generator, None))
        native("__iter__", _owner)(lambda m, generator: generator)
for _owner in ("coroutine", "async_generator_asend", "async_generator_athrow"):
    native("__await__", _owner)(lambda m, generator: generator)
    if _owner != "coroutine":
        native("send", _owner)(send)
        native("throw", _owner)(_throw)
        native("close", _owner)(_close)
