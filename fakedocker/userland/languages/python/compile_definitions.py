"""Functions, classes, comprehensions and modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import COMPILERS, Box, Code, Source
from fakedocker.userland.languages.python import blocks, building, generators, syntax as s
from fakedocker.userland.languages.python.compile_asserts import AssertBuilder
from fakedocker.userland.languages.python.compiler import Label, Unit
from fakedocker.userland.languages.python.scopes import Scope
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.values import UNBOUND, Function, FunctionCode, Live, PyFrame


class FunctionBuilder(AssertBuilder):
    def __init__(self, unit: Unit, scope: Scope, name: str) -> None:
        super().__init__(unit, scope, name)
        self.prepare_boxes([scope, *_comprehensions(scope)])

    def body(self, nodes: s.Nodes) -> None:
        for node in nodes:
            rule = _RULES[type(node)]
            rule(self, node)

    # modules

    def module(self, tree: s.Module) -> None:
        """All of a source."""
        documentation = _documentation(tree.body)
        if documentation is not None:

            def document(frame: PyFrame, m: Live) -> None:
                frame.globals["__doc__"] = documentation

            self.emit(document)
        self.body(tree.body)
        self._leave_none()
        self.finish()

    def _leave_none(self) -> None:
        def leave(frame: Live, m: Live) -> object:
            return m.leave(None)

        self.emit(leave)

    # functions

    def _function(self, node: s.FunctionDef) -> None:
        self.at = node.at
        for each in node.decorator_list:
            self.push(each)
        code = self._build_function(node, node.args, node.name, node.is_async)
        self.push_function(code, node.args, node.returns, node.at)
        for each in reversed(node.decorator_list):
            self.emit(_decorate(each.at), each.at)
        self.assign_top(s.Name(node.name, node.at))

    def _build_function(self, node: Any, args: s.Arguments, name: str, is_async: bool) -> FunctionCode:
        scope = self.unit.scopes.scopes[id(node)]
        builder = FunctionBuilder(self.unit, scope, name)
        code = builder.code
        code.first_line = node.at[0]
        code.positional_only = len(args.posonlyargs)
        code.parameters = [scope.mangled(each.arg) for each in [*args.posonlyargs, *args.args]]
        code.keyword_only = [scope.mangled(each.arg) for each in args.kwonlyargs]
        code.star, code.double_star = args.vararg is not None, args.kwarg is not None
        more = [each.arg for each in (args.vararg, args.kwarg) if each is not None]
        builder.add_parameters([*code.parameters, *code.keyword_only, *map(scope.mangled, more)])
        code.kind = "function"
        if is_async:
            code.kind = "async generator" if scope.is_generator else "coroutine"
        elif scope.is_generator:
            code.kind = "generator"
        if isinstance(node, s.Lambda):
            builder.at = node.at
            builder.push(node.body)
            builder.emit(blocks.leave, node.body.at)
        else:
            builder.body(node.body)
            builder._leave_none()
        return builder.finish()

    def add_parameters(self, names: list[str]) -> None:
        """Parameters are the first slots; those that inner functions see are copied to boxes."""
        for name in names:
            slot = self.add_slot(self.scope, name)
            if name in self.scope.boxed:
                self.code.boxed.append((slot, self.boxes[(id(self.scope), name)]))

    def push_function(self, code: FunctionCode, args: s.Arguments, returns: s.Expr, at: s.Span) -> None:
        """Emit: a function over a code comes to the stack, with its defaults and annotations."""
        for each in args.defaults:
            self.push(each)
        named = [
            (self.scope.mangled(each.arg), default)
            for each, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        ]
        for _, default in named:
            self.push(default)
        annotations = self._annotations(args, returns) if not isinstance(returns, _NoAnnotations) else []
        for _, annotation in annotations:
            if self.unit.future_annotations:
                self.push(s.Constant(self.unit.text_of(annotation), annotation.at))
            else:
                self.push(annotation)
        counts = (len(args.defaults), [name for name, _ in named], [name for name, _ in annotations])
        self.emit(self._make_function(code, *counts), at)

    def _annotations(self, args: s.Arguments, returns: Any) -> list[tuple[str, Any]]:
        more = [each for each in (args.vararg,) if each is not None]
        last = [each for each in (args.kwarg,) if each is not None]
        found = [
            (each.arg, each.annotation)
            for each in [*args.posonlyargs, *args.args, *more, *args.kwonlyargs, *last]
            if each.annotation is not None
        ]
        if returns is not None:
            found.append(("return", returns))
        return found

    def _make_function(self, code: FunctionCode, count: int, names: list[str], annotated: list[str]) -> Any:
        taken = [self.box_number(name) for name in _free_of(self.unit, code)]
        total = count + len(names) + len(annotated)
        documentation = building.documentation_of(self.unit, code)

        def make(frame: PyFrame, m: Live) -> None:
            values = frame.stack[len(frame.stack) - total :] if total else []
            if total:
                del frame.stack[len(frame.stack) - total :]
            boxes: list[Box] = [frame.boxes[number] for number in taken]
            keyword_defaults = dict(zip(names, values[count : count + len(names)], strict=True))
            made = Function(code, frame.globals, boxes, tuple(values[:count]), keyword_defaults)
            if annotated:
                made.names["__annotations__"] = dict(zip(annotated, values[count + len(names) :], strict=True))
            if documentation is not None:
                made.names["__doc__"] = documentation
            frame.stack.append(made)

        return make

    def box_number(self, name: str) -> int:
        """The box of this function that an inner function takes for a free variable."""
        scope: Scope | None = self.scope
        while scope is not None:
            if (id(scope), name) in self.boxes:
                return self.boxes[(id(scope), name)]
            if scope.kind != "comprehension":
                break
            scope = scope.parent
        return self.boxes[(0, name)]

    def _lambda(self, node: s.Lambda) -> None:
        code = self._build_function(node, node.args, "<lambda>", False)
        self.push_function(code, node.args, _NO_ANNOTATIONS, node.at)

    # classes

    def _class(self, node: s.ClassDef) -> None:
        self.at = node.at
        for each in node.decorator_list:
            self.push(each)
        scope = self.unit.scopes.scopes[id(node)]
        builder = FunctionBuilder(self.unit, scope, node.name)
        builder.code.first_line = node.at[0]
        documentation = _documentation(node.body)
        builder.emit(building.begin_class(scope.qualname, documentation))
        builder.body(node.body)
        builder._leave_none()
        code = builder.finish()
        class_box = builder.boxes.get((id(scope), "__class__"), -1)
        self._collect_elements(node.bases, node.at)
        taken = [self.box_number(name) for name in scope.free]
        for each in node.keywords:
            if each.arg is None:
                raise NotSimulated("unpacked keywords of a class")
            self.push(each.value)
        names = [each.arg for each in node.keywords]
        self.emit(building.make_class(code, node.name, names, taken, class_box), node.at)
        for each in reversed(node.decorator_list):
            self.emit(_decorate(each.at), each.at)
        self.assign_top(s.Name(node.name, node.at))

    # comprehensions

    def _comprehension(self, node: Any) -> None:
        if isinstance(node, s.GeneratorExp):
            self._generator_expression(node)
            return
        scope = self.unit.scopes.scopes[id(node)]
        kind: Any = {s.ListComp: list, s.SetComp: SetValue, s.DictComp: dict}[type(node)]
        self._push_first_iterator(node)
        own = [self.boxes[(id(scope), name)] for name in sorted(scope.boxed)]

        def begin(frame: PyFrame, m: Live) -> None:
            for number in own:
                frame.boxes[number] = Box(UNBOUND)
            frame.stack.append(kind())
            frame.stack[-1], frame.stack[-2] = frame.stack[-2], frame.stack[-1]

        self.emit(begin, node.at)
        first = len(self.operations)
        outer, self.scope = self.scope, scope
        self._clauses(node, node.generators, 0, 1)
        self.scope = outer
        if self.unit.minor < 12:
            name = {s.ListComp: "<listcomp>", s.SetComp: "<setcomp>", s.DictComp: "<dictcomp>"}[type(node)]
            code = self.unit.add_code(name, node.at[0])
            self.code.comprehensions.append((first, len(self.operations), code, node.at))

    def _clauses(self, node: Any, clauses: list[s.Comprehension], index: int, depth: int) -> None:
        """Emit the loops of a comprehension. The result is `depth` below the top of the stack."""
        clause = clauses[index]
        iterated = clause.iter.at if self.unit.minor >= 13 else node.at
        if index:
            self._push_iterator(clause, iterated)
            depth += 1
        begin, end = Label(), Label()
        self.mark(begin)
        if clause.is_async:
            self.emit(blocks.set_handler(end))
            self.emit(blocks.async_next, clause.iter.at)
            self.delegate(clause.iter.at)
            self.emit(blocks.drop_handler)
            self.assign_top(clause.target)
        else:
            self.next_item(clause.target, end, iterated)
        for test in clause.ifs:
            self.jump_if(test, False, begin)
        if index + 1 < len(clauses):
            self._clauses(node, clauses, index + 1, depth)
        else:
            self._add_element(node, depth)
        self.jump(begin)
        self.mark(end)
        if clause.is_async:
            self.emit(blocks.end_async, clause.iter.at)

    def _push_first_iterator(self, node: Any) -> None:
        first = node.generators[0]
        self._push_iterator(first, first.iter.at if self.unit.minor >= 13 else node.at)

    def _push_iterator(self, clause: s.Comprehension, at: s.Span) -> None:
        """Emit: the iterator of a clause comes to the stack; `at`: where it is said to be made."""
        if clause.is_async:
            self.push(clause.iter)
            self.emit(blocks.get_async_iterator, clause.iter.at)
        else:
            self.push_iterable(clause.iter)
            self.emit(generators.get_iterator, at)

    def _add_element(self, node: Any, depth: int) -> None:
        below = -depth - 1
        if isinstance(node, s.GeneratorExp):
            self.push(node.elt)
            self.emit_yield(node.elt.at)
            self.drop()
            return
        if isinstance(node, s.DictComp):
            self.push(node.key)
            self.push(node.value)

            def put(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
                value = frame.stack.pop()
                key = frame.stack.pop()
                frame.stack[below][key] = value

            self.emit(put, node.at)
            return
        evaluation = self.pure(node.elt)
        is_list = isinstance(node, s.ListComp)
        if evaluation is None:
            self.push(node.elt)

        def add(frame: PyFrame, m: Live, at: s.Span = node.at) -> None:
            value: Value = evaluation(frame, m) if evaluation is not None else frame.stack.pop()
            target = frame.stack[below]
            if is_list:
                target.append(value)
            else:
                target.add(value)

        self.emit(add, node.elt.at)

    def _generator_expression(self, node: s.GeneratorExp) -> None:
        scope = self.unit.scopes.scopes[id(node)]
        builder = FunctionBuilder(self.unit, scope, "<genexpr>")
        code = builder.code
        code.first_line = node.at[0]
        code.parameters = [".0"]
        is_async = any(each.is_async for each in node.generators)
        code.kind = "async generator" if is_async else "generator"
        builder.at = node.at
        builder.add_parameters([".0"])
        builder.push_value(lambda frame, m: frame.slots[0], node.at)
        builder._clauses(node, node.generators, 0, 0)
        builder._leave_none()
        builder.finish()
        self.push_function(code, _ITERATED, _NO_ANNOTATIONS, node.at)
        self._push_first_iterator(node)
        self.emit(building.call_genexpr, node.at)


class _NoAnnotations:
    """In place of what a function returns, where it cannot be annotated."""


_NO_ANNOTATIONS: Final = _NoAnnotations()
_ITERATED: Final = s.Arguments([], [], None, [], [], None, [])


def _comprehensions(scope: Scope) -> list[Scope]:
    """The comprehensions whose variables are in this scope's frame."""
    found = []
    pending = list(scope.children)
    for each in pending:
        if each.kind == "comprehension":
            found.append(each)
            pending += each.children
    return found


