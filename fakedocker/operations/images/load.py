"""docker load: an archive's images, read and verified before anything is changed, arrive all at once.

Source: moby image/tarexport/load.go; texts in recording archives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.content import Content
from fakedocker.images import document as documents, targets
from fakedocker.images.document import ImageDocument, InvalidDocument
from fakedocker.images.model import Image, Layer, chain_id, content_digest
from fakedocker.operations.images import content_store, images, unpacking
from fakedocker.operations.images.image_archive import ArchivedImage, ImageArchive
from fakedocker.operations.images.platform_check import is_for
from fakedocker.operations.registry import transfer_schedule
from fakedocker.operations.registry.transfer_schedule import line
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import LoadedImage, LoadTask, TransferStep

LOAD_BYTES_PER_SECOND = 80_000_000


def begin(draft: Draft, data: bytes, quiet: bool, platform: str = "") -> int:
    """Read an archive, a few hundred MB a second, and start its way in.

    Args:
        data: an archive as docker save or an OCI tool makes it, compressed or not.
        quiet: whether the progress of layers is left out.
        platform: that its images must have, "" for any: others are left out.

    Returns:
        the number of the task that tells its progress.

    Raises:
        Refusal: something in it is missing or wrong; nothing is changed then.
    """
    archive = ImageArchive(data)
    layers: dict[str, Layer] = {}
    is_target = content_store.is_used(draft)
    content_store.wanted_platform(platform)
    asked = "" if is_target else platform
    entries = archive.images(by_index=is_target)
    verified = (_verified(draft, archive, entry, layers, asked) for entry in entries)
    found = tuple(image for image in verified if image is not None)
    arriving = [layer for layer in layers.values() if layer.chain_id not in draft.layers]
    task_id = draft.draw()
    steps = tuple(_steps([] if quiet or is_target else arriving))
    task = LoadTask(
        id=task_id, started_ns=draft.now_ns, steps=steps, images=found, platform=platform if is_target else ""
    )
    return transfer_schedule.start(draft, task)


def _verified(
    draft: Draft, archive: ImageArchive, entry: ArchivedImage, layers: dict[str, Layer], platform: str
) -> LoadedImage | None:
    """One image with its layers; those that are new are added to `layers`, by their chain ids. None for another platform."""
    raw = archive.read(entry.config)
    try:
        document = documents.read_document(raw)
        _check_document(document, entry)
        if platform and not is_for(document.os, document.architecture, document.variant, platform):
            return None
        blobs = _blobs(draft, archive, document, entry.layers, layers)
        chain = tuple(blob.layer for blob in blobs)
        image = documents.make_loaded_image(document, raw, chain, entry.parent)
    except InvalidDocument as problem:
        raise messages.ARCHIVE_INVALID(problem=problem) from None
    manifest = _offered(archive, entry, image, blobs) if content_store.is_used(draft) and entry.manifest_path else None
    return LoadedImage(image=image, layers=chain, references=entry.tags, manifest=manifest)


def _offered(archive: ImageArchive, entry: ArchivedImage, image: Image, blobs: Sequence[_Blob]) -> Manifest:
    """An image as its manifest in the archive has it, and the index around that."""
    raw = archive.read(entry.manifest_path)
    listed = zip(targets.layer_descriptors(raw), blobs, strict=True)
    remotes = tuple(
        RemoteLayer(digest=each.digest, size_bytes=each.size, layer=blob.layer, original=blob.original)
        for each, blob in listed
    )
    index = archive.read(entry.index_path) if entry.index_path else b""
    own = content_digest(raw)
    about = archive.attestation(entry.attestation_path, own) if entry.attestation_path else None
    digest = content_digest(index) if index else own
    return Manifest(digest=digest, image=image, layers=remotes, raw=raw, index=index, attestation=about)


def _check_document(document: ImageDocument, entry: ArchivedImage) -> None:
    if document.os not in ("", "linux"):
        raise messages.LOAD_SYSTEM(system=document.os)
    if len(entry.layers) != len(document.diff_ids):
        raise messages.LOAD_LAYER_COUNT(expected=len(entry.layers), actual=len(document.diff_ids))


class _Blob(NamedTuple):
    """A layer, and its blob where compressing the layer here would give another one."""

    layer: Layer
    original: Content | None = None


def _blobs(
    draft: Draft, archive: ImageArchive, document: ImageDocument, paths: Iterable[str], layers: dict[str, Layer]
) -> tuple[_Blob, ...]:
    """An image's layers from the base up: blobs are verified, and only unknown layers are made.

    The classic store does not look at the blob of a layer that is here, which need not be in the archive (moby image/tarexport/load.go Load);
    containerd's takes in every one.
    """
    found: list[_Blob] = []
    is_target = content_store.is_used(draft)
    for index, (path, expected) in enumerate(zip(paths, document.diff_ids, strict=True)):
        below = found[-1].layer if found else None
        chain = chain_id(below.chain_id if below is not None else "", expected)
        layer = draft.layers.get(chain) or layers.get(chain)
        if layer is not None and not is_target:
            found.append(_Blob(layer))
            layers[chain] = layer
            continue
        blob = archive.blob(path)
        tar, is_made_here = unpacking.unpack_blob(contents.view(blob))
        actual = unpacking.diff_id(tar)
        if actual != expected:
            raise messages.LOAD_DIFF_ID(index=index, expected=expected, actual=actual)
        layer = layers[chain] = layer if layer is not None else unpacking.make_layer(tar, expected, below)
        found.append(_Blob(layer, None if is_made_here or not is_target else blob))
    return tuple(found)


def _steps(layers: Iterable[Layer]) -> list[TransferStep]:
    """One layer after the other."""
    steps, now_ns = [TransferStep(after_ns=0, progress=b"")], 0
    for layer in layers:
        size_bytes = len(layer.archive())
        name = transfer_schedule.short_digest(layer.diff_id)
        steps += transfer_schedule.moving(name, "Loading layer", now_ns, LOAD_BYTES_PER_SECOND, size_bytes)
        now_ns += transfer_schedule.duration_ns(size_bytes, LOAD_BYTES_PER_SECOND)
    return steps


def _is_parent(parent: Image | None, image: Image) -> bool:
    """Whether one image can have been made from another: by one step (moby image/tarexport checkValidParent)."""
    return parent is not None and bool(image.history) and parent.history == image.history[:-1]


def arrive(draft: Draft, task: LoadTask) -> None:
    """The images come into the world, and take their names from whatever had them."""

    def say(text: str) -> None:
        draft.notify("progress", task.id, line(stream=f"{text}\n"))

    if content_store.is_used(draft):
        _arrive_in_target_store(draft, task, say)
        return
    arriving = {entry.image.id: entry.image for entry in task.images}
    for entry in task.images:
        parent = entry.image.parent if _is_parent(arriving.get(entry.image.parent), entry.image) else ""
        images.add(draft, replace(entry.image, parent=parent), entry.layers)
        for name in entry.references:
            familiar = reference.parse(name).familiar
            before = draft.tags.get(name)
            if before is not None and before != entry.image.id:
                say(f"The image {familiar} already exists, renaming the old one with ID {before} to empty string")
            images.set_reference(draft, name, entry.image.id)
            say(f"Loaded image: {familiar}")
        image_event(draft, entry.image.id, "load", entry.image.id)
    if not task.images:
        say("")
    if not any(entry.references for entry in task.images):
        for entry in task.images:
            say(f"Loaded image ID: {entry.image.id}")
    draft.notify("done", task.id, None)


def _arrive_in_target_store(draft: Draft, task: LoadTask, say: Callable[[str], None]) -> None:
    """The same in containerd's store, where each name or nameless image is told of by itself (moby
    daemon/containerd/image_exporter.go)."""
    told: dict[str, None] = {}
    lacking: dict[str, None] = {}
    for entry in task.images:
        if entry.manifest is not None:
            image = images.add_offered(draft, entry.manifest)
        else:
            image = images.add(draft, entry.image, entry.layers)
        draft.tag_times[image.id] = draft.wall_ns
        for name in entry.references:
            images.set_reference(draft, name, image.id)
            told[f"Loaded image: {reference.parse(name).familiar}"] = None
        if not entry.references:
            told[f"Loaded image ID: {image.id}"] = None
        image_event(draft, image.id, "load", image.id)
        wanted = content_store.wanted_platform(task.platform)
        if task.platform and content_store.image_for(draft, image, wanted) is None:
            lacking[lookup.shown_name(draft, image)] = None
    if lacking:
        refusal = messages.LOADED_WITHOUT_PLATFORM(name=", ".join(lacking), platform=task.platform)
        draft.notify("done", task.id, refusal)
        return
    for text in told:
        say(text)
    draft.notify("done", task.id, None)
