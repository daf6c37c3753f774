"""The command substitutions of a word: which there are, and the word with the places of their results instead."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.dialect import Dialect
from fakedocker.userland.sh.nodes import (
    Arithmetic,
    Assignment,
    Command,
    CommandSubstitution,
    DoubleQuoted,
    Literal,
    Parameter,
    Part,
    Parts,
    ProcessSubstitution,
    Simple,
    Substituted,
    Word,
)

Guard = Parameter  # a substitution inside the word of ${x:-word} is needed only where x is missing
Needed = list[tuple[tuple[Guard, ...], CommandSubstitution | ProcessSubstitution | Parameter]]


def cat_of_file(body: Command) -> Command:
    """$(<file) stands for $(cat file)."""
    only = body.commands[0] if isinstance(body, nodes.Sequence) and len(body.commands) == 1 else None
    if (
        isinstance(only, Simple)
        and not only.words
        and not only.assignments
        and [redirection.operator for redirection in only.redirections] == ["<"]
    ):
        return replace(only, words=(Word((Literal("cat"),), only.start, only.start),))
    return body


def waits(parts: Parts) -> bool:
    """Whether a word holds a command substitution anywhere."""
    for part in parts:
        if isinstance(part, CommandSubstitution | ProcessSubstitution):
            return True
        if isinstance(part, DoubleQuoted | Arithmetic) and waits(part.parts):
            return True
        if isinstance(part, Parameter) and (
            waits(part.word) or waits(part.second or ()) or waits(part.subscript or ())
        ):
            return True
    return False


def opens_process(parts: Parts) -> bool:
    return any(isinstance(part, ProcessSubstitution) for part in parts)


def assignment_waits(assignment: Assignment) -> bool:
    return (
        waits(assignment.value)
        or waits(assignment.subscript or ())
        or any(waits(key or ()) or waits(value) for key, value in assignment.elements or ())
    )


def extract(dialect: Dialect, parts: Parts, needed: Needed, guards: tuple[Guard, ...] = ()) -> Parts:
    """Replace substitutions by the places of their results, which are noted in `needed`."""
    return tuple(_extract_part(dialect, part, needed, guards) for part in parts) if waits(parts) else parts


def _extract_part(dialect: Dialect, part: Part, needed: Needed, guards: tuple[Guard, ...]) -> Any:
    if isinstance(part, CommandSubstitution | ProcessSubstitution):
        needed.append((guards, part))
        return Substituted(len(needed) - 1, isinstance(part, ProcessSubstitution))
    if isinstance(part, Parameter) and part.name == "?" and not part.operator and dialect.name == "bash":
        needed.append((guards, part))  # what it is before the substitutions that come later
        return Substituted(len(needed) - 1, False)
    if isinstance(part, DoubleQuoted):
        return DoubleQuoted(extract(dialect, part.parts, needed, guards))
    if isinstance(part, Arithmetic):
        return Arithmetic(extract(dialect, part.parts, needed, guards))
    if isinstance(part, Parameter):
        index = None if part.subscript is None else extract(dialect, part.subscript, needed, guards)
        conditional = part.operator and part.operator[-1] in "-=?+" and part.operator[0] in ":-=?+"
        inner = (*guards, replace(part, word=(), subscript=index)) if conditional else guards
        second = None if part.second is None else extract(dialect, part.second, needed, inner)
        return replace(part, word=extract(dialect, part.word, needed, inner), second=second, subscript=index)
    return part
