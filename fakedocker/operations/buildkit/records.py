"""BuildKit's cache: finding what an earlier build has made, keeping what this one makes, telling and emptying it.

Source: buildkit cache/manager.go (DiskUsage, Prune) and client/{diskusage,prune}.go; moby
builder/builder-next/builder.go.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.json_types import JsonObject
from fakedocker.base.regex import PatternProblem, compile_pattern
from fakedocker.base.units import parse_duration
from fakedocker.filesystem.tree import Tree
from fakedocker.operations.images import images
from fakedocker.operations.system.filters import Filters
from fakedocker.world.draft import Draft, add_to_index, remove_from_index
from fakedocker.world.solves import CACHE_MOUNT, REGULAR, SOURCE_LOCAL, CacheRecord, SolveTask

if TYPE_CHECKING:  # the parser of Dockerfiles is read when something is built: start-up time matters
    from fakedocker.build.mounts import RunMount
    from fakedocker.wire.control import UsageRecord

    Choice = Callable[[UsageRecord], bool]

PRUNE_FILTERS = (
    "until", "unused-for", "label", "label!", "id", "parent", "type", "description", "inuse", "shared", "private",
)  # fmt: skip
"""Those on labels are taken and have no effect (moby builder/builder-next/builder.go Prune)."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_DIGITS = 25


def find(draft: Draft, key: str) -> CacheRecord | None:
    """What is kept under a key; it is marked as used."""
    record = draft.build_cache.get(key)
    if record is None:
        return None
    record = replace(record, used_ns=draft.wall_ns, uses=record.uses + 1)
    draft.build_cache[key] = record
    return record


def keep(
    draft: Draft, key: str, kind: str, description: str, *, parents: tuple[str, ...] = (), chain: str = "", layer: bool = False, file_system: str = "",
    sent: tuple[tuple[str, str], ...] = (), tree: Tree | None = None,
) -> CacheRecord:  # fmt: skip
    """Keep something under a key, in place of what was there."""
    before = draft.build_cache.get(key)
    record = CacheRecord(
        id=make_id(draft, key), key=key, kind=kind, description=description, parents=parents, chain=chain, layer=layer,
        file_system=file_system, sent=sent, tree=tree, created_ns=draft.wall_ns, used_ns=draft.wall_ns,
    )  # fmt: skip
    draft.build_cache[key] = record
    if chain:
        add_to_index(draft.layer_users, chain, f"cache:{key}")
    if before is not None and before.chain and before.chain != chain:
        remove_from_index(draft.layer_users, before.chain, f"cache:{key}")
        images.release_layer(draft, before.chain)
    return record


def renew(draft: Draft, key: str, description: str, tree: Tree) -> None:
    """Keep what has come of a client's directory, in the record that was there."""
    before = draft.build_cache.get(key)
    if before is None:
        keep(draft, key, SOURCE_LOCAL, description, tree=tree)
    else:
        draft.build_cache[key] = replace(before, tree=tree, used_ns=draft.wall_ns, uses=before.uses + 1)


def drop(draft: Draft, key: str) -> None:
    """Forget a record, and the layers and files that nobody else needs."""
    record = draft.build_cache[key]
    del draft.build_cache[key]
    if record.chain:
        remove_from_index(draft.layer_users, record.chain, f"cache:{key}")
        images.release_layer(draft, record.chain)
    if record.file_system:
        draft.kernel_draft.drop_filesystem(record.file_system)


def make_id(draft: Draft, what: str) -> str:
    """An id as BuildKit makes them: 25 digits of base 36."""
    number = int.from_bytes(hashlib.sha256(f"{draft.seed} {draft.draw()} {what}".encode()).digest(), "big")
    digits = []
    for _ in range(_ID_DIGITS):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)


# telling


def usage(draft: Draft) -> list[JsonObject]:
    """The records as the API tells them, in the order they were made."""
    busy = _busy(draft)
    return [_told(draft, record, busy) for record in _records(draft)]


def described(draft: Draft) -> list[UsageRecord]:
    """The records as BuildKit's own clients are told them."""
    busy = _busy(draft)
    return [_described(draft, record, busy) for record in _records(draft)]


