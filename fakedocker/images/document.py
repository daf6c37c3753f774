"""An image's configuration as others have written it, read back: the other direction of `model.make_image`.

The JSON is kept byte for byte, as its digest is the image's id. Source: moby image/image.go, OCI image-spec config.md.
This module must not know where the JSON comes from.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fakedocker.base import clock
from fakedocker.images.model import HistoryEntry, Image, Layer, content_digest
from fakedocker.wire import decode
from fakedocker.wire.image import ImageConfig


class InvalidDocument(ValueError):
    """The text is no image's configuration; the message is docker's."""


class HistoryDocument(Struct, frozen=True, kw_only=True):
    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class RootFSDocument(Struct, frozen=True, kw_only=True):
    type: str = ""
    diff_ids: tuple[str, ...] = ()


class ImageDocument(Struct, frozen=True, kw_only=True):
    """The JSON, as far as an engine looks at it."""

    architecture: str = ""
    variant: str = ""
    os: str = "linux"
    author: str = ""
    comment: str = ""
    created: str = ""
    docker_version: str = ""
    config: ImageConfig = ImageConfig()
    history: tuple[HistoryDocument, ...] = ()
    rootfs: RootFSDocument | None = None

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """From the base up."""
        return self.rootfs.diff_ids if self.rootfs is not None else ()

    @property
    def platform(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


def read_document(raw: bytes) -> ImageDocument:
    """The configuration in a JSON text.

    Raises:
        InvalidDocument: it is none.
    """
    try:
        document = decode.decode(raw, ImageDocument)
    except decode.InvalidJSON as problem:
        raise InvalidDocument(str(problem)) from None
    if document.rootfs is None:
        raise InvalidDocument("invalid image JSON, no RootFS key")
    return document


def make_loaded_image(document: ImageDocument, raw: bytes, layers: Sequence[Layer], parent: str = "") -> Image:
    """The image that a configuration and its layers are.

    Args:
        raw: the JSON that the document was read from.
        parent: the image it was made from, where this engine knows it.

    Raises:
        InvalidDocument: a time in it is none.
    """
    history = tuple(
        HistoryEntry(
            created_ns=_instant(entry.created), created_by=entry.created_by, comment=entry.comment,
            author=entry.author, empty_layer=entry.empty_layer,
        )
        for entry in document.history
    )  # fmt: skip
    return Image(
        id=content_digest(raw),
        created_ns=_instant(document.created),
        config=document.config,
        architecture=document.architecture,
        os=document.os,
        variant=document.variant,
        author=document.author,
        comment=document.comment or (history[-1].comment if history else ""),
        docker_version=document.docker_version,
        parent=parent,
        layers=tuple(layer.chain_id for layer in layers),
        diff_ids=document.diff_ids,
        history=history,
        size_bytes=sum(layer.size_bytes for layer in layers),
        raw_config=raw,
    )


def _instant(text: str) -> int:
    if text in ("", clock.ZERO_TIME):
        return 0
    try:
        return clock.instant(text)
    except ValueError as problem:
        raise InvalidDocument(f"parsing time {text!r}: {problem}") from None
