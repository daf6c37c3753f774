"""Manifests and lists of them in registries, by themselves: what docker manifest asks for.

The real client talks to the registry itself; here it asks the daemon, as the registries of the simulation are the
daemon's.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.reference import Reference
from fakedocker.images.model import content_digest
from fakedocker.images.targets import INDEX_TYPE
from fakedocker.operations.registry import pull, unknown_images
from fakedocker.registry import catalogue
from fakedocker.registry.distribution import manifests
from fakedocker.registry.distribution.problems import CODES, Problem
from fakedocker.registry.hub import lookup
from fakedocker.registry.manifests import MANIFEST_TYPE
from fakedocker.registry.model import Manifest
from fakedocker.world.draft import Draft


class RawManifest(NamedTuple):
    """A manifest or list as a registry serves it."""

    raw: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return content_digest(self.raw)


def find(draft: Draft, name: Reference) -> RawManifest:
    """What is under a name.

    Raises:
        Refusal: no such registry, repository, tag or digest.
    """
    running = pull.find_running(draft, name)
    if running is not None:
        found = running.raw_manifest(name)
        if found is None:
            raise messages.MANIFEST_UNKNOWN(name=name.familiar)
        return RawManifest(*found)
    registry = pull.find_registry(draft, name)
    digest = name.digest or registry.tags.get(f"{name.path}:{name.tag}", "")
    index = registry.indexes.get(f"{name.path}@{digest}")
    if index is not None:
        return RawManifest(index, manifests.read(index, "").media_type)
    own = pull.find_manifest(draft, name)
    offered = None if name.digest or digest else _offered(draft, name)
    return offered or RawManifest(own.raw, manifests.read(own.raw, "").media_type or MANIFEST_TYPE)


def _offered(draft: Draft, name: Reference) -> RawManifest | None:
    """The index that the Hub serves for an official image. All that is in it can be asked for by its digest from now on."""
    registry = pull.find_registry(draft, name)
    path = unknown_images.official_path(name) or catalogue.path_at(registry.host, name.path)
    index = catalogue.index(path, name.tag, lookup.day_of(draft.now_ns))
    if index is None:
        return None
    images = registry.manifests
    raws = registry.indexes.set(f"{name.path}@{index.digest}", index.raw)
    for manifest in index.manifests:
        images = images.set(f"{name.path}@{manifest.digest}", manifest)
    for about in index.attestations:
        raws = raws.set(f"{name.path}@{about.descriptor.digest}", about.raw)
    draft.registries[name.domain] = replace(registry, manifests=images, indexes=raws)
    return RawManifest(index.raw, INDEX_TYPE)


def put(draft: Draft, name: Reference, raw: bytes, username: str) -> str:
    """Put a list into a registry, under a tag; gives its digest. The images in it come along from other repositories
    there.

    Raises:
        Refusal: it is no list, an image in it is not in that registry, or whoever asks may not.
    """
    try:
        needs = manifests.read(raw, "")
    except Problem as problem:
        raise messages.BAD_REQUEST(problem=f"{CODES[problem.code][1]}: {problem.detail}") from None
    running = pull.find_running(draft, name)
    if running is not None:
        if not running.put_index(name, raw, needs):
            raise messages.MANIFEST_BLOB_UNKNOWN()
        return content_digest(raw)
    registry = pull.find_registry(draft, name)
    if registry.outside:
        raise messages.NOT_SIMULATED(what="a manifest list for a registry outside of the simulation")
    own = bool(username) and name.path.startswith(f"{username}/") and name.domain in draft.registries
    if registry.catalogue and not own:
        raise messages.PUSH_DENIED()
    held = registry.manifests
    for digest in needs.manifests:
        held = held.set(f"{name.path}@{digest}", _child(draft, name, digest))
    digest = content_digest(raw)
    draft.registries[name.domain] = replace(
        registry,
        manifests=held,
        indexes=registry.indexes.set(f"{name.path}@{digest}", raw),
        tags=registry.tags.set(f"{name.path}:{name.tag}", digest),
    )
    return digest


def _child(draft: Draft, name: Reference, digest: str) -> Manifest:
    """An image of the registry, in whichever repository it is."""
    registry = draft.registries[name.domain]
    found = [manifest for key, manifest in sorted(registry.manifests.items()) if key.endswith(f"@{digest}")]
    if not found and registry.catalogue:
        found = [manifest for manifest in (catalogue.find(digest),) if manifest is not None]
    if not found:
        raise messages.MANIFEST_BLOB_UNKNOWN()
    return found[0]
