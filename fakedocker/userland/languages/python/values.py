"""The objects of Python programs that are none of the host's: classes, instances, functions, modules, iterators.

Numbers, texts, tuples, lists, dicts and byte arrays are the host's own. All that lasts is a cell or shared.
"""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar

from fakedocker.userland.languages.machine.cells import Shared, Value, cell
from fakedocker.userland.languages.machine.code import After, Box, Code, Frame
from fakedocker.userland.languages.machine.lifetimes import Token
from fakedocker.userland.languages.python.natives_kinds import GetSet as GetSet, Native as Native
from fakedocker.userland.languages.python.signs import (
    ACTIVE as ACTIVE,
    END as END,
    NOT_IMPLEMENTED as NOT_IMPLEMENTED,
    UNBOUND as UNBOUND,
    Sign as Sign,
)

Fields = dict[str, Value]
Live = Any
"""A frame or the interpreter, as operations of the machine get them."""


class Class:
    """What all classes have. `names` is its namespace, `mro` the classes in which attributes are looked for."""

    __slots__ = ("bases", "meta", "module", "mro", "name", "names", "qualname")
    name: str
    qualname: str
    module: str
    bases: tuple[Class, ...]
    mro: tuple[Class, ...]
    names: Fields
    meta: Class
    kind: str
    """That of the builtin class in its ancestry: list, exception, ...; "" for others."""


class BuiltinClass(Class, Shared):
    """A class that is there from the start. `kind` tells what holds its instances' value: list, exception, ..."""

    __slots__ = ("host", "kind")
    known: ClassVar[dict[str, BuiltinClass]] = {}

    def __init__(
        self, name: str, base: BuiltinClass | None, module: str = "builtins", host: type | None = None, kind: str = ""
    ) -> None:
        self.name = self.qualname = name
        self.module = module
        self.bases = (base,) if base is not None else ()
        self.mro = (self, *base.mro) if base is not None else (self,)
        self.names = {}
        self.host = host
        self.kind = kind or (base.kind if base is not None else "")
        self.meta = self if base is None else base.meta
        BuiltinClass.known[f"{module}.{name}"] = self

    def reference(self) -> tuple[Value, ...]:
        return (f"{self.module}.{self.name}",)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> BuiltinClass:
        return BuiltinClass.known[reference[0]]


@cell
class UserClass(Class):
    """A class of a program. `kind` is that of the builtin class it descends from; `slots` what instances may have only."""

    __slots__ = ("address", "kind", "slots")

    def __init__(self, name: str, bases: tuple[Class, ...], names: Fields, meta: Class) -> None:
        self.name = self.qualname = name
        self.bases = bases
        self.names = names
        self.meta = meta
        self.mro = (self,)
        self.module = "__main__"
        self.kind = ""
        self.slots: list[str] | None = None
        self.address = 0


@cell
class Instance:
    """An instance of a program's class. `payload` is the value of the host where the class descends from a builtin one.

    As the host sees it (in dicts, sorts and comparisons) it hashes, equals and is ordered as its class says.
    """

    __slots__ = ("address", "cls", "fields", "hashed", "payload", "token")

    def __init__(self, cls: Class, payload: Value = None) -> None:
        self.cls = cls
        self.fields: Fields = {}
        self.payload = payload
        self.hashed: int | None = None
        self.address = 0
        self.token: Token | None = None

    def __hash__(self) -> int:
        machine = ACTIVE.machine
        if machine is None:
            return self.hashed if self.hashed is not None else id(self) >> 4
        found = machine.language.hash_instance(self)
        self.hashed = found
        return int(found)

    def __eq__(self, other: object) -> bool:
        machine = ACTIVE.machine
        if machine is None or self is other:
            return self is other
        return bool(machine.language.equals(self, other))

    def __lt__(self, other: object) -> bool:
        return bool(ACTIVE.machine.language.compares("<", self, other))

    def __gt__(self, other: object) -> bool:
        return bool(ACTIVE.machine.language.compares(">", self, other))

    def __le__(self, other: object) -> bool:
        return bool(ACTIVE.machine.language.compares("<=", self, other))

    def __ge__(self, other: object) -> bool:
        return bool(ACTIVE.machine.language.compares(">=", self, other))


class _Traced(Instance):
    """The slots of an exception that CPython clears after its `__dict__` and what a kind of exception has of its own.

    The host clears those of a class before those of its base, each in the order of their names.
    """

    __slots__ = ("args", "carried", "cause", "context", "entries", "suppress")


@cell
class ExceptionValue(_Traced):
    """An exception. `entries` is its traceback, from where it was raised outwards: (code, line, place in the source).

    `carried` are the variables of the functions that it has come through, which live as long as it and end in this order,
    the innermost first: (values, boxes), or `PyFrame.kept` of one that has caught it.
    """

    __slots__ = ("fields",)

    def __init__(self, cls: Class, args: tuple[Value, ...]) -> None:
        super().__init__(cls)
        self.args = args
        self.cause: Value = None
        self.context: Value = None
        self.suppress = False
        self.entries: list[Value] = []
        self.carried: deque[Value] | None = None

    __hash__ = Instance.__hash__


