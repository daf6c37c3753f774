"""Random requests against a whole engine: invariants after every step, refusals that change nothing, replays that agree.

The number of steps is bounded for CI; `make property` runs as long as one likes (FAKEDOCKER_EXAMPLES).
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from helpers.daemon_machine import Daemon

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "60"))
STEPS = 40

Daemon.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="CI" in os.environ,
)
TestDaemon = Daemon.TestCase
