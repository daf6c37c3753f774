"""re: patterns in bounded time, by `fakedocker.base.regex`."""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import LimitExceeded, PatternProblem, compile_pattern
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue

ERROR: Final = BuiltinClass("error", EXCEPTIONS["Exception"], module="re")


def _compiled(m: Interpreter, pattern: str, flags: int) -> Any:  # Any: a Pattern
    """A pattern. Raises re.error in the program, NotSimulated for what the bounded matcher does not know."""
    try:
        re.compile(pattern, flags)  # only read, never matched
    except re.error as problem:
        value = ExceptionValue(ERROR, (str(problem),))
        value.fields.update(
            msg=problem.msg, pattern=pattern, pos=problem.pos, lineno=problem.lineno, colno=problem.colno
        )
        raise Raised(value) from None
    except (RecursionError, OverflowError):
        raise NotSimulated("so large a pattern") from None
    letters = "".join(letter for letter, bit in (("i", 2), ("m", 8), ("s", 16), ("x", 64), ("a", 256)) if flags & bit)
    try:
        return compile_pattern(f"(?{letters}){pattern}" if letters else pattern)
    except PatternProblem as problem:
        raise NotSimulated(f"the pattern {pattern!r}") from problem


@names_for("_re")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"error": ERROR}


@native("check", module="_re")
def _check(m: Interpreter, pattern: Value, flags: Value) -> Value:
    """How many groups a pattern has, the names of its groups, its flags with those within."""
    text = payload_of(pattern)
    if isinstance(text, bytes):
        raise NotSimulated("patterns of bytes")
    _compiled(m, text, flags)
    known = re.compile(text, flags)
    return (known.groups, dict(known.groupindex), known.flags)


@native("search", module="_re")
def _search(m: Interpreter, pattern: Value, flags: Value, text: Value, start: Value, end: Value, how: Value) -> Value:
    """The spans of the groups of the first match, or None. `how` is search, match or fullmatch."""
    found = _compiled(m, pattern, flags)
    plain = payload_of(text)
    if end is not None and end < len(plain):
        plain = plain[:end]
    m.grown((len(plain) - start) >> 5 if len(plain) > 512 else 0)
    try:
        match = _matched(found, plain, start, how)
    except LimitExceeded:
        raise NotSimulated(f"so long a search for {pattern!r}") from None
    if match is None:
        return None
    groups = found.groups
    return [(match.start(number), match.end(number)) for number in range(groups + 1)]


def _matched(found: Any, text: str, start: int, how: str) -> Any:  # Any: a Pattern, and its match
    if how == "search":
        return found.search(text, start)
    if how == "match":
        return found.match(text, start)
    if start:
        raise NotSimulated("fullmatch from a later place")
    return found.fullmatch(text)


@native("template", module="_re")
def _template(m: Interpreter, template: Value, groups: Value, names: Value) -> Value:
    """A replacement as literal pieces and numbers of groups."""
    try:
        from re import _parser as parser
    except ImportError:
        raise NotSimulated("replacements with groups") from None
    del parser
    return parsed_template(template, groups, names)


def parsed_template(template: str, groups: int, names: dict[str, int]) -> list[str | int]:
    """Pieces of a replacement. Raises re.error in the program."""
    found: list[str | int] = []
    place = 0
    literal = ""
    simple = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "f": "\f", "v": "\v", "b": "\b", "\\": "\\"}
    while place < len(template):
        character = template[place]
        if character != "\\" or place + 1 >= len(template):
            if character == "\\":
                raise Raised(ExceptionValue(ERROR, (f"bad escape (end of pattern) at position {place}",)))
            literal += character
            place += 1
            continue
        follows = template[place + 1]
        if follows == "g" and template[place + 2 : place + 3] == "<":
            end = template.find(">", place)
            name = template[place + 3 : end]
            number = int(name) if is_digits(name) else names.get(name, -1)
            if end < 0 or number < 0:
                if name.isidentifier():
                    raise Raised(ExceptionValue(EXCEPTIONS["IndexError"], (f"unknown group name {name!r}",)))
                raise NotSimulated("the words for this replacement")
            place = end + 1
        elif "0" < follows <= "9":
            width = 2 if "0" <= template[place + 2 : place + 3] <= "9" and template[place + 2 : place + 3] else 1
            number = int(template[place + 1 : place + 1 + width])
            place += 1 + width
        elif follows == "0":
            raise NotSimulated("an octal escape in a replacement")
        elif follows in simple:
            literal += simple[follows]
            place += 2
            continue
        elif follows.isascii() and follows.isalpha():
            raise Raised(ExceptionValue(ERROR, (f"bad escape \\{follows} at position {place}",)))
        else:
            literal += "\\" + follows
            place += 2
            continue
        if number > groups:
            raise Raised(
                ExceptionValue(ERROR, (f"invalid group reference {number} at position {place - len(str(number))}",))
            )
        found += [literal, number]
        literal = ""
    return [*found, literal]
