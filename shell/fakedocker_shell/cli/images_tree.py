"""The list of images with their disk usage: `docker images` from 29 on, and its --tree.

A line for each name, or with --tree for each image and each of its platforms; on a terminal with colours, as wide as that
is, and columns that find no room left out. Source: docker/cli 29.7.2 cli/command/image/tree.go, internal/tui; recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import human_size
from fakedocker_shell.cli.formatting import display_width, short_id

HINTED: Final = frozenset(
    "build history import inspect list load ls prune pull push rm save tag".split()
)  # fmt: skip
"""Names of commands that are easily taken for names of images (printAmbiguousHint)."""
_UNTAGGED: Final = "<untagged>"
_GAP: Final = 3
_NARROWEST_NAME: Final = 12
_NARROWEST_SCREEN: Final = 20
_CHIP: Final = "U"
_IN_USE: Final = "In Use"
_BRANCH, _LAST_BRANCH = "├─ ", "└─ "
_END: Final = "\x1b[0m"
_TITLE, _NAME, _PLAIN, _FAINT = "\x1b[39m\x1b[1m", "\x1b[34m\x1b[1m", "\x1b[39m", "\x1b[39m\x1b[2m"
_INFO: Final = f"\x1b[1m\x1b[106m\x1b[30mi{_END}{_END} \x1b[96mInfo → {_END}{_END}"


class _Line(NamedTuple):
    """What is known of an image, or of one of its platforms."""

    identifier: str
    disk_usage: str
    content_size: str
    in_use: bool


class _Platform(NamedTuple):
    name: str
    is_here: bool
    line: _Line


class _Image(NamedTuple):
    names: tuple[str, ...]
    line: _Line
    platforms: tuple[_Platform, ...]


class _Column(NamedTuple):
    title: str
    width: int
    is_right: bool
    value: Callable[[_Line], str]


def is_dangling(summary: Mapping[str, Json]) -> bool:
    """Whether an image of a list has no name."""
    tags = summary.get("RepoTags") or []
    return not tags or (tags == ["<none>:<none>"] and summary.get("RepoDigests") == ["<none>@<none>"])


def platform_name(platform: JsonObject) -> str:
    """linux/arm64/v8."""
    parts = (platform.get("os", ""), platform.get("architecture", ""), platform.get("variant", ""))
    return "/".join(part for part in parts if part)


def image_list(summaries: Sequence[Mapping[str, Json]], expanded: bool, columns: int, coloured: bool) -> str:
    """The list.

    Args:
        summaries: the engine's answer.
        expanded: whether each image has its platforms below it (--tree).
        columns: the terminal's width, 0 for none.
        coloured: whether colours are used.
    """
    images = sorted(_images(summaries, expanded), key=lambda image: (not image.names, image.names[:1]))
    return "".join(_View(images, columns, coloured).lines())


def _images(summaries: Sequence[Mapping[str, Json]], expanded: bool) -> Iterator[_Image]:
    for summary in summaries:
        manifests = summary.get("Manifests") or []
        platforms = tuple(_platforms(manifests))
        content = sum((manifest.get("Size") or {}).get("Content", 0) for manifest in manifests)
        in_use = summary.get("Containers", 0) > 0 or any(platform.line.in_use for platform in platforms)
        line = _Line(short_id(summary["Id"]), human_size(summary["Size"], 3), human_size(content, 3), in_use)
        names = tuple(sorted(summary.get("RepoTags") or ()))
        if expanded or not names:
            yield _Image(names, line, platforms if expanded else ())
        else:
            yield from (_Image((name,), line, ()) for name in names)


def _platforms(manifests: Sequence[JsonObject]) -> Iterator[_Platform]:
    for manifest in manifests:
        if manifest.get("Kind") == "image":
            data, size = manifest.get("ImageData") or {}, manifest.get("Size") or {}
            line = _Line(
                short_id(manifest["ID"]), human_size(size.get("Total", 0), 3), human_size(size.get("Content", 0), 3),
                bool(data.get("Containers")),
            )  # fmt: skip
            yield _Platform(platform_name(data.get("Platform") or {}), bool(manifest.get("Available")), line)


class _View:
    def __init__(self, images: Sequence[_Image], columns: int, coloured: bool) -> None:
        self._images = images
        self._coloured = coloured
        self._screen = max(columns, _NARROWEST_SCREEN) if columns else 0
        used = any(line.in_use for image in images for line in (image.line, *(each.line for each in image.platforms)))
        self._chip = f"\x1b[38;5;0m\x1b[48;5;14m {_CHIP} {_END}" if coloured else _CHIP
        self._no_chip = "   " if coloured else " "
        extra = max(len("Extra"), (3 if coloured else 1) if used else 0)
        self._columns = [
            _Column("ID", 12, False, lambda line: line.identifier),
            _Column("DISK USAGE", 10, True, lambda line: line.disk_usage),
            _Column("CONTENT SIZE", 12, True, lambda line: line.content_size),
            _Column("EXTRA", extra, False, lambda line: (self._chip if line.in_use else self._no_chip) if used else ""),
        ]
        self._name_width = self._fit()

    def _fit(self) -> int:
        """How wide the names' column is; columns for which there is no room are dropped."""
        room = self._screen
        for index, column in enumerate(self._columns):
            if not self._screen:
                break
            taken = column.width + _GAP
            if room - taken < _NARROWEST_NAME:
                self._columns = self._columns[:index]
                break
            room -= taken
        widest = max([len("Image"), *(self._widest(image) for image in self._images)])
        return widest if not self._screen or room > widest else room

    def _widest(self, image: _Image) -> int:
        names = [len(name.encode()) for name in image.names or (_UNTAGGED,)]
        branches = [len(f"{_LAST_BRANCH}{platform.name}".encode()) for platform in image.platforms]
        return max(names + branches)

    def lines(self) -> Iterator[str]:
        """All of it, in pieces."""
        if self._screen:
            legend = f"{_INFO if self._coloured else ' Info -> '} {self._chip} {_IN_USE}"
            yield " " * max(self._screen - _width(legend), 0) + legend + "\n"
        yield self._cell(_TITLE, "IMAGE", self._name_width)
        for column in self._columns:
            yield " " * _GAP + self._cell(_TITLE, column.title, column.width, column.is_right)
        yield "\n"
        spaced = any(image.platforms for image in self._images)
        for image in self._images:
            yield from self._names(image)
            yield from self._details(_PLAIN, image.line)
            yield "\n" if spaced else ""
            for platform in image.platforms:
                colour = _PLAIN if platform.is_here else _FAINT
                branch = _LAST_BRANCH if platform is image.platforms[-1] else _BRANCH
                yield self._cell(colour, branch + platform.name, self._name_width)
                yield from self._details(colour, platform.line)
                yield "\n"
            yield "\n"

    def _names(self, image: _Image) -> Iterator[str]:
        if not image.names:
            yield self._cell(_FAINT, _UNTAGGED, self._name_width)
        for name in image.names:
            yield self._cell(_NAME, name, self._name_width)
            is_last, is_long = name is image.names[-1], _width(name) > self._name_width
            if not is_last or is_long:
                yield "\n"
            if is_last and is_long:
                yield " " * self._name_width

    def _details(self, colour: str, line: _Line) -> Iterator[str]:
        for column in self._columns:
            shown = "" if column.title == "EXTRA" else colour
            yield " " * _GAP + self._cell(shown, column.value(line), column.width, column.is_right)

    def _cell(self, colour: str, text: str, width: int, is_right: bool = False) -> str:
        filling = " " * max(width - _width(text), 0)
        shown = f"{colour}{text}{_END}" if self._coloured and colour else text
        return filling + shown if is_right else shown + filling


def _width(text: str) -> int:
    """Columns that a text takes, without its colours."""
    plain, *coloured = text.split("\x1b")
    return display_width(plain + "".join(part.partition("m")[2] for part in coloured))
