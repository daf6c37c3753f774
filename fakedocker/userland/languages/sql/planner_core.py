"""One SELECT: its parts are understood in their order, then run one after the other."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.sql.binder import has_aggregate, has_window
from fakedocker.userland.languages.sql.bound import Bound, Scope
from fakedocker.userland.languages.sql.planner import PlannerBase
from fakedocker.userland.languages.sql.planner_run import Run
from fakedocker.userland.languages.sql.plans import Columns, Output, Plan
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.sorting import SortKey
from fakedocker.userland.languages.sql.sources import GetRows, Loaded, split
from fakedocker.userland.languages.sql.tree import Column, Core, Expression, Item, Ordering, Query, Star


class CorePlanner:
    """Plans one SELECT."""

    def __init__(self, planner: PlannerBase, query: Query, core: Core, parent: Scope | None) -> None:
        self.planner = planner
        self.query, self.core = query, core
        self.scope = Scope(parent, planner.mine)
        self.scope.beside, planner.beside = planner.beside, ()
        self.binder = planner.binder(self.scope)
        self.binder.named_windows = dict(core.windows)
        self.groups: list[Bound] = []
        self.outputs: list[Output] = []
        self.group_parts: list[tuple[Expression | None, Bound]] = []
        self.grouped = False
        self.is_unsure = False  # whether the order in which the rows come is not known
        self.loaded: Loaded | None = None
        self.loader = planner.loader(self.scope, self.binder)

    def plan(self) -> Plan:
        """The plan. Of several errors the one is raised that the servers find first (transformSelectStmt; JOIN::prepare)."""
        core, binder, scope = self.core, self.binder, self.scope
        conjuncts = split(core.where) if core.where is not None else []
        loader = self.loader
        source: GetRows = lambda env: [()]  # noqa: E731  # one row without columns
        if core.source is not None:
            loader.is_patient = self.planner.mine  # setup_conds is behind setup_fields
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
            if self.planner.mine and self.loaded is not None:
                scope.make_nullable(0, self.loaded.end)  # of no rows a row of nulls is made
        elif self.loaded is not None and self.planner.mine and has_window((core.items, self.query.order)):
            scope.make_nullable(0, self.loaded.end)  # of the table that MariaDB makes for windows, any column is
        if self.planner.mine:
            binder.settles = self.planner.groups_apart(core, self.query.order, loader)
        self._select(items)
        scope.grouped, kept = None, scope.grouped
        where = self._condition("WHERE", core.where)
        if loader.problem is not None:
            raise loader.problem
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
        run = Run(self, source, where, having, grouped, keys, runs, on, limit, offset)
        columns: Columns = [(output.name, output.bound.type) for output in self.outputs]
        names = [output.name for output in self.outputs]
        sure = frozenset(
            output.name for output in self.outputs if not output.bound.nullable and names.count(output.name) == 1
        )
        self.planner.nullable = tuple(output.bound.nullable for output in self.outputs)
        return Plan(columns, run, scope.reads_outer, sure, lambda: self.planner.expects(self), run.late())

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
