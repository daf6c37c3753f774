"""What becomes of a request that rules of faults strike: refused, late, lost, cut off or never answered.

Between the rules, which know nothing of connections, and the engine, which knows nothing of rules.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.engine.inflight import Cut, Exchange
from fakedocker.faults import matching, model
from fakedocker.faults.model import Rule
from fakedocker.operations.system import fault_rules
from fakedocker.wire.http import json_reply
from fakedocker.world.draft import Draft

_ENDINGS = (model.ERROR, model.RESET, model.STALL)
"""Effects that a request ends with before its handler sees it."""
_RETRY_NS = SECOND_NS


def apply(draft: Draft, exchange: Exchange, fast: bool) -> Callable[[], None] | None:
    """Let a request meet the rules. What they have counted is to be kept, whatever becomes of it.

    Args:
        fast: whether nothing but waiting moves time, so that whoever asks a daemon that is down is taken to ask again
            in a second.

    Returns:
        how it ends, after the time that it takes; None for one that goes on to its handler, late or cut off perhaps.
    """
    if matching.daemon_is_down(draft.fault_rules):
        exchange.cost_ns = _RETRY_NS if fast else 0
        return partial(exchange.break_off, "refused")
    for rule in fault_rules.strike(draft, exchange.request):
        if rule.effect == model.LATENCY:
            exchange.cost_ns += rule.amount
        elif rule.effect == model.LOST:
            exchange.cut = Cut(-1, breaks=True)
        elif rule.effect == model.TRUNCATED or (rule.effect == model.STALL and rule.amount):
            exchange.cut = Cut(rule.amount, breaks=rule.effect == model.TRUNCATED)
        elif rule.effect in _ENDINGS and exchange.cut is None:
            return partial(_end, exchange, rule)
        elif rule.effect not in model.EFFECTS[rule.target]:
            outcome = fault_rules.outcome(rule, exchange.request)
            if isinstance(outcome, Refusal):
                return partial(_refuse, exchange, outcome)
            exchange.cost_ns += outcome or 0
    return None


def _end(exchange: Exchange, rule: Rule) -> None:
    if rule.effect == model.ERROR:
        _refuse(exchange, fault_rules.refusal(rule, exchange.request))
    elif rule.effect == model.RESET:
        exchange.break_off("reset")
    else:
        exchange.stall()


def _refuse(exchange: Exchange, refusal: Refusal) -> None:
    exchange.respond(json_reply({"message": refusal.message}, refusal.status))
