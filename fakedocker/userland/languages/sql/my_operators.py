"""MariaDB's names, values and operators: everything can be a number, a text or a truth."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Field, Scope, Value, constant
from fakedocker.userland.languages.sql.my_arithmetic import bounded, double_result, strict, strict_runs, whole_result
from fakedocker.userland.languages.sql.my_calls import MyCallBinder
from fakedocker.userland.languages.sql.my_decimals import double_of, quotient, raw, settled, wider
from fakedocker.userland.languages.sql.my_functions import add
from fakedocker.userland.languages.sql.my_rows import compare_rows
from fakedocker.userland.languages.sql.my_types import (
    BIGINT,
    DATE,
    DATETIME,
    DOUBLE,
    INT,
    INTEGERS,
    LATIN,
    MOMENTS,
    NULL,
    TEXTS,
    TIME,
    VARCHAR,
    decimal_type,
    moment_of,
    number_of,
    scale_of,
)
from fakedocker.userland.languages.sql.pg_types import EXACT, Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import (
    Assigned,
    Binary,
    Column,
    Expression,
    Interval,
    Literal,
    Row,
    Unary,
    Variable,
)

_CLAUSES_OF_MYSQL: Final = {
    "SELECT": "field list", "WHERE": "where clause", "GROUP BY": "group statement", "ORDER BY": "order clause", "HAVING": "having clause",
    "JOIN": "on clause", "VALUES": "field list", "UPDATE": "field list", "RETURNING": "field list",
}  # fmt: skip
_CLAUSES: Final = {"JOIN": "ON", "UPDATE": "SET"}
_TESTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_DIVISION_DIGITS: Final = 4


class MyOperators(MyCallBinder):
    # names

    def column(self, expression: Column) -> Bound:
        if len(expression.parts) == 1 and self.aliases:
            found = self.aliases.get(expression.parts[0].lower())
            if found is not None and (not self.find(self.scope, expression) or self.clause == "HAVING"):
                return found
        if len(expression.parts) == 3:
            raise outside("names of three parts")
        bound = super().column(expression)
        return bound

    def ambiguous(self, expression: Column) -> SqlError:
        return SqlError("1052 23000", f"Column '{'.'.join(expression.parts)}' in {self.place()} is ambiguous")

    def place(self) -> str:
        """The clause in an error's words; MariaDB's since 10.11.12, MySQL's."""
        if self.context.facts.get("product") == "MySQL":
            return _CLAUSES_OF_MYSQL.get(self.clause, "field list")
        return _CLAUSES.get(self.clause, self.clause or "SELECT")

    def unknown(self, expression: Column) -> SqlError:
        if any(scope.partial for scope in self._scopes()):
            return outside("the columns of the catalogue")  # type: ignore[return-value]
        if len(expression.parts) > 1 and not any(scope.relations for scope in self._scopes()):
            return SqlError("1109 42S02", f"Unknown table '{'.'.join(expression.parts[:-1])}' in {self.place()}")
        return SqlError("1054 42S22", f"Unknown column '{'.'.join(expression.parts)}' in '{self.place()}'")

    def _scopes(self) -> list[Scope]:
        found = []
        scope: Scope | None = self.scope
        while scope is not None:
            found.append(scope)
            scope = scope.parent
        return found

    def ungrouped(self, scope: Scope, field: Field, expression: Column) -> None:
        if self.context.facts.get("product") == "MySQL" and (field.relation, "") not in scope.keyed:
            raise outside("columns that are neither grouped by nor aggregated")

    # values

    def _literal(self, expression: Literal) -> Bound:
        kind, text = expression.kind, expression.text
        if kind == "number":
            return self._number(text)
        if kind == "string":
            return Bound(VARCHAR, constant(text), NOTHING, "", expression.at, text, False, True, "", False)
        if kind == "null":
            return Bound(NULL, constant(None), NOTHING, "", expression.at, None, False, True)
        if kind in ("true", "false"):
            return Bound(INT, constant(int(kind == "true")), NOTHING, "", expression.at, None, False, True, "", False)
        raise outside("values in hexadecimal")

    def _number(self, text: str) -> Bound:
        if "e" in text.lower():
            return Bound(DOUBLE, constant(float(text)), fixed=True, nullable=False)
        if "." in text:
            scale = len(text.partition(".")[2])
            if len(text) > 60 or scale > 30:
                raise outside("numbers with so many digits")
            return Bound(decimal_type(scale), constant(Decimal(text)), fixed=True, nullable=False)
        if int(text) >= 1 << 63:
            raise outside("so large a number")
        return Bound(INT if int(text) < 1 << 31 else BIGINT, constant(int(text)), fixed=True, nullable=False)

    def _variable(self, expression: Variable) -> Bound:
        name = expression.name
        if name.startswith("@@"):
            value = self.system_variable(name)
            kind = VARCHAR if isinstance(value, str) else BIGINT
            return Bound(kind, constant(value))
        known = self.variables.get(name)
        if known is None:
            return Bound(NULL, constant(None))
        kind, value = known
        return Bound(kind, constant(value))

    def _assigned(self, expression: Assigned) -> Bound:
        raise outside(":= within an expression")

    # operators

    def _unary(self, expression: Unary) -> Bound:
        found = self.bind(expression.argument)
        run = found.run
        if expression.operator == "not":
            truth = self.truth(found)
            return self._sure(INT, lambda env: None if (v := truth(env)) is None else int(not v), [found])
        if expression.operator == "+":
            return found
        if found.type.name in TEXTS:
            found = self.as_double(found)
            run = found.run
        if found.type.name in MOMENTS or found.type.name == "time":
            raise outside("moments as numbers")
        return self._sure(found.type, lambda env: None if (v := run(env)) is None else -v, [found])._replace(
            fixed=found.fixed
        )

    def _binary(self, expression: Binary) -> Bound:
        operator = expression.operator
        if operator in ("and", "or", "xor"):
            return self._logical(expression)
        if isinstance(expression.right, Interval) or isinstance(expression.left, Interval):
            return self._shifted(expression)
        if isinstance(expression.left, Row) or isinstance(expression.right, Row):
            return compare_rows(self, operator, expression.left, expression.right)
        left, right = self.bind(expression.left), self.bind(expression.right)
        if operator in _TESTS or operator == "<=>":
            return self.compare(operator, left, right)
        if operator in ("|", "&", "<<", ">>", "^"):
            raise outside(f"the operator {operator}")
        return self.arithmetic(operator, left, right, self.written(expression))

    def written(self, expression: Binary) -> str:
        """How the server shows an operation in an error; "" where that is not known."""
        parts = []
        for side in (expression.left, expression.right):
            if isinstance(side, Literal):
                parts.append(side.text)
            elif isinstance(side, Column):
                parts.append("")
            else:
                return ""
        return f"{parts[0]} {expression.operator} {parts[1]}" if all(parts) else ""

    def _shifted(self, expression: Binary) -> Bound:
        """moment + INTERVAL n unit."""
        interval, other = expression.right, expression.left
        if isinstance(expression.left, Interval):
            interval, other = expression.left, expression.right
        if not isinstance(interval, Interval) or isinstance(other, Interval) or expression.operator not in ("+", "-"):
            raise outside("INTERVAL in this place")
        return self.later(self.bind(other), interval, 1 if expression.operator == "+" else -1)

    def later(self, moment: Bound, interval: Interval, sign: int) -> Bound:
        number = self.bind(interval.value)
        if number.type.name in TEXTS:
            number = self.as_double(number)
        if number.type.name not in INTEGERS and not number.fixed:
            raise outside("parts of intervals")
        unit, run, count = interval.unit, moment.run, number.run
        exact = unit in ("hour", "minute", "second", "microsecond")
        if moment.type.name in TEXTS:
            if moment.constant is None:
                raise outside("texts as moments")
            found = moment_of(moment.constant)
            if found is None:
                raise outside("texts as moments")
            bare = len(moment.constant.strip()) <= 10 and not exact
            kind = Type("varchar")
            from fakedocker.userland.languages.sql.my_types import to_text

            def shift_text(env: Env) -> Value:
                amount = count(env)
                if amount is None:
                    return None
                later = add(found, sign * int(amount), unit)
                if later is None:
                    return None
                return to_text(later // 86_400_000_000, DATE) if bare else to_text(later, DATETIME)

            return self._of(kind, shift_text, [moment, number])
        if moment.type.name not in MOMENTS:
            if moment.type.name == "null":
                return moment
            raise outside("INTERVAL with such a value")
        is_date = moment.type.name == "date"
        factor = 86_400_000_000 if is_date else 1
        kind = DATE if is_date and not exact else Type("datetime", moment.type.modifiers if not is_date else ())

        def shift(env: Env) -> Value:
            value, amount = run(env), count(env)
            if value is None or amount is None:
                return None
            later = add(value * factor, sign * round(amount), unit)
            return None if later is None else later // factor if kind.name == "date" else later

        return self._of(kind, shift, [moment, number])

    def arithmetic(self, operator: str, left: Bound, right: Bound, shown: str = "") -> Bound:
        kinds = [left.type.name, right.type.name]
        if any(kind in MOMENTS or kind == "time" for kind in kinds):
            raise outside("moments as numbers")
        if any(kind in TEXTS for kind in kinds):
            left = self.as_double(left) if left.type.name in TEXTS else left
            right = self.as_double(right) if right.type.name in TEXTS else right
        if "null" in kinds:
            return self._of(right.type if left.type.name == "null" else left.type, lambda env: None, [left, right])  # fmt: skip
        kinds = [left.type.name, right.type.name]
        context = self.context
        if operator == "div" and ("double" in kinds or "float" in kinds or "decimal" in kinds):
            raise outside("DIV of such numbers")
        if "double" in kinds or "float" in kinds:
            made = self._sure if operator in ("+", "-", "*") else self._of
            kind = double_of([left.type, right.type])
            return made(
                wider(kind) if operator == "/" else kind,
                strict(left, right, lambda a, b: double_result(operator, float(a), float(b), self)),
                [left, right],
            )
        a, b = scale_of(left.type), scale_of(right.type)
        whole = left.type.name in INTEGERS and right.type.name in INTEGERS
        if operator == "/":
            scale = min(38, a + _DIVISION_DIGITS)
            kind = decimal_type(scale)

            def divide(x: Value, y: Value) -> Value:
                if not y:
                    return self.by_zero()
                return quotient(x, y)

            return self._of(raw(kind), strict(left, right, divide), [left, right])
        if whole:
            made = self._sure if operator in ("+", "-", "*") else self._of
            return made(
                BIGINT, strict(left, right, lambda x, y: whole_result(operator, x, y, self, shown)), [left, right]
            )
        if operator == "%":
            scale = max(a, b)
            return self._of(decimal_type(scale), strict(left, right, lambda x, y: EXACT.remainder(Decimal(x), Decimal(y)) if y else self.by_zero()), [left, right])  # fmt: skip
        scale = min(38, a + b if operator == "*" else max(a, b))
        if a + b > 30:
            raise outside("numbers with so many digits")
        operations = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}
        operation = operations[operator]
        assert context is not None
        return self._sure(decimal_type(scale), strict(left, right, lambda x, y: bounded(operation(Decimal(x), Decimal(y)))), [left, right])  # fmt: skip

    def by_zero(self) -> None:
        if self.context.strict:
            raise SqlError("1365 22012", "Division by 0")
        self.context.warnings.append(("Warning", 1365, "Division by 0"))

    def _logical(self, expression: Binary) -> Bound:
        parts: list[Expression] = []
        current: Expression = expression
        while isinstance(current, Binary) and current.operator == expression.operator:
            parts.append(current.right)
            current = current.left
        parts.append(current)
        bounds = [self.bind(part) for part in reversed(parts)]
        runs = [self.truth(bound) for bound in bounds]
        if expression.operator == "xor":

            def exclusive(env: Env) -> Value:
                values = [run(env) for run in runs]
                return None if None in values else int(sum(values) % 2)

            return self._of(INT, exclusive, bounds)
        stop = expression.operator == "or"

        def run(env: Env) -> Value:
            missing = False
            for part in runs:
                value = part(env)
                if value is stop:
                    return int(stop)
                missing = missing or value is None
            return None if missing else int(not stop)

        return self._sure(INT, run, bounds)

    # comparing

    def sides(
        self, left: Bound, right: Bound
    ) -> tuple[Any, Any, Type]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """Two sides brought to what they are compared as: their runs and the type."""
        a, b = left.type.name, right.type.name
        if a == "null" or b == "null":
            return left.run, right.run, INT
        if a in TEXTS and b in TEXTS:
            return left.run, right.run, self.collated(left.type, right.type)
        numeric = {*INTEGERS, "decimal", "double", "float"}
        if a in numeric and b in numeric:
            if ("double" in (a, b) or "float" in (a, b)) and a != b:
                return self.as_double(left).run, self.as_double(right).run, DOUBLE
            if "float" in (a, b):
                raise outside("comparing FLOAT")
            return left.run, right.run, DOUBLE
        if a in MOMENTS and b in MOMENTS:
            return self.as_moment(left).run, self.as_moment(right).run, DATETIME
        if (a in MOMENTS and b in TEXTS) or (b in MOMENTS and a in TEXTS):
            return self.as_moment(left).run, self.as_moment(right).run, DATETIME
        if (a in TEXTS and b in numeric) or (b in TEXTS and a in numeric):
            for side, other in ((left, right), (right, left)):
                if side.constant is not None and not number_of(side.constant)[1] and other.type.name in numeric:
                    self.context.warnings.append(
                        ("Warning", 1292, f"Truncated incorrect DOUBLE value: '{side.constant}'")
                    )
            return self.as_double(left).run, self.as_double(right).run, DOUBLE
        if a == b == "time":
            return left.run, right.run, TIME
        raise outside(f"comparing {a} with {b}")

    def collated(self, left: Type, right: Type) -> Type:
        for kind in (left, right):
            if kind.labels and (kind.labels[0].endswith("_bin") or kind.labels == (LATIN,)):
                return kind
        return VARCHAR

    def compare(self, operator: str, left: Bound, right: Bound, *, cut: bool = True) -> Bound:
        """A comparison. Args: cut: whether exact numbers are cut to their digits before."""
        if cut:
            left, right = settled(left), settled(right)
        first, second, kind = self.sides(left, right)
        key = self.group_key(kind)
        if operator == "<=>":

            def same(env: Env) -> Value:
                a, b = first(env), second(env)
                if a is None or b is None:
                    return int(a is b)
                return int((a == b) if key is None else key(a) == key(b))

            return self._of(INT, same, [left, right])._replace(nullable=False)
        test = _TESTS[operator]
        if key is None:
            return self._sure(INT, strict_runs(first, second, lambda a, b: int(test(a, b))), [left, right])
        return self._sure(INT, strict_runs(first, second, lambda a, b: int(test(key(a), key(b)))), [left, right])

    def equality(
        self, left: Bound, right: Bound, at: int
    ) -> tuple[Any, Any, Any]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        first, second, kind = self.sides(settled(left), settled(right))
        return first, second, self.group_key(kind)

    def condition(self, found: Bound, clause: str) -> Bound:
        truth = self.truth(found)
        return found._replace(type=INT, run=truth, constant=None)