def _records(draft: Draft) -> list[CacheRecord]:
    return sorted(draft.build_cache.values(), key=lambda record: (record.created_ns, record.id))


def size_bytes(draft: Draft, record: CacheRecord) -> int:
    """What a record holds by itself."""
    if record.tree is not None:
        return sum(node.size_bytes for node in record.tree.nodes.values() if node.kind == "file")
    if record.file_system:
        return draft.kernel_draft.filesystems[record.file_system].used_bytes
    return draft.layers[record.chain].size_bytes if record.layer and record.chain else 0


def _is_shared(draft: Draft, record: CacheRecord) -> bool:
    """Whether an image has the record's layer too. Time grows with the layers on top of it."""
    pending = [record.chain] if record.layer else []
    while pending:
        for user in draft.layer_users.get(pending.pop(), {}):
            kind, _, rest = user.partition(":")
            if kind == "image":
                return True
            if kind == "layer":
                pending.append(rest)
    return False


def _busy(draft: Draft) -> frozenset[str]:
    """The keys that builds under way need."""
    busy: set[str] = set()
    for task in draft.tasks.values():
        if not isinstance(task, SolveTask):
            continue
        for vertex, state in zip(task.vertices, task.states, strict=True):
            busy.add(state.key)
            if state.sandbox:
                busy |= {cache_key(mount) for mount, _ in getattr(vertex.op, "mounts", ())}
    return frozenset(busy)


def cache_key(mount: RunMount) -> str:
    """What the files of a cache mount are kept under."""
    return f"mount:{mount.identifier}"


def _told(draft: Draft, record: CacheRecord, busy: frozenset[str]) -> JsonObject:
    return {
        "ID": record.id,
        **({"Parents": list(record.parents)} if record.parents else {}),
        "Type": record.kind,
        "Description": record.description,
        "InUse": record.key in busy,
        "Shared": _is_shared(draft, record),
        "Size": size_bytes(draft, record),
        "CreatedAt": clock.rfc3339_nano(record.created_ns),
        "LastUsedAt": clock.rfc3339_nano(record.used_ns),
        "UsageCount": record.uses,
    }


def _described(draft: Draft, record: CacheRecord, busy: frozenset[str]) -> UsageRecord:
    from fakedocker.wire.control import UsageRecord  # read when somebody speaks gRPC

    return UsageRecord(
        id=record.id, mutable=record.kind in (CACHE_MOUNT, SOURCE_LOCAL), in_use=record.key in busy, size_bytes=size_bytes(draft, record),
        created_ns=record.created_ns, used_ns=record.used_ns, uses=record.uses, description=record.description, kind=record.kind,
        shared=_is_shared(draft, record), parents=record.parents,
    )  # fmt: skip


# emptying


def prune(draft: Draft, filters: Filters, everything: bool, kept_bytes: int) -> tuple[list[str], int]:
    """Drop records, those that others need after those others; the least used first where some are to be kept.

    Args:
        everything: also those whose layers images have.
        kept_bytes: how much may stay, 0 for nothing.

    Returns:
        the ids of what was dropped, and the bytes it held.

    Raises:
        Refusal: a filter makes no sense.
    """
    matching = [record for record in _records(draft) if _passes(draft, record, filters)]
    dropped = _drop_some(draft, matching, everything, kept_bytes)
    return [record.id for record, _ in dropped], sum(held for _, held in dropped)


def prune_chosen(
    draft: Draft, chosen: Choice, *, everything: bool, unused_ns: int, kept_bytes: int
) -> list[UsageRecord]:
    """Drop records as BuildKit's own clients ask for it; gives those that are gone.

    Args:
        unused_ns: for how long one must not have been used.
    """
    told = {record.id: record for record in described(draft)}
    before_ns = draft.now_ns - unused_ns
    matching = [record for record in _records(draft) if record.used_ns <= before_ns and chosen(told[record.id])]
    return [told[record.id] for record, _ in _drop_some(draft, matching, everything, kept_bytes)]


