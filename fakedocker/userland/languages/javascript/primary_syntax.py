"""The operands of expressions as a parser reads them: names, literals, `this`, `super`, `import()` and what stands in parentheses."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cursor import Cursor
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.parser_parts import Outer
from fakedocker.userland.languages.javascript.patterns_js import malformed
from fakedocker.userland.languages.javascript.syntax import Node


class PrimarySyntax:
    """Parses them at a cursor."""

    def __init__(self, cursor: Cursor, expressions: Outer) -> None:
        self.cursor = cursor
        self.expressions = expressions

    def primary(self) -> Node:
        cursor = self.cursor
        cursor.begin_operand()
        token = cursor.token
        kind, word = token.kind, token.value
        if kind in ("number", "bigint", "text"):
            cursor.advance()
            return syntax.Literal(token.at, word)
        if kind == "template":
            return self.expressions.literals.template()
        if kind == "pattern":
            return self._pattern(token)
        if kind == "name":
            return self._name_or_function(token)
        if kind == "keyword":
            return self._keyword(token)
        if kind == "punctuator":
            if word == "(":
                return self._parenthesis()
            if word == "[":
                return self.expressions.literals.array()
            if word == "{":
                return self.expressions.literals.object()
        cursor.unexpected()

    def _pattern(self, token: Token) -> Node:
        if token.problem is not None:
            raise token.problem
        said = malformed(str(token.value), token.flags)
        if said is not None:
            shown = f"Invalid regular expression: /{token.value}/{token.flags}: {said}"
            self.cursor.fail(shown, token.at, token.end)
        self.cursor.advance()
        return syntax.RegExpLiteral(token.at, str(token.value), token.flags)

    def _name_or_function(self, token: Token) -> Node:
        cursor = self.cursor
        if token.value == "async" and not token.escaped:
            following = cursor.peek()
            if following.kind == "keyword" and following.value == "function" and not following.line_before:
                cursor.advance()
                return self.expressions.functions.function(token.at, is_async=True)
            if following.kind == "name" and not following.line_before and cursor.peek_second().value == "=>":
                cursor.advance()  # an arrow function where none may stand, as is told of its arrow
                return syntax.Name(token.at, str(cursor.name().value))
        cursor.name()
        if not cursor.is_at("=>"):
            self.expressions.covers.note_name(token)
        return syntax.Name(token.at, str(token.value))

    def _keyword(self, token: Token) -> Node:
        cursor, word = self.cursor, token.value
        if word in ("null", "true", "false"):
            cursor.advance()
            return syntax.Literal(token.at, {"null": None, "true": True, "false": False}[str(word)])
        if word == "this":
            cursor.advance()
            return syntax.This(token.at)
        if word == "function":
            return self.expressions.functions.function(token.at)
        if word == "class":
            return self.expressions.functions.class_()
        if word == "super":
            return self._super(token)
        if word == "import":
            return self._import(token)
        cursor.unexpected()

    def _super(self, token: Token) -> Node:
        cursor = self.cursor
        home = cursor.context.home
        cursor.advance()
        if home and cursor.is_at("."):
            if cursor.peek().kind == "private":
                cursor.advance()
                cursor.advance()
                cursor.fail_at_last("Unexpected private field")
            return syntax.Super(token.at)
        if (home and cursor.is_at("[")) or (home == "derived" and cursor.is_at("(")):
            return syntax.Super(token.at)
        cursor.fail("'super' keyword unexpected here", token.at, token.end)

    def _import(self, token: Token) -> Node:
        cursor = self.cursor
        cursor.advance()
        if cursor.takes("."):
            if not cursor.is_word("meta"):
                cursor.unexpected()
            cursor.advance()
            if not cursor.is_module:
                cursor.fail_at_last("Cannot use 'import.meta' outside a module")
            return syntax.ImportMeta(token.at)
        if not cursor.is_at("("):
            if cursor.is_module:
                cursor.unexpected()
            cursor.fail("Cannot use import statement outside a module", token.at, token.end)
        cursor.advance(True)
        if cursor.is_at(")"):
            cursor.fail_at_last("import() requires a specifier")
        source = self.expressions.cover_assignment(True)
        if cursor.takes(",") and not cursor.is_at(")"):
            self.expressions.cover_assignment(True)
            cursor.takes(",")
        cursor.expect(")")
        return syntax.ImportCall(token.at, source)

    def _parenthesis(self) -> Node:
        cursor = self.cursor
        opening = cursor.advance(True)
        start = opening.at
        if cursor.is_at(")") and cursor.peek().value == "=>":
            cursor.advance()
            return syntax.Sequence(start - 1, ())
        value = self.expressions.expression()
        cursor.expect(")")
        if cursor.is_at("=>"):  # V8 looks at them as parameters before it sees that no function stands here
            cursor.rewind(opening)
            self.expressions.functions.arrow_head(is_async=False)
        self.expressions.covers.note_parentheses(value)
        self.expressions.covers.note_extent(value, start, cursor.last_end)
        return value
