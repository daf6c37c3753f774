"""What the kernel tells the floor above: a list that is drained after each turn. Plain values, no rules."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct


class Output(Struct, frozen=True, gc=False):
    """Bytes that came out of a stream. fd is 1 or 2; a terminal and an outside connection have only 1."""

    stream: str
    fd: int
    data: bytes


class Closed(Struct, frozen=True):
    """Nobody can write to that side of a stream any more."""

    stream: str
    fd: int


class InputDrained(Struct, frozen=True):
    """A process has read from a stream's input, which has room again."""

    stream: str


class Connected(Struct, frozen=True):
    """A process has connected to a socket that somebody outside of all processes listens at."""

    stream: str


class Exited(Struct, frozen=True):
    """A process that was started from outside has ended. pid is the host's; status is 128 + signal for a killed one.

    marked says whether its failure is that of a boundary of the simulation, bereft whether any that it has waited for
    has failed at one.
    """

    namespace: str
    pid: int
    status: int
    signal: int
    was_init: bool
    oom: bool
    marked: bool = False
    bereft: bool = False


class OutOfMemory(Struct, frozen=True):
    """The OOM killer has killed a process of this namespace."""

    namespace: str
    pid: int


class Alarm(Struct, frozen=True):
    """A timer set with `set_timer` is due."""

    key: Any


class Fault(Struct, frozen=True):
    """A simulated program has failed in a way that no program should: an error of ours. Its process was killed by SEGV."""

    namespace: str
    pid: int
    argv: tuple[str, ...]
    report: str


Emission: TypeAlias = Output | Closed | InputDrained | Connected | Exited | OutOfMemory | Alarm | Fault
