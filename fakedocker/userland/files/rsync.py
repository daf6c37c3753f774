"""rsync between directories of one file system: what is new or has changed is copied, with -a as it is, with --delete
no more.

The protocol is not simulated: the bytes "sent" and "received" are those of the files and their names, not rsync's own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final, NamedTuple

from fakedocker.kernel.program import Stat, System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.packages.releases import upstream_version
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Options, Register, UsageProblem, join, parse_options, stat_or_none

PROGRAMS = Register()
_LONG: Final = {
    "archive": "a", "verbose": "v", "recursive": "r", "links": "l", "perms": "p", "times": "t", "group": "g", "owner": "o", "dry-run": "n",
    "delete": "delete", "delete-after": "delete", "delete-before": "delete", "del": "delete", "exclude=": "exclude", "include=": "include",
    "quiet": "q", "compress": "z", "human-readable": "h", "update": "u", "checksum": "c", "size-only": "size", "ignore-existing": "existing",
    "copy-links": "L", "version": "V", "whole-file": "W", "no-owner": "no-o", "no-group": "no-g", "no-perms": "no-p", "no-times": "no-t",
    "itemize-changes": "i", "mkpath": "mkpath", "remove-source-files": "remove", "executability": "E", "numeric-ids": "numeric",
}  # fmt: skip
_PATTERNS: Final = ("exclude", "include")
_PARTIAL: Final = 23
_VERSIONS_PROTOCOL: Final = {"3.2.7": 31, "3.3.0": 31}


class _Item(NamedTuple):
    """A file that may be copied: its name below the target, where it is, what it is."""

    name: str
    source: str
    found: Stat


class _Run:
    """One run: options, and what is printed and counted."""

    def __init__(self, system: System, options: Options) -> None:
        self.system = system
        self.options = options
        self.rules = [(name == "include", value) for name, value in options.given if name in _PATTERNS]
        self.sent_bytes = 0
        self.total_bytes = 0
        self.failed = False
        self.made_target = False
        self.skipped: list[str] = []

    def has(self, letter: str) -> bool:
        """Whether an option is on, by itself or by -a."""
        if f"no-{letter}" in self.options:
            return False
        return letter in self.options or (letter in "rlptgo" and "a" in self.options)

    def put(self, text: str) -> None:
        if "v" in self.options and "q" not in self.options:
            self.system.put(bytes_of(text))


@PROGRAMS.program("rsync")
def _rsync(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, "avrlptgonquzchLVWiDHPSxE", _LONG)
    except UsageProblem as problem:
        wrong = problem.message.rpartition(" ")[2].strip("'")
        shown = wrong if wrong.startswith("-") else f"-{wrong}"
        system.put(
            f"rsync: {shown}: unknown option\nrsync error: syntax or usage error (code 1) at main.c(1795) [client={_version(system)}]\n",
            2,
        )
        return 1
    if "V" in options:
        version = _version(system)
        system.put(f"rsync  version {version}  protocol version {_VERSIONS_PROTOCOL.get(version, 31)}\n")
        return 0
    for letter in "iPHSx":
        if letter in options:
            raise Unsimulated(f"the option -{letter}")
    if len(options.operands) < 2:
        system.put("Usage: rsync [OPTION]... SRC [SRC]... DEST\n")
        system.put(f"rsync error: syntax or usage error (code 1) at main.c(1779) [client={_version(system)}]\n", 2)
        return 1
    *sources, target = options.operands
    for word in options.operands:
        if ":" in word.partition("/")[0] or word.startswith("rsync://"):
            raise Unsimulated(f"copying to or from another host ({word})")
    return _copy(_Run(system, options), sources, target)


def _version(system: System) -> str:
    return upstream_version(system, "rsync")


def _copy(run: _Run, sources: list[str], target: str) -> int:
    if run.has("r"):
        run.put("sending incremental file list\n")
    items = [item for source in sources for item in _listed(run, source)]
    goal = stat_or_none(run.system, target)
    one_file = len(items) == 1 and items[0].found.kind != "dir" and not target.endswith("/")
    into = (goal is not None and goal.kind == "dir") or not one_file
    if goal is None and into and items:
        _make_target(run, target)
    run.system.put(bytes_of("".join(run.skipped)))
    if "delete" in run.options and into:
        _delete(run, items, target)
    for item in items:
        run.total_bytes += item.found.size_bytes if item.found.kind != "dir" else 0
        _bring(run, item, _place(target, item.name) if into else target)
    for item in reversed(items):  # what went in has changed the times of the directories
        if item.found.kind == "dir" and run.has("t") and "n" not in run.options:
            run.system.set_times(_place(target, item.name), item.found.mtime_ns)
    sent = run.sent_bytes + sum(len(item.name) + 20 for item in items) + 30
    received = 15 + 19 * len(items)
    dry = " (DRY RUN)" if "n" in run.options else ""
    run.put(f"\nsent {sent:,} bytes  received {received:,} bytes  {(sent + received) * 2:,}.00 bytes/sec\n")
    run.put(f"total size is {run.total_bytes:,}  speedup is {run.total_bytes / (sent + received):,.2f}{dry}\n")
    if run.failed:
        message = "some files/attrs were not transferred (see previous errors)"
        run.system.put(f"rsync error: {message} (code {_PARTIAL}) at main.c(1338) [sender={_version(run.system)}]\n", 2)
        return _PARTIAL
    return 0


def _place(target: str, name: str) -> str:
    return target if name == "." else join(target, name)


def _make_target(run: _Run, target: str) -> None:
    run.put(f"created directory {target.rstrip('/')}\n")
    run.made_target = True
    if "n" not in run.options:
        run.system.make_directory(target.rstrip("/"), 0o755)


# what is to be copied


def _listed(run: _Run, source: str) -> Iterator[_Item]:
    """A source and what is below it, files of a directory before its directories. "dir/" stands for its contents."""
    found = stat_or_none(run.system, source, follow=source.endswith("/") or "L" in run.options)
    if found is None:
        shown = posixpath.normpath(posixpath.join(run.system.directory, source))
        run.system.put(f'rsync: [sender] link_stat "{shown}" failed: No such file or directory (2)\n', 2)
        run.failed = True
        return
    if found.kind == "dir" and not run.has("r"):
        run.system.put(bytes_of(f"skipping directory {'.' if source.endswith('/') else source}\n"))
        return
    name = (
        "."
        if source.rstrip("/").endswith(("/.", "/..")) or source.endswith("/") or source in (".", "..")
        else posixpath.basename(source)
    )
    yield from _below(run, _Item(name, source.rstrip("/") or "/", found), top=True)


def _below(run: _Run, item: _Item, top: bool = False) -> Iterator[_Item]:
    if not top and _is_excluded(run, item):
        return
    kind = item.found.kind
    if (
        kind not in ("dir", "file")
        and not (kind == "link" and run.has("l"))
        and not (kind == "fifo" and "a" in run.options)
    ):
        run.skipped.append(f'skipping non-regular file "{item.name}"\n')
        return
    yield item
    if kind != "dir":
        return
    inner = []
    for name in run.system.list_directory(item.source):
        path = join(item.source, name)
        found = stat_or_none(run.system, path, follow="L" in run.options)
        if found is not None:
            inner.append(_Item(name if item.name == "." else f"{item.name}/{name}", path, found))
    for directories in (False, True):
        for child in inner:
            if (child.found.kind == "dir") is directories:
                yield from _below(run, child)


def _is_excluded(run: _Run, item: _Item) -> bool:
    """The first rule that fits decides: of --exclude and --include in the order given."""
    for included, pattern in run.rules:
        if pattern.endswith("/") and item.found.kind != "dir":
            continue
        plain = pattern.rstrip("/")
        if plain.startswith("/"):
            fits = matches(plain[1:], item.name)
        elif "/" in plain:
            fits = matches(plain, item.name) or matches(f"*/{plain}", item.name)
        else:
            fits = matches(plain, posixpath.basename(item.name))
        if fits:
            return not included
    return False


# copying and deleting


def _delete(run: _Run, items: list[_Item], target: str) -> None:
    """Take away what is in directories that are copied whole and is not in the source; what is excluded stays."""
    known = {item.name for item in items}
    for item in items:
        where = _place(target, item.name)
        if item.found.kind != "dir" or stat_or_none(run.system, where) is None:
            continue
        for name in sorted(run.system.list_directory(where), reverse=True):
            path = name if item.name == "." else f"{item.name}/{name}"
            full = join(where, name)
            if path not in known and not _is_excluded(run, _Item(path, full, run.system.stat(full, follow=False))):
                _remove(run, path, full)


def _remove(run: _Run, name: str, full: str) -> None:
    is_directory = run.system.stat(full, follow=False).kind == "dir"
    if is_directory:
        for inner in sorted(run.system.list_directory(full), reverse=True):
            _remove(run, f"{name}/{inner}", join(full, inner))
    run.put(f"deleting {name}{'/' * is_directory}\n")
    if "n" not in run.options:
        if is_directory:
            run.system.remove_directory(full)
        else:
            run.system.remove_file(full)


def _bring(run: _Run, item: _Item, where: str) -> None:
    before = stat_or_none(run.system, where, follow=False)
    if item.found.kind == "dir":
        is_new = before is None or (item.name == "." and run.made_target)
        changed = is_new or (before is not None and run.has("t") and before.mtime_ns != item.found.mtime_ns)
        if changed:
            run.put(f"{item.name}/\n")
        if before is None and "n" not in run.options:
            run.system.make_directory(where, 0o777)
        if "n" not in run.options:
            _keep_attributes(run, item, where)
        return
    if before is not None and not _differs(run, item, where, before):
        if "n" not in run.options and item.found.kind == "file":
            _keep_attributes(run, item, where)
        return
    target = run.system.read_link(item.source) if item.found.kind == "link" else ""
    run.put(f"{item.name}{f' -> {target}' if target else ''}\n")
    if "n" in run.options:
        return
    if before is not None and (before.kind != "file" or item.found.kind != "file"):
        run.system.remove_file(where)
    if item.found.kind == "link":
        run.system.symlink(target, where)
    elif item.found.kind == "fifo":
        run.system.make_node(where, "fifo", item.found.mode)
    else:
        data = run.system.read_file(item.source, 1 << 40)
        run.sent_bytes += len(data)
        run.system.charge(len(data) // 256)
        run.system.write_file(where, data, mode=item.found.mode & 0o777)
        _keep_attributes(run, item, where)
        if "remove" in run.options:
            run.system.remove_file(item.source)


def _differs(run: _Run, item: _Item, where: str, before: Stat) -> bool:
    """rsync's quick check: size and time; with -c the contents."""
    found = item.found
    if "existing" in run.options or ("u" in run.options and before.mtime_ns > found.mtime_ns):
        return False
    if before.kind != found.kind:
        return True
    if found.kind == "link":
        return run.system.read_link(item.source) != run.system.read_link(where)
    if before.size_bytes != found.size_bytes:
        return True
    if "c" in run.options:
        return run.system.read_file(item.source, 1 << 40) != run.system.read_file(where, 1 << 40)
    return "size" not in run.options and before.mtime_ns // 1_000_000_000 != found.mtime_ns // 1_000_000_000


def _keep_attributes(run: _Run, item: _Item, where: str) -> None:
    found, system = item.found, run.system
    if system.uid == 0 and (run.has("o") or run.has("g")):
        now = system.stat(where)
        system.change_owner(where, found.uid if run.has("o") else now.uid, found.gid if run.has("g") else now.gid)
    if run.has("p"):
        system.change_mode(where, found.mode)
    if run.has("t"):
        system.set_times(where, found.mtime_ns)
