"""Which boundaries of the simulation have been met, and where: the marks of the kernel, with the names of the world."""

from __future__ import annotations

from fakedocker.kernel.marks import REASONS, Mark
from fakedocker.network.model import HOST
from fakedocker.world.world import World

_IDENTIFIER_LENGTH = 64


def marks_since(world: World, number: int = 0) -> list[Mark]:
    """The marks after the first `number` ones, the eldest first, as far as they are kept."""
    return [mark for key, mark in sorted(world.kernel.marks.items()) if key > number]


def place(world: World, mark: Mark) -> str:
    """Where a boundary was met: in which container, in a step of a build, or on the host."""
    if mark.namespace == HOST:
        return "the host"
    container = world.containers.get(mark.namespace)
    if container is not None:
        return f"container {container.name}"
    is_container = len(mark.namespace) == _IDENTIFIER_LENGTH and ":" not in mark.namespace
    return f"container {mark.namespace[:12]}, which is gone" if is_container else "a step of a build"


def described(world: World, mark: Mark) -> str:
    """A mark as a line: where, what, and why."""
    return f"{place(world, mark)}: {mark.words} ({REASONS.get(mark.why, mark.why)})"
