"""Pieces of the lines that say what has changed, for `explain` and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def familiar(reference: str) -> str:
    """A full image name as people write it: without docker.io and library."""
    return reference.removeprefix("docker.io/").removeprefix("library/")


def made_and_gone(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """A line for each name that is there no more or not yet was, with what the second says of it."""
    for name in sorted(after.keys() - before.keys()):
        yield f"+ {kind} {name}{after[name]}"
    for name in sorted(before.keys() - after.keys()):
        yield f"- {kind} {name}"
