"""Fused operations: the pairs that loops are made of.

`[ $i -lt 10 ]`, `true` or `:` followed by a conditional jump, and an assignment followed by a loop's end. Each falls
back to the closure it replaces when `shell.slow`, or when a value is not a plain number. It must not know other
operations.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Sequence
from typing import Final

from fakedocker.userland.sh import control
from fakedocker.userland.sh.linking import Linked, Operation, fusion
from fakedocker.userland.sh.nodes import DoubleQuoted, Literal, Parameter, Parts
from fakedocker.userland.sh.state import ShellState

_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "-lt": operators.lt,
    "-le": operators.le,
    "-gt": operators.gt,
    "-ge": operators.ge,
    "-eq": operators.eq,
    "-ne": operators.ne,
}


@fusion
def fuse(operations: Sequence[Operation], linked: list[Linked]) -> None:
    """Replace closures in `linked` by fused ones, in place."""
    for place, item in enumerate(operations):
        if item[0] == "command":
            comparison = _comparison(item[1])
            if comparison is not None:
                _fuse_comparison(operations, linked, place, comparison)
            elif len(item[1]) == 1 and (name := _literal(item[1][0])) in _ALWAYS_TRUE:
                linked[place] = _success(name, _places_after(operations, place)[0], linked[place])
        elif item[0] == "assign" and operations[place + 1][0] == "loop_back":
            linked[place] = _assign_and_loop(linked[place], operations[place + 1][1], place + 1)


_ALWAYS_TRUE: Final = ("true", ":")


def _literal(parts: Parts) -> str:
    """The text of a word that is nothing but text, "" for any other."""
    return parts[0].text if len(parts) == 1 and isinstance(parts[0], Literal) else ""


def _places_after(operations: Sequence[Operation], place: int) -> tuple[int, int]:
    """Where a command at a place, which waits for nothing, goes on with success and with failure."""
    jump = operations[place + 2]
    if jump[0] == "if_failed":
        return place + 3, jump[1]
    if jump[0] == "if_succeeded":
        return jump[1], place + 3
    return place + 2, place + 2


def _success(name: str, following: int, plain: Linked) -> Linked:
    def succeed(shell: ShellState) -> int:
        if shell.slow or shell.attention or (shell.functions and name in shell.functions):
            return plain(shell)
        shell.status = 0
        return following

    return succeed


def _operand(parts: Parts) -> str | int | None:
    """The name of a variable, or a number."""
    if len(parts) != 1:
        return None
    part = parts[0]
    if isinstance(part, DoubleQuoted) and len(part.parts) == 1:
        part = part.parts[0]
    if isinstance(part, Parameter) and not part.operator and part.subscript is None and part.name.isidentifier():
        return part.name
    if isinstance(part, Literal) and part.text.removeprefix("-").isdecimal() and part.text.isascii():
        return int(part.text)
    return None


def _comparison(words: tuple[Parts, ...]) -> tuple[str, Callable[[int, int], bool], str | int] | None:
    """`[ $name -op operand ]` taken apart."""
    texts = [_literal(word) for word in words]
    if len(words) != 5 or texts[0] != "[" or texts[4] != "]" or texts[2] not in _COMPARISONS:
        return None
    left, right = _operand(words[1]), _operand(words[3])
    if not isinstance(left, str) or right is None:
        return None
    return left, _COMPARISONS[texts[2]], right


def _fuse_comparison(
    operations: Sequence[Operation],
    linked: list[Linked],
    place: int,
    comparison: tuple[str, Callable[[int, int], bool], str | int],
) -> None:
    yes, no = _places_after(operations, place)
    if yes == no and operations[place][2]:  # its failure counts for set -e
        return
    name, compare, right = comparison
    plain = linked[place]
    if isinstance(right, int):
        linked[place] = _with_number(name, compare, right, yes, no, plain)
    else:
        linked[place] = _with_variable(name, compare, right, yes, no, plain)


def _with_number(
    name: str, compare: Callable[[int, int], bool], right: int, yes: int, no: int, plain: Linked
) -> Linked:
    def test(shell: ShellState) -> int:
        left = shell.variables.get(name)
        if type(left) is not int:
            if type(left) is not str or not left.isdecimal() or len(left) > 18:
                return plain(shell)
            left = int(left)
        if shell.slow or (shell.functions and "[" in shell.functions):
            return plain(shell)
        if compare(left, right):
            shell.status = 0
            return yes
        shell.status = 1
        return no

    return test


def _with_variable(
    name: str, compare: Callable[[int, int], bool], other: str, yes: int, no: int, plain: Linked
) -> Linked:
    def test(shell: ShellState) -> int:
        variables = shell.variables
        left, right = variables.get(name), variables.get(other)
        if type(left) is not int or type(right) is not int:
            for value in (left, right):
                if type(value) is not int and (type(value) is not str or not value.isdecimal() or len(value) > 18):
                    return plain(shell)
            left, right = int(left), int(right)  # type: ignore[arg-type]  # both are int or str here
        if shell.slow or (shell.functions and "[" in shell.functions):
            return plain(shell)
        if compare(left, right):
            shell.status = 0
            return yes
        shell.status = 1
        return no

    return test


def _assign_and_loop(assignment: Linked, top: int, following: int) -> Linked:
    def assign_and_loop(shell: ShellState) -> int:
        if assignment(shell) != following:
            return following
        shell.stack[-1] = shell.status
        fuel = shell.fuel = shell.fuel - 1
        if fuel < 0:
            shell.pc = top
            return control.YIELD
        return top

    return assign_and_loop
