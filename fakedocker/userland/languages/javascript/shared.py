"""What every script has alike: natives and tables of them, constants and well-known symbols. None of it is ever copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from fakedocker.userland.languages.machine.cells import Shared, Value as Value

Host = Any
"""The realm that a native is called in, see `realm.Realm`, which knows all natives."""


NativeCall = Callable[[Host, Value, list[Value]], Value]
"""What a native does: realm, `this`, arguments; gives its value, or `realm.CONTROL` when a frame has been entered."""


class Constant(Shared):
    """A value of which there is one: null, what a variable holds before it is declared, a hole of an array."""

    __slots__ = ("name",)
    known: ClassVar[dict[str, Constant]] = {}

    def __init__(self, name: str) -> None:
        self.name = name
        Constant.known[name] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.name,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Constant:
        return cls.known[reference[0]]


NULL: Final = Constant("null")


UNINITIALIZED: Final = Constant("uninitialized")


HOLE: Final = Constant("hole")


CONTROL: Final = Constant("control")
"""What a native gives that has entered a frame, or thrown into one: its value comes from there."""


class WellKnown(Shared):
    """A symbol that every script has."""

    __slots__ = ("description",)
    known: ClassVar[dict[str, WellKnown]] = {}

    def __init__(self, description: str) -> None:
        self.description = description
        WellKnown.known[description] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.description,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> WellKnown:
        return cls.known[reference[0]]


ITERATOR: Final = WellKnown("Symbol.iterator")


ASYNC_ITERATOR: Final = WellKnown("Symbol.asyncIterator")


HAS_INSTANCE: Final = WellKnown("Symbol.hasInstance")


SPECIES: Final = WellKnown("Symbol.species")


TO_PRIMITIVE: Final = WellKnown("Symbol.toPrimitive")


TO_STRING_TAG: Final = WellKnown("Symbol.toStringTag")


INSPECT: Final = WellKnown("nodejs.util.inspect.custom")


MODULE: Final = "builtin module"
"""Where an object keeps which of node's modules it is the exports of."""
Key = Any
"""Of a property: a string, or a symbol."""


class Native(Shared):
    """A function of the host.

    Args:
        path: where it is found, as in "Array.prototype.push"; its name in the script is the last part.
        call: what it does.
        length: how many arguments it says that it has.
        construct: what `new` does, with the new target in place of `this`; None if it is no constructor.
        statics: its own properties, if it is a constructor.
    """

    __slots__ = ("call", "construct", "length", "name", "path", "statics")
    known: ClassVar[dict[str, Native]] = {}

    def __init__(
        self,
        path: str,
        call: NativeCall,
        length: int = 0,
        construct: NativeCall | None = None,
        statics: Table | None = None,
        name: str | None = None,
    ) -> None:
        self.path = path
        self.call = call
        self.length = length
        self.construct = construct
        self.statics = statics
        self.name = path.rpartition(".")[2] if name is None else name
        Native.known[path] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.path,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Native:
        return cls.known[reference[0]]


class Getter(Shared):
    """A property of a table whose value is asked for: a native that is called with the object, as one may be that sets it."""

    __slots__ = ("native", "setter")

    def __init__(self, native: Native, setter: Native | None = None) -> None:
        self.native = native
        self.setter = setter

    def reference(self) -> tuple[Value, ...]:
        return (self.native,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Getter:
        return cls(reference[0])


class Since(Shared):
    """An entry of a table that node has since a release."""

    __slots__ = ("entry", "major")

    def __init__(self, major: int, entry: Value) -> None:
        self.major = major
        self.entry = entry

    def reference(self) -> tuple[Value, ...]:
        return (self.major, self.entry)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Since:
        return cls(*reference)


class Written(Shared):
    """A function of the library that is written in JavaScript: it is made when a script first asks for it."""

    __slots__ = ("name", "source")

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self.name = name

    def reference(self) -> tuple[Value, ...]:
        return (self.source, self.name)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Written:
        return cls(*reference)


class Table(Shared):
    """Properties that an object has in every process, until a script changes them: by key, none enumerable."""

    __slots__ = ("entries", "name")
    known: ClassVar[dict[str, Table]] = {}

    def __init__(self, name: str, entries: Mapping[Key, Value] | None = None) -> None:
        self.name = name
        self.entries: dict[Key, Value] = dict(entries or {})
        Table.known[name] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.name,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Table:
        return cls.known[reference[0]]
