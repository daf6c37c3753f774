"""Expressions that call or wait: operations that leave a value on the frame's stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.python import async_generators, calls, displays, generators, syntax as s
from fakedocker.userland.languages.python.compile_pure import PureBuilder, comparison
from fakedocker.userland.languages.python.compiler import Evaluation, Label
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.types import type_name
from fakedocker.userland.languages.python.values import Live, Native, PyFrame


class PushBuilder(PureBuilder):
    def push(self, node: Any) -> None:  # Any: a node
        """Emit what leaves an expression's value on the stack."""
        evaluation = self.pure(node)
        if evaluation is not None:
            self.push_value(evaluation, node.at)
            return
        rule = _RULES.get(type(node))
        if rule is not None:
            rule(self, node)
            return
        found = self.parts(node)
        assert found is not None, node
        children, function = found
        for child in children:
            self.push(child)
        count = len(children)

        where = s.at_attribute(node)

        def combine(frame: PyFrame, m: Live, at: s.Span = where) -> None:
            stack = frame.stack
            values = stack[len(stack) - count :] if count else []
            value = function(m, *values)
            if count:
                del stack[len(stack) - count :]
            stack.append(value)

        self.emit(combine, where)

    def push_value(self, evaluation: Evaluation, at: s.Span) -> None:
        def operation(frame: PyFrame, m: Live) -> None:
            frame.stack.append(evaluation(frame, m))

        self.emit(operation, at)

    def call_native(self, native: Native, count: int, at: s.Span) -> None:
        """Emit: call a native with values of the stack; its value takes their place."""

        def operation(frame: PyFrame, m: Live, at: s.Span = at) -> bool:
            if frame.pending is not None:
                _, args, kwargs = frame.pending
                frame.pending = None
            else:
                stack = frame.stack
                args, kwargs = stack[len(stack) - count :], None
                del stack[len(stack) - count :]
            return calls.call(m, frame, native, args, kwargs)

        self.emit(operation, at)

    # conditions

    def jump_if(self, node: Any, wanted: bool, label: Label) -> None:  # Any: a node
        """Emit: go to the label if an expression is true, or is not."""
        if isinstance(node, s.UnaryOp) and node.op == "not":
            self.jump_if(node.operand, not wanted, label)
            return
        evaluation = self.pure(node)
        if evaluation is not None:

            def test(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
                value = evaluation(frame, m)
                if (value if type(value) is bool else m.truth(value)) is wanted:
                    frame.place = label.place

            self.emit(test, node.at)
            return
        if isinstance(node, s.BoolOp):
            self._jump_if_boolean(node, wanted, label)
            return
        self.push(node)

        def test_top(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
            if m.truth(frame.stack.pop()) is wanted:
                frame.place = label.place

        self.emit(test_top, node.at)

    def _jump_if_boolean(self, node: s.BoolOp, wanted: bool, label: Label) -> None:
        deciding = node.op == "or"
        end = Label()
        for value in node.values[:-1]:
            self.jump_if(value, deciding, label if deciding is wanted else end)
        self.jump_if(node.values[-1], wanted, label)
        self.mark(end)

    def _push_boolean(self, node: s.BoolOp) -> None:
        end = Label()
        wanted = node.op == "or"

        def keep(frame: PyFrame, m: Live) -> None:
            if m.truth(frame.stack[-1]) is wanted:
                frame.place = end.place
            else:
                frame.stack.pop()

        for value in node.values[:-1]:
            self.push(value)
            self.emit(keep, value.at)
        self.push(node.values[-1])
        self.mark(end)

    def _push_conditional(self, node: s.IfExp) -> None:
        otherwise, end = Label(), Label()
        self.jump_if(node.test, False, otherwise)
        self.push(node.body)
        self.jump(end)
        self.mark(otherwise)
        self.push(node.orelse)
        self.mark(end)

    def _push_compare(self, node: s.Compare) -> None:
        self.check_compare(node)
        self.push(node.left)
        end, cleanup = Label(), Label()
        for index, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            self.push(right)
            function = comparison(op)
            if index == len(node.ops) - 1:

                def last(frame: PyFrame, m: Live, at: s.Span = node.at, function: Any = function) -> None:
                    b = frame.stack.pop()
                    frame.stack[-1] = function(m, frame.stack[-1], b)

                self.emit(last, node.at)
            else:

                def middle(frame: PyFrame, m: Live, at: s.Span = node.at, function: Any = function) -> None:
                    b = frame.stack.pop()
                    found = function(m, frame.stack.pop(), b)
                    if not m.truth(found):
                        frame.stack.append(found)
                        frame.place = end.place
                    else:
                        frame.stack.append(b)

                self.emit(middle, node.at)
        self.mark(cleanup)
        self.mark(end)

    def _push_named(self, node: s.NamedExpr) -> None:
        self.push(node.value)
        scope = self.scope
        while scope.kind == "comprehension":
            assert scope.parent is not None
            scope = scope.parent
        outer, self.scope = self.scope, scope
        store = self.store(node.target.id)
        self.scope = outer

        def keep(frame: PyFrame, m: Live) -> None:
            store(frame, m, frame.stack[-1])

        self.emit(keep, node.at)

    # displays with stars

    def _starred_display(self, node: Any) -> None:  # Any: a list, tuple or set
        self._collect_elements(
            node.elts, node.at, displays.MEMBERS if isinstance(node, s.SetExpr) else displays.EXTENDED
        )
        if isinstance(node, s.TupleExpr):
            self.emit(_to_tuple, node.at)

    def _collect_elements(self, elements: list[Any], at: s.Span, extend: Native = displays.EXTENDED) -> None:
        """Emit: a list of values, those behind stars unpacked."""

        is_set = extend is displays.MEMBERS

        def begin(frame: PyFrame, m: Live) -> None:
            frame.stack.append(SetValue() if is_set else [])

        self.emit(begin, at)
        for each in elements:
            if isinstance(each, s.Starred):
                self.push(each.value)
                self.call_native(extend, 2, at)
            else:
                self.push(each)
                self.emit(_add if is_set else _append, at)

    def _dict(self, node: s.DictExpr) -> None:
        def begin(frame: PyFrame, m: Live) -> None:
            frame.stack.append({})

        self.emit(begin, node.at)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.push(value)
                self.call_native(displays.UPDATED, 2, node.at)
            else:
                self.push(key)
                self.push(value)
                self.emit(_put, node.at)

    # waiting and generators

    def _await(self, node: s.Await) -> None:
        self.push(node.value)
        self.emit(generators.get_awaitable, node.at)
        self.delegate(node.at)

    def delegate(self, at: s.Span) -> None:
        """Emit: the iterator on the stack gives what is yielded until it is through; its value takes its place."""

        def first(frame: PyFrame, m: Live) -> None:
            frame.stack.append(None)

        self.emit(first, at)
        resume = Label()
        self.mark(resume)
        after = Label()

        def send(frame: PyFrame, m: Live, at: s.Span = at) -> object:
            return generators.delegate_send(m, frame, after.place)

        self.emit(send, at)

        def hand_on(frame: PyFrame, m: Live) -> object:
            frame.place = resume.place
            return generators.hand_up(m, frame)

        self.emit(hand_on, at)
        self.mark(after)

    def _yield(self, node: s.Yield) -> None:
        if node.value is None:
            self.push(s.Constant(None, node.at))
        else:
            self.push(node.value)
        self.emit_yield(node.at)

    def emit_yield(self, at: s.Span) -> None:
        """Emit: the value on the stack goes to who has resumed the generator."""
        if self.code.kind == "async generator":
            self.emit(async_generators.wrap_yielded, at)
        self.emit(generators.yield_value, at)

    def _yield_from(self, node: s.YieldFrom) -> None:
        self.push(node.value)
        self.emit(generators.get_iterator, node.at)
        self.delegate(node.at)

    # the rest is made by other builders

    def _call(self, node: s.Call) -> None:
        raise NotImplementedError

    def _lambda(self, node: s.Lambda) -> None:
        raise NotImplementedError

    def _comprehension(self, node: Any) -> None:  # Any: a comprehension
        raise NotImplementedError


def _append(frame: Live, m: Live) -> None:
    value = frame.stack.pop()
    frame.stack[-1].append(value)


def _put(frame: Live, m: Live) -> None:
    value = frame.stack.pop()
    key = frame.stack.pop()
    frame.stack[-1][key] = value


def _to_tuple(frame: Live, m: Live) -> None:
    frame.stack[-1] = tuple(frame.stack[-1])


def _add(frame: Live, m: Live) -> None:
    value = frame.stack.pop()
    frame.stack[-1].add(value)


_RULES: Final[dict[type, Callable[[PushBuilder, Any], None]]] = {
    s.Call: lambda self, node: self._call(node), s.BoolOp: PushBuilder._push_boolean, s.IfExp: PushBuilder._push_conditional,
    s.Compare: PushBuilder._push_compare, s.NamedExpr: PushBuilder._push_named, s.TupleExpr: PushBuilder._starred_display,
    s.ListExpr: PushBuilder._starred_display, s.SetExpr: PushBuilder._starred_display, s.DictExpr: PushBuilder._dict,
    s.Await: PushBuilder._await, s.Yield: PushBuilder._yield, s.YieldFrom: PushBuilder._yield_from,
    s.Lambda: lambda self, node: self._lambda(node), s.ListComp: lambda self, node: self._comprehension(node),
    s.SetComp: lambda self, node: self._comprehension(node), s.DictComp: lambda self, node: self._comprehension(node),
    s.GeneratorExp: lambda self, node: self._comprehension(node),
}  # fmt: skip
__all__ = ["type_name"]
