"""map, filter, zip, enumerate, super, property, staticmethod and classmethod."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import calls, displays, generators, iteration
from fakedocker.userland.languages.python.errors import type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name
from fakedocker.userland.languages.python.values import Property, Wrapped

_NOTHING = object()
native("uneven_words", module="_natives")(
    lambda m, argument, how, before: iteration.uneven_words(argument, how, before)
)


def _lazy(
    m: Interpreter, name: str, iterables: list[Value], before: Sequence[Value] = (), after: Sequence[Value] = ()
) -> Value:
    """Call a generator of the hidden library with things to go through. A program's own are asked for their iterators at once."""
    function = m.hidden_function(name)
    if all(generators.plain_iterator(m, each) is not None for each in iterables):
        return calls.Tail(function, [*before, *iterables, *after])
    return calls.Tail(m.hidden_function("iterated"), [function, list(before), iterables, list(after)])


@native("__new__", "map")
def _map(m: Interpreter, cls: Value, function: Value = _NOTHING, *iterables: Value) -> Value:
    if function is _NOTHING or not iterables:
        raise type_error("map() must have at least two arguments.")
    for each in iterables:
        m.check_iterable(each)
    return _lazy(m, "map_", list(iterables), [function])


@native("__new__", "filter")
def _filter(m: Interpreter, cls: Value, function: Value, iterable: Value) -> Value:
    m.check_iterable(iterable)
    return _lazy(m, "filter_", [iterable], [function])


@native("__new__", "zip", keywords=True)
def _zip(m: Interpreter, cls: Value, *iterables: Value, strict: Value = False) -> Value:
    inners = [generators.plain_iterator(m, each) for each in iterables]
    for each in iterables:
        m.check_iterable(each)
    if all(isinstance(each, iteration.Iterator) for each in inners):
        return iteration.ZipIterator(cls, inners, m.truth(strict))
    if m.truth(strict):
        return _lazy(m, "zip_strict", list(iterables))
    return _lazy(m, "zip_", list(iterables))


@native("__new__", "enumerate", keywords=True)
def _enumerate(m: Interpreter, cls: Value, iterable: Value, start: Value = 0) -> Value:
    inner = generators.plain_iterator(m, iterable)
    number = m.as_index(start, f"'{type_name(start)}' object cannot be interpreted as an integer")
    if isinstance(inner, iteration.Iterator):
        return iteration.EnumerateIterator(cls, inner, number)
    m.check_iterable(iterable)
    return _lazy(m, "enumerate_", [iterable], after=[number])


@native("__new__", "super")
def _super(m: Interpreter, cls: Value, *args: Value) -> Value:
    if len(args) != 2:
        raise NotSimulated("super() with these arguments")
    return displays.make_super(m, args[0], args[1])


@native("__new__", "property", keywords=True)
def _property(
    m: Interpreter, cls: Value, fget: Value = None, fset: Value = None, fdel: Value = None, doc: Value = None
) -> Value:
    return Property(fget, fset, fdel, doc)


def _copied(old: Property, **changes: Value) -> Property:
    made = Property(
        changes.get("getter", old.getter),
        changes.get("setter", old.setter),
        changes.get("deleter", old.deleter),
        old.doc,
    )
    made.name = old.name
    return made


native("getter", "property")(lambda m, value, function: _copied(value, getter=function))
native("setter", "property")(lambda m, value, function: _copied(value, setter=function))
native("deleter", "property")(lambda m, value, function: _copied(value, deleter=function))
native("__get__", "property")(lambda m, value, obj, cls=None: value if obj is None else m.call_now(value.getter, [obj]))


@native("__new__", "staticmethod")
def _staticmethod(m: Interpreter, cls: Value, function: Value) -> Value:
    return Wrapped("staticmethod", function)


@native("__new__", "classmethod")
def _classmethod(m: Interpreter, cls: Value, function: Value) -> Value:
    return Wrapped("classmethod", function)
