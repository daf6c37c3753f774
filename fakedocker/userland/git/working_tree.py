"""The index and the working tree: what is staged, changed, untracked and ignored; files taken out of commits.

The index is git's own file (version 2). It must not know commands.
"""

from __future__ import annotations

import hashlib
import re
import struct
from functools import lru_cache
from typing import Final, NamedTuple

from fakedocker.base.regex import Pattern, compile_pattern
from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Stat, Unsimulated
from fakedocker.userland.git.objects import GitProblem, Repository
from fakedocker.userland.packages.unpack import make_directories, read_text_or
from fakedocker.userland.tools import join, stat_or_none

_HEADER: Final = struct.Struct(">4sII")
_ENTRY: Final = struct.Struct(">10I20sH")
_LONGEST: Final = 0xFFF


class Changes(NamedTuple):
    """How two sets of files differ: path -> letter (A, D, M, T)."""

    staged: dict[str, str]
    unstaged: dict[str, str]
    untracked: list[str]


# the index


def read_index(repository: Repository) -> Files:
    """path -> (mode, blob), sorted. Raises GitProblem."""
    path = repository.path("index")
    if stat_or_none(repository.system, path) is None:
        return {}
    data = repository.system.read_file(path, 1 << 40)
    mark, version, count = _HEADER.unpack_from(data)
    if mark != b"DIRC" or version != 2:
        raise Unsimulated(f"an index of version {version}", 128)
    found: Files = {}
    at = _HEADER.size
    for _ in range(count):
        *numbers, name, _ = _ENTRY.unpack_from(data, at)
        start = at + _ENTRY.size
        end = data.index(0, start)
        found[data[start:end].decode("utf-8", "surrogateescape")] = (f"{numbers[6]:o}", name.hex())
        at += (_ENTRY.size + (end - start)) // 8 * 8 + 8
    return found


def write_index(repository: Repository, files: Files) -> None:
    parts = [_HEADER.pack(b"DIRC", 2, len(files))]
    for path in sorted(files, key=lambda name: name.encode("utf-8", "surrogateescape")):
        mode, name = files[path]
        found = stat_or_none(repository.system, join(repository.top, path), follow=False)
        plain = path.encode("utf-8", "surrogateescape")
        seconds, rest = divmod(found.mtime_ns if found else 0, 1_000_000_000)
        seconds &= 0xFFFFFFFF
        owner = (found.uid, found.gid, found.size_bytes & 0xFFFFFFFF) if found else (0, 0, 0)
        inode = found.inode & 0xFFFFFFFF if found else 0
        head = _ENTRY.pack(
            seconds, rest, seconds, rest, 0, inode, int(mode, 8), *owner, bytes.fromhex(name), min(len(plain), _LONGEST)
        )
        entry = head + plain
        parts.append(entry + b"\0" * (8 - len(entry) % 8))
    body = b"".join(parts)
    repository.write("index", body + hashlib.sha1(body).digest())


# the working tree


def mode_of(found: Stat) -> str:
    if found.kind == "link":
        return "120000"
    return "100755" if found.mode & 0o100 else "100644"


def content(repository: Repository, path: str) -> tuple[str, bytes] | None:
    """(mode, bytes) of a file in the working tree; None where there is none."""
    full = join(repository.top, path)
    found = stat_or_none(repository.system, full, follow=False)
    if found is None or found.kind not in ("file", "link"):
        return None
    if found.kind == "link":
        return "120000", repository.system.read_link(full).encode("utf-8", "surrogateescape")
    return mode_of(found), repository.system.read_file(full, 1 << 40)


