"""Templates, arrays and objects as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.parser_parts import Outer
from fakedocker.userland.languages.javascript.syntax import Node

Body = Callable[[], tuple[Node, ...]]


class LiteralSyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Outer) -> None:
        self.cursor = cursor
        self.expressions = expressions

    def template(self) -> syntax.Template:
        cursor = self.cursor
        at = cursor.token.at - 1
        texts: list[str | None] = []
        raws: list[str] = []
        parts: list[Node] = []
        while True:
            token = cursor.token
            texts.append(None if token.value is None else str(token.value))
            raws.append(token.raw)
            if token.flags == "end":
                cursor.advance()
                return syntax.Template(at, tuple(texts), tuple(raws), tuple(parts))
            cursor.advance(True)
            parts.append(self.expressions.expression())
            cursor.template_part()

    def array(self) -> Node:
        cursor = self.cursor
        at = cursor.advance(True).at
        items: list[Node | None] = []
        while not cursor.is_at("]"):
            if cursor.is_at(","):
                cursor.advance(True)
                items.append(None)
                continue
            if cursor.is_at("..."):
                spread = cursor.advance(True).at
                items.append(syntax.Spread(spread, self.expressions.cover_assignment(True)))
            else:
                items.append(self.expressions.cover_assignment(True))
            if not cursor.is_at("]"):
                cursor.expect(",")
        cursor.advance()
        return syntax.ArrayLiteral(at, tuple(items))

    def object(self) -> Node:
        cursor = self.cursor
        at = cursor.advance().at
        found: list[syntax.Property] = []
        while not cursor.is_at("}"):
            found.append(self._property())
            if not cursor.is_at("}"):
                cursor.expect(",")
        cursor.advance()
        return syntax.ObjectLiteral(at, tuple(found))

    def _property(self) -> syntax.Property:
        cursor = self.cursor
        token = cursor.token
        if cursor.is_at("..."):
            cursor.advance(True)
            return syntax.Property(
                token.at, "spread", syntax.Literal(token.at, None), self.expressions.cover_assignment(True)
            )
        is_async, is_generator, accessor = self.modifiers()
        key_token = cursor.token
        key, computed = self.key()
        if accessor:
            value = self.expressions.functions.method(accessor + "ter", key)
            return syntax.Property(token.at, accessor, key, value, computed)
        if cursor.is_at("("):
            return syntax.Property(
                token.at,
                "init",
                key,
                self.expressions.functions.method("method", key, is_async, is_generator),
                computed,
            )
        if is_async or is_generator:
            cursor.unexpected()
        if cursor.is_at(":"):
            cursor.advance(True)
            return syntax.Property(token.at, "init", key, self.expressions.cover_assignment(True), computed)
        if key_token.kind != "name" or computed:
            cursor.unexpected(key_token if key_token.kind == "keyword" else None)
        name = syntax.Name(key_token.at, str(key_token.value))
        if cursor.is_at("="):
            self.expressions.note_covered(cursor.advance(True).at)
            default = self.expressions.cover_assignment(True)
            return syntax.Property(token.at, "init", key, syntax.WithDefault(name.at, name, default))
        return syntax.Property(token.at, "init", key, name)

    def modifiers(self) -> tuple[bool, bool, str]:
        """Of a method: whether it is async, whether a generator, and "get" or "set"."""
        cursor = self.cursor
        is_async, accessor = False, ""
        for word in ("async", "get", "set"):
            if cursor.is_word(word):
                following = cursor.peek()
                if following.value in (",", ":", "(", "}", "=", ";") and following.kind == "punctuator":
                    break
                if word == "async":
                    if following.line_before:
                        break
                    is_async = True
                else:
                    accessor = word
                cursor.advance()
                break
        is_generator = not accessor and cursor.takes("*")
        return is_async, is_generator, accessor

    def key(self) -> tuple[Node, bool]:
        """The key of a property or a member of a class, and whether it is an expression in brackets."""
        cursor = self.cursor
        token = cursor.token
        if cursor.is_at("["):
            cursor.advance(True)
            key = self.expressions.assignment()
            cursor.expect("]")
            return key, True
        if token.kind in ("name", "keyword", "text", "number", "bigint"):
            cursor.advance()
            return syntax.Literal(token.at, token.value), False
        if token.kind == "private":
            cursor.advance()
            return syntax.PrivateName(token.at, str(token.value)), False
        cursor.unexpected()
