"""Simple statements: assignments to all kinds of targets, del, imports, raise, assert, return."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import importing, items, operators as o, syntax as s
from fakedocker.userland.languages.python.attribute_changes import delete_attribute, set_attribute
from fakedocker.userland.languages.python.attributes import get_attribute
from fakedocker.userland.languages.python.compile_calls import CallBuilder
from fakedocker.userland.languages.python.compile_folding import folded
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error
from fakedocker.userland.languages.python.exceptions import make_exception
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import ExceptionValue, Live, Native, PyFrame


class StatementBuilder(CallBuilder):
    # assignments

    def assign_top(self, target: Any) -> None:  # Any: a target
        """Emit: the value on the stack is assigned, and taken away."""
        if isinstance(target, s.Name):
            store = self.store(target.id)

            def to_name(frame: PyFrame, m: Live) -> None:
                store(frame, m, frame.stack.pop())

            self.emit(to_name, target.at)
        elif isinstance(target, s.TupleExpr | s.ListExpr):
            self._unpack(target)
        elif isinstance(target, s.Attribute):
            self.push(target.value)
            name = self.scope.mangled(target.attr)

            def to_attribute(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                owner = frame.stack.pop()
                set_attribute(m, owner, name, frame.stack.pop())

            self.emit(to_attribute, target.at)
        elif isinstance(target, s.Subscript):
            self.push(target.value)
            self.push(target.slice)

            def to_item(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                container, index = frame.stack[-2:]
                value = frame.stack[-3]
                del frame.stack[-3:]
                items.set_item(m, container, index, value)

            self.emit(to_item, target.at)
        else:
            raise NotSimulated("this target of an assignment")

    def _unpack(self, target: Any) -> None:  # Any: a tuple or list
        elements = target.elts
        starred = [index for index, each in enumerate(elements) if isinstance(each, s.Starred)]
        if len(starred) > 1:
            raise self.unit.fail("multiple starred expressions in assignment", target.at)
        count = len(elements)
        before = starred[0] if starred else -1
        self.push_value(lambda frame, m: before, target.at)
        self.push_value(lambda frame, m: count, target.at)
        self.call_native(_UNPACK, 3, target.at)

        def spread(frame: PyFrame, m: Live) -> None:
            frame.stack.extend(reversed(frame.stack.pop()))

        self.emit(spread, target.at)
        for each in elements:
            self.assign_top(each.value if isinstance(each, s.Starred) else each)

    def _assign(self, node: s.Assign) -> None:
        self.at = node.at
        if len(node.targets) == 1 and isinstance(node.targets[0], s.Name):
            value = self.pure(node.value)
            if value is not None:
                store = self.store(node.targets[0].id)

                def simple(frame: PyFrame, m: Live) -> None:
                    store(frame, m, value(frame, m))

                self.emit(simple, node.value.at)
                return
        self.push(node.value)
        for target in node.targets[:-1]:

            def again(frame: PyFrame, m: Live) -> None:
                frame.stack.append(frame.stack[-1])

            self.emit(again)
            self.assign_top(target)
        self.assign_top(node.targets[-1])

    def _aug_assign(self, node: s.AugAssign) -> None:
        self.at = node.at
        op = node.op
        target = node.target
        value = self.pure(node.value)
        if isinstance(target, s.Name):
            load, store = self.load(target.id, target.at), self.store(target.id)
            if value is not None:

                def simple(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
                    a, b = load(frame, m), value(frame, m)
                    if type(a) is int and type(b) is int and op == "+":
                        store(frame, m, a + b)
                    else:
                        store(frame, m, o.in_place(m, op, a, b))

                self.emit(simple, node.at)
                return
            self.push_value(load, target.at)
        elif isinstance(target, s.Attribute):
            self.push(target.value)
            name = self.scope.mangled(target.attr)

            def get(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                frame.stack.append(get_attribute(m, frame.stack[-1], name))

            self.emit(get, target.at)
        else:
            self.push(target.value)
            self.push(target.slice)

            def get_item(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                frame.stack.append(items.get_item(m, frame.stack[-2], frame.stack[-1]))

            self.emit(get_item, target.at)
        self.push(node.value)

        def operate(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
            b = frame.stack.pop()
            frame.stack[-1] = o.in_place(m, op, frame.stack[-1], b)

        self.emit(operate, node.at)
        self._store_back(target)

    def _store_back(self, target: Any) -> None:  # Any: a target
        if isinstance(target, s.Name):
            self.assign_top(target)
        elif isinstance(target, s.Attribute):
            name = self.scope.mangled(target.attr)

            def to_attribute(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                value = frame.stack.pop()
                set_attribute(m, frame.stack.pop(), name, value)

            self.emit(to_attribute, target.at)
        else:

            def to_item(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                container, index, value = frame.stack[-3:]
                del frame.stack[-3:]
                items.set_item(m, container, index, value)

            self.emit(to_item, target.at)

    def _ann_assign(self, node: s.AnnAssign) -> None:
        self.at = node.at
        if node.value is not None:
            self.push(node.value)
            self.assign_top(node.target)
        elif isinstance(node.target, s.Attribute | s.Subscript):  # which are looked at, and no more
            parts = (
                [node.target.value] if isinstance(node.target, s.Attribute) else [node.target.value, node.target.slice]
            )
            for each in parts:
                self.push(each)
                self.drop()
        if self.host.kind == "function":
            return
        if not node.simple and not self.unit.future_annotations:
            self.push(node.annotation)
            self.drop()
        if isinstance(node.target, s.Name) and node.simple and self.host.kind in ("module", "class"):
            if self.unit.future_annotations:
                self.push(s.Constant(self.unit.text_of(node.annotation), node.at))
            else:
                self.push(node.annotation)
            name = self.scope.mangled(node.target.id)

            def annotate(frame: PyFrame, m: Live) -> None:
                names = frame.names if frame.names is not None else frame.globals
                names.setdefault("__annotations__", {})[name] = frame.stack.pop()

            self.emit(annotate, node.at)

    def _delete(self, node: s.Delete) -> None:
        for target in node.targets:
            self._delete_target(target)

    def _delete_target(self, target: Any) -> None:  # Any: a target
        self.at = target.at
        if isinstance(target, s.Name):
            self.emit(self.delete(target.id, target.at), target.at)
        elif isinstance(target, s.Attribute):
            self.push(target.value)
            name = self.scope.mangled(target.attr)

            def attribute(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                delete_attribute(m, frame.stack.pop(), name)

            self.emit(attribute, target.at)
        elif isinstance(target, s.Subscript):
            self.push(target.value)
            self.push(target.slice)

            def item(frame: PyFrame, m: Live, at: s.Span = target.at) -> None:
                container, index = frame.stack[-2:]
                del frame.stack[-2:]
                items.delete_item(m, container, index)

            self.emit(item, target.at)
        else:
            for each in target.elts:
                self._delete_target(each)

    # others

    def _expression(self, node: s.ExprStatement) -> None:
        self.at = node.at
        if isinstance(node.value, s.Constant) and not self.unit.shows_values:
            return
        self.push(node.value)
        if self.unit.shows_values and self.scope.kind == "module":
            self.emit(_forget_shown)
            self.call_native(Native.known["sys:.displayhook"], 1, node.at)
        self.drop()

    def _pass(self, node: s.Pass) -> None:
        self.at = node.at

    def _nothing(self, node: Any) -> None:  # Any: global or nonlocal
        pass

    def _raise(self, node: s.Raise) -> None:
        self.at = node.at
        if node.exc is None:

            def again(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
                handled = m.handled()
                if handled is None:
                    raise error("RuntimeError", "No active exception to reraise")
                raise m.reraise(handled)

            self.emit(again, node.at)
            return
        self.push(node.exc)
        has_cause = node.cause is not None
        if has_cause:
            self.push(node.cause)

        def throw(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
            cause = frame.stack.pop() if has_cause else None
            value = make_exception(m, frame.stack.pop())
            if has_cause:
                _set_cause(m, value, cause)
            raise Raised(value)

        self.emit(throw, node.at)

    def _assert(self, node: s.Assert) -> None:
        from fakedocker.userland.languages.python.compiler import Label

        self.at = node.at
        checked = folded(node.test)
        if (isinstance(node.test, s.TupleExpr) and node.test.elts) or (type(checked) is tuple and checked):
            self.unit.warn("assertion is always true, perhaps remove parentheses?", node.at)
        end = Label()
        self.jump_if(node.test, True, end)
        where = node.test.at
        if self.unit.minor < 13:
            compared = _last_compared(node.test) if self.unit.minor < 12 else None
            where = node.at if compared is None else compared.at
        if node.msg is not None:
            self.push(node.msg)
        has_message = node.msg is not None

        def fail(frame: PyFrame, m: Live, at: s.Span = where) -> None:
            args = (frame.stack.pop(),) if has_message else ()
            raise Raised(ExceptionValue(EXCEPTIONS["AssertionError"], args))

        self.emit(fail, where)
        self.mark(end)

    def _import(self, node: s.Import) -> None:
        self.at = node.at
        for alias in node.names:
            self._push_import(alias.name, 0, node.at)
            if alias.asname is None:
                top = alias.name.partition(".")[0]
                if top != alias.name:
                    self.push_value(lambda frame, m, top=top: m.modules[top], node.at)  # type: ignore[misc]
                    self.emit(_drop_second, node.at)
                self.assign_top(s.Name(top, node.at))
            else:
                self.assign_top(s.Name(alias.asname, node.at))

    def _push_import(self, name: str, level: int, at: s.Span) -> None:
        """Emit: the module of a name comes to the stack, after its parents and itself were run, if they were not."""

        def operation(frame: PyFrame, m: Live, at: s.Span = at) -> object:
            return importing.import_step(m, frame, name, level)

        self.emit(operation, at)

    def _import_from(self, node: s.ImportFrom) -> None:
        self.at = node.at
        if node.module == "__future__" and not node.level:
            if any(alias.name == "annotations" for alias in node.names):
                self.unit.future_annotations = True
            return
        self._push_import(node.module or "", node.level, node.at)
        for alias in node.names:
            if alias.name == "*":

                def everything(frame: PyFrame, m: Live, at: s.Span = node.at) -> object:
                    return importing.import_all(m, frame, frame.stack[-1])

                self.emit(everything, node.at)
                continue
            name = alias.name

            def from_module(frame: PyFrame, m: Live, at: s.Span = node.at, name: str = name) -> object:
                return importing.import_from(m, frame, frame.stack[-1], name)

            self.emit(from_module, node.at)
            self.assign_top(s.Name(alias.asname or name, node.at))
        self.drop()


def _last_compared(test: Any) -> s.Compare | None:  # Any: a node
    """The comparison at which CPython 3.11 leaves its place when it has compiled a condition, so where an assert fails."""
    if isinstance(test, s.Compare):
        return test
    inner: list[Any] = []
    if isinstance(test, s.UnaryOp) and test.op == "not":
        inner = [test.operand]
    elif isinstance(test, s.BoolOp):
        inner = list(test.values)
    elif isinstance(test, s.IfExp):
        inner = [test.test, test.body, test.orelse]
    found = [each for each in map(_last_compared, inner) if each is not None]
    return found[-1] if found else None


def _set_cause(m: Live, value: ExceptionValue, cause: Value) -> None:  # Any: the interpreter
    if cause is not None:
        from fakedocker.userland.languages.python.errors import type_error
        from fakedocker.userland.languages.python.values import Class

        if not isinstance(cause, ExceptionValue | Class):
            raise type_error("exception causes must derive from BaseException")
        cause = make_exception(m, cause)
    value.cause = cause
    value.suppress = True


def _drop_second(frame: Live, m: Live) -> None:
    value = frame.stack.pop()
    frame.stack[-1] = value


@native("*unpack")
def _unpack(m: Live, value: Value, before: int, count: int) -> Value:  # Any: the interpreter
    """The values for a list of targets. `before` is how many stand before the starred one, -1 without one."""
    from fakedocker.userland.languages.python import calls, unpacking

    if type(value) is tuple or type(value) is list:
        items = value
    elif before < 0 and m.plain_items_are_lazy(value):
        return calls.Tail(m.hidden_function("unpack_lazily"), [value, count])
    else:
        items = unpacking.items_to_unpack(m, value)
    return unpacking.unpacked(m, items, before, count)


_UNPACK = Native.known["builtins:.*unpack"]


def _forget_shown(frame: PyFrame, m: Any) -> None:
    """The value that the prompt has shown last is let go before another one is shown."""
    if frame.stack[-1] is not None and "_" in m.modules["builtins"].names:
        m.modules["builtins"].names["_"] = None
