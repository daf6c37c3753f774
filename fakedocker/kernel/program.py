"""What a program and the kernel promise each other.

A process is plain data: a `Body` (program counter, stacks, variables ... whatever the program needs) beside the
kernel's own record of it. The kernel copies a body before it runs it, so that a world held by a snapshot never changes;
a body therefore holds nothing but plain data, and copies cheaply.

Waiting. A system call either completes or raises `Block` before it has any effect. The kernel then puts the process to
sleep until the call could go on, and runs the body again: a utility from its top (its `state` tells how far it came),
the shell at the operation that blocked. `put` alone never blocks: what does not fit waits in the process, and the next
call that may block waits until it is out; a program that writes for ever calls `drain`.

This module must not know any program, nor how the kernel keeps its records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from fakedocker.kernel.marks import FEATURE, THIS_PROGRAM
from fakedocker.kernel.network_calls import NetworkCalls

READ = 1
WRITE = 2
CREATE = 4
TRUNCATE = 8
APPEND = 16
EXCLUSIVE = 32
DIRECTORY = 64
NOFOLLOW = 128


class Exports(Protocol):
    """Who knows what environment a child gets."""

    def environment(self) -> Mapping[str, str]: ...


class Block(Exception):
    """Raised by a system call that cannot complete now. Programs let it pass."""


class Unsimulated(Exception):
    """Raised by a program that is asked for what is not simulated: it says so, is marked, and ends.

    Args:
        what: the thing, as in "WHAT is not simulated".
        status: what the program ends with.
        why: a key of `marks.REASONS`.
    """

    def __init__(self, what: str = THIS_PROGRAM, status: int = 1, why: str = FEATURE) -> None:
        super().__init__(what)
        self.what = what
        self.status = status
        self.why = why


class Stat(NamedTuple):
    """What stat tells. `kind` is one of file, dir, link, fifo, char, block, socket."""

    inode: int
    kind: str
    mode: int  # permission bits, with setuid, setgid and sticky
    uid: int
    gid: int
    size_bytes: int
    mtime_ns: int
    links: int
    device: str  # an id of the file system it is on
    rdev: tuple[int, int]


class ProcessInfo(NamedTuple):
    """A line of the process table, as a process in the same pid namespace sees it."""

    pid: int
    parent: int
    group: int
    session: int
    user: int
    argv: tuple[str, ...]
    state: str  # R, S, T or Z
    terminal: str  # "pts/0", or "" without one
    started_ns: int
    cpu_ns: int
    resident_bytes: int


class Identity(NamedTuple):
    """Which simulated program a file is: `busybox` as a whole, or one of GNU's, say."""

    family: str  # "busybox" or "gnu" decide wording; else the package: "nginx", "node", ...
    name: str  # the program's name in the table of programs


class Body(Protocol):
    """A program and all its memory."""

    def run(self, system: System) -> int | None:
        """Run for a while.

        Returns:
            the exit status (0-255), or None when the slice is used up and the process can go on.

        Raises:
            Block: from a system call; the body is run again when the call can complete.
        """

    def copy(self) -> Body:
        """A copy that shares no mutable part with this one."""

    def memory_bytes(self) -> int:
        """Roughly the real memory that its data takes. Time grows with the number of parts."""


