"""The builtin functions that are none of numbers or containers."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import calls, generators, iteration, texts
from fakedocker.userland.languages.python.attribute_changes import delete_attribute, set_attribute
from fakedocker.userland.languages.python.attributes import (
    MISSING,
    find_attribute,
    get_attribute,
    is_native_method,
    special,
    user_special,
)
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import (
    NONE_FOUND,
    class_of,
    find_in_class,
    native,
    payload_of,
    type_name,
)
from fakedocker.userland.languages.python.values import (
    END,
    Class,
    Function,
    Generator,
    Instance,
    Method,
    Module,
    Native,
    Super,
    UserClass,
    Wrapped,
)


@native("len")
def _len(m: Interpreter, value: Value) -> Value:
    kind = type(value)
    if kind in (list, dict, str, tuple, bytes, bytearray, range, SetValue):
        return len(value)
    method = special(m, value, "__len__")
    if method is not None:
        if is_native_method(method):
            return (
                len(payload_of(value))
                if isinstance(value, Instance) and value.payload is not None
                else m.call_now(method, [])
            )
        return m.length(m.call_now(method, []))
    raise type_error(f"object of type '{type_name(value)}' has no len()")


@native("repr")
def _repr(m: Interpreter, value: Value) -> Value:
    method = user_special(value, "__repr__")
    return m.shown(value) if method is None else texts.called_repr(m, value, method)


@native("ascii")
def _ascii(m: Interpreter, value: Value) -> Value:
    return texts.to_ascii(m, value)


@native("format")
def _format(m: Interpreter, value: Value, format_spec: Value = "") -> Value:
    if type(payload_of(format_spec)) is not str:
        raise type_error(
            f"format() argument 2 must be str, not {'None' if format_spec is None else type_name(format_spec)}"
        )
    return texts.to_format(m, value, format_spec)


@native("hash")
def _hash(m: Interpreter, value: Value) -> Value:
    if type(value) in (list, dict, bytearray) or (type(value) is SetValue and value.cls.name == "set"):
        raise type_error(f"unhashable type: '{type_name(value)}'")
    return m.hash_of(value)


@native("id")
def _id(m: Interpreter, value: Value) -> Value:
    return m.address_of(value)


@native("callable")
def _callable(m: Interpreter, value: Value) -> Value:
    return (
        type(value) in (Function, Native, Method)
        or isinstance(value, Class)
        or special(m, value, "__call__") is not None
    )


def _classes(m: Interpreter, given: Value, function: str) -> list[Class]:
    from fakedocker.userland.languages.python.generics import GenericAlias, Union

    if type(given) is GenericAlias:
        raise type_error(f"{function}() argument 2 cannot be a parameterized generic")
    pending, found = [given], []
    for each in pending:
        if type(each) is tuple:
            pending += each
        elif isinstance(each, Class):
            found.append(each)
        elif isinstance(each, Union):
            pending += each.args
        elif each is None and type(given) is not tuple:
            raise _no_class(m, function)
        elif each is None:
            found.append(class_of(None))
        else:
            raise _no_class(m, function)
    return found


def _no_class(m: Interpreter, function: str) -> Raised:
    union = ", a tuple of types, or a union" if m.minor >= 10 else " or tuple of types"
    if function == "isinstance":
        return type_error(f"isinstance() arg 2 must be a type{union}")
    return type_error(
        "issubclass() arg 2 must be a class, a tuple of classes, or a union"
        if m.minor >= 10
        else "issubclass() arg 2 must be a class or tuple of classes"
    )


def _is_subclass(m: Interpreter, cls: Class, wanted: Class, value: Value, name: str) -> bool:
    if wanted in cls.mro:
        return True
    if wanted.meta.name != "type":
        hook = find_in_class(wanted.meta, name)
        if hook is not None and type(hook) is not Native:
            return bool(m.truth(m.call_now(m.bound(hook, wanted), [value])))
    check = find_in_class(wanted, "__subclasshook__")
    if type(check) is Wrapped:
        found = m.call_now(Method(check.function, wanted), [cls])
        if found is True:
            return True
    return False


@native("isinstance")
def _isinstance(m: Interpreter, value: Value, wanted: Value) -> Value:
    cls = class_of(value)
    if isinstance(wanted, Class) and wanted in cls.mro:
        return True
    classes = _classes(m, wanted, "isinstance")
    if any(_is_subclass(m, cls, each, value, "__instancecheck__") for each in classes):
        return True
    if type(value) is not Instance or find_in_class(cls, "__class__") is None:
        return False
    told = get_attribute(m, value, "__class__")
    return isinstance(told, Class) and told is not cls and any(each in told.mro for each in classes)


@native("issubclass")
def _issubclass(m: Interpreter, cls: Value, wanted: Value) -> Value:
    if not isinstance(cls, Class):
        raise type_error("issubclass() arg 1 must be a class")
    return any(_is_subclass(m, cls, each, cls, "__subclasscheck__") for each in _classes(m, wanted, "issubclass"))


_NOTHING = object()


@native("getattr")
def _getattr(m: Interpreter, value: Value, name: Value, default: Value = _NOTHING) -> Value:
    if type(name) is not str:
        raise type_error(f"attribute name must be string, not '{type_name(name)}'")
    if default is _NOTHING:
        return get_attribute(m, value, name)
    try:
        found = find_attribute(m, value, name)
        if found is MISSING:
            get_attribute(m, value, name)
        return found
    except Raised as raised:
        if EXCEPTIONS["AttributeError"] not in raised.value.cls.mro:
            raise
        return default


@native("hasattr")
def _hasattr(m: Interpreter, value: Value, name: Value) -> Value:
    return _getattr(m, value, name, _NOTHING_THERE) is not _NOTHING_THERE


_NOTHING_THERE = object()


@native("setattr")
def _setattr(m: Interpreter, value: Value, name: Value, new: Value) -> Value:
    if type(name) is not str:
        raise type_error(f"attribute name must be string, not '{type_name(name)}'")
    set_attribute(m, value, name, new)


@native("delattr")
def _delattr(m: Interpreter, value: Value, name: Value) -> Value:
    delete_attribute(m, value, name)


@native("dir")
def _dir(m: Interpreter, value: Value = _NOTHING) -> Value:
    from fakedocker.userland.languages.python.real_names import directory

    if value is _NOTHING:
        return sorted(_local_names(m))
    method = special(m, value, "__dir__")
    if method is not None and not is_native_method(method):
        return sorted(m.items_now(m.call_now(method, [])))
    return directory(m, value)


def _local_names(m: Interpreter) -> dict[str, Value]:
    from fakedocker.userland.languages.python.frame_names import local_names

    return local_names(m, m.active_frame())


@native("vars")
def _vars(m: Interpreter, value: Value = _NOTHING) -> Value:
    if value is _NOTHING:
        return _local_names(m)
    found = find_attribute(m, value, "__dict__")
    if found is MISSING:
        raise type_error("vars() argument must have __dict__ attribute")
    return found


@native("globals")
def _globals(m: Interpreter) -> Value:
    return m.active_frame().globals


@native("locals")
def _locals(m: Interpreter) -> Value:
    return _local_names(m)


@native("iter")
def _iter(m: Interpreter, value: Value, sentinel: Value = _NOTHING) -> Value:
    if sentinel is not _NOTHING:
        return calls.Tail(m.hidden_function("until"), [value, sentinel])
    found = generators.plain_iterator(m, value)
    if found is not None:
        return found
    method = generators.iterator_maker(m, value)
    return method if type(method) is Generator else calls.Tail(method, [])


@native("next")
def _next(m: Interpreter, iterator: Value, default: Value = _NOTHING) -> Value:
    if isinstance(iterator, iteration.Iterator):
        found = iterator.step(m)
        if found is not END:
            return found
        if default is _NOTHING:
            raise error("StopIteration")
        return default
    if type(iterator) is Generator and default is _NOTHING:
        if not generators.resume(m, iterator, None, generators.THROWS):
            raise error("StopIteration")
        return calls.ENTERED
    method = special(m, iterator, "__next__")
    if method is None:
        raise type_error(f"'{type_name(iterator)}' object is not an iterator")
    if default is _NOTHING:
        return calls.Tail(method, [])
    return calls.Tail(m.hidden_function("next_or"), [method, default])


@native("__new__", "reversed")
def _reversed(m: Interpreter, cls: Value, value: Value) -> Value:
    plain = payload_of(value)
    method = special(m, value, "__reversed__")
    if method is not None and not is_native_method(method):
        return calls.Tail(method, [])
    if _goes_by_index(value):
        return calls.Tail(m.hidden_function("backwards"), [value, _len(m, value)])
    if type(plain) in (list, tuple, str, range, bytes, bytearray):
        return iteration.ReversedIterator(plain)
    if type(plain) is dict:
        return iteration.DictIterator(plain, "keys", True)
    if type(plain) is iteration.DictView:
        return iteration.ReversedIterator(plain.listed())
    if method is not None:
        return calls.Tail(method, [])
    raise type_error(f"'{type_name(value)}' object is not reversible")


def _goes_by_index(value: Value) -> bool:
    """Whether the program's own `__getitem__` or `__len__` is asked for what stands where."""
    if not isinstance(value, Instance) or type(value.payload) in (dict, list):
        return False
    found = [find_in_class(value.cls, name) for name in ("__getitem__", "__len__")]
    is_own = any(each is not None and each is not NONE_FOUND and type(each) is not Native for each in found)
    return is_own and found[0] is not None and found[0] is not NONE_FOUND


@native("__import__", keywords=True)
def _import(
    m: Interpreter, name: Value, globals: Value = None, locals: Value = None, fromlist: Value = (), level: Value = 0
) -> Value:
    return calls.Tail(m.hidden_function("import_"), [name, bool(fromlist)])


def _exit(m: Interpreter, code: Value = None) -> Value:
    raise error("SystemExit", *(() if code is None else (code,)))


for _name in ("exit", "quit"):
    native(_name)(_exit)


__all__ = ["Module", "Super", "UserClass"]
