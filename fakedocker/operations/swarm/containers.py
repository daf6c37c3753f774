"""The container of a task: what it is created with, and the secrets and configs that it finds as files.

Sources: moby daemon/cluster/executor/container/container.go, daemon/container_operations_unix.go setupSecretDir,
container/container_unix.go SecretMounts; swarmkit template/getter.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from fakedocker.base import messages, reference
from fakedocker.base.numbers import is_digits
from fakedocker.containers.model import Container
from fakedocker.operations.containers import create as creating, rootfs
from fakedocker.operations.containers.rootfs import GivenFile
from fakedocker.operations.swarm import attaching, stored, tasks
from fakedocker.swarm import templates
from fakedocker.swarm.model import Stored
from fakedocker.swarm.services import ServiceTask
from fakedocker.swarm.templates import Context, InvalidTemplate
from fakedocker.wire.container import CreateRequest, HostConfig, LogConfig
from fakedocker.wire.network import NetworkingConfig, PortBinding
from fakedocker.wire.service import ContainerSpec, FileTarget, Resources
from fakedocker.world.draft import Draft

_LABELS = "com.docker.swarm"
_SECRETS = "/run/secrets"


def context(draft: Draft, task: ServiceTask) -> Context:
    """What templates tell of a task."""
    return Context(
        service_id=task.service_id, service_name=task.service_name, service_labels=task.service_labels, node_id=task.node_id,
        node_hostname=draft.host.hostname, node_system="linux", node_architecture="x86_64", task_id=task.id, task_name=task.name,
        slot=task.slot,
    )  # fmt: skip


def create(draft: Draft, task: ServiceTask) -> Container:
    """Make a task's container.

    Raises:
        Refusal: as for any other container; nothing is left behind then.
    """
    assert task.spec.container_spec is not None  # as it is normal
    try:
        spec = templates.expand(task.spec.container_spec, context(draft, task))
        given = tuple(_given(draft, task, spec))
    except InvalidTemplate as problem:
        raise messages.BAD_REQUEST(problem=problem) from None
    container = creating.create(draft, task.name, _request(draft, task, spec))
    return rootfs.give_files(draft, container, given) if given else container


def image_name(spec: ContainerSpec) -> str:
    """The image as its container calls it: with a tag, where it has neither tag nor digest."""
    try:
        name = reference.parse(spec.image)
    except reference.InvalidReference:
        return spec.image
    return (name if name.digest else name.with_default_tag()).familiar


def _request(draft: Draft, task: ServiceTask, spec: ContainerSpec) -> CreateRequest:
    system = {
        "task": "", "task.id": task.id, "task.name": task.name, "node.id": task.node_id, "service.id": task.service_id,
        "service.name": task.service_name,
    }  # fmt: skip
    labels = {**(spec.labels or {}), **{f"{_LABELS}.{name}": value for name, value in system.items()}}
    published = (port for port in task.ports if port.publish_mode == "host")
    exposed: dict[str, dict[str, Any]] = {f"{port.target_port}/{port.protocol}": {} for port in published}
    return CreateRequest(
        labels=labels,
        stop_signal=spec.stop_signal or UNSET,
        tty=spec.tty,
        open_stdin=spec.open_stdin,
        user=spec.user,
        env=spec.env or None,
        hostname=spec.hostname,
        working_dir=spec.dir,
        image=image_name(spec),
        exposed_ports=exposed or UNSET,
        healthcheck=spec.healthcheck or UNSET,
        entrypoint=spec.command or None,
        cmd=spec.args or None,
        host_config=_host(task, spec, attaching.network_mode(draft, task)),
        networking_config=NetworkingConfig(endpoints_config=attaching.endpoint_settings(draft, task)),
    )


def _host(task: ServiceTask, spec: ContainerSpec, network_mode: str) -> HostConfig:
    resources = task.spec.resources or Resources()
    limits = resources.limits
    dns, log = spec.dns_config, task.spec.log_driver
    pairs = (entry.split() for entry in spec.hosts)
    bindings: dict[str, tuple[PortBinding, ...] | None] = {
        f"{port.target_port}/{port.protocol}": (PortBinding(host_port=str(port.published_port or "")),)
        for port in task.ports
        if port.publish_mode == "host"
    }
    privileges = spec.privileges
    return HostConfig(
        network_mode=network_mode,
        mounts=spec.mounts or UNSET,
        port_bindings=bindings or None,
        group_add=spec.groups or None,
        readonly_rootfs=spec.read_only,
        init=UNSET if spec.init is None else spec.init,
        sysctls=spec.sysctls or UNSET,
        cap_add=spec.capability_add or None,
        cap_drop=spec.capability_drop or None,
        ulimits=spec.ulimits or None,
        oom_score_adj=spec.oom_score_adj,
        security_opt=("no-new-privileges=true",) if privileges is not None and privileges.no_new_privileges else None,
        dns=dns.nameservers or None if dns is not None else None,
        dns_search=dns.search or None if dns is not None else None,
        dns_options=dns.options or None if dns is not None else None,
        extra_hosts=tuple(f"{words[1]}:{words[0]}" for words in pairs if len(words) > 1) or None,
        log_config=LogConfig(log.name, log.options or {}) if log is not None else LogConfig(),
        memory=limits.memory_bytes if limits is not None else 0,
        nano_cpus=limits.nano_cpus if limits is not None else 0,
        pids_limit=limits.pids or None if limits is not None else None,
        memory_swap=_memory_swap(resources),
        memory_swappiness=resources.memory_swappiness if limits is not None else None,
    )


def _memory_swap(resources: Resources) -> int:
    """Memory and swap together, as a container has it, where a service has the swap alone (moby daemon/cluster/executor)."""
    memory, swap = resources.limits.memory_bytes if resources.limits is not None else 0, resources.swap_bytes
    if not memory or swap is None:
        return 0
    return memory + swap if swap >= 0 else -1 if swap == -1 else 0


def _given(draft: Draft, task: ServiceTask, spec: ContainerSpec) -> Iterator[GivenFile]:
    """The files of a task's secrets and configs."""
    for secret in spec.secrets:
        if secret.file is not None:
            path = _below(_SECRETS, secret.file.name)
            yield _file(draft, task, spec, draft.secrets.get(secret.secret_id), "secret", secret.file, path)
    for config in spec.configs:
        if config.file is not None:
            path = _below("", config.file.name)
            yield _file(draft, task, spec, draft.configs.get(config.config_id), "config", config.file, path)


