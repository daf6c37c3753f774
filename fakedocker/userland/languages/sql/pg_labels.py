"""The names of columns that have no alias, in PostgreSQL."""

from __future__ import annotations

from fakedocker.userland.languages.sql.tree import (
    ArrayOf,
    Call,
    Case,
    Cast,
    Column,
    Core,
    Element,
    Exists,
    Expression,
    Subquery,
    Unary,
    Values,
)


def label_of(expression: Expression) -> str:
    """The name of a column that has no alias (FigureColname in parse_target.c)."""
    return _label(expression)[0] or "?column?"


def _label(expression: Expression) -> tuple[str, int]:
    """(the name, how good it is: 2 a name, 1 a type's)."""
    if isinstance(expression, Column):
        return expression.parts[-1], 2
    if isinstance(expression, Call):
        return expression.name, 2
    if isinstance(expression, Element):
        return _label(expression.argument)
    if isinstance(expression, Cast):
        name, strength = _label(expression.argument)
        return (name, strength) if strength == 2 else (expression.type.name, 1)
    if isinstance(expression, Case):
        if expression.otherwise is not None:
            name, strength = _label(expression.otherwise)
            if strength == 2:
                return name, strength
        return "case", 1
    if isinstance(expression, ArrayOf):
        return "array", 2
    if isinstance(expression, Exists):
        return "exists", 2
    if isinstance(expression, Subquery):
        body = expression.query.body
        if isinstance(body, Core) and body.items:
            item = body.items[0]
            return (item.alias, 2) if item.alias else (_label(item.expression)[0], 2)
        return ("column1", 2) if isinstance(body, Values) else ("", 0)
    if isinstance(expression, Unary):
        return "", 0
    return "", 0
