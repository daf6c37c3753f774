"""Asynchronous generators: what they yield is told from what their awaits hand up, and each step of theirs is an awaitable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.python import calls
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.binding import frame_of
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.generators import THROWS, resume, throw_into
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name
from fakedocker.userland.languages.python.values import ExceptionValue, Generator, Live


@cell
class AsyncYield:
    """What an asynchronous generator yields to who iterates over it, beside what its awaits hand up."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


def wrap_yielded(frame: Live, m: Live) -> None:
    frame.stack[-1] = AsyncYield(frame.stack[-1])


@native("is_yielded", module="_natives")
def _is_yielded(m: Interpreter, value: Value) -> Value:
    return type(value) is AsyncYield


@native("yielded", module="_natives")
def _yielded(m: Interpreter, value: Value) -> Value:
    return value.value


@native("resume_async", module="_natives")
def _resume_async(m: Interpreter, generator: Generator, value: Value) -> Value:
    """Go on with an asynchronous generator; StopIteration in the program if it is through."""
    if not generator.started:
        m.state.setdefault("async generators", []).append(generator)
        if value is not None:
            raise type_error("can't send non-None value to a just-started async generator")
    if not resume(m, generator, value, THROWS):
        raise error("StopIteration")
    return calls.ENTERED


@native("throw_async", module="_natives")
def _throw_async(m: Interpreter, generator: Generator, value: ExceptionValue) -> Value:
    if not throw_into(m, generator, value, THROWS):
        raise Raised(value)
    return calls.ENTERED


@native("is_resting", module="_natives")
def _is_resting(m: Interpreter, generator: Generator) -> Value:
    """Whether an asynchronous generator was begun and is not through; one that was not begun is through now."""
    if not generator.started:
        generator.frame = None
    return generator.frame is not None


@native("check_async_generators", module="_natives")
def _check_async_generators(m: Interpreter) -> Value:
    """Refuse what would be run when generators that nobody has finished are thrown away."""
    left: list[Generator] = m.state.pop("async generators", [])
    if any(each.frame is not None and each.frame.handlers for each in left):
        raise NotSimulated("an asynchronous generator that is left before its end")


def _awaitable(m: Interpreter, name: str, shown: str, args: list[Value]) -> Generator:
    """A coroutine that is a function of the hidden library."""
    function = m.hidden_function(name)
    given = args + [None] * (len(function.code.parameters) - len(args))
    made = calls.generator_of(m, frame_of(m, function, given, None), function)
    made.kind = "coroutine"
    made.shown = shown
    return made


def _method(name: str, shown: str) -> Callable[..., Value]:
    return lambda m, generator, *args: _awaitable(m, name, shown, [generator, *args])


_METHODS: Final = {
    "__anext__": ("async_send", "async_generator_asend"), "asend": ("async_send", "async_generator_asend"),
    "athrow": ("async_throw", "async_generator_athrow"), "aclose": ("async_close", "async_generator_athrow"),
}  # fmt: skip
for _name, _details in _METHODS.items():
    native(_name, "async_generator")(_method(*_details))
native("__aiter__", "async_generator")(lambda m, generator: generator)


@native("aiter")
def _aiter(m: Interpreter, value: Value) -> Value:
    method = special(m, value, "__aiter__")
    if method is None:
        raise type_error(f"'{type_name(value)}' object is not an async iterable")
    return calls.Tail(method, [])


@native("anext")
def _anext(m: Interpreter, value: Value, *default: Value) -> Value:
    method = special(m, value, "__anext__")
    if method is None:
        raise type_error(f"'{type_name(value)}' object is not an async iterator")
    if not default:
        return calls.Tail(method, [])
    return _awaitable(m, "async_next_or", "", [m.call_now(method, []), *default])
