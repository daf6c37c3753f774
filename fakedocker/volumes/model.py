"""Volumes and mount points as values."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.patterns import lazy_pattern
from fakedocker.wire.container import MountPoint

VOLUME_NAME = lazy_pattern(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


class Volume(Struct, frozen=True, gc=False, kw_only=True):
    """A volume; `number` says in which order they were made."""

    name: str
    created_ns: int
    number: int
    driver: str = "local"
    labels: dict[str, str] | None = None
    options: dict[str, str] | None = None
    anonymous: bool = False
    place: str = ""
    """Where a plugin has it, on the host; "" for the local driver's own place."""

    @property
    def mountpoint(self) -> str:
        return self.place or f"/var/lib/docker/volumes/{self.name}/_data"

    @property
    def file_system(self) -> str:
        """The id of its file system."""
        return file_system_of(self.name)


def file_system_of(name: str) -> str:
    """The id of the file system of a volume with that name."""
    return f"volume:{name}"


class MountSpec(Struct, frozen=True, gc=False, kw_only=True):
    """A mount of a container, whichever way it was asked for."""

    type: str
    """bind, volume or tmpfs."""
    source: str
    """A host path, a volume's name, or "" for tmpfs."""
    target: str
    read_only: bool = False
    mode: str = ""
    propagation: str = ""
    no_copy: bool = False
    options: str = ""
    """For tmpfs: the mount options asked for."""
    subpath: str = ""
    """For volumes: what of it is mounted."""
    named: bool = False
    """Whether whoever asked for it chose the volume: it stays when the container goes with its volumes (moby
    removeMountPoints)."""
    listed: bool = True
    """Whether inspect lists it under Mounts; --tmpfs mounts are not listed."""

    def point(self, volume: Volume | None) -> MountPoint:
        """As inspect and lists show it, with the volume that it is of."""
        if volume is not None:
            return MountPoint(
                type="volume", name=volume.name, source=volume.mountpoint, destination=self.target, driver=volume.driver,
                mode=self.mode, rw=not self.read_only, propagation=self.propagation,
            )  # fmt: skip
        return MountPoint(
            type=self.type,
            source=self.source,
            destination=self.target,
            mode=self.mode,
            rw=not self.read_only,
            propagation=self.propagation,
        )
