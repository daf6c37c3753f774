"""The scopes of a source and their variables.

Every function, block, loop, `catch`, `switch` and class has a scope. A variable that a function within its own sees lives
in a box, any other in a slot of its frame. `this`, `arguments` and `new.target` are variables of the functions that have
their own, so that arrow functions find them as they find any other.
"""

from __future__ import annotations

from typing import Final

PSEUDO: Final = frozenset({"this", "arguments", "new.target", "%function"})
"""Variables that a function has of itself; `%function` is the function, for `super`."""
LEXICAL: Final = frozenset({"let", "const", "class"})


class Variable:
    """kind: var, let, const, class, function, parameter, pseudo, import, name (of a function expression).

    late: 1 of a parameter that parameters before it may read too early, 2 if functions within them may, else 0.
    """

    __slots__ = ("at", "boxed", "function", "kind", "late", "name", "slot")

    def __init__(self, name: str, kind: str, function: FunctionScope, slot: int, at: int) -> None:
        self.name = name
        self.kind = kind
        self.function = function
        self.slot = slot
        self.boxed = False
        self.late = 0
        self.at = at  # where its declaration ends to be too early to use


class Scope:
    """The names of a block."""

    __slots__ = ("function", "names", "parent")

    def __init__(self, parent: Scope | None, function: FunctionScope) -> None:
        self.parent = parent
        self.function = function
        self.names: dict[str, Variable] = {}

    def declare(self, name: str, kind: str, at: int, slot: int | None = None) -> Variable:
        """A variable of this scope; that it may be declared twice has been checked."""
        found = self.names.get(name)
        if found is not None and found.kind not in ("pseudo", "name"):
            loose = ("var", "function", "parameter")
            if kind not in loose or found.kind not in loose:
                return found
            if kind == "function":
                found.kind = kind if found.kind != "parameter" else found.kind
            return found
        made = Variable(name, kind, self.function, self.function.new_slot() if slot is None else slot, at)
        self.names[name] = made
        return made

    def find(self, name: str) -> Variable | None:
        """The variable that a name means here; None for a global one."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            if name in PSEUDO and scope is scope.function.top and scope.function.has_own:
                return scope.declare(name, "pseudo", 0)
            scope = scope.parent
        return None


class FunctionScope:
    """What a function sees.

    Attributes:
        top: the scope of its parameters and `var`s.
        captured: variables of functions around it, in the order of its boxes.
        has_own: whether it has a `this` of its own; arrow functions have none.
    """

    __slots__ = ("captured", "has_own", "parent", "slot_count", "top")

    def __init__(self, parent: FunctionScope | None, around: Scope | None, has_own: bool) -> None:
        self.parent = parent
        self.slot_count = 0
        self.captured: list[Variable] = []
        self.has_own = has_own
        self.top = Scope(around, self)

    def new_slot(self) -> int:
        self.slot_count += 1
        return self.slot_count - 1

    def capture(self, variable: Variable) -> None:
        """Let this function, and all between it and the variable's, see a variable from outside."""
        variable.boxed = True
        function: FunctionScope | None = self
        while function is not None and function is not variable.function:
            if variable not in function.captured:
                function.captured.append(variable)
            function = function.parent
