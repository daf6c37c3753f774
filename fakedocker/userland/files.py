"""Utilities that change files: touch, mkdir, rmdir, rm, cp, mv, ln, chmod, chown, mktemp, truncate, install, dd."""

from __future__ import annotations

import errno
from typing import Any

from fakedocker.kernel.program import CREATE, TRUNCATE, WRITE, Stat, System
from fakedocker.userland.dates import parse_date
from fakedocker.userland.modes import ModeProblem, parse_mode
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    find_group,
    find_user,
    is_busybox,
    is_directory,
    join,
    parse_options,
    parse_size,
    say,
    stat_or_none,
    tell,
)

PROGRAMS = Register()
State = dict[str, Any]


def _need(system: System, options: Options, count: int = 1) -> tuple[str, ...]:
    """The operands, at least so many."""
    if len(options.operands) >= count:
        return options.operands
    if is_busybox(system):
        raise UsageProblem()
    if count > 1 and options.operands:
        raise UsageProblem(f"missing destination file operand after '{options.operands[0]}'")
    raise UsageProblem("missing file operand" if count > 1 else "missing operand")


@PROGRAMS.program("touch", usage="[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...\n")
def _touch(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"no-create": "c", "date=": "d", "reference=": "r", "time=": "T"}
    options = parse_options(system, argv, "cfamhd:t:r:", long)
    when_ns = system.now_ns
    if "r" in options:
        when_ns = system.stat(options.last("r")).mtime_ns
    elif options.last("d") or options.last("t"):
        text = options.last("d") or options.last("t")
        seconds = parse_date(text, system.now_ns // 1_000_000_000)
        if seconds is None:
            raise UsageProblem(
                f"invalid date '{text}'" if is_busybox(system) else f"invalid date format ‘{text}’", bare=True
            )
        when_ns = seconds * 1_000_000_000
    status = 0
    for name in _need(system, options):
        try:
            if stat_or_none(system, name) is None:
                if "c" in options:
                    continue
                system.close(system.open(name, WRITE | CREATE))
            system.set_times(name, when_ns)
        except OSError as problem:
            tell(system, f"{name}: {problem.strerror}", f"cannot touch '{name}': {problem.strerror}")
            status = 1
    return status


@PROGRAMS.program("mkdir", usage="[-m MODE] [-p] DIRECTORY...\n")
def _mkdir(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "m:pvZ", {"mode=": "m", "parents": "p", "verbose": "v"})
    mode = 0o777
    if "m" in options:
        try:
            mode = parse_mode(options.last("m"), 0o777, True, system.umask)
        except ModeProblem:
            raise _bad_mode(system, options.last("m")) from None
    status = 0
    for name in _need(system, options):
        try:
            if "p" in options:
                _make_parents(system, name)
            if "p" not in options or not is_directory(system, name):
                system.make_directory(name, mode)
                if "m" in options:
                    system.change_mode(name, mode)
                if "v" in options:
                    system.put(
                        f"created directory: '{name}'\n"
                        if is_busybox(system)
                        else f"mkdir: created directory '{name}'\n"
                    )
        except OSError as problem:
            said = problem.strerror
            tell(system, f"can't create directory '{name}': {said}", f"cannot create directory ‘{name}’: {said}")
            status = 1
    return status


def _bad_mode(system: System, text: str) -> UsageProblem:
    if is_busybox(system):
        return UsageProblem(f"invalid mode '{text}'", bare=True)
    return UsageProblem(f"invalid mode: ‘{text}’")


def _make_parents(system: System, name: str) -> None:
    parts = name.rstrip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        path = "/".join(parts[:count])
        if path and stat_or_none(system, path) is None:
            system.make_directory(path, 0o777)


@PROGRAMS.program("rmdir", usage="[-p] DIRECTORY...\n")
def _rmdir(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"ignore-fail-on-non-empty": "i", "parents": "p", "verbose": "v"}
    options = parse_options(system, argv, "pv", long)
    status = 0
    for name in _need(system, options):
        path = name
        while path:
            try:
                system.remove_directory(path)
            except OSError as problem:
                if problem.errno == errno.ENOTEMPTY and "i" in options:
                    break
                tell(system, f"'{path}': {problem.strerror}", f"failed to remove '{path}': {problem.strerror}")
                status = 1
                break
            path = path.rstrip("/").rpartition("/")[0] if "p" in options else ""
    return status


@PROGRAMS.program("rm", usage="[-irf] FILE...\n")
def _rm(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"force": "f", "recursive": "r", "dir": "d", "verbose": "v", "no-preserve-root": "P", "interactive=?": "i"}
    options = parse_options(system, argv, "firRdvI", long)
    if not options.operands and "f" in options:
        return 0
    status = 0
    for name in _need(system, options):
        if base_name(name) in (".", "..") and base_name(name):
            gnu = f"refusing to remove '.' or '..' directory: skipping '{name}'"
            tell(system, "can't remove '.' or '..'", gnu)
            status = 1
        elif not _remove(system, name, options):
            status = 1
    return status


def _remove(system: System, path: str, options: Options) -> bool:
    """Remove a file or, with -r, a tree; False after a message."""
    force = "f" in options
    try:
        found = system.stat(path, follow=False)
        if found.kind == "dir":
            if "d" in options and "r" not in options and "R" not in options:
                system.remove_directory(path)
                return True
            if "r" not in options and "R" not in options:
                tell(system, f"'{path}' is a directory", f"cannot remove '{path}': Is a directory")
                return False
            fine = True
            names = system.list_directory(path)
            system.charge(len(names))
            for name in names:
                fine = _remove(system, join(path, name), options) and fine
            if not fine:
                return False
            system.remove_directory(path)
        else:
            system.remove_file(path)
        if "v" in options:
            kind = "directory " if found.kind == "dir" else ""
            system.put(f"removed {kind}'{path}'\n")
    except OSError as problem:
        if force and problem.errno in (errno.ENOENT, errno.ENOTDIR):
            return True
        tell(system, f"can't remove '{path}': {problem.strerror}", f"cannot remove '{path}': {problem.strerror}")
        return False
    return True


@PROGRAMS.program("unlink", usage="FILE\n")
def _unlink(system: System, argv: tuple[str, ...], state: State) -> int:
    (name,) = _need(system, parse_options(system, argv, ""))[:1]
    try:
        system.remove_file(name)
    except OSError as problem:
        tell(system, f"can't remove file '{name}': {problem.strerror}", f"cannot unlink '{name}': {problem.strerror}")
        return 1
    return 0


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
    operands = _need(system, options, 1 if "t" in options else 2)
    target = options.last("t") or operands[-1]
    sources = operands if "t" in options else operands[:-1]
    into = "T" not in options and is_directory(system, target)
    if len(sources) > 1 and not into:
        if stat_or_none(system, target) is None:
            tell(system, f"target '{target}' is not a directory", f"target '{target}': No such file or directory")
        else:
            tell(system, f"target '{target}' is not a directory", f"target '{target}': Not a directory")
        return 1
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
    long = {"force": "f", "no-clobber": "n", "target-directory=": "t", "no-target-directory": "T", "verbose": "v", "update": "u", "interactive": "i"}  # fmt: skip
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
            return _copy(system, source, target, quiet) and _remove(system, source, Options((("r", ""), ("f", "")), ()))
        tell(
            system,
            f"can't rename '{source}': {problem.strerror}",
            f"cannot move '{source}' to '{target}': {problem.strerror}",
        )
        return False
    return True


@PROGRAMS.program("ln", usage="[-sfnbtv] [-S SUF] TARGET... LINK|DIR\n")
def _ln(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"symbolic": "s", "force": "f", "no-dereference": "n", "target-directory=": "t", "no-target-directory": "T", "verbose": "v", "relative": "r"}  # fmt: skip
    options = parse_options(system, argv, "sfnbt:TvirS:", long)
    operands = _need(system, options)
    target = options.last("t") or (operands[-1] if len(operands) > 1 else ".")
    sources = operands if "t" in options or len(operands) == 1 else operands[:-1]
    link_to_directory = (
        "n" in options and (found := stat_or_none(system, target, follow=False)) is not None and found.kind == "link"
    )
    into = "T" not in options and not link_to_directory and is_directory(system, target)
    status = 0
    for source in sources:
        place = join(target, base_name(source)) if into else target
        shown = place.removeprefix("./") if len(operands) == 1 else place
        try:
            if "f" in options and stat_or_none(system, place, follow=False) is not None:
                system.remove_file(place)
            if "s" in options:
                system.symlink(source, place)
            else:
                system.link(source, place)
        except OSError as problem:
            kind = "symbolic" if "s" in options else "hard"
            missing = problem.errno == errno.ENOENT and "s" not in options
            gnu = (
                f"failed to access '{source}': {problem.strerror}"
                if missing
                else f"failed to create {kind} link '{shown}': {problem.strerror}"
            )
            tell(system, f"{shown}: {problem.strerror}", gnu)
            status = 1
    return status


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
                raise _bad_mode(system, text) from None
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
    if user:
        entry = find_user(system, user)
        if entry is not None:
            uid = int(entry[2])
            gid = int(entry[3]) if colon and not group else -1
        elif user.isdecimal():
            uid = int(user)
        else:
            raise UsageProblem(f"unknown user {user}" if is_busybox(system) else f"invalid user: ‘{text}’", bare=True)
    if group:
        found = find_group(system, group)
        if found is None and not group.isdecimal():
            raise UsageProblem(
                f"unknown group {group}" if is_busybox(system) else f"invalid group: ‘{text}’", bare=True
            )
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


@PROGRAMS.program("mktemp", usage="[-dt] [-p DIR] [TEMPLATE]\n")
def _mktemp(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "dqtup:", {"directory": "d", "tmpdir=?": "p", "dry-run": "u", "quiet": "q"})
    template = options.operands[0] if options.operands else "tmp.XXXXXX" if is_busybox(system) else "tmp.XXXXXXXXXX"
    count = len(template) - len(template.rstrip("X"))
    if count < 3:
        raise UsageProblem(f"too few X's in template ‘{template}’", bare=True)
    directory = options.last("p") or (
        "" if options.operands and "t" not in options else system.environment.get("TMPDIR", "/tmp")
    )
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    name = template[:-count] + "".join(letters[system.random(len(letters))] for _ in range(count))
    path = join(directory, name) if directory else name
    try:
        if "d" in options:
            system.make_directory(path, 0o700)
        elif "u" not in options:
            system.close(system.open(path, WRITE | CREATE, 0o600))
    except OSError as problem:
        kind = "directory" if "d" in options else "file"
        whole = join(directory, template) if directory else template
        tell(
            system, f"(null): {problem.strerror}", f"failed to create {kind} via template ‘{whole}’: {problem.strerror}"
        )
        return 1
    system.put(f"{path}\n")
    return 0


@PROGRAMS.program("truncate", usage="[-c] -s SIZE FILE...\n")
def _truncate(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "cs:", {"no-create": "c", "size=": "s"})
    text = options.last("s")
    size = parse_size(text.lstrip("+-<>/%"))
    if size is None:
        raise UsageProblem(
            f"Invalid number: ‘{text}’"
            if text
            else ""
            if is_busybox(system)
            else "you must specify either ‘--size’ or ‘--reference’"
        )
    for name in _need(system, options):
        if "c" in options and stat_or_none(system, name) is None:
            continue
        try:
            descriptor = system.open(name, WRITE | CREATE)
            old = system.fstat(descriptor).size_bytes
            new = old + size if text.startswith("+") else max(0, old - size) if text.startswith("-") else size
            system.truncate(descriptor, new)
            system.close(descriptor)
        except OSError as problem:
            tell(system, f"{name}: open: {problem.strerror}", f"cannot open '{name}' for writing: {problem.strerror}")
            return 1
    return 0


@PROGRAMS.program("install", usage="[-cdDsp] [-o USER] [-g GRP] [-m MODE] [-t DIR] [SOURCE]... DEST\n")
def _install(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"directory": "d", "mode=": "m", "owner=": "o", "group=": "g", "target-directory=": "t", "verbose": "v"}
    options = parse_options(system, argv, "cdDspvo:g:m:t:", long)
    mode = parse_mode(options.last("m", "755"), 0, False, 0)
    uid, gid = parse_owner(
        system, f"{options.last('o')}:{options.last('g')}" if options.last("g") else options.last("o")
    )
    if "d" in options:
        for name in _need(system, options):
            _make_parents(system, name.rstrip("/") + "/x")
            system.change_mode(name, mode)
            system.change_owner(name, uid, gid)
        return 0

    def place(system: System, source: str, target: str, options: Options) -> bool:
        if "D" in options:
            _make_parents(system, target)
        if not _copy(system, source, target, Options((), ())):
            return False
        system.change_mode(target, mode)
        system.change_owner(target, uid, gid)
        return True

    return _onto(system, options, place)


@PROGRAMS.program("mkfifo", usage="[-m MODE] NAME\n")
def _mkfifo(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "m:", {"mode=": "m"})
    status = 0
    for name in _need(system, options):
        try:
            system.make_node(name, "fifo", int(options.last("m", "666"), 8))
        except OSError as problem:
            tell(system, f"{name}: {problem.strerror}", f"cannot create fifo '{name}': {problem.strerror}")
            status = 1
    return status


@PROGRAMS.program("sync", "fsync")
def _sync(system: System, argv: tuple[str, ...], state: State) -> int:
    return 0


# dd


@PROGRAMS.program("dd", usage="[if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N]\n")
def _dd(system: System, argv: tuple[str, ...], state: State) -> int:
    """Restartable between blocks: everything it knows is in `state`."""
    if "settings" not in state:
        state["settings"] = settings = _dd_settings(argv)
        state.update(whole=0, part=0, out=0, started_ns=system.now_ns)
        try:
            state["in"] = system.open(settings["if"]) if "if" in settings else 0
            state["to"] = 1
            if "of" in settings:
                cut = 0 if "notrunc" in settings.get("conv", "") else TRUNCATE
                state["to"] = system.open(settings["of"], WRITE | CREATE | cut)
                if int(settings.get("seek", 0)):
                    system.seek(state["to"], int(settings["seek"]) * settings["bytes"])
            if int(settings.get("skip", 0)):
                system.seek(state["in"], int(settings["skip"]) * settings["bytes"])
        except OSError as problem:
            name = settings.get("of") if "in" in state else settings.get("if")
            tell(system, f"can't open '{name}': {problem.strerror}", f"failed to open '{name}': {problem.strerror}")
            return 1
    settings = state["settings"]
    size, limit = settings["bytes"], settings.get("count")
    while limit is None or state["whole"] + state["part"] < int(limit):
        data = system.read(state["in"], size)
        if not data:
            break
        state["whole" if len(data) == size else "part"] += 1
        state["out"] += len(data)
        try:
            system.put(data, state["to"])
        except OSError as problem:
            say(system, f"error writing '{settings.get('of', 'standard output')}': {problem.strerror}")
            return 1
        system.charge(len(data) // 4096)
    _dd_report(system, state)
    return 0


def _dd_settings(argv: tuple[str, ...]) -> dict[str, Any]:
    settings: dict[str, Any] = {"bytes": 512}
    for word in argv[1:]:
        key, equals, value = word.partition("=")
        if not equals or key not in (
            "if",
            "of",
            "bs",
            "ibs",
            "obs",
            "count",
            "skip",
            "seek",
            "conv",
            "status",
            "iflag",
            "oflag",
        ):
            raise UsageProblem(f"unrecognized operand ‘{word}’")
        settings[key] = value
    for key in ("bs", "count", "skip", "seek"):
        if key in settings:
            number = parse_size(settings[key])
            if number is None:
                raise UsageProblem(f"invalid number: ‘{settings[key]}’", bare=True)
            settings["bytes" if key == "bs" else key] = number
    return settings


def _dd_report(system: System, state: State) -> None:
    if state["settings"].get("status") == "none":
        return
    records = f"{state['whole']}+{state['part']}"
    system.put(f"{records} records in\n{records} records out\n", 2)
    if state["settings"].get("status") == "noxfer":
        return
    seconds = max((system.now_ns - state["started_ns"]) / 1e9, 0.000001)
    total = state["out"]
    if is_busybox(system):
        system.put(
            f"{total} bytes ({_binary(total)}B) copied, {seconds:.6f} seconds, {_binary(int(total / seconds))}B/s\n", 2
        )
        return
    sizes = f" ({_decimal(total)}, {_binary(total, True)})" if total >= 1024 else ""
    plural = "byte" if total == 1 else "bytes"
    system.put(f"{total} {plural}{sizes} copied, {seconds:g} s, {_decimal(int(total / seconds))}/s\n", 2)


def _scaled(size: int, step: int, units: tuple[str, ...]) -> tuple[float, str]:
    """The size in the largest unit in which it is at least 1."""
    value, place = float(size), 0
    while value >= step and place < len(units) - 1:
        value /= step
        place += 1
    return value, units[place]


def _binary(size: int, long: bool = False) -> str:
    value, unit = _scaled(size, 1024, ("", "K", "M", "G", "T"))
    return f"{value:.1f} {unit}iB".replace(".0 ", " ") if long else f"{value:.1f}{unit}" if unit else f"{size}"


def _decimal(size: int) -> str:
    value, unit = _scaled(size, 1000, ("", "k", "M", "G", "T"))
    return f"{value:.1f} {unit}B".replace(".0 ", " ")
