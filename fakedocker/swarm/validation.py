"""What no service can be, by its specification alone: the managers' checks, in their order.

Source: swarmkit manager/controlapi/service.go validateServiceSpec. Checks against other services are in
`operations.swarm.services`.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.base import messages, reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.base.patterns import lazy_pattern
from fakedocker.swarm import constraints, templates
from fakedocker.swarm.constraints import InvalidConstraint
from fakedocker.swarm.templates import Context, InvalidTemplate
from fakedocker.wire.container import HealthConfig
from fakedocker.wire.service import (
    ConfigReference,
    ContainerSpec,
    EndpointSpec,
    Limits,
    Reservations,
    Resources,
    RestartPolicy,
    SecretReference,
    ServiceSpec,
    TaskSpec,
    UpdateConfig,
)

_NAME = lazy_pattern(r"[a-zA-Z0-9](?:[-_]*[A-Za-z0-9])*")
_LONGEST_NAME = 63
_SMALLEST_CPUS = 1_000_000
_SMALLEST_MEMORY_BYTES = 4 << 20
_DUMMY = Context(
    service_id="serviceid", service_name="servicename", node_id="nodeid", node_hostname="nodeHostname", node_system="os",
    node_architecture="architecture", task_id="", task_name="taskname", slot=1,
)  # fmt: skip


def _wrong(problem: str, **fields: object) -> Refusal:
    return messages.INVALID_ARGUMENT(problem=problem.format(**fields))


def check(spec: ServiceSpec) -> None:
    """Refuse what no service can be.

    Raises:
        Refusal: with the managers' words for the first thing that is wrong.
    """
    check_name(spec.name)
    _check_task(spec.task_template)
    _check_mode(spec)
    if spec.mode.is_job:
        if spec.update_config is not None:
            raise _wrong(messages.JOB_UPDATE_CONFIG)
    else:
        _check_update(spec.update_config)
    _check_endpoint(spec.endpoint_spec)


def check_name(name: str) -> None:
    """Refuse what can be the name of no service and no network (controlapi/common.go validateAnnotations)."""
    if not name:
        raise _wrong(messages.SERVICE_NAME_EMPTY)
    if _NAME.fullmatch(name) is None:
        raise _wrong(messages.SERVICE_NAME)
    if len(name) > _LONGEST_NAME:
        raise _wrong(messages.SERVICE_NAME_LONG)


def _check_task(task: TaskSpec) -> None:
    resources = task.resources or Resources()
    for one in (resources.limits, resources.reservations):
        _check_resources(one)
    _check_restart(task.restart_policy)
    try:
        constraints.parse(task.placement.constraints if task.placement is not None else ())
    except InvalidConstraint as problem:
        raise messages.UNKNOWN_ERROR(problem=problem) from None
    assert task.container_spec is not None  # as it is normal
    _check_references("secret", task.container_spec.secrets)
    _check_references("config", task.container_spec.configs)
    _check_container(task.container_spec)


def _check_resources(resources: Limits | Reservations | None) -> None:
    if resources is None:
        return
    if resources.nano_cpus and resources.nano_cpus < _SMALLEST_CPUS:
        shown = f"{resources.nano_cpus / 1e9:g}"
        raise _wrong(messages.SERVICE_CPUS, value=shown)
    if resources.memory_bytes and resources.memory_bytes < _SMALLEST_MEMORY_BYTES:
        raise _wrong(messages.SERVICE_MEMORY, value=resources.memory_bytes)


def _check_restart(policy: RestartPolicy | None) -> None:
    if policy is None:
        return
    for what, value in (("delay", policy.delay), ("window", policy.window)):
        if value is not None and value < 0:
            raise _wrong(messages.RESTART_NEGATIVE, what=what)


def _check_references(what: str, references: Iterable[SecretReference | ConfigReference]) -> None:
    targets: dict[str, str] = {}
    for one in references:
        if isinstance(one, SecretReference):
            identifier, name, kind = one.secret_id, one.secret_name, "file secret"
        else:
            identifier, name, kind = one.config_id, one.config_name, "config file"
        if not identifier or not name:
            raise _wrong(messages.REFERENCE_MALFORMED, what=what)
        if one.file is None:
            if isinstance(one, ConfigReference) and one.runtime is not None:
                continue
            raise _wrong(messages.REFERENCE_NO_TARGET, what=what)
        target = one.file.name
        if not target:
            raise _wrong(messages.REFERENCE_NO_FILE, kind=kind)
        if target in targets:
            raise _wrong(messages.REFERENCE_CONFLICT, what=what, one=targets[target], other=name, target=target)
        targets[target] = name


def _check_container(spec: ContainerSpec) -> None:
    try:
        templates.expand(spec, _DUMMY)
    except InvalidTemplate as problem:
        raise messages.INVALID_ARGUMENT(problem=problem) from None
    if not spec.image:
        raise _wrong(messages.IMAGE_REQUIRED)
    try:
        reference.parse(spec.image)
    except reference.InvalidReference:
        raise _wrong(messages.IMAGE_INVALID, image=spec.image) from None
    targets = [mount.target for mount in spec.mounts]
    for index, target in enumerate(targets):
        if target in targets[:index]:
            raise _wrong(messages.SERVICE_MOUNT_TWICE, target=target)
    if spec.healthcheck is not None:
        _check_health(spec.healthcheck)


def _check_health(health: HealthConfig) -> None:
    for what, value in (
        ("Interval", health.interval),
        ("Timeout", health.timeout),
        ("StartPeriod", health.start_period),
        ("StartInterval", health.start_interval),
    ):
        if isinstance(value, int) and value and value < MILLISECOND_NS:
            raise _wrong(messages.SERVICE_HEALTH_SHORT, what=what)
    if isinstance(health.retries, int) and health.retries < 0:
        raise _wrong(messages.SERVICE_HEALTH_RETRIES)


def _check_mode(spec: ServiceSpec) -> None:
    replicated, job = spec.mode.replicated, spec.mode.replicated_job
    if replicated is not None and (replicated.replicas or 0) < 0:
        raise _wrong(messages.REPLICAS_NEGATIVE)
    if job is not None and (job.max_concurrent or 0) < 0:
        raise _wrong(messages.CONCURRENT_NEGATIVE)
    if job is not None and (job.total_completions or 0) < 0:
        raise _wrong(messages.COMPLETIONS_NEGATIVE)


def _check_update(config: UpdateConfig | None) -> None:
    if config is None:
        return
    for what, value in (("delay", config.delay), ("monitor", config.monitor)):
        if value < 0:
            raise _wrong(messages.UPDATE_NEGATIVE, what=what)
    if not 0 <= config.max_failure_ratio <= 1:
        raise _wrong(messages.UPDATE_RATIO)


def _check_endpoint(spec: EndpointSpec | None) -> None:
    if spec is None:
        return
    seen = set()
    for port in spec.ports:
        if spec.mode == "dnsrr" and port.publish_mode == "ingress":
            raise _wrong(messages.ENDPOINT_DNSRR)
        if port.published_port:
            key = (port.published_port, port.protocol)
            if key in seen:
                raise _wrong(messages.ENDPOINT_DUPLICATE)
            seen.add(key)
