"""Images: list, inspect, history, tag, remove, prune; and how images come into and go out of the world.

Sources: moby daemon/images (image_delete.go, images.go, image_prune.go); texts in recordings images and prune-df.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import clock, messages, reference
from fakedocker.base.go_patterns import path_match
from fakedocker.base.persistent import Map
from fakedocker.images import overlay_names
from fakedocker.images.model import Image, Layer
from fakedocker.operations.system import disk, filters as filtering, lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.operations.system.filters import Filters
from fakedocker.wire.container import GraphDriver
from fakedocker.wire.image import HistoryItem, ImageInspect, ImageMetadata, ImageSummary, RootFS
from fakedocker.world.draft import Draft, add_to_index, remove_from_index

LIST_FILTERS = ("before", "dangling", "label", "reference", "since", "until")
PRUNE_FILTERS = ("dangling", "label", "label!", "until")
_NOBODY: Map[str, bool] = Map()

Deleted = list[dict[str, str]]
"""What a removal did, in the API's words: Untagged and Deleted."""


# coming and going


def add_layers(draft: Draft, layers: Iterable[Layer]) -> None:
    """Put layers into the world, from the base up; what is already there stays."""
    for layer in layers:
        if layer.chain_id not in draft.layers:
            draft.layers[layer.chain_id] = layer
            disk.take(draft, layer.size_bytes)
            if layer.parent:
                add_to_index(draft.layer_users, layer.parent, f"layer:{layer.chain_id}")


def add(draft: Draft, image: Image, layers: Iterable[Layer]) -> None:
    """Put an image and the layers it needs into the world; what is already there stays."""
    add_layers(draft, layers)
    if image.id in draft.images:
        return
    draft.images[image.id] = image
    if image.top:
        add_to_index(draft.layer_users, image.top, f"image:{image.id}")
    if image.parent:
        add_to_index(draft.image_children, image.parent, image.id)


def set_parent(draft: Draft, image: Image, parent: str) -> None:
    """Let an image be one that was built from another one."""
    if image.parent:
        remove_from_index(draft.image_children, image.parent, image.id)
    draft.images[image.id] = replace(image, parent=parent)
    add_to_index(draft.image_children, parent, image.id)


def set_reference(draft: Draft, name: str, identifier: str) -> None:
    """Make NAME:TAG or NAME@DIGEST (spelled in full) mean an image; an image that loses the name stays."""
    before = draft.tags.get(name)
    if before == identifier:
        return
    if before is not None:
        drop_reference(draft, name)
    draft.tags[name] = identifier
    draft.image_tags[identifier] = (*draft.image_tags.get(identifier, ()), name)


def drop_reference(draft: Draft, name: str) -> None:
    identifier = draft.tags[name]
    del draft.tags[name]
    rest = tuple(other for other in draft.image_tags.get(identifier, ()) if other != name)
    if rest:
        draft.image_tags[identifier] = rest
    else:
        del draft.image_tags[identifier]


def discard(draft: Draft, image: Image) -> Deleted:
    """Take an image without references out of the world, with the layers that nobody uses any more."""
    for name in draft.image_tags.get(image.id, ()):
        drop_reference(draft, name)
    image_event(draft, image.id, "delete", image.id)
    del draft.images[image.id]
    draft.tag_times.pop(image.id)
    deleted = [{"Deleted": image.id}]
    if image.parent:
        remove_from_index(draft.image_children, image.parent, image.id)
    if image.top:
        remove_from_index(draft.layer_users, image.top, f"image:{image.id}")
        deleted += [{"Deleted": chain} for chain in release_layer(draft, image.top)]
    return deleted


def release_layer(draft: Draft, chain: str) -> list[str]:
    """Drop a layer that nobody uses, and those below that only it used; gives their chain ids, top first."""
    dropped = []
    while chain and chain in draft.layers and chain not in draft.layer_users:
        parent = draft.layers[chain].parent
        disk.give_back(draft, draft.layers[chain].size_bytes)
        del draft.layers[chain]
        dropped.append(chain)
        if parent:
            remove_from_index(draft.layer_users, parent, f"layer:{chain}")
        chain = parent
    return dropped


# names


def names(draft: Draft, image: Image) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """An image's tags and digests as people write them, each sorted."""
    tags: list[str] = []
    digests: list[str] = []
    for name in draft.image_tags.get(image.id, ()):
        parsed = reference.parse(name)
        (digests if parsed.digest else tags).append(parsed.familiar)
    return tuple(sorted(tags)), tuple(sorted(digests))


def tag(draft: Draft, image: Image, repository: str, tag_name: str) -> None:
    """Give an image another name.

    Raises:
        Refusal: the name is not allowed.
    """
    name = parse_target(repository, tag_name)
    set_reference(draft, f"{name.name}:{name.tag}", image.id)
    draft.tag_times[image.id] = draft.now_ns
    image_event(draft, image.id, "tag", name.familiar)


def parse_target(repository: str, tag_name: str) -> reference.Reference:
    """A name to be given, with its tag.

    Raises:
        Refusal: it is no reference, or one with a digest.
    """
    try:
        parsed = reference.parse(repository)
    except reference.InvalidReference as problem:
        raise messages.INVALID_REFERENCE(problem=problem) from None
    if parsed.digest:
        raise messages.TAG_DIGEST()
    if tag_name:
        if not reference.is_tag(tag_name):
            raise messages.TAG_FORMAT()
        parsed = parsed._replace(tag=tag_name)
    if parsed.familiar_name == "sha256":
        raise messages.TAG_AMBIGUOUS()
    return parsed.with_default_tag()


