"""Operations that expand words and set variables. Each expands in one go; what had to wait is on the stack already."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.userland.sh.closures import arguments_closure, fields_closure, string_closure
from fakedocker.userland.sh.conditions import evaluate_test
from fakedocker.userland.sh.evaluation import calculate
from fakedocker.userland.sh.expansion import add_parts, parameter_values, pattern_of, string_of, subscript, value_of
from fakedocker.userland.sh.fields import finish
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.nodes import Assignment, DoubleQuoted, Literal, Parameter, Parts, Quoted
from fakedocker.userland.sh.quoting import quote_trace
from fakedocker.userland.sh.state import LARGE_TEXT, ShellState
from fakedocker.userland.sh.variables import assign


def take_results(shell: ShellState, count: int) -> None:
    """Move the results of `count` substitutions from the stack to where expansion finds them."""
    shell.results = tuple(shell.stack[-count:])
    del shell.stack[-count:]


@operation("push")
def _push(item: tuple[Any, ...], following: int) -> Linked:
    value = item[1]

    def push(shell: ShellState) -> int:
        shell.stack.append(value)
        return following

    return push


@operation("parameters")
def _parameters(item: tuple[Any, ...], following: int) -> Linked:
    def push(shell: ShellState) -> int:
        shell.stack.append(shell.parameters)
        return following

    return push


@operation("arguments")
def _arguments(item: tuple[Any, ...], following: int) -> Linked:
    arguments = arguments_closure(item[1])

    def push(shell: ShellState) -> int:
        shell.stack.append(arguments(shell))
        return following

    return push


@operation("add_arguments")
def _add_arguments(item: tuple[Any, ...], following: int) -> Linked:
    _, parts, count = item
    fields = fields_closure(parts)

    def add(shell: ShellState) -> int:
        if count:
            take_results(shell, count)
        shell.stack[-1] += tuple(fields(shell))
        return following

    return add


@operation("string")
def _string(item: tuple[Any, ...], following: int) -> Linked:
    _, parts, count, mode = item
    make = {"pattern": pattern_of, "value": value_of, "regular": _regular}.get(mode)
    function = string_closure(parts) if make is None or not parts else (lambda shell: make(shell, parts))
    if mode == "value" and not _has_tilde(parts):
        function = string_closure(parts)

    def push(shell: ShellState) -> int:
        if count:
            take_results(shell, count)
        value = function(shell)
        shell.stack.append(value if type(value) is str else str(value))
        return following

    return push


def _has_tilde(parts: Parts) -> bool:
    return any(isinstance(part, Literal) and "~" in part.text for part in parts)


def _regular(shell: ShellState, parts: Parts) -> str:
    """The right side of =~: what is quoted matches itself."""
    import re

    pieces = []
    for part in parts:
        text = string_of(shell, (part,))
        pieces.append(re.escape(text) if isinstance(part, Quoted | DoubleQuoted) else text)
    return "".join(pieces)


@operation("unless_needed")
def _unless_needed(item: tuple[Any, ...], following: int) -> Linked:
    """Skip a substitution inside ${x:-word} where the word is not used."""
    _, guard, target = item
    plain: Parameter = replace(guard, operator="")

    def decide(shell: ShellState) -> int:
        held = parameter_values(shell, plain)
        missing = held is None or (guard.operator[0] == ":" and not "".join(held))
        return following if missing != (guard.operator[-1] == "+") else target

    return decide


@operation("assign")
def _assign(item: tuple[Any, ...], following: int) -> Linked:
    _, name, parts = item
    value = (lambda shell: value_of(shell, parts)) if _has_tilde(parts) else string_closure(parts)

    def set_variable(shell: ShellState) -> int:
        if shell.slow or name in _WATCHED or type(shell.variables.get(name)) is dict:
            text = value(shell)
            trace_assignment(shell, name, str(text))
            assign(shell, name, text)
            if name == "OPTIND":
                shell.getopts_offset = 0
        else:
            held = shell.variables[name] = value(shell)
            if type(held) is str and len(held) > LARGE_TEXT:
                shell.account_memory()
        shell.status = 0
        return following

    return set_variable


_WATCHED = frozenset({"OPTIND"})


def trace_assignment(shell: ShellState, name: str, text: str) -> None:
    if "x" in shell.options:
        shell.error(f"{shell.trace_prefix()}{name}={quote_trace(text, shell.dialect.name) if text else ''}\n")


@operation("assign_general")
def _assign_general(item: tuple[Any, ...], following: int) -> Linked:
    """With substitutions, a subscript, += or an array; $? is left to the substitutions."""
    assignment: Assignment = item[1]
    count: int = item[2]

    def set_variable(shell: ShellState) -> int:
        if count:
            take_results(shell, count)
        name = assignment.name
        if assignment.elements is not None:
            assign(shell, name, _elements(shell, assignment), append=assignment.append)
            shell.status = shell.status if count else 0
            return following
        text = value_of(shell, assignment.value)
        key = None
        if assignment.subscript is not None:
            key = subscript(shell, name, string_of(shell, assignment.subscript))
        trace_assignment(shell, name, text)
        assign(shell, name, text, append=assignment.append, subscript=key)
        shell.status = shell.status if count else 0
        return following

    return set_variable


def _elements(shell: ShellState, assignment: Assignment) -> dict[Any, str]:
    """The value of name=( ... )."""
    found: dict[Any, str] = {}
    place = 0
    for key, parts in assignment.elements or ():
        if key is not None:
            index = subscript(shell, assignment.name, string_of(shell, key))
            found[index] = value_of(shell, parts)
            place = index + 1 if isinstance(index, int) else place
            continue
        fields: list[list[tuple[str, bool]]] = [[]]
        add_parts(shell, parts, False, fields, False)
        for text in finish(shell, fields):
            found[place] = text
            place += 1
    if all(isinstance(index, int) for index in found):
        found = dict(sorted(found.items()))
    return found


@operation("arithmetic")
def _arithmetic(item: tuple[Any, ...], following: int) -> Linked:
    """(( )): succeeds where the value is not 0."""
    _, parts, count = item

    def evaluate(shell: ShellState) -> int:
        if count:
            take_results(shell, count)
        source = string_of(shell, parts)
        if "x" in shell.options:
            shell.error(f"{shell.trace_prefix()}(( {source.strip()} ))\n")
        shell.status = 0 if calculate(shell, source) else 1
        return following

    return evaluate


@operation("evaluate")
def _evaluate(item: tuple[Any, ...], following: int) -> Linked:
    _, parts, count = item

    def evaluate(shell: ShellState) -> int:
        if count:
            take_results(shell, count)
        calculate(shell, string_of(shell, parts))
        return following

    return evaluate


@operation("test")
def _test(item: tuple[Any, ...], following: int) -> Linked:
    """A primary of [[ ]] whose operands are on the stack."""
    _, name, count = item

    def test(shell: ShellState) -> int:
        operands = shell.stack[-count:]
        del shell.stack[-count:]
        shell.status = evaluate_test(shell, name, operands)
        return following

    return test
