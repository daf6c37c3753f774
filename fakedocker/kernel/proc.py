"""/proc: what the kernel tells about itself and its processes, as far as people look (proc(5)).

Two tables: `GENERAL` of files about the machine, `OF_PROCESS` of files about a process. Pids are those of the viewer's pid
namespace. This module must not know how paths are walked.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import Node
from fakedocker.filesystem.walk import MAGIC_LINK_MODE
from fakedocker.kernel import proc_network
from fakedocker.kernel.privileges import limits_text
from fakedocker.kernel.records import HOST, RESIDENT_BYTES, OpenFile, Process
from fakedocker.kernel.synthetic import CPUS
from fakedocker.kernel.view import SYNTHETIC_TREES, View

MEMORY_BYTES = 8 << 30
SECOND_NS = 1_000_000_000
TICKS = 100
KERNEL_RELEASE = "6.12.9-amd64"

GENERAL: dict[str, Callable[[View], str]] = dict(proc_network.TABLES)
OF_PROCESS: dict[str, Callable[[View, Process], bytes]] = {}
_LINKS_OF_PROCESS = ("cwd", "exe", "root")
_DIRECTORIES = ("net", "sys", "sys/kernel", "sys/net", "sys/net/core", "sys/net/ipv4", "sys/vm")

_ADDRESSES_V6 = "net/if_inet6"


class ProcTree:
    """The tree of a view. Inodes are paths: "", "meminfo", "17", "17/status", "17/fd/0"."""

    def __init__(self, view: View) -> None:
        self._view = view

    def lookup(self, directory: str, name: str) -> str | None:
        path = f"{directory}/{name}" if directory else name
        if path == _ADDRESSES_V6 and not self._has_v6():
            return None
        if path in GENERAL or path in _DIRECTORIES or path in ("self", "thread-self", "mounts"):
            return path
        if path == "net":
            return path
        process = self._process(path)
        if process is None:
            return None
        _, _, rest = path.partition("/")
        if not rest or rest in OF_PROCESS or rest in _LINKS_OF_PROCESS or rest in ("fd", "ns"):
            return path
        if rest.startswith("ns/") and rest[3:] in _NAMESPACES:
            return path
        if rest.startswith("fd/") and (self._file(process, rest[3:]) is not None or self._is_reading(process, rest)):
            return path
        return None

    def node(self, inode: str) -> Node:
        now_ns = self._view.draft.now_ns
        process = self._process(inode)
        if self.is_directory(inode):
            owner = (process.uid, process.gid) if process is not None else (0, 0)
            return Node("dir", 0o500 if inode.endswith("/fd") else 0o555, *owner, now_ns)
        if (target := self._target(inode, process)) is not None:
            magic = "/fd/" in inode
            return Node("link", MAGIC_LINK_MODE if magic else 0o777, mtime_ns=now_ns, target=target)
        return Node("file", 0o444, mtime_ns=now_ns)

    def is_directory(self, inode: str) -> bool:
        if inode == "" or inode in _DIRECTORIES:
            return True
        first, _, rest = inode.partition("/")
        return first.isdigit() and rest in ("", "fd", "ns")

    def names(self, directory: str) -> list[str]:
        view = self._view
        if directory == "":
            pids = sorted(view.visible(process) for process in view.processes())
            general = {path.partition("/")[0] for path in (*GENERAL, *_DIRECTORIES)} | {"mounts", "self", "thread-self"}
            return [*map(str, pids), *sorted(general)]
        if directory in _DIRECTORIES:
            inside = [path for path in (*GENERAL, *_DIRECTORIES) if path.startswith(directory + "/")]
            if not self._has_v6():
                inside = [path for path in inside if path != _ADDRESSES_V6]
            return sorted({path[len(directory) + 1 :].partition("/")[0] for path in inside})
        process = self._process(directory)
        if process is None:
            return []
        if directory.endswith("/fd"):
            table = view.draft.tables.get(process.table)
            if table is None:
                return []
            own = {self._reading(process)} if view.viewer is process and view.reading else set()
            return [str(fd) for fd in sorted({*table.entries, *own})]
        if directory.endswith("/ns"):
            return sorted(_NAMESPACES)
        return sorted([*OF_PROCESS, *_LINKS_OF_PROCESS, "fd", "ns"])

    def _has_v6(self) -> bool:
        """Whether the network namespace has IPv6: elsewhere it is switched off, as in the recordings, and so is its table of addresses."""
        return any(held.of_version(6) for held in self._view.router.interfaces(self._view.namespace.network))

    def links(self, inode: str) -> int:
        return 2 if self.is_directory(inode) else 1

    def content(self, inode: str) -> Content:
        make = GENERAL.get(inode)
        if make is not None:
            return make(self._view).encode()
        process = self._process(inode)
        if process is None:
            return b""
        return OF_PROCESS[inode.partition("/")[2]](self._view, process)

    def file(self, inode: str) -> int | None:
        """The open file that a link in an fd directory stands for."""
        process = self._process(inode)
        if process is None or "/fd/" not in inode:
            return None
        table = self._view.draft.tables.get(process.table)
        fd = inode.rpartition("/")[2]
        return table.entries.get(int(fd)) if table is not None and fd.isdigit() else None

    def _process(self, path: str) -> Process | None:
        first = path.partition("/")[0]
        return self._view.find(int(first)) if first.isdigit() and first.isascii() else None

    def _file(self, process: Process, fd: str) -> OpenFile | None:
        table = self._view.draft.tables.get(process.table)
        number = table.entries.get(int(fd)) if table is not None and fd.isdigit() and fd.isascii() else None
        return None if number is None else self._view.draft.files.get(number)

    def _target(self, inode: str, process: Process | None) -> str | None:
        """Where a link leads; None for what is no link."""
        viewer = self._view.viewer
        if inode in ("self", "thread-self"):
            return str(self._view.visible(viewer)) if viewer is not None else "1"
        if inode == "mounts":
            return "self/mounts"
        if process is None:
            return None
        rest = inode.partition("/")[2]
        if rest == "cwd":
            return process.directory
        if rest == "exe":
            return process.executable
        if rest == "root":
            return "/"
        if rest.startswith("fd/") and (file := self._file(process, rest[3:])) is not None:
            return describe(self._view, file)
        if rest.startswith("ns/"):
            return namespace_link(self._view, process, rest[3:])
        if self._is_reading(process, rest):
            return self._view.reading
        return None

    def _reading(self, process: Process) -> int:
        """The descriptor of the directory that a process reads: the lowest that is free, as for open(2)."""
        entries = self._view.draft.tables[process.table].entries
        return next(fd for fd in range(len(entries) + 1) if fd not in entries)

    def _is_reading(self, process: Process, rest: str) -> bool:
        """Whether a path below a process is the descriptor of the descriptors' own directory, which it reads at the moment."""
        view = self._view
        return (
            view.viewer is process
            and view.reading.startswith("/proc/")
            and view.reading.endswith("/fd")
            and rest == f"fd/{self._reading(process)}"
        )


