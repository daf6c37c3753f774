"""unzip: what archives hold, listed, verified and taken out, in Info-ZIP's words or busybox's."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.files.zipping import ARCHIVE_BYTES, saved_percent, with_lists
from fakedocker.userland.inputs import State, bytes_of, next_lines
from fakedocker.userland.packages.unpack import make_directories
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    is_busybox,
    join,
    parse_options,
    say,
    stat_or_none,
)

PROGRAMS = Register()
_NO_DIRECTORY: Final = """  End-of-central-directory signature not found.  Either this file is not
  a zipfile, or it constitutes one disk of a multi-part archive.  In the
  latter case the central directory and zipfile comment will be found on
  the last disk(s) of this archive.
"""
_UNZIP_USAGE: Final = """
Usage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]
  Default action is to extract files in list, except those in xlist, to exdir;
  file[.zip] may be a wildcard.  -Z => ZipInfo mode ("unzip -Z" for usage).
"""
_UNZIP_NAME: Final = "UnZip 6.00 of 20 April 2009, by Debian. Original by Info-ZIP.\n"


@PROGRAMS.program("unzip", usage="[-lnojpqK] FILE[.zip] [FILE]... [-x FILE]... [-d DIR]\n", usage_status=10)
def _unzip(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, with_lists(argv), "lvtopqnjuaZ1d:x:K")
    if not options.operands:
        if is_busybox(system):
            raise UsageProblem()
        system.put(_UNZIP_NAME + ("" if "v" in options else _UNZIP_USAGE))
        return 0
    named = options.operands[0]
    data, name = _archive(system, named)
    if data is None:
        return _not_found(system, named)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return _no_archive(system, options, name, named)
    system.charge(len(data) // 256)
    with archive:
        wanted = options.operands[1:]
        members = [info for info in archive.infolist() if _chosen(options, wanted, info.filename)]
        if sum(info.file_size for info in members) > max(64 << 20, 20 * len(data)) and not {"l", "v", "Z"} & {
            n for n, _ in options.given
        }:
            raise Unsimulated(f"unpacking {len(data)} bytes to so much more")
        if not state.setdefault("titled", False):
            state["titled"] = True
            if "Z" not in options and "p" not in options and "q" not in options:
                system.put(bytes_of(f"Archive:  {name}\n"))
        if "Z" in options:
            system.put(bytes_of("".join(f"{info.filename}\n" for info in members)))
            status = 0
        elif "v" in options or "l" in options:
            system.put(bytes_of(_table(members, "v" in options, is_busybox(system))))
            status = 0
        elif "t" in options:
            status = _verify(system, archive, members, name)
        else:
            status = _extract_all(system, state, options, archive, members)
    for pattern in wanted:
        if not any(matches(pattern, info.filename) for info in members) and not is_busybox(system):
            system.put(f"caution: filename not matched:  {pattern}\n", 2)
            status = status or 11
    return status


def _archive(system: System, named: str) -> tuple[bytes | None, str]:
    for name in (named, f"{named}.zip", f"{named}.ZIP"):
        found = stat_or_none(system, name)
        if found is not None and found.kind == "file":
            return system.read_file(name, ARCHIVE_BYTES), name
    return None, named


def _not_found(system: System, named: str) -> int:
    if is_busybox(system):
        say(system, f"can't open {named}[.zip]")
        return 1
    system.put(f"unzip:  cannot find or open {named}, {named}.zip or {named}.ZIP.\n", 2)
    return 9


def _no_archive(system: System, options: Options, name: str, named: str) -> int:
    if "q" not in options:
        system.put(bytes_of(f"Archive:  {name}\n"))
    if is_busybox(system):
        say(system, "short read")
        return 1
    system.put(f"[{name}]\n{_NO_DIRECTORY}" if "q" in options else _NO_DIRECTORY, 2)
    system.put(
        f"unzip:  cannot find zipfile directory in one of {named} or\n        {named}.zip, and cannot find {named}.ZIP, period.\n",
        2,
    )
    return 9


def _chosen(options: Options, wanted: tuple[str, ...], name: str) -> bool:
    if any(matches(pattern, name) for pattern in options.values("x")):
        return False
    return not wanted or any(matches(pattern, name) for pattern in wanted)


def _table(members: list[zipfile.ZipInfo], verbose: bool, busybox: bool) -> str:
    """The list of -l or -v."""
    lines = []
    size = sum(info.file_size for info in members)
    squeezed = sum(info.compress_size for info in members)
    if verbose:
        lines.append(" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name")
        lines.append("--------  ------  ------- ---- ---------- ----- --------  ----")
    else:
        lines.append("  Length      Date    Time    Name\n---------  ---------- -----   ----")
    for info in members:
        year, month, day, hour, minute = info.date_time[:5]
        date = f"{month:02}-{day:02}-{year}" if busybox else f"{year}-{month:02}-{day:02}"
        stamp = f"{date} {hour:02}:{minute:02}"
        if verbose:
            method = "Defl:N" if info.compress_type == zipfile.ZIP_DEFLATED else "Stored"
            saved = _shown_saved(info.file_size, info.compress_size, busybox)
            lines.append(
                f"{info.file_size:8}  {method} {info.compress_size:8} {saved:3}% {stamp} {info.CRC:08x}  {info.filename}"
            )
        else:
            lines.append(f"{info.file_size:9}  {stamp}   {info.filename}")
    files = f"{len(members)} file{'s' * (len(members) != 1 or busybox)}"
    if verbose:
        lines.append(
            f"--------          {'------- ----' if busybox else '-------  ---'}{' ' * 28}{'----' if busybox else '-------'}"
        )
        lines.append(f"{size:8}         {squeezed:8} {_shown_saved(size, squeezed, busybox):3}%{' ' * 28}{files}")
    else:
        lines.append(
            f"{' --------' if busybox else '---------'}                     -------\n{size:9}                     {files}"
        )
    return "\n".join(lines) + "\n"


def _shown_saved(size: int, squeezed: int, busybox: bool) -> int:
    """Info-ZIP rounds the percentage, busybox cuts it."""
    return (0 if size <= 0 else 100 * (size - squeezed) // size) if busybox else saved_percent(size, squeezed)


def _verify(system: System, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> int:
    bad = 0
    for info in members:
        try:
            archive.read(info)
            verdict = "OK"
        except (zipfile.BadZipFile, OSError):
            verdict = "bad CRC"
            bad += 1
        system.put(bytes_of(f"    testing: {info.filename:<22}   {verdict}\n"))
    if bad:
        system.put(bytes_of(f"At least one error was detected in {name}.\n"))
        return 2
    system.put(bytes_of(f"No errors detected in compressed data of {name}.\n"))
    return 0


def _extract_all(
    system: System, state: State, options: Options, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> int:
    base = options.last("d").rstrip("/") if options.last("d") != "/" else "/"
    if base and "made" not in state:
        state["made"] = True
        make_directories(system, base)
    while state.setdefault("place", 0) < len(members):
        info = members[state["place"]]
        path = posixpath.basename(info.filename.rstrip("/")) if "j" in options else info.filename
        if "p" in options:
            system.put(archive.read(info))
        elif ".." in path.split("/"):
            system.unsimulated(f"a member outside of the target ({path})")
            state["status"] = 1
        elif path and not (info.is_dir() and "j" in options):
            where = join(base, path.lstrip("/")) if base else path.lstrip("/")
            if _may_write(system, state, options, info, where):
                _extract(system, options, archive, info, where)
            elif state.get("answer") == "end":
                return 1
        state["place"] += 1
    return int(state.get("status", 0))


def _may_write(system: System, state: State, options: Options, info: zipfile.ZipInfo, where: str) -> bool:
    """Whether a file that may be there already is written; asks where no option decides. Blocks."""
    found = stat_or_none(system, where)
    if found is None or info.is_dir() or "o" in options or state.get("answer") == "A":
        return True
    if "n" in options or state.get("answer") == "N":
        return False
    question = f"replace {where}? [y]es, [n]o, [A]ll, [N]one, [r]ename: "
    if state.get("asked") != state["place"]:
        state["asked"] = state["place"]
        system.put(bytes_of(question), 2)
    lines: list[str] = state.setdefault("lines", [])
    while not lines:
        more = next_lines(system, state, ())
        if more is None:
            return _no_answer(system, state)
        lines += more
    answer = lines.pop(0)[:1]
    if answer in ("A", "N"):
        state["answer"] = answer
    return answer in ("y", "A")


def _no_answer(system: System, state: State) -> bool:
    if is_busybox(system):
        say(system, "can't read standard input")
        state["answer"] = "end"
    else:
        system.put(' NULL\n(EOF or read error, treating as "[N]one" ...)\n', 2)
        state["answer"], state["status"] = "N", 1
    return False


def _extract(system: System, options: Options, archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> None:
    busybox, quiet = is_busybox(system), "q" in options
    is_there = stat_or_none(system, where) is not None
    mode = info.external_attr >> 16 & 0o7777
    if info.is_dir():
        if not is_there:
            make_directories(system, where.rstrip("/"))
            if not quiet:
                system.put(bytes_of(f"   creating: {where}\n"))
        if mode:
            system.change_mode(where, mode)
        return
    parent = posixpath.dirname(where)
    if parent:
        make_directories(system, parent)
    how = "  inflating" if info.compress_type == zipfile.ZIP_DEFLATED or busybox else " extracting"
    if not quiet:
        system.put(bytes_of(f"{how}: {where}\n" if busybox else f"{how}: {where:<22}  \n"))
    system.write_file(where, archive.read(info))
    if mode:
        system.change_mode(where, mode)
    system.set_times(where, _seconds_of(info) * 1_000_000_000)


def _seconds_of(info: zipfile.ZipInfo) -> int:
    from datetime import UTC, datetime

    return int(datetime(*info.date_time, tzinfo=UTC).timestamp())
