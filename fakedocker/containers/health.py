"""Health checks: when the next one runs, and what its result does.

Source: moby daemon/health.go; recordings health. Durations of 0 mean docker's defaults.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from fakedocker.base.clock import SECOND_NS
from fakedocker.containers.model import Health, HealthResult
from fakedocker.wire.container import HealthConfig

STARTING, HEALTHY, UNHEALTHY = "starting", "healthy", "unhealthy"

DEFAULT_INTERVAL_NS = 30 * SECOND_NS
DEFAULT_TIMEOUT_NS = 30 * SECOND_NS
DEFAULT_START_INTERVAL_NS = 5 * SECOND_NS
DEFAULT_RETRIES = 3
KEPT_RESULTS = 5
KEPT_OUTPUT_BYTES = 4096
TIMED_OUT = -1


def _value(given: object, default: int) -> int:
    return given if isinstance(given, int) and given else default


def interval_ns(config: HealthConfig) -> int:
    return _value(config.interval, DEFAULT_INTERVAL_NS)


def timeout_ns(config: HealthConfig) -> int:
    """How long a check may take."""
    return _value(config.timeout, DEFAULT_TIMEOUT_NS)


def start_period_ns(config: HealthConfig) -> int:
    return _value(config.start_period, 0)


def retries(config: HealthConfig) -> int:
    return _value(config.retries, DEFAULT_RETRIES)


def next_check_ns(config: HealthConfig, health: Health, started_ns: int, now_ns: int) -> int:
    """When the next check starts: within the start period the start interval counts, if it was given."""
    in_start_period = health.status == STARTING and now_ns - started_ns < start_period_ns(config)
    if in_start_period:
        start_interval = _value(config.start_interval, DEFAULT_START_INTERVAL_NS)
        return now_ns + min(start_interval, interval_ns(config))
    return now_ns + interval_ns(config)


def command(config: HealthConfig | object, shell: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command of a check, None when there is none or it is disabled."""
    if not isinstance(config, HealthConfig) or config.test is UNSET or not config.test:
        return None
    kind, *words = config.test
    if kind == "NONE":
        return None
    if kind == "CMD-SHELL":
        return (*shell, *words[:1])
    return tuple(words) if kind == "CMD" else None


def record(health: Health, config: HealthConfig, result: HealthResult, container_started_ns: int) -> Health:
    """The health after a check has ended."""
    log = (*health.log, result)[-KEPT_RESULTS:]
    health = msgspec.structs.replace(health, log=log, probe_pid=0, probe_output=b"", timer=0)
    if result.exit_code == 0:
        return msgspec.structs.replace(health, status=HEALTHY, failing_streak=0)
    forgiven = health.status == STARTING and result.started_ns - container_started_ns < start_period_ns(config)
    streak = health.failing_streak if forgiven else health.failing_streak + 1
    status = UNHEALTHY if streak >= retries(config) else health.status
    return msgspec.structs.replace(health, status=status, failing_streak=streak)
