"""Functions of the host that programs can call, and attributes that the host computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from fakedocker.userland.languages.machine.cells import Shared, Value


class Native(Shared):
    """A function of the host that programs can call.

    Args:
        name: as messages call it.
        function: takes the machine and the arguments.
        owner: the builtin class whose method it is; "" for a function.
        takes_keywords: whether keyword arguments are passed on.
    """

    __slots__ = ("function", "module", "name", "owner", "takes_keywords")
    known: ClassVar[dict[str, Native]] = {}

    def __init__(
        self,
        name: str,
        function: Callable[..., Value],
        owner: str = "",
        takes_keywords: bool = False,
        module: str = "builtins",
    ) -> None:
        self.name = name
        self.function = function
        self.owner = owner
        self.takes_keywords = takes_keywords
        self.module = module
        key = self.key
        if key in Native.known:
            raise ValueError(f"two natives are called {key}")
        Native.known[key] = self

    @property
    def key(self) -> str:
        return f"{self.module}:{self.owner}.{self.name}"

    def reference(self) -> tuple[Value, ...]:
        return (self.key,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Native:
        return Native.known[reference[0]]


class GetSet(Shared):
    """An attribute of a builtin class that is computed: `read` takes the machine and the object; `write` its value, too."""

    __slots__ = ("name", "owner", "read", "write")
    known: ClassVar[dict[str, GetSet]] = {}

    def __init__(
        self,
        owner: str,
        name: str,
        read: Callable[[Value, Value], Value],
        write: Callable[[Value, Value, Value], None] | None = None,
    ) -> None:
        self.owner = owner
        self.name = name
        self.read = read
        self.write = write
        GetSet.known[f"{owner}.{name}"] = self

    def reference(self) -> tuple[Value, ...]:
        return (f"{self.owner}.{self.name}",)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> GetSet:
        return GetSet.known[reference[0]]
