"""Functions as values: the code of a function where it stands, with the variables around it."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import JsFunction, Value
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.scopes import FunctionScope
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import box_of
from fakedocker.userland.languages.machine.code import Frame, Runner


def function_maker(emitter: Emitter, node: syntax.Function, name: str) -> Evaluate:
    """What makes the function of a node, with a name that may come from where it stands."""
    code = emitter.code_of(node)
    if name and not code.name:
        code.name = name
    return closure_maker(emitter, emitter.analysis.functions[id(node)], code)


def closure_maker(emitter: Emitter, scope: FunctionScope, code: JsCode) -> Evaluate:
    """What makes a function of some code, with the boxes of the variables that it sees."""
    boxes = [box_of(emitter, variable) for variable in scope.captured]
    kind = (
        "AsyncGeneratorFunction"
        if code.is_async and code.is_generator
        else "AsyncFunction"
        if code.is_async
        else "GeneratorFunction"
    )
    proto_name = kind if code.is_async or code.is_generator else "Function"

    def run(frame: Frame, machine: Runner) -> Value:
        return JsFunction(machine.language.protos[proto_name], code, [box(frame) for box in boxes])

    return run


def takes_name(node: Node) -> bool:
    """Whether it is a function or class without a name, which is called after what it is put into."""
    return isinstance(node, syntax.Function | syntax.Class) and not node.name


def named(emitter: Emitter, node: Node, name: str, direct: Callable[[Emitter, Node], Evaluate]) -> Evaluate:
    """An expression that is given a name: a function without one takes it. `direct` evaluates any other."""
    if isinstance(node, syntax.Function) and not node.name:
        return function_maker(emitter, node, name)
    return direct(emitter, node)
