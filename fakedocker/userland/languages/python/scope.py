"""The names of one scope, and who is around it."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.python import syntax as s


class Scope:
    """The names of a module, class, function or comprehension.

    A comprehension has no frame of its own: its variables are its host's, under names of their own.
    """

    def __init__(self, kind: str, name: str, parent: Scope | None, node: Any) -> None:  # Any: a node
        self.kind = kind
        self.name = name
        self.parent = parent
        self.node = node
        self.bound: set[str] = set()
        self.uses: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.boxed: set[str] = set()
        self.free: list[str] = []
        self.children: list[Scope] = []
        self.parameters: list[str] = []
        self.is_generator = False
        self.has_await = False
        self.number = 0
        self.private: str = name if kind == "class" else parent.private if parent is not None else ""
        if parent is not None:
            parent.children.append(self)

    @property
    def host(self) -> Scope:
        """The scope whose frame holds the variables."""
        scope = self
        while scope.kind == "comprehension":
            assert scope.parent is not None
            scope = scope.parent
        return scope

    def mangled(self, name: str) -> str:
        """A name as a class makes it its own."""
        if self.private and name.startswith("__") and not name.endswith("__") and "." not in name:
            return f"_{self.private.lstrip('_')}{name}" if self.private.strip("_") else name
        return name

    @property
    def qualname(self) -> str:
        """As messages call a function or class."""
        parent = self.parent
        while parent is not None and parent.kind == "comprehension":
            parent = parent.parent
        if parent is None or parent.kind == "module" or self.name in parent.globals:
            return self.name
        between = ".<locals>" if parent.kind == "function" else ""
        return f"{parent.qualname}{between}.{self.name}"


def is_bound_outside(scope: Scope, name: str) -> bool:
    outer = scope.parent
    while outer is not None:
        if outer.kind == "function" and (name in outer.bound or _binds_later(outer.node, name)):
            return True
        outer = outer.parent
    return False


def _binds_later(node: Any, name: str) -> bool:
    """Whether a function's body assigns a name somewhere behind what has been walked."""
    pending = list(getattr(node, "body", []))
    while pending:
        each = pending.pop()
        if isinstance(each, s.Assign) and any(
            isinstance(target, s.Name) and target.id == name for target in each.targets
        ):
            return True
        if isinstance(each, s.FunctionDef | s.ClassDef):
            if each.name == name:
                return True
            continue
        for field in ("body", "orelse", "finalbody", "handlers"):
            part = getattr(each, field, None)
            if isinstance(part, list):
                pending += part
        if isinstance(each, s.For) and isinstance(each.target, s.Name) and each.target.id == name:
            return True
    return False


def annotations_of(args: s.Arguments) -> s.Nodes:
    """The annotations of parameters, None for those without."""
    more = [each for each in (args.vararg, args.kwarg) if each is not None]
    return [each.annotation for each in [*args.posonlyargs, *args.args, *args.kwonlyargs, *more]]
