"""Who a container's process runs as: USER, --user and --group-add, looked up in the container's own passwd and group.

Source: moby daemon/oci_linux.go (getUser) and opencontainers user.GetExecUser; texts in recordings run-basics and exec.
"""

from __future__ import annotations

import functools

from msgspec import Struct

from fakedocker.base import messages
from fakedocker.base.numbers import is_digits
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft

LARGEST_ID = (1 << 31) - 1


class User(Struct, frozen=True):
    """A user as a process has it."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str

    @property
    def ids(self) -> tuple[int, int, tuple[int, ...]]:
        """uid, gid and supplementary groups, as the kernel takes them."""
        return (self.uid, self.gid, self.groups)


def resolve(draft: Draft, root: str, text: str, added_groups: tuple[str, ...] = ()) -> User:
    """Look up USER[:GROUP], by name or number.

    Args:
        root: the file system of the container.
        added_groups: further groups, by name or number.

    Raises:
        Refusal: there is no such user or group.
    """
    name, _, group_name = text.partition(":")
    passwd = _table(draft, root, "/etc/passwd")
    groups = _table(draft, root, "/etc/group")
    entry = next(
        (row for row in passwd if len(row) >= 6 and (row[0] == (name or "root") or row[2] == (name or "0"))), None
    )
    if entry is not None:
        uid, gid, home, login = int(entry[2]), int(entry[3]), entry[5] or "/", entry[0]
    elif not name or is_digits(name.removeprefix("-")):
        uid, gid, home, login = int(name or 0), 0, "/", ""
        if not 0 <= uid <= LARGEST_ID:
            raise messages.ID_RANGE()
    else:
        raise messages.NO_SUCH_USER(user=name)
    if group_name:
        gid = _group(groups, group_name)
        member_of: list[int] = []
    else:
        member_of = [
            int(row[2]) for row in groups if len(row) >= 4 and login and login in row[3] and login in row[3].split(",")
        ]
    member_of += [_group(groups, added) for added in added_groups]
    return User(uid, gid, tuple(sorted({gid, *member_of})), home)  # in the kernel's order


def _group(groups: tuple[tuple[str, ...], ...], name: str) -> int:
    for row in groups:
        if len(row) >= 3 and name in (row[0], row[2]):
            return int(row[2])
    if is_digits(name):
        return int(name)
    raise messages.NO_SUCH_GROUP(group=name)


def _table(draft: Draft, root: str, path: str) -> tuple[tuple[str, ...], ...]:
    try:
        return _rows(files.read(draft, root, path))
    except OSError:
        return ()


@functools.lru_cache(64)
def _rows(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The lines of a passwd or group file that have a number where one belongs. Most containers share one file."""
    rows = (tuple(line.split(":")) for line in data.decode("utf-8", "replace").splitlines())
    return tuple(row for row in rows if len(row) >= 3 and is_digits(row[2]))
