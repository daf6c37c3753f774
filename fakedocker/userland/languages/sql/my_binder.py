"""MariaDB's expressions: everything can be a number, a text or a truth; what is exact is done, the rest is outside."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Value, constant
from fakedocker.userland.languages.sql.my_arithmetic import strict
from fakedocker.userland.languages.sql.my_operators import MyOperators
from fakedocker.userland.languages.sql.my_rows import compare_rows
from fakedocker.userland.languages.sql.my_types import (
    INT,
    NULL,
    TEXTS,
)
from fakedocker.userland.languages.sql.pg_patterns import is_like, parsed
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Assigned,
    Between,
    Binary,
    Call,
    Case,
    Cast,
    Column,
    Core,
    Exists,
    Expression,
    InList,
    InQuery,
    Is,
    Like,
    Literal,
    Quantified,
    Row,
    Subquery,
    Unary,
    Variable,
)


class MyBinder(MyOperators):
    def bind(self, expression: Expression) -> Bound:
        method = _METHODS.get(type(expression))
        if method is None:
            raise outside(type(expression).__name__)
        found: Bound = getattr(self, method)(expression)
        return found

    # predicates

    def _is(self, expression: Is) -> Bound:
        found = self.bind(expression.argument)
        run, negated = found.run, expression.negated
        if expression.what in ("null", "unknown"):
            return self._of(INT, lambda env: int((run(env) is None) != negated), [found])._replace(nullable=False)
        truth, wanted = self.truth(found), expression.what == "true"
        return self._of(INT, lambda env: int((truth(env) is wanted) != negated), [found])._replace(nullable=False)

    def _between(self, expression: Between) -> Bound:
        value, low, high = (self.bind(part) for part in (expression.argument, expression.low, expression.high))
        first, second = self.compare(">=", value, low, cut=False), self.compare("<=", value, high, cut=False)
        a, b = first.run, second.run
        negated = expression.negated

        def run(env: Env) -> Value:
            x, y = a(env), b(env)
            if x == 0 or y == 0:
                return int(negated)
            return None if x is None or y is None else int(not negated)

        return self._sure(INT, run, [first, second])

    def _like(self, expression: Like) -> Bound:
        left, right = self.bind(expression.argument), self.bind(expression.pattern)
        if expression.kind == "regexp":
            return self.regexp(left, right, expression.negated)
        escape = "\\"
        if expression.escape is not None:
            bound = self.bind(expression.escape)
            if bound.constant is None or len(bound.constant) != 1:
                raise outside("such an ESCAPE")
            escape = bound.constant
        first, second = self.as_text(left), self.as_text(right)
        fold, negated, context = self.letter_fold(left.type, right.type), expression.negated, self.context
        known: dict[str, list[tuple[int, str]]] = {}

        def matches(text: str, pattern: str) -> int:
            parts = known.get(pattern)
            if parts is None:
                if pattern.endswith(escape) and not pattern.endswith(escape * 2):
                    raise outside("a pattern that ends with its escape")
                parts = known[pattern] = [(kind, fold(letter)) for kind, letter in parsed(pattern, escape)]
            context.tick(1 + len(text) * len(parts) // 64)
            return int(is_like(parts, "".join(map(fold, text))) != negated)

        made = self._of(INT, strict(first, second, matches), [left, right])
        return made._replace(nullable=left.nullable or right.nullable or left.type.name not in TEXTS)

    def _in_list(self, expression: InList) -> Bound:
        if isinstance(expression.argument, Row):
            pairs = [compare_rows(self, "=", expression.argument, item) for item in expression.items]
        else:
            left = self.bind(expression.argument)
            only = len(expression.items) == 1  # which is an equality
            pairs = [self.compare("=", left, self.bind(item), cut=only) for item in expression.items]
        return self._any([pair.run for pair in pairs], expression.negated, pairs)

    def _any(self, runs: list[Any], negated: bool, parts: list[Bound]) -> Bound:
        def run(env: Env) -> Value:
            missing = False
            for test in runs:
                value = test(env)
                if value:
                    return int(not negated)
                missing = missing or value is None
            return None if missing else int(negated)

        return self._sure(INT, run, parts)

    def _case(self, expression: Case) -> Bound:
        tests = []
        parts: list[Bound] = []
        for when, _ in expression.whens:
            if expression.operand is not None:
                bound = self.compare("=", self.bind(expression.operand), self.bind(when), cut=False)
            else:
                bound = self.bind(when)
            parts.append(bound)
            tests.append(self.truth(bound))
        results = [self.bind(then) for _, then in expression.whens]
        otherwise = self.bind(expression.otherwise) if expression.otherwise is not None else Bound(NULL, constant(None))
        kind, runs = self.unify([*results, otherwise])

        def run(env: Env) -> Value:
            for test, value in zip(tests, runs, strict=False):
                if test(env) is True:
                    return value(env)
            return runs[-1](env)

        parts += [*results, otherwise]
        return self._of(kind, run, parts)._replace(nullable=any(part.nullable for part in parts))

    def _cast(self, expression: Cast) -> Bound:
        found = self.cast(self.bind(expression.argument), expression.type)
        return found._replace(nullable=False) if expression.style == "literal" else found

    # queries

    def _subquery(self, expression: Subquery) -> Bound:
        plan = self.plan_raw(expression.query, self.scope)
        if len(plan.columns) != 1:
            raise SqlError("1241 21000", "Operand should contain 1 column(s)")
        rows = self.once(plan)

        def run(env: Env) -> Value:
            found = rows(env)
            if len(found) > 1:
                raise SqlError("1242 21000", "Subquery returns more than 1 row")
            return found[0][0] if found else None

        body = expression.query.body
        nullable = not (isinstance(body, Core) and body.source is None and plan.columns[0][0] in plan.sure)
        return Bound(
            plan.columns[0][1], run, self.all_slots() if plan.outer else NOTHING, outer=plan.outer, nullable=nullable
        )

    def _exists(self, expression: Exists) -> Bound:
        plan = self.plan(expression.query, self.scope)
        rows = self.once(plan)
        return Bound(
            INT,
            lambda env: int(bool(rows(env))),
            self.all_slots() if plan.outer else NOTHING,
            outer=plan.outer,
            nullable=False,
        )

    def _in_query(self, expression: InQuery) -> Bound:
        return self._against(expression.argument, "=", False, expression.query, expression.negated)

    def _quantified(self, expression: Quantified) -> Bound:
        assert expression.query is not None
        return self._against(expression.argument, expression.operator, expression.every, expression.query, False)

    def _against(self, argument: Expression, operator: str, every: bool, query: Any, negated: bool) -> Bound:
        left = self.bind(argument)
        plan = self.plan(query, self.scope)
        if query.limit is not None and operator == "=" and not every:
            raise SqlError(
                "1235 42000", "This version of MariaDB doesn't yet support 'LIMIT & IN/ALL/ANY/SOME subquery'"
            )
        if len(plan.columns) != 1:
            raise SqlError("1241 21000", "Operand should contain 1 column(s)")
        rows = self.once(plan)
        cells: list[Value] = [None, None]
        item = Bound(plan.columns[0][1], lambda env: cells[1])
        held = left.run
        test = self.compare(operator, left._replace(run=lambda env: cells[0], constant=None), item).run

        def run(env: Env) -> Value:
            found = rows(env)
            value = held(env)
            missing = False
            for row in found:
                cells[0], cells[1] = value, row[0]
                result = test(env)
                if result is None:
                    missing = True
                elif bool(result) is not every:
                    return int((not every) != negated)
            return None if missing else int(every != negated)

        found = self._of(INT, run, [left])
        return found._replace(
            outer=found.outer or plan.outer, uses=found.uses | (self.all_slots() if plan.outer else NOTHING)
        )


_METHODS: Final[dict[type, str]] = {
    Literal: "_literal", Column: "column", Unary: "_unary", Binary: "_binary", Cast: "_cast", Case: "_case", InList: "_in_list",
    InQuery: "_in_query", Between: "_between", Like: "_like", Is: "_is", Exists: "_exists", Subquery: "_subquery",
    Quantified: "_quantified", Call: "call", Variable: "_variable", Assigned: "_assigned",
}  # fmt: skip
