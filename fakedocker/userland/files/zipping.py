"""zip: archives of the simulated file system's files, made with the standard library's zipfile."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, read_all
from fakedocker.userland.processes.dates import moment
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import (
    Options,
    Register,
    join,
    parse_options,
    stat_or_none,
)

PROGRAMS = Register()
ARCHIVE_BYTES: Final = 1 << 40
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


# zip


@PROGRAMS.program("zip")
def _zip(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "recurse-paths": "r",
        "quiet": "q",
        "junk-paths": "j",
        "delete": "d",
        "exclude=": "x",
        "verbose": "v",
        "version": "version",
    }
    options = parse_options(system, with_lists(argv), "rqjdvuym0123456789Xx:i:@DTo", long)
    if "version" in options or not options.operands:
        system.put("Copyright (c) 1990-2008 Info-ZIP - Type 'zip \"-L\"' for software license.\n")
        system.put("This is Zip 3.0 (July 5th 2008), by Info-ZIP.\n")
        if not options.operands and "version" not in options:
            system.put("Usage:\nzip [-options] [-b path] [-t mmddyyyy] [-n suffixes] [zipfile list] [-xi list]\n")
        return 0
    target, *names = options.operands
    if "T" in options or "m" in options:
        raise Unsimulated(f"the option -{options.last_of('Tm')}", 16)
    if "@" in options:
        names += read_all(system, state, ()).decode("utf-8", "surrogateescape").splitlines()
    stdin = read_all(system, state, ()) if "-" in names else b""
    if target != "-" and "." not in target.rpartition("/")[2]:
        target += ".zip"
    known = _known_members(system, target)
    if known is None:
        system.put(
            f"\tzip warning: missing end signature--probably not a zip file (did you\n\tzip warning: remember to use binary mode when you transferred it?)\n\nzip error: Zip file structure invalid ({target})\n"
        )
        return 3
    if "d" in options:
        return _delete(system, options, target, names, known)
    found = dict(_wanted(system, options, names, target))
    for name in names:
        if name != "-" and stat_or_none(system, name) is None:
            system.put(f"\tzip warning: name not matched: {name}\n")
    if not found:
        system.put(f"\nzip error: Nothing to do! ({target})\n")
        return 12
    for name, path in found.items():
        info, data = _member(system, name, path, stdin, "0" in options)
        _announce(system, options, target, "updating" if name in known else "  adding", info, data)
        known[name] = (info, data)
    return _write(system, target, known)


def with_lists(argv: tuple[str, ...]) -> tuple[str, ...]:
    """-x and -i take all words up to the next option: each becomes an option of its own."""
    words, letter = [], ""
    for word in argv:
        if word in ("-x", "-i"):
            letter = word
        elif word.startswith("-") and len(word) > 1:
            letter = ""
            words.append(word)
        elif letter:
            words += [letter, word]
        else:
            words.append(word)
    return tuple(words)


_Members = dict[str, tuple[zipfile.ZipInfo, bytes]]


def _known_members(system: System, target: str) -> _Members | None:
    """What an archive has already; None where the file is no archive."""
    if target == "-" or stat_or_none(system, target) is None:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(system.read_file(target, ARCHIVE_BYTES))) as archive:
            return {info.filename: (info, archive.read(info)) for info in archive.infolist()}
    except zipfile.BadZipFile:
        return None


def _wanted(system: System, options: Options, names: list[str], target: str) -> Iterator[tuple[str, str]]:
    """(name in the archive, path) of everything that is to go in."""
    for name in names:
        if name == "-":
            yield "-", "-"
            continue
        for path in _walk(system, name, "r" in options):
            found = stat_or_none(system, path)
            if found is None or posixpath.normpath(path) == posixpath.normpath(target):
                continue
            plain = posixpath.normpath(path).lstrip("/")
            shown = plain + ("/" if found.kind == "dir" else "")
            if found.kind == "dir" and (plain == "." or "D" in options or "j" in options):
                continue
            if any(matches(pattern, shown) for pattern in options.values("x")):
                continue
            if "i" in options and not any(matches(pattern, shown) for pattern in options.values("i")):
                continue
            yield (posixpath.basename(plain) if "j" in options else shown), path


def _walk(system: System, path: str, deep: bool) -> Iterator[str]:
    yield path
    found = stat_or_none(system, path)
    if deep and found is not None and found.kind == "dir":
        for name in system.list_directory(path):
            yield from _walk(system, join(path, name), deep)


def _member(system: System, name: str, path: str, stdin: bytes, stored: bool) -> tuple[zipfile.ZipInfo, bytes]:
    if path == "-":
        mtime_ns, mode, data = system.now_ns, 0o010600, stdin
    else:
        found = system.stat(path)
        kind = 0o040000 if found.kind == "dir" else 0o100000
        mtime_ns, mode = found.mtime_ns, kind | found.mode
        data = b"" if found.kind == "dir" else system.read_file(path, ARCHIVE_BYTES)
    info = zipfile.ZipInfo(name, max(_EARLIEST, moment(mtime_ns // 1_000_000_000).timetuple()[:6]))
    info.create_system, info.external_attr = 3, mode << 16 | (0x10 if name.endswith("/") else 0)
    squeezed = 0 if stored else _deflated_size(data)
    info.compress_type = zipfile.ZIP_DEFLATED if squeezed and squeezed < len(data) else zipfile.ZIP_STORED
    system.charge(len(data) // 256)
    return info, data


def _deflated_size(data: bytes) -> int:
    import zlib

    squeezer = zlib.compressobj(wbits=-15)
    return len(squeezer.compress(data)) + len(squeezer.flush())


def _announce(system: System, options: Options, target: str, what: str, info: zipfile.ZipInfo, data: bytes) -> None:
    if "q" in options:
        return
    how = "stored 0%"
    if info.compress_type == zipfile.ZIP_DEFLATED:
        how = f"deflated {saved_percent(len(data), _deflated_size(data))}%"
    system.put(bytes_of(f"{what}: {info.filename} ({how})\n"), 2 if target == "-" else 1)


def saved_percent(size: int, squeezed: int) -> int:
    """How many per cent are saved, rounded as zip does it."""
    return 0 if size <= 0 else max(0, (200 * (size - squeezed) + size) // (2 * size))


def _delete(system: System, options: Options, target: str, names: list[str], known: _Members) -> int:
    gone = [name for name in known if any(matches(pattern, name) for pattern in names)]
    if not gone:
        for pattern in names:
            system.put(f"\tzip warning: name not matched: {pattern}\n")
        system.put(f"\nzip error: Nothing to do! ({target})\n")
        return 12
    for name in gone:
        if "q" not in options:
            system.put(bytes_of(f"deleting: {name}\n"))
        del known[name]
    return _write(system, target, known)


def _write(system: System, target: str, members: _Members) -> int:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for info, data in members.values():
            archive.writestr(info, data)
    try:
        if target == "-":
            system.put(output.getvalue())
        else:
            system.write_file(target, output.getvalue())
    except OSError as problem:
        system.put(f"zip I/O error: {problem.strerror}\nzip error: Could not create output file ({target})\n", 2)
        return 15
    return 0
