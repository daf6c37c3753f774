"""Starting processes from outside, as the daemon does for a container and for docker exec, and what the host sees of them."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.walk import SUPERUSER, Credentials, resolve
from fakedocker.kernel import files, init, lifecycle, pipes, terminals
from fakedocker.kernel.calls import Calls
from fakedocker.kernel.kernel_base import process_line
from fakedocker.kernel.loader import Runnable
from fakedocker.kernel.outside import Outside
from fakedocker.kernel.privileges import ALL_CAPABILITIES, has
from fakedocker.kernel.program import READ, WRITE, Identity, ProcessInfo
from fakedocker.kernel.programs import WRONG_FORMAT
from fakedocker.kernel.records import HOST, Process, Stream
from fakedocker.kernel.view import View


class ExecError(Exception):
    """A program cannot be started.

    Args:
        reason: "not-found" (in $PATH), "missing" (no such file), "permission", "directory", "chdir" or "limit".
        path: the command, or the directory, as it was given.
        text: runc's words for it.
    """

    def __init__(self, reason: str, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.reason = reason
        self.path = path
        self.text = text


class Stdio(Struct, frozen=True):
    """What a process started from outside has for standard input, output and error.

    Args:
        stream: the id under which bytes go out and in; the terminal's id if there is one.
        terminal: one pseudo-terminal for all three instead of three pipes.
        stdin: whether standard input can be fed; without it, it is /dev/null.
        rows, columns: the terminal's size.
    """

    stream: str
    terminal: bool = False
    stdin: bool = False
    rows: int = 0
    columns: int = 0


class Starting(Outside):
    """See the module's docstring."""

    def start(
        self,
        identifier: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        directory: str,
        user: tuple[int, int, tuple[int, ...]],
        stdio: Stdio,
        *, privileged: bool = False, instead: Identity | None = None,
    ) -> int:  # fmt: skip
        """Start a process in a namespace: process 1 if it is the first, else as docker exec does.

        Args:
            argv: at least the command, which is looked for in PATH.
            directory: the working directory; made for process 1 where it is missing, as the daemon does.
            user: uid, gid and supplementary groups.
            privileged: whether it has all capabilities, whatever the others of the namespace have.
            instead: a program that runs with these arguments whatever files there are.

        Returns:
            its host pid. It takes its first turn when `run` is called.

        Raises:
            ExecError: it cannot be started; nothing has changed.
        """
        draft = self.draft
        namespace = draft.namespaces.for_update(identifier)
        uid, gid, groups = user
        view = View(draft, self.router, identifier)
        capabilities = ALL_CAPABILITIES if privileged else namespace.capabilities
        overrides = not uid and has(capabilities, "DAC_OVERRIDE")
        who = SUPERUSER if overrides else Credentials(uid, gid, tuple(groups))
        is_first = identifier != HOST and not namespace.leader and not namespace.members and namespace.next_local == 1
        directory = self._enter(view, directory or "/", who, is_first)
        words = tuple(argv)
        if is_first and namespace.init and instead is None:
            found = Runnable(init.PATH, init.IDENTITY, (init.PATH, "--", *words), init.PATH)
            body: Any = init.Init(words)
        else:
            given = None if instead is None else Runnable(words[0], instead, words, words[0])
            found = given or self._load(view, words, environment, directory, who)
            body = self.programs.body(found.identity, found.argv)
        try:
            lifecycle.demand_process(draft, namespace)
        except OSError as error:
            raise ExecError("limit", words[0], str(error.strerror).lower()) from None
        if is_first and identifier != HOST:
            draft.next_pid += 1  # its shim's, the parent that the host sees of whatever is started here from outside
        pid, local = lifecycle.next_pids(draft, namespace)
        if is_first:
            namespace.leader = pid
        process = Process(
            pid, local, identifier, 0, local, local, found.argv, dict(environment), found.identity, found.executable, body, 0,
            directory=directory, uid=uid, gid=gid, groups=tuple(groups), started_ns=draft.now_ns, started=True,
            capabilities=capabilities, limits=namespace.limits,
        )  # fmt: skip
        lifecycle.insert(draft, process, namespace)
        process.table = files.make_table(draft, self._open_stdio(process, stdio))
        draft.enqueue(process)
        return process.pid

    def kill_from_outside(self, pid: int, signal: int) -> None:
        """A signal from the daemon to a host pid. Nothing happens if there is no such process."""
        process = self.draft.processes.get(pid)
        if process is not None:
            lifecycle.send_signal(self.draft, process, signal, from_inside=False)

    def run_out_of_memory(self, pid: int) -> None:
        """Let the OOM killer take a process, by host pid. Nothing happens if there is no such process."""
        process = self.draft.processes.get(pid)
        if process is not None:
            lifecycle.oom_kill(self.draft, process)

    def end_from_outside(self, pid: int, status: int) -> None:
        """Let a process end as if it had exited with a status, by host pid. Nothing happens if there is no such process."""
        process = self.draft.processes.get(pid)
        if process is not None:
            lifecycle.end(self.draft, process, status)

    def processes_of(self, identifier: str) -> list[ProcessInfo]:
        """The processes of a namespace as the host's ps lists them, with host pids."""
        draft = self.draft
        namespace = draft.namespaces.get(identifier)
        if namespace is None:
            return []
        view = View(draft, self.router, HOST)
        return [process_line(draft, view, draft.processes[pid]) for pid in sorted(namespace.members.values())]

    # parts

    def _enter(self, view: View, directory: str, who: Credentials, make: bool) -> str:
        """The working directory without links. It is root that looks, as runc changes the user last."""
        mounts = view.namespace.mounts
        try:
            if directory == "/":
                return directory
            if make:
                with suppress(OSError):  # what stands in the way is found below
                    _make_directories(self.outside(view.name), directory)
            location = resolve(view, mounts, directory)
            if location.inode is None:
                raise failure(errno.ENOENT)
            if not location.tree.is_directory(location.inode):
                raise failure(errno.ENOTDIR)
        except OSError as error:
            raise ExecError("chdir", directory, str(error.strerror).lower()) from None
        return location.path

    def _load(
        self, view: View, words: tuple[str, ...], environment: Mapping[str, str], directory: str, who: Credentials
    ) -> Runnable:
        """What a command line means, or runc's words for why it means nothing."""
        name = words[0] if words else ""
        try:
            path = name
            if "/" not in name:
                path = self.programs.find(view, name, environment.get("PATH", ""), directory, who)
            elif self.outside(view.name, directory).stat(name).kind == "dir":
                raise ExecError("directory", name, "is a directory")
            return self.programs.load(view, path, words, directory, who)
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                return Runnable(path, WRONG_FORMAT, (path, *words[1:]), path)
            raise _exec_error(error, name) from None

    def _open_stdio(self, process: Process, stdio: Stdio) -> dict[int, int]:
        """The three standard descriptors of a process started from outside."""
        draft = self.draft
        name = stdio.stream
        if stdio.terminal:
            terminals.make_terminal(draft, name, process.namespace, stdio.rows, stdio.columns)
            terminal = draft.terminals.for_update(name)
            terminal.session = terminal.foreground = process.local
            process.terminal = name
            number = files.add_file(draft, "terminal", name, READ | WRITE)
            return {0: number, 1: number, 2: number}
        draft.streams[name] = Stream(0)
        if stdio.stdin:
            draft.streams.for_update(name).input = pipe = pipes.make_pipe(draft)
            pipes.add_ends(draft, pipe, writers=1)
            standard_input = files.add_file(draft, "input", name, READ)
        else:
            standard_input = files.add_file(draft, "null", None, READ, "/dev/null")
        return {
            0: standard_input,
            1: files.add_file(draft, "stream", (name, 1), WRITE),
            2: files.add_file(draft, "stream", (name, 2), WRITE),
        }


def _make_directories(calls: Calls, directory: str) -> None:
    """mkdir -p."""
    path = ""
    for part in directory.strip("/").split("/"):
        path += f"/{part}"
        if not calls.access(path):
            calls.make_directory(path, 0o755)


_EXEC_REASONS = {
    errno.EACCES: ("permission", "permission denied"),
    errno.ENOTDIR: ("missing", "not a directory"),
    errno.ELOOP: ("missing", "too many levels of symbolic links"),
}


def _exec_error(error: OSError, name: str) -> ExecError:
    """runc's words for why a command cannot be executed."""
    if error.errno == errno.ENOENT:
        if "/" in name:
            return ExecError("missing", name, f"stat {name}: no such file or directory")
        return ExecError("not-found", name, "executable file not found in $PATH")
    reason, text = _EXEC_REASONS.get(error.errno or 0, ("missing", str(error.strerror).lower()))
    return ExecError(reason, name, text)
