"""The node that its manager hears nothing from, by rule: what the manager thinks of it, and what happens when it is back.

Its containers go on. After three heartbeats that have not come the manager takes it to be down and plans for others, of which
there are none; once the node is back it does what was planned meanwhile. The API is the manager's, and answers all the time.
Source: swarmkit manager/dispatcher/{dispatcher,nodes}.go; a node says again within moments that it is there, so that no time passes here.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.faults.model import ALARM, FaultError, Rule
from fakedocker.operations.swarm import controller, nodes, orchestrating, store
from fakedocker.world.draft import Draft

HEARTBEATS_NS = 15 * SECOND_NS
"""After so long a node is down: three times five seconds (dispatcher.go DefaultHeartBeatPeriod, defaultGracePeriodMultiplier)."""


def check(draft: Draft, rule: Rule) -> None:
    """Refuse a rule about a node that is not there, or is silent already."""
    try:
        node = nodes.find(draft, rule.name)
    except Refusal as problem:
        raise FaultError(f"no node {rule.name!r}: {problem.message}") from None
    if any(other.target == rule.target for other in draft.fault_rules):
        raise FaultError(f"node {node.spec.name or draft.host.hostname} has such a fault already")


def begin(draft: Draft, rule: Rule) -> None:
    """The node falls silent."""
    if draft.swarm is None:
        return  # it has been left meanwhile
    draft.swarm = replace(draft.swarm, node=replace(draft.swarm.node, is_silent=True))
    draft.kernel.set_timer(draft.now_ns + HEARTBEATS_NS, (ALARM, (rule.number, HEARTBEAT, rule.from_ns)))


HEARTBEAT = "heartbeat"
"""In place of a rule's effect: the key of the timer that counts heartbeats."""


def heartbeat_missed(draft: Draft, rule: Rule) -> None:
    """The node has been silent for too long."""
    if draft.swarm is not None and draft.swarm.node.is_silent:
        _turn(draft, is_down=True)
        orchestrating.settle_all(draft)


def end(draft: Draft, rule: Rule) -> None:
    """The node is back."""
    if draft.swarm is None or not draft.swarm.node.is_silent:
        return
    was_down = draft.swarm.node.is_down
    draft.swarm = replace(draft.swarm, node=replace(draft.swarm.node, is_silent=False))
    if was_down:
        _turn(draft, is_down=False)
    controller.resume(draft)


def _turn(draft: Draft, is_down: bool) -> None:
    swarm = store.swarm(draft)
    node = store.changed(draft, replace(swarm.node, is_down=is_down))
    draft.swarm = replace(store.swarm(draft), node=node)
    old, new = ("ready", "down") if is_down else ("down", "ready")
    name = node.spec.name or draft.host.hostname
    store.event(draft, "node", "update", node.id, name, **{"state.new": new, "state.old": old})
