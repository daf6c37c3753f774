"""Volumes as directories of the host: /var/lib/docker/volumes/NAME/_data, read and written there by the host's root.

A volume is a file system of its own, so that it costs nothing to make, measure and drop. On the host's disk its
directory shows that file system, by a mount that is not listed.

Source: moby volume/local/local.go (the directories and their modes).
"""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.records import HOST
from fakedocker.operations.system import files
from fakedocker.volumes.model import Volume
from fakedocker.world.draft import Draft

_VOLUMES = "/var/lib/docker/volumes"
_CLOSED = 0o701
"""Others may pass through, if they know the name."""


def show(draft: Draft, volume: Volume) -> None:
    """Let the host have a new volume's directory. OSError where a file is in the way."""
    host = draft.kernel_draft.namespaces[HOST]
    for directory, mode in ((_VOLUMES, _CLOSED), (f"{_VOLUMES}/{volume.name}", _CLOSED), (volume.mountpoint, 0o755)):
        if not files.exists(draft, host.mounts, directory):
            files.put(draft, host.mounts, LayerEntry(directory.lstrip("/"), "dir", mode, mtime_ns=draft.now_ns))
    if (volume.options or {}).get("type") == "tmpfs":
        return  # it is mounted for containers, while they run
    mount = Mount(volume.mountpoint, volume.file_system, listed=False)
    draft.kernel.update_namespace(HOST, mounts=host.mounts.adding([mount]))


def hide(draft: Draft, volumes: Sequence[Volume]) -> None:
    """Take the directories of volumes that are gone off the host, with whatever was put beside their data."""
    host = draft.kernel_draft.namespaces[HOST]
    draft.kernel.update_namespace(HOST, mounts=host.mounts.without(volume.mountpoint for volume in volumes))
    for volume in volumes:
        files.remove_tree(draft, draft.kernel_draft.namespaces[HOST].mounts, f"{_VOLUMES}/{volume.name}")
