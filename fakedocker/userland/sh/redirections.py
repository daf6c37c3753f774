"""Operations for redirections: a new descriptor table takes the place of the old one, which is kept to be put back."""

from __future__ import annotations

import errno
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import APPEND, CREATE, READ, TRUNCATE, WRITE
from fakedocker.userland.sh import control
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.state import REDIRECTION, ShellState

Specification = tuple[tuple[str, int, str | None], ...]

_FLAGS: Final = {
    "<": READ,
    ">": WRITE | CREATE | TRUNCATE,
    ">|": WRITE | CREATE | TRUNCATE,
    ">>": WRITE | CREATE | APPEND,
    "<>": READ | WRITE | CREATE,
    "&>": WRITE | CREATE | TRUNCATE,
    "&>>": WRITE | CREATE | APPEND,
}


class RedirectionError(Exception):
    """The message is complete but for the shell's prefix."""


@operation("redirect")
def _redirect(item: tuple[Any, ...], following: int) -> Linked:
    """Targets are on the stack, in order; below them, of a simple command, argv.

    On failure the command is skipped: to `out`, where $? is looked at.
    """
    _, specification, out, kind = item
    count = len(specification)

    def redirect(shell: ShellState) -> int:
        targets = shell.stack[-count:]
        shell.system.drain()
        marked = shell.system.is_marked()
        if marked:  # a failure of its own is none of what was before (kernel/marks.py)
            shell.system.set_marked(False)
        try:
            old = apply(shell, specification, targets)
        except RedirectionError as problem:
            del shell.stack[-count:]
            shell.complain(str(problem))
            shell.status = 2 if shell.dialect.name == "dash" else 1
            argv = shell.stack.pop() if kind == "command" else ()
            special = kind == "permanent" or bool(argv and argv[0] in _SPECIAL)
            if special and not shell.is_bash() and not shell.interactive and shell.mode != "fed":
                return control.exit_shell(shell, shell.status)
            return out  # type: ignore[no-any-return]  # operations are untyped data
        if marked:
            shell.system.set_marked(True)
        del shell.stack[-count:]
        if kind == "permanent":
            shell.system.release_table(old)
            shell.status = 0
        else:
            control.push_frame(shell, (REDIRECTION, old))
        return following

    return redirect


_SPECIAL: Final = frozenset(
    {":", ".", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "trap", "unset"}
)


@operation("unredirect")
def _unredirect(item: tuple[Any, ...], following: int) -> Linked:
    def restore(shell: ShellState) -> int:
        shell.system.drain()
        control.pop_frame(shell)
        return following

    return restore


@operation("save_table")
def _save_table(item: tuple[Any, ...], following: int) -> Linked:
    """Before process substitutions: what they open is closed with the frame."""

    def save(shell: ShellState) -> int:
        old = shell.system.use_table(dict(shell.system.descriptors()))
        control.push_frame(shell, (REDIRECTION, old))
        return following

    return save


def apply(shell: ShellState, specification: Specification, targets: list[str]) -> int:
    """Carry out redirections in order and give the id of the old table.

    Raises:
        RedirectionError: one failed; the old table is in place again.
    """
    system = shell.system
    old: int | None = None
    try:
        for (operator, descriptor, variable), target in zip(specification, targets, strict=True):
            entries = dict(system.descriptors())
            if variable is not None:
                descriptor = max(9, *entries) + 1 if target != "-" else int(str(shell.variables.get(variable, -1)))
            _change(shell, entries, operator, descriptor, target)
            previous = system.use_table(entries)
            if old is None:
                old = previous
            else:
                system.release_table(previous)
            if variable is not None and target != "-":
                shell.variables[variable] = descriptor
    except RedirectionError:
        if old is not None:
            system.restore_table(old)
        raise
    assert old is not None
    return old


def _change(shell: ShellState, entries: dict[int, int], operator: str, descriptor: int, target: str) -> None:
    """Put one redirection into a table that is being made."""
    if operator in ("<<", "<<<"):
        text = target + ("\n" if operator == "<<<" else "")
        entries[descriptor] = shell.system.make_reader(text.encode("utf-8", "surrogateescape"))
    elif operator in ("<&", ">&", ">&?"):
        _copy_descriptor(shell, entries, operator, descriptor, target)
    else:
        entries[descriptor] = _open(shell, operator, target)
        if operator.startswith("&"):
            entries[2] = entries[descriptor]


def _copy_descriptor(shell: ShellState, entries: dict[int, int], operator: str, descriptor: int, target: str) -> None:
    if target == "-":
        entries.pop(descriptor, None)
        return
    moved = target.endswith("-") and is_digits(target[:-1])
    number = target[:-1] if moved else target
    if not is_digits(number):
        if operator == ">&?" and shell.dialect.name != "dash":
            entries[1] = entries[2] = _open(shell, ">", target)
            return
        raise RedirectionError(f"{target}: ambiguous redirect" if shell.is_bash() else f"{target}: Bad file descriptor")
    found = entries.get(int(number))
    if found is None:
        raise RedirectionError(f"{number}: Bad file descriptor")
    entries[descriptor] = found
    if moved and int(number) != descriptor:
        del entries[int(number)]


def _open(shell: ShellState, operator: str, path: str) -> int:
    flags = _FLAGS[operator]
    try:
        if operator == ">" and "C" in shell.options and _is_regular(shell, path):
            raise OSError(errno.EEXIST, "cannot overwrite existing file" if shell.is_bash() else "File exists")
        return shell.system.open_file(path, flags, 0o666)
    except OSError as problem:
        raise RedirectionError(_open_message(shell, path, bool(flags & CREATE), problem)) from None


def _is_regular(shell: ShellState, path: str) -> bool:
    try:
        return shell.system.stat(path).kind == "file"
    except OSError:
        return False


def _open_message(shell: ShellState, path: str, creating: bool, problem: OSError) -> str:
    if shell.is_bash():
        return f"{path}: {problem.strerror}"
    missing = problem.errno == errno.ENOENT
    if shell.dialect.name == "dash":
        said = ("Directory nonexistent" if creating else "No such file") if missing else problem.strerror
        return f"cannot {'create' if creating else 'open'} {path}: {said}"
    said = ("nonexistent directory" if creating else "no such file") if missing else problem.strerror
    return f"can't {'create' if creating else 'open'} {path}: {said}"
