"""The texts at the head of a function or program, of which one may say that it is strict."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import NOT_SIMPLE, Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.syntax import Node


def read_directives(cursor: Cursor, statement: Callable[[], Node], found: list[Node]) -> None:
    """Read the statements that begin with a text, into `found`, as long as they are nothing else."""
    while cursor.token.kind == "text":
        token = cursor.token
        is_strict = cursor.source[token.at + 1 : token.end - 1] == "use strict"
        try:
            read = statement()
        except Refused as problem:
            if is_strict and cursor.last is token:  # it is one nevertheless
                _tell_strictly(cursor, problem)
            raise
        found.append(read)
        said = read.expression if isinstance(read, syntax.ExpressionStatement) else None
        if isinstance(said, syntax.Literal) and is_strict:
            if not cursor.context.is_simple:
                cursor.fail(NOT_SIMPLE, token.at, token.end)
            cursor.context.is_strict = True


def _tell_strictly(cursor: Cursor, problem: Refused) -> None:
    """What follows the directive of strict code on its line, in a function that V8 reads again once it has found that out."""
    context = cursor.context
    context.is_strict = context.is_strict or (context.is_simple and context.in_function)
    if context.looked_over == 1 and cursor.token.at == problem.at:
        try:
            cursor.unexpected()
        except Refused as told:
            problem.message = told.message
