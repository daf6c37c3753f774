"""Namespaces that a container shares with another one: who is meant, and whether that can be.

Source: moby daemon/daemon_unix.go adaptSharedNamespaceContainer, daemon/create.go generateSecurityOpt,
daemon/oci_linux.go WithNamespaces. Sharing the network is `networking`'s business; sharing a file system for memory is
`rootfs`'s.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.containers.model import RESTARTING, Container
from fakedocker.network.model import HOST
from fakedocker.operations.system import lookup
from fakedocker.wire.container import HostConfig
from fakedocker.world.draft import Draft

_PREFIX = "container:"


def adapt(draft: Draft, host: HostConfig) -> HostConfig:
    """Settings whose modes name other containers by their ids, so that these may be renamed.

    Raises:
        Refusal: there is no such container.
    """
    changes: dict[str, object] = {}
    for field in ("ipc_mode", "pid_mode"):
        mode: str = getattr(host, field)
        if mode.startswith(_PREFIX):
            changes[field] = f"{_PREFIX}{_meant(draft, mode).id}"
    return replace(host, **changes) if changes else host


def _meant(draft: Draft, mode: str) -> Container:
    """The container of a mode. That there is none is the request's fault: 400, so that no client pulls an image."""
    try:
        return lookup.container(draft, mode.removeprefix(_PREFIX))
    except messages.Refusal as refusal:
        raise messages.BAD_REQUEST(problem=refusal.message) from None


def check(draft: Draft, container: Container) -> None:
    """Refuse a start in namespaces of a container that does not run, or does not share them.

    Raises:
        Refusal: with docker's words.
    """
    host = container.host_config
    for what, mode in (("IPC", host.ipc_mode), ("PID", host.pid_mode)):
        if not mode.startswith(_PREFIX):
            continue
        try:
            other = _meant(draft, mode)
            if not other.is_running:
                raise messages.NOT_RUNNING(id=other.id)
            if other.status == RESTARTING:
                raise messages.RESTARTING_CONTAINER(id=other.id)
            if what == "IPC" and other.host_config.ipc_mode not in ("", "shareable"):
                raise messages.IPC_PRIVATE(id=other.id)
        except messages.Refusal as refusal:
            raise messages.JOIN_NAMESPACE(what=what, problem=refusal.message) from None


def shared_with(draft: Draft, container: Container, kind: str) -> str:
    """The kernel's namespace whose pid, IPC or UTS namespace a container has; "" for one of its own."""
    mode: str = getattr(container.host_config, f"{kind}_mode")
    if mode == HOST:
        return HOST
    if not mode.startswith(_PREFIX):
        return ""
    other = _meant(draft, mode)
    return shared_with(draft, other, kind) or other.id
