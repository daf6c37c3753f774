"""gzip with stored blocks: the same however it is cut, and read back by nothing but what it made."""

from __future__ import annotations

import gzip
import zlib

from hypothesis import given, strategies as st

from fakedocker.filesystem import gzip_stored

SIZES = st.sampled_from((0, 1, 5, 1000, 65534, 65535, 65536, 131_070, 131_071, 200_000))


def data_of(size_bytes: int) -> bytes:
    return bytes(index * 7 % 251 for index in range(size_bytes))


def compressed(data: bytes, piece_bytes: int) -> bytes:
    return b"".join(gzip_stored.compress(data[at : at + piece_bytes] for at in range(0, len(data), piece_bytes)))


@given(size_bytes=SIZES, piece_bytes=st.sampled_from((997, 65535, 65536, 100_000, 1 << 20)))
def test_it_is_gzip_however_it_is_cut(size_bytes: int, piece_bytes: int) -> None:
    data = data_of(size_bytes)
    blob = compressed(data, piece_bytes)
    assert gzip.decompress(blob) == data
    assert len(blob) == gzip_stored.compressed_size(size_bytes)
    assert blob == compressed(data, 1 << 20)
    pieces = gzip_stored.pieces(data[at : at + piece_bytes] for at in range(0, len(data), piece_bytes))
    assert b"".join(pieces) == blob
    assert gzip_stored.decompress(blob) == gzip_stored.decompress(memoryview(blob)) == data


@given(size_bytes=SIZES, place=st.integers(0, 200_100), bit=st.integers(0, 7))
def test_a_changed_bit_is_not_taken(size_bytes: int, place: int, bit: int) -> None:
    blob = bytearray(compressed(data_of(size_bytes), 1 << 20))
    blob[place % len(blob)] ^= 1 << bit
    assert gzip_stored.decompress(bytes(blob)) is None


@given(size_bytes=SIZES, cut=st.integers(1, 70_000))
def test_a_stream_that_is_cut_or_goes_on_is_not_taken(size_bytes: int, cut: int) -> None:
    blob = compressed(data_of(size_bytes), 1 << 20)
    assert gzip_stored.decompress(blob[: max(len(blob) - cut, 0)]) is None
    assert gzip_stored.decompress(blob + bytes(cut)) is None


def test_other_streams_are_not_taken() -> None:
    data = data_of(70_000)
    stored = zlib.compressobj(0, wbits=31)
    for other in (b"", b"\x1f\x8b", data, gzip.compress(data), stored.compress(data) + stored.flush()):
        assert gzip_stored.decompress(other) is None
