"""What node's zlib is made of: streams of zlib, gzip and raw deflated data, made and read at once.

Reading is the host's zlib, bounded by what a buffer may hold; what is made is what node makes (`deflating`).
"""

from __future__ import annotations

import zlib
from typing import Final

from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.deflating import deflate
from fakedocker.userland.languages.javascript.node_host.host import MOST_BYTES, data_from, native, new_buffer
from fakedocker.userland.languages.machine.cells import NotSimulated

DEFLATE: Final = 1
GZIP: Final = 3
RAW: Final = 5
ANY: Final = 7
_WBITS: Final = {DEFLATE: 15, GZIP: 31, RAW: -15}
_MOST_DEFLATED: Final = 128 << 10
"""How much is compressed at once, which nothing may interrupt: a second's or two's worth."""
_MOST_STORED: Final = 16000
_MAGIC: Final = b"\x1f\x8b"
_DEFAULT_LEVEL: Final = 6
_WORDS: Final = frozenset(
    {
        "incorrect header check", "unknown compression method", "invalid window size", "incorrect data check", "incorrect length check",
        "invalid block type", "invalid stored block lengths", "too many length or distance symbols", "invalid code lengths set",
        "invalid bit length repeat", "invalid code -- missing end-of-block", "invalid literal/lengths set", "invalid distances set",
        "invalid literal/length code", "invalid distance code", "invalid distance too far back", "unknown header flags set", "header crc mismatch",
    }
)  # fmt: skip
"""What zlib says of data that is none."""
_ENDED: Final = "unexpected end of file"


@native("deflate")
def _deflate(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """deflate(kind, bytes, level) -> Buffer"""
    kind, data, level = integer(realm, arguments[0]), data_from(realm, arguments[1]), integer(realm, arguments[2])
    if len(data) > _MOST_DEFLATED or (level == 0 and len(data) > _MOST_STORED):
        raise NotSimulated("the compression of so much data")
    realm.machine.grown(len(data))
    level = _DEFAULT_LEVEL if level < 0 else level
    packed = deflate(data, level)
    if kind == RAW:
        return new_buffer(realm, packed)
    if kind == DEFLATE:
        rank = 0 if level < 2 else 1 if level < _DEFAULT_LEVEL else 2 if level == _DEFAULT_LEVEL else 3
        header = 0x7800 | rank << 6
        header += 31 - header % 31
        return new_buffer(realm, header.to_bytes(2, "big") + packed + zlib.adler32(data).to_bytes(4, "big"))
    flags = 2 if level == 9 else 4 if level < 2 else 0
    trailer = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return new_buffer(realm, bytes([*_MAGIC, 8, 0, 0, 0, 0, 0, flags, 3]) + packed + trailer)


@native("inflate")
def _inflate(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """inflate(kind, bytes) -> Buffer, or what is wrong with the data"""
    kind, data = integer(realm, arguments[0]), data_from(realm, arguments[1])
    if kind == ANY:
        kind = GZIP if data[:2] == _MAGIC or data == _MAGIC[:1] else DEFLATE
    found = bytearray()
    while True:
        stream = zlib.decompressobj(_WBITS[kind])
        try:
            found += stream.decompress(data, MOST_BYTES + 1 - len(found))
        except zlib.error as problem:
            return _said(str(problem))
        if len(found) > MOST_BYTES:
            raise NotSimulated("so large a buffer")
        realm.machine.grown(len(found) >> 6)
        if not stream.eof:
            return _ENDED
        data = stream.unused_data
        if kind != GZIP or not data or data[0] == 0:
            return new_buffer(realm, found)


def _said(problem: str) -> str:
    """The words of zlib in an exception of the host's."""
    words = problem.partition(": ")[2]
    if problem.startswith("Error 2 "):
        return "need dictionary"
    if words not in _WORDS:
        raise NotSimulated("what zlib says of such data")
    return words


@native("crc32")
def _crc32(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """crc32(bytes, start) -> number"""
    return float(zlib.crc32(data_from(realm, arguments[0]), integer(realm, argument(arguments, 1)) & 0xFFFFFFFF))
