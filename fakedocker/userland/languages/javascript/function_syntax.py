"""Functions and classes as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Context, Cursor
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parser_parts import Outer
from fakedocker.userland.languages.javascript.patterns import arrow_parameter, to_pattern
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated

Body = Callable[[], tuple[Node, ...]]


class FunctionSyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Outer) -> None:
        self.cursor = cursor
        self.expressions = expressions

    def function(self, at: int, *, is_async: bool = False) -> syntax.Function:
        """A function, from its keyword on."""
        cursor = self.cursor
        cursor.expect("function")
        is_generator = cursor.takes("*")
        name = ""
        if cursor.token.kind == "name":
            name = str(cursor.advance().value)
        return self._rest_of_function(at, "function", name, is_async, is_generator)

    def method(self, kind: str, key: Node, is_async: bool = False, is_generator: bool = False) -> syntax.Function:
        """The parameters and body of a method; its name is its key's, if that is known here."""
        name = ""
        if isinstance(key, syntax.Literal) and isinstance(key.value, str):
            name = key.value
        elif isinstance(key, syntax.PrivateName):
            name = f"#{key.name}"
        return self._rest_of_function(key.at, kind, name, is_async, is_generator)

    def _rest_of_function(self, at: int, kind: str, name: str, is_async: bool, is_generator: bool) -> syntax.Function:
        cursor = self.cursor
        outer = cursor.context
        cursor.context = Context(
            in_function=True, in_async=is_async, in_generator=is_generator, is_strict=outer.is_strict
        )
        try:
            parameters = self._parameters()
            cursor.expect("{")
            body = self.expressions.parse_body()
            strict = cursor.context.is_strict
        finally:
            cursor.context = outer
        cursor.expect("}")
        return syntax.Function(at, cursor.last_end, kind, name, parameters, body, is_async, is_generator, strict)

    def _parameters(self) -> tuple[Node, ...]:
        cursor = self.cursor
        cursor.expect("(")
        found: list[Node] = []
        while not cursor.is_at(")"):
            if cursor.is_at("..."):
                at = cursor.advance().at
                found.append(syntax.Rest(at, self.binding()))
                if not cursor.is_at(")"):
                    cursor.fail("Rest parameter must be last formal parameter", cursor.token.at)
                break
            found.append(self.binding_with_default())
            if not cursor.is_at(")"):
                if not cursor.is_at(","):
                    if cursor.token.kind == "end":
                        cursor.unexpected()
                    cursor.fail("missing ) after formal parameters", cursor.token.at, cursor.token.end)
                cursor.advance()
        cursor.advance()
        return tuple(found)

    def binding(self) -> Node:
        """A name, or a pattern of names, that is declared."""
        cursor = self.cursor
        token = cursor.token
        if token.kind == "name":
            cursor.advance()
            return syntax.Name(token.at, str(token.value))
        if cursor.is_at("[") or cursor.is_at("{"):
            since = self.expressions.covered
            literal = self.expressions.literals.array() if cursor.is_at("[") else self.expressions.literals.object()
            self.expressions.uncover(since)
            return to_pattern(literal, cursor.context.is_strict, declares=True)
        cursor.unexpected()

    def binding_with_default(self) -> Node:
        """A binding, and what it is if nothing is given."""
        target = self.binding()
        if not self.cursor.is_at("="):
            return target
        self.cursor.advance(True)
        return syntax.WithDefault(target.at, target, self.expressions.assignment())

    def arrow_of_name(self, token: Token, in_allowed: bool) -> Node | None:
        """`x => ...` and `async x => ...`."""
        cursor = self.cursor
        following = cursor.peek()
        if following.kind == "punctuator" and following.value == "=>" and not following.line_before:
            cursor.advance()
            return self._arrow_body(token.at, (syntax.Name(token.at, str(token.value)),), False, in_allowed)
        if token.value == "async" and following.kind == "name" and not following.line_before and not token.escaped:
            cursor.advance()
            if cursor.peek().value != "=>":
                cursor.unexpected()
            name = cursor.advance()
            return self._arrow_body(token.at, (syntax.Name(name.at, str(name.value)),), True, in_allowed)
        return None

    def arrow(self, at: int, is_async: bool, in_allowed: bool) -> Node:
        """An arrow function, from its opening parenthesis on."""
        outer = self.cursor.context
        self.cursor.context = _arrow_context(outer, is_async)
        try:
            parameters = tuple(arrow_parameter(parameter) for parameter in self._parameters())
        finally:
            self.cursor.context = outer
        return self._arrow_body(at, parameters, is_async, in_allowed)

    def _arrow_body(self, at: int, parameters: tuple[Node, ...], is_async: bool, in_allowed: bool) -> Node:
        cursor = self.cursor
        if not cursor.is_at("=>"):
            cursor.fail("Malformed arrow function parameter list", at)
        cursor.advance(True)
        outer = cursor.context
        cursor.context = _arrow_context(outer, is_async)
        body: tuple[Node, ...] | Node
        try:
            if cursor.takes("{"):
                body = self.expressions.parse_body()
                strict = cursor.context.is_strict
                cursor.context = outer
                cursor.expect("}")
            else:
                body = self.expressions.assignment(in_allowed)
                strict = outer.is_strict
        finally:
            cursor.context = outer
        return syntax.Function(at, cursor.last_end, "arrow", "", parameters, body, is_async, False, strict)

    def class_(self) -> syntax.Class:
        """A class, from its keyword on."""
        cursor = self.cursor
        at = cursor.expect("class").at
        outer = cursor.context
        was_strict, outer.is_strict = outer.is_strict, True
        try:
            name = str(cursor.advance().value) if cursor.token.kind == "name" else ""
            parent = None
            if cursor.is_at("extends"):
                cursor.advance(True)
                parent = self.expressions.left_hand_side()
            cursor.expect("{")
            constructor: syntax.Function | None = None
            members: list[syntax.Field | syntax.Method] = []
            while not cursor.is_at("}"):
                if cursor.takes(";"):
                    continue
                member = self._class_member(parent is not None)
                if isinstance(member, syntax.Function):
                    if constructor is not None:
                        cursor.fail("A class may only have one constructor", member.at)
                    constructor = member
                else:
                    members.append(member)
            cursor.advance()
        finally:
            outer.is_strict = was_strict
        return syntax.Class(at, cursor.last_end, name, parent, constructor, tuple(members))

    def _class_member(self, is_derived: bool) -> syntax.Field | syntax.Method | syntax.Function:
        cursor = self.cursor
        if cursor.is_at("@"):
            raise NotSimulated("a decorator")
        at = cursor.token.at
        is_static = False
        if cursor.is_word("static"):
            following = cursor.peek()
            if following.value not in ("(", "=", ";", "}") or following.kind != "punctuator":
                is_static = True
                cursor.advance()
                if cursor.is_at("{"):
                    return self._static_block(at)
        is_async, is_generator, accessor = self.expressions.literals.modifiers()
        key, computed = self.expressions.literals.key()
        if cursor.is_at("("):
            if not is_static and not computed and isinstance(key, syntax.Literal) and key.value == "constructor":
                return self.method("derived" if is_derived else "constructor", key)
            function = self.method(accessor + "ter" if accessor else "method", key, is_async, is_generator)
            return syntax.Method(at, accessor or "method", key, function, computed, is_static)
        value = None
        if cursor.is_at("="):
            cursor.advance(True)
            value = self._field_value()
        cursor.end_statement()
        return syntax.Field(at, key, value, computed, is_static)

    def _field_value(self) -> Node:
        outer = self.cursor.context
        self.cursor.context = Context(in_function=True, is_strict=True)
        try:
            return self.expressions.assignment()
        finally:
            self.cursor.context = outer

    def _static_block(self, at: int) -> syntax.Field:
        cursor = self.cursor
        outer = cursor.context
        cursor.expect("{")
        cursor.context = Context(in_function=True, is_strict=True)
        try:
            body = self.expressions.parse_body()
        finally:
            cursor.context = outer
        cursor.expect("}")
        function = syntax.Function(at, cursor.last_end, "method", "", (), body, False, False, True)
        return syntax.Field(at, None, function, False, True)


def _arrow_context(outer: Context, is_async: bool) -> Context:
    """Of an arrow function, which is `await`'s limit and no limit of `yield`'s place."""
    return Context(in_function=True, in_async=is_async, is_strict=outer.is_strict)
