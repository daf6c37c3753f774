"""gcc and its relatives as far as their versions; they compile nothing, and say so."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.releases import is_alpine, package_version, upstream_version
from fakedocker.userland.tools import Register, base_name, stat_or_none

PROGRAMS = Register()
_LICENCE: Final = """Copyright (C) {year} Free Software Foundation, Inc.
This is free software; see the source for copying conditions.  There is NO
warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.

"""
_YEARS: Final = {"12": "2022", "13": "2023"}
_VALUED: Final = frozenset({"-o", "-x", "-I", "-L", "-D", "-U", "-include", "-MF", "-MT", "-isystem"})
_FAILED: Final = "compilation terminated.\n"


@PROGRAMS.program("gcc", "cc", "g++", "c++", "cpp", "c89", "c99")
def _gcc(system: System, argv: tuple[str, ...], state: State) -> int:
    called = base_name(argv[0])
    triplet = "x86_64-alpine-linux-musl" if is_alpine(system) else "x86_64-linux-gnu"
    version, label = _release(system)
    words = argv[1:]
    if "--version" in words:
        year = _YEARS.get(version.partition(".")[0], "2022")
        system.put(f"{called} ({label}) {version}\n{_LICENCE.format(year=year)}")
        return 0
    if "-dumpversion" in words or "-dumpfullversion" in words:
        short = version if is_alpine(system) or "-dumpfullversion" in words else version.partition(".")[0]
        system.put(f"{short}\n")
        return 0
    if "-dumpmachine" in words:
        system.put(f"{triplet}\n")
        return 0
    sources = [
        word
        for place, word in enumerate(words)
        if word[:1] != "-" and words[place - 1 : place] not in [(v,) for v in _VALUED]
    ]
    if "-v" in words and not sources:
        system.put(
            f"Using built-in specs.\nCOLLECT_GCC={argv[0]}\nTarget: {triplet}\nThread model: posix\ngcc version {version} ({label}) \n",
            2,
        )
        return 0
    if not sources and called != "cpp":
        system.put(f"{argv[0]}: fatal error: no input files\n{_FAILED}", 2)
        return 1
    for name in sources:
        if stat_or_none(system, name) is None:
            system.put(f"cc1: fatal error: {name}: No such file or directory\n{_FAILED}", 2)
            return 1
    system.put(f"{argv[0]}: not simulated: fakedocker compiles no C or C++; it knows `{called} --version`\n", 2)
    return 1


def _release(system: System) -> tuple[str, str]:
    """The version, and what stands in brackets before it."""
    if is_alpine(system):
        packaged = package_version(system, "gcc").partition("-r")[0]
        return packaged.partition("_")[0], f"Alpine {packaged}"
    major = package_version(system, "gcc").partition(":")[2].partition(".")[0] or "12"
    packaged = package_version(system, f"gcc-{major}")
    distribution = "Ubuntu" if "ubuntu" in packaged else "Debian"
    return upstream_version(system, f"gcc-{major}"), f"{distribution} {packaged}"
