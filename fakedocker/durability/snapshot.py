"""A world as bytes, made in slices, so that a server goes on between them; and the world of such bytes."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from msgspec import msgpack

from fakedocker.durability import rows
from fakedocker.durability.problems import Unreadable
from fakedocker.durability.reading import Reader, loads
from fakedocker.durability.registry import is_plain
from fakedocker.durability.writing import Writer, dumps
from fakedocker.engine.engine import Engine
from fakedocker.engine.standing import Standing
from fakedocker.world.world import World

_MAGIC = b"fakedocker world %d\n" % rows.FORMAT


class Snapshot(NamedTuple):
    """What a snapshot holds.

    Args:
        standing: what the engine knew beside its world, as bytes of its own: unlike the world it changes while the rest
            is written.
    """

    world: World
    standing: bytes


def can_be_taken(engine: Engine) -> bool:
    """Whether what is under way for clients can be kept: a build over gRPC cannot, and ends soon."""
    return all(is_plain(type(exchange.stream)) for exchange in engine.standing().exchanges)


def take(engine: Engine) -> Iterator[bytes]:
    """A snapshot of an engine, between two turns, as the bytes of pieces. Each takes some milliseconds.

    The engine may go on between the pieces: they are of the moment at which this was called.

    Raises:
        Unstorable: a process of the world is no plain data.
    """
    return _written(Snapshot(engine.world, dumps(engine.standing())))


def read(pieces: Iterable[bytes], format: int = rows.FORMAT) -> tuple[World, Standing]:
    """The world and what stands beside it.

    Raises:
        Unreadable: the pieces are no snapshot, or not all of one.
    """
    snapshot = _read(pieces, format)
    if not isinstance(snapshot, Snapshot):
        raise Unreadable("it holds no world")
    standing = loads(snapshot.standing, format)
    if not isinstance(standing, Standing) or not all(hasattr(stood.stream, "subjects") for stood in standing.exchanges):
        raise Unreadable("it holds no state of an engine")
    return snapshot.world, standing


def encode(world: World) -> bytes:
    """A world as bytes, the same for the same world.

    Raises:
        Unstorable: a process of it is no plain data, as those of a live docker command are.
    """
    return _MAGIC + msgpack.encode(list(_written(world)))


def decode(data: bytes) -> World:
    """The world of bytes that `encode` gave.

    Raises:
        Unreadable: they are something else, or of another version.
    """
    if not data.startswith(_MAGIC):
        raise Unreadable(f"it does not begin as a world of format {rows.FORMAT}")
    try:
        pieces = msgpack.decode(memoryview(data)[len(_MAGIC) :], type=list[bytes])
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"it is damaged ({problem})") from None
    world = _read(pieces, rows.FORMAT)
    if not isinstance(world, World):
        raise Unreadable("it holds no world")
    return world


def _written(value: object) -> Iterator[bytes]:
    writer = Writer()
    steps = writer.write(value)
    is_done = False
    while not is_done:
        with _no_collection():
            is_done = next(steps, writer) is writer
            piece = writer.take()
        yield piece


def _read(pieces: Iterable[bytes], format: int) -> object:
    """What pieces hold."""
    with _no_collection():
        reader = Reader(format)
        for piece in pieces:
            reader.read(piece)
        return reader.finish()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let nothing look for garbage meanwhile: there is none, and looking through a large world takes longer than a piece."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
