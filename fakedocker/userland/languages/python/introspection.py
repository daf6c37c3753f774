"""Attributes of functions, methods, classes, generators and modules that programs look at: `__name__` and the like."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import TYPE, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import (
    BUILTIN_FUNCTION,
    CLASSMETHOD,
    FRAME,
    FUNCTION,
    GENERATORS,
    METHOD,
    METHOD_DESCRIPTOR,
    METHOD_WRAPPER,
    NONE_TYPE,
    PROPERTY,
    SLOT_WRAPPER,
    STATICMETHOD,
    class_of,
)
from fakedocker.userland.languages.python.values import (
    BuiltinClass,
    Class,
    Function,
    Generator,
    GetSet,
    Method,
    Opaque,
    UserClass,
)


def _function_name(m: Interpreter, value: Function) -> Value:
    return value.names.get("__name__", value.code.name)


def _function_qualname(m: Interpreter, value: Function) -> Value:
    return value.names.get("__qualname__", value.code.qualname)


def _function_module(m: Interpreter, value: Function) -> Value:
    return value.names.get("__module__", value.globals.get("__name__"))


def _function_doc(m: Interpreter, value: Function) -> Value:
    return value.names.get("__doc__")


def _function_annotations(m: Interpreter, value: Function) -> Value:
    return value.names.setdefault("__annotations__", {})


def _function_closure(m: Interpreter, value: Function) -> Value:
    if not value.boxes:
        return None
    raise NotSimulated("__closure__ of a function")


_SETTABLE = ("__name__", "__qualname__", "__doc__", "__module__", "__annotations__")


def set_function_attribute(value: Function, name: str, new: Value) -> None:
    """Set an attribute of a function."""
    if name in _SETTABLE:
        value.names[name] = new
    elif name == "__defaults__":
        value.defaults = new or ()
    elif name == "__kwdefaults__":
        value.keyword_defaults = new or {}
    elif name in ("__code__", "__dict__", "__closure__", "__globals__"):
        raise NotSimulated(f"setting {name} of a function")
    else:
        value.fields[name] = new


for _name, _read in (
    ("__name__", _function_name), ("__qualname__", _function_qualname), ("__module__", _function_module),
    ("__doc__", _function_doc), ("__annotations__", _function_annotations), ("__closure__", _function_closure),
    ("__defaults__", lambda m, value: value.defaults or None),
    ("__kwdefaults__", lambda m, value: value.keyword_defaults or None),
    ("__dict__", lambda m, value: value.fields), ("__globals__", lambda m, value: value.globals),
):  # fmt: skip
    FUNCTION.names[_name] = GetSet("function", _name, _read)
for _name in (
    "__name__",
    "__qualname__",
    "__doc__",
    "__module__",
    "__annotations__",
    "__wrapped__",
    "__dict__",
    "__defaults__",
):

    def _through(m: Interpreter, value: Method, name: str = _name) -> Value:
        from fakedocker.userland.languages.python.attributes import get_attribute

        return get_attribute(m, value.function, name)

    METHOD.names[_name] = GetSet("method", _name, _through)
METHOD.names["__self__"] = GetSet("method", "__self__", lambda m, value: value.owner)
METHOD.names["__func__"] = GetSet("method", "__func__", lambda m, value: value.function)
for _cls in (BUILTIN_FUNCTION, METHOD_DESCRIPTOR, SLOT_WRAPPER, METHOD_WRAPPER):
    _cls.names["__name__"] = GetSet(
        _cls.name, "__name__", lambda m, value: getattr(value, "name", None) or value.function.name
    )
    _cls.names["__qualname__"] = GetSet(_cls.name, "__qualname__", lambda m, value: _native_qualname(value))
for _cls in (BUILTIN_FUNCTION, METHOD_WRAPPER):
    _cls.names["__self__"] = GetSet(_cls.name, "__self__", lambda m, value: value.owner)
BUILTIN_FUNCTION.names["__module__"] = GetSet(
    "builtin_function_or_method", "__module__", lambda m, value: getattr(value, "module", "builtins")
)


def _native_qualname(value: Value) -> str:
    """The name of a function of the host, behind that of its class if it has one."""
    if type(value) is Method:
        owner = value.owner if isinstance(value.owner, Class) else class_of(value.owner)
        return f"{value.function.owner or owner.name}.{value.function.name}"
    return f"{value.owner}.{value.name}" if value.owner else f"{value.name}"


for _owner in ("generator", "coroutine"):
    GENERATORS[_owner].names["__name__"] = GetSet(
        _owner, "__name__", lambda m, value: value.qualname.rpartition(".")[2]
    )
    GENERATORS[_owner].names["__qualname__"] = GetSet(_owner, "__qualname__", lambda m, value: value.qualname)


def _resting_frame(m: Interpreter, value: Generator) -> Value:
    """What stands for a generator's frame: None behind its end."""
    return None if value.frame is None else Opaque(FRAME, None)


