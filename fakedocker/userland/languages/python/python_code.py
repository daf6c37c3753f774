"""Python, as far as small scripts need it: compiled to the operations of script_machine.

The grammar is Python's own; what is not here is named in a NotSimulated.
"""

from __future__ import annotations

import ast
import copy
import warnings
from functools import lru_cache
from typing import Final

from fakedocker.userland.languages.python.python_values import Value
from fakedocker.userland.languages.script_machine import Code, Function, NotSimulated, Operation

_MAXIMUM_SOURCE: Final = 200_000
_NAMES: Final = {
    "ClassDef": "a class", "AsyncFor": "an async function", "AsyncWith": "an async function", "Yield": "a generator",
    "Match": "a match statement",
}  # fmt: skip


def not_simulated(node: ast.AST) -> NotSimulated:
    return NotSimulated(_NAMES.get(type(node).__name__, type(node).__name__))


@lru_cache(maxsize=64)
def compile_python(source: str) -> Code:
    """Raises SyntaxError, NotSimulated."""
    if len(source) > _MAXIMUM_SOURCE:
        raise NotSimulated("so large a script")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those are for the script's author, not for this process
            tree = ast.parse(source)
    except (RecursionError, MemoryError, ValueError):
        raise NotSimulated("so deeply nested a script") from None
    compiler = _Compiler(
        {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    )
    compiler.function("<module>", tree.body, (), (), frozenset())
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            compiler.of_lambda(node)
    return Code(tuple(compiler.functions))


class _Compiler:
    """Turns statements into operations; functions are gathered in `functions`.

    Args:
        defined: the names of the source's own functions. A call of one within an expression is made a statement before
            it, so that it may wait.
    """

    def __init__(self, defined: set[str]) -> None:
        self.functions: list[Function] = []
        self.operations: list[Operation] = []
        self.loops: list[
            tuple[int, list[int], int]
        ] = []  # where each goes on, the jumps out of it, how many `try` are around
        self.tries: list[list[ast.stmt]] = []  # those around, with what follows their `finally`
        self.temporaries: set[str] = set()
        self.slots = 0
        self.defined = defined

    def function(
        self,
        name: str,
        body: list[ast.stmt],
        parameters: tuple[str, ...],
        defaults: tuple[Value, ...],
        names: frozenset[str],
    ) -> int:
        """Compile a body; its number."""
        number = len(self.functions)
        self.functions.append(Function(name, parameters, defaults, (), names))
        outer = self.operations, self.loops, self.tries, self.temporaries
        self.operations, self.loops, self.tries, self.temporaries = [], [], [], set()
        self.body(body)
        own = names | self.temporaries if number else names
        self.functions[number] = Function(name, parameters, defaults, tuple(self.operations), own)
        self.operations, self.loops, self.tries, self.temporaries = outer
        return number

    def of_lambda(self, node: ast.Lambda) -> None:
        """Compile one, and write its number into the node."""
        parameters, defaults = _parameters(node.args)
        body = ast.copy_location(ast.Return(node.body), node)
        node.number = self.function("<lambda>", [body], parameters, defaults, frozenset(parameters))  # type: ignore[attr-defined]  # ours

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            method = getattr(self, f"on_{type(statement).__name__}", None)
            if method is None:
                raise not_simulated(statement)
            self.operations.append(("line", statement.lineno))
            method(_CallsFirst(self).changed(statement))

    def emit(self, *operation: Value) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    def patch(self, place: int) -> None:
        """Let the jump at a place lead here."""
        self.operations[place] = (*self.operations[place][:-1], len(self.operations))

    def on_Expr(self, node: ast.Expr) -> None:  # noqa: N802  # named after the node
        self.emit(
            "call" if isinstance(node.value, ast.Call) else "do",
            *((None,) if isinstance(node.value, ast.Call) else ()),
            node.value,
        )

    def on_Assign(self, node: ast.Assign) -> None:  # noqa: N802  # named after the node
        if len(node.targets) == 1 and isinstance(node.value, ast.Call):
            self.emit("call", node.targets[0], node.value)
            return
        for target in node.targets:
            self.emit("set", target, node.value)

    def on_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802  # named after the node
        if node.value is not None:
            self.emit("set", node.target, node.value)

    def on_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802  # named after the node
        loaded = ast.copy_location(_loading(node.target), node)
        self.emit("set", node.target, ast.copy_location(ast.BinOp(loaded, node.op, node.value), node))

    def on_If(self, node: ast.If) -> None:  # noqa: N802  # named after the node
        otherwise = self.emit("unless", node.test, 0)
        self.body(node.body)
        if node.orelse:
            end = self.emit("jump", 0)
            self.patch(otherwise)
            self.body(node.orelse)
            self.patch(end)
        else:
            self.patch(otherwise)

    def on_Try(self, node: ast.Try) -> None:  # noqa: N802  # named after the node
        """What follows `finally` is there twice: for those who come regularly, and for what is raised again after it."""
        last = self._begin_try(node.finalbody) if node.finalbody else -1
        handler = self._begin_try([]) if node.handlers else -1
        self.body(node.body)
        if handler >= 0:
            self._end_try()
            self.body(node.orelse)
            ends = [self.emit("jump", 0)]
            self.patch(handler)
            for each in node.handlers:
                skip = self.emit("unless_error", each.type, 0)
                if each.name:
                    self.emit("caught", ast.Name(each.name, ast.Store()))
                self.body(each.body)
                ends.append(self.emit("jump", 0))
                self.patch(skip)
            self.emit("raise_again")
            for place in ends:
                self.patch(place)
        if last >= 0:
            self._end_try()
            self.body(node.finalbody)
            end = self.emit("jump", 0)
            self.patch(last)
            self.body(node.finalbody)
            self.emit("raise_again")
            self.patch(end)

    def _begin_try(self, finally_body: list[ast.stmt]) -> int:
        self.tries.append(finally_body)
        return self.emit("try", 0)

    def _end_try(self) -> None:
        self.tries.pop()
        self.emit("untry")

    def _leave_tries(self, depth: int) -> None:
        """Out of all `try` but the outer ones, by way of what follows their `finally`."""
        inner = self.tries[depth:]
        for finally_body in reversed(inner):
            self.emit("untry")
            self.tries.pop()
            self.body(finally_body)
        self.tries += inner

    def on_Raise(self, node: ast.Raise) -> None:  # noqa: N802  # named after the node
        self.emit("raise_again") if node.exc is None else self.emit("do", ("raise", node.exc))

    def on_Assert(self, node: ast.Assert) -> None:  # noqa: N802  # named after the node
        fails = self.emit("unless", ast.UnaryOp(ast.Not(), node.test), 0)
        kind = ast.Name("AssertionError", ast.Load())
        self.emit("do", ("raise", ast.Call(kind, [node.msg] if node.msg else [], [])))
        self.patch(fails)

    def on_Delete(self, node: ast.Delete) -> None:  # noqa: N802  # named after the node
        for target in node.targets:
            self.emit("do", ("delete", target))

    def on_With(self, node: ast.With) -> None:  # noqa: N802  # named after the node
        """Files need no closing here, so that the body is all there is to it."""
        for item in node.items:
            if not (
                isinstance(item.context_expr, ast.Call)
                and isinstance(item.context_expr.func, ast.Name)
                and item.context_expr.func.id == "open"
            ):
                raise NotSimulated("a with statement but of open()")
            target = item.optional_vars
            self.emit("do", item.context_expr) if target is None else self.emit("set", target, item.context_expr)
        self.body(node.body)

    def on_While(self, node: ast.While) -> None:  # noqa: N802  # named after the node
        start = len(self.operations)
        out = self.emit("unless", node.test, 0)
        self._loop(start, node.body)
        self.patch(out)
        self._after_loop(node.orelse)

    def on_For(self, node: ast.For) -> None:  # noqa: N802  # named after the node
        self.slots += 1
        slot = str(self.slots)
        self.emit("begin", slot, node.iter)
        start = len(self.operations)
        out = self.emit("next", slot, node.target, 0)
        self._loop(start, node.body)
        self.patch(out)
        self._after_loop(node.orelse)

    def _loop(self, start: int, body: list[ast.stmt]) -> None:
        self.loops.append((start, [], len(self.tries)))
        self.body(body)
        self.emit("jump", start)

    def _after_loop(self, orelse: list[ast.stmt]) -> None:
        _, breaks, _ = self.loops.pop()
        self.body(orelse)
        for place in breaks:
            self.patch(place)

    def on_Break(self, node: ast.Break) -> None:  # noqa: N802  # named after the node
        self._leave_tries(self.loops[-1][2])
        self.loops[-1][1].append(self.emit("jump", 0))

    def on_Continue(self, node: ast.Continue) -> None:  # noqa: N802  # named after the node
        self._leave_tries(self.loops[-1][2])
        self.emit("jump", self.loops[-1][0])

    def on_Pass(self, node: ast.Pass) -> None:  # noqa: N802  # named after the node
        return

    def on_Global(self, node: ast.Global) -> None:  # noqa: N802  # named after the node
        return

    def on_Nonlocal(self, node: ast.Nonlocal) -> None:  # noqa: N802  # named after the node
        return

    def on_Return(self, node: ast.Return) -> None:  # noqa: N802  # named after the node
        value = node.value
        if self.tries and value is not None:
            value = self.temporary(value)
        self._leave_tries(0)
        self.emit("return", value)

    def temporary(self, value: ast.expr) -> ast.Name:
        """Put a value into a variable of our own; the variable."""
        self.slots += 1
        name = f"\0{self.slots}"
        self.temporaries.add(name)
        target = ast.Name(name, ast.Store())
        self.emit("call", target, value) if isinstance(value, ast.Call) else self.emit("set", target, value)
        return ast.copy_location(ast.Name(name, ast.Load()), value)

    def on_FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802  # named after the node
        if len(self.loops) > 50:
            raise NotSimulated("so deeply nested a loop")
        parameters, defaults = _parameters(node.args)
        parts = [part for statement in node.body for part in _own_parts(statement)]
        assigned = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        assigned |= {part.name for part in parts if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
        assigned |= {part.name for part in parts if isinstance(part, ast.ExceptHandler) and part.name}
        shared = {name for part in parts if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names}
        number = self.function(
            node.name, node.body, parameters, defaults, frozenset(assigned - shared | set(parameters))
        )
        self.emit("set", ast.Name(node.name, ast.Store()), ("function", number))
        for decorator in reversed(node.decorator_list):
            call = ast.copy_location(ast.Call(decorator, [ast.Name(node.name, ast.Load())], []), node)
            self.emit("call", ast.Name(node.name, ast.Store()), call)

    def on_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:  # noqa: N802  # named after the node
        """As everything has its value at once, it is a function like any other."""
        self.on_FunctionDef(node)  # type: ignore[arg-type]  # it has the same parts

    def on_Import(self, node: ast.Import) -> None:  # noqa: N802  # named after the node
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.emit("set", ast.Name(name, ast.Store()), ("module", alias.name, alias.name if alias.asname else name))

    def on_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802  # named after the node
        if node.module == "__future__":
            return
        for alias in node.names:
            self.emit(
                "set", ast.Name(alias.asname or alias.name, ast.Store()), ("member", node.module or ".", alias.name)
            )


class _CallsFirst(ast.NodeTransformer):
    """Makes the calls of the source's own functions within a statement's expressions statements before it."""

    def __init__(self, compiler: _Compiler) -> None:
        self._compiler = compiler

    def changed(self, statement: ast.stmt) -> ast.stmt:
        """The statement with variables in place of the calls, which have been emitted."""
        for field in _EXPRESSIONS.get(type(statement), ()):
            value = getattr(statement, field)
            if value is None or not self._has_call(value):
                continue
            value = copy.deepcopy(value, {id(part): part for part in ast.walk(value) if isinstance(part, ast.Lambda)})
            keeps = isinstance(value, ast.Call) and isinstance(statement, ast.Expr | ast.Assign)
            value = self.generic_visit(value) if keeps else self.visit(value)
            statement = copy.copy(statement)
            setattr(statement, field, value)
        return statement

    def _has_call(self, value: ast.AST) -> bool:
        return any(self._is_own(node) for node in ast.walk(value))

    def _is_own(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._compiler.defined

    def visit_Call(self, node: ast.Call) -> ast.AST:  # named after the node
        self.generic_visit(node)
        return self._compiler.temporary(node) if self._is_own(node) else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:  # named after the node
        node.values[0] = self.visit(node.values[0])  # the others may not be evaluated at all
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:  # named after the node
        node.test = self.visit(node.test)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:  # named after the node
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return node

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return node

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return node


_EXPRESSIONS: Final[dict[type[ast.stmt], tuple[str, ...]]] = {
    ast.Expr: ("value",), ast.Assign: ("value",), ast.AugAssign: ("value",), ast.AnnAssign: ("value",), ast.Return: ("value",),
    ast.If: ("test",), ast.For: ("iter",), ast.Raise: ("exc",),
}  # fmt: skip
"""The expressions of a statement that are evaluated once, as it begins."""


def _own_parts(node: ast.AST) -> list[ast.AST]:
    """The nodes of a function's body but for those of functions in it."""
    found = [node]
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            found += _own_parts(child)
    return found


def _parameters(arguments: ast.arguments) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """Names and defaults. Raises NotSimulated."""
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise NotSimulated("such a parameter")
    defaults = []
    for default in arguments.defaults:
        if not isinstance(default, ast.Constant):
            raise NotSimulated("a default that is no constant")
        defaults.append(default.value)
    return tuple(argument.arg for argument in (*arguments.posonlyargs, *arguments.args)), tuple(defaults)


def _loading(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    raise not_simulated(target)
