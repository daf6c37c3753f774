"""Words as functions, made once for each word and specialised on its shape.

A cache of what `expansion` would do: anything unusual falls back to it. It must not know operations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.arithmetic import assigned_names, expression
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.evaluation import arithmetic_message, calculate
from fakedocker.userland.sh.expansion import add_parts, parameter_values, string_of
from fakedocker.userland.sh.fields import Fields, finish
from fakedocker.userland.sh.integers import ArithmeticProblem
from fakedocker.userland.sh.nodes import Arithmetic, DoubleQuoted, Literal, Parameter, Parts, Quoted
from fakedocker.userland.sh.parameters import is_many, lookup
from fakedocker.userland.sh.patterns import WILD
from fakedocker.userland.sh.state import IFS_DEFAULT, ShellState

StringOf = Callable[[ShellState], Any]
FieldsOf = Callable[[ShellState], list[str]]

_UNSAFE = lazy_pattern(r"[\s*?\[@+!]")
_SPECIAL: Final = lazy_pattern(r"^~|[*?]|\[.+\]|[@+!]\(", re.DOTALL)


def _constant(parts: Parts) -> str | None:
    """The text of parts that nothing can change, else None."""
    texts: list[str] = []
    for place, part in enumerate(parts):
        if isinstance(part, Quoted):
            texts.append(part.text)
        elif isinstance(part, Literal):
            if _SPECIAL.search(part.text) and (place == 0 or WILD.search(part.text)):
                return None
            texts.append(part.text)
        elif isinstance(part, DoubleQuoted):
            inner = [piece.text for piece in part.parts if isinstance(piece, Literal | Quoted)]
            if len(inner) != len(part.parts):
                return None
            texts.extend(inner)
        else:
            return None
    return "".join(texts)


def _is_plain_name(part: Any) -> bool:
    return isinstance(part, Parameter) and not part.operator and part.subscript is None and part.name.isidentifier()


def fields_closure(parts: Parts) -> FieldsOf:
    """A word as a function that gives its fields, specialised on its shape."""
    constant = _constant(parts)
    if constant is not None:
        fixed = [constant]
        return lambda _: fixed
    if len(parts) == 1 and _is_plain_name(parts[0]):
        return _name_fields(parts)
    if len(parts) == 1 and _is_simple_special(parts[0]):
        return _special_fields(parts)
    if _is_one_field(parts):
        string = string_closure(parts)
        return lambda shell: [string(shell)]

    def fields(shell: ShellState) -> list[str]:
        expanded: Fields = [[]]
        add_parts(shell, parts, False, expanded, False)
        return finish(shell, expanded)

    return fields


def _is_simple_special(part: Any) -> bool:
    return (
        isinstance(part, Parameter) and not part.operator and part.subscript is None and part.name in _SINGLE_SPECIALS
    )


_SINGLE_SPECIALS: Final = frozenset("0123456789#?$")


def _special_fields(parts: Parts) -> FieldsOf:
    """$1, $# and their like, unquoted."""
    assert isinstance(parts[0], Parameter)
    name = parts[0].name
    unsafe = _UNSAFE.search

    def fields(shell: ShellState) -> list[str]:
        value = lookup(shell, name)
        if value and not unsafe(value) and shell.variables.get("IFS") == IFS_DEFAULT:
            return [value]
        expanded: Fields = [[]]
        add_parts(shell, parts, False, expanded, False)
        return finish(shell, expanded)

    return fields


def _name_fields(parts: Parts) -> FieldsOf:
    assert isinstance(parts[0], Parameter)
    name = parts[0].name
    unsafe = _UNSAFE.search

    def fields(shell: ShellState) -> list[str]:
        variables = shell.variables
        value = variables.get(name)
        if variables.get("IFS") == IFS_DEFAULT:
            if type(value) is int:
                return [str(value)]
            if value and type(value) is str and not unsafe(value):
                return [value]
        expanded: Fields = [[]]
        add_parts(shell, parts, False, expanded, False)
        return finish(shell, expanded)

    return fields


def _is_one_field(parts: Parts) -> bool:
    """Whether a word is always exactly one field: all of it quoted, without $@, or plain literals."""
    some = False
    for place, part in enumerate(parts):
        if isinstance(part, Literal):
            if _SPECIAL.search(part.text) and (place == 0 or WILD.search(part.text)):
                return False
        elif isinstance(part, DoubleQuoted):
            if any(isinstance(inner, Parameter) and (is_many(inner) or inner.word) for inner in part.parts):
                return False
            some = True
        elif not isinstance(part, Quoted):
            return False
    return some


