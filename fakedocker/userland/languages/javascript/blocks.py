"""Statements as operations. Between two statements a frame's stack is empty, so that any jump may leave any block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final as Constant

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import Ending
from fakedocker.userland.languages.javascript.direct import direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Label, Target
from fakedocker.userland.languages.javascript.functions import function_maker
from fakedocker.userland.languages.javascript.jumping import (
    break_statement,
    close_final,
    continue_statement,
    drop,
    end_loop,
    open_final,
    pop_handler,
    push_handler,
    return_statement,
    throw_statement,
)
from fakedocker.userland.languages.javascript.operators import strictly_equal
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.scopes import Variable
from fakedocker.userland.languages.javascript.stacked import condition, note_failing_call, push
from fakedocker.userland.languages.javascript.stacked_assigning import store
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import Store, open_scope, read, store_variable, write
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner
from fakedocker.userland.languages.machine.machine import Thrown


def statement(emitter: Emitter, node: Node) -> None:
    """The operations of one statement."""
    KINDS[type(node)](emitter, node)


def statements(emitter: Emitter, body: Iterable[Node]) -> None:
    """Functions first, then the statements in their order."""
    hoist(emitter, body)
    for node in body:
        statement(emitter, node)


def hoist(emitter: Emitter, body: Iterable[Node]) -> None:
    """Make the functions that a block declares."""
    for node in body:
        declared = node.declaration if isinstance(node, syntax.Export) else node
        while isinstance(declared, syntax.Labelled):
            declared = declared.body
        if isinstance(declared, syntax.FunctionDeclaration):
            _make_function(emitter, declared.function, node.at)


def _make_function(emitter: Emitter, node: syntax.Function, at: int) -> None:
    variable = emitter.scope.names.get(node.name)
    maker = function_maker(emitter, node, node.name)
    storing = initialize(emitter, node.name, at)
    emitter.op(lambda frame, machine: storing(frame, machine, maker(frame, machine)), at)
    if variable is not None:
        emitter.known.add(variable)


def _function(emitter: Emitter, node: syntax.FunctionDeclaration) -> None:
    """A function has been made where its block begins; where it stands, the function around gets it, too."""
    if id(node) not in emitter.analysis.lifted:
        return
    name, at = node.function.name, node.at
    reading = read(emitter, name, at)
    storing = store_variable(emitter, emitter.function.top.names[name])
    emitter.op(lambda frame, machine: storing(frame, machine, reading(frame, machine)), at)


def _block(emitter: Emitter, node: syntax.Block) -> None:
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]
    labels, emitter.labels_ahead = emitter.labels_ahead, ()
    target = Target(labels, Label(), None, emitter.handlers, is_breakable=False) if labels else None
    if target:
        emitter.targets.append(target)
    open_scope(emitter, node.at)
    statements(emitter, node.body)
    if target and target.end:
        emitter.targets.pop()
        emitter.mark(target.end)
    emitter.scope = outer


def _expression(emitter: Emitter, node: syntax.ExpressionStatement) -> None:
    slot = emitter.result_slot
    if slot >= 0:
        push(emitter, node.expression)
        emitter.op(lambda frame, machine: frame.slots.__setitem__(slot, frame.stack.pop()), node.at)
    elif id(node.expression) not in emitter.analysis.waiting:
        value = direct(emitter, node.expression)

        def run(frame: Frame, machine: Runner) -> None:
            value(frame, machine)

        emitter.op(run, node.expression.at)
    else:
        push(emitter, node.expression)
        emitter.op(drop, node.at)


def _empty(emitter: Emitter, node: Node) -> None:
    return None


# declarations


def _declaration(emitter: Emitter, node: syntax.Declaration) -> None:
    for target, value in node.pairs:
        declare(emitter, node.kind, target, value)


def declare(emitter: Emitter, kind: str, target: Node, value: Node | None) -> None:
    """Give what is declared its value."""
    if value is None:
        if kind == "var":
            return
        emitter.op(lambda frame, machine: frame.stack.append(None), target.at)
    else:
        if isinstance(target, syntax.ArrayPattern):
            note_failing_call(emitter, value)
        push(emitter, value, target.name if isinstance(target, syntax.Name) else "")
    bind(emitter, kind, target)


def bind(emitter: Emitter, kind: str, target: Node) -> None:
    """Give what is declared the value on the stack."""
    is_global = isinstance(target, syntax.Name) and emitter.scope.find(target.name) is None
    store(emitter, target, write if kind == "var" and not is_global else initialize)
    if kind != "var":
        for name in names_of(target):
            variable = emitter.scope.find(name.name)
            if variable is not None:
                emitter.known.add(variable)


def initialize(emitter: Emitter, name: str, at: int) -> Store:
    """What gives a variable its first value."""
    variable = emitter.scope.find(name)
    if variable is None:  # at the prompt
        return lambda frame, machine, value: machine.language.declare_global(name, value)
    return store_variable(emitter, variable)


def _class(emitter: Emitter, node: syntax.ClassDeclaration) -> None:
    push(emitter, node.value)
    variable = emitter.scope.names.get(node.value.name)
    if variable is not None:
        _store_in(emitter, variable, node.at)
    else:
        storing = initialize(emitter, node.value.name, node.at)
        emitter.op(lambda frame, machine: storing(frame, machine, frame.stack.pop()), node.at)


def _store_in(emitter: Emitter, variable: Variable, at: int) -> None:
    storing = store_variable(emitter, variable)
    emitter.op(lambda frame, machine: storing(frame, machine, frame.stack.pop()), at)
    emitter.known.add(variable)


def _export(emitter: Emitter, node: syntax.Export) -> None:
    if node.declaration is None:
        return
    if any(here == "*default*" for here, _ in node.names):
        push(emitter, node.declaration, "default")
        _store_in(emitter, emitter.scope.names["*default*"], node.at)
    else:
        statement(emitter, node.declaration)


# branches and loops


def _if(emitter: Emitter, node: syntax.If) -> None:
    otherwise, end = Label(), Label()
    condition(emitter, node.test, otherwise)
    known = set(emitter.known)
    statement(emitter, node.yes)
    emitter.known = known
    if node.no is not None:
        emitter.goto(end, node.at)
        emitter.mark(otherwise)
        statement(emitter, node.no)
        emitter.known = known
        emitter.mark(end)
    else:
        emitter.mark(otherwise)


# jumps


def _labelled(emitter: Emitter, node: syntax.Labelled) -> None:
    emitter.labels_ahead = (*emitter.labels_ahead, node.label)
    if isinstance(
        node.body,
        syntax.For | syntax.ForIn | syntax.While | syntax.DoWhile | syntax.Block | syntax.Labelled | syntax.Switch,
    ):
        statement(emitter, node.body)
        emitter.labels_ahead = ()
        return
    labels, emitter.labels_ahead = emitter.labels_ahead, ()
    target = Target(labels, Label(), None, emitter.handlers, is_breakable=False)
    emitter.targets.append(target)
    statement(emitter, node.body)
    end_loop(emitter, target)


def _switch(emitter: Emitter, node: syntax.Switch) -> None:
    slot = emitter.new_slot()
    push(emitter, node.value)
    emitter.op(lambda frame, machine: frame.slots.__setitem__(slot, frame.stack.pop()), node.at)
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]
    labels, emitter.labels_ahead = emitter.labels_ahead, ()
    target = Target(labels, Label(), None, emitter.handlers)
    emitter.targets.append(target)
    open_scope(emitter, node.at)
    body = [part for case in node.cases for part in case.body]
    hoist(emitter, body)
    starts = [Label() for _ in node.cases]
    assert target.end is not None
    for case, start in zip(node.cases, starts, strict=True):
        if case.test is not None:
            push(emitter, case.test)
            emitter.jump(lambda place: _if_same(slot, place), start, case.at)
    default = next((start for case, start in zip(node.cases, starts, strict=True) if case.test is None), target.end)
    emitter.goto(default, node.at)
    for case, start in zip(node.cases, starts, strict=True):
        emitter.mark(start)
        for part in case.body:
            statement(emitter, part)
        emitter.known.difference_update(emitter.scope.names.values())
    end_loop(emitter, target)
    emitter.scope = outer


def _if_same(slot: int, place: int) -> Operation:
    def run(frame: Frame, machine: Runner) -> None:
        if strictly_equal(frame.slots[slot], frame.stack.pop()):
            frame.place = place

    return run


# try


def _try(emitter: Emitter, node: syntax.Try) -> None:
    final = open_final(emitter, node.at) if node.last is not None else None
    if node.handler is None:
        statement(emitter, node.body)
    else:
        _try_catch(emitter, node)
    if final is not None:
        last = node.last
        assert last is not None
        close_final(emitter, final, node.at, lambda: statement(emitter, last))


def _try_catch(emitter: Emitter, node: syntax.Try) -> None:
    handler, end = Label(), Label()
    push_handler(emitter, handler, node.at)
    known = set(emitter.known)
    statement(emitter, node.body)
    emitter.known = known
    pop_handler(emitter, node.at)
    emitter.goto(end, node.at)
    emitter.mark(handler)
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]

    def check(frame: Frame, machine: Runner) -> None:
        if type(frame.stack[-1]) is Ending:
            raise Thrown(frame.stack[-1])

    emitter.op(check, node.at)
    open_scope(emitter, node.at)
    if node.parameter is not None:
        bind(emitter, "let", node.parameter)
    else:
        emitter.op(drop, node.at)
    assert node.handler is not None
    statement(emitter, node.handler)
    emitter.scope = outer
    emitter.known = known
    emitter.mark(end)


KINDS: Constant[dict[type, Callable[..., None]]] = {
    syntax.Block: _block, syntax.ExpressionStatement: _expression, syntax.Empty: _empty, syntax.Declaration: _declaration,
    syntax.FunctionDeclaration: _function, syntax.ClassDeclaration: _class, syntax.Export: _export, syntax.Import: _empty, syntax.If: _if,
    syntax.Break: break_statement, syntax.Continue: continue_statement,
    syntax.Return: return_statement, syntax.Throw: throw_statement, syntax.Labelled: _labelled, syntax.Switch: _switch, syntax.Try: _try,
}  # fmt: skip
