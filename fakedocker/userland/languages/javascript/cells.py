"""The values of JavaScript, as they lie in a process's memory.

undefined is the host's None, null is `NULL`; booleans, big integers and numbers are the host's bool, int and float; text
is a string of UTF-16 code units. All else is a cell. A property is kept as its value, or as a `Slot` if it is no plain one.
What every process has alike, such as `Array.prototype.push`, is a `Native` in a `Table` below the object.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript.shared import Key, Native, Table
from fakedocker.userland.languages.machine.cells import Value as Value, cell
from fakedocker.userland.languages.machine.code import Box, Code, Frame


@cell
class Symbol:
    """A symbol. Well-known ones are in `WELL_KNOWN`, and are found by their name when a memory is read."""

    __slots__ = ("description",)

    def __init__(self, description: str | None) -> None:
        self.description = description


@cell
class Slot:
    """A property that is no plain one: an accessor, or not writable, enumerable or configurable."""

    __slots__ = ("configurable", "enumerable", "getter", "is_accessor", "setter", "value", "writable")

    def __init__(
        self,
        value: Value = None,
        *,
        writable: bool = True,
        enumerable: bool = True,
        configurable: bool = True,
        getter: Value = None,
        setter: Value = None,
        is_accessor: bool = False,
    ) -> None:
        self.value = value
        self.writable = writable
        self.enumerable = enumerable
        self.configurable = configurable
        self.getter = getter
        self.setter = setter
        self.is_accessor = is_accessor


def hidden(value: Value) -> Slot:
    """A property that loops do not see."""
    return Slot(value, enumerable=False)


@cell
class JsObject:
    """An object.

    Attributes:
        proto: the object that it inherits from, or None.
        props: its own properties, in the order of their making.
        kind: "Object", "Error", "Arguments", or what else makes it different.
        table: properties that it has in every process, or None.
        extensible: whether it may get more properties.
        private: what its classes keep in names with #, by the class's own mark.
    """

    __slots__ = ("extensible", "kind", "private", "props", "proto", "table")

    def __init__(self, proto: JsObject | None, kind: str = "Object", table: Table | None = None) -> None:
        self.proto = proto
        self.props: dict[Key, Value] = {}
        self.kind = kind
        self.table = table
        self.extensible = True
        self.private: dict[Value, Value] | None = None


@cell
class JsArray(JsObject):
    """An array; holes are `HOLE`. A frozen or sealed one says so in `fixed`: "", "sealed" or "frozen"."""

    __slots__ = ("fixed", "items")

    def __init__(self, proto: JsObject | None, items: list[Value]) -> None:
        super().__init__(proto, "Array")
        self.items = items
        self.fixed = ""


@cell
class JsFunction(JsObject):
    """A function of a script.

    Attributes:
        code: what it runs.
        boxes: the variables around it that it sees.
        home: the object whose method it is, for `super`.
        fields: those of the class whose constructor it is: (key, function or None) in order.
        class_kind: "" for a function, "base" or "derived" for a class.
    """

    __slots__ = ("boxes", "class_kind", "code", "fields", "home")

    def __init__(self, proto: JsObject | None, code: Code, boxes: list[Box]) -> None:
        super().__init__(proto, "Function")
        self.code = code
        self.boxes = boxes
        self.home: JsObject | None = None
        self.fields: list[tuple[Value, Value]] = []
        self.class_kind = ""


@cell
class Bound(JsObject):
    """A function with its `this` and first arguments given."""

    __slots__ = ("arguments", "target", "this")

    def __init__(self, proto: JsObject | None, target: Value, this: Value, arguments: list[Value]) -> None:
        super().__init__(proto, "Function")
        self.target = target
        self.this = this
        self.arguments = arguments


@cell
class HostFunction(JsObject):
    """A native together with what it works on, such as the resolving function of a promise."""

    __slots__ = ("data", "native")

    def __init__(self, proto: JsObject | None, native: Native, data: Value) -> None:
        super().__init__(proto, "Function")
        self.native = native
        self.data = data


@cell
class Wrapper(JsObject):
    """A primitive as an object: String, Number, Boolean, Symbol, BigInt."""

    __slots__ = ("value",)

    def __init__(self, proto: JsObject | None, kind: str, value: Value) -> None:
        super().__init__(proto, kind)
        self.value = value


@cell
class JsDate(JsObject):
    """A moment, in milliseconds since 1970, or NaN."""

    __slots__ = ("time_ms",)

    def __init__(self, proto: JsObject | None, time_ms: float) -> None:
        super().__init__(proto, "Date")
        self.time_ms = time_ms


@cell
class JsRegExp(JsObject):
    """A pattern and where its next search begins."""

    __slots__ = ("flags", "last_index", "source")

    def __init__(self, proto: JsObject | None, source: str, flags: str) -> None:
        super().__init__(proto, "RegExp")
        self.source = source
        self.flags = flags
        self.last_index: Value = 0.0


@cell
class JsMap(JsObject):
    """A Map, Set, WeakMap or WeakSet (`kind`).

    `order` has the entries [key, value], None for what was deleted, and `entries` their places by normalized key. Loops walk
    `order`, so that what is added meanwhile is seen.
    """

    __slots__ = ("entries", "order")

    def __init__(self, proto: JsObject | None, kind: str) -> None:
        super().__init__(proto, kind)
        self.entries: dict[Value, int] = {}
        self.order: list[list[Value] | None] = []


@cell
class ListIterator(JsObject):
    """An iterator of the host's: over an array, text, Map, Set or a list of values. `of`: values, keys or entries."""

    __slots__ = ("of", "place", "target")

    def __init__(self, proto: JsObject | None, kind: str, target: Value, of: str) -> None:
        super().__init__(proto, kind)
        self.target = target
        self.place = 0
        self.of = of


