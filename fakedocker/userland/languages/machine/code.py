"""What is run: sources, the code that a language makes of them, and frames in which code is under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from fakedocker.kernel.program import System
from fakedocker.userland.languages.machine.cells import Shared, Value, cell


class Runner(Protocol):
    """What an operation may ask of the machine that runs it, see `machine.Machine`."""

    system: System
    top: Frame | None
    language: Value  # what the operations of a language know, of whose kind it is

    def enter(self, frame: Frame) -> bool:
        """Put a frame on top; gives True, for the operation to give."""

    def leave(self, value: Value) -> bool:
        """Take the frame on top away and give a value to what follows it; gives True."""

    def throw(self, value: Value) -> bool:
        """Throw something at the frame on top; gives True."""

    def call_nested(self, frame: Frame) -> Value:
        """Run a frame until it is left, and give its value."""

    def grown(self, operations: int) -> None:
        """Count a large value, in operations' worth."""


Operation = Callable[["Frame", Runner], object]
"""One step of a frame. It gives something true when another frame is on top now, or may be.

One that raises `Block` has changed nothing: it is run again.
"""


class Source(Shared):
    """A text to run, compiled when first needed; the same text is compiled once.

    Args:
        language: the name of a language in `LANGUAGES`.
        text: what is compiled.
        name: as messages call it, such as a path.
        options: whatever else changes what comes of it, such as the language's version.
    """

    __slots__ = ("codes", "language", "name", "options", "text")
    known: ClassVar[dict[tuple[Value, ...], Source]] = {}

    def __init__(self, language: str, text: str, name: str, options: tuple[Value, ...]) -> None:
        self.language = language
        self.text = text
        self.name = name
        self.options = options
        self.codes: tuple[Code, ...] | None = None

    @classmethod
    def of(cls, language: str, text: str, name: str, *options: Value) -> Source:
        """The source of a text."""
        key = (language, text, name, options)
        found = cls.known.get(key)
        if found is None:
            if len(cls.known) >= MOST_SOURCES:
                del cls.known[next(iter(cls.known))]
            found = cls.known[key] = cls(language, text, name, options)
        return found

    def code(self, number: int = 0) -> Code:
        """The code of a number; 0 is that of the text itself. Raises what the language's compiler raises."""
        if self.codes is None:
            self.codes = COMPILERS[self.language](self)
        return self.codes[number]

    def reference(self) -> tuple[Value, ...]:
        return (self.language, self.text, self.name, *self.options)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Source:
        language, text, name, *options = reference
        if language not in COMPILERS:
            raise LookupError(f"there is no language {language!r}")
        return cls.of(language, text, name, *options)


COMPILERS: Final[dict[str, Callable[[Source], tuple[Code, ...]]]] = {}
"""What makes the code of a source, by language. Each language puts its own there when it is imported."""

MOST_SOURCES: Final = 512


class Code(Shared):
    """A function of a source, compiled. A language may have a class of its own of it.

    Args:
        source: what it is of.
        number: its place among the functions of its source.
        name: as messages call it.
        operations: what it does, in order; filled by `prepare` if that is put off until it is first run.
        positions: where in the source each operation comes from, as the language likes it.
        slot_count: how many local variables a frame of it has.
    """

    __slots__ = ("name", "number", "operations", "positions", "slot_count", "source")

    def __init__(self, source: Source, number: int, name: str, slot_count: int = 0) -> None:
        self.source = source
        self.number = number
        self.name = name
        self.slot_count = slot_count
        self.operations: list[Operation] = []
        self.positions: list[Value] = []

    def prepare(self) -> None:
        """Make its operations, where they are made when they are first needed."""

    def reference(self) -> tuple[Value, ...]:
        return (self.source, self.number)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Code:
        source, number = reference
        if not isinstance(source, Source) or type(number) is not int or number < 0:
            raise ValueError("code of no source")
        try:
            return source.code(number)
        except (
            Exception
        ) as problem:  # whatever the compiler of a language says of a text that it has not compiled before
            raise ValueError(f"code that cannot be compiled: {problem}") from None


class After(Shared):
    """What follows when a frame is left: a function of the host that goes on with the value.

    A frame without one gives its value to its caller's stack.

    Args:
        name: under which it is stored; the language's name, a dot, its own.
        returned: is called with the machine, the frame that was left (its caller is on top) and the value. What it gives is
            of no use.
        failed: is called in place of it when something is thrown through the frame, with what is thrown; gives whether it
            is dealt with. None: it goes on to the caller.
    """

    __slots__ = ("failed", "name", "returned")
    known: ClassVar[dict[str, After]] = {}

    def __init__(
        self,
        name: str,
        returned: Callable[[Runner, Frame, Value], object],
        failed: Callable[[Runner, Frame, Value], bool] | None = None,
    ) -> None:
        self.name = name
        self.returned = returned
        self.failed = failed
        After.known[name] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.name,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> After:
        return After.known[reference[0]]


@cell
class Box:
    """A variable that several functions see."""

    __slots__ = ("value",)

    def __init__(self, value: Value = None) -> None:
        self.value = value


@cell
class Frame:
    """A function under way.

    Attributes:
        code: what it runs, at `place`.
        stack: values under way.
        slots: its local variables.
        boxes: those that other functions see, too.
        handlers: (place, depth of the stack) where something thrown is caught, the innermost last.
        caller: the frame below it, None for the lowest, and for one that rests.
        depth: how many frames are below it.
        after: what follows when it is left.
        extra: whatever its language keeps.
    """

    __slots__ = ("after", "boxes", "caller", "code", "depth", "extra", "handlers", "place", "slots", "stack")

    def __init__(
        self, code: Code, boxes: list[Box] | None = None, after: After | None = None, extra: Value = None
    ) -> None:
        self.code = code
        self.place = 0
        self.stack: list[Value] = []
        self.slots: list[Value] = [None] * code.slot_count
        self.boxes: list[Box] = [] if boxes is None else boxes
        self.handlers: list[tuple[int, int]] = []
        self.caller: Frame | None = None
        self.depth = 0
        self.after = after
        self.extra = extra