def _drop_some(
    draft: Draft, matching: list[CacheRecord], everything: bool, kept_bytes: int
) -> list[tuple[CacheRecord, int]]:
    """Drop what may go of some records; gives what is gone, with what it held."""
    matching.sort(key=lambda record: (record.used_ns, record.uses, record.id))
    total = sum(size_bytes(draft, record) for record in draft.build_cache.values())
    dropped: list[tuple[CacheRecord, int]] = []
    freed = 0
    candidates = [record for record in matching if everything or not _is_shared(draft, record)]
    while (record := _removable(draft, candidates)) is not None:
        held = size_bytes(draft, record)
        if kept_bytes and total - freed <= kept_bytes:
            break
        candidates.remove(record)
        drop(draft, record.key)
        dropped.append((record, held))
        freed += held
    return dropped


def choice(filters: Iterable[str]) -> Choice:
    """What filters of BuildKit's own clients let pass: any of them, each a list of conditions that all hold.

    Raises:
        Refusal: a condition is not simulated.
    """
    alternatives = [[_condition(text) for text in filter(None, one.split(","))] for one in filters]
    alternatives = [conditions for conditions in alternatives if conditions]
    return lambda record: not alternatives or any(all(holds(record) for holds in one) for one in alternatives)


def _condition(text: str) -> Choice:
    """A field that is so, is not so, fits an expression, or is there at all. No record has a field that is not known.

    Source: containerd filters, buildkit cache/manager.go adaptUsageInfo.
    """
    match = re.fullmatch(r"(\w+)(==|!=|~=)?(.*)", text)
    if match is None:
        raise messages.NOT_SIMULATED(what=f"the filter {text}")
    field, operator, wanted = _FIELDS.get(match[1], _no_values), match[2] or "", match[3].strip('"')
    try:
        expression = compile_pattern(wanted if operator == "~=" else "")
    except PatternProblem:
        raise messages.NOT_SIMULATED(what=f"the filter {text}") from None

    def holds(record: UsageRecord) -> bool:
        values = field(record)
        if operator == "~=":
            return any(expression.finds(value) for value in values or ("",))
        if operator == "!=":
            return wanted not in values
        return wanted in values if operator else any(value not in ("", "false") for value in values)

    return holds


def _no_values(record: UsageRecord) -> tuple[str, ...]:
    return ()


def _truth(value: bool) -> tuple[str]:
    return (str(value).lower(),)


_FIELDS: Final[dict[str, Callable[[UsageRecord], tuple[str, ...]]]] = {
    "id": lambda record: (record.id,),
    "parent": lambda record: record.parents,
    "type": lambda record: (record.kind,),
    "description": lambda record: (record.description,),
    "inuse": lambda record: _truth(record.in_use),
    "mutable": lambda record: _truth(record.mutable),
    "immutable": lambda record: _truth(not record.mutable),
    "shared": lambda record: _truth(record.shared),
    "private": lambda record: _truth(not record.shared),
}


def _removable(draft: Draft, candidates: list[CacheRecord]) -> CacheRecord | None:
    """The first that no other record and no build under way needs."""
    busy = _busy(draft)
    needed = {parent for record in draft.build_cache.values() for parent in record.parents}
    return next((record for record in candidates if record.id not in needed and record.key not in busy), None)


def _passes(draft: Draft, record: CacheRecord, filters: Filters) -> bool:
    told = _told(draft, record, _busy(draft))
    for name in ("until", "unused-for"):
        for text in filters.get(name, ()):
            if record.used_ns > draft.now_ns - _duration(text):
                return False
    texts = {
        "id": [record.id],
        "type": [record.kind],
        "description": [record.description],
        "parent": list(record.parents),
    }
    for name, values in texts.items():
        if filters.get(name) and not set(filters[name]) & set(values):
            return False
    flags = {
        "inuse": told["InUse"],
        "shared": told["Shared"],
        "private": not told["Shared"],
    }
    return all(not filters.get(name) or str(value).lower() in filters[name] for name, value in flags.items())


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise messages.BAD_REQUEST(problem=messages.UNTIL_DURATION.format(problem=problem)) from None


def regular(
    draft: Draft, key: str, description: str, parent: CacheRecord | None, chain: str, layer: bool
) -> CacheRecord:
    """Keep the files that a step has made."""
    parents = (parent.id,) if parent is not None else ()
    return keep(draft, key, REGULAR, description, parents=parents, chain=chain, layer=layer)
