"""Attributes: how they are found, bound, set and deleted, descriptors included."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import (
    NONE_FOUND,
    class_of,
    find_in_class,
    payload_of,
    type_name,
)
from fakedocker.userland.languages.python.values import (
    BuiltinClass,
    Class,
    ExceptionValue,
    Function,
    GetSet,
    Instance,
    Method,
    Module,
    Native,
    Opaque,
    Property,
    SlotMember,
    Super,
    UserClass,
    Wrapped,
)

MISSING: Final = object()
SINCE: Final = {
    "is_integer": {"int": 12, "bool": 12}, "bit_count": {"int": 10, "bool": 10}, "removeprefix": {"str": 9, "bytes": 9, "bytearray": 9},
    "removesuffix": {"str": 9, "bytes": 9, "bytearray": 9},
}  # fmt: skip
"""Methods of values of the host that not every version has, by the classes that have them, and since when."""
_REFUSED: Final = "_not_simulated_"
"""What a class of the library's texts calls the tuple of those names that only the real one has."""


def get_attribute(m: Interpreter, value: Value, name: str) -> Value:
    """`value.name`. Raises AttributeError in the program."""
    found = find_attribute(m, value, name)
    if found is not MISSING:
        return found
    raise missing_attribute(value, name)


def missing_attribute(value: Value, name: str) -> Raised:
    """The AttributeError of a name that a value does not have; NotSimulated where the real one may have it."""
    from fakedocker.userland.languages.python import real_names

    if type(value) is Method and type(value.function) is Function:
        value = value.function  # which is asked for what a method has not (method_getattro)
    if isinstance(value, Class):
        if isinstance(value, BuiltinClass):
            real_names.check_class_attribute(value, name)
        else:
            for base in value.mro:
                if isinstance(base, BuiltinClass):
                    real_names.check_class_attribute(base, name)
        found = error("AttributeError", f"type object '{value.name}' has no attribute '{name}'")
    elif type(value) is Module:
        if value.simulated:
            real_names.check_module_attribute(value.name, name)
        found = error("AttributeError", f"module '{value.name}' has no attribute '{name}'")
    elif class_of(value).name == "GenericAlias" and not name.startswith("__"):
        if find_in_class(value.origin, name) is not None:
            raise NotSimulated(f"{name} of a types.GenericAlias")
        return missing_attribute(value.origin, name)
    elif type(value) is Super:
        found = error("AttributeError", f"'super' object has no attribute '{name}'")
    else:
        for base in class_of(value).mro:
            if isinstance(base, BuiltinClass):
                real_names.check_class_attribute(base, name)
            elif name in base.names.get(_REFUSED, ()):
                raise NotSimulated(f"{base.name}.{name}")
        found = error("AttributeError", f"'{type_name(value)}' object has no attribute '{name}'")
    found.value.fields["name"] = name
    found.value.fields["obj"] = value
    return found


def find_attribute(m: Interpreter, value: Value, name: str) -> Value:
    """The same, MISSING if there is none."""
    kind = type(value)
    if kind is Instance or kind is ExceptionValue:
        return _of_instance(m, value, name)
    if kind is Module:
        found = value.names.get(name, MISSING)
        return found if found is not MISSING else _of_module(m, value, name)
    if isinstance(value, Class):
        return _of_class(m, value, name)
    if kind is Super:
        return _of_super(m, value, name)
    cls = class_of(value)
    if name == "__class__":
        return cls
    found = find_in_class(cls, name)
    if name in SINCE and m.minor < SINCE[name].get(cls.name, 0):
        return MISSING
    if kind is Opaque:
        if found is None or type(found) is not GetSet:
            own = value.fields.get(name, MISSING)
            if own is not MISSING:
                return own
    elif kind is Function:
        own = value.fields.get(name, MISSING)
        if own is not MISSING:
            return own
    elif kind is Method and found is None and type(value.function) is Function:
        return value.function.fields.get(name, MISSING)
    if found is None:
        return MISSING
    return bind(m, found, value, cls)


def find_or_missing(m: Interpreter, value: Value, name: str) -> Value:
    """The same, MISSING where looking for it raises AttributeError, too."""
    try:
        return find_attribute(m, value, name)
    except Raised as raised:
        if EXCEPTIONS["AttributeError"] not in raised.value.cls.mro:
            raise
        return MISSING


def _of_module(m: Interpreter, module: Module, name: str) -> Value:
    if name == "__dict__":
        return module.names
    if name == "__class__":
        return class_of(module)
    getter = module.names.get("__getattr__")
    if getter is not None:
        return m.call_now(getter, [name])
    return MISSING


def bind(m: Interpreter, found: Value, value: Value, cls: Class) -> Value:
    """What an attribute of the class gives when it is read through an object."""
    kind = type(found)
    if kind is Function:
        return Method(found, value)
    if kind is Native:
        return Method(found, value) if found.owner else found
    if kind is GetSet:
        return found.read(m, value)
    if kind is Property:
        if found.getter is None:
            raise no_accessor(found, value, "getter")
        return m.call_now(found.getter, [value])
    if kind is Wrapped:
        return found.function if found.kind == "staticmethod" else Method(found.function, cls)
    if kind is SlotMember:
        own = value.fields.get(found.name, MISSING)
        if own is MISSING:
            raise with_name(error("AttributeError", _absent(value, found.name)), value, found.name)
        return own
    if found is NONE_FOUND:
        return None
    if kind is Instance or kind is Opaque:
        getter = find_in_class(class_of(found), "__get__")
        if getter is not None:
            return m.call_now(getter, [found, value, cls])
    return found


def _absent(value: Value, name: str) -> str:
    return f"'{type_name(value)}' object has no attribute '{name}'"


