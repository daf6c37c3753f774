"""One SELECT: its parts are understood in their order, then run one after the other."""

from __future__ import annotations

import math
from typing import Any

from fakedocker.userland.languages.sql.binder import has_aggregate, has_window
from fakedocker.userland.languages.sql.bound import Bound, Env, Scope, Value
from fakedocker.userland.languages.sql.planner import Columns, Output, Plan, PlannerBase, first_wanted, limited
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.sorting import SortKey, key_maker, sorted_places
from fakedocker.userland.languages.sql.sources import GetRows, Loaded, Rows, split
from fakedocker.userland.languages.sql.tree import Column, Core, Expression, Item, Ordering, Query, Star
from fakedocker.userland.languages.sql.windows import fill


class CorePlanner:
    """Plans one SELECT."""

    def __init__(self, planner: PlannerBase, query: Query, core: Core, parent: Scope | None) -> None:
        self.planner = planner
        self.query, self.core = query, core
        self.scope = Scope(parent, planner.mine)
        self.binder = planner.binder(self.scope)
        self.binder.named_windows = dict(core.windows)
        self.groups: list[Bound] = []
        self.outputs: list[Output] = []
        self.group_parts: list[tuple[Expression | None, Bound]] = []
        self.grouped = False
        self.loaded: Loaded | None = None
        self.loader = planner.loader(self.scope, self.binder)

    def plan(self) -> Plan:
        """The plan. Of several errors the one is raised that the servers find first (transformSelectStmt; JOIN::prepare)."""
        core, binder, scope = self.core, self.binder, self.scope
        conjuncts = split(core.where) if core.where is not None else []
        loader = self.loader
        source: GetRows = lambda env: [()]  # noqa: E731  # one row without columns
        if core.source is not None:
            self.loaded = loader.load(core.source, conjuncts)
            source = self.loaded.rows
        grouped = self.grouped = core.group is not None or self._aggregates()
        items = self._expanded(grouped)
        problem = None
        if core.group is not None:
            try:
                self._group(core.group, items, loader.keyed)
            except SqlError as found:
                problem = found
        elif grouped:
            scope.grouped = set()
        elif self.loaded is not None and self.planner.mine and has_window((core.items, self.query.order)):
            scope.make_nullable(0, self.loaded.end)  # of the table that MariaDB makes for windows, any column is
        if self.planner.mine:
            binder.settles = self.planner.groups_apart(core, self.query.order, loader)
        self._select(items)
        scope.grouped, kept = None, scope.grouped
        where = self._condition("WHERE", core.where)
        scope.grouped = kept
        having = None if self.planner.mine else self._having()
        binder.clause = "ORDER BY"
        keys, runs = self._order()
        if problem is not None:
            raise problem
        if self.planner.mine:
            binder.bind_windows()
            having = self._having()
        on = self._distinct_on()
        binder.clause = "LIMIT"
        limit = self.planner.check_limit(self.query.limit, "LIMIT", binder)
        offset = self.planner.check_limit(self.query.offset, "OFFSET", binder)
        if scope.ungrouped:
            raise min(scope.ungrouped, key=lambda entry: entry[0])[1]
        run = _Run(self, source, where, having, grouped, keys, runs, on, limit, offset)
        columns: Columns = [(output.name, output.bound.type) for output in self.outputs]
        names = [output.name for output in self.outputs]
        sure = frozenset(
            output.name for output in self.outputs if not output.bound.nullable and names.count(output.name) == 1
        )
        self.planner.nullable = tuple(output.bound.nullable for output in self.outputs)
        return Plan(columns, run, scope.reads_outer, sure, lambda: self.planner.expects(self))

    def _select(self, items: list[Any]) -> None:
        binder = self.binder
        binder.clause = "SELECT"
        for item in items:
            bound = self._slot_item(item) if isinstance(item, tuple) and not isinstance(item, Item) else None
            if bound is not None:
                self.outputs.append(bound)
                continue
            assert isinstance(item, Item)
            found = self.planner.final(binder.bind(item.expression), binder)
            name = item.alias if item.alias is not None else self.planner.column_name(item, found)
            self.outputs.append(Output(name, found, item.alias, item.expression))

    def _condition(self, clause: str, expression: Expression | None) -> Bound | None:
        self.binder.clause = clause
        if expression is None:
            return None
        found: Bound = self.binder.condition(self.binder.bind(expression), clause)
        return found

    def _aggregates(self) -> bool:
        core = self.core
        having = has_aggregate(core.having) if self.planner.mine else core.having is not None
        return has_aggregate(core.items) or having or has_aggregate(self.query.order)

    def _expanded(self, grouped: bool) -> list[Any]:
        """What is selected, * made into columns: items, and outputs for columns that no name reaches."""
        found: list[Any] = []
        for item in self.core.items:
            expression = item.expression
            if not isinstance(expression, Star):
                found.append(item)
                continue
            if self.scope.partial:
                raise outside("all columns of a relation of the catalogue")
            if self.loaded is None:
                raise SqlError("42601", "SELECT * with no tables specified is not valid", expression.at) if not self.planner.mine else SqlError("1096 HY000", "No tables used")  # fmt: skip
            if expression.parts:
                table = expression.parts[-1]
                fields = [field for field in self.scope.fields if field.relation == table]
                if table not in self.scope.relations:
                    raise self._no_table(table, expression)
                found += [(field.name, (field.slot,)) for field in fields]
            else:
                found += self.loaded.visible
        return found

    def _no_table(self, table: str, expression: Star) -> SqlError:
        if self.planner.mine:
            return SqlError("1051 42S02", f"Unknown table '{table}'")
        return SqlError("42P01", f'missing FROM-clause entry for table "{table}"', expression.at)

    def _slot_item(self, item: tuple[str, tuple[int, ...]]) -> Output:
        name, slots = item
        field = next(field for field in self.scope.fields if field.slot == slots[0])
        if self.scope.grouped is not None and field.slot not in self.scope.grouped:
            self.binder.ungrouped(self.scope, field, Column((field.relation, field.name), self.core.items[0].expression.at, 0))  # fmt: skip
        if len(slots) == 1:
            slot = slots[0]
            return Output(name, Bound(field.type, lambda env: env[0][slot], frozenset({slot}), name=name, nullable=field.nullable), None, Column((field.relation, field.name), 0, 0))  # fmt: skip
        return Output(name, Bound(field.type, lambda env: next((env[0][s] for s in slots if env[0][s] is not None), None), frozenset(slots), name=name), None, None)  # fmt: skip

    # groups

    def _group(self, group: tuple[Expression, ...], items: list[Any], keyed: dict[str, tuple[str, ...]]) -> None:
        binder, scope = self.binder, self.scope
        binder.clause = "GROUP BY"
        slots: set[int] = set()
        keys: set[str] = set()
        for expression in group:
            place = self.planner._position(expression, len(items), "GROUP BY")
            if (
                place is None
                and isinstance(expression, Column)
                and len(expression.parts) == 1
                and not binder.find(scope, expression)
            ):
                name = expression.parts[0]
                place = next((n for n, i in enumerate(items) if isinstance(i, Item) and i.alias is not None and self._same(i.alias, name)), None)  # fmt: skip
            if place is not None:
                item = items[place]
                expression = (
                    item.expression if isinstance(item, Item) else Column((self._relation(item[1][0]), item[0]), 0, 0)
                )
            bound = self.planner.final(binder.bind(expression), binder)
            self.groups.append(bound)
            self.group_parts.append((expression, bound))
            keys.add(binder.key(expression))
            if isinstance(expression, Column):
                slots |= bound.uses
        scope.grouped, scope.group_keys = slots, keys
        for relation, columns in keyed.items():
            own = {field.name: field.slot for field in scope.fields if field.relation == relation}
            if columns and all(own[name] in slots for name in columns):
                scope.keyed.add((relation, ""))

    def _same(self, a: str, b: str) -> bool:
        return a.lower() == b.lower() if self.planner.mine else a == b

    def _relation(self, slot: int) -> str:
        return next(field.relation for field in self.scope.fields if field.slot == slot)

    def _having(self) -> Bound | None:
        if self.planner.mine:
            self.binder.aliases = {output.alias.lower(): output.bound for output in self.outputs if output.alias}
        try:
            return self._condition("HAVING", self.core.having)
        finally:
            if self.planner.mine:
                self.binder.aliases = {}

    # order

    def _order(self) -> tuple[list[SortKey], list[Any]]:
        keys: list[SortKey] = []
        runs: list[Any] = []
        for ordering in self.query.order:
            bound = self._ordered_by(ordering)
            if bound.type.name == "unknown":
                bound = self.planner.final(bound, self.binder)
            bound = self.planner.sorted_by(bound)
            keys.append(self.planner._sort_key(self.binder, bound, ordering))
            runs.append(bound.run)
        return keys, runs

    def _ordered_by(self, ordering: Ordering) -> Bound:
        expression, binder = ordering.expression, self.binder
        place = self.planner._position(expression, len(self.outputs))
        if place is None and isinstance(expression, Column) and len(expression.parts) == 1:
            name = expression.parts[0]
            places = [n for n, output in enumerate(self.outputs) if self._same(output.name, name)]
            if len(places) > 1 and not self.planner.mine:
                first = self.outputs[places[0]]
                if any(binder.key(self.outputs[n].expression) != binder.key(first.expression) for n in places[1:]):
                    raise SqlError("42702", f'ORDER BY "{name}" is ambiguous', expression.at)
            place = places[0] if places else None
        if place is not None:
            return self.outputs[place].bound
        if self.planner.mine:
            binder.aliases = {output.alias.lower(): output.bound for output in self.outputs if output.alias}
        try:
            found: Bound = binder.bind(expression)
        finally:
            if self.planner.mine:
                binder.aliases = {}
        if (
            self.core.distinct
            and not self.core.distinct_on
            and not any(binder.key(output.expression) == binder.key(expression) for output in self.outputs)
        ):
            self.planner.check_distinct_order(ordering)
        return found

    def _distinct_on(self) -> list[Bound]:
        found = []
        for expression in self.core.distinct_on:
            place = self.planner._position(expression, len(self.outputs), "DISTINCT ON")
            if place is None and isinstance(expression, Column) and len(expression.parts) == 1:
                place = next((n for n, output in enumerate(self.outputs) if output.name == expression.parts[0]), None)
            found.append(self.outputs[place].bound if place is not None else self.binder.bind(expression))
        for number, ordering in enumerate(self.query.order[: len(found)]):
            keys = [self.binder.key(expression) for expression in self.core.distinct_on]
            if self.binder.key(ordering.expression) not in keys and number < len(found):
                raise SqlError("42P10", "SELECT DISTINCT ON expressions must match initial ORDER BY expressions", self.core.distinct_on[0].at)  # fmt: skip
        return found


