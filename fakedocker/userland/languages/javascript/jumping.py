"""Jumps out of blocks: break, continue, return and throw, and the finally blocks that they pass."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.emitting import Emitter, Final, Label, Target
from fakedocker.userland.languages.javascript.resuming import await_value
from fakedocker.userland.languages.javascript.stacked import push
from fakedocker.userland.languages.javascript.variables import read
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner
from fakedocker.userland.languages.machine.machine import Thrown

_NORMAL = 0


THROWN = 1


_FIRST_WAY = 2


def drop(frame: Frame, machine: Runner) -> None:
    """Drop what is on the stack."""
    frame.stack.pop()


def break_statement(emitter: Emitter, node: syntax.Break) -> None:
    _leave_to(
        emitter,
        lambda target: node.label in target.labels if node.label else target.is_breakable,
        lambda target: target.end,
        node.at,
    )


def continue_statement(emitter: Emitter, node: syntax.Continue) -> None:
    def fits(target: Target) -> bool:
        return target.again is not None and (not node.label or node.label in target.labels)

    _leave_to(emitter, fits, lambda target: target.again, node.at)


def _leave_to(
    emitter: Emitter, fits: Callable[[Target], bool], where: Callable[[Target], Label | None], at: int
) -> None:
    """Jump to a target, through each `finally` on the way."""
    for place in range(len(emitter.targets) - 1, -1, -1):
        target = emitter.targets[place]
        if target.final is not None:
            _through(emitter, target, lambda: _leave_to(emitter, fits, where, at), at, None)
            return
        if fits(target):
            label = where(target)
            assert label is not None
            _drop_handlers(emitter, emitter.handlers - target.handlers, at)
            emitter.goto(label, at)
            return
    raise AssertionError("a jump without a target")


def _drop_handlers(emitter: Emitter, count: int, at: int) -> None:
    if count:

        def run(frame: Frame, machine: Runner) -> None:
            del frame.handlers[len(frame.handlers) - count :]

        emitter.op(run, at)


def _through(emitter: Emitter, target: Target, onward: Callable[[], None], at: int, value: str | None) -> None:
    """Go to a `finally`, after which `onward` goes on. `value`: "stack" if the value to return is there."""
    final = target.final
    assert final is not None
    way = _FIRST_WAY + len(final.ways)
    final.ways.append(onward)
    _drop_handlers(emitter, emitter.handlers - target.handlers, at)
    kind_slot, value_slot = final.kind_slot, final.value_slot

    def run(frame: Frame, machine: Runner) -> None:
        frame.slots[kind_slot] = way
        frame.slots[value_slot] = frame.stack.pop() if value else None

    emitter.op(run, at)
    emitter.goto(final.start, at)


def return_statement(emitter: Emitter, node: syntax.Return) -> None:
    if node.value is None:
        emitter.op(lambda frame, machine: frame.stack.append(None), node.at)
    else:
        push(emitter, node.value)
        if emitter.code.is_async and emitter.code.is_generator:
            emitter.op(await_value, node.at)
    if emitter.code.kind == "derived":
        give_this(emitter, node.at)
    leave(emitter, node.at)


def give_this(emitter: Emitter, at: int) -> None:
    """What a derived constructor returns where that is undefined: `this`, which there may be none of."""
    this = read(emitter, "this", at)

    def run(frame: Frame, machine: Runner) -> None:
        if frame.stack[-1] is None:
            frame.stack[-1] = this(frame, machine)

    emitter.op(run, at)


def leave(emitter: Emitter, at: int) -> None:
    """Return what is on the stack, through each `finally` on the way."""
    for place in range(len(emitter.targets) - 1, -1, -1):
        target = emitter.targets[place]
        if target.final is not None:
            _through(emitter, target, _leave_again(emitter, target.final.value_slot, at), at, "stack")
            return
    emitter.op(lambda frame, machine: machine.leave(frame.stack.pop()), at)


def _leave_again(emitter: Emitter, value_slot: int, at: int) -> Callable[[], None]:
    """What goes on with a return behind a `finally`."""

    def onward() -> None:
        emitter.op(lambda frame, machine: frame.stack.append(frame.slots[value_slot]), at)
        leave(emitter, at)

    return onward


def throw_statement(emitter: Emitter, node: syntax.Throw) -> None:
    push(emitter, node.value)

    def run(frame: Frame, machine: Runner) -> None:
        value = frame.stack.pop()
        machine.language.note_thrown(node.at, value)
        raise Thrown(value)

    emitter.op(run, node.at)


def push_handler(emitter: Emitter, handler: Label, at: int) -> None:
    def make(place: int) -> Operation:
        def run(frame: Frame, machine: Runner) -> None:
            frame.handlers.append((place, len(frame.stack)))

        return run

    emitter.jump(make, handler, at)
    emitter.handlers += 1


def pop_handler(emitter: Emitter, at: int) -> None:
    def run(frame: Frame, machine: Runner) -> None:
        frame.handlers.pop()

    emitter.op(run, at)
    emitter.handlers -= 1


def open_final(emitter: Emitter, at: int) -> Final:
    """Begin what a `finally` follows, however it is left."""
    final = Final(emitter.new_slot(), emitter.new_slot())
    emitter.targets.append(Target((), None, None, emitter.handlers, final, is_breakable=False))
    push_handler(emitter, final.caught, at)
    return final


def close_final(
    emitter: Emitter, final: Final, at: int, body: Callable[[], None], through: Label | None = None
) -> None:
    """The `finally` itself, and then on the way that was under way. `through`: a label at which all went well, too."""
    kind_slot, value_slot = final.kind_slot, final.value_slot
    if through is not None:
        emitter.mark(through)
    pop_handler(emitter, at)
    emitter.targets.pop()

    def normal(frame: Frame, machine: Runner) -> None:
        frame.slots[kind_slot] = _NORMAL

    def thrown(frame: Frame, machine: Runner) -> None:
        frame.slots[kind_slot] = THROWN
        frame.slots[value_slot] = frame.stack.pop()

    emitter.op(normal, at)
    emitter.goto(final.start, at)
    emitter.mark(final.caught)
    emitter.op(thrown, at)
    emitter.mark(final.start)
    known = set(emitter.known)
    body()
    emitter.known = known
    ways = [Label() for _ in final.ways]
    end = Label()

    def make() -> Operation:
        places = [label.place for label in ways]

        def dispatch(frame: Frame, machine: Runner) -> None:
            kind = frame.slots[kind_slot]
            value = frame.slots[value_slot]
            if kind == THROWN:
                frame.slots[value_slot] = None
                raise Thrown(value)
            if kind >= _FIRST_WAY:
                frame.place = places[kind - _FIRST_WAY]
            else:
                frame.place = end.place

        return dispatch

    emitter.later(make, at)
    for label, onward in zip(ways, list(final.ways), strict=True):
        emitter.mark(label)
        onward()
    emitter.mark(end)


def end_loop(emitter: Emitter, target: Target) -> None:
    """Behind a loop, a switch or a labelled block, where `break` goes."""
    emitter.targets.pop()
    assert target.end is not None
    emitter.mark(target.end)
