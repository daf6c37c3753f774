"""What dpkg and apt know of a root: /var/lib/dpkg/status, file lists, and which packages came by themselves.

Images name their most important packages only; the rest of what every Debian has is known from the index. Formats:
deb-control(5), apt's extended_states. It must not know commands or messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.packages import debian_index, facts
from fakedocker.userland.packages.index import Index, Package
from fakedocker.userland.packages.unpack import make_directories, read_text_or

STATUS: Final = "/var/lib/dpkg/status"
INFO: Final = "/var/lib/dpkg/info"
EXTENDED: Final = "/var/lib/apt/extended_states"
Stanza = dict[str, str]
Database = dict[str, Stanza]


def codename(system: System) -> str:
    """VERSION_CODENAME of /etc/os-release, "bookworm" where there is none."""
    for line in read_text_or(system, "/etc/os-release").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return "bookworm"


def packages_of(system: System) -> Index:
    """The index for the release a root is of."""
    return debian_index.packages_of(codename(system), late=facts.count(system.now_ns))


def parse(text: str) -> list[Stanza]:
    """Stanzas of "Field: value" lines; a line that begins with a space goes on with the field before."""
    found: list[Stanza] = []
    for block in text.split("\n\n"):
        stanza: Stanza = {}
        field = ""
        for line in block.splitlines():
            if line[:1] in (" ", "\t"):
                stanza[field] = f"{stanza.get(field, '')}\n{line}"
            elif ":" in line:
                field, _, value = line.partition(":")
                stanza[field] = value.strip()
        if stanza:
            found.append(stanza)
    return found


def read_installed(system: System) -> Database:
    """The installed packages by name, sorted, those that an image's file leaves out included."""
    found = {stanza["Package"]: stanza for stanza in parse(read_text_or(system, STATUS)) if "Package" in stanza}
    if "base-files" in found:
        known = packages_of(system)
        for name in known.base:
            package = known.packages[name]
            if name not in found:
                found[name] = stanza_of(package)
            elif "Installed-Size" not in found[name]:
                found[name] = {**found[name], "Installed-Size": str(installed_kib(package))}
    return {name: found[name] for name in sorted(found) if found[name].get("Status", "").endswith(" installed")}


def stanza_of(package: Package) -> Stanza:
    """What the status file says of an installed package."""
    stanza = {
        "Package": package.name,
        "Status": "install ok installed",
        "Priority": "optional",
        "Section": package.details.get("section", "libs"),
        "Installed-Size": str(installed_kib(package)),
        "Maintainer": "Debian Developers <debian-devel@lists.debian.org>",
        "Architecture": architecture(package),
        "Version": package.version,
        "Depends": ", ".join(package.needs),
        "Recommends": ", ".join(package.recommends),
        "Suggests": ", ".join(package.suggests),
        "Description": package.about,
    }
    if is_multiarch(package):
        stanza["Multi-Arch"] = "same"
    return {field: value for field, value in stanza.items() if value}


def installed_kib(package: Package) -> int:
    """What it takes up, as dpkg tells it."""
    return int(package.details.get("kib", package.size_bytes // 1000))


def architecture(package: Package) -> str:
    """ "amd64", or "all" for what does not depend on the machine."""
    return str(package.details.get("arch", "amd64"))


def is_multiarch(package: Package) -> bool:
    """Whether dpkg calls it by name and architecture: libraries."""
    return package.name.startswith("lib") and architecture(package) == "amd64" and not package.programs


def shown_name(package: Package) -> str:
    """The name as dpkg says it: libssl3:amd64."""
    return f"{package.name}:amd64" if is_multiarch(package) else package.name


def text_of(stanza: Mapping[str, str]) -> str:
    """A stanza as it stands in a file."""
    return "".join(f"{field}: {value}\n" for field, value in stanza.items())


def write_installed(system: System, found: Mapping[str, Stanza]) -> None:
    """Write the status file."""
    make_directories(system, "/var/lib/dpkg")
    text = "\n".join(text_of(found[name]) for name in sorted(found))
    system.write_file(STATUS, text.encode("utf-8", "surrogateescape"))


def add_installed(system: System, stanza: Mapping[str, str]) -> None:
    """Enter a package that has just been set up."""
    text = read_text_or(system, STATUS)
    if f"\nPackage: {stanza['Package']}\n" in f"\n{text}":
        found = read_installed(system)
        write_installed(system, {**found, stanza["Package"]: dict(stanza)})
        return
    make_directories(system, "/var/lib/dpkg")
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    system.write_file(STATUS, f"{gap}{text_of(stanza)}".encode("utf-8", "surrogateescape"), append=True)


# which files are a package's


def write_list(system: System, name: str, paths: Iterable[str]) -> None:
    """Write a package's file list: directories too, as dpkg has them."""
    found = {"/."}
    for path in paths:
        while path not in ("", "/"):
            found.add(path)
            path = path.rpartition("/")[0]
    make_directories(system, INFO)
    system.write_file(f"{INFO}/{name}.list", "".join(f"{path}\n" for path in sorted(found)).encode())


def read_list(system: System, name: str) -> tuple[str, ...]:
    """A package's file list, empty where it is not known."""
    for candidate in (name, f"{name}:amd64"):
        if text := read_text_or(system, f"{INFO}/{candidate}.list"):
            return tuple(text.splitlines())
    return ()


# which packages came by themselves


def read_automatic(system: System) -> set[str]:
    """Packages that were installed only because others need them."""
    stanzas = parse(read_text_or(system, EXTENDED))
    return {stanza["Package"] for stanza in stanzas if stanza.get("Auto-Installed") == "1" and "Package" in stanza}


def add_automatic(system: System, name: str) -> None:
    """Enter a package that has come by itself."""
    make_directories(system, "/var/lib/apt")
    stanza = f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n"
    if stanza not in read_text_or(system, EXTENDED):
        system.write_file(EXTENDED, stanza.encode(), append=True)


def write_automatic(system: System, names: Iterable[str]) -> None:
    """Write which packages came by themselves."""
    make_directories(system, "/var/lib/apt")
    text = "".join(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n" for name in sorted(names))
    system.write_file(EXTENDED, text.encode())


def dependencies(stanza: Mapping[str, str], field: str = "Depends") -> tuple[str, ...]:
    """The names in a field such as Depends, first alternatives only."""
    parts = (part.split("|")[0].strip() for part in stanza.get(field, "").split(","))
    return tuple(part.split()[0].partition(":")[0] for part in parts if part)
