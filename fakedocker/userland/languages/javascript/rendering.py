"""An expression as V8 writes it in messages such as "a.b is not a function": its CallPrinter over its own tree.

V8 parses the function again and looks for what stands at the place of the error, so its words follow from the positions of its
nodes, and from the form that its parser gives them: operators on numbers are done, and a row of one operator is one node.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.folding import folded, operands
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.syntax import Node

_UNKNOWN = "(intermediate value)"
_UNREAD = " (cannot read property Symbol(Symbol.iterator))"


UNSURE: Final = "?"
"""What is said where nobody can be sure what V8 says, or where it points."""
UNSEEN: Final = "-"
"""What is said of what V8 does not find in its tree, as it never looks there: keys in brackets, and static parts of classes. It tells of
the value then."""


def render(node: Node | None, in_iteration: bool = False) -> str:
    """The text of an expression, with what has no short form as "(intermediate value)".

    Args:
        in_iteration: whether it is what cannot be gone through, in which calls have no parentheses.
    """
    return _Printer(-1, in_iteration).text(node)


def not_iterable(node: Node, place: int) -> str:
    """What V8 says of an expression that cannot be gone through; nothing where it tells of the value itself.

    Args:
        place: where the error is. V8 finds the expression only if that is its own position, and else a call that is there.
    """
    if position(node) == place:
        printer = _Printer(place, True)
        return printer.said(printer.text(node))
    return not_spread(node, place)


def not_spread(node: Node, place: int) -> str:
    """The same of what is spread among arguments, and where the place is another one: a call that is there is told of."""
    call = _call_at(node, place)
    if call is None:
        return ""
    return f"{render(call.tag if isinstance(call, syntax.Tagged) else call.callee)} is not iterable{_UNREAD}"


def not_delegated(node: Node, place: int, words: str) -> str:
    """The same of what `yield*` goes through. `words`: what `words_of_delegation` gives of that."""
    if position(node) == place:
        return UNSURE if words == UNSURE else f"{words} is not iterable"
    return not_iterable(node, place)


def leading_call(node: Node) -> syntax.Call | syntax.New | syntax.Tagged | None:
    """The call that has the position of an expression that is gone through: V8 tells of it as of that."""
    return _call_at(node, position(node))


def not_constructed(node: syntax.New, words: str) -> str:
    """What V8 calls what makes no object where that is to be gone through: `words` by `yield*`, "" otherwise."""
    return words or render(node.callee, in_iteration=True)


class _Printer:
    """What V8 prints once it has found the place: `is_call` tells whether a call stands at the place itself."""

    def __init__(self, place: int, in_iteration: bool) -> None:
        self._place = place
        self._in_iteration = in_iteration
        self._is_call = False

    def said(self, text: str) -> str:
        """The sentence of what cannot be gone through."""
        return (
            f"{text} is not a function or its return value is not iterable"
            if self._is_call
            else f"{text} is not iterable"
        )

    def text(self, node: Node | None) -> str:
        """What is printed of a node, never nothing."""
        return (self._print(node) if node is not None else "") or _UNKNOWN

    def _print(self, node: Node) -> str:
        node = folded(node)
        match node:
            case syntax.Name(_, name):
                return name
            case syntax.This():
                return "this"
            case syntax.NewTarget():
                return ".new.target"
            case syntax.Literal(_, value):
                return _literal(value)
            case syntax.RegExpLiteral(_, pattern, flags):
                return f"/{pattern}/{flags}"
            case syntax.Template(_, texts, _, parts):
                return "".join(map(self.text, parts)) if parts else f'"{texts[0]}"'
            case syntax.Member(_, target, key, computed, optional):
                return self._member(self.text(target), key, computed, optional)
            case syntax.Call(at, callee) | syntax.Tagged(at, callee):
                self._is_call = self._is_call or at == self._place
                return f"{self.text(callee)}{'' if self._in_iteration else '(...)'}"
            case syntax.New(at, callee, _):
                self._is_call = self._is_call or at == self._place
                return self.text(callee) if self._in_iteration else _UNKNOWN
            case syntax.ImportCall(_, source):
                return f"ImportCall({self.text(source)})"
            case syntax.Super():
                return "super"
        return self._compound(node)

    def _compound(self, node: Node) -> str:
        """Expressions with operators, and those with items."""
        match node:
            case syntax.Delete(_, value):
                return f"(delete {self.text(value)})"
            case syntax.Unary(_, operator, value):
                space = " " if operator.isalpha() else ""
                return f"({operator}{space}{self.text(value)})"
            case syntax.Update(_, operator, target, is_prefix):
                inner = self.text(target)
                return f"({operator}{inner})" if is_prefix else f"({inner}{operator})"
            case syntax.Binary(_, "!=" | "!==" as operator, left, right):
                return f"(!({self.text(left)} {operator.replace('!', '=')} {self.text(right)}))"
            case syntax.Binary(_, operator, _, _) | syntax.Logical(_, operator, _, _):
                return f"({f' {operator} '.join(map(self.text, operands(node)))})"
            case syntax.Sequence(_, parts) if parts:
                return f"({' , '.join(map(self.text, operands(node)))})"
            case syntax.PrivateName(_, name):
                return f"#{name}"
            case syntax.Conditional():
                return _UNKNOWN * 3
            case syntax.Function():
                return _UNKNOWN * count_statements(node)
            case syntax.Class():
                return _UNKNOWN * _count_members(node)
        return self._with_items(node)

    def _with_items(self, node: Node) -> str:
        match node:
            case syntax.ArrayLiteral(_, items):
                return f"[{','.join(map(self.text, items))}]"
            case syntax.Spread(_, value) | syntax.Rest(_, value):
                return f"(...{self.text(value)})"
            case syntax.ObjectLiteral(_, properties):
                return f"{{{_UNKNOWN * len(properties)}}}"
            case syntax.ArrayPattern(_, items, rest):
                parts = [*map(self.text, items), *([] if rest is None else [f"(...{self.text(rest)})"])]
                return f"[{','.join(parts)}]"
            case syntax.ObjectPattern(_, pairs, rest):
                return f"{{{_UNKNOWN * (len(pairs) + (rest is not None))}}}"
            case syntax.Assign(_, _, target, _) | syntax.WithDefault(_, target, _):
                return self.text(target)
        return ""

    def _member(self, inner: str, key: Node, computed: bool, optional: bool) -> str:
        if isinstance(key, syntax.PrivateName):
            return f"{inner}.#{key.name}"
        if isinstance(key, syntax.Literal) and (not computed or isinstance(key.value, str)):
            return f"{inner}{'?.' if optional else '.'}{key.value}"
        return f"{inner}{'?.' if optional else ''}[{self.text(key)}]"


def position(node: Node) -> int:
    """The position of an expression in V8's tree: that of a chain with `?.` is 0, that of a row of one operator its first's."""
    node = folded(node)
    match node:
        case syntax.Chain():
            return 0
        case syntax.Binary() | syntax.Logical() | syntax.Sequence():
            parts = operands(node)
            if len(parts) > 2:
                return position(parts[0])
            return position(parts[1]) if isinstance(node, syntax.Sequence) and len(parts) == 2 else node.at
    return node.at


def not_a_function(node: syntax.Call | syntax.Tagged) -> str:
    """What V8 says of a call of what is no function."""
    return f"{render(node.callee if isinstance(node, syntax.Call) else node.tag)} is not a function"


def _call_at(node: Node, place: int) -> syntax.Call | syntax.New | syntax.Tagged | None:
    """The call in an expression that is at a place. O(nodes) of the expression."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, syntax.Call | syntax.New | syntax.Tagged) and node.at == place:
            return node
        if not isinstance(node, syntax.Function):
            pending += list(nodes_in(node))[::-1]
    return None


def count_statements(node: syntax.Function) -> int:
    """How many statements V8's tree has for a function: declarations of functions are none, and what is made of its
    parameters and of its first step counts."""
    body = node.body
    is_plain = not isinstance(body, tuple) or hasattr(body, "_fields")
    count = 1 if is_plain else count_listed(body)  # type: ignore[arg-type]
    if node.is_async and not node.is_generator:
        count = 1
    return count + node.is_generator + any(not isinstance(parameter, syntax.Name) for parameter in node.parameters)


def count_listed(statements: Iterable[Node]) -> int:
    return sum(not isinstance(statement, syntax.Empty | syntax.FunctionDeclaration) for statement in statements)


def _count_members(node: syntax.Class) -> int:
    """Methods, private members and computed fields are members of V8's tree, other fields are not."""
    count = int(node.parent is not None)
    for member in node.members:
        is_private = isinstance(member.key, syntax.PrivateName)
        count += isinstance(member, syntax.Method) or is_private or member.computed
    return count


def _literal(value: float | int | str | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    return f'"{value}"' if isinstance(value, str) else ""
