"""Frames that rest: generators, async functions and async generators."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Ending,
    Generator,
    HostFunction,
    Invocation,
    JsFunction,
    JsObject,
    Promise,
    Value,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.shared import CONTROL as CONTROL, Host, Native
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.machine.machine import Thrown


def new_generator(realm: Host, function: JsFunction, frame: Frame) -> Generator:
    code = function.code
    assert isinstance(code, JsCode)
    kind = code.prototype_of
    proto = realm.get(function, "prototype")
    made = Generator(proto if isinstance(proto, JsObject) else realm.protos[kind], frame, kind)
    frame.extra.owner = made
    frame.after = _ASYNC_GENERATOR if code.is_async else _GENERATOR
    return made


def rest_at_first(frame: Frame, machine: Runner) -> object:
    """The operation of a generator's function behind its parameters, where it rests until it is asked for the first time."""
    made = new_generator(machine.language, frame.extra.function, frame)
    machine.top = frame.caller
    frame.caller = None
    assert machine.top is not None
    machine.top.stack.append(made)
    return True


def resume(
    realm: Host, generator: Generator, kind: str, value: Value, after: After | None = None, extra: Value = None
) -> Value:
    """Let a generator go on; `kind` is next, throw or return. What it yields comes as {value, done} unless `after` takes it.

    A native that gives what this gives ends with it.
    """
    if generator.state == "running":
        raise realm.error("TypeError", "Generator is already running")
    if generator.state == "done" or (generator.state == "new" and kind != "next"):
        generator.state, generator.frame = "done", None
        if kind == "throw":
            raise Thrown(value)
        if after is not None:
            return enter_after(realm, after, extra, (value if kind == "return" else None, True))
        return realm.iteration(value if kind == "return" else None, True)
    frame = generator.frame
    assert frame is not None
    fresh = generator.state == "new"
    generator.state = "running"
    waiter = Frame(realm.waiter_code, after=after, extra=extra)
    waiter.slots = [after is None, kind]
    realm.machine.enter(waiter)
    realm.machine.enter(frame)
    if not fresh:
        if kind == "next":
            frame.stack.append(value)
        else:
            realm.machine.throw(value if kind == "throw" else Ending(value))
    return CONTROL


def enter_after(realm: Host, after: After, extra: Value, value: Value) -> Value:
    """Let `after` go on at once with a value, as if a frame had been left."""
    frame = Frame(realm.trampoline, after=after, extra=extra)
    realm.machine.enter(frame)
    realm.machine.leave(value)
    return CONTROL


def waiter_operation(frame: Frame, machine: Runner) -> object:
    """Below a generator's frame: takes (value, done), and gives it on as the caller likes it."""
    value, done = frame.stack.pop()
    return machine.leave(machine.language.iteration(value, done) if frame.slots[0] else (value, done))


def yield_value(frame: Frame, machine: Runner) -> object:
    """The operation of `yield`: what is on the stack goes to who waits for it, and the frame rests."""
    value = frame.stack.pop()
    generator: Generator = frame.extra.owner
    generator.state = "suspended"
    machine.top = frame.caller
    frame.caller = None
    assert machine.top is not None
    machine.top.stack.append((value, False))
    return True


def _end_generator(machine: Runner, frame: Frame, value: Value) -> None:
    generator: Generator = frame.extra.owner
    generator.state, generator.frame = "done", None
    assert machine.top is not None
    machine.top.stack.append((value, True))


def _fail_generator(machine: Runner, frame: Frame, value: Value) -> bool:
    generator: Generator = frame.extra.owner
    generator.state, generator.frame = "done", None
    if type(value) is Ending:
        assert machine.top is not None
        machine.top.stack.append((value.value, True))
        return True
    return False


_GENERATOR: Final = After("javascript.generator", _end_generator, _fail_generator)


def _end_async(machine: Runner, frame: Frame, value: Value) -> None:
    realm: Host = machine.language
    promise: Promise = frame.extra.owner
    realm.resolve(promise, value)
    _give_promise(machine, frame, promise)


def _fail_async(machine: Runner, frame: Frame, value: Value) -> bool:
    realm: Host = machine.language
    promise: Promise = frame.extra.owner
    realm.reject(promise, value)
    _give_promise(machine, frame, promise)
    return True


def _give_promise(machine: Runner, frame: Frame, promise: Promise) -> None:
    """The first time that an async function stops its caller gets the promise; later it has none."""
    if machine.top is not None and not frame.extra.has_rested:
        machine.top.stack.append(promise)


ASYNC: Final = After("javascript.async", _end_async, _fail_async)


def await_value(frame: Frame, machine: Runner) -> object:
    """The operation of `await`: the frame rests until what is on the stack is settled."""
    realm: Host = machine.language
    value = frame.stack.pop()
    invocation: Invocation = frame.extra
    promise = realm.promise_of(value)
    caller = frame.caller
    frame.caller = None
    realm.when_settled(promise, frame)
    machine.top = caller
    owner = invocation.owner
    if not invocation.has_rested:
        if isinstance(owner, Promise) and caller is not None:
            caller.stack.append(owner)
        invocation.has_rested = True
    return True