def _free_of(unit: Unit, code: FunctionCode) -> list[str]:
    for scope in unit.scopes.scopes.values():
        if scope.number == code.number and scope.kind != "comprehension":
            return scope.free
    return []


def _documentation(body: list[Any]) -> str | None:
    if body and isinstance(body[0], s.ExprStatement) and isinstance(body[0].value, s.Constant):
        value = body[0].value.value
        return value if isinstance(value, str) else None
    return None


def _decorate(at: s.Span) -> Any:
    from fakedocker.userland.languages.python import calls

    def operation(frame: PyFrame, m: Live, at: s.Span = at) -> bool:
        if frame.pending is not None:
            callee, args, kwargs = frame.pending
            frame.pending = None
            return calls.call(m, frame, callee, args, kwargs)
        value = frame.stack.pop()
        return calls.call(m, frame, frame.stack.pop(), [value], None)

    return operation


_RULES: Final[dict[type, Callable[[FunctionBuilder, Any], None]]] = {
    s.ExprStatement: FunctionBuilder._expression, s.Assign: FunctionBuilder._assign, s.AugAssign: FunctionBuilder._aug_assign,
    s.AnnAssign: FunctionBuilder._ann_assign, s.Delete: FunctionBuilder._delete, s.Pass: FunctionBuilder._pass,
    s.Global: FunctionBuilder._nothing, s.Nonlocal: FunctionBuilder._nothing, s.Raise: FunctionBuilder._raise,
    s.Assert: FunctionBuilder._assert, s.Import: FunctionBuilder._import, s.ImportFrom: FunctionBuilder._import_from,
    s.If: FunctionBuilder._if, s.While: FunctionBuilder._while, s.For: FunctionBuilder._for,
    s.Break: FunctionBuilder._break, s.Continue: FunctionBuilder._continue, s.Return: FunctionBuilder._return,
    s.With: FunctionBuilder._with, s.Try: FunctionBuilder._try, s.FunctionDef: FunctionBuilder._function,
    s.ClassDef: FunctionBuilder._class, s.Match: FunctionBuilder._match,
}  # fmt: skip


def compile_source(source: Source) -> tuple[Code, ...]:
    """All code of a source: the module's first. Raises SourceError, NotSimulated. O(length)."""
    unit = Unit(source)
    builder = FunctionBuilder(unit, unit.scopes.root, "<module>")
    builder.module(unit.tree)
    last = max(unit.codes)
    unit.codes[0].warnings = unit.warnings
    return tuple(unit.codes[number] for number in range(last + 1))


COMPILERS["python"] = compile_source
