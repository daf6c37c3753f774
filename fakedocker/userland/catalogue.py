"""The table of programs: which module has each, imported when the program is first run.

Start-up time is why: a session that runs three programs imports three modules.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from fakedocker.kernel.program import Program, System

# Which names each module defines; a program `name` is the module's function `name`, `[` is `test`.
_MODULES: Final[dict[str, str]] = {
    "basic": "cat echo false sleep true yes",
}

_FUNCTIONS: Final = {"[": "test", "egrep": "grep", "fgrep": "grep"}


class Lazy:
    """A program that is imported when it is first called."""

    __slots__ = ("_function", "_module", "_name")

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name
        self._function: Program | None = None

    def __call__(self, system: System, argv: tuple[str, ...], state: dict[str, Any], /) -> int:
        function = self._function
        if function is None:
            module = import_module(f"fakedocker.userland.{self._module}")
            function = self._function = module.PROGRAMS[self._name]
        assert function is not None
        return function(system, argv, state)

    def __repr__(self) -> str:
        return f"<program {self._name}>"


PROGRAMS: Final[dict[str, Program]] = {
    name: Lazy(module, name) for module, names in _MODULES.items() for name in names.split()
}
