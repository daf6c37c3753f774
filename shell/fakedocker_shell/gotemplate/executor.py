"""Runs a parsed template over a value, as Go's text/template does, with its error messages.

Owns statements: text, actions, conditions, loops and calls of templates. What expressions are worth is in `evaluator`.
"""

from __future__ import annotations

from fakedocker_shell.gotemplate import nodes
from fakedocker_shell.gotemplate.evaluator import Evaluator
from fakedocker_shell.gotemplate.functions import truth
from fakedocker_shell.gotemplate.printing import plain, quote
from fakedocker_shell.gotemplate.types import INT, INVALID, Value

_MAXIMUM_DEPTH = 100  # Go's is 100000; a template that calls itself more than a few times calls itself for ever


class _Jump(Exception):
    """break or continue on its way to the range around it."""

    def __init__(self, word: str) -> None:
        self.word = word


class Execution(Evaluator):
    """One run of a template; the arguments are those of `Evaluator`."""

    def run(self, data: Value) -> str:
        """Execute the whole template. Raises TemplateError."""
        self._scope = [("$", data)]
        self._walk(data, self._templates[self._name])
        return "".join(self.parts)

    # statements

    def _walk(self, dot: Value, node: nodes.Node) -> None:
        self._node = node
        match node:
            case nodes.Text():
                self.parts.append(node.text)
            case nodes.Action():
                value = self._pipeline(dot, node.pipe)
                if not node.pipe.variables:
                    self._print(node, value)
            case nodes.Block():
                for inner in node.nodes:
                    self._walk(dot, inner)
            case nodes.Branch(word="range"):
                self._range(dot, node)
            case nodes.Branch():
                self._if_or_with(dot, node)
            case nodes.Jump():
                raise _Jump(node.word)
            case nodes.Call():
                self._call_template(dot, node)

    def _print(self, node: nodes.Node, value: Value) -> None:
        self._node = node
        if value.kind == "pointer":
            value, _ = value.indirect()
        if not value.valid:
            self.parts.append("<no value>")
        elif value.kind == "func":
            self._fail(f"can't print {node} of type {value.type_name}")
        else:
            self.parts.append(plain(value))

    def _if_or_with(self, dot: Value, node: nodes.Branch) -> None:
        mark = len(self._scope)
        value = self._pipeline(dot, node.pipe)
        if truth(value):
            self._walk(value if node.word == "with" else dot, node.body)
        elif node.otherwise is not None:
            self._walk(dot, node.otherwise)
        del self._scope[mark:]

    def _range(self, dot: Value, node: nodes.Branch) -> None:
        mark = len(self._scope)
        value, _ = self._pipeline(dot, node.pipe).indirect()
        inner_mark = len(self._scope)
        if value.kind == "slice":
            pairs = [(Value(INT, index), element) for index, element in enumerate(value.elements())]
        elif value.kind == "map":
            pairs = value.items()
        elif value.kind in ("int", "uint"):
            pairs = [(Value(value.type, index), Value(value.type, index)) for index in range(value.data)]
            if len(node.pipe.variables) > 1:
                self._fail(f"can't use {plain(value)} to iterate over more than one variable")
        elif not value.valid:
            pairs = []
        else:
            self._fail(f"range can't iterate over {plain(value)}")
        try:
            for key, element in pairs:
                self._range_variables(node.pipe, key, element)
                try:
                    self._walk(element, node.body)
                except _Jump as jump:
                    if jump.word == "break":
                        break
                finally:
                    del self._scope[inner_mark:]
        finally:
            del self._scope[mark:]
        if not pairs and node.otherwise is not None:
            self._walk(dot, node.otherwise)

    def _range_variables(self, pipe: nodes.Pipe, key: Value, element: Value) -> None:
        values = (element,) if len(pipe.variables) == 1 else (key, element)
        for variable, value in zip(pipe.variables, values, strict=False):
            if pipe.assigns:
                self._assign(variable.names[0], value)
            else:
                self._scope.append((variable.names[0], value))

    def _call_template(self, dot: Value, node: nodes.Call) -> None:
        body = self._templates.get(node.name)
        if body is None:
            self._fail(f"template {quote(node.name)} not defined")
        if self._depth >= _MAXIMUM_DEPTH:
            self._fail("exceeded maximum template depth (100000)")
        data = self._pipeline(dot, node.pipe) if node.pipe is not None else INVALID
        outer_scope, outer_name = self._scope, self._current
        self._scope, self._current = [("$", data)], node.name
        self._depth += 1
        self._walk(data, body)
        self._depth -= 1
        self._scope, self._current = outer_scope, outer_name
