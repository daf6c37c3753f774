"""Which rules a case meets, and what they have counted then: pure functions over the rules of a world."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from fakedocker.base import identity, reference
from fakedocker.faults.model import DAEMON, ONE_IN, Rule

Rules = tuple[Rule, ...]


def strike(rules: Rules, seed: int, now_ns: int, concerns: Callable[[Rule], bool]) -> tuple[Rules, Rules]:
    """Let a case meet the rules that are about it.

    Args:
        concerns: whether a rule is about this case at all; one that is counts it, whether it strikes or not.

    Returns:
        the rules with their counts, without those whose time is over; and those that strike.
    """
    kept, striking = [], []
    for rule in rules:
        if _is_over(rule, now_ns):
            continue
        if rule.from_ns <= now_ns and concerns(rule):
            rule = replace(rule, seen=rule.seen + 1)
            if _strikes(rule, seed):
                rule = replace(rule, struck=rule.struck + 1)
                striking.append(rule)
        kept.append(rule)
    return tuple(kept), tuple(striking)


def _strikes(rule: Rule, seed: int) -> bool:
    if rule.seen < rule.first or (rule.times and rule.struck >= rule.times):
        return False
    return rule.chance >= ONE_IN or identity.draw(seed, f"fault/{rule.number}", rule.seen, ONE_IN) < rule.chance


def _is_over(rule: Rule, now_ns: int) -> bool:
    return bool(rule.until_ns) and now_ns >= rule.until_ns and rule.target != DAEMON


def in_force(rules: Rules, now_ns: int) -> Rules:
    """The rules whose time is not over."""
    return tuple(rule for rule in rules if not _is_over(rule, now_ns))


def daemon_is_down(rules: Iterable[Rule]) -> bool:
    """Whether the daemon is on its way down, or down: such a rule has struck, and is taken away when it is up again."""
    return any(rule.target == DAEMON and rule.struck for rule in rules)


def same_image(rule_name: str, name: reference.Reference) -> bool:
    """Whether a rule's image is this one; without tag and digest it is every one of the repository."""
    wanted = reference.parse(rule_name)
    if wanted.name != name.name:
        return False
    if wanted.digest:
        return wanted.digest == name.digest
    return not wanted.tag or wanted.tag == (name.tag or ("" if name.digest else "latest"))
