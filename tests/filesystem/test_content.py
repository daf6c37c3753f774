"""Contents behave as the bytes they stand for."""

from __future__ import annotations

from hypothesis import given, strategies as st

from fakedocker.filesystem import content
from fakedocker.filesystem.content import MIB, Content, Rope

small = st.binary(max_size=40)
pieces = st.one_of(
    small,
    st.integers(0, 9000).map(content.zeros),
    st.integers(0, 9000).map(lambda size: content.filler("seed", size)),
    st.integers(0, 5000).map(lambda size: content.part_of(b"abcdefgh" * 1000, 7, size)),
    st.integers(0, 9000).map(lambda size: bytes(size)),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), pieces),
        st.tuples(st.just("write"), st.integers(0, 20000), pieces),
        st.tuples(st.just("truncate"), st.integers(0, 20000)),
        st.tuples(st.just("cut"), st.integers(0, 20000), st.integers(0, 20000)),
    ),
    max_size=8,
)


def whole(value: Content) -> bytes:
    return b"".join(content.chunks(value, 1000))


@given(pieces, steps)
def test_every_operation_does_what_it_does_to_bytes(start: Content, operations: list[tuple]) -> None:  # type: ignore[type-arg]  # of several shapes
    value, model = start, bytearray(whole(start))
    for name, *arguments in operations:
        if name == "append":
            data = whole(arguments[0])
            value, model = content.append(value, data), model + data
        elif name == "write":
            offset, data = arguments[0], whole(arguments[1])
            value = content.write(value, offset, data)
            if data:
                model.extend(bytes(max(0, offset - len(model))))
                model[offset : offset + len(data)] = data
        elif name == "truncate":
            value = content.truncate(value, arguments[0])
            model = model[: arguments[0]].ljust(arguments[0], b"\0")
        else:
            value, model = content.cut(value, *arguments), model[arguments[0] : arguments[1]]
        assert len(value) == len(model)
        assert whole(value) == model
    assert content.held_bytes(value) <= len(model)


@given(st.lists(pieces, max_size=5), st.integers(0, 30000), st.integers(0, 30000))
def test_reading_a_part_is_slicing(parts: list[Content], offset: int, size: int) -> None:
    joined = content.join(*parts)
    assert content.read(joined, offset, size) == b"".join(map(whole, parts))[offset : offset + size]


@given(st.lists(pieces, max_size=4))
def test_a_digest_is_fed_every_byte(parts: list[Content]) -> None:
    whole = content.join(*parts, content.part_of(bytes(range(256)) * 40, 100, 9000))
    fed: list[bytes] = []
    content.feed(whole, lambda data: fed.append(bytes(data)))
    assert b"".join(fed) == content.read(whole, 0, len(whole))
    assert content.is_same(whole, b"".join(fed))
    assert bytes(content.view(whole)) == b"".join(fed)


def test_small_contents_are_plain_bytes() -> None:
    assert content.join(b"a", content.cut(content.part_of(b"xyz" * 9, 3, 3), 0, 3)) == b"axyz"
    assert content.truncate(content.append(b"x" * 9000, b"y"), 3) == b"xxx"


def test_filler_is_the_same_wherever_it_is_read() -> None:
    big = content.filler("layer", 3 * MIB)
    assert content.read(big, MIB - 5, 10) == content.read(big, MIB - 5, 5) + content.read(big, MIB, 5)
    assert content.read(content.filler("layer", 10), 0, 10) == content.read(big, 0, 10)
    assert content.read(content.filler("other", 10), 0, 10) != content.read(big, 0, 10)
    assert content.held_bytes(big) == 0


def test_a_file_written_line_by_line_has_few_pieces() -> None:
    value: Content = b""
    for number in range(20_000):
        value = content.append(value, b"line %06d of a log\n" % number)
    assert isinstance(value, Rope)
    assert len(value.pieces) < 20
    assert content.read(value, len(value) - 9, 99) == b"of a log\n"
    assert len(value) == 21 * 20_000


def test_gigabytes_of_zeros_are_one_piece() -> None:
    value: Content = b""
    for _ in range(64):
        value = content.append(value, bytes(16 * MIB))
    assert isinstance(value, Rope)
    assert (len(value), len(value.pieces), content.held_bytes(value)) == (1024 * MIB, 1, 0)
