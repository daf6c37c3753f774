"""How two sets of files differ, as git shows it: patches, --stat, names, summaries. It must not know the command line.

Renames are found where the content is the same; git also finds those that are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.objects import NO_OBJECT, Repository
from fakedocker.userland.git.working_tree import compare
from fakedocker.userland.text.comparing import MOST_STEPS, comparing_steps

_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_FUNCTION: Final = re.compile(rb"[A-Za-z_$]")
_HEADING_BYTES: Final = 80
_SNIFFED: Final = 8000
_WIDTH: Final = 80
Load = Callable[[str, str], bytes]
"""The bytes of (path, blob)."""


class Difference(NamedTuple):
    """One file: letter A, D, M, T or R; what it was and is, as (path, mode, blob), with "" for nothing."""

    letter: str
    old: tuple[str, str, str]
    new: tuple[str, str, str]

    @property
    def path(self) -> str:
        return self.new[0] if self.letter == "R" or self.new[1] else self.old[0]


def differences(old: Files, new: Files) -> list[Difference]:
    """All files that differ, by path, files with the same content as renamed."""
    found = []
    for path, letter in compare(old, new).items():
        before, after = old.get(path, ("", "")), new.get(path, ("", ""))
        found.append(Difference(letter, (path, *before), (path, *after)))
    gone = {entry.old[2]: entry for entry in reversed(found) if entry.letter == "D"}
    result = []
    used = set()
    for entry in found:
        source = gone.get(entry.new[2]) if entry.letter == "A" else None
        if source is not None and source.old[0] not in used:
            used.add(source.old[0])
            result.append(Difference("R", source.old, entry.new))
        else:
            result.append(entry)
    return [entry for entry in result if not (entry.letter == "D" and entry.old[0] in used)]


def loader(repository: Repository, live: dict[str, bytes] | None = None) -> Load:
    """Gives bytes from the objects, and for files of the working tree from `live`, by blob."""

    def load(path: str, name: str) -> bytes:
        if live is not None and name in live:
            return live[name]
        return repository.load(name)[1] if name else b""

    return load


# patches


def patch(repository: Repository, entries: list[Difference], load: Load) -> bytes:
    return b"".join(_patch_of(repository, entry, load) for entry in entries)


def _patch_of(repository: Repository, entry: Difference, load: Load) -> bytes:
    old_path, old_mode, old_name = entry.old
    new_path, new_mode, new_name = entry.new
    lines = [f"diff --git a/{old_path} b/{new_path}"]
    if entry.letter == "A":
        lines.append(f"new file mode {new_mode}")
    elif entry.letter == "D":
        lines.append(f"deleted file mode {old_mode}")
    elif old_mode != new_mode:
        lines += [f"old mode {old_mode}", f"new mode {new_mode}"]
    if entry.letter == "R":
        lines += ["similarity index 100%", f"rename from {old_path}", f"rename to {new_path}"]
    head = "\n".join(lines) + "\n"
    if old_name == new_name:
        return head.encode("utf-8", "surrogateescape")
    tail = f" {new_mode}" if old_mode == new_mode else ""
    short = [repository.short(name or NO_OBJECT) for name in (old_name, new_name)]
    head += f"index {short[0]}..{short[1]}{tail}\n"
    before, after = load(old_path, old_name), load(new_path, new_name)
    names = [f"a/{old_path}" if old_name else "/dev/null", f"b/{new_path}" if new_name else "/dev/null"]
    if is_binary(before) or is_binary(after):
        return f"{head}Binary files {names[0]} and {names[1]} differ\n".encode("utf-8", "surrogateescape")
    hunks = unified(before, after)
    if hunks:
        head += f"--- {names[0]}\n+++ {names[1]}\n"
    return head.encode("utf-8", "surrogateescape") + hunks


def is_binary(data: bytes) -> bool:
    """git's rule: a zero byte among the first 8000."""
    return b"\0" in data[:_SNIFFED]


def unified(before: bytes, after: bytes, context: int = 3) -> bytes:
    """The hunks of two texts."""
    from difflib import SequenceMatcher

    old, new = _LINE.findall(before), _LINE.findall(after)
    if comparing_steps(old, new) > MOST_STEPS:
        raise Unsimulated("comparing so many equal lines", 128)
    parts: list[bytes] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        span = f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@".encode()
        parts.append(span + _heading(old, first[1]) + b"\n")
        for tag, i, j, k, m in group:
            if tag == "equal":
                parts += [_marked(b" ", line) for line in old[i:j]]
                continue
            parts += [_marked(b"-", line) for line in old[i:j]]
            parts += [_marked(b"+", line) for line in new[k:m]]
    return b"".join(parts)


