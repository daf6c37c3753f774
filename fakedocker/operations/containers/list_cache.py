"""The list of containers as bytes: an entry is encoded once, for as long as it says the same.

That is as long as the container is the very same value, what else the entry was made of is, and its status, which goes
with the clock, has the same words. A list of many that have not changed costs a look at each.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fakedocker.containers.model import Container
from fakedocker.operations.containers import listing
from fakedocker.world.draft import Draft
from fakedocker.world.world import World


class _Entry(Struct, frozen=True):
    """What is shown of a container from an instant on up to another."""

    container: Container
    text: bytes
    from_ns: int
    until_ns: float


class ListedContainers:
    """Entries of GET /containers/json that were encoded before; no part of the world.

    Args:
        told: what they tell of.
    """

    def __init__(self, told: listing.Told) -> None:
        self._told = told
        self._entries: dict[str, _Entry] = {}
        self._made_of: tuple[object, ...] = ()

    def encode(self, world: World, draft: Draft, containers: list[Container]) -> bytes:
        """The list as JSON.

        Args:
            world: what the draft is in the middle of, with nothing changed since.
        """
        made_of = (world.tags, world.images, world.networks, world.network_names, world.endpoints, world.published)
        if any(one is not other for one, other in zip(made_of, self._made_of or made_of, strict=True)):
            self._entries.clear()
        self._made_of = made_of
        known, now_ns = self._entries, draft.wall_ns
        if len(known) > 2 * len(world.containers) + 1000:
            known.clear()
        texts = []
        for container in containers:
            entry = known.get(container.id)
            if entry is None or entry.container is not container or not entry.from_ns <= now_ns < entry.until_ns:
                entry = known[container.id] = _entry(draft, container, self._told)
            texts.append(entry.text)
        if not texts:
            return b"[]\n"
        texts[0] = b"[" + texts[0]
        texts[-1] += b"]\n"
        return b",".join(texts)


def _entry(draft: Draft, container: Container, told: listing.Told) -> _Entry:
    text = msgspec.json.encode(listing.summary(draft, container, told=told))
    return _Entry(container, text, *listing.status_holds_ns(container, draft.wall_ns))
