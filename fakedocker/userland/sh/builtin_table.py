"""The table of builtins: which there are in each shell. The modules of `builtins` enter themselves.

A `plain` builtin is `(shell, argv) -> status` and never waits. A `blocking` one is `(shell, argv, progress) -> status`:
it is called again when it can go on, and keeps what it needs with `save_progress`. A `control` one is `(shell, argv,
resume, check, tail) -> next operation`: it goes on somewhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct

from fakedocker.userland.sh.dialect import Dialect


class Builtin(Struct, frozen=True):
    name: str
    function: Callable[..., int]
    kind: str
    special: bool
    writes: bool
    dialects: frozenset[str]


_ALL = frozenset({"ash", "dash", "bash"})
_REGISTER: dict[str, Builtin] = {}
_Function = TypeVar("_Function", bound=Callable[..., int])


def builtin(
    *names: str, kind: str = "plain", special: bool = False, writes: bool = False, only: str = ""
) -> Callable[[_Function], _Function]:
    """Register a function under some names.

    Args:
        special: a special builtin of POSIX 2.14, whose errors end a shell.
        writes: it may write much to standard output.
        only: the dialects that have it, by default all.
    """

    def register(function: _Function) -> _Function:
        dialects = frozenset(only.split()) or _ALL
        for name in names:
            _REGISTER[name] = Builtin(name, function, kind, special, writes, dialects)
        return function

    return register


@lru_cache(8)
def builtins_of(dialect: Dialect) -> dict[str, Builtin]:
    """The builtins of one shell, by name."""
    return {name: entry for name, entry in _REGISTER.items() if dialect.name in entry.dialects}


def complain(
    shell: Any, name: str, message: str, status: int = 1
) -> int:  # Any: the shell, whose type is of a floor that stands on this one
    """A builtin's own error, which never ends the shell."""
    shell.complain(message, name)
    return status
