"""How values become texts, numbers, moments and truths in MariaDB, and how they compare."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.binder import BinderBase, PlanLike
from fakedocker.userland.languages.sql.bound import NOTHING, Bound, Env, Scope, Value, constant
from fakedocker.userland.languages.sql.collation import binary_key, general_key, swedish_key
from fakedocker.userland.languages.sql.my_decimals import double_of, is_raw, raw
from fakedocker.userland.languages.sql.my_functions import rounded
from fakedocker.userland.languages.sql.my_types import (
    BIGINT,
    DATE,
    DATETIME,
    DOUBLE,
    INTEGERS,
    LATIN,
    MOMENTS,
    NULL,
    TEXTS,
    VARCHAR,
    decimal_type,
    is_no_moment,
    moment_of,
    number_of,
    scale_of,
    to_text,
)
from fakedocker.userland.languages.sql.pg_types import EXACT, Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Query, TypeName

NUMERIC: Final = frozenset({*INTEGERS, "decimal", "double", "float"})


class MyConversions(BinderBase):
    aliases: dict[str, Bound] = {}  # noqa: RUF012  # set while HAVING and ORDER BY are read
    variables: dict[str, tuple[Type, Value]] = {}  # noqa: RUF012  # set for each statement
    values_row: dict[str, Bound] | None = None
    settles: bool | None = False  # whether what aggregates are given is cut to the digits of its type, None for unknown
    plan_raw: Callable[[Query, Scope | None], PlanLike]  # what makes a plan whose values are computed with further

    def system_variable(self, name: str) -> Value:
        raise outside(f"the variable {name}")

    def _sure(self, kind: Type, run: Any, parts: list[Bound]) -> Bound:
        """What is null only where one of its parts is; texts may always be null, as the server tells it."""
        found = self._of(kind, run, parts)
        return found._replace(nullable=kind.name in TEXTS or any(part.nullable for part in parts))

    def _of(self, kind: Type, run: Any, parts: list[Bound]) -> Bound:
        uses: frozenset[int] = NOTHING
        for part in parts:
            uses |= part.uses
        if kind.name == "decimal" and any(is_raw(part.type) for part in parts):
            kind = raw(kind)
        return Bound(kind, run, uses, outer=any(part.outer for part in parts))

    # what values become

    def as_double(self, found: Bound) -> Bound:
        run = found.run
        if found.type.name in TEXTS:
            return found._replace(
                type=DOUBLE, run=lambda env: None if (v := run(env)) is None else number_of(v)[0], constant=None
            )
        if found.type.name in MOMENTS or found.type.name == "time":
            raise outside("moments as numbers")
        return found._replace(
            type=double_of([found.type]), run=lambda env: None if (v := run(env)) is None else float(v)
        )

    def as_text(self, found: Bound) -> Bound:
        if found.type.name in TEXTS or found.type.name == "null":
            return found
        run, kind = found.run, found.type
        return found._replace(type=VARCHAR, run=lambda env: None if (v := run(env)) is None else to_text(v, kind))

    def given_moment(self, found: Bound) -> Bound:
        """What a function takes as a moment: a text that is none is null, or an error where a row is written."""
        moment, inner = self.as_moment(found), found.run
        if found.type.name not in TEXTS:
            return moment
        run = moment.run

        def read(env: Env) -> Value:
            text = inner(env)
            if text is None or not is_no_moment(text):
                return run(env)
            said = f"Incorrect datetime value: '{text}'"
            if self.context.strict:
                raise SqlError("1292 22007", said)
            self.context.warnings.append(("Warning", 1292, said))
            return None

        return moment._replace(run=read, nullable=True)

    def as_moment(self, found: Bound) -> Bound:
        """Microseconds; of a text only where it is written as ISO does."""
        run = found.run
        if found.type.name == "date":
            return found._replace(type=DATETIME, run=lambda env: None if (v := run(env)) is None else v * dates.DAY)
        if found.type.name in MOMENTS or found.type.name == "null":
            return found
        if found.type.name in TEXTS:

            def read(env: Env) -> Value:
                text = run(env)
                if text is None:
                    return None
                moment = moment_of(text)
                if moment is None:
                    raise outside("texts that are no moments")
                return moment

            return found._replace(type=DATETIME, run=read, constant=None)
        raise outside("numbers as moments")

    def truth(
        self, found: Bound
    ) -> Callable[[Env], Any]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """True, False or None."""
        run = found.run
        if found.type.name in TEXTS:
            return lambda env: None if (v := run(env)) is None else number_of(v)[0] != 0
        if found.type.name in MOMENTS or found.type.name == "time":
            raise outside("moments as truths")
        return lambda env: None if (v := run(env)) is None else bool(v)

    def unify(
        self, parts: list[Bound]
    ) -> tuple[Type, list[Any]]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """The type of CASE, COALESCE, UNION and the like, and the runs of the parts as that type."""
        kinds = [part.type for part in parts if part.type.name != "null"]
        if not kinds:
            return NULL, [part.run for part in parts]
        kind = common(kinds)
        if kind.name in TEXTS:
            return kind, [self.as_text(part).run for part in parts]
        if kind.name == "double":
            return kind, [self.as_double(part).run for part in parts]
        if kind.name == "datetime":
            return kind, [self.as_moment(part).run for part in parts]
        if kind.name == "decimal":
            return kind, [_decimal_run(part.run) for part in parts]
        return kind, [part.run for part in parts]

    def cast(self, found: Bound, name: TypeName) -> Bound:
        run, target = found.run, name.name
        if found.type.name == "null":
            return found._replace(
                type=VARCHAR if target in ("char", "varchar") else BIGINT if target in ("bigint", "int") else NULL
            )
        if target in ("char", "varchar"):
            text = self.as_text(found)
            if not name.modifiers:
                return text._replace(type=VARCHAR, constant=None, nullable=True)
            most, inner = int(name.modifiers[0]), text.run
            return text._replace(
                type=VARCHAR,
                run=lambda env: None if (v := inner(env)) is None else v[:most],
                constant=None,
                nullable=True,
            )
        if target in ("bigint", "int"):
            if name.unsigned and not found.fixed:
                raise outside("CAST to UNSIGNED")
            return self._sure(BIGINT, self._signed(found), [found])
        if target == "decimal":
            precision, scale = (*(int(m) for m in name.modifiers), 0)[:2] if name.modifiers else (10, 0)
            if found.type.name in TEXTS:
                if found.constant is None or not number_of(found.constant)[1]:
                    raise outside("CAST of texts to DECIMAL")
                value = Decimal(found.constant.strip())
                run = constant(value)

            def fit(env: Env) -> Value:
                value = run(env)
                if value is None:
                    return None
                found_value = _to_decimal(value).quantize(Decimal(1).scaleb(-scale), "ROUND_HALF_UP", EXACT)
                if abs(found_value) >= Decimal(10) ** (precision - scale):
                    raise outside("a DECIMAL out of its range")
                return found_value

            return self._sure(Type("decimal", (precision, scale)), fit, [found])
        if target in ("double", "float"):
            return self.as_double(found)._replace(type=DOUBLE)
        if target in ("date", "datetime", "timestamp"):
            moment = self.given_moment(found)
            inner = moment.run
            if target == "date":
                return self._of(DATE, lambda env: None if (v := inner(env)) is None else v // dates.DAY, [found])
            return self._of(
                DATETIME, lambda env: None if (v := inner(env)) is None else v // dates.SECOND * dates.SECOND, [found]
            )
        raise outside(f"CAST to {target}")

    def _signed(self, found: Bound) -> Any:
        run = found.run
        if found.type.name in TEXTS:

            def read(env: Env) -> Value:
                text = run(env)
                if text is None:
                    return None
                import re

                match = re.match(r"\s*[+-]?\d+", text)
                if match is None and text.strip():
                    self.context.warnings.append(("Warning", 1292, f"Truncated incorrect INTEGER value: '{text}'"))
                return int(match[0]) if match else 0

            return read
        if found.type.name in MOMENTS or found.type.name == "time":
            raise outside("moments as numbers")
        return lambda env: None if (v := run(env)) is None else int(rounded(v, 0, "ROUND_HALF_UP"))

    # comparing

    def letter_fold(self, *kinds: Type) -> Callable[[str], str]:
        if any(kind.labels and kind.labels[0].endswith("_bin") for kind in kinds):
            return lambda letter: letter
        key = swedish_key if any(kind.labels == (LATIN,) for kind in kinds) else general_key
        return lambda letter: key(letter) if letter != " " else " "

    def sort_key(
        self, kind: Type
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        if kind.name == "enum" and kind.modifiers == (-1,):
            order = {label: place for place, label in enumerate(kind.labels)}
            return lambda value: order[value]
        if kind.name in TEXTS:
            return key_of_labels(kind.labels)
        return None

    def group_key(
        self, kind: Type
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        if kind.name in TEXTS:
            return key_of_labels(kind.labels)
        return None


def key_of_labels(labels: tuple[str, ...]) -> Callable[[str], str]:
    """By what texts of a collation are compared."""
    if labels == (LATIN,):
        return swedish_key
    return binary_key if labels and labels[0].endswith("_bin") else general_key


def common(kinds: list[Type]) -> Type:
    """The type that several types have in common."""
    names = {kind.name for kind in kinds}
    if len(names) == 1 and not names & {"decimal"}:
        first = kinds[0]
        if names == {"double"}:
            return double_of(kinds)
        return first if all(kind == first for kind in kinds) else Type(first.name)
    if names <= TEXTS:
        return VARCHAR
    if names <= INTEGERS:
        return BIGINT
    if names <= {*INTEGERS, "decimal"}:
        return decimal_type(max(scale_of(kind) for kind in kinds))
    if names <= NUMERIC:
        return double_of(kinds)
    if names <= MOMENTS:
        return DATETIME
    if names & TEXTS:
        return VARCHAR
    raise outside("values of such different types")


def _decimal_run(run: Any) -> Any:
    return lambda env: None if (v := run(env)) is None else _to_decimal(v)


def _to_decimal(value: Value) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
