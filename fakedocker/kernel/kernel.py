"""The kernel that runs: namespaces, processes started from outside, the scheduler, time, streams.

A `Kernel` works on a draft and keeps nothing of its own but caches. The floors above hand it the programs and a router, call
what is here, and take what it tells from `emitted`. Everything that lives is in the draft.

Time stands still while processes run: `run` lets them run, a bounded number of slices, until all sleep; `advance` moves
the clock to an instant and wakes whom it wakes. CPU time is accounted per process, and who has used 10 ms sleeps.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree
from fakedocker.filesystem.walk import Credentials, MountTable
from fakedocker.kernel import devices, files, init, lifecycle, pipes, sockets, terminals
from fakedocker.kernel.calls import Calls
from fakedocker.kernel.calls_base import QUANTUM_NS, Ended, Replaced
from fakedocker.kernel.events import Alarm, Emission, Fault
from fakedocker.kernel.loader import Runnable
from fakedocker.kernel.proc import process_state, resident_bytes
from fakedocker.kernel.program import READ, WRITE, Block, Identity, ProcessInfo, Program
from fakedocker.kernel.programs import MakeBody, Programs
from fakedocker.kernel.records import HOST, Namespace, Process, Stream
from fakedocker.kernel.router import Loopback, Router
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.utility import Utility
from fakedocker.kernel.view import View

SEGV = 11
NESTED = 8
"""How deep processes may run within the call that starts them; deeper ones take their turn in the run queue."""


class ExecError(Exception):
    """A program cannot be started.

    Args:
        reason: "not-found" (in $PATH), "missing" (no such file), "permission", "directory", "format", "chdir" or "limit".
        path: the command, or the directory, as it was given.
        text: runc's words for it.
    """

    def __init__(self, reason: str, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.reason = reason
        self.path = path
        self.text = text


class Stdio(NamedTuple):
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


class Usage(NamedTuple):
    """What a namespace uses."""

    memory_bytes: int
    cpu_ns: int
    processes: int


class Kernel:
    """See the module's docstring.

    Args:
        draft: the state it works on.
        programs: utilities and services by name.
        router: what knows the network; none gives every namespace a loopback interface only.
        make_body: gives programs that are more than utilities their bodies.

    Attributes:
        slices: how many slices `run` has given since the kernel was made: with the clock, the place of an input in a run.
    """

    def __init__(
        self,
        draft: KernelDraft,
        programs: Mapping[str, Program],
        router: Router | None = None,
        make_body: MakeBody | None = None,
    ) -> None:
        self.draft = draft
        self.programs = Programs(programs, make_body)
        self.router: Router = Loopback() if router is None else router
        self.slices = 0
        self._depth = 0
        self.slices = 0
        """How many slices have run: where in a run an input came is told by this number."""
        self._initial: dict[int, tuple[Tree, Tree]] = {}

    @property
    def emitted(self) -> list[Emission]:
        """What has happened and the floor above has not yet taken."""
        return self.draft.emitted

    # namespaces and file systems

    def create_root(self, identifier: str, image: Tree | None) -> None:
        """The file system of a container: its image, the daemon's initial layer, nothing changed. O(1) after the first."""
        tree = Tree.empty() if image is None else image
        known = self._initial.get(id(tree))
        if known is None or known[0] is not tree:
            if len(self._initial) >= 256:
                self._initial.clear()
            known = self._initial[id(tree)] = (tree, devices.with_initial_layer(tree))
        self.draft.put_filesystem(identifier, Filesystem.on(known[1]))

    def remove_root(self, identifier: str) -> None:
        """Forget the file system of a container, if it has one."""
        self.draft.drop_filesystem(identifier)

    def create_namespace(
        self,
        identifier: str,
        *,
        hostname: str,
        mounts: MountTable,
        domain: str = "",
        network: str | None = None,
        memory_limit_bytes: int = 0,
        pids_limit: int = 0,
        cpu_max: str = "max 100000",
        init: bool = False,
    ) -> None:
        """Make the namespaces of a container, with nothing running in them.

        Args:
            identifier: the container's id, or "host".
            mounts: what is mounted where, the root first.
            network: the id of another namespace whose network it shares; its own by default.
            memory_limit_bytes, pids_limit: 0 for no limit.
            cpu_max: as cpu.max has it.
            init: whether process 1 is docker-init.
        """
        self.draft.namespaces[identifier] = Namespace(
            identifier,
            hostname,
            domain,
            mounts,
            identifier if network is None else network,
            memory_limit_bytes,
            pids_limit,
            cpu_max,
            init,
            {},
        )

    def update_namespace(self, identifier: str, **fields: Any) -> None:
        """Change settings of a namespace by the names of `create_namespace`, while it runs. AttributeError for others."""
        namespace = self.draft.namespaces.own(identifier)
        for name, value in fields.items():
            setattr(namespace, name, value)

    def destroy_namespace(self, identifier: str) -> None:
        """End whatever runs in a namespace and forget it, with its own tmpfs mounts. Nothing happens if there is none."""
        draft = self.draft
        namespace = draft.namespaces.get(identifier)
        if namespace is None:
            return
        for pid in sorted(namespace.members.values()):
            if (process := draft.processes.get(pid)) is not None:
                lifecycle.end(draft, process, 128 + 9, 9)
        for pid in sorted(draft.namespaces[identifier].members.values()):
            if (process := draft.processes.get(pid)) is not None:
                lifecycle.forget(draft, process)
        for mount in namespace.mounts.mounts:
            if not mount.filesystem and mount.kind == "tmpfs":
                draft.drop_filesystem(f"tmpfs:{identifier}:{mount.target}")
        draft.namespaces.pop(identifier)

    def freeze_namespace(self, identifier: str) -> None:
        """Pause: its processes do not run, whatever wakes them."""
        self.draft.namespaces.own(identifier).frozen = True

    def thaw_namespace(self, identifier: str) -> None:
        """Go on: whoever was woken meanwhile runs."""
        namespace = self.draft.namespaces.own(identifier)
        namespace.frozen = False
        held, namespace.held = namespace.held, ()
        for pid in held:
            process = self.draft.processes.get(pid)
            if process is not None and not process.waiting and not process.stopped:
                self.draft.enqueue(self.draft.processes.own(pid))

    def usage(self, identifier: str) -> Usage:
        """What a namespace uses; zeros for none. Time grows with its processes."""
        namespace = self.draft.namespaces.get(identifier)
        if namespace is None:
            return Usage(0, 0, 0)
        processes = [self.draft.processes[pid] for pid in namespace.members.values()]
        running = [process for process in processes if process.status is None]
        return Usage(
            namespace.memory_bytes, namespace.cpu_ns + sum(process.cpu_ns for process in running), len(running)
        )

    # processes from outside

    def start(
        self,
        identifier: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        directory: str,
        user: tuple[int, int, tuple[int, ...]],
        stdio: Stdio,
    ) -> int:
        """Start a process in a namespace: process 1 if it is the first, else as docker exec does.

        Args:
            argv: at least the command, which is looked for in PATH.
            directory: the working directory; made for process 1 where it is missing, as the daemon does.
            user: uid, gid and supplementary groups.

        Returns:
            its host pid. It takes its first turn when `run` is called.

        Raises:
            ExecError: it cannot be started; nothing has changed.
        """
        draft = self.draft
        namespace = draft.namespaces.own(identifier)
        uid, gid, groups = user
        view = View(draft, self.router, identifier)
        who = Credentials(uid, gid, tuple(groups))
        is_first = identifier != HOST and not namespace.members and namespace.next_local == 1
        directory = self._enter(view, directory or "/", who, is_first)
        words = tuple(argv)
        if is_first and namespace.init:
            found = Runnable(init.PATH, init.IDENTITY, (init.PATH, "--", *words), init.PATH)
            body: Any = init.Init(words)
        else:
            found = self._load(view, words, environment, directory, who)
            body = self.programs.body(found.identity, found.argv, environment)
        try:
            lifecycle.demand_process(draft, namespace)
        except OSError as error:
            raise ExecError("limit", words[0], str(error.strerror).lower()) from None
        pid, local = lifecycle.next_pids(draft, namespace)
        process = Process(
            pid, local, identifier, 0, local, local, found.argv, dict(environment), found.identity, found.executable, body, 0,
            directory=directory, uid=uid, gid=gid, groups=tuple(groups), started_ns=draft.now_ns, started=True,
        )  # fmt: skip
        lifecycle.enter(draft, process, namespace)
        process.table = files.make_table(draft, self._open_stdio(process, stdio))
        draft.enqueue(process)
        return process.pid

    def kill_from_outside(self, pid: int, signal: int) -> None:
        """A signal from the daemon to a host pid. Nothing happens if there is no such process."""
        process = self.draft.processes.get(pid)
        if process is not None:
            lifecycle.send_signal(self.draft, process, signal, from_inside=False)

    def processes_of(self, identifier: str) -> list[ProcessInfo]:
        """The processes of a namespace as the host's ps lists them, with host pids."""
        draft = self.draft
        namespace = draft.namespaces.get(identifier)
        if namespace is None:
            return []
        view = View(draft, self.router, HOST)
        return self._lines(view, [draft.processes[pid] for pid in sorted(namespace.members.values())])

    def process_lines(self, view: View) -> list[ProcessInfo]:
        """The process table as a view shows it."""
        return self._lines(view, view.processes())

    def outside(self, identifier: str, directory: str = "/") -> Calls:
        """System calls about a namespace's files, made as root from outside. Calls that wait must not be made."""
        namespace = self.draft.namespaces[identifier]
        return Calls(self, _nobody(self.draft, namespace, directory))

    def outside_of(self, process: Process) -> Calls:
        """The same, for the namespace and directory of a process."""
        return self.outside(process.namespace, process.directory)

    def host_view(self) -> Calls:
        """System calls about the host's files, made as root."""
        return self.outside(HOST)

    # running

    def run(self, limit: int) -> bool:
        """Let at most `limit` processes have a slice each. True when some still can run."""
        draft = self.draft
        queue, processes = draft.queue, draft.processes
        while queue and limit > 0:
            limit -= 1
            self.slices += 1
            pid = queue.popleft()
            if pid not in processes:
                continue
            process = processes.own(pid)
            process.queued = False
            if process.status is not None or process.waiting or process.stopped:
                continue
            if draft.namespaces[process.namespace].frozen:
                namespace = draft.namespaces.own(process.namespace)
                namespace.held = (*namespace.held, pid)
                continue
            self._slice(process)
        return bool(queue)

    def run_within(self, process: Process) -> None:
        """Let a new process have its first slice at once, within the call that started it: most are done with that."""
        if self._depth >= NESTED:
            self.draft.enqueue(process)
            return
        self._depth += 1
        try:
            self._slice(process)
        finally:
            self._depth -= 1

    def next_timer_ns(self) -> int | None:
        """When the next timer is due; None without one."""
        entry = self.draft.timers.first()
        return None if entry is None else entry[0]

    def advance(self, to_ns: int) -> None:
        """Move the clock to an instant, never back, and do what is due by then. Processes run at the next `run`."""
        draft = self.draft
        draft.now_ns = max(draft.now_ns, to_ns)
        processes, alarms = draft.processes, draft.alarms
        while (entry := draft.timers.pop_due(draft.now_ns)) is not None:
            _, number, kind, key = entry
            if kind == "alarm":
                if number in alarms:
                    draft.emitted.append(Alarm(alarms.pop(number)))
            elif (process := processes.get(key)) is not None and process.timer == number:
                processes.own(key).timer = 0
                draft.wake(key)

    def set_timer(self, at_ns: int, key: Any) -> int:
        """Let `Alarm(key)` be emitted at an instant. Returns a handle for `cancel_timer`."""
        number = self.draft.new_id()
        self.draft.alarms[number] = key
        self.draft.timers.add((at_ns, number, "alarm", None))
        return number

    def cancel_timer(self, handle: int) -> None:
        """Forget a timer; nothing happens if it has gone off, or for 0."""
        if handle in self.draft.alarms:
            self.draft.alarms.pop(handle)
            self.draft.timers.cancelled()

    # streams

    def feed(self, stream: str, data: bytes) -> None:
        """Bytes for a stream's input or a terminal; heed `room`. Lost where nobody can read them any more."""
        draft = self.draft
        if stream in draft.terminals:
            terminals.type_in(draft, stream, data)
            return
        record = draft.streams.get(stream)
        if record is not None and data and record.input in draft.pipes:
            pipes.pour(draft, record.input, data)

    def terminal_input(self, terminal: str, data: bytes) -> None:
        """Bytes typed at a terminal; lost where it is gone."""
        if terminal in self.draft.terminals:
            terminals.type_in(self.draft, terminal, data)

    def room(self, stream: str) -> int:
        """How many bytes may be fed now."""
        if stream in self.draft.terminals:
            return terminals.room(self.draft, stream)
        record = self.draft.streams.get(stream)
        return pipes.room(self.draft, record.input) if record is not None else 0

    def hang_up(self, stream: str) -> None:
        """No more bytes will be fed: the end of file, or for a terminal a hang-up."""
        draft = self.draft
        if stream in draft.terminals:
            terminals.hang_up(draft, stream)
            return
        record = draft.streams.get(stream)
        if record is not None and (pipe := draft.pipes.get(record.input)) is not None and pipe.writers:
            pipes.add_ends(draft, record.input, writers=-pipe.writers)

    def is_reading(self, stream: str) -> bool:
        """Whether a process sleeps until this stream, or terminal, is fed."""
        draft = self.draft
        terminal = draft.terminals.get(stream)
        if terminal is not None:
            waiters = terminal.read_waiters
        else:
            record = draft.streams.get(stream)
            pipe = draft.pipes.get(record.input) if record is not None else None
            waiters = pipe.read_waiters if pipe is not None else ()
        return any((process := draft.processes.get(pid)) is not None and process.waiting for pid in waiters)

    def resize(self, terminal: str, rows: int, columns: int) -> None:
        """Another window size; nothing happens without that terminal."""
        if terminal in self.draft.terminals:
            terminals.resize(self.draft, terminal, rows, columns)

    def connect_from_outside(
        self, network: str, port: int, address: str = "0.0.0.0", source: tuple[str, int] = ("172.17.0.1", 40000)
    ) -> str | None:
        """A connection from outside to a listener of a network namespace; None where nobody listens.

        Args:
            address: where it arrives; a listener bound to another does not hear it.
            source: whom the listener sees as its peer.

        Returns:
            the id of the stream that is its outside end.
        """
        return sockets.connect_from_outside(self.draft, network, address, port, source)

    # parts

    def _slice(self, process: Process) -> None:
        """Let a process run until it sleeps, ends, or has used its slice. Its record must be owned."""
        draft = self.draft
        now_ns = draft.now_ns
        if now_ns - process.quantum_ns >= max(QUANTUM_NS, process.spent_ns):
            process.quantum_ns = now_ns
            process.spent_ns = 0
        calls = Calls(self, process)
        while True:
            if process.exiting is not None:
                self._finish(calls, process, process.exiting)
                return
            body = process.body
            if False:
                body = process.body = body.copy()
                process.body_shared = False
            try:
                if type(body) is Utility:
                    status = self.programs.get(body.name)(calls, process.argv, body.state)
                else:
                    status = body.run(calls)
            except Block:
                return
            except Replaced:
                if process.spent_ns < QUANTUM_NS:
                    continue
                calls.rest()
                return
            except Ended:
                return
            except OSError as error:
                status = _complain(calls, error)
            except (
                Exception
            ):  # an error of ours in one program must not stop the world; it is reported, and loud in tests
                report = traceback.format_exc()
                draft.emitted.append(Fault(process.namespace, process.pid, process.argv, report))
                lifecycle.end(draft, process, 128 + SEGV, SEGV)
                return
            if process.status is not None:
                return
            if status is None:
                calls.charge(QUANTUM_NS // 1000)
                calls.rest()
            else:
                self._finish(calls, process, status)
            return

    def _finish(self, calls: Calls, process: Process, status: int) -> None:
        """End a process as soon as everything it has put is out."""
        if process.backlog:
            process.exiting = status
            try:
                if not calls.flush():
                    process.waiting = "write"
                    return
            except Ended:
                return
        lifecycle.end(self.draft, process, status & 0xFF)

    def _enter(self, view: View, directory: str, who: Credentials, make: bool) -> str:
        """The working directory without links."""
        calls = self.outside(view.name)
        try:
            if make:
                _make_directories(calls, directory)
            path = calls.real_path(directory)
            if calls.stat(path).kind != "dir":
                raise failure(errno.ENOTDIR)
        except OSError as error:
            raise ExecError("chdir", directory, str(error.strerror).lower()) from None
        return path

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
            raise _exec_error(error, name) from None

    def _open_stdio(self, process: Process, stdio: Stdio) -> dict[int, int]:
        """The three standard descriptors of a process started from outside."""
        draft = self.draft
        name = stdio.stream
        if stdio.terminal:
            terminals.make_terminal(draft, name, process.namespace, stdio.rows, stdio.columns)
            terminal = draft.terminals.own(name)
            terminal.session = terminal.foreground = process.local
            process.terminal = name
            number = files.add_file(draft, "terminal", name, READ | WRITE)
            return {0: number, 1: number, 2: number}
        draft.streams[name] = Stream(0)
        if stdio.stdin:
            draft.streams.own(name).input = pipe = pipes.make_pipe(draft)
            pipes.add_ends(draft, pipe, writers=1)
            standard_input = files.add_file(draft, "input", name, READ)
        else:
            standard_input = files.add_file(draft, "null", None, READ, "/dev/null")
        return {
            0: standard_input,
            1: files.add_file(draft, "stream", (name, 1), WRITE),
            2: files.add_file(draft, "stream", (name, 2), WRITE),
        }

    def _lines(self, view: View, processes: list[Process]) -> list[ProcessInfo]:
        draft = self.draft
        return [
            ProcessInfo(
                view.visible(process),
                view.visible_pid(process.parent),
                view.visible_group(process, process.group),
                view.visible_group(process, process.session),
                process.uid,
                process.argv,
                process_state(process),
                f"pts/{draft.terminals[process.terminal].number}" if process.terminal in draft.terminals else "",
                process.started_ns,
                process.cpu_ns,
                resident_bytes(process),
            )
            for process in processes
        ]


def _nobody(draft: KernelDraft, namespace: Namespace, directory: str) -> Process:
    """A process that is in no table, for calls from outside: root, with no descriptors."""
    identity = Identity("", "")
    return Process(0, 0, namespace.id, 0, 0, 0, (), {}, identity, "", None, 0, directory=directory, umask=0)


def _make_directories(calls: Calls, directory: str) -> None:
    """mkdir -p; what stands in the way is found by whoever goes there."""
    path = ""
    for part in directory.strip("/").split("/"):
        path += f"/{part}"
        try:
            calls.make_directory(path, 0o755)
        except OSError:
            continue


def _complain(calls: Calls, error: OSError) -> int:
    """An error that a program did not expect (its standard output is closed, say) ends it with a message."""
    name = calls.argv[0] if calls.argv else "?"
    with suppress(OSError):  # there may be nobody left to tell
        calls.put(f"{name}: {error.strerror}\n", 2)
    return 1


_EXEC_REASONS = {
    errno.EACCES: ("permission", "permission denied"),
    errno.ENOEXEC: ("format", "exec format error"),
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
