"""tar: archives in the simulated file system, made and read with the standard library's tarfile."""

from __future__ import annotations

import io
import tarfile

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.compression import compressed, decompressed, format_of
from fakedocker.userland.files.modes import letters
from fakedocker.userland.inputs import State, bytes_of, read_all
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    find_group,
    find_user,
    group_name,
    is_busybox,
    join,
    parse_options,
    say,
    stat_or_none,
    tell,
    user_name,
    whole,
)

PROGRAMS = Register()
_KINDS = {
    "file": tarfile.REGTYPE,
    "dir": tarfile.DIRTYPE,
    "link": tarfile.SYMTYPE,
    "fifo": tarfile.FIFOTYPE,
    "char": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE,
}
_LONG = {
    "create": "c", "extract": "x", "get": "x", "list": "t", "file=": "f", "directory=": "C", "verbose": "v", "gzip": "z", "gunzip": "z",
    "to-stdout": "O", "exclude=": "exclude", "strip-components=": "strip", "same-permissions": "p", "preserve-permissions": "p",
    "numeric-owner": "n", "overwrite": "ov", "keep-old-files": "k", "append": "r", "no-same-owner": "o", "same-owner": "s", "no-same-permissions": "nsp",
    "owner=": "owner", "group=": "group", "sort=": "sort", "mtime=": "mtime", "auto-compress": "a", "touch": "m", "xz": "J", "bzip2": "j",
}  # fmt: skip
_STRIPPED = ("Removing leading `/' from member names", "removing leading '/' from member names")
_HINT = "Try 'tar --help' or 'tar --usage' for more information.\n"


