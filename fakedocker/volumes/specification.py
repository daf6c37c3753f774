"""Reading mount specifications: --volume's SOURCE:TARGET:MODE, --mount's messages, --tmpfs and --volumes-from.

Source: moby volume/mounts (linux_parser.go); texts in recordings volumes and run-basics. Everything here is about the
text alone: whether a host path exists is asked elsewhere.
"""

from __future__ import annotations

from msgspec import UNSET

from fakedocker.base import messages
from fakedocker.base.paths import clean
from fakedocker.volumes.model import VOLUME_NAME, MountSpec
from fakedocker.wire.container import Mount

_ACCESS = ("ro", "rw")
_PROPAGATION = ("private", "rprivate", "slave", "rslave", "shared", "rshared")
_LABEL = ("z", "Z")
_COPY = ("nocopy",)
_CONSISTENCY = ("consistent", "cached", "delegated")


def check_name(name: str) -> None:
    """Refuse what is no name of a volume (moby volume/local validateName)."""
    if len(name.encode()) == 1:
        raise messages.VOLUME_NAME_SHORT(name=name)
    if VOLUME_NAME.fullmatch(name) is None:
        raise messages.VOLUME_NAME(name=name)


def parse_bind(text: str) -> MountSpec:
    """SOURCE:TARGET[:MODE] or TARGET, as in HostConfig.Binds.

    Raises:
        Refusal: with docker's words.
    """
    parts = text.split(":")
    if len(parts) > 3 or not all(parts[:2]):
        raise _invalid(text)
    if len(parts) == 1:
        source, target, mode = "", parts[0], ""
    elif len(parts) == 2:
        source, target, mode = parts[0], parts[1], ""
    else:
        source, target, mode = parts
        if not mode:
            raise _invalid(text)
    kind = "bind" if source.startswith("/") else "volume"
    flags = _check_mode(mode)
    _check_target(text, kind, target)
    option = _odd_option(kind, flags)
    if option:
        problem = f': invalid mount config for type "{kind}": field {option} must not be specified'
        raise messages.VOLUME_SPECIFICATION(text=text, problem=problem)
    if kind == "volume" and source:
        check_name(source)
    default_mode = "z" if kind == "volume" and len(parts) < 3 and source else mode
    return MountSpec(
        type=kind,
        source=clean(source) if kind == "bind" else source,
        target=clean(target),
        read_only="ro" in flags,
        mode=default_mode,
        propagation=next((flag for flag in flags if flag in _PROPAGATION), "rprivate" if kind == "bind" else ""),
        no_copy="nocopy" in flags,
    )


def _odd_option(kind: str, flags: list[str]) -> str:
    """The kind of options that flags belong to which this type of mount cannot have; "" for none."""
    if kind == "bind":
        return "VolumeOptions" if any(flag in _COPY for flag in flags) else ""
    return "BindOptions" if any(flag in _PROPAGATION for flag in flags) else ""


def _check_mode(mode: str) -> list[str]:
    if not mode:
        return []
    flags = mode.split(",")
    known = (*_ACCESS, *_LABEL, *_COPY, *_CONSISTENCY, *_PROPAGATION)
    groups = [
        [flag for flag in flags if flag in group] for group in (_ACCESS, _PROPAGATION, _LABEL, _COPY, _CONSISTENCY)
    ]
    if any(flag not in known for flag in flags) or any(len(group) > 1 for group in groups):
        raise messages.MOUNT_MODE(mode=mode)
    return flags


def _check_target(text: str, kind: str, target: str) -> None:
    if not target.startswith("/"):
        problem = (
            f": invalid mount config for type \"{kind}\": invalid mount path: '{target}' mount path must be absolute"
        )
        raise messages.VOLUME_SPECIFICATION(text=text, problem=problem)
    if clean(target) == "/":
        problem = f": invalid mount config for type \"{kind}\": invalid specification: destination can't be '/'"
        raise messages.VOLUME_SPECIFICATION(text=text, problem=problem)


def _invalid(text: str) -> messages.Refusal:
    return messages.VOLUME_SPECIFICATION(text=text, problem="")


