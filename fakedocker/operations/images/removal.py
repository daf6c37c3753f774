"""Removing and pruning images: what holds one, what goes with it. Containerd's store has its own rules (target_removal)."""

from __future__ import annotations

from fakedocker.base import messages, reference
from fakedocker.base.identity import short
from fakedocker.images.model import Image
from fakedocker.operations.images import content_store, target_removal
from fakedocker.operations.images.images import Deleted, discard, drop_reference
from fakedocker.operations.system import filters as filtering, lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.operations.system.filters import Filters
from fakedocker.world.draft import Draft


def remove(
    draft: Draft, name: str, force: bool, prune_parents: bool = True, platforms: tuple[str, ...] = ()
) -> Deleted:
    """Remove a name of an image, and the image with its last one.

    Args:
        platforms: whose content is to go, in containerd's store; () for the image.

    Raises:
        Refusal: there is none, or something still needs it.
    """
    if content_store.is_used(draft):
        return target_removal.remove(draft, name, force, prune_parents, platforms)
    image = lookup.image(draft, name)
    by_id = lookup.is_id(image, name)
    tags = [other for other in draft.image_tags.get(image.id, ()) if "@" not in other]
    deleted: Deleted = []
    if not by_id:
        parsed = reference.parse(name).with_default_tag()
        full = f"{parsed.name}@{parsed.digest}" if parsed.digest else f"{parsed.name}:{parsed.tag}"
        if not force and (parsed.digest or tags == [full]):
            _refuse_used_name(draft, image, name)
        deleted += _untag(draft, image, full)
        remaining = draft.image_tags.get(image.id, ())
        same_repository = [other for other in remaining if other.startswith((f"{parsed.name}:", f"{parsed.name}@"))]
        if not parsed.digest and same_repository and all("@" in other for other in same_repository):
            for other in same_repository:
                deleted += _untag(draft, image, other, is_told=False)
        if draft.image_tags.get(image.id):
            return deleted
        problem = _conflict(draft, image, force, stopped_too=False)
        if problem is not None:
            return deleted
        return deleted + _remove_image(draft, image, force, prune_parents)
    repositories = {reference.parse(other).name for other in draft.image_tags.get(image.id, ())}
    hard = _conflict(draft, image, force=True, stopped_too=False)
    if hard is not None:
        raise hard
    if len(repositories) > 1 and not force:
        raise messages.IMAGE_MANY_TAGS(image=short(image.id))
    problem = _conflict(draft, image, force, stopped_too=not force)
    if problem is not None:
        raise problem
    for other in draft.image_tags.get(image.id, ()):
        deleted += _untag(draft, image, other)
    return deleted + _remove_image(draft, image, force, prune_parents)


def _untag(draft: Draft, image: Image, full: str, is_told: bool = True) -> Deleted:
    drop_reference(draft, full)
    if is_told:
        image_event(draft, image.id, "untag", image.id)
    return [{"Untagged": reference.parse(full).familiar}]


def _refuse_used_name(draft: Draft, image: Image, name: str) -> None:
    users = lookup.image_users(draft, image)
    if users:
        text_name = reference.parse(name).familiar
        raise messages.IMAGE_IN_USE(name=text_name, container=short(users[0]), image=short(image.id))


def _conflict(draft: Draft, image: Image, force: bool, stopped_too: bool) -> messages.Refusal | None:
    """Why an image cannot be deleted; None when it can."""
    if image.id in draft.image_children:
        return messages.IMAGE_HAS_CHILDREN(image=short(image.id))
    for identifier in lookup.image_users(draft, image):
        if draft.containers[identifier].is_running:
            return messages.IMAGE_IN_USE_RUNNING(image=short(image.id), container=short(identifier))
        if stopped_too or not force:
            return messages.IMAGE_IN_USE_STOPPED(image=short(image.id), container=short(identifier))
    return None


def _remove_image(draft: Draft, image: Image, force: bool, prune_parents: bool) -> Deleted:
    """Delete an image, and the nameless parents that only it had."""
    deleted = discard(draft, image)
    parent = draft.images.get(image.parent)
    if (
        prune_parents
        and parent is not None
        and not draft.image_tags.get(parent.id)
        and _conflict(draft, parent, False, True) is None
    ):
        deleted += _remove_image(draft, parent, force, prune_parents)
    return deleted


def prune(draft: Draft, filters: Filters) -> tuple[Deleted, int]:
    """Remove dangling images, or with dangling=false every image that no container uses.

    Returns:
        what was done, and the bytes that became free.
    """
    if content_store.is_used(draft):
        return target_removal.prune(draft, filters)
    only_dangling = filtering.boolean(filters, "dangling", default=True)
    until = filtering.until(filters, draft.wall_ns)
    before = sum(layer.size_bytes for layer in draft.layers.values())
    deleted: Deleted = []
    for image in sorted(draft.images.values(), key=lambda image: (image.created_ns, image.id)):
        if image.id not in draft.images or lookup.image_users(draft, image):
            continue
        if (until is not None and image.created_ns > until) or not filtering.prune_labels_match(
            filters, image.config.labels or {}
        ):
            continue
        references = draft.image_tags.get(image.id, ())
        is_tagged = any("@" not in name for name in references)
        if only_dangling and (is_tagged or (not references and image.id in draft.image_children)):
            continue
        for name in sorted(references):
            deleted += _untag(draft, image, name)
        if image.id not in draft.image_children:
            deleted += _remove_image(draft, image, force=False, prune_parents=True)
    freed = before - sum(layer.size_bytes for layer in draft.layers.values())
    draft.record_event("image", "prune", "", [("reclaimed", str(freed))])
    return deleted, freed
