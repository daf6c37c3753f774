"""PHP's grammar as far as first pages need it: a page into nested tuples. It must not know what functions do.

Statements: ("echo", parts), ("do", e), ("if", [(e, body)], otherwise), ("foreach", e, key, value, body), ("while", e,
body), ("function", name, parameters, body), ("return", e), ("require", e), ("exit", e). Expressions: ("value", v),
("var", name), ("array", pairs), ("index", e, key), ("property", e, name), ("call", name, arguments), ("method", e,
name, arguments), ("new", name, arguments), ("set", operator, target, e), ("binary", operator, l, r), ("unary",
operator, e), ("if", c, a, b), ("text", parts), ("constant", name), ("step", by, target).
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.php.php_tokens import Problem, Token, tokens_of
from fakedocker.userland.languages.php.php_values import Value

Node = tuple[Value, ...]
_BINARY: Final = (
    ("or",), ("and",), ("??",), ("||",), ("&&",), ("==", "!=", "===", "!==", "<>"), ("<", ">", "<=", ">="), (".",), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$", "e": "\033", "0": "\0"}
_CASTS: Final = frozenset({"int", "integer", "string", "bool", "boolean", "float", "array"})
_DEEPEST: Final = 60


def parse(source: str) -> list[Node]:
    """A page's statements. Raises Problem."""
    parser = _Parser(tokens_of(source))
    found = parser.statements(())
    if parser.token.kind != "end":
        raise parser.problem()
    return found


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *texts: str) -> str:
        if self.token.kind in ("mark", "name") and self.token.text.lower() in texts:
            self.at += 1
            return self.tokens[self.at - 1].text.lower()
        return ""

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.problem()

    def problem(self) -> Problem:
        shown = "end of file" if self.token.kind == "end" else f'token "{self.token.text}"'
        return Problem(f"syntax error, unexpected {shown}", self.token.line)

    def missing(self, what: str) -> Problem:
        return Problem(what, self.token.line, missing=True)

    # statements

    def statements(self, ends: tuple[str, ...]) -> list[Node]:
        found: list[Node] = []
        while self.token.kind != "end" and not (
            self.token.kind in ("mark", "name") and self.token.text.lower() in ends
        ):
            found.append(self.statement())
        return found

    def body(self, *ends: str) -> list[Node]:
        """A block, one statement, or what stands between a colon and the word that ends it."""
        if self.accept("{"):
            found = self.statements(("}",))
            self.expect("}")
            return found
        if self.accept(":"):
            return self.statements(ends)
        return [self.statement()]

    def statement(self) -> Node:
        token = self.token
        if token.kind == "html":
            self.at += 1
            return ("echo", (("value", token.text),))
        word = token.text.lower() if token.kind in ("name", "mark") else ""
        method = {
            "echo": self._echo, "print": self._echo, "if": self._if, "foreach": self._foreach, "while": self._while, "function": self._function,
            "return": self._return, "require": self._require, "require_once": self._require, "include": self._require,
            "include_once": self._require, "exit": self._exit, "die": self._exit, "global": self._skip, "use": self._skip, "namespace": self._skip,
            "declare": self._skip,
        }.get(word)  # fmt: skip
        if word in ("class", "interface", "trait", "switch", "for", "do", "try", "throw", "goto", "abstract", "final"):
            raise self.missing(f"a statement such as {word}")
        if method is not None and not (word == "function" and self.tokens[self.at + 1].kind != "name"):
            self.at += 1
            return method()
        if self.accept("{"):
            found = self.statements(("}",))
            self.expect("}")
            return ("if", [(("value", True), found)], [])
        if self.accept(";"):
            return ("do", ("value", None))
        value = self.expression()
        self.expect(";")
        return ("do", value)

    def _echo(self) -> Node:
        parts = [self.expression()]
        while self.accept(","):
            parts.append(self.expression())
        self.expect(";")
        return ("echo", tuple(parts))

    def _if(self) -> Node:
        branches: list[tuple[Node, list[Node]]] = []
        otherwise: list[Node] = []
        condition = self._condition()
        while True:
            branches.append((condition, self.body("elseif", "else", "endif")))
            if self.accept("elseif") or (
                self.token.text.lower() == "else" and self.tokens[self.at + 1].text.lower() == "if" and self._take(2)
            ):
                condition = self._condition()
                continue
            if self.accept("else"):
                otherwise = self.body("endif")
            if self.accept("endif"):
                self.accept(";")
            return ("if", branches, otherwise)

    def _take(self, count: int) -> bool:
        self.at += count
        return True

    def _condition(self) -> Node:
        self.expect("(")
        value = self.expression()
        self.expect(")")
        return value

    def _foreach(self) -> Node:
        self.expect("(")
        values = self.expression()
        self.expect("as")
        key, value = "", self._variable()
        if self.accept("=>"):
            key, value = value, self._variable()
        self.expect(")")
        body = self.body("endforeach")
        if self.accept("endforeach"):
            self.accept(";")
        return ("foreach", values, key, value, body)

    def _while(self) -> Node:
        condition = self._condition()
        body = self.body("endwhile")
        if self.accept("endwhile"):
            self.accept(";")
        return ("while", condition, body)

    def _variable(self) -> str:
        self.accept("&")
        if self.token.kind != "var":
            raise self.problem()
        self.at += 1
        return self.tokens[self.at - 1].text[1:]

    def _function(self) -> Node:
        name = self.token.text
        self.at += 1
        self.expect("(")
        parameters: list[tuple[str, Node]] = []
        while not self.accept(")"):
            while self.token.kind == "name" or self.token.text in ("?", "|"):
                self.at += 1  # a type
            parameter = self._variable()
            parameters.append((parameter, self.expression() if self.accept("=") else ("value", None)))
            self.accept(",")
        if self.accept(":"):
            self.accept("?")
            self.at += 1
        return ("function", name.lower(), parameters, self.body())

    def _return(self) -> Node:
        value: Node = ("value", None) if self.token.text == ";" else self.expression()
        self.expect(";")
        return ("return", value)

    def _require(self) -> Node:
        value = self.expression()
        self.expect(";")
        return ("require", value)

    def _exit(self) -> Node:
        value: Node = ("value", None)
        if self.accept("(") and not self.accept(")"):
            value = self.expression()
            self.expect(")")
        self.accept(";")
        return ("exit", value)

    def _skip(self) -> Node:
        while self.token.kind != "end" and not self.accept(";"):
            self.at += 1
        return ("do", ("value", None))

    # expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.missing("so deep an expression")
        left = self._ternary()
        operator = self.accept("=", ".=", "+=", "-=", "*=", "/=", "??=")
        if operator:
            self.accept("&")
            left = ("set", operator[:-1], left, self.expression())
        self.depth -= 1
        return left

    def _ternary(self) -> Node:
        condition = self._binary(0)
        if not self.accept("?"):
            return condition
        first = condition if self.token.text == ":" else self.expression()
        self.expect(":")
        return ("if", condition, first, self.expression())

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self.accept(*_BINARY[level]):
            left = ("binary", operator, left, self.expression() if operator == "??" else self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        if operator := self.accept("!", "-", "+"):
            return ("unary", operator, self._unary())
        if self.accept("@", "&"):
            return self._unary()
        if step := self.accept("++", "--"):
            return ("step", 1 if step == "++" else -1, self._unary())
        if (
            self.token.text == "("
            and self.tokens[self.at + 1].text.lower() in _CASTS
            and self.tokens[self.at + 2].text == ")"
        ):
            self.at += 3
            return ("cast", self.tokens[self.at - 2].text.lower(), self._unary())
        return self._postfix(self._primary())

    def _postfix(self, value: Node) -> Node:
        while True:
            if self.accept("["):
                key: Node = ("value", None) if self.token.text == "]" else self.expression()
                self.expect("]")
                value = ("index", value, key)
            elif self.accept("->", "?->", "::"):
                name = self.token.text
                self.at += 1
                value = (
                    ("method", value, name.lower(), self._arguments())
                    if self.accept("(")
                    else ("property", value, name.lstrip("$"))
                )
            elif step := self.accept("++", "--"):
                value = ("step", 1 if step == "++" else -1, value)
            else:
                return value

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        while not self.accept(")"):
            found.append(self.expression())
            if not self.accept(","):
                self.expect(")")
                break
        return found

    def _primary(self) -> Node:
        token = self.token
        self.at += 1
        if token.kind == "var":
            return ("var", token.text[1:])
        if token.kind == "number":
            return ("value", float(token.text) if "." in token.text else int(token.text))
        if token.kind == "single":
            return ("value", re.sub(r"\\([\\'])", r"\1", token.text[1:-1]))
        if token.kind == "double":
            return _interpolated(token.text[1:-1])
        if token.kind == "here":
            return _interpolated(token.text)
        if token.text == "(":
            value = self.expression()
            self.expect(")")
            return value
        if token.text == "[":
            return self._array("]")
        if token.kind != "name":
            self.at -= 1
            raise self.problem()
        return self._named(token)

    def _named(self, token: Token) -> Node:
        word = token.text.lower().lstrip("\\")
        if word in ("true", "false", "null"):
            return ("value", {"true": True, "false": False, "null": None}[word])
        if word == "array" and self.accept("("):
            return self._array(")")
        if word == "new":
            name = self.token.text
            self.at += 1
            return ("new", name.lower().lstrip("\\"), self._arguments() if self.accept("(") else [])
        if word in ("function", "fn", "static"):
            raise self.missing("functions without a name")
        if word in ("exit", "die"):
            return ("call", "exit", self._arguments() if self.accept("(") else [])
        if self.accept("("):
            return ("call", word, self._arguments())
        return ("constant", token.text.lstrip("\\"))

    def _array(self, end: str) -> Node:
        pairs: list[tuple[Node | None, Node]] = []
        while not self.accept(end):
            value = self.expression()
            key = None
            if self.accept("=>"):
                key, value = value, self.expression()
            pairs.append((key, value))
            if not self.accept(","):
                self.expect(end)
                break
        return ("array", pairs)


_PARTS: Final = re.compile(r"\\(.)|\{(\$[^}]*)\}|\$(\w+)(?:\[['\"]?(\w+)['\"]?\]|->(\w+))?", re.DOTALL)


def _interpolated(text: str) -> Node:
    """A text with its variables."""
    parts: list[Node] = []
    at = 0
    for match in _PARTS.finditer(text):
        parts.append(("value", text[at : match.start()]))
        at = match.end()
        escaped, inner, name, key, field = match.groups()
        if escaped is not None:
            parts.append(("value", _ESCAPES.get(escaped, "\\" + escaped)))
        elif inner is not None:
            parts.append(parse(f"<?php {inner};")[0][1])
        else:
            value: Node = ("var", name)
            value = ("index", value, ("value", key)) if key else ("property", value, field) if field else value
            parts.append(value)
    parts.append(("value", text[at:]))
    return ("text", tuple(parts)) if len(parts) > 1 else parts[0]
