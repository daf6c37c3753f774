"""How the terminal's code waits for its user: it yields a `Look` and is sent what was `Typed` meanwhile.

So the same code runs whatever the terminal is: a real one (`tty`), a test's, a page's, or a session that is played
again. Time comes the same way, as all else would make a session depend on when the code happened to look at a clock.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Look(Struct, frozen=True):
    """Asks what was typed.

    Args:
        seconds: how long to wait for the first key; 0 to look only.
    """

    seconds: float


class Typed(Struct, frozen=True):
    """What has come from a terminal.

    Args:
        keys: what was typed since, b"" for nothing.
        size: rows and columns.
        now_ns: the wall's clock, from any beginning.
    """

    keys: bytes
    size: tuple[int, int]
    now_ns: int


Interaction: TypeAlias = Generator[Look, Typed, T]
"""Code that looks at what is typed, and gives a T in the end."""

_NOBODY = Typed(b"", (24, 80), 0)


def unattended(steps: Interaction[T]) -> T:
    """Run an interaction at which nobody types."""
    try:
        next(steps)
        while True:
            steps.send(_NOBODY)
    except StopIteration as end:
        result: T = end.value
        return result
