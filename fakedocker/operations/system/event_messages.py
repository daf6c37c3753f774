"""Events as the daemon tells them, and which of them pass a filter.

Sources: moby api/types/events, daemon/events/filter.go; the exchanges.
"""

from __future__ import annotations

from fakedocker.base import clock
from fakedocker.base.json_types import JsonObject
from fakedocker.operations.system import filters as filtering
from fakedocker.operations.system.filters import Filters
from fakedocker.world.world import Event

EVENT_FILTERS = None
"""Any name is accepted; unknown ones match everything (recording events-stats)."""


def event_message(event: Event, has_older_fields: bool = True) -> JsonObject:
    """An event as a line of GET /events; containers' and images' had fields of their own besides, before 1.52."""
    body: JsonObject = {}
    attributes = dict(event.attributes)
    if has_older_fields and event.type in ("container", "image"):
        body["status"] = event.action
        body["id"] = event.actor_id
        if event.type == "container" and attributes.get("image"):
            body["from"] = attributes["image"]
    body |= {
        "Type": event.type,
        "Action": event.action,
        "Actor": {"ID": event.actor_id, "Attributes": attributes},
        "scope": event.scope,
        "time": event.time_ns // clock.SECOND_NS,
        "timeNano": event.time_ns,
    }
    return body


def event_passes(event: Event, filters: Filters) -> bool:
    """Whether an event passes the filters (moby daemon/events/filter.go)."""
    attributes = dict(event.attributes)
    action = event.action.partition(":")[0]
    if filters.get("event") and not {event.action, action} & set(filters["event"]):
        return False
    if filters.get("type") and event.type not in filters["type"]:
        return False
    if filters.get("scope") and event.scope not in filters["scope"]:
        return False
    if filters.get("label") and not filtering.labels_match(filters, attributes):
        return False
    for kind in ("container", "volume", "network", "daemon", "plugin", "secret", "config", "service", "node"):
        if filters.get(kind) and not _names(filters[kind], event.actor_id, attributes.get("name", "")):
            return False
    return not filters.get("image") or _image_passes(event, attributes, filters["image"])


def _names(wanted: tuple[str, ...], identifier: str, name: str) -> bool:
    """Whether an id or a name begins with what is wanted; whose, is not asked."""
    return any(name.startswith(value) or identifier.startswith(value) for value in wanted)


def _image_passes(event: Event, attributes: dict[str, str], wanted: tuple[str, ...]) -> bool:
    names = (
        {event.actor_id, attributes.get("name", ""), attributes.get("image", "")}
        if event.type == "image"
        else {attributes.get("image", "")}
    )
    names |= {name.partition(":")[0] for name in names}
    return any(value in names for value in wanted)
