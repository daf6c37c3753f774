"""JavaScript's statements, compiled to the operations of script_machine."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fakedocker.userland.languages.javascript.javascript_tokens import (
    UNDEFINED,
    Complaint,
    Expression,
    ExpressionParser,
    Value,
    tokenize,
)
from fakedocker.userland.languages.script_machine import Code, Function, NotSimulated, Operation

_MAXIMUM_SOURCE: Final = 200_000
_NOT_SIMULATED: Final = {"class": "a class", "export": "an export statement", "with": "a with statement"}


MODULE: Final = "\0module "
"""What the source of a module begins with; it is the body of a function of `MODULE_NAMES`."""
MODULE_NAMES: Final = ("module", "exports", "__filename", "__dirname")


@lru_cache(maxsize=64)
def compile_javascript(source: str) -> Code:
    """Raises Complaint, NotSimulated."""
    if len(source) > _MAXIMUM_SOURCE:
        raise NotSimulated("so large a script")
    compiler = _Compiler(source.removeprefix(MODULE))
    try:
        compiler.program(MODULE_NAMES if source.startswith(MODULE) else ())
    except RecursionError:
        raise NotSimulated("so deeply nested a script") from None
    return Code(tuple(compiler.functions))


class _Compiler(ExpressionParser):
    """Statements into operations; functions are gathered in `functions`."""

    def __init__(self, source: str) -> None:
        super().__init__(tokenize(source))
        self.functions: list[Function] = []
        self.operations: list[Operation] = []
        self.declared: list[Operation] = []
        self.names: set[str] = set()
        self.loops: list[
            tuple[list[int], list[int], int]
        ] = []  # the jumps to go on, those out, and how many `try` are around
        self.tries: list[bool] = []  # those around, and whether they have a `finally`
        self.slots = 0

    def program(self, parameters: tuple[str, ...]) -> None:
        """All of a source. The variables of one with parameters are its own."""
        self.functions.append(Function("", (), (), (), frozenset()))
        self.names = set(parameters)
        while self.token.kind != "end":
            self.statement()
        names = frozenset(self.names if parameters else ())
        self.functions[0] = Function("", parameters, (), self._with_declarations(), names)

    def function_body(self, name: str, parameters: list[tuple[str, Expression | None]], is_arrow: bool) -> int:
        number = len(self.functions)
        self.functions.append(Function(name, (), (), (), frozenset()))
        outer = self.operations, self.names, self.loops, self.declared, self.tries
        self.operations, self.loops, self.declared, self.tries = [], [], [], []
        self.names = {parameter for parameter, _ in parameters}
        for parameter, default in parameters:
            if default is not None:
                skip = self.emit("unless", ("binary", "===", ("name", parameter), ("value", UNDEFINED)), 0)
                self.emit("set", ("name", parameter), default)
                self.patch(skip)
        if is_arrow and not self.is_next("{"):
            self.emit("return", self.expression())
        else:
            self.block()
        words = tuple(parameter for parameter, _ in parameters)
        undefined = (UNDEFINED,) * len(words)
        self.functions[number] = Function(name, words, undefined, self._with_declarations(), frozenset(self.names))
        self.operations, self.names, self.loops, self.declared, self.tries = outer
        return number

    def _with_declarations(self) -> tuple[Operation, ...]:
        """The operations of a body; its functions are there from the start."""
        return (*self.declared, *(_moved(operation, len(self.declared)) for operation in self.operations))

    def emit(self, *operation: Value) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    def patch(self, place: int) -> None:
        self.operations[place] = (*self.operations[place][:-1], len(self.operations))

    def block(self) -> None:
        self.expect("{")
        while not self.accept("}"):
            self.statement()

    def end(self) -> None:
        """A semicolon, written or not."""
        if not self.accept(";") and not self.is_next("}") and not self.token.after_newline:
            raise self.problem()

    def statement(self) -> None:
        self.emit("line", self.token.line)
        word = self.token.text if self.token.kind in ("name", "mark") else ""
        if word in _NOT_SIMULATED:
            raise NotSimulated(_NOT_SIMULATED[word])
        if word == "async" and self.tokens[self.at + 1].text == "function":
            self.at += 1
            word = "function"
        method = {
            "const": self._declaration, "let": self._declaration, "var": self._declaration, "if": self._if, "while": self._while,
            "for": self._for, "function": self._function, "return": self._return, "break": self._break,
            "continue": self._break, "throw": self._throw, "try": self._try, "switch": self._switch, "do": self._do_while,
            "import": self._import,
        }.get(word)  # fmt: skip
        if method is not None:
            method()
        elif word == "{":
            self.block()
        elif not self.accept(";"):
            self._expression_statement()

    def _expression_statement(self) -> None:
        expression = self.expression()
        while self.accept(","):
            self.emit("do", expression)
            expression = self.expression()
        self.emit("call", None, expression) if expression[0] == "call" else self.emit("do", expression)
        self.end()

    def _declaration(self) -> None:
        self._declarators()
        self.end()

    def _declarators(self) -> None:
        constant = self.name() == "const"
        while True:
            target = self._target()
            if self.accept("="):
                value = self.expression()
                self.emit("call" if value[0] == "call" else "set", target, value)
            elif constant:
                raise Complaint("SyntaxError", "Missing initializer in const declaration")
            else:
                self.emit("set", target, ("value", UNDEFINED))
            if not self.accept(","):
                return

    def _target(self) -> Expression:
        """What is declared: a name, or a pattern of names."""
        if self.is_next("{", "["):
            found = self._primary()
            self._declare(found)
            return found
        name = self.name()
        self.names.add(name)
        return ("name", name)

    def _declare(self, pattern: Expression) -> None:
        parts = [value for _, value in pattern[1]] if pattern[0] == "object" else pattern[1]
        for part in parts:
            if part[0] != "name":
                raise NotSimulated("such a pattern")
            self.names.add(part[1])

    def _if(self) -> None:
        self.expect("if")
        self.expect("(")
        otherwise = self.emit("unless", self.expression(), 0)
        self.expect(")")
        self.statement()
        if self.accept("else"):
            end = self.emit("jump", 0)
            self.patch(otherwise)
            self.statement()
            self.patch(end)
        else:
            self.patch(otherwise)

    def _while(self) -> None:
        self.expect("while")
        self.expect("(")
        start = len(self.operations)
        out = self.emit("unless", self.expression(), 0)
        self.expect(")")
        self._body(start, None)
        self.patch(out)
        self._close_loop()

    def _body(self, start: int, step: Expression | None) -> None:
        """A loop's body, then its step, then back to the start."""
        self.loops.append(([], [], len(self.tries)))
        self.statement()
        for place in self.loops[-1][0]:
            self.patch(place)
        if step is not None:
            self.emit("do", step)
        self.emit("jump", start)

    def _close_loop(self) -> None:
        for place in self.loops.pop()[1]:
            self.patch(place)

    def _for(self) -> None:
        self.expect("for")
        self.expect("(")
        following = self.tokens[self.at + 2].text
        if self.is_next("const", "let", "var") and (
            following in ("of", "in") or self.tokens[self.at + 1].text in ("[", "{")
        ):
            self._for_each()
            return
        if self.is_next("const", "let", "var"):
            self._declarators()
        elif not self.is_next(";"):
            self.emit("do", self.expression())
        self.expect(";")
        start = len(self.operations)
        condition: Expression = ("value", True) if self.is_next(";") else self.expression()
        out = self.emit("unless", condition, 0)
        self.expect(";")
        step = None if self.is_next(")") else self.expression()
        self.expect(")")
        self._body(start, step)
        self.patch(out)
        self._close_loop()

    def _for_each(self) -> None:
        self.at += 1
        target = self._target()
        word = self.accept("of", "in")
        if not word:
            raise self.problem()
        self.slots += 1
        slot = str(self.slots)
        values = self.expression()
        self.expect(")")
        keys: Expression = ("call", ("member", ("name", "Object"), "keys", False), (values,))
        self.emit("begin", slot, keys if word == "in" else values)
        start = len(self.operations)
        out = self.emit("next", slot, target, 0)
        self._body(start, None)
        self.patch(out)
        self._close_loop()

    def _function(self) -> None:
        self.expect("function")
        name = self.name()
        self.names.add(name)
        number = self.function_body(name, self.parameters(), False)
        self.declared.append(("set", ("name", name), ("function", number)))

    def _return(self) -> None:
        self.expect("return")
        if any(self.tries):
            raise NotSimulated("return in a try with finally")
        nothing = self.is_next(";", "}") or self.token.after_newline
        self.emit("return", ("value", UNDEFINED) if nothing else self.expression())
        self.end()

    def _break(self) -> None:
        word = self.name()
        if not self.loops:
            raise Complaint("SyntaxError", f"Illegal {word} statement")
        loop = self.loops[-1]
        if any(self.tries[loop[2] :]):
            raise NotSimulated(f"{word} in a try with finally")
        for _ in self.tries[loop[2] :]:
            self.emit("untry")
        (loop[1] if word == "break" else loop[0]).append(self.emit("jump", 0))
        self.end()

    def _do_while(self) -> None:
        self.expect("do")
        start = len(self.operations)
        self.loops.append(([], [], len(self.tries)))
        self.statement()
        for place in self.loops[-1][0]:
            self.patch(place)
        self.expect("while")
        self.expect("(")
        out = self.emit("unless", self.expression(), 0)
        self.expect(")")
        self.emit("jump", start)
        self.patch(out)
        self._close_loop()
        self.accept(";")

    def _switch(self) -> None:
        """Each case compares and leads into its statements, past the comparisons of those that follow."""
        self.expect("switch")
        self.expect("(")
        self.slots += 1
        value: Expression = ("name", f"\0switch{self.slots}")
        self.names.add(value[1])
        self.emit("set", value, self.expression())
        self.expect(")")
        self.expect("{")
        self.loops.append((self.loops[-1][0] if self.loops else [], [], len(self.tries)))
        otherwise, following = -1, self.emit("jump", 0)
        while not self.accept("}"):
            into = self.emit("jump", 0)
            self.patch(following)
            if self.accept("default"):
                otherwise = len(self.operations) + 1
                following = self.emit("jump", 0)
            else:
                self.expect("case")
                following = self.emit("unless", ("binary", "===", value, self.expression()), 0)
            self.expect(":")
            self.patch(into)
            while not self.is_next("case", "default", "}"):
                self.statement()
        out = self.emit("jump", 0)
        self.patch(following)
        if otherwise >= 0:
            self.emit("jump", otherwise)
        self.patch(out)
        self._close_loop()

    def _try(self) -> None:
        """What follows `finally` is there twice: for those who come regularly, and for what is raised again after it."""
        self.expect("try")
        ends = self._skipped_to_finally()
        last = self._begin_try(ends >= 0) if ends >= 0 else -1
        handler = self._begin_try(False)
        self.block()
        self._end_try()
        after = self.emit("jump", 0)
        self.patch(handler)
        if self.accept("catch"):
            target: Expression = ("array", ())
            if self.accept("("):
                target = self._target()
                self.expect(")")
            self.emit("caught", target) if target[0] == "name" else None
            self.block()
        else:
            self.emit("raise_again")
        self.patch(after)
        if last >= 0:
            self._end_try()
            self.expect("finally")
            start = self.at
            self.block()
            end = self.emit("jump", 0)
            self.patch(last)
            self.at = start
            self.block()
            self.emit("raise_again")
            self.patch(end)

    def _begin_try(self, has_finally: bool) -> int:
        self.tries.append(has_finally)
        return self.emit("try", 0)

    def _end_try(self) -> None:
        self.tries.pop()
        self.emit("untry")

    def _skipped_to_finally(self) -> int:
        """Where the `finally` of the blocks that come next is, -1 for none."""
        at = self.at
        while True:
            depth = 0
            while self.tokens[at].kind != "end":
                depth += {"{": 1, "}": -1}.get(self.tokens[at].text, 0) if self.tokens[at].kind == "mark" else 0
                at += 1
                if depth == 0 and self.tokens[at - 1].text == "}":
                    break
            if self.tokens[at].text != "catch":
                return at if self.tokens[at].text == "finally" else -1

    def _import(self) -> None:
        """import x from "y"; import { a, b as c } from "y"; import * as x from "y"; import "y"."""
        self.expect("import")
        targets = self.import_clause()
        module: Expression = ("call", ("name", "require"), (self.expression(),))
        self.emit("do", module)
        for name, own in targets:
            self.names.add(own)
            self.emit("set", ("name", own), ("member", module, name, False) if name else module)
        self.end()

    def _throw(self) -> None:
        self.expect("throw")
        self.emit("do", ("call", ("name", "throw"), (self.expression(),)))
        self.end()


def _moved(operation: Operation, by: int) -> Operation:
    """A jump that leads further."""
    return (*operation[:-1], operation[-1] + by) if operation[0] in ("jump", "unless", "next", "try") else operation
