"""gcc and its relatives: their versions, and programs that do what can be told from their source (see toolchains.reading)."""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains import program, reading
from fakedocker.userland.packages.releases import is_alpine, is_red_hat, package_version, upstream_version
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import Register, base_name, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_LICENCE: Final = """Copyright (C) {year} Free Software Foundation, Inc.
This is free software; see the source for copying conditions.  There is NO
warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.

"""
_YEARS: Final = {"12": "2022", "13": "2023"}
_VALUED: Final = frozenset({"-o", "-x", "-I", "-L", "-D", "-U", "-include", "-MF", "-MT", "-isystem"})
_FAILED: Final = "compilation terminated.\n"
_OBJECT_BYTES: Final = 1_500
_PROGRAM_BYTES: Final = 16_000
_STATIC_BYTES: Final = 890_000


@PROGRAMS.program("gcc", "cc", "g++", "c++", "cpp", "c89", "c99")
def _gcc(system: System, argv: tuple[str, ...], state: State) -> int:
    called = base_name(argv[0])
    triplet = (
        "x86_64-alpine-linux-musl"
        if is_alpine(system)
        else "x86_64-redhat-linux"
        if is_red_hat(system)
        else "x86_64-linux-gnu"
    )
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
    return _compile(system, argv[0], words, sources)


def _compile(system: System, called: str, words: tuple[str, ...], sources: list[str]) -> int:
    """A program, or objects with -c, that do what can be told from the sources; objects are joined as they are."""
    parts: dict[str, reading.Behaviour] = {}
    try:
        for name in sources:
            if name.endswith((".o", ".a")):
                parts[name] = program.load(system, name)
            elif not name.endswith((".so", ".h")):
                parts[name] = reading.read("c", read_text_or(system, name))
    except program.NotCompiled as foreign:
        system.put(
            f"/usr/bin/ld: {foreign}: file format not recognized\ncollect2: error: ld returned 1 exit status\n", 2
        )
        return 1
    output = words[words.index("-o") + 1] if "-o" in words[:-1] else ""
    if "-c" in words:
        for name, made in parts.items():
            place = output or f"{posixpath.splitext(posixpath.basename(name))[0]}.o"
            program.write(system, place, made, _OBJECT_BYTES, executable=False)
        return 0
    if "-E" in words or "-S" in words or base_name(called) == "cpp":
        raise Unsimulated("an intermediate form")
    texts = [read_text_or(system, name) for name in sources if not name.endswith((".o", ".a"))]
    if (
        "-shared" not in words
        and texts
        and len(texts) == len(sources)
        and not any(reading.has_main("c", text) for text in texts)
    ):
        system.put(
            "/usr/bin/ld: in function `_start':\n(.text+0x17): undefined reference to `main'\ncollect2: error: ld returned 1 exit status\n",
            2,
        )
        return 1
    size = _STATIC_BYTES if "-static" in words else _PROGRAM_BYTES
    program.write(system, output or "a.out", reading.merged(list(parts.values())), size)
    return 0


def _release(system: System) -> tuple[str, str]:
    """The version, and what stands in brackets before it."""
    own = version_of(system, "GCC_VERSION")
    if own:
        return own, "GCC"
    if is_alpine(system):
        packaged = package_version(system, "gcc").partition("-r")[0]
        return packaged.partition("_")[0], f"Alpine {packaged}"
    if is_red_hat(system):
        if "--version" in system.argv:  # it tells the day of its sources too, which is not known
            raise Unsimulated("telling which version comes with this release")
        return upstream_version(system, "gcc"), "GCC"
    major = package_version(system, "gcc").partition(":")[2].partition(".")[0] or "12"
    packaged = package_version(system, f"gcc-{major}")
    distribution = "Ubuntu" if "ubuntu" in packaged else "Debian"
    return upstream_version(system, f"gcc-{major}"), f"{distribution} {packaged}"
