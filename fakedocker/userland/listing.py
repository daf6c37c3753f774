"""Utilities that look at files: ls, stat, readlink, realpath, which, du, file."""

from __future__ import annotations

import posixpath
from typing import Any

from fakedocker.kernel.program import Stat, System
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State
from fakedocker.userland.modes import letters
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    group_name,
    human_size,
    is_busybox,
    join,
    parse_options,
    say,
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
            found = system.stat(name, follow=False)
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
        total = sum(_blocks(found) for _, found in entries) // 2
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


def _blocks(found: Stat) -> int:
    """In units of 512 bytes, as a file system with blocks of 4 KiB counts."""
    if found.kind in ("dir", "file"):
        return -(-found.size_bytes // 4096) * 8
    return 0


def _show(system: System, options: Options, entries: list[_Entry], directory: str) -> None:
    if _is_long(options):
        _show_long(system, options, entries, directory)
        return
    names = []
    for name, found in entries:
        front = f"{found.inode:7d} " if "i" in options else ""
        front += f"{_blocks(found) // 2:4d} " if "s" in options else ""
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
        for mode, links, owner, group, size, time, shown, found in rows:
            front = f"{found.inode:7d} " if "i" in options else ""
            system.put(
                f"{front}{mode} {links:>4} {owner:<8} {group:<8} {size:>9} {time} {shown}\n".encode(
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


# stat


_KINDS = {"file": "regular file", "dir": "directory", "link": "symbolic link", "fifo": "fifo", "char": "character special file", "block": "block special file", "socket": "socket"}  # fmt: skip


@PROGRAMS.program("stat", usage="[-ltf] [-c FMT] FILE...\n")
def _stat(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system,
        argv,
        "ltfLc:",
        {"format=": "c", "printf=": "printf", "dereference": "L", "terse": "t", "file-system": "f"},
    )
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    status = 0
    for name in options.operands:
        try:
            found = system.stat(name, follow="L" in options)
            target = system.read_link(name) if found.kind == "link" else ""
        except OSError as problem:
            tell(system, f"can't stat '{name}': {problem.strerror}", f"cannot statx '{name}': {problem.strerror}")
            status = 1
            continue
        form = options.last("c") or options.last("printf")
        if form:
            end = "\n" if "c" in options else ""
            system.put(_formatted(system, form.replace("\\n", "\n") if not end else form, name, found, target) + end)
        else:
            system.put(_stat_text(system, name, found, target))
    return status


def _kind_name(found: Stat) -> str:
    return "regular empty file" if found.kind == "file" and not found.size_bytes else _KINDS[found.kind]


def _formatted(system: System, form: str, name: str, found: Stat, target: str) -> str:
    seconds = found.mtime_ns // 1_000_000_000
    kind_bits = {"file": 0o100000, "dir": 0o40000, "link": 0o120000, "fifo": 0o10000, "char": 0o20000, "block": 0o60000, "socket": 0o140000}  # fmt: skip
    quoted = f"'{name}'" + (f" -> '{target}'" if target else "")
    values = {
        "a": f"{found.mode:o}", "A": letters(found.kind, found.mode), "b": str(_blocks(found)), "B": "512",
        "d": "49", "D": "31", "f": f"{kind_bits[found.kind] | found.mode:x}", "F": _kind_name(found), "g": str(found.gid),
        "G": group_name(system, found.gid), "h": str(found.links), "i": str(found.inode), "n": name, "N": quoted, "o": "4096",
        "s": str(found.size_bytes), "t": f"{found.rdev[0]:x}", "T": f"{found.rdev[1]:x}", "u": str(found.uid),
        "U": user_name(system, found.uid), "x": _stamp(found), "y": _stamp(found), "z": _stamp(found), "w": "-",
        "X": str(seconds), "Y": str(seconds), "Z": str(seconds), "W": "0", "%": "%",
    }  # fmt: skip
    pieces, at = [], 0
    while at < len(form):
        if form[at] == "%" and at + 1 < len(form):
            at += 1
            pieces.append(values.get(form[at], "?"))
        else:
            pieces.append(form[at])
        at += 1
    return "".join(pieces)


def _stamp(found: Stat) -> str:
    seconds, nanoseconds = divmod(found.mtime_ns, 1_000_000_000)
    return format_date("%Y-%m-%d %H:%M:%S.%N %z", seconds, nanoseconds)


def _stat_text(system: System, name: str, found: Stat, target: str) -> str:
    shown = f"{name} -> {target}" if target else name
    if is_busybox(system):
        shown = f"'{name}' -> '{target}'" if target else name
    device = "31h/49d" if is_busybox(system) else "0,49"
    special = f"     Device type: {found.rdev[0]},{found.rdev[1]}" if found.kind in ("char", "block") else ""
    stamp = _stamp(found)
    text = (
        f"  File: {shown}\n"
        f"  Size: {found.size_bytes:<10}\tBlocks: {_blocks(found):<10} IO Block: 4096   {_kind_name(found)}\n"
        f"Device: {device}\tInode: {found.inode:<10}  Links: {found.links}{special}\n"
        f"Access: ({found.mode:04o}/{letters(found.kind, found.mode)})  Uid: ({found.uid:5d}/{user_name(system, found.uid):>8})"
        f"   Gid: ({found.gid:5d}/{group_name(system, found.gid):>8})\n"
        f"Access: {stamp}\nModify: {stamp}\nChange: {stamp}\n"
    )
    return text if is_busybox(system) else text + " Birth: -\n"


# paths


@PROGRAMS.program("readlink", usage="[-fnv] FILE...\n")
def _readlink(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "canonicalize": "f",
        "canonicalize-existing": "e",
        "canonicalize-missing": "m",
        "no-newline": "n",
        "verbose": "v",
    }
    options = parse_options(system, argv, "fnvem", long)
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    status = 0
    for name in options.operands:
        try:
            if any(letter in options for letter in "fem"):
                path = canonical(system, name, "e" in options, "m" in options)
            else:
                path = system.read_link(name)
        except OSError as problem:
            if "v" in options:
                say(system, f"{name}: {problem.strerror}")
            status = 1
            continue
        system.put(path + ("" if "n" in options else "\n"))
    return status


def canonical(system: System, name: str, existing: bool, missing: bool) -> str:
    """The path without links; the last component (with `missing`, any) need not exist. Raises OSError."""
    try:
        return system.real_path(name)
    except OSError:
        if existing:
            raise
        if stat_or_none(system, name, follow=False) is not None:  # a dangling link
            target = system.read_link(name)
            return canonical(system, posixpath.join(posixpath.dirname(name), target), existing, missing)
        parent, _, last = name.rstrip("/").rpartition("/")
        if name.startswith("/") and not parent:
            parent = "/"
        if missing and parent not in ("", "/"):
            return join(canonical(system, parent, existing, missing), last)
        return join(system.real_path(parent or "."), last)


@PROGRAMS.program("realpath", usage="FILE...\n")
def _realpath(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system,
        argv,
        "emsqz",
        {"canonicalize-existing": "e", "canonicalize-missing": "m", "strip": "s", "no-symlinks": "s"},
    )
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    status = 0
    for name in options.operands:
        try:
            path = canonical(system, name, "e" in options or is_busybox(system), "m" in options)
        except OSError as problem:
            say(system, f"{name}: {problem.strerror}")
            status = 1
            continue
        system.put(f"{path}\n")
    return status


@PROGRAMS.program("which", usage="[-a] COMMAND...\n")
def _which(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "as")
    status = 0
    for name in options.operands:
        found = False
        places = [""] if "/" in name else system.environment.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").split(":")
        for place in places:
            path = name if not place else join(place, name)
            held = stat_or_none(system, path)
            if held is not None and held.kind == "file" and system.access(path, execute=True):
                system.put(f"{path}\n")
                found = True
                if "a" not in options:
                    break
        status = status or (0 if found else 1)
    return status


@PROGRAMS.program("du", usage="[-aHLdclsxhmk] [FILE]...\n")
def _du(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "all": "a",
        "summarize": "s",
        "human-readable": "h",
        "max-depth=": "d",
        "total": "c",
        "bytes": "b",
        "apparent-size": "A",
    }
    options = parse_options(system, argv, "aHLd:clsxhmkb", long)
    depth = 0 if "s" in options else int(options.last("d", "1000"))
    total = status = 0
    seen: set[int] = set()
    for name in options.operands or (".",):
        try:
            total += _usage(system, options, name, depth, 0, seen)
        except OSError as problem:
            tell(system, f"{name}: {problem.strerror}", f"cannot access '{name}': {problem.strerror}")
            status = 1
    if "c" in options:
        system.put(f"{_du_size(system, options, total)}\ttotal\n")
    return status


def _usage(system: System, options: Options, path: str, depth: int, level: int, seen: set[int]) -> int:
    found = system.stat(path, follow="L" in options)
    if found.inode in seen and found.links > 1 and found.kind == "file":
        return 0
    seen.add(found.inode)
    size = found.size_bytes if "b" in options or "A" in options else _blocks(found) * 512
    if found.kind == "dir":
        names = system.list_directory(path)
        system.charge(len(names))
        size += sum(_usage(system, options, join(path, name), depth, level + 1, seen) for name in names)
    if level <= depth and (found.kind == "dir" or "a" in options or level == 0):
        system.put(f"{_du_size(system, options, size)}\t{path}\n")
    return size


def _du_size(system: System, options: Options, size: int) -> str:
    if "h" in options:
        return human_size(size, busybox=is_busybox(system))
    if "b" in options:
        return str(size)
    return str(-(-size // (1 << 20 if "m" in options else 1024)))


@PROGRAMS.program("file")
def _file(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "biLz", {"brief": "b", "mime-type": "i", "mime": "i"})
    for name in options.operands:
        kind = _file_kind(system, name)
        system.put(f"{kind}\n" if "b" in options else f"{name}: {kind}\n")
    return 0


def _file_kind(system: System, name: str) -> str:
    found: Any = stat_or_none(system, name, follow=False)
    if found is None:
        return f"cannot open `{name}' (No such file or directory)"
    if found.kind == "link":
        return f"symbolic link to {system.read_link(name)}"
    if found.kind != "file":
        return _KINDS[found.kind]
    if not found.size_bytes:
        return "empty"
    head = system.read_file(name, 4096)
    if head.startswith(b"\x7fELF"):
        return "ELF 64-bit LSB executable, x86-64, version 1 (SYSV), statically linked, stripped"
    if head.startswith(b"\x1f\x8b"):
        return "gzip compressed data"
    if head.startswith(b"#!"):
        interpreter = head.split(b"\n", 1)[0][2:].decode("utf-8", "replace").strip()
        if base_name(interpreter.split()[0]) in ("sh", "dash"):
            return "POSIX shell script, ASCII text executable"
        return f"a {interpreter} script, ASCII text executable"
    if head.lstrip().startswith((b"{", b"[")):
        return "JSON text data"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return "data"
    return "ASCII text" if text.isascii() else "UTF-8 Unicode text"
