"""PostgreSQL's names, values and operators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Field, Scope, Value, constant
from fakedocker.userland.languages.sql.pg_calls import CallBinder
from fakedocker.userland.languages.sql.pg_operators import (
    COMPARISONS,
    comparable,
    concatenates,
    joined,
    moment_operation,
    number_operation,
    numeric_result,
)
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    NUMBERS,
    NUMERIC,
    TEXT,
    TEXTS,
    UNKNOWN,
    Type,
    check_integer,
    shown_type,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Binary,
    Column,
    Default,
    Expression,
    Literal,
    Row,
    Star,
    Unary,
)

_FARTHEST: Final = 3
"""MAX_FUZZY_DISTANCE."""


class PgExpressions(CallBinder):
    # errors of names

    def ambiguous(self, expression: Column) -> SqlError:
        return SqlError("42702", f'column reference "{expression.parts[-1]}" is ambiguous', expression.at)

    def unknown(self, expression: Column) -> SqlError:
        parts = expression.parts
        if any(scope.partial for scope in self._scopes()):
            return outside(f"the column {parts[-1]} of the catalogue")  # type: ignore[return-value]
        if len(parts) > 2:
            return outside("names of three parts")  # type: ignore[return-value]
        if len(parts) == 1:
            hint = self._meant(parts[0], "")
            if self._is_relation(parts[0]):
                return outside("whole rows as values")  # type: ignore[return-value]
            return SqlError("42703", f'column "{parts[0]}" does not exist', expression.at, hint=hint)
        table, name = parts
        if self._is_relation(table):
            return SqlError(
                "42703", f"column {table}.{name} does not exist", expression.at, hint=self._meant(name, table)
            )
        real = next((field for scope in self._scopes() for field in scope.fields if field.origin[1] == table and field.relation != table), None)  # fmt: skip
        if real is not None:
            hint = f'Perhaps you meant to reference the table alias "{real.relation}".'
            return SqlError(
                "42P01", f'invalid reference to FROM-clause entry for table "{table}"', expression.at, hint=hint
            )
        return SqlError("42P01", f'missing FROM-clause entry for table "{table}"', expression.at)

    def _scopes(self) -> list[Scope]:
        found = []
        scope: Scope | None = self.scope
        while scope is not None:
            found.append(scope)
            scope = scope.parent
        return found

    def _is_relation(self, name: str) -> bool:
        return any(name in scope.relations for scope in self._scopes())

    def _meant(self, name: str, table: str) -> str:
        """The hint at a column of another table, or with a similar name (searchRangeTableForCol in parse_relation.c)."""
        least, nearest = _FARTHEST + 1, list[Field]()
        fields: list[Field] = []
        for scope in self._scopes():
            beside = [
                Field(f"*SELECT* {n}", each, TEXT, -1) for n, names in enumerate(scope.beside, 1) for each in names
            ]
            found = next((field for field in beside if field.name == name), None)
            if found is not None and not table:
                return f'There is a column named "{name}" in table "{found.relation}", but it cannot be referenced from this part of the query.'
            fields += [*scope.fields, *beside]
        for field in fields:
            penalty = _distance(table, field.relation) if table else 0
            distance = _distance(field.name, name)
            if not field.name or penalty > least or distance > len(name.encode()) // 2:
                continue
            distance += penalty
            if distance < least:
                least, nearest = distance, [field]
            elif distance == least and nearest:
                nearest = [*nearest, field] if len(nearest) == 1 else []  # of too many none is told
        if not nearest:
            return ""
        shown = " or the column ".join(f'"{field.relation or "*SELECT* 1"}.{field.name}"' for field in nearest)
        return f"Perhaps you meant to reference the column {shown}."

    def ungrouped(self, scope: Scope, field: Field, expression: Column) -> None:
        if (field.relation, "") in scope.keyed:
            return
        name = f"{field.relation}.{field.name}"
        if scope is not self.scope:
            said = f'subquery uses ungrouped column "{name}" from outer query'
        else:
            said = f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function'
        scope.ungrouped.append((int(self.clause == "HAVING"), SqlError("42803", said, expression.at)))

    # values

    def _column(self, expression: Column) -> Bound:
        if self.clause == "DEFAULT":
            raise SqlError("0A000", "cannot use column reference in DEFAULT expression", expression.at)
        return self.column(expression)

    def _literal(self, expression: Literal) -> Bound:
        kind, text = expression.kind, expression.text
        if kind == "number":
            return self.number(text, expression.at)
        if kind == "string":
            shown = "'" + text.replace("'", "''") + "'::text"
            return Bound(UNKNOWN, constant(text), NOTHING, shown, expression.at, text, False, True)
        if kind == "null":
            return Bound(UNKNOWN, constant(None), NOTHING, "NULL", expression.at, None, False, True)
        if kind in ("true", "false"):
            return Bound(BOOL, constant(kind == "true"), NOTHING, kind, expression.at, None, False, True)
        raise outside("such a value")

    def number(self, text: str, at: int) -> Bound:
        if "." not in text and "e" not in text.lower():
            if len(text) > 1000:
                raise outside("numbers with so many digits")
            kind = pg_casts.small_literal(text)
            value: Any = int(text) if kind.name != "numeric" else Decimal(text)
            shown = text if kind.name == "int4" else f"'{text}'::bigint" if kind.name == "int8" else text
            return Bound(kind, constant(value), NOTHING, shown, at, None, False, True)
        from fakedocker.userland.languages.sql.pg_types import from_text

        found = from_text(text, NUMERIC)
        return Bound(NUMERIC, constant(found), NOTHING, f"{found:f}", at, None, False, True)

    def _star(self, expression: Star) -> Bound:
        raise outside("* in this place")

    def _default(self, expression: Default) -> Bound:
        raise SqlError("42601", "DEFAULT is not allowed in this context", expression.at)

    # operators

    def _unary(self, expression: Unary) -> Bound:
        if expression.operator == "not":
            found = self.condition(self.bind(expression.argument), "NOT")
            run = found.run
            return Bound(BOOL, lambda env: None if (value := run(env)) is None else not value, found.uses, f"(NOT {found.shown})" if found.shown else "", expression.at, None, found.outer)  # fmt: skip
        argument = expression.argument
        if isinstance(argument, Literal) and argument.kind == "number" and expression.operator == "-":
            found = self.number(argument.text, expression.at)
            if found.type.name == "numeric" and "." not in argument.text and argument.text == str(1 << 63):
                found = found._replace(type=Type("int8"))
            value = found.run(None)
            shown = f"'-{argument.text}'::{shown_type(found.type)}"
            return Bound(found.type, constant(-value), NOTHING, shown, expression.at, None, False, True)
        found = self.bind(argument)
        if expression.operator == "-" and (found.type.name in NUMBERS or found.type.name == "interval"):
            run = found.run
            if found.type.name == "interval":
                return found._replace(run=lambda env: None if (v := run(env)) is None else tuple(-x for x in v), shown="", fixed=False)  # fmt: skip
            if found.type.name in ("int2", "int4", "int8"):
                kind = found.type
                return found._replace(run=lambda env: None if (v := run(env)) is None else check_integer(-v, kind), shown=f"(- {found.shown})" if found.shown else "", fixed=False, name="")  # fmt: skip
            return found._replace(
                run=lambda env: None if (v := run(env)) is None else -v, shown="", fixed=False, name=""
            )
        if expression.operator == "+" and found.type.name in NUMBERS:
            return found
        if found.type.name == "unknown":
            raise outside("signs before texts")
        raise self._no_operator(expression.operator, None, found.type, expression.at)

    def _no_operator(self, operator: str, left: Type | None, right: Type, at: int) -> SqlError:
        shown = f"{shown_type(left, False)} {operator}" if left is not None else operator
        hint = "No operator matches the given name and argument types. You might need to add explicit type casts."
        if left is None:
            hint = "No operator matches the given name and argument type. You might need to add an explicit type cast."
        return SqlError("42883", f"operator does not exist: {shown} {shown_type(right, False)}", at, hint=hint)

    def _binary(self, expression: Binary) -> Bound:
        operator = expression.operator
        if operator in ("and", "or"):
            return self._logical(expression)
        if isinstance(expression.left, Row) or isinstance(expression.right, Row):
            return self._rows(expression)
        left, right = self.bind(expression.left), self.bind(expression.right)
        return self.operate(operator, left, right, expression.at)

    def _rows(self, expression: Binary) -> Bound:
        left, right = expression.left, expression.right
        if not (isinstance(left, Row) and isinstance(right, Row) and len(left.items) == len(right.items)) or expression.operator not in ("=", "<>"):  # fmt: skip
            raise outside("comparing rows")
        parts = [Binary("=", a, b, expression.at, expression.start, expression.end) for a, b in zip(left.items, right.items, strict=True)]  # fmt: skip
        found: Expression = parts[0]
        for part in parts[1:]:
            found = Binary("and", found, part, expression.at, expression.start, expression.end)
        if expression.operator == "<>":
            found = Unary("not", found, expression.at, expression.end)
        return self.bind(found)

    def _logical(self, expression: Binary) -> Bound:
        parts: list[Expression] = []
        current: Expression = expression
        while isinstance(current, Binary) and current.operator == expression.operator:
            parts.append(current.right)
            current = current.left
        parts.append(current)
        stop = expression.operator == "or"
        bounds: list[Bound] = []
        end = None
        for part in reversed(parts):
            bounds.append(self.condition(self.bind(part), expression.operator.upper()))
            if end is None and self.is_settled(bounds[-1], lambda value: value is stop):
                end = len(self.folded)
        if end is not None:
            self.taken(end)
        runs = [bound.run for bound in bounds]

        def run(env: Env) -> Value:
            missing = False
            for part in runs:
                value = part(env)
                if value is stop:
                    return stop
                missing = missing or value is None
            return None if missing else not stop

        word = f" {expression.operator.upper()} "
        shown = f"({word.join(b.shown for b in bounds)})" if all(b.shown for b in bounds) else ""
        return self._joined(BOOL, run, bounds, shown, expression.at)

    def _joined(self, kind: Type, run: Any, bounds: list[Bound], shown: str, at: int) -> Bound:
        uses: frozenset[int] = NOTHING
        for bound in bounds:
            uses |= bound.uses
        outer, asks = (any(bound.outer for bound in bounds), any(bound.asks for bound in bounds))
        return Bound(kind, run, uses, shown, at, None, outer, asks=asks)

    def operate(self, operator: str, left: Bound, right: Bound, at: int) -> Bound:
        """An operator on two sides."""
        left, right = self._same_if_unknown(operator, left, right, at)
        a, b = left.type, right.type
        if operator in COMPARISONS:
            return self.compare(operator, left, right, at)
        if operator == "||":
            return self._concatenate(left, right, at)
        if operator in ("~", "~*", "!~", "!~*", "~~"):
            raise outside(f"the operator {operator}")
        if operator in ("->", "->>", "#>", "#>>", "@>", "<@", "?", "?|", "?&", "&&", "#-", "@@", "<->"):
            return self.special(operator, left, right, at)
        if a.name in NUMBERS and b.name in NUMBERS:
            kinds = numeric_result(operator, a, b)
            if kinds is None:
                raise self._no_operator(operator, a, b, at)
            inner, result = kinds
            first, second = self.coerced(left, inner), self.coerced(right, inner)
            return self._strict(result, number_operation(operator, inner), first, second, f"({first.shown} {operator} {second.shown})", at)  # fmt: skip
        found = moment_operation(operator, a, b)
        if found is not None:
            return self._strict(found[0], found[1], left, right, f"({left.shown} {operator} {right.shown})", at)
        if any(kind.name in ("json", "jsonb", "bytea", "time") or kind.name.endswith("[]") for kind in (a, b)):
            raise outside(f"the operator {operator} on {shown_type(a, False)} and {shown_type(b, False)}")
        raise self._no_operator(operator, a, b, at)

    def special(self, operator: str, left: Bound, right: Bound, at: int) -> Bound:
        from fakedocker.userland.languages.sql.pg_json import json_operator

        kind, run = json_operator(operator, left.type, right)
        return self._strict(
            kind, run, left, right if right.type.name != "unknown" else self.coerced(right, TEXT), "", at
        )

    def _strict(self, kind: Type, operation: Any, left: Bound, right: Bound, shown: str, at: int) -> Bound:
        first, second = left.run, right.run

        def run(env: Env) -> Value:
            a = first(env)
            b = second(env)
            return None if a is None or b is None else operation(a, b)

        return self._joined(kind, run, [left, right], shown if left.shown and right.shown else "", at)

    def _same_if_unknown(self, operator: str, left: Bound, right: Bound, at: int) -> tuple[Bound, Bound]:
        """A literal is of the other side's type."""
        a, b = left.type.name, right.type.name
        if a == b == "unknown":
            if operator in COMPARISONS or operator == "||":
                return self.coerced(left, TEXT), self.coerced(right, TEXT)
            raise outside(f"the operator {operator} on two texts")
        for this, other in ((left, right), (right, left)):
            if this.type.name != "unknown":
                continue
            name = other.type.name
            if operator == "||" or operator in ("->", "->>", "#>", "#>>", "@>", "?"):
                continue
            if operator not in COMPARISONS and name not in NUMBERS:
                if name in ("timestamp", "timestamptz", "date", "time", "interval") and this is right and operator in ("+", "-"):  # fmt: skip
                    if name == "interval":
                        return left, self.coerced(right, other.type)
                    raise outside("moments with texts")
                raise outside(f"the operator {operator} with a text")
            target = Type(other.type.name, (), other.type.labels) if name not in ("varchar", "bpchar", "name") else TEXT if name != "bpchar" else Type("bpchar")  # fmt: skip
            changed = self.coerced(this, target)
            return (changed, right) if this is left else (left, changed)
        return left, right

    def compare(self, operator: str, left: Bound, right: Bound, at: int) -> Bound:
        kind = comparable(left.type, right.type)
        if kind is None:
            if left.type.name == right.type.name or any(t.name.endswith("[]") for t in (left.type, right.type)):
                if left.type.name == "json":
                    raise self._no_operator(operator, left.type, right.type, at)
                raise outside(f"comparing {shown_type(left.type, False)}")
            raise self._no_operator(operator, left.type, right.type, at)
        first, second = self.coerced(left, kind), self.coerced(right, kind)
        shown = f"({first.shown} {operator} {second.shown})" if first.shown and second.shown else ""
        return self._strict(BOOL, self.comparison(operator, kind), first, second, shown, at)

    def equality(
        self, left: Bound, right: Bound, at: int
    ) -> tuple[Any, Any, Any]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """What two sides are compared by: a run for each, and what makes their values comparable."""
        left, right = self._same_if_unknown("=", left, right, at)
        kind = comparable(left.type, right.type)
        assert kind is not None
        return self.coerced(left, kind).run, self.coerced(right, kind).run, self.group_key(kind)

    def _concatenate(self, left: Bound, right: Bound, at: int) -> Bound:
        if any(bound.type.name.endswith("[]") or bound.type.name == "jsonb" for bound in (left, right)):
            raise outside("|| of arrays and JSON")
        if not concatenates(left.type, right.type):
            raise self._no_operator("||", left.type, right.type, at)
        first = self.coerced(left, TEXT) if left.type.name in TEXTS else self.cast(left, TEXT)
        second = self.coerced(right, TEXT) if right.type.name in TEXTS else self.cast(right, TEXT)
        return self._strict(TEXT, joined, first, second, f"({first.shown} || {second.shown})", at)


def _distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for place, letter in enumerate(a, 1):
        previous, row[0] = row[0], place
        for other, wanted in enumerate(b, 1):
            previous, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, previous + (letter != wanted))
    return row[-1]
