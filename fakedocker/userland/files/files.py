"""Utilities that make and remove files: touch, mkdir, rmdir, rm, unlink, ln, mktemp, truncate, mkfifo, sync."""

from __future__ import annotations

import errno
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import CREATE, WRITE, System
from fakedocker.userland.files.modes import ModeProblem, parse_mode
from fakedocker.userland.processes.date_texts import read_date_ns
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
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
_OPERANDS = frozenset({"mkdir", "rm", "rmdir", "unlink", "mkfifo"})  # GNU's other programs miss a *file* operand


def needed_operands(system: System, options: Options, count: int = 1) -> tuple[str, ...]:
    """The operands, at least so many."""
    if len(options.operands) >= count:
        return options.operands
    if is_busybox(system):
        raise UsageProblem()
    if count > 1 and options.operands:
        raise UsageProblem(f"missing destination file operand after '{options.operands[0]}'")
    noun = "operand" if base_name(system.argv[0]) in _OPERANDS else "file operand"
    raise UsageProblem(f"missing {noun}")


@PROGRAMS.program("touch", usage="[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...\n")
def _touch(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"no-create": "c", "date=": "d", "reference=": "r", "time=": "T"}
    options = parse_options(system, argv, "cfamhd:t:r:", long)
    when_ns = system.now_ns
    if "r" in options:
        when_ns = system.stat(options.last("r")).mtime_ns
    elif options.last("d") or options.last("t"):
        text = options.last("d") or options.last("t")
        found_ns = read_date_ns(system, text)
        if found_ns is None:
            raise UsageProblem(
                f"invalid date '{text}'" if is_busybox(system) else f"invalid date format ‘{text}’", bare=True
            )
        when_ns = found_ns
    status = 0
    for name in needed_operands(system, options):
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
            raise bad_mode(system, options.last("m")) from None
    status = 0
    for name in needed_operands(system, options):
        try:
            if "p" in options:
                make_parents(system, name)
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


def bad_mode(system: System, text: str) -> UsageProblem:
    if is_busybox(system):
        return UsageProblem(f"invalid mode '{text}'", bare=True)
    return UsageProblem(f"invalid mode: ‘{text}’")


def make_parents(system: System, name: str) -> None:
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
    for name in needed_operands(system, options):
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
    for name in needed_operands(system, options):
        if base_name(name) in (".", "..") and base_name(name):
            gnu = f"refusing to remove '.' or '..' directory: skipping '{name}'"
            tell(system, "can't remove '.' or '..'", gnu)
            status = 1
        elif not remove_tree(system, name, options):
            status = 1
    return status


def remove_tree(system: System, path: str, options: Options) -> bool:
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
                fine = remove_tree(system, join(path, name), options) and fine
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
    (name,) = needed_operands(system, parse_options(system, argv, ""))[:1]
    try:
        system.remove_file(name)
    except OSError as problem:
        tell(system, f"can't remove file '{name}': {problem.strerror}", f"cannot unlink '{name}': {problem.strerror}")
        return 1
    return 0


@PROGRAMS.program("ln", usage="[-sfnbtv] [-S SUF] TARGET... LINK|DIR\n")
def _ln(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "symbolic": "s", "force": "f", "no-dereference": "n", "target-directory=": "t", "no-target-directory": "T",
        "verbose": "v", "relative": "r",
    }  # fmt: skip
    options = parse_options(system, argv, "sfnbt:TvirS:", long)
    operands = needed_operands(system, options)
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
            if "s" not in options and is_directory(system, source) and not is_busybox(system):
                say(system, f"{source}: hard link not allowed for directory")
                status = 1
            elif "s" in options:
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
            tell(system, f"{source if missing else shown}: {problem.strerror}", gnu)
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
    for name in needed_operands(system, options):
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


@PROGRAMS.program("mkfifo", usage="[-m MODE] NAME\n")
def _mkfifo(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "m:", {"mode=": "m"})
    status = 0
    for name in needed_operands(system, options):
        try:
            system.make_node(name, "fifo", int(options.last("m", "666"), 8))
        except OSError as problem:
            tell(system, f"{name}: {problem.strerror}", f"cannot create fifo '{name}': {problem.strerror}")
            status = 1
    return status


@PROGRAMS.program("mknod", usage="[-m MODE] NAME TYPE [MAJOR MINOR]\n")
def _mknod(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "m:", {"mode=": "m"})
    words = needed_operands(system, options)
    kind = {"b": "block", "c": "char", "u": "char", "p": "fifo"}.get(words[1] if len(words) > 1 else "")
    if kind is None or len(words) != (2 if kind == "fifo" else 4):
        raise UsageProblem("")
    if not all(is_digits(word) for word in words[2:]):
        raise UsageProblem(f"invalid number '{next(word for word in words[2:] if not is_digits(word))}'", bare=True)
    numbers = (int(words[2]), int(words[3])) if kind != "fifo" else (0, 0)
    try:
        system.make_node(words[0], kind, int(options.last("m", "666"), 8), numbers)
    except OSError as problem:
        tell(system, f"{words[0]}: {problem.strerror}", f"{words[0]}: {problem.strerror}")
        return 1
    return 0


@PROGRAMS.program("sync", "fsync")
def _sync(system: System, argv: tuple[str, ...], state: State) -> int:
    return 0
