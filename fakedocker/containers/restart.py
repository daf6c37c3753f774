"""Restart policies: which ended container starts again, and when.

Source: moby restartmanager: the delay starts at 100 ms, doubles with every restart up to a minute, and starts again
once a run lasted ten seconds; texts in recordings restart and run-basics.
"""

from __future__ import annotations

from fakedocker.base.clock import MILLISECOND_NS, MINUTE_NS, SECOND_NS
from fakedocker.wire.container import RestartPolicy

FIRST_DELAY_NS = 100 * MILLISECOND_NS
LONGEST_DELAY_NS = MINUTE_NS
CALM_NS = 10 * SECOND_NS

POLICIES = ("no", "always", "on-failure", "unless-stopped")


def problem(policy: RestartPolicy) -> str | None:
    """What is wrong with a policy, in docker's words; None when nothing is."""
    if policy.name not in ("", *POLICIES):
        return f"invalid restart policy: unknown policy '{policy.name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
    if policy.maximum_retry_count and policy.name != "on-failure":
        text = "invalid restart policy: maximum retry count can only be used with 'on-failure'"
        return text + (" and cannot be negative" if policy.maximum_retry_count < 0 else "")
    if policy.maximum_retry_count < 0:
        return "invalid restart policy: maximum retry count cannot be negative"
    return None


def next_delay(current_ns: int, ran_ns: int) -> int:
    """The delay before the next restart, given the last one (0 at first) and how long the container ran."""
    if current_ns == 0 or ran_ns >= CALM_NS:
        return FIRST_DELAY_NS
    return min(current_ns * 2, LONGEST_DELAY_NS)


def restarts(policy: RestartPolicy, exit_code: int, restart_count: int, manually_stopped: bool) -> bool:
    """Whether a container that has just ended starts again."""
    if manually_stopped:
        return False
    if policy.name in ("always", "unless-stopped"):
        return True
    if policy.name == "on-failure":
        return exit_code != 0 and (policy.maximum_retry_count == 0 or restart_count < policy.maximum_retry_count)
    return False
