"""How the package keeps the facts about official images: one file for each repository, and an index of their names.

    index.json      the last day that the facts know, the names, and how many tags each repository ever had
    NAME.facts      MessagePack: a head, the images and tags of the repository, and its configurations in blocks, each in xz

`tools/make_hub_facts.py` writes them. A block is read when one of its configurations is asked for, a tag's history when that
tag is. Whatever is no such file is told with its name, and is the end of that file alone. This module must not know what the
facts mean.
"""

from __future__ import annotations

import lzma
import pkgutil
from functools import cache
from typing import TypeVar

import msgspec
from msgspec import Struct

BLOCK_BYTES = 400_000
"""About how much JSON a block of configurations is before it is compressed."""


class DamagedFacts(ValueError):
    """A file of facts cannot be read; the message names it."""


class Index(Struct, frozen=True):
    last_day: int
    """Days since 2013-01-01, as all days of the facts."""
    tags: dict[str, int]
    """Name of a repository -> how many tags it ever had."""


class Head(Struct, frozen=True):
    """One repository's file. `listing` is the xz of a Listing's JSON, each block that of a list of configurations'."""

    source: str
    listing: bytes
    blocks: tuple[bytes, ...]
    first: tuple[int, ...]
    """The number of the first configuration of each block."""


class Listing(Struct, frozen=True):
    """The images and tags of a repository; what is not asked for stays as text."""

    images: list[msgspec.Raw]
    """[most specific tag, directory, architectures, days on which it was built, number of its configuration or -1]"""
    tags: dict[str, msgspec.Raw]
    """[[day, index of an image or -1 from that day on], ...]"""


class ImageRow(Struct, frozen=True, array_like=True):
    tag: str
    directory: str
    architectures: str
    days: tuple[int, ...]
    config: int


class ConfigRow(Struct, frozen=True, rename={"from_": "from"}, omit_defaults=True):
    """A configuration as the facts have it. What is UNSET is the base image's."""

    from_: str
    steps: int
    env: dict[str, str] = {}
    entrypoint: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    cmd: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    expose: tuple[str, ...] = ()
    volume: tuple[str, ...] = ()
    workdir: str | msgspec.UnsetType = msgspec.UNSET
    user: str | msgspec.UnsetType = msgspec.UNSET
    stopsignal: str | msgspec.UnsetType = msgspec.UNSET
    healthcheck: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


History = tuple[tuple[int, int], ...]
_Value = TypeVar("_Value")
_HISTORY, _IMAGE, _CONFIG = (
    msgspec.json.Decoder(History),
    msgspec.json.Decoder(ImageRow),
    msgspec.json.Decoder(ConfigRow),
)


def compress(data: bytes) -> bytes:
    """As the package keeps a part of a file. The same bytes always."""
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)


@cache
def index() -> Index:
    """The names of all official repositories.

    Raises:
        DamagedFacts: the index cannot be read.
    """
    try:
        return msgspec.json.decode(_file("index.json"), type=Index)
    except (OSError, msgspec.DecodeError) as problem:
        raise DamagedFacts(f"facts about official images: index.json: {problem}") from problem


class Facts:
    """One repository's file, opened.

    Raises:
        DamagedFacts: from all methods, where what is asked for cannot be read.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        try:
            self._head = msgspec.msgpack.decode(data, type=Head)
            self._listing = msgspec.json.decode(lzma.decompress(self._head.listing), type=Listing)
        except (lzma.LZMAError, EOFError, msgspec.DecodeError) as problem:
            raise self._damaged(problem) from problem
        self._blocks: dict[int, list[msgspec.Raw]] = {}

    @property
    def source(self) -> str:
        """The repository of sources that the list names last."""
        return self._head.source

    @property
    def tags(self) -> dict[str, msgspec.Raw]:
        """By name; the values are for `history`."""
        return self._listing.tags

    @property
    def image_count(self) -> int:
        return len(self._listing.images)

    def history(self, tag: str) -> History | None:
        """From which day on a tag names which image; None for a tag that never was."""
        raw = self._listing.tags.get(tag)
        return None if raw is None else self._decode(raw, _HISTORY)

    def image(self, number: int) -> ImageRow:
        """An image by its number."""
        try:
            return self._decode(self._listing.images[number], _IMAGE)
        except IndexError as problem:
            raise self._damaged(problem) from problem

    def config(self, number: int) -> ConfigRow:
        """A configuration by its number. Reads its block the first time."""
        block = max((at for at, first in enumerate(self._head.first) if first <= number), default=-1)
        try:
            if block not in self._blocks:
                text = lzma.decompress(self._head.blocks[block])
                self._blocks[block] = msgspec.json.decode(text, type=list[msgspec.Raw])
            return self._decode(self._blocks[block][number - self._head.first[block]], _CONFIG)
        except (lzma.LZMAError, EOFError, msgspec.DecodeError, IndexError) as problem:
            raise self._damaged(problem) from problem

    def _decode(self, raw: msgspec.Raw, decoder: msgspec.json.Decoder[_Value]) -> _Value:
        try:
            return decoder.decode(raw)
        except msgspec.DecodeError as problem:
            raise self._damaged(problem) from problem

    def _damaged(self, problem: Exception) -> DamagedFacts:
        return DamagedFacts(f"facts about the official image {self.name}: {self.name}.facts: {problem}")


@cache
def facts(name: str) -> Facts | None:
    """The facts about a repository, None where there is no official image of that name.

    Raises:
        DamagedFacts: its file cannot be read.
    """
    if name not in index().tags:
        return None
    try:
        data = _file(f"{name}.facts")
    except OSError as problem:
        raise DamagedFacts(f"facts about the official image {name}: {name}.facts: {problem}") from problem
    return Facts(name, data)


def _file(name: str) -> bytes:
    data = pkgutil.get_data(__package__, f"facts/{name}")
    if data is None:
        raise FileNotFoundError(name)
    return data
