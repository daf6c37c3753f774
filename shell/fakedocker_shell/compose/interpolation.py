"""Variables in a compose file's texts: `$NAME`, `${NAME:-default}`, `${NAME:?complaint}`, `${NAME:+instead}`, `$$`.

Source: compose-go template/template.go, and the compose command's answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fakedocker.base.json_types import Json
from fakedocker_shell.cli.errors import CliError

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATORS = (":-", "-", ":?", "?", ":+", "+")
INVALID = 15
"""The exit status for a file that makes no sense."""


class _Malformed(Exception):
    """A dollar sign that begins nothing."""


class Interpolation:
    """Replaces variables, and collects which of them are not set.

    Args:
        variables: their values.
        on_unset: told the name of each variable that is empty for want of a value, once.
    """

    def __init__(self, variables: Mapping[str, str], on_unset: Callable[[str], None]) -> None:
        self._variables = variables
        self._on_unset = on_unset
        self._told: set[str] = set()

    def tree(self, value: Json, path: str = "") -> Json:
        """All texts of nested mappings and lists, keys excepted. Raises CliError with the place."""
        if isinstance(value, str):
            return self.text(value, path) if "$" in value else value
        if isinstance(value, dict):
            return {key: self.tree(inner, f"{path}.{key}" if path else str(key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.tree(inner, f"{path}.[]") for inner in value]
        return value

    def text(self, text: str, path: str) -> str:
        """One text. Raises CliError."""
        try:
            return self._replaced(text, path)
        except _Malformed:
            message = f"invalid interpolation format for {path}.\nYou may need to escape any $ with another $.\n{text}"
            raise CliError(message, INVALID) from None

    def _replaced(self, text: str, path: str) -> str:
        done: list[str] = []
        position = 0
        while (dollar := text.find("$", position)) >= 0:
            done.append(text[position:dollar])
            following = text[dollar + 1 : dollar + 2]
            if following == "$":
                done.append("$")
                position = dollar + 2
            elif following == "{":
                end = _closing(text, dollar + 2)
                done.append(self._braced(text[dollar + 2 : end], path))
                position = end + 1
            elif name := _NAME.match(text, dollar + 1):
                done.append(self._value(name[0]))
                position = name.end()
            else:
                raise _Malformed
        done.append(text[position:])
        return "".join(done)

    def _braced(self, inside: str, path: str) -> str:
        name = _NAME.match(inside)
        if name is None:
            raise _Malformed
        rest = inside[name.end() :]
        if not rest:
            return self._value(name[0])
        operator = next((operator for operator in _OPERATORS if rest.startswith(operator)), None)
        if operator is None:
            raise _Malformed
        word = rest[len(operator) :]
        value = self._variables.get(name[0])
        is_there = bool(value) if operator[0] == ":" else value is not None
        if operator[-1] == "+":
            return self._replaced(word, path) if is_there else ""
        if is_there:
            return value or ""
        if operator[-1] == "-":
            return self._replaced(word, path)
        complaint = self._replaced(word, path)
        raise CliError(
            f"error while interpolating {path}: required variable {name[0]} is missing a value"
            + (f": {complaint}" if complaint else ""),
            INVALID,
        )

    def _value(self, name: str) -> str:
        value = self._variables.get(name)
        if value is None and name not in self._told:
            self._told.add(name)
            self._on_unset(name)
        return value or ""


def _closing(text: str, start: int) -> int:
    """Where the brace ends that was opened just before `start`; those of nested variables are skipped."""
    depth = 1
    for position in range(start, len(text)):
        if text[position] == "}":
            depth -= 1
            if not depth:
                return position
        elif text[position] == "{" and text[position - 1] == "$":
            depth += 1
    raise _Malformed
