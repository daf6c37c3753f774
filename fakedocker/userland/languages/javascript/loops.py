"""Loops as operations."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.blocks import KINDS, bind, statement
from fakedocker.userland.languages.javascript.direct import direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Final, Label, Target
from fakedocker.userland.languages.javascript.jumping import (
    THROWN,
    close_final,
    drop,
    end_loop,
    open_final,
)
from fakedocker.userland.languages.javascript.operators import to_boolean
from fakedocker.userland.languages.javascript.places import place_of_subject
from fakedocker.userland.languages.javascript.rendering import not_iterable
from fakedocker.userland.languages.javascript.resuming import await_value
from fakedocker.userland.languages.javascript.stacked import condition, note_failing_call, push
from fakedocker.userland.languages.javascript.stacked_assigning import store
from fakedocker.userland.languages.javascript.variables import open_scope, renew_boxes
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner


def _loop(emitter: Emitter, again: Label) -> Target:
    labels, emitter.labels_ahead = emitter.labels_ahead, ()
    target = Target(labels, Label(), again, emitter.handlers)
    emitter.targets.append(target)
    return target


def while_statement(emitter: Emitter, node: syntax.While) -> None:
    again = Label()
    target = _loop(emitter, again)
    emitter.mark(again)
    assert target.end is not None
    condition(emitter, node.test, target.end)
    statement(emitter, node.body)
    emitter.goto(again, node.at)
    end_loop(emitter, target)


def do_statement(emitter: Emitter, node: syntax.DoWhile) -> None:
    start, again = Label(), Label()
    target = _loop(emitter, again)
    emitter.mark(start)
    statement(emitter, node.body)
    emitter.mark(again)
    condition(emitter, node.test, start, wanted=False)
    end_loop(emitter, target)


def for_statement(emitter: Emitter, node: syntax.For) -> None:
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]
    start, again = Label(), Label()
    target = _loop(emitter, again)
    open_scope(emitter, node.at)
    if isinstance(node.first, syntax.Declaration):
        statement(emitter, node.first)
    elif node.first is not None:
        push(emitter, node.first)
        emitter.op(drop, node.first.at)
    emitter.mark(start)
    assert target.end is not None
    if node.test is not None:
        condition(emitter, node.test, target.end)
    statement(emitter, node.body)
    emitter.mark(again)
    renew_boxes(emitter, node.at)
    if node.step is not None:
        if id(node.step) in emitter.analysis.waiting:
            push(emitter, node.step)
            emitter.op(drop, node.step.at)
        else:
            step = direct(emitter, node.step)

            def run(frame: Frame, machine: Runner) -> None:
                step(frame, machine)

            emitter.op(run, node.step.at)
    emitter.goto(start, node.at)
    end_loop(emitter, target)
    emitter.scope = outer


def for_in_statement(emitter: Emitter, node: syntax.ForIn) -> None:
    """Over keys, or what an iterator gives; what it is left by early, it is told of."""
    if isinstance(node.target, syntax.Declaration) and node.target.pairs[0][1] is not None:
        statement(emitter, node.target)
    at = place_of_subject(node.value)
    slot = emitter.new_slot()
    kind, said = node.kind, emitter.told(not_iterable(node.value, at))
    if kind != "in":
        note_failing_call(emitter, node.value)
    push(emitter, node.value)

    def begin(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        value = frame.stack[-1]
        frame.slots[slot] = (
            realm.key_iterator(value) if kind == "in" else realm.iterator(value, kind == "await", at, said)
        )
        frame.stack.pop()

    emitter.op(begin, at)
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]
    again = Label()
    end = Label()
    closes = kind != "in"
    final = open_final(emitter, node.at) if closes else None
    target = _loop(emitter, again)
    emitter.mark(again)
    emitter.op(lambda frame, machine: machine.language.enter_next(frame.slots[slot], None), node.place)
    if kind == "await":
        emitter.op(await_value, node.place)
    emitter.jump(lambda place: _take_next(slot, place, node.place), end, node.place)
    open_scope(emitter, node.at)
    if isinstance(node.target, syntax.Declaration):
        bind(emitter, node.target.kind, node.target.pairs[0][0])
    else:
        store(emitter, node.target)
    statement(emitter, node.body)
    emitter.goto(again, node.at)
    end_loop(emitter, target)
    if final is not None:
        close_final(
            emitter,
            final,
            node.at,
            lambda: _end_iterator(emitter, slot, final, node.at, is_async=kind == "await"),
            through=end,
        )
    else:
        emitter.mark(end)
    emitter.scope = outer


def _take_next(slot: int, place: int, at: int) -> Operation:
    """Take what an iterator gave: leave its value on the stack, or end the loop."""

    def run(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        result = frame.stack.pop()
        if type(result) is tuple:
            value, done = result
        else:
            done = to_boolean(realm.get_result(result, "done", at))
            value = None if done else realm.get_member(result, "value", at)
        if done:
            frame.slots[slot] = None
            frame.place = place
        else:
            frame.stack.append(value)

    return run


def _end_iterator(emitter: Emitter, slot: int, final: Final, at: int, *, is_async: bool) -> None:
    """What a `for` loop does when it is left early: call the iterator's `return`."""

    def close(frame: Frame, machine: Runner) -> object:
        iterator, frame.slots[slot] = frame.slots[slot], None
        if iterator is None:
            frame.stack.append(None)
            return False
        return machine.language.enter_return(iterator, frame.slots[final.kind_slot] == THROWN)

    emitter.op(close, at)
    if is_async:
        emitter.op(await_value, at)
    emitter.op(drop, at)


KINDS.update(
    {
        syntax.While: while_statement,
        syntax.DoWhile: do_statement,
        syntax.For: for_statement,
        syntax.ForIn: for_in_statement,
    }
)
