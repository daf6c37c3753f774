"""Random requests against a whole engine: invariants after every step, refusals that change nothing, replays that agree.

The number of steps is bounded for CI; `make property` runs as long as one likes (FAKEDOCKER_EXAMPLES).
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from helpers.daemon_machine import Daemon

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "60"))
STEPS = 40


class DaemonOf29(Daemon):
    """The same over containerd's image store."""

    profile, storage = "29", "overlayfs"


for machine, examples in ((Daemon, EXAMPLES), (DaemonOf29, EXAMPLES // 2)):
    machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize="CI" in os.environ,
    )
TestDaemon = Daemon.TestCase
TestDaemonOf29 = DaemonOf29.TestCase
