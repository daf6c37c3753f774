"""readlink, realpath and which: where a name leads."""

from __future__ import annotations

import posixpath

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    is_busybox,
    join,
    parse_options,
    say,
    stat_or_none,
)

PROGRAMS = Register()
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


@PROGRAMS.program("which", "which.debianutils", usage="[-a] COMMAND...\n")
def _which(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "as")
    if not options.operands and is_busybox(system):
        raise UsageProblem()
    status = 0 if options.operands else 1
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
