"""The parser of statements and whole sources."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Context, Cursor
from fakedocker.userland.languages.javascript.expressions import Expressions
from fakedocker.userland.languages.javascript.module_syntax import export, import_
from fakedocker.userland.languages.javascript.patterns import to_pattern
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
    return _Statements(Cursor(source, context)).program(is_module)


class _Statements:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.expressions = Expressions(cursor)
        self.expressions.parse_body = self.body

    def program(self, is_module: bool) -> syntax.Program:
        body: list[Node] = []
        self._directives(body)
        while self.cursor.token.kind != "end":
            body.append(self._top(is_module))
        return syntax.Program(0, tuple(body), is_module, self.cursor.context.is_strict)

    def _top(self, is_module: bool) -> Node:
        cursor = self.cursor
        if cursor.is_at("import"):
            following = cursor.peek()
            if following.value not in ("(", ".") or following.kind != "punctuator":
                if not is_module:
                    cursor.fail("Cannot use import statement outside a module", cursor.token.at, cursor.token.end)
                return import_(cursor)
        if cursor.is_at("export"):
            if not is_module:
                cursor.unexpected()
            return export(cursor, self.expressions, self.statement)
        return self.statement()

    def body(self) -> tuple[Node, ...]:
        """Statements up to a closing brace, which stays."""
        found: list[Node] = []
        self._directives(found)
        while not self.cursor.is_at("}"):
            if self.cursor.token.kind == "end":
                self.cursor.unexpected()
            found.append(self.statement())
        return tuple(found)

    def _directives(self, found: list[Node]) -> None:
        """The texts at the head of a function, of which one may say that it is strict."""
        while self.cursor.token.kind == "text":
            if self.cursor.source[self.cursor.token.at + 1 : self.cursor.token.end - 1] == "use strict":
                self.cursor.context.is_strict = True
            found.append(self.statement())

    def statement(self) -> Node:
        """One statement or declaration."""
        cursor = self.cursor
        with cursor:
            token = cursor.token
            if token.kind == "keyword":
                parse = _KEYWORDS.get(str(token.value))
                if parse is not None:
                    return parse(self, token.at)
            elif token.kind == "punctuator":
                if token.value == "{":
                    return self.block()
                if token.value == ";":
                    cursor.advance()
                    return syntax.Empty(token.at)
                if token.value == "@":
                    raise NotSimulated("a decorator")
            elif token.kind == "name" and not token.escaped:
                found = self._statement_of_name(str(token.value), token.at)
                if found is not None:
                    return found
            since = self.expressions.covered
            expression = self.expressions.expression()
            self.expressions.check_covered(since)
            cursor.end_statement()
            return syntax.ExpressionStatement(token.at, expression)

    def _statement_of_name(self, word: str, at: int) -> Node | None:
        cursor = self.cursor
        following = cursor.peek()
        if word == "let" and (following.kind == "name" or following.value in ("[", "{")):
            declaration = self.declaration("let")
            cursor.end_statement()
            return declaration
        if (
            word == "async"
            and following.value == "function"
            and following.kind == "keyword"
            and not following.line_before
        ):
            cursor.advance()
            return syntax.FunctionDeclaration(at, self.expressions.functions.function(at, is_async=True))
        if following.kind == "punctuator" and following.value == ":":
            cursor.advance()
            cursor.advance(True)
            labels = cursor.context.labels
            if word in labels:
                cursor.fail(f"Label '{word}' has already been declared", at)
            labels.append(word)
            body = self.statement()
            labels.pop()
            return syntax.Labelled(at, word, body)
        if (
            word == "await"
            and not cursor.context.in_async
            and following.kind in ("name", "text", "number", "keyword")
            and not following.line_before
        ):
            cursor.fail(
                "await is only valid in async functions and the top level bodies of modules", at, at + len(word)
            )
        return None

    def block(self) -> syntax.Block:
        """Statements in braces."""
        cursor = self.cursor
        at = cursor.expect("{").at
        found: list[Node] = []
        while not cursor.is_at("}"):
            if cursor.token.kind == "end":
                cursor.unexpected()
            found.append(self.statement())
        cursor.advance(True)
        return syntax.Block(at, tuple(found))

    # declarations

    def declaration(self, kind: str, in_allowed: bool = True) -> syntax.Declaration:
        """A declaration, from its keyword on, without what ends it."""
        cursor = self.cursor
        at = cursor.advance().at
        pairs: list[tuple[Node, Node | None]] = []
        while True:
            target = self.expressions.functions.binding()
            value: Node | None = None
            if cursor.is_at("="):
                cursor.advance(True)
                since = self.expressions.covered
                value = self.expressions.assignment(in_allowed)
                self.expressions.check_covered(since)
            elif in_allowed and (kind == "const" or not isinstance(target, syntax.Name)):
                what = "const declaration" if isinstance(target, syntax.Name) else "destructuring declaration"
                cursor.fail(
                    f"Missing initializer in {what}", cursor.last_end if isinstance(target, syntax.Name) else target.at
                )
            pairs.append((target, value))
            if not cursor.takes(","):
                return syntax.Declaration(at, kind, tuple(pairs))

    def _variables(self, at: int) -> Node:
        declaration = self.declaration(str(self.cursor.token.value))
        self.cursor.end_statement()
        return declaration

    def _function(self, at: int) -> Node:
        function = self.expressions.functions.function(at)
        if not function.name:
            self.cursor.fail("Function statements require a function name", self.cursor.source.index("(", at))
        return syntax.FunctionDeclaration(at, function)

    def _class(self, at: int) -> Node:
        return syntax.ClassDeclaration(at, self.expressions.functions.class_())

    # control

    def _condition(self) -> Node:
        self.cursor.expect("(")
        since = self.expressions.covered
        value = self.expressions.expression()
        self.expressions.check_covered(since)
        if not self.cursor.is_at(")"):
            self.cursor.unexpected()
        self.cursor.advance(True)
        return value

    def _if(self, at: int) -> Node:
        self.cursor.advance()
        test = self._condition()
        yes = self.statement()
        no = None
        if self.cursor.is_at("else"):
            self.cursor.advance(True)
            no = self.statement()
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

    def _for(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance()
        is_await = cursor.is_word("await")
        if is_await:
            if not cursor.context.in_async:
                cursor.unexpected()
            cursor.advance()
        cursor.expect("(")
        first: Node | None = None
        since = self.expressions.covered
        token = cursor.token
        if token.kind == "keyword" and token.value in ("var", "const"):
            first = self.declaration(str(token.value), in_allowed=False)
        elif cursor.is_word("let") and (cursor.peek().kind == "name" or cursor.peek().value in ("[", "{")):
            first = self.declaration("let", in_allowed=False)
        elif not cursor.is_at(";"):
            first = self.expressions.expression(in_allowed=False)
        if first is not None and (cursor.is_at("in") or cursor.is_word("of")):
            return self._for_in(at, first, is_await, since)
        self.expressions.check_covered(since)
        if isinstance(first, syntax.Declaration):
            for target, value in first.pairs:
                if value is None and (first.kind == "const" or not isinstance(target, syntax.Name)):
                    what = "const" if isinstance(target, syntax.Name) else "destructuring"
                    cursor.fail(f"Missing initializer in {what} declaration", cursor.token.at)
        cursor.expect(";")
        test = None if cursor.is_at(";") else self.expressions.expression()
        cursor.expect(";")
        step = None if cursor.is_at(")") else self.expressions.expression()
        cursor.expect(")")
        return syntax.For(at, first, test, step, self._loop_body())

    def _for_in(self, at: int, target: Node, is_await: bool, since: int) -> Node:
        cursor = self.cursor
        kind = "await" if is_await else str(cursor.token.value)
        if isinstance(target, syntax.Declaration):
            if len(target.pairs) != 1:
                cursor.fail(f"Invalid left-hand side in for-{kind} loop: Must have a single binding.", target.at)
        else:
            self.expressions.uncover(since)
            target = to_pattern(target, cursor.context.is_strict)
        cursor.advance(True)
        value = self.expressions.expression() if kind == "in" else self.expressions.assignment()
        if not cursor.is_at(")"):
            cursor.unexpected()
        cursor.advance(True)
        return syntax.ForIn(at, kind, target, value, self._loop_body())

    def _jump(self, at: int) -> Node:
        cursor = self.cursor
        word = str(cursor.advance().value)
        label = ""
        context = cursor.context
        if cursor.token.kind == "name" and not cursor.token.line_before:
            label = str(cursor.token.value)
            if label not in context.labels:
                cursor.fail(f"Undefined label '{label}'", cursor.token.at, cursor.token.end)
            cursor.advance()
        elif word == "break" and not context.breakable:
            cursor.fail("Illegal break statement", at, cursor.last_end)
        if word == "continue" and not context.loops:
            cursor.fail("Illegal continue statement: no surrounding iteration statement", at, cursor.last_end)
        cursor.end_statement()
        return syntax.Break(at, label) if word == "break" else syntax.Continue(at, label)

    def _return(self, at: int) -> Node:
        cursor = self.cursor
        if not cursor.context.in_function:
            cursor.fail("Illegal return statement", at, cursor.token.end)
        cursor.advance(True)
        value = None
        if not (cursor.token.line_before or cursor.is_at(";") or cursor.is_at("}") or cursor.token.kind == "end"):
            since = self.expressions.covered
            value = self.expressions.expression()
            self.expressions.check_covered(since)
        cursor.end_statement()
        return syntax.Return(at, value)

    def _throw(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance(True)
        if cursor.token.line_before:
            cursor.fail("Illegal newline after throw", cursor.token.at)
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
        if cursor.takes("catch"):
            if cursor.takes("("):
                parameter = self.expressions.functions.binding()
                cursor.expect(")")
            handler = self.block()
        if cursor.takes("finally"):
            last = self.block()
        if handler is None and last is None:
            cursor.fail("Missing catch or finally after try", cursor.token.at, cursor.token.end)
        return syntax.Try(at, body, parameter, handler, last)

    def _switch(self, at: int) -> Node:
        cursor = self.cursor
        cursor.advance()
        value = self._condition()
        cursor.expect("{")
        cursor.context.breakable += 1
        cases: list[syntax.Case] = []
        while not cursor.takes("}"):
            case_at = cursor.token.at
            test: Node | None = None
            if cursor.is_at("case"):
                cursor.advance(True)
                test = self.expressions.expression()
            else:
                if cursor.is_at("default") and any(case.test is None for case in cases):
                    cursor.fail("More than one default clause in switch statement", case_at)
                cursor.expect("default")
            if not cursor.is_at(":"):
                cursor.unexpected()
            cursor.advance(True)
            body: list[Node] = []
            while not (cursor.is_at("case") or cursor.is_at("default") or cursor.is_at("}")):
                body.append(self.statement())
            cases.append(syntax.Case(case_at, test, tuple(body)))
        cursor.context.breakable -= 1
        return syntax.Switch(at, value, tuple(cases))

    def _debugger(self, at: int) -> Node:
        self.cursor.advance()
        self.cursor.end_statement()
        return syntax.Empty(at)

    def _with(self, at: int) -> Node:
        if self.cursor.context.is_strict:
            self.cursor.fail("Strict mode code may not include a with statement", at, at + 4)
        raise NotSimulated("the statement with")


_KEYWORDS = {
    "var": _Statements._variables, "const": _Statements._variables, "function": _Statements._function, "class": _Statements._class,
    "if": _Statements._if, "while": _Statements._while, "do": _Statements._do, "for": _Statements._for, "break": _Statements._jump,
    "continue": _Statements._jump, "return": _Statements._return, "throw": _Statements._throw, "try": _Statements._try,
    "switch": _Statements._switch, "debugger": _Statements._debugger, "with": _Statements._with,
}  # fmt: skip
