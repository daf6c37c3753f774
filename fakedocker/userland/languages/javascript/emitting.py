"""Operations being put in order: the code of one function while it is made, with labels for places that are not known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fakedocker.userland.languages.javascript.analysis import Analysis
from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.rendering import UNSEEN
from fakedocker.userland.languages.javascript.scopes import FunctionScope, Scope, Variable
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner

Evaluate = Callable[[Frame, Runner], Value]
"""An expression that is evaluated in one go."""


class Label:
    """A place in the operations."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        self.place = -1


class Target:
    """What `break` and `continue` leave: a loop, a switch, a labelled statement, or a `try` with a `finally`.

    Attributes:
        labels: its own labels.
        end: where `break` goes; None for a `try`.
        again: where `continue` goes; None for what is no loop.
        handlers: how many handlers surround it.
        final: the jumps that must run a `finally` first, for a `try`.
    """

    __slots__ = ("again", "end", "final", "handlers", "is_breakable", "labels")

    def __init__(
        self,
        labels: tuple[str, ...],
        end: Label | None,
        again: Label | None,
        handlers: int,
        final: Final | None = None,
        is_breakable: bool = True,
    ) -> None:
        self.labels = labels
        self.end = end
        self.again = again
        self.handlers = handlers
        self.final = final
        self.is_breakable = is_breakable


class Final:
    """A `finally` block: how it was come to is in one slot, with what in another, and where each way goes on in `ways`."""

    __slots__ = ("caught", "kind_slot", "start", "value_slot", "ways")

    def __init__(self, kind_slot: int, value_slot: int) -> None:
        self.kind_slot = kind_slot
        self.value_slot = value_slot
        self.start = Label()
        self.caught = Label()
        self.ways: list[Callable[[], None]] = []  # what to emit behind it for each way, from kind 2 on


class Emitter:
    """The operations of one function. `code_of` gives the code of a function or field within, `default_constructor` that of
    a class which has none of its own."""

    def __init__(
        self,
        code: JsCode,
        analysis: Analysis,
        function: FunctionScope,
        code_of: Callable[[Node], JsCode],
        default_constructor: Callable[[Node], JsCode],
    ) -> None:
        self.code = code
        self.code_of = code_of
        self.default_constructor = default_constructor
        self.analysis = analysis
        self.function = function
        self.scope: Scope = function.top
        self.targets: list[Target] = []
        self.handlers = 0
        self.known: set[Variable] = set()  # those that have a value wherever code below is run
        self.checked: set[Variable] = set()
        self.labels_ahead: tuple[str, ...] = ()
        self.failing_patterns: dict[int, str] = {}  # the same of patterns that cannot be taken apart
        self.body: tuple[Node, ...] = ()  # the statements of the function
        self.is_unseen = False  # whether V8 finds no words for what stands here
        self.result_slot = -1  # of a program whose last value is wanted
        self.failing_calls: dict[
            int, str
        ] = {}  # what is said if they call no function, by their ids, where that is no usual text
        self._items: list[tuple[Operation | Callable[[], Operation | None], int, Label | None, bool]] = []

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What is written meanwhile is what V8 does not look at when it looks for words: a key in brackets of a literal."""
        before, self.is_unseen = self.is_unseen, True
        try:
            yield
        finally:
            self.is_unseen = before

    def words(self, said: str) -> str:
        """What is said of an expression that is called, unless V8 does not find it."""
        return UNSEEN if self.is_unseen else said

    def told(self, said: str) -> str:
        """What is said of an expression that is gone through; nothing, for the value itself, where V8 does not find it."""
        return "" if self.is_unseen else said

    def op(self, operation: Operation, at: int) -> None:
        """Add an operation."""
        self._items.append((operation, at, None, False))

    def later(self, make: Callable[[], Operation | None], at: int) -> None:
        """Add an operation that is made, or left out, when all are known."""
        self._items.append((make, at, None, True))

    def jump(self, make: Callable[[int], Operation], label: Label, at: int) -> None:
        """Add an operation that needs the place of a label."""
        self._items.append((lambda: make(label.place), at, None, True))

    def goto(self, label: Label, at: int) -> None:
        """Go on elsewhere."""
        self.jump(goto, label, at)

    def mark(self, label: Label) -> None:
        """A label stands here."""
        self._items.append((_nothing, 0, label, False))

    def new_slot(self) -> int:
        """A slot for what no variable has."""
        return self.function.new_slot()

    def finish(self) -> None:
        """Put the operations into the code."""
        place = 0
        kept: list[tuple[Operation | Callable[[], Operation | None], int, bool]] = []
        for item, at, label, is_late in self._items:
            if label is not None:
                label.place = place
                continue
            if is_late and getattr(item, "may_be_nothing", False) and item() is None:  # type: ignore[call-arg]
                continue
            kept.append((item, at, is_late))
            place += 1
        self.code.operations = [item() if is_late else item for item, _, is_late in kept]  # type: ignore[misc, call-arg]
        self.code.positions = [at for _, at, _ in kept]
        self.code.slot_count = self.function.slot_count


def _nothing(frame: Frame, machine: Runner) -> None:
    return None


def goto(place: int) -> Operation:
    """Go on at a place."""

    def run(frame: Frame, machine: Runner) -> None:
        frame.place = place

    return run


def box_number(emitter: Emitter, variable: Variable) -> int:
    """Which box of its function a variable from outside is."""
    return emitter.function.captured.index(variable)
