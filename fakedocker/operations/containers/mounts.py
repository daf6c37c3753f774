"""Which mounts a new container gets, and the volumes that are made for them.

Source: moby daemon/volumes.go registerMountPoints: volumes-from first, then binds, then mounts, then the image's
volumes.
"""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.paths import clean
from fakedocker.containers.model import Container
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files, lookup
from fakedocker.operations.volumes import volumes
from fakedocker.volumes import specification
from fakedocker.volumes.model import MountSpec
from fakedocker.wire.container import BindOptions, Config, DriverConfig, HostConfig, Mount, VolumeOptions
from fakedocker.world.draft import Draft


def resolve(draft: Draft, config: Config, host: HostConfig) -> tuple[MountSpec, ...]:
    """All mounts of a container to be, with the names of volumes made for it filled in.

    Raises:
        Refusal: a specification is wrong, two share a target, or a host path does not exist.
    """
    mounts: dict[str, MountSpec] = {}
    for text in host.volumes_from or ():
        name, mode = specification.parse_volumes_from(text)
        for mount in _source_container(draft, name).mounts:
            read_only = mount.read_only or "ro" in mode.split(",")
            mounts[mount.target] = replace(mount, read_only=read_only, mode=mode or mount.mode, no_copy=True)
    asked: dict[str, VolumeOptions] = {}
    requested = [_requested(draft, request, asked) for request in host.mounts or ()]
    explicit: set[str] = set()
    try:
        for text in host.binds or ():
            _add(mounts, explicit, specification.parse_bind(text))
        for spec in requested:
            _add(mounts, explicit, spec)
        for target, options in sorted((host.tmpfs or {}).items()):
            spec = MountSpec(type="tmpfs", source="", target=clean(target), options=options, listed=False)
            _add(mounts, explicit, spec)
    except messages.Refusal:
        for spec in mounts.values():  # the daemon makes one after the other, and stops at the one that it refuses
            if spec.target in explicit:
                _make_volume(draft, spec, asked.get(spec.target))
        raise
    for target in sorted(config.volumes or {}):
        path = clean(f"/{target}")
        if path not in mounts:
            mounts[path] = MountSpec(type="volume", source="", target=path)
    return tuple(_make_volume(draft, spec, asked.get(spec.target)) for spec in mounts.values())


def _requested(draft: Draft, request: Mount, asked: dict[str, VolumeOptions]) -> MountSpec:
    """A --mount, checked before any volume is made; what it says of its volume is noted in `asked`."""
    spec = specification.parse_mount(request)
    if isinstance(request.volume_options, VolumeOptions):
        asked[spec.target] = request.volume_options
    bind = request.bind_options
    makes_source = isinstance(bind, BindOptions) and bind.create_mountpoint is True
    if spec.type == "bind" and not makes_source and not _host_path_exists(draft, spec.source):
        raise messages.MOUNT_INVALID(type="bind", problem=messages.BIND_SOURCE_MISSING.format(path=spec.source))
    return spec


def _source_container(draft: Draft, name: str) -> Container:
    """A container to take mounts from. That there is none is the request's fault: 400, so that no client pulls an image."""
    try:
        return lookup.container(draft, name)
    except messages.Refusal as refusal:
        raise messages.BAD_REQUEST(problem=refusal.message) from None


def _add(mounts: dict[str, MountSpec], explicit: set[str], spec: MountSpec) -> None:
    if spec.target in explicit:
        raise messages.DUPLICATE_MOUNT(target=spec.target)
    explicit.add(spec.target)
    mounts[spec.target] = replace(spec, named=bool(spec.source))


def _make_volume(draft: Draft, spec: MountSpec, asked: VolumeOptions | None) -> MountSpec:
    """The mount with the name of its volume, which is made where there is none, by the options of a --mount."""
    if spec.type != "volume":
        return spec
    name = spec.source or draft.digest("volume")
    driver = asked.driver_config if asked is not None else UNSET
    labels = asked.labels if asked is not None else UNSET
    if isinstance(driver, DriverConfig) or labels:
        given = driver if isinstance(driver, DriverConfig) else DriverConfig()
        volumes.create(draft, name, given.name or "", labels or None, given.options or None, bool(spec.source))
    elif name not in draft.volumes:
        volumes.add(draft, name, anonymous=not spec.source)
    return replace(spec, source=name)


def _host_path_exists(draft: Draft, path: str) -> bool:
    return files.exists(draft, rootfs.host_mounts(draft), path)