@PROGRAMS.program("tar", usage="c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [FILE]...\n", usage_status=64, hint=_HINT)
def _tar(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv)
    if len(words) > 1 and not words[1].startswith("-"):
        words[1:2] = _old_style(words)
    options = parse_options(system, tuple(words), "cxtf:C:vzOpkmohaJjrPnX:T:", _LONG)
    if options.last_of("xt") and "c" not in options:
        return _read_archive(system, state, options)
    if "c" in options or "r" in options:
        return _create(system, options)
    if is_busybox(system):
        raise UsageProblem()
    say(system, "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
    system.put(_HINT, 2)
    return 2


def _old_style(words: list[str]) -> list[str]:
    """tar xzf file: letters without a dash; those with values take the words that follow, in order."""
    found: list[str] = []
    for letter in words[1]:
        if letter in "fCXT" and len(words) > 2:
            found += [f"-{letter}", words.pop(2)]
        else:
            found.append(f"-{letter}")
    return found


def _read_archive(system: System, state: State, options: Options) -> int:
    name = options.last("f", "-")
    if name == "-":
        data = read_all(system, state, ())
    else:
        try:
            data = system.read_file(name, 1 << 40)
        except OSError as problem:
            if is_busybox(system):
                say(system, f"can't open '{name}': {problem.strerror}")
                return 1
            say(system, f"{name}: Cannot open: {problem.strerror}")
            say(system, "Error is not recoverable: exiting now")
            return 2
    packed = format_of(data)
    if packed:
        data = decompressed(data, packed) or b""
    if not data:
        if is_busybox(system):
            say(system, "short read")
            return 1
        if name == "-":
            say(system, "This does not look like a tar archive")
            say(system, "Exiting with failure status due to previous errors")
            return 2
        return 0
    system.charge(len(data) // 1024)
    if "C" in options:
        try:
            system.change_directory(options.last("C"))
        except OSError as problem:
            tell(
                system,
                f"can't change directory to '{options.last('C')}': {problem.strerror}",
                f"{options.last('C')}: Cannot open: {problem.strerror}",
            )
            return 1 if is_busybox(system) else 2
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return _members(system, options, archive)
    except tarfile.TarError:
        if is_busybox(system):
            say(system, "invalid tar magic")
            return 1
        say(system, "This does not look like a tar archive")
        say(system, "Exiting with failure status due to previous errors")
        return 2


def _members(system: System, options: Options, archive: tarfile.TarFile) -> int:
    wanted = [name.rstrip("/") for name in options.operands]
    met: set[str] = set()
    status = 0
    strip = whole(system, options.last("strip", "0"), "{}: Invalid number of elements")
    directories: list[tuple[str, int]] = []
    for member in archive:
        name = member.name + ("/" if member.isdir() else "")
        plain = member.name
        if wanted:
            chosen = next(
                (
                    want
                    for want in wanted
                    if plain == want
                    or plain.startswith(want + "/")
                    or plain.removeprefix("./") == want.removeprefix("./")
                ),
                None,
            )
            if chosen is None:
                continue
            met.add(chosen)
        if any(matches(pattern, plain) or matches(pattern, base_name(plain)) for pattern in options.values("exclude")):
            continue
        if "t" in options:
            system.put(bytes_of(_listed(member, name, is_busybox(system)) if "v" in options else f"{name}\n"))
            continue
        if "v" in options:
            system.put(bytes_of(f"{name}\n"), 2 if "O" in options else 1)
        parts = plain.split("/")[strip:] if strip else [plain]
        path = "/".join(parts)
        if not path:
            continue
        if not _extract(system, options, archive, member, path, directories):
            status = 1 if is_busybox(system) else 2
    for path, mtime_ns in reversed(directories):
        system.set_times(path, mtime_ns)
    for want in wanted:
        if want not in met:
            tell(system, f"{want}: not found in archive", f"{want}: Not found in archive")
            status = 1 if is_busybox(system) else 2
    if status and not is_busybox(system):
        say(system, "Exiting with failure status due to previous errors")
    return status


def _listed(member: tarfile.TarInfo, name: str, busybox: bool) -> str:
    kind = "dir" if member.isdir() else "link" if member.issym() else "file"
    owner = f"{member.uname or member.uid}/{member.gname or member.gid}"
    target = f" -> {member.linkname}" if member.issym() else f" link to {member.linkname}" if member.islnk() else ""
    stamp = format_date("%Y-%m-%d %H:%M:%S" if busybox else "%Y-%m-%d %H:%M", int(member.mtime))
    return f"{letters(kind, member.mode)} {owner} {member.size:>{max(1, 18 - len(owner))}} {stamp} {name}{target}\n"


def _extract(
    system: System,
    options: Options,
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    name: str,
    directories: list[tuple[str, int]],
) -> bool:
    path = name.lstrip("/") or "."
    file = archive.extractfile(member) if member.isreg() else None
    data = file.read() if file is not None else b""
    if "O" in options:
        system.put(data)
        return True
    try:
        if ".." in path.split("/"):
            raise OSError(1, "name contains '..'")
        _make_parents(system, path)
        mtime_ns = int(member.mtime) * 1_000_000_000
        if member.isdir():
            if stat_or_none(system, path) is None:
                system.make_directory(path, member.mode & 0o7777)
            directories.append((path, mtime_ns))
        else:
            if stat_or_none(system, path, follow=False) is not None:
                if "k" in options:
                    return True
                system.remove_file(path)
            if member.issym():
                system.symlink(member.linkname, path)
                return True
            if member.islnk():
                system.link(member.linkname.lstrip("/"), path)
                return True
            if member.isreg():
                system.write_file(path, data)
            else:
                system.make_node(
                    path, "fifo" if member.isfifo() else "char", member.mode, (member.devmajor, member.devminor)
                )
            system.set_times(path, mtime_ns)
        mode = member.mode & 0o7777
        system.change_mode(path, mode if system.uid == 0 or "p" in options else mode & ~system.umask)
        if system.uid == 0 and "o" not in options:
            _chown(system, path, member, "n" in options)
    except OSError as problem:
        tell(system, f"can't open '{path}': {problem.strerror}", f"{path}: Cannot open: {problem.strerror}")
        return False
    return True


def _chown(system: System, path: str, member: tarfile.TarInfo, numeric: bool) -> None:
    entry = None if numeric else find_user(system, member.uname)
    group = None if numeric else find_group(system, member.gname)
    system.change_owner(path, int(entry[2]) if entry else member.uid, member.gid if group is None else group)


def _make_parents(system: System, path: str) -> None:
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        parent = "/".join(parts[:count])
        if parent and stat_or_none(system, parent) is None:
            system.make_directory(parent, 0o755)


def _create(system: System, options: Options) -> int:
    name = options.last("f", "-")
    appending = "r" in options and stat_or_none(system, name) is not None
    output = io.BytesIO(system.read_file(name, 1 << 40) if appending else b"")
    status = 0
    start = system.directory
    if "C" in options:
        try:
            system.change_directory(options.last("C"))
        except OSError as problem:
            tell(
                system,
                f"can't change directory to '{options.last('C')}': {problem.strerror}",
                f"{options.last('C')}: Cannot open: {problem.strerror}",
            )
            return 1 if is_busybox(system) else 2
    if not options.operands and "T" not in options:
        if is_busybox(system):
            say(system, "empty archive")
            return 1
        say(system, "Cowardly refusing to create an empty archive")
        system.put(_HINT, 2)
        return 2
    listed = system.read_file(options.last("T")).decode().split("\n") if "T" in options else []
    with tarfile.open(fileobj=output, mode="a" if appending else "w", format=tarfile.GNU_FORMAT) as archive:
        links: dict[int, str] = {}
        stripped = False
        for path in (*options.operands, *filter(None, listed)):
            if path.startswith("/") and not stripped:
                stripped = True
                say(system, _STRIPPED[is_busybox(system)])
            if not _add(system, options, archive, path, links, name):
                status = 1 if is_busybox(system) else 2
    data = output.getvalue()
    packed = _compression(options, name)
    if packed:
        data = compressed(data, packed)
    system.change_directory(start)
    if name == "-":
        system.put(data)
    else:
        try:
            system.write_file(name, data)
        except OSError as problem:
            tell(system, f"can't open '{name}': {problem.strerror}", f"{name}: Cannot open: {problem.strerror}")
            return 1 if is_busybox(system) else 2
    if status and not is_busybox(system):
        say(system, "Exiting with failure status due to previous errors")
    return status


def _compression(options: Options, name: str) -> str:
    """Which format the options, or with -a the name, ask for; "" for none."""
    for letter, form, suffixes in (
        ("z", "gzip", (".gz", ".tgz")),
        ("j", "bzip2", (".bz2", ".tbz", ".tbz2")),
        ("J", "xz", (".xz", ".txz")),
    ):
        if letter in options or ("a" in options and name.endswith(suffixes)):
            return form
    return ""


def _add(
    system: System, options: Options, archive: tarfile.TarFile, path: str, links: dict[int, str], output: str
) -> bool:
    try:
        found = system.stat(path, follow="h" in options)
    except OSError as problem:
        tell(system, f"{path}: {problem.strerror}", f"{path}: Cannot stat: {problem.strerror}")
        return False
    if any(matches(pattern, path) or matches(pattern, base_name(path)) for pattern in options.values("exclude")):
        return True
    if path.removeprefix("./") == output.removeprefix("./"):
        return True
    member = _member(system, path, found)
    if found.kind == "file" and found.links > 1:
        if found.inode in links:
            member.type, member.linkname, member.size = tarfile.LNKTYPE, links[found.inode], 0
        links.setdefault(found.inode, member.name)
    if "v" in options:
        system.put(bytes_of(member.name + ("/" if found.kind == "dir" else "") + "\n"), 2 if output == "-" else 1)
    data = system.read_file(path, 1 << 40) if member.type == tarfile.REGTYPE else b""
    archive.addfile(member, io.BytesIO(data) if data else None)
    fine = True
    if found.kind == "dir":
        for name in system.list_directory(path):
            fine = _add(system, options, archive, join(path, name), links, output) and fine
    return fine


def _member(system: System, path: str, found: Stat) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path.lstrip("/") or ".")
    member.type = _KINDS.get(found.kind, tarfile.REGTYPE)
    member.mode, member.uid, member.gid = found.mode, found.uid, found.gid
    member.mtime = found.mtime_ns // 1_000_000_000
    names = user_name(system, found.uid), group_name(system, found.gid)
    member.uname, member.gname = ("" if is_digits(name) else name for name in names)
    if found.kind == "file":
        member.size = found.size_bytes
    elif found.kind == "link":
        member.linkname = system.read_link(path)
    elif found.kind in ("char", "block"):
        member.devmajor, member.devminor = found.rdev
    return member
