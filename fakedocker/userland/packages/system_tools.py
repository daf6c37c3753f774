"""Small tools of distributions that steps of builds call: locales, certificates, alternatives, the linker's cache, architectures.

They do what others see of them: files, links and their words. Wording of Debian 12 and 13 (dpkg 1.22, glibc 2.36, ca-certificates 2023). What a
program is linked with is not known here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import Register, say, stat_or_none

PROGRAMS = Register()
_LOCALES: Final = "/usr/lib/locale"
_CERTIFICATES: Final = "/etc/ssl/certs"
_OWN_CERTIFICATES: Final = "/usr/local/share/ca-certificates"
_ALTERNATIVES: Final = "/var/lib/dpkg/alternatives"
_CACHE: Final = "/etc/ld.so.cache"


# the linker


@PROGRAMS.program("ldconfig")
def _ldconfig(system: System, argv: tuple[str, ...], state: State) -> int:
    for word in argv[1:]:
        if word in ("-p", "--print-cache"):
            raise Unsimulated("the cache of the linker")
    if stat_or_none(system, _CACHE) is None:
        system.write_file(_CACHE, b"glibc-ld.so.cache1.1")
    return 0


@PROGRAMS.program("ldd")
def _ldd(system: System, argv: tuple[str, ...], state: State) -> int:
    names = [word for word in argv[1:] if not word.startswith("-")]
    if not names:
        system.put("ldd: missing file arguments\nTry `ldd --help' for more information.\n", 2)
        return 1
    status = 0
    for name in names:
        head = f"{name}:\n" if len(names) > 1 else ""
        found = stat_or_none(system, name)
        if found is None:
            system.put(f"{head}ldd: {name if '/' in name else f'./{name}'}: No such file or directory\n", 2)
            status = 1
        elif found.kind != "file":
            system.put(f"{head}ldd: {name if '/' in name else f'./{name}'}: not regular file\n", 2)
            status = 1
        elif system.read_file(name).startswith(b"\x7fELF"):
            raise Unsimulated("what a program is linked with", why=marks.BINARY)
        else:
            system.put(f"{head}\tnot a dynamic executable\n", 2)
            status = 1
    return status


@PROGRAMS.program("strip")
def _strip(system: System, argv: tuple[str, ...], state: State) -> int:
    """No program here has symbols."""
    status = 0
    for name in (word for word in argv[1:] if not word.startswith("-")):
        if stat_or_none(system, name) is None:
            say(system, f"'{name}': No such file")
            status = 1
    return status


# locales and certificates


@PROGRAMS.program("locale-gen")
def _locale_gen(system: System, argv: tuple[str, ...], state: State) -> int:
    wanted = [word for word in argv[1:] if not word.startswith("-")]
    if not wanted:
        lines = read_text_or(system, "/etc/locale.gen").splitlines()
        wanted = [line.split()[0] for line in lines if line.strip() and not line.lstrip().startswith("#")]
    system.put("Generating locales (this might take a while)...\n")
    for name in wanted:
        system.put(f"  {name}... done\n")
    if wanted:
        _touch(system, f"{_LOCALES}/locale-archive")
    system.put("Generation complete.\n")
    return 0


@PROGRAMS.program("update-locale")
def _update_locale(system: System, argv: tuple[str, ...], state: State) -> int:
    """Settings of /etc/default/locale, NAME=VALUE; one without a value is taken out."""
    path = "/etc/default/locale"
    settings = dict(line.partition("=")[::2] for line in read_text_or(system, path).splitlines() if "=" in line)
    for word in argv[1:]:
        name, equals, value = word.partition("=")
        if not word.startswith("-"):
            settings.pop(name, None)
            settings |= {name: value} if equals else {}
    _touch(system, path)
    system.write_file(path, "".join(f"{name}={value}\n" for name, value in settings.items()).encode())
    return 0


@PROGRAMS.program("localedef")
def _localedef(system: System, argv: tuple[str, ...], state: State) -> int:
    words = argv[1:]
    takes = ("-i", "-f", "-A", "-u", "--inputfile", "--charmap", "--alias-file", "--prefix")
    names = [word for place, word in enumerate(words) if not word.startswith("-") and words[place - 1] not in takes]
    if len(names) != 1 or not any(word.startswith(("-i", "--inputfile")) for word in words):
        raise Unsimulated("anything but making one locale")
    _touch(system, f"{_LOCALES}/locale-archive")
    return 0


@PROGRAMS.program("update-ca-certificates")
def _certificates(system: System, argv: tuple[str, ...], state: State) -> int:
    added = 0
    for path in _below(system, _OWN_CERTIFICATES):
        if not path.endswith(".crt"):
            continue
        link = f"{_CERTIFICATES}/{posixpath.basename(path)[:-4].replace(' ', '_')}.pem"
        if stat_or_none(system, link, follow=False) is None:
            system.symlink(path, link)
            whole = f"{_CERTIFICATES}/ca-certificates.crt"
            known = system.read_file(whole) if stat_or_none(system, whole) is not None else b""
            system.write_file(whole, known + system.read_file(path))
            added += 1
    if stat_or_none(system, "/etc/alpine-release") is None:
        system.put(
            f"Updating certificates in {_CERTIFICATES}...\n{added} added, 0 removed; done.\n"
            "Running hooks in /etc/ca-certificates/update.d...\ndone.\n"
        )
    return 0


def _below(system: System, folder: str) -> Iterator[str]:
    """The files below a directory, sorted."""
    try:
        names = sorted(system.list_directory(folder))
    except OSError:
        return
    for name in names:
        path = f"{folder}/{name}"
        found = stat_or_none(system, path, follow=False)
        if found is not None and found.kind == "dir":
            yield from _below(system, path)
        else:
            yield path


def _touch(system: System, path: str) -> None:
    above = ""
    for part in posixpath.dirname(path).strip("/").split("/"):
        above += f"/{part}"
        if stat_or_none(system, above) is None:
            system.make_directory(above)
    if stat_or_none(system, path) is None:
        system.write_file(path, b"")


# alternatives


@PROGRAMS.program("update-alternatives")
def _alternatives(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if word not in ("--quiet", "--force", "--verbose")]
    quiet = "--quiet" in argv
    match words:
        case ["--install", link, name, path, priority, *_]:
            return _install(system, link, name, path, priority, quiet)
        case ["--set", name, path]:
            return _set(system, name, path, quiet)
        case ["--remove", name, path]:
            return _remove(system, name, path)
        case ["--auto", name]:
            link, known = _known(system, name)
            return _choose(system, name, link, known, "auto", quiet) if known else _none(system, name)
    raise Unsimulated(" ".join(words[:1]) or "no action", 2)


def _install(system: System, link: str, name: str, path: str, priority: str, quiet: bool) -> int:
    if stat_or_none(system, path) is None:
        say(system, f"error: alternative path {path} doesn't exist")
        return 2
    if not re.fullmatch(r"-?\d{1,9}", priority):
        say(system, "error: priority must be an integer")
        return 2
    _, known = _known(system, name)
    return _choose(system, name, link, {**known, path: int(priority)}, "auto", quiet)


def _set(system: System, name: str, path: str, quiet: bool) -> int:
    link, known = _known(system, name)
    if not known:
        return _none(system, name)
    if path not in known:
        say(system, f"error: alternative {path} for {name} not registered; not setting")
        return 2
    return _choose(system, name, link, known, "manual", quiet, path)


def _remove(system: System, name: str, path: str) -> int:
    link, known = _known(system, name)
    if path not in known:
        return 0
    del known[path]
    if known:
        return _choose(system, name, link, known, "auto", False)
    for each in (f"{_ALTERNATIVES}/{name}", f"/etc/alternatives/{name}", link):
        if stat_or_none(system, each, follow=False) is not None:
            system.remove_file(each)
    return 0


def _none(system: System, name: str) -> int:
    say(system, f"error: no alternatives for {name}")
    return 2


def _known(system: System, name: str) -> tuple[str, dict[str, int]]:
    """The link of a group, and its alternatives with their priorities."""
    lines = read_text_or(system, f"{_ALTERNATIVES}/{name}").splitlines()
    rows = [line for line in lines[3:] if line]
    return (lines[1] if len(lines) > 1 else ""), {rows[at]: int(rows[at + 1]) for at in range(0, len(rows) - 1, 2)}


def _choose(system: System, name: str, link: str, known: dict[str, int], mode: str, quiet: bool, path: str = "") -> int:
    """Write a group down, and let its link lead to one of it: the one of the highest priority, or `path`."""
    chosen = path or max(known, key=lambda each: known[each])
    rows = "".join(f"{each}\n{priority}\n" for each, priority in sorted(known.items()))
    _touch(system, f"{_ALTERNATIVES}/{name}")
    system.write_file(f"{_ALTERNATIVES}/{name}", f"{mode}\n{link}\n\n{rows}\n".encode())
    before = system.read_link(f"/etc/alternatives/{name}") if _is_link(system, f"/etc/alternatives/{name}") else ""
    if before == chosen:
        return 0
    _touch(system, "/etc/alternatives/README")
    for target, place in ((chosen, f"/etc/alternatives/{name}"), (f"/etc/alternatives/{name}", link)):
        if _is_link(system, place):
            system.remove_file(place)
        elif stat_or_none(system, place) is not None:
            say(system, f"warning: not replacing {place} with a link")
            continue
        system.symlink(target, place)
    if not quiet:
        say(system, f"using {chosen} to provide {link} ({name}) in {mode} mode")
    return 0


def _is_link(system: System, path: str) -> bool:
    found = stat_or_none(system, path, follow=False)
    return found is not None and found.kind == "link"


# which system this is


@PROGRAMS.program("lsb_release")
def _lsb_release(system: System, argv: tuple[str, ...], state: State) -> int:
    text = read_text_or(system, "/etc/os-release")
    facts = {key: value.strip("\"'") for key, _, value in (line.partition("=") for line in text.splitlines())}
    letters = "".join(word.lstrip("-") for word in argv[1:] if re.fullmatch(r"-[a-z]+", word))
    letters += "".join(
        word[2] for word in argv[1:] if word in ("--id", "--description", "--release", "--codename", "--all", "--short")
    )
    rows = {
        "i": ("Distributor ID", facts.get("NAME", "").partition(" ")[0] or "n/a"),
        "d": ("Description", facts.get("PRETTY_NAME", "n/a")),
        "r": ("Release", facts.get("VERSION_ID", "n/a")),
        "c": ("Codename", facts.get("VERSION_CODENAME", "n/a")),
    }
    if not set(letters) - {"s"} or set(letters) & set("va"):
        system.put("No LSB modules are available.\n", 2)
    for letter, (title, value) in rows.items():
        if letter in letters or "a" in letters:
            system.put(f"{value}\n" if "s" in letters else f"{title}:\t{value}\n")
    return 0


_ARCHITECTURE: Final = {
    "ARCH": "amd64", "ARCH_ABI": "base", "ARCH_BITS": "64", "ARCH_CPU": "amd64", "ARCH_ENDIAN": "little", "ARCH_LIBC": "gnu", "ARCH_OS": "linux",
    "GNU_CPU": "x86_64", "GNU_SYSTEM": "linux-gnu", "GNU_TYPE": "x86_64-linux-gnu", "MULTIARCH": "x86_64-linux-gnu",
}  # fmt: skip


@PROGRAMS.program("dpkg-architecture")
def _architecture(system: System, argv: tuple[str, ...], state: State) -> int:
    known = {
        f"DEB_{kind}_{name}": value for kind in ("BUILD", "HOST", "TARGET") for name, value in _ARCHITECTURE.items()
    }
    match argv[1:]:
        case () | ("-l" | "--list",):
            system.put("".join(f"{name}={value}\n" for name, value in known.items()))
            return 0
        case ("-q" | "--query", name):
            pass
        case (word,) if word.startswith("-q"):
            name = word[2:]
        case _:
            raise Unsimulated(f"the option {argv[1]}", 2)
    if name not in known:
        system.put(f"dpkg-architecture: error: {name} is not a supported variable name\n", 2)
        return 2
    system.put(f"{known[name]}\n")
    return 0
