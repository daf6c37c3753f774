"""Special methods of builtin classes, as programs call them by name: `super().__setitem__(...)`, `"a".__len__()`."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import (
    attribute_changes,
    attributes,
    comparisons,
    generators,
    items,
    iteration,
    operators as o,
    texts,
)
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OBJECT, error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import BYTEARRAY, DICT, LIST, class_of, native, payload_of, type_name
from fakedocker.userland.languages.python.values import END, NOT_IMPLEMENTED, Generator, Instance

_SEQUENCES = ("str", "bytes", "bytearray", "list", "tuple", "range")
_NUMBERS = ("int", "float", "complex")
_TAKEN = {"int": (int,), "float": (int, float), "complex": (int, float, complex)}
"""What the methods of a number take on the other side."""


def _binary(op: str, name: str, owner: str) -> Callable[..., Value]:
    kinds = _TAKEN[owner]

    def operate(m: Interpreter, value: Value, other: Value) -> Value:
        plain = payload_of(other)
        return o.of_numbers(m, op, name, value, plain) if isinstance(plain, kinds) else NOT_IMPLEMENTED

    return operate


def _repeated(m: Interpreter, value: Value, other: Value) -> Value:
    return o.repeated(m, value, other, f"'{type_name(other)}' object cannot be interpreted as an integer")


def _compared(name: str, owner: str) -> Callable[..., Value]:
    def compare(m: Interpreter, value: Value, other: Value) -> Value:
        plain = payload_of(other)
        if owner == "int" and type(plain) not in (int, bool):
            return NOT_IMPLEMENTED
        return comparisons.of_host(m, name, value, plain)

    return compare


for _owner in (*_SEQUENCES, *_NUMBERS, "dict"):
    native("__eq__", _owner)(_compared("__eq__", _owner))
    native("__ne__", _owner)(_compared("__ne__", _owner))
    native("__str__", _owner)(lambda m, value: m.text(value))
    native("__repr__", _owner)(lambda m, value: m.shown(value))
    if _owner not in ("list", "dict", "bytearray"):
        native("__hash__", _owner)(lambda m, value: m.hash_of(value))
    if _owner not in _NUMBERS:
        native("__len__", _owner)(lambda m, value: len(value))
        native("__contains__", _owner)(lambda m, value, object: items.contains(m, value, object))
        native("__getitem__", _owner)(lambda m, value, index: items.get_item(m, value, index))
        native("__iter__", _owner)(lambda m, value: generators.plain_iterator(m, value))
    if _owner in ("list", "dict", "bytearray"):
        native("__setitem__", _owner)(lambda m, value, index, object: items.set_item(m, value, index, object))
        native("__delitem__", _owner)(lambda m, value, index: items.delete_item(m, value, index))
    for _name in ("__lt__", "__gt__", "__le__", "__ge__"):
        native(_name, _owner)(_compared(_name, _owner))
    if _owner in _SEQUENCES and _owner != "range":
        native("__add__", _owner)(o.joined)
        native("__mul__", _owner)(_repeated)
        native("__rmul__", _owner)(_repeated)
for _owner in _NUMBERS:
    for _op, _name in o.SPECIAL.items():
        if (
            _op != "@"
            and not (_op in "& | ^ << >>".split() and _owner != "int")
            and not (_op in ("//", "%") and _owner == "complex")
        ):
            native(f"__{_name}__", _owner)(_binary(_op, f"__{_name}__", _owner))
            native(f"__r{_name}__", _owner)(_binary(_op, f"__r{_name}__", _owner))
    if _owner != "complex":
        native("__divmod__", _owner)(_binary("divmod", "__divmod__", _owner))
        native("__rdivmod__", _owner)(_binary("divmod", "__rdivmod__", _owner))
    for _op, _name in (("-", "neg"), ("+", "pos")):
        native(f"__{_name}__", _owner)(lambda m, value, op=_op: o.unary(m, op, value))
    native("__abs__", _owner)(lambda m, value: abs(value))
    native("__bool__", _owner)(lambda m, value: bool(value))
    if _owner != "complex":
        native("__int__", _owner)(lambda m, value: int(value))
        native("__float__", _owner)(lambda m, value: float(value))
        native("__round__", _owner)(lambda m, value, ndigits=None: round(value, ndigits))
native("__index__", "int")(lambda m, value: int(value))
native("__invert__", "int")(lambda m, value: o.unary(m, "~", value))
for _owner in ("str", "int", "float", "complex"):
    native("__format__", _owner)(lambda m, value, spec: texts.to_format(m, value, spec))
native("__mod__", "str")(lambda m, value, other: o.binary(m, "%", value, other))
native("__reversed__", "list")(lambda m, value: iteration.ReversedIterator(value))
native("__reversed__", "dict")(lambda m, value: iteration.DictIterator(value, "keys", True))
for _cls in (LIST, DICT, BYTEARRAY):
    _cls.names["__hash__"] = None
for _name in iteration.ITERATORS:

    def _next(m: Interpreter, value: Value) -> Value:
        if type(value) is Generator:
            return generators.send(m, value, None)
        found = value.step(m)
        if found is END:
            raise error("StopIteration")
        return found

    native("__next__", _name)(_next)
    native("__iter__", _name)(lambda m, value: value)
    if _name != "reversed":
        native("__length_hint__", _name)(lambda m, value: value.left())


# object


@native("__str__", "object")
def _str(m: Interpreter, value: Value) -> Value:
    return m.shown(value)


@native("__repr__", "object")
def _repr(m: Interpreter, value: Value) -> Value:
    if isinstance(value, Instance):
        return f"<{texts._dotted(value.cls)} object at {m.address_text(value)}>"
    return m.shown(value)


@native("__eq__", "object")
def _eq(m: Interpreter, value: Value, other: Value) -> Value:
    return True if value is other else NOT_IMPLEMENTED


@native("__ne__", "object")
def _ne(m: Interpreter, value: Value, other: Value) -> Value:
    method = attributes.special(m, value, "__eq__")
    found = m.call_now(method, [other])
    return found if found is NOT_IMPLEMENTED else not m.truth(found)


@native("__hash__", "object")
def _hash(m: Interpreter, value: Value) -> Value:
    return m.address_of(value) >> 4


@native("__format__", "object")
def _format(m: Interpreter, value: Value, spec: Value) -> Value:
    return texts.to_format(m, value, spec)


@native("__setattr__", "object")
def _setattr(m: Interpreter, value: Value, name: Value, new: Value) -> Value:
    attribute_changes.set_plain(m, value, name, new)


@native("__getattribute__", "object")
def _getattribute(m: Interpreter, value: Value, name: Value) -> Value:
    found = (
        attributes.of_instance_plain(m, value, name, False)
        if isinstance(value, Instance)
        else attributes.find_attribute(m, value, name)
    )
    if found is attributes.MISSING:
        raise attributes.missing_attribute(value, name)
    return found


@native("__delattr__", "object")
def _delattr(m: Interpreter, value: Value, name: Value) -> Value:
    if name not in value.fields:
        raise attributes.missing_attribute(value, name)
    del value.fields[name]


@native("__dir__", "object")
def _dir(m: Interpreter, value: Value) -> Value:
    from fakedocker.userland.languages.python.real_names import directory

    return directory(m, value)


@native("__init_subclass__", "object")
def _init_subclass(m: Interpreter, *args: Value) -> Value:
    return None


for _name in (
    "__setattr__",
    "__delattr__",
    "__getattribute__",
):  # which exceptions have of their own, before what else a class descends from
    EXCEPTIONS["BaseException"].names[_name] = OBJECT.names[_name]
for _name in ("__lt__", "__le__", "__gt__", "__ge__"):
    native(_name, "object")(lambda m, value, other: NOT_IMPLEMENTED)
__all__ = ["OBJECT", "class_of", "type_name"]
