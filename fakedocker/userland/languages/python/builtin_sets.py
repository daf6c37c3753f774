"""set and frozenset: how they are made, their methods and operators; views of dicts, which have them too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import calls, iteration, sets
from fakedocker.userland.languages.python.items import contains
from fakedocker.userland.languages.python.sets import FROZENSET, SET, SetValue, set_of
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, Method, Native


def _source(m: Interpreter, value: Value) -> Any:  # Any: what a set is made of
    plain = payload_of(value)
    return plain if isinstance(plain, SetValue | dict) else m.items(value, None)


@native("__new__", "set")
def _new_set(m: Interpreter, cls: Value, iterable: Value = ()) -> Value:
    return _filled(m, SetValue(), iterable)


def _filled(m: Interpreter, target: SetValue, iterable: Value) -> Value:
    """A set with all of something put into it; where code of the program must run for it, what does so."""
    if not m.runs_no_code(iterable):
        m.check_iterable(iterable)
        return calls.Tail(
            m.hidden_function("fill"), [iterable, Method(Native.known["builtins:set.add"], target), target]
        )
    target.update(_source(m, iterable))
    return target


@native("__new__", "frozenset")
def _new_frozenset(m: Interpreter, cls: Value, iterable: Value = ()) -> Value:
    if type(iterable) is SetValue and iterable.cls is FROZENSET:
        return iterable
    return _filled(m, SetValue(FROZENSET), iterable)


@native("__init__", "set")
def _init_set(m: Interpreter, value: Value, iterable: Value = ()) -> Value:
    target = payload_of(value)
    target.clear()
    target.update(_source(m, iterable))


@native("add", "set")
def _add(m: Interpreter, value: SetValue, object: Value) -> Value:
    value.add(object)


def _key(value: Value) -> Value:
    """What a set is asked for: a set is looked for as a frozen one."""
    return value.copied(FROZENSET) if type(value) is SetValue and value.cls is SET else value


@native("discard", "set")
def _discard(m: Interpreter, value: SetValue, object: Value) -> Value:
    value.discard(_key(object))


@native("remove", "set")
def _remove(m: Interpreter, value: SetValue, object: Value) -> Value:
    if not value.discard(_key(object)):
        raise KeyError(object)


@native("pop", "set")
def _pop(m: Interpreter, value: SetValue) -> Value:
    return value.pop()


@native("clear", "set")
def _clear(m: Interpreter, value: SetValue) -> Value:
    value.clear()


@native("update", "set")
def _update(m: Interpreter, value: SetValue, *others: Value) -> Value:
    for place, other in enumerate(others):
        if not m.runs_no_code(other):
            update = Method(Native.known["builtins:set.update"], value)
            if place or len(others) > 1:
                return calls.Tail(m.hidden_function("fill_all"), [list(others[place:]), update])
            m.check_iterable(other)
            return calls.Tail(m.hidden_function("fill"), [other, Method(Native.known["builtins:set.add"], value), None])
        value.update(_source(m, other))
    return None


def _replace(value: SetValue, made: SetValue) -> None:
    value.items, value.table, value.hashes, value.fill = made.items, made.table, made.hashes, made.fill


@native("intersection_update", "set")
def _intersection_update(m: Interpreter, value: SetValue, *others: Value) -> Value:
    _replace(value, _intersection(m, value, *others))


@native("difference_update", "set")
def _difference_update(m: Interpreter, value: SetValue, *others: Value) -> Value:
    for other in [_source(m, each) for each in others]:
        for each in list(other):
            value.discard(each)


@native("symmetric_difference_update", "set")
def _symmetric_update(m: Interpreter, value: SetValue, other: Value) -> Value:
    for each in set_of(_source(m, other)).ordered():
        if not value.discard(each):
            value.add(each)


def _copy(m: Interpreter, value: SetValue) -> Value:
    return value.copied() if value.cls is SET else value


def _union(m: Interpreter, value: SetValue, *others: Value) -> Value:
    made = value.copied()
    for each in others:
        if payload_of(each) is not value:
            made.update(_source(m, each))
    return made


def _intersection(m: Interpreter, value: SetValue, *others: Value) -> Value:
    made = value if others else value.copied()
    for each in others:
        made = sets.intersection(made, _source(m, each))
    return made


def _difference(m: Interpreter, value: SetValue, *others: Value) -> Value:
    if not others:
        return value.copied()
    made = sets.difference(value, _source(m, others[0]))
    for each in others[1:]:
        for member in list(_source(m, each)):
            made.discard(member)
    return made


def _symmetric(m: Interpreter, value: SetValue, other: Value) -> Value:
    return sets.symmetric_difference(value, _source(m, other))


def _issubset(m: Interpreter, value: SetValue, other: Value) -> Value:
    if m.minor < 12 or isinstance(payload_of(other), SetValue):
        return value.items.keys() <= set_of(_source(m, other)).items.keys()
    found = SetValue()  # since 3.12 it stops where all are found
    for each in _source(m, other):
        if each in value.items:
            found.add(each)
            if len(found) == len(value):
                break
    return len(found) == len(value)


def _issuperset(m: Interpreter, value: SetValue, other: Value) -> Value:
    return all(_key(each) in value.items for each in _source(m, other))


def _isdisjoint(m: Interpreter, value: SetValue, other: Value) -> Value:
    return not any(each in value.items for each in _source(m, other))


def _view_isdisjoint(m: Interpreter, value: Value, other: Value) -> Value:
    return not any(contains(m, value, each) for each in _listed_or_items(m, other))


def _listed_or_items(m: Interpreter, value: Value) -> list[Value]:
    return value.listed() if isinstance(value, iteration.DictView) else m.items(value)


def _as_set(value: Value) -> SetValue | None:
    plain = payload_of(value)
    if isinstance(plain, SetValue):
        return plain
    if isinstance(plain, iteration.DictView) and plain.what != "values":
        return set_of(plain.listed())
    return None


def _operator(name: str) -> Callable[..., Value]:
    function = _OPERATORS[name]

    def operate(m: Interpreter, value: Value, other: Value) -> Value:
        if isinstance(value, iteration.DictView) or isinstance(other, iteration.DictView):
            return _of_view(m, name, value, other)
        a, b = _as_set(value), _as_set(other)
        if a is None or b is None:
            return NOT_IMPLEMENTED
        return function(m, a, b)

    return operate


def _of_view(m: Interpreter, name: str, value: Value, other: Value) -> Value:
    """An operator of which one side is a view of a dict, as Objects/dictobject.c does it: the order of the set depends on it."""
    if isinstance(value, iteration.DictView) and value.what == "values":
        return NOT_IMPLEMENTED
    if name == "and":
        return _common(m, value, other)
    made = set_of(_source(m, value))
    if name == "or":
        made.update(_source(m, other))
    elif name == "sub":
        _difference_update(m, made, other)
    else:
        _symmetric_update(m, made, other)
    return made


def _common(m: Interpreter, value: Value, other: Value) -> Value:
    """What is in both, in the order of the other one, or of a set, or of the shorter view."""
    if not isinstance(value, iteration.DictView) or (
        isinstance(other, iteration.DictView) and len(other.items) > len(value.items)
    ):
        value, other = other, value
    if isinstance(payload_of(other), SetValue) and value.what == "keys":
        return _intersection(m, payload_of(other), value)
    return set_of([each for each in m.items(other) if contains(m, value, each)])


def _reflected(function: Callable[..., Value]) -> Callable[..., Value]:
    def operate(m: Interpreter, value: Value, other: Value) -> Value:
        return function(m, other, value)

    return operate


_METHODS: dict[str, Callable[..., Value]] = {
    "copy": _copy, "union": _union, "intersection": _intersection, "difference": _difference,
    "symmetric_difference": _symmetric, "issubset": _issubset, "issuperset": _issuperset, "isdisjoint": _isdisjoint,
}  # fmt: skip
_OPERATORS: dict[str, Callable[..., Value]] = {
    "or": _union, "and": _intersection, "sub": _difference, "xor": _symmetric,
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {  # of sets, or of how many members there are
    "__le__": lambda a, b: a <= b, "__lt__": lambda a, b: a < b, "__ge__": lambda a, b: a >= b, "__gt__": lambda a, b: a > b,
    "__eq__": lambda a, b: a == b,
}  # fmt: skip


def _compared(function: Callable[[Any, Any], bool]) -> Callable[..., Value]:
    def compare(m: Interpreter, value: Value, other: Value) -> Value:
        if _is_of_keys(value):
            return _of_views(m, function, value, other)
        a, b = payload_of(value), payload_of(other)
        if not isinstance(a, SetValue) or not isinstance(b, SetValue):
            return NOT_IMPLEMENTED
        return function(a.items.keys(), b.items.keys())

    return compare


def _is_of_keys(value: Value) -> bool:
    return isinstance(value, iteration.DictView) and value.what != "values"


def _members(value: Value) -> Value:
    """What may be compared with a view: a set, or a view of keys or items. None for anything else."""
    plain = payload_of(value)
    return plain if isinstance(plain, SetValue) or _is_of_keys(plain) else None


def _listed(value: Value) -> list[Value]:
    return value.ordered() if isinstance(value, SetValue) else value.listed()


def _of_views(m: Interpreter, function: Callable[[Any, Any], bool], value: Value, other: Value) -> Value:
    """A comparison of a view by its length, and then by which members the other one has (dictview_richcompare): none is hashed."""
    other = _members(other)
    if other is None:
        return NOT_IMPLEMENTED
    a, b = _listed(value), _listed(other)
    if not function(len(a), len(b)):
        return False
    fewer, container = (b, value) if len(a) > len(b) else (a, other)
    return all(contains(m, container, each) for each in fewer)


def _in_place(name: str) -> Callable[..., Value]:
    update = {"or": _update, "and": _intersection_update, "sub": _difference_update, "xor": _symmetric_update}[name]

    def operate(m: Interpreter, value: Value, other: Value) -> Value:
        if _as_set(other) is None:
            return NOT_IMPLEMENTED
        update(m, value, _as_set(other))
        return value

    return operate


for _owner in ("set", "frozenset", "dict_keys", "dict_items"):
    if not _owner.startswith("dict"):
        for _name, _function in _METHODS.items():
            native(_name, _owner)(_function)
    else:
        native("isdisjoint", _owner)(_view_isdisjoint)
    for _name in _OPERATORS:
        native(f"__{_name}__", _owner)(_operator(_name))
        native(f"__r{_name}__", _owner)(_reflected(_operator(_name)))
        if _owner == "set":
            native(f"__i{_name}__", _owner)(_in_place(_name))
    for _name, _compare in _COMPARISONS.items():
        native(_name, _owner)(_compared(_compare))
for _owner in ("set", "frozenset"):
    native("__len__", _owner)(lambda m, value: len(value))
    native("__contains__", _owner)(lambda m, value, object: _key(object) in value)
    native("__iter__", _owner)(lambda m, value: iteration.SetIterator(value))
for _owner in ("dict_keys", "dict_values", "dict_items"):
    native("__len__", _owner)(lambda m, value: len(value.items))
    native("__iter__", _owner)(lambda m, value: iteration.DictIterator(value.items, value.what))
native("__contains__", "dict_keys")(lambda m, value, object: object in value.items)
native("__contains__", "dict_values")(lambda m, value, object: object in value.items.values())
native("__contains__", "dict_items")(lambda m, value, object: object in value.items.items())
