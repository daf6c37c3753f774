"""Calls, members and chains whose parts wait, operation by operation."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.assigning import getter_of
from fakedocker.userland.languages.javascript.calls import call_on_stack, construct_on_stack
from fakedocker.userland.languages.javascript.classes import push_super_call
from fakedocker.userland.languages.javascript.direct import Shortcut, direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Label
from fakedocker.userland.languages.javascript.operators import to_key
from fakedocker.userland.languages.javascript.rendering import not_a_function, render
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.stacked import KINDS, push, push_list
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import read, read_this
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner

Chain = list[Label]


def tagged(emitter: Emitter, node: syntax.Tagged) -> None:
    _push_callee(emitter, node.tag, [])
    texts, raws = node.template.texts, node.template.raws
    key = (emitter.code.number, node.at)
    emitter.op(
        lambda frame, machine: frame.stack.append(
            machine.language.template_object(frame.code.source, key, texts, raws)
        ),
        node.at,
    )
    for part in node.template.parts:
        push(emitter, part)
    _call(emitter, 1 + len(node.template.parts), node)


def member(emitter: Emitter, node: syntax.Member, chain: Chain | None = None) -> None:
    if isinstance(node.target, syntax.Super):
        push(emitter, node.key)
        function, this = read(emitter, "%function", node.at), read_this(emitter, node.target)

        def super_get(frame: Frame, machine: Runner) -> None:
            realm = machine.language
            key = to_key(realm, frame.stack.pop())
            frame.stack.append(realm.super_get(function(frame, machine), this(frame, machine), key))

        emitter.op(super_get, node.at)
        return
    _push_in_chain(emitter, node.target, chain)
    if node.optional:
        _end_if_nothing(emitter, chain, node.at)
    push_key(emitter, node)
    getter, at = getter_of(node), node.at

    def run(frame: Frame, machine: Runner) -> None:
        key, target = frame.stack.pop(), frame.stack.pop()
        frame.stack.append(getter(machine, target, key, at))

    emitter.op(run, node.at)


def push_key(emitter: Emitter, node: syntax.Member) -> None:
    if isinstance(node.key, syntax.PrivateName):
        mark = read(emitter, f"#{node.key.name}", node.at)
        emitter.op(lambda frame, machine: frame.stack.append(mark(frame, machine)), node.at)
    else:
        push(emitter, node.key)


def _push_in_chain(emitter: Emitter, node: Node, chain: Chain | None) -> None:
    """The target of a member or call, which may itself be a part of the chain."""
    if id(node) in emitter.analysis.waiting and chain is not None and isinstance(node, syntax.Member):
        member(emitter, node, chain)
    elif id(node) in emitter.analysis.waiting and chain is not None and isinstance(node, syntax.Call):
        call_node(emitter, node, chain)
    elif chain is not None and isinstance(node, syntax.Member):
        inner = direct(emitter, node)
        assert chain

        def make(place: int) -> Operation:
            def run(frame: Frame, machine: Runner) -> None:
                try:
                    frame.stack.append(inner(frame, machine))
                except Shortcut:
                    frame.stack.append(None)
                    frame.place = place

            return run

        emitter.jump(make, chain[0], node.at)
    else:
        push(emitter, node)


def _end_if_nothing(emitter: Emitter, chain: Chain | None, at: int, extra: int = 0) -> None:
    """At `?.`: end the chain with undefined if what is on the stack is nothing; `extra` values above it go."""
    assert chain

    def make(place: int) -> Operation:
        def run(frame: Frame, machine: Runner) -> None:
            value = frame.stack[-1 - extra]
            if value is None or value is NULL:
                del frame.stack[len(frame.stack) - 1 - extra :]
                frame.stack.append(None)
                frame.place = place

        return run

    emitter.jump(make, chain[0], at)


def chain(emitter: Emitter, node: syntax.Chain) -> None:
    end = Label()
    _push_in_chain(emitter, node.expression, [end])
    emitter.mark(end)


def _push_callee(emitter: Emitter, callee: Node, chain: Chain) -> None:
    """Leave a function and its `this`."""
    inner = callee
    if isinstance(inner, syntax.Member) and not isinstance(inner.target, syntax.Super):
        _push_in_chain(emitter, inner.target, chain or None)
        if inner.optional:
            _end_if_nothing(emitter, chain, inner.at)
        getter, at = getter_of(inner), inner.at
        if id(inner.key) not in emitter.analysis.waiting:
            key = (
                read(emitter, f"#{inner.key.name}", at)
                if isinstance(inner.key, syntax.PrivateName)
                else direct(emitter, inner.key)
            )

            def quick(frame: Frame, machine: Runner) -> None:
                target = frame.stack[-1]
                frame.stack[-1] = getter(machine, target, key(frame, machine), at)
                frame.stack.append(target)

            emitter.op(quick, at)
            return
        push_key(emitter, inner)

        def run(frame: Frame, machine: Runner) -> None:
            key, target = frame.stack.pop(), frame.stack.pop()
            frame.stack += (getter(machine, target, key, at), target)

        emitter.op(run, inner.at)
        return
    if isinstance(inner, syntax.Member):
        push(emitter, inner)
        this = read_this(emitter, inner.target)
        emitter.op(lambda frame, machine: frame.stack.append(this(frame, machine)), inner.at)
        return
    _push_in_chain(emitter, inner, chain or None)
    emitter.op(lambda frame, machine: frame.stack.append(None), inner.at)


def delete(emitter: Emitter, node: syntax.Delete) -> None:
    """`delete`: true for what is no member, and where a chain ends before it."""
    inner = node.value.expression if isinstance(node.value, syntax.Chain) else node.value
    at, strict = emitter.analysis.noted_places.get(id(node), node.at), emitter.code.is_strict
    end, done = Label(), Label()
    if isinstance(inner, syntax.Member):
        chain = [end]
        _push_in_chain(emitter, inner.target, chain)
        if inner.optional:
            _end_if_nothing(emitter, chain, inner.at)
        push(emitter, inner.key)

        def remove(frame: Frame, machine: Runner) -> None:
            key, where = frame.stack[-1], frame.stack[-2]
            gone = machine.language.delete_member(where, key, strict, at)
            frame.stack[-2:] = [gone]

        emitter.op(remove, node.at)
        emitter.goto(done, node.at)
    else:
        push(emitter, node.value)
    emitter.mark(end)
    emitter.op(_replace_by_true, node.at)
    emitter.mark(done)


def _replace_by_true(frame: Frame, machine: Runner) -> None:
    frame.stack[-1] = True


def call_node(emitter: Emitter, node: syntax.Call, chain: Chain | None = None) -> None:
    if isinstance(node.callee, syntax.Super):
        push_super_call(emitter, node, push_list)
        return
    _push_callee(emitter, node.callee, chain or [])
    if node.optional:
        _end_if_nothing(emitter, chain, node.at, extra=1)
    if any(isinstance(argument, syntax.Spread) for argument in node.arguments):
        push_list(emitter, node.arguments, node.at)
        said = emitter.words(emitter.failing_calls.get(id(node)) or not_a_function(node))

        def run(frame: Frame, machine: Runner) -> object:
            arguments = frame.stack.pop()
            frame.stack += arguments
            return call_on_stack(frame, machine, len(arguments), said)

        emitter.op(run, node.at)
        return
    for argument in node.arguments:
        push(emitter, argument)
    _call(emitter, len(node.arguments), node)


def _call(emitter: Emitter, count: int, node: syntax.Call | syntax.Tagged) -> None:
    said = emitter.words(emitter.failing_calls.get(id(node)) or not_a_function(node))
    emitter.op(lambda frame, machine: call_on_stack(frame, machine, count, said), node.at)


def new(emitter: Emitter, node: syntax.New) -> None:
    push(emitter, node.callee)
    push_list(emitter, node.arguments, node.at)
    text = emitter.words(emitter.failing_calls.get(id(node)) or render(node.callee))

    def run(frame: Frame, machine: Runner) -> object:
        arguments = frame.stack.pop()
        frame.stack += arguments
        return construct_on_stack(frame, machine, len(arguments), text)

    emitter.op(run, node.at)


def import_call(emitter: Emitter, node: syntax.ImportCall) -> None:
    push(emitter, node.source)
    referrer = emitter.code.source.name

    def run(frame: Frame, machine: Runner) -> object:
        value = frame.stack.pop()
        frame.stack.append(machine.language.import_later(referrer, value))
        return False

    emitter.op(run, node.at)


KINDS.update(
    {
        syntax.Tagged: tagged, syntax.Member: member, syntax.Chain: chain, syntax.Call: call_node, syntax.New: new, syntax.ImportCall: import_call, syntax.Delete: delete,
    }
)  # fmt: skip
