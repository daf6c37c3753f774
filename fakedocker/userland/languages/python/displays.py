"""What displays and calls with stars are put together with, and super()."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.attributes import MISSING, find_or_missing, get_attribute
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, find_in_class, native, payload_of, type_name
from fakedocker.userland.languages.python.values import Class, Function, Instance, Method, Native, Super


@native("*extend")
def _extended(m: Interpreter, target: list[Value], value: Value) -> Value:
    try:
        target.extend(m.items(value))
    except Raised as raised:
        if str(raised.value.args[0]).endswith("object is not iterable") and not raised.value.entries:
            raise type_error(f"Value after * must be an iterable, not {type_name(value)}") from None
        raise
    return target


@native("*arguments")
def _arguments(m: Interpreter, target: list[Value], value: Value, callee: Value) -> Value:
    """What stands behind the only star of a call, and alone."""
    try:
        target.extend(m.items(value))
    except Raised as raised:
        if str(raised.value.args[0]).endswith("object is not iterable") and not raised.value.entries:
            said = f"argument after * must be an iterable, not {type_name(value)}"
            raise type_error(f"{callable_name(m, callee)} {said}") from None
        raise
    return target


@native("*members")
def _members(m: Interpreter, target: SetValue, value: Value) -> Value:
    """What stands behind a star in a set."""
    plain = payload_of(value)
    target.update(plain if isinstance(plain, SetValue | dict) else m.items(value))
    return target


@native("**update")
def _updated(m: Interpreter, target: dict[Value, Value], value: Value) -> Value:
    target.update(mapping_items(m, value, f"'{type_name(value)}' object is not a mapping"))
    return target


@native("**keywords")
def _keywords(m: Interpreter, target: dict[Value, Value], value: Value, callee: Value) -> Value:
    said = f"argument after ** must be a mapping, not {type_name(value)}"
    found = mapping_items(m, value, lambda: f"{callable_name(m, callee)} {said}")
    for key, each in found.items():
        if key in target:
            if type(key) is not str:
                raise type_error("keywords must be strings")
            raise type_error(f"{callable_name(m, callee)} got multiple values for keyword argument '{key}'")
        target[key] = each
    if not all(type(key) is str for key in target):
        function = callee.function if type(callee) is Method else callee
        if not (isinstance(function, Native) and (function.owner, function.name) == ("str", "format")):
            raise type_error("keywords must be strings")
        return {key: each for key, each in target.items() if type(key) is str}  # no field can ask for the others
    return target


def mapping_items(m: Interpreter, value: Value, words: str | Callable[[], str]) -> dict[Value, Value]:
    """The items of a mapping as a dict of its own."""
    if type(value) is dict:
        return dict(value)
    own_iterator = type(value) is Instance and type(find_in_class(value.cls, "__iter__")) is Function
    if isinstance(value, Instance) and type(value.payload) is dict and not own_iterator:
        return dict(value.payload)
    keys = find_or_missing(m, value, "keys")
    if keys is MISSING:
        raise type_error(words if isinstance(words, str) else words())
    from fakedocker.userland.languages.python.items import get_item

    found = m.call_now(keys, [])
    told = f"{type_name(value)}.keys() returned a non-iterable (type {type_name(found)})"
    return {key: get_item(m, value, key) for key in m.items_now(found, told)}


EXTENDED: Final = Native.known["builtins:.*extend"]
UPDATED: Final = Native.known["builtins:.**update"]
ARGUMENTS: Final = Native.known["builtins:.*arguments"]
MEMBERS: Final = Native.known["builtins:.*members"]
KEYWORDS: Final = Native.known["builtins:.**keywords"]


def callable_name(m: Interpreter, callee: Value) -> str:
    """How messages about arguments call what is called."""
    if type(callee) is Method:
        callee = callee.function
    if type(callee) is Function:
        module = callee.globals.get("__name__", "")
        return f"{module}.{callee.code.qualname}()"
    if isinstance(callee, Native) and callee.owner:
        return f"{callee.owner}.{callee.name}()"
    if isinstance(callee, Class | Native):
        module, name = (get_attribute(m, callee, each) for each in ("__module__", "__qualname__"))
        return f"{name}()" if module in (None, "builtins") else f"{module}.{name}()"
    raise NotSimulated("the words for wrong arguments of such an object that is called")


def make_super(m: Interpreter, start: Value, target: Value) -> Super:
    """super(start, target)."""
    if not isinstance(start, Class):
        raise error("RuntimeError", "super(): empty __class__ cell")
    if target is None:
        return Super(start, None)
    if not (isinstance(target, Class) and start in target.mro) and start not in class_of(target).mro:
        raise type_error("super(type, obj): obj must be an instance or subtype of type")
    return Super(start, target)
