"""df and mount: what is mounted, and how full it is."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import (
    Options,
    Register,
    base_name,
    human_size,
    is_busybox,
    parse_options,
    say,
    tell,
)

PROGRAMS = Register()
_BLOCK_TITLES = {"h": "Size", "m": "1M-blocks", "P": "1024-blocks", "k": "1K-blocks"}
_INODE_BYTES = 16384  # a file system made with the defaults has an inode for so many bytes


@PROGRAMS.program("df", usage="[-PkmhTai] [-B SIZE] [FILESYSTEM]...\n")
def _df(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "PkmhTaiHlB:t:", {"human-readable": "h", "print-type": "T", "all": "a", "portability": "P"}
    )
    mounts = system.mounts()
    status = 0
    rows: list[tuple[str, str, int, int, str]] = []
    if options.operands:
        for name in options.operands:
            try:
                path = system.real_path(name)
            except OSError as problem:
                say(
                    system,
                    f"{name}: {problem.strerror}" if not is_busybox(system) else f"{name}: can't find mount point",
                )
                status = 1
                continue
            holding = [mount for mount in mounts if path == mount[1] or path.startswith(mount[1].rstrip("/") + "/")]
            source, target, kind, _ = max(holding, key=lambda mount: len(mount[1]))
            rows.append((source, kind, *system.file_system_usage(target), target))
    else:
        for source, target, kind, _ in mounts:
            total, used = system.file_system_usage(target)
            if total or "a" in options:
                rows.append((source, kind, total, used, target))
    _df_table(system, options, rows)
    return status


def _df_table(system: System, options: Options, rows: list[tuple[str, str, int, int, str]]) -> None:
    kind = (
        "i"
        if "i" in options
        else "h"
        if "h" in options or "H" in options
        else "m"
        if "m" in options
        else "P"
        if "P" in options
        else "k"
    )

    def shown(value: int) -> str:
        if kind == "i":
            return str(value // _INODE_BYTES)
        return (
            human_size(value, busybox=is_busybox(system))
            if kind == "h"
            else str(-(-value // (1 << 20 if kind == "m" else 1024)))
        )

    table = []
    for source, file_system, total, used, target in rows:
        percent = f"{-(-used * 100 // total)}%" if total else "-"
        table.append((source, file_system, shown(total), shown(used), shown(total - used), percent, target))
    if is_busybox(system):
        _busybox_table(system, kind, "P" in options, "T" in options, table)
    else:
        _gnu_table(system, kind, "P" in options, "T" in options, table)


def _busybox_table(system: System, kind: str, posix: bool, typed: bool, table: Sequence[tuple[str, ...]]) -> None:
    title = {"h": "     Size", "i": "     Inodes      "}.get(kind) or _BLOCK_TITLES[kind]
    percent_title = "Capacity" if posix else "Use%"
    system.put(
        f"Filesystem           {'Type       ' if typed else ''}{title:<15}Used Available {percent_title} Mounted on\n"
    )
    for source, file_system, total, used, free, percent, target in table:
        first = f"{source:<20}" if len(source) <= 20 else f"{source}\n{'':20}"
        system.put(
            f"{first}{f' {file_system:<10}' if typed else ''} {total:>9} {used:>9} {free:>9} {percent:>4} {target}\n"
        )


def _gnu_table(system: System, kind: str, posix: bool, typed: bool, table: Sequence[tuple[str, ...]]) -> None:
    numbers = {"i": ("Inodes", "IUsed", "IFree", "IUse%"), "h": ("Size", "Used", "Avail", "Use%")}.get(kind) or (
        _BLOCK_TITLES[kind], "Used", "Available", "Capacity" if posix else "Use%"
    )  # fmt: skip
    titles = ("Filesystem", "Type", *numbers, "Mounted on")
    widths = [max(len(row[column]) for row in (titles, *table)) for column in range(7)]
    widths[0] = max(widths[0], 14)
    for row in (titles, *table):
        cells = [f"{row[0]:<{widths[0]}}", *([f"{row[1]:<{widths[1]}}"] if typed else [])]
        cells += [
            f"{row[column]:>{widths[column] if column == 5 else max(widths[column], 5)}}" for column in (2, 3, 4, 5)
        ]
        system.put(" ".join([*cells, row[6]]) + "\n")


@PROGRAMS.program("mount", "umount", usage="[OPTIONS] [-o OPT] DEVICE NODE\n")
def _mount(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "t:o:rwanlfv", {"bind": "bind"})
    if base_name(argv[0]) == "mount" and not options.operands:
        wanted = options.last("t")
        for source, target, kind, settings in system.mounts():
            if not wanted or wanted == kind:
                system.put(f"{source} on {target} type {kind} ({settings})\n")
        return 0
    target = options.operands[-1] if options.operands else ""
    if base_name(argv[0]) == "umount":
        tell(system, f"can't unmount {target}: Operation not permitted", f"{target}: must be superuser to unmount.")
        return 1 if is_busybox(system) else 32
    tell(system, "permission denied (are you root?)", f"{target}: permission denied.")
    return 1 if is_busybox(system) else 32
