"""The tokens of Python source."""

from __future__ import annotations

from typing import Any, NamedTuple

Reader = Any
"""The lexer that reads a source, see `lexer.Lexer`."""
NAME, NUMBER, STRING, FSTRING, OP, NEWLINE, INDENT, DEDENT, END = (
    "name", "number", "string", "fstring", "op", "newline", "indent", "dedent", "end",
)  # fmt: skip


class Token(NamedTuple):
    """`at` is (line, column, end line, end column); `value` what a string or a number stands for."""

    kind: str
    text: str
    at: tuple[int, int, int, int]
    value: Any = None


class Field(NamedTuple):
    """A replacement field of an f-string: its tokens, what `=` shows, the conversion, the parts of the format or None."""

    tokens: list[Token]
    shown: str | None
    conversion: int
    format: list[Any] | None
    at: tuple[int, int, int, int]
