"""The images of steps: finding the one that a step has made before, and making a new one.

Source: moby daemon/images/cache.go and image/cache (compare.go, cache.go): a step is in the cache when an image that
was built here from the same parent was made with the same container configuration, or where the history of an image
named with --cache-from goes on with the same command. Files count by the checksum that COPY and
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
    newest = max(matches, key=lambda image: (image.created_ns, image.id), default=None)
    found = newest.id if newest is not None else _of_sources(session, wanted)
    if not found:
        session.change_stage(cache_missed=True)
        return False
    session.say(" ---> Using cache\n")
    session.change_stage(image_id=found)
    return True


def _of_sources(session: Session, wanted: ImageConfig) -> str:
    """The image of a step by the histories of the images that --cache-from names, wherever those were built; "" for
    none.

    Once one of them has given a step, the others are not looked at any more (moby image/cache/cache.go).
    """
    draft, task = session.draft, session.task
    parent = draft.images.get(session.stage.image_id)
    position = len(parent.history) if parent is not None else 0
    command = " ".join(wanted.cmd) if isinstance(wanted.cmd, tuple) else ""
    for name in (task.cache_source,) if task.cache_source else task.options.cache_from:
        target = lookup.find_image(draft, name)
        if target is None or not _continues(target, parent) or target.history[position].created_by != command:
            continue
        if position == len(target.history) - 1:
            if parent is not None:
                images.set_parent(draft, target, parent.id)
            return target.id
        session.change(cache_source=target.id)
        return _restored(session, target, position, wanted)
    return ""


def _continues(target: Image, parent: Image | None) -> bool:
    """Whether an image was built of another one, by their histories and layers."""
    if parent is None or not (parent.history or parent.diff_ids):
        return bool(target.history)
    return (
        len(parent.history) < len(target.history)
        and target.history[: len(parent.history)] == parent.history
        and target.diff_ids[: len(parent.diff_ids)] == parent.diff_ids
    )


def _restored(session: Session, target: Image, position: int, wanted: ImageConfig) -> str:
    """Make the image of a step that lies in the middle of another image's history."""
    draft, entries = session.draft, target.history[: position + 1]
    count = min(sum(not entry.empty_layer for entry in entries), len(target.layers))
    image = make_image(
        created_ns=entries[-1].created_ns,
        config=wanted,
        layers=tuple(draft.layers[chain] for chain in target.layers[:count]),
        history=entries,
        architecture=target.architecture,
        os=target.os,
        author=target.author,
        parent=session.stage.image_id,
    )
    return images.add(draft, image, ()).id


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
        created_ns=draft.wall_ns,
        created_by=" ".join(command) if isinstance(command, tuple) else "",
        author=stage.author,
        empty_layer=layer is None,
    )
    image = make_image(
        created_ns=draft.wall_ns,
        config=image_config(stage.config, None),
        container_config=container_config,
        layers=below if layer is None else (*below, layer),
        history=(*(parent.history if parent is not None else ()), entry),
        architecture=parent.architecture if parent is not None else "amd64",
        os=parent.os if parent is not None else "linux",
        variant=parent.variant if parent is not None else "",
        author=stage.author,
        docker_version=draft.profile.signature,
        parent=stage.image_id,
    )
    image = images.add(draft, image, () if layer is None else (layer,))
    session.change_stage(image_id=image.id)
