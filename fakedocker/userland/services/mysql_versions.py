"""Which server the programs of MySQL and MariaDB are of, and which version."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.versions import version_of

VERSION: Final = "8.4.2"


def is_mariadb(system: System) -> bool:
    """Whether the running program is one of MariaDB's."""
    return bool(version_of(system, "MARIADB_VERSION"))


def server_version(system: System) -> str:
    """The version without the packager's additions: "1:10.11.9+maria~ubu2204" is 10.11.9."""
    packaged = version_of(system, "MARIADB_VERSION") or version_of(system, "MYSQL_VERSION", VERSION)
    return re.split(r"[-+~]", packaged.rpartition(":")[2])[0]


def label_of(system: System, version: str) -> str:
    """How MariaDB names its version: with the packager's additions, which changed in 2024."""
    packaged = version_of(system, "MARIADB_VERSION")
    if "~ubu" not in packaged and "+maria~" in packaged:
        return f"{version}-MariaDB-{packaged}"
    release = re.search(r"^VERSION_ID=\"(\d+)\.(\d+)\"", read_text_or(system, "/etc/os-release"), re.MULTILINE)
    return f"{version}-MariaDB" + (f"-ubu{release[1]}{release[2]}" if release else "")


def version_text(system: System, name: str) -> str:
    """What --version prints."""
    version = server_version(system)
    if not is_mariadb(system):
        path = "/usr/sbin/mysqld" if name == "mysqld" else name
        return f"{path}  Ver {version} for Linux on x86_64 (MySQL Community Server - GPL)\n"
    label = label_of(system, version)
    if name.endswith("d"):
        return f"{name}  Ver {label} for debian-linux-gnu on x86_64 (mariadb.org binary distribution)\n"
    if int(version.partition(".")[0] or 0) >= 11:
        return f"{name} from {label.partition('-ubu')[0]}, client 15.2 for debian-linux-gnu (x86_64) using  EditLine wrapper\n"
    return f"{name}  Ver 15.1 Distrib {label.partition('-ubu')[0]}, for debian-linux-gnu (x86_64) using  EditLine wrapper\n"
