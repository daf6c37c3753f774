"""/etc/passwd, /etc/group and their shadows as one table that is read, changed and written back; and new home
directories.

It must not know which program changes it.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.files.files import make_parents
from fakedocker.userland.inputs import bytes_of, text_of
from fakedocker.userland.tools import join, stat_or_none

DAY_NS: Final = 86_400 * 10**9
SKELETON: Final = "/etc/skel"
NORMAL_AGING: Final = ":0:99999:7:::"
SYSTEM_AGING: Final = "::::::"
"""What follows the day of the last change in a line of /etc/shadow: the usual limits, or none."""


class Accounts:
    """The accounts of a root. Lines that are none of the usual form are kept as they are."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._files: dict[str, list[list[str]]] = {}
        self._before: dict[str, list[list[str]]] = {}
        for path in ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"):
            try:
                text = text_of(system.read_file(path))
            except OSError:
                continue
            self._files[path] = [line.split(":") for line in text.splitlines()]
            self._before[path] = [list(line) for line in self._files[path]]

    @property
    def users(self) -> list[list[str]]:
        """name, password, uid, gid, comment, home, shell."""
        return [line for line in self._files.get("/etc/passwd", []) if len(line) >= 7]

    @property
    def groups(self) -> list[list[str]]:
        """name, password, gid, members with commas."""
        return [line for line in self._files.get("/etc/group", []) if len(line) >= 4]

    def user(self, name: str) -> list[str] | None:
        return next((line for line in self.users if line[0] == name), None)

    def group(self, name: str) -> list[str] | None:
        return next((line for line in self.groups if line[0] == name), None)

    def group_of(self, text: str) -> list[str] | None:
        """A group by name, or by its number."""
        return self.group(text) or next((line for line in self.groups if line[2] == text), None)

    def has_uid(self, uid: int) -> bool:
        return any(line[2] == str(uid) for line in self.users)

    def has_gid(self, gid: int) -> bool:
        return any(line[2] == str(gid) for line in self.groups)

    def free_id(self, numbers: range, *, uid: bool = True, gid: bool = True) -> int | None:
        """The first of some numbers that no user, and no group, has."""
        taken = {line[2] for line in self.users} if uid else set()
        taken |= {line[2] for line in self.groups} if gid else set()
        return next((number for number in numbers if str(number) not in taken), None)

    def add_group(self, name: str, gid: int) -> None:
        self._append("/etc/group", [name, "x", str(gid), ""])
        self._append("/etc/gshadow", [name, "!", "", ""], only_if_there=True)

    def add_user(self, name: str, uid: int, gid: int, comment: str, home: str, shell: str, aging: str) -> None:
        self._append("/etc/passwd", [name, "x", str(uid), str(gid), comment, home, shell])
        days = self._system.now_ns // DAY_NS
        self._append("/etc/shadow", f"{name}:!:{days}{aging}".split(":"), only_if_there=True)

    def _append(self, path: str, line: list[str], only_if_there: bool = False) -> None:
        if not only_if_there or path in self._files:
            self._files.setdefault(path, []).append(line)

    def add_member(self, group: list[str], name: str) -> bool:
        """Put a user among the members of a group; False where it is one already."""
        members = [member for member in group[3].split(",") if member]
        if name in members:
            return False
        group[3] = ",".join([*members, name])
        return True

    def remove_member(self, group: list[str], name: str) -> bool:
        members = [member for member in group[3].split(",") if member]
        group[3] = ",".join(member for member in members if member != name)
        return name in members

    def set_password(self, name: str, hashed: str) -> None:
        for line in self._files.get("/etc/shadow", []):
            if line[0] == name:
                line[1:3] = [hashed, str(self._system.now_ns // DAY_NS)]

    def remove_user(self, name: str) -> None:
        """Forget a user, also as a member of groups."""
        for path in ("/etc/passwd", "/etc/shadow"):
            if path in self._files:
                self._files[path] = [line for line in self._files[path] if line[0] != name]
        for group in self.groups:
            self.remove_member(group, name)

    def remove_group(self, name: str) -> None:
        for path in ("/etc/group", "/etc/gshadow"):
            if path in self._files:
                self._files[path] = [line for line in self._files[path] if line[0] != name]

    def save(self) -> None:
        """Write what has changed. Raises OSError for who may not."""
        for path, lines in self._files.items():
            if lines != self._before.get(path):
                text = "".join(":".join(line) + "\n" for line in lines)
                self._system.write_file(path, bytes_of(text))


def make_home(system: System, path: str, uid: int, gid: int, mode: int, *, skeleton: bool = True) -> None:
    """A home directory, with the files of /etc/skel, all of it the user's."""
    make_parents(system, path)
    system.make_directory(path, mode)
    if skeleton:
        _copy_skeleton(system, SKELETON, path, uid, gid)
    system.change_owner(path, uid, gid)
    system.change_mode(path, mode)


def _copy_skeleton(system: System, source: str, target: str, uid: int, gid: int) -> None:
    if stat_or_none(system, source) is None:
        return
    for name in sorted(system.list_directory(source)):
        old, new = join(source, name), join(target, name)
        found = system.stat(old, follow=False)
        if found.kind == "dir":
            system.make_directory(new, found.mode)
            _copy_skeleton(system, old, new, uid, gid)
        elif found.kind == "link":
            system.symlink(system.read_link(old), new)
        else:
            system.write_file(new, system.read_file(old), mode=found.mode)
        system.change_owner(new, uid, gid, follow=False)


def remove_tree(system: System, path: str) -> None:
    """Remove a directory with all that is in it."""
    for name in system.list_directory(path):
        child = join(path, name)
        if system.stat(child, follow=False).kind == "dir":
            remove_tree(system, child)
        else:
            system.remove_file(child)
    system.remove_directory(path)
