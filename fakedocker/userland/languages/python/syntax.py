"""The syntax tree of Python: plain values, with the names of fields that Python's own documentation has.

`at` is where a node stands: (line, column, end line, end column), lines from 1, columns in characters from 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Span = tuple[int, int, int, int]
Expr = Any
"""An expression, a statement or a pattern: one of the classes below."""
Nodes = list[Any]


class Module(NamedTuple):
    body: Nodes


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


# statements


class ExprStatement(NamedTuple):
    value: Expr
    at: Span


class Assign(NamedTuple):
    targets: Nodes
    value: Expr
    at: Span


class AugAssign(NamedTuple):
    target: Expr
    op: str
    value: Expr
    at: Span


class AnnAssign(NamedTuple):
    target: Expr
    annotation: Expr
    value: Expr
    simple: int
    at: Span


class TypeAlias(NamedTuple):
    name: Expr
    type_params: list[TypeParam]
    value: Expr
    at: Span


class Return(NamedTuple):
    value: Expr
    at: Span


class Delete(NamedTuple):
    targets: Nodes
    at: Span


class Pass(NamedTuple):
    at: Span


class Break(NamedTuple):
    at: Span


class Continue(NamedTuple):
    at: Span


class Global(NamedTuple):
    names: list[str]
    at: Span


class Nonlocal(NamedTuple):
    names: list[str]
    at: Span


class If(NamedTuple):
    test: Expr
    body: Nodes
    orelse: Nodes
    at: Span


class While(NamedTuple):
    test: Expr
    body: Nodes
    orelse: Nodes
    at: Span


class For(NamedTuple):
    target: Expr
    iter: Expr
    body: Nodes
    orelse: Nodes
    is_async: bool
    at: Span


class WithItem(NamedTuple):
    context_expr: Expr
    optional_vars: Expr


class With(NamedTuple):
    items: list[WithItem]
    body: Nodes
    is_async: bool
    at: Span


class ExceptHandler(NamedTuple):
    type: Expr
    name: str | None
    body: Nodes
    at: Span


class Try(NamedTuple):
    body: Nodes
    handlers: list[ExceptHandler]
    orelse: Nodes
    finalbody: Nodes
    is_star: bool
    at: Span


class Raise(NamedTuple):
    exc: Expr
    cause: Expr
    at: Span


class Assert(NamedTuple):
    test: Expr
    msg: Expr
    at: Span


class Alias(NamedTuple):
    name: str
    asname: str | None
    at: Span


class Import(NamedTuple):
    names: list[Alias]
    at: Span


class ImportFrom(NamedTuple):
    module: str | None
    names: list[Alias]
    level: int
    at: Span


class Match(NamedTuple):
    subject: Expr
    cases: list[MatchCase]
    at: Span


class MatchCase(NamedTuple):
    pattern: Expr
    guard: Expr
    body: Nodes


# patterns


class MatchValue(NamedTuple):
    value: Expr
    at: Span


class MatchSingleton(NamedTuple):
    value: bool | None
    at: Span


class MatchSequence(NamedTuple):
    patterns: Nodes
    at: Span


class MatchMapping(NamedTuple):
    keys: Nodes
    patterns: Nodes
    rest: str | None
    at: Span


class MatchClass(NamedTuple):
    cls: Expr
    patterns: Nodes
    kwd_attrs: list[str]
    kwd_patterns: Nodes
    at: Span


class MatchStar(NamedTuple):
    name: str | None
    at: Span


class MatchAs(NamedTuple):
    pattern: Expr
    name: str | None
    at: Span


class MatchOr(NamedTuple):
    patterns: Nodes
    at: Span
