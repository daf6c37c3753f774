"""cp, mv and install: files and trees put somewhere else."""

from __future__ import annotations

import errno
from typing import Any

from fakedocker.kernel.program import CREATE, WRITE, Stat, System
from fakedocker.userland.files.attributes import parse_owner
from fakedocker.userland.files.files import State, make_parents, needed_operands, remove_tree
from fakedocker.userland.files.modes import parse_mode
from fakedocker.userland.tools import (
    Options,
    Register,
    base_name,
    is_busybox,
    is_directory,
    join,
    parse_options,
    say,
    stat_or_none,
    tell,
)

PROGRAMS = Register()
# copying


@PROGRAMS.program(
    "cp", usage="[-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }\n"
)
def _cp(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "archive": "a", "recursive": "r", "force": "f", "no-clobber": "n", "preserve=?": "p", "target-directory=": "t",
        "no-target-directory": "T", "verbose": "v", "update": "u", "dereference": "L", "no-dereference": "P",
        "symbolic-link": "s", "link": "l", "parents": "parents", "interactive": "i",
    }  # fmt: skip
    options = parse_options(system, argv, "arRPLHpdfinlst:TuvD", long)
    return _onto(system, options, _copy)


def _onto(system: System, options: Options, act: Any) -> int:
    """For each source call `act(system, source, target, options) -> bool`, the target being a file or in a directory."""
    operands = needed_operands(system, options, 1 if "t" in options else 2)
    target = options.last("t") or operands[-1]
    sources = operands if "t" in options else operands[:-1]
    into = "T" not in options and is_directory(system, target)
    if len(sources) > 1 and not into:
        if not is_busybox(system):
            missing = stat_or_none(system, target) is None
            say(system, f"target '{target}': {'No such file or directory' if missing else 'Not a directory'}")
            return 1
        into = True  # busybox finds out at each file
    status = 0
    for source in sources:
        place = join(target, base_name(source)) if into else target
        if not act(system, source, place, options):
            status = 1
    return status


def _copy(system: System, source: str, target: str, options: Options, top: bool = True) -> bool:
    recursive = any(letter in options for letter in ("r", "R", "a"))
    keep_links = "L" not in options and (
        "P" in options or "d" in options or "a" in options or (recursive and not ("H" in options and top))
    )
    try:
        found = system.stat(source, follow=not keep_links)
    except OSError as problem:
        tell(system, f"can't stat '{source}': {problem.strerror}", f"cannot stat '{source}': {problem.strerror}")
        return False
    if found.kind == "dir" and not recursive:
        tell(system, f"omitting directory '{source}'", f"-r not specified; omitting directory '{source}'")
        return False
    existing = stat_or_none(system, target)
    if existing is not None and (existing.device, existing.inode) == (found.device, found.inode):
        say(system, f"'{source}' and '{target}' are the same file")
        return False
    if existing is not None and found.kind != "dir":
        if "n" in options or ("u" in options and existing.mtime_ns >= found.mtime_ns):
            return True
        if existing.kind == "dir":
            tell(
                system,
                f"can't create '{target}': Is a directory",
                f"cannot overwrite directory '{target}' with non-directory",
            )
            return False
    if "v" in options:
        system.put(f"'{source}' -> '{target}'\n")
    if found.kind == "dir":
        return _copy_tree(system, source, target, options, found)
    return _copy_one(system, source, target, options, found)


def _copy_tree(system: System, source: str, target: str, options: Options, found: Stat) -> bool:
    try:
        if not is_directory(system, target):
            system.make_directory(target, found.mode & 0o777)
        names = system.list_directory(source)
    except OSError as problem:
        tell(
            system,
            f"can't create directory '{target}': {problem.strerror}",
            f"cannot create directory '{target}': {problem.strerror}",
        )
        return False
    system.charge(len(names))
    fine = True
    for name in names:
        fine = _copy(system, join(source, name), join(target, name), options, False) and fine
    _keep_attributes(system, target, options, found)
    return fine


