"""The built-in catalogue: what the simulated Docker Hub offers.

Which tags official images have on a day, and which image each names, is what the facts say (`hub`); repositories of other people
have the tags that the index lists, on every day. Nothing is read before it is asked for. Layers and manifests are immutable and
shared by all worlds of the process. The data are made by tools/make_catalogue.py from the descriptions in the folder
`catalogue`, the facts by tools/make_hub_facts.py. This module must not know worlds or pulls.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Container, Iterable
from functools import cache
from typing import Final

import msgspec
from msgspec import Struct

from fakedocker.base import clock
from fakedocker.base.platform import Platform
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import HistoryEntry, Image, Layer, chain_id, make_image
from fakedocker.registry import indexes, stored
from fakedocker.registry.brought import BROUGHT
from fakedocker.registry.hub import kept, lookup, official
from fakedocker.registry.indexes import OfferedIndex
from fakedocker.registry.manifests import make_manifest, read_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.image import ImageConfig

_BROUGHT_REPOSITORY: Final = stored.Repository(description="", stars=0, official=False, tags={})

OFFICIAL = "library/"
RECORDED_DAY = lookup.day_of(clock.instant("2024-10-01"))
"""When the recordings of the real engine take place, which had an image from its registry that was some weeks old."""


def manifest(path: str, reference: str, day: int, platform: Platform = official.AMD64) -> Manifest | None:
    """The image of a repository.

    Args:
        path: the repository within the registry, such as "library/alpine".
        reference: a tag, or a manifest's digest.
        day: on which the tag is looked up, see `hub.lookup`.
        platform: which of an official image's; all others have one.

    Raises:
        hub.official.NoSuchPlatform: the tag's image was not built for it.
        hub.kept.DamagedFacts: the facts about the repository cannot be read.
    """
    if path.startswith(OFFICIAL) and not reference.startswith("sha256:"):
        repository = _index().repositories.get(path)
        recorded = repository.recorded.get(reference) if repository is not None and day == RECORDED_DAY else None
        if recorded is not None and platform == official.AMD64:
            return _manifest(recorded)
        found = lookup.find(path.removeprefix(OFFICIAL), reference, day)
        return official.image(found, _described, platform) if found is not None else None
    repository = _index().repositories.get(path)
    if repository is None:
        brought = BROUGHT.find(path) or {}
        return brought.get(reference) or next((found for found in brought.values() if found.digest == reference), None)
    digest = repository.tags.get(reference)
    if digest is None and reference in repository.tags.values():
        digest = reference
    return None if digest is None else _manifest(digest)


def index(path: str, tag: str, day: int) -> OfferedIndex | None:
    """The index that the Hub serves for a tag of an official image: all platforms that it was built for. Makes all of
    them, some 20 ms each, the first time.

    Raises:
        hub.kept.DamagedFacts: the facts about the repository cannot be read.
    """
    if not path.startswith(OFFICIAL):
        return None
    found = lookup.find(path.removeprefix(OFFICIAL), tag, day)
    if found is None:
        return None
    recorded = _index().repositories.get(path)
    is_recorded = (
        recorded is not None and day == RECORDED_DAY and tag in (recorded.recorded.keys() | recorded.tags.keys())
    )
    platforms = [
        each for each in lookup.platforms_of(found) if not is_recorded or each.architecture in _RECORDED_ARCHITECTURES
    ]
    images = [manifest(path, tag, day, platform) for platform in platforms]
    there = tuple(each for each in images if each is not None)
    key = tuple(each.digest for each in there)
    if key not in _indexes:
        while len(_indexes) >= _MOST_INDEXES:
            del _indexes[next(iter(_indexes))]
        _indexes[key] = indexes.make(path.removeprefix(OFFICIAL), there)
    return _indexes[key]


_RECORDED_ARCHITECTURES: Final = ("amd64", "arm64")
"""What the registry of the recordings had images for."""
_indexes: dict[tuple[str, ...], OfferedIndex] = {}
_MOST_INDEXES: Final = 64


def _described(name: str, tag: str) -> Manifest | None:
    """The catalogue's own image of an official repository."""
    repository = _index().repositories.get(f"{OFFICIAL}{name}")
    digest = repository.tags.get(tag) if repository is not None else None
    return None if digest is None else _manifest(digest)


def hosts() -> frozenset[str]:
    """The registries other than Docker Hub that have images in the catalogue."""
    return _hosts() | _hosts_of(BROUGHT.names())


@cache
def _hosts() -> frozenset[str]:
    return _hosts_of(_index().repositories)


def _hosts_of(paths: Iterable[str]) -> frozenset[str]:
    firsts = (path.partition("/")[0] for path in paths)
    return frozenset(first for first in firsts if "." in first)


def path_at(host: str, path: str) -> str:
    """How the catalogue names a repository of a registry: those of Docker Hub by their path alone."""
    return path if host == "docker.io" else f"{host}/{path}"


