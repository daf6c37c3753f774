"""ls: entries chosen, sorted, laid out."""

from __future__ import annotations

import posixpath

from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.inspection import block_count
from fakedocker.userland.files.modes import letters
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import (
    Options,
    Register,
    group_name,
    human_size,
    is_busybox,
    join,
    parse_options,
    stat_or_none,
    tell,
    user_name,
)

PROGRAMS = Register()
_HALF_YEAR_SECONDS = 15_778_476

_Entry = tuple[str, Stat]


@PROGRAMS.program("ls", "dir", usage="[-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...\n", usage_status=2)
def _ls(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "all": "a", "almost-all": "A", "human-readable": "h", "recursive": "R", "reverse": "r", "color=?": "color",
        "directory": "d", "full-time": "full", "time-style=": "style", "group-directories-first": "first", "size": "s",
        "inode": "i", "classify": "F", "numeric-uid-gid": "n", "dereference": "L", "no-group": "G", "sort=": "sort",
    }  # fmt: skip
    options = parse_options(system, argv, "1AaCxdLHRFplinshrSXvctugoGkUQNbmZw:I:T:", long)
    status = 0
    files: list[_Entry] = []
    directories: list[_Entry] = []
    for name in options.operands or (".",):
        try:
            follow = "L" in options or ("l" not in options and "d" not in options and "F" not in options)
            found = system.stat(name, follow="L" in options)
            if found.kind == "link" and follow and (target := stat_or_none(system, name)) is not None:
                found = target
        except OSError as problem:
            tell(system, f"{name}: {problem.strerror}", f"cannot access '{name}': {problem.strerror}")
            status = 1 if is_busybox(system) else 2
            continue
        (directories if found.kind == "dir" and "d" not in options else files).append((name, found))
    if files:
        _show(system, options, _sorted(files, options), "")
    titled = len(options.operands) > 1 or "R" in options
    for place, (name, _) in enumerate(_sorted(directories, options)):
        status = _list_directory(system, options, name, titled, bool(files) or place > 0) or status
    return status


def _sorted(entries: list[_Entry], options: Options) -> list[_Entry]:
    ordered = sorted(entries) if "U" not in options and "f" not in options else list(entries)
    if "S" in options or options.last("sort") == "size":
        ordered.sort(key=lambda entry: -entry[1].size_bytes)
    elif "t" in options or options.last("sort") == "time":
        ordered.sort(key=lambda entry: -entry[1].mtime_ns)
    elif "X" in options:
        ordered.sort(key=lambda entry: posixpath.splitext(entry[0])[1])
    if "first" in options:
        ordered.sort(key=lambda entry: entry[1].kind != "dir")
    return ordered[::-1] if "r" in options else ordered


def _list_directory(system: System, options: Options, name: str, titled: bool, gap: bool) -> int:
    try:
        names = system.list_directory(name)
    except OSError as problem:
        tell(system, f"can't open '{name}': {problem.strerror}", f"cannot open directory '{name}': {problem.strerror}")
        return 1 if is_busybox(system) else 2
    system.charge(len(names))
    if "a" not in options and "A" not in options:
        names = [entry for entry in names if not entry.startswith(".")]
    if "a" in options:
        names = [".", "..", *names]
    entries: list[_Entry] = []
    for entry in names:
        found = stat_or_none(system, join(name, entry), follow="L" in options) or stat_or_none(
            system, join(name, entry), False
        )
        if found is not None:
            entries.append((entry, found))
    if titled:
        system.put(f"{chr(10) if gap else ''}{name}:\n")
    entries = _sorted(entries, options)
    if _is_long(options) or "s" in options:
        total = sum(block_count(found) for _, found in entries) // 2
        system.put(f"total {human_size(total * 1024, busybox=is_busybox(system)) if 'h' in options else total}\n")
    _show(system, options, entries, name)
    status = 0
    if "R" in options:
        for entry, found in entries:
            if found.kind == "dir" and entry not in (".", ".."):
                status = _list_directory(system, options, join(name, entry), True, True) or status
    return status


def _is_long(options: Options) -> bool:
    return any(letter in options for letter in ("l", "n", "g", "o", "full")) and options.last_of("1Cx") not in (
        "C",
        "x",
    )


