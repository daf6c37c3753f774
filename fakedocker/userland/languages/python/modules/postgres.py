"""Natives of psycopg2: libpq's words for a server's errors, and numbers of types."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.services import postgres_wire, psql_output


@native("error_text", module="_postgres_natives")
def _error_text(m: Interpreter, answer: Value, text: Value) -> Value:
    """A server's error with its level, the line it is about, its detail and hint."""
    return psql_output.error_text(answer, text)


@native("tag_of", module="_postgres_natives")
def _tag_of(m: Interpreter, answer: Value) -> Value:
    """What a command says that it has done: INSERT 0 1."""
    return psql_output.tag_of(answer)


@native("type_of", module="_postgres_natives")
def _type_of(m: Interpreter, name: Value) -> Value:
    """(number, size in bytes) of a type; the size is -1 for what has no fixed one."""
    number = postgres_wire.TYPES.get(name)
    if number is None:
        raise NotSimulated(f"the number of PostgreSQL's type {name}")
    return number, postgres_wire.SIZES.get(name, -1)
