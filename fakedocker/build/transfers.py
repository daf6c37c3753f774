"""How many bytes files take on their way from the client, as progress counts them.

The client sends a packet with what each file is, the contents of those that are asked for in parts, and an end.
Source: tonistiigi/fsutil (send.go, types/wire.proto), whose packets are Protocol Buffers.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.filesystem.node import Node
from fakedocker.wire.protobuf import varint_size

_PART_BYTES = 32 << 10
_DIRECTORY_BIT, _LINK_BIT = 1 << 31, 1 << 27
END_BYTES = 2
"""The packet that ends a transfer."""


def transfer_bytes(files: Iterable[tuple[str, Node]], unchanged: Iterable[str] = ()) -> int:
    """The bytes of all packets.

    Args:
        files: path and inode of each.
        unchanged: paths whose contents are not asked for, as they are here already.
    """
    kept = frozenset(unchanged)
    total = END_BYTES
    for number, (path, node) in enumerate(files):
        total += _message(_description(path, node))
        if node.kind == "file" and path not in kept:
            total += _content(number, len(node.content))
    return total


def _message(size_bytes: int) -> int:
    """A message within a packet: its tag, its length and itself."""
    return 1 + varint_size(size_bytes) + size_bytes


def _description(path: str, node: Node) -> int:
    name = len(path.encode("utf-8", "surrogateescape"))
    mode = node.mode | {"dir": _DIRECTORY_BIT, "link": _LINK_BIT}.get(node.kind, 0)
    numbers = (mode, node.uid, node.gid, len(node.content), node.mtime_ns)
    link = len(node.target.encode("utf-8", "surrogateescape"))
    return (
        1
        + varint_size(name)
        + name
        + sum(1 + varint_size(value) for value in numbers if value)
        + (_message(link) if link else 0)
    )


def _content(number: int, size_bytes: int) -> int:
    """The packets of a file's content, the last of them empty."""
    head = END_BYTES + (1 + varint_size(number) if number else 0)
    total = head
    for start in range(0, size_bytes, _PART_BYTES):
        total += head + _message(min(_PART_BYTES, size_bytes - start))
    return total
