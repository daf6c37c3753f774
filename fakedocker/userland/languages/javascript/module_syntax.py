"""The parser of `import` and `export`."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.expressions import Expressions
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.syntax import Node

Pairs = list[tuple[str, str]]


def import_(cursor: Cursor) -> syntax.Import:
    """An import declaration, from its keyword on."""
    at = cursor.advance().at
    names: Pairs = []
    places: list[tuple[int, int]] = []
    if cursor.token.kind != "text":
        if cursor.token.kind == "name":
            token = cursor.name()
            names.append(("default", str(token.value)))
            places.append((token.at, token.at))
            if cursor.takes(","):
                _import_clause(cursor, names, places)
        else:
            _import_clause(cursor, names, places)
        _from(cursor)
    source = _source(cursor)
    cursor.end_statement()
    return syntax.Import(at, tuple(names), source, tuple(places))


def _import_clause(cursor: Cursor, names: Pairs, places: list[tuple[int, int]]) -> None:
    if cursor.takes("*"):
        if not cursor.is_word("as"):
            cursor.unexpected()
        cursor.advance()
        token = cursor.name()
        names.append(("*", str(token.value)))
        places.append((token.at, token.at))
        return
    cursor.expect("{")
    while not cursor.takes("}"):
        token = cursor.token
        outside = _module_name(cursor)
        here = token
        if cursor.is_word("as"):
            cursor.advance()
            here = cursor.name()
        elif token.kind != "name":
            cursor.unexpected(token)
        names.append((outside, str(here.value)))
        places.append((token.at, here.at))
        if not cursor.is_at("}"):
            cursor.expect(",")


def export(cursor: Cursor, expressions: Expressions, statement: Callable[[], Node]) -> syntax.Export:
    """An export declaration, from its keyword on."""
    at = cursor.advance(True).at
    if cursor.takes("default"):
        return _default(cursor, expressions, statement, at)
    if cursor.takes("*"):
        outside = ""
        if cursor.is_word("as"):
            cursor.advance()
            outside = _module_name(cursor)
        _from(cursor)
        source = _source(cursor)
        cursor.end_statement()
        return syntax.Export(at, (("*", outside),), source, None)
    if cursor.is_at("{"):
        return _named(cursor, at)
    declaration = statement()
    match declaration:
        case syntax.Declaration(_, _, pairs):
            names = [name.name for target, _ in pairs for name in names_of(target)]
        case syntax.FunctionDeclaration(_, function):
            names = [function.name]
        case syntax.ClassDeclaration(_, value):
            names = [value.name]
        case _:
            cursor.fail("Unexpected token", declaration.at)
    return syntax.Export(at, tuple((name, name) for name in names), None, declaration)


def _default(cursor: Cursor, expressions: Expressions, statement: Callable[[], Node], at: int) -> syntax.Export:
    """A default export: a function or class with or without a name, or an expression."""
    start = cursor.token
    is_async = cursor.is_word("async") and cursor.peek().value == "function"
    if cursor.is_at("function") or is_async:
        if is_async:
            cursor.advance()
        function = expressions.functions.function(start.at, is_async=is_async)
        named = function._replace(name=function.name or "default")
        return syntax.Export(at, ((named.name, "default"),), None, syntax.FunctionDeclaration(start.at, named))
    if cursor.is_at("class"):
        value = expressions.functions.class_()
        if value.name:
            return syntax.Export(at, ((value.name, "default"),), None, syntax.ClassDeclaration(start.at, value))
        return syntax.Export(at, (("*default*", "default"),), None, value)
    expression = expressions.assignment()
    cursor.end_statement()
    return syntax.Export(at, (("*default*", "default"),), None, expression)


def _named(cursor: Cursor, at: int) -> syntax.Export:
    names: Pairs = []
    places: list[int] = []
    cursor.expect("{")
    while not cursor.takes("}"):
        places.append(cursor.token.at)
        here = _module_name(cursor)
        outside = here
        if cursor.is_word("as"):
            cursor.advance()
            outside = _module_name(cursor)
        names.append((here, outside))
        if not cursor.is_at("}"):
            cursor.expect(",")
    source = None
    if cursor.is_word("from"):
        _from(cursor)
        source = _source(cursor)
    cursor.end_statement()
    return syntax.Export(at, tuple(names), source, None, tuple(places))


def _from(cursor: Cursor) -> None:
    if not cursor.is_word("from"):
        cursor.unexpected()
    cursor.advance()


def _source(cursor: Cursor) -> str:
    if cursor.token.kind != "text":
        cursor.unexpected()
    source = str(cursor.advance().value)
    if cursor.is_at("with") or cursor.is_word("assert"):  # attributes: { type: "json" }
        cursor.advance()
        cursor.expect("{")
        while not cursor.takes("}"):
            if cursor.token.kind == "end":
                cursor.unexpected()
            cursor.advance()
    return source


def _module_name(cursor: Cursor) -> str:
    if cursor.token.kind not in ("name", "keyword", "text"):
        cursor.unexpected()
    return str(cursor.advance().value)