@cell
class Generator(JsObject):
    """A generator: its frame rests while it is not on top. state: new, suspended, running, done."""

    __slots__ = ("frame", "queue", "state")

    def __init__(self, proto: JsObject | None, frame: Frame, kind: str = "Generator") -> None:
        super().__init__(proto, kind)
        self.frame: Frame | None = frame
        self.state = "new"
        self.queue: list[Value] = []  # of an async generator: requests that wait


@cell
class Promise(JsObject):
    """state: pending, fulfilled, rejected. `reactions` wait for it to settle."""

    __slots__ = ("handled", "reactions", "state", "value")

    def __init__(self, proto: JsObject | None) -> None:
        super().__init__(proto, "Promise")
        self.state = "pending"
        self.value: Value = None
        self.reactions: list[Value] = []
        self.handled = False


@cell
class JsBytes(JsObject):
    """A view of bytes: Buffer, Uint8Array and other typed arrays, ArrayBuffer, DataView (`kind`).

    `whole` is the ArrayBuffer that it is a part of, once one is known.
    """

    __slots__ = ("buffer", "length", "offset", "whole")

    def __init__(
        self,
        proto: JsObject | None,
        kind: str,
        buffer: bytearray,
        offset: int,
        length: int,
        whole: JsBytes | None = None,
    ) -> None:
        super().__init__(proto, kind)
        self.buffer = buffer
        self.offset = offset
        self.length = length  # in elements
        self.whole = whole


@cell
class Proxy(JsObject):
    """An object that asks a handler first."""

    __slots__ = ("handler", "target")

    def __init__(self, target: JsObject, handler: JsObject) -> None:
        super().__init__(None, "Proxy")
        self.target = target
        self.handler = handler


@cell
class JsModule(JsObject):
    """The namespace of a module: the boxes of what it exports, by name."""

    __slots__ = ("boxes",)

    def __init__(self) -> None:
        super().__init__(None, "Module")
        self.boxes: dict[str, Box] = {}
        self.extensible = False


@cell
class HostObject(JsObject):
    """An object with state of the host's beside its properties, such as a socket."""

    __slots__ = ("data",)

    def __init__(self, proto: JsObject | None, kind: str, data: dict[str, Value]) -> None:
        super().__init__(proto, kind)
        self.data = data


@cell
class PrivateMark:
    """What one evaluation of a class makes of one of its names with #.

    `owner`: of a method or an accessor the class as messages call it, after "static " if it is of the class itself.
    """

    __slots__ = ("name", "owner")

    def __init__(self, name: str, owner: str = "") -> None:
        self.name = name
        self.owner = owner


@cell
class Invocation:
    """What a frame was called with, and the generator or promise that it works for.

    `has_rested`: whether it is an async function that has waited, so that its caller has its promise.
    """

    __slots__ = ("arguments", "function", "has_rested", "new_target", "owner", "this")

    def __init__(self, function: JsFunction, this: Value, arguments: list[Value], new_target: Value = None) -> None:
        self.function = function
        self.this = this
        self.arguments = arguments
        self.new_target = new_target
        self.owner: Value = None
        self.has_rested = False


@cell
class Ending:
    """What is thrown through a generator that is told to return: only `finally` sees it."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


@cell
class UnreadTrace:
    """The `stack` of an error while nobody has asked for it, when V8 writes it: its lines, and what it begins with where that is
    known already."""

    __slots__ = ("header", "lines")

    def __init__(self, header: str | None, lines: list[str]) -> None:
        self.header = header
        self.lines = lines


FUNCTIONS: Final = (JsFunction, Native, Bound, HostFunction)


def is_callable(value: Value) -> bool:
    """Whether a value is a function."""
    return isinstance(value, FUNCTIONS) or (type(value) is Proxy and is_callable(value.target))


def is_object(value: Value) -> bool:
    """Whether a value is an object, functions included."""
    return isinstance(value, JsObject | Native)
