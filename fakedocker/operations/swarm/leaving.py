"""Leaving the swarm, with everything that ran for it.

Source: moby daemon/cluster/swarm.go Leave.
"""

from __future__ import annotations

from fakedocker.operations.swarm import cluster
from fakedocker.world.draft import Draft


def leave(draft: Draft, force: bool) -> None:
    """Leave the swarm, which ends it, as this is its last manager.

    Raises:
        Refusal: there is none, or it was not forced.
    """
    cluster.check_leaving(draft, force)
    cluster.forget(draft)
