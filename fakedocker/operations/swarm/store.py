"""The store that a swarm's managers share: versions, ids, events, and finding records by what a request calls them.

Sources: swarmkit manager/state/store/memory.go, moby daemon/cluster/helpers.go, daemon/events.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm import identifiers
from fakedocker.swarm.model import Meta, Swarm
from fakedocker.world.draft import Draft

T = TypeVar("T", bound=Meta)


def swarm(draft: Draft) -> Swarm:
    """The swarm that this engine manages.

    Raises:
        Refusal: it is in none, or the manager is locked.
    """
    if draft.swarm is None:
        raise messages.NOT_SWARM()
    if draft.swarm.locked:
        raise messages.SWARM_LOCKED()
    return draft.swarm


def next_version(draft: Draft) -> int:
    """The version of what is changed now."""
    current = swarm(draft)
    draft.swarm = replace(current, index=current.index + 1)
    return current.index + 1


def new_id(draft: Draft, kind: str) -> str:
    """An id that no other record has."""
    return identifiers.object_id(draft.digest(kind))


def check_version(record: Meta, version: int) -> None:
    """Refuse a change that was made of another state of a record than its newest."""
    if record.version != version:
        raise messages.OUT_OF_SEQUENCE()


def changed(draft: Draft, record: T) -> T:
    """A record as it is after a change made now."""
    return replace(record, version=next_version(draft), updated_ns=draft.wall_ns)


def event(draft: Draft, kind: str, action: str, identifier: str, name: str, **attributes: str) -> None:
    """Tell of a record that was created, updated or removed."""
    draft.record_event(kind, action, identifier, {"name": name, **attributes}.items(), scope="swarm")


def find(what: str, records: Iterable[T], wanted: str, is_called: Callable[[T], bool]) -> T:
    """A record by its whole id, its name, or the beginning of its id. Linear in their number.

    Args:
        is_called: whether a record's name is the one wanted.

    Raises:
        Refusal: there is none, or more than one.
    """
    known = sorted(records, key=lambda record: record.id)
    for found in (
        [record for record in known if record.id == wanted],
        [record for record in known if is_called(record)],
        [record for record in known if record.id.startswith(wanted)],
    ):
        if len(found) > 1:
            raise messages.AMBIGUOUS_OBJECT(what=what, name=wanted, count=len(found))
        if found:
            return found[0]
    raise messages.NO_SUCH_OBJECT(what=what, name=wanted)


def labels_pass(wanted: Iterable[str], labels: Mapping[str, str] | None) -> bool:
    """Whether labels have what a filter wants, KEY or KEY=VALUE; of several for one key the last one counts.

    Source: moby runconfig/opts ConvertKVStringsToMap, swarmkit controlapi/common.go filterMatchLabels.
    """
    own = labels or {}
    values = dict(entry.partition("=")[::2] for entry in wanted)
    return all(key in own and value in ("", own[key]) for key, value in values.items())


def begins(text: str, beginnings: Iterable[str]) -> bool:
    """Whether a text begins with one of several beginnings; true without any."""
    listed = tuple(beginnings)
    return not listed or text.startswith(listed)


def among(text: str, wanted: Iterable[str]) -> bool:
    """Whether a text is one of several; true without any."""
    listed = tuple(wanted)
    return not listed or text in listed


def choice(filters: Filters, name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The values of a filter that takes words of a list, in any case.

    Raises:
        Refusal: a word is none of them.
    """
    found = []
    for value in filters.get(name, ()):
        if value.upper() in known:
            found.append(known[value.upper()])
        elif value:
            raise messages.INVALID_KIND_FILTER(name=name, value=value)
    return tuple(found)
