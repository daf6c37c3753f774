"""Volumes: create, list, inspect, remove, prune."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from fakedocker.base import clock, messages
from fakedocker.base.messages import Refusal
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.operations.system import filters as filtering, plugins
from fakedocker.operations.system.event_attributes import volume_event
from fakedocker.operations.system.filters import Filters
from fakedocker.operations.volumes import host_directories
from fakedocker.volumes.model import Volume
from fakedocker.volumes.specification import check_name
from fakedocker.wire.volume import VolumeInspect, VolumeUsage
from fakedocker.world.draft import Draft
from fakedocker.world.plugins import Plugin

LIST_FILTERS = ("dangling", "driver", "label", "name")
PRUNE_FILTERS = ("label", "label!", "all")
ANONYMOUS_LABEL = "com.docker.volume.anonymous"


def create(
    draft: Draft,
    name: str,
    driver: str,
    labels: dict[str, str] | None,
    options: dict[str, str] | None,
    is_named: bool = True,
) -> Volume:
    """Make a volume, or give the one of that name (source: recording volumes).

    Args:
        name: "" to have one picked.
        is_named: whether somebody chose the name.

    Raises:
        Refusal: a name, driver or option that is not allowed.
    """
    anonymous = not name or not is_named
    name = name or draft.given_id("volume", draft.volumes) or draft.digest("volume")
    plugin = _plugin(draft, name, driver)
    existing = draft.volumes.get(name)
    if existing is not None:
        if driver and existing.driver != (plugin.name if plugin is not None else driver):
            raise messages.VOLUME_CONFLICT(name=name)
        return existing
    check_name(name)
    if plugin is None:
        _check_options(name, options or {})
    if anonymous:
        labels = {**(labels or {}), ANONYMOUS_LABEL: ""}
    return add(draft, name, anonymous=anonymous, labels=labels, options=options, plugin=plugin)


def _plugin(draft: Draft, name: str, driver: str) -> Plugin | None:
    """The plugin that a driver is; None for the engine's own. Refusal where there is none of that name."""
    if driver in ("", *plugins.VOLUME_PLUGINS):
        return None
    try:
        return plugins.driver(draft, driver, "volume")
    except Refusal as problem:
        text = messages.VOLUME_PLUGIN.format(name=name, driver=driver, problem=problem.message)
        raise Refusal(problem.status, text) from None


_REQUIRED_OPTIONS = {"device": ("type",), "type": ("device",), "o": ("device", "type")}
_OPTIONS = ("type", "o", "device", "size")


def _check_options(name: str, options: dict[str, str]) -> None:
    """What the local driver does not know, or what it needs beside an option (moby volume/local validateOpts)."""
    for option in sorted(options):
        if option not in _OPTIONS:
            raise messages.VOLUME_OPTION(name=name, option=option)
        for required in _REQUIRED_OPTIONS.get(option, ()):
            if required not in options:
                raise messages.VOLUME_OPTION_MISSING(name=name, option=required)
    if "size" in options:
        raise messages.VOLUME_QUOTA(name=name)


def add(
    draft: Draft,
    name: str,
    *,
    anonymous: bool,
    labels: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    plugin: Plugin | None = None,
) -> Volume:
    """Put a new, empty volume into the world."""
    if anonymous and labels is None:
        labels = {ANONYMOUS_LABEL: ""}
    volume = Volume(
        name=name,
        created_ns=draft.wall_ns,
        number=draft.draw(),
        labels=labels,
        options=options or None,
        anonymous=anonymous,
        driver=plugin.name if plugin is not None else "local",
        place=f"/var/lib/docker/plugins/{plugin.id}/propagated-mount/{name}" if plugin is not None else "",
    )
    draft.volumes[name] = volume
    draft.kernel_draft.put_filesystem(volume.file_system, Filesystem.empty(now_ns=draft.now_ns))
    if plugin is None:
        host_directories.show(draft, volume)
    volume_event(draft, name, "create")
    return volume


def select(draft: Draft, filters: Filters) -> list[Volume]:
    """The volumes that pass the filters, newest first where docker's own order is the map's."""
    dangling = filtering.boolean(filters, "dangling")
    drivers = filters.get("driver", ())
    found = [
        volume
        for volume in draft.volumes.values()
        if (dangling is None or dangling != (volume.name in draft.volume_users))
        and (not drivers or volume.driver in drivers)
        and filtering.labels_match(filters, volume.labels)
        and filtering.name_matches(filters.get("name", ()), volume.name)
    ]
    return sorted(found, key=lambda volume: volume.name)


def inspect(volume: Volume, usage: VolumeUsage | None = None) -> VolumeInspect:
    """What the API says of a volume."""
    return VolumeInspect(
        name=volume.name,
        created_at=clock.rfc3339_seconds(volume.created_ns),
        driver=volume.driver,
        labels=volume.labels,
        mountpoint=volume.mountpoint,
        options=volume.options,
        usage_data=UNSET if usage is None else usage,
    )


def usage(draft: Draft, volume: Volume) -> VolumeUsage:
    """How much a volume holds, and how many containers use it."""
    users = draft.volume_users.get(volume.name)
    return VolumeUsage(size=size_bytes(draft, volume), ref_count=len(users) if users is not None else 0)


def size_bytes(draft: Draft, volume: Volume) -> int:
    file_system = draft.kernel_draft.filesystems.get(volume.file_system)
    return file_system.used_bytes if file_system is not None else 0


def remove(draft: Draft, name: str, force: bool) -> None:
    """Remove a volume.

    Raises:
        Refusal: it does not exist (unless forced) or is in use.
    """
    volume = draft.volumes.get(name)
    if volume is None:
        if force:
            return
        raise messages.NO_SUCH_VOLUME(name=name)
    users = draft.volume_users.get(name)
    if users is not None:
        numbered = sorted(users, key=lambda identifier: draft.containers[identifier].number)
        raise messages.VOLUME_IN_USE(name=name, containers=", ".join(numbered))
    discard(draft, [volume])


def discard(draft: Draft, unused: Sequence[Volume]) -> None:
    """Take volumes that nobody uses out of the world."""
    if not unused:
        return
    host_directories.hide(draft, [volume for volume in unused if not volume.place])
    for volume in unused:
        volume_event(draft, volume.name, "destroy")
        del draft.volumes[volume.name]
        draft.kernel_draft.drop_filesystem(volume.file_system)


def prune(draft: Draft, filters: Filters) -> tuple[list[str], int]:
    """Remove volumes that nobody uses: anonymous ones, with all=true named ones too.

    Returns:
        their names, and the bytes that became free.
    """
    everything = filtering.boolean(filters, "all", default=False)
    removed: list[Volume] = []
    freed = 0
    for volume in select(draft, {}):
        if volume.name in draft.volume_users or not (everything or volume.anonymous):
            continue
        if not filtering.prune_labels_match(filters, volume.labels):
            continue
        freed += size_bytes(draft, volume)
        removed.append(volume)
    discard(draft, removed)
    draft.record_event("volume", "prune", "", [("reclaimed", str(freed))])
    return [volume.name for volume in removed], freed
