"""Removing and pruning images in containerd's store, where an image is as many records as it has names.

An image without a name is kept as one more record, called dangling; here it is an image that has no names.
Source: moby daemon/containerd/{image_delete,image_prune,soft_delete}.go; recordings of 29.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.identity import short
from fakedocker.base.reference import Reference
from fakedocker.images.model import Image
from fakedocker.images.targets import Part
from fakedocker.operations.images import content_store
from fakedocker.operations.images.images import Deleted, discard, drop_reference, release_layer
from fakedocker.operations.system import filters as filtering, lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.operations.system.filters import Filters
from fakedocker.world.draft import Draft, remove_from_index


def remove(draft: Draft, name: str, force: bool, prune_parents: bool, asked: tuple[str, ...] = ()) -> Deleted:
    """Remove a name of an image, and the image with its last one.

    Args:
        asked: the platforms whose content is to go, the names staying; () for the image.

    Raises:
        Refusal: there is none, or something still needs it.
    """
    if asked and not force:
        raise messages.REMOVE_PLATFORM()
    image = lookup.image(draft, name)
    if asked:
        return [entry for text in asked for entry in _remove_platform(draft, image, text)]
    every = draft.image_tags.get(image.id, ())
    exact = None if lookup.is_id(image, name) else reference.parse(name).with_default_tag()
    same = _same_references(exact, every)
    if exact is not None and same and len(same) != len(every):
        return _untag(draft, image, same)
    if exact is not None and _full(exact) in every and (users := lookup.image_users(draft, image)):
        if not force:
            raise messages.IMAGE_REFERENCE_IN_USE(name=exact.familiar, container=short(users[0]), image=short(image.id))
        for other in every:
            drop_reference(draft, other)
        image_event(draft, image.id, "untag", exact.familiar)
        return [{"Untagged": exact.familiar}]
    several = len(every) > 1 and len(same) != len(every)
    return _delete_all(draft, image, force, prune_parents, several=several)


def _full(name: Reference) -> str:
    return f"{name.name}@{name.digest}" if name.digest else f"{name.name}:{name.tag}"


def _same_references(named: Reference | None, every: tuple[str, ...]) -> tuple[str, ...]:
    """The names of an image that a name means: its tag and, where the repository has no other one here, its digests; with a
    digest every tag of the repository. Without a name, those that the first one means."""
    wanted = named or (reference.parse(every[0]) if every else None)
    if wanted is None:
        return ()
    own = [(full, parsed) for full in every if (parsed := reference.parse(full)).name == wanted.name]
    if wanted.digest:
        return tuple(full for full, _ in own)
    tagged = tuple(full for full, parsed in own if parsed.tag == wanted.tag)
    alone = all(parsed.digest or parsed.tag == wanted.tag for _, parsed in own)
    return (*tagged, *(full for full, parsed in own if parsed.digest and alone))


def _untag(draft: Draft, image: Image, names: tuple[str, ...]) -> Deleted:
    records: Deleted = []
    for full in names:
        drop_reference(draft, full)
        familiar = reference.parse(full).familiar
        image_event(draft, image.id, "untag", familiar)
        records.append({"Untagged": familiar})
    return records


def _delete_all(draft: Draft, image: Image, force: bool, prune_parents: bool, *, several: bool) -> Deleted:
    """Delete an image with all its names, then the nameless ones that it was made from."""
    _refuse_used(draft, image, stopped_too=not force)
    if several and not force:
        raise messages.IMAGE_MANY_TAGS(image=short(image.id))
    parents = _nameless_parents(draft, image) if prune_parents else []
    records = _untag(draft, image, tuple(sorted(draft.image_tags.get(image.id, ()))))
    records += discard(draft, image)
    for parent in parents:
        try:
            _refuse_used(draft, parent, stopped_too=True)
        except messages.Refusal:
            break
        records += discard(draft, parent)
    return records


def _nameless_parents(draft: Draft, image: Image) -> list[Image]:
    found: list[Image] = []
    while (parent := draft.images.get(image.parent)) is not None and not draft.image_tags.get(parent.id):
        found.append(parent)
        image = parent
    return found


def _refuse_used(draft: Draft, image: Image, *, stopped_too: bool) -> None:
    for identifier in lookup.image_users(draft, image):
        fields = {"image": short(image.id), "container": short(identifier)}
        if draft.containers[identifier].is_running:
            raise messages.IMAGE_IN_USE_RUNNING(**fields)
        if stopped_too:
            raise messages.IMAGE_IN_USE_STOPPED(**fields)


def _remove_platform(draft: Draft, image: Image, text: str) -> Deleted:
    """Let the content of one platform go.

    Raises:
        Refusal: it is not here, or it is all that is here.
    """
    wanted = content_store.wanted_platform(text)
    part = content_store.part_for_platform(image, wanted)
    if part is None or not part.is_here:
        raise messages.NO_PLATFORM_IN_INDEX(name=lookup.shown_name(draft, image), platform=wanted)
    assert image.target is not None
    rest = [other for other in image.target.images if other.is_here and other.digest != part.digest]
    if not rest:
        raise messages.NOT_SIMULATED(what="an image none of whose platforms is here")
    gone = {part.digest} | {other.digest for other in image.target.parts if other.attests == part.digest}
    parts = tuple(Part(descriptor=each.descriptor) if each.digest in gone else each for each in image.target.parts)
    left = replace(image, target=replace(image.target, parts=parts))
    draft.images[image.id] = content_store.image_of_part(draft, left, rest[0])
    for top in set(image.tops) - set(draft.images[image.id].tops):
        remove_from_index(draft.layer_users, top, f"image:{image.id}")
        release_layer(draft, top)
    return [{"Deleted": part.digest}]


def prune(draft: Draft, filters: Filters) -> tuple[Deleted, int]:
    """Remove images without a name, or with dangling=false every name that no container was made by.

    Returns:
        what was done, and the bytes that became free.
    """
    only_nameless = filtering.boolean(filters, "dangling", default=True)
    until = filtering.until(filters, draft.wall_ns)
    records: Deleted = []
    freed = 0
    used_names = {_full(name) for name in _names_of_containers(draft)}
    for image in sorted(draft.images.values(), key=lambda image: (draft.image_tags.get(image.id, ("",))[0], image.id)):
        passes = filtering.prune_labels_match(filters, image.config.labels or {})
        if (until is not None and image.created_ns > until) or not passes:
            continue
        every = tuple(sorted(draft.image_tags.get(image.id, ())))
        if (only_nameless and every) or (not every and lookup.image_users(draft, image)):
            continue
        going = [full for full in every if full not in used_names]
        if len(going) == len(every) and every and _is_used_by_id(draft, image):
            going.pop()
        if going or not every:
            done, bytes_ = _prune(draft, image, tuple(going), whole=len(going) == len(every))
            records += done
            freed += bytes_
    draft.record_event("image", "prune", "", [("reclaimed", str(freed))])
    return records, freed


def _names_of_containers(draft: Draft) -> list[Reference]:
    found = []
    for container in draft.containers.values():
        try:
            found.append(reference.parse(container.image_name).with_default_tag())
        except reference.InvalidReference:
            continue
    return found


def _is_used_by_id(draft: Draft, image: Image) -> bool:
    """Whether a container was made by the image's id or digest."""
    for identifier in lookup.image_users(draft, image):
        name = draft.containers[identifier].image_name
        if image.id.startswith(f"sha256:{name.removeprefix('sha256:')}") or name.endswith(f"@{image.id}"):
            return True
    return False


def _prune(draft: Draft, image: Image, names: tuple[str, ...], *, whole: bool) -> tuple[Deleted, int]:
    records = _untag(draft, image, names)
    if not names:
        image_event(draft, image.id, "untag", image.id)
        records = [{"Untagged": image.id}]
    if not whole:
        return records, 0
    assert image.target is not None
    before = {chain for part in image.target.parts for chain in part.chain}
    sizes = {chain: content_store.layer_bytes(draft, chain) + _blob_bytes(draft, chain) for chain in before}
    small = content_store.document_bytes(image)
    discard(draft, image)
    documents = [image.id] if image.target.is_index else []
    documents += [part.digest for part in image.target.parts if part.is_here]
    records += [{"Deleted": digest} for digest in documents]
    return records, small + sum(size for chain, size in sizes.items() if chain not in draft.layers)


def _blob_bytes(draft: Draft, chain: str) -> int:
    blob = draft.layers[chain].blob
    return blob.content_bytes if blob is not None else 0
