"""Attributes: how they are set and deleted."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import watching
from fakedocker.userland.languages.python.attributes import (
    has_dict,
    is_data_descriptor,
    missing_attribute,
    no_accessor,
    with_name,
)
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import OF_HOST, class_of, find_in_class, type_name
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    BuiltinClass,
    Class,
    ExceptionValue,
    Function,
    GetSet,
    Instance,
    Module,
    Opaque,
    Property,
    SlotMember,
    UserClass,
)


def set_attribute(m: Interpreter, value: Value, name: str, new: Value) -> None:
    """`value.name = new`."""
    kind = type(value)
    if kind is Instance or kind is ExceptionValue or kind is Opaque:
        cls = value.cls
        setter = find_in_class(cls, "__setattr__")
        if type(setter) is Function:
            m.call_now(setter, [value, name, new])
            return
        set_plain(m, value, name, new)
    elif kind is Module or kind is Function:
        if kind is Function:
            from fakedocker.userland.languages.python.introspection import set_function_attribute

            set_function_attribute(value, name, new)
        else:
            value.names[name] = new
            if value is m.modules["builtins"]:
                m.changed_builtins[name] = new
    elif isinstance(value, UserClass):
        _set_in_class(m, value, name, new)
    elif isinstance(value, BuiltinClass):
        raise type_error(f"cannot set '{name}' attribute of immutable type '{value.name}'")
    else:
        raise _cannot_set(value, name)


def _set_in_class(m: Interpreter, cls: UserClass, name: str, new: Value) -> None:
    found = find_in_class(cls.meta, name)
    if found is not None and is_data_descriptor(found):
        if type(found) is GetSet and found.write is not None:
            found.write(m, cls, new)
            return
        if type(found) is Property:
            _write_property(m, found, cls, new)
            return
    setter = find_in_class(cls.meta, "__setattr__")
    if type(setter) is Function:
        m.call_now(setter, [cls, name, new])
        return
    cls.names[name] = new


def _cannot_set(value: Value, name: str) -> Raised:
    cls = class_of(value)
    own = find_in_class(cls, name)
    if type(own) is GetSet:
        is_member = cls.name in ("complex", "range", "slice")
        words = "readonly attribute" if is_member else f"attribute '{name}' of '{cls.name}' objects is not writable"
        found = error("AttributeError", words)
    elif own is not None:
        found = error("AttributeError", f"'{cls.name}' object attribute '{name}' is read-only")
    elif type(value) in OF_HOST:
        words = f"'{cls.name}' object has no attribute '{name}'"
        if ACTIVE.machine.minor >= 13:
            words += " and no __dict__ for setting new attributes"
        found = error("AttributeError", words)
    else:
        raise NotSimulated(f"setting {name} of a {cls.name}")
    found.value.fields["new"] = True
    return with_name(found, value, name)


def _write_property(m: Interpreter, found: Property, value: Value, new: Value) -> None:
    if found.setter is None:
        raise no_accessor(found, value, "setter")
    m.call_now(found.setter, [value, new])


def set_plain(m: Interpreter, value: Instance | Opaque, name: str, new: Value) -> None:
    """As object.__setattr__ does it."""
    cls = value.cls
    found = find_in_class(cls, name)
    kind = type(found)
    if kind is Property:
        _write_property(m, found, value, new)
        return
    if kind is GetSet:
        if found.write is None:
            raise error("AttributeError", f"attribute '{name}' of '{found.owner}' objects is not writable")
        found.write(m, value, new)
        return
    if kind is Instance:
        setter = find_in_class(found.cls, "__set__")
        if setter is not None:
            m.call_now(setter, [found, value, new])
            return
    if kind is not SlotMember:
        if isinstance(cls, BuiltinClass) and type(value) is not ExceptionValue:
            raise _cannot_set_plain(value, name, found)
        if isinstance(cls, UserClass) and not has_dict(cls):
            raise _cannot_set_plain(value, name, found)
        if name == "__class__":
            raise NotSimulated("changing the class of an object")
        if name == "__dict__":
            watching.replace_fields(m, value, new)
            return
    value.fields[name] = new


def _cannot_set_plain(value: Value, name: str, found: Value) -> Raised:
    m_words = f"'{type_name(value)}' object has no attribute '{name}'"
    if found is not None:
        return error("AttributeError", f"'{type_name(value)}' object attribute '{name}' is read-only")
    if ACTIVE.machine.minor >= 13:
        m_words += " and no __dict__ for setting new attributes"
    return error("AttributeError", m_words)


def delete_attribute(m: Interpreter, value: Value, name: str) -> None:
    """`del value.name`."""
    kind = type(value)
    fields: dict[str, Value]
    if kind is Instance or kind is ExceptionValue:
        deleter = find_in_class(value.cls, "__delattr__")
        if type(deleter) is Function:
            m.call_now(deleter, [value, name])
            return
        found = find_in_class(value.cls, name)
        if type(found) is Property:
            if found.deleter is None:
                raise no_accessor(found, value, "deleter")
            m.call_now(found.deleter, [value])
            return
        if type(found) is Instance:
            deleter = find_in_class(found.cls, "__delete__")
            if deleter is not None:
                m.call_now(deleter, [found, value])
                return
        if type(found) is SlotMember and found.name not in value.fields:
            raise error("AttributeError", found.name)
        fields = value.fields
    elif isinstance(value, UserClass) or kind is Module:
        fields = value.names
    elif kind is Function:
        fields = value.fields
    else:
        raise _cannot_set(value, name)
    if name not in fields:
        if isinstance(value, Class):
            raise error("AttributeError", f"type object '{value.name}' has no attribute '{name}'")
        raise missing_attribute(value, name)
    if value is m.modules["builtins"] and m.changed_builtins.pop(name, None) is None:
        raise NotSimulated("taking away a builtin")
    del fields[name]