for _owner, _prefix in (("generator", "gi"), ("coroutine", "cr")):
    GENERATORS[_owner].names[f"{_prefix}_frame"] = GetSet(_owner, f"{_prefix}_frame", _resting_frame)
    GENERATORS[_owner].names[f"{_prefix}_running"] = GetSet(
        _owner, f"{_prefix}_running", lambda m, value: value.running
    )
for _name in ("fget", "fset", "fdel"):
    _slot = {"fget": "getter", "fset": "setter", "fdel": "deleter"}[_name]
    PROPERTY.names[_name] = GetSet("property", _name, lambda m, value, slot=_slot: getattr(value, slot))  # type: ignore[misc]


def _property_doc(m: Interpreter, value: Value) -> Value:
    if value.doc is not None:
        return value.doc
    return _function_doc(m, value.getter) if type(value.getter) is Function else None


PROPERTY.names["__doc__"] = GetSet("property", "__doc__", _property_doc)
for _cls in (STATICMETHOD, CLASSMETHOD):
    _cls.names["__func__"] = GetSet(_cls.name, "__func__", lambda m, value: value.function)
    _cls.names["__wrapped__"] = GetSet(_cls.name, "__wrapped__", lambda m, value: value.function)


def _class_name(m: Interpreter, value: Value) -> Value:
    return value.name


def _set_class_name(m: Interpreter, value: UserClass, new: Value) -> None:
    if type(new) is not str:
        raise type_error(f"can only assign string to {value.name}.__name__, not '{type(new).__name__}'")
    value.name = new


def _set_qualname(m: Interpreter, value: UserClass, new: Value) -> None:
    value.qualname = new


def _class_module(m: Interpreter, value: Value) -> Value:
    return value.module


def _set_module(m: Interpreter, value: UserClass, new: Value) -> None:
    value.module = new
    value.names["__module__"] = new


def _class_dict(m: Interpreter, value: Value) -> Value:
    if isinstance(value, BuiltinClass):
        raise NotSimulated(f"{value.name}.__dict__")
    from fakedocker.userland.languages.python.generics import MappingProxy

    return MappingProxy(value.names)


def _none_doc(m: Interpreter, value: Value) -> Value:
    return "The type of the None singleton." if m.minor >= 13 else None


NONE_TYPE.names["__doc__"] = GetSet("NoneType", "__doc__", _none_doc)


def _class_doc(m: Interpreter, value: Value) -> Value:
    if value is NONE_TYPE:
        return _none_doc(m, None)
    if isinstance(value, BuiltinClass):
        raise NotSimulated(f"{value.name}.__doc__")
    return value.names.get("__doc__")


def _set_doc(m: Interpreter, value: UserClass, new: Value) -> None:
    value.names["__doc__"] = new


def _class_annotations(m: Interpreter, value: Value) -> Value:
    if isinstance(value, BuiltinClass):
        raise error("AttributeError", f"type object '{value.name}' has no attribute '__annotations__'")
    return value.names.setdefault("__annotations__", {})


def _set_bases(m: Interpreter, value: Value, new: Value) -> None:
    raise NotSimulated("changing the bases of a class")


for _name, _read, _write in (
    ("__name__", _class_name, _set_class_name), ("__qualname__", lambda m, value: value.qualname, _set_qualname),
    ("__module__", _class_module, _set_module), ("__mro__", lambda m, value: value.mro, None),
    ("__bases__", lambda m, value: value.bases, _set_bases), ("__dict__", _class_dict, None),
    ("__doc__", _class_doc, _set_doc), ("__annotations__", _class_annotations, None),
    ("__base__", lambda m, value: value.bases[0] if value.bases else None, None),
):  # fmt: skip
    TYPE.names[_name] = GetSet("type", _name, _read, _write)
