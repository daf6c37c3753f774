"""Pure functions of the library that the host has: hashes, base64, struct, zlib's checksums."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import zlib
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of, type_name
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue

STRUCT_ERROR: Final = BuiltinClass("error", EXCEPTIONS["Exception"], module="struct")
BINASCII_ERROR: Final = BuiltinClass("Error", EXCEPTIONS["ValueError"], module="binascii")
_HASHES: Final = frozenset(
    "md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384 sha3_512 blake2b blake2s".split()
)
_LARGEST: Final = 1 << 24


def data_of(m: Interpreter, value: Value) -> bytes:
    """Bytes. Raises TypeError in the program."""
    plain = payload_of(value)
    if isinstance(plain, bytes | bytearray):
        m.grown(len(plain) >> 8)
        return bytes(plain)
    raise type_error(f"a bytes-like object is required, not '{type_name(value)}'")


@native("digest", module="_codecs_natives")
def _digest(m: Interpreter, name: Value, data: Value) -> Value:
    if name not in _HASHES:
        raise error("ValueError", f"unsupported hash type {name}")
    return hashlib.new(name, data_of(m, data), usedforsecurity=False).digest()


@native("block_size", module="_codecs_natives")
def _block_size(m: Interpreter, name: Value) -> Value:
    return hashlib.new(name, usedforsecurity=False).block_size


@native("pbkdf2", module="_codecs_natives")
def _pbkdf2(m: Interpreter, name: Value, password: Value, salt: Value, iterations: Value, length: Value) -> Value:
    if iterations > 1_000_000:
        raise NotSimulated("so many iterations of a key's derivation")
    m.grown(iterations)
    return hashlib.pbkdf2_hmac(name, data_of(m, password), data_of(m, salt), iterations, length)


def _coded(name: str) -> None:
    function = getattr(base64, name)

    def wrapper(m: Interpreter, data: Value) -> Value:
        plain = payload_of(data)
        try:
            return function(plain if isinstance(plain, str) and "decode" in name else data_of(m, data))
        except binascii.Error as problem:
            raise Raised(ExceptionValue(BINASCII_ERROR, (str(problem),))) from None

    native(name, module="_codecs_natives")(wrapper)


for _name in (
    "b64encode",
    "b64decode",
    "urlsafe_b64encode",
    "urlsafe_b64decode",
    "b32encode",
    "b32decode",
    "b16encode",
    "b16decode",
):
    _coded(_name)


@native("hexlify", module="_codecs_natives")
def _hexlify(m: Interpreter, data: Value) -> Value:
    return binascii.hexlify(data_of(m, data))


@native("unhexlify", module="_codecs_natives")
def _unhexlify(m: Interpreter, data: Value) -> Value:
    try:
        return binascii.unhexlify(data if isinstance(data, str) else data_of(m, data))
    except binascii.Error as problem:
        raise Raised(ExceptionValue(BINASCII_ERROR, (str(problem),))) from None


@native("crc32", module="_codecs_natives")
def _crc32(m: Interpreter, data: Value, value: Value = 0) -> Value:
    return zlib.crc32(data_of(m, data), value)


def _struct_problem(problem: struct.error) -> Raised:
    if "format requires" in str(problem):  # versions word it differently, and the host's is not the image's
        raise NotSimulated("what struct says of a number that does not fit")
    return Raised(ExceptionValue(STRUCT_ERROR, (str(problem),)))


@native("pack", module="_codecs_natives")
def _pack(m: Interpreter, format: Value, *values: Value) -> Value:
    try:
        if struct.calcsize(format) > _LARGEST:
            raise NotSimulated("so large a structure")
        return struct.pack(format, *values)
    except struct.error as problem:
        raise _struct_problem(problem) from None


@native("unpack", module="_codecs_natives")
def _unpack(m: Interpreter, format: Value, data: Value) -> Value:
    try:
        return struct.unpack(format, data_of(m, data))
    except struct.error as problem:
        raise _struct_problem(problem) from None


@native("calcsize", module="_codecs_natives")
def _calcsize(m: Interpreter, format: Value) -> Value:
    try:
        return struct.calcsize(format)
    except struct.error as problem:
        raise _struct_problem(problem) from None


@names_for("_codecs_natives")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"struct_error": STRUCT_ERROR, "binascii_error": BINASCII_ERROR}


@native("is_compressible", module="_codecs_natives")
def _is_compressible(m: Interpreter, data: Value) -> Value:
    """Whether zlib makes data shorter by two bytes at least."""
    plain = data_of(m, data)
    return len(zlib.compress(plain)) < len(plain) - 1


@native("adler32", module="_codecs_natives")
def _adler32(m: Interpreter, data: Value) -> Value:
    return zlib.adler32(data_of(m, data))
