"""Several compose files of one stack put together, service by service.

Source: docker/cli compose/loader/merge.go: mappings by key, lists one after the other, plain values by the later file;
ports, volumes, secrets and configs are told apart by one of their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject

_KEYS: Final = {"ports": "published", "volumes": "target", "secrets": "source", "configs": "source"}
_REPLACED: Final = frozenset({"command", "entrypoint"})


def merged_services(below: Mapping[str, JsonObject], above: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """The services of two files; what the second says counts more."""
    found = dict(below)
    for name, settings in above.items():
        found[name] = _merged(below[name], settings) if name in below else settings
    return dict(sorted(found.items()))


def _merged(below: Mapping[str, Json], above: Mapping[str, Json]) -> JsonObject:
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        if key == "logging" and old and old.get("driver") and value.get("driver") not in (None, old["driver"]):
            found[key] = value
        elif key == "networks":
            found[key] = dict(sorted({**(old or {}), **value}.items()))
        elif isinstance(old, dict) and isinstance(value, dict):
            found[key] = _merged(old, value)
        elif isinstance(old, list) and isinstance(value, list) and key not in _REPLACED:
            found[key] = _joined(key, old, value)
        else:
            found[key] = value
    return found


def _joined(key: str, old: list[Json], new: list[Json]) -> list[Json]:
    by = _KEYS.get(key)
    if by is None:
        return [*old, *new]
    kept = {item.get(by): item for item in (*old, *new)}
    return [item for _, item in sorted(kept.items(), key=lambda pair: (isinstance(pair[0], str), pair[0] or 0))]
