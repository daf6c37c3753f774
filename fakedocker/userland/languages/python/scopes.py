"""Which names are whose: locals, variables that inner functions see, globals; and what is wrong with declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.scope import Scope as Scope, annotations_of, is_bound_outside
from fakedocker.userland.languages.python.source_errors import SourceError


class Builder:
    """Makes the scopes of a tree."""

    def __init__(self, tree: s.Module, fail: Callable[[str, s.Span], SourceError]) -> None:
        self.scopes: dict[int, Scope] = {}
        self.fail = fail
        self.root = Scope("module", "<module>", None, tree)
        self.count = 0
        self.walk_all(tree.body, self.root)
        self._resolve(self.root)

    def walk_all(self, nodes: s.Nodes, scope: Scope) -> None:
        for node in nodes:
            self.walk(node, scope)

    def walk(self, node: Any, scope: Scope) -> None:  # Any: a node, or part of one
        """Note what a node uses and binds."""
        if node is None or isinstance(node, str | int):
            return
        rule = _RULES.get(type(node))
        if rule is not None:
            rule(self, node, scope)
        elif isinstance(node, list):
            for each in node:
                self.walk(each, scope)
        elif isinstance(node, tuple) and hasattr(node, "_fields"):
            for name in node._fields:
                if name not in ("at", "op_column"):
                    part = getattr(node, name)
                    if type(part) is not str:
                        self.walk(part, scope)

    def bind(self, name: str, scope: Scope, at: s.Span | None = None) -> None:
        scope.bound.add(scope.mangled(name))

    def target(self, node: Any, scope: Scope) -> None:  # Any: a node
        """Note what an assignment binds."""
        if isinstance(node, s.Name):
            self.bind(node.id, scope)
        elif isinstance(node, s.TupleExpr | s.ListExpr):
            for each in node.elts:
                self.target(each, scope)
        elif isinstance(node, s.Starred):
            self.target(node.value, scope)
        else:
            self.walk(node, scope)

    # rules

    def _name(self, node: s.Name, scope: Scope) -> None:
        scope.uses.add(scope.mangled(node.id))
        if node.id == "super":
            scope.uses.add("__class__")

    def _constant(self, node: s.Constant, scope: Scope) -> None:
        pass

    def _assign(self, node: s.Assign, scope: Scope) -> None:
        self.walk(node.value, scope)
        for target in node.targets:
            self.target(target, scope)

    def _aug_assign(self, node: s.AugAssign, scope: Scope) -> None:
        self.walk(node.value, scope)
        self.target(node.target, scope)
        self.walk(node.target, scope)

    def _ann_assign(self, node: s.AnnAssign, scope: Scope) -> None:
        if scope.kind != "function" or not isinstance(node.target, s.Name):
            self.walk(node.annotation, scope)
        self.walk(node.value, scope)
        if isinstance(node.target, s.Name):
            self.bind(node.target.id, scope)
        else:
            self.walk(node.target, scope)

    def _named(self, node: s.NamedExpr, scope: Scope) -> None:
        self.walk(node.value, scope)
        outer = scope
        while outer.kind == "comprehension" or outer.name == "<genexpr>":
            if node.target.id in outer.bound:
                words = f"assignment expression cannot rebind comprehension iteration variable '{node.target.id}'"
                raise self.fail(words, node.target.at)
            assert outer.parent is not None
            if outer.name == "<genexpr>":
                outer.nonlocals.add(outer.mangled(node.target.id))
            outer = outer.parent
        if outer is not scope and outer.kind == "class":
            raise self.fail("assignment expression within a comprehension cannot be used in a class body", node.at)
        self.bind(node.target.id, outer)
        if outer.kind == "module" and scope.host is not outer:
            raise NotSimulated("a walrus in a generator expression of a module")
        scope.uses.add(scope.mangled(node.target.id))

    def _delete(self, node: s.Delete, scope: Scope) -> None:
        for each in node.targets:
            self.target(each, scope)
            if isinstance(each, s.Name):
                scope.uses.add(scope.mangled(each.id))

    def _for(self, node: s.For, scope: Scope) -> None:
        self.walk(node.iter, scope)
        self.target(node.target, scope)
        self.walk_all(node.body, scope)
        self.walk_all(node.orelse, scope)

    def _with_item(self, node: s.WithItem, scope: Scope) -> None:
        self.walk(node.context_expr, scope)
        if node.optional_vars is not None:
            self.target(node.optional_vars, scope)

    def _handler(self, node: s.ExceptHandler, scope: Scope) -> None:
        self.walk(node.type, scope)
        if node.name is not None:
            self.bind(node.name, scope)
        self.walk_all(node.body, scope)

    def _import(self, node: Any, scope: Scope) -> None:  # Any: either import
        for alias in node.names:
            if alias.name == "*":
                if scope.kind != "module":
                    raise self.fail("import * only allowed at module level", node.at)
                continue
            self.bind(
                alias.asname or (alias.name.partition(".")[0] if isinstance(node, s.Import) else alias.name), scope
            )

    def _global(self, node: s.Global, scope: Scope) -> None:
        for name in node.names:
            name = scope.mangled(name)
            if name in scope.parameters:
                raise self.fail(f"name '{name}' is parameter and global", node.at)
            self._check_declared(name, scope, node.at, "global")
            scope.globals.add(name)

    def _nonlocal(self, node: s.Nonlocal, scope: Scope) -> None:
        if scope.kind == "module":
            raise self.fail("nonlocal declaration not allowed at module level", node.at)
        for name in node.names:
            name = scope.mangled(name)
            if name in scope.parameters:
                raise self.fail(f"name '{name}' is parameter and nonlocal", node.at)
            self._check_declared(name, scope, node.at, "nonlocal")
            if not is_bound_outside(scope, name):
                raise self.fail(f"no binding for nonlocal '{name}' found", node.at)
            scope.nonlocals.add(name)

    def _check_declared(self, name: str, scope: Scope, at: s.Span, what: str) -> None:
        if name in scope.bound and name not in scope.globals | scope.nonlocals and scope.kind != "module":
            kind = "used" if name in scope.uses and name not in scope.bound else "assigned to"
            raise self.fail(f"name '{name}' is {kind} before {what} declaration", at)
        if name in scope.uses and scope.kind != "module":
            raise self.fail(f"name '{name}' is used prior to {what} declaration", at)

    def _function(self, node: s.FunctionDef, scope: Scope) -> None:
        self.bind(node.name, scope)
        self.walk_all(node.decorator_list, scope)
        self._defaults(node.args, scope)
        inner = Scope("function", node.name, scope, node)
        self._type_parameters(node.type_params, inner)
        for each in annotations_of(node.args):
            self.walk(each, scope if not node.type_params else inner)
        self.walk(node.returns, scope if not node.type_params else inner)
        self._enter(node, inner, node.args)
        self.walk_all(node.body, inner)

    def _type_parameters(self, parameters: list[s.TypeParam], inner: Scope) -> None:
        if parameters:
            raise NotSimulated("type parameters")

    def _defaults(self, args: s.Arguments, scope: Scope) -> None:
        self.walk_all(args.defaults, scope)
        self.walk_all(args.kw_defaults, scope)

    def _enter(self, node: Any, inner: Scope, args: s.Arguments) -> None:
        self.scopes[id(node)] = inner
        self.count += 1
        inner.number = self.count
        more = [each for each in (args.vararg, args.kwarg) if each is not None]
        for each in [*args.posonlyargs, *args.args, *args.kwonlyargs, *more]:
            name = inner.mangled(each.arg)
            if name in inner.parameters:
                raise self.fail(f"duplicate argument '{name}' in function definition", each.at)
            inner.parameters.append(name)
            inner.bound.add(name)

    def _lambda(self, node: s.Lambda, scope: Scope) -> None:
        self._defaults(node.args, scope)
        inner = Scope("function", "<lambda>", scope, node)
        self._enter(node, inner, node.args)
        self.walk(node.body, inner)

    def _class(self, node: s.ClassDef, scope: Scope) -> None:
        self.bind(node.name, scope)
        self.walk_all(node.decorator_list, scope)
        if node.type_params:
            raise NotSimulated("type parameters")
        self.walk_all(node.bases, scope)
        self.walk_all(node.keywords, scope)
        inner = Scope("class", node.name, scope, node)
        self.scopes[id(node)] = inner
        self.count += 1
        inner.number = self.count
        self.walk_all(node.body, inner)

    def _comprehension(self, node: Any, scope: Scope) -> None:  # Any: any comprehension
        first = node.generators[0]
        self.walk(first.iter, scope)
        if isinstance(node, s.GeneratorExp):
            inner = Scope("function", "<genexpr>", scope, node)
            inner.parameters.append(".0")
            inner.bound.add(".0")
            inner.is_generator = True
            self.count += 1
            inner.number = self.count
        else:
            inner = Scope("comprehension", "<listcomp>", scope, node)
        self.scopes[id(node)] = inner
        for index, each in enumerate(node.generators):
            if index:
                self.walk(each.iter, inner)
            self.target(each.target, inner)
            self.walk_all(each.ifs, inner)
            if each.is_async:
                inner.has_await = True
        if isinstance(node, s.DictComp):
            self.walk(node.key, inner)
            self.walk(node.value, inner)
        else:
            self.walk(node.elt, inner)

    def _yield(self, node: Any, scope: Scope) -> None:  # Any: any yield
        if scope.kind != "function":
            if scope.kind == "comprehension":
                raise self.fail("'yield' inside list comprehension", node.at)
            raise self.fail(
                f"'yield{' from' if isinstance(node, s.YieldFrom) and False else ''}' outside function", node.at
            )
        scope.is_generator = True
        self.walk(node.value, scope)

    def _await(self, node: s.Await, scope: Scope) -> None:
        self._check_await(scope, node.at)
        scope.has_await = True
        self.walk(node.value, scope)

    def _check_await(self, scope: Scope, at: s.Span) -> None:
        host = scope.host
        while host.name == "<genexpr>" and host.parent is not None:
            host = host.parent.host
        if host.kind != "function":
            raise self.fail("'await' outside function", at)
        if not getattr(host.node, "is_async", False):
            raise self.fail("'await' outside async function", at)

    def _match_names(self, node: Any, scope: Scope) -> None:  # Any: a pattern that captures
        name = node.rest if isinstance(node, s.MatchMapping) else node.name
        if name is not None:
            self.bind(name, scope)
        if isinstance(node, s.MatchAs):
            self.walk(node.pattern, scope)
        elif isinstance(node, s.MatchMapping):
            self.walk_all(node.keys, scope)
            self.walk_all(node.patterns, scope)

    def _type_alias(self, node: s.TypeAlias, scope: Scope) -> None:
        raise NotSimulated("type aliases by `type`")

    # who sees whose

    def _resolve(self, scope: Scope) -> None:
        for child in scope.children:
            self._resolve(child)
        for name in sorted(scope.uses | scope.nonlocals | (scope.bound & scope.nonlocals)):
            self._resolve_name(scope, name)

    def _resolve_name(self, scope: Scope, name: str) -> None:
        if name in scope.globals or (name in scope.bound and name not in scope.nonlocals):
            return
        passed: list[Scope] = [scope]
        outer = scope.parent
        while outer is not None:
            if name in outer.globals and outer.kind == "function":
                return
            is_owner = (
                name in outer.bound and name not in outer.nonlocals and outer.kind in ("function", "comprehension")
            )
            is_owner = is_owner or (name == "__class__" and outer.kind == "class")
            if is_owner:
                hosts = {id(each.host): each.host for each in passed}
                if id(outer.host) in hosts and len(hosts) == 1:
                    return  # the same frame
                outer.boxed.add(name)
                for host in hosts.values():
                    if host is not outer.host and name not in host.free:
                        host.free.append(name)
                return
            passed.append(outer)
            outer = outer.parent


_RULES: dict[type, Callable[[Builder, Any, Scope], None]] = {
    s.Name: Builder._name, s.Constant: Builder._constant, s.Assign: Builder._assign, s.AugAssign: Builder._aug_assign,
    s.AnnAssign: Builder._ann_assign, s.NamedExpr: Builder._named, s.Delete: Builder._delete, s.For: Builder._for,
    s.WithItem: Builder._with_item, s.ExceptHandler: Builder._handler, s.Import: Builder._import,
    s.ImportFrom: Builder._import, s.Global: Builder._global, s.Nonlocal: Builder._nonlocal,
    s.FunctionDef: Builder._function, s.Lambda: Builder._lambda, s.ClassDef: Builder._class,
    s.ListComp: Builder._comprehension, s.SetComp: Builder._comprehension, s.DictComp: Builder._comprehension,
    s.GeneratorExp: Builder._comprehension, s.Yield: Builder._yield, s.YieldFrom: Builder._yield,
    s.Await: Builder._await, s.MatchAs: Builder._match_names, s.MatchStar: Builder._match_names,
    s.MatchMapping: Builder._match_names, s.TypeAlias: Builder._type_alias,
}  # fmt: skip
