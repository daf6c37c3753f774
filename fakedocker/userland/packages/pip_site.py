"""Where Python packages are in a root, and which: site-packages and the dist-info folders in it.

It must not know commands or the index.
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.packages.unpack import read_text_or, remove_files
from fakedocker.userland.tools import is_directory, stat_or_none

CONFIGURATION = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""
_PREFIXES = ("/usr/local", "/usr")


class Site(NamedTuple):
    """A place for packages: `managed` says that only the system's package manager should write there."""

    directory: str
    scripts: str
    python: str  # "3.12"
    managed: bool = False


class Installed(NamedTuple):
    name: str
    version: str
    folder: str  # its dist-info


def normalized(name: str) -> str:
    """The name that all its spellings share (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_site(system: System) -> Site:
    """The site-packages of the Python that is run: those of a virtual environment, or of the newest Python of the root."""
    own = posixpath.dirname(system.argv[0]) if "/" in system.argv[0] else ""
    for place in (own, *system.environment.get("PATH", "").split(":")):
        folder = posixpath.dirname(place.rstrip("/"))
        if place.endswith("bin") and stat_or_none(system, f"{folder}/{CONFIGURATION}") is not None:
            for name in _names(system, f"{folder}/lib"):
                return Site(f"{folder}/lib/{name}/site-packages", f"{folder}/bin", name.removeprefix("python"))
        if place and stat_or_none(system, f"{place}/python3") is not None:
            break
    return find_base_site(system)


def find_base_site(system: System) -> Site:
    """The site-packages of the newest Python of the root."""
    for prefix in _PREFIXES:
        versions = [name for name in _names(system, f"{prefix}/lib") if re.fullmatch(r"python3\.\d+", name)]
        for name in sorted(versions, key=lambda name: int(name.partition(".")[2]), reverse=True):
            folder = f"{prefix}/lib/{name}"
            managed = stat_or_none(system, f"{folder}/EXTERNALLY-MANAGED") is not None
            for kind in ("site-packages", "dist-packages"):
                if is_directory(system, f"{folder}/{kind}"):
                    return Site(f"{folder}/{kind}", f"{prefix}/bin", name.removeprefix("python"), managed)
            if prefix == "/usr":
                return Site(
                    f"/usr/local/lib/{name}/dist-packages", "/usr/local/bin", name.removeprefix("python"), managed
                )
    return Site("/usr/local/lib/python3.12/site-packages", "/usr/local/bin", "3.12")


def user_site(system: System, site: Site) -> Site:
    """The user's own place: ~/.local."""
    home = system.environment.get("HOME", "/")
    base = f"{home.rstrip('/')}/.local"
    return Site(f"{base}/lib/python{site.python}/site-packages", f"{base}/bin", site.python)


def installed(system: System, *sites: Site) -> dict[str, Installed]:
    """What is installed, by normalized name, sorted."""
    found = {}
    for site in sites:
        for entry in _names(system, site.directory):
            match = re.fullmatch(r"(.+)-([^-]+)\.dist-info", entry)
            if match is not None:
                text = read_text_or(system, f"{site.directory}/{entry}/METADATA")[:200]
                told = re.search(r"^Name: (\S+)$", text, re.MULTILINE)
                item = Installed(told[1] if told else match[1], match[2], f"{site.directory}/{entry}")
                found[normalized(item.name)] = item
    return dict(sorted(found.items()))


def files_of(system: System, item: Installed) -> list[str]:
    """The paths of a package's files, by its RECORD."""
    base = posixpath.dirname(item.folder)
    lines = read_text_or(system, f"{item.folder}/RECORD").splitlines()
    return [posixpath.normpath(posixpath.join(base, line.partition(",")[0])) for line in lines if line]


def uninstall(system: System, item: Installed) -> None:
    """Remove a package's files."""
    paths = files_of(system, item) or [f"{item.folder}/{name}" for name in _names(system, item.folder)]
    remove_files(system, paths)


def _names(system: System, path: str) -> list[str]:
    try:
        return system.list_directory(path)
    except OSError:
        return []
