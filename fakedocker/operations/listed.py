"""The list of containers as bytes: what of each entry stays the same is encoded once.

An entry is two halves around the status, which goes with the clock. The halves hold as long as the container is the very
same value and what else they were made of is; a list of many that have not changed costs a look at each.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from fakedocker.containers.model import Container
from fakedocker.operations import listing
from fakedocker.world.draft import Draft
from fakedocker.world.world import World

_PLACE = "\x00"
_ENCODED_PLACE = msgspec.json.encode(_PLACE)


class _Halves(NamedTuple):
    """What stands before and after the status of a container."""

    container: Container
    before: bytes
    after: bytes


class ListedContainers:
    """Entries of GET /containers/json that were encoded before; no part of the world."""

    def __init__(self) -> None:
        self._halves: dict[str, _Halves] = {}
        self._made_of: tuple[object, ...] = ()

    def encode(self, world: World, draft: Draft, containers: list[Container]) -> bytes:
        """The list as JSON.

        Args:
            world: what the draft is in the middle of, with nothing changed since.
        """
        made_of = (world.tags, world.images, world.networks, world.network_names, world.endpoints, world.published)
        if any(one is not other for one, other in zip(made_of, self._made_of or made_of, strict=True)):
            self._halves.clear()
        self._made_of = made_of
        known, now_ns = self._halves, draft.now_ns
        if len(known) > 2 * len(world.containers) + 1000:
            known.clear()
        entries = []
        for container in containers:
            halves = known.get(container.id)
            if halves is None or halves.container is not container:
                halves = known[container.id] = _encode(draft, container)
            status = listing.status(container, now_ns).encode()
            entries.append(b'%b"%b"%b' % (halves.before, status, halves.after))
        return b"[" + b",".join(entries) + b"]\n"


def _encode(draft: Draft, container: Container) -> _Halves:
    shown = replace(listing.summary(draft, container), status=_PLACE)
    before, _, after = msgspec.json.encode(shown).rpartition(b'"Status":' + _ENCODED_PLACE)
    return _Halves(container, before + b'"Status":', after)
