"""Users that packages make for their services. Must not know which packages."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import find_group, find_user

_FIRST_SYSTEM_ID = 100


def add_system_user(system: System, name: str, shell: str, home: str) -> tuple[int, int]:
    """A user with a group of its own, unless there is one.

    Returns:
        uid and gid.
    """
    user = find_user(system, name)
    if user is not None:
        return int(user[2]), int(user[3])
    gid = find_group(system, name)
    if gid is None:
        gid = _free(system, "/etc/group")
        system.write_file("/etc/group", f"{name}:x:{gid}:{name}\n".encode(), append=True)
    uid = _free(system, "/etc/passwd")
    system.write_file("/etc/passwd", f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}\n".encode(), append=True)
    return uid, gid


def _free(system: System, path: str) -> int:
    """The lowest number from 100 on that no line of the file has."""
    taken = {fields[2] for line in read_text_or(system, path).splitlines() if len(fields := line.split(":")) > 2}
    number = _FIRST_SYSTEM_ID
    while str(number) in taken:
        number += 1
    return number
