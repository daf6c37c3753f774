"""The parser of statements and whole sources."""

from __future__ import annotations

from typing import cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Context, Cursor
from fakedocker.userland.languages.javascript.declaration_syntax import NO_LET, DeclarationSyntax, ForSyntax, begins_let
from fakedocker.userland.languages.javascript.directives import read_directives
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.expressions import Expressions
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.module_syntax import export, import_
from fakedocker.userland.languages.javascript.parser_parts import keep_block
from fakedocker.userland.languages.javascript.patterns import told_of_caught
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.cells import NotSimulated


def parse(source: str, *, is_module: bool = False, is_function: bool = False) -> syntax.Program:
    """The tree of a source.

    Args:
        source: text of UTF-16 code units.
        is_module: whether it may import and export, and wait at its top.
        is_function: whether it is the body of a function, as that of a file that `require` reads.

    Raises:
        Refused: it is no JavaScript, in V8's words.
    """
    context = Context(in_async=is_module, is_strict=is_module, in_function=is_function)
    return _Statements(Cursor(source, context, is_module=is_module)).program(is_module)


class _Statements:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.expressions = Expressions(cursor)
        self.expressions.parse_body = self.body
        self.declarations = DeclarationSyntax(cursor, self.expressions)
        self.for_loop = ForSyntax(cursor, self.expressions, self.declarations, self._loop_body).loop

    def program(self, is_module: bool) -> syntax.Program:
        cursor = self.cursor
        body: list[Node] = []
        problem: Refused | None = None
        try:
            read_directives(self.cursor, self.statement, body)
            while cursor.token.kind != "end":
                self.expressions.covers.functions.clear()
                body.append(self._top(is_module))
        except Refused as found:
            problem = found
        problem = cursor.told_at_end(problem, 0) if cursor.context.is_strict else problem
        if problem is not None:
            body += [*cast("tuple[Node, ...]", problem.partial), *self.expressions.covers.functions]
            problem.partial = (syntax.Program(0, tuple(body), is_module, cursor.context.is_strict),)
            raise problem
        return syntax.Program(0, tuple(body), is_module, cursor.context.is_strict)

    def _top(self, is_module: bool) -> Node:
        cursor = self.cursor
        if is_module and cursor.is_at("import"):
            following = cursor.peek()
            if following.value not in ("(", ".") or following.kind != "punctuator":
                return import_(cursor)
        if is_module and cursor.is_at("export"):
            return export(cursor, self.expressions, self.item)
        return self.item()

    def body(self) -> tuple[Node, ...]:
        """Statements up to a closing brace, which stays."""
        found: list[Node] = []
        try:
            read_directives(self.cursor, self.statement, found)
            self._items(found)
        except Refused as problem:
            problem.partial = (*found, *problem.partial)
            raise
        return tuple(found)

    def _items(self, found: list[Node]) -> None:
        """Statements up to a closing brace."""
        while not self.cursor.is_at("}"):
            if self.cursor.token.kind == "end":
                self.cursor.unexpected()
            found.append(self.item())

    def item(self) -> Node:
        """One statement or declaration, of those that stand in a block."""
        cursor = self.cursor
        token = cursor.token
        if token.kind == "keyword" and token.value in ("function", "class", "const"):
            with cursor:
                return _DECLARATIONS[str(token.value)](self, token.at)
        if token.kind == "name" and not token.escaped:
            following = cursor.peek()
            if token.value == "let" and begins_let(self.cursor, following):
                return self._variables(token.at)
            if token.value == "async" and _is_function(following):
                cursor.advance()
                function = self.expressions.functions.function(token.at, is_async=True, is_declaration=True)
                return syntax.FunctionDeclaration(token.at, function)
        return self.statement(allows_function=True)

    def statement(self, allows_function: bool = False) -> Node:
        """One statement. `allows_function`: whether a function may follow its label."""
        cursor = self.cursor
        with cursor:
            token = cursor.token
            if token.kind == "keyword":
                self._check_place(token)
                if parse := _KEYWORDS.get(str(token.value)):
                    return parse(self, token.at)
            elif token.kind == "punctuator":
                if token.value == "{":
                    return self.block()
                if token.value == ";":
                    cursor.advance(True)
                    return syntax.Empty(token.at)
            elif token.kind == "name":
                found = self._statement_of_name(token, allows_function)
                if found is not None:
                    return found
            expression = self.expressions.expression()
            cursor.end_statement()
            return syntax.ExpressionStatement(token.at, expression)

    def _check_place(self, token: Token) -> None:
        """Declarations that stand where only a statement may."""
        cursor = self.cursor
        if token.value == "function":
            strict = "In strict mode code, functions can only be declared at top level or inside a block."
            sloppy = (
                "In non-strict mode code, functions can only be declared at top level, inside a block, or as the body of an"
                " if statement."
            )
            cursor.fail(strict if cursor.context.is_strict else sloppy, token.at, token.end)
        if token.value == "class":
            cursor.unexpected()

    def _statement_of_name(self, token: Token, allows_function: bool) -> Node | None:
        cursor = self.cursor
        word = str(token.value)
        following = cursor.peek()
        if word == "let" and not token.escaped:
            is_declared = following.value in ("[", "{") or (following.kind == "name" and following.value not in NO_LET)
            if is_declared and (following.value == "[" or not following.line_before):
                said = "Lexical declaration cannot appear in a single-statement context"
                cursor.fail(said, token.at, token.end)
        if word == "async" and not token.escaped and _is_function(following):
            said = "Async functions can only be declared at the top level or inside a block."
            cursor.fail(said, token.at, token.end)
        context = cursor.context
        waits = (word == "yield" and context.in_generator) or (word == "await" and context.in_async)
        if following.kind == "punctuator" and following.value == ":" and not waits:
            return self._labelled(token, allows_function)
        return None

    def _labelled(self, token: Token, allows_function: bool) -> Node:
        cursor = self.cursor
        labels, word = cursor.context.labels, str(token.value)
        cursor.name()
        if any(word == label for label, _ in labels):
            cursor.fail(f"Label '{word}' has already been declared", token.at, token.end)
        cursor.advance(True)
        if cursor.is_at("function") and allows_function and not cursor.context.is_strict:
            return syntax.Labelled(token.at, word, self._sole_function(cursor.token.at))
        labels.append((word, self._leads_to_loop()))
        body = self.statement(allows_function)
        labels.pop()
        return syntax.Labelled(token.at, word, body)

    def _leads_to_loop(self) -> bool:
        """Whether the next statement, behind labels of its own, is a loop."""
        return self.cursor.word_behind_labels() in ("for", "while", "do")

    def _sole_function(self, at: int) -> Node:
        """A function in place of a statement."""
        cursor = self.cursor
        if cursor.peek().value == "*":
            cursor.advance()
            cursor.advance()
            cursor.fail_at_last("Generators can only be declared at the top level or inside a block.")
        return self._function(at)

    def _scoped_statement(self) -> Node:
        """The statement of an `if`, which may be a function outside of strict code: it stands in a block of its own."""
        cursor = self.cursor
        token = cursor.token
        if cursor.context.is_strict or not cursor.is_at("function"):
            return self.statement()
        return syntax.Block(token.at, (self._sole_function(token.at),))

    def block(self) -> syntax.Block:
        """Statements in braces."""
        cursor = self.cursor
        at = cursor.expect("{", True).at
        found: list[Node] = []
        try:
            self._items(found)
        except Refused as problem:
            keep_block(problem, found)
            raise
        cursor.advance(True)
        return syntax.Block(at, tuple(found))

    # declarations

    def _variables(self, at: int) -> Node:
        declaration = self.declarations.declaration(str(self.cursor.token.value))
        try:
            self.cursor.end_statement()
        except Refused as problem:
            problem.partial = (declaration,)
            raise
        return declaration

    def _function(self, at: int) -> Node:
        return syntax.FunctionDeclaration(at, self.expressions.functions.function(at, is_declaration=True))

    def _class(self, at: int) -> Node:
        return syntax.ClassDeclaration(at, self.expressions.functions.class_(is_declaration=True))

    # control

    def _condition(self) -> Node:
        self.cursor.expect("(", True)
        value = self.expressions.expression()
        self.cursor.expect(")", True)
        return value

    def _if(self, at: int) -> Node:
        self.cursor.advance()
        test = self._condition()
        yes = self._scoped_statement()
        no = None
        if self.cursor.is_at("else"):
            self.cursor.advance(True)
            no = self._scoped_statement()
        return syntax.If(at, test, yes, no)

    def _loop_body(self) -> Node:
        context = self.cursor.context
        context.loops += 1
        context.breakable += 1
        try:
            return self.statement()
        finally:
            context.loops -= 1
            context.breakable -= 1

    def _while(self, at: int) -> Node:
        self.cursor.advance()
        test = self._condition()
        return syntax.While(at, test, self._loop_body())

    def _do(self, at: int) -> Node:
        self.cursor.advance(True)
        body = self._loop_body()
        self.cursor.expect("while")
        test = self._condition()
        self.cursor.takes(";")
        return syntax.DoWhile(at, body, test)

    def _jump(self, at: int) -> Node:
        cursor = self.cursor
        word = str(cursor.advance().value)
        label = ""
        context = cursor.context
        ends = cursor.is_at(";") or cursor.is_at("}") or cursor.token.kind == "end" or cursor.token.line_before
        if not ends:
            label = str(cursor.name().value)
            is_loop = dict(context.labels).get(label)
            if is_loop is None:
                cursor.fail_at_last(f"Undefined label '{label}'")
            if word == "continue" and not is_loop:
                said = f"Illegal continue statement: '{label}' does not denote an iteration statement"
                cursor.fail_at_last(said)
        elif word == "break" and not context.breakable:
            cursor.fail("Illegal break statement", at, cursor.last_end)
        elif word == "continue" and not context.loops:
            cursor.fail("Illegal continue statement: no surrounding iteration statement", at, cursor.last_end)
        cursor.end_statement()
        return syntax.Break(at, label) if word == "break" else syntax.Continue(at, label)

    def _return(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance(True)
        if not cursor.context.may_return:
            cursor.fail_at_last("Illegal return statement")
        value = None
        if not (cursor.token.line_before or cursor.is_at(";") or cursor.is_at("}") or cursor.token.kind == "end"):
            value = self.expressions.expression()
        cursor.end_statement()
        return syntax.Return(at, value)

    def _throw(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance(True)
        if cursor.token.line_before:
            cursor.fail_at_last("Illegal newline after throw")
        value = self.expressions.expression()
        cursor.end_statement()
        return syntax.Throw(at, value)

    def _try(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance()
        body = self.block()
        parameter: Node | None = None
        handler: syntax.Block | None = None
        last: syntax.Block | None = None
        if not cursor.is_at("catch") and not cursor.is_at("finally"):
            cursor.fail_at_last("Missing catch or finally after try")
        if cursor.takes("catch"):
            if cursor.takes("("):
                parameter = told_of_caught(self.expressions.functions.binding(is_lexical=True), body)
                cursor.expect(")")
            handler = self.block()
        if cursor.takes("finally"):
            last = self.block()
        return syntax.Try(at, body, parameter, handler, last)

    def _switch(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance()
        value = self._condition()
        cursor.expect("{")
        cursor.context.breakable += 1
        cases: list[syntax.Case] = []
        try:
            self._cases(cases)
        except Refused as problem:
            keep_block(problem, [statement for case in cases for statement in case.body])
            raise
        cursor.context.breakable -= 1
        return syntax.Switch(at, value, tuple(cases))

    def _cases(self, cases: list[syntax.Case]) -> None:
        cursor = self.cursor
        while not cursor.is_at("}"):
            case_at = cursor.token.at
            test: Node | None = None
            if cursor.is_at("case"):
                cursor.advance(True)
                test = self.expressions.expression()
            else:
                cursor.expect("default")
                if any(case.test is None for case in cases):
                    cursor.fail_at_last("More than one default clause in switch statement")
            cursor.expect(":", True)
            body: list[Node] = []
            try:
                while not (cursor.is_at("case") or cursor.is_at("default") or cursor.is_at("}")):
                    if cursor.token.kind == "end":
                        cursor.unexpected()
                    body.append(self.item())
            finally:
                cases.append(syntax.Case(case_at, test, tuple(body)))
        cursor.advance(True)

    def _debugger(self, at: int) -> Node:
        self.cursor.advance()
        self.cursor.end_statement()
        return syntax.Empty(at)

    def _with(self, at: int) -> Node:
        if self.cursor.context.is_strict:
            self.cursor.fail("Strict mode code may not include a with statement", at, at + 4)
        raise NotSimulated("the statement with")


def _is_function(token: Token) -> bool:
    """Whether a token behind `async` makes a function of it."""
    return token.value == "function" and token.kind == "keyword" and not token.line_before


_KEYWORDS = {
    "var": _Statements._variables, "if": _Statements._if, "while": _Statements._while, "do": _Statements._do, "for": lambda statements, at: statements.for_loop(at),
    "break": _Statements._jump, "continue": _Statements._jump, "return": _Statements._return, "throw": _Statements._throw,
    "try": _Statements._try, "switch": _Statements._switch, "debugger": _Statements._debugger, "with": _Statements._with,
}  # fmt: skip
_DECLARATIONS = {"function": _Statements._function, "class": _Statements._class, "const": _Statements._variables}
