"""DataView: numbers in the bytes of an ArrayBuffer, in either order (ECMA-262, DataView Objects; the words are V8's)."""

from __future__ import annotations

import math
import struct
from typing import Final

from fakedocker.userland.languages.javascript.builtins.buffers import incompatible, whole_of
from fakedocker.userland.languages.javascript.builtins.numbers import to_big
from fakedocker.userland.languages.javascript.cells import JsBytes, Value
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument
from fakedocker.userland.languages.javascript.numbers import to_integer, to_uint32
from fakedocker.userland.languages.javascript.operators import to_boolean, to_number
from fakedocker.userland.languages.javascript.shared import TO_STRING_TAG, NativeCall

DATA_VIEW: Final = Kind("DataView", length=1)
_FORMATS: Final = {
    "Int8": "b", "Uint8": "B", "Int16": "h", "Uint16": "H", "Int32": "i", "Uint32": "I", "Float32": "f", "Float64": "d", "BigInt64": "q",
    "BigUint64": "Q",
}  # fmt: skip
_BIG: Final = (1 << 64) - 1
_MOST_INDEX: Final = 2**53 - 1


@DATA_VIEW.construct
def _new_data_view(realm: Host, target: Value, arguments: list[Value]) -> Value:
    given = argument(arguments, 0)
    if not isinstance(given, JsBytes) or given.kind != "ArrayBuffer":
        raise realm.error("TypeError", "First argument to DataView constructor must be an ArrayBuffer")
    offset, size = to_integer(to_number(realm, argument(arguments, 1))), given.length
    if not 0 <= offset <= size:
        raise realm.error(
            "RangeError", f"Start offset {realm.told(argument(arguments, 1))} is outside the bounds of the buffer"
        )
    wanted = argument(arguments, 2)
    length = size - offset if wanted is None else to_integer(to_number(realm, wanted))
    if not 0 <= length <= size - offset:
        raise realm.error("RangeError", f"Invalid DataView length {realm.told(wanted)}")
    proto = realm.prototype_from(target, "DataView")
    return JsBytes(proto, "DataView", given.buffer, int(offset), int(length), given)


def _view(realm: Host, this: Value, method: str) -> JsBytes:
    if not isinstance(this, JsBytes) or this.kind != "DataView":
        raise incompatible(realm, None, method)  # V8 tells of nothing, whatever it is
    return this


@DATA_VIEW.getter("buffer")
def _buffer(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return whole_of(realm, _view(realm, this, "get DataView.prototype.buffer"))


@DATA_VIEW.getter("byteLength")
def _byte_length(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return float(_view(realm, this, "get DataView.prototype.byte_length").length)


@DATA_VIEW.getter("byteOffset")
def _byte_offset(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return float(_view(realm, this, "get DataView.prototype.byte_offset").offset)


def _index(realm: Host, value: Value) -> int:
    found = to_integer(to_number(realm, value))
    if not 0 <= found <= _MOST_INDEX:
        raise _outside(realm)
    return int(found)


def _outside(realm: Host) -> Exception:
    return realm.error("RangeError", "Offset is outside the bounds of the DataView")


def _place(realm: Host, view: JsBytes, index: int, size: int) -> int:
    if index + size > view.length:
        raise _outside(realm)
    return view.offset + index


def _getting(name: str) -> NativeCall:
    code = _FORMATS[name]

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        view, index = _view(realm, this, f"DataView.prototype.get{name}"), _index(realm, argument(arguments, 0))
        order = "<" if to_boolean(argument(arguments, 1)) else ">"
        at = _place(realm, view, index, struct.calcsize(code))
        (found,) = struct.unpack_from(order + code, view.buffer, at)
        return found if code in "qQ" else float(found)

    return call


def _setting(name: str) -> NativeCall:
    code = _FORMATS[name]

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        view, index = _view(realm, this, f"DataView.prototype.set{name}"), _index(realm, argument(arguments, 0))
        number = _as_kept(realm, code, argument(arguments, 1))
        order = "<" if to_boolean(argument(arguments, 2)) else ">"
        struct.pack_into(order + code, view.buffer, _place(realm, view, index, struct.calcsize(code)), number)
        return None

    return call


def _as_kept(realm: Host, code: str, value: Value) -> float | int:
    """A value as a number of a format, cut to its bits."""
    if code in "qQ":
        found = to_big(realm, value) & _BIG
        return found - _BIG - 1 if code == "q" and found >> 63 else found
    number = to_number(realm, value)
    if code == "d":
        return number
    if code == "f":
        try:
            struct.pack("<f", number)
        except OverflowError:
            return math.copysign(math.inf, number)
        return number
    bits = struct.calcsize(code) * 8
    whole = to_uint32(number) & ((1 << bits) - 1)
    return whole - (1 << bits) if code.islower() and whole >> (bits - 1) else whole


for _name in _FORMATS:
    DATA_VIEW.method(f"get{_name}", 1)(_getting(_name))
    DATA_VIEW.method(f"set{_name}", 2)(_setting(_name))
DATA_VIEW.prototype.entries[TO_STRING_TAG] = "DataView"
