"""What a program of jq can see besides its input, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fakedocker.userland.jq.json_text import Reader
from fakedocker.userland.jq.values import Value


class Halt(Exception):
    """halt and halt_error: the program ends."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text


class Context(NamedTuple):
    """What a program can see besides its input."""

    variables: dict[str, Value]
    reader: Reader
    file_name: Callable[[], Value]
    now: Callable[[], float]
    tell: Callable[[str], None]  # to standard error
