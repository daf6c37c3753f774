"""Python, as far as small scripts need it: compiled to the operations of script_machine.

The grammar is Python's own; what is not here is named in a NotSimulated.
"""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache
from typing import Any, Final

from fakedocker.userland.services.script_machine import Code, Function, NotSimulated, Operation

_MAXIMUM_SOURCE: Final = 200_000
MODULES: Final = frozenset({"os", "sys", "time", "json", "socket", "platform", "math", "os.path", "__future__"})
_NAMES: Final = {
    "ClassDef": "classes", "Try": "try statements", "AsyncFunctionDef": "async functions",
    "Lambda": "lambdas", "Yield": "generators", "Raise": "raise statements", "Match": "match statements",
    "Assert": "assert statements", "Delete": "del statements", "Await": "async functions",
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
    compiler = _Compiler()
    compiler.function("<module>", tree.body, (), (), frozenset())
    return Code(tuple(compiler.functions))


class _Compiler:
    """Turns statements into operations; functions are gathered in `functions`."""

    def __init__(self) -> None:
        self.functions: list[Function] = []
        self.operations: list[Operation] = []
        self.loops: list[tuple[int, list[int]]] = []  # where each goes on, and the jumps out of it
        self.slots = 0

    def function(
        self,
        name: str,
        body: list[ast.stmt],
        parameters: tuple[str, ...],
        defaults: tuple[Any, ...],
        names: frozenset[str],
    ) -> int:
        """Compile a body; its number."""
        number = len(self.functions)
        self.functions.append(Function(name, parameters, defaults, (), names))
        outer, self.operations = self.operations, []
        loops, self.loops = self.loops, []
        self.body(body)
        self.functions[number] = Function(name, parameters, defaults, tuple(self.operations), names)
        self.operations, self.loops = outer, loops
        return number

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            method = getattr(self, f"on_{type(statement).__name__}", None)
            if method is None:
                raise not_simulated(statement)
            self.operations.append(("line", statement.lineno))
            method(statement)

    def emit(self, *operation: Any) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    def patch(self, place: int) -> None:
        """Let the jump at a place lead here."""
        self.operations[place] = (*self.operations[place][:-1], len(self.operations))

    def on_Expr(self, node: ast.Expr) -> None:  # noqa: N802  # named after the node
        self.emit("call" if isinstance(node.value, ast.Call) else "do", *((None,) if isinstance(node.value, ast.Call) else ()), node.value)  # fmt: skip

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

    def on_With(self, node: ast.With) -> None:  # noqa: N802  # named after the node
        """Files need no closing here, so that the body is all there is to it."""
        for item in node.items:
            if not (
                isinstance(item.context_expr, ast.Call)
                and isinstance(item.context_expr.func, ast.Name)
                and item.context_expr.func.id == "open"
            ):
                raise NotSimulated("with statements but of open()")
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
        self.loops.append((start, []))
        self.body(body)
        self.emit("jump", start)

    def _after_loop(self, orelse: list[ast.stmt]) -> None:
        _, breaks = self.loops.pop()
        self.body(orelse)
        for place in breaks:
            self.patch(place)

    def on_Break(self, node: ast.Break) -> None:  # noqa: N802  # named after the node
        self.loops[-1][1].append(self.emit("jump", 0))

    def on_Continue(self, node: ast.Continue) -> None:  # noqa: N802  # named after the node
        self.emit("jump", self.loops[-1][0])

    def on_Pass(self, node: ast.Pass) -> None:  # noqa: N802  # named after the node
        return

    def on_Global(self, node: ast.Global) -> None:  # noqa: N802  # named after the node
        return

    def on_Return(self, node: ast.Return) -> None:  # noqa: N802  # named after the node
        self.emit("return", node.value)

    def on_FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802  # named after the node
        arguments = node.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or node.decorator_list or len(self.loops) > 50:
            raise NotSimulated("such parameters or decorators")
        parameters = tuple(argument.arg for argument in arguments.args)
        defaults = []
        for default in arguments.defaults:
            if not isinstance(default, ast.Constant):
                raise NotSimulated("defaults that are no constants")
            defaults.append(default.value)
        assigned = {
            part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        shared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
        number = self.function(node.name, node.body, parameters, tuple(defaults), frozenset(assigned - shared | set(parameters)))  # fmt: skip
        self.emit("set", ast.Name(node.name, ast.Store()), ("function", number))

    def on_Import(self, node: ast.Import) -> None:  # noqa: N802  # named after the node
        for alias in node.names:
            if alias.name not in MODULES:
                raise NotSimulated(f"the module {alias.name}")
            name = alias.asname or alias.name.partition(".")[0]
            self.emit("set", ast.Name(name, ast.Store()), ("module", alias.name if alias.asname else name))

    def on_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802  # named after the node
        if node.module not in MODULES:
            raise NotSimulated(f"the module {node.module}")
        if node.module == "__future__":
            return
        for alias in node.names:
            self.emit("set", ast.Name(alias.asname or alias.name, ast.Store()), ("member", node.module, alias.name))


def _loading(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    raise not_simulated(target)
