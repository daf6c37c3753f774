"""What a client wishes of a service as the managers keep it: with the words that stand for silence, and without what
they do not know.

Source: moby daemon/cluster/convert/{service,container,network}.go: a specification goes to the managers in their
protocol's form and comes back from it. `with_defaults` is what insertDefaults asks for (swarmkit
api/defaults/service.go).
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.wire.container import BindOptions, Mount
from fakedocker.wire.service import (
    ContainerSpec,
    DNSConfig,
    EndpointSpec,
    Mode,
    NetworkAttachment,
    Placement,
    PortConfig,
    Replicated,
    ReplicatedJob,
    Resources,
    RestartPolicy,
    ServiceSpec,
    TaskSpec,
    UpdateConfig,
)

DEFAULT_GRACE_NS = 10 * SECOND_NS
DEFAULT_DELAY_NS = 5 * SECOND_NS
DEFAULT_MONITOR_NS = 5 * SECOND_NS
_MOUNT_TYPES = ("bind", "volume", "tmpfs", "npipe", "cluster")
_PROPAGATIONS = ("", "rprivate", "private", "rshared", "shared", "rslave", "slave")
_PROTOCOLS = ("tcp", "udp", "sctp")
_DEFAULT_UPDATE = UpdateConfig(
    parallelism=1, failure_action="pause", monitor=DEFAULT_MONITOR_NS, order="stop-first"
)  # fmt: skip


def normal(spec: ServiceSpec) -> ServiceSpec:
    """A specification as it is kept and shown.

    Raises:
        Refusal: it has a word that there is not, or says more than one thing where one is needed.
    """
    task = spec.task_template
    if task.runtime not in ("", "container") or task.plugin_spec is not None:
        raise messages.BAD_REQUEST(problem=messages.UNSUPPORTED_RUNTIME)
    if task.container_spec is None:
        raise messages.BAD_REQUEST(problem=messages.MISMATCHED_RUNTIME)
    task = replace(
        task, container_spec=_container(task.container_spec), restart_policy=_restart(task.restart_policy), runtime="container",
        network_attachment_spec=None, networks=tuple(_network(network) for network in task.networks),
    )  # fmt: skip
    return replace(
        spec, task_template=task, mode=_mode(spec.mode), update_config=_update(spec.update_config),
        rollback_config=_update(spec.rollback_config), endpoint_spec=_endpoint(spec.endpoint_spec),
        networks=tuple(_network(network) for network in spec.networks),
    )  # fmt: skip


def _network(network: NetworkAttachment) -> NetworkAttachment:
    return replace(network, driver_opts=network.driver_opts or None)


def _container(spec: ContainerSpec) -> ContainerSpec:
    isolation = spec.isolation.lower()
    known = isolation if isolation in ("default", "process", "hyperv") else "default"
    return replace(spec, isolation=known, mounts=tuple(_mount(mount) for mount in spec.mounts))


def _mount(mount: Mount) -> Mount:
    kind = mount.type.lower()
    if kind not in _MOUNT_TYPES:
        raise messages.BAD_REQUEST(problem=messages.INVALID_MOUNT_TYPE.format(type=mount.type))
    bind: BindOptions | UnsetType | None = mount.bind_options
    if isinstance(bind, BindOptions):
        propagation = bind.propagation or ""
        if propagation.lower() not in _PROPAGATIONS:
            raise messages.BAD_REQUEST(problem=messages.INVALID_PROPAGATION.format(value=propagation))
        bind = replace(bind, propagation=propagation.lower() or "rprivate")
    return replace(mount, type=kind, bind_options=bind, consistency=UNSET)


def _restart(policy: RestartPolicy | None) -> RestartPolicy | None:
    if policy is None:
        return None
    if policy.condition not in ("", "none", "on-failure", "any"):
        raise messages.BAD_REQUEST(problem=messages.INVALID_CONDITION.format(value=policy.condition))
    return replace(policy, condition=policy.condition or "any", max_attempts=policy.max_attempts or 0)


def _update(config: UpdateConfig | None) -> UpdateConfig | None:
    if config is None:
        return None
    if config.failure_action not in ("", "pause", "continue", "rollback"):
        raise messages.BAD_REQUEST(problem=messages.INVALID_FAILURE_ACTION.format(value=config.failure_action))
    if config.order not in ("", "stop-first", "start-first"):
        raise messages.BAD_REQUEST(problem=messages.INVALID_ORDER.format(value=config.order))
    return replace(config, failure_action=config.failure_action or "pause", order=config.order or "stop-first")


def _mode(mode: Mode) -> Mode:
    given = (mode.replicated, mode.global_, mode.replicated_job, mode.global_job)
    if sum(one is not None for one in given) > 1:
        raise messages.BAD_REQUEST(problem=messages.SEVERAL_MODES)
    if mode.global_ is not None or mode.global_job is not None:
        return mode
    job = mode.replicated_job
    if job is not None:
        concurrent = 1 if job.max_concurrent is None else job.max_concurrent
        total = concurrent if job.total_completions is None else job.total_completions
        return Mode(replicated_job=ReplicatedJob(max_concurrent=concurrent, total_completions=total))
    replicas = mode.replicated.replicas if mode.replicated is not None else None
    return Mode(replicated=Replicated(replicas=1 if replicas is None else replicas))


def _endpoint(spec: EndpointSpec | None) -> EndpointSpec | None:
    if spec is None:
        return None
    if spec.mode not in ("", "vip", "dnsrr"):
        raise messages.BAD_REQUEST(problem=messages.INVALID_RESOLUTION.format(value=spec.mode))
    return EndpointSpec(mode=spec.mode or "vip", ports=tuple(_port(port) for port in spec.ports))


def _port(port: PortConfig) -> PortConfig:
    protocol, mode = port.protocol.lower(), port.publish_mode.lower()
    return replace(
        port,
        protocol=protocol if protocol in _PROTOCOLS else "tcp",
        publish_mode="host" if mode == "host" else "ingress",
    )


def with_defaults(spec: ServiceSpec) -> ServiceSpec:
    """A specification with everything that it leaves open."""
    task: TaskSpec = spec.task_template
    changes: dict[str, Any] = {}
    container = task.container_spec
    if container is not None:
        grace = container.stop_grace_period
        changes["container_spec"] = replace(
            container,
            stop_grace_period=DEFAULT_GRACE_NS if grace is None else grace,
            dns_config=container.dns_config or DNSConfig(),
        )
    policy = task.restart_policy or RestartPolicy(condition="any", max_attempts=0)
    delay = DEFAULT_DELAY_NS if policy.delay is None else policy.delay
    changes["restart_policy"] = replace(policy, delay=delay)
    task = replace(
        task, resources=task.resources or Resources(), placement=task.placement or Placement(), **changes
    )  # fmt: skip
    return replace(
        spec, task_template=task, update_config=update_settings(spec.update_config), rollback_config=update_settings(spec.rollback_config),
    )  # fmt: skip


def update_settings(config: UpdateConfig | None) -> UpdateConfig:
    """How an update goes, where somebody has said it and where nobody has."""
    if config is None:
        return _DEFAULT_UPDATE
    return replace(config, monitor=config.monitor or DEFAULT_MONITOR_NS)
