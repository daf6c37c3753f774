"""What is said of arguments that a native does not take."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.binding import Keywords
from fakedocker.userland.languages.python.errors import Raised, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import OF_HOST, class_of, type_name
from fakedocker.userland.languages.python.values import BuiltinClass, Class, Instance, Native

_METHODS: Final = frozenset(
    {
        *((owner, "__getitem__") for owner in ("list", "dict")), *((owner, "__contains__") for owner in ("dict", "set", "frozenset")),
        *((owner, f"__{name}__") for owner in ("object", "int", "float", "complex", "str", "list", "dict") for name in ("format", "reversed", "sizeof", "reduce", "reduce_ex", "dir", "length_hint", "round", "trunc", "ceil", "floor", "getnewargs", "copy", "setstate")),
    }
)  # fmt: skip
"""What is written like an operation of a type and is a method of it in CPython."""


def too_many(m: Interpreter, name: str, most: int, given: int) -> Raised:
    """The words for too many arguments of a class that has keywords as well."""
    if m.minor >= 13:
        return type_error(f"{name} expected at most {most} arguments, got {given}")
    return type_error(f"{name}() takes at most {most} arguments ({given} given)")


def wrong_arguments(
    m: Interpreter, native: Native, args: list[Value], kwargs: Keywords, problem: TypeError
) -> Exception:
    """The exception for too many or too few arguments of a native."""
    code = getattr(native.function, "__code__", None)
    if code is None or kwargs or native.takes_keywords or code.co_flags & 0x0C:
        if code is None and not any(isinstance(each, Instance) for each in args):
            return problem
        if kwargs and code is not None:
            unknown = [
                name for name in kwargs if name not in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            ]
            called = native.owner if native.name == "__new__" else native.name
            if unknown and native.module == "builtins":
                if m.minor >= 13:
                    return type_error(f"{called}() got an unexpected keyword argument '{unknown[0]}'")
                return type_error(f"'{unknown[0]}' is an invalid keyword argument for {called}()")
        return NotSimulated(f"these arguments of {shown_name(native)}()")
    offset = 1 + bool(native.owner)
    most = code.co_argcount - offset
    least = most - len(native.function.__defaults__ or ())
    given = len(args) - bool(native.owner)
    if given < 0:
        words = f"unbound method {native.owner}.{native.name}() needs an argument"
        if is_slot(native):
            words = f"descriptor '{native.name}' of '{native.owner}' object needs an argument"
        return type_error(words) if m.minor >= 9 else NotSimulated("a method without its object")
    name = shown_name(native)
    if most == least == 0:
        return type_error(f"{name}() takes no arguments ({given} given)")
    if most == least == 1:
        return type_error(f"{name}() takes exactly one argument ({given} given)")
    limit, bound = ("least", least) if given < least else ("most", most)
    called = native.owner if native.name in ("__new__", "__init__") else native.name
    if most == least:
        return type_error(f"{called} expected {most} arguments, got {given}")
    return type_error(f"{called} expected at {limit} {bound} argument{'' if bound == 1 else 's'}, got {given}")


def is_slot(native: Native) -> bool:
    """Whether a native stands for an operation of a type, and not for a method."""
    return native.name.startswith("__") and (native.owner, native.name) not in _METHODS


def check_receiver(native: Native, args: list[Value]) -> None:
    """Raise TypeError in the program where a method that is asked of its class is given an object of another one."""
    host = OF_HOST.get(type(args[0])) if args else None
    if host is not None and host.name == native.owner:
        return
    cls = BuiltinClass.known.get(f"{native.module}.{native.owner}")
    if not args or cls is None or native.name == "__new__" or native.owner in ("object", "type"):
        return
    found = class_of(args[0])
    if cls in found.mro or native.name[0] in "*@" or isinstance(args[0], Class):
        return
    if is_slot(native):
        words = f"requires a '{native.owner}' object but received a '{type_name(args[0])}'"
    else:
        words = f"for '{native.owner}' objects doesn't apply to a '{type_name(args[0])}' object"
    raise type_error(f"descriptor '{native.name}' {words}")


def shown_name(native: Native) -> str:
    """How messages call a native."""
    return f"{native.owner}.{native.name}" if native.owner else native.name
