"""Commands of the mysql client itself: lines that never reach the server. Source: what MariaDB's client 10.11.18 does."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_NAMES: Final = {
    "\\.": "source", "\\s": "status", "\\!": "system", "\\h": "help", "\\?": "help", "?": "help", "\\#": "rehash", "\\r": "connect",
    "\\d": "delimiter", "\\e": "edit", "\\n": "nopager", "\\P": "pager", "\\p": "print", "\\R": "prompt", "\\t": "notee", "\\T": "tee",
    "\\C": "charset", "\\W": "warnings", "\\w": "nowarning", "\\c": "clear", "\\u": "use",
}  # fmt: skip
_LONG: Final = frozenset(
    "source status system help rehash connect edit nopager pager print prompt notee tee charset warnings nowarning clear "
    "resetconnection query_attributes".split()
)
NOTHING: Final = frozenset({"rehash", "clear", "warnings", "nowarning"})
"""What changes nothing that is seen here. Warnings are counted in a session and shown nowhere."""
_LINE: Final = re.compile(r"(\\[.!s?h#rdenPpRtTCWwcu]|\?|[a-z_]+)(?:\s+(.*))?\Z", re.IGNORECASE | re.DOTALL)


class Command(NamedTuple):
    """A line for the client.

    Args:
        name: its long one.
        rest: what follows.
    """

    name: str
    rest: str


def read(line: str) -> Command | None:
    """What a line at the beginning of a statement is for the client; None for one that goes to the server, `use` and
    `delimiter` among them, which are read elsewhere."""
    match = _LINE.match(line.strip())
    if match is None:
        return None
    name = _NAMES.get(match[1]) or match[1].lower()
    if name not in _LONG or (match[1][0] not in "\\?" and name == "help" and match[2]):
        return None
    return Command(name, (match[2] or "").strip().removesuffix(";").rstrip())
