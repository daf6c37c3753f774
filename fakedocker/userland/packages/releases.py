"""Which release of a program stands in a root: for `--version` alone. It must not know the programs."""

from __future__ import annotations

import re

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages import apk_database, dpkg_database, index, rpm_database
from fakedocker.userland.tools import stat_or_none

_UPSTREAM = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")


def is_alpine(system: System) -> bool:
    """Whether the root's packages are apk's."""
    return stat_or_none(system, apk_database.INSTALLED) is not None


def is_red_hat(system: System) -> bool:
    """Whether the root's packages are RPM's."""
    return stat_or_none(system, rpm_database.FOLDER) is not None and stat_or_none(system, "/var/lib/dpkg") is None


def package_version(system: System, package: str) -> str:
    """The version of a package as its distribution writes it; where it is not installed, the one that would be."""
    if is_alpine(system):
        entry = apk_database.read_installed(system).get(package)
        return entry.version if entry is not None else index.distribution("alpine").packages[package].version
    if is_red_hat(system):
        installed = rpm_database.read_installed(system)
        found = installed.get(package) or installed.get(f"{package}-core")
        if found is None:
            raise Unsimulated("telling which version comes with this release")
        return found[0]
    stanza = dpkg_database.read_installed(system).get(package)
    return stanza["Version"] if stanza is not None else dpkg_database.packages_of(system).packages[package].version


def upstream_version(system: System, package: str) -> str:
    """The same without what the distribution adds: 2.39.5 of 1:2.39.5-0+deb12u1."""
    version = package_version(system, package)
    match = _UPSTREAM.match(version)
    return match[1] if match else version
