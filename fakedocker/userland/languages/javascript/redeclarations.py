"""Names that are declared twice where they may not be: V8 tells of them with the second declaration, or with the `var`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.syntax import Node


class _Scope:
    """The names of a block, by the kind of their declaration: lexical, function, var, parameter, catch."""

    def __init__(self, around: _Scope | None = None) -> None:
        self.around = around  # within the same function
        self.kinds: dict[str, str] = {}


class _Function:
    """A function's outermost scope, and its `var`s with the blocks that they stand in."""

    def __init__(self, parameters: Iterable[str], is_strict: bool) -> None:
        self.top = _Scope()
        self.is_strict = is_strict
        self.vars: list[tuple[syntax.Name, _Scope]] = []
        for name in parameters:
            self.top.kinds[name] = "parameter"


def refused_before(problem: Refused, parameters: Iterable[str]) -> Refused:
    """What V8 tells of a source with a problem: the problem, or a name that is declared twice before it."""
    for program in problem.partial:
        if isinstance(program, syntax.Program):
            try:
                check_redeclarations(program, parameters, is_whole=False)
            except Refused as found:
                return found.overridden(problem)
            try:
                check_redeclarations(program, parameters)
            except Refused as found:
                return problem.overridden(found)
    return problem


def check_redeclarations(program: syntax.Program, parameters: Iterable[str], *, is_whole: bool = True) -> None:
    """Refuse a program that declares a name twice. O(nodes).

    Args:
        is_whole: whether that is looked for, too, what V8 sees at the end of a function only.
    """
    first: tuple[int, Refused] | None = None
    pending: list[tuple[Node, bool]] = [(program, program.is_strict)]
    while pending:
        node, is_strict = pending.pop()
        found = None
        if isinstance(node, syntax.Program):
            found = _seen(node, _Function(parameters, is_strict), node.body, is_whole)
        elif isinstance(node, syntax.Function):
            is_strict = is_strict or node.is_strict
            found = _seen_in_function(node, is_strict, is_whole)
        if found is not None and (first is None or found[0] < first[0]):
            first = found
        pending += [(child, is_strict or isinstance(node, syntax.Class)) for child in nodes_in(node)][::-1]
    if first is not None:
        raise first[1]


def _seen(
    node: syntax.Program | syntax.Function, function: _Function, body: tuple[Node, ...], is_whole: bool
) -> tuple[int, Refused] | None:
    """What is wrong with the names of a function, and how far V8 has read by the time that it sees it."""
    try:
        _Checker(function).statements(body, function.top)
    except Refused as problem:
        return problem.at, problem
    if is_whole:
        try:
            _check_vars(function)
        except Refused as problem:
            return (node.end if isinstance(node, syntax.Function) else sys.maxsize), problem
    return None


def _seen_in_function(node: syntax.Function, is_strict: bool, is_whole: bool) -> tuple[int, Refused] | None:
    body = node.body
    if not isinstance(body, tuple) or hasattr(body, "_fields"):
        return None
    is_simple = all(isinstance(parameter, syntax.Name) for parameter in node.parameters)
    names = [name.name for parameter in node.parameters for name in names_of(parameter)]
    function = _Function(names if is_simple else (), is_strict)
    found = _seen(node, function, body, is_whole)
    if is_whole and not is_simple and (found is None or found[0] >= node.end):
        for name in names:
            if function.top.kinds.get(name) == "lexical":
                part = next(part for part in _declared(body) if part.name == name)
                return node.end, _refused(part.name, part.at, part.at + len(name))
    return found