def _below(directory: str, name: str) -> str:
    return name if name.startswith("/") else f"{directory}/{name}"


def _file(
    draft: Draft,
    task: ServiceTask,
    spec: ContainerSpec,
    record: Stored | None,
    what: str,
    target: FileTarget,
    path: str,
) -> GivenFile:
    if record is None:
        raise messages.NOT_AVAILABLE(what=what)
    for identifier in (target.uid, target.gid):
        if identifier and not (is_digits(identifier)):
            raise messages.NO_INTEGER(text=identifier)
    data = stored.data_of(record.spec)
    if record.spec.templating is not None:
        data = _expanded(draft, task, spec, data)
    return GivenFile(path, target.mode & 0o7777, int(target.uid or 0), int(target.gid or 0), data)


def _expanded(draft: Draft, task: ServiceTask, spec: ContainerSpec, data: bytes) -> bytes:
    """A payload that is a template: it may also tell variables, secrets and configs of its task."""
    env = dict(entry.partition("=")[::2] for entry in spec.env)
    secrets = {one.file.name: draft.secrets.get(one.secret_id) for one in spec.secrets if one.file is not None}
    configs = {one.file.name: draft.configs.get(one.config_id) for one in spec.configs if one.file is not None}

    def more(action: str) -> str | None:
        word, _, argument = action.partition(" ")
        name = argument.strip().strip('"`')
        if word == "env":
            return env.get(name, "")
        record = {"secret": secrets, "config": configs}.get(word, {}).get(name)
        return stored.data_of(record.spec).decode("utf-8", "replace") if record is not None else None

    return templates.text(data.decode("utf-8", "replace"), context(draft, task), more).encode()


def of_task(draft: Draft, task: ServiceTask) -> Container | None:
    """A task's container, None where it has none or somebody has removed it."""
    found = draft.containers.get(task.container_id)
    return found if found is not None and tasks.of_container(draft, found) is not None else None
