"""Plain values of a compose file: paths, words, texts, sizes, times, numbers, as what they mean."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import format_duration, parse_binary_size, parse_duration
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.interpolation import INVALID

_TRUE: Final = frozenset({"true", "yes", "on", "y", "1"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's relative paths begin, and what stands for `~` and for variables without a value.

    Args:
        directory: the project's.
        home: the user's.
        environment: what a variable that is named without a value takes it from.
        resolves: whether paths become absolute.
        completes: whether what is left out is set to what it then is.
    """

    directory: str
    home: str
    environment: Mapping[str, str]
    resolves: bool = True
    completes: bool = True

    def path(self, text: str) -> str:
        """An absolute path, unless paths stay as they are."""
        if not self.resolves:
            return text
        if text == "~" or text.startswith("~/"):
            text = self.home + text[1:]
        return posixpath.normpath(posixpath.join(self.directory, text))


def words(value: Json) -> list[str] | None:
    """A command: words, or a text taken apart as a shell does, without its variables."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError:
            raise CliError("invalid command line string", INVALID) from None
    return None if value is None else [text(word) for word in value]


def text(value: Json) -> str:
    """A plain value as a text, as YAML wrote it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def flag(value: Json) -> bool:
    """A boolean, in older YAML's words too."""
    return value if isinstance(value, bool) else str(value).lower() in _TRUE


def pairs(value: Json, without: Callable[[str], Json] = lambda name: None) -> JsonObject:
    """A mapping, or a list of NAME=VALUE, sorted by name. `without` gives the value of a name that has none."""
    if isinstance(value, list):
        found: JsonObject = {}
        for item in value:
            name, equals, rest = text(item).partition("=")
            found[name] = rest if equals else without(name)
    else:
        found = {name: without(name) if inner is None else text(inner) for name, inner in (value or {}).items()}
    return dict(sorted(found.items()))


def texts(value: Json) -> list[str]:
    """A text, or a list of them."""
    return [text(value)] if isinstance(value, str | int | float) else [text(item) for item in value or []]


def duration(value: Json) -> str:
    """A length of time as Go prints it. Raises CliError."""
    try:
        return format_duration(parse_duration(text(value)))
    except ValueError as problem:
        raise CliError(str(problem), INVALID) from None


def size(value: Json) -> str:
    """A number of bytes. Raises CliError."""
    try:
        return str(value if isinstance(value, int) else parse_binary_size(text(value)))
    except ValueError as problem:
        raise CliError(str(problem), INVALID) from None


def number(value: Json) -> int | float:
    """A count, or a share of one. Raises CliError."""
    try:
        found = float(value)
        return int(found) if found.is_integer() and "." not in str(value) else found
    except (ValueError, OverflowError):
        raise CliError(f'strconv.ParseFloat: parsing "{value}": invalid syntax', INVALID) from None


def integer(value: Json) -> int:
    """A whole number. Raises CliError."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise CliError(f'strconv.ParseInt: parsing "{value}": invalid syntax', INVALID) from None
