"""awk's programs and statements (POSIX awk), as nested tuples whose first item names the kind.

Expressions are `awk_expression_parser`'s. It must not know what programs do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from fakedocker.userland.text.awk_expression_parser import ExpressionParser, Node


class Program(NamedTuple):
    begin: tuple[Node, ...]
    rules: tuple[tuple[Node | None, Node | None, Node | None], ...]  # pattern, end of range, action
    end: tuple[Node, ...]
    functions: dict[str, tuple[tuple[str, ...], Node]]
    uses_commands: bool
    uses_getline: bool


@lru_cache(128)
def parse_awk(source: str) -> Program:
    """Raises AwkProblem."""
    return _Parser(source).program()


class _Parser(ExpressionParser):
    """A method for each statement; those of keywords are found by name."""

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
