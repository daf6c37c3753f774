"""Runs a SELECT that has been planned: its rows, groups, windows, what is selected of them, and their order."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from fakedocker.userland.languages.sql.bound import Bound, Env, Value
from fakedocker.userland.languages.sql.late_rows import LateRow, wider
from fakedocker.userland.languages.sql.lookups import lookup_of
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.row_lists import first_wanted, limited
from fakedocker.userland.languages.sql.sorting import SortKey, key_maker, sorted_places
from fakedocker.userland.languages.sql.sources import GetRows, Rows
from fakedocker.userland.languages.sql.tree import Join
from fakedocker.userland.languages.sql.windows import fill

Made = Any
"""A planner of one SELECT, see planner_core."""


class Run:
    """Runs a SELECT that has been planned."""

    def __init__(
        self, made: Made, source: GetRows, where: Bound | None, having: Bound | None, grouped: bool,
        keys: list[SortKey], runs: list[Any], on: list[Bound], limit: Any, offset: Any,  # Any: what gives values
    ) -> None:  # fmt: skip
        binder, self.context = made.binder, made.planner.context
        self.source, self.where, self.having, self.grouped = source, where, having, grouped
        self.keys, self.runs, self.limit, self.offset = keys, runs, limit, offset
        self.is_limited = made.query.limit is not None or made.query.offset is not None
        self.binder = binder
        self.groups = [bound.run for bound in made.groups]
        self.has_group = made.core.group is not None
        self.group_key = key_maker([binder.group_key(bound.type) for bound in made.groups])
        self.aggregates = binder.aggregates
        self.windows = binder.windows if made.planner.mine or len(binder.windows) < 2 else _in_turn(made)
        over = [(window.partition, window.order) for window in self.windows]
        self.is_over_all = (
            made.planner.mine and not keys and bool(over) and not any(part for parts in over for part in parts)
        )
        self.width = made.scope.width
        self.outputs = [output.bound.run for output in made.outputs]
        self.distinct = made.core.distinct
        self.on = [bound.run for bound in on]
        self.on_key = key_maker([binder.group_key(bound.type) for bound in on])
        self.on_sorts = [SortKey(binder.sort_key(bound.type), False, False) for bound in on]
        self.row_key = (
            key_maker([binder.group_key(output.bound.type) for output in made.outputs]) if self.distinct else tuple
        )
        self.expand = made.planner.expand(made.outputs)
        self.planner = made.planner
        self.by_join = made.planner.arranged_join(made) if isinstance(made.core.source, Join) else None
        self.lookup = lookup_of(made) if made.core.where is not None else None
        self.by_scan = made.planner.arranged_scan(made)
        ordered = any(entry.call.distinct or entry.call.order for entry in self.aggregates)
        self.by_group = (
            made.planner.arranged(made, made.group_parts, len(self.aggregates), ordered) if self.has_group else None
        )
        shown = [(output.expression, output.bound) for output in made.outputs]
        self.by_distinct = made.planner.arranged(made, shown, 0, False) if self.distinct and not self.on else None
        self.sorts_groups = made.planner.mine
        self.group_sorts = (
            [SortKey(binder.sort_key(b.type), False, True) for b in made.groups] if self.sorts_groups else []
        )
        if made.planner.mine and grouped and self.windows and not keys:
            raise outside("rows of groups in the order of windows")
        if self.expand is not None and (keys or self.distinct or grouped):
            raise outside("sets of rows among other things")
        self.doubts_ties = made.planner.doubts_ties(made)

    def late(self) -> GetRows | None:
        """What gives its rows for a query around it that it becomes one with; None where it does not (is_simple_subquery)."""
        if (
            self.planner.mine
            or self.grouped
            or self.windows
            or self.distinct
            or self.keys
            or self.expand is not None
            or self.is_limited
        ):
            return None

        def rows(outer: Env) -> Any:  # Any: rows of another kind
            return [LateRow(self.outputs, (row, outer)) for row in self._met(outer)]

        return rows

    def __call__(self, outer: Env) -> Rows:
        rows = self._met(outer)
        if self.grouped:
            rows = self._grouped(rows, outer)
        elif self.windows:
            rows = [wider(row, self.width) for row in rows]
        for window in self.windows:
            order = fill(window, rows, outer, self.binder, self.context)
            rows = [rows[place] for place in order]
        if self.is_over_all and len(rows) > 1:
            rows = self._by_argument(rows, outer)
        return self._selected(rows, outer)

    def _by_argument(self, rows: list[Any], outer: Env) -> list[Any]:
        """MariaDB sorts the rows of a window without an order by what its function takes; the order of equal ones is not known."""
        found = [window.arguments[0] for window in self.windows if window.arguments and window.arguments[0].uses]
        values = [[bound.run((row, outer)) for bound in found] for row in rows]
        if len(found) > 1 or (found and len(set(map(tuple, values))) < len(values)):
            self.context.doubts.add("the order of rows that a window leaves")
        keys = [SortKey(self.binder.sort_key(bound.type), False, True) for bound in found]
        return [rows[place] for place in sorted_places(keys, values)] if len(found) == 1 else rows

    def _met(self, outer: Env) -> list[Any]:
        """The rows that meet WHERE."""
        rows: list[Any] = self.source(outer) if self.lookup is None or outer is None else self.lookup.rows(outer)
        if self.by_join is not None:
            rows = self.by_join(rows, outer)
        tick = self.context.tick
        tick(len(rows) + 1)
        if self.where is not None:
            test = self.where.run
            rows = [row for row in rows if test((row, outer)) is True]
        if self.by_scan is not None and len(rows) > 1:
            rows = [rows[place] for place in self.by_scan(rows, outer)]
        if self.having is not None and not self.grouped:  # MariaDB's, without groups
            keep = self.having.run
            rows = [row for row in rows if keep((row, outer)) is True]
        return rows

    def _selected(self, rows: list[Any], outer: Env) -> Rows:
        outputs = self.outputs
        if self.on:
            by, runs = (self.keys, self.runs) if self.keys else (self.on_sorts, self.on)
            order = self.planner.places(by, [[run((row, outer)) for run in runs] for row in rows])
            rows = _first_of_each([rows[place] for place in order], [self.on_key([run((rows[place], outer)) for run in self.on]) for place in order])  # fmt: skip
            found = [tuple(run((row, outer)) for run in outputs) for row in rows]
            return limited(found, self.limit(outer), self.offset(outer))
        found = [tuple(run((row, outer)) for run in outputs) for row in rows]
        self.context.hold(len(found) * len(outputs))
        values = [[run((row, outer)) for run in self.runs] for row in rows] if self.keys else []
        if self.distinct:
            places, count = _first_places([self.row_key(row) for row in found]), len(found)
            found = [found[place] for place in places]
            values = [values[place] for place in places] if self.keys else []
            if self.by_distinct is not None and len(found) > 1:
                places = self.by_distinct.places(found, places[-1] != count - 1)
                found = [found[place] for place in places]
                values = [values[place] for place in places] if self.keys else []
        if self.keys:
            wanted = None if self.distinct else first_wanted(self.limit(outer), self.offset(outer))
            self._doubt_ties(values, wanted)
            found = [found[place] for place in self.planner.places(self.keys, values, wanted)]
        if self.expand is not None:
            found = self.expand(found)
        return limited(found, self.limit(outer), self.offset(outer))

    def _doubt_ties(self, values: list[list[Value]], wanted: int | None) -> None:
        """Which of equal rows are the first, and in which order, is up to MariaDB's queue where only some are
        wanted, and to PostgreSQL's plan of a join."""
        if self.planner.mine and (wanted is None or not 0 < wanted < len(values)):
            return
        if self.doubts_ties and self.planner.depth <= 1:
            key = key_maker([each.key for each in self.keys])
            order = self.planner.places(self.keys, values)
            order = order if wanted is None else order[: wanted + 1]
            marks = [key(values[place]) for place in order]
            if any(a == b for a, b in pairwise(marks)):
                self.context.doubts.add("which of equal rows come first")

    def _grouped(self, rows: list[Any], outer: Env) -> list[Any]:
        groups: dict[Any, list[Any]] = {}
        if self.by_group is not None and self.by_group.is_sorted:
            rows = [rows[place] for place in self.by_group.places([[run((row, outer)) for run in self.groups] for row in rows], False)]  # fmt: skip
        if self.has_group:
            for row in rows:
                env = (row, outer)
                groups.setdefault(self.group_key([run(env) for run in self.groups]), []).append(row)
        else:
            groups[()] = rows
        found = []
        parts = list(groups.values())
        if self.by_group is not None and not self.by_group.is_sorted and len(parts) > 1:
            firsts = [[run((members[0], outer)) for run in self.groups] for members in parts]
            parts = [parts[place] for place in self.by_group.places(firsts, rows[-1] is not parts[-1][0])]
        for members in parts:
            first = members[0] if members else (None,) * self.width
            row = wider(first, self.width)
            for aggregate in self.aggregates:
                row[aggregate.slot] = self._aggregate(aggregate, members, outer)
            found.append(row)
        if self.group_sorts and found:
            values = [[run((row, outer)) for run in self.groups] for row in found]
            found = [found[place] for place in sorted_places(self.group_sorts, values)]
        if self.having is not None:
            test = self.having.run
            found = [row for row in found if test((row, outer)) is True]
        return found

    def _aggregate(self, aggregate: Any, members: list[Any], outer: Env) -> Value:
        self.context.tick(len(members) // 4)
        envs = [(row, outer) for row in members]
        if aggregate.where is not None:
            envs = [env for env in envs if aggregate.where.run(env) is True]
        values = [tuple(bound.run(env) for bound in aggregate.arguments) for env in envs]
        if aggregate.call.distinct:
            key = key_maker([self.binder.group_key(bound.type) for bound in aggregate.arguments])
            places = _first_places([key(row) for row in values])
            values = [values[place] for place in places]
            envs = [envs[place] for place in places]
            if not aggregate.order and aggregate.arguments:
                keys = [
                    SortKey(self.binder.sort_key(bound.type), False, self.sorts_groups) for bound in aggregate.arguments
                ]
                values = [values[place] for place in sorted_places(keys, values)]
        if aggregate.order:
            keys = [SortKey(self.binder.sort_key(bound.type), descending, first) for bound, descending, first in aggregate.order]  # fmt: skip
            if (
                self.sorts_groups
            ):  # among equal ones MariaDB's tree has the last first (group_concat_key_cmp_with_order)
                values, envs = values[::-1], envs[::-1]
            order = self.planner.places(keys, [[bound.run(env) for bound, _, _ in aggregate.order] for env in envs])
            values = [values[place] for place in order]
        return aggregate.finish(values)


def _in_turn(made: Made) -> list[Any]:
    """Windows in the order in which PostgreSQL makes them (common_prefix_cmp in planner.c), the last one's rows come last."""
    binder, windows = made.binder, made.binder.windows
    numbers: dict[str, int] = {}
    for ordering in made.query.order:
        place = made.planner._position(ordering.expression, len(made.outputs))
        numbers.setdefault(binder.key(made.outputs[place].expression if place is not None else ordering.expression), len(numbers) + 1)  # fmt: skip
    for expression, _ in made.group_parts:
        numbers.setdefault(binder.key(expression), len(numbers) + 1)
    known = [id(window) for window in made.binder.named_windows.values()]
    for window in [*made.binder.named_windows.values(), *(call.window for call in windows if id(call.window) not in known)]:  # fmt: skip
        for expression in [*window.partition, *(ordering.expression for ordering in window.order)]:
            numbers.setdefault(binder.key(expression), len(numbers) + 1)

    def rank(call: Any) -> list[float]:
        parts = [*call.window.partition, *(ordering.expression for ordering in call.window.order)]
        return [*(-numbers[binder.key(expression)] for expression in parts), math.inf]

    return sorted(windows, key=rank)


def _first_places(keys: list[Any]) -> list[int]:
    seen: set[Any] = set()
    found = []
    for place, key in enumerate(keys):
        if key not in seen:
            seen.add(key)
            found.append(place)
    return found


def _first_of_each(rows: list[Any], keys: list[Any]) -> list[Any]:
    return [rows[place] for place in _first_places(keys)]