def find(digest: str) -> Manifest | None:
    """The image whose manifest has a digest, in whichever repository."""
    known = any(digest in repository.tags.values() for repository in _index().repositories.values())
    if known:
        return _manifest(digest)
    brought = (found for path in BROUGHT.names() for found in (BROUGHT.find(path) or {}).values())
    return next((found for found in brought if found.digest == digest), None)


def has_repository(path: str) -> bool:
    """Whether there is a repository of that path."""
    known = path in _index().repositories or path in BROUGHT.names()
    return known or path.removeprefix(OFFICIAL) in _official_names(path)


def _official_names(path: str) -> Container[str]:
    return kept.index().tags if path.startswith(OFFICIAL) else ()


def tags(path: str, day: int) -> tuple[str, ...]:
    """The tags of a repository on a day, sorted; none where there is no such repository.

    Raises:
        hub.kept.DamagedFacts: the facts about the repository cannot be read.
    """
    if path.startswith(OFFICIAL):
        return lookup.tags_on(path.removeprefix(OFFICIAL), day)
    repository = _index().repositories.get(path)
    return tuple(sorted(BROUGHT.find(path) or {} if repository is None else repository.tags))


def search(term: str) -> list[dict[str, object]]:
    """The repositories whose name or description has the term in it, most stars first, as GET /images/search has them."""
    wanted = term.lower()
    plain = {
        f"{OFFICIAL}{name}": stored.Repository(f"The official image of {name}.", 0, True, {})
        for name in kept.index().tags
    }
    offered = {**dict.fromkeys(BROUGHT.names(), _BROUGHT_REPOSITORY), **plain, **_index().repositories}
    found = [
        (path.removeprefix("library/"), repository)
        for path, repository in offered.items()
        if "." not in path.partition("/")[0]
        and (wanted in path.removeprefix("library/") or wanted in repository.description.lower())
    ]
    return [
        {
            "name": name,
            "description": repository.description,
            "star_count": repository.stars,
            "is_official": repository.official,
            "is_automated": False,
        }
        for name, repository in sorted(found, key=lambda result: (-result[1].stars, result[0]))
    ]


def remote_layer(layer: Layer) -> RemoteLayer | None:
    """A layer as the catalogue offers it, its digest known without making the blob; None for one it does not have."""
    try:
        kept = _stored_layer(layer.diff_id)
    except FileNotFoundError:
        return None
    return RemoteLayer(digest=kept.digest, size_bytes=kept.size_bytes, layer=layer)


@cache
def _index() -> stored.Index:
    return msgspec.json.decode(_read("index.json"), type=stored.Index)


@cache
def _manifest(digest: str) -> Manifest:
    document = read_manifest(_read(stored.blob_file(digest)))
    config = msgspec.json.decode(_read(stored.blob_file(document.config.digest)), type=_ConfigDocument)
    diff_ids = config.rootfs.diff_ids
    layers = tuple(_layer(diff_ids[: index + 1]) for index in range(len(diff_ids)))
    made = make_manifest(_image(config, tuple(remote.layer for remote in layers)), layers)
    assert made.digest == digest, "the package's data are not what its code makes of them"
    return made


@cache
def _layer(diff_ids: tuple[str, ...]) -> RemoteLayer:
    """The uppermost layer of a chain, given from the base up."""
    kept = _stored_layer(diff_ids[-1])
    below = _layer(diff_ids[:-1]).layer if len(diff_ids) > 1 else None
    parent = below.chain_id if below else ""
    entries = stored.restore_entries(kept)
    layer = Layer(
        chain_id=chain_id(parent, kept.diff_id),
        parent=parent,
        diff_id=kept.diff_id,
        size_bytes=sum(len(entry.content) for entry in entries),
        entries=entries,
        tree=apply_layer(below.tree if below else Tree.empty(), entries),
    )
    return RemoteLayer(digest=kept.digest, size_bytes=kept.size_bytes, layer=layer)


def _stored_layer(diff_id: str) -> stored.StoredLayer:
    """Raises FileNotFoundError for a layer that is none of the catalogue's."""
    return msgspec.json.decode(_read(stored.layer_file(diff_id)), type=stored.StoredLayer)


class _HistoryDocument(Struct, frozen=True):
    created: str
    created_by: str = ""
    comment: str = ""
    author: str = ""
    empty_layer: bool = False


class _RootFS(Struct, frozen=True):
    diff_ids: tuple[str, ...]


class _ConfigDocument(Struct, frozen=True):
    """An image's configuration as JSON, as far as the catalogue's images have it."""

    created: str
    config: ImageConfig
    history: tuple[_HistoryDocument, ...]
    rootfs: _RootFS


def _image(document: _ConfigDocument, layers: tuple[Layer, ...]) -> Image:
    history = tuple(
        HistoryEntry(
            created_ns=clock.instant(entry.created),
            created_by=entry.created_by,
            comment=entry.comment,
            author=entry.author,
            empty_layer=entry.empty_layer,
        )
        for entry in document.history
    )
    return make_image(
        created_ns=clock.instant(document.created), config=document.config, layers=layers, history=history
    )


def _read(name: str) -> bytes:
    """One of the package's own data files."""
    data = pkgutil.get_data(__package__, f"data/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return data
