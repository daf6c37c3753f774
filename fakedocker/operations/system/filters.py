"""Filters of lists, prunes and events: reading both JSON shapes, refusing unknown names, and the matches they share.

Source: moby api/types/filters; texts in recordings ps-filters, images, networks, prune-df.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from fakedocker.base import clock, messages

Filters = Mapping[str, tuple[str, ...]]


def parse(text: str | None, accepted: Collection[str] | None) -> Filters:
    """The filters of a query, name to values; values keep their order.

    Args:
        text: the query's filters parameter: {"label": ["a"]} or {"label": {"a": true}}.
        accepted: the names that the request knows; None accepts every name.

    Raises:
        Refusal: not JSON of either shape, or an unknown name.
    """
    if not text:
        return {}
    try:
        plain = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise messages.INVALID_FILTERS() from None
    filters: dict[str, tuple[str, ...]] = {}
    if not isinstance(plain, dict):
        raise messages.INVALID_FILTERS()
    for name, values in plain.items():
        if isinstance(values, dict):
            values = [value for value, wanted in values.items() if wanted]
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise messages.INVALID_FILTERS()
        if accepted is not None and name not in accepted:
            raise messages.INVALID_FILTER(name=name)
        filters[name] = tuple(values)
    return filters


def boolean(filters: Filters, name: str, default: bool | None = None) -> bool | None:
    """A filter that is true or false.

    Raises:
        Refusal: it is neither, or both.
    """
    values = filters.get(name)
    if not values:
        return default
    found = {_TRUTH.get(value.lower()) for value in values}
    if None in found or len(found) > 1:
        raise messages.INVALID_FILTER_VALUE(name=name, value=" ".join(values))
    return found.pop()


_TRUTH = {"1": True, "true": True, "t": True, "0": False, "false": False, "f": False}


def labels_match(filters: Filters, labels: Mapping[str, str] | None, name: str = "label") -> bool:
    """Whether all label filters hold: KEY or KEY=VALUE."""
    own = labels or {}
    for wanted in filters.get(name, ()):
        key, equals, value = wanted.partition("=")
        if key not in own or (equals and own[key] != value):
            return False
    return True


def prune_labels_match(filters: Filters, labels: Mapping[str, str] | None) -> bool:
    """label and label! as prunes take them."""
    if not labels_match(filters, labels):
        return False
    return not any(labels_match({"label": (wanted,)}, labels) for wanted in filters.get("label!", ()))


def until(filters: Filters, now_ns: int, takes_several: bool = False) -> int | None:
    """The instant of an until filter.

    Args:
        takes_several: whether there may be more than one, of which the earliest holds, as in lists of images.

    Raises:
        Refusal: it is no time, or there are several.
    """
    values = filters.get("until", ())
    if not values:
        return None
    if len(values) > 1 and not takes_several:
        raise messages.SEVERAL_UNTIL()
    try:
        return min(clock.timestamp_or_duration(value, now_ns) for value in values)
    except ValueError as problem:
        raise messages.NO_TIME(problem=problem) from None


def name_matches(patterns: Collection[str], *names: str) -> bool:
    """Whether a regular expression is found in a name, or is the name itself; true without patterns."""
    if not patterns:
        return True
    return any(pattern == name or _found(pattern, name) for pattern in patterns for name in names)


def _found(pattern: str, name: str) -> bool:
    from fakedocker.base.regex import (
        LimitExceeded,
        PatternProblem,
        compile_pattern,
    )  # seldom needed, and start-up time matters

    try:
        return compile_pattern(pattern).finds(name)
    except (PatternProblem, LimitExceeded):
        return False
