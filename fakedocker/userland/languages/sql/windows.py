"""Window functions over the rows of a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fakedocker.userland.languages.sql.binder import WINDOWS, WindowCall
from fakedocker.userland.languages.sql.bound import Context, Env, Value
from fakedocker.userland.languages.sql.pg_sorting import quick_places
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.sorting import Key, SortKey, key_maker, sorted_places


class Keys(Protocol):
    """What knows how values are compared."""

    def sort_key(self, kind: object, /) -> Key: ...
    def group_key(self, kind: object, /) -> Key: ...


def fill(call: WindowCall, rows: list[list[Value]], outer: Env, keys: Keys, context: Context) -> list[int]:
    """Put a call's results into the rows' slots; the order in which the rows were gone through."""
    envs = [(row, outer) for row in rows]
    part_key = key_maker([keys.group_key(bound.type) for bound in call.partition])
    sort_keys = [SortKey(keys.sort_key(b.type), descending, first) for b, descending, first in call.order]
    if context.facts.get("dialect") == "postgres":
        order = _sorted_whole(call, envs, keys)
        rows[:] = [rows[place] for place in order]
        envs = [envs[place] for place in order]
    parts: dict[object, list[int]] = {}
    for place, env in enumerate(envs):
        parts.setdefault(part_key([bound.run(env) for bound in call.partition]), []).append(place)
    values = [[bound.run(env) for bound, _, _ in call.order] for env in envs]
    whole: list[int] = []
    groups = list(parts.values())
    if call.partition:  # a window is made by sorting
        firsts = [[bound.run(envs[group[0]]) for bound in call.partition] for group in groups]
        by = [
            SortKey(keys.sort_key(bound.type), False, context.facts.get("dialect") == "mysql")
            for bound in call.partition
        ]
        groups = [groups[place] for place in sorted_places(by, firsts)]
    for group in groups:
        order = sorted_places(sort_keys, [values[place] for place in group])
        ordered = [group[place] for place in order]
        whole += ordered
        equal = key_maker([keys.group_key(b.type) for b, _, _ in call.order])
        peers = [equal(values[place]) for place in ordered]
        context.tick(len(ordered))
        results = _results(call, ordered, peers, envs, context)
        for place, result in zip(ordered, results, strict=True):
            rows[place][call.slot] = result
    return whole


def _sorted_whole(call: WindowCall, envs: list[Env], keys: Keys) -> list[int]:
    """The order of one sort by what a window is partitioned and ordered by, as PostgreSQL has it."""
    by = [*((bound, False, False) for bound in call.partition), *call.order]
    sort_keys = [SortKey(keys.sort_key(bound.type), descending, first) for bound, descending, first in by]
    return quick_places(sort_keys, [[bound.run(env) for bound, _, _ in by] for env in envs])


def _results(
    call: WindowCall, ordered: list[int], peers: Sequence[object], envs: Sequence[Env], context: Context
) -> list[Value]:
    name = call.call.name
    count = len(ordered)
    if name == "row_number":
        return list(range(1, count + 1))
    if name in ("rank", "dense_rank", "percent_rank", "cume_dist"):
        return _ranks(name, peers)
    if name == "ntile":
        return _tiles(call, ordered, envs)
    if name in ("lag", "lead"):
        return _shifted(call, ordered, envs, name == "lead")
    arguments = [[bound.run(envs[place]) for bound in call.arguments] for place in ordered]
    bounds = _frames(call, peers)
    if name in WINDOWS:
        return [_valued(name, arguments, start, end, place) for place, (start, end) in enumerate(bounds)]
    return _aggregated(call, arguments, bounds, context)


def _ranks(name: str, peers: Sequence[object]) -> list[Value]:
    found: list[Value] = []
    rank = dense = 0
    count = len(peers)
    for place, peer in enumerate(peers):
        if place == 0 or peer != peers[place - 1]:
            rank, dense = place + 1, dense + 1
        found.append(rank if name in ("rank", "percent_rank") else dense)
    if name == "percent_rank":
        return [(rank - 1) / (count - 1) if count > 1 else 0.0 for rank in found]
    if name == "cume_dist":
        last = {dense: place + 1 for place, dense in enumerate(found)}
        return [last[dense] / count for dense in found]
    return found


def _tiles(call: WindowCall, ordered: list[int], envs: Sequence[Env]) -> list[Value]:
    number = call.arguments[0].run(envs[ordered[0]]) if ordered else 1
    if number is None or number < 1:
        raise SqlError("22014", "argument of ntile must be greater than zero")
    size, rest = divmod(len(ordered), number)
    found: list[Value] = []
    for tile in range(number):
        found += [tile + 1] * (size + (tile < rest))
        if len(found) >= len(ordered):
            break
    return found[: len(ordered)]


def _shifted(call: WindowCall, ordered: list[int], envs: Sequence[Env], forward: bool) -> list[Value]:
    found: list[Value] = []
    for place, row in enumerate(ordered):
        shift = call.arguments[1].run(envs[row]) if len(call.arguments) > 1 else 1
        if shift is None:
            found.append(None)
            continue
        other = place + (shift if forward else -shift)
        if 0 <= other < len(ordered):
            found.append(call.arguments[0].run(envs[ordered[other]]))
        else:
            found.append(call.arguments[2].run(envs[row]) if len(call.arguments) > 2 else None)
    return found


def _frames(call: WindowCall, peers: Sequence[object]) -> list[tuple[int, int]]:
    """For each row from where to where (not counted) its frame goes."""
    count = len(peers)
    firsts, lasts = _peer_bounds(peers)
    frame = call.window.frame
    if frame is None:
        return [(0, lasts[place] if call.order else count) for place in range(count)]
    mode, start, start_number, end, end_number = frame
    if mode == "groups" or (mode == "range" and ("preceding" in (start, end) or "following" in (start, end))):
        raise outside("such a frame of a window")
    found = []
    for place in range(count):
        low = _bound(mode, start, start_number, place, firsts, count, False)
        high = _bound(mode, end, end_number, place, lasts, count, True)
        found.append((max(0, low), max(0, min(count, high))))
    return found


def _bound(mode: str, kind: str, number: int, place: int, peers: list[int], count: int, is_end: bool) -> int:
    if kind == "unbounded preceding":
        return 0
    if kind == "unbounded following":
        return count
    if kind == "current row":
        return peers[place] if mode == "range" else place + is_end
    return place + (number if kind == "following" else -number) + is_end


def _peer_bounds(peers: Sequence[object]) -> tuple[list[int], list[int]]:
    count = len(peers)
    firsts, lasts = [0] * count, [count] * count
    for place in range(1, count):
        firsts[place] = firsts[place - 1] if peers[place] == peers[place - 1] else place
    for place in range(count - 2, -1, -1):
        lasts[place] = lasts[place + 1] if peers[place] == peers[place + 1] else place + 1
    return firsts, lasts


def _valued(name: str, arguments: list[list[Value]], start: int, end: int, place: int) -> Value:
    if start >= end:
        return None
    if name == "first_value":
        return arguments[start][0]
    if name == "last_value":
        return arguments[end - 1][0]
    number = arguments[place][1]
    if number is None or number < 1:
        raise outside("nth_value of no row")
    return arguments[start + number - 1][0] if start + number - 1 < end else None


def _aggregated(
    call: WindowCall, arguments: list[list[Value]], bounds: list[tuple[int, int]], context: Context
) -> list[Value]:
    rows = [tuple(values) for values in arguments]
    known: dict[tuple[int, int], Value] = {}
    found = []
    for start, end in bounds:
        if (start, end) not in known:
            context.tick(max(0, end - start))
            known[start, end] = call.finish(rows[start:end])
        found.append(known[start, end])
    return found