def blob_name(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def compare(old: Files, new: Files) -> dict[str, str]:
    """path -> A, D, M or T (another kind of file), sorted."""
    found = {}
    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before == after:
            continue
        if before is None or after is None:
            found[path] = "A" if before is None else "D"
        else:
            found[path] = "T" if (before[0] == "120000") != (after[0] == "120000") else "M"
    return found


def tracked_files(repository: Repository, index: Files) -> Files:
    """What the files of the index are in the working tree now."""
    found: Files = {}
    for path in index:
        now = content(repository, path)
        if now is not None:
            repository.system.charge(len(now[1]) // 512)
            found[path] = (now[0], blob_name(now[1]))
    return found


def changes(repository: Repository, index: Files) -> Changes:
    """What git status tells."""
    unstaged = compare(index, tracked_files(repository, index))
    return Changes(compare(repository.head_files(), index), unstaged, untracked(repository, index))


def untracked(repository: Repository, index: Files, whole: bool = False) -> list[str]:
    """Paths that are neither in the index nor ignored; a directory with nothing tracked as one, unless `whole`."""
    ignore = Ignored(repository)
    return sorted(_untracked(repository, index, "", ignore, whole))


def _untracked(repository: Repository, index: Files, folder: str, ignore: Ignored, whole: bool) -> list[str]:
    found: list[str] = []
    for name in repository.system.list_directory(join(repository.top, folder) if folder else repository.top):
        path = folder + name
        if name == ".git" or path in index:
            continue
        status = stat_or_none(repository.system, join(repository.top, path), follow=False)
        if status is None or ignore(path, status.kind == "dir"):
            continue
        if status.kind == "dir":
            inner = _untracked(repository, index, path + "/", ignore, whole)
            has_tracked = any(known.startswith(path + "/") for known in index)
            found += inner if whole or has_tracked else [path + "/"] * bool(inner)
        elif status.kind in ("file", "link"):
            found.append(path)
    return found


class Ignored:
    """The rules of .gitignore files and of info/exclude (gitignore(5))."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._rules: dict[str, list[tuple[Pattern, bool, bool]]] = {}

    def __call__(self, path: str, is_directory: bool) -> bool:
        """Whether a path is ignored; the last rule that fits decides, one of a deeper directory before all."""
        folder = path.rpartition("/")[0]
        while True:
            front = f"{folder}/" if folder else ""
            for pattern, negated, only_directories in reversed(self._of(front)):
                if (is_directory or not only_directories) and pattern.fullmatch(path.removeprefix(front)):
                    return not negated
            if not folder:
                return False
            folder = folder.rpartition("/")[0]

    def _of(self, front: str) -> list[tuple[Pattern, bool, bool]]:
        if front not in self._rules:
            text = read_text_or(self._repository.system, f"{self._repository.top}/{front}.gitignore")
            if not front:
                text = self._repository.read_text("info/exclude") + "\n" + text
            rules = []
            for line in text.splitlines():
                line = line.rstrip()
                if not line or line.startswith("#"):
                    continue
                negated = line.startswith("!")
                body = line.removeprefix("!").removeprefix("\\")
                rules.append((_pattern(body.rstrip("/")), negated, body.endswith("/")))
            self._rules[front] = rules
        return self._rules[front]


@lru_cache(maxsize=512)
def _pattern(text: str) -> Pattern:
    anchored = "/" in text
    text = text.lstrip("/")
    parts, at = [] if anchored else ["(?:.*/)?"], 0
    while at < len(text):
        if text.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif text.startswith("/**", at) and at + 3 == len(text):
            parts.append("/.*")
            at += 3
        elif text[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif text[at] == "?":
            parts.append("[^/]")
            at += 1
        elif text[at] == "[" and "]" in text[at + 2 :]:
            end = text.index("]", at + 2)
            inner = text[at + 1 : end]
            parts.append("[" + ("^" + inner[1:] if inner[0] in "!^" else inner).replace("\\", "\\\\") + "]")
            at = end + 1
        else:
            parts.append(re.escape(text[at]))
            at += 1
    return compile_pattern("".join(parts))


# files taken out


def check_out(repository: Repository, old: Files, new: Files, paths: list[str]) -> None:
    """Make some paths of the working tree as they are in `new`, or gone."""
    system = repository.system
    for path in paths:
        full = join(repository.top, path)
        if path not in new:
            if stat_or_none(system, full, follow=False) is not None:
                system.remove_file(full)
            _remove_empty(repository, path)
            continue
        mode, name = new[path]
        data = repository.load(name)[1]
        make_directories(system, full.rpartition("/")[0])
        if stat_or_none(system, full, follow=False) is not None:
            system.remove_file(full)
        if mode == "120000":
            system.symlink(data.decode("utf-8", "surrogateescape"), full)
        else:
            system.write_file(full, data, mode=0o777 if mode == "100755" else 0o666)


def _remove_empty(repository: Repository, path: str) -> None:
    folder = path.rpartition("/")[0]
    while folder:
        try:
            repository.system.remove_directory(join(repository.top, folder))
        except OSError:
            return
        folder = folder.rpartition("/")[0]


def move_to(repository: Repository, target: Files, verb: str, act: str) -> dict[str, str]:
    """Change index and working tree from the current commit to another's files, keeping local changes elsewhere.

    Args:
        verb: what overwrites: "checkout" or "merge".
        act: what the advice says: "switch branches" or "merge".

    Returns:
        local changes that were carried along: path -> letter.

    Raises:
        GitProblem: local changes or untracked files would be overwritten.
    """
    old, index = repository.head_files(), read_index(repository)
    now = tracked_files(repository, index)
    moved = list(compare(old, target))
    local = [
        path for path in moved if index.get(path) != old.get(path) or (path in index and now.get(path) != index[path])
    ]
    local = [path for path in local if index.get(path) != target.get(path)]
    if any(path in index or path in old for path in local):
        listed = "".join(f"\t{path}\n" for path in local)
        raise GitProblem(
            f"error: Your local changes to the following files would be overwritten by {verb}:\n{listed}"
            f"Please commit your changes or stash them before you {act}.\nAborting",
            1,
        )
    strays = [path for path in moved if path not in index and path in target and content(repository, path) is not None]
    strays = [path for path in strays if blob_name((content(repository, path) or ("", b""))[1]) != target[path][1]]
    if strays:
        listed = "".join(f"\t{path}\n" for path in strays)
        raise GitProblem(
            f"error: The following untracked working tree files would be overwritten by {verb}:\n{listed}"
            f"Please move or remove them before you {act}.\nAborting",
            1,
        )
    check_out(repository, old, target, moved)
    merged = {path: entry for path, entry in index.items() if path not in moved or path in target}
    merged |= {path: target[path] for path in moved if path in target}
    write_index(repository, merged)
    carried = compare(target, tracked_files(repository, merged))
    return {path: letter for path, letter in carried.items() if path in merged or path in target}
