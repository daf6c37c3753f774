"""How processes come and go: forking, ending, adopting, reaping, memory and its limit (fork(2), exit(2), wait(2), cgroups(7))."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

from fakedocker.filesystem.errors import failure
from fakedocker.kernel import files, signals
from fakedocker.kernel.events import Exited, OutOfMemory
from fakedocker.kernel.loader import Runnable
from fakedocker.kernel.records import CHARGED_BYTES, HOST, Namespace, Process, Sleeper
from fakedocker.kernel.state import KernelDraft

PROCESSES = 32768
"""The most processes of the whole simulation (kernel.pid_max)."""


def has_room(draft: KernelDraft, namespace: Namespace) -> bool:
    """Whether the namespace, and the simulation, may have one more process."""
    return draft.processes.size < PROCESSES and not 0 < namespace.pids_limit <= len(namespace.members)


def demand_process(draft: KernelDraft, namespace: Namespace) -> None:
    """EAGAIN when the namespace, or the simulation, may have no more processes."""
    if not has_room(draft, namespace):
        raise failure(errno.EAGAIN)


def next_pids(draft: KernelDraft, namespace: Namespace) -> tuple[int, int]:
    """(host pid, local pid) for a new process. The namespace must be owned."""
    pid = draft.next_pid
    draft.next_pid = pid + 1
    if namespace.id == HOST:
        return pid, pid
    owner = namespace
    if namespace.pid_space:
        if namespace.pid_space == HOST:
            return pid, pid
        owner = draft.namespaces.for_update(namespace.pid_space)
    local = owner.next_local
    owner.next_local = local + 1
    return pid, local


def is_leader(namespace: Namespace, process: Process) -> bool:
    """Whether a process is the first of its container, with which the others end."""
    return process.pid == namespace.leader if namespace.pid_space else process.local == 1 and namespace.id != HOST


def same_pids(draft: KernelDraft, one: str, other: str) -> bool:
    """Whether two namespaces have one pid namespace."""
    return one == other or pid_space(draft, one) == pid_space(draft, other)


def pid_space(draft: KernelDraft, name: str) -> str:
    """The namespace that a namespace's pids belong to."""
    namespace = draft.namespaces.get(name)
    return name if namespace is None else namespace.pid_space or name


def insert(draft: KernelDraft, process: Process, namespace: Namespace) -> None:
    """Put a new process on the tables. The namespace must be owned."""
    namespace.members[process.local] = process.pid
    namespace.memory_bytes += CHARGED_BYTES
    draft.processes.insert(process.pid, process)


def without(pids: tuple[int, ...], pid: int) -> tuple[int, ...]:
    """Pids less one of them, if it is there. O(pids), quickly."""
    if pid not in pids:
        return pids
    place = pids.index(pid)
    return pids[:place] + pids[place + 1 :]


def fork(
    draft: KernelDraft,
    parent: Process,
    body: Any,  # Any: a program.Body
    table: int,
    group: int | None,
    program: Runnable | None = None,
    environment: Mapping[str, str] | None = None,
) -> Process:
    """A child like its parent, with a body and a descriptor table (of which it takes over one use).

    Args:
        group: a process group of the parent's pid namespace, 0 for one of its own, None for the parent's.
        program: what it executes, where that is not what the parent does, with an environment of its own.

    Raises:
        OSError: EAGAIN.
    """
    namespace = draft.namespaces.for_update(parent.namespace)
    demand_process(draft, namespace)
    pid, local = next_pids(draft, namespace)
    of = parent if program is None else program
    executed = (of.argv, parent.environment if environment is None else environment, of.identity, of.executable)
    group = parent.group if group is None else group or local
    child = parent.child(pid, local, group, executed, body, table, draft.now_ns)
    insert(draft, child, namespace)
    parent.children += (pid,)
    return child


def end(draft: KernelDraft, process: Process, status: int, signal: int = 0) -> None:
    """End a process: it becomes a zombie until its parent asks, and leaves at once where nobody will.

    Its children go to process 1 of its namespace; with process 1 all others of the namespace are killed.
    """
    if process.status is not None:
        return
    process = draft.processes.for_update(process.pid)
    for pid in process.children:
        draft.processes.get(pid)  # a sleeper inherits from it, for the last time
    process.status = status
    process.killed_by = signal
    process.waiting = ""
    process.body = None
    backlog, process.backlog = process.backlog, ()
    for number, _ in backlog:
        files.let_go(draft, number)
    if process.timer:
        process.timer = 0
        draft.timers.cancelled()
    table, process.table = process.table, 0
    files.release_table(draft, table)
    namespace = draft.namespaces.for_update(process.namespace)
    namespace.memory_bytes -= charged(process)
    namespace.cpu_ns += process.cpu_ns
    if process.terminal and process.session == process.local:
        _leave_terminal(draft, process)
    if is_leader(namespace, process):
        _end_all(draft, namespace, process)
    elif process.children:
        _give_away(draft, namespace, process)
    _tell(draft, process)


