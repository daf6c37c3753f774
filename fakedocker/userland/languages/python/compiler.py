"""From the syntax tree to the machine's operations: one builder for each function, class body and module."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import Operation, Source
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.attributes import MISSING
from fakedocker.userland.languages.python.c_modules import hidden_of
from fakedocker.userland.languages.python.compile_folding import constant_key, folded
from fakedocker.userland.languages.python.parsing import parse
from fakedocker.userland.languages.python.scopes import Builder, Scope
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.values import FunctionCode, Live, PyFrame

if TYPE_CHECKING:
    pass

Evaluation = Callable[[PyFrame, Any], Value]
"""A piece of an expression that neither calls functions nor waits: (frame, interpreter) -> value."""
Storing = Callable[[PyFrame, Any, Value], None]


class Label:
    """A place among operations that is known later."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        self.place = -1


class Unit:
    """A source that is being compiled."""

    def __init__(self, source: Source) -> None:
        self.source = source
        minor, hidden = source.options[:2]
        self.minor: int = minor
        self.hidden: str = hidden
        self.shows_values = "shows" in source.options[2:]
        self.explains_asserts = "asserts" in source.options[2:]
        self.future_annotations = False
        self.warnings: list[tuple[int, str]] = []
        self.warned: set[tuple[s.Span, str]] = set()
        self.lines = source.text.split("\n")
        self.tree = parse(source.text, self.minor, self.warnings)
        self.scopes = Builder(self.tree, self.fail)
        self.codes: dict[int, FunctionCode] = {}
        self.constants: dict[tuple[Value, ...], Value] = {}
        self.set_constants: dict[frozenset[Value], tuple[Value, ...]] = {}

    def add_code(self, name: str, line: int) -> FunctionCode:
        """A code that is never run: tracebacks name it."""
        self.scopes.count += 1
        code = self.codes[self.scopes.count] = FunctionCode(self.source, self.scopes.count, name)
        code.hidden, code.first_line, code.qualname, code.kind = self.hidden, line, name, "function"
        code.parameters, code.keyword_only, code.names, code.boxed = [], [], [], []
        code.comprehensions = []
        code.star = code.double_star = False
        return code

    def fail(self, words: str, at: s.Span) -> SourceError:
        """A SyntaxError of the compiler."""
        text = self.lines[at[0] - 1] + "\n" if at[0] <= len(self.lines) else ""
        last = self.lines[at[2] - 1] if at[2] <= len(self.lines) else ""
        start, end = at[1], at[3]
        if self.minor < 13:  # which count bytes
            start, end = (
                len(line[:column].encode("utf-8", "replace")) for line, column in ((text, start), (last, end))
            )
        return SourceError("SyntaxError", words, (at[0], start), (at[2], end), text)

    def warn(self, words: str, at: s.Span) -> None:
        """A SyntaxWarning."""
        if (at, words) not in self.warned:
            self.warned.add((at, words))
            self.warnings.append((at[0], words))

    def text_of(self, node: Any) -> str:  # Any: a node
        """The source of an expression on one line."""
        line, column, end_line, end = node.at
        if line != end_line:
            raise NotSimulated("an annotation of several lines as text")
        return str(self.lines[line - 1][column:end])

    def constant(self, value: Value) -> Value:
        """The one object for all equal constants."""
        if type(value) is tuple:
            value = tuple(self.constant(each) for each in value)
        return self.constants.setdefault(constant_key(value), value)

    def set_constant(self, node: Any) -> tuple[Value, ...] | None:  # Any: a node
        """The members of a set of constants, in the order of the first one of the source that equals it; None for anything else."""
        if not isinstance(node, s.SetExpr):
            return None
        values = [folded(each) for each in node.elts]
        if any(each is MISSING for each in values):
            return None
        members = tuple(dict.fromkeys(values))
        return self.set_constants.setdefault(frozenset(map(constant_key, members)), members)


