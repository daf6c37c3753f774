"""Asserts that tell what their parts were, as pytest compiles those of test modules.

Each part of the condition is evaluated once and kept in a slot; where the condition is false, what was kept goes to
the library's own text (`_pytest_asserts`) as a tree, which makes the words of the AssertionError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import calls, syntax as s
from fakedocker.userland.languages.python.compile_patterns import PatternBuilder
from fakedocker.userland.languages.python.compiler import Evaluation, Label
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised
from fakedocker.userland.languages.python.values import UNBOUND, ExceptionValue, Live, PyFrame

Tree = tuple[Any, ...]
"""(kind, parts ...): a part is a tree, a text, a list of such, or a `Slot`."""


class Slot(NamedTuple):
    """Where a value is at run time."""

    number: int


class Kept(NamedTuple):
    """An expression in place of one that was evaluated before."""

    number: int
    at: s.Span


class AssertBuilder(PatternBuilder):
    def pure(self, node: Any) -> Evaluation | None:  # Any: a node
        if isinstance(node, Kept):
            number = node.number

            def kept(frame: PyFrame, m: Live) -> Value:
                return frame.slots[number]

            return kept
        return super().pure(node)

    def _assert(self, node: s.Assert) -> None:
        if not self.unit.explains_asserts:
            super()._assert(node)
            return
        self.at = node.at
        used: list[int] = []
        before = len(self.slot_names)

        def forget(frame: PyFrame, m: Live) -> None:
            for slot in used:
                frame.slots[slot] = UNBOUND

        self.emit(forget)
        number, tree = self.explained(node.test)
        used += range(before, len(self.slot_names))
        end = Label()
        self.jump_if(Kept(number, node.test.at), True, end)
        if node.msg is not None:
            self.push(node.msg)
        self._fail_told(tree, node.msg is not None, node.at)
        self.mark(end)
        self.emit(forget)

    def _fail_told(self, tree: Tree, has_message: bool, at: s.Span) -> None:
        """Emit: raise the AssertionError, its message on the stack."""

        def tell(frame: PyFrame, m: Live) -> bool:
            message = [frame.stack.pop()] if has_message else []
            told = m.modules["_pytest_asserts"].names["told"]
            return calls.call(m, frame, told, [filled(tree, frame.slots), *message], None)

        def fail(frame: PyFrame, m: Live, at: s.Span = at) -> None:
            raise Raised(ExceptionValue(EXCEPTIONS["AssertionError"], (frame.stack.pop(),)))

        self.emit(tell, at)
        self.emit(fail, at)

    def explained(self, node: Any) -> tuple[int, Tree]:  # Any: a node
        """Emit: an expression's value is kept. The slot, and the tree of what is to be told of it."""
        rule = _RULES.get(type(node))
        if rule is None or (isinstance(node, s.Call) and isinstance(node.func, s.Name) and node.func.id == "super"):
            number = self.kept(node)
            return number, ("value", Slot(number))
        return rule(self, node)

    def kept(self, node: Any) -> int:  # Any: a node
        """Emit: evaluate and keep; the slot."""
        number = self.temporary()
        self.push(node)
        self._keep(number)
        return number

    def _keep(self, number: int) -> None:
        def keep(frame: PyFrame, m: Live) -> None:
            frame.slots[number] = frame.stack.pop()

        self.emit(keep)

    def _told_name(self, node: s.Name) -> tuple[int, Tree]:
        number = self.kept(node)
        is_global = self.place_of(self.scope.mangled(node.id), self.scope)[0] == "global"
        is_local = not is_global or self.host.kind == "module"
        return number, ("name", node.id, is_local, Slot(number))

    def _told_named(self, node: s.NamedExpr) -> tuple[int, Tree]:
        number = self.kept(node)
        return number, ("name", node.target.id, True, Slot(number))

    def _told_compare(self, node: s.Compare) -> tuple[int, Tree]:
        self.check_compare(node)
        slots, trees, results = [], [], []
        for each in (node.left, *node.comparators):
            number, tree = self.explained(each)
            slots.append(number)
            trees.append(("group", tree) if isinstance(each, s.Compare | s.BoolOp) else tree)
            if len(slots) > 1:
                pair = s.Compare(
                    Kept(slots[-2], node.at), [node.ops[len(slots) - 2]], [Kept(slots[-1], node.at)], node.at
                )
                results.append(self.kept(pair))
        whole: Any = Kept(results[0], node.at)
        if len(results) > 1:
            whole = s.BoolOp("and", [Kept(number, node.at) for number in results], node.at)
        values = [Slot(number) for number in slots]
        return self.kept(whole), ("compare", list(node.ops), trees, values, [Slot(number) for number in results])

    def _told_boolean(self, node: s.BoolOp) -> tuple[int, Tree]:
        result = self.temporary()
        end = Label()
        trees: list[Tree] = []
        for place, each in enumerate(node.values):
            number, tree = self.explained(each)
            trees.append(("if", Slot(number), tree))
            self.push(Kept(number, each.at))
            self._keep(result)
            if place < len(node.values) - 1:
                self.jump_if(Kept(number, each.at), node.op == "or", end)
        self.mark(end)
        return result, ("boolean", node.op, trees)

    def _told_unary(self, node: s.UnaryOp) -> tuple[int, Tree]:
        number, tree = self.explained(node.operand)
        sign = "not " if node.op == "not" else node.op
        return self.kept(node._replace(operand=Kept(number, node.operand.at))), ("unary", sign, tree)

    def _told_binary(self, node: s.BinOp) -> tuple[int, Tree]:
        left, left_tree = self.explained(node.left)
        right, right_tree = self.explained(node.right)
        made = node._replace(left=Kept(left, node.left.at), right=Kept(right, node.right.at))
        return self.kept(made), ("binary", node.op, left_tree, right_tree)

    def _told_attribute(self, node: s.Attribute) -> tuple[int, Tree]:
        number, tree = self.explained(node.value)
        found = self.kept(node._replace(value=Kept(number, node.value.at)))
        return found, ("attribute", tree, node.attr, Slot(found))

    def _told_call(self, node: s.Call) -> tuple[int, Tree]:
        function, function_tree = self.explained(node.func)
        args, keywords, trees = [], [], []
        for each in node.args:
            is_starred = isinstance(each, s.Starred)
            number, tree = self.explained(each.value if is_starred else each)
            args.append(s.Starred(Kept(number, each.at), each.at) if is_starred else Kept(number, each.at))
            trees.append(("*" if is_starred else "", tree))
        for keyword in node.keywords:
            number, tree = self.explained(keyword.value)
            keywords.append(keyword._replace(value=Kept(number, keyword.value.at)))
            trees.append(("**" if keyword.arg is None else f"{keyword.arg}=", tree))
        made = node._replace(func=Kept(function, node.func.at), args=args, keywords=keywords)
        found = self.kept(made)
        return found, ("call", function_tree, trees, Slot(found))


def filled(part: Any, slots: list[Value]) -> Value:  # Any: a part of a tree
    """A tree with the values of its slots, as lists."""
    if isinstance(part, Slot):
        return slots[part.number]
    if isinstance(part, tuple) and part and part[0] == "if":
        return None if slots[part[1].number] is UNBOUND else filled(part[2], slots)
    if isinstance(part, tuple | list):
        return [filled(each, slots) for each in part]
    return part


Rule = Callable[[AssertBuilder, Any], tuple[int, Tree]]
_RULES: Final[dict[type, Rule]] = {
    s.Name: AssertBuilder._told_name, s.NamedExpr: AssertBuilder._told_named, s.Compare: AssertBuilder._told_compare,
    s.BoolOp: AssertBuilder._told_boolean, s.UnaryOp: AssertBuilder._told_unary, s.BinOp: AssertBuilder._told_binary,
    s.Attribute: AssertBuilder._told_attribute, s.Call: AssertBuilder._told_call,
}  # fmt: skip
