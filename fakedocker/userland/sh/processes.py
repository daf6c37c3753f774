"""Operations that fork: subshells, pipelines, background commands, command and process substitution.

A child is a copy of the shell that begins at the body, which stands in the same code and ends in `exit_child`.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any, Final

from fakedocker.kernel.program import READ
from fakedocker.userland.sh import control, jobs
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.endings import shell_status, tell_of_foreground
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.state import ShellState

_KEYBOARD_SIGNALS: Final = (2, 3)  # INT and QUIT
_CHUNK_BYTES: Final = 65536
_HIDDEN_DESCRIPTOR: Final = 10  # shells keep their own descriptors from here on


def fork(
    shell: ShellState,
    pc: int,
    entries: Mapping[int, int] | None = None,
    group: int | None = None,
    *,
    errexit: bool = True,
    ignored: tuple[int, ...] = (),
    lists_jobs: bool = False,
) -> int:
    """Fork a child that begins at `pc` and give its pid.

    Args:
        lists_jobs: the child's `jobs` lists this shell's, as in `kill $(jobs -p)`.

    Raises:
        ShellError: there can be no more processes.
    """
    child = shell.for_child(pc, ignored)
    if not errexit:
        child.options -= {"e"}
    if lists_jobs:
        child.jobs = jobs.inherited(shell)
    try:
        return shell.system.fork(child, entries, group=group)
    except OSError as problem:
        if problem.errno != errno.EAGAIN:
            raise
        said = "fork: retry: Resource temporarily unavailable" if shell.is_bash() else "Cannot fork"
        raise ShellError(
            said if shell.dialect.name != "ash" else "can't fork: Resource temporarily unavailable"
        ) from None


@operation("exit_child")
def _exit_child(item: tuple[Any, ...], following: int) -> Linked:
    return lambda shell: control.exit_shell(shell, shell.status)


@operation("subshell")
def _subshell(item: tuple[Any, ...], following: int) -> Linked:
    out: int = item[1]

    def start(shell: ShellState) -> int:
        shell.system.drain()
        pid = fork(shell, following, group=jobs.new_group(shell))
        jobs.to_foreground(shell, pid)
        shell.stack.append(("child", pid, ("(...)",)))
        return out

    return start


@operation("background")
def _background(item: tuple[Any, ...], following: int) -> Linked:
    """Without job control its standard input is /dev/null, and it ignores INT and QUIT (POSIX 2.9.3.1, 2.12)."""
    _, out, text = item

    def start(shell: ShellState) -> int:
        system = shell.system
        system.drain()
        entries = None
        # bash leaves the standard input of a pipeline's command alone
        if "m" not in shell.options and not (shell.is_bash() and shell.subshell_level):
            entries = {**system.descriptors()}
            try:
                entries[0] = system.open_file("/dev/null", READ)
            except OSError:
                entries.pop(0, None)
        ignored = _KEYBOARD_SIGNALS if entries is not None else ()
        pid = fork(shell, following, entries, group=jobs.new_group(shell), ignored=ignored)
        jobs.add(shell, (pid,), text)
        shell.last_background = pid
        shell.status = 0
        return out  # type: ignore[no-any-return]  # operations are untyped data

    return start


@operation("pipeline")
def _pipeline(item: tuple[Any, ...], following: int) -> Linked:
    _, starts, out = item

    def start(shell: ShellState) -> int:
        shell.system.drain()
        base = dict(shell.system.descriptors())
        try:
            pids = _start_pipeline(shell, starts, base)
        finally:
            shell.system.release_table(shell.system.use_table(base))
        jobs.to_foreground(shell, pids[0])
        shell.stack.append(("children", pids, (), ""))
        return out  # type: ignore[no-any-return]  # operations are untyped data

    return start


def _start_pipeline(shell: ShellState, starts: tuple[int, ...], base: dict[int, int]) -> tuple[int, ...]:
    """Fork the commands from left to right; between two, this shell's own table keeps the read end of the pipe alive."""
    system = shell.system
    group = jobs.new_group(shell)
    pids: list[int] = []
    reader: int | None = None
    for place, pc in enumerate(starts):
        entries = base if reader is None else {**base, 0: reader}
        following_reader: int | None = None
        if place < len(starts) - 1:
            following_reader, writer = system.make_pipe()
            entries = {**entries, 1: writer}
            before = system.use_table({**base, _HIDDEN_DESCRIPTOR: following_reader, _HIDDEN_DESCRIPTOR + 1: writer})
        pids.append(fork(shell, pc, entries, group, lists_jobs=shell.is_bash()))
        group = pids[0] if group == 0 else group
        if following_reader is not None:
            system.release_table(system.use_table({**base, _HIDDEN_DESCRIPTOR: following_reader}))
            system.release_table(before)
        reader = following_reader
    return tuple(pids)


