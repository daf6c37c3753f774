"""What is in the images of a family, whatever their version: the catalogue's descriptions with their variables left open.

    data/families/NAME.json     written by tools/make_catalogue.py from the family's description

This module owns that form and fills it in. It must not know facts, digests or layers below.
"""

from __future__ import annotations

import pkgutil
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.filesystem.content import Content, join, zeros
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import HEADER_BYTES, PLACEHOLDER_FAMILY, program_head
from fakedocker.registry.hub.kept import ConfigRow

_UNITS: Final = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3}
_PLAIN_FAMILIES: Final = frozenset(("gnu", "gosu", "fakedocker", PLACEHOLDER_FAMILY))
"""Programs that have another version than the image they are in."""

RowKind: TypeAlias = Literal["dir", "link", "hardlink", "file", "program", "filler", "teller"]


class Row(Struct, frozen=True, array_like=True):
    """An entry; `body` is a file's text, a link's target, a program's FAMILY/NAME, or what a teller prints for
    which arguments, as JSON; `size` a program's or filler's."""

    path: str
    kind: RowKind
    mode: int
    uid: str
    gid: str
    body: str = ""
    size: str = ""


class TemplateLayer(Struct, frozen=True):
    created_by: str
    rows: tuple[Row, ...]
    append: dict[str, str] = {}
    """Path -> text to put at the end of a file of the layers below."""
    size: str = ""
    """What the layer's files amount to; "" for what they are."""
    rest: tuple[tuple[str, int], ...] = ()
    """(path, weight) of the files that share what is missing."""


class Example(Struct, frozen=True):
    """An image that the description has: those by rule are like the one that is most like them."""

    tag: str
    base: str
    steps: str
    variables: dict[str, str] = {}


class Template(Struct, frozen=True):
    """A family's description.

    `variable` is what its programs ask for as their version; `variables` how others follow from it; `layers` are by name,
    `steps` the names of layers in order, and `labels` those of each of the steps.
    """

    variable: str
    variables: dict[str, str]
    layers: dict[str, TemplateLayer]
    steps: dict[str, tuple[str, ...]]
    labels: dict[str, dict[str, str]]
    examples: tuple[Example, ...]
    tells: tuple[dict[str, str], ...] = ()
    """Values of variables that a table gives: the row whose `of` matches the image's tag, from the first on."""
    version_tag: str = ""
    """A pattern for another tag of an image, whose first group is the version."""
    config: ConfigRow | None = None
    """The configuration of a base that is kept elsewhere."""


class Filled(NamedTuple):
    """A layer of a template with its variables filled in; `append` belongs to files of the layers below."""

    created_by: str
    entries: list[LayerEntry]
    append: dict[str, bytes]


@cache
def template(family: str) -> Template | None:
    """A family's description, None where there is none."""
    try:
        data = pkgutil.get_data("fakedocker.registry", f"data/families/{family}.json")
    except OSError:
        return None
    return msgspec.json.decode(data, type=Template) if data else None


def fill(
    layer: TemplateLayer, variables: Mapping[str, str], version: str, time_ns: int, architecture: str = "amd64"
) -> Filled:
    """A layer with its variables filled in.

    Args:
        version: what the family's programs tell, as VARIABLE=VERSION; "" for nothing.
        time_ns: when its files were changed.
        architecture: the processor that its programs are for.
    """
    entries = [_entry(row, variables, version, time_ns, architecture) for row in layer.rows]
    rest = tuple((substitute(path, variables), weight) for path, weight in layer.rest)
    if layer.size and rest:
        wanted = size_bytes(substitute(layer.size, variables), "")
        missing = wanted - sum(len(entry.content) for entry in entries)
        entries += [_filler(path, share, time_ns) for path, share in _shares(rest, max(0, missing))]
    append = {
        substitute(path, variables).strip("/"): substitute(text, variables).encode()
        for path, text in layer.append.items()
    }
    return Filled(substitute(layer.created_by, variables), entries, append)


def _entry(row: Row, variables: Mapping[str, str], version: str, time_ns: int, architecture: str) -> LayerEntry:
    path = substitute(row.path, variables).strip("/")
    owner, _, group = substitute(f"{row.uid}:{row.gid}", variables).partition(":")
    uid, gid = int(owner or 0), int(group.partition(":")[0] or 0)
    if row.kind in ("dir", "link", "hardlink"):
        return LayerEntry(path, row.kind, row.mode, uid, gid, time_ns, target=substitute(row.body, variables))
    content: Content
    if row.kind == "file":
        content = substitute(row.body, variables).encode()
    elif row.kind == "teller":
        content = program_head("fakedocker", "tells", "", architecture) + substitute(row.body, variables).encode()
    elif row.kind == "program":
        family, _, name = substitute(row.body, variables).partition("/")
        head = program_head(family, name, "" if family in _PLAIN_FAMILIES else version, architecture)
        content = join(head, zeros(max(0, size_bytes(substitute(row.size, variables), path) - HEADER_BYTES)))
    else:
        content = zeros(size_bytes(substitute(row.size, variables), path))
    return LayerEntry(path, "file", row.mode, uid, gid, time_ns, content=content)


def _filler(path: str, size: int, time_ns: int) -> LayerEntry:
    return LayerEntry(path.strip("/"), "file", 0o644, 0, 0, time_ns, content=zeros(size))


def _shares(rest: tuple[tuple[str, int], ...], missing: int) -> Iterator[tuple[str, int]]:
    left, weights = missing, sum(weight for _, weight in rest)
    for path, weight in rest:
        share = left * weight // weights
        yield path, share
        left, weights = left - share, weights - weight


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """The text with `@NAME@` replaced by the variable of that name."""
    if "@" not in text:
        return text
    return re.sub(r"@(\w+)@", lambda match: variables.get(match[1], match[0]), text)


def size_bytes(text: str, path: str) -> int:
    """A size in bytes; with `~` it lies between half and one and a half times the number, by the path.

    Raises:
        ValueError: it is none.
    """
    if is_digits(text):
        return int(text)
    match = re.fullmatch(r"(~?)([0-9.]+)([kMG]?)", text.strip())
    if match is None:
        raise ValueError(f"{path}: not a size: {text!r}")
    size = round(float(match[2]) * _UNITS[match[3]])
    return size if not match[1] else size // 2 + zlib.crc32(path.encode()) % size