class _Run:
    """Runs a SELECT that has been planned."""

    def __init__(
        self, made: CorePlanner, source: GetRows, where: Bound | None, having: Bound | None, grouped: bool,
        keys: list[SortKey], runs: list[Any], on: list[Bound], limit: Any, offset: Any,
    ) -> None:  # fmt: skip
        binder, self.context = made.binder, made.planner.context
        self.source, self.where, self.having, self.grouped = source, where, having, grouped
        self.keys, self.runs, self.limit, self.offset = keys, runs, limit, offset
        self.binder = binder
        self.groups = [bound.run for bound in made.groups]
        self.has_group = made.core.group is not None
        self.group_key = key_maker([binder.group_key(bound.type) for bound in made.groups])
        self.aggregates = binder.aggregates
        self.windows = binder.windows if made.planner.mine or len(binder.windows) < 2 else _in_turn(made)
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

    def __call__(self, outer: Env) -> Rows:
        rows: list[Any] = self.source(outer)
        tick = self.context.tick
        tick(len(rows) + 1)
        if self.where is not None:
            test = self.where.run
            rows = [row for row in rows if test((row, outer)) is True]
        if self.having is not None and not self.grouped:  # MariaDB's, without groups
            keep = self.having.run
            rows = [row for row in rows if keep((row, outer)) is True]
        if self.grouped:
            rows = self._grouped(rows, outer)
        elif self.windows:
            rows = [[*row, *[None] * (self.width - len(row))] for row in rows]
        for window in self.windows:
            order = fill(window, rows, outer, self.binder, self.context)
            rows = [rows[place] for place in order]
        return self._selected(rows, outer)

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
            found = [found[place] for place in self.planner.places(self.keys, values, wanted)]
        if self.expand is not None:
            found = self.expand(found)
        return limited(found, self.limit(outer), self.offset(outer))

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
            row = [*first, *[None] * (self.width - len(first))]
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


def _in_turn(made: CorePlanner) -> list[Any]:
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