_NAMESPACES = {
    "cgroup": 4026531835, "ipc": 4026531839, "mnt": 4026531841, "net": 4026531840, "pid": 4026531836, "pid_for_children": 4026531836,
    "time": 4026531834, "time_for_children": 4026531834, "user": 4026531837, "uts": 4026531838,
}  # fmt: skip
"""The namespaces that a process is in, and the numbers of the host's (include/linux/proc_ns.h)."""
_FIRST_NAMESPACE = 4026532000


def namespace_link(view: View, process: Process, kind: str) -> str:
    """Where a link of /proc/PID/ns leads: the same for processes that share a namespace."""
    namespace = view.draft.namespaces[process.namespace]
    what = kind.partition("_")[0]
    owner = {
        "cgroup": namespace.id if namespace.control_group == "/" else HOST,
        "ipc": namespace.ipc or namespace.id,
        "mnt": namespace.id,
        "net": namespace.network,
        "pid": namespace.pid_space or namespace.id,
        "uts": namespace.uts or namespace.id,
    }.get(what, HOST)
    number = _NAMESPACES[kind] if owner == HOST else _FIRST_NAMESPACE + crc32(f"{what}:{owner}".encode()) % (1 << 24)
    return f"{what}:[{number}]"


def describe(view: View, file: OpenFile) -> str:
    """What readlink says of an open file."""
    if file.kind == "terminal":
        terminal = view.draft.terminals.get(file.target)
        return f"/dev/pts/{terminal.number}" if terminal is not None else "/dev/pts/0 (deleted)"
    if file.kind in ("pipe-read", "pipe-write"):
        return f"pipe:[{file.target}]"
    if file.kind in ("socket", "daemon"):
        return f"socket:[{file.target}]"
    if file.kind in ("stream", "input"):
        fd = file.target[1] if file.kind == "stream" else 0
        return f"pipe:[{4026532000 + fd}]"
    if file.kind == "buffer":
        return file.path or "/memfd:here-document (deleted)"
    return file.path or f"/dev/{file.kind}"


