"""Functions as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from typing import Final, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.class_syntax import ClassSyntax
from fakedocker.userland.languages.javascript.cursor import NOT_SIMPLE, Context, Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parameter_names import (
    are_names,
    check_bound_name,
    check_strict_name,
    check_strict_parameters,
    check_twice,
)
from fakedocker.userland.languages.javascript.parameter_places import told_of_parameters
from fakedocker.userland.languages.javascript.parser_parts import Outer
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.private_names import PrivateNames
from fakedocker.userland.languages.javascript.syntax import Node

AWAIT_NAME: Final = "'await' is not a valid identifier name in an async function"


class FunctionSyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Outer) -> None:
        self.cursor = cursor
        self.expressions = expressions
        self.privates = PrivateNames()
        self.class_ = ClassSyntax(cursor, expressions, self).class_

    def use_private(self, token: Token, at: int) -> None:
        """A private name is used; `at` is where a message points if no class around declares it."""
        self.privates.use(str(token.value), at)

    def function(self, at: int, *, is_async: bool = False, is_declaration: bool = False) -> syntax.Function:
        """A function, from its keyword on."""
        cursor = self.cursor
        is_called = cursor.last.value in ("(", "!") and cursor.last.at != cursor.opened_call  # at once, as V8 guesses
        cursor.expect("function")
        is_generator = cursor.takes("*")
        name = ""
        token = cursor.token
        if is_declaration and cursor.is_at("("):
            cursor.fail_at_last("Function statements require a function name")
        if is_declaration or not cursor.is_at("("):
            name = str(self._function_name(is_async, is_generator, is_declaration).value)
        try:
            named = token if name else None
            return self._rest_of_function(at, "function", named, is_async, is_generator, is_called=is_called)
        except Refused as problem:
            if is_declaration:  # V8 declares it nevertheless
                empty = syntax.Function(at, at, "function", name, (), ())
                problem.partial = (*problem.partial, syntax.FunctionDeclaration(at, empty))
            raise

    def _function_name(self, is_async: bool, is_generator: bool, is_declaration: bool) -> Token:
        """A declaration's name is one of the code around it, an expression's one of its own."""
        cursor = self.cursor
        outer = cursor.context
        if not is_declaration:
            cursor.context = Context(in_async=is_async, in_generator=is_generator, is_strict=outer.is_strict)
        try:
            return cursor.name()
        finally:
            cursor.context = outer

    def method(self, kind: str, key: Node, is_async: bool = False, is_generator: bool = False) -> syntax.Function:
        """The parameters and body of a method; its name is its key's, if that is known here."""
        name = ""
        if isinstance(key, syntax.Literal) and isinstance(key.value, str):
            name = key.value
        elif isinstance(key, syntax.PrivateName):
            name = f"#{key.name}"
        return self._rest_of_function(key.at, kind, None, is_async, is_generator)._replace(name=name)

    def _rest_of_function(
        self,
        at: int,
        kind: str,
        named: Token | None,
        is_async: bool,
        is_generator: bool,
        *,
        is_called: bool = False,
    ) -> syntax.Function:
        """From the parameters on; `named` is the name of what is no method."""
        cursor = self.cursor
        outer = cursor.context
        start = cursor.token.at
        cursor.context = Context(
            in_function=True,
            in_async=is_async,
            in_generator=is_generator,
            is_strict=outer.is_strict,
            home={"function": "", "derived": "derived"}.get(kind, "method"),
        )
        looked_over = cursor.context.looked_over = 2 if outer.looked_over else int(not is_called)
        try:
            parameters = self._parameters(is_unique=kind != "function" or outer.is_strict)
            self._check_count(kind, parameters, start)
            try:
                cursor.expect("{")
                body = self._body(parameters)
                strict = cursor.context.is_strict
                self._expect_end(outer)
            except Refused as problem:
                raise self._told_of(problem, kind, named, parameters, start) from None
        finally:
            cursor.context = outer
        self._check_names(kind, named, parameters, looked_over if strict else -1)
        if strict:
            cursor.check_octal(start)
        name = "" if named is None else str(named.value)
        found = syntax.Function(
            at, cursor.last_end, kind, name, parameters, body, is_async, is_generator, strict, start
        )
        self.expressions.covers.functions.append(found)
        return found

    def _body(self, parameters: tuple[Node, ...]) -> tuple[Node, ...]:
        self.cursor.context.is_simple = are_names(parameters)
        return self.expressions.parse_body()

    def _expect_end(self, outer: Context) -> None:
        """The closing brace of a body; what follows is in the code around it."""
        within, self.cursor.context = self.cursor.context, outer
        self.cursor.expect("}")
        self.cursor.context = within

    def _told_of(
        self, problem: Refused, kind: str, named: Token | None, parameters: tuple[Node, ...], start: int
    ) -> Refused:
        """What is told of a function whose body has a problem; it is kept as far as it has been read."""
        is_strict, body = self.cursor.context.is_strict, cast("tuple[Node, ...]", problem.partial)
        problem.partial = (syntax.Function(problem.at, problem.at, kind, "", parameters, body, is_strict=is_strict),)
        is_illegal = problem.message == NOT_SIMPLE
        if is_illegal and kind != "arrow":  # V8 gives up
            return problem
        try:
            looked_over = self.cursor.context.looked_over
            self._check_names(kind, named, parameters, looked_over if is_strict or is_illegal else -1)
            if is_strict:
                self.cursor.check_octal(start)
        except Refused as other:
            return problem.overridden(other)
        return problem

    def _check_names(self, kind: str, named: Token | None, parameters: tuple[Node, ...], looked_over: int) -> None:
        """The names of a function and of its parameters, which may not be until it is known whether it is strict: else -1."""
        is_strict = looked_over >= 0
        if is_strict:
            if named is not None:
                check_strict_name(named)
            check_strict_parameters(parameters, self.cursor.source, looked_over)
        if is_strict or kind != "function" or not are_names(parameters):
            check_twice(parameters)

    def _check_count(self, kind: str, parameters: tuple[Node, ...], start: int) -> None:
        cursor = self.cursor
        if kind == "getter" and parameters:
            cursor.fail("Getter must not have any formal parameters.", start, cursor.last_end)
        if kind == "setter":
            if len(parameters) != 1:
                cursor.fail("Setter must have exactly one formal parameter.", start, cursor.last_end)
            if isinstance(parameters[0], syntax.Rest):
                cursor.fail("Setter function argument must not be a rest parameter", start, cursor.last_end)

    def _check_twice_before(self, problem: Refused, parameters: tuple[Node, ...]) -> None:
        try:
            check_twice(parameters)
        except Refused as other:
            raise problem.overridden(other) from None

    def _parameters(self, *, is_unique: bool) -> tuple[Node, ...]:
        """The parameters of a function; `is_unique`: whether none may have the name of another one, however plain they are."""
        cursor = self.cursor
        start = cursor.expect("(").at
        cursor.context.in_parameters = True
        found: list[Node] = []
        while not cursor.is_at(")"):
            if cursor.is_at("..."):
                found.append(self._rest_parameter())
                break
            found.append(self.binding_with_default())
            if not cursor.takes(","):
                break
        cursor.context.in_parameters = False
        try:
            cursor.expect(")")
        except Refused as problem:
            if is_unique and are_names(found):
                self._check_twice_before(problem, tuple(found))
            raise
        return tuple(told_of_parameters(found, start))

    def _rest_parameter(self, *, in_arrow: bool = False) -> syntax.Rest:
        cursor = self.cursor
        rest = syntax.Rest(cursor.advance().at, self.binding())
        if cursor.is_at("="):
            if not in_arrow:
                cursor.advance()
            cursor.fail_at_last("Rest parameter may not have a default initializer")
        if cursor.is_at(","):
            cursor.fail("Rest parameter must be last formal parameter", cursor.token.at, cursor.token.end)
        return rest

    def cover_rest(self) -> syntax.Rest:
        """A rest parameter where an expression stands, which is one if a parenthesis and an arrow follow; what it is not yet
        known to be a pattern. Refused otherwise: V8 reads on before it says so."""
        cursor, covers = self.cursor, self.expressions.covers
        dots = cursor.advance(True)
        stray = Refused("Unexpected token '...'", dots.at, dots.end)
        declares, start, target = covers.declares, cursor.start, None
        if cursor.is_name():
            covers.note_name(cursor.token)
        covers.declares = False
        try:
            target = self._cover_binding()
        except Refused as problem:
            raise problem.overridden(stray) from None
        finally:
            covers.declares = declares
        covers.note_extent(target, start, cursor.last_end)
        if cursor.is_at("="):
            cursor.fail_at_last("Rest parameter may not have a default initializer")
        if cursor.is_at(","):
            cursor.fail_at_last("Rest parameter must be last formal parameter")
        if not cursor.is_at(")") or cursor.peek().value != "=>":
            raise stray
        return syntax.Rest(dots.at, target)

    def _cover_binding(self) -> Node:
        if self.cursor.is_at("["):
            return self.expressions.literals.array()
        return self.expressions.literals.object() if self.cursor.is_at("{") else self.binding()

    def binding(self, *, is_variable: bool = False, is_lexical: bool = False) -> Node:
        """A name, or a pattern of names, that is declared.

        Args:
            is_variable: whether it is that of a declaration, whose names so far a problem keeps.
            is_lexical: whether it is one of `let` or `const`, or the parameter of `catch`, which is no `let`.
        """
        cursor = self.cursor
        token = cursor.token
        if token.kind == "name":
            cursor.name()
            if cursor.context.is_strict:
                check_bound_name(token)
            return syntax.Name(token.at, str(token.value))
        covers = self.expressions.covers
        if cursor.is_at("[") or cursor.is_at("{"):
            since, outer = len(covers.shorthands), (covers.declares, covers.is_lexical, covers.declared)
            covers.declares, covers.is_lexical, covers.declared = True, is_lexical, {}
            literals = self.expressions.literals
            try:
                literal = literals.array() if cursor.is_at("[") else literals.object()
                return covers.pattern(literal, cursor.context.is_strict, declares=True)
            except Refused as problem:
                if is_variable:
                    problem.partial = (*(covers.declared[at] for at in sorted(covers.declared)), *problem.partial)
                raise
            finally:
                covers.declares, covers.is_lexical, covers.declared = outer
                del covers.shorthands[since:]
        cursor.unexpected()

    def binding_with_default(self) -> Node:
        """A binding, and what it is if nothing is given."""
        target = self.binding()
        if not self.cursor.is_at("="):
            return target
        self.cursor.advance(True)
        return syntax.WithDefault(target.at, target, self.expressions.assignment())

    # arrow functions

    def arrow_of_name(self, token: Token, in_allowed: bool) -> Node | None:
        """`x => ...` and `async x => ...`."""
        cursor = self.cursor
        following = cursor.peek()
        if following.kind == "punctuator" and following.value == "=>":
            cursor.name()
            return self._arrow_body(token.at, (syntax.Name(token.at, str(token.value)),), False, in_allowed)
        if token.value == "async" and following.value == "(" and following.kind == "punctuator":
            if following.line_before or token.escaped or not cursor.is_arrow_ahead(following):
                return None
            cursor.advance()
            return self.arrow(token.at, True, in_allowed)
        if token.value == "async" and following.kind == "name" and not following.line_before and not token.escaped:
            if not self._is_async_arrow():
                return None
            cursor.advance()
            name = cursor.name()
            if name.value == "await":
                cursor.fail(AWAIT_NAME, name.at, name.end)
            return self._arrow_body(token.at, (syntax.Name(name.at, str(name.value)),), True, in_allowed)
        return None

    def _is_async_arrow(self) -> bool:
        """Whether a name and `=>` follow the word that is next."""
        return self.cursor.peek_second().value == "=>"

    def arrow(self, at: int, is_async: bool, in_allowed: bool) -> Node:
        """An arrow function, from its opening parenthesis on."""
        return self._arrow_body(at, tuple(self.arrow_head(is_async=is_async)), is_async, in_allowed)

    def arrow_head(self, *, is_async: bool) -> list[Node]:
        """The parameters of an arrow function, which are an expression to begin with."""
        covers = self.expressions.covers
        declares, covers.declares = covers.declares, False
        try:
            return self._arrow_parameters(is_async)
        finally:
            covers.declares = declares

    def _arrow_parameters(self, is_async: bool) -> list[Node]:
        cursor, covers = self.cursor, self.expressions.covers
        since, waiting = len(covers.shorthands), len(covers.waiting)
        literals, covers.literals = covers.literals, []
        before, opened = cursor.last.at, cursor.expect("(", True).at
        found: list[Node] = []
        problem: Refused | None = None
        while not cursor.is_at(")"):
            if cursor.is_at("...") and is_async:
                found.append(self._rest_parameter(in_arrow=True))
                break
            start = cursor.start
            is_rest = cursor.is_at("...")
            part = self.cover_rest() if is_rest else self.expressions.cover_assignment(True)
            covers.note_extent(part, start, cursor.last_end)
            try:
                found.append(covers.arrow_parameter(part, cursor.context.is_strict))
            except Refused as wrong:
                problem = wrong
            if not cursor.is_at(","):
                break
            cursor.advance(True)
        if not cursor.is_at(")"):
            if is_async:
                cursor.fail_at_last("missing ) after argument list")
            cursor.unexpected()
        if problem is not None:
            raise problem
        if len(covers.waiting) > waiting:
            raise covers.waiting[waiting]
        del covers.shorthands[since:]
        covers.literals = literals
        cursor.advance()
        names = [name for part in found for name in names_of(part)] if is_async else []
        for name in names:
            if name.name == "await":
                behind = covers.behind_await.get(name.at)
                at, end = (name.at, name.at + 5) if behind is None else (behind.at, behind.end)
                cursor.fail(AWAIT_NAME, at, end)
        check_twice(tuple(found), 0 if are_names(found) else 1)
        return told_of_parameters(found, before if is_async else opened)

    def _arrow_body(self, at: int, parameters: tuple[Node, ...], is_async: bool, in_allowed: bool) -> Node:
        cursor = self.cursor
        if cursor.token.line_before:
            cursor.fail_at_next("Unexpected token '=>'")
        cursor.advance(True)
        outer = cursor.context
        context = cursor.context = Context(
            in_function=outer.in_function,
            in_async=is_async,
            is_strict=outer.is_strict,
            home=outer.home,
            bans=outer.bans,
        )
        context.looked_over = 2 if outer.looked_over else 0
        body: tuple[Node, ...] | Node
        try:
            if cursor.takes("{"):
                context.may_return = True
                try:
                    body = self._body(parameters)
                except Refused as problem:
                    raise self._told_of(problem, "arrow", None, parameters, at) from None
                strict = context.is_strict
                cursor.context = outer
                cursor.expect("}")
            else:
                body = self.expressions.assignment(in_allowed)
                strict = outer.is_strict
        finally:
            cursor.context = outer
        if strict:
            check_strict_parameters(parameters, cursor.source, 0)
            cursor.check_octal(at)
        found = syntax.Function(at, cursor.last_end, "arrow", "", parameters, body, is_async, False, strict, at)
        self.expressions.covers.functions.append(found)
        return found
