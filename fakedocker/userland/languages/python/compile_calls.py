"""Calls: of functions, methods, super, and with stars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import calls, displays, syntax as s
from fakedocker.userland.languages.python.attributes import MISSING, SINCE, find_attribute, get_attribute
from fakedocker.userland.languages.python.compile_folding import literal_name
from fakedocker.userland.languages.python.compile_pushed import PushBuilder
from fakedocker.userland.languages.python.compiler import Evaluation
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.types import OF_HOST
from fakedocker.userland.languages.python.values import Native, PyFrame


class CallBuilder(PushBuilder):
    def _call(self, node: s.Call) -> None:
        name = literal_name(node.func)
        if name and name not in ("function", "generator"):
            self.unit.warn(f"'{name}' object is not callable; perhaps you missed a comma?", node.func.at)
        if (node.keywords and any(each.arg is None for each in node.keywords)) or any(
            isinstance(each, s.Starred) for each in node.args
        ):
            self._call_with_stars(node)
            return
        if isinstance(node.func, s.Name) and node.func.id == "super" and not node.args and self.scope.kind != "module":
            self._super_call(node)
            return
        names = [each.arg for each in node.keywords]
        values = [*node.args, *(each.value for each in node.keywords)]
        count = len(node.args)
        evaluations = [self.pure(each) for each in values]
        if isinstance(node.func, s.Attribute):
            self._method_call(node, names, values, evaluations, count)
            return
        function = self.pure(node.func)
        if function is not None and all(each is not None for each in evaluations):
            given: list[Any] = evaluations
            keywords = list(zip(names, given[count:], strict=True))
            positional = given[:count]

            def call_pure(frame: PyFrame, m: Any, at: s.Span = node.at) -> bool:
                if frame.pending is not None:
                    callee, args, kwargs = frame.pending
                    frame.pending = None
                else:
                    callee = function(frame, m)
                    args = [each(frame, m) for each in positional]
                    kwargs = {name: each(frame, m) for name, each in keywords} if keywords else None
                return calls.call(m, frame, callee, args, kwargs)

            self.emit(call_pure, node.at)
            return
        self.push(node.func)
        for each in values:
            self.push(each)
        self.emit(_calling(count, names, node.at), node.at)

    def _method_call(
        self, node: s.Call, names: list[str], values: list[Any], evaluations: list[Evaluation | None], count: int
    ) -> None:
        name = self.scope.mangled(node.func.attr)
        owner = self.pure(node.func.value)
        where = s.at_attribute(node.func)
        called = (*where[:2], *node.at[2:]) if where[0] != node.at[0] else node.at
        if owner is not None and not names and all(each is not None for each in evaluations):
            positional: list[Any] = evaluations

            def method(frame: PyFrame, m: Any, at: s.Span = where) -> Value:
                return find_method(m, owner(frame, m), name)

            def call_method(frame: PyFrame, m: Any, at: s.Span = called) -> bool:
                if frame.pending is not None:
                    callee, args, kwargs = frame.pending
                    frame.pending = None
                    return calls.call(m, frame, callee, args, kwargs)
                callee, bound = method(frame, m)
                args = [each(frame, m) for each in positional]
                if bound is not MISSING:
                    args.insert(0, bound)
                return calls.call(m, frame, callee, args, None)

            self.emit(call_method, called)
            return
        self.push(node.func.value)

        def get(frame: PyFrame, m: Any, at: s.Span = where) -> None:
            frame.stack[-1] = get_attribute(m, frame.stack[-1], name)

        self.emit(get, where)
        for each in values:
            self.push(each)
        self.emit(_calling(count, names, called), called)

    def _super_call(self, node: s.Call) -> None:
        box = self.load("__class__", node.at)
        parameters = self.code.parameters

        def call_super(frame: PyFrame, m: Any, at: s.Span = node.at) -> bool:
            if not parameters:
                raise error("RuntimeError", "super(): no arguments")
            first = frame.slots[0]
            for slot, number in self.code.boxed:
                if slot == 0:
                    first = frame.boxes[number].value
            frame.stack.append(displays.make_super(m, box(frame, m), first))
            return False

        self.emit(call_super, node.at)

    def _call_with_stars(self, node: s.Call) -> None:
        self.push(node.func)
        if len(node.args) == 1 and isinstance(node.args[0], s.Starred):
            self.emit(_push_list, node.at)
            self.push(node.args[0].value)
            self.emit(_copy_from_below(3), node.at)
            self.call_native(displays.ARGUMENTS, 3, node.at)
        else:
            self._collect_elements(node.args, node.at)

        def begin(frame: PyFrame, m: Any) -> None:
            frame.stack.append({})

        self.emit(begin, node.at)
        for each in node.keywords:
            self.push(each.value)
            if each.arg is None:
                self.emit(_copy_from_below(4), node.at)
                self.call_native(displays.KEYWORDS, 3, node.at)
            else:
                self.emit(_add_keyword(each.arg, node.at), node.at)

        def call_collected(frame: PyFrame, m: Any, at: s.Span = node.at) -> bool:
            if frame.pending is not None:
                callee, args, kwargs = frame.pending
                frame.pending = None
            else:
                callee, args, kwargs = frame.stack[-3:]
                del frame.stack[-3:]
            return calls.call(m, frame, callee, args, kwargs)

        self.emit(call_collected, node.at)


def _push_list(frame: PyFrame, m: Any) -> None:
    frame.stack.append([])


def _copy_from_below(depth: int) -> Callable[[Any, Any], None]:
    """Put what lies so deep in the stack on top."""

    def operation(frame: PyFrame, m: Any) -> None:
        frame.stack.append(frame.stack[-depth])

    return operation


def find_method(m: Any, owner: Value, name: str) -> tuple[Value, Value]:  # Any: the interpreter
    """A method to be called: the function and the object to be its first argument, or MISSING."""
    cls = OF_HOST.get(type(owner))
    if cls is not None and type(owner) is not SetValue:
        found = cls.names.get(name)
        if type(found) is Native and name not in SINCE:
            return found, owner
    found = find_attribute(m, owner, name)
    if found is MISSING:
        return get_attribute(m, owner, name), MISSING
    return found, MISSING


def _calling(count: int, names: list[str], at: s.Span) -> Callable[[Any, Any], bool]:
    """Call a function with values of the stack."""
    total = count + len(names)

    def operation(frame: PyFrame, m: Any, at: s.Span = at) -> bool:
        if frame.pending is not None:
            callee, args, kwargs = frame.pending
            frame.pending = None
        else:
            stack = frame.stack
            start = len(stack) - total
            args = stack[start : start + count]
            kwargs = dict(zip(names, stack[start + count :], strict=True)) if names else None
            callee = stack[start - 1]
            del stack[start - 1 :]
        return calls.call(m, frame, callee, args, kwargs)

    return operation


def _add_keyword(name: str, at: s.Span) -> Callable[[Any, Any], None]:
    def operation(frame: PyFrame, m: Any, at: s.Span = at) -> None:
        value = frame.stack.pop()
        given = frame.stack[-1]
        if name in given:
            raise type_error(
                f"{displays.callable_name(m, frame.stack[-3])} got multiple values for keyword argument '{name}'"
            )
        given[name] = value

    return operation
