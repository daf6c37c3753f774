"""Which variable a name means, and where V8 points at: a first walk over a source's tree, before code is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lifted import lifted_functions, var_names
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.places import (
    ROOTS,
    UNKNOWN_AT,
    noted_in_class,
    noted_places,
    place_behind,
)
from fakedocker.userland.languages.javascript.redeclarations import check_redeclarations
from fakedocker.userland.languages.javascript.scopes import FunctionScope, Scope, Variable
from fakedocker.userland.languages.javascript.syntax import Node

_WAITS: Final = (
    syntax.Call,
    syntax.New,
    syntax.Yield,
    syntax.Await,
    syntax.Tagged,
    syntax.ImportCall,
    syntax.Class,
    syntax.WrongTarget,
)
"""Nodes that are no part of an expression that is evaluated in one go."""
_PLACED: Final = (syntax.Delete, syntax.Yield, syntax.Update, syntax.Assign, syntax.Class)
"""Nodes that may fail where they set no place."""


class Analysis:
    """What a walk over a source has found.

    Attributes:
        scopes: the scope that a node opens, by the node's id.
        functions: the scope of each function, likewise.
        noted_places: where V8 points at for what sets no place of its own: names that a statement reads first, `delete`
            and `yield*`, by their ids.
        roots: the nodes whose first expressions hold a template, by its id.
        lifted: functions of blocks that the function around sees too, by their ids.
        waiting: ids of nodes in which a frame may be entered, so that they are no single step.
    """

    def __init__(self, program: syntax.Program, parameters: tuple[str, ...], *, is_global: bool = False) -> None:
        self.scopes: dict[int, Scope] = {}
        self.functions: dict[int, FunctionScope] = {}
        self.lifted: set[int] = set()
        self.waiting: set[int] = set()
        self.noted_places: dict[int, int] = {}
        self.roots: dict[int, Node] = {}
        self._root: Node = program
        self._is_before_super = False  # whether `this` may be none yet
        self._scope: Scope
        check_redeclarations(program, parameters)
        root = FunctionScope(None, None, True)
        self.functions[id(program)] = root
        for name in parameters:
            root.top.declare(name, "parameter", 0)
        self._scope = root.top
        if not is_global:
            self._hoist_vars(program.body, root.top, program.is_strict)
            self._declare(program.body, root.top, is_top=True)
        self._note_behind(program.body, 0)
        for statement in program.body:
            self._visit(statement)
        for statement in program.body:
            self._share(statement, root.top)

    def _share(self, statement: Node, top: Scope) -> None:
        """What a module imports and exports, other modules see."""
        if isinstance(statement, syntax.Import):
            for _, here in statement.names:
                top.names[here].boxed = True
        elif isinstance(statement, syntax.Export) and statement.source is None:
            for place, (here, _) in enumerate(statement.names):
                if here in top.names:
                    top.names[here].boxed = True
                else:
                    at = statement.places[place]
                    raise Refused(f"Export '{here}' is not defined in module", at, at + len(here))

    # declarations

    def _hoist_vars(self, body: Iterable[Node], top: Scope, is_strict: bool) -> None:
        taken = frozenset(name for name, variable in top.names.items() if variable.kind == "parameter")
        for name in var_names(body):
            top.declare(name.name, "var", name.at)
        for found in () if is_strict else lifted_functions(body, taken):
            top.declare(found.function.name, "var", found.at)
            self.lifted.add(id(found))

    def _declare(self, body: Iterable[Node], scope: Scope, *, is_top: bool = False) -> None:
        """What the statements of a block declare in it."""
        for statement in body:
            match statement:
                case syntax.Export(_, names, _, declaration):
                    if declaration is not None:
                        self._declare([declaration], scope, is_top=is_top)
                    if any(here == "*default*" for here, _ in names):
                        scope.declare("*default*", "const", statement.at)
                case syntax.Declaration(_, kind, pairs) if kind != "var":
                    for target, _ in pairs:
                        for name in names_of(target):
                            scope.declare(name.name, kind, name.at)
                case syntax.ClassDeclaration(_, value):
                    scope.declare(value.name, "class", value.at)
                case syntax.FunctionDeclaration(_, function):
                    scope.declare(function.name, "function" if is_top else "let", function.at)
                    if not is_top:
                        scope.names[function.name].kind = "function"
                case syntax.Import(_, pairs, _):
                    for _, here in pairs:
                        scope.declare(here, "import", statement.at)
                case syntax.Labelled(_, _, body_statement) if isinstance(body_statement, syntax.FunctionDeclaration):
                    self._declare([body_statement], scope, is_top=is_top)

    # the walk

    def _visit(self, node: Node | None) -> bool:
        """Walk over a node; whether a frame may be entered in it."""
        if node is None:
            return False
        outer = self._root
        if type(node) in ROOTS:
            self._root = node
            self.noted_places.update(noted_places(node, is_whole=False))
        elif isinstance(node, syntax.Template):
            self.roots[id(node)] = self._root
        elif isinstance(node, syntax.ClassDeclaration) and id(node.value) not in self.noted_places:
            self.noted_places.update(noted_in_class(node.value, (), UNKNOWN_AT))
        elif (
            isinstance(node, syntax.This | syntax.Super) and self._is_before_super and id(node) not in self.noted_places
        ):
            self.noted_places.update({id(node): UNKNOWN_AT, **noted_places(self._root, is_whole=True)})
        elif isinstance(node, _PLACED) and id(node) not in self.noted_places and getattr(node, "operator", "") != "=":
            self.noted_places.update(noted_places(self._root, is_whole=True))
        handler = _VISITS.get(type(node))
        waits = handler(self, node) if handler is not None else self._children(node)
        self._root = outer
        if waits or isinstance(node, _WAITS):
            self.waiting.add(id(node))
            return True
        return False

    def _children(self, node: Node) -> bool:
        waits = False
        for child in nodes_in(node):
            waits = self._visit(child) or waits
        return waits

    def _name(self, node: syntax.Name) -> bool:
        self._use(node.name)
        return False

    def _use(self, name: str) -> None:
        variable = self._scope.find(name)
        if variable is not None and variable.function is not self._scope.function:
            self._scope.function.capture(variable)

    def _pseudo(self, node: Node) -> bool:
        if isinstance(node, syntax.This):
            self._use("this")
        elif isinstance(node, syntax.NewTarget):
            self._use("new.target")
        else:
            self._use("this")
            self._use("%function")
            self._use("new.target")
        return False

    def _in_scope(self, node: Node, body: Iterable[Node], parts: Iterable[Node | None]) -> bool:
        """Walk over the parts of what opens a scope."""
        outer = self._scope
        scope = self.scopes[id(node)] = self._scope = Scope(outer, outer.function)
        self._declare(body, scope)
        waits = False
        for part in parts:
            waits = self._visit(part) or waits
        self._scope = outer
        return waits

    def _block(self, node: syntax.Block) -> bool:
        return self._in_scope(node, node.body, node.body)

    def _for(self, node: syntax.For) -> bool:
        return self._in_scope(
            node, [node.first] if node.first is not None else [], [node.first, node.test, node.step, node.body]
        )

    def _for_in(self, node: syntax.ForIn) -> bool:
        self._visit(node.value)
        self._in_scope(node, [node.target], [node.target, node.body])
        return True

    def _switch(self, node: syntax.Switch) -> bool:
        self._visit(node.value)
        body = [statement for case in node.cases for statement in case.body]
        self._in_scope(node, body, [part for case in node.cases for part in (case.test, *case.body)])
        return True

    def _try(self, node: syntax.Try) -> bool:
        self._visit(node.body)
        if node.handler is not None:
            outer = self._scope
            scope = self.scopes[id(node)] = self._scope = Scope(outer, outer.function)
            for name in names_of(node.parameter) if node.parameter is not None else []:
                scope.declare(name.name, "let", name.at)
            self._visit(node.parameter)
            self._visit(node.handler)
            self._scope = outer
        self._visit(node.last)
        return True

    def _declaration(self, node: syntax.FunctionDeclaration) -> bool:
        return self._function(node.function, is_declaration=True)

    def _function(self, node: syntax.Function, is_declaration: bool = False) -> bool:
        """A function's own scope; none of it is evaluated where it stands."""
        outer = self._scope
        function = self.functions[id(node)] = FunctionScope(outer.function, outer, node.kind != "arrow")
        top = self._scope = function.top
        self._parameters(node, function)
        parts = statements_of(node)
        self._hoist_vars(parts, top, node.is_strict)
        self._declare(parts, top, is_top=True)
        if node.kind == "function" and node.name and not is_declaration and node.name not in top.names:
            top.declare(node.name, "name", node.at)
        start = node.start if has_simple_parameters(node) else UNKNOWN_AT
        self._note_behind(parts, start)
        if node.kind == "derived":
            self._use("this")
            self.noted_places[id(node)] = place_behind(parts, start)
        is_before_super, self._is_before_super = (
            self._is_before_super,
            node.kind == "derived" or (node.kind == "arrow" and self._is_before_super),
        )
        for part in (*node.parameters, *parts):
            self._visit(part)
        self._is_before_super = is_before_super
        self._scope = outer
        return False

    def _note_behind(self, body: tuple[Node, ...], start: int) -> None:
        """The places of classes that the statements of a function declare: what stands before them in the code."""
        for number, statement in enumerate(body):
            is_exported = isinstance(statement, syntax.Export)
            found = statement.declaration if isinstance(statement, syntax.Export) else statement
            declared = found.value if isinstance(found, syntax.ClassDeclaration) else found if is_exported else None
            if isinstance(declared, syntax.Class) and (declared.parent is not None or _has_static_values(declared)):
                self.noted_places.update(noted_in_class(declared, body[:number], start))

    def _parameters(self, node: syntax.Function, function: FunctionScope) -> None:
        """Simple parameters take the first slots in order, so that arguments go there by their place."""
        top = function.top
        late = 2 if _hold_functions(node.parameters) else 1
        for parameter in node.parameters:
            if has_simple_parameters(node) and isinstance(parameter, syntax.Name):
                slot = function.new_slot()
                found = top.names.get(parameter.name)
                if found is None:
                    top.declare(parameter.name, "parameter", parameter.at, slot)
                else:
                    found.slot = slot
                continue
            for name in names_of(parameter):
                top.declare(name.name, "parameter", name.at).late = late

    def _class(self, node: syntax.Class) -> bool:
        outer = self._scope
        scope = self.scopes[id(node)] = self._scope = Scope(outer, outer.function)
        if node.name:
            scope.declare(node.name, "const", node.at)
        for member in node.members:
            if isinstance(member.key, syntax.PrivateName):
                scope.names.setdefault(
                    f"#{member.key.name}",
                    Variable(f"#{member.key.name}", "private", outer.function, outer.function.new_slot(), 0),
                )
        self._visit(node.parent)
        self._visit(node.constructor)
        for member in node.members:
            if member.computed and member.key is not None:
                self._visit(member.key)
            if isinstance(member, syntax.Method):
                self._visit(member.function)
            elif member.value is not None:
                self._field(member, member.value)
        self._scope = outer
        return True

    def _field(self, member: syntax.Field, value: Node) -> None:
        """The value of a field is evaluated in a function of its own; a static block is one."""
        if member.key is None:
            self._visit(value)
            return
        outer = self._scope
        function = self.functions[id(member)] = FunctionScope(outer.function, outer, True)
        self._scope = function.top
        root, self._root = self._root, member
        self.noted_places.update(noted_places(member, is_whole=False))
        self._visit(value)
        self._root = root
        self._scope = outer

    def _member(self, node: syntax.Member) -> bool:
        waits = self._visit(node.target)
        if isinstance(node.key, syntax.PrivateName):
            self._use(f"#{node.key.name}")
            return waits
        return self._visit(node.key) or waits

    def _private(self, node: syntax.PrivateName) -> bool:
        self._use(f"#{node.name}")
        return False

    def _always(self, node: Node) -> bool:
        self._children(node)
        return True


