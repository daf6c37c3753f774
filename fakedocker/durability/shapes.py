"""Type annotations as questions: whether a value that was read is what a field of the world may hold.

A value's own fields were asked about when it was made, so a shape looks at the type of a value, and for containers at
their items. Each container is looked at once per shape, however many fields share it.
"""

from __future__ import annotations

import collections.abc
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from msgspec import UnsetType

from fakedocker.base.persistent import Map

Passed = set[tuple[int, int]]
"""Which large containers have been looked at, by question: those of one reading, all of which live meanwhile."""
Question = Callable[[Any, Passed], bool]
_LARGE_ITEMS = 16

_MAPPINGS: tuple[type, ...] = (dict, Map)
_ABSTRACT: dict[Any, tuple[type, ...]] = {
    collections.abc.Mapping: _MAPPINGS,
    collections.abc.Sequence: (tuple, list),
    collections.abc.Collection: (tuple, list, frozenset, set),
    collections.abc.Set: (frozenset, set),
}
_CONTAINERS: tuple[type, ...] = (tuple, list, set, frozenset, deque)


class Shape:
    """What a field may hold.

    Args:
        annotation: its type, resolved.

    Attributes:
        plain: the types of which every value is of this shape, as far as any has been seen.
    """

    __slots__ = ("_anything", "_bases", "_deep", "_exact", "plain")

    def __init__(self, annotation: Any) -> None:  # Any: a type, as annotations are
        self._anything = False
        self._exact: set[type] = set()
        self._bases: tuple[type, ...] = ()
        self._deep: dict[type, list[Question]] = {}
        self.plain: set[type] = set()
        self._add(annotation)

    def takes(self, value: Any, passed: Passed) -> bool:  # Any: whatever a world holds
        """Whether a value is of this shape."""
        kind = type(value)
        if kind not in self._exact:
            if not self._anything and not issubclass(kind, self._bases):
                return False
            self._exact.add(kind)
        questions = self._deep.get(kind)
        if questions is None:
            self.plain.add(kind)
            return True
        return any(question(value, passed) for question in questions)

    def _add(self, annotation: Any) -> None:
        origin = get_origin(annotation)
        if annotation is Any or annotation is object or isinstance(annotation, TypeVar):
            self._anything = True
        elif annotation is None:
            self._exact.add(type(None))
        elif origin is Union or origin is types.UnionType:
            for part in get_args(annotation):
                self._add(part)
        elif origin is Annotated:
            self._add(get_args(annotation)[0])
        elif origin is Literal:
            values = get_args(annotation)
            for kind in {type(value) for value in values}:
                self._ask(kind, lambda value, passed: value in values)
        elif origin is None:
            self._add_class(annotation)
        else:
            self._add_generic(origin, get_args(annotation))

    def _add_class(self, kind: Any) -> None:
        if not isinstance(kind, type):
            raise TypeError(f"{kind!r} is no type that can be kept")
        if getattr(kind, "_is_protocol", False):
            self._anything = True
            return
        plain = {int: (int, bool), float: (float, int), UnsetType: (UnsetType,)}.get(kind, _ABSTRACT.get(kind, (kind,)))
        self._exact.update(plain)
        if kind.__module__.partition(".")[0] != "builtins":
            self._bases = (*self._bases, kind)

    def _add_generic(self, origin: Any, arguments: tuple[Any, ...]) -> None:
        kinds = _ABSTRACT.get(origin, (origin,))
        for kind in kinds:
            if kind in _MAPPINGS:
                self._ask(kind, _entries(Shape(arguments[0]), Shape(arguments[1])), large=True)
            elif kind is tuple and arguments[-1:] != (...,):
                self._ask(kind, _places(tuple(Shape(argument) for argument in arguments)))
            elif kind in _CONTAINERS:
                self._ask(kind, _items(Shape(arguments[0]), lambda value: value), large=True)
            elif hasattr(kind, "__stored__"):  # a generic class of ours: what it holds of its argument stands in `held`
                self._ask(kind, _items(Shape(arguments[0]), lambda value: value.held), large=True)
            else:
                raise TypeError(f"{origin!r} is no type that can be kept")

    def _ask(self, kind: type, question: Question, large: bool = False) -> None:
        self._exact.add(kind)
        question = _once(question) if large else question
        self._deep.setdefault(kind, []).append(question)


def _once(question: Question) -> Question:
    """Ask about a large container once, however many fields share it."""

    def ask(value: Any, passed: Passed) -> bool:
        if len(value) <= _LARGE_ITEMS:
            return question(value, passed)
        key = (id(ask), id(value))
        if key not in passed:
            if not question(value, passed):
                return False
            passed.add(key)
        return True

    return ask


def _entries(key: Shape, value: Shape) -> Question:
    return lambda mapping, passed: all(
        (type(name) in key.plain or key.takes(name, passed))
        and (type(held) in value.plain or value.takes(held, passed))
        for name, held in mapping.items()
    )


def _places(shapes: tuple[Shape, ...]) -> Question:
    return lambda row, passed: (
        len(row) == len(shapes) and all(shape.takes(part, passed) for shape, part in zip(shapes, row, strict=True))
    )


def _items(shape: Shape, held: Callable[[Any], Iterable[Any]]) -> Question:
    return lambda container, passed: all(
        type(item) in shape.plain or shape.takes(item, passed) for item in held(container)
    )
