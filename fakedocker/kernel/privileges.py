"""What a process may do and use: capabilities of the superuser, and limits of resources.

Source: capabilities(7), getrlimit(2); fs/proc/base.c of Linux for /proc/PID/limits; moby oci/caps for the defaults.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

CAPABILITIES = (
    "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST "
    "NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE "
    "SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM "
    "BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split()
"""In the order of their bits."""
_BITS = {name: 1 << bit for bit, name in enumerate(CAPABILITIES)}
ALL_CAPABILITIES = sum(_BITS.values())


def mask(names: Iterable[str]) -> int:
    """The set of some capabilities, as a number."""
    return sum({_BITS[name] for name in names})


USUAL_CAPABILITIES = mask(
    (
        "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"
    ).split()
)
"""What the superuser of a container has, unless said otherwise."""


def has(capabilities: int, name: str) -> bool:
    return bool(capabilities & _BITS[name])


UNLIMITED = -1


class Resource(Struct, frozen=True):
    """A resource with a limit.

    Args:
        title, unit: as /proc/PID/limits has them.
        soft, hard: what a container has on Docker's defaults.
    """

    title: str
    unit: str = ""
    soft: int = UNLIMITED
    hard: int = UNLIMITED


RESOURCES: dict[str, Resource] = {
    "cpu": Resource("Max cpu time", "seconds"),
    "fsize": Resource("Max file size", "bytes"),
    "data": Resource("Max data size", "bytes"),
    "stack": Resource("Max stack size", "bytes", 8 << 20),
    "core": Resource("Max core file size", "bytes", 0),
    "rss": Resource("Max resident set", "bytes"),
    "nproc": Resource("Max processes", "processes"),
    "nofile": Resource("Max open files", "files", 1 << 20, 1 << 20),
    "memlock": Resource("Max locked memory", "bytes", 8 << 20, 8 << 20),
    "as": Resource("Max address space", "bytes"),
    "locks": Resource("Max file locks", "locks"),
    "sigpending": Resource("Max pending signals", "signals", 31488, 31488),
    "msgqueue": Resource("Max msgqueue size", "bytes", 819200, 819200),
    "nice": Resource("Max nice priority", "", 0, 0),
    "rtprio": Resource("Max realtime priority", "", 0, 0),
    "rttime": Resource("Max realtime timeout", "us"),
}

Limits = tuple[tuple[str, int, int], ...]
"""(resource, soft, hard) of those that differ from the usual."""


def limit(limits: Limits, name: str) -> tuple[int, int]:
    """The soft and the hard limit of a resource."""
    for resource, soft, hard in limits:
        if resource == name:
            return soft, hard
    usual = RESOURCES[name]
    return usual.soft, usual.hard


def with_limit(limits: Limits, name: str, soft: int, hard: int) -> Limits:
    return (*(entry for entry in limits if entry[0] != name), (name, soft, hard))


def above(one: int, other: int) -> bool:
    """Whether one limit allows more than another."""
    return other != UNLIMITED and (one == UNLIMITED or one > other)


def limits_text(limits: Limits) -> str:
    """/proc/PID/limits."""
    rows = ["Limit                     Soft Limit           Hard Limit           Units     \n"]
    for name, resource in RESOURCES.items():
        soft, hard = ("unlimited" if value == UNLIMITED else str(value) for value in limit(limits, name))
        unit = f"{resource.unit:<10}" if resource.unit else ""
        rows.append(f"{resource.title:<25} {soft:<20} {hard:<20} {unit}\n")
    return "".join(rows)
