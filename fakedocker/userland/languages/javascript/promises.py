"""Promises and the queue of jobs (ECMA-262, Promise objects and jobs)."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript import calls, resuming
from fakedocker.userland.languages.javascript.cells import HostFunction, JsObject, Promise, Value, is_callable
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import CONTROL, Host, Native
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.machine.machine import Thrown


def promise_of(realm: Host, value: Value) -> Promise:
    """A value as a promise: itself if it is one, else one that has it (PromiseResolve)."""
    if type(value) is Promise and value.proto is realm.protos["Promise"]:
        return value
    made = Promise(realm.protos["Promise"])
    resolve(realm, made, value)
    return made


def resolve(realm: Host, promise: Promise, value: Value) -> None:
    """Let a promise have a value, or follow another one (a promise's resolve function)."""
    if promise.state != "pending":
        return
    if value is promise:
        reject(realm, promise, realm.error("TypeError", "Chaining cycle detected for promise #<Promise>").value)
        return
    if not isinstance(value, JsObject | Native):
        settle(realm, promise, "fulfilled", value)
        return
    try:
        then = get(realm, value, "then")
    except Thrown as thrown:
        reject(realm, promise, thrown.value)
        return
    if not is_callable(then):
        settle(realm, promise, "fulfilled", value)
        return
    realm.enqueue("thenable", promise, value, then)


def reject(realm: Host, promise: Promise, value: Value) -> None:
    """Let a promise fail."""
    if promise.state == "pending":
        settle(realm, promise, "rejected", value)


def settle(realm: Host, promise: Promise, state: str, value: Value) -> None:
    """Give a promise its end, and queue what waits for it."""
    promise.state, promise.value = state, value
    reactions, promise.reactions = promise.reactions, []
    for reaction in reactions:
        realm.enqueue("reaction", reaction, state, value)
    if state == "rejected" and not promise.handled:
        realm.state.rejected.append(promise)


def _react(realm: Host, promise: Promise, reaction: Value) -> None:
    if promise.state == "pending":
        promise.reactions.append(reaction)
    else:
        realm.enqueue("reaction", reaction, promise.state, promise.value)
    promise.handled = True


def when_settled(realm: Host, promise: Promise, frame: Frame) -> None:
    """Let a frame go on when a promise is settled."""
    _react(realm, promise, frame)


def then(realm: Host, promise: Promise, fulfilled: Value, rejected: Value, derived: Promise | None) -> None:
    """Let functions be called when a promise is settled, and `derived` have what they give."""
    _react(
        realm,
        promise,
        (fulfilled if is_callable(fulfilled) else None, rejected if is_callable(rejected) else None, derived),
    )


def run_job(realm: Host, job: Value) -> None:
    """Begin a job; frames that it needs are on top then."""
    kind = job[0]
    if kind == "reaction":
        _, reaction, state, value = job
        if type(reaction) is Frame:
            resuming.go_on(realm, reaction, value, state == "rejected")
            return
        handler = reaction[0] if state == "fulfilled" else reaction[1]
        derived = reaction[2]
        if handler is None:
            if derived is not None:
                (resolve if state == "fulfilled" else reject)(realm, derived, value)
            return
        calls.enter(realm, handler, None, [value], after=_DERIVED, extra=derived)
    elif kind == "thenable":
        _, promise, value, method = job
        functions = list(resolving_functions(realm, promise))
        calls.enter(realm, method, value, functions, after=_THENABLE, extra=promise)
    else:
        _, function, this, arguments = job
        calls.enter(realm, function, this, arguments, after=_IGNORED)


def _end_derived(machine: Runner, frame: Frame, value: Value) -> None:
    if frame.extra is not None:
        resolve(machine.language, frame.extra, value)


def _fail_derived(machine: Runner, frame: Frame, value: Value) -> bool:
    if frame.extra is not None:
        reject(machine.language, frame.extra, value)
        return True
    return False


def _ignore(machine: Runner, frame: Frame, value: Value) -> None:
    return None


_DERIVED: Final = After("javascript.derived", _end_derived, _fail_derived)
_THENABLE: Final = After("javascript.thenable", _ignore, _fail_derived)
_IGNORED: Final = After("javascript.ignored", _ignore)


# the functions that settle a promise, once


def resolving_functions(realm: Host, promise: Promise) -> tuple[HostFunction, HostFunction]:
    """resolve and reject of a promise, of which only the first call counts."""
    shared = {"promise": promise, "called": False}
    return (
        HostFunction(realm.protos["Function"], RESOLVE, shared),
        HostFunction(realm.protos["Function"], REJECT, shared),
    )


def _resolve(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not this.data["called"]:
        this.data["called"] = True
        resolve(realm, this.data["promise"], arguments[0] if arguments else None)
    return None


def _reject(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not this.data["called"]:
        this.data["called"] = True
        reject(realm, this.data["promise"], arguments[0] if arguments else None)
    return None


RESOLVE: Final = Native("%promise.resolve", _resolve, 1, name="")
REJECT: Final = Native("%promise.reject", _reject, 1, name="")


def construct_promise(realm: Host, new_target: Value, arguments: list[Value]) -> Value:
    """new Promise(executor)."""
    executor = arguments[0] if arguments else None
    if not is_callable(executor):
        raise realm.error("TypeError", f"Promise resolver {realm.told(executor)} is not a function")
    made = Promise(realm.prototype_from(new_target, "Promise"))
    functions = list(resolving_functions(realm, made))
    calls.enter(realm, executor, None, functions, after=_EXECUTED, extra=made)
    return CONTROL


def _end_executor(machine: Runner, frame: Frame, value: Value) -> None:
    assert machine.top is not None
    machine.top.stack.append(frame.extra)


def _fail_executor(machine: Runner, frame: Frame, value: Value) -> bool:
    reject(machine.language, frame.extra, value)
    _end_executor(machine, frame, value)
    return True


_EXECUTED: Final = After("javascript.executed", _end_executor, _fail_executor)