def _general(path: str) -> Callable[[Callable[[View], str]], Callable[[View], str]]:
    def enter(make: Callable[[View], str]) -> Callable[[View], str]:
        GENERAL[path] = make
        return make

    return enter


def _of_process(
    name: str,
) -> Callable[[Callable[[View, Process], bytes]], Callable[[View, Process], bytes]]:
    def enter(make: Callable[[View, Process], bytes]) -> Callable[[View, Process], bytes]:
        OF_PROCESS[name] = make
        return make

    return enter


@_general("cpuinfo")
def _cpuinfo(view: View) -> str:
    return "".join(
        f"processor\t: {index}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"
        f"model name\t: Intel(R) Xeon(R) Processor @ 2.50GHz\nstepping\t: 7\ncpu MHz\t\t: 2500.000\n"
        f"cache size\t: 36608 KB\nphysical id\t: 0\nsiblings\t: {CPUS}\ncore id\t\t: {index}\ncpu cores\t: {CPUS}\n"
        f"bogomips\t: 5000.00\naddress sizes\t: 46 bits physical, 48 bits virtual\n\n"
        for index in range(CPUS)
    )


@_general("meminfo")
def _meminfo(view: View) -> str:
    used = (1 << 30) + sum(max(0, view.draft.namespaces[name].memory_bytes) for name in view.draft.namespaces)
    total, free = MEMORY_BYTES // 1024, max(0, MEMORY_BYTES - used) // 1024
    rows = {
        "MemTotal": total,
        "MemFree": free * 3 // 4,
        "MemAvailable": free,
        "Buffers": 98304,
        "Cached": free // 4,
        "SwapCached": 0,
        "SwapTotal": 0,
        "SwapFree": 0,
        "Shmem": 4096,
    }
    return "".join(f"{name + ':':<16}{value:>8} kB\n" for name, value in rows.items())


@_general("uptime")
def _uptime(view: View) -> str:
    seconds = (view.draft.now_ns - view.draft.boot_ns) / SECOND_NS
    return f"{seconds:.2f} {seconds * CPUS * 0.98:.2f}\n"


@_general("loadavg")
def _loadavg(view: View) -> str:
    processes = view.processes()
    running = sum(1 for process in processes if process.queued)
    return f"0.00 0.01 0.05 {max(1, running)}/{len(processes) + 120} {view.draft.next_pid - 1}\n"


@_general("version")
def _version(view: View) -> str:
    return f"Linux version {KERNEL_RELEASE} (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian\n"


@_general("stat")
def _stat(view: View) -> str:
    ticks = (view.draft.now_ns - view.draft.boot_ns) * TICKS // SECOND_NS
    lines = [f"cpu  0 0 0 {ticks * CPUS} 0 0 0 0 0 0"]
    lines += [f"cpu{index} 0 0 0 {ticks} 0 0 0 0 0 0" for index in range(CPUS)]
    lines += [f"btime {view.draft.boot_ns // SECOND_NS}", f"processes {view.draft.next_pid - 1}", "procs_running 1"]
    return "\n".join(lines) + "\n"


@_general("filesystems")
def _filesystems(view: View) -> str:
    return "".join(
        f"{'nodev' if kind != 'ext4' else ''}\t{kind}\n"
        for kind in ("sysfs", "tmpfs", "proc", "cgroup2", "devpts", "ext4", "mqueue", "overlay")
    )