def with_name(raised: Raised, value: Value, name: str) -> Raised:
    """An AttributeError that knows what was asked of what."""
    raised.value.fields["name"] = name
    raised.value.fields["obj"] = value
    return raised


def no_accessor(found: Property, value: Value, what: str) -> Raised:
    """The exception of a property that cannot be used so."""
    name = found.name
    if name is None:
        return error("AttributeError", f"property of '{type_name(value)}' object has no {what}")
    return error("AttributeError", f"property '{name}' of '{type_name(value)}' object has no {what}")


def is_data_descriptor(found: Value) -> bool:
    """Whether an attribute of a class comes before those of its instances."""
    kind = type(found)
    if kind is Property or kind is SlotMember or kind is GetSet:
        return True
    return kind is Instance and (
        find_in_class(found.cls, "__set__") is not None or find_in_class(found.cls, "__delete__") is not None
    )


def _of_instance(m: Interpreter, value: Instance, name: str) -> Value:
    cls = value.cls
    own_getter = find_in_class(cls, "__getattribute__")
    if type(own_getter) is Function:
        try:
            return m.call_now(own_getter, [value, name])
        except Raised as raised:
            return _or_getattr(m, value, name, raised)
    return of_instance_plain(m, value, name, True)


def of_instance_plain(m: Interpreter, value: Instance, name: str, with_getattr: bool) -> Value:
    """As object.__getattribute__ looks, and `__getattr__` after it."""
    cls = value.cls
    found = find_in_class(cls, name)
    if found is not None and is_data_descriptor(found):
        try:
            return bind(m, found, value, cls)
        except Raised as raised:
            if with_getattr:
                return _or_getattr(m, value, name, raised)
            raise
    own = value.fields.get(name, MISSING)
    if own is not MISSING:
        return own
    if found is not None:
        return bind(m, found, value, cls)
    if name == "__class__":
        return cls
    if name == "__dict__" and has_dict(cls):
        return value.fields
    if with_getattr:
        getter = find_in_class(cls, "__getattr__")
        if getter is not None:
            return m.call_now(getter, [value, name])
    return MISSING


def has_dict(cls: Class) -> bool:
    """Whether instances of a class take attributes of any name."""
    return any(isinstance(each, UserClass) and each.slots is None for each in cls.mro) or cls.kind == "exception"


def _or_getattr(m: Interpreter, value: Instance, name: str, raised: Raised) -> Value:
    getter = find_in_class(value.cls, "__getattr__")
    if getter is None or EXCEPTIONS["AttributeError"] not in raised.value.cls.mro:
        try:
            raise raised
        finally:
            del raised  # which would be in a circle with its traceback
    return m.call_now(getter, [value, name])


def _of_class(m: Interpreter, cls: Class, name: str) -> Value:
    meta_found = find_in_class(cls.meta, name)
    if meta_found is not None and is_data_descriptor(meta_found):
        return bind(m, meta_found, cls, cls.meta)
    found = find_in_class(cls, name)
    if found is not None:
        kind = type(found)
        if kind is Wrapped:
            return found.function if found.kind == "staticmethod" else Method(found.function, cls)
        if found is NONE_FOUND:
            return None
        if kind is Instance or kind is Opaque:
            getter = find_in_class(class_of(found), "__get__")
            if getter is not None:
                return m.call_now(getter, [found, None, cls])
        if (kind is Native and found.owner and found.name in ("fromkeys", "maketrans", "fromhex", "from_bytes")) or (
            kind is Native and found.name.startswith("@")
        ):
            return Method(found, cls)
        return found
    if meta_found is not None:
        return bind(m, meta_found, cls, cls.meta)
    if name == "__class__":
        return cls.meta
    getter = find_in_class(cls.meta, "__getattr__")
    if getter is not None:
        return m.call_now(getter, [cls, name])
    return MISSING


def _of_super(m: Interpreter, value: Super, name: str) -> Value:
    target = value.target
    if target is None:  # bound to nothing: it has what an object has
        return class_of(value) if name == "__class__" else MISSING
    is_class = isinstance(target, Class) and value.start in target.mro
    cls = target if is_class else class_of(target)
    mro = cls.mro
    for each in mro[mro.index(value.start) + 1 :]:
        if name in each.names:
            found = each.names[name]
            if is_class:
                if type(found) is Wrapped:
                    return found.function if found.kind == "staticmethod" else Method(found.function, target)
                if type(found) is Native and found.name == "__new__":
                    return found
                return Method(found, target) if type(found) is Native and each.meta is each else found
            if type(found) is Native and found.name == "__new__":
                return found
            return bind(m, found, target, cls)
    if name == "__class__":
        return class_of(value)
    return MISSING


def special(m: Interpreter, value: Value, name: str) -> Value:
    """A method with two underscores, bound, as the language itself looks for it: in the class only. None if there is none."""
    cls = class_of(value)
    found = find_in_class(cls, name)
    if found is None or found is NONE_FOUND:
        return None
    return bind(m, found, value, cls)


def is_native_method(method: Value) -> bool:
    """Whether what `special` has found is the host's own method."""
    return type(method) is Method and type(method.function) is Native


def user_special(value: Value, name: str) -> Value:
    """The function behind a special method that a program's class defines for an instance; None for builtin ones."""
    if type(value) is not Instance and type(value) is not ExceptionValue and not isinstance(value, Class):
        return None
    cls = value.meta if isinstance(value, Class) else value.cls
    if isinstance(cls, BuiltinClass) and cls.module == "builtins":
        return None
    found = find_in_class(cls, name)
    return None if type(found) is Native or found is None or type(found) is GetSet else found


__all__ = ["payload_of"]
