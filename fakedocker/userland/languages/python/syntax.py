"""The syntax tree of Python: plain values, with the names of fields that Python's own documentation has.

`at` is where a node stands: (line, column, end line, end column), lines from 1, columns in characters from 0.
"""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.userland.languages.python.syntax_expressions import (
    Arg as Arg,
    Arguments as Arguments,
    Attribute as Attribute,
    Await as Await,
    BinOp as BinOp,
    BoolOp as BoolOp,
    Call as Call,
    ClassDef as ClassDef,
    Compare as Compare,
    Comprehension as Comprehension,
    Constant as Constant,
    DictComp as DictComp,
    DictExpr as DictExpr,
    Expr as Expr,
    FormattedValue as FormattedValue,
    FunctionDef as FunctionDef,
    GeneratorExp as GeneratorExp,
    IfExp as IfExp,
    JoinedStr as JoinedStr,
    Keyword as Keyword,
    Lambda as Lambda,
    ListComp as ListComp,
    ListExpr as ListExpr,
    Name as Name,
    NamedExpr as NamedExpr,
    Nodes as Nodes,
    SetComp as SetComp,
    SetExpr as SetExpr,
    Slice as Slice,
    Span as Span,
    Starred as Starred,
    Subscript as Subscript,
    TupleExpr as TupleExpr,
    TypeParam as TypeParam,
    UnaryOp as UnaryOp,
    Yield as Yield,
    YieldFrom as YieldFrom,
)


def at_attribute(node: Expr) -> Span:
    """Where an expression is said to fail: an attribute whose name is on another line than its beginning, at the name."""
    at: Span = node.at
    if type(node) is not Attribute or at[0] == at[2]:
        return at
    return (at[2], max(0, at[3] - len(node.attr)), at[2], at[3])


class Module(NamedTuple):
    body: Nodes


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
