"""The columns of `docker images` and `docker history`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from fakedocker.base.json_types import Json
from fakedocker.base.units import human_size
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.formatting import Column, Rows, ellipsis, short_id, table_format
from fakedocker_shell.cli.releases import Release
from fakedocker_shell.cli.times import ago, unix_rfc3339, unix_text

NONE = "<none>"
TABLE = table_format("Repository", "Tag", "ID", "CreatedSince", "Size")
TABLE_WITH_DIGESTS = table_format("Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
RAW = (
    "repository: {{.Repository}}\\n{{if .Tag}}tag: {{.Tag}}\\n{{end}}image_id: {{.ID}}\\n"
    "created_at: {{.CreatedAt}}\\nvirtual_size: {{.Size}}\\n"
)
RAW_WITH_DIGESTS = (
    "repository: {{.Repository}}\\ntag: {{.Tag}}\\ndigest: {{.Digest}}\\nimage_id: {{.ID}}\\n"
    "created_at: {{.CreatedAt}}\\nvirtual_size: {{.Size}}\\n"
)
DISK_USAGE_TABLE = table_format(
    "Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers"
)


class ImageRow(Struct, frozen=True):
    """One name of an image of a list."""

    summary: Mapping[str, Json]
    repository: str
    tag: str
    digest: str
    now_ns: int
    truncate: bool = True


def image_rows(
    summaries: Sequence[Mapping[str, Json]], now_ns: int, *, truncate: bool, digests: bool, digests_only_rows: bool
) -> list[ImageRow]:
    """A row for each name of each image.

    Args:
        digests: whether digests are shown, so that a name with several of them needs several rows.
        digests_only_rows: whether a repository without a tag gets a row for each digest.
    """
    rows = []
    for summary in summaries:
        for repository, tag, digest in _names(summary, digests, digests_only_rows):
            rows.append(ImageRow(summary, repository, tag, digest, now_ns, truncate))
    return rows


def usage_rows(summaries: Sequence[Mapping[str, Json]], now_ns: int, *, truncate: bool) -> list[ImageRow]:
    """One row for each image, with its first tag only, as disk usage lists them."""
    rows = []
    for summary in summaries:
        tags = [text for text in summary.get("RepoTags") or [] if text != "<none>:<none>"]
        parsed = reference.parse(tags[0]) if tags else None
        repository, tag = (parsed.familiar_name, parsed.tag) if parsed is not None else (NONE, NONE)
        rows.append(ImageRow(summary, repository, tag, "", now_ns, truncate))
    return rows


def _names(summary: Mapping[str, Json], digests: bool, digests_only_rows: bool) -> Iterator[tuple[str, str, str]]:
    tags: dict[str, list[str]] = {}
    known: dict[str, list[str]] = {}
    for text in summary.get("RepoTags") or []:
        parsed = reference.parse(text) if text != "<none>:<none>" else None
        if parsed is not None and not parsed.digest:
            tags.setdefault(parsed.familiar_name, []).append(parsed.tag)
    for text in summary.get("RepoDigests") or []:
        if text != "<none>@<none>":
            parsed = reference.parse(text)
            known.setdefault(parsed.familiar_name, []).append(parsed.digest)
    if not tags and not known:
        yield NONE, NONE, NONE
    for repository in tags:
        found = known.pop(repository, [])
        for tag in tags[repository]:
            for digest in found if digests and found else [NONE]:
                yield repository, tag, digest
    for repository in known:
        for digest in known[repository] if digests_only_rows else [""]:
            yield repository, NONE, digest


def _id(row: ImageRow) -> str:
    return short_id(row.summary["Id"]) if row.truncate else str(row.summary["Id"])


def _created_since(row: ImageRow) -> str:
    created = row.summary["Created"]
    return ago(created, row.now_ns) if created > 0 else "N/A"


def _shared(row: ImageRow) -> str:
    size = row.summary.get("SharedSize", -1)
    return "N/A" if size == -1 else human_size(size)


def _unique(row: ImageRow) -> str:
    shared = row.summary.get("SharedSize", -1)
    return "N/A" if shared == -1 else human_size(row.summary["Size"] - shared)


def _containers(row: ImageRow) -> str:
    count = row.summary.get("Containers", -1)
    return "N/A" if count == -1 else str(count)


COLUMNS: tuple[Column, ...] = (
    ("ID", "IMAGE ID", _id),
    ("Repository", "REPOSITORY", lambda row: row.repository),
    ("Tag", "TAG", lambda row: row.tag),
    ("Digest", "DIGEST", lambda row: row.digest),
    ("CreatedSince", "CREATED", _created_since),
    ("CreatedAt", "CREATED AT", lambda row: unix_text(row.summary["Created"])),
    ("Size", "SIZE", lambda row: human_size(row.summary["Size"], 3)),
    ("Containers", "CONTAINERS", _containers),
    ("VirtualSize", "SIZE", lambda row: human_size(row.summary["Size"])),
    ("SharedSize", "SHARED SIZE", _shared),
    ("UniqueSize", "UNIQUE SIZE", _unique),
)
ROWS = Rows("formatter.imageContext", COLUMNS)

_ROWS_29 = Rows(
    "formatter.imageContext",
    [(name, title, get) for name, title, get in COLUMNS if name != "VirtualSize"],
)
"""The same without what 29 has no more."""


def rows_of(release: Release) -> Rows:
    """What lists of images show in a release of the client."""
    return ROWS if release.shows_virtual_size else _ROWS_29


class HistoryRow(Struct, frozen=True):
    """A step of an image's history."""

    step: Mapping[str, Json]
    now_ns: int
    truncate: bool
    human: bool


def _history_id(row: HistoryRow) -> str:
    return short_id(row.step["Id"]) if row.truncate else str(row.step["Id"])


def _history_by(row: HistoryRow) -> str:
    text = str(row.step["CreatedBy"]).replace("\t", " ")
    return ellipsis(text, 45) if row.truncate else text


def _history_at(row: HistoryRow) -> str:
    created = row.step["Created"]
    return "" if created < -62135596800 else unix_rfc3339(created)


def _history_since(row: HistoryRow) -> str:
    return ago(row.step["Created"], row.now_ns) if row.human else _history_at(row)


HISTORY_TABLE = table_format("ID", "CreatedSince", "CreatedBy", "Size", "Comment")
RAW_HISTORY_TABLE = table_format("ID", "CreatedAt", "CreatedBy", "Size", "Comment")
HISTORY_ROWS = Rows(
    "image.historyContext",
    (
        ("ID", "IMAGE", _history_id),
        ("CreatedSince", "CREATED", _history_since),
        ("CreatedAt", "CREATED AT", _history_at),
        ("CreatedBy", "CREATED BY", _history_by),
        ("Size", "SIZE", lambda row: human_size(row.step["Size"], 3) if row.human else str(row.step["Size"])),
        ("Comment", "COMMENT", lambda row: row.step["Comment"]),
    ),
)
