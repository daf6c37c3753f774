"""Where nothing may be mounted in a container.

Source: runc libcontainer/rootfs_linux.go checkProcMount.
"""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.containers.model import Container
from fakedocker.images import overlay_names
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.volumes.model import MountSpec
from fakedocker.world.draft import Draft

_PROC = "/proc"
_REPLACEABLE = frozenset(
    (
        "cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo net/dev sys/kernel/ns_last_pid sys/crypto/fips_enabled"
    ).split()
)
"""Files of proc that may be covered, as lxcfs does."""


def check(draft: Draft, container: Container) -> None:
    """Refuse a start with a mount over what the kernel tells of processes.

    Raises:
        Refusal: in runc's words.
    """
    for mount in rootfs.outermost_first(draft, container):
        inside = mount.target.removeprefix(f"{_PROC}/")
        if mount.target == _PROC and not _is_proc(draft, mount):
            reason = messages.MOUNT_NOT_PROC
        elif inside != mount.target and inside not in _REPLACEABLE:
            reason = messages.MOUNT_IN_PROC
        else:
            continue
        source = {"tmpfs": "tmpfs", "bind": mount.source}.get(mount.type) or draft.volumes[mount.source].mountpoint
        place = f"{overlay_names.path_of_container(container.id)}/merged{mount.target}"
        raise messages.RUNC_INIT(
            problem=messages.MOUNT_REFUSED.format(source=source, target=mount.target, place=place, reason=reason)
        )


def _is_proc(draft: Draft, mount: MountSpec) -> bool:
    if mount.type != "bind":
        return False
    try:
        return files.locate(draft, rootfs.host_mounts(draft), mount.source).mount.kind == "proc"
    except OSError:
        return False
