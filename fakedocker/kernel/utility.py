"""The body of a utility: the name of its program and a plain dict as its only memory."""

from __future__ import annotations

from typing import Any, ClassVar

from fakedocker.kernel.program import System

_PART_BYTES = 56
_MUTABLE: set[type] = {dict, list, set, bytearray}


class Memory:
    """Something in the state of a program that is more than plain data, and knows how it is copied and kept."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _MUTABLE.add(cls)

    def copy(self) -> Memory:
        """A copy that shares no mutable part with this one."""
        raise NotImplementedError

    def memory_bytes(self) -> int:
        """Roughly the real memory that it takes."""
        raise NotImplementedError


class Utility:
    """A restartable program. Each run calls it from its top; what it keeps is in `state`: dicts, lists, plain values.

    The kernel, which knows the programs by name, runs it.
    """

    __slots__ = ("name", "state")
    __stored__: ClassVar[dict[str, Any]] = {"name": str, "state": dict[str, Any]}

    def __init__(
        self, name: str, state: dict[str, Any] | None = None
    ) -> None:  # Any: plain data, which the program alone knows
        self.name = name
        self.state: dict[str, Any] = {} if state is None else state

    def run(self, system: System) -> int | None:
        raise NotImplementedError("the kernel looks the program up and calls it")

    def copy(self) -> Utility:
        state = self.state
        for value in state.values():
            if type(value) in _MUTABLE:
                return Utility(self.name, copy_plain(state))
        return Utility(self.name, state.copy())

    def memory_bytes(self) -> int:
        return measure_plain(self.state)


def measure_plain(value: Any) -> int:  # Any: nested plain data
    """Roughly the memory that nested plain data takes, in bytes. Parts that occur twice count twice. O(number of parts)."""
    total = 0
    pending = [value]
    while pending:
        part = pending.pop()
        total += _PART_BYTES
        if isinstance(part, Memory):
            total += part.memory_bytes()
        elif isinstance(part, bytes | str | bytearray):
            total += len(part)
        elif isinstance(part, dict):
            pending.extend(part)
            pending.extend(part.values())
        elif isinstance(part, list | tuple | set | frozenset):
            pending.extend(part)
    return total


def copy_plain(value: Any) -> Any:  # Any: nested plain data
    """A copy of nested dicts and lists, and memories in them; all else is taken to be immutable."""
    if type(value) is dict:
        return {key: copy_plain(part) if type(part) in _MUTABLE else part for key, part in value.items()}
    if type(value) is list:
        return [copy_plain(part) if type(part) in _MUTABLE else part for part in value]
    if type(value) is set:
        return set(value)
    if type(value) is bytearray:
        return bytearray(value)
    if isinstance(value, Memory):
        return value.copy()
    return value
