"""Operators: by the host for its own types, with bounds; by special methods for all others."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.attributes import is_native_method, special, user_special
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, BuiltinClass, Class, Instance, Native, Opaque

MOST_BITS: Final = 1 << 22
"""The largest integer, in bits: more than a million decimal digits."""
MOST_ITEMS: Final = 1 << 24
"""The longest text or list that one operation makes."""
PLAIN: Final = frozenset(
    {int, float, complex, bool, str, bytes, bytearray, tuple, list, dict, range, type(None), slice}
)
HOST: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "@=": operator.imatmul, "&=": operator.iand, "|=": operator.ior,
    "^=": operator.ixor, "<<=": operator.ilshift, ">>=": operator.irshift,
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
SPECIAL: Final = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_CONTAINERS: Final = frozenset({"set", "frozenset", "dict_keys", "dict_values", "dict_items", "mappingproxy"})
MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ORDER: Final = {
    "<": ("__lt__", "__gt__"),
    ">": ("__gt__", "__lt__"),
    "<=": ("__le__", "__ge__"),
    ">=": ("__ge__", "__le__"),
}
_UNARY: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "-": ("__neg__", operator.neg), "+": ("__pos__", operator.pos), "~": ("__invert__", operator.invert),
}  # fmt: skip


def check_size(m: Interpreter, items: int) -> None:
    """Refuse what is too long to be made, and count what is long. Raises MemoryError in the program."""
    if items > MOST_ITEMS:
        raise NotSimulated("so large a value")
    if items > 4096:
        m.grown(items >> 3)


def _check_bounds(m: Interpreter, op: str, a: Value, b: Value) -> None:
    """Before the host makes a value that may be large."""
    if op == "*":
        if isinstance(a, int):
            if isinstance(b, int):
                if a.bit_length() + b.bit_length() > MOST_BITS:
                    raise NotSimulated("so large an integer")
                return
            a, b = b, a
        if isinstance(b, int) and isinstance(a, str | bytes | bytearray | list | tuple):
            check_size(m, len(a) * max(b, 0))
    elif op == "**":
        if isinstance(a, int) and isinstance(b, int) and b > 0 and a.bit_length() * b > MOST_BITS and abs(a) > 1:
            raise NotSimulated("so large an integer")
    elif op == "<<":
        if isinstance(a, int) and isinstance(b, int) and a and b + a.bit_length() > MOST_BITS:
            raise NotSimulated("so large an integer")
    elif op == "+":
        if isinstance(a, str | bytes | bytearray | list | tuple) and isinstance(b, type(a)) and len(a) + len(b) > 4096:
            check_size(m, len(a) + len(b))
    elif op in ("//", "%", "/") and isinstance(a, int) and isinstance(b, int) and a.bit_length() > 1 << 18:
        m.grown(a.bit_length() >> 8)


def binary(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a op b`."""
    is_text = type(b) is Instance and isinstance(b.payload, type(a))  # of a class below, which comes first
    if op == "%" and type(a) in (str, bytes) and not (is_text and _method(b, "__rmod__") is not None):
        return m.percent(a, b)
    if type(a) in PLAIN and type(b) in PLAIN:
        _check_bounds(m, op, a, b)
        return HOST[op](a, b)
    return _by_methods(m, op, op, a, b)


