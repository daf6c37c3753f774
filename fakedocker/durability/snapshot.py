"""A world as bytes, made in slices, so that a server goes on between them.

The pieces are written by one pickler, so that what is shared in the world is shared again when it is read.
"""

from __future__ import annotations

import io
import itertools
import pickle
from collections.abc import Iterator
from typing import Any

import msgspec

from fakedocker.base.persistent import Map
from fakedocker.durability.plain import PROTOCOL, Reader, Unreadable
from fakedocker.kernel.state import KernelState
from fakedocker.world.world import World

SLICE_ENTRIES = 256
"""How many entries of a map are written at once: some milliseconds."""
_END = ("end", "", None)


def encode(world: World) -> Iterator[bytes]:
    """The bytes of a world, in pieces. Time grows with the world; each piece is bounded."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, PROTOCOL)
    for piece in itertools.chain(_pieces("world", world, "kernel"), _pieces("kernel", world.kernel, ""), (_END,)):
        pickler.dump(piece)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _pieces(owner: str, struct: msgspec.Struct, left_out: str) -> Iterator[tuple[str, str, Any]]:
    scalars: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, Map):
            entries = iter(value.items())
            while slice_ := list(itertools.islice(entries, SLICE_ENTRIES)):
                yield owner, name, slice_
        elif name != left_out:
            scalars[name] = value
    yield owner, "", scalars


def decode(file: io.BufferedIOBase) -> World:
    """The world of a file that `encode` wrote.

    Raises:
        Unreadable: it is not whole, or of another version.
    """
    reader = Reader(file)
    fields: dict[str, dict[str, Any]] = {"world": {}, "kernel": {}}
    maps: dict[tuple[str, str], dict[Any, Any]] = {}
    while (piece := reader.read()) != _END:
        try:
            owner, name, value = piece
            if name:
                maps.setdefault((owner, name), {}).update(value)
            else:
                fields[owner].update(value)
        except (KeyError, TypeError, ValueError):
            raise Unreadable("it has a part that no world has") from None
    for (owner, name), entries in maps.items():
        fields[owner][name] = Map(entries)
    try:
        return World(**fields["world"], kernel=KernelState(**fields["kernel"]))
    except TypeError as problem:
        raise Unreadable(f"it was written by another version ({problem})") from None
