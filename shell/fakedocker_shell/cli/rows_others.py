"""The columns of networks, volumes, search results, contexts and disk usage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.base.units import human_size
from fakedocker_shell.cli.api_types import time_text
from fakedocker_shell.cli.formatting import Rows, ellipsis, labels_text, short_id, table_format


def natural_key(text: str) -> list[tuple[int, int | str]]:
    """Sorts "a2" before "a10", as docker sorts names."""
    return [(0, int(part)) if is_digits(part) else (1, part) for part in re.split(r"(\d+)", text) if part]


def _go_bool(value: Any) -> str:
    return "true" if value else "false"


def _label(item: Mapping[str, Any], name: str) -> str:
    return str((item.get("Labels") or {}).get(name, ""))


class NetworkRow(Struct, frozen=True):
    """A network of a list."""

    network: Mapping[str, Any]
    truncate: bool


NETWORK_TABLE = table_format("ID", "Name", "Driver", "Scope")
NETWORK_RAW = "network_id: {{.ID}}\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n"
NETWORK_ROWS = Rows(
    "network.networkContext",
    (
        ("ID", "NETWORK ID", lambda row: short_id(row.network["Id"]) if row.truncate else row.network["Id"]),
        ("Name", "NAME", lambda row: row.network["Name"]),
        ("Driver", "DRIVER", lambda row: row.network["Driver"]),
        ("Scope", "SCOPE", lambda row: row.network["Scope"]),
        ("IPv6", "IPV6", lambda row: _go_bool(row.network.get("EnableIPv6"))),
        ("IPv4", "IPV4", lambda row: _go_bool(row.network.get("EnableIPv4"))),
        ("Internal", "INTERNAL", lambda row: _go_bool(row.network.get("Internal"))),
        ("Labels", "LABELS", lambda row: labels_text(row.network.get("Labels"))),
        ("CreatedAt", "CREATED AT", lambda row: time_text(row.network.get("Created", ""))),
    ),
    {"Label": lambda row, name: _label(row.network, name)},
)


def _usage(volume: Mapping[str, Any], key: str) -> int:
    return int((volume.get("UsageData") or {}).get(key, -1))


PLUGIN_TABLE = table_format("ID", "Name", "Description", "Enabled")
PLUGIN_RAW = "plugin_id: {{.ID}}\\nname: {{.Name}}\\ndescription: {{.Description}}\\nenabled: {{.Enabled}}\\n"
PLUGIN_ROWS = Rows(
    "plugin.pluginContext",
    (
        ("ID", "ID", lambda plugin: short_id(plugin["Id"])),
        ("Name", "NAME", lambda plugin: plugin["Name"]),
        ("Description", "DESCRIPTION", lambda plugin: ellipsis(plugin["Config"]["Description"], 45)),
        ("Enabled", "ENABLED", lambda plugin: _go_bool(plugin["Enabled"])),
        ("PluginReference", "PLUGIN REFERENCE", lambda plugin: str(plugin.get("PluginReference", ""))),
    ),
)

VOLUME_TABLE = table_format("Driver", "Name")
VOLUME_RAW = "name: {{.Name}}\\ndriver: {{.Driver}}\\n"
VOLUME_USAGE_TABLE = table_format("Name", "Links", "Size")
VOLUME_ROWS = Rows(
    "formatter.volumeContext",
    (
        ("Name", "VOLUME NAME", lambda volume: volume["Name"]),
        ("Driver", "DRIVER", lambda volume: volume["Driver"]),
        ("Scope", "SCOPE", lambda volume: volume["Scope"]),
        ("Mountpoint", "MOUNTPOINT", lambda volume: volume["Mountpoint"]),
        ("Labels", "LABELS", lambda volume: labels_text(volume.get("Labels"))),
        ("Links", "LINKS", lambda volume: str(_usage(volume, "RefCount")) if volume.get("UsageData") else "N/A"),
        ("Size", "SIZE", lambda volume: human_size(_usage(volume, "Size")) if volume.get("UsageData") else "N/A"),
        ("Group", "GROUP", lambda volume: "N/A"),
        ("Availability", "AVAILABILITY", lambda volume: "N/A"),
        ("Status", "STATUS", lambda volume: "N/A"),
    ),
    {"Label": _label},
)


class SearchRow(Struct, frozen=True):
    """An image that was found."""

    found: Mapping[str, Any]
    truncate: bool


def _description(row: SearchRow) -> str:
    text = str(row.found["description"]).replace("\n", " ").replace("\r", " ")
    return ellipsis(text, 45) if row.truncate else text


SEARCH_TABLE = table_format("Name", "Description", "StarCount", "IsOfficial")
SEARCH_ROWS = Rows(
    "registry.searchContext",
    (
        ("Name", "NAME", lambda row: row.found["name"]),
        ("Description", "DESCRIPTION", _description),
        ("StarCount", "STARS", lambda row: str(row.found["star_count"])),
        ("IsOfficial", "OFFICIAL", lambda row: "[OK]" if row.found.get("is_official") else ""),
    ),
    as_json=lambda row, fields: {**fields, "IsOfficial": _go_bool(row.found.get("is_official"))},
)


CONTEXT_TABLE = "table {{.Name}}{{if .Current}} *{{end}}\\t{{.Description}}\\t{{.DockerEndpoint}}\\t{{.Error}}"
CONTEXT_ROWS = Rows(
    "formatter.clientContextContext",
    (
        ("Current", "", lambda context: bool(context["Current"])),
        ("Name", "NAME", lambda context: context["Name"]),
        ("Description", "DESCRIPTION", lambda context: ellipsis(context["Description"], 60)),
        ("DockerEndpoint", "DOCKER ENDPOINT", lambda context: context["DockerEndpoint"]),
        ("Error", "ERROR", lambda context: ellipsis(context["Error"], 45)),
    ),
)


class UsageRow(Struct, frozen=True):
    """A line of `docker system df`.

    Args:
        reclaimable: as shown, with the share in percent where there is one.
    """

    kind: str
    total: int
    active: int
    size_bytes: int
    reclaimable: str


USAGE_TABLE = table_format("Type", "TotalCount", "Active", "Size", "Reclaimable")


def _usage_columns() -> tuple[Any, ...]:
    return (
        ("Type", "TYPE", lambda row: row.kind),
        ("TotalCount", "TOTAL", lambda row: str(row.total)),
        ("Active", "ACTIVE", lambda row: str(row.active)),
        ("Size", "SIZE", lambda row: human_size(row.size_bytes)),
        ("Reclaimable", "RECLAIMABLE", lambda row: row.reclaimable),
    )


USAGE_ROWS = {
    "Images": Rows("formatter.diskUsageImagesContext", _usage_columns()),
    "Containers": Rows("formatter.diskUsageContainersContext", _usage_columns()),
    "Local Volumes": Rows("formatter.diskUsageVolumesContext", _usage_columns()),
    "Build Cache": Rows("formatter.diskUsageBuilderContext", _usage_columns()),
}


class CacheRow(Struct, frozen=True):
    """A record of the build cache."""

    record: Mapping[str, Any]
    created_since: str
    last_used_since: str
    truncate: bool


def _cache_id(row: CacheRow) -> str:
    identifier = str(row.record["ID"])
    if row.truncate:
        identifier = short_id(identifier)
    return identifier + "*" if row.record.get("InUse") else identifier


CACHE_TABLE = table_format("ID", "CacheType", "Size", "CreatedSince", "LastUsedSince", "UsageCount", "Shared")
CACHE_ROWS = Rows(
    "formatter.buildCacheContext",
    (
        ("ID", "CACHE ID", _cache_id),
        ("Parent", "PARENT", lambda row: row.record.get("Parent", "")),
        ("CacheType", "CACHE TYPE", lambda row: row.record.get("Type", "")),
        ("Description", "DESCRIPTION", lambda row: row.record.get("Description", "")),
        ("CreatedSince", "CREATED", lambda row: row.created_since),
        ("CreatedAt", "CREATED AT", lambda row: time_text(row.record.get("CreatedAt", ""))),
        ("LastUsedSince", "LAST USED", lambda row: row.last_used_since),
        ("LastUsedAt", "LAST USED AT", lambda row: time_text(row.record.get("LastUsedAt") or "")),
        ("Size", "SIZE", lambda row: human_size(row.record.get("Size", 0), 3)),
        ("UsageCount", "USAGE", lambda row: str(row.record.get("UsageCount", 0))),
        ("InUse", "IN USE", lambda row: _go_bool(row.record.get("InUse"))),
        ("Shared", "SHARED", lambda row: _go_bool(row.record.get("Shared"))),
    ),
)
