"""vi, vim, nano and htop: versions, what they say without a terminal, and where the screens of the first three begin."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.releases import is_alpine, upstream_version
from fakedocker.userland.tools import Register, base_name, is_busybox, parse_options, say

PROGRAMS = Register()
_VIM_YEARS: Final = {"9.0": "2022 Jun 28", "9.1": "2024 Jan 02"}


@PROGRAMS.program("vi", "vim", usage="[-c CMD] [-R] [-H] [FILE]...\n\nEdit FILE\n")
def _vim(system: System, argv: tuple[str, ...], state: State) -> int:
    if is_busybox(system):
        options = parse_options(system, argv, "c:RH")
        if not system.is_terminal(0):
            say(system, "can't read user input")
            return 1
        return _edit(system, state, options.operands, read_only="R" in options)
    if "--version" in argv[1:]:
        version = upstream_version(system, "vim")
        release = ".".join(version.split(".")[:2])
        patches = version.rpartition(".")[2].lstrip("0")
        system.put(f"VIM - Vi IMproved {release} ({_VIM_YEARS.get(release, '2022 Jun 28')})\n")
        system.put(f"Included patches: 1-{patches}\n")
        if not is_alpine(system):
            system.put("Modified by team+vim@tracker.debian.org\nCompiled by team+vim@tracker.debian.org\n")
        return 0
    lacking = [word for word, fd in (("Output is not to", 1), ("Input is not from", 0)) if not system.is_terminal(fd)]
    for word in lacking:
        system.put(f"Vim: Warning: {word} a terminal\n", 2)
    if not system.is_terminal(0):
        system.put("Vim: Error reading input, exiting...\nVim: Finished.\n", 2)
        return 1
    unknown = [word for word in argv[1:] if word[:1] in ("-", "+") and word not in ("-R", "--")]
    if unknown:
        raise Unsimulated(f"the option {unknown[0]}")
    names = tuple(word for word in argv[1:] if word[:1] != "-")
    return _edit(system, state, names, read_only="-R" in argv or base_name(argv[0]) == "view")


@PROGRAMS.program("nano")
def _nano(system: System, argv: tuple[str, ...], state: State) -> int:
    if {"--version", "-V"} & set(argv[1:]):
        version = upstream_version(system, "nano")
        year = "2024" if version >= "8" else "2023"
        system.put(f" GNU nano, version {version}\n (C) {year} the Free Software Foundation and various contributors\n")
        if not is_alpine(system):
            system.put(" Compiled options: --disable-libmagic --enable-utf8\n")
        return 0
    if not system.is_terminal(0):
        system.put("Standard input is not a terminal\n", 2)
        return 1
    unknown = [word for word in argv[1:] if word[:1] in ("-", "+")]
    if unknown:
        raise Unsimulated(f"the option {unknown[0]}")
    names = argv[1:]
    if len(names) > 1:
        raise Unsimulated("editing several files")
    if status := _no_terminal_type(system):
        return status
    from fakedocker.userland.text import nano

    return nano.edit(system, state, names[0] if names else "", upstream_version(system, "nano"))


@PROGRAMS.program("htop")
def _htop(system: System, argv: tuple[str, ...], state: State) -> int:
    if {"--version", "-V"} & set(argv[1:]):
        system.put(f"htop {upstream_version(system, 'htop')}\n")
        return 0
    if status := _no_terminal_type(system):
        return status
    raise Unsimulated("the screen of htop (see `top` and `ps`)")


def _no_terminal_type(system: System) -> int:
    """What ncurses says where TERM is not set."""
    if system.environment.get("TERM"):
        return 0
    system.put("Error opening terminal: unknown.\n", 2)
    return 1


def _edit(system: System, state: State, names: tuple[str, ...], read_only: bool) -> int:
    from fakedocker.userland.text import vi

    if len(names) > 1:
        raise Unsimulated("editing several files")
    return vi.edit(system, state, names[0] if names else "", read_only)
