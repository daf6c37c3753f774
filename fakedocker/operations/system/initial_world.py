"""The first world: a daemon that has just been installed, with its networks, Docker Hub in reach, and an empty host."""

from __future__ import annotations

from fakedocker.base import clock, identity
from fakedocker.base.history import History
from fakedocker.base.persistent import Map
from fakedocker.base.profiles import DEFAULT, STORAGES, profile_named, storage_named
from fakedocker.filesystem.node import OUTSIDE_LISTENS, LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree
from fakedocker.filesystem.walk import Mount, MountTable
from fakedocker.kernel.devices import HOST_DEVICES, HOST_SHARED_MEMORY, host_device_files, standard_mounts
from fakedocker.kernel.kernel import Kernel
from fakedocker.kernel.privileges import ALL_CAPABILITIES
from fakedocker.kernel.records import HOST
from fakedocker.kernel.state import KernelState
from fakedocker.network.ports import EPHEMERAL_FIRST
from fakedocker.operations.networks import networks
from fakedocker.operations.system import files, overlay_directories
from fakedocker.registry.model import Registry
from fakedocker.world.draft import Draft
from fakedocker.world.world import Host, World

EVENTS_KEPT = 256
DEFAULT_START = "2026-08-21T09:00:00Z"
"""The morning of the last day that the facts about official images know: everything exists."""
BOOTED_BEFORE_NS = clock.MINUTE_NS
"""How long the machine has been up when the daemon is first started."""
DOCKER_GROUP = 998
HUB = "docker.io"
LOCAL_REGISTRY = "localhost:5000"


def create(
    seed: int = 0,
    now_ns: int | None = None,
    host: Host | None = None,
    host_tree: Tree | None = None,
    profile: str = DEFAULT,
    storage: str = "",
) -> World:
    """A world with nothing in it but what every daemon has.

    Args:
        now_ns: what the clock shows; the morning of DEFAULT_START unless said otherwise.
        host_tree: the files of the simulated machine.
        profile: which Docker it is, see `base.profiles`.
        storage: in which store it keeps its images, "" for the profile's own.

    Raises:
        ValueError: there is no such profile, or it has no such store.
    """
    docker = profile_named(profile)
    start_ns = clock.instant(DEFAULT_START) if now_ns is None else now_ns
    facts = host or Host()
    daemon = identity.digest(seed, "daemon", 0)
    facts = Host(
        hostname=facts.hostname, cpus=facts.cpus, memory_bytes=facts.memory_bytes, disk_bytes=facts.disk_bytes,
        kernel_version=facts.kernel_version, operating_system=facts.operating_system, os_version=facts.os_version,
        daemon_id=f"{daemon[:8]}-{daemon[8:12]}-4{daemon[13:16]}-a{daemon[17:20]}-{daemon[20:32]}", started_ns=start_ns,
    )  # fmt: skip
    registries = Map({HUB: Registry(host=HUB, catalogue=True), LOCAL_REGISTRY: Registry(host=LOCAL_REGISTRY)})
    world = World(
        seed=seed,
        profile=profile,
        storage=storage_named(docker, storage),
        host=facts,
        kernel=KernelState(now_ns=start_ns, boot_ns=start_ns - BOOTED_BEFORE_NS),
        registries=registries,
        next_port=EPHEMERAL_FIRST,
        events=History(EVENTS_KEPT),
    )
    draft = Draft(world)
    draft.kernel = Kernel(draft.kernel_draft, {})
    draft.kernel.create_root(HOST, host_tree)
    draft.kernel_draft.put_filesystem(HOST_DEVICES, host_device_files())
    shared_memory = Filesystem.empty(facts.memory_bytes // 2, mode=0o1777)
    draft.kernel_draft.put_filesystem(HOST_SHARED_MEMORY, shared_memory)
    draft.kernel.create_namespace(
        HOST, hostname=facts.hostname, mounts=host_mounts(world.storage), capabilities=ALL_CAPABILITIES, seccomp=False
    )
    socket = LayerEntry("var/run/docker.sock", "socket", 0o660, 0, DOCKER_GROUP, start_ns, rdev=OUTSIDE_LISTENS)
    files.put(draft, draft.kernel_draft.namespaces[HOST].mounts, socket)
    if world.storage == STORAGES[0]:
        directory = LayerEntry(overlay_directories.MOUNT.target.lstrip("/"), "dir", 0o710, mtime_ns=start_ns)
        files.put(draft, files.only(HOST), directory)
    networks.add_predefined(draft)
    draft.take_notices()
    return draft.freeze()


def host_mounts(storage: str) -> MountTable:
    """The host's mounts: its disk, what the kernel makes, and the layers of the classic store."""
    devices = Mount("/dev", HOST_DEVICES, "devtmpfs", "udev", options="nosuid,relatime,mode=755")
    shared_memory = Mount("/dev/shm", HOST_SHARED_MEMORY, "tmpfs", "tmpfs", options="nosuid,nodev,inode64")
    layers = (overlay_directories.MOUNT,) if storage == STORAGES[0] else ()
    return standard_mounts(Mount("/", HOST, "ext4", "/dev/vda1"), (devices, shared_memory, *layers))
