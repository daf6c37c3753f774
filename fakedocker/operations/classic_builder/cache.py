"""The images of steps: finding the one that a step has made before, and making a new one.

Source: moby daemon/images/cache.go and image/cache (compare.go, cache.go): a step is in the cache when an image that was
built here from the same parent was made with the same container configuration. Files count by the checksum that COPY and
ADD write into that configuration.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.images.model import HistoryEntry, Image, Layer, make_image
from fakedocker.operations.classic_builder.session import Session
from fakedocker.operations.containers.commit import image_config
from fakedocker.operations.images import images
from fakedocker.operations.system import lookup
from fakedocker.wire.container import Config
from fakedocker.wire.image import ImageConfig


def comparable(config: Config) -> ImageConfig:
    """The part of a container's configuration that the cache compares: not its host name, nor the image it was made of."""
    return image_config(config, None)


def probe(session: Session, wanted: ImageConfig) -> bool:
    """Whether the cache has the step; it is then taken. Time grows with the images made from the same parent."""
    stage, options = session.stage, session.task.options
    if not options.use_cache or stage.cache_missed:
        return False
    matches = [image for image in _siblings(session, stage.image_id) if image.container_config == wanted]
    if options.cache_from:
        allowed = _ancestry(session, options.cache_from)
        matches = [image for image in matches if image.id in allowed]
    if not matches:
        session.change_stage(cache_missed=True)
        return False
    newest = max(matches, key=lambda image: (image.created_ns, image.id))
    session.say(" ---> Using cache\n")
    session.change_stage(image_id=newest.id)
    return True


def _siblings(session: Session, parent: str) -> Iterable[Image]:
    draft = session.draft
    if parent:
        return [draft.images[identifier] for identifier in draft.image_children.get(parent) or ()]
    return [image for image in draft.images.values() if not image.parent]


def _ancestry(session: Session, names: Iterable[str]) -> set[str]:
    """The images that may be used with --cache-from: those named, and what they were built from on this engine."""
    found: set[str] = set()
    for name in names:
        image = lookup.find_image(session.draft, name)
        while image is not None and image.id not in found:
            found.add(image.id)
            image = session.draft.images.get(image.parent)
    return found


def commit(session: Session, container_config: ImageConfig, layer: Layer | None) -> None:
    """Make the image of a step, and let the stage go on from it.

    Args:
        layer: what the step has changed in the files; None for nothing.
    """
    draft, stage = session.draft, session.stage
    parent = draft.images.get(stage.image_id)
    below = tuple(draft.layers[chain] for chain in parent.layers) if parent is not None else ()
    command = container_config.cmd
    entry = HistoryEntry(
        created_ns=draft.now_ns,
        created_by=" ".join(command) if isinstance(command, tuple) else "",
        author=stage.author,
        empty_layer=layer is None,
    )
    image = make_image(
        created_ns=draft.now_ns,
        config=image_config(stage.config, None),
        container_config=container_config,
        layers=below if layer is None else (*below, layer),
        history=(*(parent.history if parent is not None else ()), entry),
        architecture=parent.architecture if parent is not None else "amd64",
        os=parent.os if parent is not None else "linux",
        variant=parent.variant if parent is not None else "",
        author=stage.author,
        docker_version=draft.profile.engine.version,
        parent=stage.image_id,
    )
    images.add(draft, image, () if layer is None else (layer,))
    session.change_stage(image_id=image.id)
