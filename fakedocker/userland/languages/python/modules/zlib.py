"""zlib: what the guest's module of that name is made of. Streams keep no state of the host: what they were given is gone through again.

Decompression is bounded by what a value may be, and counted. Compression must give the same bytes on every host, and some have another
library under zlib's name: it is used only if it makes what zlib 1.2.13 makes of samples that fill many blocks.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised
from fakedocker.userland.languages.python.modules.codecs_natives import data_of
from fakedocker.userland.languages.python.operators import MOST_ITEMS, check_size
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue

ERROR: Final = BuiltinClass("error", EXCEPTIONS["Exception"], module="zlib")
_SAMPLE_LENGTH: Final = 120_000
_CLASSIC: Final = {1: 0x642D30C, 4: 0xC21AB3B8, 6: 0xA48A71A9, 9: 0xDB286364}
"""The checksum of what zlib 1.2.13 makes of the sample at each level: a fast, a middle and two lazy ways of looking for matches."""
_SHIFT: Final = 8


def _sample() -> bytes:
    """Text and noise that fill many blocks, with matches near and far. The same everywhere."""
    found = bytearray()
    state = 1
    while len(found) < _SAMPLE_LENGTH:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        found += f"{state >> 16:x} {state % 97} the {found[state % (len(found) or 1) :][: state % 23].decode('latin-1')!r}\n".encode()
    return bytes(found[:_SAMPLE_LENGTH])


@cache
def is_classic() -> bool:
    """Whether the host's zlib makes the bytes of the zlib that there has always been."""
    data = _sample()
    return all(zlib.crc32(zlib.compress(data, level)) == known for level, known in _CLASSIC.items())


def _failed(problem: Exception) -> Exception:
    return Raised(ExceptionValue(ERROR, (str(problem),)))


@native("inflate", module="_zlib_natives")
def _inflate(m: Interpreter, data: Value, wbits: Value, dictionary: Value, most: Value) -> Value:
    """(what comes out, up to `most` bytes or all for 0; how many bytes went in; whether the end was reached). Raises zlib.error."""
    given = data_of(m, data)
    bound = min(most, MOST_ITEMS) if most else MOST_ITEMS
    try:
        stream = zlib.decompressobj(wbits, data_of(m, dictionary)) if dictionary else zlib.decompressobj(wbits)
        found = stream.decompress(given, bound + 1 if bound == MOST_ITEMS else bound)
    except (zlib.error, ValueError) as problem:
        raise (_failed(problem) if isinstance(problem, zlib.error) else problem) from None
    check_size(m, len(found))
    m.grown(len(found) >> _SHIFT)
    left = len(stream.unused_data) if stream.eof else len(stream.unconsumed_tail)
    return found, len(given) - left, stream.eof


@native("deflate", module="_zlib_natives")
def _deflate(
    m: Interpreter, calls: Value, level: Value, wbits: Value, memory: Value, strategy: Value, dictionary: Value
) -> Value:
    """What comes out of a stream that was given pieces, each with the way in which it was flushed then, -1 for not at all."""
    if not is_classic():
        raise NotSimulated("compression on a machine with another zlib than the classic one")
    try:
        check_size(m, sum(len(data) for data, _ in calls))
        stream = zlib.compressobj(
            level, zlib.DEFLATED, wbits, memory, strategy, *((data_of(m, dictionary),) if dictionary else ())
        )
        found = bytearray()
        for data, flush in calls:
            found += stream.compress(data_of(m, data))
            m.grown(len(data) >> 4)
            if flush >= 0:
                found += stream.flush(flush)
    except (zlib.error, ValueError) as problem:
        raise (_failed(problem) if isinstance(problem, zlib.error) else problem) from None
    return bytes(found)


@native("crc32", module="_zlib_natives")
def _crc32(m: Interpreter, data: Value, value: Value = 0) -> Value:
    return zlib.crc32(data_of(m, data), value & 0xFFFFFFFF)


@native("adler32", module="_zlib_natives")
def _adler32(m: Interpreter, data: Value, value: Value = 1) -> Value:
    return zlib.adler32(data_of(m, data), value & 0xFFFFFFFF)


@native("zlib_error", module="_zlib_natives")
def _error(m: Interpreter, words: Value) -> Value:
    """Raise zlib.error."""
    raise Raised(ExceptionValue(ERROR, (words,)))