def _range(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return f"{start + 1}"
    return f"{start + 1 if count else start},{count}"


def _heading(lines: list[bytes], start: int) -> bytes:
    """The nearest line above a hunk that looks like the head of a function."""
    for line in reversed(lines[:start]):
        if _FUNCTION.match(line):
            return b" " + line.rstrip()[:_HEADING_BYTES]
    return b""


def _marked(mark: bytes, line: bytes) -> bytes:
    return mark + line if line.endswith(b"\n") else mark + line + b"\n\\ No newline at end of file\n"


# numbers


def counts(entry: Difference, load: Load) -> tuple[int, int] | None:
    """(lines added, lines removed); None for a binary file."""
    before, after = (load(path, name) for path, _, name in (entry.old, entry.new))
    if is_binary(before) or is_binary(after):
        return None
    hunks = unified(before, after, 0).split(b"\n")
    return sum(line[:1] == b"+" for line in hunks), sum(line[:1] == b"-" for line in hunks)


def shown_path(entry: Difference) -> str:
    """old => new for a rename, the common parts once: d/{a => b}."""
    if entry.letter != "R":
        return entry.path
    old, new = entry.old[0].split("/"), entry.new[0].split("/")
    front = 0
    while front < min(len(old), len(new)) - 1 and old[front] == new[front]:
        front += 1
    back = 0
    while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
        back += 1
    if not front and not back:
        return f"{entry.old[0]} => {entry.new[0]}"
    middle = [("/".join(part[front : len(part) - back])) for part in (old, new)]
    parts = ["/".join(old[:front]), f"{{{middle[0]} => {middle[1]}}}", "/".join(old[len(old) - back :])]
    return "/".join(part for part in parts if part)


def stat(entries: list[Difference], load: Load) -> str:
    """--stat: a line for each file, and the sum."""
    if not entries:
        return ""
    numbers = [counts(entry, load) for entry in entries]
    names = [shown_path(entry) for entry in entries]
    name_width = max(len(name) for name in names)
    most = max((sum(pair) for pair in numbers if pair is not None), default=0)
    number_width = max(len(str(most)), 3 if None in numbers else 1)
    graph_width = max(6, _WIDTH - name_width - number_width - 6)
    lines = []
    for entry, name, pair in zip(entries, names, numbers, strict=True):
        if pair is None:
            sizes = [len(load(path, blob)) for path, _, blob in (entry.old, entry.new)]
            lines.append(f" {name:<{name_width}} | {'Bin':>{number_width}} {sizes[0]} -> {sizes[1]} bytes\n")
            continue
        bars = _bars(pair, most, graph_width)
        lines.append(f" {name:<{name_width}} | {sum(pair):>{number_width}}{' ' * bool(bars)}{bars}\n")
    return "".join(lines) + summary_line(numbers)


def _bars(pair: tuple[int, int], most: int, width: int) -> str:
    added, removed = pair
    if most > width:  # as diff.c scales: at least one mark of each kind that there is
        total = _scaled(added + removed, most, width)
        if added and removed and total < 2:
            total = 2
        if added < removed:
            added = _scaled(added, most, width)
            removed = total - added
        else:
            removed = _scaled(removed, most, width)
            added = total - removed
    return "+" * added + "-" * removed


def _scaled(count: int, most: int, width: int) -> int:
    return 1 + count * (width - 1) // most if count else 0


def summary_line(numbers: list[tuple[int, int] | None]) -> str:
    """2 files changed, 3 insertions(+), 1 deletion(-)"""
    added = sum(pair[0] for pair in numbers if pair is not None)
    removed = sum(pair[1] for pair in numbers if pair is not None)
    parts = [f" {len(numbers)} file{'s' * (len(numbers) != 1)} changed"]
    if added or not removed:
        parts.append(f"{added} insertion{'s' * (added != 1)}(+)")
    if removed or not added:
        parts.append(f"{removed} deletion{'s' * (removed != 1)}(-)")
    return ", ".join(parts) + "\n"


def mode_lines(entries: list[Difference]) -> str:
    """What comes after the sum in the answer to a commit: files made, removed, renamed."""
    lines = []
    for entry in entries:
        if entry.letter == "A":
            lines.append(f" create mode {entry.new[1]} {entry.path}\n")
        elif entry.letter == "D":
            lines.append(f" delete mode {entry.old[1]} {entry.path}\n")
        elif entry.letter == "R":
            lines.append(f" rename {shown_path(entry)} (100%)\n")
        elif entry.old[1] != entry.new[1]:
            lines.append(f" mode change {entry.old[1]} => {entry.new[1]} {entry.path}\n")
    return "".join(lines)


def names(entries: list[Difference], with_letters: bool) -> str:
    """--name-only, or --name-status."""
    lines = []
    for entry in entries:
        if not with_letters:
            lines.append(f"{entry.path}\n")
        elif entry.letter == "R":
            lines.append(f"R100\t{entry.old[0]}\t{entry.new[0]}\n")
        else:
            lines.append(f"{entry.letter}\t{entry.path}\n")
    return "".join(lines)
