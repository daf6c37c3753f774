"""The nodes of expressions and functions, see `syntax`."""

from __future__ import annotations

from typing import Any, NamedTuple

Span = tuple[int, int, int, int]
Expr = Any
"""An expression, a statement or a pattern: one of the classes below."""
Nodes = list[Any]


# expressions


class Name(NamedTuple):
    id: str
    at: Span


class Constant(NamedTuple):
    value: Any
    at: Span


class JoinedStr(NamedTuple):
    values: Nodes
    at: Span


class FormattedValue(NamedTuple):
    value: Expr
    conversion: int
    format_spec: Expr
    at: Span


class BinOp(NamedTuple):
    left: Expr
    op: str
    right: Expr
    at: Span
    op_column: tuple[int, int]


class UnaryOp(NamedTuple):
    op: str
    operand: Expr
    at: Span


class BoolOp(NamedTuple):
    op: str
    values: Nodes
    at: Span


class Compare(NamedTuple):
    left: Expr
    ops: list[str]
    comparators: Nodes
    at: Span


class Call(NamedTuple):
    func: Expr
    args: Nodes
    keywords: Nodes
    at: Span


class Keyword(NamedTuple):
    arg: str | None
    value: Expr
    at: Span


class Attribute(NamedTuple):
    value: Expr
    attr: str
    at: Span


class Subscript(NamedTuple):
    value: Expr
    slice: Expr
    at: Span


class Slice(NamedTuple):
    lower: Expr
    upper: Expr
    step: Expr
    at: Span


class Starred(NamedTuple):
    value: Expr
    at: Span


class IfExp(NamedTuple):
    test: Expr
    body: Expr
    orelse: Expr
    at: Span


class Lambda(NamedTuple):
    args: Arguments
    body: Expr
    at: Span


class NamedExpr(NamedTuple):
    target: Expr
    value: Expr
    at: Span


class TupleExpr(NamedTuple):
    elts: Nodes
    at: Span


class ListExpr(NamedTuple):
    elts: Nodes
    at: Span


class SetExpr(NamedTuple):
    elts: Nodes
    at: Span


class DictExpr(NamedTuple):
    keys: Nodes
    values: Nodes
    at: Span


class ListComp(NamedTuple):
    elt: Expr
    generators: Nodes
    at: Span


class SetComp(NamedTuple):
    elt: Expr
    generators: Nodes
    at: Span


class DictComp(NamedTuple):
    key: Expr
    value: Expr
    generators: Nodes
    at: Span


class GeneratorExp(NamedTuple):
    elt: Expr
    generators: Nodes
    at: Span


class Comprehension(NamedTuple):
    target: Expr
    iter: Expr
    ifs: Nodes
    is_async: int


class Await(NamedTuple):
    value: Expr
    at: Span


class Yield(NamedTuple):
    value: Expr
    at: Span


class YieldFrom(NamedTuple):
    value: Expr
    at: Span


# functions


class Arg(NamedTuple):
    arg: str
    annotation: Expr
    at: Span


class Arguments(NamedTuple):
    posonlyargs: list[Arg]
    args: list[Arg]
    vararg: Arg | None
    kwonlyargs: list[Arg]
    kw_defaults: Nodes
    kwarg: Arg | None
    defaults: Nodes


class TypeParam(NamedTuple):
    """`kind` is TypeVar, ParamSpec or TypeVarTuple."""

    kind: str
    name: str
    bound: Expr
    default: Expr
    at: Span


class FunctionDef(NamedTuple):
    name: str
    args: Arguments
    body: Nodes
    decorator_list: Nodes
    returns: Expr
    type_params: list[TypeParam]
    is_async: bool
    at: Span


class ClassDef(NamedTuple):
    name: str
    bases: Nodes
    keywords: Nodes
    body: Nodes
    decorator_list: Nodes
    type_params: list[TypeParam]
    at: Span
