"""What the parameters of a function may not be called."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cursor import STRICT_RESERVED
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.syntax import Node


def check_twice(parameters: tuple[Node, ...], length: int = 0) -> None:
    """Refuse a name that is there twice; `length` is how much of it is pointed at, all if 0."""
    seen: set[str] = set()
    for name in (name for parameter in parameters for name in names_of(parameter)):
        if name.name in seen:
            end = name.at + (length or len(name.name))
            raise Refused("Duplicate parameter name not allowed in this context", name.at, end)
        seen.add(name.name)


def check_strict_parameters(parameters: tuple[Node, ...]) -> None:
    """Refuse names that strict code may not have."""
    for name in (name for parameter in parameters for name in names_of(parameter)):
        if name.name in ("eval", "arguments"):
            said = "Unexpected eval or arguments in strict mode"
        elif name.name in STRICT_RESERVED:
            said = "Unexpected strict mode reserved word"
        else:
            continue
        raise Refused(said, name.at, name.at + len(name.name))
