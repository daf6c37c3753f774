"""docker commit: a container's changes as a layer, and an image over it.

Source: moby daemon/commit.go; recordings prune-df and the exchanges.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import UNSET

from fakedocker.base import messages
from fakedocker.containers.model import PAUSED, Container
from fakedocker.filesystem import archive, content as contents, diff
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import HistoryEntry, Image, Layer, chain_id, make_image
from fakedocker.operations.containers import create, rootfs
from fakedocker.operations.images import images
from fakedocker.operations.system import disk
from fakedocker.operations.system.event_attributes import container_event, image_event
from fakedocker.wire.container import Config
from fakedocker.wire.image import ImageConfig
from fakedocker.world.draft import Draft

_IMAGE_FIELDS = tuple(field.name for field in msgspec.structs.fields(ImageConfig))


def commit(
    draft: Draft,
    container: Container,
    *,
    repository: str,
    tag: str,
    comment: str,
    author: str,
    changed: Config,
    pause: bool = True,
) -> Image:
    """Make an image of a container.

    Args:
        repository: the name it gets, "" for none.
        changed: settings that replace the container's own where they say something.
        pause: whether a running container stands still meanwhile; as no time passes, only the events tell.

    Raises:
        Refusal: the name is not allowed, or the container is being removed.
    """
    if container.removing:
        raise messages.COMMIT_REMOVING(id=container.id)
    target = images.parse_target(repository, tag) if repository else None
    pauses = pause and container.is_running and container.status != PAUSED
    if pauses:
        container_event(draft, container, "pause")
    image, layer = _make_image(draft, container, comment, author, changed)
    if layer is not None:
        disk.demand(
            draft,
            max(layer.size_bytes, disk.BLOCK_BYTES),
            f"write /var/lib/docker/overlay2/{layer.chain_id.removeprefix('sha256:')}",
        )
    image = images.add(draft, image, [layer] if layer is not None else [])
    image_event(draft, image.id, "create", image.id)
    if target is not None:
        images.tag(draft, image, target.name, target.tag)
    container_event(
        draft, container, "commit", comment=comment, imageID=image.id, imageRef=target.familiar if target else ""
    )
    if pauses:
        container_event(draft, container, "unpause")
    return image


def _make_image(
    draft: Draft, container: Container, comment: str, author: str, changed: Config
) -> tuple[Image, Layer | None]:
    """The image of a container, and its uppermost layer where the container has changed a file."""
    parent = draft.images.get(container.image_id)
    layer = changes_as_layer(draft, container)
    below = _chain(draft, container.top_layer)
    entry = HistoryEntry(
        created_ns=draft.wall_ns, created_by=" ".join((container.path, *container.args)), comment=comment, author=author,
        empty_layer=layer is None,
    )  # fmt: skip
    image = make_image(
        created_ns=draft.wall_ns,
        config=image_config(container.config, changed),
        layers=below if layer is None else (*below, layer),
        history=(*(parent.history if parent is not None else ()), entry),
        architecture=parent.architecture if parent is not None else "amd64",
        author=author,
        comment=comment,
        docker_version=draft.profile.signature,
        parent=parent.id if parent is not None else "",
        container_id=container.id,
        container_config=container.config,
    )
    return image, layer


def changes_as_layer(draft: Draft, container: Container) -> Layer | None:
    """The writable layer of a container as a layer of an image; None when nothing was changed."""
    mounted = [mount.target for mount in rootfs.mount_table(draft, container).mounts[1:]]
    entries = diff.layer_entries(draft.kernel_draft.filesystems[container.id], ignore=mounted)
    if not entries:
        return None
    return make_layer(draft, container.top_layer, entries)


def make_layer(draft: Draft, parent: str, entries: tuple[LayerEntry, ...]) -> Layer:
    """A layer of entries on top of a chain of this world; see `layer_over`."""
    layer = layer_over(draft.layers.get(parent), entries)
    return draft.layers.get(layer.chain_id, layer)


def layer_over(below: Layer | None, entries: tuple[LayerEntry, ...]) -> Layer:
    """A layer of entries on top of another, with its real diff id. Time grows with the bytes in it."""
    parent = below.chain_id if below is not None else ""
    digest = hashlib.sha256()
    contents.feed(archive.write_tar(entries), digest.update)
    diff_id = f"sha256:{digest.hexdigest()}"
    return Layer(
        chain_id=chain_id(parent, diff_id), parent=parent, diff_id=diff_id,
        size_bytes=sum(len(entry.content) for entry in entries if entry.kind == "file"), entries=entries,
        tree=apply_layer(below.tree if below is not None else Tree.empty(), entries),
    )  # fmt: skip


def _chain(draft: Draft, top: str) -> tuple[Layer, ...]:
    found = []
    while top:
        layer = draft.layers[top]
        found.append(layer)
        top = layer.parent
    return tuple(reversed(found))


def image_config(config: Config, changed: Config | None) -> ImageConfig:
    """The part of a container's settings that its image keeps.

    Args:
        changed: settings that go before the container's own where they say something.
    """
    if changed is not None:
        config = create.merge(changed, image_config(config, None))
    values = {field: getattr(config, field) for field in _IMAGE_FIELDS}
    return ImageConfig(**{field: UNSET if value in (None, "", (), {}) else value for field, value in values.items()})
