"""Classes as a parser reads them."""

from __future__ import annotations

from typing import NoReturn

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Context, Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parameter_names import check_strict_name
from fakedocker.userland.languages.javascript.parser_parts import FunctionParts, Key, Outer
from fakedocker.userland.languages.javascript.rendering import position
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated


class ClassSyntax:
    """Parses them at a cursor; `functions` parses their methods."""

    def __init__(self, cursor: Cursor, expressions: Outer, functions: FunctionParts) -> None:
        self.cursor = cursor
        self.expressions = expressions
        self.functions = functions

    def class_(self, *, is_declaration: bool = False) -> syntax.Class:
        """A class, from its keyword on."""
        cursor = self.cursor
        at = cursor.expect("class").at
        outer = cursor.context
        name = self._name() if is_declaration or cursor.token.kind == "name" else ""
        was_strict, outer.is_strict = outer.is_strict, True
        try:
            parent = None
            if cursor.is_at("extends"):
                cursor.advance(True)
                parent = self.expressions.parent()
            cursor.expect("{")
            constructor, members = self._members(parent is not None)
        finally:
            outer.is_strict = was_strict
        return syntax.Class(at, cursor.last_end, name, parent, constructor, tuple(members))

    def _name(self) -> str:
        """The name of a class, which is one of the code around it, and none of those that strict code may not have."""
        token = self.cursor.name()
        check_strict_name(token)
        return str(token.value)

    def _members(self, is_derived: bool) -> tuple[syntax.Function | None, list[syntax.Field | syntax.Method]]:
        cursor = self.cursor
        self.functions.privates.open()
        constructor: syntax.Function | None = None
        members: list[syntax.Field | syntax.Method] = []
        while not cursor.is_at("}"):
            if cursor.takes(";"):
                continue
            member = self._class_member(is_derived, constructor is not None)
            if isinstance(member, syntax.Function):
                constructor = member
            else:
                members.append(member)
        cursor.advance()
        self.functions.privates.close()
        return constructor, members

    def _class_member(self, is_derived: bool, has_constructor: bool) -> syntax.Field | syntax.Method | syntax.Function:
        cursor = self.cursor
        token = cursor.token
        is_static = False
        if cursor.is_word("static"):
            following = cursor.peek()
            if following.value not in ("(", "=", ";", "}") or following.kind != "punctuator":
                is_static = True
                cursor.advance()
                if cursor.is_at("{"):
                    return self._static_block(token.at)
        start = cursor.token
        if cursor.is_at("..."):
            self._stray_spread(start, token if is_static else start)
        key = self.expressions.literals.key()
        if cursor.is_at("("):
            self._check_method_name(key, is_static, has_constructor)
            if not is_static and not key.computed and key.token.value == "constructor" and key.token.kind != "private":
                return self.functions.method("derived" if is_derived else "constructor", key.node)
            kind = key.accessor + "ter" if key.accessor else "method"
            function = key.called(self.functions.method(kind, key.node, key.is_async, key.is_generator))
            self._declare_private(key, key.accessor or "method", is_static)
            return syntax.Method(token.at, key.accessor or "method", key.node, function, key.computed, is_static)
        if key.is_method:
            self._check_method_name(key, is_static, has_constructor)
            cursor.unexpected()
        if cursor.is_at(":") or cursor.is_at(","):
            self._wrong_member(token if token.value == "static" and is_static else start, start, key)
        self._check_field_name(key, is_static)
        value = self._field_value(is_static) if cursor.is_at("=") else None
        cursor.end_statement()
        self._declare_private(key, "field", is_static)
        return syntax.Field(token.at, key.node, value, key.computed, is_static)

    def _stray_spread(self, dots: Token, first: Token) -> NoReturn:
        """What only objects have: V8 reads what is spread, and points from the dots to where that is."""
        self.cursor.advance(True)
        try:
            end = position(self.expressions.cover_assignment(True))
        except Refused:
            raise NotSimulated(
                "what node says of a spread in a class with nothing behind it, of which it may die"
            ) from None
        try:
            self.cursor.unexpected(first)
        except Refused as problem:
            raise Refused(problem.message, dots.at, max(end, dots.at)) from None

    def _wrong_member(self, first: Token, start: Token, key: Key) -> NoReturn:
        """A member that ends as those of objects do: V8 tells of its first token, and points from its name to that."""
        try:
            self.cursor.unexpected(first)
        except Refused as problem:
            end = key.node.at if not key.computed else position_of_key(key.node)
            raise Refused(problem.message, start.at, max(end, start.at)) from None

    def _check_method_name(self, key: Key, is_static: bool, has_constructor: bool) -> None:
        cursor, name = self.cursor, key.token.value
        if key.computed:
            return
        if name == "constructor" and key.token.kind == "private":
            cursor.fail_at_last("Class constructor may not be a private method")
        if is_static and name == "prototype" and key.token.kind != "private":
            cursor.fail_at_last("Classes may not have a static property named 'prototype'")
        if is_static or name != "constructor":
            return
        if key.is_method:
            what = "an accessor" if key.accessor else "a generator" if key.is_generator else "an async method"
            cursor.fail_at_last(f"Class constructor may not be {what}")
        if has_constructor:
            cursor.fail_at_last("A class may only have one constructor")

    def _check_field_name(self, key: Key, is_static: bool) -> None:
        if key.computed:
            return
        if is_static and key.token.value == "prototype" and key.token.kind != "private":
            self.cursor.fail_at_last("Classes may not have a static property named 'prototype'")
        if key.token.value == "constructor":
            self.cursor.fail_at_last("Classes may not have a field named 'constructor'")

    def _declare_private(self, key: Key, kind: str, is_static: bool) -> None:
        last = self.cursor.last
        if key.token.kind == "private":
            self.functions.privates.declare(
                str(key.token.value), f"{kind} static" if is_static else kind, last.at, last.end
            )

    def _field_value(self, is_static: bool) -> Node:
        cursor = self.cursor
        outer = cursor.context
        cursor.advance(True)
        cursor.context = Context(in_function=True, is_strict=True, home="method", bans=frozenset({"arguments"}))
        cursor.context.in_static_block = is_static
        try:
            return self.expressions.assignment()
        finally:
            cursor.context = outer

    def _static_block(self, at: int) -> syntax.Field:
        cursor = self.cursor
        outer = cursor.context
        cursor.expect("{")
        context = cursor.context = Context(
            in_function=True, is_strict=True, home="method", bans=frozenset({"arguments"})
        )
        context.in_static_block = True
        context.may_return = False
        try:
            body = self.expressions.parse_body()
        finally:
            cursor.context = outer
        cursor.expect("}")
        function = syntax.Function(at, cursor.last_end, "static", "", (), body, False, False, True, at)
        return syntax.Field(at, None, function, False, True)


def position_of_key(node: Node) -> int:
    """Where V8 says that an expression in brackets is."""
    return node.at