@operation("substitute")
def _substitute(item: tuple[Any, ...], following: int) -> Linked:
    """$( ): the child writes into a pipe whose other end this shell keeps open while it reads."""
    read_pc: int = item[1]

    def start(shell: ShellState) -> int:
        system = shell.system
        system.drain()
        base = dict(system.descriptors())
        descriptor = max(_HIDDEN_DESCRIPTOR - 1, *base, 0) + 1
        reader, writer = system.make_pipe()
        old = system.use_table({**base, descriptor: reader, descriptor + 1: writer})
        pid = fork(
            shell, following, {**base, 1: writer}, errexit=not shell.is_bash(), lists_jobs=shell.dialect.name != "dash"
        )
        system.close(descriptor + 1)
        system.release_table(old)
        shell.stack.append(("reading", descriptor, pid, ()))
        return read_pc

    return start


@operation("substitute_read")
def _substitute_read(item: tuple[Any, ...], following: int) -> Linked:
    """Collect what the child writes, then its status; leave the text without trailing newlines on the stack."""

    def read(shell: ShellState) -> int:
        system = shell.system
        _, descriptor, pid, chunks = shell.stack[-1]
        if descriptor >= 0:
            while chunk := system.read(descriptor):
                chunks = _joined(chunks, chunk)
                shell.stack[-1] = ("reading", descriptor, pid, chunks)
            system.close(descriptor)
            shell.stack[-1] = ("reading", -1, pid, chunks)
        ended = system.reap_ending(pid)
        if ended is None:
            system.wait_for_child(pid)
            return following - 1
        if not shell.is_bash():
            tell_of_foreground(shell, pid, ended, "")
        shell.substituted = shell_status(ended)
        if shell.is_bash():  # for the others $? stays what it was before the command
            shell.status = shell.substituted
        shell.stack[-1] = b"".join(chunks).replace(b"\0", b"").decode("utf-8", "surrogateescape").rstrip("\n")
        return following

    return read


def _joined(chunks: tuple[bytes, ...], chunk: bytes) -> tuple[bytes, ...]:
    """One chunk more; small ones are put together, so that neither many small ones nor one large one are copied each time."""
    if chunks and len(chunks[-1]) < _CHUNK_BYTES:
        return (*chunks[:-1], chunks[-1] + chunk)
    return (*chunks, chunk)


@operation("process_substitution")
def _process_substitution(item: tuple[Any, ...], following: int) -> Linked:
    """<( ) and >( ): a pipe that the command finds under /dev/fd."""
    _, direction, out = item

    def start(shell: ShellState) -> int:
        system = shell.system
        system.drain()
        base = dict(system.descriptors())
        descriptor = 63
        while descriptor in base:
            descriptor -= 1
        reader, writer = system.make_pipe()
        mine, theirs = (reader, writer) if direction == "<" else (writer, reader)
        old = system.use_table({**base, descriptor: mine, 62 if descriptor == 63 else 63: theirs})
        child_entries = {key: value for key, value in base.items() if key < _HIDDEN_DESCRIPTOR}
        pid = fork(shell, following, {**child_entries, (1 if direction == "<" else 0): theirs})
        system.release_table(system.use_table({**base, descriptor: mine}))
        system.release_table(old)
        jobs.add(shell, (pid,), "", asked=True)
        shell.stack.append(f"/dev/fd/{descriptor}")
        return out  # type: ignore[no-any-return]  # operations are untyped data

    return start
