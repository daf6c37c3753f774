"""The sums of GET /system/df from API 1.52 on: a group for each kind of object, what says nothing left out.

Source: moby daemon/disk_usage.go, daemon/internal/builder-next, api/types/*/disk_usage.go of engine 29.7.2.
"""

from __future__ import annotations

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.containers.model import PAUSED, RESTARTING, RUNNING
from fakedocker.operations.containers.listing import ContainerSummary
from fakedocker.wire.image import ImageSummary
from fakedocker.wire.volume import VolumeInspect

_ACTIVE = (RUNNING, PAUSED, RESTARTING)


def groups(usage: JsonObject) -> JsonObject:
    """The groups of those kinds that the answer of the older form has.

    Args:
        usage: see `information.disk_usage`.
    """
    found: JsonObject = {}
    if "Images" in usage:
        found["ImageUsage"] = _images(usage["Images"], usage["LayersSize"])
    if "Containers" in usage:
        found["ContainerUsage"] = _containers(usage["Containers"])
    if "Volumes" in usage:
        found["VolumeUsage"] = _volumes(usage["Volumes"])
    if "BuildCache" in usage:
        found["BuildCacheUsage"] = _cache(usage["BuildCache"])
    return found


def _group(items: list[Json], active: int, size: int, reclaimable: int) -> JsonObject:
    told = {
        "ActiveCount": active, "Items": items, "Reclaimable": reclaimable, "TotalCount": len(items), "TotalSize": size,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value}


def _images(images: list[ImageSummary], size: int) -> JsonObject:
    free = sum(image.size - image.shared_size for image in images if image.containers == 0)
    return _group(list(images), sum(image.containers > 0 for image in images), size, free)


def _containers(containers: list[ContainerSummary]) -> JsonObject:
    idle = [container for container in containers if container.state not in _ACTIVE]
    return _group(
        list(containers), len(containers) - len(idle), sum(map(_own_size, containers)), sum(map(_own_size, idle))
    )


def _own_size(container: ContainerSummary) -> int:
    return container.size_rw or 0


def _volumes(volumes: list[VolumeInspect]) -> JsonObject:
    known = [volume.usage_data for volume in volumes if volume.usage_data and volume.usage_data.size != -1]
    unused = [data for data in known if data.ref_count == 0]
    sizes, free = sum(data.size for data in known), sum(data.size for data in unused)
    return _group(list(volumes), len(volumes) - len(unused), sizes, free)


def _cache(records: list[JsonObject]) -> JsonObject:
    free = sum(record["Size"] for record in records if not record["InUse"] and not record["Shared"])
    active = sum(bool(record["InUse"]) for record in records)
    return _group(list(records), active, sum(record["Size"] for record in records), free)
