"""Code of JavaScript: what the machine runs, and what a call has to know of a function before it does."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.machine.code import Code, Source


class JsCode(Code):
    """A function's code.

    Attributes:
        kind: function, arrow, method, getter, setter, constructor, derived, field, program.
        length: how many parameters come before the first that has a default.
        simple_count: how many parameters there are, if all are plain names, which then take the first slots; else -1.
        this_slot, arguments_slot, target_slot, function_slot: where a call puts what they say, -1 where nobody asks.
        box_slots: slots whose values are put into boxes when a frame begins.
        is_host: whether it is a part of the library, which traces show without a place.
        extra_texts: expressions that a message may name, by their offsets.
        debug_name: what traces call it, where it has no name; see `inferred_names`.
        names_value: whether it gives the value of a field that is named by its key in brackets.
        entry_at: where it is told to be before its first step, -1 if that is not known: where its parameters begin.
        first_at: where it is told to be when it is one call too many, -1 if that is where it was called.
        start, end: where its text stands in the source, for Function.prototype.toString.
    """

    __slots__ = (
        "arguments_slot",
        "box_slots",
        "debug_name",
        "end",
        "entry_at",
        "extra_texts",
        "first_at",
        "function_slot",
        "is_async",
        "is_generator",
        "is_host",
        "is_strict",
        "kind",
        "length",
        "names_value",
        "simple_count",
        "start",
        "target_slot",
        "this_slot",
        "write",
    )  # fmt: skip

    def __init__(self, source: Source, number: int, name: str, kind: str) -> None:
        super().__init__(source, number, name)
        self.kind = kind
        self.length = 0
        self.simple_count = -1
        self.this_slot = self.arguments_slot = self.target_slot = self.function_slot = -1
        self.box_slots: tuple[int, ...] = ()
        self.is_async = self.is_generator = self.is_strict = self.is_host = False
        self.start = self.end = 0
        self.entry_at = self.first_at = -1
        self.debug_name = ""
        self.names_value = False
        self.extra_texts: dict[int, str] = {}
        self.write: Callable[[], None] | None = None

    @property
    def makes_prototype(self) -> bool:
        """Whether functions of it have a property `prototype`."""
        return self.is_generator or (self.kind in ("function", "constructor", "derived") and not self.is_async)

    @property
    def prototype_of(self) -> str:
        """What the prototype object that they have inherits from."""
        if self.is_generator:
            return "AsyncGenerator" if self.is_async else "Generator"
        return "Object"

    def prepare(self) -> None:
        """Make its operations: functions that are never called cost nothing."""
        if self.write is not None:
            write, self.write = self.write, None
            write()
