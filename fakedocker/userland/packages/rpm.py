"""rpm: what is installed, macros of the distribution, keys. Archives are not unpacked by hand.

Wording of RPM 4.16.
"""

from __future__ import annotations

import re

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import rpm_database
from fakedocker.userland.packages.unpack import remove_files
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
_WEB = re.compile(r"(?:https?|ftp)://([^/:]+)")


@PROGRAMS.program("rpm")
def _rpm(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    names = [word for word in words if not word.startswith("-")]
    options = {word for word in words if word.startswith("-")}
    if "--import" in options:
        return _import(system, names)
    if options & {"-E", "--eval"}:
        return _evaluate(system, names)
    letters = "".join(word[1:] for word in options if re.fullmatch(r"-[A-Za-z]+", word))
    if options & {"-e", "--erase"}:
        return _erase(system, names)
    if (set(letters) <= {"q", "v"} and "q" in letters) or options == {"--query"}:
        return _query(system, names)
    for name in names:
        if found := _WEB.match(name):
            raise Unsimulated(f"the host {found[1]}", why=marks.HOST)
    raise Unsimulated(f"rpm {' '.join(sorted(options))}".rstrip())


def _import(system: System, names: list[str]) -> int:
    status = 0
    for name in names:
        if found := _WEB.match(name):
            raise Unsimulated(f"the host {found[1]}", why=marks.HOST)
        if stat_or_none(system, name.removeprefix("file://")) is None:
            system.put(f"error: {name}: import read failed(2).\n", 2)
            status += 1
    return status


def _evaluate(system: System, texts: list[str]) -> int:
    """Macros of the distribution, which Dockerfiles make URLs of."""
    facts = rpm_database.os_release(system)
    major = facts.get("VERSION_ID", "").partition(".")[0]
    platform = facts.get("PLATFORM_ID", "").partition(":")[2]
    known = {
        "_arch": "x86_64",
        "_target_cpu": "x86_64",
        "_bindir": "/usr/bin",
        "_libdir": "/usr/lib64",
        "_sysconfdir": "/etc",
    }
    if platform.startswith("el"):
        known |= {"rhel": major, "dist": f".{platform}"}
    elif platform.startswith("f"):
        known |= {"fedora": major, "dist": f".fc{major}"}
    for text in texts:
        for name in re.findall(r"%\{?\??(\w+)\}?", text):
            if name not in known and name not in ("rhel", "fedora", "centos", "amzn", "suse_version"):
                raise Unsimulated(f"the macro %{name}")
        said = re.sub(
            r"%\{(\?)?(\w+)\}|%(\w+)", lambda match: known.get(match[2] or match[3], "" if match[1] else match[0]), text
        )
        system.put(f"{said}\n")
    return 0


def _query(system: System, names: list[str]) -> int:
    installed = rpm_database.read_installed(system)
    if not names:
        system.put("no arguments given for query\n", 2)
        return 1
    for name in names:
        if name not in installed:
            raise Unsimulated(f"whether the image has the package {name}", why=marks.PACKAGE)
        version, architecture = installed[name]
        system.put(f"{name}-{version.rpartition(':')[2]}.{architecture}\n")
    return 0


def _erase(system: System, names: list[str]) -> int:
    installed, known = rpm_database.read_installed(system), rpm_database.known()
    for name in names:
        if name not in installed:
            raise Unsimulated(f"whether the image has the package {name}", why=marks.PACKAGE)
    for name in names:
        if name in known:
            remove_files(system, [path for path, *_ in known[name].programs])
        del installed[name]
    rpm_database.write_installed(system, installed)
    return 0