class System(NetworkCalls, Protocol):
    """The system calls, seen by the process that is running.

    Paths are resolved against the process's working directory, in its mount namespace. Calls raise OSError with errno
    and Linux's own text in `strerror`; programs add their own prefix. All times are nanoseconds since 1970 on the
    virtual clock. Those of the network are in network_calls.
    """

    nonpreemptible: bool
    """Whether the process goes on where it should rest first: one that cannot be interrupted there sets it, and rests later."""

    # who and where
    @property
    def pid(self) -> int:
        """In the process's own pid namespace."""

    @property
    def parent_pid(self) -> int:
        """0 for a parent outside the pid namespace."""

    @property
    def argv(self) -> tuple[str, ...]: ...
    @property
    def environment(self) -> Mapping[str, str]:
        """As passed to exec; a shell keeps its own variables."""

    @property
    def uid(self) -> int: ...
    @property
    def gid(self) -> int: ...
    @property
    def groups(self) -> tuple[int, ...]: ...
    @property
    def identity(self) -> Identity:
        """Of the file that was executed; for busybox, the name is the applet's. argv[0] may be a link's name."""

    @property
    def directory(self) -> str:
        """The absolute working directory."""

    @property
    def umask(self) -> int: ...
    def may(self, capability: str) -> bool:
        """Whether the process is the superuser and has a capability."""

    def limit(self, resource: str) -> tuple[int, int]:
        """The soft and the hard limit of a resource, -1 for none."""

    def set_limit(self, resource: str, soft: int, hard: int) -> None:
        """EPERM for more than the hard limit, unless one has SYS_RESOURCE."""

    @property
    def hostname(self) -> str: ...
    @property
    def now_ns(self) -> int: ...
    @property
    def memory_limit_bytes(self) -> int:
        """0 without a limit."""

    # bytes
    def read(self, fd: int, size: int = 65536) -> bytes:
        """Up to `size` bytes; b"" is the end. Blocks."""

    def put(self, data: bytes | str, fd: int = 1) -> None:
        """Write all of it, now or as soon as there is room. Never blocks; may be killed by SIGPIPE, raises EPIPE if
        that is ignored."""

    def drain(self) -> None:
        """Wait until everything put is out. Blocks."""

    def poll(self, fds: Sequence[int], until_ns: int | None = None) -> list[int]:
        """Those that a read (or accept) would not block on; [] once the time has come. Blocks."""

    def wait_for_growth(self, fd: int, until_ns: int | None = None) -> None:
        """Wait until a regular file is longer than this descriptor's offset (for tail -f). Blocks.

        For ever where nothing will come, as from /dev/null; not at all for what gives more by itself (a device, a pipe,
        a terminal).
        """

    def sleep_until(self, deadline_ns: int) -> None:
        """Blocks."""

    def sleep_and_end(self, deadline_ns: int) -> int:
        """Sleep until then, and end with status 0 without another slice. Blocks, or gives what the program must return
        at once.

        Who is woken before, by SIGCONT, runs again from its beginning as ever.
        """

    # descriptors
    def open(self, path: str, flags: int = READ, mode: int = 0o666) -> int: ...
    def close(self, fd: int) -> None: ...
    def duplicate(self, fd: int, target: int | None = None) -> int: ...
    def pipe(self) -> tuple[int, int]: ...
    def seek(self, fd: int, offset: int, whence: int = 0) -> int: ...
    def truncate(self, fd: int, size_bytes: int) -> None: ...
    def fstat(self, fd: int) -> Stat: ...
    def descriptors(self) -> Mapping[int, int]:
        """The descriptor table: fd -> id of the open file. Not to be changed in place."""

    def use_table(self, entries: Mapping[int, int]) -> int:
        """Replace this process's table and give the id of the old one, which stays alive until released or restored."""

    def restore_table(self, table: int) -> None:
        """Put a table from `use_table` back and release it."""

    def release_table(self, table: int) -> None:
        """Let go of a table that will not be restored."""

    def open_file(self, path: str, flags: int, mode: int = 0o666) -> int:
        """Open, and give the id of the open file instead of a descriptor (for redirections). It must be put into a
        table at once."""

    def make_pipe(self) -> tuple[int, int]:
        """A pipe as two ids of open files, likewise."""

    def make_reader(self, data: bytes) -> int:
        """An open file that reads these bytes and then ends (here-documents), likewise."""

    # files; every call raises OSError
    def stat(self, path: str, follow: bool = True) -> Stat: ...
    def list_directory(self, path: str) -> list[str]:
        """Sorted names, without . and .. ."""

    def read_file(self, path: str, limit_bytes: int = 64 << 20) -> bytes: ...
    def write_file(self, path: str, data: bytes, append: bool = False, mode: int = 0o666) -> None: ...
    def make_directory(self, path: str, mode: int = 0o777) -> None: ...
    def remove_file(self, path: str) -> None: ...
    def remove_directory(self, path: str) -> None: ...
    def rename(self, old: str, new: str) -> None: ...
    def symlink(self, target: str, path: str) -> None: ...
    def link(self, existing: str, path: str) -> None: ...
    def make_node(self, path: str, kind: str, mode: int = 0o666, rdev: tuple[int, int] = (0, 0)) -> None: ...
    def read_link(self, path: str) -> str: ...
    def real_path(self, path: str) -> str: ...
    def change_mode(self, path: str, mode: int) -> None: ...
    def change_owner(self, path: str, uid: int, gid: int, follow: bool = True) -> None: ...
    def set_times(self, path: str, mtime_ns: int) -> None: ...
    def access(self, path: str, read: bool = False, write: bool = False, execute: bool = False) -> bool: ...
    def change_directory(self, path: str) -> None: ...
    def set_umask(self, mask: int) -> None: ...
    def mounts(self) -> list[tuple[str, str, str, str]]:
        """(source, target, type, options), as /proc/mounts lists them."""

    def file_system_usage(self, path: str) -> tuple[int, int]:
        """(total bytes, used bytes) of the file system that holds path."""

    # processes
    def find_program(self, name: str, search_path: str) -> str:
        """The path that execvp would run. Raises FileNotFoundError or PermissionError."""

    def identify(self, path: str) -> Identity:
        """Which simulated program a file is, links followed. Raises OSError (ENOEXEC for a file that is no program)."""

    def spawn(self, path: str, argv: Sequence[str], environment: Mapping[str, str], *, group: int | None = None) -> int:
        """Fork and exec; the child has this process's descriptors, directory, user, umask and ignored signals.

        A file that starts with #! runs its interpreter. The environment is kept: it must not be changed afterwards.
        `group` puts it into a process group (0: one of its own). Returns the child's pid. Raises OSError as exec would.
        Call `drain` first, so that output stays in order.
        """

    def run_program(
        self, name: str, search_path: str, argv: tuple[str, ...], exports: Exports
    ) -> tuple[int, int | None]:
        """What a shell does with a command in the foreground: `drain`, `find_program`, `spawn`, and `reap_ending` if it
        is done at once.

        Args:
            exports: asked for the child's environment, as long as the caller waits for it, if somebody wants to know.

        Returns:
            the child's pid, and how it ended, None while it runs.
        """

    def fork(self, body: Body, entries: Mapping[int, int] | None = None, *, group: int | None = None) -> int:
        """A child with this body, and this process's descriptors unless a table is given. Returns its pid."""

    def execute(self, path: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        """Replace this process's program; does not return normally (the kernel raises to end the slice). Raises OSError."""

    def children(self) -> frozenset[int]:
        """Children that have not been reaped."""

    def reap(self, pid: int) -> int | None:
        """The status of a child that ended (128 + n for a signal), and forget it; None while it runs. ECHILD if it is none."""

    def reap_ending(self, pid: int) -> int | None:
        """The same, but -n for one that a signal has ended."""

    def reap_stopped(self, pid: int) -> int | None:
        """The signal that has stopped a child, once per stop; None otherwise."""

    def wait_for_child(self, pid: int | None, *, interruptible: bool = False, stops: bool = False) -> None:
        """Raise Block until that child (or any) ends, or, where `stops`, is stopped, or, where interruptible, a caught
        signal is pending."""

    def kill(self, pid: int, signal: int) -> None:
        """pid as for kill(2): > 0 a process, 0 the own group, -1 all, < -1 a group. Signal 0 only tests."""

    def processes(self) -> list[ProcessInfo]:
        """All of this pid namespace, by pid."""

    def set_group(self, pid: int, group: int) -> None: ...
    def set_session(self) -> None: ...
    def set_user(self, uid: int, gid: int, groups: tuple[int, ...] = ()) -> None: ...

    # signals
    def catch(self, signal: int, how: str) -> None:
        """how: "default", "ignore" or "catch"; a caught signal becomes pending and is asked for with `take_signal`."""

    def signals_pending(self) -> bool: ...
    def take_signal(self) -> int | None:
        """The next caught signal, taken off the list."""

    def pause_for_signal(self, until_ns: int | None = None) -> None:
        """Block until a caught signal is pending."""

    # terminal
    def is_terminal(self, fd: int) -> bool: ...
    def window_size(self, fd: int) -> tuple[int, int]:
        """(rows, columns). ENOTTY."""

    def terminal_mode(self, fd: int) -> Mapping[str, bool]:
        """canonical, echo, signals, output (newline becomes carriage return and newline)."""

    def set_terminal_mode(self, fd: int, **modes: bool) -> None: ...
    def terminal_name(self, fd: int) -> str:
        """/dev/pts/N. ENOTTY."""

    def set_foreground(self, group: int) -> None:
        """Make a process group the foreground of the controlling terminal, wherever descriptor 0 leads: as shells do,
        which keep /dev/tty open (tcsetpgrp(3)). ENOTTY without such a terminal."""

    # the rest
    def charge(self, units: int) -> None:
        """Account for large pure work, in microseconds of CPU; who has used a quantum sleeps at its next call that may
        block.

        Who makes no such call for seconds of CPU is killed (SIGXCPU): work without end must be charged while it goes
        on.
        """

    def random(self, bound: int) -> int:
        """0 <= n < bound, from the world's seed."""

    def unsimulated(
        self, what: str = THIS_PROGRAM, why: str = FEATURE, *, program: str = "", quiet: bool = False
    ) -> None:
        """Say on descriptor 2 that something is not simulated, once for each process and thing, and let it be marked.

        Args:
            what: the thing, as in "fakedocker: PROGRAM: WHAT is not simulated".
            why: a key of `marks.REASONS`.
            program: who lacks it, where that is not what the process was called as.
            quiet: mark it only: the program has its own way of saying so, or lacks nothing. It excuses no failure.
        """

    def is_marked(self) -> bool:  # these three: see `marks`
        ...
    def set_marked(self, marked: bool) -> None: ...
    def is_bereft(self) -> bool: ...

    def memory_use(self, size_bytes: int) -> None:
        """Declare resident memory; past the limit the process is killed as the OOM killer does it."""

    def memory_held(self, size_bytes: int) -> None:
        """Declare what the data takes that a program has made; more than a real machine should give counts as out of memory."""


class Program(Protocol):
    """A utility or service: restartable, its `state` the only memory between calls."""

    def __call__(self, system: System, argv: tuple[str, ...], state: dict[str, Any], /) -> int: ...


class Deferred:
    """A program that is brought in when it is first run."""

    def loaded(self) -> Program:
        """The program itself."""
        raise NotImplementedError
