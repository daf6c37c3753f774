"""From a manifest and its blobs, as registries send them, to an image and its layers; and which blobs that takes.

Source: moby distribution/pull_v2.go.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import MsgspecError

from fakedocker.base import messages
from fakedocker.base.platform import Platform
from fakedocker.filesystem.content import Content
from fakedocker.images import document as documents, targets
from fakedocker.images.document import InvalidDocument
from fakedocker.images.model import Layer, chain_id, content_digest
from fakedocker.operations.images import content_store, unpacking
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.distribution import manifests
from fakedocker.registry.distribution.problems import Problem
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire import decode
from fakedocker.wire.manifest import ImageManifest, Index
from fakedocker.world.draft import Draft

_WRONG = (Problem, MsgspecError, InvalidDocument, decode.InvalidJSON)


def wanted(raw: bytes, blobs: Mapping[str, bytes], have: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is still missing of an image, as ("manifests" or "blobs", digest).

    Args:
        raw: its manifest or index.
        blobs: what is here of it.
        have: what is not needed, see `held`.

    Raises:
        Refusal: it is no image for this machine.
    """
    try:
        own = raw
        if manifests.read(raw, "").manifests:
            chosen = _chosen(decode.decode(raw, Index))
            if chosen not in blobs:
                yield "manifests", chosen
                return
            own = blobs[chosen]
        document = decode.decode(own, ImageManifest)
        if document.config.digest not in blobs:
            yield "blobs", document.config.digest
            return
        chain = ""
        config = documents.read_document(blobs[document.config.digest])
        for descriptor, diff_id in zip(document.layers, config.diff_ids, strict=False):
            chain = chain_id(chain, diff_id)
            is_here = chain in have or f"{chain}@{descriptor.digest}" in have
            if not is_here and descriptor.digest not in blobs:
                yield "blobs", descriptor.digest
    except _WRONG as problem:
        raise messages.MANIFEST_INVALID(problem=problem) from None


def held(draft: Draft) -> frozenset[str]:
    """What need not be fetched: layers by their chain ids, in containerd's store with the digests of their blobs, which it keeps, too."""
    if not content_store.is_used(draft):
        return frozenset(draft.layers)
    return frozenset(f"{chain}@{layer.blob.digest}" for chain, layer in draft.layers.items() if layer.blob is not None)


def chosen_of(raw: bytes, wanted: Platform = targets.HOST) -> str:
    """The manifest for a platform in an index that makes sense.

    Raises:
        Refusal: there is none.
    """
    return _chosen(decode.decode(raw, Index), wanted)


def assemble(draft: Draft, raw: bytes, media_type: str, read: Callable[[str], bytes]) -> Manifest:
    """The image that a manifest describes, or of an index the one for this machine.

    Args:
        read: gives a blob, or a manifest, by its digest.

    Raises:
        Refusal: it is none that this engine can run, or something is not what its digest says.
    """
    index = b""
    try:
        if manifests.read(raw, media_type).manifests:
            index = raw
        own = read(_chosen(decode.decode(raw, Index))) if index else raw
        document = decode.decode(own, ImageManifest)
        config_raw = _verified(document.config.digest, read(document.config.digest))
        config = documents.read_document(config_raw)
        layers = _layers(draft, document, config.diff_ids, read)
        image = documents.make_loaded_image(config, config_raw, [remote.layer for remote in layers])
    except _WRONG as problem:
        raise messages.MANIFEST_INVALID(problem=problem) from None
    about = _attested(index, content_digest(own), read) if index else None
    return Manifest(digest=content_digest(raw), image=image, layers=layers, raw=own, index=index, attestation=about)


def _attested(index: bytes, subject: str, read: Callable[[str], bytes]) -> Attestation | None:
    """What an index has that is attested of an image; None for nothing that can be read."""
    for entry in decode.decode(index, Index).manifests:
        if entry.annotations.get(targets.ATTESTS) != subject:
            continue
        try:
            raw = read(entry.digest)
            config = read(targets.config_descriptor(raw).digest)
            statements = tuple(read(each.digest) for each in targets.layer_descriptors(raw))
        except (messages.Refusal, *_WRONG):
            return None
        return Attestation(subject=subject, raw=raw, config=config, statements=statements)
    return None


def _chosen(index: Index, wanted: Platform = targets.HOST) -> str:
    """The manifest for a platform; one that says nothing of its own is for any."""
    for entry in index.manifests:
        named = entry.platform
        stated = Platform(named.os or wanted.os, named.architecture or wanted.architecture, named.variant)
        if targets.fits(stated, wanted):
            return entry.digest
    raise messages.NO_MATCHING_MANIFEST()


def _verified(digest: str, data: bytes) -> bytes:
    if content_digest(data) != digest:
        raise messages.LAYER_VERIFICATION(digest=digest)
    return data


def _layers(
    draft: Draft, document: ImageManifest, diff_ids: tuple[str, ...], read: Callable[[str], bytes]
) -> tuple[RemoteLayer, ...]:
    """The layers from the base up; those that are here already are not read, and blobs are kept in containerd's store alone."""
    if len(diff_ids) != len(document.layers):
        raise messages.LAYER_COUNT(expected=len(diff_ids), actual=len(document.layers))
    found: list[RemoteLayer] = []
    below: Layer | None = None
    keeps = content_store.is_used(draft)
    for descriptor, diff_id in zip(document.layers, diff_ids, strict=True):
        layer = draft.layers.get(chain_id(below.chain_id if below is not None else "", diff_id))
        original: Content | None = None
        if layer is None or (keeps and (layer.blob is None or layer.blob.digest != descriptor.digest)):
            blob = _verified(descriptor.digest, read(descriptor.digest))
            tar, is_made_here = unpacking.unpack_blob(blob)
            actual = unpacking.diff_id(tar)
            if actual != diff_id:
                raise messages.CONFIGURATION_MISMATCH(actual=actual, expected=diff_id)
            layer = layer or unpacking.make_layer(tar, diff_id, below)
            original = blob if keeps and not is_made_here else None
        elif layer.blob is not None:
            original = layer.blob.original
        found.append(RemoteLayer(digest=descriptor.digest, size_bytes=descriptor.size, layer=layer, original=original))
        below = layer
    return tuple(found)
