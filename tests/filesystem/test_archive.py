"""Archives: what is written is read back, by this module and by tarfile; what is unsafe or broken is refused."""

from __future__ import annotations

import io
import tarfile
from functools import partial

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from fakedocker.filesystem import content, diff
from fakedocker.filesystem.archive import BadArchive, Streamed, read_tar, safe_path, stream_tar, write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer

SECOND_NS = 1_000_000_000
ENTRIES = (
    LayerEntry("etc", "dir", 0o755, 0, 0, 5 * SECOND_NS),
    LayerEntry("etc/small", "file", 0o4755, 1, 2, 7 * SECOND_NS, content=b"hello"),
    LayerEntry("etc/empty", "file", 0o600),
    LayerEntry("etc/big", "file", 0o644, content=content.filler("big", 100_000)),
    LayerEntry("etc/link", "link", 0o777, target="../x"),
    LayerEntry("etc/other", "hardlink", 0o644, target="etc/small"),
    LayerEntry("dev/null", "char", 0o666, rdev=(1, 3)),
    LayerEntry("fifo", "fifo", 0o644),
    LayerEntry("é" * 80 + "/" + "n" * 120, "file", 0o644, content=b"long"),
    LayerEntry(".wh.gone", "file", 0),
)


def whole(value: Content) -> bytes:
    return b"".join(content.chunks(value))


def test_what_is_written_is_read_back() -> None:
    back = list(read_tar(whole(write_tar(ENTRIES))))
    assert len(back) == len(ENTRIES)
    for entry, original in zip(back, ENTRIES, strict=True):
        assert (entry.path, entry.kind, entry.target, entry.rdev) == (
            original.path,
            original.kind,
            original.target,
            original.rdev,
        )
        if entry.kind != "hardlink":
            assert (entry.mode, entry.uid, entry.gid, entry.mtime_ns) == (
                original.mode,
                original.uid,
                original.gid,
                original.mtime_ns,
            )
        assert whole(entry.content) == whole(original.content)


def test_others_can_read_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(whole(write_tar(ENTRIES)))) as archive:
        assert archive.getnames() == [entry.path for entry in ENTRIES]
        stream = archive.extractfile("etc/other")
        assert stream is not None and stream.read() == b"hello"


def test_a_large_file_is_in_an_archive_by_reference() -> None:
    archive = write_tar([LayerEntry("big", "file", content=content.filler("x", 1 << 32))])
    assert content.held_bytes(archive) < 4096
    assert len(archive) == 512 + (1 << 32) + 1024


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_forms_are_read(form: int) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, kind in (("./d/", tarfile.DIRTYPE), ("/abs/file", tarfile.REGTYPE), ("d/x/../y", tarfile.REGTYPE)):
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = 3 if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"abc"))
    assert [entry.path for entry in read_tar(buffer.getvalue())] == ["d", "abs/file", "d/y"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/../x"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(BadArchive, match="outside"):
        safe_path(name)
    assert safe_path(name, in_root=True) == "x", "the root is its own parent"


@pytest.mark.parametrize("data", [b"sixteen bytes...", whole(write_tar(ENTRIES))[:90_000], b"\0" * 16])
def test_what_is_cut_off_is_an_unexpected_end(data: bytes) -> None:
    with pytest.raises(BadArchive, match="unexpected EOF"):
        list(read_tar(data))


def test_garbage_is_no_archive() -> None:
    with pytest.raises(BadArchive, match="invalid tar header"):
        list(read_tar(b"garbage " * 1000))


def test_a_sparse_file_without_a_map_is_a_wrong_header() -> None:
    """As a tool writes that copies the headers of a sparse file and its data without the holes."""
    member = tarfile.TarInfo("x")
    member.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.realsize": "9",
        "GNU.sparse.name": "x",
    }
    member.size = len(data := b"no number".ljust(1024, b"\0"))
    with tarfile.open(fileobj=(file := io.BytesIO()), mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(data))
    with pytest.raises(BadArchive, match="invalid tar header"):
        list(read_tar(file.getvalue()))


def test_an_empty_archive_has_no_members() -> None:
    assert list(read_tar(b"")) == []
    assert list(read_tar(whole(write_tar(())))) == []


def test_a_subtree_is_packed_under_its_own_name() -> None:
    filesystem = Filesystem.on(apply_layer(Tree.empty(), ENTRIES))
    entries = list(diff.subtree_entries(filesystem, filesystem.find("etc") or 0, "conf"))
    assert [(entry.path, entry.kind) for entry in entries] == [
        ("conf", "dir"),
        ("conf/big", "file"),
        ("conf/empty", "file"),
        ("conf/link", "link"),
        ("conf/other", "file"),
        ("conf/small", "hardlink"),
    ]
    assert entries[-1].target == "conf/other"


@given(st.lists(st.sampled_from((0, 1, 511, 512, 513, 70_000, 300_000)), max_size=6), st.data())
def test_a_streamed_archive_has_the_same_bytes(sizes: list[int], data: st.DataObject) -> None:
    entries = [LayerEntry(f"f{number}", "file", content=bytes([number]) * size) for number, size in enumerate(sizes)]
    members: list[LayerEntry | Streamed] = [LayerEntry("d", "dir", 0o755)]
    for entry in entries:
        piece_bytes = data.draw(st.sampled_from((100, 5_000, 1 << 20)))
        chunks = partial(content.chunks, entry.content, piece_bytes)
        streamed = Streamed(replace(entry, content=b""), len(entry.content), chunks)
        members.append(data.draw(st.sampled_from((entry, streamed))))
    chunks_made = list(stream_tar(members))
    assert b"".join(chunks_made) == whole(write_tar([LayerEntry("d", "dir", 0o755), *entries]))
    assert all(chunks_made)
