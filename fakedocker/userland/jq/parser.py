"""jq's grammar: a program as nested tuples, whose first item says what they are.

Functions and variables must be defined where they are used, as jq's compiler has it.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.jq.composites import Composites, variables_of
from fakedocker.userland.jq.cursor import IDENTITY, Cursor, Node
from fakedocker.userland.jq.lexer import KEYWORDS, JqSyntaxError, Token, tokens_of, unexpected

_ASSIGNMENTS: Final = frozenset({"=", "|=", "+=", "-=", "*=", "/=", "%=", "//="})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_DEEPEST: Final = 150


def parse(source: str, names: frozenset[str]) -> Node:
    """A program. Raises JqSyntaxError."""
    parser = _Parser(Cursor(source, tuple(tokens_of(source)[0]), names))
    node = parser.program()
    parser.cursor.expect_end()
    return node


def parse_definitions(source: str, names: frozenset[str]) -> list[Node]:
    """Definitions alone, each of which may use those before it."""
    parser = _Parser(Cursor(source, tuple(tokens_of(source)[0]), names))
    found = []
    while parser.cursor.token.text == "def":
        found.append(parser.definition())
    parser.cursor.expect_end()
    return found


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.depth = 0
        self._composites = Composites(self)

    # expressions, from the loosest to the tightest

    def program(self) -> Node:
        if self.cursor.token.text in ("import", "include", "module") and self.cursor.token.kind == "word":
            raise Unsimulated(self.cursor.token.text, 3)
        if self.cursor.token.kind == "end":
            return IDENTITY
        return self.pipe(allow_empty=True)

    def pipe(self, *, allow_empty: bool = False) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise JqSyntaxError("memory exhausted", self.cursor.token.at, self.cursor.token.end)
        node = self._pipe(allow_empty)
        self.depth -= 1
        return node

    def _pipe(self, allow_empty: bool) -> Node:
        if self.cursor.is_word("def"):
            before = self.cursor.names
            definition = self.definition()
            rest = IDENTITY if allow_empty and self.cursor.token.kind == "end" else self.pipe(allow_empty=allow_empty)
            self.cursor.names = before
            return ("def", definition, rest)
        if self.cursor.is_word("label"):
            start = self.cursor.take()
            name = self.variable()
            self.cursor.expect("|")
            with self.cursor.defining("*" + name):
                return ("label", name, self.pipe(), start.at)
        left = self.comma()
        if self.cursor.is_word("as"):
            return self._binding(left)
        if self.cursor.is_mark("|"):
            self.cursor.take()
            return ("pipe", left, self.pipe())
        return left

    def _binding(self, source: Node) -> Node:
        self.cursor.take()
        patterns = self._composites.patterns()
        self.cursor.expect("|")
        names = sorted({name for pattern in patterns for name in variables_of(pattern)})
        with self.cursor.defining(*(f"${name}" for name in names)):
            return ("as", source, patterns, tuple(names), self.pipe())

    def comma(self) -> Node:
        node = self.alternative()
        while self.cursor.is_mark(","):
            self.cursor.take()
            right = self.alternative()
            node = ("comma", node, right)
        return node

    def alternative(self) -> Node:
        left = self.assignment()
        if self.cursor.is_mark("//"):
            self.cursor.take()
            return ("alternative", left, self.alternative())
        return left

    def assignment(self) -> Node:
        left = self.disjunction()
        if self.cursor.token.kind == "mark" and self.cursor.token.text in _ASSIGNMENTS:
            operator = self.cursor.take().text
            right = self.disjunction()
            if self.cursor.token.kind == "mark" and self.cursor.token.text in _ASSIGNMENTS:
                raise unexpected(self.cursor.token)
            return ("assign", operator, left, right)
        return left

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self.cursor.is_word("or"):
            self.cursor.take()
            node = ("or", node, self.conjunction())
        return node

    def conjunction(self) -> Node:
        node = self.comparison()
        while self.cursor.is_word("and"):
            self.cursor.take()
            node = ("and", node, self.comparison())
        return node

    def comparison(self) -> Node:
        node = self.sum()
        if self.cursor.token.kind == "mark" and self.cursor.token.text in _COMPARISONS:
            operator = self.cursor.take().text
            node = ("binary", operator, node, self.sum())
            if self.cursor.token.kind == "mark" and self.cursor.token.text in _COMPARISONS:
                raise unexpected(self.cursor.token)
        return node

    def sum(self) -> Node:
        start = self.cursor.token.at
        node = self.product()
        while self.cursor.is_mark("+", "-"):
            operator = self.cursor.take().text
            node = self._folded(operator, node, self.product(), start)
        return node

    def product(self) -> Node:
        start = self.cursor.token.at
        node = self.unary()
        while self.cursor.is_mark("*", "/", "%"):
            operator = self.cursor.take().text
            node = self._folded(operator, node, self.unary(), start)
        return node

    def _folded(self, operator: str, left: Node, right: Node, start: int) -> Node:
        if operator == "/" and left[0] == right[0] == "constant" and right[1] == 0 and isinstance(left[1], float):
            raise JqSyntaxError("Division by zero?", start, self.cursor.tokens[self.cursor.place - 1].end)
        return ("binary", operator, left, right)

    def unary(self) -> Node:
        if self.cursor.is_mark("-"):
            self.cursor.take()
            return ("negate", self.unary())
        if self.cursor.is_word("try"):
            self.cursor.take()
            body = self.post_term()
            handler = None
            if self.cursor.is_word("catch"):
                self.cursor.take()
                handler = self.post_term()
            return ("try", body, handler)
        node = self.post_term()
        if self.cursor.is_word("as"):
            return self._binding(node)
        return node

    def post_term(self) -> Node:
        if self.cursor.is_word("try") or self.cursor.is_mark("-"):
            return self.unary()
        return self._suffixes(self.term())

    def _suffixes(self, node: Node) -> Node:
        while True:
            if self.cursor.is_mark("?"):
                self.cursor.take()
                node = ("try", node, None)
            elif self.cursor.token.kind == "field":
                node = ("index", node, ("constant", self.cursor.take().text[1:]))
            elif self.cursor.is_mark(".") and self.cursor.tokens[self.cursor.place + 1].kind == "string":
                self.cursor.take()
                node = ("index", node, self.string(self.cursor.take(), "text"))
            elif self.cursor.is_mark(".") and self.cursor.tokens[self.cursor.place + 1].text == "[":
                self.cursor.take()
            elif self.cursor.is_mark("["):
                node = self._brackets(node)
            else:
                return node

    def _brackets(self, node: Node) -> Node:
        self.cursor.expect("[")
        if self.cursor.is_mark("]"):
            self.cursor.take()
            return ("each", node)
        if self.cursor.is_mark(":"):
            self.cursor.take()
            end = self.pipe()
            self.cursor.expect("]")
            return ("slice", node, None, end)
        first = self.pipe()
        if self.cursor.is_mark(":"):
            self.cursor.take()
            end_or_none = None if self.cursor.is_mark("]") else self.pipe()
            self.cursor.expect("]")
            return ("slice", node, first, end_or_none)
        self.cursor.expect("]")
        return ("index", node, first)

    # terms

    def term(self) -> Node:
        token = self.cursor.take()
        if token.kind == "number":
            return ("constant", float(token.text))
        if token.kind == "string":
            return self.string(token, "text")
        if token.kind == "format":
            if self.cursor.token.kind == "string":
                return self.string(self.cursor.take(), token.text[1:])
            return ("format", token.text[1:])
        if token.kind == "field":
            return ("index", IDENTITY, ("constant", token.text[1:]))
        if token.kind == "variable":
            return self.variable_term(token)
        if token.kind == "word":
            return self._word_term(token)
        return self._mark_term(token)

    def _mark_term(self, token: Token) -> Node:
        if token.kind != "mark":
            raise unexpected(token)
        if token.text == ".":
            if self.cursor.token.kind == "string":
                return ("index", IDENTITY, self.string(self.cursor.take(), "text"))
            return IDENTITY
        if token.text == "..":
            return ("call", "recurse", (), token.at)
        if token.text == "(":
            node = self.pipe()
            self.cursor.expect(")")
            return node
        if token.text == "[":
            if self.cursor.is_mark("]"):
                self.cursor.take()
                return ("constant", [])
            node = self.pipe()
            self.cursor.expect("]")
            return ("array", node)
        if token.text == "{":
            return self._composites.object()
        raise unexpected(token)

    def variable_term(self, token: Token) -> Node:
        if token.text == "$__loc__":
            return ("constant", {"file": "<top-level>", "line": float(self.cursor.source.count("\n", 0, token.at) + 1)})
        self.cursor.known(token.text, token)
        return ("variable", token.text[1:])

    def _word_term(self, token: Token) -> Node:
        word = token.text
        if word == "if":
            return self._if()
        if word in ("reduce", "foreach"):
            return self._fold(word)
        if word == "def":
            self.cursor.place -= 1
            return self.pipe()
        if word == "break":
            name_token = self.cursor.token
            name = self.variable()
            self.cursor.known("*" + name, token._replace(text=self.cursor.source[token.at : name_token.end]))
            return ("break", name)
        if word in KEYWORDS:
            raise unexpected(token)
        arguments: list[Node] = []
        if self.cursor.is_mark("("):
            self.cursor.take()
            while True:
                arguments.append(self.pipe())
                if self.cursor.is_mark(")"):
                    self.cursor.take()
                    break
                self.cursor.expect(";")
        key = f"{word}/{len(arguments)}"
        end = self.cursor.tokens[self.cursor.place - 1].end
        self.cursor.known(key, token._replace(text=self.cursor.source[token.at : end]))
        return ("call", word, tuple(arguments), token.at)

    def _if(self) -> Node:
        condition = self.pipe()
        self.cursor.expect("then")
        then = self.pipe()
        if self.cursor.is_word("elif"):
            self.cursor.take()
            return ("if", condition, then, self._if())
        otherwise = IDENTITY
        if self.cursor.is_word("else"):
            self.cursor.take()
            otherwise = self.pipe()
        self.cursor.expect("end")
        return ("if", condition, then, otherwise)

    def _fold(self, word: str) -> Node:
        source = self.post_term()
        self.cursor.expect("as")
        patterns = self._composites.patterns()
        self.cursor.expect("(")
        first = self.pipe()
        self.cursor.expect(";")
        names = sorted({name for pattern in patterns for name in variables_of(pattern)})
        with self.cursor.defining(*(f"${name}" for name in names)):
            update = self.pipe()
            extract = None
            if word == "foreach" and self.cursor.is_mark(";"):
                self.cursor.take()
                extract = self.pipe()
        self.cursor.expect(")")
        return (word, source, patterns, tuple(names), first, update, extract)

    def variable(self) -> str:
        token = self.cursor.take()
        if token.kind != "variable":
            raise unexpected(token)
        return token.text[1:]

    # definitions

    def definition(self) -> Node:
        """A function; its name is known from here on."""
        self.cursor.expect("def")
        name = self.cursor.take()
        if name.kind != "word":
            raise unexpected(name)
        parameters: list[str] = []
        if self.cursor.is_mark("("):
            self.cursor.take()
            while True:
                token = self.cursor.take()
                if token.kind not in ("word", "variable"):
                    raise unexpected(token)
                parameters.append(token.text)
                if self.cursor.is_mark(")"):
                    self.cursor.take()
                    break
                self.cursor.expect(";")
        self.cursor.expect(":")
        key = f"{name.text}/{len(parameters)}"
        known = [f"{each.lstrip('$')}/0" for each in parameters] + [each for each in parameters if each[0] == "$"]
        with self.cursor.defining(key, *known):
            body = self.pipe()
        self.cursor.expect(";")
        self.cursor.names = self.cursor.names | {key}
        return ("function", name.text, tuple(parameters), body)

    # strings

    def string(self, token: Token, form: str) -> Node:
        parts: list[str | Node] = []
        for part in token.parts:
            if isinstance(part, str):
                parts.append(part)
            else:
                inner = _Parser(Cursor(self.cursor.source, part, self.cursor.names))
                inner.depth = self.depth
                parts.append(inner.pipe())
                inner.cursor.expect_end()
        if len(parts) == 1:
            return ("constant", parts[0])
        return ("string", form, tuple(parts))
