"""jq's objects and the patterns that take values apart: {a, "b": .c, (.d): 1}, as [$first, {key: $value}]."""

from __future__ import annotations

from typing import Protocol

from fakedocker.userland.jq.cursor import IDENTITY, Cursor, Node
from fakedocker.userland.jq.lexer import Token, unexpected


class Expressions(Protocol):
    """What of the rest of the grammar stands inside them."""

    cursor: Cursor

    def pipe(self) -> Node: ...

    def post_term(self) -> Node: ...

    def string(self, token: Token, form: str) -> Node: ...

    def variable(self) -> str: ...

    def variable_term(self, token: Token) -> Node: ...


class Composites:
    """Reads them. A syntax error is a JqSyntaxError."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._cursor = expressions.cursor

    def object(self) -> Node:
        pairs: list[tuple[Node, Node]] = []
        while not self._cursor.is_mark("}"):
            pairs.append(self._pair())
            if not self._cursor.is_mark("}"):
                self._cursor.expect(",")
        self._cursor.take()
        return ("object", tuple(pairs)) if pairs else ("constant", {})

    def _pair(self) -> tuple[Node, Node]:
        token = self._cursor.take()
        if token.kind == "variable":
            return ("constant", token.text[1:]), self._expressions.variable_term(token)
        if token.kind == "format" and self._cursor.token.kind == "string":
            key = self._expressions.string(self._cursor.take(), token.text[1:])
        elif token.kind == "string":
            key = self._expressions.string(token, "text")
        elif token.kind == "word":
            key = ("constant", token.text)
        elif token.kind == "number":
            key = ("constant", float(token.text))
        elif token.text == "(" and token.kind == "mark":
            key = self._expressions.pipe()
            self._cursor.expect(")")
            self._cursor.expect(":")
            return key, self._object_value()
        else:
            raise unexpected(token)
        if self._cursor.is_mark(":"):
            self._cursor.take()
            return key, self._object_value()
        if token.kind == "number":
            raise unexpected(self._cursor.token)
        return key, ("index", IDENTITY, key)

    def _object_value(self) -> Node:
        node = self._object_term()
        if self._cursor.is_mark("|"):
            self._cursor.take()
            return ("pipe", node, self._object_value())
        return node

    def _object_term(self) -> Node:
        if self._cursor.is_mark("-"):
            self._cursor.take()
            return ("negate", self._object_term())
        return self._expressions.post_term()

    def patterns(self) -> tuple[Node, ...]:
        found = [self.pattern()]
        while self._cursor.is_mark("?//"):
            self._cursor.take()
            found.append(self.pattern())
        return tuple(found)

    def pattern(self) -> Node:
        if self._cursor.token.kind == "variable":
            return ("bind", self._expressions.variable())
        if self._cursor.is_mark("["):
            self._cursor.take()
            items = [self.pattern()]
            while self._cursor.is_mark(","):
                self._cursor.take()
                items.append(self.pattern())
            self._cursor.expect("]")
            return ("items", tuple(items))
        self._cursor.expect("{")
        members: list[Node] = []
        while True:
            members.append(self._member_pattern())
            if self._cursor.is_mark("}"):
                self._cursor.take()
                return ("members", tuple(members))
            self._cursor.expect(",")

    def _member_pattern(self) -> Node:
        token = self._cursor.take()
        bound: str | None = None
        if token.kind == "variable":
            bound = token.text[1:]
            key: Node = ("constant", bound)
            if not self._cursor.is_mark(":"):
                return (key, bound, None)
        elif token.kind == "word":
            key = ("constant", token.text)
        elif token.kind == "string":
            key = self._expressions.string(token, "text")
        elif token.text == "(" and token.kind == "mark":
            key = self._expressions.pipe()
            self._cursor.expect(")")
        else:
            raise unexpected(token)
        self._cursor.expect(":")
        return (key, bound, self.pattern())


def variables_of(pattern: Node) -> list[str]:
    if pattern[0] == "bind":
        return [pattern[1]]
    if pattern[0] == "items":
        return [name for item in pattern[1] for name in variables_of(item)]
    found: list[str] = []
    for _, bound, inner in pattern[1]:
        found += [bound] if bound is not None else []
        found += variables_of(inner) if inner is not None else []
    return found