class FunctionCode(Code):
    """A function or module of Python, compiled.

    Attributes:
        parameters: names of positional parameters, in order; the first `positional_only` have no names for callers.
        keyword_only: names of those behind the star.
        star, double_star: whether it takes any number of more.
        boxed: (slot, box) of parameters that inner functions see.
        comprehensions: (first operation, last one + 1, what tracebacks take for its function, place) of those that are
            functions of their own in the version; inner ones first.
        own_boxes: how many boxes of its own it has.
        kind: "function", "generator", "coroutine" or "async generator".
        qualname: as messages call it.
        hidden: "" for a program's; "c" for what stands for a function without frame; "library" for the library's;
            "package" for those of other people's packages, which servers may leave out of what they show.
        names: of all slots.
        warnings: of the whole source, with its first code: (line, words).
    """

    __slots__ = (
        "box_names", "boxed", "comprehensions", "double_star", "first_line", "hidden", "keyword_only", "kind", "names", "own_boxes",
        "parameters", "positional_only", "qualname", "simple", "star", "warnings",
    )  # fmt: skip
    box_names: list[str]
    boxed: list[tuple[int, int]]
    comprehensions: list[tuple[int, int, FunctionCode, tuple[int, int, int, int]]]
    double_star: bool
    first_line: int
    hidden: str
    keyword_only: list[str]
    kind: str
    names: list[str]
    own_boxes: int
    parameters: list[str]
    positional_only: int
    qualname: str
    simple: bool
    star: bool
    warnings: list[tuple[int, str]]

    def prepare(self) -> None:
        """Nothing: all operations are made with their source."""


@cell
class PyFrame(Frame):
    """A function of Python under way.

    Attributes:
        globals: the names of its module.
        names: those of the class or module whose body it runs, else None.
        handled: the exceptions whose handlers are under way.
        kept: what the frame leaves to the exceptions that it has caught, and that may outlive it; None before the first.
        pending: a call that has to wait: what is called, arguments, keywords.
        owner: the generator whose frame it is; or what is to be given in place of its value.
    """

    __slots__ = ("function", "globals", "handled", "kept", "names", "owner", "pending")

    def __init__(self, code: FunctionCode, globals_: Fields, boxes: list[Box], slots: list[Value]) -> None:
        self.code = code
        self.place = 0
        self.stack = []
        self.slots = slots
        self.boxes = boxes
        self.handlers = []
        self.caller = None
        self.depth = 0
        self.after: After | None = None
        self.extra = None
        self.globals = globals_
        self.names: Fields | None = None
        self.handled: list[Value] = []
        self.kept: deque[Value] | None = None
        self.pending: Value = None
        self.owner: Value = None
        self.function: Value = None


@cell
class Function:
    """A function of a program."""

    __slots__ = ("address", "boxes", "code", "defaults", "fields", "globals", "keyword_defaults", "names")

    def __init__(
        self,
        code: FunctionCode,
        globals_: Fields,
        boxes: list[Box],
        defaults: tuple[Value, ...],
        keyword_defaults: Fields,
    ) -> None:
        self.code = code
        self.globals = globals_
        self.boxes = boxes
        self.defaults = defaults
        self.keyword_defaults = keyword_defaults
        self.names: Fields = {}  # __name__, __doc__ and so on, where they were set
        self.fields: Fields = {}
        self.address = 0


@cell
class Method:
    """A function bound to an object."""

    __slots__ = ("function", "owner")

    def __init__(self, function: Value, owner: Value) -> None:
        self.function = function
        self.owner = owner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self.function is other.function and self.owner is other.owner

    def __hash__(self) -> int:
        return hash((id(self.function), id(self.owner)))


@cell
class Wrapped:
    """staticmethod, classmethod (`kind`) over a function."""

    __slots__ = ("fields", "function", "kind")

    def __init__(self, kind: str, function: Value) -> None:
        self.kind = kind
        self.function = function
        self.fields: Fields = {}


@cell
class Property:
    __slots__ = ("deleter", "doc", "getter", "name", "setter")

    def __init__(self, getter: Value, setter: Value, deleter: Value, doc: Value) -> None:
        self.getter = getter
        self.setter = setter
        self.deleter = deleter
        self.doc = doc
        self.name: Value = None


@cell
class SlotMember:
    """An attribute of `__slots__`; its value is among the instance's fields."""

    __slots__ = ("name", "owner")

    def __init__(self, name: str, owner: Class) -> None:
        self.name = name
        self.owner = owner


@cell
class Super:
    __slots__ = ("start", "target")

    def __init__(self, start: Class, target: Value) -> None:
        self.start = start
        self.target = target


@cell
class Module:
    """A module. `simulated`: whether it stands for one of the real library, whose missing names are marks."""

    __slots__ = ("name", "names", "simulated")

    def __init__(self, name: str, names: Fields, simulated: bool = False) -> None:
        self.name = name
        self.names = names
        self.simulated = simulated


@cell
class Generator:
    """A generator or coroutine. `frame` is None once it is through; `shown` is another name of its class.

    `stop_place` is where its resumer goes on when it is through; -1: StopIteration is thrown there; -2: its value is
    given to the stack.
    """

    __slots__ = (
        "address",
        "frame",
        "kind",
        "qualname",
        "running",
        "shown",
        "started",
        "stop_place",
        "token",
        "yielded",
    )

    def __init__(self, frame: PyFrame, kind: str, qualname: str) -> None:
        self.frame: PyFrame | None = frame
        self.kind = kind
        self.qualname = qualname
        self.running = False
        self.started = False
        self.yielded = False
        self.stop_place = -1
        self.shown = ""
        self.address = 0
        self.token: Token | None = None


@cell
class Opaque(Instance):
    """An object of the library's natives: an instance that holds more, which no program sees."""

    __slots__ = ("state",)

    def __init__(self, cls: Class, state: Value) -> None:
        super().__init__(cls)
        self.state = state

    __hash__ = Instance.__hash__
