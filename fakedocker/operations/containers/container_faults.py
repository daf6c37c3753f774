"""What containers suffer by rule: health checks that fail, removals that fail. What ends them by itself is in `faulting`."""

from __future__ import annotations

from fakedocker.containers.model import Container
from fakedocker.faults import matching, model
from fakedocker.faults.model import Rule
from fakedocker.world.draft import Draft


def is_named(container: Container, name: str) -> bool:
    """Whether a rule's name is that of a container, or the beginning of its id, of at least 12 digits."""
    return name.removeprefix("/") == container.name or (len(name) >= 12 and container.id.startswith(name))


def strikes(draft: Draft, container: Container, effect: str) -> bool:
    """Whether a rule with this effect strikes a container now."""
    if not draft.fault_rules:
        return False

    def concerns(rule: Rule) -> bool:
        return rule.target == model.CONTAINER and rule.effect == effect and is_named(container, rule.name)

    draft.fault_rules, struck = matching.strike(draft.fault_rules, draft.seed, draft.now_ns, concerns)
    return bool(struck)
