"""A picture as a value: boxes, lines between them, and groups. It must not know what they stand for, or how they are drawn."""

from __future__ import annotations

from msgspec import Struct

GRAPH, STACK, LANES = "graph", "stack", "lanes"
"""Boxes with lines between them; boxes on one another, the first at the top; spans of time, one lane for each group."""


class Node(Struct, frozen=True):
    """A box, or a span of time.

    Args:
        id: unique in its picture.
        kind: container, image, network, volume, port, layer or span.
        lines: what stands in it; a state is a glyph and a word.
        group: the id of its group, "" for none.
        mark: "+" for new, "~" for changed, "-" for gone, "" for neither.
        from_ns, until_ns: of a span; 0 in `until_ns` is "still".
    """

    id: str
    kind: str
    lines: tuple[str, ...]
    group: str = ""
    mark: str = ""
    from_ns: int = 0
    until_ns: int = 0


class Edge(Struct, frozen=True):
    """A line from one box to another, by their ids."""

    source: str
    target: str
    label: str = ""


class Group(Struct, frozen=True):
    """What boxes belong to: drawn around them, or their lane."""

    id: str
    label: str


class Picture(Struct, frozen=True):
    """See `GRAPH`, `STACK` and `LANES` for the kinds."""

    title: str
    kind: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()
    from_ns: int = 0
    """When the first lane begins."""
    until_ns: int = 0
    """The present, for lanes."""
