"""A container's file system and namespace: what is mounted where, the files that the daemon writes, how its streams go.

Source: moby daemon/volumes_unix.go, container_unix.go and daemon/oci_linux.go (default mounts).
"""

from __future__ import annotations

import errno

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.containers.model import Container
from fakedocker.filesystem.node import ROOT, LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount, MountTable
from fakedocker.kernel.devices import HOST_SHARED_MEMORY, standard_mounts
from fakedocker.network.model import HOST
from fakedocker.operations.containers import links, namespaces, resources, settings
from fakedocker.operations.containers.mount_options import size_bytes, subpath_inode, tmpfs_options
from fakedocker.operations.containers.restrictions import (
    capabilities,
    limits,
    no_new_privileges,
    security_options,
    sysctls,
)
from fakedocker.operations.networks import attachments, name_files
from fakedocker.operations.system import assume, files
from fakedocker.volumes.model import MountSpec
from fakedocker.world.draft import Draft


class GivenFile(Struct, frozen=True):
    """A file that a container finds and that is no part of it."""

    path: str
    mode: int
    uid: int
    gid: int
    data: bytes


_DAEMON_FILES = ("hosts", "hostname", "resolv.conf")
_DAEMON_TREE = apply_layer(Tree.empty(), [LayerEntry(file, "file", 0o644) for file in _DAEMON_FILES])
_DAEMON_INODES = {file: _DAEMON_TREE.dirs[ROOT][file] for file in _DAEMON_FILES}
_DAEMON_PATHS = tuple((f"/etc/{file}", inode) for file, inode in _DAEMON_INODES.items())
"""Where a container has them: the same texts for all containers."""


def create_root(draft: Draft, container: Container) -> None:
    """Give a new container its writable layer over its image's tree, and fill its new volumes."""
    draft.kernel.create_root(container.id, draft.layers[container.top_layer].tree if container.top_layer else None)
    for mount in container.mounts:
        if mount.type == "volume":
            _fill_volume(draft, container, mount)


def _fill_volume(draft: Draft, container: Container, mount: MountSpec) -> None:
    """First use of an empty volume, or of an empty directory in it: it gets what the image has at its target.

    Owner and mode of the directory itself are taken over with the whole volume only.
    """
    volume = draft.volumes[mount.source]
    table = files.only(volume.file_system)
    within = f"/{mount.subpath}"
    if mount.no_copy or not files.exists(draft, table, within):
        return
    place = files.locate(draft, table, within)
    if not place.tree.is_directory(place.inode) or place.tree.names(place.inode):
        return
    own = files.only(container.id)
    if not files.exists(draft, own, mount.target):
        return
    node = files.node_at(draft, own, mount.target)
    if node.kind != "dir":
        return
    if not mount.subpath:
        empty = Filesystem.empty(mode=node.mode, uid=node.uid, gid=node.gid, now_ns=draft.now_ns)
        draft.kernel_draft.put_filesystem(volume.file_system, empty)
    for entry in files.subtree(draft, own, mount.target, "", follow=True):
        if entry.path.strip("/"):
            target = entry.target.lstrip("/") if entry.kind == "hardlink" else entry.target
            files.put(draft, table, replace(entry, path=entry.path.lstrip("/"), target=target), within)


def remove_root(draft: Draft, container: Container) -> None:
    """Forget a container's writable layer and the daemon's files for it."""
    draft.kernel.remove_root(container.id)
    draft.kernel_draft.drop_filesystem(_etc(container))
    if container.given:
        draft.kernel_draft.drop_filesystem(_given(container))


def give_files(draft: Draft, container: Container, given: tuple[GivenFile, ...]) -> Container:
    """Let a container find files, each mounted by itself, that nobody there can write.

    Source: moby daemon/container_operations_unix.go setupSecretDir, container/container_unix.go SecretMounts.
    """
    entries = [
        LayerEntry(str(index), "file", file.mode, file.uid, file.gid, draft.now_ns, file.data)
        for index, file in enumerate(given)
    ]
    draft.kernel_draft.put_filesystem(_given(container), Filesystem.on(apply_layer(Tree.empty(), entries)))
    container = replace(container, given=tuple(file.path for file in given))
    draft.containers[container.id] = container
    return container


def _given(container: Container) -> str:
    return f"given:{container.id}"


