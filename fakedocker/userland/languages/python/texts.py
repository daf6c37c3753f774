"""str(), repr() and format() of any value."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import iteration, sets, types
from fakedocker.userland.languages.python.attributes import special, user_special
from fakedocker.userland.languages.python.errors import OBJECT, error, type_error
from fakedocker.userland.languages.python.operators import check_size
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, find_in_class, is_slot, payload_of, type_name
from fakedocker.userland.languages.python.values import (
    NOT_IMPLEMENTED,
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
    Super,
    Wrapped,
)

_MOST_NESTED: Final = 60
_DESCRIPTORS: Final = {
    "int": "attribute",
    "float": "attribute",
    "complex": "member",
    "range": "member",
    "slice": "member",
}
_ATOMS: Final = frozenset({int, float, complex, bool, str, bytes, type(None), bytearray, range})


def to_str(m: Interpreter, value: Value) -> str:
    """str(value)."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind in _ATOMS:
        if kind is int and value.bit_length() > 4096:
            m.grown(value.bit_length() >> 4)
        return str(value)
    method = user_special(value, "__str__")
    if method is not None:
        return _checked(m, m.call_now(m.bound(method, value), []), "__str__")
    if type(value) is Instance and type(value.payload) is str:
        return value.payload  # whatever its __repr__ is: str has a __str__ of its own
    if isinstance(value, Instance) and user_special(value, "__repr__") is None:
        native = find_in_class(value.cls, "__str__")
        if type(native) is Native and native.owner not in ("object", "BaseException"):
            return str(m.call_special(native, value, value.cls))
        if type(value) is ExceptionValue:
            return str(m.exception_text(value))
    if type(value) is ExceptionValue:
        return str(m.exception_text(value))
    method = user_special(value, "__repr__")
    if method is not None:  # which object.__str__ calls, and str() looks at what comes of it
        return _checked(m, m.call_now(m.bound(method, value), []), "__str__")
    return to_repr(m, value)


def called_repr(m: Interpreter, value: Value, method: Value) -> Value:
    """What a program's own `__repr__` gives: a text, maybe of a class of its own."""
    found = m.call_now(m.bound(method, value), [])
    _checked(m, found, "__repr__")
    return found


def _checked(m: Interpreter, found: Value, name: str) -> str:
    if type(found) is Instance and type(found.payload) is str:
        found = found.payload
    if type(found) is not str:
        raise type_error(f"{name} returned non-string (type {type_name(found)})")
    return found


def to_repr(m: Interpreter, value: Value, around: tuple[Value, ...] = ()) -> str:
    """repr(value)."""
    kind = type(value)
    if kind in _ATOMS:
        if kind is int and value.bit_length() > 4096:
            m.grown(value.bit_length() >> 4)
        return repr(value)
    if kind in (list, tuple, dict, sets.SetValue, iteration.DictView):
        return _container(m, value, around)
    method = user_special(value, "__repr__")
    if method is not None:
        if any(value is each for each in around) and len(around) > 20:
            raise error("RecursionError", "maximum recursion depth exceeded")
        return _checked(m, m.call_now(m.bound(method, value), []), "__repr__")
    if isinstance(value, Instance):
        return _instance(m, value, around)
    return _others(m, value)


def _instance(m: Interpreter, value: Instance, around: tuple[Value, ...]) -> str:
    native = find_in_class(value.cls, "__repr__")
    if type(native) is Native and native.owner not in ("object", "BaseException"):
        return str(m.call_special(native, value, value.cls))
    if type(value) is ExceptionValue:
        return str(m.exception_repr(value))
    if value.payload is not None:
        payload = value.payload
        if type(payload) is sets.SetValue:
            return f"{value.cls.name}({_braces(m, payload, around)})" if len(payload) else f"{value.cls.name}()"
        return to_repr(m, payload, around)
    return f"<{_dotted(value.cls)} object at {m.address_text(value)}>"


def _dotted(cls: Class) -> str:
    return cls.qualname if cls.module == "builtins" else f"{cls.module}.{cls.qualname}"


def _braces(m: Interpreter, value: sets.SetValue, around: tuple[Value, ...]) -> str:
    inner = (*around, value)
    return "{" + ", ".join(to_repr(m, each, inner) for each in value.ordered()) + "}"


def _container(m: Interpreter, value: Value, around: tuple[Value, ...]) -> str:
    kind = type(value)
    if any(value is each for each in around):
        return {"list": "[...]", "dict": "{...}", "tuple": "(...)"}.get(kind.__name__, "...")
    if len(around) > _MOST_NESTED:
        raise NotSimulated("so deeply nested a value")
    if kind is not iteration.DictView and len(value) > 256:
        m.grown(len(value) >> 2)
    inner = (*around, value)
    if kind is list:
        return (
            "[" + ", ".join([repr(each) if type(each) in _ATOMS else to_repr(m, each, inner) for each in value]) + "]"
        )
    if kind is tuple:
        parts = [to_repr(m, each, inner) for each in value]
        return f"({parts[0]},)" if len(parts) == 1 else "(" + ", ".join(parts) + ")"
    if kind is dict:
        return (
            "{" + ", ".join(f"{to_repr(m, key, inner)}: {to_repr(m, each, inner)}" for key, each in value.items()) + "}"
        )
    if kind is iteration.DictView:
        return f"dict_{value.what}({to_repr(m, value.listed(), inner)})"
    if not len(value):
        return f"{value.cls.name}()"
    shown = _braces(m, value, around)
    return shown if value.cls is sets.SET else f"frozenset({shown})"