def take_failure(parent: Process, child: Process, failed: bool) -> None:
    """What the end of a child that a process has waited for says of a failure of its own (see marks.py)."""
    if failed:
        parent.marked = child.marked
    elif child.bereft:  # it has swallowed it
        parent.marked = True
    if child.bereft or (failed and child.marked):
        parent.bereft = True


def end_awaited(draft: KernelDraft, parent: Process, process: Process, status: int) -> None:
    """End a child by itself whose parent takes its status at once: `end`, `reap` and what lies between them.

    Both must be owned. The parent must not have asked for SIGCHLD, and the child must have nothing more to put out.
    """
    if process.children or (process.terminal and process.session == process.local):
        end(draft, process, status)
        reap(draft, parent, process.pid)
        return
    take_failure(parent, process, bool(status))
    if process.timer:
        draft.timers.cancelled()
    files.release_table(draft, process.table)
    namespace = draft.namespaces.for_update(process.namespace)
    namespace.memory_bytes -= process.resident_bytes or CHARGED_BYTES
    namespace.cpu_ns += process.cpu_ns
    namespace.members.pop(process.local, None)
    parent.children = without(parent.children, process.pid)
    del draft.processes[process.pid]


def start_sleeper(draft: KernelDraft, parent: Process, namespace: Namespace, sleeper: Sleeper, at_ns: int) -> None:
    """Enter a child of which it is known that it ends when its timer goes off. Both records must be owned."""
    pid, sleeper.local = next_pids(draft, namespace)
    sleeper.timer = draft.new_id()
    namespace.members[sleeper.local] = pid
    namespace.memory_bytes += CHARGED_BYTES
    parent.children += (pid,)
    draft.processes.add_sleeper(pid, sleeper)
    draft.timers.add((at_ns, sleeper.timer, "wake", pid))


def end_sleep(draft: KernelDraft, pid: int, sleeper: Sleeper, parent: Process) -> None:
    """End such a child and wake its parent, which waits for it: `end`, and all that `reap` will find to do. The parent
    must be owned."""
    namespace = draft.namespaces.for_update(parent.namespace)
    namespace.memory_bytes -= CHARGED_BYTES
    namespace.cpu_ns += sleeper.cpu_ns
    namespace.members.pop(sleeper.local)
    parent.children = without(parent.children, pid)
    parent.ended_child = sleeper.local
    parent.waiting = ""
    draft.processes.end(pid)
    draft.enqueue(parent)


def reap(draft: KernelDraft, parent: Process, pid: int) -> int | None:
    """How a child ended (its status, or -n for signal n), which is forgotten; None while it runs. ECHILD. The parent
    must be owned."""
    if pid not in parent.children:
        raise failure(errno.ECHILD)
    child: Process | None = draft.processes.get(pid)
    if child is None or child.status is None:
        return None if child is not None else _lost(parent, pid)
    parent.children = without(parent.children, pid)
    take_failure(parent, child, bool(child.status or child.killed_by))
    forget(draft, child)
    return -child.killed_by if child.killed_by else child.status


def forget(draft: KernelDraft, process: Process) -> None:
    """Take an ended process off the tables."""
    del draft.processes[process.pid]
    draft.namespaces.for_update(process.namespace).members.pop(process.local, None)


def charged(process: Process) -> int:
    """What a process counts for in its cgroup's memory."""
    return process.resident_bytes or CHARGED_BYTES


MACHINE_MEMORY_BYTES = 8 << 30
"""What a namespace without a limit may use: the memory of the machine."""
HELD_BYTES = 128 << 20
"""What a program's data may take of the real machine's memory; who holds more counts as having asked for more than there is."""
_LITTLE_BYTES = 1 << 20


def use_memory(draft: KernelDraft, process: Process, size_bytes: int) -> None:
    """Let a process have that much memory; past the limit the largest of its namespace is killed (oom_kill in cgroup v2)."""
    namespace = draft.namespaces.for_update(process.namespace)
    namespace.memory_bytes += max(size_bytes, 1) - charged(process)
    process.resident_bytes = max(size_bytes, 1)
    namespace.memory_peak_bytes = max(namespace.memory_peak_bytes, namespace.memory_bytes)
    limit = namespace.memory_limit_bytes or MACHINE_MEMORY_BYTES
    while namespace.memory_bytes > limit:
        alive = [draft.processes[pid] for pid in namespace.members.values()]
        victim = max((p for p in alive if p.status is None), key=lambda p: (charged(p), p.pid), default=None)
        if victim is None:
            return
        oom_kill(draft, victim)


def oom_kill(draft: KernelDraft, process: Process) -> None:
    """Kill a process as the kernel does when memory is used up."""
    namespace = draft.namespaces.for_update(process.namespace)
    victim = draft.processes.for_update(process.pid)
    victim.oom = True
    namespace.oom_kills += 1
    draft.emitted.append(OutOfMemory(namespace.id, victim.pid))
    end(draft, victim, 128 + signals.KILL, signals.KILL)


def send_signal(draft: KernelDraft, process: Process, signal: int, *, from_inside: bool) -> None:
    """A signal from a process (of the same pid namespace, or of the host's) or from outside."""
    signals.send(draft, process, signal, end, from_inside=from_inside)


