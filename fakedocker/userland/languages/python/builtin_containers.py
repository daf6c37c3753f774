"""list, tuple, dict, range and slice: how they are made, and their methods."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import calls, iteration
from fakedocker.userland.languages.python.attributes import MISSING, find_or_missing
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.items import set_item
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import (
    RANGE,
    SLICE,
    class_of,
    find_in_class,
    native,
    payload_of,
    type_name,
)
from fakedocker.userland.languages.python.values import END, GetSet, Instance, Method, Native, UserClass


@native("__new__", "list")
def _new_list(m: Interpreter, cls: Value, iterable: Value = ()) -> Value:
    return m.items(iterable)


@native("__new__", "tuple")
def _new_tuple(m: Interpreter, cls: Value, iterable: Value = ()) -> Value:
    return iterable if type(iterable) is tuple else tuple(m.items(iterable))


@native("__init__", "list")
def _init_list(m: Interpreter, value: Value, iterable: Value = ()) -> Value:
    target = payload_of(value)
    target[:] = m.items(iterable)


@native("append", "list")
def _append(m: Interpreter, value: list[Value], object: Value) -> Value:
    value.append(object)


@native("extend", "list")
def _extend(m: Interpreter, value: list[Value], iterable: Value) -> Value:
    if not m.runs_no_code(iterable):
        m.check_iterable(iterable)
        return calls.Tail(m.hidden_function("fill"), [iterable, Method(_APPEND, value), None])
    value.extend(m.items(iterable))


_APPEND: Final = Native.known["builtins:list.append"]


@native("insert", "list")
def _insert(m: Interpreter, value: list[Value], index: Value, object: Value) -> Value:
    value.insert(m.as_index(index, f"'{type_name(index)}' object cannot be interpreted as an integer"), object)


@native("pop", "list")
def _pop(m: Interpreter, value: list[Value], index: Value = -1) -> Value:
    return value.pop(m.as_index(index, f"'{type_name(index)}' object cannot be interpreted as an integer"))


@native("remove", "list")
def _remove(m: Interpreter, value: list[Value], object: Value) -> Value:
    value.remove(object)


@native("clear", "list")
def _clear(m: Interpreter, value: list[Value]) -> Value:
    value.clear()


@native("copy", "list")
def _copy(m: Interpreter, value: list[Value]) -> Value:
    return list(value)


@native("reverse", "list")
def _reverse(m: Interpreter, value: list[Value]) -> Value:
    value.reverse()


@native("sort", "list", keywords=True)
def _sort(m: Interpreter, value: list[Value], *, key: Value = None, reverse: Value = False) -> Value:
    if key is None:
        sort_now(m, value, m.truth(reverse))
        return None
    return calls.Tail(m.hidden_function("sort_by"), [value, key, m.truth(reverse)])


def sort_now(m: Interpreter, items: list[Value], reverse: bool) -> None:
    """Sort in place."""
    m.grown(len(items) >> 2)
    before, m.asked = m.asked, "<"
    try:
        items.sort(reverse=reverse)
    finally:
        m.asked = before


@native("sort_pairs", module="_natives")
def _sort_pairs(m: Interpreter, items: list[Value], keys: list[Value], reverse: Value) -> Value:
    """Sort items in place by keys made before."""
    m.grown(len(items) >> 2)
    before, m.asked = m.asked, "<"
    try:
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)
    finally:
        m.asked = before
    items[:] = [items[index] for index in order]


@native("sorted", keywords=True)
def _sorted(m: Interpreter, iterable: Value, *, key: Value = None, reverse: Value = False) -> Value:
    found = m.items(iterable)
    if key is None:
        sort_now(m, found, m.truth(reverse))
        return found
    return calls.Tail(m.hidden_function("sorted_by"), [found, key, m.truth(reverse)])


def _index(m: Interpreter, value: Any, object: Value, start: Value = 0, stop: Value = None) -> Value:  # Any: a sequence
    try:
        return value.index(object, start, len(value) if stop is None else stop)
    except ValueError:
        pass
    if type(value) is tuple:
        raise error("ValueError", "tuple.index(x): x not in tuple")
    raise error("ValueError", "list.index(x): x not in list" if m.minor >= 14 else f"{m.shown(object)} is not in list")


def _count(m: Interpreter, value: Any, object: Value) -> Value:  # Any: a sequence
    return value.count(object)


for _owner in ("list", "tuple"):
    native("index", _owner)(_index)
    native("count", _owner)(_count)


# dict


@native("__new__", "dict", keywords=True)
def _new_dict(m: Interpreter, cls: Value, *args: Value, **kwargs: Value) -> Value:
    made: dict[Value, Value] = {}
    return _fill(m, made, args, kwargs, "dict", made)


@native("__init__", "dict", keywords=True)
def _init_dict(m: Interpreter, value: Value, *args: Value, **kwargs: Value) -> Value:
    return _fill(m, payload_of(value), args, kwargs, "dict")


def _fill(
    m: Interpreter,
    target: dict[Value, Value],
    args: tuple[Value, ...],
    kwargs: dict[str, Value],
    name: str,
    result: Value = None,
) -> Value:
    """Put what is given into a dict; the result, or what goes on while code of the program runs."""
    if len(args) > 1:
        raise type_error(f"{name} expected at most 1 argument, got {len(args)}")
    if args:
        source = args[0]
        if type(source) is dict:
            target.update(source)
        elif find_or_missing(m, source, "keys") is not MISSING:
            from fakedocker.userland.languages.python.displays import mapping_items

            target.update(mapping_items(m, source, ""))
        else:
            m.check_iterable(source)
            return calls.Tail(m.hidden_function("fill_pairs"), [source, target, kwargs, result])
    target.update(kwargs)
    return result


@native("take_pair", module="_natives")
def _take_pair(m: Interpreter, target: dict[Value, Value], pair: Value, index: int) -> Value:
    items = m.items_now(pair, f"cannot convert dictionary update sequence element #{index} to a sequence")
    if len(items) != 2:
        raise error("ValueError", f"dictionary update sequence element #{index} has length {len(items)}; 2 is required")
    target.update([(items[0], items[1])])


@native("update", "dict", keywords=True)
def _update(m: Interpreter, value: dict[Value, Value], *args: Value, **kwargs: Value) -> Value:
    return _fill(m, value, args, kwargs, "update")


@native("get", "dict")
def _get(m: Interpreter, value: dict[Value, Value], key: Value, default: Value = None) -> Value:
    return value.get(key, default)


@native("setdefault", "dict")
def _setdefault(m: Interpreter, value: dict[Value, Value], key: Value, default: Value = None) -> Value:
    return value.setdefault(key, default)


_NOTHING = object()


@native("pop", "dict")
def _dict_pop(m: Interpreter, value: dict[Value, Value], key: Value, default: Value = _NOTHING) -> Value:
    if default is _NOTHING:
        return value.pop(key)
    return value.pop(key, default)


@native("popitem", "dict")
def _popitem(m: Interpreter, value: dict[Value, Value]) -> Value:
    return value.popitem()


@native("clear", "dict")
def _dict_clear(m: Interpreter, value: dict[Value, Value]) -> Value:
    value.clear()


@native("copy", "dict")
def _dict_copy(m: Interpreter, value: dict[Value, Value]) -> Value:
    return dict(value)


@native("keys", "dict")
def _keys(m: Interpreter, value: dict[Value, Value]) -> Value:
    return iteration.DictView(value, "keys")


@native("values", "dict")
def _values(m: Interpreter, value: dict[Value, Value]) -> Value:
    return iteration.DictView(value, "values")


@native("items", "dict")
def _items(m: Interpreter, value: dict[Value, Value]) -> Value:
    return iteration.DictView(value, "items")


@native("fromkeys", "dict")
def _fromkeys(m: Interpreter, cls: Value, iterable: Value, value: Value = None) -> Value:
    found = dict.fromkeys(m.items(iterable, None), value)
    if not isinstance(cls, UserClass):
        return found
    made = m.call_now(cls, [])
    for key in found:
        set_item(m, made, key, value)
    return made


# range and slice


@native("__new__", "range")
def _new_range(m: Interpreter, cls: Value, *args: Value) -> Value:
    if not args:
        raise type_error("range expected at least 1 argument, got 0")
    if len(args) > 3:
        raise type_error(f"range expected at most 3 arguments, got {len(args)}")
    return range(
        *[m.as_index(each, f"'{type_name(each)}' object cannot be interpreted as an integer") for each in args]
    )


@native("__new__", "slice")
def _new_slice(m: Interpreter, cls: Value, *args: Value) -> Value:
    return slice(*args)


for _name in ("start", "stop", "step"):
    RANGE.names[_name] = GetSet("range", _name, lambda m, value, name=_name: getattr(value, name))  # type: ignore[misc]
    SLICE.names[_name] = GetSet("slice", _name, lambda m, value, name=_name: getattr(value, name))  # type: ignore[misc]


@native("indices", "slice")
def _indices(m: Interpreter, value: slice, length: Value) -> Value:
    return value.indices(length)


native("index", "range")(lambda m, value, object: value.index(object))
native("count", "range")(lambda m, value, object: value.count(object))


@native("__new__", "object", keywords=True)
def _new_object(m: Interpreter, cls: Value, *args: Value, **kwargs: Value) -> Value:
    from fakedocker.userland.languages.python.errors import OBJECT
    from fakedocker.userland.languages.python.values import UserClass

    if isinstance(cls, UserClass):
        calls.check_plain_new(cls, bool(args or kwargs))
        return calls.allocate(m, cls, [], None, True)
    if cls is not OBJECT:
        raise NotSimulated(f"making a {cls.name} by object.__new__")
    if args or kwargs:
        raise type_error("object() takes no arguments")
    return Instance(OBJECT)


@native("__init__", "object", keywords=True)
def _init_object(m: Interpreter, value: Value = END, *args: Value, **kwargs: Value) -> Value:
    if value is END:
        raise type_error("descriptor '__init__' of 'object' object needs an argument")
    if not args and not kwargs:
        return
    cls = class_of(value)
    maker, init = find_in_class(cls, "__new__"), find_in_class(cls, "__init__")
    if type(init) is not Native or init.owner != "object":
        raise type_error("object.__init__() takes exactly one argument (the instance to initialize)")
    if type(maker) is Native and maker.owner == "object":
        raise type_error(f"{cls.name}.__init__() takes exactly one argument (the instance to initialize)")