def _others(m: Interpreter, value: Value) -> str:
    kind = type(value)
    if isinstance(value, Class):
        own = special(m, value, "__repr__")
        if own is not None and type(own) is Method and type(own.function) is Function:
            return _checked(m, m.call_now(own, []), "__repr__")
        return f"<class '{_dotted(value)}'>"
    if kind is Function:
        return f"<function {value.names.get('__qualname__', value.code.qualname)} at {m.address_text(value)}>"
    if kind is Native:
        if value.owner:
            return f"<{'slot wrapper' if is_slot(value) else 'method'} '{value.name}' of '{value.owner}' objects>"
        return f"<built-in function {value.name}>"
    if kind is Method:
        if type(value.function) is Native:
            name, owner = value.function.name, value.owner
            shown = f"method-wrapper '{name}'" if is_slot(value.function) else f"built-in method {name}"
            return f"<{shown} of {type_name(owner)} object at {m.address_text(owner)}>"
        name = (
            value.function.names.get("__qualname__", value.function.code.qualname)
            if type(value.function) is Function
            else "?"
        )
        return f"<bound method {name} of {to_repr(m, value.owner)}>"
    if kind is Module:
        return _module(value)
    if kind is Generator:
        name = value.shown or value.kind.replace(" ", "_")
        if value.shown:
            return f"<{name} object at {m.address_text(value)}>"
        return f"<{name} object {value.qualname} at {m.address_text(value)}>"
    if value is ...:
        return "Ellipsis"
    if value is NOT_IMPLEMENTED:
        return "NotImplemented"
    if kind is slice:
        return f"slice({to_repr(m, value.start)}, {to_repr(m, value.stop)}, {to_repr(m, value.step)})"
    if kind is Super:
        return f"<super: <class '{value.start.name}'>, <{type_name(value.target)} object>>"
    if kind in (Property, Wrapped, SlotMember, GetSet):
        if kind is SlotMember:
            return f"<member '{value.name}' of '{value.owner.name}' objects>"
        if kind is GetSet:
            if value.owner not in _DESCRIPTORS:
                raise NotSimulated(f"how {value.name} of {value.owner} is shown")
            return f"<{_DESCRIPTORS[value.owner]} '{value.name}' of '{value.owner}' objects>"
        if kind is Wrapped:
            return f"<{value.kind}({to_repr(m, value.function)})>"
        return f"<property object at {m.address_text(value)}>"
    cls = class_of(value)
    native = find_in_class(cls, "__repr__")
    if type(native) is Native and native.owner != "object":
        return str(m.call_special(native, value, cls))
    return f"<{_dotted(cls)} object at {m.address_text(value)}>"


def _module(module: Module) -> str:
    path = module.names.get("__file__")
    if path is None and not module.simulated:
        return f"<module '{module.name}'>" if module.name == "__main__" else f"<module '{module.name}' (built-in)>"
    if path is None:
        raise NotSimulated(f"where the module {module.name} is from")
    return f"<module '{module.name}' from '{path}'>"


def to_format(m: Interpreter, value: Value, spec: str) -> str:
    """format(value, spec)."""
    kind = type(value)
    if kind in _ATOMS and kind not in (bytes, bytearray, type(None), range):
        if not spec:
            return to_str(m, value)
        return _host_format(m, value, spec)
    method = user_special(value, "__format__")
    if method is None and isinstance(value, Opaque | Instance):
        native = find_in_class(class_of(value), "__format__")
        if type(native) is Native and native.owner in ("int", "float", "str"):
            return _host_format(m, payload_of(value), spec, type_name(value)) if spec else to_str(m, value)
        if type(native) is Native and native.owner != "object":
            return str(m.call_special(native, value, class_of(value), spec))
    if method is not None:
        found = m.call_now(m.bound(method, value), [spec])
        if type(found) is not str:
            raise type_error(f"__format__ must return a str, not {type_name(found)}")
        return found
    if type(value) is Instance and type(value.payload) in (int, float, str) and user_special(value, "__str__") is None:
        return _host_format(m, value.payload, spec, type_name(value)) if spec else to_str(m, value.payload)
    if not spec:
        return to_str(m, value)
    raise type_error(f"unsupported format string passed to {type_name(value)}.__format__")


def _host_format(m: Interpreter, value: Value, spec: str, name: str = "") -> str:
    """What the host makes of a plain value; `name` is that of its class, where that is the program's own."""
    for part in re.findall(r"\d+", spec):
        if len(part) > 7 or int(part) > 1 << 20:
            check_size(m, 1 << 40)
    try:
        return format(value, spec)
    except ValueError as problem:
        words = str(problem)
        if name:
            words = words.replace(f"for object of type '{type_name(value)}'", f"for object of type '{name}'")
        if "Invalid format specifier" in words:
            shown = "Invalid format specifier"
            if m.minor >= 11:
                shown += f" '{spec}' for object of type '{name or type_name(value)}'"
            raise error("ValueError", shown) from None
        raise error("ValueError", words) from None


def to_ascii(m: Interpreter, value: Value) -> str:
    """ascii(value)."""
    return to_repr(m, value).encode("ascii", "backslashreplace").decode()


def converted(m: Interpreter, value: Value, conversion: int) -> Value:
    """A field's value after `!r`, `!s`, `!a`."""
    if conversion < 0:
        return value
    return {114: to_repr, 115: to_str, 97: to_ascii}[conversion](m, value)


__all__ = ["OBJECT", "types"]
