"""Assignments in front of a command: variables that are set for it alone."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.sh import control
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.state import PREFIX, ShellState


@operation("prefix")
def _prefix(item: tuple[Any, ...], following: int) -> Linked:
    """Save the variables that are set for one command."""
    names: tuple[str, ...] = item[1]

    def save(shell: ShellState) -> int:
        for name in names:
            if name in shell.readonly:
                raise ShellError(f"{name}: {'readonly variable' if shell.is_bash() else 'is read only'}")
        shell.frames.append((PREFIX, control.save_variables(shell, names)))
        return following

    return save


@operation("prefix_set")
def _prefix_set(item: tuple[Any, ...], following: int) -> Linked:
    """Set one of them to the value on the stack."""
    name: str = item[1]

    def set_variable(shell: ShellState) -> int:
        shell.variables[name] = shell.stack.pop()
        shell.exports |= {name}
        return following

    return set_variable


@operation("unprefix")
def _unprefix(item: tuple[Any, ...], following: int) -> Linked:
    def restore(shell: ShellState) -> int:
        control.pop_frame(shell)
        return following

    return restore
