"""Images: how they come into and go out of the world, their names, and which of them a list has.

Sources: moby daemon/images (image_delete.go, images.go, image_prune.go); texts in recordings images and prune-df.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.go_patterns import path_match
from fakedocker.images.model import Image, Layer
from fakedocker.operations.images import content_store
from fakedocker.operations.system import disk, filters as filtering, lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.operations.system.filters import Filters
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.world.draft import Draft, add_to_index, remove_from_index

LIST_FILTERS = ("before", "dangling", "label", "reference", "since", "until")
PRUNE_FILTERS = ("dangling", "label", "label!", "until")

Deleted = list[dict[str, str]]
"""What a removal did, in the API's words: Untagged and Deleted."""


# coming and going


def add_layers(draft: Draft, layers: Iterable[Layer], remotes: Iterable[RemoteLayer] = ()) -> None:
    """Put layers into the world, from the base up; what is already there stays.

    Args:
        remotes: how a registry has them, where they come from one.
    """
    offered = {remote.layer.chain_id: remote for remote in remotes}
    for layer in layers:
        if layer.chain_id not in draft.layers:
            kept = (
                content_store.stored_layer(layer, offered.get(layer.chain_id))
                if content_store.is_used(draft)
                else layer
            )
            draft.layers[layer.chain_id] = kept
            disk.take(draft, layer.size_bytes)
            if layer.parent:
                add_to_index(draft.layer_users, layer.parent, f"layer:{layer.chain_id}")


def add(
    draft: Draft,
    image: Image,
    layers: Iterable[Layer],
    attestation: Attestation | None = None,
    build: tuple[str, str] | None = None,
) -> Image:
    """Put an image that was made here and the layers it needs into the world; what is already there stays.

    Args:
        attestation: what its builder attests, which containerd's store keeps with it.
        build: the name and the time of the build by BuildKit that it came of; that store keeps it, too.

    Returns:
        the image as the store of this world keeps it, under the id that it has there.
    """
    add_layers(draft, layers)
    if content_store.is_used(draft):
        image = content_store.of_config(image, [draft.layers[chain] for chain in image.layers], attestation, build)
    return _kept(draft, image)


def add_offered(draft: Draft, manifest: Manifest, source: str = "") -> Image:
    """The same of an image that comes as a manifest with its layers.

    Args:
        source: the repository that it was pulled from.
    """
    add_layers(draft, (remote.layer for remote in manifest.layers), manifest.layers)
    return _kept(
        draft, content_store.of_manifest(draft, manifest, source) if content_store.is_used(draft) else manifest.image
    )


def note_source(draft: Draft, identifier: str, repository: str) -> None:
    """Note that containerd's store knows an image in a repository: it was pushed there."""
    image = draft.images.get(identifier)
    if image is not None and image.target is not None and repository not in image.target.pulled_from:
        target = replace(image.target, pulled_from=(*image.target.pulled_from, repository))
        draft.images[identifier] = replace(image, target=target)


def _kept(draft: Draft, image: Image) -> Image:
    known = draft.images.get(image.id)
    if known is not None and known.target == image.target:
        return known
    draft.images[image.id] = image
    for top in image.tops:
        add_to_index(draft.layer_users, top, f"image:{image.id}")
    if image.parent and known is None:
        add_to_index(draft.image_children, image.parent, image.id)
    return image


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
    for top in image.tops:
        remove_from_index(draft.layer_users, top, f"image:{image.id}")
        released = release_layer(draft, top)
        if image.target is None:
            deleted += [{"Deleted": chain} for chain in released]
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
    """An image's tags and digests as people write them, each sorted.

    In containerd's store every repository that an image has a name in makes a digest, and a name with a digest is told
    among the tags too.
    """
    tags: list[str] = []
    digests: list[str] = []
    for name in draft.image_tags.get(image.id, ()):
        parsed = reference.parse(name)
        if image.target is not None:
            tags.append(parsed.familiar)
            digests.append(f"{parsed.familiar_name}@{image.id}")
        else:
            (digests if parsed.digest else tags).append(parsed.familiar)
    return tuple(sorted(tags)), tuple(sorted(set(digests)))


def tag(draft: Draft, image: Image, repository: str, tag_name: str) -> None:
    """Give an image another name.

    Raises:
        Refusal: the name is not allowed.
    """
    name = parse_target(repository, tag_name)
    set_reference(draft, f"{name.name}:{name.tag}", image.id)
    draft.tag_times[image.id] = draft.wall_ns
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
        parsed = replace(parsed, tag=tag_name)
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
    until = filtering.until(filters, draft.wall_ns, takes_several=True)
    patterns = filters.get("reference", ())
    found = []
    for image in draft.images.values():
        if (before is not None and image.created_ns >= before) or (since is not None and image.created_ns <= since):
            continue
        kept_ns = image.created_ns if image.target is None else draft.tag_times.get(image.id, image.created_ns)
        if (until is not None and kept_ns >= until) or not filtering.labels_match(filters, image.config.labels or {}):
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