class BaseBuilder:
    """Makes the operations of one function. What a block of code has to undo when it is left is on `blocks`."""

    def __init__(self, unit: Unit, scope: Scope, name: str) -> None:
        self.unit = unit
        self.scope = scope
        self.host = scope
        self.code = FunctionCode(unit.source, scope.number, name)
        self.code.hidden = hidden_of(unit.source.name, unit.hidden, scope.qualname)
        self.code.kind = "function"
        self.code.qualname = scope.qualname
        self.code.warnings = []
        self.code.first_line = 1
        self.code.parameters = []
        self.code.keyword_only = []
        self.code.positional_only = 0
        self.code.star = self.code.double_star = False
        self.code.boxed = []
        self.code.comprehensions = []
        self.operations: list[Operation] = []
        self.positions: list[Value] = []
        self.slot_names: list[str] = []
        self.slots: dict[tuple[int, str], int] = {}
        self.boxes: dict[tuple[int, str], int] = {}
        self.blocks: list[tuple[Any, ...]] = []
        self.at: s.Span = (1, 0, 1, 0)
        unit.codes[scope.number] = self.code

    # operations

    def emit(self, operation: Callable[..., object], at: s.Span | None = None) -> None:
        self.operations.append(cast(Operation, operation))
        self.positions.append(at or self.at)

    def mark(self, label: Label) -> None:
        """The label is here."""
        label.place = len(self.operations)

    def jump(self, label: Label) -> None:
        def go(frame: Live, m: Live) -> None:
            frame.place = label.place

        self.emit(go)

    def drop(self) -> None:
        self.emit(_drop)

    def finish(self) -> FunctionCode:
        """The code, whole."""
        code = self.code
        code.operations = self.operations
        code.positions = self.positions
        code.slot_count = len(self.slot_names)
        code.names = self.slot_names
        code.own_boxes = len(self.boxes) - len(self.host.free)
        code.box_names = [name for _, name in self.boxes]
        code.simple = not (code.keyword_only or code.star or code.double_star)
        return code

    # names

    def add_slot(self, scope: Scope, name: str) -> int:
        key = (id(scope), name)
        found = self.slots.get(key)
        if found is None:
            found = self.slots[key] = len(self.slot_names)
            self.slot_names.append(name)
        return found

    def temporary(self) -> int:
        """A slot for a value that no name means."""
        self.slot_names.append("")
        return len(self.slot_names) - 1

    def prepare_boxes(self, scopes: list[Scope]) -> None:
        """Numbers of the boxes: own ones first, then those of functions around this one."""
        for scope in scopes:
            for name in sorted(scope.boxed):
                self.boxes[(id(scope), name)] = len(self.boxes)
        for name in self.host.free:
            self.boxes[(0, name)] = len(self.boxes)

    def place_of(self, name: str, scope: Scope) -> tuple[str, int]:
        """Where a name's value is: ("slot", n), ("box", n), ("name", 0) or ("global", 0)."""
        inner = scope
        while True:
            if name in inner.globals:
                return ("global", 0)
            if inner.kind == "class" and inner is self.host and (name != "__class__" or name in inner.bound):
                if name in self.host.free and name not in inner.bound:
                    return ("class box", self.boxes[(0, name)])
                return ("name", 0)
            if name in inner.bound and name not in inner.nonlocals and inner.kind in ("function", "comprehension"):
                if name in inner.boxed:
                    return ("box", self.boxes[(id(inner), name)])
                return ("slot", self.add_slot(inner, name))
            if name in inner.boxed:
                return ("box", self.boxes[(id(inner), name)])
            if inner.kind != "comprehension":
                break
            assert inner.parent is not None
            inner = inner.parent
            if inner.kind == "class":
                break
        if name in self.host.free:
            return ("box", self.boxes[(0, name)])
        return ("global", 0)


def _drop(frame: Live, m: Live) -> None:
    frame.stack.pop()
