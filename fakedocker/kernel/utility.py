"""The body of a utility: the name of its program and a plain dict as its only memory."""

from __future__ import annotations

from typing import Any, cast

from fakedocker.kernel.program import Program, System


class Utility:
    """A restartable program. Each run calls it from its top; what it keeps is in `state`: dicts, lists, plain values."""

    __slots__ = ("name", "state")

    def __init__(self, name: str, state: dict[str, Any] | None = None) -> None:
        self.name = name
        self.state: dict[str, Any] = {} if state is None else state

    def run(self, system: System) -> int | None:
        program: Program = cast(Any, system).program(self.name)
        return program(system, system.argv, self.state)

    def copy(self) -> Utility:
        return Utility(self.name, copy_plain(self.state) if self.state else {})


def copy_plain(value: Any) -> Any:
    """A copy of nested dicts and lists; all else is taken to be immutable."""
    if type(value) is dict:
        return {key: copy_plain(part) if type(part) in _MUTABLE else part for key, part in value.items()}
    if type(value) is list:
        return [copy_plain(part) if type(part) in _MUTABLE else part for part in value]
    if type(value) is set:
        return set(value)
    if type(value) is bytearray:
        return bytearray(value)
    return value


_MUTABLE = frozenset({dict, list, set, bytearray})
