"""/sys/fs/cgroup of a container, in cgroup v2's form: its limits, and what it uses.

Source: Documentation/admin-guide/cgroup-v2.rst of Linux 6.12 for the names and forms of the files. What the namespace's
record has as a number of its own (memory, processes, CPU time) is shown from there; all other limits are texts that
whoever makes the namespace sets by the names of the files. This module must not know Docker's names of limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fakedocker.kernel.records import Namespace
from fakedocker.kernel.synthetic import CPUS, SyntheticTree
from fakedocker.kernel.view import SYNTHETIC_TREES, View

PAGE_BYTES = 4096
_ALL_CPUS = f"0-{CPUS - 1}" if CPUS > 1 else "0"
_NO_PRESSURE = "".join(f"{what} avg10=0.00 avg60=0.00 avg300=0.00 total=0\n" for what in ("some", "full"))

_CONSTANT = {
    "cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
    "cgroup.max.depth": "max\n",
    "cgroup.max.descendants": "max\n",
    "cgroup.pressure": "1\n",
    "cgroup.stat": "nr_descendants 0\nnr_dying_descendants 0\n",
    "cgroup.subtree_control": "",
    "cgroup.type": "domain\n",
    "cpu.idle": "0\n",
    "cpu.max.burst": "0\n",
    "cpu.pressure": _NO_PRESSURE,
    "cpuset.cpus.exclusive": "\n",
    "cpuset.cpus.exclusive.effective": "\n",
    "cpuset.cpus.partition": "member\n",
    "cpuset.mems.effective": "0\n",
    "io.pressure": _NO_PRESSURE,
    "io.stat": "",
    "memory.high": "max\n",
    "memory.min": "0\n",
    "memory.oom.group": "0\n",
    "memory.pressure": _NO_PRESSURE,
    "memory.swap.current": "0\n",
    "memory.swap.events": "high 0\nmax 0\nfail 0\n",
    "memory.swap.high": "max\n",
    "memory.swap.peak": "0\n",
    "pids.events": "max 0\n",
}
_DEFAULTS = {
    "cpu.weight": "100",
    "cpuset.cpus": "",
    "cpuset.mems": "",
    "io.max": "",
    "io.weight": "default 100",
    "memory.low": "0",
}
"""Limits that nothing is done about here but to show them."""


def control_group_tree(view: View) -> SyntheticTree:
    """The tree of a view's namespace."""
    namespace = view.namespace
    files: dict[str, Callable[[], str]] = {name: _always(text) for name, text in _CONSTANT.items()}
    limits = _DEFAULTS | dict(namespace.resources)
    files |= {name: _always(f"{text}\n" if text or name != "io.max" else "") for name, text in limits.items()}
    files |= {
        "cgroup.events": lambda: f"populated {int(bool(namespace.members))}\nfrozen {int(namespace.frozen)}\n",
        "cgroup.freeze": lambda: f"{int(namespace.frozen)}\n",
        "cgroup.procs": lambda: _lines(str(pid) for pid in sorted(namespace.members)),
        "cgroup.threads": lambda: _lines(str(pid) for pid in sorted(namespace.members)),
        "cpu.max": lambda: f"{namespace.cpu_max}\n",
        "cpu.stat": lambda: _cpu_statistics(view, namespace),
        "cpu.weight.nice": lambda: f"{_nice_of(int(limits['cpu.weight']))}\n",
        "cpuset.cpus.effective": lambda: f"{limits['cpuset.cpus'] or _ALL_CPUS}\n",
        "memory.current": lambda: f"{namespace.memory_bytes}\n",
        "memory.events": lambda: _memory_events(namespace),
        "memory.events.local": lambda: _memory_events(namespace),
        "memory.max": lambda: f"{_pages(namespace.memory_limit_bytes) or 'max'}\n",
        "memory.peak": lambda: f"{max(namespace.memory_peak_bytes, namespace.memory_bytes)}\n",
        "memory.stat": lambda: _memory_statistics(namespace),
        "memory.swap.max": lambda: f"{'max' if namespace.swap_limit_bytes is None else _pages(namespace.swap_limit_bytes)}\n",
        "pids.current": lambda: f"{len(namespace.members)}\n",
        "pids.max": lambda: f"{namespace.pids_limit or 'max'}\n",
    }  # fmt: skip
    return SyntheticTree(files, view.draft.now_ns)


def _always(text: str) -> Callable[[], str]:
    return lambda: text


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _pages(size_bytes: int) -> int:
    """The kernel counts in whole pages."""
    return size_bytes // PAGE_BYTES * PAGE_BYTES


def _cpu_statistics(view: View, namespace: Namespace) -> str:
    processes = view.draft.processes
    used = (namespace.cpu_ns + sum(processes[pid].cpu_ns for pid in namespace.members.values())) // 1000
    rows = {"usage_usec": used, "user_usec": used, "system_usec": 0, "nice_usec": 0, "core_sched.force_idle_usec": 0}
    names = ("nr_periods", "nr_throttled", "throttled_usec", "nr_bursts", "burst_usec")
    return _lines(f"{name} {value}" for name, value in (rows | dict.fromkeys(names, 0)).items())


def _memory_events(namespace: Namespace) -> str:
    kills = namespace.oom_kills
    return f"low 0\nhigh 0\nmax {kills}\noom {kills}\noom_kill {kills}\noom_group_kill 0\n"


def _memory_statistics(namespace: Namespace) -> str:
    """memory.stat: all that processes use counts as their own memory, nothing as cached files."""
    names = (
        "anon file kernel kernel_stack pagetables sec_pagetables percpu sock vmalloc shmem zswap zswapped file_mapped file_dirty "
        "file_writeback swapcached anon_thp file_thp shmem_thp inactive_anon active_anon inactive_file active_file unevictable "
        "slab_reclaimable slab_unreclaimable slab"
    ).split()
    used = max(0, namespace.memory_bytes)
    return _lines(f"{name} {used if name in ('anon', 'inactive_anon') else 0}" for name in names)


def _nice_of(weight: int) -> int:
    """The nice value whose weight is nearest (kernel/sched/core.c cpu_weight_nice_read_s64)."""
    load = max(2, -(-weight * 1024 // 100))
    return min(range(-20, 20), key=lambda nice: (abs(_LOADS[nice + 20] - load), nice))


_LOADS = (
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
)  # fmt: skip
"""sched_prio_to_weight of Linux, from nice -20 to 19."""

SYNTHETIC_TREES["cgroup2"] = control_group_tree
