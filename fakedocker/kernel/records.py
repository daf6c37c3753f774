"""The kernel's records: what there is to know about a process, an open file, a pipe, a terminal, a socket, a namespace.

A record is changed in place only while no frozen state can hold it (`Records.own` in state.py sees to that); copying it
is shallow, so that a value in a field is replaced and never changed. All ids are numbers from one counter, but for
namespaces, streams, terminals and file systems, whose names come from the floors above. Records refer to one another by
id only. No rules here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from fakedocker.filesystem.content import Content
from fakedocker.filesystem.walk import MountTable
from fakedocker.kernel.loader import Command
from fakedocker.kernel.privileges import USUAL_CAPABILITIES, Limits
from fakedocker.kernel.program import Exports, Identity
from fakedocker.kernel.utility import Utility
from fakedocker.kernel.ways import Segment, Way

HOST = "host"
"""The namespace of the machine itself, in which every process has a pid."""
RESIDENT_BYTES = 1_413_120
"""What ps shows of a process that has not said how much memory it uses: mostly pages that it shares with others."""
CHARGED_BYTES = 204_800
"""What such a process counts for in its cgroup."""
LAST_SLEEP = "last sleep"
"""What a process waits for that ends as soon as its timer goes off."""


class Record(Struct, gc=False):
    """What can be copied before it is changed. Records refer to one another by id, so that there are no cycles to collect."""

    def copy(self) -> Any:  # Any: its own type, by a method of C
        return self.__copy__()  # type: ignore[attr-defined]  # every Struct has it, written in C


class Process(Record):
    """One process. `pid`, `parent` and `children` are in the host's numbering; `local`, `group` and `session` in its
    own.

    Args:
        parent: 0 for one that was started from outside (process 1, or by exec), whose end is told there.
        table: id of its descriptor table.
        waiting: what it sleeps for, "" when it is running or in the run queue.
        timer: sequence of the timer that may wake it; any other is stale.
        stopped: the signal that has stopped it, or 0; `stop_told` says whether the parent has asked.
        status: exit status once it has ended (a zombie), with `killed_by` the signal where there was one.
        backlog: what it has put and nobody had room for: (open file id, bytes).
        started: whether it was started from outside (the end of a host's orphan, whose parent is 0 too, is told to
            nobody).
        exiting: the status it will end with as soon as the backlog is out.
        spent_ns: CPU time used since `quantum_ns`.
        unmeasured_bytes: what it has read since its memory was last looked at.
        body_shared: whether a frozen record may have the same body, which must be copied before it runs.
        ended_child: the local pid of a child that it waits for, which has ended with 0 and is off the tables already; 0
            for none.
        met: what it has said that is not simulated (see marks.py).
        disk_until_ns: how long slow disks keep it; `disk_served` whether they have what it waits to read.
        marked: whether a failure of it would be that of a boundary; `bereft` whether any that it has waited for has
            failed at one.
    """

    pid: int
    local: int
    namespace: str
    parent: int
    group: int
    session: int
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    identity: Identity
    executable: str
    body: Any
    table: int
    directory: str = "/"
    umask: int = 0o022
    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    children: tuple[int, ...] = ()
    waiting: str = ""
    timer: int = 0
    stopped: int = 0
    stop_told: bool = True
    status: int | None = None
    killed_by: int = 0
    oom: bool = False
    exiting: int | None = None
    dispositions: Mapping[int, str] = {}
    pending: tuple[int, ...] = ()
    backlog: tuple[tuple[int, bytes], ...] = ()
    terminal: str = ""
    started_ns: int = 0
    cpu_ns: int = 0
    quantum_ns: int = 0
    spent_ns: int = 0
    resident_bytes: int = 0
    body_shared: bool = False
    queued: bool = False
    started: bool = False
    unmeasured_bytes: int = 0
    capabilities: int = USUAL_CAPABILITIES
    """What it may do as the superuser, and may not even then."""
    limits: Limits = ()
    ended_child: int = 0
    met: tuple[str, ...] = ()
    marked: bool = False
    bereft: bool = False
    disk_until_ns: int = 0
    disk_served: bool = False

    def copy(self) -> Process:
        made: Process = self.__copy__()  # type: ignore[attr-defined]  # as above
        made.body_shared = True
        return made

    def child(
        self,
        pid: int,
        local: int,
        group: int,
        program: tuple[tuple[str, ...], Mapping[str, str], Identity, str],
        body: Any,  # Any: a program.Body
        table: int,
        started_ns: int,
    ) -> Process:
        """A child with what fork(2) lets it inherit, and a program: argv, environment, identity, executable."""
        dispositions = self.dispositions
        if dispositions and "catch" in dispositions.values():
            dispositions = {signal: how for signal, how in dispositions.items() if how != "catch"}
        return Process(
            pid,
            local,
            self.namespace,
            self.pid,
            group,
            self.session,
            *program,
            body,
            table,
            self.directory,
            self.umask,
            self.uid,
            self.gid,
            self.groups,
            dispositions=dispositions,
            terminal=self.terminal,
            started_ns=started_ns,
            quantum_ns=self.quantum_ns,
            spent_ns=self.spent_ns,
            capabilities=self.capabilities,
            limits=self.limits,
        )


class Sleeper(Record):
    """A process that ends as soon as its timer goes off, and that nobody has looked at: what it takes to make it.

    `processes` has it in the place of the process that it becomes when somebody asks (see `Processes` in state.py). Its
    parent waits for it, so that what it has inherited is what the parent still has. The fields are those of a
    `Process`, or what they are made from.
    """

    local: int
    parent: int
    group: int
    command: Command
    argv: tuple[str, ...]
    exports: Exports
    state: dict[str, Any]
    timer: int
    started_ns: int
    cpu_ns: int
    quantum_ns: int
    spent_ns: int

    def process(self, pid: int, parent: Process) -> Process:
        """The process as it would be now. Whoever makes it counts it as a user of its parent's descriptor table."""
        command = self.command
        body = Utility(command.utility, self.state)
        program = (self.argv, self.exports.environment(), command.identity, command.executable)
        made = parent.child(pid, self.local, self.group, program, body, parent.table, self.started_ns)
        made.waiting = LAST_SLEEP
        made.timer = self.timer
        made.quantum_ns = self.quantum_ns
        made.spent_ns = self.spent_ns
        made.cpu_ns = self.cpu_ns
        return made


