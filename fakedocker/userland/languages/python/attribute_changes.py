"""Attributes: how they are set and deleted."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import real_names, watching
from fakedocker.userland.languages.python.attributes import (
    has_dict,
    is_data_descriptor,
    missing_attribute,
    no_accessor,
    with_name,
)
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.iteration import Iterator
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import OBJECT, OF_HOST, class_of, find_in_class, type_name
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    BuiltinClass,
    Class,
    ExceptionValue,
    Function,
    Generator,
    GetSet,
    Instance,
    Method,
    Module,
    Native,
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
        return error("AttributeError", words)
    if own is not None or (name == "__doc__" and type(value) in OF_HOST):
        return error("AttributeError", f"'{cls.name}' object attribute '{name}' is read-only")
    if type(value) not in OF_HOST:
        if not isinstance(value, Generator | Iterator | Method | Native) or not isinstance(cls, BuiltinClass):
            raise NotSimulated(f"setting {name} of a {cls.name}")
        real_names.check_class_attribute(cls, name)
        real_names.check_class_attribute(OBJECT, name)
    return _no_place(value, name)


def _no_place(value: Value, name: str) -> Raised:
    """The error where neither the class has a name nor the object a `__dict__`."""
    words = f"'{type_name(value)}' object has no attribute '{name}'"
    if ACTIVE.machine.minor >= 13:
        words += " and no __dict__ for setting new attributes"
    return _about(error("AttributeError", words), value, name)


def _about(raised: Raised, value: Value, name: str) -> Raised:
    """Such an error knows what it is about since 3.13 only."""
    return with_name(raised, value, name) if ACTIVE.machine.minor >= 13 else raised


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
    if found is not None:
        return error("AttributeError", f"'{type_name(value)}' object attribute '{name}' is read-only")
    return _no_place(value, name)


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
        raise _not_there(value, name)
    if value is m.modules["builtins"] and m.changed_builtins.pop(name, None) is None:
        raise NotSimulated("taking away a builtin")
    del fields[name]


def _not_there(value: Value, name: str) -> Raised:
    """The error of deleting what is not there."""
    if isinstance(value, Class):
        return _about(error("AttributeError", f"type object '{value.name}' has no attribute '{name}'"), value, name)
    if type(value) is Module:
        return _about(error("AttributeError", f"'module' object has no attribute '{name}'"), value, name)
    if type(value) is Instance and (isinstance(value.cls, BuiltinClass) or not has_dict(value.cls)):
        return _cannot_set_plain(value, name, find_in_class(value.cls, name))
    raised = missing_attribute(value, name)
    knows = ACTIVE.machine.minor >= 13 and (type(value) is not Instance or value.payload is not None)
    if not knows:  # as with setting; an object whose fields are kept in line is not told even then
        del raised.value.fields["name"], raised.value.fields["obj"]
    return raised
