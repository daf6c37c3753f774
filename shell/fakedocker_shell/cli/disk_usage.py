"""docker system df: the sums, and with -v every object."""

from __future__ import annotations

import json

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import NANOSECONDS_PER_SECOND, human_duration, human_size
from fakedocker_shell.cli.api_types import parse_time
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import header_text, render, table_format, template_text
from fakedocker_shell.cli.releases import Release
from fakedocker_shell.cli.rows_containers import ContainerRow, rows_of as container_rows
from fakedocker_shell.cli.rows_images import DISK_USAGE_TABLE, rows_of as image_rows, usage_rows
from fakedocker_shell.cli.rows_others import (
    CACHE_ROWS,
    CACHE_TABLE,
    USAGE_ROWS,
    USAGE_TABLE,
    VOLUME_ROWS,
    VOLUME_USAGE_TABLE,
    CacheRow,
    UsageRow,
)
from fakedocker_shell.cli.tabwriter import align
from fakedocker_shell.gotemplate import Template, TemplateError
from fakedocker_shell.gotemplate.encoding import encode
from fakedocker_shell.gotemplate.types import Type, Value, of

_CONTAINER_TABLE = table_format("ID", "Image", "Command", "LocalVolumes", "Size", "RunningFor", "Status", "Names")
_GROUPS = {
    "ImageUsage": "Images", "ContainerUsage": "Containers", "VolumeUsage": "Local Volumes", "BuildCacheUsage": "Build Cache",
}  # fmt: skip
"""The engine's sums, from API 1.52 on, and the lines for them."""
_LISTS = {
    "ImageUsage": "Images", "ContainerUsage": "Containers", "VolumeUsage": "Volumes", "BuildCacheUsage": "BuildCache",
}  # fmt: skip
_ACTIVE_STATES = frozenset({"running", "paused", "restarting"})


def _share(reclaimable: int, total: int) -> str:
    return f"{human_size(reclaimable)} ({reclaimable * 100 // total}%)" if total > 0 else human_size(reclaimable)


def _images(usage: JsonObject) -> UsageRow:
    images = usage.get("Images") or []
    total = usage.get("LayersSize") or 0
    used = sum(
        image["Size"] - image["SharedSize"]
        for image in images
        if image["Containers"] and image["Size"] != -1 and image["SharedSize"] != -1
    )
    active = sum(image["Containers"] > 0 for image in images)
    return UsageRow("Images", len(images), active, total, _share(total - used, total))


def _containers(usage: JsonObject) -> UsageRow:
    containers = usage.get("Containers") or []
    size = sum(container.get("SizeRw") or 0 for container in containers)
    idle = [container for container in containers if container["State"] not in _ACTIVE_STATES]
    free = sum(container.get("SizeRw") or 0 for container in idle)
    return UsageRow("Containers", len(containers), len(containers) - len(idle), size, _share(free, size))


def _volumes(usage: JsonObject) -> UsageRow:
    volumes = usage.get("Volumes") or []
    data = [volume.get("UsageData") or {"RefCount": 0, "Size": 0} for volume in volumes]
    size = sum(item["Size"] for item in data if item["Size"] != -1)
    free = sum(item["Size"] for item in data if item["RefCount"] == 0 and item["Size"] != -1)
    active = sum(item["RefCount"] > 0 for item in data)
    return UsageRow("Local Volumes", len(volumes), active, size, _share(free, size))


def _cache(usage: JsonObject) -> UsageRow:
    records = usage.get("BuildCache") or []
    size = sum(record["Size"] for record in records if not record.get("Shared"))
    in_use = sum(record["Size"] for record in records if record.get("InUse") and not record.get("Shared"))
    active = sum(bool(record.get("InUse")) for record in records)
    return UsageRow("Build Cache", len(records), active, size, human_size(size - in_use))


def _group(kind: str, group: JsonObject) -> UsageRow:
    """The sums that the engine has made, from API 1.52 on."""
    size, free = group.get("TotalSize", 0), group.get("Reclaimable", 0)
    share = human_size(free) if kind == "Build Cache" else _share(free, size)
    return UsageRow(kind, group.get("TotalCount", 0), group.get("ActiveCount", 0), size, share)


