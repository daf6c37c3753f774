"""PHP's grammar as far as first pages need it: a page into nested tuples. It must not know what functions do.

Statements: ("echo", parts), ("do", e), ("if", [(e, body)], otherwise), ("foreach", e, key, value, body), ("while", e,
body), ("function", name, parameters, body), ("return", e), ("require", e), ("exit", e). Expressions: ("value", v),
("var", name), ("array", pairs), ("index", e, key), ("property", e, name), ("call", name, arguments), ("method", e,
name, arguments), ("new", name, arguments), ("set", operator, target, e), ("binary", operator, l, r), ("unary",
operator, e), ("if", c, a, b), ("text", parts), ("constant", name), ("step", by, target, whether before it).

What the grammar here does not take may be a mistake, or PHP that is not simulated: nobody can tell, so both are refused.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.php.php_interpolation import Node, interpolated
from fakedocker.userland.languages.php.php_tokens import Problem, Token, tokens_of
from fakedocker.userland.languages.php.php_values import TYPES

_BINARY: Final = (
    ("??",), ("||",), ("&&",), ("==", "!=", "===", "!==", "<>"), ("<", ">", "<=", ">="), (".",), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_ONCE_ONLY: Final = frozenset({"==", "!=", "===", "!==", "<>", "<", ">", "<=", ">="})
_OTHER_STATEMENTS: Final = frozenset(
    "abstract break class const continue do enum final for global goto interface namespace static switch throw trait try unset use yield".split()
)
_INCLUDING: Final = frozenset({"require", "require_once", "include", "include_once"})
_ONCE: Final = frozenset({"require_once", "include_once"})
_CASTS: Final = frozenset({"int", "integer", "string", "bool", "boolean", "float", "array"})
_DEEPEST: Final = 60
_LONGEST: Final = 200_000


def parse(source: str) -> list[Node]:
    """A page's statements. Raises Problem."""
    if len(source) > _LONGEST:
        raise Problem("so long a page", 1)
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
        shown = "the end" if self.token.kind == "end" else f'"{self.token.text[:40]}"'
        return Problem(f"{shown} there, if it is no mistake,", self.token.line)

    def missing(self, what: str) -> Problem:
        return Problem(what, self.token.line)

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
            "include_once": self._require, "exit": self._exit, "die": self._exit, "declare": self._declare,
        }.get(word)  # fmt: skip
        if word in _OTHER_STATEMENTS and token.kind == "name":
            raise self.missing(f"a statement such as {word}")
        if method is not None and not (word == "function" and self.tokens[self.at + 1].kind != "name"):
            self.at += 1
            return (*method(), word in _ONCE) if word in _INCLUDING else method()
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
        if self.accept("&"):
            raise self.missing("a reference")
        if self.token.kind != "var":
            raise self.problem()
        self.at += 1
        return self.tokens[self.at - 1].text[1:]

    def _function(self) -> Node:
        name = self.token.text
        self.at += 1
        self.expect("(")
        parameters: list[tuple[str, Node | None, str]] = []
        while not self.accept(")"):
            kind = self._type()
            parameter = self._variable()
            parameters.append((parameter, self.expression() if self.accept("=") else None, kind))
            if not self.accept(","):
                self.expect(")")
                break
        kind = self._type() if self.accept(":") else ""
        return ("function", name.lower(), parameters, kind, self.body())

    def _type(self) -> str:
        """The type of a parameter or a result, "" where there is none."""
        found = "?" if self.accept("?") else ""
        if self.token.kind != "name":
            return found
        self.at += 1
        kind = found + self.tokens[self.at - 1].text.lower()
        if self.token.text in ("|", "&") or kind.lstrip("?") not in TYPES:
            raise self.missing(f"the type {kind}")
        return kind

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
        self.expect(";")
        return ("exit", value)

    def _declare(self) -> Node:
        words = "".join(token.text for token in self.tokens[self.at : self.at + 6])
        if words.lower() not in ("(strict_types=1);", "(strict_types=0);"):
            raise self.missing("such a declare")
        self.at += 6
        return ("do", ("value", None))

    # expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.missing("so deep an expression")
        left = self._ternary()
        operator = self.accept("=", ".=", "+=", "-=", "*=", "/=", "??=")
        if operator:
            if self.token.text == "&" or left[0] not in ("var", "index"):
                raise self.missing("such an assignment")
            left = ("set", operator[:-1], left, self.expression())
        self.depth -= 1
        return left

    def _ternary(self) -> Node:
        condition = self._binary(0)
        if not self.accept("?"):
            return condition
        first = None if self.token.text == ":" else self.expression()
        self.expect(":")
        last = self._binary(0)
        if self.token.text == "?":
            raise self.missing("conditions side by side")
        return ("if", condition, first, last)

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self.accept(*_BINARY[level]):
            if (
                operator in _ONCE_ONLY
                and left[0] == "binary"
                and left[1] in _ONCE_ONLY
                and self.tokens[self.at - 2].text != ")"
            ):
                raise self.missing("comparisons side by side")
            left = ("binary", operator, left, self.expression() if operator == "??" else self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        if operator := self.accept("!", "-", "+"):
            return ("unary", operator, self._unary())
        if step := self.accept("++", "--"):
            return ("step", 1 if step == "++" else -1, self._unary(), True)
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
                value = ("step", 1 if step == "++" else -1, value, False)
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
            if re.fullmatch(r"0\d+.*|\d{18,}.*|\d*\.\d{15,}|\d+\.", token.text):
                raise self.missing("such a number")
            return ("value", float(token.text) if "." in token.text else int(token.text))
        if token.kind == "single":
            return ("value", re.sub(r"\\([\\'])", r"\1", token.text[1:-1]))
        if token.kind == "double":
            return interpolated(token.text[1:-1], parse)
        if token.kind == "here":
            return interpolated(token.text, parse)
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
        if word in ("function", "fn", "static", "match", "clone", "yield", "include", "require", "print", "list"):
            raise self.missing(f"{word} within an expression")
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
