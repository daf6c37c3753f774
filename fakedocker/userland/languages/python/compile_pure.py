"""Expressions that call no function: each is one evaluation, put together of those of its parts.

What raises has its place in the source as the default of its parameter `at`, where `tracebacks.position_of` finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import comparisons, items, operators as o, syntax as s
from fakedocker.userland.languages.python.attributes import MISSING, get_attribute
from fakedocker.userland.languages.python.compile_folding import folded, literal_name
from fakedocker.userland.languages.python.compile_names import NameBuilder
from fakedocker.userland.languages.python.compiler import Evaluation
from fakedocker.userland.languages.python.sets import SET, SetValue, frozen_constant
from fakedocker.userland.languages.python.texts import converted, to_format
from fakedocker.userland.languages.python.values import PyFrame

Function = Callable[..., Value]
_IMPURE: Final = (s.Call, s.Await, s.Yield, s.YieldFrom, s.ListComp, s.SetComp, s.DictComp, s.GeneratorExp, s.Starred)


_FOLDED: Final = frozenset((s.BinOp, s.UnaryOp, s.TupleExpr))


class PureBuilder(NameBuilder):
    def pure(self, node: Any) -> Evaluation | None:  # Any: a node
        """The evaluation of an expression; None if it calls something or waits."""
        if isinstance(node, _IMPURE):
            return None
        if type(node) in _FOLDED:
            value = folded(node)
            if value is not MISSING:
                return self._constant(s.Constant(value, node.at))
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node)
        found = self.parts(node)
        if found is None:
            return None
        children, function = found
        evaluations = []
        for child in children:
            evaluation = self.pure(child)
            if evaluation is None:
                return None
            evaluations.append(evaluation)
        return combined(evaluations, function, s.at_attribute(node))

    def parts(self, node: Any) -> tuple[list[Any], Function] | None:  # Any: a node
        """An expression as its parts and what makes its value of theirs: (frame's interpreter, values...)."""
        rule = _PARTS.get(type(node))
        return None if rule is None else rule(self, node)

    # leaves and those that do not evaluate all their parts

    def _constant(self, node: s.Constant) -> Evaluation:
        value = self.unit.constant(node.value)

        def constant(frame: PyFrame, m: Any) -> Value:
            return value

        return constant

    def _name(self, node: s.Name) -> Evaluation:
        if node.id == "__debug__":
            return self._constant(s.Constant(True, node.at))
        return self.load(node.id, node.at)

    def _binary(self, node: s.BinOp) -> Evaluation | None:
        left, right = self.pure(node.left), self.pure(node.right)
        if left is None or right is None:
            return None
        return binary_evaluation(node.op, left, right, node.at)

    def _boolean(self, node: s.BoolOp) -> Evaluation | None:
        evaluations = [self.pure(value) for value in node.values]
        if any(each is None for each in evaluations):
            return None
        *first, last = evaluations
        wanted = node.op == "or"

        def boolean(frame: PyFrame, m: Any, at: s.Span = node.at) -> Value:
            for each in first:
                value = each(frame, m)  # type: ignore[misc]
                if (value if type(value) is bool else m.truth(value)) is wanted:
                    return value
            return last(frame, m)  # type: ignore[misc]

        return boolean

    def _conditional(self, node: s.IfExp) -> Evaluation | None:
        test, body, orelse = self.pure(node.test), self.pure(node.body), self.pure(node.orelse)
        if test is None or body is None or orelse is None:
            return None

        def conditional(frame: PyFrame, m: Any, at: s.Span = node.test.at) -> Value:
            return body(frame, m) if m.truth(test(frame, m)) else orelse(frame, m)

        return conditional

    def check_compare(self, node: s.Compare) -> None:
        """Warn of `is` with a literal; a set that is asked for a member is a constant."""
        if node.ops[-1] in ("in", "not in"):
            self.unit.set_constant(node.comparators[-1])
        operands = [node.left, *node.comparators]
        for op, a, b in zip(node.ops, operands, operands[1:], strict=False):
            if op not in ("is", "is not"):
                continue
            for each in (a, b):
                value = folded(each)
                if value is not MISSING and not (value is None or value is ... or isinstance(value, bool)):
                    name = type(value).__name__
                    other = "==" if op == "is" else "!="
                    words = f'"{op}" with \'{name}\' literal. Did you mean "{other}"?'
                    if self.unit.minor < 12:
                        words = f'"{op}" with a literal. Did you mean "{other}"?'
                    self.unit.warn(words, node.at)
                    break

    def _compare(self, node: s.Compare) -> Evaluation | None:
        self.check_compare(node)
        evaluations = [self.pure(each) for each in (node.left, *node.comparators)]
        if any(each is None for each in evaluations):
            return None
        functions = [comparison(op) for op in node.ops]
        first, second = evaluations[0], evaluations[1]
        assert first is not None and second is not None
        if len(functions) == 1:
            return comparing(node.ops[0], first, second, node.at)

        def chained(frame: PyFrame, m: Any, at: s.Span = node.at) -> Value:
            left = first(frame, m)
            found: Value = True
            for function, evaluation in zip(functions, evaluations[1:], strict=True):
                right = evaluation(frame, m)  # type: ignore[misc]
                found = function(m, left, right)
                if found is not True and not m.truth(found):
                    return found
                left = right
            return found

        return chained

    def _named(self, node: s.NamedExpr) -> Evaluation | None:
        value = self.pure(node.value)
        if value is None:
            return None
        scope = self.scope
        while scope.kind == "comprehension":
            assert scope.parent is not None
            scope = scope.parent
        outer, self.scope = self.scope, scope
        store = self.store(node.target.id)
        self.scope = outer

        def named(frame: PyFrame, m: Any) -> Value:
            found = value(frame, m)
            store(frame, m, found)
            return found

        return named

    # parts

    def _binary_parts(self, node: s.BinOp) -> tuple[list[Any], Function]:
        op = node.op

        def function(m: Any, a: Value, b: Value) -> Value:
            return o.binary(m, op, a, b)

        return [node.left, node.right], function

    def _unary_parts(self, node: s.UnaryOp) -> tuple[list[Any], Function]:
        op = node.op
        if op == "not":
            return [node.operand], lambda m, a: not m.truth(a)
        return [node.operand], lambda m, a: -a if type(a) is int and op == "-" else o.unary(m, op, a)

    def _compare_parts(self, node: s.Compare) -> tuple[list[Any], Function] | None:
        if len(node.ops) > 1:
            return None
        return [node.left, node.comparators[0]], comparison(node.ops[0])

    def _attribute_parts(self, node: s.Attribute) -> tuple[list[Any], Function]:
        name = self.scope.mangled(node.attr)
        return [node.value], lambda m, value: get_attribute(m, value, name)

    def _subscript_parts(self, node: s.Subscript) -> tuple[list[Any], Function]:
        name, index = literal_name(node.value), literal_name(node.slice)
        if name in ("int", "float", "complex", "bool", "set", "NoneType", "function", "generator"):
            self.unit.warn(f"'{name}' object is not subscriptable; perhaps you missed a comma?", node.at)
        elif name in ("str", "bytes", "tuple", "list") and index and index not in ("int", "bool"):
            self.unit.warn(
                f"{name} indices must be integers or slices, not {index}; perhaps you missed a comma?", node.at
            )
        return [node.value, node.slice], get_item_quickly

    def _slice_parts(self, node: s.Slice) -> tuple[list[Any], Function]:
        none = s.Constant(None, node.at)
        return [node.lower or none, node.upper or none, node.step or none], _make_slice

    def _tuple_parts(self, node: s.TupleExpr) -> tuple[list[Any], Function] | None:
        if any(isinstance(each, s.Starred) for each in node.elts):
            return None
        return node.elts, lambda m, *values: values

    def _list_parts(self, node: s.ListExpr) -> tuple[list[Any], Function] | None:
        if any(isinstance(each, s.Starred) for each in node.elts):
            return None
        return node.elts, lambda m, *values: list(values)

    def _set_parts(self, node: s.SetExpr) -> tuple[list[Any], Function] | None:
        if any(isinstance(each, s.Starred) for each in node.elts):
            return None
        constant = self.unit.set_constant(node) if len(node.elts) > 2 else None

        def function(m: Any, *values: Value) -> Value:
            if constant is not None:
                return frozen_constant(constant, self.unit.hidden).copied(SET)
            made = SetValue()
            for value in values:
                made.add(value)
            return made

        return node.elts, function

    def _dict_parts(self, node: s.DictExpr) -> tuple[list[Any], Function] | None:
        if any(key is None for key in node.keys):
            return None
        count = len(node.keys)
        children = [each for pair in zip(node.keys, node.values, strict=True) for each in pair]

        def function(m: Any, *values: Value) -> Value:
            made = {}
            for place in range(0, 2 * count, 2):
                made[values[place]] = values[place + 1]
            return made

        return children, function

    def _joined_parts(self, node: s.JoinedStr) -> tuple[list[Any], Function]:
        def function(m: Any, *values: Value) -> Value:
            found = "".join(values)
            if len(found) > 4096:
                o.check_size(m, len(found))
            return found

        return node.values, function

    def _formatted_parts(self, node: s.FormattedValue) -> tuple[list[Any], Function]:
        conversion = node.conversion
        if node.format_spec is None:
            return (
                [node.value],
                lambda m, value: (
                    value
                    if type(value) is str and conversion < 0
                    else to_format(m, converted(m, value, conversion), "")
                ),
            )
        return [node.value, node.format_spec], lambda m, value, spec: to_format(
            m, converted(m, value, conversion), spec
        )


def _make_slice(m: Any, lower: Value, upper: Value, step: Value) -> Value:  # Any: the interpreter
    words = "slice indices must be integers or None or have an __index__ method"
    parts = [
        each if each is None or type(each) in o.PLAIN else m.as_index(each, words) for each in (lower, upper, step)
    ]
    return slice(*parts)


def get_item_quickly(m: Any, container: Value, index: Value) -> Value:  # Any: the interpreter
    """`container[index]`, the usual case first."""
    kind = type(container)
    if (kind is list and type(index) is int) or (kind is dict and type(index) is str):
        return container[index]
    return items.get_item(m, container, index)


def combined(evaluations: list[Evaluation], function: Function, at: s.Span) -> Evaluation:
    """The evaluation of a function of some parts."""
    if len(evaluations) == 1:
        only = evaluations[0]

        def one(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
            return function(m, only(frame, m))

        return one
    if len(evaluations) == 2:
        first, second = evaluations

        def two(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
            return function(m, first(frame, m), second(frame, m))

        return two

    def several(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
        return function(m, *[each(frame, m) for each in evaluations])

    return several


def binary_evaluation(op: str, left: Evaluation, right: Evaluation, at: s.Span) -> Evaluation:
    """`left op right`, small numbers first."""
    binary = o.binary
    if op == "+":

        def add(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
            a, b = left(frame, m), right(frame, m)
            if type(a) is int and type(b) is int:
                return a + b
            return binary(m, "+", a, b)

        return add
    if op == "-":

        def subtract(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
            a, b = left(frame, m), right(frame, m)
            if type(a) is int and type(b) is int:
                return a - b
            return binary(m, "-", a, b)

        return subtract

    def other(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
        return binary(m, op, left(frame, m), right(frame, m))

    return other


def comparing(op: str, left: Evaluation, right: Evaluation, at: s.Span) -> Evaluation:
    """`left op right` for one comparison, numbers first."""
    function = comparison(op)
    host = o.HOST.get(op)
    if host is None:

        def other(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
            return function(m, left(frame, m), right(frame, m))

        return other

    def ordered(frame: PyFrame, m: Any, at: s.Span = at) -> Value:
        a, b = left(frame, m), right(frame, m)
        if type(a) is int and type(b) is int:
            return host(a, b)
        return function(m, a, b)

    return ordered


def comparison(op: str) -> Function:
    """The function of a comparison: (interpreter, left, right) -> value."""
    if op == "==":
        return comparisons.equal
    if op == "!=":
        return comparisons.unequal
    if op == "in":
        return lambda m, a, b: items.contains(m, b, a)
    if op == "not in":
        return lambda m, a, b: not items.contains(m, b, a)
    if op == "is":
        return lambda m, a, b: is_same(a, b)
    if op == "is not":
        return lambda m, a, b: not is_same(a, b)
    return lambda m, a, b: comparisons.order(m, op, a, b)


def is_same(a: Value, b: Value) -> bool:
    """`a is b`. Of methods, each reading makes a new one."""
    return a is b


_RULES: Final[dict[type, Callable[[PureBuilder, Any], Evaluation | None]]] = {
    s.Constant: PureBuilder._constant, s.Name: PureBuilder._name, s.BinOp: PureBuilder._binary,
    s.BoolOp: PureBuilder._boolean, s.IfExp: PureBuilder._conditional, s.Compare: PureBuilder._compare,
    s.NamedExpr: PureBuilder._named,
}  # fmt: skip
_PARTS: Final[dict[type, Callable[[PureBuilder, Any], tuple[list[Any], Function] | None]]] = {
    s.BinOp: PureBuilder._binary_parts, s.UnaryOp: PureBuilder._unary_parts, s.Compare: PureBuilder._compare_parts,
    s.Attribute: PureBuilder._attribute_parts, s.Subscript: PureBuilder._subscript_parts,
    s.Slice: PureBuilder._slice_parts, s.TupleExpr: PureBuilder._tuple_parts, s.ListExpr: PureBuilder._list_parts,
    s.SetExpr: PureBuilder._set_parts, s.DictExpr: PureBuilder._dict_parts, s.JoinedStr: PureBuilder._joined_parts,
    s.FormattedValue: PureBuilder._formatted_parts,
}  # fmt: skip
