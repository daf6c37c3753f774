"""What both servers' expressions have in common: names, subqueries, aggregates and windows of a query under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Context, Env, Field, Scope, Value, slot_reader
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Call, Column, Expression, Query, Subquery, TableName, Window

AGGREGATES: Final = frozenset(
    "count sum avg min max bool_and bool_or every string_agg array_agg group_concat json_agg jsonb_agg std stddev stddev_pop"
    " stddev_samp var_pop var_samp variance bit_and bit_or bit_xor json_arrayagg json_objectagg json_object_agg jsonb_object_agg"
    " corr covar_pop covar_samp regr_slope mode percentile_cont percentile_disc any_value".split()
)
WINDOWS: Final = frozenset("row_number rank dense_rank ntile lag lead first_value last_value nth_value percent_rank cume_dist".split())  # fmt: skip
_UNPOSITIONED: Final = frozenset({"at", "end", "start", "written", "end_at"})


class PlanLike(Protocol):
    """A query that can be run."""

    @property
    def columns(self) -> list[tuple[str, Type]]: ...
    @property
    def outer(self) -> bool: ...
    @property
    def sure(self) -> frozenset[str]: ...

    @property
    def rows(self) -> Callable[[Env], list[tuple[Value, ...]]]: ...


class Aggregate:
    """A call of an aggregate: what it is given, and where its result stands."""

    def __init__(self, call: Call, arguments: list[Bound], where: Bound | None, order: list[tuple[Bound, bool, bool]], slot: int) -> None:  # fmt: skip
        self.call = call
        self.arguments = arguments
        self.where = where
        self.order = order
        self.slot = slot
        self.finish: Callable[[list[tuple[Value, ...]]], Value] = len


class WindowCall:
    """A call over a window."""

    def __init__(self, call: Call, arguments: list[Bound], window: Window, slot: int) -> None:
        self.call = call
        self.arguments = arguments
        self.window = window
        self.slot = slot
        self.partition: list[Bound] = []
        self.order: list[tuple[Bound, bool, bool]] = []
        self.finish: Callable[[list[tuple[Value, ...]]], Value] = len


class BinderBase:
    """Understands expressions within one scope.

    Args:
        plan: what makes a plan of a query within a scope.
    """

    def __init__(self, context: Context, plan: Callable[[Query, Scope | None], PlanLike]) -> None:
        self.context = context
        self.plan = plan
        self.scope = Scope()
        self.aggregates: list[Aggregate] = []
        self.windows: list[WindowCall] = []
        self.named_windows: dict[str, Window] = {}
        self.seen: dict[str, Bound] = {}
        self.clause = ""
        self.inside_window = False

    def bind(self, expression: Expression) -> Bound:
        raise NotImplementedError

    # names

    def find(self, scope: Scope, column: Column) -> list[Field]:
        """The fields of one scope that a name may mean."""
        parts = column.parts
        fold = scope.fold
        name = parts[-1].lower() if fold else parts[-1]
        if len(parts) == 1:
            found = [field for field in scope.fields if not field.hidden and (field.name.lower() if fold else field.name) == name]  # fmt: skip
        else:
            table = parts[-2]
            found = [
                field
                for field in scope.fields
                if field.relation == table and (field.name.lower() if fold else field.name) == name
            ]
        return found

    def column(self, expression: Column) -> Bound:
        depth = 0
        scope: Scope | None = self.scope
        passed: list[Scope] = []
        while scope is not None:
            found = self.find(scope, expression)
            if len(found) > 1:
                raise self.ambiguous(expression)
            if found:
                for inner in passed:
                    inner.reads_outer = True
                return self._read(scope, found[0], depth, expression)
            passed.append(scope)
            scope = scope.parent
            depth += 1
        raise self.unknown(expression)

    def _read(self, scope: Scope, field: Field, depth: int, expression: Column) -> Bound:
        if scope.grouped is not None and field.slot not in scope.grouped and not scope.inside_aggregate:
            self.ungrouped(scope, field, expression)
        uses = frozenset({field.slot}) if depth == 0 else NOTHING
        shown = self.shown_column(field)
        merged = scope.merged.get(field.name)
        if merged and len(expression.parts) == 1 and not depth:
            slots = list(merged)

            def first(env: Env) -> Value:
                return next((env[0][slot] for slot in slots if env[0][slot] is not None), None)

            return Bound(field.type, first, frozenset(slots), shown, expression.at, None, False, False, field.name)
        return Bound(
            field.type,
            slot_reader(field.slot, depth),
            uses,
            shown,
            expression.at,
            None,
            depth > 0,
            False,
            field.name,
            field.nullable,
        )

    def shown_column(self, field: Field) -> str:
        return field.name

    def ungrouped(self, scope: Scope, field: Field, expression: Column) -> None:
        """A column that is neither grouped by nor aggregated; PostgreSQL refuses it."""

    def ambiguous(self, expression: Column) -> SqlError:
        raise NotImplementedError

    def unknown(self, expression: Column) -> SqlError:
        raise NotImplementedError

    # the same expression elsewhere

    def key(self, expression: Any) -> str:  # Any: a part of a statement
        """A text that is the same for two expressions that mean the same in this scope."""
        if isinstance(expression, Column):
            found = self.find(self.scope, expression)
            return f"#{found[0].slot}" if len(found) == 1 else f"?{'.'.join(expression.parts)}"
        if isinstance(expression, str):
            return repr(expression)
        if isinstance(expression, tuple):
            fields = getattr(expression, "_fields", None)
            if fields is None:
                return "(" + ",".join(self.key(part) for part in expression) + ")"
            parts = [self.key(part) for name, part in zip(fields, expression, strict=True) if name not in _UNPOSITIONED]
            return f"{type(expression).__name__}({','.join(parts)})"
        return repr(expression)

    # aggregates

    def is_aggregate(self, call: Call) -> bool:
        return call.name in AGGREGATES

    def add_aggregate(self, call: Call) -> Bound:
        raise NotImplementedError

    def slot_of(self, kind: Type, slot: int, call: Call, key: str) -> Bound:
        bound = Bound(kind, slot_reader(slot, 0), frozenset({slot}), "", call.at)
        self.seen[key] = bound
        return bound

    def window_of(self, call: Call) -> Window:
        """The window of a call, with what it takes over from a named one."""
        window = call.over
        assert window is not None
        if not window.base:
            return window
        named = self.named_windows.get(window.base)
        if named is None:
            raise self.no_window(window.base, window.at)
        if window.partition or window.order or window.frame:
            raise outside("windows made of other windows")
        return named

    def no_window(self, name: str, at: int) -> SqlError:
        return SqlError("42704", f'window "{name}" does not exist', at)

    def all_slots(self) -> frozenset[int]:
        return frozenset(range(self.scope.width))

    def once(self, plan: PlanLike) -> Callable[[Env], list[tuple[Value, ...]]]:
        """The rows of a query, asked for once where they do not depend on the rows around it."""
        if plan.outer:
            return plan.rows
        kept: list[list[tuple[Value, ...]]] = []

        def rows(env: Env) -> list[tuple[Value, ...]]:
            if not kept:
                kept.append(plan.rows(env))
            return kept[0]

        return rows


def mentions(part: Any, name: str) -> int:  # Any: a part of a statement
    """How often a table of this name is read."""
    if isinstance(part, TableName):
        return int(part.name == name and not part.schema)
    if isinstance(part, tuple):
        return sum(mentions(item, name) for item in part if isinstance(item, tuple))
    return 0


def has_aggregate(part: Any) -> bool:  # Any: a part of a statement
    """Whether an aggregate is called, but for those of queries within."""
    return _has_call(part, lambda call: call.name in AGGREGATES and call.over is None)


def has_window(part: Any) -> bool:  # Any: a part of a statement
    """Whether something is called OVER a window, but for what queries within call."""
    return _has_call(part, lambda call: call.over is not None)


def _has_call(part: Any, is_wanted: Callable[[Call], bool]) -> bool:  # Any: a part of a statement
    if isinstance(part, Call) and is_wanted(part):
        return True
    if isinstance(part, Query | Subquery) or not isinstance(part, tuple):
        return False
    return any(_has_call(item, is_wanted) for item in part if isinstance(item, tuple))
