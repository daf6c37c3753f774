"""Calls in PostgreSQL: functions found by their arguments, aggregates, windows; and how values are coerced."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.binder import WINDOWS, Aggregate, WindowCall
from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Value, constant
from fakedocker.userland.languages.sql.pg_aggregates import aggregate_of, takes_arguments, window_of
from fakedocker.userland.languages.sql.pg_conversions import ALL, PgConversions, names_of
from fakedocker.userland.languages.sql.pg_functions import COMPLETE, Overload, concatenated, formatted
from fakedocker.userland.languages.sql.pg_types import (
    FLOAT8,
    INT4,
    NUMERIC,
    TEXT,
    TEXTS,
    Type,
    shown_type,
    to_text,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Call, Cast

_WHOLE = ("int2", "int4", "int8")
_FLOATS = ("float4", "float8")


class CallBinder(PgConversions):
    # calls

    def call(self, expression: Call) -> Bound:
        name = expression.name
        if expression.over is not None:
            return self._window(expression)
        if self.is_aggregate(expression):
            return self.add_aggregate(expression)
        if name in WINDOWS:
            raise SqlError("42P20", f"window function {name} requires an OVER clause", expression.at)
        found = self._plain(expression)
        said = _words_of_aggregates(expression)
        if said:
            raise SqlError("42809", f"{said} specified, but {name} is not an aggregate function", expression.at)
        return found

    def _plain(self, expression: Call) -> Bound:
        """A call of what is no aggregate."""
        name = expression.name
        if name in ("coalesce", "nullif", "greatest", "least") and expression.keyword:
            found: Bound = getattr(self, f"_{name}")(expression)
            return found
        if name in ("concat", "concat_ws", "format", "nextval", "currval", "setval", "pg_typeof", "lastval", "array_length", "cardinality", "jsonb_build_object", "json_build_object"):  # fmt: skip
            found = getattr(self, f"_{name}")(expression)
            return found
        arguments = [self.bind(argument) for argument in expression.arguments]
        return self.function(name, arguments, expression)

    def function(self, name: str, arguments: list[Bound], expression: Call) -> Bound:
        overloads = ALL.get(name, ())
        if name == "uuid_generate_v4" and "uuid-ossp" in self.extensions:
            overloads = ALL["gen_random_uuid"]
        if not overloads:
            if name in names_of("function") or (name not in names_of("function") and self.extensions):
                raise outside(f"the function {name}")
            raise self._no_function(name, arguments, expression)
        if name in ("sqrt", "ln", "exp", "power", "pow") and any(a.type.name == "numeric" for a in arguments):
            raise outside(f"{name} of numeric")
        chosen = self._choose(overloads, arguments)
        if chosen is None:
            if name not in COMPLETE:
                raise outside(f"the function {name} with such arguments")
            raise self._no_function(name, arguments, expression)
        return self._called(name, chosen, arguments, expression)

    def _no_function(self, name: str, arguments: list[Bound], expression: Call) -> SqlError:
        kinds = ", ".join(shown_type(argument.type, False) for argument in arguments)
        hint = "No function matches the given name and argument types. You might need to add explicit type casts."
        return SqlError("42883", f"function {name}({kinds}) does not exist", expression.at, hint=hint)

    def _choose(self, overloads: tuple[Overload, ...], arguments: list[Bound]) -> Overload | None:
        best: tuple[int, Overload] | None = None
        for overload in overloads:
            if len(overload.arguments) != len(arguments):
                continue
            cost = 0
            for argument, wanted in zip(arguments, overload.arguments, strict=True):
                how = "same" if argument.type.name == wanted.name else pg_casts.level(argument.type, wanted)
                if how not in ("same", "implicit"):
                    break
                if how != "same":
                    cost += 1 if argument.type.name == "unknown" else 2
                    if wanted.name == "float8" and argument.type.name in ("int2", "int4", "int8"):
                        cost -= 1  # the preferred type of numbers
                    if wanted.name == "timestamptz" and argument.type.name in ("date", "unknown"):
                        cost -= 1
            else:
                if best is None or cost < best[0]:
                    best = (cost, overload)
        return None if best is None else best[1]

    def _called(self, name: str, overload: Overload, arguments: list[Bound], expression: Call) -> Bound:
        given = [self.coerced(a, wanted) for a, wanted in zip(arguments, overload.arguments, strict=True)]
        runs = [argument.run for argument in given]
        function = overload.run
        if overload.knows:
            context = self.context
            inner = function

            def function(*values: Value) -> Value:
                return inner(*values, context)

        if len(runs) == 1:
            only = runs[0]

            def run(env: Env) -> Value:
                value = only(env)
                return None if value is None else function(value)
        else:

            def run(env: Env) -> Value:
                values = [part(env) for part in runs]
                return None if any(value is None for value in values) else function(*values)

        shown = ""
        if expression.keyword and not arguments:
            shown = name.upper() if name != "user" else "USER"
        elif all(part.shown for part in given):
            shown = f"{name}({', '.join(part.shown for part in given)})"
        label = expression.name
        found = self._of(overload.result, run, given, expression.at, shown)._replace(name=label)
        return found._replace(outer=found.outer or name in ("random", "gen_random_uuid", "uuid_generate_v4", "clock_timestamp"))  # fmt: skip

    def _of(self, kind: Type, run: Any, parts: list[Bound], at: int, shown: str = "") -> Bound:
        uses: frozenset[int] = NOTHING
        for part in parts:
            uses |= part.uses
        outer, asks = (any(part.outer for part in parts), any(part.asks for part in parts))
        return Bound(kind, run, uses, shown, at, None, outer, asks=asks)

    # those that take nulls, or whatever types

    def _coalesce(self, expression: Call) -> Bound:
        parts, kind = self._same(expression, "COALESCE")
        runs = [part.run for part in parts]
        shown = f"COALESCE({', '.join(part.shown for part in parts)})" if all(part.shown for part in parts) else ""

        def run(env: Env) -> Value:
            for part in runs:
                value = part(env)
                if value is not None:
                    return value
            return None

        return self._of(kind, run, parts, expression.at, shown)._replace(name="coalesce")

    def _same(self, expression: Call, what: str) -> tuple[list[Bound], Type]:
        bounds: list[Bound] = []
        end = None
        for argument in expression.arguments:
            bounds.append(self.bind(argument))
            if what == "COALESCE" and end is None and self.is_settled(bounds[-1], lambda value: value is not None):
                end = len(self.folded)
        if end is not None:
            self.taken(end)
        if not bounds:
            raise SqlError("42601", 'syntax error at or near ")"', expression.end - 1)
        kind = pg_casts.common([bound.type for bound in bounds], what, [bound.at for bound in bounds])
        return [self.coerced(bound, kind, what) for bound in bounds], kind

    def _greatest(self, expression: Call) -> Bound:
        return self._extreme(expression, "GREATEST", max)

    def _least(self, expression: Call) -> Bound:
        return self._extreme(expression, "LEAST", min)

    def _extreme(self, expression: Call, what: str, choose: Any) -> Bound:
        parts, kind = self._same(expression, what)
        runs, key = [part.run for part in parts], self.sort_key(kind)

        def run(env: Env) -> Value:
            values = [value for part in runs if (value := part(env)) is not None]
            return choose(values, key=key) if values else None

        return self._of(kind, run, parts, expression.at)._replace(name=what.lower())

    def _nullif(self, expression: Call) -> Bound:
        if len(expression.arguments) != 2:
            raise outside("NULLIF with other than two arguments")
        left, right = (self.bind(argument) for argument in expression.arguments)
        test = self.compare_bounds(left, right, expression.at)
        if left.type.name == "unknown":
            left = self.coerced(left, TEXT)
        if left.type.name not in _FLOATS and right.type.name in _FLOATS:
            left = self.coerced(left, FLOAT8)  # what it gives is what was compared
        elif left.type.name in _WHOLE and right.type.name == "numeric":
            left = self.coerced(left, NUMERIC)
        first, equal = left.run, test.run
        return self._of(left.type, lambda env: None if equal(env) is True else first(env), [left, test], expression.at)._replace(name="nullif")  # fmt: skip

    def compare_bounds(self, left: Bound, right: Bound, at: int) -> Bound:
        found: Bound = self.operate("=", left, right, at)  # type: ignore[attr-defined]
        return found

    def _texts(self, expression: Call) -> list[Bound]:
        found = []
        for argument in expression.arguments:
            bound = self.bind(argument)
            if bound.type.name == "bool":  # concat shows them as output does
                run = bound.run
                bound = bound._replace(type=TEXT, run=_truth_text(run))
            found.append(bound if bound.type.name in TEXTS and bound.constant is None else self.cast(bound, TEXT))
        return found

    def _concat(self, expression: Call) -> Bound:
        parts = self._texts(expression)
        runs = [part.run for part in parts]
        return self._of(TEXT, lambda env: concatenated([run(env) for run in runs]), parts, expression.at)._replace(
            name="concat"
        )

    def _concat_ws(self, expression: Call) -> Bound:
        parts = self._texts(expression)
        runs = [part.run for part in parts]
        if not runs:
            raise outside("concat_ws of nothing")

        def run(env: Env) -> Value:
            separator = runs[0](env)
            return None if separator is None else concatenated([part(env) for part in runs[1:]], separator)

        return self._of(TEXT, run, parts, expression.at)._replace(name="concat_ws")

    def _format(self, expression: Call) -> Bound:
        parts = self._texts(expression)
        runs = [part.run for part in parts]

        def run(env: Env) -> Value:
            pattern = runs[0](env)
            return None if pattern is None else formatted(pattern, [part(env) for part in runs[1:]])

        return self._of(TEXT, run, parts, expression.at)._replace(name="format")

    def _pg_typeof(self, expression: Call) -> Bound:
        bound = self.bind(expression.arguments[0])
        return Bound(Type("regtype"), constant(shown_type(bound.type, False)), at=expression.at, name="pg_typeof")

    def _array_length(self, expression: Call) -> Bound:
        array = self.bind(expression.arguments[0])
        if len(expression.arguments) != 2 or not array.type.name.endswith("[]"):
            raise outside("array_length of this")
        run = array.run
        return self._of(INT4, lambda env: len(v) if (v := run(env)) else None, [array], expression.at)._replace(name="array_length")  # fmt: skip

    def _cardinality(self, expression: Call) -> Bound:
        array = self.bind(expression.arguments[0])
        if not array.type.name.endswith("[]"):
            raise outside("cardinality of this")
        run = array.run
        return self._of(INT4, lambda env: None if (v := run(env)) is None else len(v), [array], expression.at)._replace(name="cardinality")  # fmt: skip

    def _jsonb_build_object(self, expression: Call) -> Bound:
        from fakedocker.userland.languages.sql.pg_json import plain_json
        from fakedocker.userland.languages.sql.pg_types import json_value, shown_jsonb

        found = self._build_object(expression, plain_json, ": ", ", ")
        run = found.run
        return found._replace(type=Type("jsonb"), run=lambda env: shown_jsonb(json_value(run(env))))

    def _json_build_object(self, expression: Call) -> Bound:
        from fakedocker.userland.languages.sql.pg_json import plain_json

        return self._build_object(expression, plain_json, " : ", ", ")

    def _build_object(self, expression: Call, write: Any, colon: str, comma: str) -> Bound:
        bounds = [self.bind(argument) for argument in expression.arguments]
        if len(bounds) % 2:
            raise SqlError("22023", "argument list must have even number of elements", hint=f"The arguments of {expression.name}() must consist of alternating keys and values.")  # fmt: skip
        bounds = [self.coerced(bound, TEXT) if bound.type.name == "unknown" else bound for bound in bounds]
        pairs = list(zip(bounds[::2], bounds[1::2], strict=True))

        def run(env: Env) -> Value:
            parts = []
            for key, value in pairs:
                name = key.run(env)
                if name is None:
                    raise outside("null as a key of JSON")
                parts.append(write(to_text(name, key.type), TEXT, to_text) + colon + write(value.run(env), value.type, to_text))  # fmt: skip
            return "{" + comma.join(parts) + "}"

        return self._of(Type("json"), run, bounds, expression.at)._replace(name=expression.name)

    # sequences

    def _nextval(self, expression: Call) -> Bound:
        return self._on_sequence(expression, "nextval", 1)

    def _currval(self, expression: Call) -> Bound:
        return self._on_sequence(expression, "currval", 1)

    def _setval(self, expression: Call) -> Bound:
        return self._on_sequence(expression, "setval", len(expression.arguments))

    def _lastval(self, expression: Call) -> Bound:
        return self._on_sequence(expression, "lastval", 0)

    def _on_sequence(self, expression: Call, what: str, count: int) -> Bound:
        given = [a.argument if isinstance(a, Cast) and a.type.name == "regclass" else a for a in expression.arguments]
        bounds = [self.bind(argument) for argument in given]
        if len(bounds) != count or (bounds and bounds[0].type.name not in ("unknown", "regclass", "text")):
            raise outside(f"{what} with such arguments")
        act = self.sequence
        assert act is not None
        runs = [bound.run for bound in bounds]

        def run(env: Env) -> Value:
            values = [part(env) for part in runs]
            if any(value is None for value in values):
                return None
            return act(what, str(values[0]) if values else "", values[1:])

        name = bounds[0].constant or str(runs[0](None)) if bounds else ""
        shown = f"nextval('{name.removeprefix('public.')}'::regclass)" if what == "nextval" else ""
        return Bound(Type("int8"), run, NOTHING, shown, expression.at, None, True, False, what)

    # aggregates and windows

    def add_aggregate(self, call: Call) -> Bound:
        if self.scope.inside_aggregate:
            raise SqlError("42803", "aggregate function calls cannot be nested", call.at)
        if call.star and call.name != "count":
            raise self._no_function(call.name, [], call)
        key = self.key(call)
        if key in self.seen:
            self._check_place(call)
            return self.seen[key]._replace(at=call.at)
        self.scope.inside_aggregate = True
        arguments = [self.bind(argument) for argument in call.arguments]
        where = self.condition(self.bind(call.where), "FILTER") if call.where is not None else None
        order = [(self.bind(o.expression), o.descending, o.nulls_first if o.nulls_first is not None else o.descending) for o in call.order]  # fmt: skip
        self.scope.inside_aggregate = False
        aggregate = Aggregate(call, arguments, where, order, self.scope.extend())
        kind, aggregate.arguments, aggregate.finish = aggregate_of(self, call, arguments)
        self._check_place(call)
        self.aggregates.append(aggregate)
        return self.slot_of(kind, aggregate.slot, call, key)._replace(name=call.name)

    def _check_place(self, call: Call) -> None:
        """Whether an aggregate may stand here; what it is called with is looked at first (transformAggregateCall)."""
        if self.clause in ("WHERE", "JOIN", "GROUP BY", "CHECK", "DEFAULT", "RETURNING", "UPDATE", "VALUES", "LIMIT"):
            said = {
                "WHERE": "WHERE", "GROUP BY": "GROUP BY", "JOIN": "JOIN conditions", "CHECK": "check constraints",
                "DEFAULT": "DEFAULT expressions", "RETURNING": "RETURNING", "UPDATE": "UPDATE", "VALUES": "VALUES", "LIMIT": "LIMIT",
            }[self.clause]  # fmt: skip
            raise SqlError("42803", f"aggregate functions are not allowed in {said}", call.at)

    def _window(self, call: Call) -> Bound:
        if call.name not in WINDOWS and not self.is_aggregate(call):
            self._plain(call)
            said = f"OVER specified, but {call.name} is not a window function nor an aggregate function"
            raise SqlError("42809", said, call.at)
        if self.clause in ("WHERE", "JOIN", "GROUP BY", "HAVING", "UPDATE", "RETURNING", "VALUES", "LIMIT", "CHECK", "DEFAULT"):  # fmt: skip
            said = {"JOIN": "JOIN conditions", "CHECK": "check constraints", "DEFAULT": "DEFAULT expressions"}.get(self.clause, self.clause)  # fmt: skip
            raise SqlError("42P20", f"window functions are not allowed in {said}", call.at)
        key = self.key(call)
        if key in self.seen:
            return self.seen[key]._replace(at=call.at)
        if call.distinct:
            raise SqlError("0A000", "DISTINCT is not implemented for window functions", call.at)
        if call.order:
            raise outside("ORDER BY within a window's call")
        window = self.window_of(call)
        arguments = [self.bind(argument) for argument in call.arguments]
        if call.where is not None:
            raise outside("FILTER of a window's call")
        partition = [self.bind(part) for part in window.partition]
        order = [(self.bind(o.expression), o.descending, o.nulls_first if o.nulls_first is not None else o.descending) for o in window.order]  # fmt: skip
        order = [(self.coerced(b, TEXT) if b.type.name == "unknown" else b, d, n) for b, d, n in order]
        found = WindowCall(call, arguments, window, self.scope.extend())
        found.partition, found.order = partition, order
        if not takes_arguments(call.name, arguments):
            raise self._no_function(call.name, arguments, call)
        kind, found.arguments, found.finish = window_of(self, call, arguments)
        self.windows.append(found)
        return self.slot_of(kind, found.slot, call, key)._replace(name=call.name)


def _words_of_aggregates(call: Call) -> str:
    """What of a call only an aggregate takes (ParseFuncOrColumn in parse_func.c)."""
    if call.star:
        return f"{call.name}(*)"
    return "DISTINCT" if call.distinct else "ORDER BY" if call.order else "FILTER" if call.where is not None else ""


def _truth_text(run: Any) -> Any:  # Any: the run of a value of SQL's
    """A truth as it is shown."""
    return lambda env: None if (value := run(env)) is None else "t" if value else "f"
