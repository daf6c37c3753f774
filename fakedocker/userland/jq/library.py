"""jq's library, read once, and programs compiled against it."""

from __future__ import annotations

from functools import lru_cache

from fakedocker.userland.jq import frames, natives, nodes, prelude
from fakedocker.userland.jq.cursor import Node
from fakedocker.userland.jq.parser import parse, parse_definitions

__all__ = ["compiled", "frames", "functions"]


@lru_cache(1)
def functions() -> dict[str, Node]:
    """The functions that are written in jq, by name/arity."""
    own = [line.split(":")[0] for line in prelude.SOURCE.splitlines() if line.startswith("def ")]
    names = {f"{head[4:].partition('(')[0]}/{head.count(';') + 1 if '(' in head else 0}" for head in own}
    found = parse_definitions(prelude.SOURCE, frozenset(names) | _natives() | {"$ENV"})
    return {f"{node[1]}/{len(node[2])}": node for node in found}


def _natives() -> frozenset[str]:
    return frozenset(natives.FUNCTIONS) | frozenset(nodes.SPECIAL)


@lru_cache(64)
def compiled(source: str, variables: frozenset[str]) -> Node:
    """A program that may use these variables. Raises JqSyntaxError."""
    known = frozenset(functions()) | _natives() | {f"${name}" for name in variables}
    return parse(source, frozenset(name for name in known if name[0] != "_"))
