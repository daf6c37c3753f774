"""Whether an image of the classic store is for the platform that a request asks for.

The store keeps one platform of an image; what asks for another is told so. Source: moby daemon/images/image.go GetImage,
daemon/internal/image/tarexport; recordings x-images-view, x-image-ids, x-archives.
"""

from __future__ import annotations

from fakedocker.base import messages, platform as platforms, reference
from fakedocker.base.platform import Platform
from fakedocker.images import targets
from fakedocker.images.model import Image
from fakedocker.operations.images import content_store
from fakedocker.world.draft import Draft


def require(draft: Draft, image: Image, name: str, wanted: str) -> None:
    """Refuse an image of another platform than the one that is wanted, "" for any.

    Args:
        name: that the request has for it.

    Raises:
        Refusal: it is for another one.
    """
    if not wanted or content_store.is_used(draft) or is_for(image.os, image.architecture, image.variant, wanted):
        return
    actual = Platform(image.os, image.architecture, image.variant)
    raise messages.PLATFORM_MISMATCH(name=_shown(name), actual=actual, wanted=wanted)


def is_for(system: str, architecture: str, variant: str, wanted: str) -> bool:
    """Whether what is for a platform is for the one that is wanted. Refusal for what is no platform."""
    return targets.fits(
        Platform(system or platforms.DEFAULT_OS, architecture, variant), content_store.wanted_platform(wanted)
    )


def _shown(name: str) -> str:
    """A name as it was given, shortened where it was the whole one."""
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference:
        return name
    return parsed.familiar if name.startswith(f"{parsed.name}") else name