def _hold_functions(parameters: tuple[Node, ...]) -> bool:
    """Whether there are functions in parameters, which may see others before these have a value."""
    pending = list(parameters)
    while pending:
        node = pending.pop()
        if isinstance(node, syntax.Function | syntax.Class):
            return True
        pending += nodes_in(node)
    return False


def _has_static_values(node: syntax.Class) -> bool:
    return any(isinstance(member, syntax.Field) and member.is_static for member in node.members)


def has_simple_parameters(node: syntax.Function) -> bool:
    """Whether the parameters are plain names."""
    return all(isinstance(parameter, syntax.Name) for parameter in node.parameters)


def statements_of(node: syntax.Function) -> tuple[Node, ...]:
    """What a function's body is made of; the only part of a short arrow function is its expression."""
    body = node.body
    return (
        body if isinstance(body, tuple) and not hasattr(body, "_fields") else (cast(Node, body),)
    )  # a node is a tuple, too


_VISITS: Final[dict[type, Callable[..., bool]]] = {
    syntax.Name: Analysis._name, syntax.This: Analysis._pseudo, syntax.NewTarget: Analysis._pseudo, syntax.Super: Analysis._pseudo,
    syntax.Block: Analysis._block, syntax.For: Analysis._for, syntax.ForIn: Analysis._for_in, syntax.Switch: Analysis._switch,
    syntax.Try: Analysis._try, syntax.Function: Analysis._function, syntax.Class: Analysis._class, syntax.Member: Analysis._member,
    syntax.PrivateName: Analysis._private, syntax.FunctionDeclaration: Analysis._declaration,
}  # fmt: skip