# telling


def select(draft: Draft, filters: Filters, everything: bool) -> list[tuple[Image, tuple[str, ...], tuple[str, ...]]]:
    """The images that pass the filters with the names to show, newest first.

    Args:
        everything: also intermediate images, which have no name but have children.
    """
    dangling = filtering.boolean(filters, "dangling")
    before = _reference_time(draft, filters, "before")
    since = _reference_time(draft, filters, "since")
    until = filtering.until(filters, draft.now_ns, takes_several=True)
    patterns = filters.get("reference", ())
    found = []
    for image in draft.images.values():
        if (before is not None and image.created_ns >= before) or (since is not None and image.created_ns <= since):
            continue
        if (until is not None and image.created_ns >= until) or not filtering.labels_match(
            filters, image.config.labels or {}
        ):
            continue
        tags, digests = names(draft, image)
        if patterns:
            tags = tuple(name for name in tags if _matches(patterns, name))
            digests = tuple(name for name in digests if _matches(patterns, name))
            if not tags and not digests:
                continue
        nameless = not tags and not digests
        if nameless and image.id in draft.image_children and not everything:
            continue
        if (dangling is True and tags) or (dangling is False and nameless):  # a digest alone is no name
            continue
        found.append((image, tags, digests))
    return sorted(found, key=lambda entry: (-entry[0].created_ns, entry[0].id))


def _reference_time(draft: Draft, filters: Filters, name: str) -> int | None:
    values = filters.get(name, ())
    return lookup.image(draft, values[-1]).created_ns if values else None


def _matches(patterns: Iterable[str], familiar: str) -> bool:
    """Whether a pattern fits a reference, its repository, or (as docker has it) both in full (distribution FamiliarMatch)."""
    parsed = reference.parse(familiar)
    options = (parsed.familiar_name, familiar)
    return any(path_match(pattern, option) for pattern in patterns for option in options)


def summary(
    draft: Draft,
    image: Image,
    tags: tuple[str, ...],
    digests: tuple[str, ...] | None,
    *,
    shared: bool,
    containers: bool,
) -> ImageSummary:
    """An image in a list. Counting containers and shared bytes is left to those who ask for it."""
    users = draft.image_containers.get(image.id)
    return ImageSummary(
        containers=(len(users) if users is not None else 0) if containers else -1,
        created=image.created_ns // clock.SECOND_NS,
        id=image.id,
        labels=dict(image.config.labels) if image.config.labels else None,
        parent_id=image.parent,
        repo_digests=digests,
        repo_tags=tags,
        shared_size=shared_bytes(draft, image) if shared else -1,
        size=image.size_bytes,
    )


def shared_bytes(draft: Draft, image: Image) -> int:
    """The bytes of an image's layers that other images have too."""
    total = 0
    for chain in image.layers:
        if _image_users(draft, chain) > 1:
            total += draft.layers[chain].size_bytes
    return total


def _image_users(draft: Draft, chain: str) -> int:
    """How many images have this layer, counted up to two."""
    count, pending = 0, [chain]
    while pending and count < 2:
        for user in draft.layer_users.get(pending.pop(), _NOBODY):
            kind, _, rest = user.partition(":")
            if kind == "image":
                count += 1
            elif kind == "layer":
                pending.append(rest)
    return count


def inspect(draft: Draft, image: Image) -> ImageInspect:
    """What the API says of an image."""
    tags, digests = names(draft, image)
    return ImageInspect(
        id=image.id,
        repo_tags=tags,
        repo_digests=digests,
        parent=image.parent,
        comment=image.comment,
        created=clock.rfc3339_nano(image.created_ns),
        docker_version=image.docker_version,
        author=image.author,
        config=image.config,
        architecture=image.architecture,
        variant=image.variant or UNSET,
        os=image.os,
        size=image.size_bytes,
        graph_driver=GraphDriver(_overlay_paths(image), "overlay2"),
        root_fs=RootFS("layers", image.diff_ids),
        metadata=ImageMetadata(clock.rfc3339_nano(draft.tag_times.get(image.id, 0))),
    )


def _overlay_paths(image: Image) -> dict[str, str]:
    if not image.layers:
        return {}
    below = ":".join(f"{overlay_names.path_of_layer(chain)}/diff" for chain in reversed(image.layers[:-1]))
    top = overlay_names.path_of_layer(image.top)
    return {
        **({"LowerDir": below} if below else {}),
        "MergedDir": f"{top}/merged",
        "UpperDir": f"{top}/diff",
        "WorkDir": f"{top}/work",
    }


def history(draft: Draft, image: Image) -> list[HistoryItem]:
    """An image's history, newest first, with the ids of those steps that are images here."""
    known = [image]
    while known[-1].parent and known[-1].parent in draft.images:
        known.append(draft.images[known[-1].parent])
    by_length = {len(ancestor.history): ancestor for ancestor in reversed(known)}
    items: list[HistoryItem] = []
    layer_index = 0
    for position, entry in enumerate(image.history, 1):
        size = 0
        if not entry.empty_layer and layer_index < len(image.layers):
            size = draft.layers[image.layers[layer_index]].size_bytes
            layer_index += 1
        step = by_length.get(position)
        items.append(
            HistoryItem(
                comment=entry.comment,
                created=entry.created_ns // clock.SECOND_NS,
                created_by=entry.created_by,
                id=step.id if step is not None else "<missing>",
                size=size,
                tags=(names(draft, step)[0] or None) if step is not None else None,
            )
        )
    items.reverse()
    return items
