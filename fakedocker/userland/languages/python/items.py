"""Items: `in`, indices and slices of containers, by the host for its own, by special methods for all others."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.attributes import is_native_method, special
from fakedocker.userland.languages.python.errors import Raised, type_error
from fakedocker.userland.languages.python.operators import PLAIN, is_container
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import payload_of, type_name
from fakedocker.userland.languages.python.values import Class, Instance


def contains(m: Interpreter, container: Value, value: Value) -> bool:
    """`value in container`."""
    kind = type(container)
    if kind in PLAIN:
        if kind in (list, tuple, dict, str, range, bytes, bytearray):
            if kind is range and type(value) not in PLAIN:
                return any(m.equals(each, value) for each in container)
            return value in container
        raise _not_iterable_in(m, container)
    method = special(m, container, "__contains__")
    if method is not None:
        return bool(m.truth(m.call_now(method, [value])))
    plain = payload_of(container)
    if plain is not container and type(plain) in PLAIN and not isinstance(plain, int | float | complex):
        return contains(m, plain, value)
    if (
        special(m, container, "__iter__") is not None
        or special(m, container, "__getitem__") is not None
        or m.is_iterator(container)
    ):
        return m.contains_now(container, value, _not_iterable_words(m, container))  # type: ignore[no-any-return]
    raise _not_iterable_in(m, container)


def _not_iterable_in(m: Interpreter, container: Value) -> Raised:
    return type_error(_not_iterable_words(m, container))


def _not_iterable_words(m: Interpreter, container: Value) -> str:
    ending = "is not iterable" if m.minor < 14 else "is not a container or iterable"
    return f"argument of type '{type_name(container)}' {ending}"


def get_item(m: Interpreter, container: Value, index: Value) -> Value:
    """`container[index]`."""
    kind = type(container)
    if kind in (list, tuple, str, dict, bytes, bytearray, range):
        if isinstance(index, Instance) and kind is not dict:
            index = m.as_index(index, _wrong_index(m, kind, type_name(index)))
        elif type(index) not in PLAIN and kind is not dict:
            raise type_error(_wrong_index(m, kind, "type" if isinstance(index, Class) else type_name(index)))
        return container[index]
    if isinstance(container, Class):
        return m.class_item(container, index)
    method = special(m, container, "__getitem__")
    if method is not None and not (is_native_method(method) and type(container) is Instance):
        return m.call_now(method, [index])
    plain = payload_of(container)
    if plain is not container and type(plain) in PLAIN and not isinstance(plain, int | float | complex):
        if type(plain) is dict and index not in plain:
            missing = special(m, container, "__missing__")
            if missing is not None:
                return m.call_now(missing, [index])
        return get_item(m, plain, index)
    raise type_error(f"'{type_name(container)}' object is not subscriptable")


def _wrong_index(m: Interpreter, kind: type, name: str) -> str:
    """What is said of an index of a class of this name."""
    if kind is str:
        return "string indices must be integers" + (f", not '{name}'" if m.minor >= 11 else "")
    return f"{ {'bytes': 'byte'}.get(kind.__name__, kind.__name__) } indices must be integers or slices, not {name}"


def set_item(m: Interpreter, container: Value, index: Value, value: Value) -> None:
    """`container[index] = value`."""
    kind = type(container)
    if kind is dict or kind is list or kind is bytearray:
        if kind is list and type(index) is slice:
            container[index] = _assigned(m, index, value)
            m.grown(1)
            return
        if type(index) not in PLAIN and kind is not dict:
            index = m.as_index(index, f"list indices must be integers or slices, not {type_name(index)}")
        container[index] = value
        return
    method = special(m, container, "__setitem__")
    if method is not None and not (is_native_method(method) and type(container) is Instance):
        m.call_now(method, [index, value])
        return
    plain = payload_of(container)
    if plain is not container and type(plain) in (dict, list):
        set_item(m, plain, index, value)
        return
    raise type_error(f"'{_class_shown(container)}' object does not support item assignment")


def _assigned(m: Interpreter, index: slice, value: Value) -> list[Value]:
    """The items that take the place of a slice."""
    if not isinstance(value, Instance) and special(m, value, "__iter__") is None and not m.plain_is_iterable(value):
        extended = m.minor >= 13 or (index.step is not None and index.step != 1)
        raise type_error(f"{'must assign iterable to extended slice' if extended else 'can only assign an iterable'}")
    return m.items_now(value)  # type: ignore[no-any-return]


def _class_shown(container: Value) -> str:
    return "type" if isinstance(container, Class) else type_name(container)


def delete_item(m: Interpreter, container: Value, index: Value) -> None:
    """`del container[index]`."""
    kind = type(container)
    if kind is dict or kind is list or kind is bytearray:
        del container[index]
        return
    method = special(m, container, "__delitem__")
    if method is not None and not (is_native_method(method) and type(container) is Instance):
        m.call_now(method, [index])
        return
    plain = payload_of(container)
    if plain is not container and type(plain) in (dict, list):
        del plain[index]
        return
    is_sequence = is_container(container) or type(container) in (str, bytes, tuple)
    support = "doesn't" if is_sequence and type(payload_of(index)) in (int, bool) else "does not"
    raise type_error(f"'{_class_shown(container)}' object {support} support item deletion")