def show_usage(usage: JsonObject, format_text: str, _now_ns: int, release: Release) -> str:
    """A line for each kind of object. Raises CliError for a bad template."""
    if any(group in usage for group in _GROUPS):
        rows = [_group(kind, usage.get(group) or {}) for group, kind in _GROUPS.items()]
    else:
        rows = [_images(usage), _containers(usage), _volumes(usage), _cache(usage)]
    chosen = USAGE_TABLE if format_text in ("", "table") else format_text
    try:
        template = Template(template_text(chosen))
        lines = "".join(template.execute(USAGE_ROWS[row.kind].value(row)) + "\n" for row in rows)
        if not chosen.startswith("table"):
            return lines
    except TemplateError as error:
        raise CliError(f"template parsing error: {error}") from None
    return align(header_text(template, USAGE_ROWS["Images"]) + "\n" + lines)


def _cache_rows(usage: JsonObject, now_ns: int, truncate: bool) -> list[CacheRow]:
    def since(text: str | None) -> str:
        if not text:
            return ""
        moment, nanoseconds = parse_time(text)
        return human_duration(now_ns - int(moment.timestamp()) * NANOSECONDS_PER_SECOND - nanoseconds) + " ago"

    return [
        CacheRow(record, since(record.get("CreatedAt")), since(record.get("LastUsedAt")), truncate)
        for record in usage.get("BuildCache") or []
    ]


def show_verbose_usage(usage: JsonObject, format_text: str, now_ns: int, release: Release) -> str:
    """Every object. Raises CliError for a bad template."""
    truncate = format_text in ("", "table")
    cache_size = human_size(sum(record["Size"] for record in usage.get("BuildCache") or []))
    if any(group in usage for group in _GROUPS):
        cache_size = human_size((usage.get("BuildCacheUsage") or {}).get("TotalSize", 0))
        usage = {kind: (usage.get(group) or {}).get("Items") or [] for group, kind in _LISTS.items()}
    images = usage_rows(usage.get("Images") or [], now_ns, truncate=truncate)
    containers = [
        ContainerRow({**container, "SizeRootFs": 0}, now_ns, truncate) for container in usage.get("Containers") or []
    ]
    volumes = usage.get("Volumes") or []
    caches = _cache_rows(usage, now_ns, truncate)
    if not truncate:
        return _through_template(format_text, images, containers, volumes, caches, release)
    return (
        "Images space usage:\n\n"
        + render(image_rows(release), DISK_USAGE_TABLE, images)
        + "\nContainers space usage:\n\n"
        + render(container_rows(release), _CONTAINER_TABLE, containers)
        + "\nLocal Volumes space usage:\n\n"
        + render(VOLUME_ROWS, VOLUME_USAGE_TABLE, volumes)
        + f"\nBuild cache usage: {cache_size}\n\n"
        + render(CACHE_ROWS, CACHE_TABLE, caches)
    )


def _through_template(
    format_text: str, images: Json, containers: Json, volumes: Json, caches: Json, release: Release
) -> str:
    of_image, of_container = image_rows(release), container_rows(release)
    data = {
        "Images": [{**of_image.as_json(row), "Digest": ""} for row in images],
        "Containers": [of_container.as_json(row) for row in containers],
        "Volumes": [VOLUME_ROWS.as_json(row) for row in volumes],
        "BuildCache": [CACHE_ROWS.as_json(row) for row in caches],
    }
    lists = {
        "Images": [of_image.value(row) for row in images],
        "Containers": [of_container.value(row) for row in containers],
        "Volumes": [VOLUME_ROWS.value(row) for row in volumes],
        "BuildCache": [CACHE_ROWS.value(row) for row in caches],
    }
    if format_text == "json" or format_text.replace(" ", "") == "{{json.}}":
        return "{" + ",".join(f"{json.dumps(key)}:{encode(of(rows), html=True)}" for key, rows in data.items()) + "}\n"
    kind = Type(
        "pointer",
        "*formatter.diskUsageContext",
        element=Type("struct", "formatter.diskUsageContext"),
        methods={name: _getter(name) for name in lists},
    )
    try:
        return Template(template_text(format_text)).execute(Value(kind, lists))
    except TemplateError as error:
        raise CliError(f"template parsing error: {error}") from None


def _getter(name: str) -> Json:
    def get(lists: JsonObject) -> Json:
        return lists[name]

    return get
