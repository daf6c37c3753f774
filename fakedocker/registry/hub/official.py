"""Official images as a registry offers them: described ones as they are, all others made by rule.

An image of the catalogue stands for the one that the facts name where it carries that image's most specific tag and has that
image's configuration. This module must not know worlds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec import UNSET

from fakedocker.base.platform import Platform
from fakedocker.registry.hub import lookup, making
from fakedocker.registry.hub.lookup import Found
from fakedocker.registry.model import Manifest
from fakedocker.wire.image import ImageConfig

AMD64: Final = Platform("linux", "amd64")
Described: TypeAlias = Callable[[str, str], Manifest | None]
"""(repository, most specific tag) -> the catalogue's own image."""
_COMPARED: Final = ("env", "entrypoint", "cmd", "exposed_ports", "volumes", "working_dir", "user", "stop_signal")
_DEEPEST: Final = 16


class NoSuchPlatform(ValueError):
    """The image was not built for the platform."""


def image(found: Found, described: Described, wanted: Platform = AMD64, depth: int = 0) -> Manifest:
    """An official image.

    Args:
        described: asked for the catalogue's own images.
        wanted: the platform; a variant that is left open is any.

    Raises:
        NoSuchPlatform: it was not built for that.
        DamagedFacts: the facts about it cannot be read.
    """
    platform = next((each for each in lookup.platforms_of(found) if _fits(each, wanted)), None)
    if platform is None or depth > _DEEPEST:
        raise NoSuchPlatform(str(wanted))
    if platform == AMD64:
        exact = described(found.repository, lookup.image_of(found).tag)
        if exact is not None and same_settings(exact.image.config, lookup.whole_config(found)):
            return exact
    base = lookup.base_of(found)
    below = image(base.official, described, wanted, depth + 1) if base.official is not None else None
    return making.make(found, below, base.elsewhere, platform)


def _fits(platform: Platform, wanted: Platform) -> bool:
    return platform[:2] == wanted[:2] and (not wanted.variant or platform.variant in ("", wanted.variant))


def same_settings(described: ImageConfig, told: ImageConfig) -> bool:
    """Whether two configurations say the same, labels and health checks aside."""
    return all(_plain(getattr(described, name)) == _plain(getattr(told, name)) for name in _COMPARED)


def _plain(value: object) -> object:
    if isinstance(value, tuple) and all("=" in str(word) for word in value):
        return sorted(value)  # an environment
    return None if value is UNSET or not value else value
