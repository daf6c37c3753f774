"""Files of NAME=value lines: --env-file and --label-file."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.errors import CliError

_BLANKS = " \t"


def _read_lines(context: Context, path: str, kind: str) -> list[str]:
    try:
        data = context.files.read_bytes(posixpath.join(context.directory, path))
    except OSError as error:
        raise CliError(f"open {path}: {(error.strerror or '').lower()}") from None
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise CliError(f"invalid {kind} file ({path}): invalid utf8 bytes at line 1: {data!r}") from None
    return text.splitlines()


def read_pairs(context: Context, paths: Sequence[str], kind: str, lookup: bool) -> list[str]:
    """The pairs of files, comments and empty lines left out.

    Args:
        kind: "env" or "label", for errors.
        lookup: whether a name without = takes its value from the environment, or is left out if it has none there.

    Raises:
        CliError: for a file that cannot be read, or a name with blanks.
    """
    pairs = []
    for path in paths:
        for line in _read_lines(context, path, kind):
            line = line.lstrip(_BLANKS)
            if not line or line.startswith("#"):
                continue
            name, equals, value = line.partition("=")
            name = name.lstrip(_BLANKS)
            if any(blank in name for blank in _BLANKS):
                raise CliError(f"invalid {kind} file ({path}): variable '{name}' contains whitespaces")
            if not name:
                raise CliError(f"invalid {kind} file ({path}): no variable name on line '{line}'")
            if equals:
                pairs.append(f"{name}={value}")
            elif lookup and name in context.environment:
                pairs.append(f"{name}={context.environment[name]}")
            elif not lookup:
                pairs.append(name)
    return pairs
