"""ArrayBuffer, the typed arrays, and Buffer's own representation; Buffer's methods are written in JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.builtins.arrays import ARRAY
from fakedocker.userland.languages.javascript.builtins.functions import array_like
from fakedocker.userland.languages.javascript.cells import JsBytes, JsObject, ListIterator, Value
from fakedocker.userland.languages.javascript.members import FORMATS
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, integer, is_nothing, relative
from fakedocker.userland.languages.javascript.operators import same_value_zero, strictly_equal, to_text
from fakedocker.userland.languages.javascript.realm_state import NATIVE_PARENTS, add_prototype
from fakedocker.userland.languages.javascript.shared import ITERATOR, SPECIES, TO_STRING_TAG, NativeCall, Written
from fakedocker.userland.languages.javascript.species import species_getter
from fakedocker.userland.languages.machine.cells import NotSimulated

ARRAY_BUFFER = Kind("ArrayBuffer", length=1)
TYPED = Kind("TypedArray", is_global=False)
for _kind in (ARRAY_BUFFER, TYPED):
    _kind.statics.entries[SPECIES] = species_getter(_kind.name)
_MOST_BYTES = 64 << 20
SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4, "d": 8, "q": 8, "Q": 8}


def element_size(kind: str) -> int:
    """How many bytes an element of a typed array has."""
    return SIZES[FORMATS[kind]]


def _check(realm: Host, length: int, said: str = "Invalid typed array length: {length}") -> None:
    if length < 0:
        raise realm.error("RangeError", said.format(length=length))
    if length > _MOST_BYTES:
        raise NotSimulated("so large a buffer")
    if length > 4096:
        realm.machine.grown(length >> 6)


@ARRAY_BUFFER.construct
def _new_array_buffer(realm: Host, target: Value, arguments: list[Value]) -> Value:
    length = integer(realm, argument(arguments, 0))
    _check(realm, length, "Invalid array buffer length")
    return JsBytes(realm.prototype_from(target, "ArrayBuffer"), "ArrayBuffer", bytearray(length), 0, length)


def incompatible(realm: Host, this: Value, method: str) -> Exception:
    """What a method says that is called on what it is not for."""
    return realm.error("TypeError", f"Method {method} called on incompatible receiver {realm.told(this)}")


def _check_buffer(realm: Host, this: Value, method: str) -> None:
    if not isinstance(this, JsBytes) or this.kind != "ArrayBuffer":
        raise incompatible(realm, this, method)


@ARRAY_BUFFER.getter("byteLength")
def _array_buffer_length(realm: Host, this: Value, arguments: list[Value]) -> Value:
    _check_buffer(realm, this, "get ArrayBuffer.prototype.byteLength")
    return float(this.length)


@ARRAY_BUFFER.method("slice", 2)
def _array_buffer_slice(realm: Host, this: Value, arguments: list[Value]) -> Value:
    _check_buffer(realm, this, "ArrayBuffer.prototype.slice")
    start = relative(realm, argument(arguments, 0), this.length, 0)
    end = relative(realm, argument(arguments, 1), this.length, this.length)
    data = this.buffer[start : max(start, end)]
    return JsBytes(realm.protos["ArrayBuffer"], "ArrayBuffer", data, 0, len(data))


@ARRAY_BUFFER.static("isView", 1)
def _is_view(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return isinstance(value, JsBytes) and value.kind != "ArrayBuffer"


ARRAY_BUFFER.prototype.entries[TO_STRING_TAG] = "ArrayBuffer"


def new_view(realm: Host, kind: str, target: Value, arguments: list[Value]) -> JsBytes:
    """A typed array: of a length, of values, or over a buffer."""
    size = element_size(kind)
    proto = realm.prototype_from(target, kind)
    given = argument(arguments, 0)
    if isinstance(given, JsBytes) and given.kind == "ArrayBuffer":
        offset = integer(realm, argument(arguments, 1))
        if offset % size:
            raise realm.error("RangeError", f"start offset of {kind} should be a multiple of {size}")
        left = len(given.buffer) - offset
        length = left // size if argument(arguments, 2) is None else integer(realm, arguments[2])
        if left < 0 or length * size > left:
            raise realm.error("RangeError", f"Invalid typed array length: {length}")
        return JsBytes(proto, kind, given.buffer, offset, length, given)
    if isinstance(given, JsObject):
        method = realm.get(given, ITERATOR)
        values = array_like(realm, given) if is_nothing(method) else realm.values_of(given)
        _check(realm, len(values) * size)
        made = JsBytes(proto, kind, bytearray(len(values) * size), 0, len(values))
        for place, value in enumerate(values):
            realm.put_element(made, place, value)
        return made
    length = integer(realm, given)
    _check(realm, length * size)
    return JsBytes(proto, kind, bytearray(length * size), 0, length)


def _define(name: str) -> Kind:
    kind = Kind(name, "TypedArray", 3)

    @kind.construct
    def construct(realm: Host, target: Value, arguments: list[Value]) -> Value:
        return new_view(realm, name, target, arguments)

    size = float(element_size(name))
    kind.statics.entries["BYTES_PER_ELEMENT"] = size
    kind.prototype.entries["BYTES_PER_ELEMENT"] = size
    NATIVE_PARENTS[name] = TYPED.native
    return kind


KINDS = {name: _define(name) for name in FORMATS if name != "Buffer"}
add_prototype("Buffer", "Uint8Array")


def _make(realm: Host, this: Value, values: list[Value]) -> Value:
    kind = this.kind if isinstance(this, JsBytes) else this.path
    return new_view(
        realm,
        "Uint8Array" if kind == "Buffer" else kind,
        realm.function("Uint8Array" if kind == "Buffer" else kind),
        [realm.array(values)],
    )


@TYPED.static("from", 1)
def _from(realm: Host, this: Value, arguments: list[Value]) -> Value:
    values = (
        realm.values_of(argument(arguments, 0))
        if not is_nothing(realm.get(arguments[0], ITERATOR))
        else array_like(realm, arguments[0])
    )
    if argument(arguments, 1) is not None:
        values = [realm.call(arguments[1], None, [value, float(place)]) for place, value in enumerate(values)]
    return _make(realm, this, values)


@TYPED.static("of")
def _of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _make(realm, this, arguments)


def _values(realm: Host, this: JsBytes) -> list[Value]:
    return [realm.element(this, place) for place in range(this.length)]


def is_typed(value: Value) -> bool:
    """Whether a value is a typed array."""
    return isinstance(value, JsBytes) and value.kind in FORMATS


def whole_of(realm: Host, view: JsBytes) -> JsBytes:
    """The ArrayBuffer that a view is a part of, the same each time."""
    if view.whole is None:
        view.whole = JsBytes(realm.protos["ArrayBuffer"], "ArrayBuffer", view.buffer, 0, len(view.buffer))
    return view.whole


def _getter(name: str, found: Callable[[Host, JsBytes], Value]) -> None:
    owner = "%TypedArray%" if name == "buffer" else "TypedArray"

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if not is_typed(this):
            raise incompatible(realm, this, f"get {owner}.prototype.{name}")
        return found(realm, this)

    TYPED.getter(name)(call)


_getter("length", lambda realm, view: float(view.length))
_getter("byteLength", lambda realm, view: float(view.length * element_size(view.kind)))
_getter("byteOffset", lambda realm, view: float(view.offset))
_getter("buffer", whole_of)
_TOLD: Final = frozenset({"slice", "subarray", "join", "at", "sort"})
"""Methods that tell what they were called on where that is no typed array."""


def _method(name: str, length: int = 0) -> Callable[[NativeCall], NativeCall]:
    """Register a method of typed arrays, which refuses anything else."""

    def register(run: NativeCall) -> NativeCall:
        def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
            if is_typed(this):
                return run(realm, this, arguments)
            if name in _TOLD:
                raise incompatible(realm, None if name == "subarray" else this, f"%TypedArray%.prototype.{name}")
            raise realm.error("TypeError", "this is not a typed array.")

        TYPED.method(name, length)(call)
        return run

    return register


TYPED.getter(TO_STRING_TAG)(
    lambda realm, this, arguments: (
        ("Uint8Array" if this.kind == "Buffer" else this.kind) if isinstance(this, JsBytes) else None
    )
)


@_method("set", 1)
def _set(realm: Host, this: Value, arguments: list[Value]) -> Value:
    source, offset = argument(arguments, 0), integer(realm, argument(arguments, 1))
    values = _values(realm, source) if isinstance(source, JsBytes) else array_like(realm, source)
    if offset < 0 or offset + len(values) > this.length:
        raise realm.error("RangeError", "offset is out of bounds")
    for place, value in enumerate(values):
        realm.put_element(this, offset + place, value)
    return None


def _part(realm: Host, this: JsBytes, arguments: list[Value]) -> tuple[int, int]:
    start = relative(realm, argument(arguments, 0), this.length, 0)
    return start, max(start, relative(realm, argument(arguments, 1), this.length, this.length))


@_method("subarray", 2)
def _subarray(realm: Host, this: Value, arguments: list[Value]) -> Value:
    start, end = _part(realm, this, arguments)
    offset = this.offset + start * element_size(this.kind)
    return JsBytes(this.proto, this.kind, this.buffer, offset, end - start, whole_of(realm, this))


@_method("slice", 2)
def _slice(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if this.kind == "Buffer":
        return _subarray(realm, this, arguments)
    start, end = _part(realm, this, arguments)
    size = element_size(this.kind)
    data = this.buffer[this.offset + start * size : this.offset + end * size]
    return JsBytes(this.proto, this.kind, bytearray(data), 0, end - start)


@_method("fill", 1)
def _fill(realm: Host, this: Value, arguments: list[Value]) -> Value:
    start, end = _part(realm, this, arguments[1:])
    for place in range(start, end):
        realm.put_element(this, place, argument(arguments, 0))
    return this


@_method("join", 1)
def _join(realm: Host, this: Value, arguments: list[Value]) -> Value:
    joint = "," if argument(arguments, 0) is None else to_text(realm, arguments[0])
    return joint.join(to_text(realm, value) for value in _values(realm, this))


@_method("indexOf", 1)
def _index_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    wanted = argument(arguments, 0)
    return next(
        (float(place) for place, value in enumerate(_values(realm, this)) if strictly_equal(value, wanted)), -1.0
    )


@_method("includes", 1)
def _includes(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return any(same_value_zero(value, argument(arguments, 0)) for value in _values(realm, this))


@_method("at", 1)
def _at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    place = integer(realm, argument(arguments, 0))
    return realm.element(this, place % this.length) if -this.length <= place < this.length else None


@_method("reverse")
def _reverse(realm: Host, this: Value, arguments: list[Value]) -> Value:
    for place, value in enumerate(_values(realm, this)[::-1]):
        realm.put_element(this, place, value)
    return this


@_method("sort", 1)
def _sort(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if argument(arguments, 0) is not None:
        raise NotSimulated("sorting a typed array by a function")
    for place, value in enumerate(sorted(_values(realm, this))):
        realm.put_element(this, place, value)
    return this


def _iterator(of: str) -> NativeCall:
    return lambda realm, this, arguments: ListIterator(realm.protos["ArrayIterator"], "Array Iterator", this, of)


for _name in ("values", "keys", "entries"):
    _method(_name)(_iterator(_name))
TYPED.prototype.entries[ITERATOR] = TYPED.prototype.entries["values"]
TYPED.prototype.entries["toString"] = ARRAY.prototype.entries["toString"]
for _name in (
    "forEach", "reduce", "reduceRight", "some", "every", "find", "findIndex", "findLast", "findLastIndex", "map", "filter",
):  # fmt: skip
    TYPED.prototype.entries[_name] = Written("typed_arrays", _name)
