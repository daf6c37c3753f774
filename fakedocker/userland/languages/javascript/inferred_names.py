"""What functions without a name are called in traces: V8's FuncNameInferrer, which joins the names that stand around them.

These are what is declared or assigned to, the keys of literals on the way, and the function around if its name begins with a capital:
`F.handlers.x`, `q.<computed>`. It looks into lists, objects and the branches of an expression, and not into what is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.syntax import Node

UNKNOWN_NAME: Final = "\ufdd0"
"""The name of what is called in a way that is not known: a trace with it is a mark."""
_ASSIGNS: Final = frozenset({"=", "||=", "&&=", "??="})


class _Name(NamedTuple):
    """A name on the way; of two variables one after the other the second counts."""

    text: str
    is_variable: bool = False


Path = tuple[_Name, ...]


def infer_names(root: Node, source: str, code_of: Callable[[Node], JsCode | None]) -> None:
    """Give the functions of a source without a name what traces call them. O(nodes)."""
    _Inferring(source, code_of).run(root)


class _Inferring:
    def __init__(self, source: str, code_of: Callable[[Node], JsCode | None]) -> None:
        self._source = source
        self._code_of = code_of
        self._given: dict[int, str] = {}  # names that functions and classes get of where they stand
        self._done: set[int] = set()

    def run(self, root: Node) -> None:
        pending: list[tuple[Node, str]] = [(root, "")]
        while pending:
            node, around = pending.pop()
            enclosing: Path = (_Name(around),) if around else ()
            match node:
                case syntax.Declaration(_, _, pairs):
                    for target, value in pairs:
                        if value is not None and isinstance(target, syntax.Name):
                            self._walk(value, (*enclosing, _Name(target.name, True)), is_named=True)
                case syntax.Assign(_, operator, target, value) if operator in _ASSIGNS:
                    path = _path_of(target)
                    if path is not None and not self._is_apart(value):
                        self._walk(value, (*enclosing, *path), is_named=isinstance(target, syntax.Name))
                case syntax.Field(_, key, value, computed) if value is not None and key is not None:
                    self._walk(value, (*enclosing, *_key_path(key, computed)), is_named=True)
                case syntax.Call(_, _, arguments) | syntax.New(_, _, arguments):
                    for part in arguments:
                        self._forget(part)
                case syntax.Class():
                    self._note_members(node, enclosing)
                case syntax.ObjectLiteral():
                    self._note_computed(node, enclosing)
            if isinstance(node, syntax.Function):
                name = self._given.get(id(node), "") or node.name
                around = name if name[:1].isupper() else ""
            pending += [(part, around) for part in nodes_in(node)][::-1]

    def _is_apart(self, value: Node) -> bool:
        """Whether a function stands in parentheses, which keep the name from it."""
        return isinstance(value, syntax.Function) and self._source[: value.at].rstrip().endswith("(")

    def _walk(self, value: Node, path: Path, *, is_named: bool) -> None:
        """What a value on such a path is made of; `is_named` tells that a function there takes the last name as its own."""
        pending = [(value, path, is_named)]
        while pending:
            node, way, named = pending.pop()
            match node:
                case syntax.Function() | syntax.Class() if not node.name:
                    if named:
                        self._given.setdefault(id(node), way[-1].text)
                    else:
                        self._name(node, way)
                    if isinstance(node, syntax.Class):
                        self._note_members(node, way)
                case syntax.ArrayLiteral(_, items):
                    pending += [(item, way, False) for item in items if item is not None]
                case syntax.ObjectLiteral():
                    self._note_computed(node, way)
                    pending += [
                        (item.value, (*way, *_key_path(item.key, item.computed)), not item.computed)
                        for item in node.properties
                        if item.kind == "init" and not item.computed
                    ]
                case syntax.Logical(_, _, left, right):
                    pending += [(left, way, False), (right, way, False)]
                case syntax.Conditional(_, _, yes, no):
                    pending += [(yes, way, False), (no, way, False)]
                case syntax.Sequence(_, parts):
                    pending.append((parts[-1], way, False))
                case syntax.Assign(_, "=", target, inner):
                    further = _path_of(target)
                    if further is not None:
                        pending.append((inner, (*way, *further), isinstance(target, syntax.Name)))

    def _note_computed(self, node: syntax.ObjectLiteral, way: Path) -> None:
        """Functions under keys in brackets, which are named when they are made."""
        for item in node.properties:
            if item.computed and item.kind == "init":
                if isinstance(item.value, syntax.Function) and item.value.kind == "method":
                    self._name(item.value, way)
                else:
                    self._walk(item.value, way, is_named=False)

    def _note_members(self, node: syntax.Class, way: Path) -> None:
        for member in node.members:
            if member.computed and isinstance(member, syntax.Method):
                self._name(member.function, way)
        if node.constructor is not None:
            self._given.setdefault(id(node.constructor), node.name or self._given.get(id(node), ""))

    def _forget(self, part: Node) -> None:
        """Generators in what is given to a call are called after it, which is not looked at here."""
        if isinstance(part, syntax.ObjectLiteral):
            for item in part.properties:
                function = item.value
                if item.computed and isinstance(function, syntax.Function) and function.is_generator:
                    self._name(function, (_Name(UNKNOWN_NAME),))

    def _name(self, node: syntax.Function | syntax.Class, way: Path) -> None:
        holder = node.constructor or node if isinstance(node, syntax.Class) else node
        code = self._code_of(holder)
        if id(node) not in self._done and code is not None:
            self._done.add(id(node))
            code.debug_name = _joined(way)


def _joined(way: Path) -> str:
    texts = [
        name.text
        for number, name in enumerate(way)
        if name.text != "prototype" and not (name.is_variable and number + 1 < len(way) and way[number + 1].is_variable)
    ]
    return ".".join(texts)


def _key_path(key: Node, computed: bool) -> Path:
    match key:
        case syntax.Literal(_, str(text)):
            return (_Name(text),)
        case syntax.PrivateName(_, name):
            return (_Name(f"#{name}"),)
    return (_Name("<computed>"),) if computed else ()


def _path_of(target: Node) -> Path | None:
    """The names of what is assigned to; None where it is no plain one."""
    match target:
        case syntax.Name(_, name):
            return (_Name(name, True),)
        case syntax.This():
            return ()
        case syntax.Member(_, inner, key, computed):
            before = _path_of(inner)
            return None if before is None else (*before, *_key_path(key, computed))
    return None
