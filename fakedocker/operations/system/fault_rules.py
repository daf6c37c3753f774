"""Carrying rules of faults out: putting them into a world, what they do there by themselves, and what requests meet.

What pulls meet is in `registry_faults`. This module must not know how an answer is spoiled on its way: it says which
rules strike, and the engine does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Final, NamedTuple

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import PAUSED, Container
from fakedocker.faults import matching, model
from fakedocker.faults.model import FaultError, Rule
from fakedocker.faults.requests import ON_CONTAINERS, ON_IMAGES, Asked, asked
from fakedocker.kernel.events import Exited
from fakedocker.operations.containers import container_faults
from fakedocker.operations.networks import partitions
from fakedocker.operations.system import daemon, disk_faults, lookup
from fakedocker.wire.http import Request
from fakedocker.world.draft import Draft

HOUR_NS: Final = 3600 * SECOND_NS
_FARTHEST_NS: Final = 5 * 8766 * HOUR_NS
"""Five years: farther than certificates last, and no date that anything else is afraid of."""


def inject(draft: Draft, rule: Rule) -> Rule:
    """Put a rule into the world.

    Returns:
        the rule with its number.

    Raises:
        FaultError: it goes wrong with nothing that is there; nothing has changed then.
    """
    if rule.target == model.DISK and rule.name:
        rule = replace(rule, other=_container(draft, rule.name).id)
    _check(draft, rule)
    number = max((other.number for other in draft.fault_rules), default=0) + 1
    from_ns = draft.now_ns + rule.delay_ns
    rule = replace(rule, number=number, from_ns=from_ns, until_ns=from_ns + rule.lasts_ns if rule.lasts_ns else 0)
    draft.fault_rules = (*draft.fault_rules, rule)
    if _acts_by_itself(rule):
        if rule.delay_ns:
            draft.kernel.set_timer(from_ns, (model.ALARM, _key(rule)))
        else:
            _begin(draft, rule)
    return rule


def _key(rule: Rule) -> tuple[int, str, int]:
    """What a timer knows a rule by: numbers are given again."""
    return rule.number, rule.effect, rule.from_ns


def clear(draft: Draft, number: int | None = None) -> int:
    """Take one rule, or all, out of the world, and what they do with them.

    Returns:
        how many there were.

    Raises:
        FaultError: no rule has that number.
    """
    gone = [rule for rule in draft.fault_rules if number is None or rule.number == number]
    if number is not None and not gone:
        known = ", ".join(str(rule.number) for rule in draft.fault_rules) or "none"
        raise FaultError(f"no fault has the number {number}; there are {known}")
    draft.fault_rules = tuple(rule for rule in draft.fault_rules if rule not in gone)
    for rule in gone:
        _end(draft, rule)
    return len(gone)


def _acts_by_itself(rule: Rule) -> bool:
    return rule.effect in (model.OOM, model.EXIT) or (rule.target, rule.effect) in model.LASTING


def _check(draft: Draft, rule: Rule) -> None:
    """Refuse a rule about something that is not there."""
    if rule.target == model.REGISTRY and rule.name not in draft.registries:
        known = ", ".join(sorted(draft.registries))
        raise FaultError(f"no registry {rule.name!r}; there are {known}")
    if rule.effect == model.AUTH_DOWN and rule.name != reference.DEFAULT_DOMAIN:
        raise FaultError(
            f"of registries only {reference.DEFAULT_DOMAIN} has a host of its own that gives tokens, not {rule.name}"
        )
    if rule.target == model.NETWORK and all(rule.name not in (net.name, net.id) for net in draft.networks.values()):
        known = ", ".join(sorted(network.name for network in draft.networks.values()))
        raise FaultError(f"no network {rule.name!r}; there are {known}")
    if rule.target in (model.DISK, model.VOLUME):
        disk_faults.check(draft, rule)
    if rule.target == model.NODE:
        _silence().check(draft, rule)
    if rule.target == model.CLOCK:
        clocks = [rule, *(other for other in draft.fault_rules if other.target == model.CLOCK)]
        if sum(each.amount for each in clocks) > _FARTHEST_NS:
            raise FaultError(f"expected clocks that are at most {_FARTHEST_NS // HOUR_NS} hours away in all")
    ends = [_container(draft, name).id for name in (rule.name, rule.other) if name and rule.target == model.LINK]
    if len(ends) == 2 and ends[0] == ends[1]:
        raise FaultError(f"expected two containers that the link is between, not {rule.name} twice")
    if rule.target == model.CONTAINER:
        container = _container(draft, rule.name)
        if _acts_by_itself(rule) and not rule.delay_ns and not container.has_process:
            raise FaultError(
                f"container {container.name} is {container.status}; only of a running one can the process end"
            )
    if rule.target == model.DAEMON and any(other.target == model.DAEMON for other in draft.fault_rules):
        raise FaultError("the daemon has such a fault already")
    if _acts_by_itself(rule) and (rule.first, rule.times, rule.chance) != (1, 0, model.ONE_IN):
        raise FaultError(
            f"{rule.target} {rule.effect} happens once: expected no count and no chance, only `in` and `for`"
        )


def _container(draft: Draft, name: str) -> Container:
    try:
        return lookup.container(draft, name)
    except Refusal:
        known = ", ".join(sorted(draft.container_names)) or "none"
        raise FaultError(f"no container {name!r}; there are {known}") from None


# what acts by itself


def due(draft: Draft, key: tuple[int, str, int]) -> None:
    """The time of a rule that acts by itself has come, to begin or to end, or a container has ended while the daemon
    goes down."""
    rule = next((rule for rule in draft.fault_rules if _key(rule) in (key, (key[0], rule.effect, key[2]))), None)
    if rule is None:
        return
    if key[1] != rule.effect:
        _silence().heartbeat_missed(draft, rule)
        return
    if not rule.struck:
        _begin(draft, rule)
    elif rule.target == model.DAEMON:
        _come_up(draft, rule)
    elif rule.until_ns and draft.now_ns >= rule.until_ns:
        clear(draft, rule.number)


def _begin(draft: Draft, rule: Rule) -> None:
    begun = replace(rule, struck=1)
    if rule.target == model.CONTAINER:
        _drop(draft, rule)
        _end_process(draft, rule)
        return
    draft.fault_rules = tuple(begun if other is rule else other for other in draft.fault_rules)
    if rule.until_ns:
        draft.kernel.set_timer(rule.until_ns, (model.ALARM, _key(rule)))
    _STATES[rule.target].begin(draft, begun)


def _end_process(draft: Draft, rule: Rule) -> None:
    """Process 1 of a container ends: as if it had exited by itself, or for want of memory."""
    try:
        container = lookup.container(draft, rule.name)
    except Refusal:
        return  # it is gone meanwhile
    if not container.has_process:
        return
    if container.status == PAUSED:
        draft.kernel.thaw_namespace(container.id)
    if rule.effect == model.OOM:
        draft.kernel.run_out_of_memory(container.pid)
    else:
        draft.kernel.end_from_outside(container.pid, rule.amount)


def _come_up(draft: Draft, rule: Rule) -> None:
    """The daemon is up again once all containers have ended, and as long as it was to be down has passed."""
    stays_down = rule.effect == model.DOWN and not rule.until_ns
    if stays_down or draft.now_ns < rule.until_ns or not daemon.is_quiet(draft):
        return
    _drop(draft, rule)
    daemon.come_up(draft)


def _drop(draft: Draft, rule: Rule) -> None:
    draft.fault_rules = tuple(other for other in draft.fault_rules if other.number != rule.number)


def _end(draft: Draft, rule: Rule) -> None:
    """Undo the lasting part of a rule that has been taken away."""
    if rule.struck and rule.target in _STATES:
        _STATES[rule.target].end(draft, rule)


class _State(NamedTuple):
    """What begins and ends with a rule about such a target. `begin` and `end` find the rule among the others, or gone."""

    begin: Callable[[Draft, Rule], None]
    end: Callable[[Draft, Rule], None]


def _settle(draft: Draft, rule: Rule) -> None:
    partitions.settle(draft)


def _daemon_back(draft: Draft, rule: Rule) -> None:
    daemon.come_up(draft)


def _daemon_gone(draft: Draft, rule: Rule) -> None:
    daemon.shut_down(draft)
    _come_up(draft, rule)


def _silence() -> ModuleType:
    from fakedocker.operations.swarm import silence  # read where there is a swarm: start-up time matters

    return silence


def _node_gone(draft: Draft, rule: Rule) -> None:
    _silence().begin(draft, rule)


def _node_back(draft: Draft, rule: Rule) -> None:
    _silence().end(draft, rule)


def _set_clock(draft: Draft, rule: Rule) -> None:
    """The daemon's clock shows what all rules about it together make of the machine's."""
    rules = [rule for rule in draft.fault_rules if rule.target == model.CLOCK and rule.struck]
    draft.skew_ns = sum(rule.amount if rule.effect == model.AHEAD else -rule.amount for rule in rules)
    draft.has_jumped = True


_DISKS: Final = _State(disk_faults.begin, disk_faults.end)
_PARTITIONS: Final = _State(_settle, _settle)
_STATES: Final = {
    model.DISK: _DISKS,
    model.VOLUME: _DISKS,
    model.LINK: _PARTITIONS,
    model.NETWORK: _PARTITIONS,
    model.DAEMON: _State(_daemon_gone, _daemon_back),
    model.NODE: _State(_node_gone, _node_back),
    model.CLOCK: _State(_set_clock, _set_clock),
}
"""What is a state of the world while a rule is there, by its target."""


def container_ended(draft: Draft, container_id: str, exited: Exited) -> None:
    """A container has ended: a daemon on its way down looks at the next instant whether it was the last."""
    for rule in draft.fault_rules:
        if rule.target == model.DAEMON and rule.struck:
            draft.kernel.set_timer(draft.now_ns, (model.ALARM, _key(rule)))


# what requests meet


def strike(draft: Draft, request: Request) -> tuple[Rule, ...]:
    """The rules that strike a request. Linear in the number of rules."""
    case = asked(request)

    def concerns(rule: Rule) -> bool:
        if rule.effect in model.ON_CONTAINERS:
            return False
        if rule.target == model.WIRE:
            return case.operation != "ping"
        if rule.target == model.CONTAINER:
            return case.operation in ON_CONTAINERS and _is_named(draft, case, rule.name)
        return (
            rule.target == model.OPERATION
            and rule.operation == case.operation
            and (not rule.name or _is_named(draft, case, rule.name))
        )

    draft.fault_rules, struck = matching.strike(draft.fault_rules, draft.seed, draft.now_ns, concerns)
    return struck


def refusal(rule: Rule, request: Request) -> Refusal:
    """What a rule with an error lets the daemon say."""
    if rule.message:
        return Refusal(rule.status, rule.message)
    return Refusal(rule.status, messages.FAULT(operation=asked(request).operation or "the request").message)


def outcome(rule: Rule, request: Request) -> model.Outcome:
    """What a rule of a kind that others have brought makes of a request."""
    kind = model.BROUGHT.find(rule.effect)
    return messages.FAULT_KIND(kind=rule.effect) if kind is None else kind(rule, request)


def _is_named(draft: Draft, case: Asked, name: str) -> bool:
    """Whether a request is about what a rule names: a container by any of its names, an image by its reference."""
    if case.name == name:
        return True
    if case.operation in ON_IMAGES:
        return _is_image(case.name, name)
    if case.operation not in ON_CONTAINERS:
        return False
    asked_name = case.name
    execution = draft.execs.get(asked_name) if case.operation.startswith("exec ") else None
    if execution is not None:
        asked_name = execution.container_id
    try:
        container = lookup.container(draft, asked_name)
    except Refusal:
        return False
    return container_faults.is_named(container, name)


def _is_image(asked_name: str, name: str) -> bool:
    try:
        return matching.same_image(name, reference.parse(asked_name))
    except reference.InvalidReference:
        return False
