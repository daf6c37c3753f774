"""Go's types, as far as a template can tell them apart, and values that carry one.

A `Value` is a type and plain data: what JSON decodes to (None, bool, int, float, str, list, dict), looked at through
the type. So a decoded answer of the engine becomes a Go struct by naming its type, without being converted; fields are
looked up when they are asked for. It must not know the template language, nor any type of docker's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field


class JsonNumber(str):
    """A number of an untyped JSON document, kept as its digits (Go's json.Number is a string, too)."""

    __slots__ = ()


class Field(Struct, frozen=True):
    """A field of a struct: its Go name, its type, its key in JSON and whether an empty value is left out of JSON."""

    name: str
    type: Type
    key: str
    omit_empty: bool = False
    embedded: bool = False


class Type(Struct, frozen=True, eq=False):
    """A Go type.

    Args:
        kind: bool, int, uint, float, string, slice, map, struct, pointer, interface or func.
        name: as Go prints it with %T: "[]string", "container.State", "*int".
        element: what a slice, map or pointer holds.
        key: a map's key type.
        fields: a struct's fields, in order.
        methods: name -> function of (data, arguments) that gives plain data; reachable from a template.
        text: how %v and print show it, where the type has a String method.
        characters: how %s shows it, where that is not as %v does.
        encode: what JSON is made of instead of the data, where the type marshals itself.
        omits_zero: whether it is left out of JSON where it has no value, as by Go's omitzero.
    """

    kind: str
    name: str
    element: Type | None = None
    key: Type | None = None
    fields: tuple[Field, ...] = ()
    methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    text: Callable[[Any], str] | None = None
    characters: Callable[[Any], str] | None = None
    encode: Callable[[Any], Any] | None = None
    omits_zero: bool = False

    def find(self, name: str) -> Field | None:
        """The field of that Go name, those of embedded structs included."""
        for own in self.fields:
            if own.name == name:
                return own
        for own in self.fields:
            if own.embedded:
                inner = own.type.element if own.type.kind == "pointer" else own.type
                found = inner.find(name) if inner is not None else None
                if found is not None:
                    return found
        return None

    def json_fields(self) -> Iterator[Field]:
        """The fields as JSON has them: embedded structs are spread out in place."""
        for own in self.fields:
            if own.embedded:
                inner = own.type.element if own.type.kind == "pointer" else own.type
                if inner is not None:
                    yield from inner.json_fields()
            else:
                yield own

    @property
    def element_type(self) -> Type:
        """The element's type; only for types that have one."""
        assert self.element is not None
        return self.element

    def __str__(self) -> str:
        return self.name


BOOL: Final = Type("bool", "bool")
INT: Final = Type("int", "int")
INT64: Final = Type("int", "int64")
UINT64: Final = Type("uint", "uint64")
FLOAT64: Final = Type("float", "float64")
STRING: Final = Type("string", "string")
NUMBER: Final = Type("string", "json.Number")
ANY: Final = Type("interface", "interface {}")


def slice_of(element: Type) -> Type:
    """The type []element."""
    return Type("slice", f"[]{element.name}", element=element)


def map_of(key: Type, element: Type) -> Type:
    """The type map[key]element."""
    return Type("map", f"map[{key.name}]{element.name}", element=element, key=key)


def pointer_to(element: Type) -> Type:
    """The type *element."""
    return Type("pointer", f"*{element.name}", element=element)


ANY_SLICE: Final = slice_of(ANY)
ANY_MAP: Final = map_of(STRING, ANY)
STRINGS: Final = slice_of(STRING)

_ZEROES: Final[Mapping[str, Any]] = {"bool": False, "int": 0, "uint": 0, "float": 0.0, "string": "", "struct": {}}


def zero_data(kind: Type) -> Any:  # Any: a value of Go as Python has it, see types
    """The data of a type's zero value: None for whatever can be nil."""
    return _ZEROES.get(kind.kind)


class Value(Struct, frozen=True):
    """Data looked at through a Go type; without a type it is Go's invalid value, which prints as `<no value>`."""

    type: Type | None
    data: Any = None

    @property
    def valid(self) -> bool:
        """Whether it is a value at all."""
        return self.type is not None

    @property
    def kind(self) -> str:
        """The kind of its type, "invalid" without one."""
        return self.type.kind if self.type is not None else "invalid"

    @property
    def type_name(self) -> str:
        """The type as Go writes it."""
        return self.type.name if self.type is not None else "<nil>"

    @property
    def is_nil(self) -> bool:
        """Whether it is a nil pointer, interface, map or slice, or invalid."""
        return self.type is None or (
            self.data is None and self.type.kind in ("pointer", "interface", "map", "slice", "func")
        )

    def element(self) -> Value:
        """What an interface or a pointer holds."""
        assert self.type is not None
        if self.type.kind == "interface":
            return of(self.data)
        return view(self.type.element_type, self.data)

    def concrete(self) -> Value:
        """Itself, or what it holds if it is an interface (the invalid value for nil)."""
        return of(self.data) if self.type is not None and self.type.kind == "interface" else self

    def indirect(self) -> tuple[Value, bool]:
        """What pointers and interfaces lead to, and whether that ended at a nil."""
        value = self
        while value.type is not None and value.type.kind in ("pointer", "interface"):
            if value.data is None:
                return value, True
            if value.type.kind == "pointer" and not value.type.element_type.fields and value.type.methods:
                return value, False  # an opaque object: nothing but methods
            value = value.element()
        return value, False

    def field(self, own: Field) -> Value:
        """A field of a struct."""
        if own.embedded:
            return view(own.type, self.data)
        return view(own.type, self.data.get(own.key) if self.data else None)

    def items(self) -> list[tuple[Value, Value]]:
        """A map's entries, sorted by key."""
        assert self.type is not None and self.type.key is not None
        return [
            (Value(self.type.key, key), view(self.type.element_type, self.data[key])) for key in sorted(self.data or {})
        ]

    def elements(self) -> list[Value]:
        """A slice's elements."""
        assert self.type is not None
        element = self.type.element_type
        return [view(element, data) for data in self.data or ()]


INVALID: Final = Value(None)


def view(kind: Type, data: Any) -> Value:  # Any: a value of Go as Python has it, see types
    """Data seen as a type; null gives the type's zero value, a `Value` inside data keeps its own type in an interface."""
    if data is None:
        return Value(kind, zero_data(kind))
    return Value(kind, data)


def of(data: Any) -> Value:  # Any: a value of Go as Python has it, see types
    """Plain data with the type that Go's decoder or a Go literal would give it. None gives the invalid value."""
    match data:
        case None:
            return INVALID
        case Value():
            return data.concrete()
        case JsonNumber():
            return Value(NUMBER, data)
        case bool():
            return Value(BOOL, data)
        case int():
            return Value(INT, data)
        case float():
            return Value(FLOAT64, data)
        case str():
            return Value(STRING, data)
        case dict():
            return Value(ANY_MAP, data)
        case list() | tuple():
            return Value(ANY_SLICE, data)
        case _:
            raise TypeError(f"a template cannot show a {type(data).__name__}")


def strings(data: Sequence[str]) -> Value:
    """A []string."""
    return Value(STRINGS, list(data))
