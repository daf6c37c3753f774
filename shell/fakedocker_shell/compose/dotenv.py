"""Files of variables as compose reads them: `.env`, --env-file, and a service's env_file.

Source: compose-go dotenv: quotes, `export`, comments after a blank, and variables of earlier lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.interpolation import Interpolation

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.\-]*)\s*(?:([=:])[ \t]*(.*))?$", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


def parse(text: str, path: str, environment: Mapping[str, str]) -> dict[str, str | None]:
    """Names and values, in order; None for a name without `=`.

    Args:
        path: for errors.
        environment: what variables in values may stand for, besides those of earlier lines.

    Raises:
        CliError: for a line that is none.
    """
    found: dict[str, str | None] = {}
    lines = text.removeprefix("\ufeff").split("\n")
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r")
        number += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise CliError(f"failed to read {path}: line {number}: unexpected character in variable name near {line!r}")
        name, equals, value = match[1], match[2], match[3] or ""
        if not equals:
            found[name] = environment.get(name)
            continue
        while value[:1] in ("'", '"') and _end_of_quote(value) < 0 and number < len(lines):
            value += "\n" + lines[number]
            number += 1
        found[name] = _value(value, {**{key: one for key, one in found.items() if one is not None}, **environment})
    return found


def parse_raw(text: str) -> dict[str, str | None]:
    """Names and values as they stand: no quotes, no variables, no comments after a value (`format: raw`)."""
    lines = (line.rstrip("\r") for line in text.split("\n"))
    found = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {name: value if equals else None for name, equals, value in found}


def _end_of_quote(value: str) -> int:
    quote = value[0]
    position = 1
    while position < len(value):
        if value[position] == "\\" and quote == '"':
            position += 1
        elif value[position] == quote:
            return position
        position += 1
    return -1


def _value(text: str, variables: Mapping[str, str]) -> str:
    interpolation = Interpolation(variables, lambda name: None)
    if text[:1] in ("'", '"') and (end := _end_of_quote(text)) > 0:
        inner = text[1:end]
        if text[0] == "'":
            return inner
        unescaped = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), inner, flags=re.DOTALL)
        return interpolation.text(unescaped, "")
    bare = re.split(r"\s#", text, maxsplit=1)[0].strip()
    return interpolation.text(bare, "")