@_general("net/dev")
def _net_dev(view: View) -> str:
    head = (
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast"
        "|bytes    packets errs drop fifo colls carrier compressed\n"
    )
    zeros = f"{0:>8}{0:>8}{0:>5}{0:>5}{0:>5}{0:>6}{0:>11}{0:>10}{0:>9}{0:>8}{0:>5}{0:>5}{0:>5}{0:>6}{0:>8}{0:>11}"
    rows = [f"{held.name:>6}:{zeros}\n" for held in view.router.interfaces(view.namespace.network)]
    return head + "".join(rows)


@_general("sys/kernel/hostname")
def _hostname(view: View) -> str:
    return f"{view.namespace.hostname}\n"


@_general("sys/kernel/ostype")
def _ostype(view: View) -> str:
    return "Linux\n"


@_general("sys/kernel/osrelease")
def _osrelease(view: View) -> str:
    return f"{KERNEL_RELEASE}\n"


_SYSCTLS = {
    "kernel.domainname": "(none)", "kernel.msgmax": "8192", "kernel.shm_rmid_forced": "0", "kernel.shmmax": "18446744073692774399",
    "net.core.somaxconn": "4096", "net.ipv4.ip_forward": "1", "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_unprivileged_port_start": "1024", "net.ipv4.ping_group_range": "1\t0", "vm.overcommit_memory": "0",
}  # fmt: skip
"""Settings that a container may find, with the kernel's own values."""


def _setting(name: str) -> Callable[[View], str]:
    def read(view: View) -> str:
        value = dict(view.namespace.sysctls).get(name)
        if value is None and name == "kernel.domainname" and view.namespace.domain:
            value = view.namespace.domain
        return "\t".join((value or _SYSCTLS[name]).split()) + "\n"

    return read


for _name in _SYSCTLS:
    GENERAL[f"sys/{_name.replace('.', '/')}"] = _setting(_name)


@_of_process("cmdline")
def _cmdline(view: View, process: Process) -> bytes:
    if process.status is not None:
        return b""
    return b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in process.argv)


@_of_process("environ")
def _environ(view: View, process: Process) -> bytes:
    return b"".join(
        f"{name}={value}".encode("utf-8", "surrogateescape") + b"\0" for name, value in process.environment.items()
    )


@_of_process("cgroup")
def _control_group(view: View, process: Process) -> bytes:
    return f"0::{view.draft.namespaces[process.namespace].control_group}\n".encode()


@_of_process("comm")
def _comm(view: View, process: Process) -> bytes:
    return command_name(process).encode("utf-8", "surrogateescape") + b"\n"


@_of_process("mounts")
def _mounts(view: View, process: Process) -> bytes:
    return "".join(
        f"{mount.source} {mount.target} {mount.kind} {'ro' if mount.read_only else 'rw'},{mount.options} 0 0\n"
        for mount in view.draft.namespaces[process.namespace].mounts.mounts
        if mount.listed
    ).encode()


@_of_process("limits")
def _limits(view: View, process: Process) -> bytes:
    return limits_text(process.limits).encode()


@_of_process("oom_score_adj")
def _oom_score_adjustment(view: View, process: Process) -> bytes:
    return f"{view.draft.namespaces[process.namespace].oom_score_adj}\n".encode()


_MOUNT_FLAGS = frozenset(("nosuid", "nodev", "noexec", "relatime", "noatime"))
"""Options of a mount itself; the others are its file system's."""


@_of_process("mountinfo")
def _mount_information(view: View, process: Process) -> bytes:
    lines = []
    devices: dict[str, int] = {}
    listed = [mount for mount in view.draft.namespaces[process.namespace].mounts.mounts if mount.listed]
    for index, mount in enumerate(listed):
        device = devices.setdefault(mount.filesystem or mount.target, len(devices) + 40)
        access = "ro" if mount.read_only else "rw"
        options = mount.options.split(",")
        own = ",".join([access, *(option for option in options if option in _MOUNT_FLAGS)])
        whole = ",".join(["rw", *(option for option in options if option not in _MOUNT_FLAGS)])
        parent = 500 if index else 400
        lines.append(
            f"{500 + index} {parent} 0:{device} / {mount.target} {own} - {mount.kind} {mount.source} {whole}\n"
        )
    return "".join(lines).encode()


