"""What a word becomes: parameter expansion, arithmetic, field splitting, tildes and quote removal (POSIX 2.6).

Nothing here can wait: results of command substitutions have been computed before and are found in `shell.results`.
While a word is expanded it is a list of fields, each a list of (text, quoted). This module must not know operations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from fakedocker.userland.sh import patterns
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.evaluation import calculate
from fakedocker.userland.sh.fields import Fields, split
from fakedocker.userland.sh.nodes import Arithmetic, DoubleQuoted, Literal, Parameter, Parts, Quoted, Substituted
from fakedocker.userland.sh.parameters import (
    array,
    home_directory,
    index_text,
    is_many,
    is_separate,
    lookup,
    text_of,
)
from fakedocker.userland.sh.patterns import escape
from fakedocker.userland.sh.quoting import quote_bash
from fakedocker.userland.sh.state import IFS_DEFAULT, ShellState
from fakedocker.userland.sh.variables import assign

# parts


def add_parts(
    shell: ShellState, parts: Parts, quoted: bool, fields: Fields, unsplit: bool, split_literals: bool = False
) -> None:
    """Expand parts onto the end of `fields`.

    Args:
        quoted: they stand in double quotes.
        unsplit: no field splitting, as in an assignment.
        split_literals: they are the word of ${x:-word}, whose unquoted text is split like a value.
    """
    for place, part in enumerate(parts):
        if isinstance(part, Literal):
            text = part.text
            if not quoted and place == 0 and text.startswith("~") and not fields[-1]:
                text = _tilde(shell, text, fields)
            if split_literals and not quoted:
                add_value(shell, text, False, fields, unsplit)
            else:
                fields[-1].append((text, quoted))
        elif isinstance(part, Quoted):
            fields[-1].append((part.text, True))
        elif isinstance(part, DoubleQuoted):
            _add_double_quoted(shell, part.parts, fields)
        elif isinstance(part, Arithmetic):
            value = calculate(shell, string_of(shell, part.parts))
            add_value(shell, str(value), quoted, fields, unsplit)
        elif isinstance(part, Parameter):
            _add_parameter(shell, part, quoted, fields, unsplit)
        elif isinstance(part, Substituted):
            add_value(shell, shell.results[part.place], quoted or part.exact, fields, unsplit)
        else:
            raise AssertionError(f"{part!r} should have been replaced by the compiler")


def _tilde(shell: ShellState, text: str, fields: Fields) -> str:
    """Put the home directory into the field and give the rest of the text."""
    user, slash, rest = text[1:].partition("/")
    home = home_directory(shell, user)
    if home is None:
        return text
    fields[-1].append((home, True))
    return slash + rest


def _add_double_quoted(shell: ShellState, parts: Parts, fields: Fields) -> None:
    if not parts:
        fields[-1].append(("", True))
        return
    if len(parts) == 1 and isinstance(parts[0], Parameter) and is_many(parts[0]):
        values = parameter_values(shell, parts[0])
        if not values and parts[0].operator in ("", "keys", ":", "/", "//", "#", "##", "%", "%%"):
            return  # "$@" without parameters is no field at all
    if not any(isinstance(part, Literal | Quoted) for part in parts):
        fields[-1].append(("", True))
    add_parts(shell, parts, True, fields, True)


def _add_parameter(shell: ShellState, part: Parameter, quoted: bool, fields: Fields, unsplit: bool) -> None:
    operator = part.operator
    if operator and operator[-1] in "-=?+" and operator[0] in ":-=?+":
        _add_conditional(shell, part, quoted, fields, unsplit)
        return
    values = parameter_values(shell, part)
    if values is None:
        if "u" in shell.options and part.name not in "@*!" and operator not in ("keys", "prefix"):
            raise unset_error(shell, part)
        values = []
    if is_many(part):
        _add_many(shell, part, values, quoted, fields, unsplit)
    elif values:
        add_value(shell, values[0], quoted, fields, unsplit)
    elif quoted:
        fields[-1].append(("", True))


def unset_error(shell: ShellState, part: Parameter) -> ShellError:
    said = "unbound variable" if shell.is_bash() else "parameter not set"
    return ShellError(f"{part.name}: {said}", 127 if shell.is_bash() else 2)


def _add_many(
    shell: ShellState, part: Parameter, values: list[str], quoted: bool, fields: Fields, unsplit: bool
) -> None:
    """$@, $*, ${a[@]}: one field each, or joined by the first character of IFS."""
    separate = is_separate(part)
    if (quoted and not separate) or (unsplit and not quoted):
        ifs = text_of(shell.variables.get("IFS", IFS_DEFAULT))
        joiner = ifs[:1] if not separate else " "
        fields[-1].append((joiner.join(values), True))
        return
    for place, value in enumerate(values):
        if place:
            fields.append([])
        if quoted:
            fields[-1].append((value, True))
        else:
            add_value(shell, value, False, fields, unsplit)


def _add_conditional(shell: ShellState, part: Parameter, quoted: bool, fields: Fields, unsplit: bool) -> None:
    """${x:-w}, ${x:=w}, ${x:?w}, ${x:+w} and the same without the colon."""
    plain = replace(part, operator="", word=(), second=None)
    values = parameter_values(shell, plain)
    missing = values is None or (part.operator[0] == ":" and not "".join(values))
    kind = part.operator[-1]
    if kind == "+":
        if not missing:
            add_parts(shell, part.word, quoted, fields, unsplit, True)
        elif quoted:
            fields[-1].append(("", True))
        return
    if not missing:
        _add_parameter(shell, plain, quoted, fields, unsplit)
    elif kind == "-":
        add_parts(shell, part.word, quoted, fields, unsplit, True)
    elif kind == "?":
        raise ShellError(f"{part.name}: {_missing_message(shell, part)}", 127 if shell.is_bash() else 2)
    else:
        text = string_of(shell, part.word)
        assign_parameter(shell, part, text)
        add_value(shell, text, quoted, fields, unsplit)


def assign_parameter(shell: ShellState, part: Parameter, text: str) -> None:
    if not (part.name[0].isalpha() or part.name[0] == "_"):
        raise ShellError(
            f"${part.name}: cannot assign in this way" if shell.is_bash() else f"{part.name}: bad variable name"
        )
    key = None if part.subscript is None else subscript(shell, part.name, string_of(shell, part.subscript))
    assign(shell, part.name, text, subscript=key)


def _missing_message(shell: ShellState, part: Parameter) -> str:
    text = string_of(shell, part.word)
    if text:
        return text
    if part.operator[0] != ":":
        return "parameter not set"
    return "parameter null or not set" if shell.is_bash() else "parameter not set or null"


def add_value(shell: ShellState, value: str, quoted: bool, fields: Fields, unsplit: bool) -> None:
    """Add the result of an expansion, split by IFS where it is neither quoted nor in an assignment (POSIX 2.6.5)."""
    if quoted:
        fields[-1].append((value, True))
        return
    ifs = shell.variables.get("IFS", IFS_DEFAULT)
    if unsplit or not value or not ifs:
        if value:
            fields[-1].append((value, False))
        return
    pieces, leading, trailing = split(value, text_of(ifs))
    if leading and fields[-1]:
        fields.append([])
    for place, piece in enumerate(pieces):
        if place:
            fields.append([])
        fields[-1].append((piece, not piece))
    if trailing:
        fields.append([])


# parameters with their operators


def subscript(shell: ShellState, name: str, text: str) -> int | str:
    """The key that a subscript stands for: text for an associative array, else a number."""
    if "A" in shell.attributes.get(name, ""):
        return text
    place = calculate(shell, text)
    if place < 0:
        held = array(shell, name) or {}
        place += max(held, default=-1) + 1
        if place < 0:
            raise ShellError(f"{name}[{text}]: bad array subscript", 1)
    return place


def _held(shell: ShellState, part: Parameter) -> list[str] | None:
    """The values before any operator; None where the parameter is unset."""
    if part.subscript is not None:
        held = array(shell, part.name)
        if index_text(part) in ("@", "*"):
            return None if held is None else list(held.values())
        key = subscript(shell, part.name, string_of(shell, part.subscript))
        found = None if held is None else held.get(key)
        return None if found is None else [found]
    if part.name in ("@", "*"):
        return list(shell.parameters) if shell.parameters else None
    value = lookup(shell, part.name)
    if value is None and shell.is_bash() and (held := array(shell, part.name)):
        value = held.get(0)
    return None if value is None else [value]


def parameter_values(shell: ShellState, part: Parameter) -> list[str] | None:
    """The values of a parameter with its operator applied (not the conditional ones); None where it is unset."""
    operator = part.operator
    if operator == "":
        return _held(shell, part)
    if operator == "length":
        return _length(shell, part)
    if operator == "keys":
        held = array(shell, part.name)
        return None if held is None else [str(key) for key in held]
    if operator == "prefix":
        return sorted(name for name in shell.variables if name.startswith(part.name)) or None
    if operator == "indirect":
        name = lookup(shell, part.name)
        if not name:
            return None
        return _indirect(shell, name)
    if operator == ":":
        return _substring(shell, part)
    held_values = _held(shell, part)
    if held_values is None:
        return None
    apply = _transformation(shell, part)
    return [apply(value) for value in held_values]


def _indirect(shell: ShellState, name: str) -> list[str] | None:
    match = re.fullmatch(r"(\w+)\[(.*)\]", name)
    if match:
        return _held(shell, Parameter(match[1], subscript=(Literal(match[2]),)))
    return _held(shell, Parameter(name))


def _length(shell: ShellState, part: Parameter) -> list[str] | None:
    if part.subscript is not None and index_text(part) in ("@", "*"):
        return [str(len(array(shell, part.name) or {}))]
    if part.name in ("@", "*"):
        return [str(len(shell.parameters) if shell.is_bash() else len(lookup(shell, "*") or ""))]
    held = _held(shell, part)
    if held is None:
        return None if "u" in shell.options else ["0"]
    return [str(len(held[0]))]


def _substring(shell: ShellState, part: Parameter) -> list[str] | None:
    """${x:offset:length}; of $@ and arrays, a slice of the values."""
    held = _held(shell, part)
    if held is None:
        return None
    offset = calculate(shell, string_of(shell, part.word))
    length = None if part.second is None else calculate(shell, string_of(shell, part.second))
    if is_many(part):
        items: list[str] = [shell.name, *held] if part.subscript is None else held
        return list(_slice(items, offset if offset or part.subscript is not None else 0, length, part))
    return ["".join(_slice(list(held[0]), offset, length, part))]


def _slice(items: list[str], offset: int, length: int | None, part: Parameter) -> list[str]:
    size = len(items)
    start = offset if offset >= 0 else size + offset
    if start < 0 or start > size:
        return []
    if length is None:
        return items[start:]
    end = start + length if length >= 0 else size + length
    if end < start:
        raise ShellError(f"{length}: substring expression < 0", 1)
    return items[start:end]


def _transformation(shell: ShellState, part: Parameter) -> Callable[[str], str]:
    operator = part.operator
    if operator[0] == "@":
        return _AT.get(operator[1:], lambda text: text)
    pattern = pattern_of(shell, part.word)
    if operator in ("#", "##", "%", "%%"):
        return lambda text: patterns.strip(text, pattern, operator)
    if operator[0] == "/":
        replacement = "" if part.second is None else string_of(shell, part.second)
        return lambda text: patterns.replace(text, pattern, replacement, operator)
    convert = str.upper if operator[0] == "^" else str.lower
    whole = len(operator) == 2

    def change(text: str) -> str:
        reach = len(text) if whole else 1
        return (
            "".join(
                convert(character) if not pattern or patterns.matches(pattern, character) else character
                for character in text[:reach]
            )
            + text[reach:]
        )

    return change


_AT: dict[str, Callable[[str], str]] = {
    "Q": lambda text: quote_bash(text, always=True),
    "U": str.upper,
    "u": lambda text: text[:1].upper() + text[1:],
    "L": str.lower,
}


# whole words


def string_of(shell: ShellState, parts: Parts) -> str:
    """One string, as within double quotes (redirections, here-documents, arithmetic)."""
    fields: Fields = [[]]
    add_parts(shell, parts, False, fields, True)
    return " ".join("".join(text for text, _ in field) for field in fields)


def value_of(shell: ShellState, parts: Parts) -> str:
    """The value of an assignment: tildes also after colons, no splitting."""
    if any(isinstance(part, Literal) and "~" in part.text for part in parts):
        parts = _colon_tildes(shell, parts)
    return string_of(shell, parts)


def _colon_tildes(shell: ShellState, parts: Parts) -> Parts:
    changed: list[Any] = []
    for part in parts:
        if isinstance(part, Literal) and ":~" in part.text:
            pieces = part.text.split(":~")
            text = pieces[0]
            for piece in pieces[1:]:
                user, slash, rest = piece.partition("/")
                home = home_directory(shell, user)
                text += ":" + (f"~{piece}" if home is None else home + slash + rest)
            part = Literal(text)
        changed.append(part)
    return tuple(changed)


def pattern_of(shell: ShellState, parts: Parts) -> str:
    """A pattern: what is quoted matches itself."""
    fields: Fields = [[]]
    add_parts(shell, parts, False, fields, True)
    return "".join(escape(text) if quoted else text for field in fields for text, quoted in field)


def fixed_pattern(parts: Parts) -> str | None:
    """The pattern of parts that nothing can change, else None."""
    texts: list[str] = []
    for place, part in enumerate(parts):
        if isinstance(part, Literal) and not (place == 0 and part.text.startswith("~")):
            texts.append(part.text)
        elif isinstance(part, Quoted):
            texts.append(escape(part.text))
        else:
            return None
    return "".join(texts)