def _copy_one(system: System, source: str, target: str, options: Options, found: Stat) -> bool:
    try:
        if found.kind == "link" or "s" in options:
            if stat_or_none(system, target, follow=False) is not None:
                system.remove_file(target)
            system.symlink(source if "s" in options else system.read_link(source), target)
            return True
        if "l" in options:
            system.link(source, target)
            return True
        if found.kind != "file" and any(letter in options for letter in ("r", "R", "a")):
            system.make_node(target, found.kind, found.mode, found.rdev)
            return True
        copy_content(system, source, target, found.mode & 0o777)
    except OSError as problem:
        if (
            problem.errno == errno.EACCES
            and stat_or_none(system, target) is None
            and not system.access(source, read=True)
        ):
            tell(
                system,
                f"can't open '{source}': {problem.strerror}",
                f"cannot open '{source}' for reading: {problem.strerror}",
            )
        else:
            tell(
                system,
                f"can't create '{target}': {problem.strerror}",
                f"cannot create regular file '{target}': {problem.strerror}",
            )
        return False
    _keep_attributes(system, target, options, found)
    return True


def copy_content(system: System, source: str, target: str, mode: int) -> None:
    """Copy a regular file's bytes. Raises OSError."""
    data = system.read_file(source, 1 << 40)
    if stat_or_none(system, target) is None:
        system.close(system.open(target, WRITE | CREATE, mode))
    system.write_file(target, data)


def _keep_attributes(system: System, target: str, options: Options, found: Stat) -> None:
    if "p" not in options and "a" not in options:
        return
    try:
        system.change_owner(target, found.uid, found.gid)
    except OSError as problem:
        if problem.errno != errno.EPERM:
            raise
    system.change_mode(target, found.mode)
    system.set_times(target, found.mtime_ns)


@PROGRAMS.program("mv", usage="[-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }\n")
def _mv(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "force": "f", "no-clobber": "n", "target-directory=": "t", "no-target-directory": "T", "verbose": "v",
        "update": "u", "interactive": "i",
    }  # fmt: skip
    return _onto(system, parse_options(system, argv, "fint:Tuv", long), _move)


def _move(system: System, source: str, target: str, options: Options) -> bool:
    found = stat_or_none(system, source, follow=False)
    existing = stat_or_none(system, target, follow=False)
    if found is None:
        said = "No such file or directory"
        tell(system, f"can't rename '{source}': {said}", f"cannot stat '{source}': {said}")
        return False
    if existing is not None and (existing.device, existing.inode) == (found.device, found.inode):
        say(system, f"'{source}' and '{target}' are the same file")
        return False
    if existing is not None and "n" in options:
        return True
    if existing is not None and existing.kind != "dir" and found.kind == "dir":
        tell(
            system,
            f"can't rename '{source}': Not a directory",
            f"cannot overwrite non-directory '{target}' with directory '{source}'",
        )
        return False
    if existing is not None and existing.kind == "dir" and found.kind != "dir":
        tell(
            system,
            f"can't rename '{source}': Is a directory",
            f"cannot overwrite directory '{target}' with non-directory",
        )
        return False
    if "v" in options:
        system.put(f"renamed '{source}' -> '{target}'\n" if not is_busybox(system) else f"'{source}' -> '{target}'\n")
    try:
        system.rename(source, target)
    except OSError as problem:
        if problem.errno == errno.EXDEV:
            whole = Options((*options.given, ("a", "")), options.operands)
            quiet = Options(tuple(pair for pair in whole.given if pair[0] != "v"), whole.operands)
            return _copy(system, source, target, quiet) and remove_tree(
                system, source, Options((("r", ""), ("f", "")), ())
            )
        gnu = f"cannot move '{source}' to '{target}': {problem.strerror}"
        if problem.errno == errno.EINVAL:
            gnu = f"cannot move '{source}' to a subdirectory of itself, '{target}'"
        tell(system, f"can't rename '{source}': {problem.strerror}", gnu)
        return False
    return True


@PROGRAMS.program("install", usage="[-cdDsp] [-o USER] [-g GRP] [-m MODE] [-t DIR] [SOURCE]... DEST\n")
def _install(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"directory": "d", "mode=": "m", "owner=": "o", "group=": "g", "target-directory=": "t", "verbose": "v"}
    options = parse_options(system, argv, "cdDspvo:g:m:t:", long)
    mode = parse_mode(options.last("m", "755"), 0, False, 0)
    uid, gid = parse_owner(
        system, f"{options.last('o')}:{options.last('g')}" if options.last("g") else options.last("o")
    )
    if "d" in options:
        for name in needed_operands(system, options):
            make_parents(system, name.rstrip("/") + "/x")
            system.change_mode(name, mode)
            system.change_owner(name, uid, gid)
        return 0

    def place(system: System, source: str, target: str, options: Options) -> bool:
        if "D" in options:
            make_parents(system, target)
        if not _copy(system, source, target, Options((), ())):
            return False
        system.change_mode(target, mode)
        system.change_owner(target, uid, gid)
        return True

    return _onto(system, options, place)