@_of_process("stat")
def _process_stat(view: View, process: Process) -> bytes:
    ticks = process.cpu_ns * TICKS // SECOND_NS
    started = (process.started_ns - view.draft.boot_ns) * TICKS // SECOND_NS
    fields = [
        f"{view.visible(process)} ({command_name(process)}) {process_state(process)} {view.visible_pid(process.parent)}",
        f"{view.visible_group(process, process.group)} {view.visible_group(process, process.session)} 0 -1 4194560 0 0 0 0",
        f"{ticks} 0 0 0 20 0 1 0 {started} {2 * RESIDENT_BYTES} {resident_bytes(process) // 4096}",
    ]
    return (" ".join(fields) + " 18446744073709551615" + " 0" * 27 + "\n").encode()


_STATE_NAMES = {"R": "R (running)", "S": "S (sleeping)", "T": "T (stopped)", "Z": "Z (zombie)"}


@_of_process("status")
def _status(view: View, process: Process) -> bytes:
    ids = "\t".join([str(process.uid)] * 4), "\t".join([str(process.gid)] * 4)
    pid = view.visible(process)
    namespace = view.draft.namespaces[process.namespace]
    cpus = dict(namespace.resources).get("cpuset.cpus") or f"0-{CPUS - 1}"
    effective = 0 if process.uid else process.capabilities
    pids = f"{process.pid}\t{process.local}" if view.name == HOST != process.namespace else str(pid)
    rows = {
        "Name": command_name(process),
        "Umask": f"{process.umask:04o}",
        "State": _STATE_NAMES[process_state(process)],
        "Tgid": str(pid),
        "Ngid": "0",
        "Pid": str(pid),
        "PPid": str(view.visible_pid(process.parent)),
        "TracerPid": "0",
        "Uid": ids[0],
        "Gid": ids[1],
        "FDSize": "64",
        "Groups": " ".join(map(str, process.groups)) + " ",
        "NStgid": pids,
        "NSpid": pids,
        "VmSize": f"{2 * RESIDENT_BYTES // 1024:>8} kB",
        "VmRSS": f"{resident_bytes(process) // 1024:>8} kB",
        "Threads": "1",
        "SigIgn": f"{_mask(process, 'ignore'):016x}",
        "SigCgt": f"{_mask(process, 'catch'):016x}",
        "CapInh": f"{0:016x}",
        "CapPrm": f"{effective:016x}",
        "CapEff": f"{effective:016x}",
        "CapBnd": f"{process.capabilities:016x}",
        "CapAmb": f"{0:016x}",
        "NoNewPrivs": str(int(namespace.no_new_privileges)),
        "Seccomp": "2" if namespace.seccomp else "0",
        "Seccomp_filters": "1" if namespace.seccomp else "0",
        "Cpus_allowed": f"{_cpu_mask(cpus):x}",
        "Cpus_allowed_list": cpus,
        "Mems_allowed_list": "0",
    }
    return "".join(f"{name}:\t{value}\n" for name, value in rows.items()).encode("utf-8", "surrogateescape")


def _cpu_mask(cpus: str) -> int:
    """The bits of a list of processors, such as 0-1,3."""
    pairs = [(part.partition("-")[0], part.rpartition("-")[2]) for part in cpus.split(",")]
    return sum(1 << number for first, last in pairs for number in range(int(first), int(last) + 1))


def _mask(process: Process, how: str) -> int:
    return sum(1 << (signal - 1) for signal, set_to in process.dispositions.items() if set_to == how)


def process_state(process: Process) -> str:
    """The letter that ps shows."""
    if process.status is not None:
        return "Z"
    if process.stopped:
        return "T"
    return "S" if process.waiting else "R"


def resident_bytes(process: Process) -> int:
    return 0 if process.status is not None else process.resident_bytes or RESIDENT_BYTES


def command_name(process: Process) -> str:
    """The first 15 bytes of what was executed, as comm has it."""
    name = process.argv[0] if process.argv else process.executable
    return name.rpartition("/")[2][:15]


SYNTHETIC_TREES["proc"] = ProcTree
