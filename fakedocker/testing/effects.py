"""Options that were accepted and have no effect: fields that nobody knows, and fields that are recorded and not acted
upon.

A real engine ignores the first as well; the second a real engine heeds, and a test that relies on them tests nothing
here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from fakedocker.faults.requests import asked
from fakedocker.wire.container import Config, CreateRequest, HostConfig, UpdateRequest
from fakedocker.wire.execs import ExecRequest
from fakedocker.wire.http import Request

_BODIES: Final[dict[str, type[Any]]] = {"create": CreateRequest, "update": UpdateRequest, "exec": ExecRequest}

RECORDED_ONLY: Final = frozenset(
    "blkio_device_read_bps blkio_device_read_iops blkio_device_write_bps blkio_device_write_iops blkio_weight"
    " blkio_weight_device cap_add cgroup cgroup_parent cgroupns_mode cpu_count cpu_percent cpu_period cpu_quota"
    " cpu_realtime_period cpu_realtime_runtime cpu_shares cpuset_cpus cpuset_mems device_cgroup_rules device_requests"
    " io_maximum_bandwidth io_maximum_iops ipc_mode isolation kernel_memory kernel_memory_tcp memory_reservation"
    " memory_swappiness nano_cpus network_disabled oom_kill_disable pid_mode security_opt storage_opt"
    " userns_mode volume_driver".split()
)
"""Fields of HostConfig and Config that are shown by inspect and change nothing else."""


_ALWAYS_SENT: Final = frozenset({("exec", "Container")})
"""Fields that docker-py sends with every such request, whatever the caller has said."""


class Ineffective(NamedTuple):
    """An option that has no effect.

    Args:
        known: whether a real engine knows and heeds it.
    """

    operation: str
    field: str
    known: bool

    def __str__(self) -> str:
        reason = "recorded, and not simulated" if self.known else "not known to the engine, and ignored"
        return f"{self.operation} {self.field}: {reason}"


def ignored_options(requests: Iterable[Request]) -> Counter[Ineffective]:
    """What of some requests had no effect, and how often."""
    found: Counter[Ineffective] = Counter()
    for request in requests:
        operation = asked(request).operation
        kind = _BODIES.get(operation)
        if kind is not None and request.body:
            try:
                body = json.loads(request.body)
            except ValueError:
                continue
            fields = [field for field in _fields(body, kind, "") if (operation, field[0]) not in _ALWAYS_SENT]
            found.update(Ineffective(operation, *field) for field in fields)
    return found


def _fields(body: Any, kind: type[Any], path: str) -> Iterator[tuple[str, bool]]:
    if not isinstance(body, dict):
        return
    known = {field.encode_name.lower(): field for field in msgspec.structs.fields(kind)}
    for key, value in body.items():
        field = known.get(key.lower())
        name = f"{path}{key}"
        if field is None:
            yield name, False
        elif field.encode_name == "HostConfig":
            yield from _fields(value, HostConfig, f"{name}.")
        elif field.name in RECORDED_ONLY and value not in (None, 0, "", False, [], {}) and _acts(kind):
            yield name, True


def _acts(kind: type[Any]) -> bool:
    return issubclass(kind, HostConfig | Config | UpdateRequest)


def report(found: Counter[Ineffective]) -> list[str]:
    """A line each, the same ones together."""
    return [f"{item}" + (f" ({count} times)" if count > 1 else "") for item, count in sorted(found.items())]
