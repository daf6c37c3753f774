"""The primaries of [[ ]]: like test's, but with patterns, regular expressions and arithmetic."""

from __future__ import annotations

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import LimitExceeded
from fakedocker.userland.processes.conditions import BINARY, UNARY, TestProblem, problem_message
from fakedocker.userland.sh.evaluation import calculate
from fakedocker.userland.sh.parameters import lookup
from fakedocker.userland.sh.patterns import compiled
from fakedocker.userland.sh.state import ShellState
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix

_ARITHMETIC = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})


def evaluate_test(shell: ShellState, operator: str, operands: list[str]) -> int:
    """The status of one primary: 0, 1, or 2 for a problem.

    The second operand of = == != is a pattern, of =~ a regular expression, in which quoted parts have been escaped.
    """
    if not operator:
        return 0 if operands[0] else 1
    if len(operands) == 1:
        return _unary(shell, operator, operands[0])
    left, right = operands
    fold = "nocasematch" in shell.options
    if operator in ("=", "=="):
        return 0 if compiled(right, fold).fullmatch(left) else 1
    if operator == "!=":
        return 1 if compiled(right, fold).fullmatch(left) else 0
    if operator == "=~":
        return _regular(shell, left, right, fold)
    if operator in _ARITHMETIC:
        left, right = str(calculate(shell, left)), str(calculate(shell, right))
    return 0 if BINARY[operator](shell.system, left, right) else 1


def _unary(shell: ShellState, operator: str, operand: str) -> int:
    if operator == "-v":
        name, _, index = operand.partition("[")
        held = shell.variables.get(name)
        if index and isinstance(held, dict):
            key = index.rstrip("]")
            return 0 if key in held or (is_digits(key) and int(key) in held) else 1
        return 0 if lookup(shell, name) is not None else 1
    if operator == "-o":
        return 0 if operand in shell.options else 1
    try:
        return 0 if UNARY[operator](shell.system, operand) else 1
    except TestProblem as problem:
        shell.complain(problem_message(problem, shell.dialect.name, (operand,)), "[[")
        return 2


def _regular(shell: ShellState, text: str, expression: str, fold: bool) -> int:
    try:
        match = compile_posix(expression, extended=True, fold=fold).search(text)
    except (RegexProblem, LimitExceeded):
        return 2
    if shell.is_bash():
        groups = [match[0] or "", *(group or "" for group in match.groups())] if match else []
        shell.variables["BASH_REMATCH"] = dict(enumerate(groups))
    return 0 if match else 1
