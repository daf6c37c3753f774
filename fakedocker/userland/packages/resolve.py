"""What has to be installed with a package, and what may go with it. Must not know how anything is installed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence


def closure(
    wanted: Iterable[str], needs: Callable[[str], Sequence[str]], installed: Collection[str] = ()
) -> tuple[str, ...]:
    """Names with all they need that is not installed, each after what it needs (cycles are cut). O(names + edges)."""
    order: list[str] = []
    seen = set(installed)
    for first in wanted:
        if first in seen:
            continue
        seen.add(first)
        under_way = [(first, iter(needs(first)))]
        while under_way:
            name, others = under_way[-1]
            other = next((each for each in others if each not in seen), None)
            if other is not None:
                seen.add(other)
                under_way.append((other, iter(needs(other))))
                continue
            order.append(name)
            under_way.pop()
    return tuple(order)


def reachable(roots: Iterable[str], needs: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything that some roots need, themselves included; names that `needs` has not are left out."""
    found: set[str] = set()
    waiting = [name for name in roots if name in needs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for other in needs[name] if other in needs]
    return found


def dependents_first(names: Iterable[str], needs: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """Names in the order they may be taken away: each before what it needs."""
    chosen = list(names)
    return tuple(
        reversed(closure(reversed(chosen), lambda name: tuple(other for other in needs(name) if other in chosen)))
    )
