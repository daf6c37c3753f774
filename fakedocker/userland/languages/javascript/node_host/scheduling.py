"""Natives of timers, ticks, signals and what else the loop of events is told."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import Value, is_callable
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.events import Timer
from fakedocker.userland.languages.javascript.node_host.host import loop_of, native, system_of
from fakedocker.userland.languages.javascript.operators import to_boolean, to_number


@native("startTimer")
def _start_timer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """startTimer(thing, callback, milliseconds, arguments, repeats) -> number"""
    thing, callback, delay, given, repeats = (argument(arguments, place) for place in range(5))
    milliseconds = to_number(realm, delay)
    delay_ms = int(milliseconds) if milliseconds == milliseconds and 1 <= milliseconds <= 2147483647 else 1
    loop = loop_of(realm)
    loop.count += 1
    due_ns = system_of(realm).now_ns + delay_ms * 1_000_000
    loop.timers[loop.count] = Timer(
        due_ns, loop.count, callback, realm.values_of(given), delay_ms if to_boolean(repeats) else 0, thing
    )
    return float(loop.count)


@native("stopTimer")
def _stop_timer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    loop_of(realm).timers.pop(integer(realm, argument(arguments, 0)), None)
    return None


@native("refTimer")
def _ref_timer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    timer = loop_of(realm).timers.get(integer(realm, argument(arguments, 0)))
    if timer is not None:
        timer.is_ref = to_boolean(argument(arguments, 1))
    return None


@native("hasTimer")
def _has_timer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return integer(realm, argument(arguments, 0)) in loop_of(realm).timers


@native("immediate")
def _immediate(realm: Host, this: Value, arguments: list[Value]) -> Value:
    loop_of(realm).immediates.append((arguments[1], realm.values_of(arguments[2]), arguments[0]))
    return None


@native("clearImmediate")
def _clear_immediate(realm: Host, this: Value, arguments: list[Value]) -> Value:
    loop = loop_of(realm)
    loop.immediates = [entry for entry in loop.immediates if entry[2] is not argument(arguments, 0)]
    loop.due = [entry for entry in loop.due if entry[1] is not argument(arguments, 0) or entry[1] is None]
    return None


@native("tick")
def _tick(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """tick(callback, arguments): process.nextTick"""
    realm.state.ticks.append((arguments[0], realm.values_of(arguments[1])))
    return None


@native("watch")
def _watch(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """watch(descriptor, callback or undefined)"""
    descriptor, loop = integer(realm, argument(arguments, 0)), loop_of(realm)
    if is_callable(argument(arguments, 1)):
        loop.watched[descriptor] = arguments[1]
    else:
        loop.watched.pop(descriptor, None)
        loop.unref.discard(descriptor)
    return None


@native("refDescriptor")
def _ref_descriptor(realm: Host, this: Value, arguments: list[Value]) -> Value:
    descriptor = integer(realm, argument(arguments, 0))
    if to_boolean(argument(arguments, 1)):
        loop_of(realm).unref.discard(descriptor)
    else:
        loop_of(realm).unref.add(descriptor)
    return None


@native("onSignal")
def _on_signal(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """onSignal(number, callback or undefined)"""
    number, callback = integer(realm, argument(arguments, 0)), argument(arguments, 1)
    if is_callable(callback):
        system_of(realm).catch(number, "catch")
        loop_of(realm).signals[number] = callback
    else:
        system_of(realm).catch(number, "default")
        loop_of(realm).signals.pop(number, None)
    return None


@native("onRejection")
def _on_rejection(realm: Host, this: Value, arguments: list[Value]) -> Value:
    realm.state.host["on_rejection"] = argument(arguments, 0)
    return None


@native("onUncaught")
def _on_uncaught(realm: Host, this: Value, arguments: list[Value]) -> Value:
    realm.state.host["on_uncaught"] = argument(arguments, 0)
    return None


@native("onExit")
def _on_exit(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """onExit(callback): called once with nothing when the loop is through, before the process ends"""
    realm.state.host["on_exit"] = argument(arguments, 0)
    return None


@native("promiseValue")
def _promise_value(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return getattr(argument(arguments, 0), "value", None)


@native("promiseState")
def _promise_state(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return getattr(argument(arguments, 0), "state", None)
