"""Values like no others, and the machine that runs in a thread."""

from __future__ import annotations

from threading import local
from typing import Any, ClassVar, Final

from fakedocker.userland.languages.machine.cells import Shared, Value

Interpreter = Any
"""The interpreter as natives get it: see `interpreter.Interpreter`, which stands above them."""


class Active(local):
    """The machine that runs in this thread, for what the host calls without being told it: hashes and comparisons."""

    machine: Any = None


ACTIVE: Final = Active()


class Sign(Shared):
    """A value like no other: a variable without one, the end of an iterator."""

    __slots__ = ("name",)
    known: ClassVar[dict[str, Sign]] = {}

    def __init__(self, name: str) -> None:
        self.name = name
        Sign.known[name] = self

    def reference(self) -> tuple[Value, ...]:
        return (self.name,)

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Sign:
        return Sign.known[reference[0]]


UNBOUND: Final = Sign("unbound")
END: Final = Sign("end")
NOT_IMPLEMENTED: Final = Sign("NotImplemented")
