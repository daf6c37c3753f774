"""Functions as a parser reads them; `expressions` parses what is in them."""

from __future__ import annotations

from typing import Final, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.class_syntax import ClassSyntax
from fakedocker.userland.languages.javascript.cursor import STRICT_RESERVED, Context, Cursor
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parser_parts import Outer
from fakedocker.userland.languages.javascript.patterns import names_of, told_of_parameter
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
        cursor.expect("function")
        is_generator = cursor.takes("*")
        name = ""
        token = cursor.token
        if is_declaration and cursor.is_at("("):
            cursor.fail_at_last("Function statements require a function name")
        if is_declaration or not cursor.is_at("("):
            name = str(self._function_name(is_async, is_generator, is_declaration).value)
        try:
            found = self._rest_of_function(at, "function", name, is_async, is_generator)
        except Refused as problem:
            if is_declaration:  # V8 declares it nevertheless
                named = syntax.Function(at, at, "function", name, (), ())
                problem.partial = (*problem.partial, syntax.FunctionDeclaration(at, named))
            raise
        if found.is_strict and name:
            self._check_strict_name(token)
        return found

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

    def _check_strict_name(self, token: Token) -> None:
        if token.value in ("eval", "arguments"):
            self.cursor.fail("Unexpected eval or arguments in strict mode", token.at, token.end)
        if token.value in STRICT_RESERVED:
            self.cursor.fail("Unexpected strict mode reserved word", token.at, token.end)

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
        start = cursor.token.at
        cursor.context = Context(
            in_function=True,
            in_async=is_async,
            in_generator=is_generator,
            is_strict=outer.is_strict,
            home={"function": "", "derived": "derived"}.get(kind, "method"),
        )
        try:
            parameters = self._parameters()
            self._check_count(kind, parameters, start)
            cursor.expect("{")
            try:
                body = self._body(parameters)
            except Refused as problem:
                raise self._told_of(problem, kind, parameters, start) from None
            strict = cursor.context.is_strict
        finally:
            cursor.context = outer
        cursor.expect("}")
        self._check_parameters(parameters, strict, strict or kind != "function")
        if strict:
            cursor.check_octal(start)
        return syntax.Function(at, cursor.last_end, kind, name, parameters, body, is_async, is_generator, strict)

    def _body(self, parameters: tuple[Node, ...]) -> tuple[Node, ...]:
        self.cursor.context.is_simple = all(isinstance(parameter, syntax.Name) for parameter in parameters)
        return self.expressions.parse_body()

    def _told_of(self, problem: Refused, kind: str, parameters: tuple[Node, ...], start: int) -> Refused:
        """What is told of a function whose body has a problem; it is kept as far as it has been read."""
        cursor = self.cursor
        is_strict, body = cursor.context.is_strict, cast("tuple[Node, ...]", problem.partial)
        problem.partial = (syntax.Function(problem.at, problem.at, kind, "", parameters, body, is_strict=is_strict),)
        if is_strict:
            try:
                cursor.check_octal(start)
            except Refused as octal:
                return problem.overridden(octal)
        return problem

    def _check_count(self, kind: str, parameters: tuple[Node, ...], start: int) -> None:
        cursor = self.cursor
        if kind == "getter" and parameters:
            cursor.fail("Getter must not have any formal parameters.", start, cursor.last_end)
        if kind == "setter":
            if len(parameters) != 1:
                cursor.fail("Setter must have exactly one formal parameter.", start, cursor.last_end)
            if isinstance(parameters[0], syntax.Rest):
                cursor.fail("Setter function argument must not be a rest parameter", start, cursor.last_end)

    def _check_parameters(self, parameters: tuple[Node, ...], is_strict: bool, is_unique: bool) -> None:
        """Names that are there twice, or that strict code may not have."""
        names = [name for parameter in parameters for name in names_of(parameter)]
        if is_unique or not all(isinstance(parameter, syntax.Name) for parameter in parameters):
            seen: set[str] = set()
            for name in names:
                if name.name in seen:
                    self.cursor.fail("Duplicate parameter name not allowed in this context", name.at)
                seen.add(name.name)
        for name in names if is_strict else ():
            if name.name in ("eval", "arguments"):
                said = "Unexpected eval or arguments in strict mode"
            elif name.name in STRICT_RESERVED:
                said = "Unexpected strict mode reserved word"
            else:
                continue
            self.cursor.fail(said, name.at, name.at + len(name.name))

    def _parameters(self) -> tuple[Node, ...]:
        cursor = self.cursor
        start = cursor.expect("(").at
        cursor.context.in_parameters = True
        found: list[Node] = []
        while not cursor.is_at(")"):
            if cursor.is_at("..."):
                found.append(self._rest_parameter())
                break
            found.append(told_of_parameter(self.binding_with_default(), start))
            if not cursor.takes(","):
                break
        cursor.context.in_parameters = False
        cursor.expect(")")
        return tuple(found)

    def _rest_parameter(self, *, in_arrow: bool = False, is_stray: bool = False) -> syntax.Rest:
        cursor = self.cursor
        dots = cursor.advance()
        at = dots.at
        try:
            rest = syntax.Rest(at, self.binding())
        except Refused as problem:
            raise (problem.overridden(self._stray(dots)) if is_stray else problem) from None
        if cursor.is_at("="):
            if not in_arrow:
                cursor.advance()
            cursor.fail_at_last("Rest parameter may not have a default initializer")
        if cursor.is_at(",") and in_arrow:
            cursor.fail_at_last("Rest parameter must be last formal parameter")
        if cursor.is_at(","):
            cursor.fail("Rest parameter must be last formal parameter", cursor.token.at, cursor.token.end)
        if is_stray and not cursor.is_at(")"):
            raise self._stray(dots)
        return rest

    @staticmethod
    def _stray(dots: Token) -> Refused:
        """Dots before what is no parameter: V8 takes them for a mistake where no parenthesis and arrow follow."""
        return Refused("Unexpected token '...'", dots.at, dots.end)

    def binding(self) -> Node:
        """A name, or a pattern of names, that is declared."""
        cursor = self.cursor
        token = cursor.token
        if token.kind == "name":
            cursor.name()
            if cursor.context.is_strict and token.value in ("eval", "arguments"):
                cursor.fail("Unexpected eval or arguments in strict mode", token.at, token.end)
            return syntax.Name(token.at, str(token.value))
        covers = self.expressions.covers
        if cursor.is_at("[") or cursor.is_at("{"):
            since, declares = len(covers.shorthands), covers.declares
            covers.declares = True
            literals = self.expressions.literals
            literal = literals.array() if cursor.is_at("[") else literals.object()
            covers.declares = declares
            del covers.shorthands[since:]
            return covers.pattern(literal, cursor.context.is_strict, declares=True)
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
            name = cursor.token
            if name.value == "await":
                cursor.fail(AWAIT_NAME, name.at, name.end)
            cursor.name()
            return self._arrow_body(token.at, (syntax.Name(name.at, str(name.value)),), True, in_allowed)
        return None

    def _is_async_arrow(self) -> bool:
        """Whether a name and `=>` follow the word that is next."""
        return self.cursor.peek_second().value == "=>"

    def arrow(self, at: int, is_async: bool, in_allowed: bool) -> Node:
        """An arrow function, from its opening parenthesis on. Its parameters are an expression to begin with."""
        cursor, covers = self.cursor, self.expressions.covers
        since, waiting = len(covers.shorthands), len(covers.waiting)
        opened = cursor.expect("(", True).at
        found: list[Node] = []
        problem: Refused | None = None
        while not cursor.is_at(")"):
            if cursor.is_at("..."):
                found.append(self._rest_parameter(in_arrow=True, is_stray=not is_async))
                break
            start = cursor.start
            part = self.expressions.cover_assignment(True)
            covers.note_extent(part, start, cursor.last_end)
            try:
                found.append(told_of_parameter(covers.arrow_parameter(part, cursor.context.is_strict), opened))
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
        cursor.advance()
        names = [name for part in found for name in names_of(part)] if is_async else []
        for name in names:
            if name.name == "await":
                cursor.fail(AWAIT_NAME, name.at, name.at + 5)
        self._check_parameters(tuple(found), False, True)
        return self._arrow_body(at, tuple(found), is_async, in_allowed)

    def _arrow_body(self, at: int, parameters: tuple[Node, ...], is_async: bool, in_allowed: bool) -> Node:
        cursor = self.cursor
        if cursor.token.line_before:
            cursor.unexpected()
        cursor.advance(True)
        outer = cursor.context
        context = cursor.context = Context(
            in_function=outer.in_function,
            in_async=is_async,
            is_strict=outer.is_strict,
            home=outer.home,
            bans=outer.bans,
        )
        body: tuple[Node, ...] | Node
        try:
            if cursor.takes("{"):
                context.may_return = True
                try:
                    body = self._body(parameters)
                except Refused as problem:
                    raise self._told_of(problem, "arrow", parameters, at) from None
                strict = context.is_strict
                cursor.context = outer
                cursor.expect("}")
            else:
                body = self.expressions.assignment(in_allowed)
                strict = outer.is_strict
        finally:
            cursor.context = outer
        self._check_parameters(parameters, strict, True)
        if strict:
            cursor.check_octal(at)
        return syntax.Function(at, cursor.last_end, "arrow", "", parameters, body, is_async, False, strict)