class Namespace(Record):
    """A container's (or the host's) pid, mount, network and cgroup namespaces.

    `members` is local pid -> host pid, and belongs to the record alone. `network` names the network namespace, which
    several may share. A paused one keeps the processes that would run in `held`.
    """

    id: str
    hostname: str
    domain: str
    mounts: MountTable
    network: str
    memory_limit_bytes: int = 0
    pids_limit: int = 0
    cpu_max: str = "max 100000"
    init: bool = False
    members: dict[int, int] = {}
    next_local: int = 1
    frozen: bool = False
    held: tuple[int, ...] = ()
    memory_bytes: int = 0
    oom_kills: int = 0
    cpu_ns: int = 0
    terminals: tuple[str, ...] = ()
    swap_limit_bytes: int | None = None
    """How much swap beside the memory, None for no limit."""
    oom_score_adj: int = 0
    capabilities: int = USUAL_CAPABILITIES
    limits: Limits = ()
    """What its processes start with; the limits that are not the usual ones."""
    sysctls: tuple[tuple[str, str], ...] = ()
    """Settings of the kernel by their names with dots, where they are not its own."""
    resources: tuple[tuple[str, str], ...] = ()
    """Limits of the control group that are only shown: (file, text)."""
    memory_peak_bytes: int = 0
    """The most that its processes have asked for."""
    seccomp: bool = True
    """Whether system calls are filtered."""
    no_new_privileges: bool = False
    pid_space: str = ""
    """The namespace whose pid namespace it shares, HOST among them; "" for one of its own."""
    sharers: tuple[str, ...] = ()
    """The namespaces that share its pid namespace."""
    leader: int = 0
    """The host pid of its first process, with which the others end."""
    tainted: bool = False
    """Whether what is not there may be what a step before would have made, that was taken to have worked."""
    ipc: str = ""
    uts: str = ""
    """The namespaces whose IPC and UTS namespaces it shares; "" for its own."""
    control_group: str = "/"
    """What /proc/PID/cgroup says: "/" in a cgroup namespace of one's own."""
    marks: int = 0
    """How often its processes have met a boundary of the simulation."""

    def copy(self) -> Namespace:
        made: Namespace = self.__copy__()  # type: ignore[attr-defined]  # as above
        made.members = dict(self.members)
        return made


