"""The grammar of Go's text/template: from tokens to nodes, with Go's complaints.

It knows which functions exist (an unknown one is a parse error) and nothing of what they do.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager

from fakedocker_shell.gotemplate import literals, nodes
from fakedocker_shell.gotemplate.errors import TemplateError
from fakedocker_shell.gotemplate.lexer import Lexer, Token
from fakedocker_shell.gotemplate.literals import unquote
from fakedocker_shell.gotemplate.printing import quote

_TERMS = frozenset(
    {"bool", "character", "dot", "field", "identifier", "number", "nil", "raw", "string", "variable", "open"}
)


NESTED_LIMIT = 100
"""How deep actions and parentheses may stand in one another."""


class Parser:
    """Parses one text; `templates` holds what it defines, by name.

    Args:
        name: the template's name, as errors show it.
        text: the template.
        functions: names of the functions that exist.
    """

    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        self.name = name
        self.templates: dict[str, nodes.Block] = {}
        self._functions = functions
        self._tokens = Lexer(text).tokens
        self._next = 0
        self._variables = ["$"]
        self._range_depth = 0
        self._action_line = 0
        self._depth = 0
        self._parse()

    # tokens

    def _take(self) -> Token:
        token = self._tokens[min(self._next, len(self._tokens) - 1)]
        self._next += 1
        return token

    def _peek(self) -> Token:
        return self._tokens[min(self._next, len(self._tokens) - 1)]

    def _take_word(self) -> Token:
        while (token := self._take()).kind == "space":
            pass
        return token

    def _peek_word(self) -> Token:
        token = self._take_word()
        self._next -= 1
        return token

    def _fail(self, message: str, token: Token | None = None) -> TemplateError:
        last = self._tokens[min(max(self._next - 1, 0), len(self._tokens) - 1)]
        return TemplateError(f"template: {self.name}:{(token or last).line}: {message}")

    def _unexpected(self, token: Token, context: str) -> TemplateError:
        if token.kind != "error":
            return self._fail(f"unexpected {token} in {context}", token)
        extra = ""
        if self._action_line not in (0, token.line):
            started = f" started at {self.name}:{self._action_line}"
            extra = started if token.text.endswith(" action") else " in action" + started
        return self._fail(f"{token}{extra}", token)

    def _expect(self, kind: str, context: str) -> Token:
        token = self._take_word()
        if token.kind != kind:
            raise self._unexpected(token, context)
        return token

    # structure

    def _parse(self) -> None:
        root = nodes.Block(0)
        while self._peek().kind != "eof":
            if self._peek().kind == "left":
                mark = self._next
                self._take()
                if self._take_word().kind == "define":
                    self._definition()
                    continue
                self._next = mark
            node = self._text_or_action()
            if isinstance(node, _End):
                raise self._fail(f"unexpected {node}")
            root.nodes.append(node)
        if self.name not in self.templates or any(not _is_blank(node) for node in root.nodes):
            self.templates[self.name] = root

    def _definition(self) -> None:
        token = self._take_word()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, "define clause")
        name = self._unquoted(token)
        self._expect("right", "define clause")
        outer, self._variables = self._variables, ["$"]
        depth, self._range_depth = self._range_depth, 0
        body, end = self._block()
        self._variables, self._range_depth = outer, depth
        if end.word != "end":
            raise self._fail(f"unexpected {end} in define clause")
        self._define(name, body)

    def _define(self, name: str, body: nodes.Block) -> None:
        known = self.templates.get(name)
        if known is None or all(map(_is_blank, known.nodes)):
            self.templates[name] = body
        elif not all(map(_is_blank, body.nodes)):
            raise self._fail(f"template: multiple definition of template {quote(name)}")

    def _unquoted(self, token: Token) -> str:
        text = unquote(token.text)
        if text is None:
            raise self._fail("invalid syntax", token)
        return text

    def _block(self) -> tuple[nodes.Block, _End]:
        block = nodes.Block(self._peek_word().position)
        while self._peek_word().kind != "eof":
            node = self._text_or_action()
            if isinstance(node, _End):
                return block, node
            block.nodes.append(node)
        raise self._fail("unexpected EOF")

    def _text_or_action(self) -> nodes.Node:
        token = self._take_word()
        if token.kind == "text":
            return nodes.Text(token.position, token.text)
        if token.kind != "left":
            raise self._unexpected(token, "input")
        self._action_line = token.line
        try:
            return self._action()
        finally:
            self._action_line = 0

    def _action(self) -> nodes.Node:
        token = self._take_word()
        match token.kind:
            case "block":
                return self._block_control()
            case "break" | "continue":
                following = self._take_word()
                if following.kind != "right":
                    raise self._unexpected(following, f"{{{{{token.kind}}}}}")
                if not self._range_depth:
                    raise self._fail(f"{{{{{token.kind}}}}} outside {{{{range}}}}")
                return nodes.Jump(token.position, token.kind, token.line)
            case "else":
                return self._else()
            case "end":
                return _End(self._expect("right", "end").position, "end")
            case "if" | "range" | "with":
                return self._control(token.kind)
            case "template":
                return self._call()
        self._next -= 1
        token = self._peek()
        pipe = self._pipeline("command", "right")
        return nodes.Action(token.position, token.line, pipe)

    def _else(self) -> _End:
        following = self._peek_word()
        if following.kind in ("if", "with"):
            return _End(following.position, "else", following.kind)
        return _End(self._expect("right", "else").position, "else")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        """Around what stands within something else; there is a limit, as reading and carrying out go down with it."""
        self._depth += 1
        if self._depth > NESTED_LIMIT:
            raise self._fail(f"fakedocker: more than {NESTED_LIMIT} levels are not simulated")
        yield
        self._depth -= 1

    def _control(self, word: str) -> nodes.Branch:
        with self._deeper():
            return self._controlled(word)

    def _controlled(self, word: str) -> nodes.Branch:
        scope = len(self._variables)
        pipe = self._pipeline(word, "right")
        if word == "range":
            self._range_depth += 1
        body, end = self._block()
        if word == "range":
            self._range_depth -= 1
        otherwise: nodes.Block | None = None
        if end.word == "else":
            if end.follows and end.follows == word:
                self._take_word()
                otherwise = nodes.Block(end.position, [self._control(word)])
            elif end.follows:
                raise self._unexpected(self._take_word(), "else")
            else:
                otherwise, last = self._block()
                if last.word != "end":
                    raise self._fail(f"expected end; found {last}")
        del self._variables[scope:]
        return nodes.Branch(pipe.position, word, pipe.line, pipe, body, otherwise)

    def _block_control(self) -> nodes.Node:
        with self._deeper():
            return self._block_controlled()

    def _block_controlled(self) -> nodes.Node:
        token = self._take_word()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, "block clause")
        name = self._unquoted(token)
        pipe = self._pipeline("block clause", "right")
        outer, self._variables = self._variables, ["$"]
        body, end = self._block()
        self._variables = outer
        if end.word != "end":
            raise self._fail(f"unexpected {end} in block clause")
        self._define(name, body)
        return nodes.Call(token.position, token.line, name, pipe)

    def _call(self) -> nodes.Node:
        token = self._take_word()
        if token.kind not in ("string", "raw"):
            raise self._unexpected(token, "template clause")
        name = self._unquoted(token)
        pipe = None
        if self._take_word().kind != "right":
            self._next -= 1
            pipe = self._pipeline("template clause", "right")
        return nodes.Call(token.position, token.line, name, pipe)

    # pipelines

    def _pipeline(self, context: str, end: str) -> nodes.Pipe:
        with self._deeper():
            return self._piped(context, end)

    def _piped(self, context: str, end: str) -> nodes.Pipe:
        token = self._peek_word()
        pipe = nodes.Pipe(token.position, token.line)
        self._declarations(pipe, context)
        while True:
            token = self._take_word()
            if token.kind == end:
                self._check(pipe, context)
                return pipe
            if token.kind not in _TERMS:
                raise self._unexpected(token, context)
            self._next -= 1
            pipe.commands.append(self._command())

    def _declarations(self, pipe: nodes.Pipe, context: str) -> None:
        while (variable := self._peek_word()).kind == "variable":
            mark = self._next
            self._take_word()
            after = self._peek_word()
            if after.kind in ("declare", "assign"):
                pipe.assigns = after.kind == "assign"
                self._take_word()
                pipe.variables.append(nodes.Variable(variable.position, (variable.text,)))
                self._variables.append(variable.text)
                return
            if after.kind == "char" and after.text == ",":
                self._take_word()
                pipe.variables.append(nodes.Variable(variable.position, (variable.text,)))
                self._variables.append(variable.text)
                if context == "range" and len(pipe.variables) < 2:
                    if self._peek_word().kind in ("variable", "right", "close"):
                        continue
                    raise self._fail("range can only initialize variables")
                raise self._fail(f"too many declarations in {context}")
            self._next = mark
            return

    def _check(self, pipe: nodes.Pipe, context: str) -> None:
        if not pipe.commands:
            raise self._fail(f"missing value for {context}")
        for index, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.arguments[0], nodes.Bool | nodes.Dot | nodes.Nil | nodes.Number | nodes.String):
                raise self._fail(f"non executable command in pipeline stage {index}")

    def _command(self) -> nodes.Command:
        command = nodes.Command(self._peek_word().position, [])
        while True:
            self._peek_word()
            while self._peek().kind == "space":
                self._take()
            operand = self._operand()
            if operand is not None:
                command.arguments.append(operand)
            token = self._take()
            if token.kind == "space":
                continue
            if token.kind in ("right", "close"):
                self._next -= 1
            elif token.kind != "pipe":
                raise self._unexpected(token, "operand")
            break
        if not command.arguments:
            raise self._fail("empty command")
        return command

    def _operand(self) -> nodes.Node | None:
        node = self._term()
        if node is None or self._peek().kind != "field":
            return node
        chain = nodes.Chain(self._peek().position, node)
        while self._peek().kind == "field":
            chain.names.append(self._take().text[1:])
        if isinstance(node, nodes.FieldChain):
            return nodes.FieldChain(chain.position, (*node.names, *chain.names))
        if isinstance(node, nodes.Variable):
            return nodes.Variable(chain.position, (*node.names, *chain.names))
        if isinstance(node, nodes.Bool | nodes.String | nodes.Number | nodes.Nil | nodes.Dot):
            raise self._fail(f"unexpected . after term {quote(str(node))}")
        return chain

    def _term(self) -> nodes.Node | None:
        token = self._take_word()
        match token.kind:
            case "identifier":
                if token.text not in self._functions:
                    raise self._fail(f"function {quote(token.text)} not defined")
                return nodes.Identifier(token.position, token.text)
            case "dot":
                return nodes.Dot(token.position)
            case "nil":
                return nodes.Nil(token.position)
            case "variable":
                if token.text not in self._variables:
                    raise self._fail(f"undefined variable {quote(token.text)}")
                return nodes.Variable(token.position, (token.text,))
            case "field":
                return nodes.FieldChain(token.position, (token.text[1:],))
            case "bool":
                return nodes.Bool(token.position, token.text == "true")
            case "character" | "number":
                return self._number(token)
            case "string" | "raw":
                return nodes.String(token.position, token.text, self._unquoted(token))
            case "open":
                return self._pipeline("parenthesized pipeline", "close")
        self._next -= 1
        return None

    def _number(self, token: Token) -> nodes.Number:
        try:
            return literals.number(token)
        except ValueError as problem:
            raise self._fail(str(problem)) from None


class _End(nodes.Node):
    """Where a block ends: at {{end}} or {{else}}, the latter perhaps before an if or with."""

    word: str
    follows: str = ""

    def __str__(self) -> str:
        return f"{{{{{self.word}}}}}"


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Text) and not node.text.strip()
