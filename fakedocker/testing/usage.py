"""Saying what a container uses, with the sizes that people write."""

from __future__ import annotations

from typing import TypeAlias

from fakedocker.base import units
from fakedocker.containers.usage import MILLION, SetUsage, Usage
from fakedocker.engine.engine import Engine

Size: TypeAlias = int | str
"""Bytes, or as docker writes them: "300MiB", "1.5GB"."""


def say(
    engine: Engine,
    container: str,
    cpu: float | None,
    memory: Size | None,
    network: tuple[Size, Size] | None,
    disk: tuple[Size, Size] | None,
    size: Size | None,
) -> None:
    """See `FakeDocker.usage`."""
    if cpu is None and memory is None and network is None and disk is None and size is None:
        raise TypeError("nothing is said: expected some of cpu=, memory=, network=, disk= and size=")
    if cpu is not None and (not isinstance(cpu, int | float) or not cpu >= 0):
        raise ValueError(f"expected a number of CPUs, such as 1.5, not {cpu!r}")
    received, sent = _pair("network", "received and sent", network)
    read, written = _pair("disk", "read and written", disk)
    usage = Usage(
        cpu_millionths=None if cpu is None else round(cpu * MILLION),
        memory_bytes=None if memory is None else _bytes(memory, binary=True),
        received_bytes=received,
        sent_bytes=sent,
        read_bytes=read,
        written_bytes=written,
        size_bytes=None if size is None else _bytes(size),
    )
    engine.change("usage", SetUsage(container=container, usage=usage))


def _pair(name: str, parts: str, given: tuple[Size, Size] | None) -> tuple[int | None, int | None]:
    if given is None:
        return None, None
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ValueError(f"expected what was {parts}, such as {name}=('10MB', '2MB'), not {given!r}")
    return _bytes(given[0]), _bytes(given[1])


def _bytes(given: Size, binary: bool = False) -> int:
    """A size in bytes: of memory in powers of 1024 ("300m"), of all else in powers of 1000, as docker reads them."""
    try:
        found = (
            (units.parse_binary_size if binary else units.parse_decimal_size)(given)
            if isinstance(given, str)
            else given
        )
    except ValueError:
        found = -1
    if not isinstance(found, int) or found < 0:
        raise ValueError(f"expected a size, such as 300_000_000 or '300MB', not {given!r}")
    return found
