"""Where V8 points at when a parameter cannot be taken apart: what it has noted last in the code of the parameters before that.

Its bytecode takes one parameter after the other; an iterator sets no place of its own, so that it is told to be at the last default or
part of a pattern before it, and at the function's parenthesis if there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.places import UNKNOWN_AT, place_of_item, place_within
from fakedocker.userland.languages.javascript.rendering import UNSURE, not_spread
from fakedocker.userland.languages.javascript.syntax import Held, Node


def told_of_parameters(parameters: Iterable[Node], at: int) -> list[Node]:
    """Parameters that know what is said of them if they cannot be taken apart, and where. `at` is their parenthesis."""
    walk = _Walk(at)
    return [walk.parameter(parameter) for parameter in parameters]


class _Walk:
    """A walk over parameters: `place` is what has been noted last, `is_property` whether that is a property that was read."""

    def __init__(self, at: int) -> None:
        self.place = at
        self.is_property = False

    def parameter(self, node: Node) -> Node:
        match node:
            case syntax.WithDefault(_, target, default):
                self._evaluate(default)
                told = self._pattern(target, default)
                if isinstance(told, syntax.ObjectPattern):
                    told = told._replace(said="(intermediate value)" * 3)
                return node._replace(target=told)
            case syntax.Rest(_, target):
                self._leave(target)
                return node
        return self._pattern(node, None)

    def _pattern(self, node: Node, default: Node | None) -> Node:
        if isinstance(node, syntax.ArrayPattern):
            said = "" if default is None else not_spread(default, self.place)
            said = UNSURE if self.place == UNKNOWN_AT else said
            held = Held("") if self.is_property and not said else None
            node = node._replace(place=self.place, said=said, held=held)
        self._leave(node)
        return node

    def _leave(self, node: Node) -> None:
        """What has been noted once a pattern has been taken apart."""
        if isinstance(node, syntax.ArrayPattern):
            for item in node.items:
                if item is not None:
                    self._item(item)
            if node.rest is not None:
                self.place = node.rest_at if isinstance(node.rest, syntax.Name) else UNKNOWN_AT
                self.is_property = False
        elif isinstance(node, syntax.ObjectPattern):
            for key, computed, target in node.pairs:
                if computed:
                    self._evaluate(key)
                self._item(target)
                self.is_property = isinstance(target, syntax.Name)
            if node.rest is not None:
                self.place, self.is_property = UNKNOWN_AT, False

    def _item(self, node: Node) -> None:
        self.place, self.is_property = place_of_item(node), False
        if isinstance(node, syntax.WithDefault):
            self._evaluate(node.default)
            node = node.target
        self._leave(node)

    def _evaluate(self, node: Node) -> None:
        before = self.place
        self.place = UNKNOWN_AT if _has_spread(node) else place_within(self.place, node)
        self.is_property = self.is_property and self.place == before


def _has_spread(node: Node) -> bool:
    """Whether something is spread in an expression: V8 tells of that, then."""
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, syntax.Spread):
            return True
        if not isinstance(part, syntax.Function | syntax.Class):
            pending += nodes_in(part)
    return False
