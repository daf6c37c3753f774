"""stat, du and file: what a file is and how much room it takes."""

from __future__ import annotations

from typing import Any

from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.modes import letters
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
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
    stat_or_none,
    tell,
    user_name,
)

PROGRAMS = Register()


def block_count(found: Stat) -> int:
    """In units of 512 bytes, as a file system with blocks of 4 KiB counts."""
    if found.kind in ("dir", "file"):
        return -(-found.size_bytes // 4096) * 8
    return 0


# stat


_KINDS = {
    "file": "regular file", "dir": "directory", "link": "symbolic link", "fifo": "fifo",
    "char": "character special file", "block": "block special file", "socket": "socket",
}  # fmt: skip


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
    kind_bits = {
        "file": 0o100000, "dir": 0o40000, "link": 0o120000, "fifo": 0o10000, "char": 0o20000, "block": 0o60000,
        "socket": 0o140000,
    }  # fmt: skip
    quoted = f"'{name}'" + (f" -> '{target}'" if target else "")
    values = {
        "a": f"{found.mode:o}", "A": letters(found.kind, found.mode), "b": str(block_count(found)), "B": "512",
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
        f"  Size: {found.size_bytes:<10}\tBlocks: {block_count(found):<10} IO Block: 4096   {_kind_name(found)}\n"
        f"Device: {device}\tInode: {found.inode:<10}  Links: {found.links}{special}\n"
        f"Access: ({found.mode:04o}/{letters(found.kind, found.mode)})  Uid: ({found.uid:5d}/{user_name(system, found.uid):>8})"
        f"   Gid: ({found.gid:5d}/{group_name(system, found.gid):>8})\n"
        f"Access: {stamp}\nModify: {stamp}\nChange: {stamp}\n"
    )
    return text if is_busybox(system) else text + " Birth: -\n"


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
    size = found.size_bytes if "b" in options or "A" in options else block_count(found) * 512
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