def _given_mounts(draft: Draft, container: Container) -> list[Mount]:
    if not container.given:
        return []
    name = _given(container)
    tree = draft.kernel_draft.filesystems[name]
    inodes = (tree.lookup(ROOT, str(index)) for index in range(len(container.given)))
    return [
        Mount(path, name, "tmpfs", "tmpfs", read_only=True, options="relatime", root=inode)
        for path, inode in zip(container.given, inodes, strict=True)
        if inode is not None
    ]


def _etc(container: Container) -> str:
    return f"etc:{container.id}"


def prepare(draft: Draft, container: Container) -> None:
    """Before a start: host paths, mount points, working directory, and the daemon's own files."""
    host = host_mounts(draft)
    own = files.only(container.id)
    table = own
    mounts = outermost_first(draft, container)
    for mount in mounts:
        if mount.type == "bind" and not files.exists(draft, host, mount.source):
            files.make_directories(draft, host, mount.source)
            draft.notify("bind", "", mount.source)
        assume.make_room(draft, container.id, container.top_layer, mount.target)
        if not _tmpfs_around(mounts, mount) and not files.exists(draft, table, mount.target):
            _make_mount_point(draft, table, mount, mount.target)  # below another mount it is made in that
        if mount.type != "tmpfs":
            table = MountTable.of([*table.mounts, _mount(draft, mount)])
    for path in container.given:
        if not files.exists(draft, table, path):
            files.make_file(draft, table, path)
    directory = container.config.working_dir
    if directory:
        table = mount_table(draft, container)
        if not files.exists(draft, table, directory):
            files.make_directories(draft, own, directory)
    write_daemon_files(draft, container)


def _make_mount_point(draft: Draft, table: MountTable, mount: MountSpec, path: str) -> None:
    """What a mount covers: a file for a file, a directory for a directory."""
    is_file = False
    if mount.type == "bind":
        is_file = files.node_at(draft, host_mounts(draft), mount.source).kind != "dir"
    elif mount.subpath:
        tree = draft.kernel_draft.filesystems[draft.volumes[mount.source].file_system]
        is_file = not tree.is_directory(subpath_inode(draft, mount))
    (files.make_file if is_file else files.make_directories)(draft, table, path)


def _tmpfs_around(mounts: list[MountSpec], mount: MountSpec) -> str:
    """The target of the tmpfs that another mount is to be in; "" where it is in none."""
    around = [other for other in mounts if mount.target.startswith(f"{other.target}/")]
    innermost = max(around, key=lambda other: len(other.target), default=None)
    return innermost.target if innermost is not None and innermost.type == "tmpfs" else ""


def make_working_directory(draft: Draft, container: Container) -> None:
    """A new container has its working directory already before it starts (moby daemon/create_unix.go).

    Raises:
        Refusal: what is there is no directory.
    """
    directory = container.config.working_dir
    if directory and directory != "/":
        own = files.only(container.id)
        assume.make_room(draft, container.id, container.top_layer, directory)
        try:
            files.make_directories(draft, own, directory)
        except OSError as problem:
            if problem.errno != errno.ENOTDIR:
                raise
            raise messages.WORKING_DIR_FILE(path=directory) from None


def write_daemon_files(draft: Draft, container: Container) -> None:
    """/etc/hosts, /etc/hostname and /etc/resolv.conf, kept beside the container and mounted over its own."""
    if container.network_mode.startswith("container:") or not container.is_networked:
        return
    _put_daemon_files(
        draft,
        _etc(container),
        name_files.hosts_file(draft, container, links.host_lines(draft, container)),
        f"{container.config.hostname}\n",
        name_files.resolver_file(draft, container),
    )


def daemon_mounts(draft: Draft, name: str, *, hosts: str, hostname: str, resolver: str) -> list[Mount]:
    """The daemon's files for what is no container, kept under a name of their own, as mounts."""
    _put_daemon_files(draft, name, hosts, f"{hostname}\n", resolver)
    return _mounts_of(name)


def _put_daemon_files(draft: Draft, name: str, *texts: str) -> None:
    """Write hosts, hostname and resolv.conf."""
    changed = draft.kernel_draft.filesystems.get(name) or Filesystem.on(_DAEMON_TREE)
    for file, text in zip(_DAEMON_FILES, texts, strict=True):
        inode = _DAEMON_INODES[file]
        changed = changed.own_inode(inode).with_content(inode, text.encode(), draft.now_ns)
    draft.kernel_draft.put_filesystem(name, changed)