def measure_memory(draft: KernelDraft, process: Process) -> None:
    """Let a process be charged for what its body holds. May kill, as `use_memory`.

    Time grows with the parts of what is held; see `Body.memory_bytes`.
    """
    held = process.body.memory_bytes()
    hold_memory(draft, process, held)
    process.unmeasured_bytes = -held // 32


def hold_memory(draft: KernelDraft, process: Process, held: int) -> None:
    """Let a process be charged for that many bytes, so that no program can use up the real memory. May kill, as `use_memory`."""
    if held > HELD_BYTES:
        use_memory(
            draft, process, 2 * max(MACHINE_MEMORY_BYTES, draft.namespaces[process.namespace].memory_limit_bytes)
        )
    elif held > _LITTLE_BYTES and CHARGED_BYTES + held > process.resident_bytes:
        use_memory(draft, process, CHARGED_BYTES + held)


def group_members(draft: KernelDraft, namespace: str, group: int) -> list[int]:
    """The host pids of a process group, in order. Time grows with the processes of the namespace."""
    owner = draft.namespaces.get(namespace)
    if owner is None:
        return []
    found = [draft.processes[pid] for pid in owner.members.values()]
    return sorted(process.pid for process in found if process.group == group and process.status is None)


def signal_group(draft: KernelDraft, namespace: str, group: int, signal: int) -> None:
    """A signal to a process group from its terminal."""
    for pid in group_members(draft, namespace, group):
        signal_process(draft, pid, signal)


def signal_process(draft: KernelDraft, pid: int, signal: int) -> None:
    """A signal to one process, by host pid, as if from inside its namespace; nothing happens where there is none."""
    process = draft.processes.get(pid)
    if process is not None:
        send_signal(draft, process, signal, from_inside=True)


def _lost(parent: Process, pid: int) -> int:
    parent.children = without(parent.children, pid)
    return 0


def _tell(draft: KernelDraft, process: Process) -> None:
    """Tell whoever waits for this process, and forget it where nobody does."""
    parent = draft.processes.get(process.parent) if process.parent else None
    if parent is None or parent.status is not None:
        if process.started:
            was_init = is_leader(draft.namespaces[process.namespace], process)
            status = process.status or 0
            how = (process.killed_by, was_init, process.oom, process.marked, process.bereft)
            draft.emitted.append(Exited(process.namespace, process.pid, status, *how))
        forget(draft, process)
        return
    how = parent.dispositions.get(signals.CHLD)
    if how == "ignore":
        parent = draft.processes.for_update(parent.pid)
        parent.children = without(parent.children, process.pid)
        forget(draft, process)
        draft.wake(parent.pid)
    elif how == "catch":
        send_signal(draft, parent, signals.CHLD, from_inside=True)
    elif parent.waiting == "child":
        draft.wake(parent.pid)


def _give_away(draft: KernelDraft, namespace: Namespace, process: Process) -> None:
    """Process 1 of the namespace adopts the children; on the host, whose process 1 is not simulated, nobody does."""
    adopter = (
        draft.processes.get(namespace.members.get(1, 0)) if namespace.id != HOST and not namespace.pid_space else None
    )
    for pid in sorted(process.children):
        if pid not in draft.processes:
            continue
        child = draft.processes.for_update(pid)
        child.parent = adopter.pid if adopter is not None else 0
        if adopter is None:
            if child.status is not None:
                forget(draft, child)
            continue
        adopter = draft.processes.for_update(adopter.pid)
        adopter.children += (pid,)
        if child.status is not None and adopter.waiting == "child":
            draft.wake(adopter.pid)
    process.children = ()


def _end_all(draft: KernelDraft, namespace: Namespace, init: Process) -> None:
    """Kill whatever is left of a namespace whose process 1 has ended."""
    for pid in sorted(namespace.members.values()):
        other = draft.processes.get(pid)
        if other is not None and other.pid != init.pid and other.status is None:
            end(draft, other, 128 + signals.KILL, signals.KILL)
    for pid in sorted(namespace.members.values()):
        if pid != init.pid and (left := draft.processes.get(pid)) is not None:
            forget(draft, left)
    init.children = ()
    namespace.held = ()
    if not namespace.pid_space:
        for name in namespace.sharers:
            for pid in sorted(draft.namespaces[name].members.values()):
                guest = draft.processes.get(pid)
                if guest is not None and guest.status is None:
                    end(draft, guest, 128 + signals.KILL, signals.KILL)


def _leave_terminal(draft: KernelDraft, process: Process) -> None:
    """The end of a session leader: the foreground group hears HUP, and the terminal is free for another session."""
    terminal = draft.terminals.get(process.terminal)
    if terminal is None or terminal.session != process.session or terminal.namespace != process.namespace:
        return
    group = terminal.foreground
    terminal = draft.terminals.for_update(process.terminal)
    terminal.session = terminal.foreground = 0
    if group and group != process.group:
        signal_group(draft, process.namespace, group, signals.HUP)
