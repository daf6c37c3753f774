"""Calls: frames for functions, `new`, generators, and async functions that wait (ECMA-262, [[Call]] and [[Construct]]).

A call puts a frame on top, or runs a native at once; either way its value comes to the caller's stack. A generator's frame
rests in the generator; an async function's in the reactions of the promise that it waits for.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import Block
from fakedocker.userland.languages.javascript.cells import (
    Bound,
    HostFunction,
    Invocation,
    JsArray,
    JsFunction,
    JsObject,
    Promise,
    Proxy,
    Value,
    hidden,
    is_callable,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.rendering import UNSEEN, UNSURE
from fakedocker.userland.languages.javascript.resuming import ASYNC, new_generator
from fakedocker.userland.languages.javascript.shared import (
    CONTROL as CONTROL,
    ITERATOR,
    NULL,
    UNINITIALIZED,
    Host,
    Native,
)
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import After, Box, Frame, Runner

# frames


def make_frame(
    realm: Host, function: JsFunction, this: Value, arguments: list[Value], new_target: Value = None
) -> Frame:
    """A frame for a call of a script's function."""
    code = function.code
    assert isinstance(code, JsCode)
    if code.write is not None:
        code.prepare()
    frame = Frame(code, function.boxes, extra=Invocation(function, this, arguments, new_target))
    slots = frame.slots
    count = code.simple_count
    if count > 0:
        given = len(arguments)
        if given >= count:
            slots[:count] = arguments[:count]
        else:
            slots[:given] = arguments
    if code.this_slot >= 0:
        slots[code.this_slot] = this if code.is_strict else _sloppy_this(realm, this)
    if code.arguments_slot >= 0:
        slots[code.arguments_slot] = _arguments_object(realm, function, arguments)
    if code.target_slot >= 0:
        slots[code.target_slot] = new_target
    if code.function_slot >= 0:
        slots[code.function_slot] = function
    for slot in code.box_slots:
        slots[slot] = Box(slots[slot])
    return frame


def _sloppy_this(realm: Host, this: Value) -> Value:
    if this is None or this is NULL:
        return realm.globals
    if isinstance(this, JsObject | Native) or this is UNINITIALIZED:
        return this
    return realm.to_object(this)


def _arguments_object(realm: Host, function: JsFunction, arguments: list[Value]) -> JsObject:
    made = JsArray(realm.protos["Object"], list(arguments))
    made.kind = "Arguments"
    made.props[ITERATOR] = hidden(Native.known["Array.prototype.values"])
    return made


MAKER: Final = "maker"
"""Where an object keeps what has made it, if its prototype does not tell."""

# calling


def call_on_stack(frame: Frame, machine: Runner, count: int, said: str) -> object:
    """The operation of a call: function, `this` and `count` arguments are on the stack, and its value comes there.

    What blocks leaves them there. `said`: the message if there is no function, nothing if it tells of the value itself.
    """
    stack = frame.stack
    arguments = stack[len(stack) - count :] if count else []
    this, callee = stack[-count - 1], stack[-count - 2]
    del stack[-count - 2 :]
    try:
        if type(callee) is JsFunction:
            return enter_function(machine.language, callee, this, arguments)
        return _call_other(machine.language, callee, this, arguments, said)
    except Block:
        stack += [callee, this, *arguments]
        raise


def enter_function(realm: Host, function: JsFunction, this: Value, arguments: list[Value]) -> bool:
    """Put the frame of a script's function on top, or what stands for it: a generator, or a promise."""
    code = function.code
    assert isinstance(code, JsCode)
    if function.class_kind:
        called = f"Class constructor {code.name}" if code.name else "Class constructors"
        raise realm.error("TypeError", f"{called} cannot be invoked without 'new'")
    frame = make_frame(realm, function, this, arguments)
    if code.is_generator and code.simple_count < 0:
        return realm.machine.enter(frame)  # its parameters are taken before it rests
    if code.is_generator:
        made = new_generator(realm, function, frame)
        top = realm.machine.top
        assert top is not None
        top.stack.append(made)
        return False
    if code.is_async:
        frame.extra.owner = Promise(realm.protos["Promise"])
        frame.after = ASYNC
    return realm.machine.enter(frame)


def _call_other(realm: Host, callee: Value, this: Value, arguments: list[Value], said: str) -> object:
    """Call what is no function of a script; its value goes on the stack of the frame on top."""
    machine = realm.machine
    while type(callee) is Bound:
        this, arguments, callee = callee.this, callee.arguments + arguments, callee.target
    if type(callee) is JsFunction:
        return enter_function(realm, callee, this, arguments)
    if type(callee) is Native:
        before, realm.running = realm.running, callee
        value = callee.call(realm, this, arguments)
        realm.running = before
    elif type(callee) is HostFunction:
        value = callee.native.call(realm, callee, arguments)
    elif type(callee) is Proxy and is_callable(callee):
        trap = realm.get(callee.handler, "apply")
        if is_callable(trap):
            return _call_other(realm, trap, callee.handler, [callee.target, this, realm.array(arguments)], said)
        return _call_other(realm, callee.target, this, arguments, said)
    else:
        if not said or said in (UNSEEN, UNSURE):
            said = f"{_described(realm, callee, said)} is not a function"
        raise realm.error("TypeError", said)
    if value is CONTROL:
        return True
    top = machine.top
    assert top is not None
    top.stack.append(value)
    return False


