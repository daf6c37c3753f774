"""jq's grammar: a program as nested tuples, whose first item says what they are.

Functions and variables must be defined where they are used, as jq's compiler has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from fakedocker.userland.jq.lexer import KEYWORDS, JqSyntaxError, Token, tokens_of, unexpected

Node = tuple[Any, ...]
_ASSIGNMENTS: Final = frozenset({"=", "|=", "+=", "-=", "*=", "/=", "%=", "//="})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
IDENTITY: Final[Node] = ("identity",)
_DEEPEST: Final = 150


class Scope:
    """What is defined where a piece of program stands: functions as name/arity, variables as $name, labels as *name."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names


def parse(source: str, names: frozenset[str]) -> Node:
    """A program. Raises JqSyntaxError."""
    parser = _Parser(source, tuple(tokens_of(source)[0]), names)
    node = parser.program()
    parser.expect_end()
    return node


def parse_definitions(source: str, names: frozenset[str]) -> list[Node]:
    """Definitions alone, each of which may use those before it."""
    parser = _Parser(source, tuple(tokens_of(source)[0]), names)
    found = []
    while parser.token.text == "def":
        found.append(parser.definition())
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, source: str, tokens: tuple[Token, ...], names: frozenset[str]) -> None:
        self.source = source
        self.tokens = tokens
        self.place = 0
        self.names = names
        self.depth = 0

    # tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.token
        self.place += 1
        return token

    def is_mark(self, *marks: str) -> bool:
        return self.token.kind == "mark" and self.token.text in marks

    def is_word(self, word: str) -> bool:
        return self.token.kind == "word" and self.token.text == word

    def expect(self, text: str) -> Token:
        if self.token.text != text or self.token.kind not in ("mark", "word"):
            raise unexpected(self.token)
        return self.take()

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise unexpected(self.token)

    @contextmanager
    def defining(self, *names: str) -> Iterator[None]:
        before = self.names
        self.names = before | set(names)
        yield
        self.names = before

    def known(self, name: str, token: Token) -> None:
        if name not in self.names:
            shown = f"$*label-{name[1:]}" if name[0] == "*" else name
            end = token.end
            raise JqSyntaxError(f"{shown} is not defined", token.at, end)

    # expressions, from the loosest to the tightest

    def program(self) -> Node:
        if self.token.text in ("import", "include", "module") and self.token.kind == "word":
            raise JqSyntaxError(f"{self.token.text} is not simulated", self.token.at, self.token.end)
        if self.token.kind == "end":
            return IDENTITY
        return self.pipe(allow_empty=True)

    def pipe(self, *, allow_empty: bool = False) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise JqSyntaxError("memory exhausted", self.token.at, self.token.end)
        node = self._pipe(allow_empty)
        self.depth -= 1
        return node

    def _pipe(self, allow_empty: bool) -> Node:
        if self.is_word("def"):
            before = self.names
            definition = self.definition()
            rest = IDENTITY if allow_empty and self.token.kind == "end" else self.pipe(allow_empty=allow_empty)
            self.names = before
            return ("def", definition, rest)
        if self.is_word("label"):
            start = self.take()
            name = self.variable()
            self.expect("|")
            with self.defining("*" + name):
                return ("label", name, self.pipe(), start.at)
        left = self.comma()
        if self.is_word("as"):
            return self._binding(left)
        if self.is_mark("|"):
            self.take()
            return ("pipe", left, self.pipe())
        return left

    def _binding(self, source: Node) -> Node:
        self.take()
        patterns = self.patterns()
        self.expect("|")
        names = sorted({name for pattern in patterns for name in _variables(pattern)})
        with self.defining(*(f"${name}" for name in names)):
            return ("as", source, patterns, tuple(names), self.pipe())

    def comma(self) -> Node:
        node = self.alternative()
        while self.is_mark(","):
            self.take()
            right = self.alternative()
            node = ("comma", node, right)
        return node

    def alternative(self) -> Node:
        left = self.assignment()
        if self.is_mark("//"):
            self.take()
            return ("alternative", left, self.alternative())
        return left

    def assignment(self) -> Node:
        left = self.disjunction()
        if self.token.kind == "mark" and self.token.text in _ASSIGNMENTS:
            operator = self.take().text
            right = self.disjunction()
            if self.token.kind == "mark" and self.token.text in _ASSIGNMENTS:
                raise unexpected(self.token)
            return ("assign", operator, left, right)
        return left

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self.is_word("or"):
            self.take()
            node = ("or", node, self.conjunction())
        return node

    def conjunction(self) -> Node:
        node = self.comparison()
        while self.is_word("and"):
            self.take()
            node = ("and", node, self.comparison())
        return node

    def comparison(self) -> Node:
        node = self.sum()
        if self.token.kind == "mark" and self.token.text in _COMPARISONS:
            operator = self.take().text
            node = ("binary", operator, node, self.sum())
            if self.token.kind == "mark" and self.token.text in _COMPARISONS:
                raise unexpected(self.token)
        return node

    def sum(self) -> Node:
        start = self.token.at
        node = self.product()
        while self.is_mark("+", "-"):
            operator = self.take().text
            node = self._folded(operator, node, self.product(), start)
        return node

    def product(self) -> Node:
        start = self.token.at
        node = self.unary()
        while self.is_mark("*", "/", "%"):
            operator = self.take().text
            node = self._folded(operator, node, self.unary(), start)
        return node

    def _folded(self, operator: str, left: Node, right: Node, start: int) -> Node:
        if operator == "/" and left[0] == right[0] == "constant" and right[1] == 0 and isinstance(left[1], float):
            raise JqSyntaxError("Division by zero?", start, self.tokens[self.place - 1].end)
        return ("binary", operator, left, right)

    def unary(self) -> Node:
        if self.is_mark("-"):
            self.take()
            return ("negate", self.unary())
        if self.is_word("try"):
            self.take()
            body = self.post_term()
            handler = None
            if self.is_word("catch"):
                self.take()
                handler = self.post_term()
            return ("try", body, handler)
        node = self.post_term()
        if self.is_word("as"):
            return self._binding(node)
        return node

    def post_term(self) -> Node:
        if self.is_word("try") or self.is_mark("-"):
            return self.unary()
        return self._suffixes(self.term())

    def _suffixes(self, node: Node) -> Node:
        while True:
            if self.is_mark("?"):
                self.take()
                node = ("try", node, None)
            elif self.token.kind == "field":
                node = ("index", node, ("constant", self.take().text[1:]))
            elif self.is_mark(".") and self.tokens[self.place + 1].kind == "string":
                self.take()
                node = ("index", node, self.string(self.take(), "text"))
            elif self.is_mark(".") and self.tokens[self.place + 1].text == "[":
                self.take()
            elif self.is_mark("["):
                node = self._brackets(node)
            else:
                return node

    def _brackets(self, node: Node) -> Node:
        self.expect("[")
        if self.is_mark("]"):
            self.take()
            return ("each", node)
        if self.is_mark(":"):
            self.take()
            end = self.pipe()
            self.expect("]")
            return ("slice", node, None, end)
        first = self.pipe()
        if self.is_mark(":"):
            self.take()
            end_or_none = None if self.is_mark("]") else self.pipe()
            self.expect("]")
            return ("slice", node, first, end_or_none)
        self.expect("]")
        return ("index", node, first)

    # terms

    def term(self) -> Node:
        token = self.take()
        if token.kind == "number":
            return ("constant", float(token.text))
        if token.kind == "string":
            return self.string(token, "text")
        if token.kind == "format":
            if self.token.kind == "string":
                return self.string(self.take(), token.text[1:])
            return ("format", token.text[1:])
        if token.kind == "field":
            return ("index", IDENTITY, ("constant", token.text[1:]))
        if token.kind == "variable":
            return self._variable_term(token)
        if token.kind == "word":
            return self._word_term(token)
        return self._mark_term(token)

    def _mark_term(self, token: Token) -> Node:
        if token.kind != "mark":
            raise unexpected(token)
        if token.text == ".":
            if self.token.kind == "string":
                return ("index", IDENTITY, self.string(self.take(), "text"))
            return IDENTITY
        if token.text == "..":
            return ("call", "recurse", (), token.at)
        if token.text == "(":
            node = self.pipe()
            self.expect(")")
            return node
        if token.text == "[":
            if self.is_mark("]"):
                self.take()
                return ("constant", [])
            node = self.pipe()
            self.expect("]")
            return ("array", node)
        if token.text == "{":
            return self._object()
        raise unexpected(token)

    def _variable_term(self, token: Token) -> Node:
        if token.text == "$__loc__":
            return ("constant", {"file": "<top-level>", "line": float(self.source.count("\n", 0, token.at) + 1)})
        self.known(token.text, token)
        return ("variable", token.text[1:])

    def _word_term(self, token: Token) -> Node:
        word = token.text
        if word == "if":
            return self._if()
        if word in ("reduce", "foreach"):
            return self._fold(word)
        if word == "def":
            self.place -= 1
            return self.pipe()
        if word == "break":
            name_token = self.token
            name = self.variable()
            self.known("*" + name, token._replace(text=self.source[token.at : name_token.end]))
            return ("break", name)
        if word in KEYWORDS:
            raise unexpected(token)
        arguments: list[Node] = []
        if self.is_mark("("):
            self.take()
            while True:
                arguments.append(self.pipe())
                if self.is_mark(")"):
                    self.take()
                    break
                self.expect(";")
        key = f"{word}/{len(arguments)}"
        end = self.tokens[self.place - 1].end
        self.known(key, token._replace(text=self.source[token.at : end]))
        return ("call", word, tuple(arguments), token.at)

    def _if(self) -> Node:
        condition = self.pipe()
        self.expect("then")
        then = self.pipe()
        if self.is_word("elif"):
            self.take()
            return ("if", condition, then, self._if())
        otherwise = IDENTITY
        if self.is_word("else"):
            self.take()
            otherwise = self.pipe()
        self.expect("end")
        return ("if", condition, then, otherwise)

    def _fold(self, word: str) -> Node:
        source = self.post_term()
        self.expect("as")
        patterns = self.patterns()
        self.expect("(")
        first = self.pipe()
        self.expect(";")
        names = sorted({name for pattern in patterns for name in _variables(pattern)})
        with self.defining(*(f"${name}" for name in names)):
            update = self.pipe()
            extract = None
            if word == "foreach" and self.is_mark(";"):
                self.take()
                extract = self.pipe()
        self.expect(")")
        return (word, source, patterns, tuple(names), first, update, extract)

    def variable(self) -> str:
        token = self.take()
        if token.kind != "variable":
            raise unexpected(token)
        return token.text[1:]

    # definitions

    def definition(self) -> Node:
        """A function; its name is known from here on."""
        self.expect("def")
        name = self.take()
        if name.kind != "word":
            raise unexpected(name)
        parameters: list[str] = []
        if self.is_mark("("):
            self.take()
            while True:
                token = self.take()
                if token.kind not in ("word", "variable"):
                    raise unexpected(token)
                parameters.append(token.text)
                if self.is_mark(")"):
                    self.take()
                    break
                self.expect(";")
        self.expect(":")
        key = f"{name.text}/{len(parameters)}"
        known = [f"{each.lstrip('$')}/0" for each in parameters] + [each for each in parameters if each[0] == "$"]
        with self.defining(key, *known):
            body = self.pipe()
        self.expect(";")
        self.names = self.names | {key}
        return ("function", name.text, tuple(parameters), body)

    # strings, objects, patterns

    def string(self, token: Token, form: str) -> Node:
        parts: list[str | Node] = []
        for part in token.parts:
            if isinstance(part, str):
                parts.append(part)
            else:
                inner = _Parser(self.source, part, self.names)
                inner.depth = self.depth
                parts.append(inner.pipe())
                inner.expect_end()
        if len(parts) == 1:
            return ("constant", parts[0])
        return ("string", form, tuple(parts))

    def _object(self) -> Node:
        pairs: list[tuple[Node, Node]] = []
        while not self.is_mark("}"):
            pairs.append(self._pair())
            if not self.is_mark("}"):
                self.expect(",")
        self.take()
        return ("object", tuple(pairs)) if pairs else ("constant", {})

    def _pair(self) -> tuple[Node, Node]:
        token = self.take()
        if token.kind == "variable":
            return ("constant", token.text[1:]), self._variable_term(token)
        if token.kind == "format" and self.token.kind == "string":
            key = self.string(self.take(), token.text[1:])
        elif token.kind == "string":
            key = self.string(token, "text")
        elif token.kind == "word":
            key = ("constant", token.text)
        elif token.kind == "number":
            key = ("constant", float(token.text))
        elif token.text == "(" and token.kind == "mark":
            key = self.pipe()
            self.expect(")")
            self.expect(":")
            return key, self._object_value()
        else:
            raise unexpected(token)
        if self.is_mark(":"):
            self.take()
            return key, self._object_value()
        if token.kind == "number":
            raise unexpected(self.token)
        return key, ("index", IDENTITY, key)

    def _object_value(self) -> Node:
        node = self._object_term()
        if self.is_mark("|"):
            self.take()
            return ("pipe", node, self._object_value())
        return node

    def _object_term(self) -> Node:
        if self.is_mark("-"):
            self.take()
            return ("negate", self._object_term())
        return self.post_term()

    def patterns(self) -> tuple[Node, ...]:
        found = [self.pattern()]
        while self.is_mark("?//"):
            self.take()
            found.append(self.pattern())
        return tuple(found)

    def pattern(self) -> Node:
        if self.token.kind == "variable":
            return ("bind", self.variable())
        if self.is_mark("["):
            self.take()
            items = [self.pattern()]
            while self.is_mark(","):
                self.take()
                items.append(self.pattern())
            self.expect("]")
            return ("items", tuple(items))
        self.expect("{")
        members: list[Node] = []
        while True:
            members.append(self._member_pattern())
            if self.is_mark("}"):
                self.take()
                return ("members", tuple(members))
            self.expect(",")

    def _member_pattern(self) -> Node:
        token = self.take()
        bound: str | None = None
        if token.kind == "variable":
            bound = token.text[1:]
            key: Node = ("constant", bound)
            if not self.is_mark(":"):
                return (key, bound, None)
        elif token.kind == "word":
            key = ("constant", token.text)
        elif token.kind == "string":
            key = self.string(token, "text")
        elif token.text == "(" and token.kind == "mark":
            key = self.pipe()
            self.expect(")")
        else:
            raise unexpected(token)
        self.expect(":")
        return (key, bound, self.pattern())


def _variables(pattern: Node) -> list[str]:
    if pattern[0] == "bind":
        return [pattern[1]]
    if pattern[0] == "items":
        return [name for item in pattern[1] for name in _variables(item)]
    found: list[str] = []
    for _, bound, inner in pattern[1]:
        found += [bound] if bound is not None else []
        found += _variables(inner) if inner is not None else []
    return found
