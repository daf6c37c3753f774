"""What values of the small Python are that are not Python's own: modules, methods, exceptions, objects of packages.

All of it is plain data. What packages ask of the evaluator is said here, so that they need not know it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.script_machine import Exit, Machine

Value = Any
"""A value of the small Python: plain data, so that its operators are Python's own; or one of the tuples below."""


class Member(NamedTuple):
    """A module (`name` empty), a member of one, or a builtin (`module` empty)."""

    module: str
    name: str


class Method(NamedTuple):
    """A method of a value."""

    value: Value
    name: str


class Raised(NamedTuple):
    """An exception as the script sees it. `kind` is its class, with the module unless that is a builtin one."""

    kind: str
    arguments: tuple[Value, ...]


class Thing(NamedTuple):
    """An object of a package's: what it has is in the memory of the process, under its number."""

    kind: str
    number: str


class ScriptError(Exception):
    """The script, or a package that it uses, has raised something."""

    def __init__(self, raised: Raised) -> None:
        super().__init__(*raised.arguments)
        self.raised = raised


def failure(kind: str, *arguments: Value) -> ScriptError:
    """What a package raises."""
    return ScriptError(Raised(kind, arguments))


class Serving(Exit):
    """The script is through, and a server goes on in its place. `plan` says which, see python_web."""

    def __init__(self, plan: dict[str, Value]) -> None:
        super().__init__(0)
        self.plan = plan


class Evaluator(Protocol):
    """What packages ask of the evaluator that calls them."""

    system: System
    state: State
    machine: Machine
    arguments: tuple[str, ...]
    version: str
    name: str

    def evaluate(self, expression: Value) -> Value: ...
    def make(self, kind: str, **data: Value) -> Thing:
        """A new object."""

    def data(self, thing: Thing) -> dict[str, Value]:
        """What an object has."""

    def bound(self, function: Value, arguments: list[Value], named: dict[str, Value]) -> list[Value]:
        """The arguments in the order of a function's parameters."""

    def call(self, function: Value, arguments: list[Value], named: dict[str, Value]) -> Value: ...
