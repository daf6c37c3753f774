"""Reading a git repository: references, objects, packs; and from them the files of a commit, as layer entries.

It must not know where bytes come from: a `Source` gives them, of a folder or over HTTP. Everything is bounded.
Source: git's Documentation/gitformat-pack and gitprotocol-{pack,http}.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from fakedocker.filesystem.node import LayerEntry

LIMIT_BYTES: Final = 512 << 20
"""How much all objects together may hold."""
LIMIT_OBJECTS: Final = 200_000
_CHUNK_BYTES = 64 << 10
_KINDS: Final = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_FILE_MODES: Final = {"100644": 0o644, "100664": 0o664, "100755": 0o755}
_FULL_NAME = re.compile(r"[0-9a-f]{40}")


class GitProblem(Exception):
    """What git says of a repository that cannot be read."""


class Source(Protocol):
    """Where a repository is."""

    def references(self) -> tuple[dict[str, str], str]:
        """Names of references to names of objects, and the one that HEAD means ("" for none). GitProblem."""

    def loose(self, name: str) -> bytes | None:
        """An object as it is kept by itself; None where it is not. GitProblem."""

    def packs(self, wanted: str) -> Iterator[bytes]:
        """Packs that have what is wanted, or may have. GitProblem."""


class Repository:
    """A repository that is being read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._objects: dict[str, tuple[str, bytes]] = {}
        self._size_bytes = 0
        self._packs: Iterator[bytes] | None = None

    def checkout(self, reference: str) -> tuple[str, tuple[LayerEntry, ...]]:
        """The name of a commit and its files.

        Args:
            reference: a branch, a tag or a commit, "" for the default branch.

        Raises:
            GitProblem: there is no such thing, it is broken, or it is larger than what is read.
        """
        name = self._resolve(reference)
        kind, data = self._object(name, name)
        while kind == "tag":
            name = _field(data, b"object")
            kind, data = self._object(name, name)
        if kind != "commit":
            raise GitProblem(f"fatal: Expected commit or tag object, got {kind}")
        return name, tuple(self._files(_field(data, b"tree"), name))

    def _resolve(self, reference: str) -> str:
        """The object that a reference means: branches go before tags, as with git checkout."""
        references, head = self._source.references()
        if not reference:
            if head not in references:
                raise GitProblem("fatal: couldn't find remote ref HEAD")
            return references[head]
        below = reference.removeprefix("refs/")
        for name in (f"refs/heads/{reference}", f"refs/tags/{reference}", f"refs/{below}"):
            if name in references:
                return references[name]
        if _FULL_NAME.fullmatch(reference):
            return reference
        raise GitProblem(f"fatal: couldn't find remote ref {reference}")

    def _object(self, name: str, wanted: str) -> tuple[str, bytes]:
        """Kind and bytes of an object; packs are read where it is not kept by itself."""
        if name not in self._objects and (packed := self._source.loose(name)) is not None:
            head, _, data = _inflated(packed, LIMIT_BYTES).partition(b"\0")
            self._keep(head.split(b" ")[0].decode("ascii", "replace"), data)
        while name not in self._objects:
            if self._packs is None:
                self._packs = self._source.packs(wanted)
            pack = next(self._packs, None)
            if pack is None:
                raise GitProblem(f"fatal: bad object {name}")
            self._unpack(pack)
        return self._objects[name]

    def _keep(self, kind: str, data: bytes) -> str:
        self._size_bytes += len(data)
        if self._size_bytes > LIMIT_BYTES or len(self._objects) >= LIMIT_OBJECTS:
            raise GitProblem(f"fatal: fakedocker: more than {LIMIT_BYTES >> 20} MiB of a repository is not simulated")
        name = hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
        self._objects[name] = (kind, data)
        return name

    # packs

    def _unpack(self, pack: bytes) -> None:
        """Keep every object of a pack."""
        if pack[:4] != b"PACK" or int.from_bytes(pack[4:8]) != 2:
            raise GitProblem("fatal: protocol error: bad pack header")
        offset, by_offset = 12, dict[int, str]()
        waiting: dict[str, list[tuple[int, bytes]]] = {}
        for _ in range(int.from_bytes(pack[8:12])):
            start, (kind, offset) = offset, _object_head(pack, offset)
            base = ""
            if kind == _OFFSET_DELTA:
                distance, offset = _distance(pack, offset)
                base = by_offset.get(start - distance, "")
                if not base:
                    raise GitProblem("fatal: pack has bad object")
            elif kind == _NAMED_DELTA:
                base, offset = pack[offset : offset + 20].hex(), offset + 20
            elif kind not in _KINDS:
                raise GitProblem("fatal: pack has bad object")
            data, offset = _stream(pack, offset)
            if not base:
                name = self._keep(_KINDS[kind], data)
            elif base in self._objects:
                name = self._apply(base, data)
            else:
                waiting.setdefault(base, []).append((start, data))
                continue
            by_offset[start] = name
            self._settle(name, waiting, by_offset)

    def _settle(self, name: str, waiting: dict[str, list[tuple[int, bytes]]], by_offset: dict[int, str]) -> None:
        """Make what waited for an object."""
        ready = [name]
        while ready:
            base = ready.pop()
            for start, delta in waiting.pop(base, ()):
                made = self._apply(base, delta)
                by_offset[start] = made
                ready.append(made)

    def _apply(self, base: str, delta: bytes) -> str:
        kind, data = self._objects[base]
        return self._keep(kind, _patched(data, delta))

    # files

    def _files(self, tree: str, commit: str) -> Iterator[LayerEntry]:
        """Everything in a tree, directories before what is in them."""
        pending = [("", tree)]
        count = 0
        while pending:
            prefix, name = pending.pop()
            kind, data = self._object(name, commit)
            if kind != "tree":
                raise GitProblem(f"fatal: not a tree object: {name}")
            for mode, base, child in _tree_entries(data):
                count += 1
                if count > LIMIT_OBJECTS:
                    raise GitProblem(
                        f"fatal: fakedocker: a repository of more than {LIMIT_OBJECTS} files is not simulated"
                    )
                path = prefix + base
                if mode == "40000":
                    yield LayerEntry(path, "dir", 0o755)
                    pending.append((f"{path}/", child))
                elif mode == "160000":
                    raise GitProblem(f"fatal: fakedocker: {path}: submodules are not simulated")
                elif mode == "120000":
                    target = self._object(child, commit)[1].decode("utf-8", "surrogateescape")
                    yield LayerEntry(path, "link", 0o777, target=target)
                else:
                    yield LayerEntry(path, "file", _FILE_MODES.get(mode, 0o644), content=self._object(child, commit)[1])


