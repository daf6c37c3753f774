"""The awk language (POSIX awk): from source to nested tuples, whose first item names the kind.

It must not know what programs do.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

from fakedocker.userland.text_escapes import decode_escapes

Node = tuple[Any, ...]

KEYWORDS: Final = frozenset(
    {"BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile",
     "exit", "return", "delete", "in", "getline", "print", "printf"}
)  # fmt: skip
FUNCTIONS: Final = frozenset(
    {"length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos", "atan2", "exp", "log", "sqrt",
     "int", "rand", "srand", "tolower", "toupper", "system", "close", "fflush", "gensub", "strftime", "systime", "mktime",
     "and", "or", "xor", "lshift", "rshift", "compl", "strtonum", "asort", "asorti"}
)  # fmt: skip
_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\\\n|#[^\n]*)|(?P<newline>\n)|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*=|&&|\|\||\+\+|--|\+=|-=|\*=|/=|%=|\^=|\*\*|==|<=|>=|!=|!~|>>|[-+*/%^!<>|?:~$=(){}\[\];,])",
    re.DOTALL,
)
_ENDS_OPERAND: Final = frozenset({")", "]", "$", "++", "--"})


class AwkProblem(Exception):
    """The program is wrong, or did something that cannot be done."""


class Token(NamedTuple):
    kind: str  # number, string, regex, name, funcall, keyword, builtin, operator, newline, end
    text: str
    line: int


class Program(NamedTuple):
    begin: tuple[Node, ...]
    rules: tuple[tuple[Node | None, Node | None, Node | None], ...]  # pattern, end of range, action
    end: tuple[Node, ...]
    functions: dict[str, tuple[tuple[str, ...], Node]]
    uses_commands: bool
    uses_getline: bool


def _tokens(source: str) -> list[Token]:
    found: list[Token] = []
    at, line = 0, 1
    while at < len(source):
        if source[at] == "/" and _regex_may_begin(found):
            end = _regex_end(source, at + 1)
            found.append(Token("regex", source[at + 1 : end], line))
            at = end + 1
            continue
        match = _TOKEN.match(source, at)
        if match is None:
            raise AwkProblem(f"cmd. line:{line}: Unexpected token")
        kind, text = str(match.lastgroup), match[0]
        at = match.end()
        if kind == "name":
            if text in KEYWORDS:
                kind = "keyword"
                text = "function" if text == "func" else text
            elif text in FUNCTIONS:
                kind = "builtin"
            elif source.startswith("(", at):
                kind = "funcall"
        elif kind == "string":
            text = decode_escapes(text[1:-1].replace('\\"', '"').replace("\\/", "/"))
        if kind != "space":
            found.append(Token(kind, text, line))
        line += match[0].count("\n")
    return [*found, Token("newline", "\n", line), Token("end", "", line)]


def _regex_may_begin(found: list[Token]) -> bool:
    if not found:
        return True
    last = found[-1]
    if last.kind in ("number", "string", "regex", "name", "builtin"):
        return False
    return last.kind in ("keyword", "newline") or last.text not in _ENDS_OPERAND


def _regex_end(source: str, at: int) -> int:
    bracket = False
    while at < len(source):
        character = source[at]
        if character == "\\":
            at += 2
            continue
        if character == "[":
            bracket = True
        elif character == "]":
            bracket = False
        elif character == "/" and not bracket:
            return at
        elif character == "\n":
            break
        at += 1
    raise AwkProblem("cmd. line:1: unterminated regexp")


@lru_cache(128)
def parse_awk(source: str) -> Program:
    """Raises AwkProblem."""
    return _Parser(source).program()


_NO_IN = "no in"
_BINARY_LEVELS: Final = (("+", "-"), ("*", "/", "%"))
_ASSIGN: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "^=", "**="})
_STARTS_OPERAND: Final = frozenset({"$", "!", "(", "-", "+", "++", "--"})


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.at = 0
        self.no_in = False
        self.no_output = 0  # > 0 where > redirects instead of comparing
        self.functions: dict[str, tuple[tuple[str, ...], Node]] = {}
        self.commands = self.getlines = False

    # tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self) -> NoReturn:
        token = self.token
        if token.kind == "end":
            raise AwkProblem(f"cmd. line:{token.line}: Unexpected end of string")
        raise AwkProblem(f"cmd. line:{token.line}: Unexpected token")

    def accept(self, *texts: str) -> bool:
        token = self.token
        if token.kind in ("operator", "keyword") and token.text in texts:
            self.at += 1
            return True
        return False

    def is_next(self, *texts: str) -> bool:
        return self.token.kind in ("operator", "keyword") and self.token.text in texts

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail()

    def newlines(self) -> None:
        while self.token.kind == "newline":
            self.at += 1

    def separators(self) -> None:
        while self.token.kind == "newline" or self.is_next(";"):
            self.at += 1

    # programs

    def program(self) -> Program:
        begin: list[Node] = []
        end: list[Node] = []
        rules: list[tuple[Node | None, Node | None, Node | None]] = []
        self.separators()
        while self.token.kind != "end":
            if self.accept("BEGIN"):
                begin.append(self.block())
            elif self.accept("END"):
                end.append(self.block())
            elif self.accept("function"):
                self.function()
            else:
                rules.append(self.rule())
            self.separators()
        return Program(tuple(begin), tuple(rules), tuple(end), self.functions, self.commands, self.getlines)

    def rule(self) -> tuple[Node | None, Node | None, Node | None]:
        if self.is_next("{"):
            return None, None, self.block()
        pattern = self.expression()
        last = None
        if self.accept(","):
            self.newlines()
            last = self.expression()
        action = self.block() if self.is_next("{") else None
        return pattern, last, action

    def function(self) -> None:
        name = self.token.text
        if self.token.kind not in ("name", "funcall"):
            self.fail()
        self.at += 1
        self.expect("(")
        parameters: list[str] = []
        while not self.accept(")"):
            if self.token.kind != "name":
                self.fail()
            parameters.append(self.token.text)
            self.at += 1
            self.accept(",")
            self.newlines()
        self.newlines()
        self.functions[name] = (tuple(parameters), self.block())

    def block(self) -> Node:
        self.newlines()
        self.expect("{")
        body: list[Node] = []
        self.separators()
        while not self.accept("}"):
            body.append(self.statement())
            self.separators()
        return ("block", tuple(body))

    # statements

    def statement(self) -> Node:
        if self.is_next("{"):
            return self.block()
        if self.token.kind == "keyword" and (method := getattr(self, f"_{self.token.text}", None)) is not None:
            self.at += 1
            node: Node = method()
            return node
        if self.accept(";"):
            return ("block", ())
        node = self.simple()
        self.terminated()
        return node

    def simple(self) -> Node:
        if self.is_next("print", "printf"):
            return self.output()
        if self.accept("delete"):
            name = self.token.text
            self.at += 1
            return ("delete", name, self.subscript() if self.accept("[") else None)
        return ("expression", self.expression())

    def terminated(self) -> None:
        if self.token.kind == "newline" or self.is_next(";"):
            self.at += 1
        elif not self.is_next("}") and self.token.kind != "end":
            self.fail()

    def body(self) -> Node:
        self.newlines()
        if self.accept(";"):
            return ("block", ())
        return self.statement()

    def _if(self) -> Node:
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        yes = self.body()
        saved = self.at
        self.separators()
        if self.accept("else"):
            return ("if", condition, yes, self.body())
        self.at = saved
        return ("if", condition, yes, None)

    def _while(self) -> Node:
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        return ("while", condition, self.body())

    def _do(self) -> Node:
        body = self.body()
        self.separators()
        self.expect("while")
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        self.terminated()
        return ("do", body, condition)

    def _for(self) -> Node:
        self.expect("(")
        one, two, three, four = self.tokens[self.at : self.at + 4]
        if one.kind == "name" and two.text == "in" and three.kind == "name" and four.text == ")":
            self.at += 4
            return ("for_in", one.text, three.text, self.body())
        initial = None if self.is_next(";") else self.simple()
        self.expect(";")
        self.newlines()
        condition = None if self.is_next(";") else self.expression()
        self.expect(";")
        self.newlines()
        step = None if self.is_next(")") else self.simple()
        self.expect(")")
        return ("for", initial, condition, step, self.body())

    def _break(self) -> Node:
        self.terminated()
        return ("break",)

    def _continue(self) -> Node:
        self.terminated()
        return ("continue",)

    def _next(self) -> Node:
        self.terminated()
        return ("next",)

    def _nextfile(self) -> Node:
        self.terminated()
        return ("nextfile",)

    def _exit(self) -> Node:
        value = self.optional()
        self.terminated()
        return ("exit", value)

    def _return(self) -> Node:
        value = self.optional()
        self.terminated()
        return ("return", value)

    def optional(self) -> Node | None:
        if self.token.kind in ("newline", "end") or self.is_next(";", "}"):
            return None
        return self.expression()

    def output(self) -> Node:
        kind = self.token.text
        self.at += 1
        arguments: list[Node] = []
        self.no_output += 1
        if self.is_next("(") and self._parenthesis_is_list():
            self.at += 1
            self.no_output, saved = 0, self.no_output
            arguments = self.list_until(")")
            self.no_output = saved
        elif self.token.kind not in ("newline", "end") and not self.is_next(";", "}", ">", ">>", "|"):
            arguments.append(self.expression())
            while self.accept(","):
                self.newlines()
                arguments.append(self.expression())
        self.no_output -= 1
        target = None
        for operator in (">", ">>", "|"):
            if self.accept(operator):
                self.commands = self.commands or operator == "|"
                target = (operator, self.concatenation())
                break
        return (kind, tuple(arguments), target)

    def _parenthesis_is_list(self) -> bool:
        """Whether the parenthesis at hand holds all arguments: what follows it ends the statement."""
        depth, at = 0, self.at
        while at < len(self.tokens):
            text = self.tokens[at].text if self.tokens[at].kind == "operator" else ""
            depth += {"(": 1, ")": -1}.get(text, 0)
            if depth == 0:
                following = self.tokens[at + 1]
                return following.kind in ("newline", "end") or following.text in (";", "}", ">", ">>", "|")
            at += 1
        return False

    def list_until(self, closing: str) -> list[Node]:
        found: list[Node] = []
        self.newlines()
        while not self.accept(closing):
            found.append(self.expression())
            self.newlines()
            if not self.is_next(closing):
                self.expect(",")
                self.newlines()
        return found

    # expressions, from the loosest binding

    def expression(self) -> Node:
        left = self.ternary()
        if self.is_next(*_ASSIGN) and left[0] in ("name", "field", "element"):
            operator = self.token.text
            self.at += 1
            self.newlines()
            return ("assign", operator, left, self.expression())
        return left

    def ternary(self) -> Node:
        condition = self.disjunction()
        if not self.accept("?"):
            return condition
        self.newlines()
        yes = self.expression()
        self.newlines()
        self.expect(":")
        self.newlines()
        return ("ternary", condition, yes, self.expression())

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.accept("||"):
            self.newlines()
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.membership()
        while self.accept("&&"):
            self.newlines()
            left = ("and", left, self.membership())
        return left

    def membership(self) -> Node:
        left = self.matching()
        while not self.no_in and self.accept("in"):
            left = ("in", self.token.text, left)
            self.at += 1
        return left

    def matching(self) -> Node:
        left = self.comparison()
        while self.is_next("~", "!~"):
            negated = self.token.text == "!~"
            self.at += 1
            left = ("match", negated, left, self.comparison())
        return left

    def comparison(self) -> Node:
        left = self.concatenation()
        operators = ("<", "<=", "==", "!=", ">=") if self.no_output else ("<", "<=", "==", "!=", ">", ">=")
        if self.is_next(*operators):
            operator = self.token.text
            self.at += 1
            return ("compare", operator, left, self.concatenation())
        while self.is_next("|") and self.tokens[self.at + 1].text == "getline":
            self.at += 2
            self.commands = True
            left = ("command_getline", left, self.lvalue_or_none())
        return left

    def concatenation(self) -> Node:
        left = self.binary(0)
        while self._operand_follows():
            left = ("concatenate", left, self.binary(0))
        return left

    def _operand_follows(self) -> bool:
        token = self.token
        if token.kind in ("number", "string", "regex", "name", "funcall", "builtin"):
            return True
        return token.kind == "operator" and token.text in _STARTS_OPERAND and token.text not in ("-", "+")

    def binary(self, level: int) -> Node:
        if level == len(_BINARY_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.is_next(*_BINARY_LEVELS[level]):
            operator = self.token.text
            self.at += 1
            left = ("arithmetic", operator, left, self.binary(level + 1))
        return left

    def unary(self) -> Node:
        if self.accept("!"):
            return ("not", self.unary())
        if self.accept("-"):
            return ("negative", self.unary())
        if self.accept("+"):
            return ("positive", self.unary())
        return self.power()

    def power(self) -> Node:
        left = self.step()
        if self.accept("^", "**"):
            return ("arithmetic", "^", left, self.power_operand())
        return left

    def power_operand(self) -> Node:
        return ("negative", self.power_operand()) if self.accept("-") else self.power()

    def step(self) -> Node:
        for operator in ("++", "--"):
            if self.accept(operator):
                return ("before", operator, self.step())
        value = self.primary()
        if value[0] in ("name", "field", "element") and self.is_next("++", "--"):
            operator = self.token.text
            self.at += 1
            return ("after", operator, value)
        return value

    def primary(self) -> Node:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return ("number", float(int(token.text, 16)) if token.text[:2] in ("0x", "0X") else float(token.text))
        if token.kind == "string":
            return ("string", token.text)
        if token.kind == "regex":
            return ("regex", token.text)
        if token.kind == "name":
            if self.accept("["):
                return ("element", token.text, self.subscript())
            return ("name", token.text)
        if token.kind == "funcall":
            self.expect("(")
            return ("call", token.text, tuple(self.grouped(")")))
        if token.kind == "builtin":
            return self.builtin(token.text)
        if token.text == "$" and token.kind == "operator":
            return ("field", self.step())
        if token.text == "(" and token.kind == "operator":
            return self.parenthesis()
        if token.text == "getline":
            return self.plain_getline()
        self.at -= 1
        self.fail()

    def grouped(self, closing: str) -> list[Node]:
        """A list in which > and in mean themselves again."""
        saved = self.no_output, self.no_in
        self.no_output, self.no_in = 0, False
        found = self.list_until(closing)
        self.no_output, self.no_in = saved
        return found

    def subscript(self) -> Node:
        parts = self.grouped("]")
        return parts[0] if len(parts) == 1 else ("joined", tuple(parts))

    def builtin(self, name: str) -> Node:
        self.commands = self.commands or name == "system"
        if self.accept("("):
            return ("builtin", name, tuple(self.grouped(")")))
        if name == "length":
            return ("builtin", name, ())
        self.fail()

    def parenthesis(self) -> Node:
        parts = self.grouped(")")
        if len(parts) == 1:
            return ("group", parts[0])
        self.expect("in")
        name = self.token.text
        self.at += 1
        return ("in", name, ("joined", tuple(parts)))

    def lvalue_or_none(self) -> Node | None:
        if self.token.kind == "name" or self.is_next("$"):
            return self.primary()
        return None

    def plain_getline(self) -> Node:
        target = self.lvalue_or_none()
        if self.accept("<"):
            return ("file_getline", self.primary(), target)
        self.getlines = True
        return ("getline", target)
