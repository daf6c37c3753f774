"""Linking: each operation of compiled code becomes a closure from the shell to the place of the next operation.

Here is only the table of factories, and of what is done to the closures afterwards; the modules that know how
operations are carried out enter themselves. It must not know any operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Operation = tuple[Any, ...]
"""Its name and what it needs: plain data."""
Linked = Callable[[Any], int]
"""Takes the shell; its type is of a floor that stands on this one."""
Factory = Callable[[Operation, int], Linked]
Fusion = Callable[[Sequence[Operation], list[Linked]], None]

_FACTORIES: Final[dict[str, Factory]] = {}
_FUSIONS: Final[list[Fusion]] = []


def operation(name: str) -> Callable[[Factory], Factory]:
    """Register a factory: it takes the operation and the place of the following one."""

    def register(factory: Factory) -> Factory:
        _FACTORIES[name] = factory
        return factory

    return register


def fusion(function: Fusion) -> Fusion:
    """Register a function that puts faster closures in the place of some; it changes the list."""
    _FUSIONS.append(function)
    return function


def link(operations: Sequence[Operation]) -> tuple[Linked, ...]:
    """The closures of all operations of some code."""
    linked = [_FACTORIES[item[0]](item, place + 1) for place, item in enumerate(operations)]
    for fuse in _FUSIONS:
        fuse(operations, linked)
    return tuple(linked)
