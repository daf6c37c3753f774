"""Images that are made of a few files over another image, by whoever describes them: of declarations, of plugins."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.filesystem.node import LayerEntry
from fakedocker.images.model import HistoryEntry, Image, Layer, make_image
from fakedocker.operations.containers.commit import layer_over
from fakedocker.registry import blobs
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.image import ImageConfig


def file_entry(path: str, data: str | bytes, mode: int = 0o644) -> LayerEntry:
    """A file of a layer.

    Args:
        path: from the root on.

    Raises:
        ValueError: the path is none of a file.
    """
    if not path.startswith("/") or path.endswith("/"):
        raise ValueError(f"expected the absolute path of a file, not {path!r}")
    return LayerEntry(path.strip("/"), "file", mode, content=data.encode() if isinstance(data, str) else data)


def with_directories(entries: Iterable[LayerEntry]) -> tuple[LayerEntry, ...]:
    """Entries with the directories that they stand in, as a layer has them: sorted by path."""
    found = {entry.path: entry for entry in entries}
    for path in list(found):
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            found.setdefault(parent, LayerEntry(parent, "dir", 0o755))
    return tuple(found[path] for path in sorted(found))


def manifest_over(
    below: Image | None,
    remotes: tuple[RemoteLayer, ...],
    entries: tuple[LayerEntry, ...],
    config: ImageConfig,
    made: HistoryEntry,
) -> Manifest:
    """The manifest of an image with one layer more than another one has.

    Args:
        below: the other one, None for none; `remotes` are its layers as a registry has them.
        config: its configuration; the environment of the image below comes first.
        made: the last line of its history, with the time that it was made at.
    """
    layer = layer_over(remotes[-1].layer if remotes else None, entries)
    remotes = (*remotes, remote_of(layer))
    image = make_image(
        created_ns=made.created_ns,
        config=config if below is None else _over(config, below.config),
        layers=tuple(remote.layer for remote in remotes),
        history=(*(below.history if below is not None else ()), made),
    )
    return make_manifest(image, remotes)


def remote_of(layer: Layer) -> RemoteLayer:
    """A layer as a registry has it."""
    sums = blobs.layer_sums(layer)
    return RemoteLayer(digest=sums.digest, size_bytes=sums.size_bytes, layer=layer)


def _over(config: ImageConfig, below: ImageConfig) -> ImageConfig:
    """A configuration with the environment of the image below it, as a Dockerfile's would be."""
    return replace(config, env=(*(below.env or ()), *(config.env or ())))
