"""The host's devices that a container is given: which there are, and their nodes in it.

Source: moby daemon/oci_linux.go WithDevices, oci/devices_linux.go; runc libcontainer/rootfs_linux.go createDevices.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.numbers import parse_whole
from fakedocker.base.paths import clean
from fakedocker.base.patterns import lazy_pattern
from fakedocker.containers.model import Container
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.walk import MountTable
from fakedocker.kernel.devices import HOST_DEVICES, device_files_with
from fakedocker.network.model import HOST
from fakedocker.operations.system import files
from fakedocker.wire.container import DeviceMapping, HostConfig
from fakedocker.world.draft import Draft

_NO_DEVICE = "not a device node"
_NOT_TAKEN = ("console", "fd", "mqueue", "pts", "shm")
"""What a privileged container does not have of the host's /dev (containerd pkg/oci HostDevices)."""
_RULE = lazy_pattern(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}")
DEVICE_LIMITS = (
    "blkio_weight_device", "blkio_device_read_bps", "blkio_device_write_bps", "blkio_device_read_iops", "blkio_device_write_iops",
)  # fmt: skip
"""The limits that are each of a device."""


def make(draft: Draft, container: Container) -> None:
    """Make the nodes of a container that starts: those in /dev in its tmpfs, others among its own files.

    Raises:
        Refusal: the host has no such device.
    """
    host = container.host_config
    check_limits(draft, host)
    entries = list(_nodes(draft, host))
    if not host.privileged:
        for rule in host.device_cgroup_rules or ():
            _check_rule(rule)
    if not entries:
        return
    inside = [replace(entry, path=entry.path.removeprefix("dev/")) for entry in entries if _in_dev(entry)]
    draft.kernel_draft.put_filesystem(f"tmpfs:{container.id}:/dev", device_files_with(inside))
    own = files.only(container.id)
    for entry in entries:
        if not _in_dev(entry) and not files.exists(draft, own, f"/{entry.path}"):
            files.put(draft, own, entry)


def _in_dev(entry: LayerEntry) -> bool:
    return entry.path.startswith("dev/")


def _nodes(draft: Draft, host: HostConfig) -> Iterator[LayerEntry]:
    for mapping in host.devices or ():
        if not host.privileged or mapping.path_on_host != mapping.path_in_container:
            yield from _mapped(draft, mapping)
    if host.privileged:
        for entry in _below(draft, files.only(HOST_DEVICES), "/", "/dev"):
            if entry.path.split("/")[1] not in _NOT_TAKEN:
                yield entry


def _mapped(draft: Draft, mapping: DeviceMapping) -> Iterator[LayerEntry]:
    """A device, or all in a directory."""
    path = mapping.path_on_host
    try:
        found = list(_below(draft, _host(draft), path, mapping.path_in_container or path))
    except OSError as problem:
        raise messages.DEVICE_UNKNOWN(path=path, problem=os.strerror(problem.errno or errno.ENOENT).lower()) from None
    if not found:
        raise messages.DEVICE_UNKNOWN(path=path, problem=_NO_DEVICE)
    yield from found


def _below(draft: Draft, table: MountTable, path: str, shown: str) -> Iterator[LayerEntry]:
    for entry in files.subtree(draft, table, path, clean(shown).lstrip("/"), follow=True):
        if entry.kind in ("char", "block"):
            yield entry


def _host(draft: Draft) -> MountTable:
    return draft.kernel_draft.namespaces[HOST].mounts


def _check_rule(rule: str) -> None:
    """Refuse a rule that is none (moby oci/oci.go AppendDevicePermissionsFromCgroupRules)."""
    match = _RULE.fullmatch(rule)
    if match is None:
        raise messages.DEVICE_RULE(rule=rule)
    for what, number in zip(("major", "minor"), match.groups(), strict=True):
        if number != "*" and parse_whole(number) is None:
            raise messages.DEVICE_RULE_NUMBER(what=what, rule=rule)


def check_limits(draft: Draft, host: HostConfig) -> None:
    """Limits of devices are of devices that there are."""
    for field in DEVICE_LIMITS:
        for limit in getattr(host, field) or ():
            path = str(limit.get("Path", ""))
            if not files.exists(draft, _host(draft), path):
                raise messages.DEVICE_NO_STAT(path=path)


def check_requests(container: Container) -> None:
    """Refuse what --gpus asks for: this machine has no driver that could give it (moby daemon/devices.go handleDevice)."""
    for request in container.host_config.device_requests or ():
        driver = str(request.get("Driver") or "")
        if driver == "cdi":
            raise messages.CDI_DEVICES(devices=", ".join(map(str, request.get("DeviceIDs") or ())))
        sets = ("[" + " ".join(map(str, names)) + "]" for names in request.get("Capabilities") or ())
        raise messages.DEVICE_DRIVER(driver=driver, capabilities=f"[{' '.join(sets)}]")
