"""vi, vim, nano and htop as far as their versions and what they say without a terminal. They show no screen, and say so."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.releases import is_alpine, upstream_version
from fakedocker.userland.tools import Register, is_busybox, parse_options, say

PROGRAMS = Register()
_VIM_YEARS: Final = {"9.0": "2022 Jun 28", "9.1": "2024 Jan 02"}


@PROGRAMS.program("vi", "vim", usage="[-c CMD] [-R] [-H] [FILE]...\n\nEdit FILE\n")
def _vim(system: System, argv: tuple[str, ...], state: State) -> int:
    if is_busybox(system):
        parse_options(system, argv, "c:RH")
        if not system.is_terminal(0):
            say(system, "can't read user input")
            return 1
        return _no_screen(system, "vi")
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
    return _no_screen(system, "vim")


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
    return _no_terminal_type(system) or _no_screen(system, "nano")


@PROGRAMS.program("htop")
def _htop(system: System, argv: tuple[str, ...], state: State) -> int:
    if {"--version", "-V"} & set(argv[1:]):
        system.put(f"htop {upstream_version(system, 'htop')}\n")
        return 0
    return _no_terminal_type(system) or _no_screen(system, "htop")


def _no_terminal_type(system: System) -> int:
    """What ncurses says where TERM is not set."""
    if system.environment.get("TERM"):
        return 0
    system.put("Error opening terminal: unknown.\n", 2)
    return 1


def _no_screen(system: System, name: str) -> int:
    instead = "`top` and `ps`" if name == "htop" else "`cat > FILE`, `sed -i` or a here-document"
    say(system, f"not simulated: the screen of {name}; use {instead} instead")
    return 1
