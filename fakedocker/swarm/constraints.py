"""Constraints of placement: KEY==VALUE and KEY!=VALUE, and whether a node meets them.

Source: swarmkit manager/constraint/constraint.go.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from fakedocker.base.patterns import lazy_pattern

_KEY = lazy_pattern(r"[a-z_][a-z0-9\-_.]+", re.IGNORECASE)
_VALUE = lazy_pattern(r"[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+", re.IGNORECASE)
_NODE_LABELS, _ENGINE_LABELS = "node.labels.", "engine.labels."


class InvalidConstraint(ValueError):
    """A text is no constraint; the message is swarmkit's."""


class Constraint(NamedTuple):
    key: str
    is_equal: bool
    value: str

    def matches(self, text: str) -> bool:
        """Whether a text is what it should be, in any case."""
        return (text.lower() == self.value.lower()) == self.is_equal


class Place(NamedTuple):
    """What constraints can ask of a node."""

    id: str
    hostname: str
    address: str
    role: str
    system: str
    architecture: str
    labels: Mapping[str, str]


def parse(texts: Iterable[str]) -> list[Constraint]:
    """Constraints of their texts.

    Raises:
        InvalidConstraint: one is none.
    """
    found = []
    for text in texts:
        operator = next((operator for operator in ("==", "!=") if operator in text), "")
        if not operator:
            raise InvalidConstraint("constraint expected one operator from ==, !=")
        key, _, value = (part.strip() for part in text.partition(operator))
        if _KEY.fullmatch(key) is None:
            raise InvalidConstraint(f"key '{key}' is invalid")
        if _VALUE.fullmatch(value) is None:
            raise InvalidConstraint(f"value '{value}' is invalid")
        found.append(Constraint(key, operator == "==", value))
    return found


def met(texts: Iterable[str], place: Place) -> bool:
    """Whether a node meets constraints that were parsed before."""
    return all(_meets(constraint, place) for constraint in parse(texts))


def _meets(constraint: Constraint, place: Place) -> bool:
    key = constraint.key.lower()
    known = {"node.id": place.id, "node.hostname": place.hostname, "node.role": place.role, "node.platform.os": place.system,
             "node.platform.arch": place.architecture}  # fmt: skip
    if key in known:
        return constraint.matches(known[key])
    if key == "node.ip":
        return _meets_address(constraint, place.address)
    if key.startswith(_NODE_LABELS) and len(key) > len(_NODE_LABELS):
        return constraint.matches(place.labels.get(constraint.key[len(_NODE_LABELS) :], ""))
    if key.startswith(_ENGINE_LABELS) and len(key) > len(_ENGINE_LABELS):
        return constraint.matches("")
    return False


def _meets_address(constraint: Constraint, address: str) -> bool:
    try:
        wanted = ipaddress.ip_network(constraint.value, strict=False)
    except ValueError:
        return False
    return (ipaddress.ip_address(address) in wanted) == constraint.is_equal
