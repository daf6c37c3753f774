"""The places that V8 notes while it evaluates an expression, and so where it points at when something throws there.

Its bytecode has the place of a statement at the statement's first step, whatever that does, and places of those parts of its
expressions that set one (BytecodeGenerator, SetExpressionPosition); what sets none is told to be at what stood before it in the
code, even in a branch that is not taken. Such are variables that are not there, `delete`, what `for` and `yield*` go through, what `+=` and `++` read and reckon with, and parts of templates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.folding import folded, operands
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.operators import to_boolean
from fakedocker.userland.languages.javascript.rendering import position
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.syntax import Node

UNKNOWN_AT: Final = 1 << 40
"""The place of what is told to be at a place that is not known: whatever shows it ends with a mark."""
_TO_NUMBERS: Final = frozenset("+-~")
ROOTS: Final = frozenset(
    {
        syntax.ExpressionStatement, syntax.Throw, syntax.Switch, syntax.If, syntax.Return, syntax.Function, syntax.While, syntax.DoWhile,
        syntax.For, syntax.ForIn, syntax.Declaration,
    }
)  # fmt: skip
"""Nodes that begin with an expression whose beginning has a place."""


def noted_places(node: Node, *, is_whole: bool) -> dict[int, int]:
    """Places of what an expression of a statement evaluates, or of what this evaluates first, by their ids: those of variables that
    are not their own, of `delete`, of `yield*`, of `++` and `+=`, and of the members that these read. O(nodes of the statement's expressions) if it is whole."""
    found: dict[int, int] = {}
    for at, expression in _roots(node):
        walk = _Walk(at, found, is_whole=is_whole)
        walk.visit(expression)
    return found


def noted_in_class(node: syntax.Class, before: tuple[Node, ...], start: int) -> dict[int, int]:
    """The same for a class that a function's statement declares, which is no beginning of its own.

    Args:
        before: the statements before it in the function.
        start: where the function's parameters begin.
    """
    found: dict[int, int] = {}
    walk = _Walk(UNKNOWN_AT, found, is_whole=True)
    walk.visit(node)
    if walk.place == UNKNOWN_AT:
        found[id(node)] = place_behind(before, start)
    return found


def place_behind(body: tuple[Node, ...], start: int) -> int:
    """The place that is noted last in the code of statements, with which a function begins; `UNKNOWN_AT` if that is not known."""
    for node in reversed(body):
        match node:
            case syntax.Empty() | syntax.FunctionDeclaration() | syntax.Import():
                continue
            case syntax.Declaration(_, "var", pairs) if all(value is None for _, value in pairs):
                continue
            case syntax.ClassDeclaration(at, _):
                return at
            case syntax.If(_, _, yes, None):
                return place_behind((yes,), UNKNOWN_AT)
            case syntax.Block(_, inner) if inner:
                return place_behind(inner, UNKNOWN_AT)
            case syntax.ExpressionStatement(at, syntax.Call() as value):
                return _place_within(at, value)
            case syntax.Declaration(_, _, pairs) if isinstance(pairs[-1][0], syntax.Name):
                target, last = pairs[-1]
                return target.at if last is None else _place_within(start_of(last), last)
        return UNKNOWN_AT
    return start


def place_within(at: int, node: Node) -> int:
    """What is noted last when an expression has been evaluated; what was before it if that notes nothing."""
    walk = _Walk(at, {}, is_whole=True)
    walk.step()
    walk.visit(node)
    return walk.place


def _place_within(at: int, node: Node) -> int:
    walk = _Walk(at, {}, is_whole=True)
    walk.visit(node)
    return walk.place


def place_of_subject(node: Node) -> int:
    """Where it is told that what a `for` should go through cannot be gone through."""
    walk = _Walk(position(node), {}, is_whole=True)
    walk.visit(node)
    return walk.place


def place_of_item(node: Node) -> int:
    """Where it is told that the step is which gives an item of a pattern: at its beginning, or what its target evaluates before it."""
    target = node.target if isinstance(node, syntax.WithDefault) else node
    at = start_of(target)
    if not isinstance(target, syntax.Member):
        return at
    walk = _Walk(at, {}, is_whole=True)
    walk.visit(target.target)
    walk.visit(target.key if target.computed else None)
    return walk.place


def _roots(node: Node) -> list[tuple[int, Node]]:
    """The expressions that a statement begins with, and the place of that beginning."""
    match node:
        case syntax.ExpressionStatement(at, value) | syntax.Throw(at, value) | syntax.Switch(at, value, _):
            return [(at, value)]
        case syntax.If(at, value, _, _):
            return [(at, value)]
        case syntax.Return(at, value) if value is not None:
            return [(at, value)]
        case syntax.Function(_, _, "arrow", _, _, body) if hasattr(body, "_fields"):
            return [(position(cast(Node, body)), cast(Node, body))]
        case syntax.While(_, test, _) | syntax.DoWhile(_, _, test):
            return [(position(test), test)]
        case syntax.For(_, first, test, step):
            begun = [] if first is None or isinstance(first, syntax.Declaration) else [(start_of(first), first)]
            tested = [] if test is None else [(position(test), test)]
            return [*begun, *tested, *([] if step is None else [(position(step), step)])]
        case syntax.ForIn(_, _, _, value, _, _):
            return [(position(value), value)]
        case syntax.Field(_, _, value, _, _) if value is not None:
            return [(position(value), value)]
        case syntax.Declaration(_, _, pairs):
            return [(start_of(value), value) for _, value in pairs if value is not None]
    return []


def start_of(node: Node) -> int:
    """Where an expression begins, but for parentheses."""
    while True:
        match node:
            case syntax.Member(_, inner) | syntax.Call(_, inner) | syntax.Tagged(_, inner) | syntax.Chain(_, inner):
                pass
            case syntax.Binary(_, _, inner) | syntax.Logical(_, _, inner) | syntax.Assign(_, _, inner):
                pass
            case syntax.Update(_, _, inner, False) | syntax.Sequence(_, (inner, *_)) | syntax.WrongTarget(_, inner):
                pass
            case _:
                return node.at
        node = inner


def _is_constant(node: Node | None) -> bool:
    """Whether it is there with the literal around it, made in one step."""
    if node is None:
        return True
    node = folded(node)
    if isinstance(node, syntax.ArrayLiteral):
        return all(_is_constant(item) for item in node.items)
    if isinstance(node, syntax.ObjectLiteral):
        return all(item.kind == "init" and not item.computed and _is_constant(item.value) for item in node.properties)
    return isinstance(node, syntax.Literal)


class _Walk:
    """Goes through an expression as V8's generator of bytecode does: `place` is what it has noted last.

    At a statement's beginning no place of an expression is noted before there has been a step.
    """

    def __init__(self, at: int, found: dict[int, int], *, is_whole: bool) -> None:
        self.place = at
        self._is_first = True
        self._found = found
        self._is_whole = is_whole

    def step(self) -> None:
        """Something has been done: the beginning is over."""
        self._is_first = False

    def visit(self, node: Node | None) -> None:
        """A value is evaluated."""
        if node is None or not (self._is_first or self._is_whole):
            return
        node = folded(node)
        visit = _VISITS.get(type(node))
        if visit is not None:
            visit(self, node)
        elif not isinstance(node, syntax.Literal | syntax.Function):
            for part in nodes_in(node):
                self.visit(part)
        self._is_first = False

    def _note(self, at: int) -> None:
        if not self._is_first:
            self.place = at

    def _restart(self, at: int) -> None:
        """A place that is noted as that of a statement is."""
        self.place = at
        self._is_first = True

    def _name(self, node: syntax.Name) -> None:
        self._note(node.at)
        if self.place != node.at:
            self._found[id(node)] = self.place

    def _parts(self, node: Node) -> None:
        """Parts in their order, and what is then done at the node's own place."""
        for part in nodes_in(node):
            if not (isinstance(node, syntax.Member) and not node.computed and part is node.key):
                self.visit(part)
        self._note(node.at)

    def _through(self, node: Node) -> None:
        """Parts in their order alone."""
        for part in nodes_in(node):
            self.visit(part)

    def _unary(self, node: syntax.Unary) -> None:
        if node.operator == "typeof" and isinstance(node.value, syntax.Name):
            return
        self.visit(node.value)
        if node.operator in _TO_NUMBERS:
            self._note(node.at)

    def _delete(self, node: syntax.Delete) -> None:
        inner = node.value.expression if isinstance(node.value, syntax.Chain) else node.value
        if isinstance(inner, syntax.Member):
            self.visit(inner.target)
            self.visit(inner.key if inner.computed else None)
        else:
            self.visit(inner)
        self._is_first = False
        self._note_step(node)

    def _binary(self, node: syntax.Binary) -> None:
        self.visit(node.left)
        self.visit(node.right)
        self._note(node.at)

    def _logical(self, node: syntax.Logical) -> None:
        """What a literal decides is not evaluated."""
        left = folded(node.left)
        is_row = isinstance(left, syntax.Logical) and left.operator == node.operator
        last = folded(left.right) if is_row else left  # type: ignore[attr-defined]
        if isinstance(last, syntax.Literal):
            is_true = to_boolean(NULL if last.value is None else last.value)
            decides = {"??": last.value is not None, "||": is_true, "&&": not is_true}[node.operator]
            if decides or not is_row:
                self.visit(left if decides else node.right)
                return
        self.visit(left)
        self.visit(node.right)

    def _sequence(self, node: syntax.Sequence) -> None:
        parts = operands(node)
        for number, part in enumerate(parts):
            if number:
                self._restart(position(part))
            self.visit(part)

    def _assign(self, node: syntax.Assign) -> None:
        if isinstance(node.target, syntax.Member):
            self.visit(node.target.target)
            self.visit(node.target.key if node.target.computed else None)
        elif isinstance(node.target, syntax.Name) and node.operator != "=":
            self.visit(node.target)
        self._note_step(node.target)
        self.visit(node.value)
        self._note_step(node)
        self._note(node.at)

    def _update(self, node: syntax.Update) -> None:
        if isinstance(node.target, syntax.Member):
            self.visit(node.target.target)
            self.visit(node.target.key if node.target.computed else None)
        else:
            self.visit(node.target)
        self._is_first = False
        self._note_step(node.target)
        self._note_step(node)
        self._note(node.at)

    def _note_step(self, node: Node) -> None:
        """What happens for a node sets no place."""
        if self._is_whole and not isinstance(node, syntax.Name):
            self._found[id(node)] = self.place

    def _array(self, node: syntax.ArrayLiteral) -> None:
        is_one = len(node.items) == 1 and isinstance(node.items[0], syntax.Spread)
        if not is_one:
            self._is_first = False
        for item in node.items:
            if isinstance(item, syntax.Spread):
                if not is_one:
                    self._restart(position(item.value))
                self.visit(item.value)
                self._note(position(item.value))
            elif not _is_constant(item):
                self.visit(item)

    def _object(self, node: syntax.ObjectLiteral) -> None:
        """Constants at the head are there from the beginning, and what follows is put in one by one."""
        is_cloned = bool(node.properties) and node.properties[0].kind == "spread"
        if not is_cloned:
            self._is_first = False
        is_dynamic = False
        for item in node.properties:
            is_dynamic = is_dynamic or item.computed or item.kind == "spread"
            if item.kind == "spread":
                self.visit(item.value)
                continue
            if item.computed:
                self.visit(item.key)
            if item.kind == "init" and (is_dynamic or not _is_constant(item.value)):
                self._note(position(item.value))
                self.visit(item.value)

    def _template(self, node: syntax.Template) -> None:
        if node.parts:
            self._note(node.at)
        if node.texts[0]:
            self._is_first = False
        for part in node.parts:
            self.visit(part)
            if self._is_whole:
                self._found.setdefault(id(part), self.place)

    def _class(self, node: syntax.Class) -> None:
        """Its scope is a step, which a statement that begins with the class does without a place."""
        self._is_first = self._is_first and node.at <= self.place < UNKNOWN_AT
        self.visit(node.parent)
        self._is_first = False
        for member in node.members:
            if member.computed and member.key is not None:
                self._restart(position(member.key))
                self.visit(member.key)
                self._is_first = False
        if self._is_whole:
            self._found[id(node)] = self.place

    def _this(self, node: Node) -> None:
        """What may be none before `super` sets no place of its own."""
        if self._is_whole:
            self._found[id(node)] = self.place

    def _yield(self, node: syntax.Yield) -> None:
        self.visit(node.value)
        self._is_first = False
        self._note_step(node)
        self._note(node.at)


_VISITS: Final[dict[type, Callable[..., None]]] = {
    syntax.Name: _Walk._name, syntax.Member: _Walk._parts, syntax.Call: _Walk._parts, syntax.New: _Walk._parts, syntax.Tagged: _Walk._parts,
    syntax.ImportCall: _Walk._parts, syntax.Await: _Walk._parts, syntax.Update: _Walk._update, syntax.Chain: _Walk._through,
    syntax.Unary: _Walk._unary, syntax.Delete: _Walk._delete, syntax.Binary: _Walk._binary, syntax.Logical: _Walk._logical, syntax.Sequence: _Walk._sequence, syntax.Assign: _Walk._assign,
    syntax.Template: _Walk._template, syntax.ArrayLiteral: _Walk._array, syntax.ObjectLiteral: _Walk._object, syntax.Class: _Walk._class, syntax.This: _Walk._this, syntax.Super: _Walk._this, syntax.Yield: _Walk._yield,
}  # fmt: skip
