"""Where an engine has the layers of containers and images, as the API tells it."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.wire.naming import pascal


class GraphDriver(Struct, frozen=True, rename=pascal()):
    """GraphDriver of a container or an image: where overlay2 has its layers; of containerd's store it has the name."""

    data: dict[str, str] | None
    name: str


class Snapshot(Struct, frozen=True, rename=pascal()):
    """Snapshot of a container's storage: who keeps it."""

    name: str


class RootStorage(Struct, frozen=True, rename=pascal()):
    """RootFS of a container's storage."""

    snapshot: Snapshot


class Storage(Struct, frozen=True, rename=pascal(root_fs="RootFS")):
    """Storage of a container, in containerd's store."""

    root_fs: RootStorage
