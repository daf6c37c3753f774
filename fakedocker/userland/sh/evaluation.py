"""Arithmetic on behalf of a shell: read-only variables are respected, and errors are worded as each shell does.

It must not know words.
"""

from __future__ import annotations

from fakedocker.userland.sh.arithmetic import assigned_names, expression
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.integers import ArithmeticProblem
from fakedocker.userland.sh.state import ShellState


def calculate(shell: ShellState, source: str) -> int:
    """The value of an arithmetic expression, its errors in the words of the shell."""
    try:
        for name in assigned_names(source):
            if name in shell.readonly:
                raise ShellError(readonly_message(shell, name))
        return expression(source)(shell.variables)
    except ArithmeticProblem as problem:
        raise ShellError(arithmetic_message(shell, problem), 1 if shell.is_bash() else 2) from None


def readonly_message(shell: ShellState, name: str) -> str:
    return f"{name}: {'readonly variable' if shell.is_bash() else 'is read only'}"


def arithmetic_message(shell: ShellState, problem: ArithmeticProblem) -> str:
    if shell.dialect.name == "bash":
        said = {
            "primary": "syntax error: operand expected",
            "end": "syntax error in expression",
            "divide": "division by 0",
            "number": "value too great for base",
            "exponent": "exponent less than 0",
            "recursion": "expression recursion level exceeded",
        }[problem.kind]
        return f'{problem.source}: {said} (error token is "{problem.rest}")'
    if shell.dialect.name == "ash":
        return {
            "divide": "divide by zero",
            "exponent": "exponent less than 0",
            "recursion": "expression recursion loop detected",
        }.get(problem.kind, "arithmetic syntax error")
    if problem.kind == "number":
        return f"Illegal number: {problem.source}"
    said = {"divide": "division by zero", "end": "expecting EOF"}.get(problem.kind, "expecting primary")
    return f'arithmetic expression: {said}: "{problem.source}"'
