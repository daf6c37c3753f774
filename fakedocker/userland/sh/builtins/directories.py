"""Builtins for the working directory: cd, pwd, pushd, popd, dirs, umask."""

from __future__ import annotations

import errno
import posixpath

from fakedocker.base.numbers import is_digits
from fakedocker.userland.files.modes import ModeProblem, parse_mode, symbolic
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.parameters import lookup, text_of
from fakedocker.userland.sh.state import ShellState
from fakedocker.userland.sh.variables import assign


def logical_directory(shell: ShellState) -> str:
    """The working directory as the user came to it: $PWD where it still names it."""
    path = text_of(shell.variables.get("PWD"))
    actual = shell.system.directory
    if path == actual or not path.startswith("/"):
        return actual
    try:
        return path if shell.system.real_path(path) == actual else actual
    except OSError:
        return actual


def change(shell: ShellState, path: str, physical: bool = False) -> None:
    """Change to a directory and set PWD and OLDPWD. Raises OSError."""
    old = logical_directory(shell)
    target = posixpath.normpath(posixpath.join(old, path))
    if target.startswith("//"):
        target = target[1:]
    if physical:
        target = shell.system.real_path(path)
    shell.system.change_directory(target)
    assign(shell, "OLDPWD", old)
    assign(shell, "PWD", target)


@builtin("cd", "chdir")
def _cd(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    physical = False
    while words and len(words[0]) > 1 and words[0][0] == "-" and not words[0][1:].strip("LPe"):
        physical = "P" in words[0]
        words = words[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if len(words) > 1 and shell.is_bash():
        return complain(shell, "cd", "too many arguments")
    if not words:
        home = lookup(shell, "HOME")
        if home is None:
            return complain(shell, "cd", "HOME not set") if shell.is_bash() else 0
        words = (home,)
    target = words[0]
    show = target == "-"
    if show:
        previous = lookup(shell, "OLDPWD")
        if previous is None and shell.is_bash():
            return complain(shell, "cd", "OLDPWD not set")
        target = previous or logical_directory(shell)
    return _change_along(shell, target, words[0], show, physical)


def _change_along(shell: ShellState, target: str, word: str, show: bool, physical: bool) -> int:
    """Try the directories of CDPATH, then the target itself."""
    problem: OSError | None = None
    for prefix in _search_path(shell, target):
        try:
            change(shell, posixpath.join(prefix, target) if prefix else target, physical)
        except OSError as found:
            problem = found
            continue
        if show or prefix not in ("", "."):
            shell.out(f"{logical_directory(shell)}\n")
        return 0
    assert problem is not None
    if shell.is_bash():
        return complain(shell, "cd", f"{target}: {problem.strerror}")
    said = f": {problem.strerror}" if shell.dialect.name == "ash" else ""
    shell.complain(f"can't cd to {word}{said}", "cd")
    return 2 if shell.dialect.name == "dash" else 1 if problem.errno == errno.EACCES else 2


def _search_path(shell: ShellState, target: str) -> list[str]:
    cdpath = text_of(shell.variables.get("CDPATH"))
    if not cdpath or target.startswith(("/", "./", "../")) or target in (".", ".."):
        return [""]
    return [*cdpath.split(":"), ""]


@builtin("pwd", writes=True)
def _pwd(shell: ShellState, argv: tuple[str, ...]) -> int:
    physical = "-P" in argv[1:]
    shell.out(f"{shell.system.directory if physical else logical_directory(shell)}\n")
    return 0


@builtin("pushd", "popd", "dirs", only="bash", writes=True)
def _directory_stack(shell: ShellState, argv: tuple[str, ...]) -> int:
    here = logical_directory(shell)
    try:
        if argv[0] == "pushd":
            if len(argv) > 1:
                change(shell, argv[1])
                shell.directories = (here, *shell.directories)
            elif not shell.directories:
                return complain(shell, "pushd", "no other directory")
            else:
                change(shell, shell.directories[0])
                shell.directories = (here, *shell.directories[1:])
        elif argv[0] == "popd":
            if not shell.directories:
                return complain(shell, "popd", "directory stack empty")
            change(shell, shell.directories[0])
            shell.directories = shell.directories[1:]
    except OSError as problem:
        return complain(shell, argv[0], f"{argv[1] if len(argv) > 1 else here}: {problem.strerror}")
    home = text_of(shell.variables.get("HOME"))
    shown = [
        "~" + path[len(home) :] if home and (path == home or path.startswith(home + "/")) else path
        for path in (logical_directory(shell), *shell.directories)
    ]
    shell.out(" ".join(shown) + "\n")
    return 0


@builtin("umask")
def _umask(shell: ShellState, argv: tuple[str, ...]) -> int:
    system = shell.system
    words = argv[1:]
    show_symbolic = words[:1] == ("-S",)
    if show_symbolic:
        words = words[1:]
    if not words:
        shell.out(f"{symbolic(0o777 & ~system.umask)}\n" if show_symbolic else f"{system.umask:04o}\n")
        return 0
    text = words[0]
    try:
        allowed = 0o777 & ~system.umask
        mask = int(text, 8) if is_digits(text) else 0o777 & ~parse_mode(text, allowed, False, 0)
    except (ModeProblem, ValueError):
        said = f"{text}: octal number out of range" if shell.is_bash() else f"Illegal number: {text}"
        raise ShellError(said, 1 if shell.is_bash() else 2) from None
    system.set_umask(mask & 0o777)
    return 0