def go_on(realm: Host, frame: Frame, value: Value, is_thrown: bool) -> None:
    """Put a frame that has waited on top again, with what it has waited for."""
    owner = frame.extra.owner
    is_told_to_return = type(owner) is Generator and owner.state == "returning"
    realm.machine.enter(frame)
    if is_told_to_return:
        owner.state = "running"
    if is_thrown:
        realm.machine.throw(value)
    elif is_told_to_return:
        realm.machine.throw(Ending(value))
    else:
        frame.stack.append(value)


# async generators. state: as of others, and returning (it waits for what it is to return before it goes on), and ending (it is
# done, and waits for what a request is to be told)


def ask_async_generator(realm: Host, generator: Generator, kind: str, value: Value) -> Value:
    """A request to an async generator, which goes on at once if it rests: requests are answered one after the other.

    A native that gives what this gives ends with it.
    """
    promise = Promise(realm.protos["Promise"])
    generator.queue.append((kind, value, promise))
    if len(generator.queue) > 1 or generator.state in ("running", "returning", "ending"):
        return promise
    if generator.state == "done" or (generator.state == "new" and kind != "next"):
        generator.state, generator.frame = "done", None
        _answer_at_end(realm, generator)
        return promise
    top = realm.machine.top
    assert top is not None
    top.stack.append(promise)
    _continue(realm, generator)
    return CONTROL


def _continue(realm: Host, generator: Generator) -> None:
    """Let an async generator go on with the request that is the first."""
    kind, value, _ = generator.queue[0]
    frame = generator.frame
    assert frame is not None
    if kind == "return":
        generator.state = "returning"
        realm.when_settled(realm.promise_of(value), frame)
        return
    fresh, generator.state = generator.state == "new", "running"
    realm.machine.enter(frame)
    if kind == "throw":
        realm.machine.throw(value)
    elif not fresh:
        frame.stack.append(value)


def _answer_at_end(realm: Host, generator: Generator) -> None:
    """Answer requests to an async generator that is done, until one is told to return what is to be waited for."""
    while generator.queue:
        kind, value, promise = generator.queue[0]
        if kind == "return":
            generator.state = "ending"
            functions = [HostFunction(realm.protos["Function"], native, generator) for native in (_ENDED, _ENDED_BADLY)]
            realm.then(realm.promise_of(value), functions[0], functions[1], None)
            return
        generator.queue.pop(0)
        if kind == "throw":
            realm.reject(promise, value)
        else:
            realm.resolve(promise, realm.iteration(None, True))


def _ended(realm: Host, this: Value, arguments: list[Value]) -> Value:
    generator: Generator = this.data
    generator.state = "done"
    _, _, promise = generator.queue.pop(0)
    realm.resolve(promise, realm.iteration(arguments[0], True))
    _answer_at_end(realm, generator)
    return None


def _ended_badly(realm: Host, this: Value, arguments: list[Value]) -> Value:
    generator: Generator = this.data
    generator.state = "done"
    _, _, promise = generator.queue.pop(0)
    realm.reject(promise, arguments[0])
    _answer_at_end(realm, generator)
    return None


_ENDED: Final = Native("%asyncGenerator.ended", _ended, 1, name="")
_ENDED_BADLY: Final = Native("%asyncGenerator.endedBadly", _ended_badly, 1, name="")


def yield_async(frame: Frame, machine: Runner) -> object:
    """The operation of `yield` in an async generator, whose value has been waited for."""
    realm: Host = machine.language
    value = frame.stack.pop()
    generator: Generator = frame.extra.owner
    machine.top = frame.caller
    frame.caller = None
    generator.state = "suspended"
    _, _, promise = generator.queue.pop(0)
    realm.resolve(promise, realm.iteration(value, False))
    if generator.queue:
        _continue(realm, generator)
    return True


def _end_async_generator(machine: Runner, frame: Frame, value: Value) -> None:
    realm: Host = machine.language
    generator: Generator = frame.extra.owner
    generator.state, generator.frame = "done", None
    _, _, promise = generator.queue.pop(0)
    realm.resolve(promise, realm.iteration(value, True))
    _answer_at_end(realm, generator)


def _fail_async_generator(machine: Runner, frame: Frame, value: Value) -> bool:
    realm: Host = machine.language
    generator: Generator = frame.extra.owner
    generator.state, generator.frame = "done", None
    _, _, promise = generator.queue.pop(0)
    if type(value) is Ending:
        realm.resolve(promise, realm.iteration(value.value, True))
    else:
        realm.reject(promise, value)
    _answer_at_end(realm, generator)
    return True


_ASYNC_GENERATOR: Final = After("javascript.async_generator", _end_async_generator, _fail_async_generator)
