"""Finding what a request names: by id, name or unambiguous beginning of an id, in docker's order."""

from __future__ import annotations

from bisect import bisect_left

from fakedocker.base import messages, reference
from fakedocker.base.reference import Reference
from fakedocker.containers.model import Container, Exec
from fakedocker.images.model import Image
from fakedocker.network.model import Network
from fakedocker.volumes.model import Volume
from fakedocker.world.draft import Draft

PREFIX_DIGITS = 3
_DIGITS = "0123456789abcdef"
_HEX = frozenset(_DIGITS)


def container(draft: Draft, name: str) -> Container:
    """A container by id, by name (with or without a slash), or by the beginning of its id.

    Source: moby daemon/container.go GetContainer: whole ids win over names, names over beginnings of ids.
    Constant time but for beginnings shorter than three digits.

    Raises:
        Refusal: there is none, or more than one.
    """
    if not name:
        raise messages.EMPTY_NAME()
    found = draft.containers.get(name)
    if found is not None:
        return found
    identifier = draft.container_names.get(name.removeprefix("/"))
    if identifier is not None:
        return draft.containers[identifier]
    matches = ids_starting_with(draft, name, limit=2)
    if len(matches) > 1:
        raise messages.AMBIGUOUS_ID(name=name)
    if not matches:
        raise messages.NO_SUCH_CONTAINER(name=name)
    return draft.containers[matches[0]]


def ids_starting_with(draft: Draft, prefix: str, limit: int) -> list[str]:
    """Up to `limit` container ids that start so."""
    if prefix.strip(_DIGITS):
        return []
    if len(prefix) >= PREFIX_DIGITS:
        bucket = draft.container_prefixes.get(prefix[:PREFIX_DIGITS], ())
        first = bisect_left(bucket, prefix)
        return [identifier for identifier in bucket[first : first + limit] if identifier.startswith(prefix)]
    found: list[str] = []
    for name in _buckets(prefix):
        found += draft.container_prefixes.get(name, ())
        if len(found) >= limit:
            break
    return found[:limit]


def _buckets(prefix: str) -> list[str]:
    """The buckets that a beginning shorter than theirs may be in."""
    buckets = [prefix]
    while len(buckets[0]) < PREFIX_DIGITS:
        buckets = [bucket + digit for bucket in buckets for digit in _DIGITS]
    return buckets


def execution(draft: Draft, identifier: str) -> Exec:
    """A docker exec by its whole id."""
    found = draft.execs.get(identifier)
    if found is None:
        raise messages.NO_SUCH_EXEC(id=identifier)
    return found


def image(draft: Draft, name: str) -> Image:
    """An image by reference, by id, or by the beginning of its id.

    Source: moby daemon/images/image.go GetImage.

    Raises:
        Refusal: there is none; the name is then spelled with its tag.
    """
    found = find_image(draft, name)
    if found is not None:
        return found
    try:
        spelled = reference.parse(name).with_default_tag().familiar
    except reference.InvalidReference:
        if reference.looks_like_digest(name):
            spelled = name
        elif len(name) == 64 and set(name) <= _HEX:
            spelled = f"sha256:{name}"
        else:
            raise messages.INVALID_REFERENCE(problem=_invalid(name)) from None
    raise messages.NO_SUCH_IMAGE(name=spelled)


def _invalid(name: str) -> str:
    try:
        reference.parse(name)
    except reference.InvalidReference as problem:
        return str(problem)
    return "invalid reference format"


def find_image(draft: Draft, name: str) -> Image | None:
    """The image that a name means, None where there is none or the name is not unambiguous."""
    if reference.looks_like_digest(name):
        return draft.images.get(name)
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference:
        parsed = None
    if parsed is not None:
        if parsed.digest:
            identifier = draft.tags.get(f"{parsed.name}@{parsed.digest}") or _by_target(draft, parsed)
        else:
            identifier = draft.tags.get(f"{parsed.name}:{parsed.tag or 'latest'}")
        if identifier is not None:
            return draft.images[identifier]
    digits = name.removeprefix("sha256:")
    if digits and set(digits) <= _HEX:
        matches = [identifier for identifier in draft.images if identifier.startswith(f"sha256:{digits}")]
        if len(matches) == 1:
            return draft.images[matches[0]]
    return None


def _by_target(draft: Draft, name: Reference) -> str | None:
    """In containerd's store a digest is an image's id: the image, if it has a name in that repository."""
    image = draft.images.get(name.digest)
    if image is None or image.target is None:
        return None
    own = (f"{name.name}:", f"{name.name}@")
    return image.id if any(full.startswith(own) for full in draft.image_tags.get(image.id, ())) else None


def is_id(image: Image, name: str) -> bool:
    """Whether a name by which an image was found is its id, or the beginning of it."""
    digits = name.removeprefix("sha256:")
    if not image.id.startswith(f"sha256:{digits}"):
        return False
    try:
        return reference.parse(name).familiar_name == name or name.startswith("sha256:")
    except reference.InvalidReference:
        return True


def image_users(draft: Draft, image: Image) -> list[str]:
    """Containers made from an image, running ones first, then in the order they were made."""
    users = draft.image_containers.get(image.id) or ()
    return sorted(
        users, key=lambda identifier: (not draft.containers[identifier].is_running, draft.containers[identifier].number)
    )


def shown_name(draft: Draft, image: Image) -> str:
    """What an image is called where somebody reads of it: a name of it, or its id."""
    names = sorted(draft.image_tags.get(image.id, ()))
    return reference.parse(names[0]).familiar if names else image.id


def network(draft: Draft, name: str) -> Network:
    """A network by id, name, or the beginning of its id. Linear in the number of networks for beginnings.

    Raises:
        Refusal: there is none, or more than one.
    """
    found = draft.networks.get(name)
    if found is not None:
        return found
    identifier = draft.network_names.get(name)
    if identifier is not None:
        return draft.networks[identifier]
    matches = [identifier for identifier in draft.networks if name and identifier.startswith(name)]
    if len(matches) > 1:
        raise messages.AMBIGUOUS_NETWORK(name=name, count=len(matches))
    if not matches:
        raise messages.NO_SUCH_NETWORK(name=name)
    return draft.networks[matches[0]]


def volume(draft: Draft, name: str) -> Volume:
    """A volume by its whole name."""
    found = draft.volumes.get(name)
    if found is None:
        raise messages.NO_SUCH_VOLUME(name=name)
    return found
