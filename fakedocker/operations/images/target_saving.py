"""docker save in containerd's store: an OCI layout of the documents and blobs that are here, with docker's manifest.json.

Layers are compressed, as manifests name them. Sources: moby daemon/containerd/image_exporter.go; containerd
core/images/archive/exporter.go; recording x-archives of 29.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.reference import Reference
from fakedocker.filesystem.archive import Streamed, stream_tar
from fakedocker.filesystem.node import LayerEntry
from fakedocker.images import targets
from fakedocker.images.model import Image, content_digest
from fakedocker.images.targets import INDEX_TYPE, Part, Target
from fakedocker.operations.images import content_store
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.registry import blobs, indexes
from fakedocker.wire.manifest import Descriptor
from fakedocker.world.draft import Draft

_NAME = "io.containerd.image.name"
_TAG = "org.opencontainers.image.ref.name"
_CREATED = "org.opencontainers.image.created"
_SOURCE = "containerd.io/distribution.source."


class _DockerManifest(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """An entry of manifest.json."""

    config: str
    repo_tags: list[str] | None
    layers: list[str]


def save(draft: Draft, names: Sequence[str], platform: str = "") -> Iterator[bytes]:
    """The archive of some images, in chunks that are made as they are taken.

    Args:
        names: NAME means every tag of it, NAME:TAG that one, an id or a digest the image without a name.
        platform: os/architecture, several joined by commas, that it has; "" for all that is here.

    Raises:
        Refusal: there is no such image, or not for that platform.
    """
    wanted = [text for text in platform.split(",") if text]
    chosen = [found for name in names for found in _meant(draft, name)]
    packed = _Packing(draft)
    for image, tag in chosen:
        packed.add(image, tag, wanted)
    for image, _ in chosen:
        image_event(draft, image.id, "save", image.id)
    return packed.archive()


def _meant(draft: Draft, name: str) -> list[tuple[Image, Reference | None]]:
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference:
        return [(lookup.image(draft, name), None)]
    if not parsed.tag and not parsed.digest:
        tags = sorted(full for full in draft.tags if "@" not in full and full.rpartition(":")[0] == parsed.name)
        if tags:
            return [(draft.images[draft.tags[full]], reference.parse(full)) for full in tags]
    image = lookup.image(draft, name)
    is_named = bool(parsed.tag) and not parsed.digest and not lookup.is_id(image, name)
    return [(image, parsed if is_named else None)]


def save_build(
    draft: Draft, image: Image, names: Sequence[Reference], created: str, *, for_docker: bool
) -> Iterator[bytes]:
    """The archive of an image that was built for a file, which need not be in the store; its layers must be.

    Source: buildkit exporter/oci/export.go, containerd core/images/archive/exporter.go.

    Args:
        image: as the store would have it.
        names: with tags.
        created: when it was, in RFC 3339.
        for_docker: whether docker's manifest.json is there as well.
    """
    packed = _Packing(draft, times=False)
    packed.add_build(image, names, created)
    return packed.archive(for_docker=for_docker)


def build_descriptor(image: Image, created: str) -> Descriptor:
    """What is said of an image that was built for a file; a plain manifest has its platform there."""
    target = image.target
    assert target is not None
    described = Descriptor(
        media_type=target.media_type, digest=image.id, size=len(target.raw), annotations={_CREATED: created}
    )
    return described if target.is_index else replace(described, platform=indexes.platform_of(image))


class _Packing:
    """An archive that is being put together.

    Args:
        times: whether its files have the time of the image.
    """

    def __init__(self, draft: Draft, *, times: bool = True) -> None:
        self._draft = draft
        self._times = times
        self._blobs: dict[str, LayerEntry | Streamed] = {}
        self._listed: list[Descriptor] = []
        self._docker: dict[str, _DockerManifest] = {}

    def add(self, image: Image, tag: Reference | None, platforms: list[str]) -> None:
        """Put an image in.

        Raises:
            Refusal: it is not here for one of the platforms.
        """
        target = image.target
        assert target is not None
        own = [self._part(image, text) for text in platforms]
        parts = own or [part for part in target.parts if part.is_here]
        for part in parts:
            self._add_part(image, part)
        if len(own) == 1:
            described = own[0].descriptor
        else:
            described = Descriptor(media_type=target.media_type, digest=image.id, size=len(target.raw))
            self._add(target.raw, image)
        self._listed.append(replace(described, annotations=_annotations(target, tag)))
        self._add_docker(next(part for part in parts if not part.attests), tag)

    def add_build(self, image: Image, names: Sequence[Reference], created: str) -> None:
        """Put an image in that was built for this archive."""
        target = image.target
        assert target is not None
        for part in target.parts:
            self._add_part(image, part)
        if target.is_index:
            self._add(target.raw, image)
        described = build_descriptor(image, created)
        own = next(part for part in target.parts if not part.attests)
        for name in names or (None,):
            annotations = {**described.annotations, **({} if name is None else _names(name))}
            self._listed.append(replace(described, annotations=dict(sorted(annotations.items()))))
            self._add_docker(own, name)

    def _part(self, image: Image, text: str) -> Part:
        wanted = content_store.wanted_platform(text)
        part = content_store.part_for_platform(image, wanted)
        if part is None or not part.is_here:
            name = lookup.shown_name(self._draft, image)
            problem = messages.NO_PLATFORM_IN_INDEX(name=name, platform=wanted).message
            raise messages.EXPORT_NO_TARGET(problem=problem)
        return part

    def _add_part(self, image: Image, part: Part) -> None:
        self._add(part.raw, image)
        for blob in part.blobs:
            self._add(blob.data, image)
        for remote in content_store.offered_layers(self._draft, part):
            path = _path(remote.digest)
            if path not in self._blobs:
                entry = LayerEntry(path, "file", mtime_ns=self._time_ns(image))
                self._blobs[path] = Streamed(entry, remote.size_bytes, partial(blobs.chunks_of, remote))

    def _add(self, data: bytes, image: Image) -> None:
        path = _path(content_digest(data))
        self._blobs[path] = LayerEntry(path, "file", mtime_ns=self._time_ns(image), content=data)

    def _time_ns(self, image: Image) -> int:
        return image.created_ns if self._times else 0

    def _add_docker(self, part: Part, tag: Reference | None) -> None:
        known = self._docker.get(part.digest)
        tags = (known.repo_tags if known is not None else None) or []
        layers = [_path(each.digest) for each in targets.layer_descriptors(part.raw)]
        config = _path(targets.config_descriptor(part.raw).digest)
        named = [*tags, tag.familiar] if tag is not None else tags
        self._docker[part.digest] = _DockerManifest(config=config, repo_tags=named or None, layers=layers)

    def archive(self, *, for_docker: bool = True) -> Iterator[bytes]:
        """The archive of all that was put in, with docker's manifest.json or without."""
        index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": self._listed}
        texts = {
            "index.json": msgspec.json.encode(index),
            **({"manifest.json": msgspec.json.encode(list(self._docker.values()))} if for_docker else {}),
            "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        }
        directories = [LayerEntry(path, "dir", 0o755) for path in ("blobs", "blobs/sha256")]
        files = [LayerEntry(path, "file", content=text) for path, text in texts.items()]
        return stream_tar([*directories, *(self._blobs[path] for path in sorted(self._blobs)), *files])


def _path(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _annotations(target: Target, tag: Reference | None) -> dict[str, str]:
    sources: dict[str, list[str]] = {}
    for repository in target.pulled_from:
        domain, _, path = repository.partition("/")
        sources.setdefault(f"{_SOURCE}{domain.partition(':')[0]}", []).append(path)
    told = {name: ",".join(paths) for name, paths in sources.items()}
    if tag is None:
        return told
    return {**told, **_names(tag)}


def _names(tag: Reference) -> dict[str, str]:
    return {_NAME: f"{tag.name}:{tag.tag}", _TAG: tag.tag}