class _Checker:
    """A walk over the statements of one function, without those of functions in it."""

    def __init__(self, function: _Function) -> None:
        self.function = function

    def statements(self, body: Iterable[Node | None], scope: _Scope) -> None:
        for node in body:
            if node is not None:
                self.statement(node, scope)

    def statement(self, node: Node, scope: _Scope) -> None:
        match node:
            case syntax.Declaration(_, kind, pairs):
                for target, _ in pairs:
                    for name in names_of(target):
                        self._variable(name, kind, scope)
            case syntax.FunctionDeclaration(at, function):
                self._function(function.name, at, scope)
            case syntax.ClassDeclaration(_, value):
                self._lexical(value.name, value.at, value.end, scope)
            case syntax.Import(_, pairs, _, places):
                for (_, here), (_, place) in zip(pairs, places, strict=True):
                    self._lexical(here, place, place + len(here), scope)
            case syntax.Export(_, _, _, declaration) if declaration is not None:
                self.statement(declaration, scope)
            case _:
                self._nested(node, scope)

    def _nested(self, node: Node, scope: _Scope) -> None:
        match node:
            case syntax.Block(_, body):
                self.statements(body, _Scope(scope))
            case syntax.If(_, _, yes, no):
                self.statements((yes, no), scope)
            case syntax.For(_, first, _, _, body):
                self.statements((first, body), _Scope(scope))
            case syntax.ForIn(_, _, target, _, body, _):
                self.statements((target, body), _Scope(scope))
            case syntax.While(_, _, body) | syntax.DoWhile(_, body, _) | syntax.Labelled(_, _, body):
                self.statement(body, scope)
            case syntax.Switch(_, _, cases):
                inner = _Scope(scope)
                for case in cases:
                    self.statements(case.body, inner)
            case syntax.Try():
                self._try(node, scope)

    def _try(self, node: syntax.Try, scope: _Scope) -> None:
        self.statement(node.body, scope)
        if node.handler is not None:
            outer = _Scope(scope)
            kind = "catch" if isinstance(node.parameter, syntax.Name) else "lexical"
            for name in names_of(node.parameter) if node.parameter is not None else []:
                if name.name in outer.kinds:
                    raise _refused(name.name, name.at, name.at + 1)
                outer.kinds[name.name] = kind
            inner = _Scope(outer)
            self.statements(node.handler.body, inner)
            for name in _declared(node.handler.body):
                if name.name in outer.kinds:
                    raise _refused(name.name, name.at, name.at + len(name.name))
        if node.last is not None:
            self.statement(node.last, scope)

    def _variable(self, name: syntax.Name, kind: str, scope: _Scope) -> None:
        if kind != "var":
            self._lexical(name.name, name.at, name.at + 1, scope)
            return
        top = self.function.top
        if top.kinds.get(name.name) == "lexical":
            raise _refused(name.name, name.at, name.at + 1)
        top.kinds.setdefault(name.name, "var")
        self.function.vars.append((name, scope))

    def _lexical(self, name: str, at: int, end: int, scope: _Scope) -> None:
        if name in scope.kinds:
            raise _refused(name, at, end)
        scope.kinds[name] = "lexical"

    def _function(self, name: str, at: int, scope: _Scope) -> None:
        found = scope.kinds.get(name)
        if scope is self.function.top:
            is_wrong = found == "lexical"
        else:
            is_wrong = found is not None and not (found == "function" and not self.function.is_strict)
        if is_wrong:
            raise _refused(name, at, at + 1)
        scope.kinds[name] = "function"


def _check_vars(function: _Function) -> None:
    """A `var` stands in no block that has its name, but for the parameter of a `catch`."""
    for name, scope in function.vars:
        place: _Scope | None = scope
        while place is not None and place is not function.top:
            if place.kinds.get(name.name) in ("lexical", "function"):
                raise _refused(name.name, name.at, name.at + 1)
            place = place.around


def _declared(body: Iterable[Node]) -> Iterator[syntax.Name]:
    """The names of `let` and `const`, functions and classes in a block."""
    for node in body:
        match node:
            case syntax.Declaration(_, kind, pairs) if kind != "var":
                for target, _ in pairs:
                    yield from names_of(target)
            case syntax.FunctionDeclaration(at, function):
                yield syntax.Name(at, function.name)
            case syntax.ClassDeclaration(at, value):
                yield syntax.Name(at, value.name)


def _refused(name: str, at: int, end: int) -> Refused:
    return Refused(f"Identifier '{name}' has already been declared", at, end)