def _field(data: bytes, name: bytes) -> str:
    for line in data.split(b"\n"):
        if line.startswith(name + b" "):
            found = line[len(name) + 1 :].decode("ascii", "replace")
            if _FULL_NAME.fullmatch(found):
                return found
    raise GitProblem("fatal: bad object")


def _tree_entries(data: bytes) -> Iterator[tuple[str, str, str]]:
    """(mode, name, object) of each entry of a tree."""
    offset = 0
    while offset < len(data):
        end = data.find(b"\0", offset)
        mode, space, name = data[offset:end].partition(b" ")
        if end < 0 or not space or name in (b"", b".", b"..", b".git") or b"/" in name or end + 21 > len(data):
            raise GitProblem("fatal: bad tree")
        yield (
            mode.decode("ascii", "replace"),
            name.decode("utf-8", "surrogateescape"),
            data[end + 1 : end + 21].hex(),
        )
        offset = end + 21


def _inflated(data: bytes, limit_bytes: int) -> bytes:
    """GitProblem for what is broken, or more than the limit."""
    try:
        machine = zlib.decompressobj()
        found = machine.decompress(data, limit_bytes)
    except zlib.error:
        raise GitProblem("fatal: loose object is corrupt") from None
    if not machine.eof:
        raise GitProblem("fatal: loose object is corrupt")
    return found


def _object_head(pack: bytes, offset: int) -> tuple[int, int]:
    """The kind of an object, and where what follows begins; its size is what comes out."""
    if offset >= len(pack):
        raise GitProblem("fatal: early EOF")
    kind = pack[offset] >> 4 & 7
    while pack[offset] & 0x80:
        offset += 1
        if offset >= len(pack):
            raise GitProblem("fatal: early EOF")
    return kind, offset + 1


def _distance(pack: bytes, offset: int) -> tuple[int, int]:
    """How far in front of an object its base begins, and where what follows begins."""
    value = -1
    while offset < len(pack):
        byte = pack[offset]
        offset += 1
        value = (value + 1) << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, offset
    raise GitProblem("fatal: early EOF")


def _stream(pack: bytes, offset: int) -> tuple[bytes, int]:
    """What a compressed stream in a pack holds, and where it ends."""
    machine = zlib.decompressobj()
    parts: list[bytes] = []
    size = 0
    view = memoryview(pack)
    try:
        while not machine.eof:
            if offset >= len(pack) or size > LIMIT_BYTES:
                raise GitProblem("fatal: early EOF")
            given = view[offset : offset + _CHUNK_BYTES]
            while True:
                parts.append(machine.decompress(given, LIMIT_BYTES - size + 1))
                size += len(parts[-1])
                if machine.eof or not machine.unconsumed_tail or size > LIMIT_BYTES:
                    break
                given = memoryview(machine.unconsumed_tail)
            offset += min(_CHUNK_BYTES, len(pack) - offset) - len(machine.unused_data)
    except zlib.error:
        raise GitProblem("fatal: pack has bad object") from None
    return b"".join(parts), offset


def _number(delta: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = delta[offset]
        value |= (byte & 0x7F) << shift
        offset += 1
        shift += 7
        if not byte & 0x80:
            return value, offset


def _patched(base: bytes, delta: bytes) -> bytes:
    """An object, by what differs from another one."""
    try:
        base_size, offset = _number(delta, 0)
        size, offset = _number(delta, offset)
        if base_size != len(base) or size > LIMIT_BYTES:
            raise GitProblem("fatal: pack has bad object")
        made = bytearray()
        while offset < len(delta) and len(made) <= size:
            code = delta[offset]
            offset += 1
            if not code & 0x80:
                made += delta[offset : offset + code]
                offset += code
                continue
            start = length = 0
            for bit in range(7):
                if code >> bit & 1:
                    if bit < 4:
                        start |= delta[offset] << 8 * bit
                    else:
                        length |= delta[offset] << 8 * (bit - 4)
                    offset += 1
            made += base[start : start + (length or 0x10000)]
    except IndexError:
        raise GitProblem("fatal: pack has bad object") from None
    if len(made) != size:
        raise GitProblem("fatal: pack has bad object")
    return bytes(made)
