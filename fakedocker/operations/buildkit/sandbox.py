"""The process of a RUN: its files, its mounts, its environment; and the layer that it leaves.

A sandbox is a namespace without a container: neither `docker ps` nor the events know of it. It has the host's network,
so that it reaches published ports and containers' addresses, or with --network=none nothing.
Source: buildkit executor/oci (spec.go, mounts.go), solver/llbsolver/ops/exec.go.
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.build import mounts
from fakedocker.build.graph import ExecOp, Op
from fakedocker.build.mounts import RunMount
from fakedocker.filesystem import content as contents, diff
from fakedocker.filesystem.node import ROOT, LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.images.model import Layer
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.kernel import ExecError
from fakedocker.network.model import HOST
from fakedocker.operations.buildkit import records, session_requests
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.containers import commit, process_spec, rootfs, stdio, users
from fakedocker.operations.system import files
from fakedocker.world import asks
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.draft import Draft
from fakedocker.world.solves import CACHE_MOUNT

HOST_NAME = "buildkitsandbox"
_NONE = "none"


def _requires_agent(op: Op, name: str) -> bool:
    found = op.mounts if isinstance(op, ExecOp) else ()
    return any(mount.type == mounts.SSH and mount.identifier == name and mount.required for mount, _ in found)


class Given(NamedTuple):
    """What the client has given for a process.

    Args:
        secrets: their contents by id.
        agents: the ids of those that are there.
    """

    secrets: dict[str, bytes]
    agents: frozenset[str]


def name_of(task_id: int, vertex: int) -> str:
    """The namespace of a vertex."""
    return f"sandbox:{task_id}.{vertex}"


def secret_environment(op: ExecOp, secrets: dict[str, bytes]) -> dict[str, str]:
    """The variables that hold secrets."""
    wanted = (mount for mount, _ in op.mounts if mount.type == mounts.SECRET and mount.environment)
    return {
        mount.environment: secrets[mount.identifier].decode("utf-8", "replace")
        for mount in wanted
        if mount.identifier in secrets
    }


def ask_client(solve: Solve, index: int, op: ExecOp) -> bool:
    """Ask the client for the secrets and agents that a process gets and that are not here; whether there are any."""
    known = dict(solve.task.options.secrets)
    secrets = {mount.identifier for mount, _ in op.mounts if mount.type == mounts.SECRET} - known.keys()
    agents = {mount.identifier for mount, _ in op.mounts if mount.type == mounts.SSH}
    if not solve.task.session or not (secrets or agents):
        return False
    for identifier in sorted(secrets):
        session_requests.ask(solve, asks.SECRET, index, name=identifier)
    for identifier in sorted(agents):
        session_requests.ask(solve, asks.AGENT, index, name=identifier)
    return True


def take_answer(solve: Solve, index: int, wanted: Ask, answer: Answer) -> None:
    """A secret or an agent is there; one that is not is missed by the mount that needs it. SolveFailure."""
    if wanted.kind == asks.AGENT:
        if not answer.problem:
            solve.change_state(index, agents=(*solve.state(index).agents, wanted.name))
        elif not answer.missing and _requires_agent(solve.vertex(index).op, wanted.name):
            raise SolveFailure(answer.problem)
        return
    if answer.problem and not answer.missing:
        raise SolveFailure(answer.problem)
    if not answer.missing:
        solve.change_state(index, secrets=(*solve.state(index).secrets, (wanted.name, answer.data)))


def begin(
    draft: Draft,
    sandbox: str,
    op: ExecOp,
    tree: Tree,
    origins: dict[int, Tree],
    given: Given,
    extra_hosts: tuple[str, ...],
    tainted: bool,
) -> int:
    """Start the process of a RUN.

    Args:
        tree: the files it runs in.
        origins: what is mounted of other inputs, by their positions.
        given: what the client has given for it.
        tainted: whether a step below was taken to have worked.

    Returns:
        its pid.

    Raises:
        SolveFailure: a secret is missing, a mount's source is, or there is no such user.
        ExecError: the command cannot be run.
    """
    targets = [mount.target for mount, _ in op.mounts if mount.target]
    draft.kernel.create_root(sandbox, _with_mount_points(tree, targets))
    more = [
        _mount(draft, sandbox, number, mount, origins.get(position), given)
        for number, (mount, position) in enumerate(op.mounts)
    ]
    daemon = rootfs.daemon_mounts(
        draft, f"{sandbox}:etc", hosts=_hosts_file(extra_hosts), hostname=HOST_NAME, resolver=_resolver(draft)
    )
    draft.kernel.create_namespace(
        sandbox,
        hostname=HOST_NAME,
        mounts=standard_mounts(Mount("/", sandbox, "overlay", "overlay"), (*daemon, *filter(None, more))),
        network=sandbox if op.network == _NONE else HOST,
        limits=op.limits,
        tainted=tainted,
    )
    user = users.resolve(draft, sandbox, op.user)
    environment = dict(entry.partition("=")[::2] for entry in (*op.environment, *op.proxies))
    environment.setdefault("PATH", process_spec.DEFAULT_PATH)
    environment |= secret_environment(op, given.secrets)
    agents = [mount.target for mount, _ in op.mounts if mount.type == mounts.SSH and mount.identifier in given.agents]
    environment |= {"SSH_AUTH_SOCK": agents[0]} if agents else {}
    environment.setdefault("HOME", user.home)
    return draft.kernel.start(sandbox, op.words, environment, op.directory, user.ids, stdio.pipes(sandbox))


def _with_mount_points(tree: Tree, targets: list[str]) -> Tree:
    """The files with a directory or file for every mount, which are no part of what the process leaves."""
    missing: dict[str, LayerEntry] = {}
    for target in targets:
        path = ""
        for part in target.strip("/").split("/"):
            path = posixpath.join(path, part)
            if tree.find(path) is None:
                missing[path] = LayerEntry(path, "dir", 0o755)
    return apply_layer(tree, missing.values()) if missing else tree


def _hosts_file(extra_hosts: tuple[str, ...]) -> str:
    lines = ["127.0.0.1\tlocalhost " + HOST_NAME, "::1\tlocalhost ip6-localhost ip6-loopback"]
    for entry in extra_hosts:
        name, _, address = entry.partition("=" if "=" in entry else ":")
        lines.append(f"{address}\t{name}")
    return "\n".join(lines) + "\n"


def _resolver(draft: Draft) -> str:
    try:
        node = files.node_at(draft, rootfs.host_mounts(draft), "/etc/resolv.conf")
    except OSError:
        return ""
    return contents.read(node.content, 0, len(node.content)).decode("utf-8", "replace")


def _mount(draft: Draft, sandbox: str, number: int, mount: RunMount, origin: Tree | None, given: Given) -> Mount | None:
    """A mount of a RUN; None for a secret that is only a variable, or is not there and not required, as an agent that
    is not there."""
    own = f"{sandbox}:{number}"
    if mount.type == mounts.TMPFS:
        draft.kernel_draft.put_filesystem(own, Filesystem.empty(mode=0o1777, now_ns=draft.now_ns))
        return Mount(mount.target, own, "tmpfs", "tmpfs")
    if mount.type == mounts.SECRET:
        return _secret(draft, own, mount, given.secrets)
    if mount.type == mounts.SSH:
        return _agent(draft, own, mount, given.agents)
    if mount.type == mounts.CACHE:
        return Mount(mount.target, _cache(draft, mount, origin), read_only=mount.read_only)
    tree = origin or Tree.empty()
    inode = tree.find(mount.source.strip("/")) if mount.source.strip("/") not in ("", ".") else ROOT
    if inode is None:
        raise SolveFailure(
            f'failed to calculate checksum of ref {records.make_id(draft, own)}: "/{mount.source.strip("/")}": not found'
        )
    draft.kernel_draft.put_filesystem(own, Filesystem.on(tree))
    return Mount(mount.target, own, root=inode, read_only=mount.read_only)


def _secret(draft: Draft, own: str, mount: RunMount, secrets: dict[str, bytes]) -> Mount | None:
    content = secrets.get(mount.identifier)
    if content is None:
        if mount.required:
            raise SolveFailure(f"secret {mount.identifier}: not found")
        return None
    if not mount.target:
        return None
    mode = 0o400 if mount.mode is None else mount.mode
    return _single(
        draft, own, mount, LayerEntry("secret", "file", mode, mount.uid, mount.gid, draft.now_ns, content), True
    )


def _agent(draft: Draft, own: str, mount: RunMount, agents: frozenset[str]) -> Mount | None:
    """The socket of an agent. Nothing listens at it: no program here speaks to one."""
    if mount.identifier not in agents:
        if mount.required:
            raise SolveFailure(f'no SSH key "{mount.identifier}" forwarded from the client')
        return None
    mode = 0o600 if mount.mode is None else mount.mode
    return _single(draft, own, mount, LayerEntry("agent", "socket", mode, mount.uid, mount.gid, draft.now_ns), False)


def _single(draft: Draft, own: str, mount: RunMount, entry: LayerEntry, read_only: bool) -> Mount:
    """One file, mounted."""
    tree = apply_layer(Tree.empty(), [entry])
    draft.kernel_draft.put_filesystem(own, Filesystem.on(tree))
    inode = tree.find(entry.path)
    assert inode is not None
    return Mount(mount.target, own, "tmpfs", "tmpfs", root=inode, read_only=read_only)


def _cache(draft: Draft, mount: RunMount, origin: Tree | None) -> str:
    """The files of a cache mount, made at its first use."""
    record = records.find(draft, records.cache_key(mount))
    if record is not None:
        return record.file_system
    name = f"cache:{mount.identifier}"
    mode = 0o755 if mount.mode is None else mount.mode
    fresh = Filesystem.empty(mode=mode, uid=mount.uid, gid=mount.gid, now_ns=draft.now_ns)
    draft.kernel_draft.put_filesystem(name, Filesystem.on(origin) if origin is not None else fresh)
    records.keep(draft, records.cache_key(mount), CACHE_MOUNT, f"cached mount {mount.target}", file_system=name)
    return name


def finish(draft: Draft, sandbox: str, op: ExecOp, chain: str, *, assumed: bool) -> Layer | None:
    """The layer that an ended process leaves on a chain, None for nothing changed; the sandbox is taken down.

    Args:
        assumed: whether it only was taken to have worked: then there is a layer always, and it says so.
    """
    draft.kernel.destroy_namespace(sandbox)
    ignored = [mount.target for mount, _ in op.mounts if mount.target]
    entries = diff.layer_entries(draft.kernel_draft.filesystems[sandbox], ignore=(*ignored, *_DAEMON_PATHS))
    clear(draft, sandbox)
    if assumed:
        return replace(commit.make_layer(draft, chain, entries), assumed=True)
    return commit.make_layer(draft, chain, entries) if entries else None


_DAEMON_PATHS = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf")


def clear(draft: Draft, sandbox: str) -> None:
    """Take a sandbox down, whatever is running in it."""
    draft.kernel.destroy_namespace(sandbox)
    for name in [name for name in draft.kernel_draft.filesystems if name == sandbox or name.startswith(f"{sandbox}:")]:
        draft.kernel_draft.drop_filesystem(name)


def problem_of(error: ExecError) -> str:
    """What runc says of a command that cannot be run."""
    cause = (
        f"error during container init: {process_spec.exec_problem(error)}"
        if error.reason != "chdir"
        else process_spec.exec_problem(error)
    )
    return f"runc run failed: unable to start container process: {cause}\n"