def string_closure(parts: Parts) -> StringOf:
    """Parts as a function that gives one string (an int where arithmetic gave one)."""
    constant = _constant(parts)
    if constant is not None:
        return lambda _: constant
    if len(parts) == 1 and _is_plain_name(parts[0]):
        assert isinstance(parts[0], Parameter)
        name = parts[0].name

        def value(shell: ShellState) -> Any:
            held = shell.variables.get(name)
            return string_of(shell, parts) if held is None or isinstance(held, dict) else held

        return value
    if len(parts) == 1 and _is_simple_special(parts[0]):
        special = parts[0].name  # type: ignore[union-attr]  # it is a parameter

        def special_value(shell: ShellState) -> str:
            held = lookup(shell, special)
            return string_of(shell, parts) if held is None else held

        return special_value
    if len(parts) == 1 and isinstance(parts[0], Arithmetic):
        return arithmetic_closure(parts[0].parts)
    if len(parts) == 1 and isinstance(parts[0], DoubleQuoted):
        return _quoted_closure(parts[0].parts)
    return lambda shell: string_of(shell, parts)


def _quoted_closure(inner: Parts) -> StringOf:
    """ "text $name text": joined without going through fields."""
    if len(inner) == 1 and _is_simple_special(inner[0]):
        return string_closure(inner)
    if not all(isinstance(part, Literal | Quoted) or _is_plain_name(part) for part in inner):
        whole: Parts = (DoubleQuoted(inner),)
        return lambda shell: string_of(shell, whole)
    pieces: list[tuple[str | None, str, Any]] = [
        (None, part.name, part) if isinstance(part, Parameter) else (part.text, "", part)  # type: ignore[union-attr]  # all of these have text
        for part in inner
    ]

    def joined(shell: ShellState) -> str:
        variables = shell.variables
        found: list[str] = []
        for text, name, part in pieces:
            if text is None:
                value = variables.get(name)
                if type(value) is str:
                    text = value
                elif type(value) is int:
                    text = str(value)
                else:
                    text = string_of(shell, (DoubleQuoted((part,)),))
            found.append(text)
        return "".join(found)

    return joined


def arithmetic_closure(parts: Parts) -> Callable[[ShellState], int]:
    """$(( )) as a function that gives an int.

    The inside is text that is expanded and then parsed (POSIX 2.6.4), so `$x` may hold an operator. It almost never
    does: where values are plain numbers, a template compiled once is used.
    """
    if all(isinstance(part, Literal | Quoted) for part in parts):
        source = "".join(part.text for part in parts if isinstance(part, Literal | Quoted))
        return lambda shell: calculate(shell, source)
    template = _arithmetic_template(parts)
    if template is None:
        return lambda shell: calculate(shell, string_of(shell, parts))
    source, names = template

    def evaluate(shell: ShellState) -> int:
        shadow: dict[str, Any] = {}
        for key, part in names:
            values = parameter_values(shell, part)
            text = values[0] if values else ""
            if not text.isascii() or not text.isdigit() or (text[0] == "0" and text != "0") or len(text) > 18:
                return calculate(shell, string_of(shell, parts))
            shadow[key] = int(text)
        try:
            return expression(source)(_Shadowed(shell.variables, shadow))  # type: ignore[arg-type]  # get and set are all it needs
        except ArithmeticProblem as problem:
            raise ShellError(arithmetic_message(shell, problem), 1 if shell.is_bash() else 2) from None

    return evaluate


class _Shadowed:
    """Variables with a few placeholders in front of them."""

    __slots__ = ("_shadow", "_variables")

    def __init__(self, variables: dict[str, Any], shadow: dict[str, Any]) -> None:
        self._variables = variables
        self._shadow = shadow

    def get(self, name: str, default: Any = None) -> Any:
        found = self._shadow.get(name)
        return self._variables.get(name, default) if found is None else found

    def __setitem__(self, name: str, value: Any) -> None:
        self._variables[name] = value


def _arithmetic_template(parts: Parts) -> tuple[str, list[tuple[str, Parameter]]] | None:
    """The expression with a placeholder for each plain $name; None where a value could change how it is parsed."""
    pieces: list[str] = []
    names: list[tuple[str, Parameter]] = []
    for part in parts:
        if isinstance(part, Literal | Quoted):
            pieces.append(part.text)
        elif isinstance(part, Parameter) and not part.operator and part.subscript is None and part.name not in "@*-!":
            key = f"__{len(names)}"
            names.append((key, part))
            pieces.append(f" {key} ")
        else:
            return None
    for before, after in pairwise(parts):
        touching = (before.text[-1:] if isinstance(before, Literal) else "x") + (
            after.text[:1] if isinstance(after, Literal) else "x"
        )
        if touching[0].isalnum() and touching[-1].isalnum():
            return None
    source = "".join(pieces)
    if assigned_names(source):
        return None
    try:
        expression(source)
    except ArithmeticProblem:
        return None
    return source, names


def arguments_closure(words: tuple[Parts, ...]) -> Callable[[ShellState], tuple[str, ...]]:
    """A command's words as one function that gives argv."""
    constants = [_constant(word) for word in words]
    if all(constant is not None for constant in constants):
        fixed = tuple(constant for constant in constants if constant is not None)
        return lambda _: fixed
    functions = [fields_closure(word) for word in words]
    if len(functions) == 2 and constants[0] is not None:
        first, second = constants[0], functions[1]
        return lambda shell: (first, *second(shell))

    def arguments(shell: ShellState) -> tuple[str, ...]:
        found: list[str] = []
        for function in functions:
            found += function(shell)
        return tuple(found)

    return arguments