def mount_table(draft: Draft, container: Container) -> MountTable:
    """Everything mounted in a container, in the order of /proc/mounts."""
    root = Mount("/", container.id, "overlay", "overlay", read_only=container.host_config.readonly_rootfs)
    more = [*_shared_memory(draft, container), *_daemon_mounts(draft, container), *_given_mounts(draft, container)]
    for spec in outermost_first(draft, container):
        more += [_mount(draft, spec), *_mounts_below(draft, spec)]
    replaced = {mount.target for mount in more}
    if container.host_config.ipc_mode == "none":
        replaced.add("/dev/shm")
    usual = standard_mounts(root)
    if container.host_config.privileged:
        usual = MountTable.of(
            [replace(mount, read_only=mount.read_only and mount.target == "/") for mount in usual.mounts]
        )
    if replaced.isdisjoint(_REPLACEABLE):
        return usual.adding(more) if more else usual
    return MountTable.of([*(mount for mount in usual.mounts if mount.target not in replaced), *more])


_REPLACEABLE = frozenset(("/dev", "/dev/mqueue", "/dev/pts", "/dev/shm", "/sys", "/sys/fs/cgroup"))
"""What is mounted in every container, unless something else is (moby daemon/oci_linux.go withMounts)."""


def _shared_memory(draft: Draft, container: Container) -> list[Mount]:
    """/dev/shm of a size of its own, or the host's or another container's, over the one that every container has."""
    mode = container.host_config.ipc_mode
    if mode == HOST and HOST_SHARED_MEMORY in draft.kernel_draft.filesystems:
        return [Mount("/dev/shm", HOST_SHARED_MEMORY, "tmpfs", "tmpfs", options="nosuid,nodev,inode64")]
    owner = container
    if mode.startswith("container:"):
        owner = draft.containers.get(mode.removeprefix("container:")) or container
    size_bytes = owner.host_config.shm_size or settings.DEFAULT_SHM_BYTES
    if owner is container and size_bytes == settings.DEFAULT_SHM_BYTES:
        return []
    shared = "" if owner is container or owner.host_config.ipc_mode == HOST else _shared_memory_of(owner)
    options = f"nosuid,nodev,noexec,relatime,size={size_bytes // 1024}k"
    return [Mount("/dev/shm", shared, "tmpfs", "shm", options=options)]


def _shared_memory_of(container: Container) -> str:
    return f"tmpfs:{container.id}:/dev/shm"


def _make_shared_memory(draft: Draft, container: Container) -> None:
    """A file system for /dev/shm where others use it too, or it has a size of its own."""
    host = container.host_config
    size_bytes = host.shm_size or settings.DEFAULT_SHM_BYTES
    if host.ipc_mode == "shareable" or size_bytes != settings.DEFAULT_SHM_BYTES:
        empty = Filesystem.empty(size_bytes, mode=0o1777, now_ns=draft.now_ns)
        draft.kernel_draft.put_filesystem(_shared_memory_of(container), empty)


def outermost_first(draft: Draft, container: Container) -> list[MountSpec]:
    """A container's mounts in the order in which they are mounted, each where the links of the container's files lead."""
    mounts = [_without_links(draft, container, mount) for mount in container.mounts]
    return sorted(mounts, key=lambda mount: mount.target.count("/"))


def _without_links(draft: Draft, container: Container, mount: MountSpec) -> MountSpec:
    try:
        path = files.locate(draft, files.only(container.id), mount.target).path
    except OSError:  # in another mount, or not there yet
        return mount
    return mount if path == mount.target else replace(mount, target=path)


def host_mounts(draft: Draft) -> MountTable:
    """What is mounted on the host."""
    return draft.kernel_draft.namespaces[HOST].mounts


def _daemon_mounts(draft: Draft, container: Container) -> list[Mount]:
    owner = container
    mode = container.network_mode
    if mode.startswith("container:") and container.is_networked:
        owner = attachments.shared_container(draft, mode) or container
    if _etc(owner) not in draft.kernel_draft.filesystems:
        return []
    return _mounts_of(_etc(owner), read_only=container.host_config.readonly_rootfs)


