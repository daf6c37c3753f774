"""Calls in MariaDB: functions, aggregates, windows; and how values become texts, numbers, moments and truths."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql.binder import Aggregate, WindowCall
from fakedocker.userland.languages.sql.bound import Bound, Env, Value, constant
from fakedocker.userland.languages.sql.collation import swedish_key
from fakedocker.userland.languages.sql.keywords import my_functions, my_keywords
from fakedocker.userland.languages.sql.my_conversions import NUMERIC, MyConversions
from fakedocker.userland.languages.sql.my_decimals import is_raw, settled
from fakedocker.userland.languages.sql.my_functions import CLOCK, FUNCTIONS, WAYS, difference, rounded
from fakedocker.userland.languages.sql.my_types import (
    BIGINT,
    INT,
    INTEGERS,
    LATIN,
    TEXTS,
    VARCHAR,
    decimal_type,
)
from fakedocker.userland.languages.sql.pg_types import LONGEST_TEXT, Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Call, Column, Interval, Literal


class MyCallBinder(MyConversions):
    # calls

    def is_aggregate(self, call: Call) -> bool:
        return super().is_aggregate(call) and call.name not in (
            "string_agg",
            "array_agg",
            "every",
            "bool_and",
            "bool_or",
            "any_value",
        )

    def call(self, expression: Call) -> Bound:
        name = expression.name
        if expression.spaced:
            said = f"FUNCTION {self.context.facts['database']}.{expression.written} does not exist."
            hint = "Check the 'Function Name Parsing and Resolution' section in the Reference Manual"
            raise SqlError("1630 42000", f"{said} {hint}")
        if expression.over is not None:
            return self._window(expression)
        if self.is_aggregate(expression):
            return self.add_aggregate(expression)
        if expression.distinct or expression.order:
            raise outside("DISTINCT in a function")
        if name == "values" and self.values_row is not None:
            column = expression.arguments[0]
            assert isinstance(column, Column)
            found = self.values_row.get(column.parts[-1].lower())
            if found is None:
                raise self.unknown(column)
            return found
        if name in CLOCK:
            return self._clock(name, expression)
        if name in ("date_add", "date_sub", "adddate", "subdate"):
            return self._date_add(expression, 1 if name in ("date_add", "adddate") else -1)
        if name in ("timestampdiff", "timestampadd"):
            return self._timestampdiff(expression)
        method = _OWN.get(name)
        if method is not None:
            own: Bound = getattr(self, method)(expression)
            return own
        arguments = [self.bind(argument) for argument in expression.arguments]
        return self._function(name, arguments, expression)

    def _clock(self, name: str, expression: Call) -> Bound:
        if expression.arguments:
            raise outside("fractions of seconds")
        kind, make = CLOCK[name]
        return Bound(kind, constant(make(self.context.now_ns // 1000)), nullable=False)

    def _function(self, name: str, arguments: list[Bound], expression: Call) -> Bound:
        function = FUNCTIONS.get(name)
        if function is None:
            if name in my_functions() or name in _NATIVE:
                raise outside(f"the function {name}")
            database = self.context.facts["database"]
            said = f"FUNCTION {database}.{expression.name if expression.keyword else self.spelled(expression)} does not exist"
            if name in my_keywords() and self.context.facts.get("product") != "MySQL":
                more = "Check the 'Function Name Parsing and Resolution' section in the Reference Manual"
                raise SqlError("1630 42000", f"{said}. {more}")
            raise SqlError("1305 42000", said)
        if not function.least <= len(arguments) <= function.most:
            raise outside(f"{name} of so many values")
        takes = function.takes
        converted = []
        if name in ("length", "octet_length", "ascii", "md5", "sha1", "sha", "sha2") and arguments[0].type.labels == (
            LATIN,
        ):
            run_text = arguments[0].run
            arguments[0] = arguments[0]._replace(
                run=lambda env: None if (v := run_text(env)) is None else (swedish_key(v) and v) or v
            )
        for place, argument in enumerate(arguments):
            how = takes[min(place, len(takes) - 1)]
            converted.append(self._given(argument, how))
        runs, make = [argument.run for argument in converted], function.run
        if name == "isnull":
            return self._of(INT, lambda env: int(runs[0](env) is None), converted)._replace(nullable=False)

        def run(env: Env) -> Value:
            values = [part(env) for part in runs]
            return None if any(value is None for value in values) else make(*values)

        if name in _NEVER_NULL:
            return self._sure(function.result, run, converted)
        return self._of(function.result, run, converted)

    def spelled(self, expression: Call) -> str:
        return expression.written or expression.name

    def _given(self, argument: Bound, how: str) -> Bound:
        if argument.type.name == "null" or how == "x":
            return argument
        if how == "t":
            return self.as_text(argument)
        if how == "m":
            return self.given_moment(argument)
        if how == "d":
            return self.as_double(argument)
        if argument.type.name in TEXTS:
            argument = self.as_double(argument)
        if argument.type.name not in NUMERIC:
            raise outside("moments as numbers")
        run = argument.run
        if how == "i" and argument.type.name not in INTEGERS:
            return argument._replace(
                type=BIGINT, run=lambda env: None if (v := run(env)) is None else int(rounded(v, 0, "ROUND_HALF_UP"))
            )
        return argument

    def _date_add(self, expression: Call, sign: int) -> Bound:
        moment, interval = expression.arguments
        if not isinstance(interval, Interval):
            raise outside("days as a number")
        found: Bound = self.later(self.bind(moment), interval, sign)  # type: ignore[attr-defined]
        return found

    def _timestampdiff(self, expression: Call) -> Bound:
        unit, *rest = expression.arguments
        if expression.name != "timestampdiff" or not isinstance(unit, Column) or len(rest) != 2:
            raise outside(expression.name)
        word = unit.parts[0].lower().removeprefix("sql_tsi_")
        if word not in ("microsecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"):
            raise outside("such a unit")
        first, second = (self.given_moment(self.bind(part)) for part in rest)
        a, b = first.run, second.run

        def run(env: Env) -> Value:
            x, y = a(env), b(env)
            return None if x is None or y is None else difference(word, x, y)

        return self._of(BIGINT, run, [first, second])

    def _texts(self, expression: Call) -> list[Bound]:
        return [self.as_text(self.bind(argument)) for argument in expression.arguments]

    def _concat(self, expression: Call) -> Bound:
        parts = self._texts(expression)
        runs = [part.run for part in parts]

        def run(env: Env) -> Value:
            values = [part(env) for part in runs]
            return None if None in values else _limited("".join(values))

        return self._of(VARCHAR, run, parts)

    def _concat_ws(self, expression: Call) -> Bound:
        parts = self._texts(expression)
        runs = [part.run for part in parts]

        def run(env: Env) -> Value:
            separator = runs[0](env)
            return (
                None
                if separator is None
                else _limited(separator.join(v for part in runs[1:] if (v := part(env)) is not None))
            )

        return self._of(VARCHAR, run, parts)

    def _coalesce(self, expression: Call) -> Bound:
        parts = [self.bind(argument) for argument in expression.arguments]
        kind, runs = self.unify(parts)
        found = self._of(kind, lambda env: next((v for run in runs if (v := run(env)) is not None), None), parts)
        return found._replace(nullable=all(part.nullable for part in parts))

    _ifnull = _coalesce

    def _if(self, expression: Call) -> Bound:
        if len(expression.arguments) != 3:
            raise outside("IF with other than three arguments")
        test, *rest = (self.bind(argument) for argument in expression.arguments)
        truth = self.truth(test)
        kind, (first, second) = self.unify(rest)
        return self._of(kind, lambda env: first(env) if truth(env) is True else second(env), [test, *rest])._replace(
            nullable=any(part.nullable for part in (test, *rest))
        )

    def _nullif(self, expression: Call) -> Bound:
        left, right = (self.bind(argument) for argument in expression.arguments)
        equal = self.compare("=", left, right).run  # type: ignore[attr-defined]
        run = left.run
        return self._of(left.type, lambda env: None if equal(env) else run(env), [left, right])

    def _extreme(self, expression: Call) -> Bound:
        parts = [self.bind(argument) for argument in expression.arguments]
        if len({part.type.name in TEXTS for part in parts}) > 1:
            raise outside("GREATEST and LEAST of different types")
        kind, runs = self.unify(parts)
        key, choose = self.sort_key(kind), max if expression.name == "greatest" else min

        def run(env: Env) -> Value:
            values = [part(env) for part in runs]
            return None if None in values else choose(values, key=key)

        found = self._sure(kind, run, parts)
        return found._replace(nullable=False) if all(part.fixed and not part.nullable for part in parts) else found

    def _round(self, expression: Call) -> Bound:
        name = expression.name
        parts = [self.bind(argument) for argument in expression.arguments]
        value = self._given(parts[0], "n")
        if value.type.name == "null":
            return value
        digits = 0
        if len(parts) > 1:
            if not parts[1].fixed or parts[1].type.name not in INTEGERS:
                raise outside(f"{name} to a computed number of digits")
            digits = parts[1].run(None)
        run, how = value.run, WAYS[name]
        kind = value.type
        if kind.name == "decimal":
            scale = max(0, digits)
            kind = decimal_type(scale) if name in ("round", "truncate") else BIGINT
            if name in ("round", "truncate") and digits == 0:
                kind = decimal_type(0)
        elif kind.name == "double" and name in ("round", "truncate"):
            kind = Type("double", (max(0, digits),))
        elif kind.name == "double" and kind.modifiers:
            kind = Type("double", (0,))
        whole = kind.name in INTEGERS and value.type.name == "decimal"
        return self._sure(
            kind,
            lambda env: (
                None if (v := run(env)) is None else int(rounded(v, 0, how)) if whole else rounded(v, digits, how)
            ),
            parts,
        )

    _truncate = _round

    def _abs(self, expression: Call) -> Bound:
        value = self._given(self.bind(expression.arguments[0]), "n")
        run = value.run
        return self._sure(value.type, lambda env: None if (v := run(env)) is None else abs(v), [value])

    def _mod(self, expression: Call) -> Bound:
        left, right = (self.bind(argument) for argument in expression.arguments)
        found: Bound = self.arithmetic("%", left, right)  # type: ignore[attr-defined]
        return found

    def _fact(self, expression: Call) -> Bound:
        facts = self.context.facts
        value: Value = {
            "version": facts["version"], "database": facts["database"] or None, "schema": facts["database"] or None,
            "user": f"{facts['user']}@localhost", "current_user": f"{facts['user']}@{facts.get('host', 'localhost')}",
            "session_user": f"{facts['user']}@localhost", "connection_id": int(facts.get("number", "8")),
            "last_insert_id": int(facts.get("insert_id", "0")), "row_count": int(facts.get("row_count", "0")),
        }[expression.name]  # fmt: skip
        return Bound(
            BIGINT if isinstance(value, int) else VARCHAR,
            constant(value),
            nullable=expression.name in ("database", "schema", "user", "current_user", "session_user"),
        )

    def _uuid(self, expression: Call) -> Bound:
        random = self.context.random

        def run(env: Env) -> str:
            digits = f"{random(1 << 128):032x}"
            return f"{digits[:8]}-{digits[8:12]}-11{digits[14:16]}-{digits[16:20]}-{digits[20:]}"

        return Bound(VARCHAR, run, outer=True)

    def _extract(self, expression: Call) -> Bound:
        unit, value = expression.arguments
        assert isinstance(unit, Literal)
        return self._function(unit.text.lower(), [self.bind(value)], expression)

    def regexp(self, left: Bound, right: Bound, negated: bool) -> Bound:
        raise outside("REGEXP")

    # aggregates and windows

    def add_aggregate(self, call: Call) -> Bound:
        from fakedocker.userland.languages.sql.my_aggregates import aggregate_of

        if self.scope.inside_aggregate or self.clause in ("WHERE", "GROUP BY", "JOIN", "VALUES", "UPDATE"):
            raise SqlError("1111 HY000", "Invalid use of group function")
        key = self.key(call)
        if key in self.seen:
            return self.seen[key]
        self.scope.inside_aggregate = True
        arguments = [self.bind(argument) for argument in call.arguments]
        order = [(self.bind(o.expression), o.descending, not o.descending) for o in call.order]
        self.scope.inside_aggregate = False
        if self.settles is None and any(is_raw(argument.type) for argument in arguments):
            raise outside("divisions counted together by an index")
        if self.settles or call.distinct:
            arguments = [settled(argument) for argument in arguments]
        aggregate = Aggregate(call, arguments, None, order, self.scope.extend())
        kind, aggregate.arguments, aggregate.finish = aggregate_of(self, call, arguments)
        self.aggregates.append(aggregate)
        found = self.slot_of(kind, aggregate.slot, call, key)._replace(nullable=call.name != "count")
        self.seen[key] = found
        return found

    def _window(self, call: Call) -> Bound:
        from fakedocker.userland.languages.sql.my_aggregates import window_of

        if self.clause in ("WHERE", "GROUP BY", "JOIN", "HAVING", "VALUES", "UPDATE"):
            raise SqlError("4015 HY000", "Window function is allowed only in SELECT list and ORDER BY clause")
        key = self.key(call)
        if key in self.seen:
            return self.seen[key]
        if call.distinct or call.order:
            raise outside("DISTINCT within a window's call")
        window = self.window_of(call)
        arguments = [self.bind(argument) for argument in call.arguments]
        found = WindowCall(call, arguments, window, self.scope.extend())
        if not window.order and call.name in _ORDERED:
            raise SqlError("4018 HY000", f"No order list in window specification for '{call.name}'")
        if not window.order and call.name in ("first_value", "last_value", "nth_value"):
            raise outside(f"{call.name} without an order")
        found.arguments = [settled(argument) for argument in arguments]  # a temporary table has them
        kind, found.arguments, found.finish = window_of(self, call, found.arguments)
        self.windows.append(found)
        made = self.slot_of(kind, found.slot, call, key)._replace(
            nullable=call.name not in ("row_number", "rank", "dense_rank", "ntile", "count")
        )
        self.seen[key] = made
        return made

    def bind_windows(self) -> None:
        """Understand what windows are partitioned and ordered by, as the server does behind WHERE, GROUP BY and ORDER BY."""
        used = [(found.window, found) for found in self.windows]
        named = [(window, None) for window in self.named_windows.values() if all(window is not w for w, _ in used)]
        for window, found in [*named, *used]:
            self.clause = "GROUP BY"
            partition = [self.bind(part) for part in window.partition]
            self.clause = "ORDER BY"
            order = [(settled(self.bind(o.expression)), o.descending, not o.descending) for o in window.order]
            if found is not None:
                found.partition, found.order = partition, order

    def no_window(self, name: str, at: int) -> SqlError:
        return SqlError("4009 HY000", f"Window specification with name '{name}' is not defined")


def _limited(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise outside("so long a text")
    return text


_OWN: Final = {
    "concat": "_concat", "concat_ws": "_concat_ws", "coalesce": "_coalesce", "ifnull": "_ifnull", "nvl": "_ifnull", "if": "_if",
    "nullif": "_nullif", "greatest": "_extreme", "least": "_extreme", "round": "_round", "truncate": "_truncate", "ceil": "_round",
    "ceiling": "_round", "floor": "_round", "abs": "_abs", "mod": "_mod", "uuid": "_uuid", "extract": "_extract",
    **dict.fromkeys(("version", "database", "schema", "user", "current_user", "session_user", "connection_id", "last_insert_id", "row_count"), "_fact"),
}  # fmt: skip
_ORDERED: Final = frozenset("rank dense_rank percent_rank cume_dist lag lead".split())
_NEVER_NULL: Final = frozenset(
    "length octet_length char_length character_length locate position instr ascii field sign".split()
)
_NATIVE: Final = frozenset("rand char hex unhex week yearweek curdate sleep found_rows json_extract inet_aton conv bin oct cast convert count if ifnull avg sum min max now any_value last_value".split())  # fmt: skip