def parse_mount(mount: Mount) -> MountSpec:
    """A mount of HostConfig.Mounts.

    Raises:
        Refusal: with docker's words.
    """
    kind = mount.type
    source = "" if mount.source is UNSET else mount.source
    if kind not in ("bind", "volume", "tmpfs", "image", "npipe", "cluster"):
        raise messages.MOUNT_INVALID(type=kind, problem=messages.MOUNT_TYPE_UNKNOWN)
    if kind in ("image", "npipe", "cluster"):
        raise messages.NOT_SIMULATED(what=f"a mount of type {kind}")
    problem = _mount_problem(mount, kind, source)
    if problem:
        raise messages.MOUNT_INVALID(type=kind, problem=problem)
    read_only = mount.read_only is True
    options = mount.volume_options
    return MountSpec(
        type=kind,
        source=clean(source) if kind == "bind" else source,
        target=clean(mount.target),
        read_only=read_only,
        mode="z" if kind == "volume" else "",
        propagation=_propagation(mount) if kind == "bind" else "",
        no_copy=options is not UNSET and options is not None and options.no_copy is True,
        options=_tmpfs_options(mount),
        subpath=_subpath(mount),
    )


def _mount_problem(mount: Mount, kind: str, source: str) -> str:
    if not mount.target:
        return "field Target must not be empty"
    if not mount.target.startswith("/"):
        return f"invalid mount path: '{mount.target}' mount path must be absolute"
    if clean(mount.target) == "/":
        return "invalid specification: destination can't be '/'"
    if kind == "bind":
        if not source:
            return "field Source must not be empty"
        if _propagation(mount) not in _PROPAGATION:
            return f"invalid propagation mode: {_propagation(mount)}"
        if mount.volume_options is not UNSET and mount.volume_options is not None:
            return "field VolumeOptions must not be specified"
        if not source.startswith("/"):
            return f"invalid mount path: '{source}' mount path must be absolute"
    elif mount.bind_options is not UNSET and mount.bind_options is not None:
        return "field BindOptions must not be specified"
    if kind == "volume" and (problem := _volume_problem(mount, source)):
        return problem
    if kind == "volume" and source and VOLUME_NAME.fullmatch(source) is None:
        return f'"{source}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'
    if kind == "tmpfs" and source:
        return "field Source must not be specified"
    return ""


def _volume_problem(mount: Mount, source: str) -> str:
    subpath = _subpath(mount)
    if subpath and not source:
        return "must not set Subpath when using anonymous volumes"
    if subpath and (subpath.startswith("/") or clean(subpath).split("/")[0] == ".."):
        return "subpath must be a relative path within the volume"
    if mount.read_only is True and not source:
        return "must not set ReadOnly mode when using anonymous volumes"
    return ""


def _subpath(mount: Mount) -> str:
    options = mount.volume_options
    return "" if options is UNSET or options is None or options.subpath is UNSET else options.subpath


def _propagation(mount: Mount) -> str:
    options = mount.bind_options
    if options is UNSET or options is None or options.propagation is UNSET or not options.propagation:
        return "rprivate"
    return options.propagation


def _tmpfs_options(mount: Mount) -> str:
    options = mount.tmpfs_options
    if options is UNSET or options is None:
        return ""
    parts = []
    if options.mode is not UNSET and options.mode:
        parts.append(f"mode={options.mode:o}")
    if options.size_bytes is not UNSET and options.size_bytes:
        parts.append(f"size={_shortest(options.size_bytes)}")
    return ",".join(parts)


def _shortest(size_bytes: int) -> str:
    """A size in the largest unit that it is a whole number of (moby volume/mounts ConvertTmpfsOptions)."""
    for unit, factor in (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)):
        if size_bytes % factor == 0:
            return f"{size_bytes // factor}{unit}"
    return str(size_bytes)


def parse_volumes_from(text: str) -> tuple[str, str]:
    """CONTAINER[:ro|rw] as name and mode.

    Raises:
        Refusal: the mode is none.
    """
    name, _, mode = text.partition(":")
    if not name:
        raise messages.VOLUMES_FROM(text=text)
    flags = _check_mode(mode)
    if any(flag in (*_COPY, *_PROPAGATION) for flag in flags):
        raise messages.MOUNT_MODE(mode=mode)
    return name, mode
