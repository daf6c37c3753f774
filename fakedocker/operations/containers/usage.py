"""Saying what a container uses: taken for what is measured, and for what its limit of memory is about."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict, replace

from fakedocker.base.messages import Refusal
from fakedocker.containers.model import Container
from fakedocker.containers.usage import MILLION, SetUsage, Usage
from fakedocker.operations.system import lookup
from fakedocker.world.draft import Draft

_OWN: Final = frozenset({"run_ns", "since_ns", "cpu_ns"})
"""What is not said but noted with it."""


class NoSuchUse(ValueError):
    """A container cannot use that; the message says why."""


def said_of(container: Container) -> Usage:
    """What is said of a container, of its present run and of its files."""
    usage = container.usage
    if usage is None or (container.has_process and usage.run_ns == container.started_ns):
        return usage or Usage()
    return Usage(size_bytes=usage.size_bytes)


def say(draft: Draft, wanted: SetUsage) -> None:
    """Take something for what a container uses. More memory than its limit ends it, as it would by itself.

    Raises:
        NoSuchUse: there is no such container, it has no process to use anything, or the machine has not so much.
    """
    try:
        container = lookup.container(draft, wanted.container)
    except Refusal:
        known = ", ".join(sorted(draft.container_names)) or "none"
        raise NoSuchUse(f"no container {wanted.container!r}; there are {known}") from None
    given = {name: value for name, value in asdict(wanted.usage).items() if name not in _OWN and value is not None}
    if not container.has_process and set(given) - {"size_bytes"}:
        raise NoSuchUse(
            f"container {container.name} is {container.status}: only a running one uses anything but room on the disk"
        )
    _check(draft, given)
    before = said_of(container)
    used_ns = before.cpu_used_ns(draft.now_ns)
    if used_ns is None:
        used_ns = draft.kernel.usage(container.id).cpu_ns if container.has_process else 0
    usage = replace(before, **given, run_ns=container.started_ns, since_ns=draft.now_ns, cpu_ns=used_ns)
    draft.containers[container.id] = replace(container, usage=usage)
    limit = container.host_config.memory
    if limit and (usage.memory_bytes or 0) > limit and not container.host_config.oom_kill_disable:
        draft.kernel.run_out_of_memory(container.pid)


def _check(draft: Draft, given: dict[str, int]) -> None:
    host = draft.host
    if given.get("cpu_millionths", 0) > host.cpus * MILLION:
        raise NoSuchUse(f"the machine has {host.cpus} CPUs, fewer than {given['cpu_millionths'] / MILLION:g}")
    if given.get("memory_bytes", 0) > host.memory_bytes:
        raise NoSuchUse(f"the machine has {host.memory_bytes} bytes of memory, less than {given['memory_bytes']}")
