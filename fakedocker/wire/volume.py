"""Messages about volumes."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from fakedocker.wire.naming import pascal


class VolumeCreate(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The body of POST /volumes/create."""

    name: str = ""
    driver: str = ""
    driver_opts: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class VolumeUsage(Struct, frozen=True, kw_only=True, rename=pascal()):
    """UsageData of a volume: how many containers have it, and its size in bytes; -1 for what was not measured."""

    ref_count: int
    size: int


class VolumeInspect(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The answer of GET /volumes/NAME, and an element of GET /volumes."""

    created_at: str
    driver: str
    labels: dict[str, str] | None
    mountpoint: str
    name: str
    options: dict[str, str] | None
    scope: str = "local"
    usage_data: VolumeUsage | UnsetType = UNSET
