"""Several descriptions of one service put together: override files, and `extends`.

Source: the Compose specification's rules of merging: mappings by key, lists one after the other, commands and plain
values by the later one; ports, volumes and devices are told apart by where they lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject

_REPLACED: Final = frozenset({"command", "entrypoint", "test", "env_file"})
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "ports": ("host_ip", "target", "published", "protocol"),
    "volumes": ("target",),
    "devices": ("target",),
    "secrets": ("source",),
    "configs": ("source",),
}
"""Lists of mappings -> what tells their entries apart."""


def merged(below: Mapping[str, Json], above: Mapping[str, Json]) -> JsonObject:
    """Settings, or any mapping: what is said above counts more."""
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        if key in _REPLACED or old is None or value is None:
            found[key] = value if value is not None or key in _REPLACED else old
        elif isinstance(old, dict) and isinstance(value, dict):
            found[key] = merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            found[key] = _joined(key, old, value)
        else:
            found[key] = value
    return found


def _joined(key: str, old: list[Json], new: list[Json]) -> list[Json]:
    names = _KEYS.get(key)
    if names is None:
        return [*old, *(item for item in new if item not in old)]
    by_place: dict[tuple[Json, ...], Json] = {}
    for item in (*old, *new):
        by_place[tuple(item.get(name) for name in names)] = item
    return list(by_place.values())