def _show(system: System, options: Options, entries: list[_Entry], directory: str) -> None:
    if _is_long(options):
        _show_long(system, options, entries, directory)
        return
    names = []
    sizes = [block_count(found) // 2 for _, found in entries]
    size_width = 6 if is_busybox(system) else max((len(str(size)) for size in sizes), default=0)
    for (name, found), size in zip(entries, sizes, strict=True):
        front = f"{found.inode:7d} " if "i" in options else ""
        front += f"{size:{size_width}d} " if "s" in options else ""
        names.append(front + name + _suffix(options, found))
    columns = options.last_of("1Cxm") in ("C", "x") or ("1" not in options and system.is_terminal(1))
    if not columns:
        system.put("".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape"))
        return
    width = system.window_size(1)[1] if system.is_terminal(1) else 80
    system.put(_columns(names, width or 80, is_busybox(system)).encode("utf-8", "surrogateescape"))


def _suffix(options: Options, found: Stat) -> str:
    if found.kind == "dir" and ("F" in options or "p" in options):
        return "/"
    if "F" not in options:
        return ""
    if found.kind == "file":
        return "*" if found.mode & 0o111 else ""
    return {"link": "@", "fifo": "|", "socket": "="}.get(found.kind, "")


def _columns(names: list[str], width: int, busybox: bool) -> str:
    """Down the columns, as many as fit."""
    if not names:
        return ""
    if busybox:
        cell = max(len(name) for name in names) + 2
        count = max(1, width // cell)
        rows = -(-len(names) // count)
        widths = [cell] * count
    else:
        for rows in range(1, len(names) + 1):
            widths = [
                max(len(name) for name in names[start : start + rows]) + 2 for start in range(0, len(names), rows)
            ]
            if sum(widths) - 2 < width or rows == len(names):
                break
    lines = []
    for row in range(rows):
        cells = names[row::rows]
        padded = [cell.ljust(widths[place]) for place, cell in enumerate(cells[:-1])]
        lines.append("".join([*padded, cells[-1]]))
    return "".join(f"{line}\n" for line in lines)


def _show_long(system: System, options: Options, entries: list[_Entry], directory: str) -> None:
    busybox = is_busybox(system)
    rows = []
    for name, found in entries:
        owner = str(found.uid) if "n" in options else user_name(system, found.uid)
        group = str(found.gid) if "n" in options else group_name(system, found.gid)
        size = (
            f"{found.rdev[0]}, {found.rdev[1]:3d}"
            if found.kind in ("char", "block")
            else _size(options, found, busybox)
        )
        shown = name
        if found.kind == "link":
            path = join(directory, name) if directory else name
            shown = f"{name} -> {system.read_link(path)}"
        rows.append(
            (
                letters(found.kind, found.mode),
                str(found.links),
                owner,
                group,
                size,
                _time(system, options, found),
                shown + _suffix(options, found),
                found,
            )
        )
    if busybox:
        size_width = 7 if "h" in options else 9
        for mode, links, owner, group, size, time, shown, found in rows:
            front = f"{found.inode:7d} " if "i" in options else ""
            system.put(
                f"{front}{mode} {links:>4} {owner:<8} {group:<8} {size:>{size_width}} {time} {shown}\n".encode(
                    "utf-8", "surrogateescape"
                )
            )
        return
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for mode, links, owner, group, size, time, shown, found in rows:
        front = f"{found.inode} " if "i" in options else ""
        middle = f"{owner:<{widths[2]}} " if "g" not in options else ""
        middle += f"{group:<{widths[3]}} " if "o" not in options and "G" not in options else ""
        system.put(
            f"{front}{mode} {links:>{widths[1]}} {middle}{size:>{widths[4]}} {time} {shown}\n".encode(
                "utf-8", "surrogateescape"
            )
        )


def _size(options: Options, found: Stat, busybox: bool) -> str:
    return human_size(found.size_bytes, busybox=busybox) if "h" in options else str(found.size_bytes)


def _time(system: System, options: Options, found: Stat) -> str:
    seconds, nanoseconds = divmod(found.mtime_ns, 1_000_000_000)
    if "full" in options or options.last("style") == "full-iso":
        return format_date("%Y-%m-%d %H:%M:%S" + ("" if is_busybox(system) else ".%N") + " %z", seconds, nanoseconds)
    if options.last("style") in ("iso", "long-iso"):
        return format_date("%Y-%m-%d %H:%M", seconds)
    age = system.now_ns // 1_000_000_000 - seconds
    recent = -3600 * 24 < age < _HALF_YEAR_SECONDS if is_busybox(system) else 0 <= age < _HALF_YEAR_SECONDS
    return format_date("%b %e %H:%M" if recent else "%b %e  %Y", seconds)
