"""How the package keeps the facts about official images: one file for each repository, and an index of their names.

    index.json      the last day that the facts know, the names, and how many tags each repository ever had
    NAME.facts      MessagePack: a head, the images, the tags and the configurations of the repository, each in blocks of xz

`tools/make_hub_facts.py` writes them. A block is read when something in it is asked for. Whatever is no such file is told with its name, and is the end of that file alone. This module must not know what the
facts mean.
"""

from __future__ import annotations

import lzma
import pkgutil
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import TypeVar

import msgspec
from msgspec import Struct

BLOCK_BYTES, CONFIG_BLOCK_BYTES = 100_000, 400_000
"""About how much JSON a block is before it is compressed; configurations are more alike."""


class DamagedFacts(ValueError):
    """A file of facts cannot be read; the message names it."""


class Index(Struct, frozen=True):
    last_day: int
    """Days since 2013-01-01, as all days of the facts."""
    tags: dict[str, int]
    """Name of a repository -> how many tags it ever had."""


class Blocks(Struct, frozen=True, array_like=True):
    """A long list in parts: each is the xz of a list's JSON, `first` what its first entry is found by."""

    parts: tuple[bytes, ...]
    first: tuple[str | int, ...]


class Head(Struct, frozen=True):
    """One repository's file."""

    source: str
    image_count: int
    images: Blocks
    """[most specific tag, directory, architectures, days on which it was built, number of its configuration or -1], by number."""
    tags: Blocks
    """[tag, [[day, number of an image or -1 from that day on], ...]], sorted."""
    configs: Blocks
    """By number."""


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
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_TAGS = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]])


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
    """One repository's file, opened. A part of it is read when something in it is asked for.

    Raises:
        DamagedFacts: from all methods, where what is asked for cannot be read.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        try:
            self._head = msgspec.msgpack.decode(data, type=Head)
        except msgspec.DecodeError as problem:
            raise self._damaged(problem) from problem
        self._rows: dict[tuple[str, int], list[msgspec.Raw]] = {}
        self._tags: dict[int, dict[str, msgspec.Raw]] = {}

    @property
    def source(self) -> str:
        """The repository of sources that the list names last."""
        return self._head.source

    @property
    def image_count(self) -> int:
        return self._head.image_count

    def tags(self) -> Iterator[str]:
        """Every tag that the repository ever had, sorted."""
        for part in range(len(self._head.tags.parts)):
            yield from self._tags_of(part)

    def history(self, tag: str) -> History | None:
        """From which day on a tag names which image; None for a tag that never was."""
        part = bisect_right(self._head.tags.first, tag) - 1
        raw = self._tags_of(part).get(tag) if part >= 0 else None
        return None if raw is None else self._decoded(raw, _HISTORY)

    def image(self, number: int) -> ImageRow:
        """An image by its number."""
        return self._row("images", self._head.images, number, _IMAGE)

    def config(self, number: int) -> ConfigRow:
        """A configuration by its number."""
        return self._row("configs", self._head.configs, number, _CONFIG)

    def _tags_of(self, part: int) -> dict[str, msgspec.Raw]:
        if part not in self._tags:
            rows = self._unpacked(self._head.tags.parts[part], _TAGS)
            self._tags[part] = dict(rows)
        return self._tags[part]

    def _row(self, kind: str, blocks: Blocks, number: int, decoder: msgspec.json.Decoder[_Value]) -> _Value:
        part = bisect_right(blocks.first, number) - 1
        key = (kind, part)
        try:
            if key not in self._rows:
                self._rows[key] = self._unpacked(blocks.parts[part], _ROWS)
            return self._decoded(self._rows[key][number - int(blocks.first[part])], decoder)
        except IndexError as problem:
            raise self._damaged(problem) from problem

    def _unpacked(self, part: bytes, decoder: msgspec.json.Decoder[_Value]) -> _Value:
        try:
            return decoder.decode(lzma.decompress(part))
        except (lzma.LZMAError, EOFError, msgspec.DecodeError) as problem:
            raise self._damaged(problem) from problem

    def _decoded(self, raw: msgspec.Raw, decoder: msgspec.json.Decoder[_Value]) -> _Value:
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
