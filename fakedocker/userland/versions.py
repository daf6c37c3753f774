"""Which version a program is: what its own file says, else the image's variable.

The file's word comes first, as it is the program's own: it goes along where the file is copied to, and no variable of a
container changes it. Images whose files say nothing have the variable of their Dockerfile.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base import clock
from fakedocker.base.clock import SECOND_NS
from fakedocker.filesystem.program_files import HEADER_BYTES
from fakedocker.kernel.loader import read_image
from fakedocker.kernel.program import System

_BUSYBOX: Final = "1.35.0"
_BUSYBOX_BUILT: Final = "2024-06-10 07:11:47 UTC"
"""What a busybox is of which nothing says it."""


def version_of(system: System, variable: str, otherwise: str = "") -> str:
    """The version that goes by a variable's name, such as NODE_VERSION.

    Args:
        otherwise: what it is where neither the program's file nor the environment says it.
    """
    name, _, version = own_version(system).partition("=")
    return version if name == variable and version else system.environment.get(variable, "") or otherwise


def busybox_banner(system: System) -> str:
    """The first line of what busybox says of itself, without its end."""
    version = version_of(system, "BUSYBOX_VERSION")
    built = _BUSYBOX_BUILT
    try:
        if version:
            seconds = system.stat("/proc/self/exe").mtime_ns // SECOND_NS
            built = clock.rfc3339_seconds(seconds * SECOND_NS).replace("T", " ").replace("Z", " UTC")
        else:
            installed = system.read_file("/lib/apk/db/installed").decode("utf-8", "replace")
            found = re.search(r"^P:busybox\nV:([\d.]+)", installed, re.MULTILINE)
            version = found[1] if found else ""
    except OSError:
        pass
    return f"BusyBox v{version or _BUSYBOX} ({built})"


def own_version(system: System) -> str:
    """What the running program's own file says, as VARIABLE=VERSION; "" where it says nothing."""
    try:
        descriptor = system.open("/proc/self/exe")
    except OSError:
        return ""
    try:
        image = read_image(system.read(descriptor, HEADER_BYTES))
    finally:
        system.close(descriptor)
    return image.argument if image.kind == "program" else ""
