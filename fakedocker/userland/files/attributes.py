"""chmod, chown and chgrp: who may do what with a file."""

from __future__ import annotations

import errno

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.files.files import State, bad_mode
from fakedocker.userland.files.modes import ModeProblem, parse_mode
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    base_name,
    find_group,
    find_user,
    is_busybox,
    join,
    parse_options,
    stat_or_none,
    tell,
)

PROGRAMS = Register()
# attributes


def _walk(system: System, path: str, recursive: bool) -> list[str]:
    """The path and, where asked, everything below it."""
    found = [path]
    if recursive and (held := stat_or_none(system, path, follow=False)) is not None and held.kind == "dir":
        for name in system.list_directory(path):
            found += _walk(system, join(path, name), True)
    return found


@PROGRAMS.program("chmod", usage="[-Rcvf] MODE[,MODE]... FILE...\n")
def _chmod(system: System, argv: tuple[str, ...], state: State) -> int:
    # a mode may begin with a minus: chmod -x file
    modes = [word for word in argv[1:] if word.startswith("-") and len(word) > 1 and not word[1:].strip("rwxXst")]
    rest = tuple(word for word in argv if word not in modes)
    options = parse_options(
        system, rest, "Rcvf", {"recursive": "R", "changes": "c", "verbose": "v", "quiet": "f", "reference=": "ref"}
    )
    operands = (*modes, *options.operands)
    if len(operands) < 2:
        raise UsageProblem(
            "" if is_busybox(system) else f"missing operand after ‘{operands[0]}’" if operands else "missing operand"
        )
    text = operands[0]
    status = 0
    for name in operands[1:]:
        for path in _walk(system, name, "R" in options):
            try:
                found = system.stat(path)
                system.change_mode(path, parse_mode(text, found.mode, found.kind == "dir", system.umask))
            except ModeProblem:
                raise bad_mode(system, text) from None
            except OSError as problem:
                changing = problem.errno == errno.EPERM
                gnu = (
                    f"changing permissions of '{path}': {problem.strerror}"
                    if changing
                    else f"cannot access '{path}': {problem.strerror}"
                )
                tell(system, f"{path}: {problem.strerror}", gnu)
                status = 1
    return status


def parse_owner(system: System, text: str) -> tuple[int, int]:
    """user, user:group, :group, user: -> (uid or -1, gid or -1). Raises UsageProblem."""
    user, colon, group = (
        text.partition(":")
        if ":" in text
        else text.partition(".")
        if text.count(".") == 1 and find_user(system, text) is None
        else (text, "", "")
    )
    uid = gid = -1
    wrong = f"unknown user/group {text}" if colon and user else f"unknown {'user' if user else 'group'} {user or group}"
    if user:
        entry = find_user(system, user)
        if entry is not None:
            uid = int(entry[2])
            gid = int(entry[3]) if colon and not group else -1
        elif is_digits(user):
            uid = int(user)
        else:
            raise UsageProblem(wrong if is_busybox(system) else f"invalid user: ‘{text}’", bare=True)
    if group:
        found = find_group(system, group)
        if found is None and not is_digits(group):
            raise UsageProblem(wrong if is_busybox(system) else f"invalid group: ‘{text}’", bare=True)
        gid = int(group) if found is None else found
    return uid, gid


@PROGRAMS.program("chown", "chgrp", usage="[-RhLHPcvf]... USER[:[GRP]] FILE...\n")
def _chown(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"recursive": "R", "no-dereference": "h", "verbose": "v", "changes": "c", "quiet": "f"}
    options = parse_options(system, argv, "RhLHPcvf", long)
    if len(options.operands) < 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    text = options.operands[0]
    uid, gid = parse_owner(system, f":{text}" if base_name(argv[0]) == "chgrp" else text)
    status = 0
    for name in options.operands[1:]:
        for path in _walk(system, name, "R" in options):
            try:
                found = system.stat(path, follow=False)
                follow = "h" not in options and not ("R" in options and found.kind == "link")
                system.change_owner(path, uid, gid, follow=follow)
            except OSError as problem:
                changing = problem.errno == errno.EPERM
                gnu = (
                    f"changing ownership of '{path}': {problem.strerror}"
                    if changing
                    else f"cannot access '{path}': {problem.strerror}"
                )
                tell(system, f"{path}: {problem.strerror}", gnu)
                status = 1
    return status
