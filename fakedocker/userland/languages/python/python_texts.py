"""How values of a script are shown, and which exceptions there are: str(), repr(), names and ancestors of classes."""

from __future__ import annotations

import builtins
from typing import Final

from fakedocker.userland.languages.python import python_packages
from fakedocker.userland.languages.python.python_values import Member, Method, Raised, Thing, Value
from fakedocker.userland.languages.script_machine import FunctionValue

EXCEPTIONS: Final = {
    name: value for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}  # fmt: skip


def shown(value: Value) -> str:
    """str() of a value of the script."""
    if isinstance(value, Raised):
        return (
            shown(value.arguments[0])
            if len(value.arguments) == 1
            else shown(value.arguments)
            if value.arguments
            else ""
        )
    return value if isinstance(value, str) else representation(value)


def class_name(value: Value) -> str:
    """How a class of exceptions is named in `Raised`."""
    if not isinstance(value, Member):
        raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    return f"{value.module}.{value.name}" if value.module else value.name


def ancestors_of(kind: str) -> set[str]:
    """A class of exceptions and those it descends from."""
    found = set(python_packages.ancestors(kind))
    for name in [*found, kind]:
        if name in EXCEPTIONS:
            found |= {each.__name__ for each in EXCEPTIONS[name].__mro__}
    return found | {kind}


def representation(value: Value) -> str:
    """repr() of one."""
    if isinstance(value, Member):
        if not value.module:
            return (
                f"<class '{value.name}'>"
                if value.name in ("int", "str", "float", "bool", "list", "dict", "tuple", "NoneType")
                else f"<built-in function {value.name}>"
            )
        return f"<built-in function {value.name}>" if value.name else f"<module '{value.module}' (built-in)>"
    if isinstance(value, Raised):
        return f"{value.kind.rpartition('.')[2]}({', '.join(map(representation, value.arguments))})"
    if isinstance(value, Thing):
        return f"<{value.kind} object at 0x7f{int(value.number):010x}>"
    if isinstance(value, FunctionValue | Method):
        return f"<function at 0x7f{value[0] if isinstance(value, FunctionValue) else 0:010x}>"
    return repr(value)
