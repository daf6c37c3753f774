"""Templates, arrays and objects as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parser_parts import Key, Outer
from fakedocker.userland.languages.javascript.patterns import NO_TARGET
from fakedocker.userland.languages.javascript.rendering import not_iterable, position
from fakedocker.userland.languages.javascript.syntax import Node

_PLAIN_KEY_ENDS = frozenset({":", ",", "}", "=", "(", "*", ";"})
"""What follows a property's name, so that a word such as `get` before it is the name itself."""


class LiteralSyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Outer) -> None:
        self.cursor = cursor
        self.expressions = expressions

    def template(self, *, is_tagged: bool = False) -> syntax.Template:
        """A template, whose wrong escapes only a tag may see."""
        cursor = self.cursor
        at = cursor.token.at - 1
        texts: list[str | None] = []
        raws: list[str] = []
        parts: list[Node] = []
        while True:
            token = cursor.token
            if token.problem is not None and not is_tagged:
                raise token.problem
            texts.append(None if token.value is None else str(token.value))
            raws.append(token.raw)
            if token.flags == "end":
                cursor.advance()
                return syntax.Template(at, tuple(texts), tuple(raws), tuple(parts))
            cursor.advance(True)
            start = cursor.token.at
            parts.append(self.expressions.cover_expression())
            if not cursor.is_at("}"):
                cursor.fail("Missing } in template expression", start, cursor.token.at)
            cursor.template_part()

    def array(self) -> syntax.ArrayLiteral:
        """An array; one that declares is a pattern, and refused where it is none."""
        cursor = self.cursor
        covers, literals = self.expressions.covers, self.expressions.covers.literals
        covers.literals = []
        at = cursor.advance(True).at
        items: list[Node | None] = []
        has_comma = False
        while not cursor.is_at("]"):
            has_comma = False
            if cursor.is_at(","):
                cursor.advance(True)
                items.append(None)
                continue
            item = self._item()
            if covers.declares:
                self._check_declared(item)
            items.append(item)
            if not cursor.is_at("]"):
                has_comma = True
                cursor.expect(",", True)
        cursor.advance()
        found = syntax.ArrayLiteral(at, tuple(items), has_comma)
        covers.literals = [*literals, found]
        return found

    def _check_declared(self, item: Node) -> None:
        """Refuse a part of a pattern that declares and is none."""
        covers = self.expressions.covers
        covers.pattern(
            item.value if isinstance(item, syntax.Spread) else item, self.cursor.context.is_strict, declares=True
        )
        if isinstance(item, syntax.Spread):
            covers.check_rest(item, is_last=not self.cursor.is_at(","))

    def _item(self) -> Node:
        cursor, covers = self.cursor, self.expressions.covers
        start = cursor.token.at
        if not cursor.is_at("..."):
            return self._part()
        cursor.advance(True)
        part = self._part()
        spread = syntax.Spread(start, covers.gone_through(part, not_iterable(part, position(part))))
        covers.note_extent(spread, start, cursor.last_end)
        return spread

    def _part(self) -> Node:
        """An expression that may turn out to be a part of a pattern."""
        cursor = self.cursor
        start = cursor.start
        self.expressions.covers.literals = []
        value = self.expressions.cover_assignment(True)
        self.expressions.covers.note_extent(value, start, cursor.last_end)
        return value

    def object(self) -> syntax.ObjectLiteral:
        """An object; one that declares is a pattern, and refused where it is none."""
        cursor = self.cursor
        at = cursor.advance().at
        literals, self.expressions.covers.literals = self.expressions.covers.literals, []
        found: list[syntax.Property] = []
        has_comma = has_prototype = False
        while not cursor.is_at("}"):
            has_comma = False
            item = self._property(has_prototype)
            has_prototype = has_prototype or _is_prototype(item)
            if self.expressions.covers.declares:
                literal = syntax.ObjectLiteral(at, (item,), item.kind == "spread" and not cursor.is_at("}"))
                self.expressions.covers.pattern(literal, cursor.context.is_strict, declares=True)
            found.append(item)
            if not cursor.is_at("}"):
                has_comma = True
                cursor.expect(",")
        cursor.advance()
        literal = syntax.ObjectLiteral(at, tuple(found), has_comma)
        self.expressions.covers.literals = [*literals, literal]
        return literal

    def _property(self, has_prototype: bool) -> syntax.Property:
        cursor, covers = self.cursor, self.expressions.covers
        token = cursor.token
        if cursor.is_at("..."):
            cursor.advance(True)
            value = self._part()
            spread = syntax.Property(token.at, "spread", syntax.Literal(token.at, None), value)
            covers.note_extent(spread, cursor.last.at, cursor.last.end)
            return spread
        key = self.key()
        if key.token.kind == "private":
            cursor.unexpected(key.token)
        name_end = cursor.last_end
        if covers.declares and (cursor.is_at("(") or key.is_method):
            raise Refused(NO_TARGET, token.at, name_end)
        if cursor.is_at("("):
            made = self._method(token, key)
            covers.note_extent(made, token.at, name_end)
            return made
        if key.is_method:
            cursor.unexpected()
        if cursor.is_at(":"):
            if has_prototype and not key.computed and key.token.value == "__proto__":
                said = "Duplicate __proto__ fields are not allowed in object literals"
                covers.shorthands.append(Refused(said, cursor.last.at, cursor.last.end))
            cursor.advance(True)
            return syntax.Property(token.at, "init", key.node, self._part(), key.computed)
        if cursor.token.value not in (",", "}", "=") or cursor.token.kind != "punctuator":
            cursor.unexpected()
        return self._shorthand(key)

    def _method(self, token: Token, key: Key) -> syntax.Property:
        functions = self.expressions.functions
        if key.accessor:
            value = key.called(functions.method(key.accessor + "ter", key.node))
            return syntax.Property(token.at, key.accessor, key.node, value, key.computed)
        value = key.called(functions.method("method", key.node, key.is_async, key.is_generator))
        return syntax.Property(token.at, "init", key.node, value, key.computed)

    def _shorthand(self, key: Key) -> syntax.Property:
        """`{a}` and, in patterns only, `{a = 1}`."""
        cursor, covers, token = self.cursor, self.expressions.covers, key.token
        cursor.check_name(token)
        covers.note_name(token)
        name = syntax.Name(token.at, str(token.value))
        if name.name == "await":
            covers.behind_await[name.at] = cursor.token
        if not cursor.is_at("="):
            covers.note_extent(name, token.at, token.end)
            return syntax.Property(token.at, "init", key.node, name)
        cursor.advance(True)
        default = self.expressions.assignment()
        covers.shorthands.append(Refused("Invalid shorthand property initializer", token.at, cursor.last_end))
        return syntax.Property(token.at, "init", key.node, syntax.WithDefault(name.at, name, default))

    def key(self) -> Key:
        """The name of a property or a member of a class, with the words before it."""
        cursor = self.cursor
        is_async, accessor = False, ""
        token = cursor.token
        if cursor.is_word("async"):
            following = cursor.peek()
            if (_ends_key(following) and following.value != "*") or following.line_before:
                return self._name()
            cursor.advance()
            is_async = True
        is_generator = cursor.takes("*")
        if not is_async and not is_generator and (cursor.is_word("get") or cursor.is_word("set")):
            token = cursor.token
            if _ends_key(cursor.peek()):
                return self._name()
            cursor.advance()
            accessor = str(token.value)
        return self._name()._replace(is_async=is_async, is_generator=is_generator, accessor=accessor)

    def _name(self) -> Key:
        cursor = self.cursor
        token = cursor.token
        if cursor.is_at("["):
            cursor.advance(True)
            node = self.expressions.assignment()
            cursor.expect("]")
            return Key(node, True, token)
        if token.kind in ("name", "keyword", "text", "number", "bigint"):
            cursor.advance()
            return Key(syntax.Literal(token.at, token.value), False, token)
        if token.kind == "private":
            cursor.advance()
            return Key(syntax.PrivateName(token.at, str(token.value)), False, token)
        cursor.unexpected()


def _ends_key(token: Token) -> bool:
    return token.kind == "punctuator" and token.value in _PLAIN_KEY_ENDS


def _is_prototype(item: syntax.Property) -> bool:
    """Whether it is `__proto__: value`."""
    if item.kind != "init" or item.computed or not isinstance(item.key, syntax.Literal):
        return False
    is_short = isinstance(item.value, syntax.Name | syntax.WithDefault) and item.value.at == item.at
    is_method = isinstance(item.value, syntax.Function) and item.value.kind == "method"
    return item.key.value == "__proto__" and not is_short and not is_method