class DescriptorTable(Record):
    """fd -> open file id, shared by `references` processes and saved tables. The dict is replaced, never changed."""

    references: int
    entries: dict[int, int]


class OpenFile(Record):
    """An open file description. `kind` says what `target` is and which operations it has (see files.py)."""

    kind: str
    target: Any = None
    flags: int = 0
    offset: int = 0
    references: int = 0
    path: str = ""


class Pipe(Record):
    """Bytes on their way: `chunks` in order, `size` their sum. Waiters are pids.

    `fifo` is the (file system, inode) of a named one, which makes a reader wait (`awaiting`) until the first writer
    comes.
    """

    chunks: tuple[bytes, ...] = ()
    size: int = 0
    readers: int = 0
    writers: int = 0
    read_waiters: tuple[int, ...] = ()
    write_waiters: tuple[int, ...] = ()
    fifo: tuple[str, int] | None = None
    awaiting: bool = False


class Stream(Record):
    """The way out of the simulation for a process's standard streams, or for the outside end of a connection.

    `input` is the id of the pipe that `feed` writes to (0: there is none); `writers` counts the open files that lead to
    standard output and to standard error.
    """

    input: int = 0
    writers: tuple[int, int] = (0, 0)


class Terminal(Record):
    """A pseudo-terminal: its outside end is the stream of the same name.

    `line` is what has been typed of a line, `ready` what a read may take (b"" is an end of file). `session` and
    `foreground` are in the numbering of its namespace, 0 for none.
    """

    namespace: str
    number: int
    rows: int = 24
    columns: int = 80
    modes: Mapping[str, bool] = {}
    line: bytes = b""
    ready: tuple[bytes, ...] = ()
    session: int = 0
    foreground: int = 0
    hung_up: bool = False
    references: int = 0
    read_waiters: tuple[int, ...] = ()


class Socket(Record):
    """A listener or one end of a connection.

    `reader` and `writer` are pipes (0 for a listener); where `stream` is set, the other end is outside and bytes
    written are that stream's output. `backlog` has the sockets that nobody has accepted; `error` is an
    errno that the next read raises.
    """

    protocol: str
    network: str
    local: tuple[str, int]
    remote: tuple[str, int] = ("", 0)
    state: str = "ESTABLISHED"
    reader: int = 0
    writer: int = 0
    backlog: tuple[int, ...] = ()
    waiters: tuple[int, ...] = ()
    error: int = 0
    stream: str = ""
    owner: int = 0
    held: bool = False
    """Whether what comes for it is kept from it, as its way is down."""
    way: Way | None = None
    """What its way to the other end does to packets, where that is anything."""
    peer: int = 0
    """The other end, where there is, or was, such a way; `transit` is under way from there."""
    transit: tuple[Segment, ...] = ()
    listener: int = 0
    """Whose backlog it goes to, once the connection stands."""
    asked: bool = False
    """Whether somebody waits, who does other things meanwhile, to hear that the connection stands."""
    refusal: int = 0
    """The errno that the other side answers, where nobody listens there."""


class Buffer(Record):
    """Bytes that can be read once opened: a here-document, or a file of proc as it was."""

    content: Content = b""
