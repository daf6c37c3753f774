"""Going through a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from fakedocker.userland.languages.javascript.syntax import Node


def nodes_in(node: Node) -> Iterator[Node]:
    """The nodes that a node is made of."""
    pending: list[object] = list(cast("tuple[object, ...]", node))[::-1]
    while pending:
        part = pending.pop()
        if hasattr(part, "_fields"):
            yield cast(Node, part)
        elif isinstance(part, tuple):
            pending += part[::-1]
