"""What comes into a session on the simulated host, as inputs of the engine: a shell that is started, a line, keys,
another size.

Each kind is a function over the draft and plain data, so that the engine's journal holds a session whole and can play
it again. Who feeds a session is `session`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from fakedocker.engine.changes import Change
from fakedocker.kernel.kernel import Stdio
from fakedocker.kernel.records import HOST
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.userland.sh.dialect import BASH
from fakedocker.userland.sh.fed import HostShell
from fakedocker.userland.sh.machine import Shell
from fakedocker.world.draft import Draft
from fakedocker_shell import host

_USER = (0, 0, ())
_END_OF_FILE = b"\x04"


class Start(Struct, frozen=True):
    """A shell on the host.

    Args:
        stream: the name of its standard streams, or of its terminal.
        kind: "command" (source is a string of commands), "script" (source is a path), "input" (commands come on
            standard input) or "fed" (one complete command after the other, see `feed_line`).
        source: as its kind has it.
        name: $0 of a string of commands.
        parameters: $1 and so on.
        size: rows and columns of a terminal; None for pipes.
    """

    stream: str
    kind: str
    source: str = ""
    name: str = "bash"
    parameters: tuple[str, ...] = ()
    size: tuple[int, int] | None = None


def start(draft: Draft, given: Start) -> int:
    """Start a shell on the host; gives its process's number."""
    argv, body = _shell(given)
    directory = host.HOME if given.kind == "fed" else host.WORK
    rows, columns = given.size or (0, 0)
    stdio = Stdio(given.stream, terminal=given.size is not None, stdin=True, rows=rows, columns=columns)
    environment = host.environment(given.size is not None)
    pid = draft.kernel.start(HOST, (host.SHELL_PATH, *argv[1:]), environment, directory, _USER, stdio)
    process = draft.kernel_draft.processes.for_update(pid)
    process.argv = argv
    process.body = body
    return int(pid)


def _shell(given: Start) -> tuple[tuple[str, ...], Shell]:
    if given.kind == "command":
        body = Shell.from_command(given.source, given.name, given.parameters, dialect=BASH)
        return (given.name, "-c", given.source), body
    if given.kind == "script":
        return (
            "bash",
            given.source,
            *given.parameters,
        ), Shell.from_script(given.source, given.parameters, dialect=BASH)
    if given.kind == "input":
        return ("bash",), Shell.from_argv(("bash",), BASH)
    return ("bash",), HostShell.for_terminal("bash", BASH)


def put_script(draft: Draft, given: tuple[str, bytes]) -> None:
    """Put a script on the host: its path, relative to the directory that scripts run in, and its content."""
    path, data = given
    place = path if path.startswith("/") else f"{host.WORK}/{path}"
    files.make_file(draft, rootfs.host_mounts(draft), place, data, 0o755)


def feed_line(draft: Draft, given: tuple[int, str]) -> None:
    """Give a fed shell (by its process's number) one complete command."""
    pid, source = given
    process = draft.kernel_draft.processes.for_update(pid)
    assert isinstance(process.body, Shell)
    process.body = process.body.copy()  # a snapshot may hold the old one
    process.body.feed(source)
    draft.kernel_draft.wake(pid)


def feed(draft: Draft, given: tuple[str, bytes]) -> None:
    """Bytes typed in a stream's terminal, or from its standard input."""
    draft.kernel.feed(*given)


def take_unread(draft: Draft, stream: str) -> bytes:
    """Take what was typed in a terminal and nobody has read."""
    if stream not in draft.kernel_draft.terminals:
        return b""
    terminal = draft.kernel_draft.terminals.for_update(stream)
    typed = b"".join(data or _END_OF_FILE for data in terminal.ready) + terminal.line
    terminal.ready, terminal.line = (), b""
    return typed


def hang_up(draft: Draft, stream: str) -> None:
    """A stream's input is at its end."""
    draft.kernel.hang_up(stream)


def resize(draft: Draft, given: tuple[str, int, int]) -> None:
    """A terminal has another size: its name, rows and columns."""
    draft.kernel.resize(*given)


CHANGES: Mapping[str, Change] = {
    "host start": start,
    "host script": put_script,
    "host line": feed_line,
    "host keys": feed,
    "host unread": take_unread,
    "host end": hang_up,
    "host size": resize,
}
"""The kinds of inputs of an engine with a host that can be used, see `Engine.change`."""
