"""The states of a task, in the order in which they may be passed through.

Source: swarmkit api/types.proto TaskState; a task's state never goes back. What leads from one to the next is in
`operations.swarm.agent`.
"""

from __future__ import annotations

NEW, PENDING, ASSIGNED, ACCEPTED, PREPARING, READY, STARTING, RUNNING = 0, 64, 192, 256, 320, 384, 448, 512
COMPLETE, SHUTDOWN, FAILED, REJECTED, REMOVE, ORPHANED = 576, 640, 704, 768, 800, 832

NAMES = {
    NEW: "new", PENDING: "pending", ASSIGNED: "assigned", ACCEPTED: "accepted", PREPARING: "preparing", READY: "ready",
    STARTING: "starting", RUNNING: "running", COMPLETE: "complete", SHUTDOWN: "shutdown", FAILED: "failed", REJECTED: "rejected",
    REMOVE: "remove", ORPHANED: "orphaned",
}  # fmt: skip
BY_NAME = {name.upper(): state for state, name in NAMES.items()}
"""As filters write them."""