def _described(realm: Host, callee: Value, said: str) -> str:
    """What is called, as it is told of: as it is written, or the value itself."""
    if said == UNSURE:
        raise NotSimulated("what node says of what cannot be called here")
    return realm.told_with_type(callee) if said == UNSEEN else said or realm.told(callee)


def enter(
    realm: Host, callee: Value, this: Value, arguments: list[Value], after: After | None = None, extra: Value = None
) -> Value:
    """Let a native go on with a call as its last deed: give CONTROL, after which `after` gets the value.

    Without `after` the value of the call is the native's.
    """
    frame = Frame(realm.trampoline, after=after, extra=extra)
    frame.stack = [callee, this, *arguments]
    frame.slots = [len(arguments), realm.running]
    realm.machine.enter(frame)
    return CONTROL


def call_operation(frame: Frame, machine: Runner) -> object:
    """The first operation of a trampoline: call what lies on its stack."""
    count = frame.slots[0]
    return call_on_stack(frame, machine, count, "")


def construct_operation(frame: Frame, machine: Runner) -> object:
    """The first operation of a trampoline that makes an object: constructor and arguments lie on its stack."""
    count = frame.slots[0]
    return construct_on_stack(frame, machine, count, "")


def leave_operation(frame: Frame, machine: Runner) -> object:
    """The second: give its value to who has made the trampoline."""
    return machine.leave(frame.stack.pop())


# new


def construct_on_stack(frame: Frame, machine: Runner, count: int, describe: str) -> object:
    """The operation of `new`: the constructor and its arguments are on the stack."""
    stack = frame.stack
    arguments = stack[len(stack) - count :] if count else []
    callee = stack[-count - 1]
    del stack[-count - 1 :]
    return construct(machine.language, callee, arguments, callee, describe)


def construct(realm: Host, callee: Value, arguments: list[Value], new_target: Value, describe: str) -> object:
    """Make an object; it comes to the stack of the frame on top."""
    machine = realm.machine
    while type(callee) is Bound:
        new_target = callee.target if new_target is callee else new_target
        arguments, callee = callee.arguments + arguments, callee.target
    if type(callee) is JsFunction:
        code = callee.code
        assert isinstance(code, JsCode)
        if not code.makes_prototype or code.is_generator:
            raise realm.error("TypeError", f"{_described(realm, callee, describe)} is not a constructor")
        this: Value = UNINITIALIZED
        if callee.class_kind != "derived":
            this = JsObject(realm.prototype_from(new_target, "Object"))
            if this.proto is not None and "constructor" not in this.proto.props:
                this.private = {MAKER: new_target}
        frame = make_frame(realm, callee, this, arguments, new_target)
        frame.after = _CONSTRUCTED
        machine.enter(frame)
        if callee.class_kind == "base" and callee.fields:
            return enter_fields(realm, callee, this)
        return True
    if type(callee) is Native and callee.construct is not None:
        before, realm.running = realm.running, callee
        value = callee.construct(realm, new_target, arguments)
        realm.running = before
        if value is CONTROL:
            return True
        assert machine.top is not None
        machine.top.stack.append(value)
        return False
    if type(callee) is Proxy and is_callable(callee):
        trap = realm.get(callee.handler, "construct")
        if is_callable(trap):
            assert machine.top is not None
            machine.top.stack.append(
                realm.call(trap, callee.handler, [callee.target, realm.array(arguments), new_target])
            )
            return False
        return construct(
            realm, callee.target, arguments, callee.target if new_target is callee else new_target, describe
        )
    raise realm.error("TypeError", f"{_described(realm, callee, describe)} is not a constructor")


def _end_construct(machine: Runner, frame: Frame, value: Value) -> None:
    """What `new` gives: an object that the constructor returned, or its `this`."""
    if not isinstance(value, JsObject | Native):
        invocation: Invocation = frame.extra
        is_derived = invocation.function.class_kind == "derived"
        if is_derived and value is not None:
            said = "Derived constructors may only return object or undefined"
            machine.throw(machine.language.error("TypeError", said).value)
            return
        value = _this_in(frame) if is_derived else invocation.this
    assert machine.top is not None
    machine.top.stack.append(value)


def _this_in(frame: Frame) -> Value:
    """The `this` of a constructor that `super` has set, or not."""
    code = frame.code
    assert isinstance(code, JsCode)
    if code.this_slot < 0:
        return UNINITIALIZED
    held = frame.slots[code.this_slot]
    return held.value if type(held) is Box else held


_CONSTRUCTED: Final = After("javascript.constructed", _end_construct)


def enter_fields(realm: Host, function: JsFunction, this: Value) -> bool:
    """Let the fields of a class be made on a new object before its constructor goes on."""
    frame = Frame(realm.field_code, after=_FIELDS_MADE)
    frame.slots = [this, list(function.fields), None]
    return realm.machine.enter(frame)


def field_operation(frame: Frame, machine: Runner) -> object:
    """Make the next field, and leave when there is none."""
    realm: Host = machine.language
    this, fields, key = frame.slots
    if key is not None:
        value = frame.stack.pop()
        if key[1]:
            realm.give_name(value, key[0])
        realm.define_field(this, key[0], value)
        frame.slots[2] = None
    if not fields:
        return machine.leave(None)
    key, function = fields.pop(0)
    frame.place = 0
    if function is None:
        realm.define_field(this, key, None)
        return False
    frame.slots[2] = (key, function.code.names_value)
    return enter_function(realm, function, this, [])


def _end_fields(machine: Runner, frame: Frame, value: Value) -> None:
    return None


_FIELDS_MADE: Final = After("javascript.fields_made", _end_fields)


# generators


# async functions


# async generators
