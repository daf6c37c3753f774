"""Reading and writing variables: evaluations for each way in which one is kept."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate, box_number
from fakedocker.userland.languages.javascript.scopes import LEXICAL, Variable
from fakedocker.userland.languages.javascript.shared import UNINITIALIZED
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.code import Box, Frame, Operation, Runner

Store = Callable[[Frame, Runner, Value], None]


def read(emitter: Emitter, name: str, at: int) -> Evaluate:
    """The value of the variable that a name means."""
    variable = emitter.scope.find(name)
    if variable is None:
        return lambda frame, machine: machine.language.global_value(name, at)
    return read_variable(emitter, variable, at)


def read_this(emitter: Emitter, node: Node) -> Evaluate:
    """`this`, of a node that is it or means it; ReferenceError before `super` has made it."""
    return read(emitter, "this", emitter.analysis.noted_places.get(id(node), node.at))


def read_variable(emitter: Emitter, variable: Variable, at: int, *, as_it_is: bool = False) -> Evaluate:
    """The value of a variable; ReferenceError before it is declared, unless it is wanted `as_it_is`."""
    name = variable.name
    must_check = _must_check(emitter, variable) and not as_it_is
    slot = variable.slot
    if variable.function is not emitter.function:
        number = box_number(emitter, variable)
        if not must_check:
            return lambda frame, machine: frame.boxes[number].value

        def outer(frame: Frame, machine: Runner) -> Value:
            value = frame.boxes[number].value
            if value is UNINITIALIZED:
                raise machine.language.uninitialized(name, at)
            return value

        return outer
    if variable.boxed:

        def boxed(frame: Frame, machine: Runner) -> Value:
            value = frame.slots[slot].value
            if value is UNINITIALIZED:
                raise machine.language.uninitialized(name, at)
            return value

        return boxed if must_check else lambda frame, machine: frame.slots[slot].value
    if not must_check:
        return lambda frame, machine: frame.slots[slot]
    emitter.checked.add(variable)

    def local(frame: Frame, machine: Runner) -> Value:
        value = frame.slots[slot]
        if value is UNINITIALIZED:
            raise machine.language.uninitialized(name, at)
        return value

    return local


def _must_check(emitter: Emitter, variable: Variable) -> bool:
    if variable.name == "this":
        return variable.kind == "pseudo" and emitter.code.kind in ("derived", "arrow", "field")
    if variable.kind == "import":
        return True
    is_own = variable.function is emitter.function
    if variable.late and (is_own or variable.late > 1):
        return not (is_own and variable in emitter.known)
    return variable.kind in LEXICAL and not (is_own and variable in emitter.known)


def write(emitter: Emitter, name: str, at: int) -> Store:
    """Assign to the variable that a name means."""
    variable = emitter.scope.find(name)
    strict = emitter.code.is_strict
    if variable is None:
        return lambda frame, machine, value: machine.language.set_global(name, value, strict, at)
    if variable.kind in ("const", "import"):
        reading = read_variable(emitter, variable, at)

        def refuse(frame: Frame, machine: Runner, value: Value) -> None:
            reading(frame, machine)
            raise machine.language.error_at(at, "TypeError", "Assignment to constant variable.")

        return refuse
    if variable.kind == "name":

        def ignore(frame: Frame, machine: Runner, value: Value) -> None:
            if strict:
                raise machine.language.error_at(at, "TypeError", "Assignment to constant variable.")

        return ignore
    if _must_check(emitter, variable):
        reading = read_variable(emitter, variable, at)
        storing = store_variable(emitter, variable)

        def checked(frame: Frame, machine: Runner, value: Value) -> None:
            reading(frame, machine)
            storing(frame, machine, value)

        return checked
    return store_variable(emitter, variable)


def store_variable(emitter: Emitter, variable: Variable) -> Store:
    """Give a variable a value, whatever it has."""
    slot = variable.slot
    if variable.function is not emitter.function:
        number = box_number(emitter, variable)

        def outer(frame: Frame, machine: Runner, value: Value) -> None:
            frame.boxes[number].value = value

        return outer
    if variable.boxed:

        def boxed(frame: Frame, machine: Runner, value: Value) -> None:
            frame.slots[slot].value = value

        return boxed

    def local(frame: Frame, machine: Runner, value: Value) -> None:
        frame.slots[slot] = value

    return local


def box_of(emitter: Emitter, variable: Variable) -> Callable[[Frame], Box]:
    """The box of a variable that a function within sees."""
    slot = variable.slot
    if variable.function is emitter.function:
        return lambda frame: frame.slots[slot]
    number = box_number(emitter, variable)
    return lambda frame: frame.boxes[number]


def open_scope(emitter: Emitter, at: int) -> None:
    """The operation at the beginning of a block: its variables are there, and have no value yet. Those of a function that
    are not lexical have had theirs since its call."""
    is_top = emitter.scope is emitter.function.top
    variables = [variable for variable in emitter.scope.names.values() if not is_top or variable.kind in LEXICAL]
    emitter.known.difference_update(variables)

    def make() -> Operation | None:
        boxed = tuple(
            (variable.slot, UNINITIALIZED if variable.kind in LEXICAL else None)
            for variable in variables
            if variable.boxed and variable.kind != "private"
        )
        plain = tuple(variable.slot for variable in variables if not variable.boxed and variable in emitter.checked)
        if not boxed and not plain:
            return None

        def run(frame: Frame, machine: Runner) -> None:
            slots = frame.slots
            for slot in plain:
                slots[slot] = UNINITIALIZED
            for slot, value in boxed:
                slots[slot] = Box(value)

        return run

    make.may_be_nothing = True  # type: ignore[attr-defined]
    emitter.later(make, at)


def open_parameters(emitter: Emitter, at: int) -> None:
    """The operation before parameters that are not plain names are taken: they have no value yet."""
    variables = [variable for variable in emitter.function.top.names.values() if variable.late]

    def make() -> Operation | None:
        boxed = tuple(variable.slot for variable in variables if variable.boxed)
        plain = tuple(variable.slot for variable in variables if not variable.boxed and variable in emitter.checked)
        if not boxed and not plain:
            return None

        def run(frame: Frame, machine: Runner) -> None:
            for slot in plain:
                frame.slots[slot] = UNINITIALIZED
            for slot in boxed:
                frame.slots[slot].value = UNINITIALIZED

        return run

    make.may_be_nothing = True  # type: ignore[attr-defined]
    emitter.later(make, at)


def renew_boxes(emitter: Emitter, at: int) -> None:
    """The operation between two turns of a `for` loop: each turn has variables of its own."""
    slots = tuple(variable.slot for variable in emitter.scope.names.values() if variable.boxed)
    if not slots:
        return

    def run(frame: Frame, machine: Runner) -> None:
        for slot in slots:
            frame.slots[slot] = Box(frame.slots[slot].value)

    emitter.op(run, at)
