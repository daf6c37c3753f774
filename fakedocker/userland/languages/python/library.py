"""The simulated library: which modules there are, what is in them, and the texts of those written in Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OBJECT, TYPE
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import NOT_IMPLEMENTED, UNBOUND, BuiltinClass, Class, Native

BUILTINS: Final[dict[str, Value]] = {
    "None": None, "True": True, "False": False, "Ellipsis": ..., "NotImplemented": NOT_IMPLEMENTED, "__debug__": True,
    "object": OBJECT, "type": TYPE, **EXCEPTIONS,
}  # fmt: skip
"""The names that are everywhere. Filled by the modules that define them."""
HERE: Final = "fakedocker.userland.languages.python"
Names = Callable[[Any], dict[str, Value]]
NAMES: Final[dict[str, Names]] = {}
"""What a module has besides its functions, by its name."""
MODULES: Final[dict[str, str]] = {}
"""The modules of the library -> where their natives are, "" for none; read from guest/modules.txt."""
PACKAGES: Final[set[str]] = set()
"""Modules of packages of other people, which are there once they are installed."""
BUILT_IN: Final = frozenset(("sys", "builtins", "time", "_natives"))


def _read_modules() -> None:
    for line in text_of("modules").strip().split("\n"):
        name, _, where = line.partition(":")
        MODULES[name.strip()] = where.strip().removeprefix("package")
        if where.strip() == "package":
            PACKAGES.add(name.strip())


@cache
def text_of(name: str) -> str:
    """A text of the library that is written in Python."""
    return resources.files(HERE).joinpath(f"guest/{name}.txt").read_text("utf-8")


@cache
def has_text(name: str) -> bool:
    return resources.files(HERE).joinpath(f"guest/{name}.txt").is_file()


def names_for(module: str) -> Callable[[Names], Names]:
    """Register what gives a module's names that are no natives; it takes the interpreter."""

    def register(function: Names) -> Names:
        NAMES[module] = function
        return function

    return register


def has(name: str) -> bool:
    """Whether a module is simulated."""
    return name in MODULES


def natives_of(module: str) -> dict[str, Value]:
    """The functions of a module that are the host's."""
    return {
        each.name: each
        for each in list(Native.known.values())
        if each.module == module and not each.owner and each.name[0] not in "*@"
    }


@cache
def _hidden_defaults() -> dict[str, tuple[Value, ...]]:
    return {}


def hidden_defaults(name: str) -> tuple[Value, ...]:
    """The defaults of a function of the hidden library."""
    return _hidden_defaults().get(name, ())


def hidden_names(m: Interpreter) -> dict[str, Value]:
    """The global names of the hidden library: natives that no program sees."""
    return {each.name: each for each in list(Native.known.values()) if each.module == "_natives" and not each.owner}


def add_builtins() -> None:
    """Put all natives and classes of the builtins among the names that are everywhere."""
    for each in BuiltinClass.known.values():
        if each.module == "builtins" and each.name in _PUBLIC:
            BUILTINS[each.name] = each
    BUILTINS.update({name: each for name, each in natives_of("builtins").items() if name in _FUNCTIONS})


_PUBLIC: Final = frozenset(
    "bool bytearray bytes classmethod complex dict enumerate filter float frozenset int list map memoryview object property"
    " range reversed set slice staticmethod str super tuple type zip".split()
)
_FUNCTIONS: Final = frozenset(
    "abs all any ascii bin callable chr delattr dir divmod eval exec format getattr globals hasattr hash hex id input"
    " isinstance issubclass iter len locals max min next oct open ord pow print repr round setattr sorted sum vars"
    " __import__ __build_class__ exit quit compile breakpoint help copyright credits license aiter anext".split()
)
_read_modules()
__all__ = ["UNBOUND", "Class"]
