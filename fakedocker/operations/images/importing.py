"""docker import: a tar of files as an image of one layer.

Source: moby daemon/images/image_import.go.
"""

from __future__ import annotations

from fakedocker.base import messages, platform as platforms
from fakedocker.base.reference import Reference
from fakedocker.images.model import HistoryEntry, Image, make_image
from fakedocker.operations.images import images, unpacking
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.wire.image import ImageConfig
from fakedocker.world.draft import Draft


def parse_target(repository: str, tag: str) -> Reference | None:
    """The name that an imported image gets; None for none.

    Raises:
        Refusal: it is not allowed.
    """
    if not repository:
        return None
    if "@" in repository:
        raise messages.IMPORT_DIGEST()
    return images.parse_target(repository, tag)


def import_image(
    draft: Draft, data: bytes, target: Reference | None, *, comment: str, platform: str, config: ImageConfig
) -> Image:
    """Make an image of a tar of files, which may be compressed. Time grows with its bytes.

    Args:
        platform: os[/architecture[/variant]] that it says it is for, "" for this engine's.

    Raises:
        Refusal: the archive is broken or leads out of the file system, or the platform is not Linux.
    """
    wanted = platforms.Platform(platforms.DEFAULT_OS, platforms.DEFAULT_ARCHITECTURE)
    if platform:
        try:
            wanted = platforms.parse(platform)
        except platforms.InvalidPlatform as problem:
            raise messages.BAD_REQUEST(problem=problem) from None
    if wanted.os != "linux":
        raise messages.OPERATING_SYSTEM()
    tar = unpacking.decompress(data)
    layer = unpacking.make_layer(tar, unpacking.diff_id(tar), None)
    layer = draft.layers.get(layer.chain_id) or layer
    image = make_image(
        created_ns=draft.wall_ns,
        config=config,
        layers=(layer,),
        history=(HistoryEntry(created_ns=draft.wall_ns, created_by="", comment=comment),),
        architecture=wanted.architecture,
        os=wanted.os,
        variant=wanted.variant,
        comment=comment,
        docker_version=draft.profile.signature,
    )
    image = images.add(draft, image, [layer])
    if target is not None:
        images.tag(draft, image, target.name, target.tag)
    image_event(draft, image.id, "import", image.id)
    return image
