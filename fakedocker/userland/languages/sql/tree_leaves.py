"""The parts of statements that have no parts of their own. `at` and `end` are offsets in the statement's text."""

from __future__ import annotations

from typing import NamedTuple


class TypeName(NamedTuple):
    name: str
    modifiers: tuple[str, ...] = ()
    array: bool = False
    at: int = 0
    unsigned: bool = False
    charset: str = ""


class Literal(NamedTuple):
    kind: str  # number, string, null, true, false, bits
    text: str
    at: int
    end: int


class Column(NamedTuple):
    parts: tuple[str, ...]
    at: int
    end: int


class Star(NamedTuple):
    parts: tuple[str, ...]
    at: int
    end: int


class TableName(NamedTuple):
    schema: str
    name: str
    at: int
    end: int


class Default(NamedTuple):
    at: int
    end: int


class Variable(NamedTuple):
    name: str
    at: int
    end: int