def in_place(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a op= b`, the value to be assigned."""
    if op == "%" and type(a) in (str, bytes):
        return binary(m, op, a, b)
    if type(a) in PLAIN and type(b) in PLAIN:
        _check_bounds(m, op, a, b)
        if type(a) is list and op == "+":
            a.extend(b)
            return a
        return HOST[op + "="](a, b)
    method = special(m, a, f"__i{SPECIAL[op]}__")
    if method is not None:
        found = m.call_now(method, [b])
        if found is not NOT_IMPLEMENTED:
            return found
    if type(a) is list and op == "+":
        a.extend(m.items_now(b))
        return a
    if type(a) is dict and op == "|":
        m.call_now(special(m, a, "update"), [b])
        return a
    if type(a) is Instance and type(a.payload) is list and op in "+*" and user_special(a, f"__{SPECIAL[op]}__") is None:
        a.payload = in_place(m, op, a.payload, b)
        return a
    return _by_methods(m, op, op + "=", a, b)


def _method(value: Value, name: str) -> Value:
    """A special method of a class that is not plain; None for none."""
    if type(value) in PLAIN:
        return None
    found = find_in_class(class_of(value), name)
    if (
        type(found) is Native
        and not isinstance(value, Opaque)
        and type(value) is Instance
        and value.payload is not None
    ):
        return None
    return found


def _by_methods(m: Interpreter, op: str, shown: str, a: Value, b: Value) -> Value:
    name = SPECIAL[op]
    left, right = _method(a, f"__{name}__"), _method(b, f"__r{name}__")
    cls_a, cls_b = class_of(a), class_of(b)
    if right is not None and cls_a is not cls_b and cls_a in cls_b.mro and right is not _method(a, f"__r{name}__"):
        found = m.call_special(right, b, cls_b, a)
        if found is not NOT_IMPLEMENTED:
            return found
        right = None
    if left is not None:
        found = m.call_special(left, a, cls_a, b)
        if found is not NOT_IMPLEMENTED:
            return found
    plain_a, plain_b = payload_of(a), payload_of(b)
    if (plain_a is not a or plain_b is not b) and type(plain_a) in PLAIN and type(plain_b) in PLAIN:
        try:
            return binary(m, op, plain_a, plain_b)
        except TypeError:
            pass
    if right is not None and cls_a is not cls_b:
        found = m.call_special(right, b, cls_b, a)
        if found is not NOT_IMPLEMENTED:
            return found
    raise _unsupported(op, shown, a, b)


def _is_container(value: Value) -> bool:
    """Whether CPython takes a value for a sequence, so that `value *= list` does not repeat the list (PyNumber_InPlaceMultiply)."""
    if type(value) is Instance:
        return not isinstance(value.cls, BuiltinClass)
    return type(value) in (dict, range) or class_of(value).name in _CONTAINERS


def _unsupported(op: str, shown: str, a: Value, b: Value) -> Raised:
    first, second = type(payload_of(a)), type(payload_of(b))
    if op == "+" and (first in (str, tuple) or (first is list and shown == "+")):
        kind = first.__name__
        return type_error(f'can only concatenate {kind} (not "{type_name(b)}") to {kind}')
    if op == "+" and first in (bytes, bytearray):
        return type_error(f"can't concat {type_name(b)} to {type_name(a)}")
    if op == "*" and first in (str, list, tuple, bytes):
        return type_error(f"can't multiply sequence by non-int of type '{type_name(b)}'")
    if op == "*" and second in (str, list, tuple, bytes) and not (shown == "*=" and _is_container(a)):
        return type_error(f"can't multiply sequence by non-int of type '{type_name(a)}'")
    words = "** or pow()" if shown == "**" else shown
    return type_error(f"unsupported operand type(s) for {words}: '{type_name(a)}' and '{type_name(b)}'")


def unary(m: Interpreter, op: str, a: Value) -> Value:
    """`-a`, `+a`, `~a`."""
    name, function = _UNARY[op]
    if type(a) in PLAIN:
        if op == "~" and type(a) not in (int, bool):
            raise type_error(f"bad operand type for unary ~: '{type_name(a)}'")
        if type(a) is bool and op == "~" and m.minor >= 12:
            raise NotSimulated("the warning about ~ of a bool")
        return function(a)
    method = _method(a, name)
    if method is not None:
        return m.call_special(method, a, class_of(a))
    plain = payload_of(a)
    if type(plain) is int or (type(plain) in (float, complex) and op != "~"):
        return function(plain)
    raise type_error(f"bad operand type for unary {op}: '{type_name(a)}'")


def equal(m: Interpreter, a: Value, b: Value) -> Value:
    """`a == b`."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return a == b
    return _equality(m, "__eq__", a, b)


def unequal(m: Interpreter, a: Value, b: Value) -> Value:
    """`a != b`."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return a != b
    return _equality(m, "__ne__", a, b)


def _equality(m: Interpreter, name: str, a: Value, b: Value) -> Value:
    pairs = [(a, b), (b, a)]
    cls_a, cls_b = class_of(a), class_of(b)
    if cls_a is not cls_b and cls_a in cls_b.mro:
        pairs.reverse()
    for this, other in pairs:
        method = _method(this, name)
        if method is not None:
            found = m.call_special(method, this, class_of(this), other)
            if found is not NOT_IMPLEMENTED:
                return found
        if name == "__ne__":
            method = _method(this, "__eq__")
            if method is not None and _method(this, "__ne__") is None:
                found = m.call_special(method, this, class_of(this), other)
                if found is not NOT_IMPLEMENTED:
                    return not m.truth(found)
    plain_a, plain_b = payload_of(a), payload_of(b)
    if (plain_a is not a or plain_b is not b) and type(plain_a) in PLAIN and type(plain_b) in PLAIN:
        return (plain_a == plain_b) is (name == "__eq__")
    if type(a) is type(b) and not isinstance(a, Instance | Class):
        return (a == b) is (name == "__eq__")
    return (a is b) is (name == "__eq__")


def order(m: Interpreter, op: str, a: Value, b: Value) -> Value:
    """`a < b` and so on."""
    if type(a) in PLAIN and type(b) in PLAIN:
        if type(a) is not list and type(a) is not tuple:
            return HOST[op](a, b)
        before, m.asked = m.asked, op
        try:
            return HOST[op](a, b)
        finally:
            m.asked = before
    name, mirrored = _ORDER[op]
    steps = [(a, name, b), (b, mirrored, a)]
    cls_a, cls_b = class_of(a), class_of(b)
    if cls_a is not cls_b and cls_a in cls_b.mro and _method(b, mirrored) is not None:
        steps.reverse()
    for this, wanted, other in steps:
        method = _method(this, wanted)
        if method is not None:
            found = m.call_special(method, this, class_of(this), other)
            if found is not NOT_IMPLEMENTED:
                return found
    plain_a, plain_b = payload_of(a), payload_of(b)
    if (plain_a is not a or plain_b is not b) and type(plain_a) in PLAIN and type(plain_b) in PLAIN:
        try:
            return HOST[op](plain_a, plain_b)
        except TypeError:
            pass
    raise type_error(f"'{op}' not supported between instances of '{type_name(a)}' and '{type_name(b)}'")


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
        return m.contains_now(container, value)  # type: ignore[no-any-return]
    raise _not_iterable_in(m, container)


def _not_iterable_in(m: Interpreter, container: Value) -> Raised:
    ending = "is not iterable" if m.minor < 14 else "is not a container or iterable"
    return type_error(f"argument of type '{type_name(container)}' {ending}")


def get_item(m: Interpreter, container: Value, index: Value) -> Value:
    """`container[index]`."""
    kind = type(container)
    if kind in (list, tuple, str, dict, bytes, bytearray, range):
        if type(index) is Instance and kind is not dict:
            index = m.as_index(index, f"{kind.__name__} indices must be integers or slices, not {type_name(index)}")
        elif type(index) not in PLAIN and kind is not dict:
            raise type_error(f"{_index_words(kind)}, not {'type' if isinstance(index, Class) else type_name(index)}")
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


def _index_words(kind: type) -> str:
    if kind is str:
        return "string indices must be integers"
    return {"bytes": "byte"}.get(kind.__name__, kind.__name__) + " indices must be integers or slices"


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
    is_sequence = _is_container(container) or type(container) in (str, bytes, tuple)
    support = "doesn't" if is_sequence and type(payload_of(index)) in (int, bool) else "does not"
    raise type_error(f"'{_class_shown(container)}' object {support} support item deletion")


def divmod_of(m: Interpreter, a: Value, b: Value) -> Value:
    """divmod()."""
    if type(a) in PLAIN and type(b) in PLAIN:
        return divmod(a, b)
    method = _method(a, "__divmod__")
    if method is not None:
        return m.call_special(method, a, class_of(a), b)
    if method is None and _method(a, "__floordiv__") is None and _method(b, "__rdivmod__") is None:
        raise type_error(f"unsupported operand type(s) for divmod(): '{type_name(a)}' and '{type_name(b)}'")
    return (binary(m, "//", a, b), binary(m, "%", a, b))


__all__ = ["error"]
