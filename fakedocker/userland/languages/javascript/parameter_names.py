"""What functions, their parameters and classes may not be called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import STRICT_RESERVED
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated


def are_names(parameters: Iterable[Node]) -> bool:
    """Whether parameters are nothing but names."""
    return all(isinstance(parameter, syntax.Name) for parameter in parameters)


def check_strict_name(token: Token) -> None:
    """Refuse a name of a function or class that strict code may not have."""
    if token.value in ("eval", "arguments"):
        raise Refused("Unexpected eval or arguments in strict mode", token.at, token.end)
    if token.value in STRICT_RESERVED:
        raise Refused("Unexpected strict mode reserved word", token.at, token.end)


def check_bound_name(token: Token) -> None:
    """Refuse a name of a variable that strict code may not have."""
    if token.value in ("eval", "arguments"):
        if token.escaped:
            raise NotSimulated("what node says of a name that strict code may not have, written with escapes")
        raise Refused("Unexpected eval or arguments in strict mode", token.at, token.end)


def check_twice(parameters: tuple[Node, ...], length: int = 0) -> None:
    """Refuse a name that is there twice; `length` is how much of it is pointed at, all if 0."""
    seen: set[str] = set()
    for name in (name for parameter in parameters for name in names_of(parameter)):
        if name.name in seen:
            end = name.at + (length or len(name.name))
            raise Refused("Duplicate parameter name not allowed in this context", name.at, end)
        seen.add(name.name)


def check_strict_parameters(parameters: tuple[Node, ...], source: str, looked_over: int) -> None:
    """Refuse names that strict code may not have.

    Args:
        source: the text in which they stand, as some may be written with escapes.
        looked_over: as in `Context`. A function that V8 looks over and reads again is strict from its parameters on then.
    """
    for name in (name for parameter in parameters for name in names_of(parameter)):
        if name.name in ("eval", "arguments"):
            said = "Unexpected eval or arguments in strict mode"
        elif name.name in STRICT_RESERVED:
            said = "Unexpected strict mode reserved word"
        else:
            continue
        written = _WRITTEN.match(source, name.at)
        assert written is not None
        if "\\" in written[0]:
            if name.name in ("eval", "arguments") or looked_over == 2:
                raise NotSimulated("what node says of a parameter that strict code may not have, written with escapes")
            if looked_over and name.name != "yield":
                said = "Keyword must not contain escaped characters"
        raise Refused(said, name.at, written.end())


_WRITTEN: Final = re.compile(r"(?:\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}|\w)+")
"""A name as it is written, of letters that are in such names."""
