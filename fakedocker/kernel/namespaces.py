"""The kernel's namespaces and the containers' file systems: made, changed, paused, measured, destroyed."""

from __future__ import annotations

from typing import Any, Required, TypedDict, Unpack

from msgspec import Struct

from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree
from fakedocker.filesystem.walk import MountTable
from fakedocker.kernel import devices, lifecycle, signals
from fakedocker.kernel.kernel_base import KernelBase
from fakedocker.kernel.privileges import Limits
from fakedocker.kernel.records import HOST, Namespace


class Usage(Struct, frozen=True):
    """What a namespace uses."""

    memory_bytes: int
    cpu_ns: int
    processes: int


class ResourceSettings(TypedDict, total=False):
    """The limits of a namespace.

    Args:
        memory_limit_bytes, pids_limit: 0 for no limit.
        swap_limit_bytes: None for no limit.
        cpu_max: as cpu.max has it.
        resources: other limits, by the names of their files in the control group.
    """

    memory_limit_bytes: int
    pids_limit: int
    swap_limit_bytes: int | None
    cpu_max: str
    resources: tuple[tuple[str, str], ...]


class NamespaceSettings(ResourceSettings, total=False):
    """What else a namespace is made with.

    Args:
        init: whether process 1 is docker-init.
        sysctls: settings of the kernel that are not its own, by their names with dots.
        seccomp: whether system calls are filtered.
        no_new_privileges: whether executing a file gives nobody more privileges.
        ipc, uts: the ids of others whose IPC and UTS namespaces it shares; its own by default.
        control_group: what /proc/PID/cgroup says.
        tainted: whether what is not there may be what a step before would have made.
    """

    hostname: Required[str]
    init: bool
    oom_score_adj: int
    capabilities: int
    limits: Limits
    sysctls: tuple[tuple[str, str], ...]
    seccomp: bool
    no_new_privileges: bool
    ipc: str
    uts: str
    control_group: str
    tainted: bool


class ChangedSettings(ResourceSettings, total=False):
    """What of it can be changed while it is there."""

    mounts: MountTable


class Namespaces(KernelBase):
    """See the module's docstring."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:  # Any: those of KernelBase
        super().__init__(*arguments, **settings)
        self._initial: dict[int, tuple[Tree, Tree]] = {}

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
        mounts: MountTable,
        domain: str = "",
        network: str | None = None,
        pid_space: str = "",
        **settings: Unpack[NamespaceSettings],
    ) -> None:
        """Make the namespaces of a container, with nothing running in them.

        Args:
            identifier: the container's id, or "host".
            mounts: what is mounted where, the root first.
            network: the id of another namespace whose network it shares; its own by default.
            pid_space: the id of another one whose pid namespace it shares; its own by default.
            settings: further fields of `Namespace`.
        """
        network = identifier if network is None else network
        shared = pid_space if pid_space != identifier else ""
        self.draft.namespaces[identifier] = Namespace(
            id=identifier, domain=domain, mounts=mounts, network=network, members={}, pid_space=shared, **settings
        )
        if pid_space and pid_space not in (HOST, identifier):
            self.draft.namespaces.for_update(pid_space).sharers += (identifier,)

    def update_namespace(self, identifier: str, **changed: Unpack[ChangedSettings]) -> None:
        """Change settings of a namespace while it runs."""
        namespace = self.draft.namespaces.for_update(identifier)
        for name, value in changed.items():
            setattr(namespace, name, value)

    def destroy_namespace(self, identifier: str) -> None:
        """End whatever runs in a namespace and forget it, with its own tmpfs mounts. Nothing happens if there is none."""
        draft = self.draft
        namespace = draft.namespaces.get(identifier)
        if namespace is None:
            return
        for pid in sorted(namespace.members.values()):
            if (process := draft.processes.get(pid)) is not None:
                lifecycle.end(draft, process, 128 + signals.KILL, signals.KILL)
        for pid in sorted(draft.namespaces[identifier].members.values()):
            if (process := draft.processes.get(pid)) is not None:
                lifecycle.forget(draft, process)
        draft.namespaces.pop(identifier)
        for name in namespace.sharers:  # nothing runs in them any more
            draft.namespaces.for_update(name).pid_space = ""
        if namespace.pid_space and namespace.pid_space in draft.namespaces:
            owner = draft.namespaces.for_update(namespace.pid_space)
            owner.sharers = tuple(name for name in owner.sharers if name != identifier)
        for mount in namespace.mounts.mounts:
            if mount.kind == "tmpfs":
                name = mount.filesystem or f"tmpfs:{identifier}:{mount.target}"
                if name.startswith("tmpfs:") and name in draft.filesystems and not self._is_mounted(name):
                    draft.drop_filesystem(name)
        self.programs.forget(identifier)

    def _is_mounted(self, filesystem: str) -> bool:
        """Whether a namespace has a tmpfs that another one made for itself, or the one that made it still is."""
        _, owner, _ = filesystem.split(":", 2)
        return owner in self.draft.namespaces or any(
            mount.filesystem == filesystem
            for namespace in self.draft.namespaces.values()
            for mount in namespace.mounts.mounts
        )

    def freeze_namespace(self, identifier: str) -> None:
        """Pause: its processes do not run, whatever wakes them."""
        namespace = self.draft.namespaces.for_update(identifier)
        namespace.frozen = True
        for pid in namespace.members.values():
            self.draft.processes.get(pid)  # no sleeper of it may end now

    def thaw_namespace(self, identifier: str) -> None:
        """Go on: whoever was woken meanwhile runs."""
        namespace = self.draft.namespaces.for_update(identifier)
        namespace.frozen = False
        held, namespace.held = namespace.held, ()
        for pid in held:
            process = self.draft.processes.get(pid)
            if process is not None and not process.waiting and not process.stopped:
                self.draft.enqueue(self.draft.processes.for_update(pid))

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
