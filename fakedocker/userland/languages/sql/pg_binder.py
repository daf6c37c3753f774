"""PostgreSQL's expressions: names and types found out, operators and casts chosen, errors in its words."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.binder import has_aggregate
from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Value, constant
from fakedocker.userland.languages.sql.pg_expressions import PgExpressions
from fakedocker.userland.languages.sql.pg_patterns import like_matcher
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    INT4,
    TEXT,
    TEXTS,
    Type,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    ArrayOf,
    Between,
    Binary,
    Case,
    Cast,
    Column,
    Core,
    Default,
    Element,
    Exists,
    Expression,
    InList,
    InQuery,
    Is,
    Item,
    Like,
    Literal,
    Quantified,
    Row,
    Star,
    Subquery,
    Unary,
)


class PgBinder(PgExpressions):
    def known(self, expression: Expression) -> Bound | None:
        """What the rows are grouped by may stand anywhere."""
        scope = self.scope
        if scope.grouped is None or self.scope.inside_aggregate or not scope.group_keys or isinstance(expression, Column | Literal):  # fmt: skip
            return None
        if self.key(expression) not in scope.group_keys:
            return None
        grouped, scope.grouped = scope.grouped, None
        try:
            method = _METHODS.get(type(expression))
            assert method is not None
            found: Bound = getattr(self, method)(expression)
            return found
        finally:
            scope.grouped = grouped

    def bind(self, expression: Expression) -> Bound:
        known = self.known(expression)
        if known is not None:
            return known
        method = _METHODS.get(type(expression))
        if method is None:
            raise outside(type(expression).__name__)
        found: Bound = getattr(self, method)(expression)
        if isinstance(expression, Unary):
            found = found._replace(at=expression.at)
        elif found.at != (start := getattr(expression, "start", found.at)):
            found = found._replace(at=start)  # where errors about an expression point (exprLocation in nodeFuncs.c)
        if not (found.uses or found.outer or found.asks) and not isinstance(expression, Literal):
            self._fold(found)
        return found

    def key(self, expression: Any) -> str:  # Any: see the base
        if isinstance(expression, Cast) and self._is_needless(expression):
            return self.key(expression.argument)
        return super().key(expression)

    def _is_needless(self, cast: Cast) -> bool:
        return not cast.type.modifiers and self._known_type(cast.argument) == self.type_of(cast.type)

    def _known_type(self, expression: Expression) -> Type | None:
        """The type of a column, or of what is cast."""
        if isinstance(expression, Cast):
            return self.type_of(expression.type)
        found = self.find(self.scope, expression) if isinstance(expression, Column) else []
        return found[0].type if len(found) == 1 else None

    # predicates

    def _is(self, expression: Is) -> Bound:
        found = self.bind(expression.argument)
        run, negated = found.run, expression.negated
        if expression.what == "distinct":
            assert expression.other is not None
            equal = self.operate("=", found, self.bind(expression.other), expression.at)
            other = self.bind(expression.other).run
            test = equal.run

            def distinct(env: Env) -> Value:
                a, b = run(env), other(env)
                same = a is None and b is None if a is None or b is None else bool(test(env))
                return same if negated else not same

            return self._joined(BOOL, distinct, [equal], "", expression.at)
        if expression.what in ("null", "unknown"):
            if expression.what == "unknown":
                found = self.condition(found, "IS UNKNOWN")
            shown = f"({found.shown} IS {'NOT ' if negated else ''}{expression.what.upper()})" if found.shown else ""
            return self._joined(BOOL, lambda env: (run(env) is None) != negated, [found], shown, expression.at)
        found = self.condition(found, f"IS {'NOT ' if negated else ''}{expression.what.upper()}")
        wanted = expression.what == "true"
        run = found.run
        return self._joined(BOOL, lambda env: (run(env) is wanted) != negated, [found], "", expression.at)

    def _between(self, expression: Between) -> Bound:
        argument = expression.argument
        low = Binary(">=" if not expression.negated else "<", argument, expression.low, expression.at, expression.start, expression.end)  # fmt: skip
        high = Binary("<=" if not expression.negated else ">", argument, expression.high, expression.at, expression.start, expression.end)  # fmt: skip
        return self._logical(Binary("or" if expression.negated else "and", low, high, expression.at, expression.start, expression.end))  # fmt: skip

    def _like(self, expression: Like) -> Bound:
        left, pattern = self.bind(expression.argument), self.bind(expression.pattern)
        operator = ("!" if expression.negated else "") + ("~~*" if expression.kind == "ilike" else "~~")
        for side in (left, pattern):
            if side.type.name not in TEXTS:
                other = pattern if side is left else left
                a, b = (side.type, other.type) if side is left else (other.type, side.type)
                raise self._no_operator(operator, a, b, expression.at)
        escape = "\\"
        if expression.escape is not None:
            bound = self.bind(expression.escape)
            if bound.constant is None or len(bound.constant) > 1:
                raise outside("ESCAPE of an expression")
            escape = bound.constant
        matches = like_matcher(expression.kind == "ilike", escape, self.context)
        negated = expression.negated
        first, second = self.coerced(left, TEXT), self.coerced(pattern, TEXT)
        shown = f"({first.shown} {operator} {second.shown})"
        return self._strict(
            BOOL, lambda text, wanted: matches(text, wanted) != negated, first, second, shown, expression.at
        )

    def _in_list(self, expression: InList) -> Bound:
        left = self.bind(expression.argument)
        if isinstance(expression.argument, Row):
            raise outside("rows in IN")
        items = [self.bind(item) for item in expression.items]
        kinds = [item.type for item in items]
        if left.type.name == "unknown" or any(kind.name != "unknown" for kind in kinds):
            pairs = [self.operate("=", left, item, expression.at) for item in items]
        else:
            pairs = [self.operate("=", left, item, expression.at) for item in items]
        return self._any(pairs, expression.negated, expression.at, self._shown_in(left, items, expression))

    def _shown_in(self, left: Bound, items: list[Bound], expression: InList) -> str:
        if not left.shown or not all(item.fixed for item in items):
            return ""
        if len(items) == 1:
            pair = self.operate("<>" if expression.negated else "=", left, items[0], expression.at)
            return pair.shown
        symbol, word = ("<>", "ALL") if expression.negated else ("=", "ANY")
        if left.type.name == "varchar" and all(item.constant is not None for item in items):
            inner = ", ".join("'" + str(item.constant).replace("'", "''") + "'::character varying" for item in items)
            return f"(({left.shown})::text {symbol} {word} ((ARRAY[{inner}])::text[]))"
        inner = ", ".join(self.coerced(item, left.type).shown for item in items)
        return f"({left.shown} {symbol} {word} (ARRAY[{inner}]))"

    def _any(self, pairs: list[Bound], negated: bool, at: int, shown: str) -> Bound:
        runs = [pair.run for pair in pairs]

        def run(env: Env) -> Value:
            missing = False
            for test in runs:
                value = test(env)
                if value is True:
                    return not negated
                missing = missing or value is None
            return None if missing else negated

        return self._joined(BOOL, run, pairs, shown, at)

    def _array(self, expression: ArrayOf) -> Bound:
        items = [self.bind(item) for item in expression.items]
        if not items:
            raise outside("empty arrays without a type")
        kind = pg_casts.common([item.type for item in items], "ARRAY", [item.at for item in items])
        if kind.name.endswith("[]"):
            raise outside("arrays of arrays")
        parts = [self.coerced(item, kind) for item in items]
        runs = [part.run for part in parts]
        shown = f"ARRAY[{', '.join(part.shown for part in parts)}]" if all(part.shown for part in parts) else ""
        return self._joined(
            Type(kind.name + "[]"), lambda env: tuple(run(env) for run in runs), parts, shown, expression.at
        )

    def _element(self, expression: Element) -> Bound:
        array, index = self.bind(expression.argument), self.coerced(self.bind(expression.place), INT4)
        if not array.type.name.endswith("[]"):
            raise outside("elements of this")
        return self._strict(array.type.element, lambda items, place: items[place - 1] if 0 < place <= len(items) else None, array, index, "", expression.at)  # fmt: skip

    def _case(self, expression: Case) -> Bound:
        conditions, noted = [], []
        for when, _ in expression.whens:
            start = len(self.folded)
            if expression.operand is not None:
                conditions.append(self._binary(Binary("=", expression.operand, when, when.at, when.at, when.at)))
            else:
                conditions.append(self.condition(self.bind(when), "CASE/WHEN"))
            noted.append(self.taken(start))
        results = []
        for then in [
            *(then for _, then in expression.whens),
            *([expression.otherwise] if expression.otherwise else []),
        ]:
            start = len(self.folded)
            results.append(self.bind(then))
            noted.append(self.taken(start))
        self._note_branches(conditions, noted)
        order = results[-1:] + results[:-1] if expression.otherwise is not None else results
        kind = pg_casts.common([result.type for result in order], "CASE", [result.at for result in order])
        results = [self.coerced(result, kind, "CASE") for result in results]
        tests = [(c.run, r.run) for c, r in zip(conditions, results, strict=False)]
        otherwise = results[-1].run if expression.otherwise is not None else constant(None)

        def run(env: Env) -> Value:
            for test, value in tests:
                if test(env) is True:
                    return value(env)
            return otherwise(env)

        return self._joined(kind, run, [*conditions, *results], "", expression.at)

    def _note_branches(self, conditions: list[Bound], noted: list[list[SqlError]]) -> None:
        """Keep of what computing with constants gave what is in branches that may be taken."""
        tests, results = noted[: len(conditions)], noted[len(conditions) :]
        for condition, test, result in zip(conditions, tests, results, strict=False):
            self.folded += test
            if condition.uses and self.scope.is_derived:
                return  # nobody knows here which are taken
            if self.is_settled(condition, lambda value: value is not True):
                continue
            self.folded += result
            if self.is_settled(condition, lambda value: value is True):
                return
        self.folded += results[-1] if len(results) > len(conditions) else []

    def _cast(self, expression: Cast) -> Bound:
        kind = self.type_of(expression.type)
        found = self.bind(expression.argument)
        return self.cast(found, kind, expression.at)

    # queries

    def _check_queries(self, at: int) -> None:
        """Whether a query may stand here (transformSubLink)."""
        if self.clause in ("CHECK", "DEFAULT"):
            what = "check constraint" if self.clause == "CHECK" else "DEFAULT expression"
            raise SqlError("0A000", f"cannot use subquery in {what}", at)

    def _subquery(self, expression: Subquery) -> Bound:
        self._check_queries(expression.at)
        plan = self.plan(expression.query, self.scope)
        if len(plan.columns) != 1:
            raise SqlError("42601", "subquery must return only one column", expression.at)
        outer = plan.outer
        rows = self.once(plan)

        def run(env: Env) -> Value:
            found = rows(env)
            if len(found) > 1:
                raise SqlError("21000", "more than one row returned by a subquery used as an expression")
            return found[0][0] if found else None

        return Bound(plan.columns[0][1], run, self.all_slots() if outer else NOTHING, "", expression.at, None, outer, False, plan.columns[0][0], asks=True)  # fmt: skip

    def _exists(self, expression: Exists) -> Bound:
        self._check_queries(expression.at)
        count = len(self.folded)
        plan = self.plan(expression.query, self.scope)
        del self.folded[count:]
        body = expression.query.body
        if isinstance(body, Core) and not (body.distinct or body.group or body.having or has_aggregate(body.items)):
            bare = (Item(Literal("number", "1", 0, 0), None, ""),)  # what it selects is not looked at
            plan = self.plan(expression.query._replace(body=body._replace(items=bare), order=()), self.scope)
        rows = self.once(plan)
        return Bound(BOOL, lambda env: bool(rows(env)), self.all_slots() if plan.outer else NOTHING, "", expression.at, None, plan.outer, asks=True)  # fmt: skip

    def _in_query(self, expression: InQuery) -> Bound:
        if isinstance(expression.argument, Row):
            raise outside("rows in IN")
        return self._against(expression.argument, "=", False, expression.query, expression.negated, expression.at)

    def _quantified(self, expression: Quantified) -> Bound:
        if expression.query is not None:
            return self._against(expression.argument, expression.operator, expression.every, expression.query, False, expression.at)  # fmt: skip
        assert expression.array is not None
        left, array = self.bind(expression.argument), self.bind(expression.array)
        if array.type.name == "unknown":
            array = self.coerced(array, Type(left.type.name + "[]"))
        if not array.type.name.endswith("[]"):
            raise SqlError("42809", "op ANY/ALL (array) requires array on right side", expression.at)
        return self._each(left, array.type.element, lambda env: array.run(env), expression.operator, expression.every, False, expression.at, [left, array])  # fmt: skip

    def _against(self, argument: Expression, operator: str, every: bool, query: Any, negated: bool, at: int) -> Bound:
        self._check_queries(at)
        left = self.bind(argument)
        plan = self.plan(query, self.scope)
        if len(plan.columns) != 1:
            said = "subquery has too many columns" if len(plan.columns) > 1 else "subquery has too few columns"
            raise SqlError("42601", said, at)
        rows = self.once(plan)
        found = self._each(left, plan.columns[0][1], lambda env: [row[0] for row in rows(env)], operator, every, negated, at, [left])  # fmt: skip
        return found._replace(
            asks=True, outer=found.outer or plan.outer, uses=found.uses | (self.all_slots() if plan.outer else NOTHING)
        )

    def _each(self, left: Bound, kind: Type, values: Any, operator: str, every: bool, negated: bool, at: int, parts: list[Bound]) -> Bound:  # fmt: skip
        cell: list[Value] = [None]
        item = Bound(kind, lambda env: cell[0])
        held = left.run
        cell_left: list[Value] = [None]
        test = self.operate(operator, left._replace(run=lambda env: cell_left[0]), item, at).run

        def run(env: Env) -> Value:
            found = values(env)
            if found is None:
                return None
            cell_left[0] = held(env)
            missing = False
            for value in found:
                cell[0] = value
                result = test(env)
                if result is None:
                    missing = True
                elif result is not every:
                    return (not every) != negated
            return None if missing else every != negated

        return self._joined(BOOL, run, parts, "", at)


_METHODS = {
    Literal: "_literal", Column: "_column", Star: "_star", Unary: "_unary", Binary: "_binary", Cast: "_cast", Case: "_case",
    InList: "_in_list", InQuery: "_in_query", Between: "_between", Like: "_like", Is: "_is", Exists: "_exists",
    Subquery: "_subquery", Quantified: "_quantified", ArrayOf: "_array", Element: "_element", Default: "_default",
}  # fmt: skip


def register_call() -> None:
    from fakedocker.userland.languages.sql.tree import Call

    _METHODS[Call] = "call"


register_call()