def _mounts_of(name: str, read_only: bool = False) -> list[Mount]:
    """The daemon's files; read-only where the root is (moby container_unix.go NetworkMounts)."""
    return [Mount(path, name, root=inode, read_only=read_only) for path, inode in _DAEMON_PATHS]


def _mount(draft: Draft, spec: MountSpec) -> Mount:
    if spec.type == "tmpfs":
        options = tmpfs_options(spec.options.split(","))
        return Mount(spec.target, "", "tmpfs", "tmpfs", read_only="ro" in spec.options.split(","), options=options)
    if spec.type == "volume":
        root = subpath_inode(draft, spec) if spec.subpath else ROOT
        mount = Mount(spec.target, f"volume:{spec.source}", root=root, read_only=spec.read_only, listed=True)
        asked = draft.volumes[spec.source].options or {}
        if asked.get("type") != "tmpfs":
            return mount
        told = [option for option in asked.get("o", "").split(",") if option]
        told = [f"size={size_bytes(option[5:]) // 1024}k" if option.startswith("size=") else option for option in told]
        return replace(mount, kind="tmpfs", source=asked.get("device", ""), options=",".join(["relatime", *told]))
    place = files.locate(draft, host_mounts(draft), spec.source)
    read_only = spec.read_only or place.mount.read_only
    return replace(place.mount, target=spec.target, root=place.inode, read_only=read_only, listed=True)


def _mounts_below(draft: Draft, spec: MountSpec) -> list[Mount]:
    """What a directory of the host has of volumes, which a bind mount of it shows as well."""
    if spec.type != "bind":
        return []
    table = host_mounts(draft)
    source = files.locate(draft, table, spec.source).path.rstrip("/")
    return [
        replace(
            mount,
            target=f"{spec.target.rstrip('/')}{mount.target.removeprefix(source)}",
            read_only=spec.read_only or mount.read_only,
            listed=mount.root != "",
        )
        for mount in table.mounts
        if not mount.listed and mount.target.startswith(f"{source}/")
    ]


def create_namespace(draft: Draft, container: Container) -> None:
    """Make the namespace that a container's processes live in, with fresh tmpfs mounts."""
    host = container.host_config
    mounts = outermost_first(draft, container)
    for mount in mounts:
        if around := _tmpfs_around(mounts, mount):
            table = files.only(f"tmpfs:{container.id}:{around}")
            _make_mount_point(draft, table, mount, mount.target.removeprefix(around))
        if mount.type == "tmpfs":
            options = dict(option.partition("=")[::2] for option in mount.options.split(","))
            mode = int(options.get("mode") or "1777", 8)
            empty = Filesystem.empty(limit_bytes=size_bytes(options.get("size", "")), mode=mode, now_ns=draft.now_ns)
            draft.kernel_draft.put_filesystem(f"tmpfs:{container.id}:{mount.target}", empty)
    _make_shared_memory(draft, container)
    network = network_namespace(draft, container)
    draft.kernel.create_namespace(
        container.id,
        hostname=draft.host.hostname if host.uts_mode == HOST else container.config.hostname,
        domain=container.config.domainname,
        mounts=mount_table(draft, container),
        network=network,
        init=host.init is True,
        oom_score_adj=host.oom_score_adj,
        capabilities=capabilities(host),
        limits=limits(host),
        sysctls=sysctls(host),
        seccomp=not host.privileged and "unconfined" not in security_options(host, "seccomp"),
        no_new_privileges=no_new_privileges(host),
        pid_space=namespaces.shared_with(draft, container, "pid"),
        ipc=namespaces.shared_with(draft, container, "ipc"),
        uts=namespaces.shared_with(draft, container, "uts"),
        tainted=draft.assume and assume.is_tainted(draft, container.top_layer),
        control_group="/" if host.cgroupns_mode != HOST else resources.control_group(container.id, host),
        **resources.of_namespace(draft, host),
    )


def network_namespace(draft: Draft, container: Container) -> str:
    """Whose network a container uses: its own, the host's, or another container's."""
    mode = container.network_mode
    if not container.is_networked:
        return container.id
    if mode == HOST:
        return HOST
    if mode.startswith("container:"):
        shared = attachments.shared_container(draft, mode)
        return network_namespace(draft, shared) if shared is not None else container.id
    return container.id
