"""What the files of /proc say: `GENERAL` about the machine, `OF_PROCESS` about a process (proc(5))."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.kernel import proc_network
from fakedocker.kernel.privileges import limits_text
from fakedocker.kernel.records import HOST, RESIDENT_BYTES, Process
from fakedocker.kernel.synthetic import CPUS
from fakedocker.kernel.view import View

MEMORY_BYTES = 8 << 30
SECOND_NS = 1_000_000_000
TICKS = 100
KERNEL_RELEASE = "6.12.9-amd64"
GENERAL: dict[str, Callable[[View], str]] = dict(proc_network.TABLES)
OF_PROCESS: dict[str, Callable[[View, Process], bytes]] = {}


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
"""Settings that a container may find, with the kernel\'s own values."""


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
"""Options of a mount itself; the others are its file system\'s."""


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
