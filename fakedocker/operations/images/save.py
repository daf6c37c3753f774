"""docker save: images as one archive, an OCI layout with docker's own manifest.json and repositories beside it.

Layers are uncompressed tars under their diff ids, in the archive by reference, and each is there once. The
configurations in docker's form before 1.10, which the engine still writes as blobs that nothing refers to, are left
out. Source: moby image/tarexport/save.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from fakedocker.base import messages, reference
from fakedocker.base.reference import Reference
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.images.model import Image, content_digest
from fakedocker.operations.images import content_store, target_saving
from fakedocker.operations.images.platform_check import is_for
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.world.draft import Draft

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
NAME_ANNOTATION = "io.containerd.image.name"
TAG_ANNOTATION = "org.opencontainers.image.ref.name"


def save(draft: Draft, names: Sequence[str], platform: str = "") -> Iterator[bytes]:
    """The archive of some images, in chunks that are made as they are taken. Time grows with the number of files in them.

    Args:
        names: NAME means every tag of it, NAME:TAG that one, an id the image without a name.
        platform: os/architecture that they must have, "" for any.

    Raises:
        Refusal: there is no such image.
    """
    if content_store.is_used(draft):
        return target_saving.save(draft, names, platform)
    chosen = _chosen(draft, names)
    for image, _ in chosen:
        if not image.layers:
            raise messages.SAVE_EMPTY()
        _check_platform(image, platform)
    content = archive_of(draft, chosen)
    for image, _ in chosen:
        image_event(draft, image.id, "save", image.id)
    return contents.chunks(content)


def archive_of(draft: Draft, chosen: Sequence[tuple[Image, list[Reference]]]) -> Content:
    """The archive of images with the names each has in it. Their layers must be here, the images need not."""
    saved = {image.id for image, _ in chosen}
    blobs: dict[str, LayerEntry] = {}
    documents: list[dict[str, Any]] = []
    descriptors: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    for image, tags in chosen:
        layers = _layer_descriptors(draft, image, blobs)
        _add_blob(blobs, image, image.raw_config)
        manifest = _manifest(image, layers)
        _add_blob(blobs, image, manifest)
        descriptors += _index_entries(manifest, tags)
        documents.append(_docker_manifest(image, tags, layers, saved))
        for name in tags:
            repositories.setdefault(name.familiar_name, {})[name.tag] = _digits(image.diff_ids[-1])
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": descriptors}
    files = {
        "index.json": msgspec.json.encode(index),
        "manifest.json": _encoded_lines(documents),
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        **({"repositories": _encoded_lines(repositories, "sorted")} if repositories else {}),
    }
    directories = [LayerEntry(path, "dir", 0o755) for path in ("blobs", "blobs/sha256")]
    texts = [LayerEntry(path, "file", content=text) for path, text in files.items()]
    return write_tar([*directories, *(blobs[path] for path in sorted(blobs)), *texts])


def _encoded_lines(value: object, order: Any = None) -> bytes:
    return msgspec.json.encode(value, order=order) + b"\n"


def _chosen(draft: Draft, names: Sequence[str]) -> list[tuple[Image, list[Reference]]]:
    """Every image that is meant, once, with the tags under which it is saved; in the order of the request."""
    chosen: dict[str, tuple[Image, list[Reference]]] = {}
    for name in names:
        for image, tag in _meant(draft, name):
            tags = chosen.setdefault(image.id, (image, []))[1]
            if tag is not None and tag not in tags:
                tags.append(tag)
    return list(chosen.values())


def _meant(draft: Draft, name: str) -> list[tuple[Image, Reference | None]]:
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference:
        return [(lookup.image(draft, name), None)]
    full = f"{parsed.name}@{parsed.digest}" if parsed.digest else f"{parsed.name}:{parsed.tag}"
    if (parsed.digest or parsed.tag) and parsed.familiar_name != "sha256":
        if full not in draft.tags:
            raise messages.SAVE_NO_REFERENCE()
        return [(draft.images[draft.tags[full]], None if parsed.digest else parsed)]
    tags = sorted(full for full in draft.tags if full.rpartition(":")[0] == parsed.name)
    if tags:
        return [(draft.images[draft.tags[full]], reference.parse(full)) for full in tags]
    image = lookup.find_image(draft, name)
    if image is None:
        raise messages.NO_SUCH_IMAGE(name=name)
    return [(image, None)]


def _check_platform(image: Image, platform: str) -> None:
    if platform and not is_for(image.os, image.architecture, image.variant, platform):
        raise messages.EXPORT_OTHER_PLATFORM(wanted=platform)


def _digits(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _blob_path(digest: str) -> str:
    return f"blobs/sha256/{_digits(digest)}"


def _add_blob(blobs: dict[str, LayerEntry], image: Image, content: bytes) -> None:
    path = _blob_path(content_digest(content))
    blobs[path] = LayerEntry(path, "file", mtime_ns=image.created_ns, content=content)


def _layer_descriptors(draft: Draft, image: Image, blobs: dict[str, LayerEntry]) -> list[dict[str, Any]]:
    """The layers as manifests name them, from the base up; those that are not among the blobs yet are put there."""
    found = []
    for chain in image.layers:
        layer = draft.layers[chain]
        path = _blob_path(layer.diff_id)
        if path not in blobs:
            blobs[path] = LayerEntry(path, "file", mtime_ns=image.created_ns, content=layer.archive())
        found.append(_descriptor(LAYER_TYPE, layer.diff_id, len(blobs[path].content)))
    return found


def _descriptor(media_type: str, digest: str, size_bytes: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest, "size": size_bytes}


def _manifest(image: Image, layers: list[dict[str, Any]]) -> bytes:
    """The OCI manifest of an image."""
    return msgspec.json.encode(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(CONFIG_TYPE, image.config_digest, len(image.raw_config)),
            "layers": layers,
        }
    )


def _index_entries(manifest: bytes, tags: list[Reference]) -> list[dict[str, Any]]:
    """A manifest in the index: once for every tag, or once without a name."""
    plain = _descriptor(MANIFEST_TYPE, content_digest(manifest), len(manifest))
    return [
        {**plain, "annotations": {NAME_ANNOTATION: f"{name.name}:{name.tag}", TAG_ANNOTATION: name.tag}}
        for name in tags
    ] or [plain]


def _docker_manifest(
    image: Image, tags: list[Reference], layers: list[dict[str, Any]], saved: set[str]
) -> dict[str, Any]:
    """An image's entry in manifest.json; a parent is named where it is in the archive too."""
    parent = image.parent if image.parent in saved else ""
    return {
        "Config": _blob_path(image.config_digest),
        "RepoTags": [name.familiar for name in tags] or None,
        "Layers": [_blob_path(layer["digest"]) for layer in layers],
        **({"Parent": parent} if parent else {}),
        "LayerSources": {layer["digest"]: layer for layer in sorted(layers, key=lambda layer: str(layer["digest"]))},
    }
