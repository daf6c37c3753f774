"""Setting and unsetting variables by the rules: read-only, integer and case attributes, arrays, set -a.

It must not know words or operations.
"""

from __future__ import annotations

from typing import Any

from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.evaluation import calculate, readonly_message
from fakedocker.userland.sh.state import LARGE_TEXT, ShellState, Value


def assign(
    shell: ShellState, name: str, value: Value, *, append: bool = False, subscript: int | str | None = None
) -> None:
    """name=value, name+=value, name[subscript]=value.

    Args:
        value: text, an int, or a dict for a whole array.

    Raises:
        ShellError: the variable is read-only.
    """
    if name in shell.readonly:
        raise ShellError(readonly_message(shell, name), 1 if shell.is_bash() else 2)
    letters = shell.attributes.get(name, "")
    if letters and not isinstance(value, dict):
        value = _converted(shell, letters, value, append, name)
        append = append and "i" not in letters
    held = shell.variables.get(name)
    if isinstance(value, dict):
        shell.variables[name] = _appended_array(held, value) if append else value
    elif subscript is not None or isinstance(held, dict):
        _assign_element(shell, name, held, 0 if subscript is None else subscript, value, append)
    elif append and held is not None:
        shell.variables[name] = str(held) + str(value)
    else:
        shell.variables[name] = value
    if "a" in shell.options:
        shell.exports |= {name}
    if append or (type(value) is str and len(value) > LARGE_TEXT):
        shell.account_memory()


def _assign_element(shell: ShellState, name: str, held: Value | None, key: Any, value: Any, append: bool) -> None:
    elements: dict[Any, str] = dict(held) if isinstance(held, dict) else {} if held is None else {0: str(held)}
    elements[key] = elements.get(key, "") + str(value) if append else str(value)
    if isinstance(key, int):
        elements = dict(sorted(elements.items()))
    shell.variables[name] = elements


def _appended_array(held: Value | None, added: dict[Any, str]) -> dict[Any, str]:
    old: dict[Any, str] = held if isinstance(held, dict) else {} if held is None else {0: str(held)}
    if any(isinstance(key, str) for key in added):
        return {**old, **added}
    start = max(old, default=-1) + 1
    return {**old, **{start + key: value for key, value in added.items()}}


def _converted(shell: ShellState, letters: str, value: Any, append: bool, name: str) -> Any:
    if "i" in letters:
        number = calculate(shell, str(value))
        return calculate(shell, str(shell.variables.get(name, 0))) + number if append else number
    if "u" in letters:
        return str(value).upper()
    return str(value).lower() if "l" in letters else value


def unset(shell: ShellState, name: str) -> None:
    """Raises ShellError for a read-only variable."""
    if name in shell.readonly:
        said = f"unset: {name}: cannot unset: readonly variable" if shell.is_bash() else f"{name}: is read only"
        raise ShellError(said, 1)
    shell.variables.pop(name, None)
    shell.exports -= {name}
    if name in shell.attributes:
        shell.attributes = {key: value for key, value in shell.attributes.items() if key != name}
        shell.recompute_slow()
